"""Sweeps: one strategy over a grid of its fields, every configuration evaluated, counted, and kept.

A sweep lies in ``reports/sweep-<id>/``. Finished chunks lie in its ``parts/`` and are not evaluated again: a sweep that
was stopped goes on where it was. The best configurations are run a second time in the backtrader engine before they
are reported; the two engines must agree on every session to the fen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np

from hypebasket.errors import LedgerError, SpecError, UsageError
from hypebasket.ledger.sweep import ArenaResult, ConfigurationResult, ForwardWalk, SweepAxis, SweepResult
from hypebasket.market.panel import FEN
from hypebasket.pipeline.crew import Crew
from hypebasket.pipeline.files import write_csv, write_json
from hypebasket.pipeline.forward import DEFAULT_EMBARGO, DEFAULT_FOLDS, walk
from hypebasket.pipeline.identity import run_id
from hypebasket.pipeline.job import Job, Say, funded, parameters_of, prepare, seal, tell_source
from hypebasket.pipeline.luck import Luck, judge
from hypebasket.pipeline.market import lay_out_sleeves
from hypebasket.pipeline.outcome import label
from hypebasket.pipeline.request import RunRequest
from hypebasket.pipeline.scores import Arena, Score, ScoreShelf
from hypebasket.pipeline.trials import Configuration, Evaluation, TrialLedger, evaluation
from hypebasket.spec.grid import Axis, Point, draw_points, grid_points, number_of_points, vary
from hypebasket.spec.source import read_source
from hypebasket.spec.strategy import Strategy, TriggerOn

__all__ = ["METRICS", "FinishedSweep", "SweepRequest", "execute_sweep"]

METRICS: Final = ("captured", "total_return", "sharpe", "max_drawdown")
CHUNK: Final = 32
MOST_CONFIGURATIONS: Final = 1_000_000

PARTS: Final = "parts"
"""Folder of the finished chunks: working files, which no manifest seals."""

Chunk = tuple[int, list[int]]
"""An arena, and the configurations to evaluate in it, by their places."""


@dataclass(frozen=True, slots=True)
class SweepRequest:
    """One call of ``hypebasket sweep``: a run of one strategy, and how its fields vary.

    ``random`` draws so many points of the grid, by ``seed``; ``metric`` ranks them (``None``: captured, or the total
    return of a strategy without a trigger); the ``top`` best are run again; ``folds`` and ``embargo`` (sessions) are
    those of the walk forward; ``jobs`` processes share the work, or the ``cluster`` at an address.
    """

    run: RunRequest
    axes: tuple[Axis, ...]
    random: int | None = None
    seed: int = 0
    metric: str | None = None
    top: int = 3
    folds: int = DEFAULT_FOLDS
    embargo: int = DEFAULT_EMBARGO
    jobs: int = 1
    cluster: str | None = None


@dataclass(frozen=True, slots=True)
class FinishedSweep:
    """What a sweep left: its result, its folder, and its page (if pages were asked for)."""

    result: SweepResult
    folder: Path
    index: Path | None


class Field:
    """What is swept: the arenas (baskets on sleeves), the points, and how one of them is scored; the same anywhere."""

    def __init__(self, request: SweepRequest, job: Job, values: Mapping[str, object]) -> None:
        self.request = request
        self.job = job
        self.values = dict(values)
        (self.strategy,) = self.job.strategies
        self.sleeves = lay_out_sleeves(request.run, self.job.baskets, self.job.data)
        self.metric = request.metric or ("captured" if self.is_triggered else "total_return")

    @classmethod
    def of(cls, request: SweepRequest) -> Field:
        """Set up what a request asks for, with the strategy as its file has it."""
        job = prepare(request.run)
        (strategy,) = job.strategies
        value = read_source(job.workspace.root / "strategies" / f"{strategy.id}.yaml").value
        assert isinstance(value, dict)
        return cls(request, job, value)

    @cached_property
    def points(self) -> Sequence[Point]:
        """The configurations, in the order of the grid."""
        axes, wanted = self.request.axes, self.request.random
        if wanted is not None:
            return draw_points(axes, wanted, np.random.default_rng(self.request.seed))
        total = number_of_points(axes)
        if total > MOST_CONFIGURATIONS:
            raise UsageError(f"the grid has {total:,} points", f"draw some: --random {MOST_CONFIGURATIONS // 100}")
        return list(grid_points(axes))

    @cached_property
    def arenas(self) -> tuple[Arena, ...]:
        """Every basket on every sleeve that has members of it."""
        return tuple(
            Arena(basket, sleeve, self.job.workspace, self.request.run.members)
            for basket, _, sleeve in funded(self.job, self.sleeves)
        )

    @cached_property
    def parameters(self) -> dict[str, object]:
        """Everything that can change a number of the sweep, but the trials before it."""
        request = self.request
        return {
            **parameters_of(self.job, self.sleeves),
            "sweep": {
                "values": self.values,
                "axes": [[axis.name, axis.values] for axis in request.axes],
                "random": request.random,
                "metric": self.metric,
                "top": request.top,
                "folds": request.folds,
                "embargo": request.embargo,
            },
            "seed": request.seed,
        }

    def strategy_at(self, point: Point) -> Strategy:
        """Return the strategy of a configuration; ``SpecError`` if there is none."""
        return vary(self.values, self.request.axes, point, self.job.workspace.root)

    def score(self, arena: int, index: int) -> Score:
        """Evaluate one configuration in one arena."""
        try:
            strategy = self.strategy_at(self.points[index])
        except SpecError as error:
            first = error.problems[0]
            return Score.none(f"{first.value}: {first.message}")
        return self.arenas[arena].score(strategy)

    def perform(self, task: Chunk) -> list[Score]:
        """Evaluate the configurations of a chunk."""
        arena, indices = task
        return [self.score(arena, index) for index in indices]

    def configuration(self, arena: int, index: int) -> Configuration:
        """Return what the trial ledger is told of a configuration."""
        here = self.arenas[arena]
        capital = round(here.sleeve.capital / FEN)
        return here.configuration(self.strategy_at(self.points[index]), capital, self.job.data)

    @property
    def is_triggered(self) -> bool:
        """Whether the strategy acts on events."""
        return self.strategy.trigger.on is TriggerOn.EVENTS and self.strategy.own_class is None


@dataclass(frozen=True, slots=True)
class _Recipe:
    """How another process sets up what is swept."""

    request: SweepRequest

    def __call__(self) -> Field:
        return Field.of(self.request)


def execute_sweep(request: SweepRequest, say: Say) -> FinishedSweep:
    """Evaluate every configuration of a grid and write the sweep's folder."""
    field = Field.of(request)
    if field.strategy.own_class is not None:
        raise UsageError(
            f"strategy '{field.strategy.id}' is a class of its own: its fields decide nothing",
            "sweep a strategy made of options",
        )
    _check_axes(field)
    return carry_out(field, say)


