"""Walk forward: choose on the events so far, judge on those to come, and let nothing of the one touch the other.

An event's outcome is known only when its position has left, and the sessions after it still carry its news. An event
whose stretch of sessions reaches into the test is purged from the choice; so is one that ends less than an embargo
before it (López de Prado 2018, chapter 7).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hypebasket.stats.performance import Floats

__all__ = ["Fold", "WalkForward", "walk_forward", "walk_forward_folds"]

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Fold:
    """One step: events (indices) the choice is made on, events it is judged on, events left out between them."""

    train: Rows
    test: Rows
    purged: Rows


def walk_forward_folds(starts: Rows, ends: Rows, *, folds: int, embargo: int, fewest: int = 2) -> tuple[Fold, ...]:
    """Cut events into ``folds`` consecutive tests, each with all the earlier events that are clear of it.

    Parameters
    ----------
    starts, ends : (n_events,)
        First and last session (row) of what is traded on each event.
    folds : int
        Number of tests, of equal size but for one event. The first part of the record (as long as one test) is only
        ever trained on.
    embargo : int
        Sessions that must lie between the last session of a training event and the first of the test.
    fewest : int
        Training events without which a fold is left out.
    """
    order = np.argsort(starts, kind="stable").astype(np.int64)
    parts = np.array_split(order, folds + 1)
    found = []
    for number in range(1, folds + 1):
        test = parts[number]
        if not test.size:
            continue
        earlier = np.concatenate(parts[:number])
        clear = ends[earlier] + embargo < starts[test].min()
        if int(clear.sum()) >= fewest:
            found.append(Fold(earlier[clear], test, earlier[~clear]))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class WalkForward:
    """What a user would have got who, before each test, took the configuration that had been best so far.

    Attributes
    ----------
    chosen : (n_folds,)
        Column of the configuration taken.
    trained, tested : (n_folds,)
        Its mean outcome over the training and the test events.
    outcome : float
        Mean over all test events of what was taken.
    hindsight : float
        Mean over the same events of the configuration that was best on them.
    typical : float
        Mean over the same events of all configurations.
    """

    chosen: Rows
    trained: Floats
    tested: Floats
    outcome: float
    hindsight: float
    typical: float


def walk_forward(outcomes: Floats, folds: tuple[Fold, ...]) -> WalkForward | None:
    """Walk the configurations forward; ``None`` without a fold.

    Parameters
    ----------
    outcomes : (n_events, n_trials)
        What each configuration captured on each event, in excess of whatever it is compared with; without NaN.
    """
    if not folds:
        return None
    chosen = np.array([outcomes[fold.train].mean(axis=0).argmax() for fold in folds], dtype=np.int64)
    trained = np.array([outcomes[fold.train, take].mean() for fold, take in zip(folds, chosen, strict=True)])
    tested = np.array([outcomes[fold.test, take].mean() for fold, take in zip(folds, chosen, strict=True)])
    sizes = np.array([len(fold.test) for fold in folds], dtype=np.float64)
    judged = outcomes[np.concatenate([fold.test for fold in folds])]
    return WalkForward(
        chosen,
        trained,
        tested,
        float((tested * sizes).sum() / sizes.sum()),
        float(judged.mean(axis=0).max()),
        float(judged.mean()),
    )
