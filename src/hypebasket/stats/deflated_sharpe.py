"""How good a Sharpe ratio is, given the length of the record, its tails and the number of tries.

Sharpe ratios here are those of one period (session), not annualised: divide by the root of the sessions per year.
Kurtosis is the plain one, 3 for a normal distribution.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from hypebasket.stats.performance import FLAT, Floats

__all__ = [
    "DeflatedSharpe",
    "SharpeMoments",
    "deflate_trials",
    "deflated_sharpe",
    "effective_trials",
    "expected_maximum_sharpe",
    "minimum_track_record",
    "probabilistic_sharpe",
    "sharpe_moments",
]

EULER = 0.577215664901532860606512090082402431


@dataclass(frozen=True, slots=True)
class SharpeMoments:
    """Sharpe ratio of one period, skewness and kurtosis of a record of ``periods`` returns."""

    sharpe: float
    skewness: float
    kurtosis: float
    periods: int


def sharpe_moments(returns: Floats) -> SharpeMoments | None:
    """Measure a record, ``(n_periods,)``; ``None`` where it has no dispersion.

    The Sharpe ratio divides by the sample standard deviation (n − 1); skewness and kurtosis are those of the sample.
    """
    if len(returns) < 2 or not float(returns.std(ddof=1)) > FLAT:
        return None
    centred = returns - returns.mean()
    spread = float(np.mean(centred**2))
    return SharpeMoments(
        float(returns.mean() / returns.std(ddof=1)),
        float(np.mean(centred**3)) / spread**1.5,
        float(np.mean(centred**4)) / spread**2,
        len(returns),
    )


def probabilistic_sharpe(record: SharpeMoments, threshold: float = 0.0) -> float:
    """Return the probability that the true Sharpe ratio exceeds ``threshold`` (Bailey and López de Prado 2012)."""
    from scipy.special import ndtr

    return float(ndtr((record.sharpe - threshold) * math.sqrt(record.periods - 1) / _width(record)))


def minimum_track_record(record: SharpeMoments, threshold: float = 0.0, level: float = 0.05) -> float:
    """Return how many periods it takes to exceed ``threshold`` at ``level``; infinite below it."""
    from scipy.special import ndtri

    if record.sharpe <= threshold:
        return math.inf
    return 1.0 + (_width(record) * float(ndtri(level)) / (record.sharpe - threshold)) ** 2


def expected_maximum_sharpe(trials: float, variance: float) -> float:
    """Return the Sharpe ratio the best of ``trials`` is expected to show although none has any skill.

    ``variance`` is that of the trials' Sharpe ratios, in the same period as they are; ``trials`` at least 1 (0 then).
    """
    from scipy.special import ndtri

    if trials <= 1.0:
        return 0.0
    near, far = -float(ndtri(1.0 / trials)), -float(ndtri(1.0 / (trials * math.e)))
    return math.sqrt(variance) * ((1.0 - EULER) * near + EULER * far)


def deflated_sharpe(record: SharpeMoments, trials: float, variance: float) -> float:
    """Return the probability that the best of ``trials`` has any skill at all (Bailey and López de Prado 2014)."""
    return probabilistic_sharpe(record, expected_maximum_sharpe(trials, variance))


def effective_trials(returns: Floats) -> float:
    """Return how many independent trials correlated ones amount to: r̄ + (1 − r̄) n (Bailey and López de Prado 2014).

    ``returns`` : (n_periods, n_trials), one column per configuration. The mean correlation r̄ is that of all pairs,
    0 at least; columns without dispersion are not counted.
    """
    live = returns[:, returns.std(axis=0) > FLAT]
    n = live.shape[1]
    if n < 2:
        return float(n)
    scaled = (live - live.mean(axis=0)) / live.std(axis=0)
    whole = float((scaled.sum(axis=1) ** 2).mean())  # the sum of all n × n correlations, without their matrix
    mean = max((whole - n) / (n * (n - 1)), 0.0)
    return float(mean + (1.0 - mean) * n)


@dataclass(frozen=True, slots=True)
class DeflatedSharpe:
    """The best of several trials, deflated.

    ``best``: its column; ``trials``: configurations tried; ``effective``: the number of independent ones they amount
    to; ``threshold``: the Sharpe ratio luck alone would have shown; ``probability``: the deflated Sharpe ratio.
    """

    best: int
    record: SharpeMoments
    trials: int
    effective: float
    variance: float
    threshold: float
    probability: float


def deflate_trials(returns: Floats, tried: int | None = None) -> DeflatedSharpe | None:
    """Deflate the best Sharpe ratio of a matrix of trials; ``None`` where fewer than two have any dispersion.

    Parameters
    ----------
    returns : (n_periods, n_trials)
        Session returns, one column per configuration.
    tried : int, optional
        How many configurations were tried in all, if the ledger of trials knows of more than are in the matrix; the
        effective number grows in proportion.
    """
    records = [sharpe_moments(column) for column in returns.T]
    known = [(place, record) for place, record in enumerate(records) if record is not None]
    if len(known) < 2:
        return None
    trials = max(tried or 0, len(records))
    ratios = np.array([record.sharpe for _, record in known])
    variance = float(ratios.var(ddof=1))
    effective = effective_trials(returns) * trials / len(records)
    best, record = known[int(ratios.argmax())]
    threshold = expected_maximum_sharpe(effective, variance)
    return DeflatedSharpe(best, record, trials, effective, variance, threshold, probabilistic_sharpe(record, threshold))


def _width(record: SharpeMoments) -> float:
    """Return √(1 − γ₃ SR + (γ₄ − 1)/4 SR²), the standard error of the ratio times √(n − 1)."""
    ratio = record.sharpe
    return math.sqrt(1.0 - record.skewness * ratio + (record.kurtosis - 1.0) / 4.0 * ratio**2)
