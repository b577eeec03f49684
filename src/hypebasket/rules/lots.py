"""Order sizes: the lots an exchange accepts, odd remainders, and splitting what is too large for one order.

``lot`` is the instrument's own. On the mainland ``None`` means the board's; in Hong Kong every company has its own, so
``None`` raises; boards with a step of one share ignore it.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from hypebasket.errors import RuleGapError
from hypebasket.rules.boards import law_of
from hypebasket.rules.tables import amount, find, only, pair, word

if TYPE_CHECKING:
    from datetime import date

    from hypebasket.spec.instrument import Board

__all__ = [
    "NO_MAXIMUM",
    "buying_cap",
    "exact_sale",
    "is_odd_lot_stuck",
    "largest_child",
    "largest_legal_lot",
    "largest_lot",
    "legal_sale",
    "order_maximum",
    "order_size",
    "sale_lot",
    "split_order",
]

NO_MAXIMUM: Final = 1_000_000_000_000
"""Largest order where there is none: more shares than any company has."""

_BOARD_LOT: Final = "board_lot"


@cache
def order_size(board: Board, lot: int | None = None) -> tuple[int, int]:
    """Return the smallest order of a board and the step above it, in shares."""
    if _trades_board_lots(board):
        own = _own_lot(board, lot)
        return own, own
    minimum, step = pair(only(law_of(board), "order_size", board), "minimum", "step")
    return (lot, lot) if lot is not None and minimum == step > 1 else (minimum, step)


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


def exact_sale(held: int, wanted: int, minimum: int, step: int, odd_lots_stay: bool) -> int:
    """Return the largest sale of at most ``wanted`` out of ``held``, where odd rests can or cannot leave; 0 if none."""
    if odd_lots_stay:
        return largest_lot(min(held, wanted), minimum, step)
    return sale_lot(held, wanted, minimum, step)


def largest_child(shares: int, maximum: int, minimum: int, step: int) -> int:
    """Return the first of the fewest legal orders of at most ``maximum`` that ``shares`` are split into.

    A last child below the smallest order takes whole steps from the one before it.
    """
    if shares <= maximum:
        return shares
    rest = shares % maximum
    if shares < 2 * maximum and 0 < rest < minimum:
        return maximum + (rest - minimum) // step * step
    return maximum


def largest_legal_lot(board: Board, shares: int, lot: int | None = None) -> int:
    """Return the largest legal size of a buy of at most ``shares``; 0 if none."""
    return largest_lot(shares, *order_size(board, lot))


def legal_sale(board: Board, held: int, wanted: int, lot: int | None = None) -> int:
    """Return the largest legal size of a sale of at most ``wanted`` out of a balance of ``held``; 0 if none.

    In Hong Kong an odd rest never leaves: its own book is matched by hand at a price no bar tells. It stays in the
    account and is marked there.
    """
    return exact_sale(held, wanted, *order_size(board, lot), is_odd_lot_stuck(board))


def order_maximum(board: Board, session: date, market_order: bool = False, *, lot: int | None = None) -> int:
    """Return the largest single order in shares; ``NO_MAXIMUM`` where there is none."""
    record = find(law_of(board), "order_maximum", session, board, "market" if market_order else "limit")
    if word(record) == "none":
        return NO_MAXIMUM
    return amount(record) * (_own_lot(board, lot) if _trades_board_lots(board) else 1)


def split_order(shares: int, maximum: int, board: Board, lot: int | None = None) -> tuple[int, ...]:
    """Split a legal order into the fewest legal ones of at most ``maximum``, largest first."""
    minimum, step = order_size(board, lot)
    children = []
    while shares:
        children.append(largest_child(shares, maximum, minimum, step))
        shares -= children[-1]
    return tuple(children)


def buying_cap(board: Board, symbol_market: str, session: date) -> int | None:
    """Return how many shares of one stock under risk warning an investor may buy in a session; ``None``: any number."""
    record = find(law_of(board), "risk_warning_buying_cap", session, board, str(symbol_market))
    return None if word(record) == "none" else amount(record)


def is_odd_lot_stuck(board: Board) -> bool:
    """Tell whether what is left of whole lots cannot be sold on the exchange."""
    return _trades_board_lots(board)


@cache
def _trades_board_lots(board: Board) -> bool:
    return only(law_of(board), "order_size", board).value == _BOARD_LOT


def _own_lot(board: Board, lot: int | None) -> int:
    if lot is None:
        raise RuleGapError(
            f"{board}: the board lot is the company's own and is not known", "state it in the instruments"
        )
    return lot
