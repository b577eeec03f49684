"""The path of a basket around an event: every member's return since the base, and how far they lie apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hypebasket.market.panel import MarketPanel
from hypebasket.stats.performance import Floats

__all__ = ["Spread", "paths_of", "spread_of"]

QUARTERS = (0, 25, 50, 75, 100)


def paths_of(panel: MarketPanel, symbols: Sequence[str], base: int, first: int, last: int) -> Floats:
    """Return the total return of each name since the close of row ``base``; ``(last - first + 1, n_symbols)``.

    Decimals, dividends and splits included, 0 at the base; rows before it are what was still to be gained from there.
    A suspended name keeps its last close. NaN before a name's first bar; a name without one by the base is NaN all
    along, as it has no headline.
    """
    columns = [panel.column_of[symbol] for symbol in symbols]
    growth = np.cumprod(1.0 + panel.total_return[: last + 1, columns], axis=0)
    paths: Floats = growth[first : last + 1] / growth[base] - 1.0
    rows = np.arange(first, last + 1)[:, None]
    begins = panel.first_bar[columns][None, :]
    paths[(rows < begins) | (begins > base)] = np.nan
    return paths


@dataclass(frozen=True, slots=True)
class Spread:
    """Members of a session: their mean by weight, and the quarters of the plain distribution; NaN without a member."""

    mean: Floats
    low: Floats
    lower: Floats
    median: Floats
    upper: Floats
    high: Floats


def spread_of(paths: Floats, weights: Sequence[float]) -> Spread:
    """Return the spread of the members session by session; each array is ``(n_sessions,)``."""
    there = ~np.isnan(paths)
    share = there * np.asarray(weights, dtype=np.float64)
    total = share.sum(axis=1)
    safe = np.where(total > 0, total, 1.0)
    mean = np.where(total > 0, (share * np.nan_to_num(paths)).sum(axis=1) / safe, np.nan)
    quarters = np.full((len(QUARTERS), len(paths)), np.nan)
    for row in np.flatnonzero(there.any(axis=1)):
        quarters[:, row] = np.percentile(paths[row, there[row]], QUARTERS)
    return Spread(mean, *quarters)
