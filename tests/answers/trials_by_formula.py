"""Sharpe ratios deflated and splits counted, written plainly from the papers, without the package under test.

- Bailey and López de Prado (2012), The Sharpe ratio efficient frontier, Journal of Risk 15, equations 9 to 11;
- Bailey and López de Prado (2014), The deflated Sharpe ratio, Journal of Portfolio Management 40, equations 1 and 2;
- Bailey, Borwein, López de Prado and Zhu (2017), The probability of backtest overfitting, Journal of Computational
  Finance 20, section 2 (combinatorially symmetric cross-validation).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import e, erf, log, sqrt
from statistics import NormalDist, fmean, stdev

EULER_MASCHERONI = 0.5772156649015329


def probabilistic_sharpe(ratio: float, threshold: float, periods: int, skewness: float, kurtosis: float) -> float:
    spread = sqrt(1 - skewness * ratio + (kurtosis - 1) / 4 * ratio**2)
    z = (ratio - threshold) * sqrt(periods - 1) / spread
    return (1 + erf(z / sqrt(2))) / 2


def expected_maximum(trials: float, variance: float) -> float:
    quantile = NormalDist().inv_cdf
    return sqrt(variance) * (
        (1 - EULER_MASCHERONI) * quantile(1 - 1 / trials) + EULER_MASCHERONI * quantile(1 - 1 / (trials * e))
    )


def logits(returns: Sequence[Sequence[float]], blocks: int) -> list[float]:
    """Logits of the relative rank out of sample; ``returns`` by trial, each as long as a multiple of ``blocks``."""
    length = len(returns[0]) // blocks
    pieces = [[trial[k * length : (k + 1) * length] for k in range(blocks)] for trial in returns]
    found = []
    for inside in combinations(range(blocks), blocks // 2):
        outside = [k for k in range(blocks) if k not in inside]
        train = [_sharpe([x for k in inside for x in trial[k]]) for trial in pieces]
        test = [_sharpe([x for k in outside for x in trial[k]]) for trial in pieces]
        best = max(range(len(train)), key=train.__getitem__)
        rank = 1 + sum(value < test[best] for value in test)
        share = rank / (len(test) + 1)
        found.append(log(share / (1 - share)))
    return found


def _sharpe(values: Sequence[float]) -> float:
    return fmean(values) / stdev(values)
