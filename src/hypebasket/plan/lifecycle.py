"""The life of a hype event (ignite, climax, divergence) as the past shows it, session by session.

Each function walks forward and judges every session by a view of what was before the next one; the row it returns
depends on nothing later.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from hypebasket.market.panel import MarketPanel
from hypebasket.plan.intents import MILLION
from hypebasket.plan.past import PastView
from hypebasket.spec.strategy import Divergence

__all__ = ["breadth", "break_of_board", "divergence_row", "spread"]


def breadth(past: PastView, symbols: Sequence[str], row: int) -> Fraction:
    """Return the share of names that closed ``row`` at their limit-up price, among those that traded."""
    traded = [symbol for symbol in symbols if past.traded(symbol, row)]
    return Fraction(sum(past.sealed(symbol, row) for symbol in traded), len(traded)) if traded else Fraction(0)


def spread(growth: Sequence[float]) -> int:
    """Return the population standard deviation of the names' growth since the base, ppm."""
    return round(float(np.std(growth)) * MILLION) if growth else 0


def divergence_row(
    panel: MarketPanel, symbols: Sequence[str], terms: Divergence, *, base: int, first: int, stop: int
) -> int | None:
    """Return the first row of ``first..stop`` whose close shows divergence; peaks count from the base."""
    growth, peak, before = [1.0] * len(symbols), Fraction(0), 0
    kept = 1 - Fraction(round(terms.breadth_fall * MILLION), MILLION)
    for row in range(base + 1, stop):
        past = PastView(panel, row + 1)
        growth = [
            gained * (1.0 + float(past.returns(symbol, row)[0])) for gained, symbol in zip(growth, symbols, strict=True)
        ]
        share, width = breadth(past, symbols, row), spread(growth)
        peak = max(peak, share)
        fallen = peak > 0 and share <= peak * kept
        if row >= first and fallen and width > before:
            return row
        before = width
    return None


def break_of_board(panel: MarketPanel, symbol: str, *, first: int, stop: int) -> int | None:
    """Return the first row of ``first..stop`` on which the name traded below its limit; ``None`` if its board held."""
    return next((row for row in range(first, stop) if PastView(panel, row + 1).traded_below_limit(symbol, row)), None)
