"""The probability of backtest overfitting: every split written out, another package, and what is known of noise."""

from __future__ import annotations

import holdout
import numpy as np
import pytest
import trials_by_formula as formula

from hypebasket.stats.overfitting import cross_validate


@pytest.fixture
def trials(rng: np.random.Generator) -> np.ndarray:
    return rng.normal(0.0002, 0.01, (240, 12)) + np.linspace(0.0, 0.001, 12)


def test_every_split_agrees_with_the_formula(trials: np.ndarray) -> None:
    expected = formula.logits(trials.T.tolist(), 8)
    found = cross_validate(trials, blocks=8)
    np.testing.assert_allclose(found.logits, expected, atol=1e-8)
    assert found.probability == pytest.approx(np.mean(np.array(expected) <= 0))


def test_another_package_agrees(trials: np.ndarray) -> None:
    """Uneven blocks, too: 240 sessions in 14 blocks."""
    for blocks in (10, 14):
        other = holdout.probability_of_backtest_overfitting(trials, n_blocks=blocks)
        found = cross_validate(trials, blocks=blocks)
        assert found.probability == pytest.approx(other.pbo, abs=1e-8)
        np.testing.assert_allclose(found.logits, other.logits, atol=1e-8)
        np.testing.assert_allclose(found.in_sample, other.in_sample, atol=1e-8)
        np.testing.assert_allclose(found.out_of_sample, other.out_of_sample, atol=1e-8)
        assert found.chosen.tolist() == other.selected.tolist()
        assert found.loss == pytest.approx(other.probability_of_loss)
        assert found.slope == pytest.approx(other.degradation[0], abs=1e-8)


def test_sixteen_blocks_give_the_papers_number_of_splits(trials: np.ndarray) -> None:
    assert len(cross_validate(trials).logits) == 12_870


def test_noise_is_fitted_half_of_the_time(rng: np.random.Generator) -> None:
    found = [cross_validate(rng.normal(size=(200, 20)), blocks=8).probability for _ in range(60)]
    assert np.mean(found) == pytest.approx(0.5, abs=0.08)


def test_a_real_edge_is_not_overfitted(rng: np.random.Generator) -> None:
    returns = rng.normal(0.0, 0.01, (400, 20))
    returns[:, 4] += 0.004
    found = cross_validate(returns, blocks=10)
    assert found.probability < 0.01
    assert set(found.chosen.tolist()) == {4}


@pytest.mark.parametrize(("shape", "blocks"), [((200, 20), 7), ((200, 1), 8), ((10, 20), 8), ((200, 20), 22)])
def test_what_cannot_be_split_is_refused(shape: tuple[int, int], blocks: int) -> None:
    with pytest.raises(ValueError, match="even number of blocks"):
        cross_validate(np.zeros(shape), blocks=blocks)


def test_a_trial_that_never_traded_is_nobodys_choice(rng: np.random.Generator) -> None:
    returns = np.column_stack([np.zeros(160), rng.normal(0.01, 0.01, 160)])
    assert set(cross_validate(returns, blocks=8).chosen.tolist()) == {1}
