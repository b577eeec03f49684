"""What holds for every market without price limits and every strategy that sells short."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from drawn_markets import _table
from hypothesis import given, settings
from hypothesis import strategies as st

from hypebasket.columns import ACTIONS, BARS, INDICES
from hypebasket.ledger.records import Ledger, Side
from hypebasket.market.calendar import calendar_of
from hypebasket.market.data import MarketData
from hypebasket.rules.frictions import NO_FRICTIONS
from hypebasket.spec.strategy import Strategy
from hypebasket.spec.text import Market
from markets import HandMadeMarket, event, play, run, strategy

quick = settings(max_examples=40, deadline=None, derandomize=True, database=None)

NAMES = ("AAA.US", "BBB.US", "CCC.US")
MOODS = ("calm", "calm", "calm", "crash", "spike", "suspended", "thin")
MORNINGS = ("01-03", "01-04", "01-08")


@cache
def sessions() -> tuple[date, ...]:
    return calendar_of(Market.XNYS).sessions(date(2024, 1, 2), date(2024, 1, 24))


def american_market(seed: int, *, whole: bool = False) -> HandMadeMarket:
    """Draw a market of three names with crashes, spikes, suspensions and ex-dates; ``whole``: splits two for one."""
    rng = np.random.default_rng(seed)
    bars, actions = [], []
    for symbol in NAMES:
        close = int(rng.integers(200, 20_000))
        for row, session in enumerate(sessions()):
            reference, mood = close, str(rng.choice(MOODS)) if row else "calm"
            if row and rng.random() < 0.1:
                cash, ratio = int(rng.integers(0, close // 20 + 1)), float(rng.choice([0.0, 1.0] if whole else RATIOS))
                reference, mood = max(round((close - cash) / (1 + ratio)), 1), "calm"
                actions.append({
                    "symbol": symbol, "ex_date": pd.Timestamp(session), "cash_per_share": cash / 100,
                    "share_ratio": ratio, "reference_price": np.nan,
                })  # fmt: skip
            bars.append(_bar(symbol, session, reference, mood, rng))
            close = round(bars[-1]["close"] * 100)
    data = MarketData(
        bars=_table(bars, BARS), actions=_table(actions, ACTIONS), indices=_table([], INDICES), instruments={},
        source="drawn", synthetic=True, content_hash=str(seed),
    )  # fmt: skip
    return HandMadeMarket(data, NAMES, sessions())


RATIOS = (0.0, 0.5, 1.0, -0.9)


def _bar(symbol: str, session: date, reference: int, mood: str, rng: np.random.Generator) -> dict[str, Any]:
    lowest, highest = {"crash": (80, 100), "spike": (100, 160), "suspended": (100, 100)}.get(mood, (95, 105))
    bounds = max(reference * lowest // 100, 1), max(reference * highest // 100, 1)
    low, high = sorted(int(price) for price in rng.integers(bounds[0], bounds[1] + 1, size=2))
    open_, close = (int(price) for price in rng.integers(low, high + 1, size=2))
    volume = {"thin": 2_000.0, "suspended": 0.0}.get(mood, float(rng.integers(50_000, 500_000)))
    return {
        "symbol": symbol, "date": pd.Timestamp(session), "open": open_ / 100, "high": high / 100, "low": low / 100,
        "close": close / 100, "volume": volume, "amount": volume * close / 100, "prev_close": reference / 100,
        "is_suspended": mood == "suspended", "is_st": 0.0, "quality": "",
    }  # fmt: skip


@st.composite
def short_strategies(draw: st.DrawFn) -> Strategy:
    """Draw any strategy that sells short."""
    return strategy(
        direction="short",
        short={"borrow_rate": draw(st.sampled_from([None, 0.0, 0.8]))},
        entry={
            "at": draw(st.sampled_from(["first_open", "first_close"])),
            "offset": draw(st.integers(0, 2)),
            "on_limit": draw(st.sampled_from(["skip", "wait_for_break", {"retry": 3}])),
            "max_gap": draw(st.sampled_from([None, 0.05])),
        },
        size={"gross": draw(st.sampled_from([1.0, 0.5])), "participation": draw(st.sampled_from([0.1, 1.0]))},
        exit={
            "hold_sessions": draw(st.sampled_from([None, 1, 2, 5])),
            "clock": draw(st.sampled_from(["plan", "fill"])),
            "stop_loss": draw(st.sampled_from([None, 0.1])),
            "take_profit": draw(st.sampled_from([None, 0.1])),
            "trailing_stop": draw(st.sampled_from([None, 0.08])),
        },
        fills=draw(st.sampled_from(["pessimistic", "realistic", "optimistic"])),
        overlap=draw(st.sampled_from(["ignore", "extend", "stack"])),
    )


EVENTS = st.lists(st.sampled_from(MORNINGS), min_size=1, max_size=3, unique=True).map(
    lambda days: tuple(event(f"e-{day}", f"{day}T12:00Z") for day in days)
)
CASH = st.sampled_from([2_000, 100_000, 20_000_000])


def test_the_drawn_markets_hold_what_the_properties_are_about() -> None:
    panels = [american_market(seed).panel for seed in range(10)]
    assert sum(panel.short_restricted.sum() for panel in panels) > 50
    assert sum(panel.suspended.sum() for panel in panels) > 20
    assert sum((panel.ratio_ppm != 0).sum() for panel in panels) > 10
    assert sum((panel.cash_micro > 0).sum() for panel in panels) > 10
    held = [play(american_market(seed), strategy(direction="short"), EVENTS_OF_TWO).ledger for seed in range(20)]
    assert sum(bool(ledger.entitlements) for ledger in held) > 5
    assert sum(any(order.purpose == "margin_breach" for order in ledger.orders) for ledger in held) > 2


EVENTS_OF_TWO = (event("e1", "01-03T12:00Z"), event("e2", "01-08T12:00Z"))


@quick
@given(seed=st.integers(0, 10**6), rules=short_strategies(), events=EVENTS, cash=CASH)
def test_ledgers_of_short_strategies_hold_every_invariant(
    seed: int, rules: Strategy, events: tuple[Any, ...], cash: int
) -> None:
    play(american_market(seed), rules, events, cash=cash)  # checks the ledger


@quick
@given(seed=st.integers(0, 10**6), rules=short_strategies(), events=EVENTS, cash=CASH)
def test_every_cent_is_accounted_for(seed: int, rules: Strategy, events: tuple[Any, ...], cash: int) -> None:
    """Wealth moves with prices, fees, loans and dividends alone: no fill makes or loses a cent at its own price."""
    made = american_market(seed)
    ledger = play(made, rules, events, cash=cash).ledger
    money, shares = ledger.initial_cash, dict.fromkeys(NAMES, 0)
    for record in ledger.equity:
        money -= sum(charge.cash for charge in ledger.charges if charge.session == record.session)
        for item in ledger.entitlements:
            if item.session == record.session:
                money, shares[item.symbol] = money + item.cash, shares[item.symbol] + item.shares
        for fill in ledger.fills:
            if fill.session == record.session:
                before = money + shares[fill.symbol] * fill.price
                sign = -1 if fill.side is Side.SHORT else 1
                money -= sign * fill.shares * fill.price + fill.fees
                shares[fill.symbol] += sign * fill.shares
                assert money + shares[fill.symbol] * fill.price == before - fill.fees
                assert shares[fill.symbol] <= 0
        marks = {symbol: made.tape.last_close(symbol, record.session) for symbol in NAMES}
        value = sum(shares[symbol] * marks[symbol] for symbol in NAMES)
        assert (record.cash, record.market_value, record.equity) == (money, value, money + value)


@quick
@given(seed=st.integers(0, 10**6), hold=st.integers(1, 10), at=st.sampled_from(["first_open", "first_close"]))
def test_what_a_short_wins_a_purchase_loses(seed: int, hold: int, at: str) -> None:
    """Without frictions both trade the same shares at the same prices: dividends and splits neither make nor lose."""
    made = american_market(seed, whole=True)

    def earned(direction: str) -> tuple[int, Ledger]:
        rules = strategy(direction=direction, entry={"at": at}, exit={"hold_sessions": hold})
        plan = play(made, rules, [event("e", "01-03T12:00Z")]).plan
        ledger = run(made, plan, cash=100_000, frictions=NO_FRICTIONS)
        return ledger.equity[-1].equity - ledger.initial_cash, ledger

    (bought, long), (sold, short) = earned("long"), earned("short")
    assert [fill.shares for fill in long.fills] == [fill.shares for fill in short.fills] != []
    assert bought == -sold


@quick
@given(seed=st.integers(0, 10**6), rules=short_strategies(), events=EVENTS)
def test_a_dearer_loan_takes_no_more_than_itself(seed: int, rules: Strategy, events: tuple[Any, ...]) -> None:
    """With a fixed number of sessions and no stop the loan changes no trade of the first event: it is only paid."""
    made = american_market(seed)
    runs = []
    for rate in (0.0, 0.5):
        fixed = strategy(direction="short", short={"borrow_rate": rate}, exit={"hold_sessions": 3}, size={"gross": 0.2})
        chosen = rules.model_copy(update={part: getattr(fixed, part) for part in ("short", "exit", "size")})
        runs.append(play(made, chosen, events[:1]).ledger)
    free, paid = runs
    loans = sum(charge.cash for charge in paid.charges)
    assert not free.charges
    assert free.equity[-1].equity - paid.equity[-1].equity == loans
