"""What an event-isolated run earned: by event and by name, against the money allotted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hypebasket.ledger.records import OPENING, Fill, Ledger, Order
from hypebasket.plan.intents import MILLION, Entry

__all__ = ["Capture", "NameCapture", "allotted_money", "capture_of"]


@dataclass(frozen=True, slots=True)
class NameCapture:
    """One name: net profit over its slot's money, its first purchase or short sale, and what stood in its way."""

    symbol: str
    captured: float
    first_fill: Fill | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Capture:
    """One event: net profit (``earned``) over all ``allotted`` money, fen; slots never filled count with zero."""

    earned: int
    allotted: int
    open_at_end: bool
    names: Mapping[str, NameCapture]

    @property
    def captured(self) -> float:
        """Return on the allotted money, as a decimal."""
        return self.earned / self.allotted


def capture_of(ledger: Ledger, entries: Sequence[Entry], idle_ppm: int = 0) -> Capture:
    """Return what the run of one event earned on the money it allotted.

    ``idle_ppm`` is the weight of slots that never came to an order; they count with zero.
    """
    slots = {entry.symbol: ledger.initial_cash * entry.weight_ppm // MILLION for entry in entries}
    profit: dict[str, int] = defaultdict(int)
    for fill in ledger.fills:
        profit[fill.symbol] += fill.cash_flow
    for item in ledger.entitlements:
        profit[item.symbol] += item.cash
    for tax in ledger.taxes:
        profit[tax.symbol] -= tax.cash
    for charge in ledger.charges:
        profit[charge.symbol] -= charge.cash
    last = ledger.equity[-1]
    for position in ledger.positions:
        if position.session == last.session:
            profit[position.symbol] += position.market_value
    names = {symbol: _name(ledger, symbol, profit[symbol], money) for symbol, money in slots.items()}
    earned = last.equity - ledger.initial_cash
    assert earned == sum(profit.values())
    allotted = allotted_money(entries, ledger.initial_cash, idle_ppm)
    return Capture(earned, allotted, last.market_value != 0, names)


def allotted_money(entries: Sequence[Entry], cash: int, idle_ppm: int = 0) -> int:
    """Return the money set aside for an event out of ``cash`` fen, slots that never came to an order included."""
    return sum(cash * entry.weight_ppm // MILLION for entry in entries) + cash * idle_ppm // MILLION


def _name(ledger: Ledger, symbol: str, profit: int, money: int) -> NameCapture:
    opened = [fill for fill in ledger.fills if fill.symbol == symbol and fill.side in OPENING]
    order = next(order for order in ledger.orders if order.symbol == symbol and order.side in OPENING)
    return NameCapture(symbol, profit / money, opened[0] if opened else None, _reason(order))


def _reason(order: Order) -> str | None:
    return order.reason.value if order.reason else None
