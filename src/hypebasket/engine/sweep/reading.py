"""From the books of a run to the ledger's own rows."""

from __future__ import annotations

from collections import defaultdict
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np

from hypebasket.engine.sweep import records
from hypebasket.engine.sweep.codes import CHARGES, KINDS, NO_SUM, NONE, REASONS, SIDES, STATUSES
from hypebasket.engine.sweep.encoding import EncodedPlan
from hypebasket.engine.sweep.records import Books, Layout, Script
from hypebasket.ledger.records import (
    Charge,
    Entitlement,
    EquityRecord,
    Fill,
    Ledger,
    Order,
    OrderKind,
    OrderStatus,
    Position,
    Tax,
)
from hypebasket.market.panel import MarketPanel

__all__ = ["Outline", "read_ledger", "read_outline", "value"]


class Outline(NamedTuple):
    """What a run comes to without its ledger: closing equity (fen) of every session, fills, orders not filled whole."""

    equity: list[int]
    fills: int
    unfilled: int

    @classmethod
    def of(cls, ledger: Ledger) -> Outline:
        """Return the outline of a run whose ledger there is."""
        unfilled = sum(order.status is not OrderStatus.FILLED for order in ledger.orders)
        return cls([record.equity for record in ledger.equity], len(ledger.fills), unfilled)


def read_ledger(panel: MarketPanel, plan: EncodedPlan, books: Books, *, currency: str, start: int) -> Ledger:
    """Return the ledger of a run that began at row ``start``."""
    terms, book = plan.script.terms[0], books.book[0]
    words = _Words(panel, plan)
    first, stop = int(terms["first"]), value(book, "stop")
    shown = start - first  # the session before the start is shown, and has no line of its own
    days = panel.sessions[first:stop]
    equity = _rows(books.equity, records.EQUITY, len(days))
    orders = _rows(books.orders, records.ORDER, value(book, "n_ended"))
    ended = [each[1] for each in _rows(books.lists, records.LIST, len(orders))]
    tables = defaultdict(list)
    for line in _rows(books.journal, records.LINE, value(book, "n_lines")):
        tables[line[0]].append(line)
    return Ledger(
        currency,
        int(terms["cash"]),
        orders=[words.order(orders[slot]) for slot in ended],
        fills=[words.fill(number, line) for number, line in enumerate(tables[records.FILLS], start=1)],
        entitlements=[words.entitlement(line) for line in tables[records.ENTITLEMENTS]],
        taxes=[words.tax(line) for line in tables[records.TAXES]],
        charges=[words.charge(line) for line in tables[records.CHARGED]],
        positions=[words.position(line) for line in tables[records.POSITIONS]],
        equity=[EquityRecord(day, *each) for day, each in zip(days, equity, strict=True)][shown:],
    )


def read_outline(script: Script, books: Books, *, start: int) -> Outline:
    """Return the outline of a run that began at row ``start``."""
    book, first = books.book[0], int(script.terms[0]["first"])
    days = _rows(books.equity, records.EQUITY, value(book, "stop") - first)
    return Outline([equity for *_, equity in days[start - first :]], value(book, "n_fills"), value(book, "n_unfilled"))


def value(record: Any, field: str) -> int:
    """Return a field of an array's record, or of a Python object."""
    return int(record[field]) if isinstance(record, np.void) else int(getattr(record, field))


def _rows(records_: Any, layout: Layout, count: int) -> list[tuple[int, ...]]:
    """Return the first records as tuples of integers."""
    if isinstance(records_, dict):
        fields = attrgetter(*layout.fields)
        return [fields(records_[number]) for number in range(count)]
    rows: list[tuple[int, ...]] = records_[:count].tolist()
    return rows


class _Words:
    """Turns numbers into the ledger's words."""

    def __init__(self, panel: MarketPanel, plan: EncodedPlan) -> None:
        self.sessions = panel.sessions
        self.symbols = panel.symbols
        self.events = plan.events
        self.purposes = plan.purposes

    def event(self, number: int) -> str:
        return "" if number == NONE else self.events[number]

    def order(self, values: tuple[int, ...]) -> Order:
        row = dict(zip(records.ORDER.fields, values, strict=True))
        return Order(
            order_id=row["order_id"],
            event_id=self.event(row["event"]),
            symbol=self.symbols[row["column"]],
            side=SIDES[row["side"]],
            created=self.sessions[row["created"]],
            kind=OrderKind.CLOSE if row["falls_to_open"] else KINDS[row["kind"]],
            money=None if row["money"] == NO_SUM else row["money"],
            shares=max(row["wanted"], row["filled"]),
            filled=row["filled"],
            status=STATUSES[row["status"]],
            reason=REASONS[row["reason"]],
            attempts=row["attempts"],
            purpose=self.purposes[row["purpose"]],
        )

    def fill(self, fill_id: int, line: tuple[int, ...]) -> Fill:
        _, row, column, event, order_id, kind, side, *figures, _, _ = line
        where = (self.event(event), self.symbols[column], self.sessions[row])
        return Fill(fill_id, order_id, *where, KINDS[kind], SIDES[side], *figures)

    def entitlement(self, line: tuple[int, ...]) -> Entitlement:
        _, row, column, event, _, _, _, shares, *_, held, cash = line
        return Entitlement(self.sessions[row], self.symbols[column], self.event(event), held, shares, cash)

    def tax(self, line: tuple[int, ...]) -> Tax:
        _, row, column, _, _, _, _, shares, *_, cash = line
        return Tax(self.sessions[row], self.symbols[column], shares, cash)

    def charge(self, line: tuple[int, ...]) -> Charge:
        _, row, column, _, _, kind, _, shares, *_, cash = line
        return Charge(self.sessions[row], self.symbols[column], CHARGES[kind], shares, cash)

    def position(self, line: tuple[int, ...]) -> Position:
        _, row, column, _, _, _, _, shares, close, value_, *_ = line
        return Position(self.sessions[row], self.symbols[column], shares, close, value_)
