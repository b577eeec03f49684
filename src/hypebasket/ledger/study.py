"""The versioned result of an event study: ``study.json``, and what its page is made from.

Returns are decimals; sessions of a window count from session 1, the first that holds the news, and 0 is the base.
``None`` is a number that does not exist.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

from hypebasket.ledger.result import DataSummary, Label

__all__ = [
    "STUDY_VERSION",
    "TEST_NAMES",
    "Anatomy",
    "CircleStudy",
    "EventStudy",
    "Finding",
    "GroupStudy",
    "Judged",
    "LeftOut",
    "MainlineStudy",
    "PathPoint",
    "StudyResult",
    "StudyTerms",
    "TestName",
    "WindowStudy",
    "WindowValue",
]

STUDY_VERSION = 1

TestName = Literal[
    "cross_sectional_t", "patell", "bmp", "kolari_pynnonen", "generalised_rank", "event_t", "event_bootstrap"
]
TEST_NAMES: tuple[TestName, ...] = (
    "cross_sectional_t", "patell", "bmp", "kolari_pynnonen", "generalised_rank", "event_t", "event_bootstrap",
)  # fmt: skip
"""The tests in the order of the page: the first three take every name-event for an independent observation."""

Finding = Literal["moved", "not_shown", "insufficient"]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Judged(_Model):
    """One test of no abnormal return: statistic, two-sided p-value, and that adjusted for all the tests of its kind.

    ``holm`` and ``benjamini_hochberg`` count every mainline and window of the study in its primary circles; they are
    blank in the other circles.
    """

    statistic: float | None
    p_value: float | None
    dof: float | None
    holm: float | None = None
    benjamini_hochberg: float | None = None


class WindowStudy(_Model):
    """One window ``first..last`` of one circle.

    ``name_events``: members × events measured; ``events`` of which there were any; ``blocks``: groups of events whose
    windows share no session, the independent units. ``caar``: mean over events of the members' mean cumulative abnormal
    return; ``interval``: its 95 % interval from the bootstrap of blocks; ``bhar``: the same mean of buy-and-hold
    abnormal returns; ``naive_caar``: mean over name-events; ``correlation``: mean correlation of all pairs of
    name-events; ``detectable``: the effect that the clustered t test would have found in four of five cases;
    ``still_locked``: name-events whose board had not opened when the wait for it ended.
    """

    first: int
    last: int
    name_events: int
    events: int
    blocks: int
    caar: float | None
    interval: tuple[float, float] | None
    bhar: float | None
    naive_caar: float | None
    correlation: float | None
    detectable: float | None
    still_locked: int
    tests: dict[TestName, Judged]
    finding: Finding


class WindowValue(_Model):
    """One window of one event or group: cumulative and buy-and-hold abnormal return, and name-events behind them."""

    first: int
    last: int
    car: float | None
    bhar: float | None
    name_events: int


class LeftOut(_Model):
    """A member that could not be measured in an event, and why."""

    symbol: str
    reason: Label


class EventStudy(_Model):
    """One event: where it falls, its abnormal returns by window (mean of its members), and whom it left out.

    ``block`` numbers the groups of events whose primary windows share sessions. ``owner`` names the event that struck
    on the same session 1 and comes first in rank: both are one observation, which is counted there.
    """

    event_id: str
    title: Label
    session_1: date
    base: date
    block: int | None
    members: int
    windows: tuple[WindowValue, ...]
    left_out: tuple[LeftOut, ...]
    excluded: Label | None = None
    owner: str | None = None


class GroupStudy(_Model):
    """A segment, or a member (``symbol`` given), over all events: means over events, and the primary window's p-value.

    The p-value is that of the event-block bootstrap, not adjusted for the number of groups looked at.
    """

    segment: str
    symbol: str | None
    name: Label
    events: int
    windows: tuple[WindowValue, ...]
    p_value: float | None


class PathPoint(_Model):
    """The course of the mean abnormal return, counted from the base: forward after it, backward before it."""

    session: int
    caar: float
    low: float | None
    high: float | None
    events: int


class Anatomy(_Model):
    """The primary circle in detail."""

    path: tuple[PathPoint, ...]
    segments: tuple[GroupStudy, ...]
    members: tuple[GroupStudy, ...]


class CircleStudy(_Model):
    """One circle of members."""

    circle: str
    primary: bool
    windows: tuple[WindowStudy, ...]
    events: tuple[EventStudy, ...]
    anatomy: Anatomy | None = None


class MainlineStudy(_Model):
    """One basket in one currency, or why it could not be studied (``note``, and no circles)."""

    basket: str
    name: Label
    mainline: str
    sleeve: str
    benchmark: str | None
    undocumented: bool
    circles: tuple[CircleStudy, ...]
    answer: Label
    note: Label | None = None

    @property
    def primary(self) -> CircleStudy | None:
        """The circle that leads."""
        return next((circle for circle in self.circles if circle.primary), None)


class StudyTerms(_Model):
    """How the study was made.

    ``locked``: ``cumulate`` (returns cut off by a limit run on until the board opens) or ``session`` (every close is
    taken for a price).
    """

    model: Literal["market", "adjusted", "mean"]
    estimation: tuple[int, int]
    windows: tuple[tuple[int, int], ...]
    locked: Literal["cumulate", "session"]
    fewest_returns: int
    fewest_blocks: int
    detectable: float
    level: float
    draws: int
    seed: int


class StudyResult(_Model):
    """An event study of several mainlines: ``study.json``."""

    schema_version: int = STUDY_VERSION
    study_id: str
    synthetic: bool
    data: DataSummary
    terms: StudyTerms
    answer: Label
    mainlines: tuple[MainlineStudy, ...]
    notes: tuple[Label, ...]
