"""Placebo draws match what they replace, stay away from it, and give honest p-values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest

from hypebasket.errors import UsageError
from hypebasket.stats.placebo import (
    matched_baskets,
    matched_calendars,
    percentile,
    placebo_p_value,
    share_covered,
    shifted_calendars,
    spread_p_values,
    widened,
)

TRUE = np.array([70, 100, 120, 122, 130, 200, 210, 300, 310, 330, 333, 333, 350, 400, 450, 500, 505, 600, 640, 700])


def test_calendars_keep_count_spacing_and_distance(rng: np.random.Generator) -> None:
    drawn = matched_calendars(rng, TRUE, start=60, stop=800, draws=2000, distance=10)
    assert drawn.shape == (2000, 20)
    assert drawn.dtype == np.int64
    assert (np.sort(np.diff(drawn, axis=1), axis=1) == np.sort(np.diff(TRUE))).all()
    assert np.abs(drawn[:, :, None] - TRUE).min() > 10
    assert drawn.min() >= 60
    assert drawn.max() < 800
    assert len({tuple(row) for row in drawn.tolist()}) > 1990


def test_calendars_anywhere_may_meet_the_truth(rng: np.random.Generator) -> None:
    drawn = matched_calendars(rng, TRUE, start=60, stop=800, draws=2000, distance=None)
    assert (np.sort(np.diff(drawn, axis=1), axis=1) == np.sort(np.diff(TRUE))).all()
    assert np.isin(drawn, TRUE).any()
    assert drawn.min() >= 60
    assert drawn.max() < 800


def test_widened_by_hand() -> None:
    """Windows of 5 from 2, 4 and 18 cover 2..8 and 18..19 of 20 sessions: 9 of 20. Variance 1 / (1 - 0.9) = 10-fold."""
    covered = share_covered(np.array([2, 4, 18]), start=0, stop=20, length=5)
    assert covered == pytest.approx(0.45)
    assert share_covered(np.array([2, 4, 18]), start=3, stop=8, length=5) == 1.0
    assert widened(np.array([1.0, 3.0]), covered) == pytest.approx([2 - 10**0.5, 2 + 10**0.5])
    with pytest.raises(UsageError, match="nothing is left to compare"):
        widened(np.array([1.0]), 0.5)


def test_the_same_seed_draws_the_same() -> None:
    terms = {"start": 60, "stop": 800, "draws": 50, "distance": 5}
    first, second = (matched_calendars(np.random.default_rng(3), TRUE, **terms) for _ in range(2))
    other = matched_calendars(np.random.default_rng(4), TRUE, **terms)
    assert (first == second).all()
    assert (first != other).any()


@given(st.lists(st.integers(0, 400), min_size=1, max_size=12), st.integers(0, 6), st.integers(0, 2**32 - 1))
def test_any_calendar_is_matched(rows: list[int], distance: int, seed: int) -> None:
    true = np.array(rows)
    drawn = matched_calendars(np.random.default_rng(seed), true, start=0, stop=1200, draws=7, distance=distance)
    assert (np.sort(np.diff(drawn, axis=1), axis=1) == np.sort(np.diff(np.sort(true)))).all()
    assert np.abs(drawn[:, :, None] - true).min() > distance


def test_an_impossible_calendar_is_refused(rng: np.random.Generator) -> None:
    with pytest.raises(UsageError, match="smaller distance"):
        matched_calendars(rng, TRUE, start=60, stop=800, draws=10, distance=60)
    with pytest.raises(UsageError, match="no calendar"):
        matched_calendars(rng, TRUE, start=60, stop=500, draws=10, distance=1)


def test_shifts_move_every_event_by_at_most_the_reach(rng: np.random.Generator) -> None:
    rows = np.array([100, 101, 250])
    drawn = shifted_calendars(rng, rows, start=95, stop=300, draws=3000, reach=20, least=3)
    moves = drawn - rows
    assert drawn.shape == (3000, 3)
    assert set(np.unique(np.abs(moves))) == set(range(3, 21))
    assert drawn.min() >= 95
    assert set(np.unique(moves[:, 0])) == {-5, -4, -3, *range(3, 21)}
    assert abs((moves[:, 2] > 0).mean() - 0.5) < 0.05
    with pytest.raises(UsageError, match="cannot be moved"):
        shifted_calendars(rng, np.array([100]), start=98, stop=103, draws=5, reach=20, least=3)


def traits(rng: np.random.Generator, n: int) -> np.ndarray:
    return np.column_stack([rng.normal(19.0, 1.0, n), rng.normal(0.03, 0.008, n)])


def test_baskets_match_board_and_traits(rng: np.random.Generator) -> None:
    boards = np.arange(300) % 3
    controls, members = traits(rng, 300), traits(rng, 6)
    own = np.array([0, 0, 1, 1, 2, 2])
    drawn = matched_baskets(rng, members, controls, member_boards=own, control_boards=boards, draws=500, nearest=10)
    assert drawn.shape == (500, 6)
    assert (boards[drawn] == own).all()
    assert all(len(set(row)) == 6 for row in drawn.tolist())
    apart = np.abs((controls[drawn] - members) / controls.std(axis=0)).mean()
    anyone = np.abs((controls[None] - members[:, None]) / controls.std(axis=0)).mean()
    assert apart < 0.4 * anyone
    assert all(len(np.unique(drawn[:, place])) >= 10 for place in range(6))


def test_a_board_with_too_few_controls_is_refused(rng: np.random.Generator) -> None:
    boards = np.array([0] * 50 + [1] * 2)
    with pytest.raises(UsageError, match="2 control names on a board with 3 members"):
        matched_baskets(
            rng, traits(rng, 3), traits(rng, 52), member_boards=np.ones(3, dtype=int), control_boards=boards, draws=5
        )


def test_every_control_of_a_small_board_is_used(rng: np.random.Generator) -> None:
    boards = np.array([0] * 4 + [1] * 9)
    drawn = matched_baskets(
        rng, traits(rng, 4), traits(rng, 13), member_boards=np.zeros(4, dtype=int), control_boards=boards, draws=50
    )
    assert {tuple(sorted(row)) for row in drawn.tolist()} == {(0, 1, 2, 3)}


def test_p_values_by_hand() -> None:
    """Of 9 draws two are at least 3: (1 + 2) / 10; eight are at most 3, the tie counted on both sides: (1 + 8) / 10."""
    drawn = np.array([-2.0, -1.0, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0])
    assert placebo_p_value(3.0, drawn) == pytest.approx(0.3)
    assert placebo_p_value(3.0, drawn, "less") == pytest.approx(0.9)
    assert placebo_p_value(3.0, drawn, "two-sided") == pytest.approx(0.6)
    assert placebo_p_value(9.0, drawn) == pytest.approx(0.1)
    assert percentile(3.0, drawn) == pytest.approx(7.5 / 9)


def test_exchangeable_draws_give_uniform_p_values(rng: np.random.Generator) -> None:
    draws = 49
    table = rng.standard_cauchy((3000, draws + 1))
    found = np.array([placebo_p_value(row[0], row[1:]) for row in table])
    assert set(np.round(found * (draws + 1))) == set(range(1, draws + 2))
    assert kstest(spread_p_values(rng, found, draws), "uniform").pvalue > 0.01
