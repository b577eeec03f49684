"""Placebo: the same strategy on what chance would have given it, and how rare the truth is among that.

The statistic is the mean, over events, of what each captured on its own above the benchmark's return over its window.
Drawn are calendars without news, true events moved a little, baskets of names nobody tied to the mainline, and the
events of other mainlines. Draws depend on the seed and on the pair alone, not on who works them out.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from hypebasket.errors import CalendarEndError, UsageError
from hypebasket.events.mapping import map_event
from hypebasket.ledger.placebo import PlaceboPair, PlaceboResult, PlaceboTest
from hypebasket.ledger.result import Label
from hypebasket.pipeline.controls import ControlNames
from hypebasket.pipeline.crew import Crew
from hypebasket.pipeline.files import write_csv, write_json
from hypebasket.pipeline.identity import run_id
from hypebasket.pipeline.market import benchmark_of, lay_out_sleeves
from hypebasket.pipeline.outcome import label, primary_circle
from hypebasket.pipeline.request import RunRequest
from hypebasket.pipeline.run import Job, funded, parameters_of, prepare
from hypebasket.pipeline.sleeve import Sleeve, SleeveRunner
from hypebasket.pipeline.worth import EventWorth, Question, Slot, levels_by_session
from hypebasket.spec.basket import Basket
from hypebasket.spec.strategy import Strategy
from hypebasket.spec.text import Circle, Currency
from hypebasket.stats.placebo import (
    matched_calendars,
    percentile,
    placebo_p_value,
    share_covered,
    shifted_calendars,
    widened,
)

__all__ = ["KINDS", "FinishedPlacebo", "PlaceboRequest", "execute_placebo"]

KINDS: Final = ("calendars", "shifts", "baskets", "other_mainlines")
REACH: Final = 40
"""How far an event is moved at the most, in sessions."""

FEWEST_OTHERS: Final = 5
BINS: Final = 40
PIECES_PER_JOB: Final = 8

Say = Callable[[str], None]
Calendar = Sequence[Slot]


@dataclass(frozen=True, slots=True)
class PlaceboRequest:
    """One call of ``hypebasket placebo``: a run, and how often each kind of chance is drawn."""

    run: RunRequest
    draws: int = 10_000
    other_draws: int = 1_000
    seed: int = 0
    kinds: tuple[str, ...] = KINDS
    jobs: int = 1
    cluster: str | None = None


@dataclass(frozen=True, slots=True)
class FinishedPlacebo:
    """What a placebo left: its result, its folder, and its page (if pages were asked for)."""

    result: PlaceboResult
    folder: Path
    index: Path | None


class Ground:
    """All pairs of a placebo, made ready; the same in every process."""

    def __init__(self, request: PlaceboRequest) -> None:
        self.request = request
        self.job: Job = prepare(request.run, whole_market="baskets" in request.kinds)
        self.sleeves = lay_out_sleeves(request.run, self.job.baskets, self.job.data)

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """Every basket × strategy that acts on events, on every sleeve."""
        made = (Pair(self, *each) for each in funded(self.job, self.sleeves))
        return tuple(pair for pair in made if pair.runner.triggered)

    @cached_property
    def controls(self) -> dict[str, ControlNames]:
        """The control names of every sleeve, by its currency: those in the data that no basket names."""
        named = {stock.symbol for basket in self.job.workspace.baskets.values() for stock in basket.stocks}
        return {
            sleeve.currency: ControlNames(Currency(sleeve.currency), named, self.job, self.request.run)
            for sleeve in self.sleeves
        }

    def perform(self, task: Task) -> list[float | None]:
        """Work out a piece: what events are worth to a pair, or its strategy on baskets of control names."""
        pair = self.pairs[task.pair]
        if task.questions is not None:
            return [pair.worth.of(*question) for question in task.questions]
        assert task.baskets is not None
        return [pair.mean_with(names) for names in task.baskets]


@dataclass(frozen=True, slots=True)
class Task:
    """A piece of work for one pair: questions, or drawn baskets as places among the control names."""

    pair: int
    questions: list[Question] | None = None
    baskets: npt.NDArray[np.int64] | None = None


@dataclass(frozen=True, slots=True)
class _Recipe:
    """How another process makes the ground ready."""

    request: PlaceboRequest

    def __call__(self) -> Ground:
        return Ground(self.request)


class Pair:
    """One basket × strategy on one sleeve, in the circle that leads the report."""

    def __init__(self, ground: Ground, basket: Basket, strategy: Strategy, sleeve: Sleeve) -> None:
        self._ground = ground
        self.basket, self.strategy, self.sleeve = basket, strategy, sleeve
        workspace = ground.job.workspace
        self.circle: Circle = primary_circle(basket, strategy.members, ground.request.run.members)
        self.runner = SleeveRunner(basket, strategy, sleeve, workspace.events, workspace.root)
        self.benchmark = benchmark_of(basket, sleeve, ground.job.data)

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
        return np.random.default_rng([self._ground.request.seed, zlib.crc32(name.encode())])

    def calendars(self, kind: str) -> list[Calendar]:
        """Draw calendars of one kind; ``UsageError`` says why there are none."""
        request, window = self._ground.request, self.strategy.window
        start, stop = self._open_rows
        if kind == "calendars":
            drawn = matched_calendars(
                self.rng(kind), self.rows, start=start, stop=stop, draws=request.draws, distance=window
            )
        elif kind == "shifts":
            reach = max(REACH, 2 * window)
            drawn = shifted_calendars(
                self.rng(kind), self.rows, start=start, stop=stop, draws=request.other_draws, reach=reach, least=window
            )
        else:
            return self._events_of_others()
        lags = [lag for _, lag in self.true]
        return [list(zip(rows, lags, strict=True)) for rows in drawn.tolist()]

    @property
    def _open_rows(self) -> tuple[int, int]:
        """First row that may be drawn, and the first after them that may not."""
        return self.sleeve.start + 1, self.sleeve.stop - self.strategy.window

    def comparable(self, kind: str, drawn: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the draws as the truth may be compared with them: calendars that keep away from it are widened."""
        if kind != "calendars":
            return drawn
        start, stop = self._open_rows
        return widened(drawn, share_covered(self.rows, start=start, stop=stop, length=self.strategy.window))

    def _events_of_others(self) -> list[Calendar]:
        """Draw as many events as the pair has of its own from those of other mainlines, each anew from all of them."""
        mainlines = set(self.strategy.trigger.mainlines or (self.basket.mainline,))
        slots = set()
        for event in self._ground.job.workspace.events:
            if mainlines.isdisjoint(event.mainlines) and not event.endogenous:
                try:
                    slot = self.worth.slot_of(map_event(event, self.sleeve.calendar))
                except CalendarEndError:
                    continue
                if slot is not None and slot not in self.true and self.worth.of(slot) is not None:
                    slots.add(slot)
        there = sorted(slots)
        if len(there) < FEWEST_OTHERS:
            raise UsageError(
                f"{len(there)} events of other mainlines: too few to draw from (at least {FEWEST_OTHERS})",
                "add events, or lengthen the period",
            )
        chosen = self.rng("other_mainlines").integers(
            len(there), size=(self._ground.request.other_draws, len(self.true))
        )
        return [[there[place] for place in places] for places in chosen.tolist()]

    def baskets(self) -> npt.NDArray[np.int64]:
        """Draw baskets of control names, ``(n_draws, n_members)``, as places among them."""
        controls = self._ground.controls[self.sleeve.currency]
        members = sorted({stock.symbol for plan in self.runner.plans(self.circle) for stock in plan.members})
        return controls.draw(self.rng("baskets"), self.sleeve.panel, members, self._ground.request.other_draws)

    def mean_with(self, places: npt.NDArray[np.int64]) -> float | None:
        """Return what the true events would have captured above the benchmark with a basket of control names."""
        controls = self._ground.controls[self.sleeve.currency]
        sleeve = controls.sleeve_like(self.sleeve)
        basket = controls.basket(places, like=self.basket)
        workspace = self._ground.job.workspace
        runner = SleeveRunner(basket, self.strategy, sleeve, workspace.events, workspace.root)
        worth = EventWorth(runner, Circle.ALL, self._levels)
        sessions = self.sleeve.panel.sessions
        rows = sleeve.panel.row_of
        return worth.mean([(rows[sessions[row]], lag) for row, lag in self.true if sessions[row] in rows])


