"""The sample of a study: who was a member when which event struck, and the abnormal returns of each in any window."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from hypebasket.errors import CalendarEndError
from hypebasket.events.mapping import MappedEvent, map_event
from hypebasket.events.selection import events_for
from hypebasket.market.data import MarketData
from hypebasket.pipeline.sleeve import Sleeve
from hypebasket.pipeline.study.request import FEWEST_RETURNS, StudyRequest, Window
from hypebasket.plan.build import PlanBuilder
from hypebasket.rules.limits import NO_LIMIT_DOWN
from hypebasket.spec.basket import Basket, Stock
from hypebasket.spec.event import Event
from hypebasket.spec.strategy import Strategy, Trigger
from hypebasket.spec.text import Circle, Currency, Text
from hypebasket.stats.normal_returns import NormalModel, NormalReturns, fit_normal_returns
from hypebasket.stats.performance import Floats
from hypebasket.stats.trade_to_trade import PATIENCE, Stretch, formed_spans, stretch

__all__ = ["Measured", "NameEvent", "Sample", "StudyEvent", "take_sample"]

Rows = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

NOT_TRADED = Text(zh="基准日停牌或无行情", en="did not trade at the base")
SHORT_RECORD = Text(zh="估计窗口内的收益不足", en="too few returns in the estimation window")


@dataclass(frozen=True, slots=True)
class StudyEvent:
    """An event of the mainline: its base as a row of the panel, or why it is left out.

    Of several events with the same session 1 the first in rank owns it, as in a run: what the members did then is one
    observation. The others carry its id in ``owner``.
    """

    mapped: MappedEvent
    base: int | None
    excluded: Text | None = None
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class NameEvent:
    """A member struck by an event, and the circles it belonged to at the decision."""

    stock: Stock
    event: int
    column: int
    circles: frozenset[Circle]


@dataclass(frozen=True, slots=True)
class Measured:
    """One window of every name-event; arrays are ``(n,)``, and hold numbers only where ``known``.

    ``car``, ``bhar``: cumulative and buy-and-hold abnormal return; ``scaled``: the former over its standard deviation;
    ``sessions``: sessions covered; ``locked``: the board had not opened when the wait for it ended.
    """

    window: Window
    known: Flags
    car: Floats
    bhar: Floats
    scaled: Floats
    sessions: Rows
    locked: Flags


@dataclass(frozen=True)
class Sample:
    """Name-events of one basket on one sleeve.

    Attributes
    ----------
    bases : (n,)
        Row of each name-event's base.
    normal : NormalReturns
        The normal returns of each.
    left_out : for each event, its members that are not measured, and why
    """

    sleeve: Sleeve
    events: tuple[StudyEvent, ...]
    unmapped: tuple[str, ...]
    name_events: tuple[NameEvent, ...]
    bases: Rows
    estimation: Window
    normal: NormalReturns
    market: Floats
    traded: Flags
    cut: Flags
    left_out: dict[int, list[tuple[Stock, Text]]]

    @cached_property
    def event_of(self) -> Rows:
        """The event of each name-event, ``(n,)``."""
        return np.array([each.event for each in self.name_events], dtype=np.int64)

    def in_circle(self, circle: Circle) -> Flags:
        """Which name-events belong to a circle, ``(n,)``."""
        return np.array([circle in each.circles for each in self.name_events], dtype=bool)

    @cached_property
    def residuals_by_session(self) -> Floats:
        """Abnormal returns of the estimation windows on the sessions of the panel, ``(n, n_sessions)``; else NaN."""
        table = np.full((len(self.name_events), len(self.sleeve.panel.sessions)), np.nan)
        for place, base in enumerate(self.bases):
            rows = base + np.arange(self.estimation.first, self.estimation.last + 1)
            inside = rows >= 0
            table[place, rows[inside]] = self.normal.residuals[place, inside]
        return table

    def stretch(self, place: int, window: Window) -> Stretch | None:
        """Return the returns of one name-event in a window; ``None`` if it cannot be measured.

        It cannot where the window leaves the data, the name did not trade at its anchor, or the index has no level.
        """
        column, anchor = self.name_events[place].column, int(self.bases[place]) + window.first - 1
        if anchor < 0 or anchor + window.length >= len(self.market) or not self.traded[anchor, column]:
            return None
        rows = slice(anchor + 1, anchor + 1 + window.length + PATIENCE)
        found = stretch(
            self.sleeve.panel.total_return[rows, column],
            self.market[rows],
            self.traded[rows, column],
            self.cut[rows, column],
            window.length,
        )
        blind = self.normal.model is not NormalModel.MEAN and bool(np.isnan(found.market).any())
        return None if blind else found

    def measure(self, window: Window) -> Measured:
        """Measure a window of every name-event."""
        n = len(self.name_events)
        found = [self.stretch(place, window) for place in range(n)]
        known = np.array([each is not None for each in found], dtype=bool)
        car, bhar, moved = np.full(n, np.nan), np.full(n, np.nan), np.full(n, np.nan)
        for place, each in enumerate(found):
            if each is not None:
                expected = self.normal.expected(place, each.market, each.sessions)
                car[place] = float((each.returns - expected).sum())
                bhar[place] = float(np.prod(1.0 + each.returns) - np.prod(1.0 + expected))
                moved[place] = float(each.market.sum())
        sessions = np.array([each.length if each else 0 for each in found], dtype=np.int64)
        locked = np.array([each is not None and each.locked for each in found], dtype=bool)
        with np.errstate(invalid="ignore"):
            scaled = car / self.normal.deviation(sessions, moved)
        return Measured(window, known, car, bhar, scaled, sessions, locked)


def take_sample(
    basket: Basket, sleeve: Sleeve, events: Sequence[Event], data: MarketData, request: StudyRequest
) -> Sample:
    """Find the members of every event, as a run does, and fit their normal returns."""
    rules = Strategy.model_validate({"id": "study", "name": basket.name, "description": basket.description})
    builder = PlanBuilder(rules, basket, sleeve.panel, sleeve.calendar, start=sleeve.start, stop=sleeve.stop)
    mapped, unmapped = _mapped(basket, events, sleeve)
    placed = tuple(_owned([_placed(each, builder) for each in mapped]))
    struck = tuple(_struck(placed, builder))
    panel = sleeve.panel
    market = _market_returns(basket, sleeve, data)
    cut = _cut_off(sleeve) if request.locked == "cumulate" else np.zeros_like(panel.trading)
    bases = np.array([placed[each.event].base for each in struck], dtype=np.int64)
    columns = np.array([each.column for each in struck], dtype=np.int64)
    spans = formed_spans(panel.total_return, market, panel.trading & ~cut)
    steps = np.arange(request.estimation.first, request.estimation.last + 1)
    rows = bases[:, None] + steps[None, :]
    open_ = (rows >= 0) & ~_touched(placed, request.windows[0], len(market))[np.maximum(rows, 0)]
    at = (np.maximum(rows, 0), columns[:, None])
    normal = fit_normal_returns(
        request.model,
        np.where(open_, spans.returns[at], np.nan),
        np.where(open_, spans.market[at], np.nan),
        np.where(open_, spans.sessions[at], 0),
    )
    traded = panel.trading[bases, columns]
    enough = (~np.isnan(normal.residuals)).sum(axis=1) >= FEWEST_RETURNS
    able = traded & enough & (normal.sigma > 0.0)
    left_out: dict[int, list[tuple[Stock, Text]]] = {}
    for each, is_able, is_traded in zip(struck, able, traded, strict=True):
        if not is_able:
            left_out.setdefault(each.event, []).append((each.stock, SHORT_RECORD if is_traded else NOT_TRADED))
    return Sample(
        sleeve=sleeve,
        events=placed,
        unmapped=unmapped,
        name_events=tuple(each for each, is_able in zip(struck, able, strict=True) if is_able),
        bases=bases[able],
        estimation=request.estimation,
        normal=normal.of(able),
        market=market,
        traded=panel.trading,
        cut=cut,
        left_out=left_out,
    )


def _mapped(basket: Basket, events: Sequence[Event], sleeve: Sleeve) -> tuple[list[MappedEvent], tuple[str, ...]]:
    """Map the mainline's events to sessions; those past the published calendar are named."""
    mapped, unmapped = [], []
    for event in events_for(tuple(events), basket.mainline, Trigger()):
        try:
            mapped.append(map_event(event, sleeve.calendar))
        except CalendarEndError:
            unmapped.append(event.id)
    return mapped, tuple(unmapped)


