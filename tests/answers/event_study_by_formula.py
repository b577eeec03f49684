"""Event-study statistics written plainly from the papers, number by number, without the package under test.

Origin of each formula:

- market model and forecast error: Patell (1976); Campbell, Lo and MacKinlay (1997), The Econometrics of Financial
  Markets, chapter 4, with every regressor written out;
- Patell (1976), Journal of Accounting Research 14, 246-276;
- Boehmer, Musumeci and Poulsen (1991), Journal of Financial Economics 30, 253-272;
- Kolari and Pynnönen (2010), Review of Financial Studies 23, 3996-4025;
- Kolari and Pynnönen (2011), Journal of Empirical Finance 18, 953-971 (GRANK-T);
- clustered variance: Cameron, Gelbach and Miller (2008), Review of Economics and Statistics 90, 414-427, times
  G / (G - 1) for G blocks.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, product
from math import isnan, prod, sqrt

from scipy.special import betainc, erfc

Numbers = Sequence[float]


def mean(values: Numbers) -> float:
    return sum(values) / len(values)


def sample_deviation(values: Numbers) -> float:
    centre = mean(values)
    return sqrt(sum((value - centre) ** 2 for value in values) / (len(values) - 1))


def two_sided_t(statistic: float, dof: float) -> float:
    return float(betainc(dof / 2, 0.5, dof / (dof + statistic**2)))


def two_sided_normal(statistic: float) -> float:
    return float(erfc(abs(statistic) / sqrt(2)))


class MarketModel:
    """r = alpha + beta m + e by the normal equations; NaN returns are left out."""

    def __init__(self, returns: Numbers, market: Numbers) -> None:
        pairs = [(r, m) for r, m in zip(returns, market, strict=True) if not isnan(r)]
        r_bar, self.m_bar = mean([r for r, _ in pairs]), mean([m for _, m in pairs])
        self.m_square = sum((m - self.m_bar) ** 2 for _, m in pairs)
        self.beta = sum((r - r_bar) * (m - self.m_bar) for r, m in pairs) / self.m_square
        self.alpha = r_bar - self.beta * self.m_bar
        self.residuals = [
            float("nan") if isnan(r) else r - self.alpha - self.beta * m for r, m in zip(returns, market, strict=True)
        ]
        self.length = len(pairs)
        self.dof = self.length - 2
        self.sigma = sqrt(sum(e**2 for e in self.residuals if not isnan(e)) / self.dof)

    def abnormal(self, returns: Numbers, market: Numbers) -> list[float]:
        return [r - self.alpha - self.beta * m for r, m in zip(returns, market, strict=True)]

    def deviation_of_sum(self, market: Numbers) -> float:
        """Forecast variance of the sum: every session's own, and the parameters' errors that all sessions share."""
        sessions = len(market)
        shared = sum(
            1 / self.length + (a - self.m_bar) * (b - self.m_bar) / self.m_square for a, b in product(market, market)
        )
        return self.sigma * sqrt(sessions + shared)


def buy_and_hold(returns: Numbers, expected: Numbers) -> float:
    return prod(1 + r for r in returns) - prod(1 + e for e in expected)


def cross_sectional_t(values: Numbers) -> tuple[float, float]:
    statistic = mean(values) / (sample_deviation(values) / sqrt(len(values)))
    return statistic, two_sided_t(statistic, len(values) - 1)


def patell(scaled: Numbers, dof: Sequence[int]) -> tuple[float, float]:
    statistic = sum(scaled) / sqrt(sum(d / (d - 2) for d in dof))
    return statistic, two_sided_normal(statistic)


def pearson(a: Numbers, b: Numbers) -> float:
    a_bar, b_bar = mean(a), mean(b)
    above = sum((x - a_bar) * (y - b_bar) for x, y in zip(a, b, strict=True))
    return above / sqrt(sum((x - a_bar) ** 2 for x in a) * sum((y - b_bar) ** 2 for y in b))


def mean_correlation(residuals: Sequence[Numbers], overlap: Sequence[Numbers]) -> float:
    """Mean over pairs of the correlation of complete residual series times the overlap of the pair's windows."""
    pairs = list(combinations(range(len(residuals)), 2))
    return mean([overlap[i][j] * pearson(residuals[i], residuals[j]) for i, j in pairs])


def kolari_pynnonen(scaled: Numbers, correlation: float) -> tuple[float, float]:
    n = len(scaled)
    plain, _ = cross_sectional_t(scaled)
    statistic = plain * sqrt((1 - correlation) / (1 + (n - 1) * correlation))
    return statistic, two_sided_t(statistic, n - 1)


def generalised_rank(scaled: Numbers, estimation: Sequence[Numbers]) -> tuple[float, float]:
    """U = rank / (T + 1) - 1/2 over the estimation returns and the event's, T of them; Z = mean U of the event / S."""
    spread = sample_deviation(scaled)
    columns: list[list[float]] = [[] for _ in range(len(estimation[0]) + 1)]
    for event, past in zip(scaled, estimation, strict=True):
        row = [*past, event / spread]
        known = [value for value in row if not isnan(value)]
        for place, value in enumerate(row):
            if not isnan(value):
                below = sum(other < value for other in known)
                level = sum(other == value for other in known)
                columns[place].append((below + (level + 1) / 2) / (len(known) + 1) - 0.5)
    filled = [column for column in columns if column]
    length, names = len(filled), len(scaled)
    means = [mean(column) for column in filled]
    spread_of_means = sqrt(sum(len(c) / names * m**2 for c, m in zip(filled, means, strict=True)) / length)
    z = means[-1] / spread_of_means
    statistic = z * sqrt((length - 2) / (length - 1 - z**2))
    return statistic, two_sided_t(statistic, length - 2)


def clustered_error(blocks: Sequence[Numbers]) -> float:
    every = [value for block in blocks for value in block]
    centre = mean(every)
    scatter = sum(sum(value - centre for value in block) ** 2 for block in blocks)
    return sqrt(len(blocks) / (len(blocks) - 1) * scatter) / len(every)


def clustered_t(blocks: Sequence[Numbers]) -> tuple[float, float]:
    statistic = mean([value for block in blocks for value in block]) / clustered_error(blocks)
    return statistic, two_sided_t(statistic, len(blocks) - 1)


def every_bootstrap_sample(blocks: Sequence[Numbers]) -> float:
    """The share of all samples of blocks with replacement whose studentised mean is as extreme as the truth."""
    observed = abs(clustered_t(blocks)[0])
    centre = mean([value for block in blocks for value in block])
    extreme = total = 0
    for drawn in product(blocks, repeat=len(blocks)):
        error = clustered_error(drawn)
        away = abs(mean([value for block in drawn for value in block]) - centre)
        extreme += error < 1e-15 or away / error >= observed - 1e-12
        total += 1
    return extreme / total