def execute_placebo(request: PlaceboRequest, say: Say) -> FinishedPlacebo:
    """Compare what was captured with chance, and write the placebo's folder."""
    ground = Ground(request)
    data = ground.job.data
    say(f"data: {data.source}{' (SYNTHETIC / 合成数据)' if data.synthetic else ''}")
    if not ground.pairs:
        raise UsageError(
            "no strategy here acts on events, so there is nothing to compare",
            "choose one that does, e.g. -s event-drift",
        )
    crew = Crew(request.jobs, request.cluster)
    told = tuple(_compared(ground, number, crew, say) for number in range(len(ground.pairs)))
    sleeves = ground.sleeves
    identity = run_id(
        {
            **parameters_of(ground.job, sleeves),
            "placebo": {"draws": request.draws, "other_draws": request.other_draws, "kinds": request.kinds},
            "seed": request.seed,
        }
    )
    result = PlaceboResult(
        placebo_id=identity,
        synthetic=data.synthetic,
        source=data.source,
        content_hash=data.content_hash,
        first_session=min(sleeve.first for sleeve in sleeves).isoformat(),
        last_session=max(sleeve.last for sleeve in sleeves).isoformat(),
        seed=request.seed,
        pairs=told,
    )
    folder = request.run.workspace / "reports" / f"placebo-{identity}"
    write_json(folder / "result.json", result.model_dump(mode="json"))
    write_csv(folder / "placebo.csv", _COLUMNS, _rows(result))
    return FinishedPlacebo(result, folder, None)


