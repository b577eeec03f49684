"""On what terms a ledger was traded: sizes an exchange takes, dues to the fen, and rows in the order of time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import groupby, pairwise
from typing import NamedTuple, Protocol

from hypebasket.ledger.records import Fill, Ledger, OrderKind, Side
from hypebasket.rules.fees import Commission, Fees

__all__ = ["Fault", "LawTape", "Paid", "fee_faults", "size_faults", "time_faults"]

PHASES = (OrderKind.OPEN, OrderKind.QUEUE, OrderKind.CLOSE)


class Fault(NamedTuple):
    """One thing wrong: what, what was found, what is expected."""

    what: str
    found: object
    expected: object


class Paid(NamedTuple):
    """What an order has paid and traded in a session so far: commission and amount in fen, shares."""

    commission: int = 0
    amount: int = 0
    shares: int = 0


class LawTape(Protocol):
    """What the law says of one trade."""

    def legal_parts(self, symbol: str, session: date, side: Side, held: int, shares: int) -> tuple[int, ...] | None:
        """Return the orders a trade is split into; ``None`` if the exchange takes no order of that size.

        ``held`` is the balance before: shares that may leave, or for a cover shares owed.
        """

    def dues(self, fill: Fill, commission: Commission, before: Paid) -> Fees:
        """Return what a fill costs, after what its order paid ``before`` in the session."""


def time_faults(ledger: Ledger) -> Iterator[Fault]:
    """Yield rows out of the order of time: sessions of the equity ascend, fills follow sessions and auctions."""
    for before, after in pairwise(ledger.equity):
        if after.session <= before.session:
            yield Fault("equity: order of sessions", after.session, f"after {before.session}")
    for one, two in pairwise(ledger.fills):
        if _moment(two) < _moment(one):
            what = f"{_name(two)}: order of fills"
            yield Fault(what, f"{two.session} {two.kind}", f"not before {one.session} {one.kind}")


def size_faults(ledger: Ledger, tape: LawTape) -> Iterator[Fault]:
    """Yield trades of a size no exchange takes, or split otherwise than into the fewest legal orders."""
    held: dict[str, int] = defaultdict(int)
    received = iter(sorted(ledger.entitlements, key=lambda item: item.session))
    waiting = next(received, None)
    for fills in _trades(ledger):
        first = fills[0]
        while waiting is not None and waiting.session <= first.session:
            held[waiting.symbol] += waiting.shares
            waiting = next(received, None)
        shares = sum(fill.shares for fill in fills)
        balance = held[first.symbol] if first.side is not Side.COVER else -held[first.symbol]
        parts = tape.legal_parts(first.symbol, first.session, first.side, balance, shares)
        if parts is None:
            yield Fault(f"{_name(first)}: order size", shares, f"a size the exchange takes ({balance} held)")
        elif tuple(fill.shares for fill in fills) != parts:
            yield Fault(f"{_name(first)}: split into", tuple(fill.shares for fill in fills), parts)
        held[first.symbol] += shares if first.side in (Side.BUY, Side.COVER) else -shares


def fee_faults(ledger: Ledger, tape: LawTape, commission: Commission) -> Iterator[Fault]:
    """Yield fills that did not cost to the fen what the tables of the law and the broker's terms say.

    Children of a split order each cost what an order of their own would; what an order trades in a later auction of the
    same session counts on from what it has paid.
    """
    paid: dict[tuple[int, date], Paid] = defaultdict(Paid)
    for fills in _trades(ledger):
        before = paid[fills[0].order_id, fills[0].session]
        total = before
        for fill in fills:
            due = tape.dues(fill, commission, before)
            found = Fees(fill.commission, fill.stamp_duty, fill.transfer_fee, fill.other_fees)
            if found != due:
                yield Fault(f"{_name(fill)}: fees", found, due)
            total = Paid(total.commission + due.commission, total.amount + fill.amount, total.shares + fill.shares)
            before = Paid()
        paid[fills[0].order_id, fills[0].session] = total


def _trades(ledger: Ledger) -> Iterator[list[Fill]]:
    """Yield what each order traded in each auction, in the order of time."""
    ordered = sorted(ledger.fills, key=_moment)
    for _, fills in groupby(ordered, key=lambda fill: (fill.session, fill.kind, fill.order_id)):
        yield list(fills)


def _moment(fill: Fill) -> tuple[date, int]:
    return fill.session, PHASES.index(fill.kind)


def _name(fill: Fill) -> str:
    return f"fill {fill.fill_id} of {fill.symbol} on {fill.session}"
