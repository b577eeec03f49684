"""Bars made of HTML: where a number lies on a scale, and the rows of a waterfall."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hypebasket.ledger.result import Label, WaterfallBar
from hypebasket.report.figures import direction
from hypebasket.report.labels import step_label

__all__ = ["Row", "Scale", "place", "rows_of", "scale_of"]

TOTALS = ("headline", "captured")

Scale = tuple[float, float]
"""The numbers at the left and at the right end."""


def scale_of(values: Sequence[float]) -> Scale:
    """Return a scale that holds ``values`` and zero, with a little room at either end."""
    low, high = min((0.0, *values)), max((0.0, *values))
    room = 0.04 * (high - low) or 0.01
    return low - room, high + room


def place(value: float, scale: Scale) -> str:
    """Return where ``value`` lies on ``scale``, in percent of its length."""
    low, high = scale
    return f"{100 * (value - low) / (high - low):.2f}"


@dataclass(frozen=True, slots=True)
class Row:
    """One bar: its step, the money, its share of what was allotted, and where it begins and how long it is (%)."""

    step: str
    label: Label
    money: float
    share: float
    total: bool
    direction: str
    left: str
    width: str
    zero: str


def rows_of(bars: Sequence[WaterfallBar], allotted: float, *, short: bool = False) -> tuple[Row, ...]:
    """Return the rows of a waterfall: totals stand on zero, every change begins where the one before ended.

    ``short``: of a strategy that sells short, whose steps have names of their own.
    """
    spans: list[tuple[float, float]] = []
    level = 0.0
    for bar in bars:
        start = 0.0 if bar.step in TOTALS else level
        level = bar.money if bar.step in TOTALS else level + bar.money
        spans.append((min(start, level), max(start, level)))
    scale = scale_of([end for span in spans for end in span])
    length = scale[1] - scale[0]
    return tuple(
        Row(
            step=bar.step,
            label=step_label(bar.step, short=short),
            money=bar.money,
            share=bar.money / allotted,
            total=bar.step in TOTALS,
            direction=direction(bar.money, 0),
            left=place(low, scale),
            width=f"{100 * (high - low) / length:.2f}",
            zero=place(0.0, scale),
        )
        for bar, (low, high) in zip(bars, spans, strict=True)
    )
