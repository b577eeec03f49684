"""What holds for every strategy of the whole schema, on markets with everything a market does to a trader.

``HYPOTHESIS_PROFILE=torture`` draws about fifteen times as many examples.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import yaml
from drawn_markets import N_SESSIONS
from hypothesis import assume, given
from hypothesis import strategies as st
from test_properties import known_by, without_volume
from whole_schema import (
    EVERY,
    WHOLE_SCHEMA,
    World,
    change_the_future,
    circles,
    make_world,
    strategies,
    triggered,
)

from hypebasket.ledger.records import Ledger, Side
from hypebasket.market.panel import MarketPanel
from hypebasket.rules.fees import Commission
from hypebasket.rules.limits import NO_LIMIT_UP
from hypebasket.spec.strategy import FillPolicy, Strategy, TriggerOn
from hypebasket.spec.text import Circle
from hypebasket.spec.workspace import load_strategy
from hypebasket.stats.attribution import attribute
from markets import basket
from sleeves import continuous, runner

seeds = st.integers(0, 10**6)


def ledger_of(world: World, rules: Strategy, circle: str, *, cash: int = 100_000) -> Ledger:
    return continuous(runner(world.made, rules, world.events, world.members, cash=cash), Circle(circle))


def test_the_drawn_worlds_hold_what_the_properties_are_about() -> None:
    worlds = [make_world(seed) for seed in range(20)]
    panels = [world.made.panel for world in worlds]
    events = [each for world in worlds for each in world.events]
    assert sum(panel.delisted.any() for panel in panels) >= 5
    assert sum((panel.first_bar > 1).any() for panel in panels) >= 5
    assert sum(each.announced is not None for each in events) >= 10
    assert sum(each.scheduled and each.announced is None for each in events) >= 1
    assert sum(member.until is not None for world in worlds for member in world.members.stocks) >= 10
    changed = [change_the_future(seed, seed + 100, 6) for seed in range(20)]
    assert all(
        (one.made.panel.close[:7] == two.made.panel.close[:7]).all() for one, two in zip(worlds, changed, strict=True)
    )
    assert sum(one.events != two.events for one, two in zip(worlds, changed, strict=True)) >= 10
    assert sum(one.members != two.members for one, two in zip(worlds, changed, strict=True)) >= 5


@WHOLE_SCHEMA
@given(rules=strategies())
def test_the_drawn_strategies_are_valid_files(rules: Strategy, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The properties are about strategies a user can write: ``check`` accepts them all."""
    path = tmp_path_factory.getbasetemp() / "strategy.yaml"
    given_ = rules.model_dump(mode="json", by_alias=True, exclude_unset=True)
    path.write_text(yaml.safe_dump(_written(given_), allow_unicode=True), encoding="utf-8")
    assert load_strategy(path) == rules


def _written(value: Any) -> Any:
    """Leave out what a file leaves out: keys without a value."""
    if not isinstance(value, dict):
        return value
    return {key: _written(each) for key, each in value.items() if each is not None and each != [] and each is not False}


@WHOLE_SCHEMA
@given(seed=seeds, rules=strategies(), circle=circles(), cash=st.sampled_from([20_000, 100_000, 20_000_000]))
def test_every_ledger_holds_every_invariant(seed: int, rules: Strategy, circle: str, cash: int) -> None:
    """Every ledger of a run, isolated ones included, is checked before it is handed out."""
    world = make_world(seed)
    run = runner(world.made, rules, world.events, world.members, cash=cash).run(Circle(circle), primary=False)
    assert len(run.ledger.equity) == N_SESSIONS - 1
    for each in run.events:
        assert {entry.symbol for entry in each.plan.entries} <= {stock.symbol for stock in each.plan.members}
        if each.ledger:
            assert {order.event_id for order in each.ledger.orders} <= {each.plan.mapped.event.id}


@WHOLE_SCHEMA
@given(seed=seeds, rules=strategies(), circle=circles(), cash=st.sampled_from([20_000, 100_000, 20_000_000]))
def test_every_fen_of_a_result_has_an_event_and_a_name(seed: int, rules: Strategy, circle: str, cash: int) -> None:
    ledger = ledger_of(make_world(seed), rules, circle, cash=cash)
    rows = attribute(ledger)
    assert sum(row.net for row in rows) == ledger.equity[-1].equity - ledger.initial_cash
    assert sum(row.costs for row in rows) == sum(fill.fees for fill in ledger.fills) + sum(
        tax.cash for tax in ledger.taxes
    )
    assert {(row.event_id, row.symbol) for row in rows} >= {(fill.event_id, fill.symbol) for fill in ledger.fills}


@WHOLE_SCHEMA
@given(seed=seeds, other=seeds, rules=strategies(), circle=circles(), last=st.integers(1, N_SESSIONS - 2))
def test_nothing_of_the_future_changes_anything_before(
    seed: int, other: int, rules: Strategy, circle: str, last: int
) -> None:
    """Bars, events, announcements and evidence that come after session ``last`` are drawn anew."""
    day = make_world(seed).made.sessions[last]
    first, second = (
        ledger_of(world, rules, circle) for world in (make_world(seed), change_the_future(seed, other, last))
    )
    assert known_by(first, day) == known_by(second, day)


