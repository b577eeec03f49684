"""The files a run leaves, and their columns."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from hypebasket.files import write_atomically
from hypebasket.ledger.records import Ledger
from hypebasket.ledger.result import CircleResult, RunResult
from hypebasket.market.panel import FEN

__all__ = ["LEDGER_COLUMNS", "LedgerKey", "ledger_rows", "write_csv", "write_json"]

LedgerKey = tuple[str, str, str]
"""Basket, strategy, circle of members."""

_KEY = ("basket", "strategy", "members")

LEDGER_COLUMNS: dict[str, tuple[str, ...]] = {
    "orders": (
        *_KEY, "sleeve", "order_id", "event_id", "symbol", "side", "created", "kind", "money", "shares", "filled",
        "status", "reason", "attempts", "purpose",
    ),
    "fills": (
        *_KEY, "fill_id", "order_id", "event_id", "symbol", "session", "kind", "side", "shares", "price", "amount",
        "commission", "stamp_duty", "transfer_fee", "other_fees", "currency",
    ),
    "entitlements": (*_KEY, "session", "symbol", "event_id", "held", "shares", "cash", "currency"),
    "taxes": (*_KEY, "session", "symbol", "shares", "cash", "currency"),
    "charges": (*_KEY, "session", "symbol", "kind", "shares", "cash", "currency"),
    "positions": (*_KEY, "session", "symbol", "shares", "close", "market_value", "currency"),
    "equity": (*_KEY, "sleeve", "currency", "session", "cash", "market_value", "equity", "benchmark"),
    "attribution": (
        *_KEY, "event_id", "symbol", "segment", "price", "dividends", "commission", "stamp_duty", "transfer_fee",
        "other_fees", "borrowing", "dividend_tax", "net", "currency",
    ),
    "events": (
        *_KEY, "event_id", "market", "at", "first_open", "first_close", "session_1", "base", "window_sessions",
        "number_of_members", "headline", "headline_median", "headline_without_best", "captured", "captured_pessimistic",
        "captured_optimistic", "open_at_end", "locked", "excluded", "note",
    ),
}  # fmt: skip
"""Columns of every CSV file; dates ISO, money in the instrument's currency, returns as decimals, blank = no value."""


def write_json(path: Path, payload: object, *, compact: bool = False) -> Path:
    """Write JSON, UTF-8, indented (or in one line), with a final newline."""
    layout: dict[str, Any] = {"separators": (",", ":")} if compact else {"indent": 1}
    text = json.dumps(payload, ensure_ascii=False, default=str, **layout)
    return write_atomically(path, f"{text}\n".encode())


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    """Write rows under their column names; ``None`` becomes a blank."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return write_atomically(path, text.getvalue().encode())


def money(fen: int | None) -> str | None:
    """Return fen as a decimal with a point, exactly."""
    if fen is None:
        return None
    whole, rest = divmod(abs(fen), FEN)
    return f"{'-' if fen < 0 else ''}{whole}.{rest:02d}"


def ledger_rows(key: LedgerKey, ledger: Ledger, result: CircleResult) -> dict[str, Iterator[Sequence[object]]]:
    """Return the rows of every CSV file for one circle, in the order of ``LEDGER_COLUMNS``."""
    currency = ledger.currency
    levels = {point.session: point.benchmark for point in result.curve}
    return {
        "orders": (
            (
                *key, currency, o.order_id, o.event_id, o.symbol, o.side, o.created, o.kind, money(o.money), o.shares,
                o.filled, o.status, o.reason, o.attempts, o.purpose,
            )
            for o in sorted(ledger.orders, key=lambda order: order.order_id)
        ),
        "fills": (
            (
                *key, f.fill_id, f.order_id, f.event_id, f.symbol, f.session, f.kind, f.side, f.shares, money(f.price),
                money(f.amount), money(f.commission), money(f.stamp_duty), money(f.transfer_fee), money(f.other_fees),
                currency,
            )
            for f in ledger.fills
        ),
        "entitlements": (
            (*key, e.session, e.symbol, e.event_id, e.held, e.shares, money(e.cash), currency)
            for e in ledger.entitlements
        ),
        "taxes": ((*key, t.session, t.symbol, t.shares, money(t.cash), currency) for t in ledger.taxes),
        "charges": (
            (*key, c.session, c.symbol, c.kind, c.shares, money(c.cash), currency) for c in ledger.charges
        ),
        "positions": (
            (*key, p.session, p.symbol, p.shares, money(p.close), money(p.market_value), currency)
            for p in ledger.positions
        ),
        "equity": (
            (
                *key, currency, currency, e.session, money(e.cash), money(e.market_value), money(e.equity),
                levels.get(e.session),
            )
            for e in ledger.equity
        ),
        "attribution": (
            (
                *key, row.event_id, row.symbol, row.segment,
                *(f"{getattr(row, name):.2f}" for name in LEDGER_COLUMNS["attribution"][6:-1]), currency,
            )
            for row in result.attribution
        ),
        "events": _event_rows(key, result),
    }  # fmt: skip


def _event_rows(key: LedgerKey, result: CircleResult) -> Iterator[Sequence[object]]:
    for event in result.events:
        locked = ";".join(name.symbol for name in event.names if name.locked)
        for market, window in event.markets.items():
            yield (
                *key, event.event_id, market, event.at, window.first_open, window.first_close, window.session_1,
                window.base, event.window_sessions, event.members, event.headline, event.headline_median,
                event.headline_without_best, event.captured, event.captured_pessimistic, event.captured_optimistic,
                event.open_at_end, locked, event.excluded and event.excluded.en, event.note and event.note.en,
            )  # fmt: skip


def result_payload(result: RunResult) -> dict[str, object]:
    """Return ``result.json`` as plain values."""
    payload: dict[str, object] = result.model_dump(mode="json")
    return payload
