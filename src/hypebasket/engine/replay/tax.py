"""Dividend tax of one account: lots by purchase day, dividends carried by the shares, tax due when shares leave."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field

from hypebasket.market.calendar import Session
from hypebasket.plan.intents import MILLION
from hypebasket.rules.boards import law_of
from hypebasket.rules.dividend_tax import dividend_tax_rate
from hypebasket.spec.instrument import Board

__all__ = ["TaxLots"]

PERMILLE_MICRO_PER_FEN = 1000 * MILLION // 100


@dataclass(slots=True)
class _Lot:
    """Shares of one purchase day, and the cash per share (millionths) of every ex-date they were held on."""

    bought: Session
    shares: int
    dividends: list[tuple[Session, int]] = field(default_factory=list)


class TaxLots:
    """Purchase lots of an account, by panel column, oldest first."""

    def __init__(self, boards: tuple[Board, ...]) -> None:
        self._boards = boards
        self._lots: dict[int, deque[_Lot]] = defaultdict(deque)

    def entitle(self, column: int, session: Session, cash_micro: int, gained: int) -> None:
        """Note a dividend on every lot of a name, then its bonus shares as a lot of the day."""
        if cash_micro > 0:
            for lot in self._lots[column]:
                lot.dividends.append((session, cash_micro))
        if gained:
            self._lots[column].append(_Lot(session, gained))

    def forget(self, column: int) -> None:
        """Drop the lots of a name that was delisted."""
        self._lots.pop(column, None)

    def settle(self, column: int, session: Session, net: int) -> int:
        """Book a session's purchases less its sales; return the tax that falls due, in fen, half-up."""
        if net > 0:
            self._lots[column].append(_Lot(session, net))
        owed = sum(self._take(column, session, -net)) if net < 0 else 0
        return (2 * owed + PERMILLE_MICRO_PER_FEN) // (2 * PERMILLE_MICRO_PER_FEN)

    def _take(self, column: int, session: Session, shares: int) -> list[int]:
        """Let shares leave the oldest lots; return what each piece owes, in shares × millionths × permille."""
        lots, owed = self._lots[column], []
        while shares:
            lot = lots[0]
            leaving = min(shares, lot.shares)
            owed += [leaving * cash * self._rate(column, lot.bought, session, ex) for ex, cash in lot.dividends]
            lot.shares -= leaving
            shares -= leaving
            if lot.shares == 0:
                lots.popleft()
        return owed

    def _rate(self, column: int, bought: Session, sold: Session, ex_date: Session) -> int:
        if law_of(self._boards[column]) != "CN":
            return 0
        return dividend_tax_rate(bought, sold, ex_date)