@WHOLE_SCHEMA
@given(seed=seeds, other=seeds, rules=triggered(), circle=circles(), last=st.integers(1, N_SESSIONS - 2))
def test_nor_anything_an_event_does_on_its_own(seed: int, other: int, rules: Strategy, circle: str, last: int) -> None:
    day = make_world(seed).made.sessions[last]
    first, second = (
        _isolated(world, rules, circle, day) for world in (make_world(seed), change_the_future(seed, other, last))
    )
    assert first == second


def _isolated(world: World, rules: Strategy, circle: str, day: date) -> dict[str, Any]:
    """Return the orders and fills of each event's own run up to a day."""
    run = runner(world.made, rules, world.events, world.members).run(Circle(circle), primary=False)
    known = {each.plan.mapped.event.id: known_by(each.ledger, day)[:2] for each in run.events if each.ledger}
    return {event_id: seen for event_id, seen in known.items() if any(seen)}


@WHOLE_SCHEMA
@given(seed=seeds, rules=strategies(), circle=circles(), order=st.permutations(EVERY))
def test_the_order_of_stocks_and_events_does_not_matter(
    seed: int, rules: Strategy, circle: str, order: list[str]
) -> None:
    world = make_world(seed)
    by_symbol = {stock.symbol: stock for stock in world.members.stocks}
    shuffled = replace(world, events=world.events[::-1], members=basket(*(by_symbol[symbol] for symbol in order)))
    assert ledger_of(world, rules, circle) == ledger_of(shuffled, rules, circle)


RICH = 1_000_000_000
"""A capital (yuan) beside which a fee's rounding to the fen moves no lot."""


@WHOLE_SCHEMA
@given(seed=seeds, rules=strategies(), circle=circles())
def test_a_market_ten_times_as_dear_is_traded_alike(seed: int, rules: Strategy, circle: str) -> None:
    """With ten times the money; without what is rounded to the fen: ex-dates, minimum commissions, volume caps."""
    world = make_world(seed)
    size = rules.size.model_copy(update={"participation": 1.0})
    cheap = rules.model_copy(update={"size": size, "delisting": "last_price"})
    dear = cheap
    if rules.select.min_amount is not None:
        select = rules.select.model_copy(update={"min_amount": 10 * rules.select.min_amount})
        dear = cheap.model_copy(update={"select": select})
    panel = _plain(world.made.panel)
    assert _decided(world, cheap, circle, panel, RICH) == _decided(world, dear, circle, _scaled(panel), 10 * RICH)


def _plain(panel: MarketPanel) -> MarketPanel:
    """The panel without ex-dates and without known volumes."""
    before = np.vstack([panel.reference[:1], panel.close[:-1]])
    nothing = np.zeros_like(panel.cash_micro)
    return replace(
        panel,
        reference=np.where(panel.trading & (before > 0), before, panel.reference),
        cash_micro=nothing,
        ratio_ppm=nothing,
        volume=np.full_like(panel.volume, -1),
    )


def _scaled(panel: MarketPanel) -> MarketPanel:
    def ten(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        return np.where((values > 0) & (values < NO_LIMIT_UP), values * 10, values)

    prices = ("open", "high", "low", "close", "reference", "limit_down", "limit_up")
    return replace(panel, amount=panel.amount * 10, **{name: ten(getattr(panel, name)) for name in prices})


def _decided(world: World, rules: Strategy, circle: str, panel: MarketPanel, cash: int) -> list[tuple[Any, ...]]:
    """Return who was traded when, and which way."""
    of = runner(world.made, rules, world.events, world.members, cash=cash, panel=panel)
    of.builder.commission = Commission(minimum=0)
    ledger = continuous(of, Circle(circle))
    return sorted((fill.session, fill.event_id, fill.symbol, fill.kind, fill.side) for fill in ledger.fills)


@WHOLE_SCHEMA
@given(seed=seeds, rules=strategies(), circle=circles())
def test_a_kinder_policy_serves_everyone_a_stricter_one_does(seed: int, rules: Strategy, circle: str) -> None:
    """With cash and volume to spare: a hundredth of the money is put to work, and no volume is known."""
    world = make_world(seed)
    world = replace(world, made=without_volume(world.made))
    size = rules.size.model_copy(update={"gross": 0.01, "participation": 1.0})
    spare = rules.model_copy(update={"size": size})
    served = [
        _first_purchases(world, spare.model_copy(update={"fills": policy}), Circle(circle))
        for policy in (FillPolicy.PESSIMISTIC, FillPolicy.REALISTIC, FillPolicy.OPTIMISTIC)
    ]
    assume(served[-1])
    for strict, kind in pairwise(served):
        assert strict.keys() <= kind.keys()
        assert all(kind[key] <= session for key, session in strict.items())


def _first_purchases(world: World, rules: Strategy, circle: Circle) -> dict[tuple[str, str], date]:
    """Return the first session on which each event, on its own, bought each name."""
    of = runner(world.made, rules, world.events, world.members, cash=RICH)
    if rules.trigger.on is TriggerOn.EVENTS:
        run = of.run(circle, primary=False)
        ledgers = [each.ledger for each in run.events if each.ledger]
    else:
        ledgers = [continuous(of, circle)]
    found: dict[tuple[str, str], date] = {}
    for ledger in ledgers:
        for fill in ledger.fills:
            if fill.side is Side.BUY:
                found.setdefault((fill.event_id, fill.symbol), fill.session)
    return found
