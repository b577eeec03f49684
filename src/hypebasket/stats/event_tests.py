"""Tests of no abnormal return: what each assumes of the observations decides which one may be believed.

One event strikes all members of a basket at once, so a name-event is no independent observation. The cross-sectional t,
Patell's and Boehmer, Musumeci and Poulsen's test take it for one; Kolari and Pynnönen's correct for the correlation of
the names; the clustered t and the bootstrap of event blocks take the event as the unit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hypebasket.stats.performance import Floats

__all__ = [
    "BlockBootstrap",
    "Verdict",
    "block_bootstrap",
    "boehmer_musumeci_poulsen",
    "clustered_t",
    "cross_sectional_t",
    "generalised_rank",
    "kolari_pynnonen",
    "patell",
]

Blocks = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A test statistic and its two-sided p-value; ``dof`` of its t distribution, ``None`` for the normal one.

    Too few observations, or no dispersion at all: everything ``None``.
    """

    statistic: float | None
    p_value: float | None
    dof: float | None = None


NONE = Verdict(None, None)


def cross_sectional_t(values: Floats) -> Verdict:
    """Test the mean of independent observations by their own dispersion; t with n − 1 degrees of freedom.

    Parameters
    ----------
    values : (n,)
        Cumulative abnormal returns.
    """
    n = len(values)
    if n < 2:
        return NONE
    return _student(float(values.mean()), float(values.std(ddof=1)) / np.sqrt(n), n - 1)


def patell(scaled: Floats, dof: npt.NDArray[np.int64]) -> Verdict:
    """Test standardised abnormal returns against the variance of the estimation window (Patell 1976); normal.

    It assumes independent observations and that the event leaves the variance as it was.

    Parameters
    ----------
    scaled : (n,)
        Cumulative abnormal returns over their standard deviation, the forecast error included.
    dof : (n,)
        Degrees of freedom of those standard deviations; more than 2.
    """
    if len(scaled) < 1 or (dof <= 2).any():
        return NONE
    statistic = float(scaled.sum() / np.sqrt((dof / (dof - 2.0)).sum()))
    from scipy.special import ndtr

    return Verdict(statistic, float(2.0 * ndtr(-abs(statistic))))


def boehmer_musumeci_poulsen(scaled: Floats) -> Verdict:
    """Test standardised abnormal returns by their dispersion at the event (Boehmer, Musumeci and Poulsen 1991).

    Robust to a variance the event raises; it assumes independent observations. t with n − 1 degrees of freedom.
    """
    return cross_sectional_t(scaled)


def kolari_pynnonen(scaled: Floats, correlation: float) -> Verdict:
    """Correct the Boehmer-Musumeci-Poulsen test for the correlation of the observations (Kolari and Pynnönen 2010).

    With a mean correlation r̄ of all pairs the statistic is multiplied by √((1 − r̄) / (1 + (n − 1) r̄)); t with n − 1
    degrees of freedom. None where 1 + (n − 1) r̄ is not positive.

    Parameters
    ----------
    scaled : (n,)
        Standardised cumulative abnormal returns.
    correlation : float
        Mean over all pairs of different observations, 0 for pairs that share no session (see ``cross_correlation``).
    """
    plain = boehmer_musumeci_poulsen(scaled)
    inflation = 1.0 + (len(scaled) - 1) * correlation
    if plain.statistic is None or not inflation > 0.0 or not correlation < 1.0:
        return NONE
    statistic = plain.statistic * float(np.sqrt((1.0 - correlation) / inflation))
    return _student(statistic, 1.0, len(scaled) - 1)


def generalised_rank(scaled: Floats, estimation: Floats) -> Verdict:
    """Rank the event's abnormal returns among those of the estimation window (GRANK-T, Kolari and Pynnönen 2011).

    Free of a distribution; robust to correlated names, as their mean rank is judged by its own course over time, and to
    a variance the event raises, as the event's returns are rescaled by their dispersion.

    Parameters
    ----------
    scaled : (n,)
        Standardised cumulative abnormal returns.
    estimation : (n, n_estimation)
        Standardised abnormal returns of the estimation windows, in order of time; NaN where there is none.
    """
    n = len(scaled)
    dispersion = float(scaled.std(ddof=1)) if n > 1 else 0.0
    if not dispersion > 0.0 or estimation.shape[1] < 3:
        return NONE
    from scipy.stats import rankdata

    every = np.column_stack([estimation, scaled / dispersion])
    here = ~np.isnan(every)
    ranks = rankdata(np.where(here, every, np.inf), axis=1)
    centred = np.where(here, ranks / (here.sum(axis=1, keepdims=True) + 1.0) - 0.5, 0.0)
    count = here.sum(axis=0)
    times = count > 0
    mean = centred.sum(axis=0)[times] / count[times]
    length = int(times.sum())
    variance = float((count[times] / n * mean**2).sum()) / length
    if not variance > 0.0 or length < 4:
        return NONE
    z = float(mean[-1]) / np.sqrt(variance)
    rest = length - 1 - z**2
    if not rest > 0.0:
        return NONE
    return _student(z * float(np.sqrt((length - 2) / rest)), 1.0, length - 2)


