"""Walk forward: nothing of the training may touch the test."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypebasket.stats.walk_forward import walk_forward, walk_forward_folds

STARTS = np.array([10, 20, 30, 38, 50, 60])
ENDS = STARTS + 4


def test_folds_by_hand() -> None:
    """Six events in three parts; 38..42 ends 8 sessions before 50, which an embargo of 10 does not allow."""
    first, second = walk_forward_folds(STARTS, ENDS, folds=2, embargo=5)
    assert (first.train.tolist(), first.test.tolist(), first.purged.tolist()) == ([0, 1], [2, 3], [])
    assert (second.train.tolist(), second.test.tolist(), second.purged.tolist()) == ([0, 1, 2, 3], [4, 5], [])
    _, strict = walk_forward_folds(STARTS, ENDS, folds=2, embargo=10, fewest=1)
    assert (strict.train.tolist(), strict.purged.tolist()) == ([0, 1, 2], [3])


def test_a_position_that_reaches_into_the_test_is_purged() -> None:
    ends = ENDS.copy()
    ends[0] = 31
    (first, _) = walk_forward_folds(STARTS, ends, folds=2, embargo=0, fewest=1)
    assert (first.train.tolist(), first.purged.tolist()) == ([1], [0])


def test_a_fold_with_too_little_to_learn_from_is_left_out() -> None:
    assert [fold.test.tolist() for fold in walk_forward_folds(STARTS, ENDS, folds=2, embargo=0, fewest=3)] == [[4, 5]]


Rows = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 60)), min_size=2, max_size=30)


@given(Rows, st.integers(1, 6), st.integers(0, 30))
def test_no_training_event_comes_near_its_test(rows: list[tuple[int, int]], folds: int, embargo: int) -> None:
    starts = np.array([start for start, _ in rows])
    ends = starts + np.array([length for _, length in rows])
    seen: list[int] = []
    for fold in walk_forward_folds(starts, ends, folds=folds, embargo=embargo):
        assert (ends[fold.train] + embargo < starts[fold.test].min()).all()
        assert not set(fold.train.tolist()) & (set(fold.test.tolist()) | set(fold.purged.tolist()))
        seen += fold.test.tolist()
    assert len(seen) == len(set(seen))


def test_the_walk_takes_what_was_best_so_far() -> None:
    """Trial 1 leads on the first two events (2 against 1), then trial 0 (mean 3.25 against 1.5)."""
    outcomes = np.array([[1.0, 2.0], [1.0, 2.0], [6.0, 1.0], [5.0, 1.0], [4.0, 9.0], [2.0, 7.0]])
    walk = walk_forward(outcomes, walk_forward_folds(STARTS, ENDS, folds=2, embargo=5))
    assert walk is not None
    assert walk.chosen.tolist() == [1, 0]
    assert walk.trained.tolist() == pytest.approx([2.0, 3.25])
    assert walk.tested.tolist() == [1.0, 3.0]
    assert walk.outcome == pytest.approx(2.0)
    assert walk.hindsight == pytest.approx(4.5)
    assert walk.typical == pytest.approx((17.0 + 18.0) / 8)
    assert walk_forward(outcomes, ()) is None
