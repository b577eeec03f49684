"""Random strategies of the whole schema on random markets: both engines write the same ledger, row by row.

Two hundred of them in every run, two thousand with ``HYPOTHESIS_PROFILE=torture``.
"""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import pytest
from both_engines import assert_parity, assert_sleeve_parity
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_short_properties import CASH, EVENTS, american_market, short_strategies
from whole_schema import circles, make_world, strategies

from hypebasket.ledger.difference import first_difference
from hypebasket.ledger.records import EquityRecord, Ledger, Reason, Side
from hypebasket.market.panel import Listing, MarketPanel
from hypebasket.rules.fees import Commission
from hypebasket.rules.frictions import ALL_FRICTIONS, Frictions
from hypebasket.rules.limits import NO_LIMIT_DOWN, NO_LIMIT_UP
from hypebasket.spec.event import Event
from hypebasket.spec.strategy import Strategy
from hypebasket.spec.text import Circle
from markets import builder, mapped
from sleeves import runner

MANY = settings(
    max_examples=2000 if os.environ.get("HYPOTHESIS_PROFILE") == "torture" else 200,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)

LISTINGS = {"CN": None, "HK": ("hk", (100, 500, 1000, 200, 50)), "US": ("us", (None,) * 5)}
CASHES = (20_000, 100_000, 100_000, 20_000_000)
"""Yuan: what a lot or two costs, the usual, and what runs into volume caps and order maxima."""


HOLDERS = ("none", "none", "mainland_china", "hong_kong", "other")


def under_the_law_of(panel: MarketPanel, law: str) -> MarketPanel:
    """The same prices traded under the lots, fees and settlement of another market, which sets no limits."""
    if law == "CN":
        return panel
    board, lots = LISTINGS[law]  # type: ignore[misc]
    return replace(
        panel,
        listings=tuple(Listing(board, lot) for lot in lots),
        limit_down=np.full_like(panel.limit_down, NO_LIMIT_DOWN),
        limit_up=np.full_like(panel.limit_up, NO_LIMIT_UP),
    )


def frictions() -> st.SearchStrategy[Frictions]:
    """All of them, half of the time; else each on or off."""
    switched = st.tuples(*(st.booleans() for _ in ALL_FRICTIONS)).map(lambda flags: Frictions(*flags))
    return st.one_of(st.just(ALL_FRICTIONS), switched)


@MANY
@given(
    seed=st.integers(0, 10**6),
    rules=strategies(),
    circle=circles(),
    cash=st.sampled_from(CASHES),
    law=st.sampled_from(["CN", "CN", "CN", "HK", "US"]),
    on=frictions(),
    minimum=st.sampled_from([500, 500, 0]),
    holder=st.sampled_from(HOLDERS),
)
def test_both_engines_write_the_same_ledger(
    seed: int, rules: Strategy, circle: str, cash: int, law: str, on: Frictions, minimum: int, holder: str
) -> None:
    world = make_world(seed)
    panel = under_the_law_of(world.made.panel, law)
    of = runner(world.made, rules, world.events, world.members, cash=cash, panel=panel)
    of.builder.commission = Commission(minimum=minimum)
    assert_sleeve_parity(of, Circle(circle), frictions=on, holder=holder)


@settings(MANY, max_examples=MANY.max_examples // 3)
@given(
    seed=st.integers(0, 10**6),
    rules=short_strategies(),
    events=EVENTS,
    cash=CASH,
    hong_kong=st.booleans(),
    on=frictions(),
    holder=st.sampled_from(HOLDERS),
)
def test_both_engines_sell_short_alike(
    seed: int, rules: Strategy, events: tuple[Event, ...], cash: int, hong_kong: bool, on: Frictions, holder: str
) -> None:
    made = american_market(seed)
    desk = builder(made, rules)
    plan = desk.events([desk.event(each, Circle.ALL) for each in mapped(made, events, rules)], rules.fills)
    panel = made.panel
    if hong_kong:
        panel = replace(panel, listings=tuple(Listing("hk", lot) for lot in (100, 500, 50)))
    for flat in (False, True):
        assert_parity(
            panel, replace(plan, holder=holder), cash=100 * cash, start=1, stop=len(panel.sessions),
            stop_when_flat=flat, frictions=on,
        )  # fmt: skip


@pytest.mark.parametrize("law", ["CN", "HK", "US"])
def test_the_drawn_runs_hold_what_the_engines_could_differ_in(law: str) -> None:
    """Parity over runs in which nothing happens would prove nothing."""
    from sleeves import shipped

    ledgers = []
    for seed in range(12):
        world = make_world(seed)
        for strategy_id in ("event-drift", "buy-and-hold"):
            panel = under_the_law_of(world.made.panel, law)
            of = runner(world.made, shipped(strategy_id), world.events, world.members, panel=panel)
            ledgers += assert_sleeve_parity(of, Circle.ALL, plain=False)
    reasons = {order.reason for ledger in ledgers for order in ledger.orders}
    assert Reason.VOLUME_CAP in reasons
    assert ({Reason.LOCKED_LIMIT_UP, Reason.SUSPENDED} <= reasons) is (law == "CN")
    assert sum(len(ledger.fills) for ledger in ledgers) > 100
    assert any(ledger.entitlements for ledger in ledgers)
    assert any(fill.side is Side.SELL for ledger in ledgers for fill in ledger.fills)
    assert any(ledger.taxes for ledger in ledgers) is (law == "CN")
    assert any(_taxed_after_a_consolidation(ledger) for ledger in ledgers) is (law == "CN")


def _taxed_after_a_consolidation(ledger: Ledger) -> bool:
    return any(
        tax.symbol == item.symbol and tax.session > item.session and item.shares < 0 < item.held + item.shares
        for tax in ledger.taxes
        for item in ledger.entitlements
    )


def test_a_difference_is_told_by_its_first_row() -> None:
    one = Ledger("CNY", 100, equity=[EquityRecord("day 1", 1, 2, 3), EquityRecord("day 2", 1, 2, 3)])  # type: ignore[arg-type]
    other = Ledger("CNY", 100, equity=[EquityRecord("day 1", 1, 2, 3), EquityRecord("day 2", 1, 2, 4)])  # type: ignore[arg-type]
    assert first_difference(one, one) is None
    assert "equity, row 2: EquityRecord" in str(first_difference(one, other))
    assert first_difference(one, Ledger("CNY", 100, equity=one.equity[:1])) == (
        "equity, row 2: EquityRecord(session='day 2', cash=1, market_value=2, equity=3) against None"
    )
    assert first_difference(one, Ledger("HKD", 100)) == "currency: 'CNY' against 'HKD'"
