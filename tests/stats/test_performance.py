"""Performance figures of a curve small enough for a pencil."""

from __future__ import annotations

import math

import numpy as np
import pytest

from hypebasket.stats.performance import drawdown, measure, simple_returns

YEAR = 243


def test_returns_count_from_the_money_before_the_first_session() -> None:
    assert simple_returns([110, 99], 100).tolist() == pytest.approx([0.10, -0.10])


def test_drawdown_counts_the_start_as_a_peak() -> None:
    assert drawdown(np.array([-0.10, 0.05, -0.10])) == pytest.approx(0.9 * 1.05 * 0.9 - 1)
    assert drawdown(np.array([0.20, -0.25, 0.10])) == pytest.approx(-0.25)
    assert drawdown(np.array([0.10, 0.10])) == 0.0


def test_figures_of_four_sessions() -> None:
    """Returns 2 %, -1 %, 3 %, 0 %: mean 1 %; squared distances 1 + 4 + 4 + 1 = 10 (per myriad), over 3: s = 1.8257 %.

    Downside: sqrt(1 / 4) = 0.5 %. Total 1.02 x 0.99 x 1.03 - 1 = 4.0094 %.
    """
    figures = measure(np.array([0.02, -0.01, 0.03, 0.0]), YEAR)
    assert figures.total_return == pytest.approx(0.040094)
    assert figures.cagr == pytest.approx(1.040094 ** (243 / 4) - 1)
    assert figures.volatility == pytest.approx(math.sqrt(10 / 3) / 100 * math.sqrt(243))
    assert figures.sharpe == pytest.approx(1 / math.sqrt(10 / 3) * math.sqrt(243))
    assert figures.sortino == pytest.approx(2 * math.sqrt(243))
    assert figures.max_drawdown == pytest.approx(-0.01)


def test_what_does_not_exist_is_none() -> None:
    flat = measure(np.zeros(5), YEAR)
    assert (flat.sharpe, flat.sortino, flat.volatility, flat.max_drawdown) == (None, None, 0.0, 0.0)
    single = measure(np.array([0.01]), YEAR)
    assert (single.volatility, single.sharpe) == (None, None)
    assert measure(np.array([]), YEAR).cagr is None
    assert measure(np.array([-1.0]), YEAR).cagr is None
    assert measure(np.array([0.01, 0.02]), YEAR).sortino is None  # no session lost
