"""The random markets of ``tests/reference``, which the broker plays to the cent, in the fast engine as well.

``make torture`` (``HYPOTHESIS_PROFILE=torture``) plays every scenario, a plain run a few.
"""

from __future__ import annotations

import os

import pytest
from both_engines import assert_parity
from both_sides import fen, panel_of, plan_of
from overseas_scenarios import overseas_scenario
from scenarios import scenario
from short_scenarios import short_scenario
from tape import Scenario

from hypebasket.spec.text import Currency

ALL = range(300)
SEEDS = ALL if os.environ.get("HYPOTHESIS_PROFILE") == "torture" else ALL[::17]
OVERSEAS = (Currency.HKD, Currency.USD)


def assert_alike(drawn: Scenario) -> None:
    assert_parity(panel_of(drawn), plan_of(drawn), cash=fen(drawn.cash), start=1, stop=len(drawn.sessions), plain=False)


@pytest.mark.parametrize("seed", SEEDS)
def test_on_the_mainland(seed: int) -> None:
    assert_alike(scenario(seed))


@pytest.mark.parametrize("currency", OVERSEAS)
@pytest.mark.parametrize("seed", SEEDS)
def test_in_hong_kong_and_new_york(seed: int, currency: Currency) -> None:
    assert_alike(overseas_scenario(currency, seed))


@pytest.mark.parametrize("currency", OVERSEAS)
@pytest.mark.parametrize("seed", SEEDS)
def test_short_sales(seed: int, currency: Currency) -> None:
    assert_alike(short_scenario(currency, seed))
