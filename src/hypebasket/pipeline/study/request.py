"""What a study is asked to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple, TypedDict, Unpack

from hypebasket.errors import UsageError
from hypebasket.pipeline.request import RunRequest
from hypebasket.spec.text import Circle, Currency
from hypebasket.stats.normal_returns import NormalModel

__all__ = ["DEFAULT_ESTIMATION", "DEFAULT_WINDOWS", "FEWEST_RETURNS", "StudyRequest", "Window"]

FEWEST_RETURNS = 60
"""Returns of the estimation window without which a name is not measured."""


class Window(NamedTuple):
    """Sessions ``first..last`` of an event, both included: 1 is the first that holds the news, 0 the base."""

    first: int
    last: int

    def __str__(self) -> str:
        return f"{self.first}:{self.last}"

    @property
    def length(self) -> int:
        """How many sessions it has."""
        return self.last - self.first + 1


DEFAULT_ESTIMATION = Window(-130, -11)
"""120 sessions that end two weeks before the news, so that a run-up is not taken for normal."""

DEFAULT_WINDOWS = (Window(1, 5), Window(1, 1), Window(1, 10), Window(-5, 0))


class StudyTermsAsked(TypedDict, total=False):
    """What is a study's own in its request."""

    model: NormalModel
    estimation: Window
    windows: tuple[Window, ...]
    locked: Literal["cumulate", "session"]
    seed: int
    draws: int


@dataclass(frozen=True, slots=True)
class StudyRequest:
    """One call of ``hypebasket study``.

    ``windows``: the first one is primary; ``locked``: see ``StudyTerms``; ``seed`` and ``draws`` are those of the
    bootstrap. The rest is that of a run.
    """

    workspace: Path
    baskets: tuple[str, ...] = ()
    start: date | None = None
    end: date | None = None
    members: Circle | None = None
    sleeves: tuple[Currency, ...] = (Currency.CNY,)
    data: str = "auto"
    pages: bool = True
    model: NormalModel = NormalModel.MARKET
    estimation: Window = DEFAULT_ESTIMATION
    windows: tuple[Window, ...] = DEFAULT_WINDOWS
    locked: Literal["cumulate", "session"] = "cumulate"
    seed: int = 0
    draws: int = 1999

    def __post_init__(self) -> None:
        """Refuse windows that contradict each other: what is tested must not have been used as a yardstick."""
        if self.estimation.last >= 0:
            raise UsageError(f"--estimation {self.estimation} reaches the base", "end it before session 0: -130:-11")
        if self.estimation.length < FEWEST_RETURNS:
            raise UsageError(
                f"--estimation {self.estimation} has {self.estimation.length} sessions, {FEWEST_RETURNS} are needed",
                "make it longer, such as -130:-11",
            )
        for window in self.windows:
            if window.first <= self.estimation.last:
                raise UsageError(
                    f"--window {window} reaches into the estimation window {self.estimation}",
                    f"begin it after session {self.estimation.last}, or end --estimation before it",
                )

    @classmethod
    def of(cls, run: RunRequest, **terms: Unpack[StudyTermsAsked]) -> StudyRequest:
        """Return the study of what a run covers, in the usual terms but for those that are given."""
        return cls(
            workspace=run.workspace,
            baskets=run.baskets,
            start=run.start,
            end=run.end,
            members=run.members,
            sleeves=run.sleeves,
            data=run.data,
            pages=run.pages,
            **terms,
        )

    @property
    def as_run(self) -> RunRequest:
        """The run whose sessions, members and data are studied."""
        return RunRequest(
            workspace=self.workspace,
            baskets=self.baskets,
            start=self.start,
            end=self.end,
            members=self.members,
            sleeves=self.sleeves,
            data=self.data,
        )
