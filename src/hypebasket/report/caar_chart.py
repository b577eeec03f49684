"""The course of the mean abnormal return as a drawing: a line with its band, in coordinates of an SVG."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hypebasket.ledger.study import PathPoint

__all__ = ["CaarChart", "Mark", "draw_caar", "round_step", "shared_scale"]

WIDTH, HEIGHT = 420.0, 230.0
LEFT, RIGHT, TOP, BOTTOM = 44.0, 8.0, 12.0, 26.0
LABELLED = 5
"""Every so many sessions the axis carries a number."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A line of an axis, and what stands beside it."""

    at: float
    value: float


@dataclass(frozen=True, slots=True)
class Dot:
    """A point of the line, and what it means."""

    x: float
    y: float
    point: PathPoint


@dataclass(frozen=True, slots=True)
class CaarChart:
    """One chart: paths as the ``d`` of SVG, marks of the axes, the base's place, and the dots."""

    width: float
    height: float
    line: str
    bands: tuple[str, ...]
    across: tuple[Mark, ...]
    down: tuple[Mark, ...]
    base: float
    dots: tuple[Dot, ...]

    @property
    def frame(self) -> tuple[float, float, float, float]:
        """Left, right, top and bottom of the plot."""
        return LEFT, self.width - RIGHT, TOP, self.height - BOTTOM


def shared_scale(paths: Iterable[Sequence[PathPoint]]) -> tuple[float, float] | None:
    """Return the range of values that charts side by side share: all lines, and bands as far as they keep measure."""
    points = [point for path in paths for point in path]
    if not points:
        return None
    line = [point.caar for point in points]
    reach = 2.0 * max(max(abs(value) for value in line), 0.02)
    ends = [end for point in points for end in (point.low, point.high) if end is not None]
    values = [0.0, *line, *(min(max(end, -reach), reach) for end in ends)]
    pad = 0.04 * (max(values) - min(values))
    return min(values) - pad, max(values) + pad


def draw_caar(path: Sequence[PathPoint], scale: tuple[float, float]) -> CaarChart:
    """Draw one course on a scale (lowest and highest value); what lies beyond the scale ends at its edge."""
    low, high = scale
    first, last = path[0].session, path[-1].session
    wide, tall = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def x(session: float) -> float:
        return round(LEFT + wide * (session - first) / max(last - first, 1), 2)

    def y(value: float) -> float:
        return round(TOP + tall * (high - min(max(value, low), high)) / (high - low), 2)

    sides = [[point for point in path if point.session < 0], [point for point in path if point.session > 0]]
    step = round_step(high - low)
    values = [step * number for number in range(math.ceil(low / step), math.floor(high / step) + 1)]
    return CaarChart(
        width=WIDTH,
        height=HEIGHT,
        line="M" + "L".join(f"{x(point.session)} {y(point.caar)}" for point in path),
        bands=tuple(
            _band([(x(p.session), y(p.low), y(p.high)) for p in side if p.low is not None and p.high is not None])
            for side in sides
        ),
        across=tuple(Mark(y(value), value) for value in values),
        down=tuple(Mark(x(p.session), p.session) for p in path if p.session % LABELLED == 0),
        base=x(0),
        dots=tuple(Dot(x(point.session), y(point.caar), point) for point in path),
    )


def _band(edges: Sequence[tuple[float, float, float]]) -> str:
    if len(edges) < 2:
        return ""
    there = "L".join(f"{x} {high}" for x, _, high in edges)
    back = "L".join(f"{x} {low}" for x, low, _ in reversed(edges))
    return f"M{there}L{back}Z"


def round_step(span: float) -> float:
    """Return a round distance between lines, so that there are three to six of them."""
    rough = span / 4.0
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * factor for factor in (1.0, 2.0, 5.0, 10.0) if power * factor >= rough)
