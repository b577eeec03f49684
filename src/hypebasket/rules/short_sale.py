"""Selling what one does not own: who may be sold short, what borrowing costs, and the equity that must stand behind it.

Money and prices are in hundredths of the currency.
"""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from hypebasket.rules.boards import law_of
from hypebasket.rules.tables import find, pair, tables_of

if TYPE_CHECKING:
    from datetime import date

    from hypebasket.spec.instrument import Board

__all__ = [
    "borrow_fee",
    "borrow_terms",
    "may_be_sold_short",
    "restricted_sessions",
    "short_margin",
    "trips_restriction",
]

_NO_BOUND: Final = "any"
_HUNDREDTHS: Final = 100


def may_be_sold_short(board: Board, symbol: str, designated: Collection[str]) -> bool:
    """Tell whether a name may be sold short.

    Every name of the United States; of Hong Kong the ``designated`` ones (the exchange's list, which no data here
    holds); none of mainland China, where it is a pilot for listed names alone and the lending behind it is suspended.
    """
    law = law_of(board)
    return law == "US" or (law == "HK" and symbol in designated)


def borrow_terms(board: Board, session: date) -> tuple[int, int]:
    """Return the yearly cost of borrowing a share, parts per million of its value, and the days its year has."""
    return pair(find(law_of(board), "borrow_rate", session), "ppm", "days_in_year")


def borrow_fee(board: Board, session: date, value: int, days: int, rate_ppm: int | None = None) -> int:
    """Return what borrowing shares worth ``value`` for ``days`` calendar days up to ``session`` costs, half-up.

    ``rate_ppm`` replaces the rate of the table, not its days of a year.
    """
    stated, year = borrow_terms(board, session)
    rate = stated if rate_ppm is None else rate_ppm
    unit = 1_000_000 * year
    return (2 * value * rate * days + unit) // (2 * unit)


def short_margin(board: Board, session: date, shares: int, close: int) -> int:
    """Return the equity that must stand behind ``shares`` owed at ``close``, rounded up."""
    law = law_of(board)
    bounds = sorted((name for (name,) in tables_of(law)["short_margin"].spells if name != _NO_BOUND), key=Fraction)
    band = next((name for name in bounds if close < Fraction(name) * _HUNDREDTHS), _NO_BOUND)
    permille, minimum = pair(find(law, "short_margin", session, band), "permille", "minimum")
    return max(-(-shares * close * permille // 1000), shares * minimum)


def trips_restriction(session: date, low: int, previous_close: int) -> bool:
    """Tell whether a session's low (any scale, both alike) fell far enough below the previous close."""
    decline, _ = pair(find("US", "short_sale_restriction", session), "decline", "sessions_after")
    return low * 1000 <= previous_close * (1000 - decline)


def restricted_sessions(session: date) -> int:
    """Return for how many sessions after the one that tripped it the restriction stays."""
    return pair(find("US", "short_sale_restriction", session), "decline", "sessions_after")[1]
