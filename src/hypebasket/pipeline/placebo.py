"""Placebo: the same strategy on what chance would have given it, and how rare the truth is among that.

Drawn are calendars without news, true events moved a little, baskets of names nobody tied to the mainline, and the
events of other mainlines (``pipeline.chance``); here the work is shared out, and the folder written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from hypebasket.errors import UsageError
from hypebasket.ledger.placebo import PlaceboPair, PlaceboResult
from hypebasket.pipeline.chance import KINDS, Answers, Chance, ChancePair, kept, means_of, tested
from hypebasket.pipeline.controls import ControlNames
from hypebasket.pipeline.crew import Crew
from hypebasket.pipeline.files import write_csv, write_json
from hypebasket.pipeline.identity import run_id
from hypebasket.pipeline.market import lay_out_sleeves
from hypebasket.pipeline.outcome import label
from hypebasket.pipeline.request import RunRequest
from hypebasket.pipeline.run import Job, funded, parameters_of, prepare
from hypebasket.pipeline.worth import Question
from hypebasket.report.placebo import write_placebo
from hypebasket.spec.text import Currency

__all__ = ["KINDS", "FinishedPlacebo", "PlaceboRequest", "execute_placebo"]

PIECES_PER_JOB: Final = 8
PIECES_ON_A_CLUSTER: Final = 512

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class PlaceboRequest:
    """One call of ``hypebasket placebo``: a run, and how often each kind of chance is drawn."""

    run: RunRequest
    chance: Chance = field(default_factory=Chance)
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
    def pairs(self) -> tuple[ChancePair, ...]:
        """Every basket × strategy that acts on events, on every sleeve."""
        made = (ChancePair(self.job, self.request.chance, *each) for each in funded(self.job, self.sleeves))
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
        controls = self.controls[pair.sleeve.currency]
        return [pair.mean_with(names, controls) for names in task.baskets]


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


def execute_placebo(request: PlaceboRequest, say: Say) -> FinishedPlacebo:
    """Compare what was captured with chance, and write the placebo's folder."""
    ground = Ground(request)
    data = ground.job.data
    say(f"data: {data.source}{' (SYNTHETIC / 合成数据)' if data.synthetic else ''}")
    _tell_what_is_left_out(ground, say)
    crew = Crew(request.jobs, request.cluster)
    told = tuple(_compared(ground, number, crew, say) for number in range(len(ground.pairs)))
    sleeves, chance = ground.sleeves, request.chance
    identity = run_id(
        {
            **parameters_of(ground.job, sleeves),
            "placebo": {"draws": chance.draws, "other_draws": chance.other_draws, "kinds": request.kinds},
            "seed": chance.seed,
        }
    )
    result = PlaceboResult(
        placebo_id=identity,
        synthetic=data.synthetic,
        source=data.source,
        content_hash=data.content_hash,
        first_session=min(sleeve.first for sleeve in sleeves).isoformat(),
        last_session=max(sleeve.last for sleeve in sleeves).isoformat(),
        seed=chance.seed,
        pairs=told,
    )
    folder = request.run.workspace / "reports" / f"placebo-{identity}"
    write_json(folder / "result.json", result.model_dump(mode="json"))
    write_csv(folder / "placebo.csv", _COLUMNS, _rows(result))
    return FinishedPlacebo(result, folder, write_placebo(result, folder) if request.run.pages else None)


def _tell_what_is_left_out(ground: Ground, say: Say) -> None:
    """Say which strategies do not act on events; refuse where none does."""
    acting = {pair.strategy.id for pair in ground.pairs}
    if not acting:
        raise UsageError(
            "no strategy here acts on events, so there is nothing to compare",
            "choose one that does, e.g. -s event-drift",
        )
    for strategy in ground.job.strategies:
        if strategy.id not in acting:
            say(f"{strategy.id} does not act on events: left out")


def _compared(ground: Ground, number: int, crew: Crew, say: Say) -> PlaceboPair:
    """Compare one pair with every kind of chance."""
    pair = ground.pairs[number]
    tests = []
    for kind in ground.request.kinds:
        tests.append(tested(pair, kind, partial(_drawn, ground, number, kind, crew)))
        drawn = f"{tests[-1].draws:,} draws" if tests[-1].refused is None else tests[-1].refused.en
        say(f"{pair.basket.id} × {pair.strategy.id} in {pair.sleeve.currency}, {kind}: {drawn}")
    return PlaceboPair(
        basket=pair.basket.id,
        basket_name=label(pair.basket.name),
        strategy=pair.strategy.id,
        strategy_name=label(pair.strategy.name),
        sleeve=pair.sleeve.currency,
        members=pair.circle.value,
        benchmark=pair.benchmark.symbol if pair.benchmark.levels else None,
        window=pair.strategy.window,
        events=len(pair.true),
        observed=pair.observed,
        tests=tuple(tests),
    )


def _drawn(ground: Ground, number: int, kind: str, crew: Crew) -> npt.NDArray[np.float64]:
    """Return the statistic of every draw that has one, in the order of the draws, with the work shared out."""
    pair = ground.pairs[number]
    recipe = _Recipe(ground.request)
    if kind == "baskets":
        baskets = pair.baskets(ground.controls[pair.sleeve.currency])
        tasks = [Task(number, baskets=piece) for piece in np.array_split(baskets, _pieces(crew, len(baskets)))]
        pieces = dict(crew.work(ground, recipe, tasks))
        return kept(value for place in range(len(tasks)) for value in pieces[place])

    def answer(questions: list[Question]) -> Answers:
        split = list(_split(questions, _pieces(crew, len(questions))))
        answers: dict[Question, float | None] = {}
        for place, found in crew.work(ground, recipe, [Task(number, questions=piece) for piece in split]):
            answers.update(zip(split[place], found, strict=True))
        return answers

    return means_of(pair, kind, answer)


def _pieces(crew: Crew, count: int) -> int:
    return max(min(count, PIECES_ON_A_CLUSTER if crew.cluster else PIECES_PER_JOB * crew.jobs), 1)


def _split(questions: list[Question], pieces: int) -> Iterator[list[Question]]:
    """Cut questions into pieces of nearly equal length; none into none."""
    bounds = [len(questions) * piece // pieces for piece in range(pieces + 1)]
    for start, stop in pairwise(bounds):
        if stop > start:
            yield questions[start:stop]


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
