"""A working order, from its first attempt to its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypebasket.ledger.records import OPENING, Order, OrderKind, OrderStatus, Reason, Side
from hypebasket.market.calendar import Session
from hypebasket.plan.intents import ExitTerms, last_row_of

__all__ = ["Ticket"]

NO_EXIT = ExitTerms()


@dataclass(slots=True, eq=False)
class Ticket:
    """An order the broker is working on.

    A buy or a short sale carries ``money`` (fen), turned into shares at the match, or ``shares``; a sale or a cover
    carries ``shares``, or neither: then it takes off all that its event holds or owes. ``attempts_left`` counts
    sessions with a bar, ``None`` means until filled; ``last_row`` is the last session of its window; ``price_limit``
    (fen) is the highest price a buy pays and the lowest a sale takes; ``terms`` say how a position taken on ends. A
    sale or cover that ``falls_to_open`` is tried at the next open when the close did not serve it.
    """

    order_id: int
    event_id: str
    symbol: str
    column: int
    side: Side
    kind: OrderKind
    created: int
    money: int | None = None
    shares: int | None = None
    attempts_left: int | None = None
    last_row: int | None = None
    price_limit: int | None = None
    terms: ExitTerms = NO_EXIT
    purpose: str = ""
    falls_to_open: bool = False
    native: Any = None
    attempts: int = 0
    wanted: int = 0
    filled: int = 0
    spent: int = 0
    reason: Reason | None = None
    status: OrderStatus = OrderStatus.OPEN

    @property
    def alive(self) -> bool:
        """Whether it is still being worked on."""
        return self.status is OrderStatus.OPEN

    @property
    def lapse_row(self) -> int | None:
        """The last session on which it is tried; a purchase for a position that is due ends with it."""
        return last_row_of(self.last_row, self.terms.due)

    @property
    def is_buy(self) -> bool:
        """Whether it pays for shares: a purchase or a cover."""
        return self.side in (Side.BUY, Side.COVER)

    @property
    def opens(self) -> bool:
        """Whether it takes a position on: a purchase or a short sale."""
        return self.side in OPENING

    def end(self, status: OrderStatus, reason: Reason | None = None) -> None:
        """Close the order; shares bought or sold so far make an unfilled end a partial one."""
        assert self.alive, "an order ends once"
        if status is OrderStatus.FILLED:
            self.reason, self.wanted = None, self.filled
        else:
            self.reason = reason or self.reason
            if self.filled:
                status = OrderStatus.PARTIAL
        self.status = status

    def record(self, sessions: tuple[Session, ...]) -> Order:
        """Return the row of the ledger."""
        return Order(
            order_id=self.order_id,
            event_id=self.event_id,
            symbol=self.symbol,
            side=self.side,
            created=sessions[self.created],
            kind=OrderKind.CLOSE if self.falls_to_open else self.kind,
            money=self.money,
            shares=max(self.wanted, self.filled),
            filled=self.filled,
            status=self.status,
            reason=self.reason,
            attempts=self.attempts,
            purpose=self.purpose,
        )
