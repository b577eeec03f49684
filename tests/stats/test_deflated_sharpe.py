"""Sharpe ratios deflated: the papers' own examples, formulae written out, and another package."""

from __future__ import annotations

import math

import holdout
import numpy as np
import pytest
import trials_by_formula as formula

from hypebasket.stats.deflated_sharpe import (
    SharpeMoments,
    deflate_trials,
    deflated_sharpe,
    effective_trials,
    expected_maximum_sharpe,
    minimum_track_record,
    probabilistic_sharpe,
    sharpe_moments,
)

# Bailey and López de Prado (2014), "A numerical example": annualised Sharpe ratio 2.5 over 250 days a year, 1,250 days,
# skewness -3, kurtosis 10; 100 independent trials whose annualised Sharpe ratios have variance 1/2.
STRATEGY = SharpeMoments(sharpe=2.5 / math.sqrt(250), skewness=-3.0, kurtosis=10.0, periods=1250)
VARIANCE = 0.5 / 250


@pytest.mark.parametrize(("trials", "printed"), [(100, 0.900), (46, 0.950)])
def test_the_example_of_the_2014_paper(trials: int, printed: float) -> None:
    assert deflated_sharpe(STRATEGY, trials, VARIANCE) == pytest.approx(printed, abs=1e-3)


def test_the_example_with_normal_returns_holds_for_twice_as_many_trials() -> None:
    """The same paper: had the returns been normal, 88 trials instead of 46 would have left the same 0.95."""
    normal = SharpeMoments(STRATEGY.sharpe, 0.0, 3.0, 1250)
    assert round(deflated_sharpe(normal, 88, VARIANCE), 2) == 0.95


def test_the_example_of_the_2012_paper() -> None:
    """Monthly ratio 0.458 over 24 months: 0.982 if normal, 0.913 with skewness -2.448 and kurtosis 10.164."""
    assert round(probabilistic_sharpe(SharpeMoments(0.458, 0.0, 3.0, 24)), 3) == 0.982
    assert round(probabilistic_sharpe(SharpeMoments(0.458, -2.448, 10.164, 24)), 3) == 0.913


@pytest.mark.parametrize("trials", [2, 7, 46, 100, 1000, 54_321])
def test_formulae_written_out_agree(trials: int) -> None:
    threshold = formula.expected_maximum(trials, VARIANCE)
    assert expected_maximum_sharpe(trials, VARIANCE) == pytest.approx(threshold, abs=1e-8)
    expected = formula.probabilistic_sharpe(STRATEGY.sharpe, threshold, 1250, -3.0, 10.0)
    assert deflated_sharpe(STRATEGY, trials, VARIANCE) == pytest.approx(expected, abs=1e-8)


def test_one_trial_is_not_deflated() -> None:
    assert expected_maximum_sharpe(1, VARIANCE) == 0.0
    assert deflated_sharpe(STRATEGY, 1, VARIANCE) == probabilistic_sharpe(STRATEGY)


def test_the_expected_maximum_is_what_the_best_of_many_shows(rng: np.random.Generator) -> None:
    """10,000 times the best of 50 normal ratios with deviation 0.1: mean 0.225 (exactly 2.249 x 0.1), within 1 %."""
    best = rng.normal(0.0, 0.1, (10_000, 50)).max(axis=1).mean()
    assert expected_maximum_sharpe(50, 0.01) == pytest.approx(best, rel=0.02)


def test_another_package_agrees(rng: np.random.Generator) -> None:
    returns = rng.standard_t(5, 500) * 0.01 + 0.0008
    record = sharpe_moments(returns)
    assert record is not None
    other = holdout.probabilistic_sharpe_ratio
    expected = other(record.sharpe, 500, benchmark=0.02, skewness=record.skewness, kurtosis=record.kurtosis)
    assert probabilistic_sharpe(record, 0.02) == pytest.approx(expected, abs=1e-8)


def test_moments_by_hand() -> None:
    """0, 0, 0, 4: mean 1, deviation 2; skewness (-1-1-1+27)/4 / 3^1.5 = 1.1547, kurtosis (1+1+1+81)/4 / 9 = 2.3333."""
    record = sharpe_moments(np.array([0.0, 0.0, 0.0, 4.0]))
    assert record is not None
    assert record.sharpe == pytest.approx(0.5)
    assert record.skewness == pytest.approx(6 / 3**1.5)
    assert record.kurtosis == pytest.approx(21 / 9)
    assert sharpe_moments(np.full(10, 0.01)) is None


def test_the_track_record_is_just_long_enough() -> None:
    needed = minimum_track_record(STRATEGY, 0.05, level=0.05)
    reached = SharpeMoments(STRATEGY.sharpe, -3.0, 10.0, round(needed))
    assert probabilistic_sharpe(reached, 0.05) == pytest.approx(0.95, abs=2e-3)
    assert minimum_track_record(STRATEGY, 0.5) == math.inf


def test_correlated_trials_count_for_fewer(rng: np.random.Generator) -> None:
    own = rng.normal(size=(4000, 40))
    assert effective_trials(own) == pytest.approx(40, rel=0.02)
    alike = np.sqrt(0.75) * rng.normal(size=(4000, 1)) + 0.5 * own
    assert effective_trials(alike) == pytest.approx(0.75 + 0.25 * 40, rel=0.05)
    assert effective_trials(np.repeat(own[:, :1], 7, axis=1)) == pytest.approx(1.0)


def test_trials_of_pure_noise_show_no_skill(rng: np.random.Generator) -> None:
    """Among 200 searches of 30 trials without skill the deflated ratio exceeds 0.95 rarely, the plain one mostly."""
    deflated = plain = 0
    for _ in range(200):
        found = deflate_trials(rng.normal(0.0, 0.01, (500, 30)))
        assert found is not None
        deflated += found.probability > 0.95
        plain += probabilistic_sharpe(found.record) > 0.95
    assert deflated <= 20
    assert plain >= 140


def test_trials_beyond_the_matrix_count(rng: np.random.Generator) -> None:
    returns = rng.normal(0.0003, 0.01, (500, 10))
    few, many = deflate_trials(returns), deflate_trials(returns, tried=400)
    assert few is not None
    assert many is not None
    assert (few.trials, many.trials) == (10, 400)
    assert many.effective == pytest.approx(40 * few.effective)
    assert many.probability < few.probability
    assert few.best == int((returns.mean(axis=0) / returns.std(axis=0)).argmax())
    assert deflate_trials(np.zeros((100, 5))) is None
