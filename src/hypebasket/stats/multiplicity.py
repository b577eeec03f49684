"""Many tests at once: p-values adjusted for the number of chances to find something."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hypebasket.stats.performance import Floats

__all__ = ["benjamini_hochberg", "holm"]


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Adjust p-values by Holm (1979): the chance of a single false finding stays below the level.

    ``None`` (a test that could not be made) stays ``None`` and does not count.
    """

    def step_down(ordered: Floats) -> Floats:
        left = len(ordered) - np.arange(len(ordered))
        return np.maximum.accumulate(np.minimum(ordered * left, 1.0))

    return _adjusted(p_values, step_down)


def benjamini_hochberg(p_values: Sequence[float | None]) -> list[float | None]:
    """Adjust p-values by Benjamini and Hochberg (1995): the expected share of false findings stays below the level."""

    def step_up(ordered: Floats) -> Floats:
        rank = np.arange(1, len(ordered) + 1)
        scaled = np.minimum(ordered * len(ordered) / rank, 1.0)
        return np.minimum.accumulate(scaled[::-1])[::-1]

    return _adjusted(p_values, step_up)


def _adjusted(p_values: Sequence[float | None], rule: object) -> list[float | None]:
    assert callable(rule)
    places = [place for place, value in enumerate(p_values) if value is not None]
    known = np.array([p_values[place] for place in places], dtype=np.float64)
    order = np.argsort(known, kind="stable")
    adjusted: list[float | None] = [None] * len(p_values)
    for place, value in zip(order, rule(known[order]), strict=True):
        adjusted[places[int(place)]] = float(value)
    return adjusted
