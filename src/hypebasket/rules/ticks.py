"""The price grid: how far apart valid prices are, and the nearest valid price.

Prices are integers in ``scale`` parts of the currency: 100 (fen, cents) unless the caller says 1,000 or 10,000, which
Hong Kong prices up to 0.50 and United States prices below 1.00 need.
"""

from __future__ import annotations

from bisect import bisect_left
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Final, Literal

from hypebasket.errors import UsageError
from hypebasket.rules.boards import law_of
from hypebasket.rules.tables import amount, find, tables_of

if TYPE_CHECKING:
    from datetime import date

    from hypebasket.spec.instrument import Board

__all__ = ["CENTS", "FINEST", "Direction", "is_on_tick", "round_to_tick", "tick_at"]

Direction = Literal["down", "up", "nearest"]

CENTS: Final = 100
FINEST: Final = 10_000
"""The scale of the tick tables: every tick of every market is a whole number of it."""

_NO_BOUND: Final = "any"


def tick_at(board: Board, session: date, price: int, scale: int = CENTS) -> int:
    """Return the distance of valid prices at ``price``, in the same scale.

    At the bound of two bands it is the lower band's: the step below the price, not above it.
    """
    return _in_scale(_tick(board, session, _finest(price, scale)), scale, "tick")


def is_on_tick(board: Board, session: date, price: int, scale: int = CENTS) -> bool:
    """Tell whether an order may carry ``price``; a trade between quotes (a midpoint in New York) may print off it."""
    finest = _finest(price, scale)
    return finest % _tick(board, session, finest) == 0


def round_to_tick(board: Board, session: date, price: int, direction: Direction, scale: int = CENTS) -> int:
    """Return the valid price next to ``price`` downwards, upwards, or the nearer of the two (halves up)."""
    finest = _finest(price, scale)
    tick = _tick(board, session, finest)
    added = {"down": 0, "up": tick - 1, "nearest": tick // 2}[direction]
    return _in_scale((finest + added) // tick * tick, scale, "price")


def _finest(price: int, scale: int) -> int:
    if scale not in (CENTS, 1_000, FINEST):
        raise UsageError(f"price scale {scale}: not one of the known", f"take {CENTS}, 1000 or {FINEST}")
    if price <= 0:
        raise UsageError(f"price {price}: not above zero", "give a price that can be traded")
    return price * (FINEST // scale)


def _in_scale(finest: int, scale: int, what: str) -> int:
    whole, rest = divmod(finest * scale, FINEST)
    if rest:
        raise UsageError(f"{what} of {finest / FINEST:g}: not whole in {scale}ths", "ask in a finer scale")
    return whole


def _tick(board: Board, session: date, finest: int) -> int:
    law = law_of(board)
    bounds, names = _bands(law)
    return amount(find(law, "tick", session, names[bisect_left(bounds, finest)]))


@cache
def _bands(law: str) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Return the upper bounds of the price bands, ascending, and their names; the last band has no bound."""
    table = tables_of(law)["tick"]
    bounded = sorted((int(Fraction(name) * FINEST), name) for (name,) in table.spells if name != _NO_BOUND)
    return tuple(bound for bound, _ in bounded), (*(name for _, name in bounded), _NO_BOUND)
