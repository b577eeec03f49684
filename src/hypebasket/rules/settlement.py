"""When a bought share may be sold again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypebasket.rules.boards import law_of
from hypebasket.rules.tables import amount, only

if TYPE_CHECKING:
    from hypebasket.spec.instrument import Board

__all__ = ["may_sell_same_day", "sellable"]


def may_sell_same_day(board: Board) -> bool:
    """Tell whether what was bought in a session may be sold in it."""
    return amount(only(law_of(board), "settlement")) == 0


def sellable(board: Board, held: int, bought_today: int) -> int:
    """Return how many of ``held`` shares may be sold in the session in which ``bought_today`` of them were bought."""
    return held if may_sell_same_day(board) else held - bought_today
