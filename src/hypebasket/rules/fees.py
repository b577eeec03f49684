"""What a trade costs: the broker's commission, stamp duty and transfer fee, in fen, half-up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hypebasket.errors import UsageError
from hypebasket.rules.boards import law_of
from hypebasket.rules.tables import amount as number
from hypebasket.rules.tables import find

if TYPE_CHECKING:
    from datetime import date

    from hypebasket.spec.instrument import Board

__all__ = ["Commission", "Fees", "commission_due", "fees", "proportional"]


@dataclass(frozen=True, slots=True)
class Commission:
    """A broker's terms: ``rate_ppm`` of the turnover, at least ``minimum`` fen per order and day.

    Handling and regulatory fees are inside it. The default rate is usual from 2015 on.
    """

    rate_ppm: int = 250
    minimum: int = 500

    def __post_init__(self) -> None:
        if self.rate_ppm < 0 or self.minimum < 0:
            raise UsageError(f"commission of {self.rate_ppm} ppm, minimum {self.minimum} fen: below zero", "write 0")


@dataclass(frozen=True, slots=True)
class Fees:
    """The costs of one execution, in fen."""

    commission: int
    stamp_duty: int
    transfer_fee: int
    other: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.commission + self.stamp_duty + self.transfer_fee + self.other


def proportional(turnover: int, rate_ppm: int) -> int:
    """Return ``rate_ppm`` millionths of a turnover in fen, half-up to the fen."""
    return (turnover * rate_ppm + 500_000) // 1_000_000


def commission_due(turnover: int, rate_ppm: int, minimum: int) -> int:
    """Return the commission in fen on all that one order has traded in one day; nothing traded costs nothing."""
    return max(minimum, proportional(turnover, rate_ppm)) if turnover else 0


def fees(
    board: Board,
    session: date,
    is_buy: bool,
    amount: int,
    commission: Commission,
    *,
    paid_today: int = 0,
    turnover_today: int = 0,
) -> Fees:
    """Return what an execution of ``amount`` fen adds to the costs of its order on that day.

    Parameters
    ----------
    amount : int
        Price times shares of this execution, fen.
    paid_today : int
        Commission that earlier executions of the same order have paid on this day, fen.
    turnover_today : int
        Their amounts together, fen. The parts of an order then cost exactly what it would cost in one piece.
    """
    law = law_of(board)
    cap = number(find(law, "commission_cap", session))
    if commission.rate_ppm > cap:
        raise UsageError(
            f"commission of {commission.rate_ppm} ppm: above the legal cap of {cap} ppm on {session}",
            f"write at most {cap}",
        )
    turnover = turnover_today + amount
    due = commission_due(turnover, commission.rate_ppm, commission.minimum)
    duty = number(find(law, "stamp_duty", session, "buy" if is_buy else "sell"))
    transfer = number(find(law, "transfer_fee", session, board))
    return Fees(
        max(0, due - paid_today),
        proportional(turnover, duty) - proportional(turnover_today, duty),
        proportional(turnover, transfer) - proportional(turnover_today, transfer),
    )