def carry_out(
    field: Field, say: Say, *, folder: Path | None = None, identity: str | None = None, tried: int | None = None
) -> FinishedSweep:
    """Evaluate a field, and write the folder that its identity names, unless told otherwise.

    With ``tried`` (the number of trials the workspace had come to) the sweep is only repeated: it tries nothing new,
    and nothing is entered in the trial ledger.
    """
    request, data = field.request, field.job.data
    identity = identity or run_id(field.parameters)
    folder = folder or request.run.workspace / "reports" / f"sweep-{identity}"
    tell_source(data, say)
    shelf = ScoreShelf(folder / PARTS)
    trials = TrialLedger(request.run.workspace) if tried is None else None
    for arena, indices, scores in _evaluated(field, shelf, say):
        shelf.keep(arena, indices, scores)
        if trials:
            trials.append(f"sweep-{identity}", _told(field, arena, indices, scores))
    if trials:
        tried = trials.count(data.content_hash)
    assert tried is not None
    result = _result(field, shelf, identity, tried, say)
    written = [
        write_csv(folder / "configurations.csv", _columns(request.axes), _rows(result)),
        write_json(folder / "result.json", result.model_dump(mode="json")),
    ]
    index = _page(result, folder) if request.run.pages else None
    seal(field.job, folder, identity, field.parameters, [*written, index], verb="sweep", noted={"tried": tried})
    return FinishedSweep(result, folder, index)


def _page(result: SweepResult, folder: Path) -> Path:
    from hypebasket.report.sweep import write_sweep

    return write_sweep(result, folder)


def _check_axes(field: Field) -> None:
    """Refuse an axis of which no value makes a strategy, with what is wrong with its first."""
    for axis in field.request.axes:
        problems = []
        for value in axis.values:
            try:
                vary(field.values, (axis,), (value,), field.job.workspace.root)
            except SpecError as error:
                problems.append(error.problems[0])
        if len(problems) == len(axis.values):
            raise UsageError(f"--grid {axis.name}: {problems[0].message}", problems[0].remedy.en)


def _evaluated(field: Field, shelf: ScoreShelf, say: Say) -> Iterator[tuple[int, list[int], list[Score]]]:
    """Yield the chunks that are still to be evaluated, as they come in."""
    todo = [
        (arena, chunk)
        for arena in range(len(field.arenas))
        for chunk in _chunks([index for index in range(len(field.points)) if not shelf.has(arena, index)])
    ]
    total = len(field.points) * len(field.arenas)
    done = total - sum(len(chunk) for _, chunk in todo)
    say(f"{total:,} configurations" + (f", {done:,} of them evaluated before" if done else ""))
    crew = Crew(field.request.jobs, field.request.cluster)
    for place, scores in crew.work(field, _Recipe(field.request), todo):
        arena, chunk = todo[place]
        done += len(chunk)
        yield arena, chunk, scores
        say(f"{done:,} of {total:,} evaluated")