def _placed(mapped: MappedEvent, builder: PlanBuilder) -> StudyEvent:
    place = builder.timetable.entry_row(mapped)
    if isinstance(place, Text):
        return StudyEvent(mapped, None, place)
    return StudyEvent(mapped, builder.panel.row_of[mapped.base])


def _owned(events: Sequence[StudyEvent]) -> Iterator[StudyEvent]:
    """Give every session 1 to the first of its events."""
    owners: dict[int, str] = {}
    for event in events:
        own = event.mapped.event.id
        first = own if event.base is None else owners.setdefault(event.base, own)
        yield event if first == own else replace(event, owner=first)


def _struck(events: Sequence[StudyEvent], builder: PlanBuilder) -> Iterator[NameEvent]:
    """Yield every eligible member of every event, with its circles at the decision."""
    for number, event in enumerate(events):
        row = builder.timetable.entry_row(event.mapped)
        if isinstance(row, Text) or event.owner is not None:
            continue
        decided = builder.timetable.decision(row)
        for stock in builder.eligible(Circle.ALL, decided, row):
            circles = frozenset(circle for circle in Circle if stock.in_circle(circle, decided))
            yield NameEvent(stock, number, builder.panel.column_of[stock.symbol], circles)


def _market_returns(basket: Basket, sleeve: Sleeve, data: MarketData) -> Floats:
    """Return the index's session returns, ``(n_sessions,)``; NaN where a level is missing."""
    symbol = basket.benchmarks.get(Currency(sleeve.currency))
    rows = data.indices[data.indices["symbol"] == symbol]
    known = dict(zip(rows["date"].dt.date, rows["close"], strict=True))
    levels = np.array([known.get(session, np.nan) for session in sleeve.panel.sessions], dtype=np.float64)
    levels[~(levels > 0.0)] = np.nan
    returns: Floats = np.concatenate([[np.nan], levels[1:] / levels[:-1] - 1.0])
    return returns


def _cut_off(sleeve: Sleeve) -> Flags:
    """Return which closes stand at a limit, ``(n_sessions, n_symbols)``: prices that were not allowed to form."""
    panel = sleeve.panel
    limited = (panel.limit_down > NO_LIMIT_DOWN) & (panel.close == panel.limit_down)
    cut: Flags = panel.sealed | (panel.trading & limited)
    return cut


def _touched(events: Sequence[StudyEvent], window: Window, length: int) -> Flags:
    """Return which sessions lie in the primary window of any event, ``(n_sessions,)``: they are no normal ones."""
    touched = np.zeros(length, dtype=bool)
    for event in events:
        if event.base is not None:
            touched[event.base + max(window.first, 1) : event.base + window.last + 1] = True
    return touched
