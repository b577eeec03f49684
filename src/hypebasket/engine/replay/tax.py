"""Dividend tax of one account: the lots of every name, kept by the law's own functions."""

from __future__ import annotations

from collections import defaultdict

from hypebasket.market.calendar import Session
from hypebasket.rules.boards import law_of
from hypebasket.rules.dividend_tax import Lot, close_day, consolidate, receive
from hypebasket.spec.instrument import Board

__all__ = ["TaxLots"]


class TaxLots:
    """Purchase lots of an account, by panel column, oldest first; only mainland names have any."""

    def __init__(self, boards: tuple[Board, ...]) -> None:
        self._taxed = {column for column, board in enumerate(boards) if law_of(board) == "CN"}
        self._lots: dict[int, tuple[Lot, ...]] = defaultdict(tuple)

    def entitle(self, column: int, session: Session, cash_micro: int, gained: int) -> None:
        """Note a dividend on every lot of a name, then its bonus shares (a lot of the day) or fewer shares."""
        if column not in self._taxed:
            return
        lots = receive(self._lots[column], session, max(cash_micro, 0))
        if gained < 0:
            lots = consolidate(lots, -gained)
        elif gained:
            lots = (*lots, Lot(session, gained))
        self._lots[column] = lots

    def forget(self, column: int) -> None:
        """Drop the lots of a name that was delisted."""
        self._lots.pop(column, None)

    def settle(self, column: int, session: Session, net: int) -> int:
        """Book a session's purchases less its sales; return the tax that falls due, in fen."""
        if column not in self._taxed:
            return 0
        self._lots[column], due = close_day(self._lots[column], session, net)
        return due
