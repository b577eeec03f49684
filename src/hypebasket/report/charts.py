"""Chart specifications as plain data. A ``{"zh", "en"}`` object anywhere in one is put in words by the page."""

from __future__ import annotations

import html
from collections.abc import Iterable
from datetime import date
from typing import Any
from unicodedata import east_asian_width

from hypebasket.ledger.result import EventResult, Label
from hypebasket.report.figures import percent
from hypebasket.report.labels import benchmark_label
from hypebasket.report.views import EventView, Hero, Pair

__all__ = ["curve_chart", "dumbbell_chart", "event_range", "family_range"]

Spec = dict[str, Any]

_INK, _SOFT, _RULE, _CAPTURED = "#1b1a17", "#8b8577", "#e4decf", "#7a2e1d"
_PAPER, _ZERO = "#fbf9f4", "#c9c1b0"
_BAND = "rgba(122,46,29,.22)"
_ROW = 42
_TITLE = 50
"""Half-width columns of a title that the narrowest chart has room for."""


def _words(zh: str, en: str) -> dict[str, str]:
    """Return bilingual text for a chart; its own little markup language is switched off."""
    return {"zh": html.escape(zh, quote=False), "en": html.escape(en, quote=False)}


def _short(text: str, width: int) -> str:
    """Cut ``text`` to ``width`` half-width columns; a Chinese character takes two."""
    room = width
    for position, char in enumerate(text):
        room -= 2 if east_asian_width(char) in "WF" else 1
        if room < 0:
            return f"{text[: max(position - 1, 0)]}…"
    return text


def _axis(**extra: Any) -> Spec:
    return {"gridcolor": _RULE, "zeroline": False, "linecolor": _INK, "tickcolor": _RULE, "fixedrange": False} | extra


def _hover(event: EventResult) -> dict[str, str]:
    title = _words(event.title.zh, event.title.en)
    bounds = f"[{percent(event.captured_pessimistic)}, {percent(event.captured_optimistic)}]"
    return {
        "zh": f"<b>{title['zh']}</b><br>新闻涨幅 {percent(event.headline)}<br>实得 {percent(event.captured)}"
        f"<br>[悲观, 乐观] {bounds}",
        "en": f"<b>{title['en']}</b><br>headline {percent(event.headline)}<br>captured {percent(event.captured)}"
        f"<br>[pessimistic, optimistic] {bounds}",
    }


def event_range(heroes: Iterable[Hero]) -> tuple[float, float] | None:
    """Return the range of all headline and captured numbers and bounds, so that mainlines share a scale."""
    values = [
        value
        for hero in heroes
        for event in hero.pair.result.events
        for value in (event.headline, event.captured, event.captured_pessimistic, event.captured_optimistic)
        if value is not None
    ]
    return _padded(values)


