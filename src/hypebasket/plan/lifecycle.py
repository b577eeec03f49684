"""The life of a hype event (ignite, climax, divergence) as the past shows it, session by session.

Each function walks forward and judges every session by a view of what was before the next one; the row it returns
depends on nothing later.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hypebasket.market.panel import MarketPanel
from hypebasket.plan.past import PastView
from hypebasket.spec.strategy import Divergence

__all__ = ["breadth", "break_of_board", "divergence_row", "spread"]


def breadth(past: PastView, symbols: Sequence[str], row: int) -> float:
    """Return the share of names that closed ``row`` at their limit-up price, among those that traded."""
    traded = [symbol for symbol in symbols if past.traded(symbol, row)]
    return sum(past.sealed(symbol, row) for symbol in traded) / len(traded) if traded else 0.0


def spread(past: PastView, symbols: Sequence[str], base: int, row: int) -> float:
    """Return the population standard deviation of the names' total returns from row ``base`` to ``row``."""
    gained = [float(np.prod(1.0 + past.returns(symbol, base + 1, row)) - 1.0) for symbol in symbols]
    return float(np.std(gained)) if gained else 0.0


def divergence_row(
    panel: MarketPanel, symbols: Sequence[str], terms: Divergence, *, base: int, first: int, stop: int
) -> int | None:
    """Return the first row of ``first..stop`` whose close shows divergence; peaks count from the base."""
    peak = before = 0.0
    for row in range(base + 1, stop):
        past = PastView(panel, row + 1)
        share, width = breadth(past, symbols, row), spread(past, symbols, base, row)
        peak = max(peak, share)
        fallen = peak > 0 and share <= peak * (1.0 - terms.breadth_fall)
        if row >= first and fallen and width > before:
            return row
        before = width
    return None


def break_of_board(panel: MarketPanel, symbol: str, *, first: int, stop: int) -> int | None:
    """Return the first row of ``first..stop`` on which the name traded below its limit; ``None`` if its board held."""
    return next((row for row in range(first, stop) if PastView(panel, row + 1).traded_below_limit(symbol, row)), None)