def clustered_t(values: Floats, blocks: Blocks) -> Verdict:
    """Test the mean of observations that come in blocks; t with as many degrees of freedom as blocks, less one.

    Blocks are independent of each other, their observations need not be. Where each block holds one observation this is
    the cross-sectional t.

    Parameters
    ----------
    values : (n,)
        One number per event (or name-event).
    blocks : (n,)
        Which block each belongs to; any integers.
    """
    sums, counts = _by_block(values, blocks)
    if len(sums) < 2:
        return NONE
    mean = float(values.mean())
    return _student(mean, float(_standard_error(sums[None], counts[None])[0]), len(sums) - 1)


@dataclass(frozen=True, slots=True)
class BlockBootstrap:
    """What the bootstrap of blocks says: the test, the mean, its standard error and its interval."""

    test: Verdict
    mean: float
    standard_error: float | None
    interval: tuple[float, float] | None


def block_bootstrap(
    values: Floats, blocks: Blocks, rng: np.random.Generator, *, draws: int = 1999, level: float = 0.05
) -> BlockBootstrap:
    """Draw whole blocks with replacement, and judge the mean by the studentised means drawn (symmetric percentile-t).

    Each draw's mean is compared with the mean of the sample, so that the null holds among the draws; the p-value counts
    the sample itself: (1 + draws as extreme) / (1 + draws). A draw without dispersion counts as extreme.

    Parameters
    ----------
    values, blocks : (n,)
        As for ``clustered_t``.
    draws : int
        Number of bootstrap samples.
    level : float
        One minus the coverage of the interval.
    """
    mean = float(values.mean())
    sums, counts = _by_block(values, blocks)
    if len(sums) < 2:
        return BlockBootstrap(NONE, mean, None, None)
    error = float(_standard_error(sums[None], counts[None])[0])
    if not error > 0.0:
        return BlockBootstrap(NONE, mean, None, None)
    drawn = rng.integers(len(sums), size=(draws, len(sums)))
    resampled, sizes = sums[drawn], counts[drawn]
    means = resampled.sum(axis=1) / sizes.sum(axis=1)
    errors = _standard_error(resampled, sizes)
    flat = errors <= 1e-12 * error
    studentised = np.where(flat, np.inf, np.abs(means - mean) / np.where(flat, 1.0, errors))
    observed = abs(mean) / error
    p_value = (1.0 + float((studentised >= observed).sum())) / (1.0 + draws)
    wide = float(np.quantile(studentised, 1.0 - level, method="higher"))
    interval = (mean - wide * error, mean + wide * error) if np.isfinite(wide) else None
    return BlockBootstrap(Verdict(mean / error, p_value), mean, error, interval)


def _by_block(values: Floats, blocks: Blocks) -> tuple[Floats, Floats]:
    """Return the sum and the size of each block, ``(n_blocks,)``."""
    _, place = np.unique(blocks, return_inverse=True)
    sums: Floats = np.bincount(place, weights=values).astype(np.float64)
    return sums, np.bincount(place).astype(np.float64)


def _standard_error(sums: Floats, counts: Floats) -> Floats:
    """Return the cluster-robust standard error of the mean, row by row; ``(m, n_blocks)`` to ``(m,)``."""
    size = sums.shape[1]
    total = counts.sum(axis=1)
    mean = sums.sum(axis=1) / total
    scatter = ((sums - mean[:, None] * counts) ** 2).sum(axis=1)
    error: Floats = np.sqrt(size / (size - 1.0) * scatter) / total
    return error


def _student(mean: float, error: float, dof: int) -> Verdict:
    if not error > 0.0 or not np.isfinite(error):
        return NONE
    from scipy.special import stdtr

    statistic = mean / error
    return Verdict(float(statistic), float(2.0 * stdtr(dof, -abs(statistic))), float(dof))
