"""The CSV files of a run read back: every ledger as it was written, in fen and shares."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import NamedTuple, TypeVar

from hypebasket.errors import DamagedDataError
from hypebasket.ledger.records import (
    Charge,
    ChargeKind,
    Entitlement,
    EquityRecord,
    Fill,
    Ledger,
    Order,
    OrderKind,
    OrderStatus,
    Position,
    Reason,
    Side,
    Tax,
)
from hypebasket.market.panel import FEN
from hypebasket.pipeline.files import LEDGER_COLUMNS

__all__ = ["Book", "BookKey", "read_books"]

Row = dict[str, str]
T = TypeVar("T")


class BookKey(NamedTuple):
    """Which ledger of a run: basket, strategy, circle of members, currency of the sleeve."""

    basket: str
    strategy: str
    members: str
    currency: str

    def __str__(self) -> str:
        return f"{self.basket} × {self.strategy} × {self.members} ({self.currency})"


@dataclass(slots=True)
class Book:
    """One ledger, the benchmark's levels beside its equity, and its rows of ``events.csv``."""

    ledger: Ledger
    benchmark: dict[date, float | None] = field(default_factory=dict)
    events: list[Row] = field(default_factory=list)


def read_books(folder: Path, initial_cash: Callable[[BookKey], int]) -> dict[BookKey, Book]:
    """Read every ledger of a run; a file that is gone, torn or holds what it cannot is named by line.

    ``initial_cash`` gives the fen each ledger began with, which no file states.
    """
    books: dict[BookKey, Book] = {}

    def book(row: Row, currency: str) -> Book:
        key = BookKey(row["basket"], row["strategy"], row["members"], currency)
        if key not in books:
            books[key] = Book(Ledger(currency, initial_cash(key)))
        return books[key]

    def put(
        name: str, read: Callable[[Row], T], rows_of: Callable[[Book], list[T]], currency: str = "currency"
    ) -> None:
        for row, value in _read(folder / f"{name}.csv", name, read):
            rows_of(book(row, row[currency])).append(value)

    put("equity", _equity, lambda each: each.ledger.equity)
    put("orders", _order, lambda each: each.ledger.orders, "sleeve")
    put("fills", _fill, lambda each: each.ledger.fills)
    put("entitlements", _entitlement, lambda each: each.ledger.entitlements)
    put("taxes", _tax, lambda each: each.ledger.taxes)
    put("charges", _charge, lambda each: each.ledger.charges)
    put("positions", _position, lambda each: each.ledger.positions)
    for row, level in _read(folder / "equity.csv", "equity", lambda row: float(row["benchmark"] or "nan")):
        book(row, row["currency"]).benchmark[date.fromisoformat(row["session"])] = level if row["benchmark"] else None
    _put_events(folder, books)
    return books


def _put_events(folder: Path, books: dict[BookKey, Book]) -> None:
    """Put each event's row beside the ledger of its market."""
    currency_of = {"XHKG": "HKD", "XNYS": "USD"}
    for row, _ in _read(folder / "events.csv", "events", lambda row: row):
        key = BookKey(row["basket"], row["strategy"], row["members"], currency_of.get(row["market"], "CNY"))
        if key in books:
            books[key].events.append(row)


def _read(path: Path, name: str, read: Callable[[Row], T]) -> Iterator[tuple[Row, T]]:
    remedy = "the file was changed after it was written; run it again"
    try:
        text = path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise DamagedDataError(f"{path}: cannot be read: {error}", remedy) from error
    reader = csv.DictReader(text.splitlines(keepends=True), strict=True)
    if tuple(reader.fieldnames or ()) != LEDGER_COLUMNS[name]:
        raise DamagedDataError(f"{path}:1: not the columns of {name}.csv", remedy)
    try:
        for row in reader:
            if None in row or None in row.values():
                raise ValueError("wrong number of fields")
            yield row, read(row)
    except (ValueError, KeyError, InvalidOperation, csv.Error) as error:
        raise DamagedDataError(f"{path}:{reader.line_num}: {error}", remedy) from error


def fen_of(text: str) -> int:
    """Return money written with two decimals in fen, exactly."""
    value = Decimal(text) * FEN
    if value != value.to_integral_value():
        raise ValueError(f"'{text}' is no whole fen")
    return int(value)


def _order(row: Row) -> Order:
    return Order(
        order_id=int(row["order_id"]),
        event_id=row["event_id"],
        symbol=row["symbol"],
        side=Side(row["side"]),
        created=date.fromisoformat(row["created"]),
        kind=OrderKind(row["kind"]),
        money=fen_of(row["money"]) if row["money"] else None,
        shares=int(row["shares"]),
        filled=int(row["filled"]),
        status=OrderStatus(row["status"]),
        reason=Reason(row["reason"]) if row["reason"] else None,
        attempts=int(row["attempts"]),
        purpose=row["purpose"],
    )


def _fill(row: Row) -> Fill:
    return Fill(
        fill_id=int(row["fill_id"]),
        order_id=int(row["order_id"]),
        event_id=row["event_id"],
        symbol=row["symbol"],
        session=date.fromisoformat(row["session"]),
        kind=OrderKind(row["kind"]),
        side=Side(row["side"]),
        shares=int(row["shares"]),
        price=fen_of(row["price"]),
        amount=fen_of(row["amount"]),
        commission=fen_of(row["commission"]),
        stamp_duty=fen_of(row["stamp_duty"]),
        transfer_fee=fen_of(row["transfer_fee"]),
        other_fees=fen_of(row["other_fees"]),
    )


def _entitlement(row: Row) -> Entitlement:
    return Entitlement(
        session=date.fromisoformat(row["session"]),
        symbol=row["symbol"],
        event_id=row["event_id"],
        held=int(row["held"]),
        shares=int(row["shares"]),
        cash=fen_of(row["cash"]),
    )


def _tax(row: Row) -> Tax:
    return Tax(date.fromisoformat(row["session"]), row["symbol"], int(row["shares"]), fen_of(row["cash"]))


def _charge(row: Row) -> Charge:
    return Charge(
        session=date.fromisoformat(row["session"]),
        symbol=row["symbol"],
        kind=ChargeKind(row["kind"]),
        shares=int(row["shares"]),
        cash=fen_of(row["cash"]),
    )


def _position(row: Row) -> Position:
    return Position(
        session=date.fromisoformat(row["session"]),
        symbol=row["symbol"],
        shares=int(row["shares"]),
        close=fen_of(row["close"]),
        market_value=fen_of(row["market_value"]),
    )


def _equity(row: Row) -> EquityRecord:
    return EquityRecord(
        date.fromisoformat(row["session"]), fen_of(row["cash"]), fen_of(row["market_value"]), fen_of(row["equity"])
    )
