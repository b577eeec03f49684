"""What a configuration came to, where it was evaluated, and the shelf on which finished chunks are kept."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import numpy as np
import numpy.typing as npt

from hypebasket.engine.sweep import Outline
from hypebasket.files import write_atomically
from hypebasket.market.data import MarketData
from hypebasket.pipeline.outcome import primary_circle
from hypebasket.pipeline.sleeve import EventOutcome, Sleeve, SleeveRunner
from hypebasket.pipeline.trials import Configuration
from hypebasket.spec.basket import Basket
from hypebasket.spec.strategy import Strategy
from hypebasket.spec.text import Circle
from hypebasket.spec.workspace import Workspace
from hypebasket.stats.captured import capture_of
from hypebasket.stats.performance import drawdown, simple_returns

__all__ = ["Arena", "Score", "ScoreShelf"]

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Score:
    """One configuration evaluated: the continuous run's equity in fen, ``(n_sessions,)``, and what its events captured.

    ``outcomes`` has an event of the workspace on each row, ``(n_events, 3)``: what it captured, and the rows of the
    first and the last session anything was done on it; NaN where nothing was. ``problem`` says why there is no such
    strategy; all else is empty then.
    """

    equity: Integers
    outcomes: Floats
    fills: int
    unfilled: int
    problem: str | None = None

    @classmethod
    def none(cls, problem: str) -> Score:
        """Return the score of a configuration that is no strategy."""
        return cls(np.empty(0, dtype=np.int64), np.empty((0, 3)), 0, 0, problem)

    @property
    def acted(self) -> npt.NDArray[np.bool_]:
        """On which events anything was done."""
        return ~np.isnan(self.outcomes[:, 0])

    @property
    def events(self) -> int:
        """How many events have a captured number."""
        return int(self.acted.sum())

    @property
    def captured(self) -> float | None:
        """Mean of what they captured; ``None`` without one."""
        return fmean(self.outcomes[self.acted, 0].tolist()) if self.events else None

    def drawdown(self, capital: int) -> float:
        """Return the greatest fall of the equity from a peak, as a decimal, at most 0."""
        return drawdown(simple_returns(self.equity, capital))

    def equals(self, other: Score) -> bool:
        """Whether both came to the same on every session and in every event."""
        same = (self.fills, self.unfilled, self.problem) == (other.fills, other.unfilled, other.problem)
        return (
            same
            and np.array_equal(self.equity, other.equity)
            and np.array_equal(self.outcomes, other.outcomes, equal_nan=True)
        )


class Arena:
    """One basket on one sleeve, in which any strategy can be evaluated."""

    def __init__(self, basket: Basket, sleeve: Sleeve, workspace: Workspace, members: Circle | None) -> None:
        self.basket = basket
        self.sleeve = sleeve
        self._workspace = workspace
        self._members = members

    def circle(self, strategy: Strategy) -> Circle:
        """Return the circle of members that leads the report."""
        return primary_circle(self.basket, strategy.members, self._members)

    def score(self, strategy: Strategy) -> Score:
        """Evaluate a strategy: all events on one capital, and each on its own."""
        runner, circle = self._runner(strategy), self.circle(strategy)
        plans = runner.plans(circle)
        outcomes = {plan.mapped.event.id: runner.outcome(plan) for plan in plans}
        return self._score(runner.outline(plans, circle), outcomes)

    def confirmed(self, strategy: Strategy) -> Score:
        """Evaluate it again the way a run that is reported is made, by the engine that has the say."""
        run = self._runner(strategy).run(self.circle(strategy), primary=True)
        rows = self.sleeve.panel.row_of
        outcomes = {
            event.plan.mapped.event.id: EventOutcome(
                capture_of(event.ledger, event.plan.entries, event.plan.idle_ppm).captured,
                rows[event.ledger.equity[0].session],
                rows[event.ledger.equity[-1].session],
            )
            for event in run.events
            if event.ledger
        }
        return self._score(Outline.of(run.ledger), outcomes)

    def _score(self, outline: Outline, outcomes: Mapping[str, EventOutcome | None]) -> Score:
        blank = (np.nan, np.nan, np.nan)
        told = [outcomes.get(event.id) or blank for event in self._workspace.events]
        return Score(
            equity=np.array(outline.equity, dtype=np.int64),
            outcomes=np.array(told, dtype=np.float64).reshape(-1, 3),
            fills=outline.fills,
            unfilled=outline.unfilled,
        )

    def _runner(self, strategy: Strategy) -> SleeveRunner:
        return SleeveRunner(self.basket, strategy, self.sleeve, self._workspace.events, self._workspace.root)

    def configuration(self, strategy: Strategy, capital: int, data: MarketData) -> Configuration:
        """Return what was tried, as the trial ledger knows it."""
        return Configuration(
            strategy=strategy,
            basket=self.basket,
            members=self.circle(strategy).value,
            sleeve=self.sleeve.currency,
            start=self.sleeve.first.isoformat(),
            end=self.sleeve.last.isoformat(),
            capital=capital,
            content=data.content_hash,
            synthetic=data.synthetic,
        )


class ScoreShelf:
    """Finished chunks on disk: one file each, written whole or not at all; a damaged one is evaluated again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[tuple[int, int], Score] = {}
        for path in sorted(folder.glob("*.npz")):
            self._known.update(_read_part(path))

    def has(self, arena: int, index: int) -> bool:
        """Whether a configuration was evaluated before."""
        return (arena, index) in self._known

    def score(self, arena: int, index: int) -> Score:
        """Return a score that is there."""
        return self._known[arena, index]

    def keep(self, arena: int, indices: Sequence[int], scores: Sequence[Score]) -> None:
        """Put a finished chunk on the shelf."""
        packed = io.BytesIO()
        np.savez_compressed(
            packed,
            arena=np.full(len(indices), arena),
            index=np.array(indices),
            length=np.array([len(score.equity) for score in scores]),
            equity=np.concatenate([score.equity for score in scores]),
            n_outcomes=np.array([len(score.outcomes) for score in scores]),
            outcomes=np.concatenate([score.outcomes for score in scores]),
            fills=np.array([score.fills for score in scores]),
            unfilled=np.array([score.unfilled for score in scores]),
            problem=np.array([score.problem or "" for score in scores]),
        )
        write_atomically(self._folder / f"{arena:02d}-{indices[0]:07d}.npz", packed.getvalue())
        self._known.update({(arena, index): score for index, score in zip(indices, scores, strict=True)})


def _read_part(path: Path) -> dict[tuple[int, int], Score]:
    try:
        with np.load(path, allow_pickle=False) as part:
            rows = {name: part[name] for name in part.files}
        ends, last = np.cumsum(rows["length"]), np.cumsum(rows["n_outcomes"])
        return {
            (int(rows["arena"][row]), int(rows["index"][row])): Score(
                equity=rows["equity"][ends[row] - rows["length"][row] : ends[row]].astype(np.int64),
                outcomes=rows["outcomes"][last[row] - rows["n_outcomes"][row] : last[row]].astype(np.float64),
                fills=int(rows["fills"][row]),
                unfilled=int(rows["unfilled"][row]),
                problem=str(rows["problem"][row]) or None,
            )
            for row in range(len(ends))
        }
    except (OSError, EOFError, ValueError, KeyError, IndexError, zipfile.BadZipFile, zlib.error):
        return {}
