"""Performance of an equity curve: simple returns, cash earns nothing, the riskless rate is zero.

All figures are decimals; a figure that does not exist (no session, no dispersion) is ``None``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Floats", "Performance", "drawdown", "measure", "simple_returns"]

Floats = npt.NDArray[np.float64]
FLAT = 1e-12


def simple_returns(levels: Sequence[float] | npt.NDArray[np.int64], start: float) -> Floats:
    """Return session returns of a curve that stood at ``start`` before its first level; shape ``(n_sessions,)``."""
    path = np.concatenate([[start], np.asarray(levels, dtype=np.float64)])
    returns: Floats = path[1:] / path[:-1] - 1.0
    return returns


def drawdown(returns: Floats) -> float:
    """Return the greatest fall from a peak (the start counts as one), as a negative decimal or 0."""
    path = np.concatenate([[1.0], np.cumprod(1.0 + returns)])
    return float((path / np.maximum.accumulate(path) - 1.0).min())


@dataclass(frozen=True, slots=True)
class Performance:
    """Figures of one curve; annualised with the market's periods per year."""

    total_return: float
    cagr: float | None
    volatility: float | None
    sharpe: float | None
    sortino: float | None
    max_drawdown: float


def measure(returns: Floats, periods_per_year: int) -> Performance:
    """Measure session returns.

    Volatility is the sample standard deviation (n - 1); the Sortino ratio divides by the root mean square of the
    negative returns over all sessions (Sortino and Price 1994, target 0).
    """
    total = float(np.prod(1.0 + returns) - 1.0)
    count = len(returns)
    cagr = (1.0 + total) ** (periods_per_year / count) - 1.0 if count and total > -1.0 else None
    deviation = float(returns.std(ddof=1)) if count > 1 else 0.0
    downside = math.sqrt(float(np.mean(np.minimum(returns, 0.0) ** 2))) if count else 0.0
    year = math.sqrt(periods_per_year)
    mean = float(returns.mean()) if count else 0.0
    return Performance(
        total_return=total,
        cagr=cagr,
        volatility=deviation * year if count > 1 else None,
        sharpe=mean / deviation * year if deviation > FLAT else None,
        sortino=mean / downside * year if downside > FLAT else None,
        max_drawdown=drawdown(returns) if count else 0.0,
    )
