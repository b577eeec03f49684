"""Where chance is tried out: every pair that acts on events, and the work of their draws, shared out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from hypebasket.ledger.result import PlaceboTest
from hypebasket.pipeline.chance import Answers, Chance, ChancePair, kept, means_of, tested
from hypebasket.pipeline.controls import ControlNames
from hypebasket.pipeline.crew import Crew
from hypebasket.pipeline.job import Job, funded, prepare
from hypebasket.pipeline.market import lay_out_sleeves
from hypebasket.pipeline.request import RunRequest
from hypebasket.pipeline.sleeve import Sleeve
from hypebasket.pipeline.worth import Question
from hypebasket.spec.text import Currency

__all__ = ["Ground", "Task"]

PIECES_PER_JOB: Final = 8
PIECES_ON_A_CLUSTER: Final = 512
LEAST_IN_A_PIECE: Final = 16
"""Of sessions or baskets sent to a cluster at once: handing over less takes longer than working it out."""


@dataclass(frozen=True, slots=True)
class Task:
    """A piece of work for one pair: questions, or drawn baskets as places among the control names."""

    pair: int
    questions: list[Question] | None = None
    baskets: npt.NDArray[np.int64] | None = None


class Ground:
    """All pairs of a job that act on events, made ready; the same in every process.

    ``named``: symbols some basket holds; the job's data is that of the whole market then, and the others are controls.
    """

    def __init__(
        self, job: Job, sleeves: Sequence[Sleeve], chance: Chance, *, named: Collection[str] | None = None
    ) -> None:
        self.job, self.sleeves = job, sleeves
        self._named = named or ()
        self._recipe = _Recipe(job.request, chance, named)
        made = (ChancePair(job, chance, *each) for each in funded(job, sleeves))
        self.pairs = tuple(pair for pair in made if pair.runner.triggered)

    @cached_property
    def controls(self) -> dict[str, ControlNames]:
        """The control names of every sleeve, by its currency: those in the data that no basket names."""
        return {
            sleeve.currency: ControlNames(Currency(sleeve.currency), self._named, self.job, self.job.request)
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

    def compare(self, number: int, kind: str, crew: Crew) -> PlaceboTest:
        """Return what a pair captured among one kind of chance."""
        return tested(self.pairs[number], kind, partial(self._drawn, number, kind, crew))

    def _drawn(self, number: int, kind: str, crew: Crew) -> npt.NDArray[np.float64]:
        """Return the statistic of every draw that has one, in the order of the draws, with the work shared out."""
        pair = self.pairs[number]
        if kind == "baskets":
            baskets = pair.baskets(self.controls[pair.sleeve.currency])
            tasks = [Task(number, baskets=piece) for piece in np.array_split(baskets, _pieces(crew, len(baskets)))]
            pieces = dict(crew.work(self, self._recipe, tasks))
            return kept(value for place in range(len(tasks)) for value in pieces[place])

        def answer(questions: list[Question]) -> Answers:
            split = list(_split(questions, _pieces(crew, len(questions))))
            answers: dict[Question, float | None] = {}
            for place, found in crew.work(self, self._recipe, [Task(number, questions=piece) for piece in split]):
                answers.update(zip(split[place], found, strict=True))
            return answers

        return means_of(pair, kind, answer)


@dataclass(frozen=True, slots=True)
class _Recipe:
    """How another process makes the ground ready."""

    request: RunRequest
    chance: Chance
    named: Collection[str] | None

    def __call__(self) -> Ground:
        job = prepare(self.request, whole_market=self.named is not None)
        sleeves = lay_out_sleeves(job.request, job.baskets, job.data)
        return Ground(job, sleeves, self.chance, named=self.named)


def _pieces(crew: Crew, count: int) -> int:
    if crew.cluster:
        return max(min(count // LEAST_IN_A_PIECE, PIECES_ON_A_CLUSTER), 1)
    return max(min(count, PIECES_PER_JOB * crew.jobs), 1)


def _split(questions: list[Question], pieces: int) -> Iterator[list[Question]]:
    """Cut questions into pieces of nearly equal length; none into none."""
    bounds = [len(questions) * piece // pieces for piece in range(pieces + 1)]
    for start, stop in pairwise(bounds):
        if stop > start:
            yield questions[start:stop]
