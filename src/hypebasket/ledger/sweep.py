"""The versioned result of a sweep: ``result.json`` of its folder. Returns are decimals; ``None`` does not exist."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from hypebasket.ledger.result import Label

__all__ = [
    "SWEEP_VERSION",
    "ArenaResult",
    "ConfigurationResult",
    "ForwardFold",
    "ForwardWalk",
    "SweepAxis",
    "SweepFinding",
    "SweepResult",
]

SWEEP_VERSION = 2

Setting = str | int | float | bool | None

SweepFinding = Literal["insufficient", "not_shown", "holds"]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SweepAxis(_Model):
    """A field that was varied and the values it took, in order; ``null`` left the field out."""

    field: str
    values: tuple[Setting, ...]


class ConfigurationResult(_Model):
    """One configuration: the value of each axis, and its figures, or the problem that makes it no strategy.

    ``captured`` is the mean over the ``events`` that have a captured number. ``confirmed``: run a second time in the
    backtrader engine, with the same equity on every session.
    """

    settings: tuple[Setting, ...]
    problem: str | None = None
    total_return: float | None = None
    sharpe: float | None = None
    max_drawdown: float | None = None
    events: int = 0
    captured: float | None = None
    fills: int = 0
    unfilled: int = 0
    rank: int | None = Field(default=None, description="by the metric, best first; null without the metric")
    confirmed: bool = False


class ForwardFold(_Model):
    """One step: the configuration (its place in the grid) that was best on the events so far, and what it then did.

    ``trained`` and ``tested`` are mean captured returns, over ``learned_from`` earlier events and over the tested
    ``events``; ``purged`` earlier events reach into the test or end within the embargo before it, and do not count.
    """

    first_session: str
    last_session: str
    events: tuple[str, ...]
    learned_from: int
    purged: int
    configuration: int
    trained: float
    tested: float


class ForwardWalk(_Model):
    """The configurations walked forward, or why they are not (``answer``; no folds then).

    Means over the ``judged`` events: ``outcome`` of what was chosen before them, ``hindsight`` of the configuration
    that was best on them, ``typical`` of all configurations. An event on which a configuration did nothing counts with
    zero for it.
    """

    folds: tuple[ForwardFold, ...]
    embargo: int
    events: int
    judged: int = 0
    outcome: float | None = None
    hindsight: float | None = None
    typical: float | None = None
    answer: Label


class ArenaResult(_Model):
    """One basket on one sleeve: every configuration, in the order of the grid, and what luck explains of the best.

    ``best_sharpe`` is the best Sharpe ratio of all configurations, per year, whatever ranks them; ``luck_sharpe`` what
    the best of as many without any skill is expected to show. ``effective_trials``: how many independent trials the
    ``tried`` ones amount to. ``splits``: ways to split the record behind ``overfitting``. ``gaps`` say why a figure is
    missing; ``answer`` is the finding in a sentence.
    """

    basket: str
    name: Label
    sleeve: str
    members: str
    first_session: str
    last_session: str
    configurations: tuple[ConfigurationResult, ...]
    deflated_sharpe: float | None = Field(
        default=None, description="probability that the best Sharpe ratio is not the luck of the number of trials"
    )
    overfitting: float | None = Field(
        default=None, description="probability that the best of one half of the record is below the median of the other"
    )
    best_sharpe: float | None = None
    luck_sharpe: float | None = None
    effective_trials: float | None = None
    splits: int | None = None
    tried: int = Field(description="different configurations ever evaluated on this data in the workspace")
    finding: SweepFinding
    answer: Label
    gaps: tuple[Label, ...] = ()
    forward: ForwardWalk | None = Field(default=None, description="null for a strategy without a trigger")

    @property
    def ranked(self) -> list[ConfigurationResult]:
        """Configurations that have the metric, best first."""
        return sorted((row for row in self.configurations if row.rank), key=lambda row: row.rank or 0)


class SweepResult(_Model):
    """``result.json`` of a sweep."""

    schema_version: Annotated[int, Field(ge=1)] = SWEEP_VERSION
    sweep_id: str
    synthetic: bool
    source: str
    content_hash: str
    strategy: str
    strategy_name: Label
    metric: str
    random: int | None
    seed: int
    axes: tuple[SweepAxis, ...]
    arenas: tuple[ArenaResult, ...]
