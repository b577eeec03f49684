"""What the comparison page shows, picked out of a ``RunResult``: no number is computed here but plain means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean

from hypebasket.ledger.result import (
    BasketSummary,
    CircleResult,
    EventResult,
    Label,
    NameOutcome,
    RunResult,
    StrategySummary,
)
from hypebasket.report.labels import CIRCLES, in_sleeve, reason_label
from hypebasket.report.waterfall import Scale, scale_of

__all__ = ["CircleRow", "EventView", "Hero", "Page", "Pair", "board_marks", "build_page", "idle_members"]


SheetKey = tuple[str, str, str]
"""Basket id, strategy id, sleeve."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The primary circle of one basket × strategy, with the page of its tearsheet (None: not written)."""

    basket: BasketSummary
    strategy: StrategySummary
    result: CircleResult
    tearsheet: str | None

    @property
    def key(self) -> str:
        """Identifier of the pair in the page."""
        sleeve = "" if self.result.sleeve == "CNY" else f"--{self.result.sleeve}"
        return f"{self.basket.id}--{self.strategy.id}{sleeve}"

    @property
    def undocumented(self) -> bool:
        """Whether no source of any date names a member."""
        return not any(member.documented for member in self.basket.members)


def board_marks(name: NameOutcome) -> Label:
    """Return the limit days of a name in an event in the words of the board: 一字板, 炸板, 封板, 连板高度."""
    marks = (
        (len(name.one_price), "一字板", "one-price"),
        (len(name.broken), "炸板", "broken"),
        (len(name.sealed), "封板", "sealed"),
    )
    zh = [f"{word} {number}" for number, word, _ in marks if number]
    en = [f"{number} {word}" for number, _, word in marks if number]
    if name.height:
        zh.append(f"{name.height} 连板")
        en.append(f"{name.height} in a row")
    return Label(zh=" · ".join(zh), en=" · ".join(en))


def idle_members(basket: BasketSummary) -> tuple[tuple[Label, int], ...]:
    """Return why members took no part, each reason with the number of members, in order of the listing."""
    reasons = {(member.not_run.zh, member.not_run.en): member.not_run for member in basket.members if member.not_run}
    numbers = Counter((member.not_run.zh, member.not_run.en) for member in basket.members if member.not_run)
    return tuple((reason, numbers[words]) for words, reason in reasons.items())


@dataclass(frozen=True, slots=True)
class EventView:
    """An event of a pair, the names that met a limit in it, and whether it was empty point in time."""

    event: EventResult
    locked: tuple[NameOutcome, ...]
    empty_then: bool

    @property
    def first_open(self) -> str:
        """First session whose opening auction could still be reached."""
        return _first(window.first_open.isoformat() for window in self.event.markets.values())

    @property
    def session_1(self) -> str:
        """Session whose close first contains the news."""
        return _first(window.session_1.isoformat() for window in self.event.markets.values())


@dataclass(frozen=True, slots=True)
class Hero:
    """Headline and captured of one pair: means over its events, and the event that most mainlines share.

    ``allotted`` is the money of all events that have a waterfall.
    """

    pair: Pair
    events: int
    headline: float | None
    captured: float | None
    pessimistic: float | None
    optimistic: float | None
    allotted: float
    featured: EventResult | None


