"""What holds for every market and every strategy."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from drawn_markets import N_SESSIONS, SYMBOLS, Wishes, event_strategies, make_market, markets
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hypebasket.ledger.records import Ledger, Side
from hypebasket.rules.limits import NO_LIMIT_UP
from hypebasket.spec.strategy import FillPolicy
from hypebasket.spec.text import Circle
from markets import HandMadeMarket, basket, builder, mapped, market, play, run, stock, strategy

quick = settings(max_examples=40, deadline=None, derandomize=True, database=None)

HOLD = strategy(trigger={"on": "membership"}, entry={"on_limit": {"retry": 1}})
SINCE = ("2024-01-02", "2024-01-03", "2024-01-05", "2024-01-09", "2024-01-11")
JOINERS = basket(*(stock(symbol, since=day) for symbol, day in zip(SYMBOLS, SINCE, strict=True)))


def test_the_drawn_markets_hold_what_the_properties_are_about() -> None:
    """A property over markets without locked boards, suspensions or ex-dates would prove nothing."""
    panels = [make_market(seed).panel for seed in range(10)]
    locked = sum(((panel.low == panel.limit_up) & panel.trading).sum() for panel in panels)
    broken = sum(((panel.open == panel.limit_up) & (panel.low < panel.limit_up)).sum() for panel in panels)
    assert min(locked, broken) > 20
    assert sum(panel.suspended.sum() for panel in panels) > 20
    assert sum(((panel.cash_micro > 0) | (panel.ratio_ppm > 0)).sum() for panel in panels) > 20
    for panel in panels:
        traded = panel.trading
        assert not panel.warnings
        assert (panel.low[traded] >= panel.limit_down[traded]).all()
        assert (panel.high[traded] <= panel.limit_up[traded]).all()
        assert (panel.limit_up < NO_LIMIT_UP)[traded].all()


@quick
@given(seed=markets(), wishes=event_strategies(), cash=st.sampled_from([5_000, 100_000, 20_000_000]))
def test_ledgers_of_event_strategies_hold_every_invariant(seed: int, wishes: Wishes, cash: int) -> None:
    play(make_market(seed), wishes.rules, wishes.events, cash=cash)  # checks the ledger


@quick
@given(seed=markets(), cash=st.sampled_from([5_000, 100_000, 20_000_000]))
def test_ledgers_of_rebalances_hold_every_invariant(seed: int, cash: int) -> None:
    played = play(make_market(seed), HOLD, (), JOINERS, cash=cash, circle=Circle.POINT_IN_TIME)
    assert len(played.plan.rebalances) == len(SYMBOLS)


def known_by(ledger: Ledger, day: date) -> tuple[Any, ...]:
    """Return what a witness has seen by the end of ``day``: orders given, fills made, money, shares."""
    orders = sorted(
        (
            order.order_id,
            order.event_id,
            order.symbol,
            order.side,
            order.created,
            order.kind,
            order.money,
            order.purpose,
        )
        for order in ledger.orders
        if order.created <= day
    )
    rows = (ledger.fills, ledger.entitlements, ledger.positions, ledger.equity)
    return orders, *([row for row in table if row.session <= day] for table in rows)


@quick
@given(seed=markets(), other=markets(), wishes=event_strategies(), last=st.integers(1, N_SESSIONS - 2))
def test_the_future_changes_nothing_of_the_past(seed: int, other: int, wishes: Wishes, last: int) -> None:
    made = make_market(seed)
    changed = make_market(other, until=last + 1, before=made)
    day = made.sessions[last]
    first, second = (play(each, wishes.rules, wishes.events, cash=100_000).ledger for each in (made, changed))
    assert known_by(first, day) == known_by(second, day)


@quick
@given(seed=markets(), other=markets(), last=st.integers(1, N_SESSIONS - 2))
def test_the_future_changes_no_rebalance_of_the_past(seed: int, other: int, last: int) -> None:
    made = make_market(seed)
    changed = make_market(other, until=last + 1, before=made)
    first, second = (play(each, HOLD, (), JOINERS, circle=Circle.POINT_IN_TIME).ledger for each in (made, changed))
    assert known_by(first, made.sessions[last]) == known_by(second, made.sessions[last])


def test_a_changed_future_is_another_market() -> None:
    """The two properties above compare what differs after the day: this pair does."""
    made = make_market(1)
    changed = make_market(2, until=6, before=made)
    assert (made.panel.close[:6] == changed.panel.close[:6]).all()
    assert (made.panel.close[6:] != changed.panel.close[6:]).any()


def first_buys(made: HandMadeMarket, wishes: Wishes, policy: FillPolicy) -> dict[tuple[str, str], date]:
    """Return the session in which each event first bought each name, each event on its own.

    Money is no bound (a hundred million for at most five names), nor is volume (taken away from the bars).
    """
    rules = wishes.rules.model_copy(update={"fills": policy})
    desk = builder(made, rules)
    found: dict[tuple[str, str], date] = {}
    for each in mapped(made, wishes.events, rules):
        event_plan = desk.event(each, Circle.ALL)
        if event_plan.entries:
            ledger = run(made, desk.events([event_plan], policy), cash=100_000_000)
            for fill in ledger.fills:
                if fill.side is Side.BUY:
                    found.setdefault((fill.event_id, fill.symbol), fill.session)
    return found


def without_volume(made: HandMadeMarket) -> HandMadeMarket:
    """The same market in which no volume is known, so that none is a bound."""
    bars = made.data.bars.assign(volume=float("nan"))
    data = type(made.data)(
        bars,
        made.data.actions,
        made.data.indices,
        made.data.instruments,
        made.data.source,
        True,
        made.data.content_hash,
    )
    return HandMadeMarket(data, made.symbols, made.sessions)


@quick
@given(seed=markets(), wishes=event_strategies())
def test_fills_are_nested_by_policy(seed: int, wishes: Wishes) -> None:
    """Whoever is served under a stricter policy is served under a kinder one, on the same session or before."""
    made = without_volume(make_market(seed))
    strict, middle, kind = (
        first_buys(made, wishes, policy)
        for policy in (FillPolicy.PESSIMISTIC, FillPolicy.REALISTIC, FillPolicy.OPTIMISTIC)
    )
    for narrow, wide in ((strict, middle), (middle, kind)):
        assert narrow.keys() <= wide.keys()
        assert all(wide[key] <= session for key, session in narrow.items())


@quick
@given(seed=markets(), wishes=event_strategies(), order=st.permutations(sorted(SYMBOLS)))
def test_the_order_of_the_stocks_in_the_file_does_not_matter(seed: int, wishes: Wishes, order: list[str]) -> None:
    made = make_market(seed)
    one = play(made, wishes.rules, wishes.events, basket(*sorted(SYMBOLS)))
    other = play(made, wishes.rules, wishes.events, basket(*order))
    assert one == other


@quick
@given(seed=markets(), wishes=event_strategies())
def test_an_isolated_run_stops_when_flat_with_the_same_money(seed: int, wishes: Wishes) -> None:
    """Ending early is only saving time: nothing would have happened any more."""
    made = make_market(seed)
    played = play(made, wishes.rules, wishes.events[:1])
    assume(played.plan.entries or played.plan.rebalances)
    long = played.ledger
    short = play(made, wishes.rules, wishes.events[:1], stop_when_flat=True).ledger
    assert (short.fills, short.entitlements) == (long.fills, long.entitlements)
    assert short.equity == long.equity[: len(short.equity)]
    assert short.equity[-1].equity == long.equity[-1].equity


def test_market_helper_refuses_a_gap() -> None:
    """The table reader is part of the evidence: it must not accept a market the exchange could not have had."""
    table = "session | 600001.SH\n01-03 | 10.00\n01-05 | 10.00"
    with pytest.raises(AssertionError, match="2024, 1, 4"):
        market(table)
