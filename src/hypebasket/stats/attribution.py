"""Where the money came from: the net result of a ledger by event and name, price, dividends and costs apart.

Integer fen throughout: the rows of a ledger add up to the change of its equity, to the fen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from hypebasket.ledger.records import Charge, ChargeKind, Entitlement, Fill, Ledger, Side, Tax

__all__ = ["Contribution", "attribute", "shared_out"]


@dataclass(slots=True)
class Contribution:
    """What one name brought in one event, in fen.

    ``price``: sales less purchases, and what is still held at its last close; ``dividends``: cash of corporate actions
    (what a delisted share is settled at included); the costs are positive.
    """

    event_id: str
    symbol: str
    price: int = 0
    dividends: int = 0
    commission: int = 0
    stamp_duty: int = 0
    transfer_fee: int = 0
    other_fees: int = 0
    borrowing: int = 0
    dividend_tax: int = 0

    @property
    def costs(self) -> int:
        """All fees, borrowing and taxes."""
        fees = self.commission + self.stamp_duty + self.transfer_fee + self.other_fees
        return fees + self.borrowing + self.dividend_tax

    @property
    def net(self) -> int:
        """What is left of price and dividends after the costs."""
        return self.price + self.dividends - self.costs


def attribute(ledger: Ledger) -> tuple[Contribution, ...]:
    """Return what every name brought in every event, in order of event and symbol.

    A sale by one event of shares that another bought (an odd remainder that was handed on) pays the one that owned
    them; the fees stay with the sale. Dividend tax, which falls due by name and session, is shared among the events
    whose shares were sold that session, by shares; what a holding costs, among those that hold it. Rows add up to the
    change of equity.
    """
    books = _Books()
    for item in _in_order(ledger):
        match item:
            case Charge():
                books.charge(item)
            case Entitlement():
                books.book(item)
            case Fill():
                books.execute(item)
    for tax in ledger.taxes:
        books.pay(tax)
    last = ledger.equity[-1]
    closes = {each.symbol: each.close for each in ledger.positions if each.session == last.session}
    rows = books.marked(closes)
    earned = last.equity - ledger.initial_cash
    assert sum(row.net for row in rows) == earned, "every fen of the result has an event and a name"
    return rows


def shared_out(money: int, weights: Sequence[int]) -> list[int]:
    """Share ``money`` (fen, >= 0) out by ``weights``; the last fen go to the greatest remainders, first come first."""
    total = sum(weights)
    parts = [money * weight // total for weight in weights]
    rest = sorted(range(len(weights)), key=lambda at: -(money * weights[at] % total))
    for at in rest[: money - sum(parts)]:
        parts[at] += 1
    return parts


def _in_order(ledger: Ledger) -> list[Charge | Entitlement | Fill]:
    """Return charges, corporate actions and fills by session, and within it in this order."""
    return sorted([*ledger.charges, *ledger.entitlements, *ledger.fills], key=lambda item: item.session)


class _Books:
    """The account of every event (blank for rebalances) and name."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], Contribution] = {}
        self.shares: dict[tuple[str, str], int] = defaultdict(int)
        self.sold: dict[tuple[date, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))

    def row(self, event_id: str, symbol: str) -> Contribution:
        return self.rows.setdefault((event_id, symbol), Contribution(event_id, symbol))

    def execute(self, fill: Fill) -> None:
        """Book a fill: its fees with its own event, its shares and their money with whoever owns the shares."""
        own = self.row(fill.event_id, fill.symbol)
        own.commission += fill.commission
        own.stamp_duty += fill.stamp_duty
        own.transfer_fee += fill.transfer_fee
        own.other_fees += fill.other_fees
        if fill.side is Side.SELL:
            self._leave(fill.session, fill.event_id, fill.symbol, fill.shares, fill.price)
        else:
            self._trade(own, fill.shares if fill.side in (Side.BUY, Side.COVER) else -fill.shares, fill.price)

    def book(self, action: Entitlement) -> None:
        """Book a corporate action; shares given up at a delisting leave without a price, for its cash."""
        self.row(action.event_id, action.symbol).dividends += action.cash
        if action.shares < 0 < action.held:
            self._leave(action.session, action.event_id, action.symbol, -action.shares, 0)
        else:
            self.shares[action.event_id, action.symbol] += action.shares

    def charge(self, charge: Charge) -> None:
        """Share what a holding cost among the events that hold the name, or owe it."""
        holders = {owner: abs(held) for (owner, name), held in self.shares.items() if name == charge.symbol and held}
        for event_id, part in zip(holders, shared_out(charge.cash, list(holders.values())), strict=True):
            row = self.row(event_id, charge.symbol)
            if charge.kind is ChargeKind.BORROW:
                row.borrowing += part
            else:
                row.dividend_tax += part

    def _leave(self, session: date, event_id: str, symbol: str, shares: int, price: int) -> None:
        """Let shares leave the account: the event's own first, then those of the others, the oldest first."""
        others = [owner for owner, name in self.shares if name == symbol and owner != event_id]
        for owner in (event_id, *others):
            number = min(self.shares[owner, symbol], shares)
            if number > 0:
                self._trade(self.row(owner, symbol), -number, price)
                self.sold[session, symbol][owner] += number
                shares -= number
        assert shares == 0, "nothing leaves that nobody held"

    def _trade(self, row: Contribution, shares: int, price: int) -> None:
        self.shares[row.event_id, row.symbol] += shares
        row.price -= shares * price

    def pay(self, tax: Tax) -> None:
        """Share a dividend tax among the events that sold."""
        sold = self.sold[tax.session, tax.symbol]
        for event_id, part in zip(sold, shared_out(tax.cash, list(sold.values())), strict=True):
            self.row(event_id, tax.symbol).dividend_tax += part

    def marked(self, closes: dict[str, int]) -> tuple[Contribution, ...]:
        """Return the rows with what is still held at its last close."""
        for (event_id, symbol), shares in self.shares.items():
            if shares:
                self.row(event_id, symbol).price += shares * closes[symbol]
        return tuple(self.rows[key] for key in sorted(self.rows))