def _compared(ground: Ground, number: int, crew: Crew, say: Say) -> PlaceboPair:
    """Compare one pair with every kind of chance."""
    pair = ground.pairs[number]
    observed = pair.worth.mean(pair.true)
    tests = []
    for kind in ground.request.kinds:
        if observed is None:
            tests.append(_refused(kind, NO_EVENT))
            continue
        try:
            means = _drawn(ground, number, kind, crew)
            fair = pair.comparable(kind, means) if len(means) else means
        except UsageError as error:
            tests.append(_refused(kind, Label(zh=error.message, en=error.message)))
            continue
        tests.append(_tested(kind, observed, means, fair))
        say(f"{pair.basket.id} × {pair.strategy.id} in {pair.sleeve.currency}: {len(means):,} {kind}")
    return PlaceboPair(
        basket=pair.basket.id,
        basket_name=label(pair.basket.name),
        strategy=pair.strategy.id,
        strategy_name=label(pair.strategy.name),
        sleeve=pair.sleeve.currency,
        members=pair.circle.value,
        benchmark=pair.benchmark.symbol if pair.benchmark.levels else None,
        events=len(pair.true),
        observed=observed,
        tests=tuple(tests),
    )


def _drawn(ground: Ground, number: int, kind: str, crew: Crew) -> npt.NDArray[np.float64]:
    """Return the statistic of every draw that has one, in the order of the draws."""
    pair = ground.pairs[number]
    if kind == "baskets":
        baskets = pair.baskets()
        tasks = [Task(number, baskets=piece) for piece in np.array_split(baskets, _pieces(crew, len(baskets)))]
        pieces = dict(crew.work(ground, _Recipe(ground.request), tasks))
        found = [value for place in range(len(tasks)) for value in pieces[place]]
    else:
        calendars = pair.calendars(kind)
        questions = pair.worth.questions(calendars)
        tasks = [Task(number, questions=piece) for piece in _split(questions, _pieces(crew, len(questions)))]
        for place, answers in crew.work(ground, _Recipe(ground.request), tasks):
            asked = tasks[place].questions
            assert asked is not None
            pair.worth.learn(dict(zip(asked, answers, strict=True)))
        found = [pair.worth.mean(calendar) for calendar in calendars]
    return np.array([value for value in found if value is not None])


def _pieces(crew: Crew, count: int) -> int:
    return max(min(count, PIECES_PER_JOB * (64 if crew.cluster else crew.jobs)), 1)


def _split(questions: list[Question], pieces: int) -> Iterator[list[Question]]:
    """Cut questions into pieces of nearly equal length; none into none."""
    bounds = [len(questions) * piece // pieces for piece in range(pieces + 1)]
    for start, stop in pairwise(bounds):
        if stop > start:
            yield questions[start:stop]


def _tested(kind: str, observed: float, drawn: npt.NDArray[np.float64], fair: npt.NDArray[np.float64]) -> PlaceboTest:
    """Put the truth among the draws; the histogram shows them as ``drawn``, chance is judged by the ``fair`` ones."""
    if not len(drawn):
        return _refused(kind, Label(zh="没有一次抽样有数值", en="no draw came to a number"))
    counts, edges = np.histogram(drawn, bins=BINS, range=_span(observed, drawn))
    return PlaceboTest(
        kind=kind,
        draws=len(drawn),
        mean=float(drawn.mean()),
        percentile=percentile(observed, fair),
        p_value=placebo_p_value(observed, fair),
        edges=tuple(edges.tolist()),
        counts=tuple(int(count) for count in counts),
    )


def _span(observed: float, drawn: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Return the range a histogram covers: every draw and the truth, with room for a bar."""
    low, high = min(float(drawn.min()), observed), max(float(drawn.max()), observed)
    return (low, high) if high > low else (low - 0.01, high + 0.01)


def _refused(kind: str, why: Label) -> PlaceboTest:
    return PlaceboTest(kind=kind, draws=0, refused=why)


NO_EVENT: Final = Label(zh="没有一个事件有实得数字", en="no event has a captured number")

_COLUMNS: Final = (
    "basket", "strategy", "sleeve", "members", "benchmark", "events", "observed", "kind", "draws", "mean", "percentile",
    "p_value", "refused",
)  # fmt: skip


def _rows(result: PlaceboResult) -> Iterator[Sequence[object]]:
    for pair in result.pairs:
        for test in pair.tests:
            yield (
                pair.basket, pair.strategy, pair.sleeve, pair.members, pair.benchmark, pair.events, pair.observed,
                test.kind, test.draws, test.mean, test.percentile, test.p_value, test.refused and test.refused.en,
            )  # fmt: skip
