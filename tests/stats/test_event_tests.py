"""The tests of no abnormal return agree with the papers' formulae, with statsmodels and with every bootstrap sample."""

from __future__ import annotations

import event_study_by_formula as formula
import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from hypebasket.stats import event_tests as tests

BLOCKS = [[0.031, 0.012], [-0.008], [0.044, 0.02, 0.027], [0.005], [-0.013, 0.016]]


@pytest.fixture
def scaled(rng: np.random.Generator) -> np.ndarray:
    return rng.normal(0.3, 1.1, 25)


def agree(verdict: tests.Verdict, expected: tuple[float, float]) -> None:
    assert verdict.statistic == pytest.approx(expected[0], abs=1e-8)
    assert verdict.p_value == pytest.approx(expected[1], abs=1e-8)


def test_cross_sectional_t_and_bmp(scaled: np.ndarray) -> None:
    agree(tests.cross_sectional_t(scaled), formula.cross_sectional_t(scaled.tolist()))
    agree(tests.boehmer_musumeci_poulsen(scaled), formula.cross_sectional_t(scaled.tolist()))


def test_cross_sectional_t_by_hand() -> None:
    """1, 2, 3, 6 %: mean 3, deviation sqrt(14/3), over sqrt(4): t = 3 / 1.0801 = 2.7775."""
    assert tests.cross_sectional_t(np.array([0.01, 0.02, 0.03, 0.06])).statistic == pytest.approx(2.7775, abs=5e-5)


def test_patell(scaled: np.ndarray, rng: np.random.Generator) -> None:
    dof = rng.integers(60, 120, 25)
    agree(tests.patell(scaled, dof), formula.patell(scaled.tolist(), dof.tolist()))


@pytest.mark.parametrize("correlation", [-0.01, 0.0, 0.02, 0.15, 0.6])
def test_kolari_pynnonen(scaled: np.ndarray, correlation: float) -> None:
    agree(tests.kolari_pynnonen(scaled, correlation), formula.kolari_pynnonen(scaled.tolist(), correlation))


def test_kolari_pynnonen_without_correlation_is_bmp(scaled: np.ndarray) -> None:
    assert tests.kolari_pynnonen(scaled, 0.0).statistic == tests.boehmer_musumeci_poulsen(scaled).statistic


def test_generalised_rank(scaled: np.ndarray, rng: np.random.Generator) -> None:
    estimation = rng.normal(0.0, 1.0, (25, 100))
    agree(tests.generalised_rank(scaled, estimation), formula.generalised_rank(scaled.tolist(), estimation.tolist()))


def test_generalised_rank_with_gaps_and_ties(scaled: np.ndarray, rng: np.random.Generator) -> None:
    estimation = rng.normal(0.0, 1.0, (25, 80)).round(1)
    estimation[rng.random(estimation.shape) < 0.2] = np.nan
    estimation[:, 7] = np.nan
    agree(tests.generalised_rank(scaled, estimation), formula.generalised_rank(scaled.tolist(), estimation.tolist()))


def blocked() -> tuple[np.ndarray, np.ndarray]:
    values = np.array([value for block in BLOCKS for value in block])
    return values, np.repeat(np.arange(len(BLOCKS)), [len(block) for block in BLOCKS])


def test_clustered_t() -> None:
    values, blocks = blocked()
    agree(tests.clustered_t(values, blocks), formula.clustered_t(BLOCKS))
    ols = sm.OLS(values, np.ones(len(values))).fit(cov_type="cluster", cov_kwds={"groups": blocks}, use_t=True)
    agree(tests.clustered_t(values, blocks), (ols.tvalues[0], ols.pvalues[0]))


def test_clustered_t_of_blocks_of_one_is_the_t_test(scaled: np.ndarray) -> None:
    plain = tests.cross_sectional_t(scaled)
    agree(tests.clustered_t(scaled, np.arange(25)[::-1]), (plain.statistic, plain.p_value))


def test_bootstrap_nears_the_share_of_all_samples(rng: np.random.Generator) -> None:
    """5 blocks have 3,125 samples; 40,000 draws lie within 0.01 of the exact share (four standard errors)."""
    values, blocks = blocked()
    exact = formula.every_bootstrap_sample(BLOCKS)
    found = tests.block_bootstrap(values, blocks, rng, draws=40_000)
    assert 0.1 < exact < 0.9
    assert found.test.p_value == pytest.approx(exact, abs=0.01)
    assert found.test.statistic == pytest.approx(formula.clustered_t(BLOCKS)[0], abs=1e-8)
    assert found.standard_error == pytest.approx(formula.clustered_error(BLOCKS), abs=1e-12)


def test_the_interval_and_the_p_value_say_the_same(rng: np.random.Generator) -> None:
    for shift in np.linspace(-0.05, 0.05, 41):
        values = rng.normal(shift, 0.03, 14)
        found = tests.block_bootstrap(values, np.arange(14), rng, draws=199)
        assert found.interval is not None
        outside = not found.interval[0] <= 0.0 <= found.interval[1]
        assert outside == (found.test.p_value <= 0.05)


def test_the_same_seed_gives_the_same_draws() -> None:
    values, blocks = blocked()
    first, second = (tests.block_bootstrap(values, blocks, np.random.default_rng(5)) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("values", [[], [0.02], [0.02, 0.02, 0.02]])
def test_without_dispersion_there_is_no_verdict(values: list[float]) -> None:
    table = np.array(values)
    assert tests.cross_sectional_t(table) == tests.NONE
    assert tests.kolari_pynnonen(table, 0.1) == tests.NONE
    assert tests.generalised_rank(table, np.zeros((len(values), 60))) == tests.NONE
    if values:
        assert tests.clustered_t(table, np.zeros(len(values), dtype=np.int64)) == tests.NONE
        assert tests.block_bootstrap(table, np.arange(len(values)), np.random.default_rng(0)).test == tests.NONE


def test_patell_needs_degrees_of_freedom() -> None:
    assert tests.patell(np.array([1.0, 2.0]), np.array([50, 2])) == tests.NONE


def test_kolari_pynnonen_refuses_an_impossible_correlation(scaled: np.ndarray) -> None:
    assert tests.kolari_pynnonen(scaled, -1.0 / 24.0) == tests.NONE
    assert tests.kolari_pynnonen(scaled, 1.0) == tests.NONE


Samples = st.lists(st.floats(-3.0, 3.0).map(lambda value: round(value, 4)), min_size=4, max_size=30)


@given(Samples, st.floats(0.5, 20.0))
def test_sign_and_unit_do_not_matter(values: list[float], unit: float) -> None:
    table = np.array(values)
    blocks = np.arange(len(values)) // 2
    for judge in (tests.cross_sectional_t, lambda x: tests.clustered_t(x, blocks)):
        one, other = judge(table), judge(-unit * table)
        if one.statistic is not None and other.statistic is not None:
            assert other.statistic == pytest.approx(-one.statistic, rel=1e-6, abs=1e-9)


@given(Samples, st.randoms(use_true_random=False))
def test_the_order_of_events_does_not_matter(values: list[float], shuffle) -> None:
    blocks = [place // 3 for place in range(len(values))]
    order = list(range(len(values)))
    shuffle.shuffle(order)
    one = tests.clustered_t(np.array(values), np.array(blocks))
    other = tests.clustered_t(np.array(values)[order], np.array(blocks)[order])
    if one.statistic is not None and other.statistic is not None:
        assert other.statistic == pytest.approx(one.statistic, rel=1e-6, abs=1e-9)
