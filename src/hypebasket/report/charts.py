"""What the page's charts are drawn from: plain data that travels in the page. The drawing is ``templates/charts``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hypebasket.ledger.charts import EventChart, RunCharts, Tape
from hypebasket.ledger.result import AttributionRow, CircleResult, Label
from hypebasket.report.labels import DAY_STATES, benchmark_label
from hypebasket.report.views import EventView, Page, Pair

__all__ = ["chart_data", "fen"]

MONEY = (
    "price", "dividends", "commission", "stamp_duty", "transfer_fee", "other_fees", "borrowing", "dividend_tax", "net",
)  # fmt: skip


def fen(value: float) -> int:
    """Return money with two decimals as whole fen: sums of integers are exact in a browser too."""
    return round(value * 100)


def chart_data(page: Page, charts: RunCharts) -> dict[str, Any]:
    """Return the data of every chart of the page: curves, the time line, events with their bars, the attribution."""
    pictures = {(one.basket, one.strategy, one.sleeve, one.event_id): one for one in charts.events}
    events: dict[str, Any] = {}
    shown: list[EventChart] = []
    for pair, views, _ in page.event_pairs:
        for view in views:
            key = (pair.basket.id, pair.strategy.id, pair.result.sleeve, view.event.event_id)
            if picture := pictures.get(key):
                shown.append(picture)
                events[f"{pair.key}/{view.event.event_id}"] = _event(view, picture, pair)
    wanted = {(one.sleeve, member.symbol) for one in shown for member in one.members}
    return {
        "sessions": {sleeve: [day.isoformat() for day in days] for sleeve, days in charts.sessions.items()},
        "tapes": {tape.symbol: _tape(tape) for tape in charts.tapes if (tape.sleeve, tape.symbol) in wanted},
        "names": {member.symbol: _words(member.name) for pair in page.pairs for member in pair.basket.members},
        "states": {letter: _words(words) for letter, words in DAY_STATES.items()},
        "pairs": {pair.key: _pair(pair) for pair in page.pairs},
        "families": _families(page.pairs),
        "lanes": [_lane(pair, views) for pair, views, _ in page.event_pairs],
        "events": events,
        "attribution": {pair.key: _attribution(pair.result.attribution) for pair in page.pairs},
        "titles": {
            event.event_id: _words(event.title) for one in page.result.results for event in one.events
        },
    }  # fmt: skip


def _words(label: Label) -> dict[str, str]:
    return {"zh": label.zh, "en": label.en}


def _tape(tape: Tape) -> dict[str, Any]:
    return {
        "rows": tape.rows, "open": tape.open, "high": tape.high, "low": tape.low, "close": tape.close,
        "up": tape.limit_up, "down": tape.limit_down, "states": tape.states,
    }  # fmt: skip


def _pair(pair: Pair) -> dict[str, Any]:
    result = pair.result
    own, benchmark = rebased(result)
    return {
        "basket": _words(pair.basket.name),
        "strategy": _words(pair.strategy.name),
        "currency": result.currency,
        "days": [point.session.isoformat() for point in result.curve],
        "own": own,
        "benchmark": benchmark if any(value is not None for value in benchmark) else None,
        "index": _words(benchmark_label(result.benchmark)) if result.benchmark else None,
        "capital": fen(result.initial_cash),
        "net": fen(result.final_equity) - fen(result.initial_cash),
        "marks": [
            {"day": day.isoformat(), "event": event.event_id}
            for event in result.events
            if event.excluded is None
            and (day := min((window.first_open for window in event.markets.values()), default=None))
        ],
    }


def rebased(result: CircleResult) -> tuple[list[float], list[float | None]]:
    """Return equity on 100 = initial cash, and the benchmark on 100 = its level before the first session."""
    base = result.benchmark_start
    own = [round(100 * point.equity / result.initial_cash, 3) for point in result.curve]
    return own, [
        None if point.benchmark is None or base is None else round(100 * point.benchmark / base, 3)
        for point in result.curve
    ]


def _families(pairs: Sequence[Pair]) -> dict[str, list[str]]:
    """Return the pairs of each strategy: panels side by side share a scale."""
    families: dict[str, list[str]] = {}
    for pair in pairs:
        families.setdefault(pair.strategy.id, []).append(pair.key)
    return families


def _lane(pair: Pair, views: Iterable[EventView]) -> dict[str, Any]:
    """Return the events of one mainline for the time line, in order of time."""
    return {
        "pair": pair.key,
        "name": _words(pair.basket.name),
        "events": [
            {
                "id": view.event.event_id, "day": view.first_open, "headline": view.event.headline,
                "captured": view.event.captured,
            }
            for view in sorted(views, key=lambda view: view.first_open)
            if view.event.headline is not None or view.event.captured is not None
        ],
    }  # fmt: skip


def _event(view: EventView, picture: EventChart, pair: Pair) -> dict[str, Any]:
    entry: Mapping[str, Any] = picture.model_dump(include={"sleeve", "first", "last", "base", "entry"})
    return {
        **entry,
        "window": view.event.window_sessions,
        "short": pair.strategy.is_short,
        "spread": {name: getattr(picture, name) for name in ("mean", "low", "lower", "median", "upper", "high")},
        "members": [{"symbol": member.symbol, "returns": member.returns} for member in picture.members],
        "locked": [name.symbol for name in view.event.names if name.locked],
        "fills": [fill.model_dump() for fill in picture.fills],
    }


def _attribution(rows: Iterable[AttributionRow]) -> list[list[str | int]]:
    """Return the rows as lists: event, symbol, segment, then money in fen in the order of ``MONEY``."""
    return [[row.event_id, row.symbol, row.segment, *(fen(getattr(row, name)) for name in MONEY)] for row in rows]
