"""Mean correlation of name-events, overlap of windows and blocks that hang together."""

from __future__ import annotations

import event_study_by_formula as formula
import numpy as np
import pytest

from hypebasket.stats.cross_correlation import blocks_of_overlap, mean_cross_correlation, window_overlap


def test_mean_correlation_agrees_with_every_pair(rng: np.random.Generator) -> None:
    shared = rng.normal(0.0, 1.0, 90)
    residuals = 0.6 * shared + rng.normal(0.0, 1.0, (6, 90))
    overlap = window_overlap(np.array([10, 10, 12, 13, 40, 40]), 5)
    expected = formula.mean_correlation(residuals.tolist(), overlap.tolist())
    assert mean_cross_correlation(residuals, overlap) == pytest.approx(expected, abs=1e-10)


def test_a_name_struck_by_two_events_at_once_moves_with_itself() -> None:
    series = np.random.default_rng(0).normal(size=60)
    assert mean_cross_correlation(np.array([series, series]), np.ones((2, 2))) == pytest.approx(1.0)


def test_names_of_events_apart_count_with_zero(rng: np.random.Generator) -> None:
    series = rng.normal(size=60)
    table = np.array([series, series, -series])
    overlap = window_overlap(np.array([5, 5, 30]), 5)
    assert mean_cross_correlation(table, overlap) == pytest.approx(1.0 / 3.0)  # one pair of three


def test_only_common_sessions_count(rng: np.random.Generator) -> None:
    first, second = rng.normal(size=80), rng.normal(size=80)
    second[:50] = first[:50]
    second[50:] = np.nan
    assert mean_cross_correlation(np.array([first, second]), np.ones((2, 2))) == pytest.approx(1.0, abs=0.02)
    first[5:] = np.nan  # five common sessions say nothing
    assert mean_cross_correlation(np.array([first, second]), np.ones((2, 2))) == 0.0


def test_overlap_and_blocks_by_hand() -> None:
    """Windows of 5 from 10, 13, 17, 22 and 40: the first three hang together, 17..21 and 22..26 do not."""
    starts = np.array([40, 10, 17, 13, 22])
    assert blocks_of_overlap(starts, 5).tolist() == [2, 0, 0, 0, 1]
    assert window_overlap(np.array([10, 13, 40]), 5).tolist() == [[1.0, 0.4, 0.0], [0.4, 1.0, 0.0], [0.0, 0.0, 1.0]]
    assert blocks_of_overlap(np.array([], dtype=np.int64), 5).tolist() == []


def test_one_name_has_nobody_to_move_with() -> None:
    assert mean_cross_correlation(np.zeros((1, 30)), np.ones((1, 1))) == 0.0
