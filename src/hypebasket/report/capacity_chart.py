"""What is captured against the logarithm of money, as a drawing: in coordinates of an SVG."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hypebasket.ledger.capacity import CapacityPair, CapacityPoint
from hypebasket.report.caar_chart import Mark, round_step

__all__ = ["CapacityChart", "draw_capacity", "shared_range"]

WIDTH, HEIGHT = 480.0, 260.0
LEFT, RIGHT, TOP, BOTTOM = 50.0, 44.0, 14.0, 28.0


@dataclass(frozen=True, slots=True)
class Dot:
    """A point of the line, and what it means."""

    x: float
    y: float
    point: CapacityPoint


@dataclass(frozen=True, slots=True)
class CapacityChart:
    """One chart: the excess as a line, the share that found shares as an area from 0 to 100 %, marks of the axes.

    ``half``: place of the amount at which half of the best excess is left; ``None`` without one.
    """

    width: float
    height: float
    line: str
    area: str
    across: tuple[Mark, ...]
    down: tuple[Mark, ...]
    dots: tuple[Dot, ...]
    half: tuple[float, float] | None

    @property
    def frame(self) -> tuple[float, float, float, float]:
        """Left, right, top and bottom of the plot."""
        return LEFT, self.width - RIGHT, TOP, self.height - BOTTOM


def shared_range(pairs: Iterable[CapacityPair]) -> tuple[float, float] | None:
    """Return the lowest and highest excess that charts side by side show, zero included; ``None`` without points."""
    values = [point.excess for pair in pairs for point in pair.points]
    if not values:
        return None
    low, high = min(0.0, *values), max(0.0, *values)
    pad = 0.08 * (high - low) or 0.01
    return low - pad, high + pad


def draw_capacity(points: Sequence[CapacityPoint], half: float | None, scale: tuple[float, float]) -> CapacityChart:
    """Draw the points, ascending in money, on a scale of the excess."""
    low, high = scale
    first, last = math.log10(points[0].capital), math.log10(points[-1].capital)
    wide, tall = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def x(amount: float) -> float:
        return round(LEFT + wide * (math.log10(amount) - first) / ((last - first) or 1.0), 2)

    def y(value: float) -> float:
        return round(TOP + tall * (high - value) / (high - low), 2)

    def level(part: float) -> float:
        return round(TOP + tall * (1.0 - min(part, 1.0)), 2)

    best = max(point.excess for point in points)
    step = round_step(high - low)
    values = [step * number for number in range(math.ceil(low / step), math.floor(high / step) + 1)]
    powers = range(math.ceil(first), math.floor(last) + 1)
    floor = f"{x(points[-1].capital)} {HEIGHT - BOTTOM}L{x(points[0].capital)} {HEIGHT - BOTTOM}"
    return CapacityChart(
        width=WIDTH,
        height=HEIGHT,
        line="M" + "L".join(f"{x(point.capital)} {y(point.excess)}" for point in points),
        area="M" + "L".join(f"{x(point.capital)} {level(point.invested)}" for point in points) + f"L{floor}Z",
        across=tuple(Mark(y(value), value) for value in values),
        down=tuple(Mark(x(10.0**power), 10.0**power) for power in powers),
        dots=tuple(Dot(x(point.capital), y(point.excess), point) for point in points),
        half=None if half is None else (x(half), y(best / 2.0)),
    )