@dataclass(frozen=True, slots=True)
class CircleRow:
    """One circle of a basket × strategy.

    ``headline`` and ``captured`` are means over the events in which the circle had members; ``gap`` is the mean
    difference of captured to point in time over the ``paired`` events that both circles could trade.
    """

    circle: str
    label: Label
    primary: bool
    events: int
    events_with_members: int
    members: float
    headline: float | None
    captured: float | None
    gap: float | None
    paired: int
    total_return: float
    empty: tuple[EventResult, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Everything the template reads."""

    result: RunResult
    pairs: tuple[Pair, ...]
    heroes: tuple[Hero, ...]
    event_pairs: tuple[tuple[Pair, tuple[EventView, ...], tuple[EventResult, ...]], ...]
    circles: tuple[tuple[Pair, tuple[CircleRow, ...]], ...]
    reasons: tuple[str, ...]
    most_unfilled: int
    scale: Scale
    circle_scale: Scale

    @property
    def shorts(self) -> bool:
        """Whether any strategy sells short."""
        return any(strategy.is_short for strategy in self.result.strategies)

    @property
    def buys(self) -> bool:
        """Whether any strategy buys."""
        return not all(strategy.is_short for strategy in self.result.strategies)

    def cause(self, code: str) -> Label:
        """Return the words for why an order was not filled; where they differ, those of both directions."""
        bought, shorted = reason_label(code), reason_label(code, short=True)
        if not self.shorts or bought == shorted:
            return bought
        if not self.buys:
            return shorted
        return Label(zh=f"{bought.zh}／{shorted.zh}", en=f"{bought.en} / {shorted.en}")

    @property
    def leading(self) -> str:
        """Strategy whose attribution is shown first: the first that acts on events, else the first."""
        return next((pair.strategy.id for pair, _, _ in self.event_pairs), "")

    @property
    def timed(self) -> bool:
        """Whether any event has a place in time and a number to show there."""
        return any(_numbers(view.event) for _, views, _ in self.event_pairs for view in views if view.event.markets)


def build_page(result: RunResult, tearsheets: Mapping[SheetKey, str]) -> Page:
    """Arrange ``result`` for the page; ``tearsheets`` maps a pair's key to a file name beside it."""
    pairs = _pairs(result, tearsheets)
    active = tuple(pair for pair in pairs if pair.strategy.triggered) or pairs
    shared = _shared_event(active)
    heroes = tuple(_hero(pair, shared) for pair in active)
    unfilled: Counter[str] = Counter()
    for pair in pairs:
        unfilled.update(pair.result.unfilled)
    circles = tuple((pair, _circles(result, pair)) for pair in active)
    means = [value for _, rows in circles for row in rows for value in (row.headline, row.captured)]
    return Page(
        result=result,
        pairs=pairs,
        heroes=heroes,
        event_pairs=tuple((pair, *_events(result, pair)) for pair in active),
        circles=circles,
        reasons=tuple(code for code, _ in sorted(unfilled.items(), key=lambda item: (-item[1], item[0]))),
        most_unfilled=max([1, *(number for pair in pairs for number in pair.result.unfilled.values())]),
        circle_scale=scale_of([value for value in means if value is not None]),
        scale=scale_of([value for pair in active for event in pair.result.events for value in _numbers(event)]),
    )


def _pairs(result: RunResult, tearsheets: Mapping[SheetKey, str]) -> tuple[Pair, ...]:
    primary = {(one.basket, one.strategy, one.sleeve): one for one in result.results if one.primary}
    keys = (
        (basket, strategy, (basket.id, strategy.id, sleeve))
        for sleeve in dict.fromkeys(one.sleeve for one in result.results)
        for basket in result.baskets
        for strategy in result.strategies
    )
    return tuple(
        Pair(_shown_in(basket, key[2]), strategy, primary[key], tearsheets.get(key))
        for basket, strategy, key in keys
        if key in primary
    )


def _shown_in(basket: BasketSummary, sleeve: str) -> BasketSummary:
    """Return the basket under its name in a sleeve."""
    return basket.model_copy(update={"name": in_sleeve(basket.name, sleeve)})


def _shared_event(pairs: Iterable[Pair]) -> str | None:
    """Return the event of most pairs; among equals the one with the widest gap between headline and captured."""
    shared: Counter[str] = Counter()
    gap: dict[str, float] = {}
    for pair in pairs:
        for event in pair.result.events:
            if event.headline is not None and event.captured is not None:
                shared[event.event_id] += 1
                gap[event.event_id] = gap.get(event.event_id, 0.0) + abs(event.headline - event.captured)
    return max(shared, key=lambda name: (shared[name], gap[name], name), default=None)


def _hero(pair: Pair, shared: str | None) -> Hero:
    events = [event for event in pair.result.events if event.headline is not None and event.captured is not None]
    return Hero(
        pair=pair,
        events=len(events),
        headline=_mean(event.headline for event in events),
        captured=_mean(event.captured for event in events),
        pessimistic=_mean_of_all(event.captured_pessimistic for event in events),
        optimistic=_mean_of_all(event.captured_optimistic for event in events),
        allotted=sum(event.allotted or 0.0 for event in pair.result.events if event.waterfall),
        featured=next((event for event in events if event.event_id == shared), None),
    )


def _events(result: RunResult, pair: Pair) -> tuple[tuple[EventView, ...], tuple[EventResult, ...]]:
    """Return the events that were run and those that were excluded."""
    then = _other(result, pair, "point_in_time")
    empty = {event.event_id for event in then.events if not event.members and event.excluded is None} if then else set()
    run = tuple(
        EventView(
            event,
            tuple(name for name in event.names if name.locked or name.one_price or name.broken or name.sealed),
            event.event_id in empty,
        )
        for event in pair.result.events
        if event.excluded is None
    )
    return run, tuple(event for event in pair.result.events if event.excluded is not None)


def _circles(result: RunResult, pair: Pair) -> tuple[CircleRow, ...]:
    then = _other(result, pair, "point_in_time")
    known = {event.event_id: event.captured for event in then.events if event.members} if then else {}
    rows = []
    for circle, label in CIRCLES.items():
        one = _other(result, pair, circle)
        if one is None:
            continue
        run = [event for event in one.events if event.excluded is None]
        held = [event for event in run if event.members]
        gaps = [
            event.captured - before
            for event in held
            if event.captured is not None and (before := known.get(event.event_id)) is not None
        ]
        rows.append(
            CircleRow(
                circle=circle,
                label=label,
                primary=one.primary,
                events=len(run),
                events_with_members=len(held),
                members=fmean(event.members for event in run) if run else 0.0,
                headline=_mean(event.headline for event in held),
                captured=_mean(event.captured for event in held),
                gap=None if circle == "point_in_time" or not gaps else fmean(gaps),
                paired=len(gaps),
                total_return=one.total_return,
                empty=tuple(event for event in run if not event.members),
            )
        )
    return tuple(rows)


def _other(result: RunResult, pair: Pair, circle: str) -> CircleResult | None:
    same = (
        one
        for one in result.results
        if (one.basket, one.strategy, one.sleeve, one.members)
        == (pair.basket.id, pair.strategy.id, pair.result.sleeve, circle)
    )
    return next(same, None)


def _numbers(event: EventResult) -> tuple[float, ...]:
    numbers = (event.headline, event.captured, event.captured_pessimistic, event.captured_optimistic)
    return tuple(number for number in numbers if number is not None)


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def _mean_of_all(values: Iterable[float | None]) -> float | None:
    """Return the mean, or None if any is unknown: a bound over some of the events bounds nothing."""
    listed = list(values)
    return None if any(value is None for value in listed) else _mean(listed)


def _first(texts: Iterable[str]) -> str:
    return min(texts, default="–")
