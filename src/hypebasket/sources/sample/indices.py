"""Benchmark indices, and a made-up concept index that shows the figure the press reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from hypebasket.sources.sample.factors import Factors, index_moves
from hypebasket.sources.sample.streams import Floats, Streams
from hypebasket.sources.sample.tables import Day, script

__all__ = ["CONCEPT_INDEX", "Level", "indices"]

CONCEPT_INDEX = "SORA.SYN"

MEMBERS: dict[str, dict[str, tuple[float, dict[str, float], float, str]]] = {
    "cn": {
        "000300.SH": (4_000.0, {"market": 1.0, "compute": 0.06}, 0.0015, ""),
        "399006.SZ": (2_500.0, {"market": 1.15, "compute": 0.25, "application": 0.15}, 0.0040, ""),
        CONCEPT_INDEX: (1_000.0, {"market": 1.0, "application": 1.0}, 0.0060, "application"),
    },
    "hk": {"HSI": (20_000.0, {"market": 1.0}, 0.0020, "")},
    "us": {"SP500": (4_000.0, {"market": 1.0}, 0.0015, "")},
}
"""Per region: first level, loadings on the factors, own daily noise, and whose answers to events it shares."""


@dataclass(frozen=True, slots=True)
class Level:
    """A row of an index, in points with two decimals; ``before`` is the close of the session before."""

    session: date
    open: float
    high: float
    low: float
    close: float
    before: float


def indices(streams: Streams, factors: Factors) -> dict[str, list[Level]]:
    """Return the levels of a region's indices by symbol."""
    found = {}
    for symbol, (first, loadings, own, group) in MEMBERS[factors.region].items():
        moves = index_moves(streams, symbol, factors, loadings, own, group)
        ranges = np.abs(streams.of("range", symbol).standard_normal((len(moves), 3))) * np.std(moves) * 0.5
        found[symbol] = _levels(factors.sessions, first, moves, ranges, script().days.get(symbol, {}))
    return found


def _levels(
    sessions: Sequence[date], first: float, moves: Floats, ranges: Floats, scripted: dict[date, Day]
) -> list[Level]:
    rows = []
    before = first
    for session, move, (gap, above, below) in zip(sessions, moves, ranges, strict=True):
        opening = 0.4 * move + 0.3 * (gap - above)
        day = (opening, max(opening, move) + above, min(opening, move) - below, move)
        if session in scripted:
            day = tuple(float(word) / 100 for word in scripted[session])  # type: ignore[assignment]
        open_, high, low, close = (round(before * (1 + float(part)), 2) for part in day)
        rows.append(Level(session, open_, high, low, close, before))
        before = close
    return rows