def _chunks(indices: Sequence[int]) -> Iterator[list[int]]:
    for start in range(0, len(indices), CHUNK):
        yield list(indices[start : start + CHUNK])


def _told(
    field: Field, arena: int, indices: Sequence[int], scores: Sequence[Score]
) -> Iterator[tuple[Configuration, Evaluation]]:
    for index, score in zip(indices, scores, strict=True):
        if score.problem is None:
            yield field.configuration(arena, index), _figures(field, arena, score)


def _figures(field: Field, arena: int, score: Score) -> Evaluation:
    sleeve = field.arenas[arena].sleeve
    figures = evaluation(score.equity, sleeve.capital, [], sleeve.periods_per_year)
    return replace(figures, events=score.events, captured=score.captured)


def _result(field: Field, shelf: ScoreShelf, identity: str, tried: int, say: Say) -> SweepResult:
    data = field.job.data
    return SweepResult(
        sweep_id=identity,
        synthetic=data.synthetic,
        source=data.source,
        content_hash=data.content_hash,
        strategy=field.strategy.id,
        strategy_name=label(field.strategy.name),
        metric=field.metric,
        random=field.request.random,
        seed=field.request.seed,
        axes=tuple(SweepAxis(field=axis.name, values=axis.values) for axis in field.request.axes),
        arenas=tuple(_arena(field, shelf, arena, tried, say) for arena in range(len(field.arenas))),
    )


def _arena(field: Field, shelf: ScoreShelf, arena: int, tried: int, say: Say) -> ArenaResult:
    place = field.arenas[arena]
    scores = [shelf.score(arena, index) for index in range(len(field.points))]
    rows = [_row(field, arena, index, score) for index, score in enumerate(scores)]
    ranked = sorted(
        (index for index, row in enumerate(rows) if getattr(row, field.metric) is not None),
        key=lambda index: (-getattr(rows[index], field.metric), index),
    )
    for rank, index in enumerate(ranked, start=1):
        is_best = rank <= field.request.top
        if is_best:
            _confirm(field, arena, index, scores[index])
        rows[index] = rows[index].model_copy(update={"rank": rank, "confirmed": is_best})
    if ranked:
        say(f"{place.basket.id} in {place.sleeve.currency}: the best {min(field.request.top, len(ranked))} confirmed")
    made = [score for score in scores if score.problem is None]
    luck = judge(
        [score.equity for score in made],
        place.sleeve.capital,
        place.sleeve.periods_per_year,
        tried=tried,
        events=max((score.events for score in made), default=0) if field.is_triggered else None,
    )
    return ArenaResult(
        basket=place.basket.id,
        name=label(place.basket.name),
        sleeve=place.sleeve.currency,
        members=place.circle(field.strategy).value,
        first_session=place.sleeve.first.isoformat(),
        last_session=place.sleeve.last.isoformat(),
        configurations=tuple(rows),
        tried=tried,
        forward=_walked(field, place, scores) if field.is_triggered else None,
        **{name: getattr(luck, name) for name in Luck.__slots__},
    )


def _walked(field: Field, place: Arena, scores: Sequence[Score]) -> ForwardWalk:
    events = [event.id for event in field.job.workspace.events]
    request = field.request
    return walk(scores, events, place.sleeve.panel.sessions, folds=request.folds, embargo=request.embargo)


def _row(field: Field, arena: int, index: int, score: Score) -> ConfigurationResult:
    if score.problem is not None:
        return ConfigurationResult(settings=field.points[index], problem=score.problem)
    figures = _figures(field, arena, score)
    return ConfigurationResult(
        settings=field.points[index],
        total_return=figures.total_return,
        sharpe=figures.sharpe,
        max_drawdown=score.drawdown(field.arenas[arena].sleeve.capital),
        events=score.events,
        captured=score.captured,
        fills=score.fills,
        unfilled=score.unfilled,
    )


def _confirm(field: Field, arena: int, index: int, score: Score) -> None:
    """Run a configuration in the backtrader engine; a difference to what was evaluated stops the sweep."""
    again = field.arenas[arena].confirmed(field.strategy_at(field.points[index]))
    if not score.equals(again):
        raise LedgerError(
            f"configuration {field.points[index]}: the two engines differ",
            "this is a fault of the program; please report it",
        )


def _columns(axes: Sequence[Axis]) -> tuple[str, ...]:
    figures = [name for name in ConfigurationResult.model_fields if name not in ("settings", "problem")]
    return ("basket", "sleeve", "members", *(axis.name for axis in axes), *figures, "problem")


def _rows(result: SweepResult) -> Iterator[Sequence[object]]:
    for arena in result.arenas:
        for row in arena.configurations:
            figures = row.model_dump(exclude={"settings", "problem"})
            yield (arena.basket, arena.sleeve, arena.members, *row.settings, *figures.values(), row.problem)
