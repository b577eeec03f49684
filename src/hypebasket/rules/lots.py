"""Order sizes: the lots an exchange accepts, odd remainders, and splitting what is too large for one order."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from hypebasket.rules.boards import law_of
from hypebasket.rules.tables import amount, find, only, pair

if TYPE_CHECKING:
    from datetime import date

    from hypebasket.spec.instrument import Board

__all__ = ["largest_legal_lot", "largest_lot", "legal_sale", "order_maximum", "order_size", "sale_lot", "split_order"]


@cache
def order_size(board: Board) -> tuple[int, int]:
    """Return the smallest order of a board and the step above it, in shares."""
    return pair(only(law_of(board), "order_size", board), "minimum", "step")


def largest_lot(shares: int, minimum: int, step: int) -> int:
    """Return the largest of ``minimum``, ``minimum + step``, ... that is at most ``shares``; 0 if none."""
    return shares - (shares - minimum) % step if shares >= minimum else 0


def sale_lot(held: int, wanted: int, minimum: int, step: int) -> int:
    """Return the most shares, at most ``wanted``, that one sale out of ``held`` may have; 0 if none.

    The odd part of a balance (what is left of it above whole steps) leaves in one order or not at all; a balance below
    the smallest order leaves whole.
    """
    if wanted >= held:
        return held
    odd = held % step
    plain = largest_lot(wanted, minimum, step)
    with_odd = wanted - (wanted - odd) % step if odd and wanted >= odd else 0
    return max(plain, with_odd)


def largest_legal_lot(board: Board, shares: int, lot: int = 100) -> int:
    """Return the largest legal size of a buy of at most ``shares``; 0 if none.

    ``lot`` is the instrument's own lot on boards that trade in whole lots; boards with a step of one share ignore it.
    """
    minimum, step = _sized(board, lot)
    return largest_lot(shares, minimum, step)


def legal_sale(board: Board, held: int, wanted: int, lot: int = 100) -> int:
    """Return the largest legal size of a sale of at most ``wanted`` out of a balance of ``held``; 0 if none."""
    minimum, step = _sized(board, lot)
    return sale_lot(held, wanted, minimum, step)


def _sized(board: Board, lot: int) -> tuple[int, int]:
    minimum, step = order_size(board)
    return (lot, lot) if minimum == step else (minimum, step)


def order_maximum(board: Board, session: date, market_order: bool = False) -> int:
    """Return the largest single order in shares."""
    return amount(find(law_of(board), "order_maximum", session, board, "market" if market_order else "limit"))


def split_order(shares: int, maximum: int, board: Board) -> tuple[int, ...]:
    """Split a legal order into the fewest legal ones of at most ``maximum``, largest first.

    A last child below the smallest order takes whole steps from the one before it.
    """
    minimum, step = order_size(board)
    full, rest = divmod(shares, maximum)
    children = [maximum] * full + ([rest] if rest else [])
    if full and 0 < rest < minimum:
        moved = -(-(minimum - rest) // step) * step
        children[-2:] = [maximum - moved, rest + moved]
    return tuple(children)
