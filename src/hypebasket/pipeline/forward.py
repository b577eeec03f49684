"""A sweep walked forward: what somebody got who, before each stretch of events, took what had been best so far."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt

from hypebasket.ledger.result import Label
from hypebasket.ledger.sweep import ForwardFold, ForwardWalk
from hypebasket.pipeline.luck import FEWEST_EVENTS
from hypebasket.pipeline.scores import Score
from hypebasket.report.figures import percent
from hypebasket.stats.walk_forward import Fold, walk_forward, walk_forward_folds

__all__ = ["DEFAULT_EMBARGO", "DEFAULT_FOLDS", "FEWEST_FOLDS", "walk"]

DEFAULT_FOLDS: Final = 5

DEFAULT_EMBARGO: Final = 5
"""Sessions, a week: what a window of the shipped strategies takes."""

FEWEST_FOLDS: Final = 2

Floats = npt.NDArray[np.float64]


def walk(
    scores: Sequence[Score], event_ids: Sequence[str], sessions: Sequence[date], *, folds: int, embargo: int
) -> ForwardWalk:
    """Walk the configurations of one arena forward.

    Parameters
    ----------
    scores : sequence
        All configurations of the grid; those that are no strategy are passed over.
    event_ids : (n_events,)
        The workspace's events, as in the rows of ``Score.outcomes``.
    sessions : sequence of date
        Those of the arena's panel.
    folds, embargo : int
        Tests, and sessions that lie between the choice and each of them at least.
    """
    taken = [number for number, score in enumerate(scores) if score.problem is None]
    if len(taken) < 2:
        return ForwardWalk(folds=(), embargo=embargo, events=0, answer=_ONE)
    outcomes = np.stack([scores[number].outcomes for number in taken], axis=1)
    acted = ~np.isnan(outcomes[:, :, 0])
    events = np.flatnonzero(acted.any(axis=1))
    if len(events) < FEWEST_EVENTS:
        return ForwardWalk(folds=(), embargo=embargo, events=len(events), answer=_few(len(events)))
    captured = np.nan_to_num(outcomes[events, :, 0])
    starts = np.nanmin(outcomes[events, :, 1], axis=1).astype(np.int64)
    ends = np.nanmax(outcomes[events, :, 2], axis=1).astype(np.int64)
    cut = walk_forward_folds(starts, ends, folds=folds, embargo=embargo)
    found = walk_forward(captured, cut)
    if found is None or len(cut) < FEWEST_FOLDS:
        return ForwardWalk(folds=(), embargo=embargo, events=len(events), answer=_TOO_CLOSE)

    def told(fold: Fold, place: int) -> ForwardFold:
        return ForwardFold(
            first_session=sessions[starts[fold.test].min()].isoformat(),
            last_session=sessions[ends[fold.test].max()].isoformat(),
            events=tuple(event_ids[events[row]] for row in fold.test),
            learned_from=len(fold.train),
            purged=len(fold.purged),
            configuration=taken[found.chosen[place]],
            trained=float(found.trained[place]),
            tested=float(found.tested[place]),
        )

    judged = sum(len(fold.test) for fold in cut)
    return ForwardWalk(
        folds=tuple(told(fold, place) for place, fold in enumerate(cut)),
        embargo=embargo,
        events=len(events),
        judged=judged,
        outcome=found.outcome,
        hindsight=found.hindsight,
        typical=found.typical,
        answer=_answer(found.outcome, found.hindsight, found.typical, judged),
    )


def _answer(outcome: float, hindsight: float, typical: float, events: int) -> Label:
    got, best, middle = (percent(value) for value in (outcome, hindsight, typical))
    return Label(
        zh=f"逐段向前：只凭此前的事件挑选，{events} 个事件平均实得 {got}；不挑选是 {middle}，事后挑最好的是 {best}。",
        en=f"Walked forward: chosen on earlier events alone, {events} events captured {got} on average; without "
        f"choosing it is {middle}, the best in hindsight {best}.",
    )


_ONE: Final = Label(
    zh="逐段向前：不到两个配置，无从挑选。", en="Walked forward: fewer than two configurations to choose from."
)
_TOO_CLOSE: Final = Label(
    zh="逐段向前：事件挨得太近，挑选与检验分不开。",
    en="Walked forward: events lie too close together for a choice that no test reaches into.",
)


def _few(events: int) -> Label:
    return Label(
        zh=f"逐段向前：只有 {events} 个事件，数据不足（至少 {FEWEST_EVENTS} 个）。",
        en=f"Walked forward: insufficient, with {events} event{'' if events == 1 else 's'} (at least {FEWEST_EVENTS}).",
    )
