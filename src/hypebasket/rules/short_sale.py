"""Selling what one does not own: who may be sold short, what borrowing costs, and the equity that must stand behind it.

Money and prices are in hundredths of the currency.
"""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from hypebasket.rules.boards import law_of
from hypebasket.rules.tables import find, pair, tables_of

if TYPE_CHECKING:
    from datetime import date

    from hypebasket.spec.instrument import Board

__all__ = [
    "borrow_fee",
    "borrow_terms",
    "loan_cost",
    "margin_required",
    "margin_terms",
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
    return loan_cost(value, days, stated if rate_ppm is None else rate_ppm, year)


def loan_cost(value: int, days: int, rate_ppm: int, days_in_year: int) -> int:
    """Return what a loan of shares worth ``value`` costs for ``days``, half-up."""
    unit = 1_000_000 * days_in_year
    return (2 * value * rate_ppm * days + unit) // (2 * unit)


def short_margin(board: Board, session: date, shares: int, close: int) -> int:
    """Return the equity that must stand behind ``shares`` owed at ``close``, rounded up."""
    return margin_required(shares, close, *margin_terms(board, session))


@lru_cache(maxsize=65536)
def margin_terms(board: Board, session: date) -> tuple[int, int, int, int, int]:
    """Return a price, and permille of the value and cents per share asked below it; then the two from it on."""
    law = law_of(board)
    table = tables_of(law).get("short_margin")
    bounds = [name for (name,) in table.spells if name != _NO_BOUND] if table else []
    assert len(bounds) <= 1, bounds
    low = pair(find(law, "short_margin", session, bounds[0]), "permille", "minimum") if bounds else (0, 0)
    bound = int(Fraction(bounds[0]) * _HUNDREDTHS) if bounds else 0
    return bound, *low, *pair(find(law, "short_margin", session, _NO_BOUND), "permille", "minimum")


def margin_required(
    shares: int, close: int, bound: int, low_permille: int, low_minimum: int, permille: int, minimum: int
) -> int:
    """Return the equity that must stand behind ``shares`` owed, by ``margin_terms``; rounded up."""
    if close < bound:
        permille, minimum = low_permille, low_minimum
    return max(-(-shares * close * permille // 1000), shares * minimum)


def trips_restriction(session: date, low: int, previous_close: int) -> bool:
    """Tell whether a session's low (any scale, both alike) fell far enough below the previous close."""
    decline, _ = pair(find("US", "short_sale_restriction", session), "decline", "sessions_after")
    return low * 1000 <= previous_close * (1000 - decline)


def restricted_sessions(session: date) -> int:
    """Return for how many sessions after the one that tripped it the restriction stays."""
    return pair(find("US", "short_sale_restriction", session), "decline", "sessions_after")[1]
