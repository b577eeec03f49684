"""Chance for one basket × strategy: the calendars and baskets that are drawn, and the truth among what they captured.

The statistic is the mean, over events, of what each captured on its own above the benchmark's return over its window.
Draws depend on the seed and on the pair alone, not on who works them out.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from hypebasket.errors import CalendarEndError, NothingToCompareError, Words
from hypebasket.events.mapping import map_event
from hypebasket.ledger.result import Label, PlaceboTest
from hypebasket.pipeline.market import benchmark_of
from hypebasket.pipeline.outcome import primary_circle
from hypebasket.pipeline.sleeve import Sleeve, SleeveRunner
from hypebasket.pipeline.worth import EventWorth, Question, Slot, levels_by_session
from hypebasket.spec.basket import Basket
from hypebasket.spec.strategy import Strategy
from hypebasket.spec.text import Circle
from hypebasket.stats.placebo import (
    matched_calendars,
    percentile,
    placebo_p_value,
    share_covered,
    shifted_calendars,
    widened,
)

if TYPE_CHECKING:
    from hypebasket.pipeline.controls import ControlNames
    from hypebasket.pipeline.job import Job

__all__ = ["KINDS", "Answers", "Chance", "ChancePair", "kept", "means_of", "tested"]

KINDS: Final = ("calendars", "shifts", "baskets", "other_mainlines")
REACH: Final = 40
"""How far an event is moved at the most, in sessions; twice the window where that is longer."""

FEWEST_OTHERS: Final = 5
BINS: Final = 40

Calendar = Sequence[Slot]
Answers = Mapping[Question, float | None]
Answer = Callable[[list[Question]], Answers]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Chance:
    """How often chance is drawn (``other_draws`` is for all kinds but random calendars), and from which seed."""

    draws: int = 10_000
    other_draws: int = 1_000
    seed: int = 0


class ChancePair:
    """One basket × strategy on one sleeve, in the circle that leads the report."""

    def __init__(self, job: Job, chance: Chance, basket: Basket, strategy: Strategy, sleeve: Sleeve) -> None:
        self._workspace = job.workspace
        self._chance = chance
        self.basket, self.strategy, self.sleeve = basket, strategy, sleeve
        self.circle: Circle = primary_circle(basket, strategy.members, job.request.members)
        self.runner = self._runner(basket, sleeve)
        self.benchmark = benchmark_of(basket, sleeve, job.data)

    def _runner(self, basket: Basket, sleeve: Sleeve) -> SleeveRunner:
        return SleeveRunner(basket, self.strategy, sleeve, self._workspace.events, self._workspace.root)

    @cached_property
    def worth(self) -> EventWorth:
        """What events are worth to the pair."""
        return EventWorth(self.runner, self.circle, self._levels)

    @cached_property
    def _levels(self) -> dict[object, float]:
        return levels_by_session(self.benchmark, self.sleeve)

    @cached_property
    def true(self) -> list[Slot]:
        """Where the true events fall that were worth something to the pair, in the order of their first opens."""
        slots = [slot for mapped in self.runner.mapped_events if (slot := self.worth.slot_of(mapped)) is not None]
        return sorted(self.worth.valued(slots))

    @property
    def rows(self) -> npt.NDArray[np.int64]:
        """Rows of the true events' first opens."""
        return np.array([row for row, _ in self.true], dtype=np.int64)

    def rng(self, kind: str) -> np.random.Generator:
        """Return the source of randomness of one kind of draws: seeded by the request, the pair and the kind."""
        name = f"{self.basket.id}/{self.strategy.id}/{self.sleeve.currency}/{kind}"
        return np.random.default_rng([self._chance.seed, zlib.crc32(name.encode())])

    @property
    def observed(self) -> float | None:
        """What the true events captured above the benchmark, in the mean; ``None`` without an event."""
        return self.worth.mean(self.true)

    @property
    def _open_rows(self) -> tuple[int, int]:
        """Rows an event may be drawn on: its window ends inside the run."""
        return self.sleeve.start + 1, self.sleeve.stop - self.strategy.window

    def calendars(self, kind: str) -> list[Calendar]:
        """Draw calendars of one kind; ``NothingToCompareError`` says why there are none."""
        window, chance = self.strategy.window, self._chance
        start, stop = self._open_rows
        if kind == "calendars":
            widened(np.zeros(1), self._covered)  # refuses where too little is left, before any work is done
            drawn = matched_calendars(
                self.rng(kind), self.rows, start=start, stop=stop, draws=chance.draws, distance=window
            )
        elif kind == "shifts":
            reach = max(REACH, 2 * window)
            drawn = shifted_calendars(
                self.rng(kind), self.rows, start=start, stop=stop, draws=chance.other_draws, reach=reach, least=window
            )
        else:
            return self._events_of_others()
        lags = [lag for _, lag in self.true]
        return [list(zip(rows, lags, strict=True)) for rows in drawn.tolist()]

    @cached_property
    def _covered(self) -> float:
        """Share of the rows that could be drawn which lie in a true event's window."""
        start, stop = self._open_rows
        return share_covered(self.rows, start=start, stop=max(stop, start + 1), length=self.strategy.window)

    def comparable(self, kind: str, drawn: Floats) -> Floats:
        """Make up for calendars that keep away from the truth; other kinds of draws stay as they are."""
        return widened(drawn, self._covered) if kind == "calendars" and len(drawn) else drawn

    def _events_of_others(self) -> list[Calendar]:
        """Draw as many events as the pair has of its own from those of other mainlines, each anew from all of them."""
        mainlines = set(self.strategy.trigger.mainlines or (self.basket.mainline,))
        slots = set()
        for event in self._workspace.events:
            if mainlines.isdisjoint(event.mainlines) and not event.endogenous:
                try:
                    slot = self.worth.slot_of(map_event(event, self.sleeve.calendar))
                except CalendarEndError:
                    continue
                if slot is not None and slot not in self.true and self.worth.of(slot) is not None:
                    slots.add(slot)
        there = sorted(slots)
        if len(there) < FEWEST_OTHERS:
            raise NothingToCompareError(
                Words(
                    zh=f"其他主线的事件只有 {len(there)} 个：至少要 {FEWEST_OTHERS} 个才能抽取",
                    en=f"{len(there)} events of other mainlines: too few to draw from (at least {FEWEST_OTHERS})",
                ),
                "add events, or lengthen the period",
            )
        size = (self._chance.other_draws, len(self.true))
        chosen = self.rng("other_mainlines").integers(len(there), size=size)
        return [[there[place] for place in places] for places in chosen.tolist()]

    def baskets(self, controls: ControlNames) -> npt.NDArray[np.int64]:
        """Draw baskets of control names, ``(n_draws, n_members)``, as places among them."""
        members = sorted({stock.symbol for plan in self.runner.plans(self.circle) for stock in plan.members})
        return controls.draw(self.rng("baskets"), self.sleeve.panel, members, self._chance.other_draws)

    def mean_with(self, places: npt.NDArray[np.int64], controls: ControlNames) -> float | None:
        """Return what the true events would have captured above the benchmark with a basket of control names."""
        sleeve = controls.sleeve_like(self.sleeve)
        worth = EventWorth(self._runner(controls.basket(places, like=self.basket), sleeve), Circle.ALL, self._levels)
        sessions = self.sleeve.panel.sessions
        rows = sleeve.panel.row_of
        return worth.mean([(rows[sessions[row]], lag) for row, lag in self.true if sessions[row] in rows])


