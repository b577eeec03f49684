"""A ledger rebuilt from its fills, entitlements and taxes and the published closes, in decimals to the fen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

from published_bars import CENT, Bars
from run_folder import Row, RunFolder

Key = dict[str, str]
Line = tuple[str, Decimal, Decimal, Decimal]
"""Session, cash, market value, equity."""

FEES = ("commission", "stamp_duty", "transfer_fee", "other_fees")


def keys_of(run: RunFolder) -> list[Key]:
    """Return every basket × strategy × circle of a run."""
    names = ("basket", "strategy", "members")
    return [
        dict(zip(names, key, strict=True))
        for key in dict.fromkeys(tuple(row[n] for n in names) for row in run.tables["equity"])
    ]


def book(run: RunFolder, key: Key) -> list[Line]:
    """Return ``equity.csv`` as it is written."""
    return [
        (row["session"], Decimal(row["cash"]), Decimal(row["market_value"]), Decimal(row["equity"]))
        for row in run.rows("equity", **key)
    ]


def rebuild(run: RunFolder, key: Key, bars: Bars, capital: Decimal) -> Iterator[Line]:
    """Return the same lines, from fills, entitlements and taxes alone; a name without a bar keeps its last close."""
    bought, received = _by_session(run.rows("fills", **key)), _by_session(run.rows("entitlements", **key))
    taxed = _by_session(run.rows("taxes", **key))
    cash, shares, close = capital, defaultdict[str, int](int), dict[str, Decimal]()
    for session, *_ in book(run, key):
        for row in received[session]:
            shares[row["symbol"]] += int(row["shares"])
            cash += Decimal(row["cash"])
        for row in bought[session]:
            sign = {"buy": 1, "sell": -1}[row["side"]]
            shares[row["symbol"]] += sign * int(row["shares"])
            amount = int(row["shares"]) * Decimal(row["price"])
            cash -= sign * amount + sum(Decimal(row[fee]) for fee in FEES)
        cash -= sum((Decimal(row["cash"]) for row in taxed[session]), Decimal(0))
        for symbol in bars:
            if session in bars[symbol]:
                close[symbol] = bars[symbol][session].close
        value = sum((held * close[symbol] for symbol, held in shares.items() if held), Decimal(0))
        yield session, cash, value, cash + value


def due(held: int, cash_per_share: Decimal, share_ratio: Decimal) -> tuple[int, Decimal]:
    """Return what a holding receives on an ex-date: whole new shares, cash half up to the fen."""
    new = int((held * share_ratio).to_integral_value(ROUND_FLOOR))
    return new, (held * cash_per_share).quantize(CENT, ROUND_HALF_UP)


def _by_session(rows: Iterable[Row]) -> dict[str, list[Row]]:
    by_session = defaultdict[str, list[Row]](list)
    for row in rows:
        by_session[row["session"]].append(row)
    return by_session
