"""The tables a study leaves beside ``study.json``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hypebasket.pipeline.study.findings import HORIZON
from hypebasket.pipeline.study.request import Window
from hypebasket.pipeline.study.sample import Measured, Sample
from hypebasket.spec.text import Circle

__all__ = ["STUDY_COLUMNS", "abnormal_rows", "cumulative_rows"]

_KEY = ("basket", "sleeve", "event_id", "symbol")

STUDY_COLUMNS: dict[str, tuple[str, ...]] = {
    "abnormal_returns": (*_KEY, "session_number", "session", "spans", "return", "normal", "abnormal"),
    "cumulative": (
        *_KEY, "segment", "point_in_time", "documented", "first", "last", "sessions", "car", "bhar", "scaled",
        "still_locked",
    ),
}  # fmt: skip
"""Columns of the CSV files; ``session_number`` 1 is the first session that holds the news, 0 the base."""


def abnormal_rows(basket: str, sample: Sample) -> Iterator[Sequence[object]]:
    """Yield the abnormal returns of every name-event, from formed price to formed price, around the event.

    ``spans``: how many sessions the return took.
    """
    sessions = sample.sleeve.panel.sessions
    for place, each in enumerate(sample.name_events):
        base = int(sample.bases[place])
        key = (basket, sample.sleeve.currency, sample.events[each.event].mapped.event.id, each.stock.symbol)
        after = min(HORIZON[1], len(sessions) - 1 - base)
        for window in (Window(max(HORIZON[0], 1 - base), 0), Window(1, after)):
            found = sample.stretch(place, window) if window.length > 0 else None
            if found is None:
                continue
            expected = sample.normal.expected(place, found.market, found.sessions)
            for row, count, own, normal in zip(found.rows, found.sessions, found.returns, expected, strict=True):
                number = window.first + int(row) - 1
                yield (
                    *key,
                    number,
                    sessions[base + number],
                    int(count),
                    float(own),
                    float(normal),
                    float(own - normal),
                )


def cumulative_rows(basket: str, sample: Sample, measured: Sequence[Measured]) -> Iterator[Sequence[object]]:
    """Yield the cumulative abnormal return of every name-event in every window."""
    for each in measured:
        for place, name in enumerate(sample.name_events):
            if each.known[place]:
                yield (
                    basket, sample.sleeve.currency, sample.events[name.event].mapped.event.id, name.stock.symbol,
                    name.stock.segment, Circle.POINT_IN_TIME in name.circles, Circle.DOCUMENTED in name.circles,
                    each.window.first, each.window.last, int(each.sessions[place]), float(each.car[place]),
                    float(each.bhar[place]), float(each.scaled[place]), bool(each.locked[place]),
                )  # fmt: skip