def means_of(pair: ChancePair, kind: str, answer: Answer) -> Floats:
    """Return the statistic of every calendar of a kind that has one, in the order of the draws.

    ``answer`` works out what the calendars ask for, here or elsewhere.
    """
    calendars = pair.calendars(kind)
    pair.worth.learn(answer(pair.worth.questions(calendars)))
    return kept(pair.worth.mean(calendar) for calendar in calendars)


def kept(found: Iterable[float | None]) -> Floats:
    """Return the numbers there are."""
    return np.array([value for value in found if value is not None])


def tested(pair: ChancePair, kind: str, draw: Callable[[], Floats]) -> PlaceboTest:
    """Return the truth among draws of one kind, or why there are none."""
    observed = pair.observed
    if observed is None:
        return _refused(kind, NO_EVENT)
    try:
        drawn = pair.comparable(kind, draw())
    except NothingToCompareError as error:
        return _refused(kind, error.words)
    if not len(drawn):
        return _refused(kind, NO_NUMBER)
    counts, edges = np.histogram(drawn, bins=BINS, range=_span(observed, drawn))
    return PlaceboTest(
        kind=kind,
        draws=len(drawn),
        observed=observed,
        events=len(pair.true),
        mean=float(drawn.mean()),
        percentile=percentile(observed, drawn),
        p_value=placebo_p_value(observed, drawn),
        edges=tuple(edges.tolist()),
        counts=tuple(int(count) for count in counts),
    )


def _span(observed: float, drawn: Floats) -> tuple[float, float]:
    """Return the range a histogram covers: every draw and the truth, with room for a bar."""
    low, high = min(float(drawn.min()), observed), max(float(drawn.max()), observed)
    return (low, high) if high > low else (low - 0.01, high + 0.01)


def _refused(kind: str, why: Words) -> PlaceboTest:
    return PlaceboTest(kind=kind, draws=0, refused=Label(zh=why.zh, en=why.en))


NO_EVENT: Final = Words(zh="没有一个事件有实得数字", en="no event has a captured number")
NO_NUMBER: Final = Words(zh="没有一次抽样有数值", en="no draw came to a number")
