"""Normal returns agree with statsmodels, with formulae written out, and with arithmetic by hand."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from event_study_by_formula import MarketModel, buy_and_hold

from hypebasket.stats.normal_returns import NormalModel, fit_normal_returns


@pytest.fixture
def market(rng: np.random.Generator) -> np.ndarray:
    return rng.normal(0.0004, 0.012, (3, 120))


@pytest.fixture
def returns(rng: np.random.Generator, market: np.ndarray) -> np.ndarray:
    table = 0.0003 + np.array([[0.7], [1.1], [1.6]]) * market + rng.normal(0.0, 0.02, market.shape)
    table[1, 5:17] = np.nan  # suspended
    return table


def ones(table: np.ndarray) -> np.ndarray:
    return np.ones(table.shape, dtype=np.int64)


def test_market_model_agrees_with_ordinary_least_squares(returns: np.ndarray, market: np.ndarray) -> None:
    fit = fit_normal_returns(NormalModel.MARKET, returns, market, ones(returns))
    window = np.array([0.01, -0.02, 0.005, 0.03, 0.0])
    for name in range(3):
        known = ~np.isnan(returns[name])
        ols = sm.OLS(returns[name][known], sm.add_constant(market[name][known])).fit()
        assert fit.alpha[name] == pytest.approx(ols.params[0], abs=1e-12)
        assert fit.beta[name] == pytest.approx(ols.params[1], abs=1e-12)
        assert fit.sigma[name] == pytest.approx(np.sqrt(ols.mse_resid), abs=1e-12)
        assert fit.dof[name] == ols.df_resid
        # the variance of a sum of forecasts: x' V x of the summed regressors, and each session's own
        total = np.array([len(window), window.sum()])
        variance = total @ ols.cov_params() @ total + len(window) * ols.mse_resid
        deviation = fit.deviation(np.full(3, 5), np.full(3, window.sum()))[name]
        assert deviation == pytest.approx(np.sqrt(variance), abs=1e-12)


def test_market_model_agrees_with_the_papers_formulae(returns: np.ndarray, market: np.ndarray) -> None:
    fit = fit_normal_returns(NormalModel.MARKET, returns, market, ones(returns))
    window, own = [0.01, -0.02, 0.005], [0.05, 0.0, -0.01]
    for name in range(3):
        model = MarketModel(returns[name].tolist(), market[name].tolist())
        assert fit.alpha[name] == pytest.approx(model.alpha, abs=1e-12)
        assert fit.beta[name] == pytest.approx(model.beta, abs=1e-12)
        assert fit.sigma[name] == pytest.approx(model.sigma, abs=1e-12)
        np.testing.assert_allclose(fit.residuals[name], model.residuals, atol=1e-12)
        deviation = fit.deviation(np.full(3, 3), np.full(3, sum(window)))[name]
        assert deviation == pytest.approx(model.deviation_of_sum(window), abs=1e-12)
        expected = fit.expected(name, np.array(window), np.array([1, 1, 1]))
        np.testing.assert_allclose(own - expected, model.abnormal(own, window), atol=1e-12)
        held = float(np.prod(1 + np.array(own)) - np.prod(1 + expected))
        assert held == pytest.approx(buy_and_hold(own, expected.tolist()), abs=1e-12)


def test_longer_spans_weigh_less_as_in_weighted_least_squares(rng: np.random.Generator) -> None:
    spans = rng.integers(1, 5, (1, 90))
    market = rng.normal(0.0, 0.012, (1, 90)) * np.sqrt(spans)
    returns = 0.0005 * spans + 1.2 * market + rng.normal(0.0, 0.02, (1, 90)) * np.sqrt(spans)
    fit = fit_normal_returns(NormalModel.MARKET, returns, market, spans)
    wls = sm.WLS(returns[0], np.column_stack([spans[0], market[0]]), weights=1.0 / spans[0]).fit()
    assert [fit.alpha[0], fit.beta[0]] == pytest.approx(wls.params.tolist(), abs=1e-12)
    assert fit.sigma[0] == pytest.approx(np.sqrt(wls.scale), abs=1e-12)
    total = np.array([7.0, 0.02])
    variance = total @ wls.cov_params() @ total + 7 * wls.scale
    assert fit.deviation([7], [0.02])[0] == pytest.approx(np.sqrt(variance), abs=1e-12)


def test_mean_adjusted_by_hand() -> None:
    """Returns 1, 3, 2, 6 %: mean 3 %; squares 4 + 0 + 1 + 9 = 14 over 3; over 2 sessions 14/3 x (2 + 4/4)."""
    returns = np.array([[0.01, 0.03, 0.02, 0.06]])
    fit = fit_normal_returns(NormalModel.MEAN, returns, np.full((1, 4), np.nan), ones(returns))
    assert fit.alpha[0] == pytest.approx(0.03)
    assert fit.sigma[0] == pytest.approx(0.01 * np.sqrt(14 / 3))
    assert fit.deviation([2], [np.nan])[0] == pytest.approx(0.01 * np.sqrt(14 / 3 * 3))
    assert fit.expected(0, np.array([0.5]), np.array([2])) == pytest.approx([0.06])


def test_market_adjusted_by_hand() -> None:
    """Returns less market: 1, -1, 3, 1 %: mean 1 %, variance (0 + 4 + 4 + 0) / 3; no parameter, no forecast error."""
    market = np.array([[0.01, 0.02, -0.01, 0.0]])
    fit = fit_normal_returns(NormalModel.ADJUSTED, market + np.array([0.01, -0.01, 0.03, 0.01]), market, ones(market))
    assert (fit.alpha[0], fit.beta[0], fit.dof[0]) == (0.0, 1.0, 3)
    assert fit.sigma[0] == pytest.approx(0.01 * np.sqrt(8 / 3))
    assert fit.deviation([4], [0.3])[0] == pytest.approx(0.02 * np.sqrt(8 / 3))
    assert fit.expected(0, np.array([0.07]), np.array([3])) == pytest.approx([0.07])


def test_what_cannot_be_fitted_has_no_deviation() -> None:
    nothing = np.full((1, 30), np.nan)
    fit = fit_normal_returns(NormalModel.MARKET, nothing, np.zeros((1, 30)), ones(nothing))
    assert fit.dof[0] < 0
    assert np.isnan(fit.sigma[0])


def test_a_session_without_an_index_level_is_left_out(returns: np.ndarray, market: np.ndarray) -> None:
    holed = market.copy()
    holed[0, 40:44] = np.nan
    fit = fit_normal_returns(NormalModel.MARKET, returns, holed, ones(returns))
    known = ~np.isnan(holed[0])
    ols = sm.OLS(returns[0][known], sm.add_constant(holed[0][known])).fit()
    assert fit.beta[0] == pytest.approx(ols.params[1], abs=1e-12)
    assert fit.dof[0] == 120 - 4 - 2
