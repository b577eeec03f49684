"""Sessions on which a basket moved as if something had happened, judged on that session and those before it.

Two figures make a candidate: breadth, the share of the members trading that closed at their limit-up price, and
turnover, the basket's total against the median of its own past. Both are known after the close, no sooner.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np

from hypebasket.market.calendar import Session
from hypebasket.market.panel import MarketPanel
from hypebasket.plan.past import PastView

__all__ = ["Candidate", "Threshold", "figures", "find_candidates"]


@dataclass(frozen=True, slots=True)
class Threshold:
    """From when on a session is a candidate.

    ``breadth`` is a share of the members trading, of whom at least ``names`` must have closed at limit-up; ``turnover``
    a multiple of the median of up to ``lookback`` sessions before, of which there must be ``history``; a session within
    ``quiet`` sessions after a candidate belongs to the same move.
    """

    breadth: float = 0.2
    names: int = 3
    turnover: float = 2.5
    lookback: int = 60
    history: int = 20
    quiet: int = 5


@dataclass(frozen=True, slots=True)
class Candidate:
    """A session and its figures.

    ``turnover`` and ``usual`` (the median it is held against) are in the sleeve's currency, ``ratio`` is their
    quotient, ``rank`` the share of the past sessions with less turnover; None where the data cannot tell.
    """

    session: Session
    trading: int
    sealed: int
    turnover: float
    usual: float | None
    ratio: float | None
    rank: float | None

    @property
    def breadth(self) -> float:
        """Share of the members trading that closed at limit-up."""
        return self.sealed / self.trading if self.trading else 0.0

    def is_broad(self, threshold: Threshold) -> bool:
        """Whether enough members closed at limit-up."""
        return self.sealed >= threshold.names and self.breadth >= threshold.breadth

    def is_busy(self, threshold: Threshold) -> bool:
        """Whether the basket's turnover was abnormal against its own past."""
        return self.ratio is not None and self.ratio >= threshold.turnover


def find_candidates(
    panel: MarketPanel, members: Callable[[Session], Collection[str]], start: int, threshold: Threshold
) -> tuple[Candidate, ...]:
    """Return the candidates from row ``start`` on, the first session of each move.

    ``members`` tells who belonged to the basket at the end of a session. A candidate depends on nothing after its
    session: a longer panel has the same ones.
    """
    found: list[Candidate] = []
    last = -threshold.quiet - 1
    for row in range(start, len(panel.sessions)):
        session = panel.sessions[row]
        symbols = sorted(symbol for symbol in members(session) if symbol in panel.column_of)
        candidate = figures(PastView(panel, row + 1), symbols, threshold)
        if not (candidate.is_broad(threshold) or candidate.is_busy(threshold)):
            continue
        if row - last > threshold.quiet:
            found.append(candidate)
        last = row
    return tuple(found)


def figures(past: PastView, symbols: Sequence[str], threshold: Threshold) -> Candidate:
    """Return the figures of the last session of ``past`` for a set of members."""
    today = past.row - 1
    first = max(today - threshold.lookback, 0)
    rows = np.arange(first, past.row)
    totals = np.zeros(len(rows))
    trading = sealed = 0
    for symbol in symbols:
        traded = np.array([past.traded(symbol, int(row)) for row in rows])
        totals += np.where(traded, np.nan_to_num(past.amounts(symbol, rows)), 0.0)
        trading += bool(traded[-1])
        sealed += past.sealed(symbol, today)
    before, turnover = totals[:-1][totals[:-1] > 0], float(totals[-1])
    usual = float(np.median(before)) if len(before) >= threshold.history else None
    return Candidate(
        session=past.sessions[today],
        trading=trading,
        sealed=sealed,
        turnover=turnover,
        usual=usual,
        ratio=None if usual is None else turnover / usual,
        rank=None if usual is None else float(np.mean(before < turnover)),
    )
