"""The basket around its event, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from hypebasket.stats.headline import headline_of
from hypebasket.stats.path import paths_of, spread_of
from markets import market

A, B, C = "600001.SH", "600002.SH", "600003.SH"
MADE = market(
    "session | 600001.SH | 600002.SH | 600003.SH\n"
    "01-03 | 10.00 | 20.00 | .\n"
    "01-04 | 11.00 | 20.00 | .\n"
    "01-05 | 11.55 | 21.00 | 30.00\n"
    "01-08 | 11.00 p11.00 | S | 33.00",
    actions="600001.SH 01-08 cash 0.55",
)


def test_returns_since_the_base_with_dividends_suspensions_and_newcomers() -> None:
    """Base 01-04. A: before it 10/11 - 1; 11.55/11 = +5 %; ex-date at its reference: unchanged. B: last close kept."""
    paths = paths_of(MADE.panel, [A, B, C], base=1, first=0, last=3)
    assert paths[:, 0] == pytest.approx([10 / 11 - 1, 0.0, 0.05, 0.05])
    assert paths[:, 1] == pytest.approx([0.0, 0.0, 0.05, 0.05])
    assert np.isnan(paths[:, 2]).all(), "a name without a bar by the base has no headline, and no path"


def test_at_the_end_of_the_window_a_path_is_the_headline() -> None:
    paths = paths_of(MADE.panel, [A, B], base=0, first=0, last=3)
    for column, symbol in enumerate((A, B)):
        assert paths[-1, column] == pytest.approx(headline_of(MADE.panel, symbol, 0, 3))


def test_the_spread_of_members_by_hand() -> None:
    """Members 1, 2, 3, 4, 5 % with weights 1, 1, 1, 1, 6: mean 4 %; quarters of five at 2, 3 and 4 %."""
    paths = np.array([[0.01, 0.02, 0.03, 0.04, 0.05], [np.nan, np.nan, 0.03, np.nan, 0.05], [np.nan] * 5])
    spread = spread_of(paths, [1, 1, 1, 1, 6])
    assert spread.mean[:2] == pytest.approx([0.04, (0.03 + 6 * 0.05) / 7])
    assert [spread.low[0], spread.lower[0], spread.median[0], spread.upper[0], spread.high[0]] == pytest.approx(
        [0.01, 0.02, 0.03, 0.04, 0.05]
    )
    assert [spread.low[1], spread.median[1], spread.high[1]] == pytest.approx([0.03, 0.04, 0.05])
    assert math.isnan(spread.mean[2])
    assert math.isnan(spread.median[2])
