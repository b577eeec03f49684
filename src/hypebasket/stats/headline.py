"""What a newspaper would quote: close-to-close total returns from the base of an event, and how the boards stood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median

import numpy as np

from hypebasket.market.calendar import Session
from hypebasket.market.panel import MarketPanel
from hypebasket.rules.limits import NO_LIMIT_UP

__all__ = ["Boards", "Headline", "above_base", "boards_of", "headline_of", "summarise"]


def headline_of(panel: MarketPanel, symbol: str, base: int, last: int) -> float | None:
    """Return the total return of a name from the close of row ``base`` to that of row ``last``; ``None`` if unlisted.

    Dividends and splits count (close over reference price, session by session); a suspended name keeps its last close.
    """
    column = panel.column_of[symbol]
    if panel.first_bar[column] > base or last >= len(panel.sessions):
        return None
    return float(np.prod(1.0 + panel.total_return[base + 1 : last + 1, column]) - 1.0)


def above_base(panel: MarketPanel, symbol: str, base: int, row: int, price: int) -> float | None:
    """Return how far a price (fen) paid on ``row`` lies above the close of row ``base``, dividends and splits included.

    ``None`` if the name had not traded by the base, or the day has no reference price.
    """
    column = panel.column_of[symbol]
    reference = int(panel.reference[row, column])
    if panel.first_bar[column] > base or reference <= 0:
        return None
    grown = np.prod(1.0 + panel.total_return[base + 1 : row, column])
    return float(grown * price / reference - 1.0)


@dataclass(frozen=True, slots=True)
class Headline:
    """A basket's headline: weighted mean, median, and the mean without the best name; ``None`` without a name."""

    mean: float | None
    median: float | None
    without_best: float | None


def summarise(returns: Sequence[float], weights: Sequence[float]) -> Headline:
    """Sum up the headlines of the members of an event."""
    if not returns:
        return Headline(None, None, None)
    mean = fmean(returns, weights)
    best = max(range(len(returns)), key=returns.__getitem__)
    rest = [index for index in range(len(returns)) if index != best]
    without = fmean([returns[index] for index in rest], [weights[index] for index in rest]) if rest else None
    return Headline(mean, median(returns), without)


@dataclass(frozen=True, slots=True)
class Boards:
    """How a name's limit-up boards stood in a window.

    ``locked``: opened at the limit; ``one_price``: of these, never left it (一字板); ``broken``: of these, traded
    below it (炸板); ``sealed``: closed at the limit (封板); ``height``: longest run of sealed sessions (连板高度).
    """

    locked: tuple[Session, ...]
    one_price: tuple[Session, ...]
    broken: tuple[Session, ...]
    sealed: tuple[Session, ...]
    height: int


def boards_of(panel: MarketPanel, symbol: str, first: int, last: int) -> Boards:
    """Read the boards of a name on rows ``first..last``."""
    column = panel.column_of[symbol]
    rows = [row for row in range(first, min(last, len(panel.sessions) - 1) + 1) if panel.trading[row, column]]
    bars = {row: panel.bar(row, column) for row in rows}
    locked = [row for row in rows if 0 < bars[row].limit_up < NO_LIMIT_UP and bars[row].open == bars[row].limit_up]
    sealed = [row for row in rows if panel.sealed[row, column]]
    height = run = 0
    for row in rows:
        run = run + 1 if row in sealed else 0
        height = max(height, run)

    def on(chosen: list[int]) -> tuple[Session, ...]:
        return tuple(panel.sessions[row] for row in chosen)

    one_price = [row for row in locked if bars[row].low == bars[row].limit_up]
    broken = [row for row in locked if bars[row].low < bars[row].limit_up]
    return Boards(on(locked), on(one_price), on(broken), on(sealed), height)
