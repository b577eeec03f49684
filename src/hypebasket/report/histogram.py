"""The draws of a placebo as a histogram with the truth marked, in coordinates of an SVG."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from hypebasket.ledger.result import PlaceboTest
from hypebasket.report.caar_chart import Mark, round_step

__all__ = ["Histogram", "draw_histogram"]

WIDTH, HEIGHT = 300.0, 150.0
LEFT, RIGHT, TOP, BOTTOM = 10.0, 10.0, 26.0, 22.0
GAP = 0.6
EDGE = 45.0
"""So near to a side of the drawing, the truth's figure stands on the inner side of its line."""


@dataclass(frozen=True, slots=True)
class Bar:
    """So many draws between two values; ``beyond`` those at least as high as the truth."""

    x: float
    y: float
    width: float
    height: float
    low: float
    high: float
    count: int
    beyond: bool


@dataclass(frozen=True, slots=True)
class Histogram:
    """Bars, numbers of the axis, where the truth and the mean of the draws lie, and how the truth's figure is set.

    ``fine``: the axis needs a digit behind the point.
    """

    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    truth: float
    mean: float
    anchor: str
    fine: bool
    width: float = WIDTH
    height: float = HEIGHT

    @property
    def frame(self) -> tuple[float, float, float, float]:
        """Left, right, top and bottom of the plot."""
        return LEFT, WIDTH - RIGHT, TOP, HEIGHT - BOTTOM


def draw_histogram(test: PlaceboTest) -> Histogram | None:
    """Draw the draws of one kind; nothing where there are none."""
    if test.observed is None or test.mean is None or not test.counts:
        return None
    low, high = test.edges[0], test.edges[-1]
    tallest = max(test.counts)
    wide, tall = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def x(value: float) -> float:
        return round(LEFT + wide * (value - low) / (high - low), 2)

    bars = []
    for (left, right), count in zip(pairwise(test.edges), test.counts, strict=True):
        height = round(tall * count / tallest, 2)
        if count:
            bars.append(
                Bar(
                    x=x(left),
                    y=round(HEIGHT - BOTTOM - height, 2),
                    width=round(max(x(right) - x(left) - GAP, 0.5), 2),
                    height=height,
                    low=left,
                    high=right,
                    count=count,
                    beyond=(left + right) / 2.0 >= test.observed,
                )
            )
    step = round_step(high - low)
    values = [step * number for number in range(math.ceil(low / step), math.floor(high / step) + 1)]
    truth = x(test.observed)
    anchor = "start" if truth < EDGE else "end" if truth > WIDTH - EDGE else "middle"
    return Histogram(
        bars=tuple(bars),
        marks=tuple(Mark(x(value), value) for value in values),
        truth=truth,
        mean=x(test.mean),
        anchor=anchor,
        fine=step < 0.01,
    )
