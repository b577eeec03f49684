"""Every shipped strategy on every shipped basket: both engines write the same ledgers, on sample and on real data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from both_engines import assert_sleeve_parity

from hypebasket.market.data import MarketData
from hypebasket.pipeline.job import with_instruments
from hypebasket.pipeline.market import lay_out_sleeves
from hypebasket.pipeline.pairings import pairings
from hypebasket.pipeline.request import RunRequest
from hypebasket.pipeline.sleeve import SleeveRunner
from hypebasket.pipeline.supply import supply
from hypebasket.sources.folder import read_folder
from hypebasket.spec.strategy import Strategy
from hypebasket.spec.text import Circle, Currency
from hypebasket.spec.workspace import load_workspace

ROOT = Path(__file__).resolve().parents[2]
WORKSPACE = load_workspace(ROOT)
BASKETS = tuple(WORKSPACE.baskets.values())
STRATEGIES = tuple(each for each in WORKSPACE.strategies.values() if each.own_class is None)


def runners(strategy: Strategy, data: MarketData, currencies: tuple[Currency, ...]) -> Iterator[SleeveRunner]:
    """Every basket the data covers, on every sleeve it has members in."""
    for sleeve in lay_out_sleeves(RunRequest(ROOT, sleeves=currencies), BASKETS, data):
        for basket, rules in pairings(BASKETS, (strategy,)):
            if any(stock.symbol in sleeve.panel.column_of for stock in basket.stocks):
                yield SleeveRunner(basket, rules, sleeve, WORKSPACE.events, ROOT)


def assert_all(strategy: Strategy, data: MarketData, currencies: tuple[Currency, ...], circle: Circle) -> int:
    """Compare the engines on all of them; return how many fills they agreed on."""
    fills = 0
    for runner in runners(strategy, data, currencies):
        fills += sum(len(ledger.fills) for ledger in assert_sleeve_parity(runner, circle, plain=False))
    return fills


@pytest.fixture(scope="module")
def sample() -> MarketData:
    return supply(ROOT, "sample", ())


@pytest.mark.parametrize("strategy", STRATEGIES, ids=lambda strategy: strategy.id)
def test_on_the_sample(strategy: Strategy, sample: MarketData) -> None:
    """In CNY; what is refused there in USD."""
    currency = Currency.USD if strategy.is_short else Currency.CNY
    assert assert_all(strategy, sample, (currency,), Circle.ALL) > 0


@pytest.fixture(scope="module")
def real(real_market: Path) -> MarketData:
    return with_instruments(read_folder(real_market).data, WORKSPACE)


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize("strategy", STRATEGIES, ids=lambda strategy: strategy.id)
def test_on_real_data_in_three_markets(strategy: Strategy, real: MarketData) -> None:
    assert assert_all(strategy, real, tuple(Currency), Circle.ALL) > 0
