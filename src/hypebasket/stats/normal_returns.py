"""What a name would have returned without the event: market model, market-adjusted, mean-adjusted.

Every return may span several sessions (see ``trade_to_trade``). A span of k sessions has k times the variance of one,
so the models are fitted to returns divided by the square root of k; with k = 1 throughout this is plain least squares.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from hypebasket.stats.performance import Floats

__all__ = ["NormalModel", "NormalReturns", "fit_normal_returns"]


class NormalModel(StrEnum):
    """How the normal return of a session is made: alpha + beta × market, the market's, or the name's own mean."""

    MARKET = "market"
    ADJUSTED = "adjusted"
    MEAN = "mean"


_PARAMETERS = {NormalModel.MARKET: 2, NormalModel.ADJUSTED: 1, NormalModel.MEAN: 1}
"""What the residual variance gives up for: the market-adjusted return is not centred, but its variance is."""


@dataclass(frozen=True, slots=True)
class NormalReturns:
    """Fitted models of ``n`` name-events.

    Attributes
    ----------
    alpha, beta : (n,)
        Per session, decimals; alpha is 0 and beta 1 for the market-adjusted model, beta 0 for the mean-adjusted.
    sigma : (n,)
        Residual standard deviation of one session.
    dof : (n,)
        Degrees of freedom of ``sigma``: returns used less parameters; ≤ 0 where too few.
    residuals : (n, n_estimation)
        Abnormal returns of the estimation window per square root of their span; NaN where there is no return.
    information : (n, 3)
        Σk, Σm, Σm²/k over the estimation window: sessions, market returns, and their squares by session.
    """

    model: NormalModel
    alpha: Floats
    beta: Floats
    sigma: Floats
    dof: npt.NDArray[np.int64]
    residuals: Floats
    information: Floats

    def of(self, chosen: npt.NDArray[np.bool_]) -> NormalReturns:
        """Return the models of some name-events; ``chosen``, ``(n,)``."""
        return NormalReturns(
            self.model,
            self.alpha[chosen],
            self.beta[chosen],
            self.sigma[chosen],
            self.dof[chosen],
            self.residuals[chosen],
            self.information[chosen],
        )

    def expected(self, index: int, market: Floats, sessions: npt.NDArray[np.int64]) -> Floats:
        """Return the normal returns of one name-event over spans of ``sessions`` sessions, ``(n_spans,)``."""
        own: Floats = self.alpha[index] * sessions
        return own if self.model is NormalModel.MEAN else own + self.beta[index] * market

    def deviation(self, sessions: npt.ArrayLike, market: npt.ArrayLike) -> Floats:
        """Return the standard deviation of cumulative abnormal returns under no effect, ``(n,)``.

        ``sessions`` and ``market``, both ``(n,)``, are sums over each window. The error of the fitted parameters
        counts (Patell 1976; Campbell, Lo and MacKinlay 1997, 4.4.3).
        """
        length = np.asarray(sessions, dtype=np.float64)
        total = np.asarray(market, dtype=np.float64)
        k, m, mm = self.information.T
        if self.model is NormalModel.MARKET:
            with np.errstate(invalid="ignore", divide="ignore"):
                mean = m / k
                extra = length**2 / k + (total - length * mean) ** 2 / (mm - k * mean**2)
        elif self.model is NormalModel.MEAN:
            with np.errstate(invalid="ignore", divide="ignore"):
                extra = length**2 / k
        else:
            extra = np.zeros_like(length)
        spread: Floats = self.sigma * np.sqrt(length + extra)
        return spread


def fit_normal_returns(
    model: NormalModel, returns: Floats, market: Floats, sessions: npt.NDArray[np.int64]
) -> NormalReturns:
    """Fit a model to each name-event's estimation window.

    Parameters
    ----------
    returns : (n, n_estimation)
        Simple returns; NaN where there is none. Windows may hold different numbers of returns.
    market : (n, n_estimation)
        The market's returns over the same spans; ignored by the mean-adjusted model.
    sessions : (n, n_estimation)
        Sessions each return spans, 1 or more where there is one.
    """
    usable = ~np.isnan(returns) & (sessions > 0)
    if model is not NormalModel.MEAN:
        usable &= ~np.isnan(market)
    k = np.where(usable, sessions, 1).astype(np.float64)
    r = np.where(usable, returns, 0.0)
    m = np.where(usable, market if model is not NormalModel.MEAN else 0.0, 0.0)
    count = usable.sum(axis=1)
    sum_k, sum_m, sum_mm = (np.where(usable, x, 0.0).sum(axis=1) for x in (k, m, m * m / k))
    sum_r, sum_mr = r.sum(axis=1), (m * r / k).sum(axis=1)
    n = len(returns)
    with np.errstate(invalid="ignore", divide="ignore"):
        if model is NormalModel.MARKET:
            beta = (sum_mr - sum_m * sum_r / sum_k) / (sum_mm - sum_m**2 / sum_k)
            alpha = (sum_r - beta * sum_m) / sum_k
        elif model is NormalModel.MEAN:
            alpha, beta = sum_r / sum_k, np.zeros(n)
        else:
            alpha, beta = np.zeros(n), np.ones(n)
        residuals = np.where(usable, (r - alpha[:, None] * k - beta[:, None] * m) / np.sqrt(k), np.nan)
        dof = (count - _PARAMETERS[model]).astype(np.int64)
        centre = _drift(residuals, k, usable) if model is NormalModel.ADJUSTED else np.zeros((n, 1))
        squares = np.where(usable, residuals - centre * np.sqrt(k), 0.0) ** 2
        sigma = np.sqrt(squares.sum(axis=1) / np.where(dof > 0, dof, np.nan))
    return NormalReturns(model, alpha, beta, sigma, dof, residuals, np.column_stack([sum_k, sum_m, sum_mm]))


def _drift(residuals: Floats, k: Floats, usable: npt.NDArray[np.bool_]) -> Floats:
    """Return the mean abnormal return of a session, ``(n, 1)``: variance is measured about it."""
    total = np.where(usable, residuals * np.sqrt(k), 0.0).sum(axis=1, keepdims=True)
    mean: Floats = total / np.where(usable, k, 0.0).sum(axis=1, keepdims=True)
    return mean