def dumbbell_chart(hero: Hero, scale: tuple[float, float] | None) -> Spec:
    """Return one row per event: hollow dot headline, full dot captured, bar from pessimistic to optimistic."""
    events = [event for event in hero.pair.result.events if event.headline is not None or event.captured is not None]
    rows = list(range(len(events), 0, -1))
    link_x: list[float | None] = []
    band_x: list[float | None] = []
    link_y: list[int | None] = []
    for event, row in zip(events, rows, strict=True):
        link_x += [event.headline, event.captured, None]
        band_x += [event.captured_pessimistic, event.captured_optimistic, None]
        link_y += [row, row, None]
    hover = [_hover(event) for event in events]
    dot = {"y": rows, "type": "scatter", "mode": "markers", "hovertext": hover, "hoverinfo": "text"}
    line = {"y": link_y, "type": "scatter", "mode": "lines", "hoverinfo": "skip"}
    return {
        "data": [
            line | {"x": link_x, "line": {"color": _SOFT, "width": 1}, "showlegend": False},
            line | {"x": band_x, "line": {"color": _BAND, "width": 9}, "name": _words("悲观–乐观", "bounds")},
            dot | {
                "x": [event.headline for event in events], "name": _words("新闻涨幅", "headline"),
                "marker": {"size": 10, "color": _PAPER, "line": {"color": _INK, "width": 1.6}},
            },
            dot | {
                "x": [event.captured for event in events], "name": _words("实得", "captured"),
                "marker": {"size": 10, "color": _CAPTURED},
            },
        ],
        "layout": {
            "height": 84 + _ROW * max(len(events), 1),
            "margin": {"l": 8, "r": 16, "t": 34, "b": 30},
            "hovermode": "closest",
            "legend": {"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "xanchor": "left"},
            "xaxis": _axis(range=scale and list(scale), tickformat=".0%", zeroline=True, zerolinecolor=_ZERO, nticks=6),
            "yaxis": {"visible": False, "range": [0.35, len(events) + 0.85], "fixedrange": True},
            "annotations": [
                {
                    "x": 0, "xref": "paper", "xanchor": "left", "y": row, "yshift": 17, "showarrow": False,
                    "text": _words(_short(event.title.zh, _TITLE), _short(event.title.en, _TITLE)),
                    "font": {"size": 11.5, "color": "#5d594f"}, "borderpad": 0,
                }
                for event, row in zip(events, rows, strict=True)
            ],
        },
    }  # fmt: skip


def family_range(pairs: list[Pair]) -> tuple[float, float] | None:
    """Return the range of rebased values that ``pairs`` share, so that panels side by side have one scale."""
    values = [value for pair in pairs for series in _rebased(pair) for value in series if value is not None]
    return _padded(values)


def _padded(values: list[float]) -> tuple[float, float] | None:
    if not values:
        return None
    low, high = min(values), max(values)
    pad = 0.05 * (high - low) or 0.01 * (abs(high) or 1.0)
    return low - pad, high + pad


def curve_chart(pair: Pair, events: tuple[EventView, ...], scale: tuple[float, float] | None) -> Spec:
    """Return the equity curve and its benchmark, both 100 at the start, with a mark at the first open of events."""
    curve = pair.result.curve
    days = [point.session.isoformat() for point in curve]
    own, benchmark = _rebased(pair)
    line: Spec = {"x": days, "type": "scatter", "mode": "lines", "hovertemplate": "%{y:.2f}"}
    name = benchmark_label(pair.result.benchmark) if pair.result.benchmark else Label(zh="基准", en="benchmark")
    data = []
    if any(value is not None for value in benchmark):
        data.append(line | {"y": benchmark, "name": _words(name.zh, name.en), "line": {"color": _SOFT, "width": 1.2}})
    own_name = _words(pair.strategy.name.zh, pair.strategy.name.en)
    data.append(line | {"y": own, "name": own_name, "line": {"color": _CAPTURED, "width": 1.9}})
    if marks := _marks(events, dict(zip((point.session for point in curve), own, strict=True))):
        data.append(marks)
    return {
        "data": data,
        "layout": {
            "height": 290,
            "margin": {"l": 40, "r": 10, "t": 36, "b": 30},
            "hovermode": "x unified",
            "showlegend": True,
            "legend": {"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "xanchor": "left"},
            "xaxis": _axis(
                type="date",
                tickformat="%Y-%m",
                hoverformat="%Y-%m-%d",
                nticks=6,
                showgrid=False,
                range=days[:1] + days[-1:],
            ),
            "yaxis": _axis(range=scale and list(scale), nticks=6),
        },
    }


def _rebased(pair: Pair) -> tuple[list[float | None], list[float | None]]:
    """Return equity on 100 = initial cash, and the benchmark on 100 = its first known value."""
    curve = pair.result.curve
    base = next((point.benchmark for point in curve if point.benchmark), None)
    own: list[float | None] = [round(100 * point.equity / pair.result.initial_cash, 3) for point in curve]
    return own, [
        None if point.benchmark is None or base is None else round(100 * point.benchmark / base, 3) for point in curve
    ]


def _marks(events: tuple[EventView, ...], value: dict[date, float | None]) -> Spec | None:
    found = []
    for view in events:
        day = min((window.first_open for window in view.event.markets.values()), default=None)
        if day is not None and value.get(day) is not None:
            found.append((day.isoformat(), value[day], _hover(view.event)))
    if not found:
        return None
    return {
        "x": [day for day, _, _ in found],
        "y": [height for _, height, _ in found],
        "hovertext": [text for _, _, text in found],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "type": "scatter",
        "mode": "markers",
        "name": _words("事件", "events"),
        "marker": {"symbol": "triangle-down", "size": 9, "color": _INK},
    }
