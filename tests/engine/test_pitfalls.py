"""Fifteen ways in which backtrader's stock broker and feeds go wrong for A-shares; ours must not.

Each docstring says first what stock backtrader 1.9.78 does. Markets start on 2024-01-02; prices in yuan.
"""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

import backtrader as bt
import pytest

from hypebasket.engine.replay import MarketRulesBroker, panel_feeds
from hypebasket.errors import UsageError
from hypebasket.ledger.invariants import check_ledger
from hypebasket.ledger.records import Ledger, OrderStatus, Reason, Side
from markets import HandMadeMarket, day_of, market

A, B = "600001.SH", "600002.SH"
NO_FEES = 0


class Script(bt.Strategy):
    """Does what ``script`` says on a day (month-day), after its close, and writes down what it sees."""

    params: ClassVar[Any] = (("script", {}),)

    def __init__(self) -> None:
        self.seen: list[Any] = []
        self.told: list[tuple[str, str, float]] = []

    def notify_order(self, order: Any) -> None:
        if order.status not in (order.Submitted, order.Accepted):
            self.told.append((order.data._name, order.getstatusname(), order.executed.size))

    def next(self) -> None:
        act = self.p.script.get(self.datetime.date(0).strftime("%m-%d"), self.p.script.get("every day"))
        if act:
            self.seen.append(act(self))


def trade(made: HandMadeMarket, cash: int = 100_000, runonce: bool = True, **script: Any) -> tuple[Script, Ledger]:
    """Run a script, keys like ``d01_05`` for its days, and check the ledger."""
    cerebro = bt.Cerebro(stdstats=False, runonce=runonce)
    for feed in panel_feeds(made.panel):
        cerebro.adddata(feed, name=feed._name)
    broker = MarketRulesBroker(panel=made.panel, cash=cash * 100)
    cerebro.setbroker(broker)
    days = {"every day" if key == "daily" else key[1:].replace("_", "-"): act for key, act in script.items()}
    cerebro.addstrategy(Script, script=days)
    strategy = cerebro.run()[0]
    check_ledger(broker.ledger, made.tape, 100_000)
    return strategy, broker.ledger


def buy(symbol: str, size: float, **options: Any) -> Any:
    return lambda strategy: strategy.buy(strategy.getdatabyname(symbol), size=size, **options)


def sell(symbol: str, size: float, **options: Any) -> Any:
    return lambda strategy: strategy.sell(strategy.getdatabyname(symbol), size=size, **options)


def both(*acts: Any) -> Any:
    return lambda strategy: [act(strategy) for act in acts]


def fills(ledger: Ledger) -> list[tuple[str, str, int, float]]:
    return [
        (
            fill.symbol,
            fill.session.strftime("%m-%d"),
            fill.shares * (1 if fill.side is Side.BUY else -1),
            fill.price / 100,
        )
        for fill in ledger.fills
    ]


def ends(ledger: Ledger) -> list[tuple[str, OrderStatus, Reason | None]]:
    return [(order.symbol, order.status, order.reason) for order in ledger.orders]


FLAT = """
session | 600001.SH | 600002.SH
01-02   | 10.00     | 10.00
01-03   | 10.00     | 10.00
01-04   | 10.00     | 10.00
01-05   | 10.00     | 10.00
01-08   | 10.00     | 10.00
01-09   | 10.00     | 10.00
"""

SUSPENDED = """
session | 600001.SH | 600002.SH
01-02   | 10.00     | 10.00
01-03   | 10.00     | 10.00
01-04   | 10.00     | S
01-05   | 10.00     | .
01-08   | 10.00     | 10.80
01-09   | 10.00     | 10.80
"""

LATE_LISTING = """
session | 600001.SH | 600002.SH
01-02   | 10.00     | .
01-03   | 10.00     | .
01-04   | 10.00     | .
01-05   | 10.00     | 50.00
01-08   | 10.00     | 51.00
01-09   | 10.00     | 52.00
"""


@pytest.mark.parametrize("runonce", [True, False])
def test_p1_a_name_not_yet_listed_shows_no_price(runonce: bool) -> None:
    """Stock: before a late feed's first bar, ``close[0]`` is its LAST bar: the future."""
    strategy, _ = trade(market(LATE_LISTING), runonce=runonce, daily=lambda self: self.getdatabyname(B).close[0])
    assert all(math.isnan(close) for close in strategy.seen[:3])
    assert strategy.seen[3:] == [50.0, 51.0, 52.0]


def test_p1_a_name_not_yet_listed_cannot_be_bought() -> None:
    """Stock: the order waits with a price of the future in the cash check."""
    _, ledger = trade(market(LATE_LISTING), d01_02=buy(B, 100, valid=0))
    assert ends(ledger) == [(B, OrderStatus.EXPIRED, Reason.NO_BAR)]


@pytest.mark.parametrize("runonce", [True, False])
def test_p2_next_is_called_from_the_first_session(runonce: bool) -> None:
    """Stock: ``next`` is not called until the last feed has its first bar; here that would cost three sessions."""
    strategy, _ = trade(market(LATE_LISTING), runonce=runonce, daily=lambda self: self.datetime.date(0))
    assert strategy.seen[0] == date(2024, 1, 2)
    assert len(strategy.seen) == 6


def test_p3_limit_order_does_not_fill_on_the_bar_of_before_the_suspension() -> None:
    """Stock: a limit order on a suspended name fills at once, on its last bar, at a price of another day."""
    _, ledger = trade(market(SUSPENDED), d01_03=buy(B, 100, exectype=bt.Order.Limit, price=10.50))
    assert fills(ledger) == []
    assert ends(ledger) == [(B, OrderStatus.CANCELLED, Reason.MAX_GAP)]  # it reopens at 10.80


def test_p3_market_order_waits_for_the_end_of_the_suspension() -> None:
    """Stock: does so too, and is the measure for the limit order."""
    _, ledger = trade(market(SUSPENDED), d01_03=buy(B, 100))
    assert fills(ledger) == [(B, "01-08", 100, 10.80)]


def test_p4_partial_fills_do_not_go_on_through_a_suspension() -> None:
    """Stock: with a volume filler the rest fills day after day on the stale bar of the suspended name."""
    made = market("""
        session | 600002.SH
        01-02   | 10.00
        01-03   | 10.00 v1000
        01-04   | S
        01-05   | .
        01-08   | 10.00 v1000
        01-09   | 10.00 v1000
    """)
    _, ledger = trade(made, d01_02=buy(B, 300))
    assert fills(ledger) == [(B, "01-03", 100, 10.0), (B, "01-08", 100, 10.0), (B, "01-09", 100, 10.0)]


def test_p5_nothing_fills_on_the_day_of_the_suspension_itself() -> None:
    """Stock: with cheat-on-open an order given on a suspended day fills on the stale bar."""
    _, ledger = trade(market(SUSPENDED), d01_04=buy(B, 100), d01_05=buy(B, 200))
    assert fills(ledger) == [(B, "01-08", 100, 10.80), (B, "01-08", 200, 10.80)]


def test_p5_close_order_on_a_suspended_name_waits_as_well() -> None:
    """Stock: a close order fills at the stale close."""
    _, ledger = trade(market(SUSPENDED), d01_03=buy(B, 100, exectype=bt.Order.Close))
    assert fills(ledger) == [(B, "01-08", 100, 10.80)]


def test_p6_money_of_a_sale_serves_the_purchases_of_the_same_auction() -> None:
    """Stock: orders fill first come first served; a purchase given before the sale is refused (margin)."""
    _, ledger = trade(market(FLAT), d01_02=buy(A, 9900), d01_03=both(buy(B, 9900), sell(A, 9900)))
    assert fills(ledger) == [(A, "01-03", 9900, 10.0), (A, "01-04", -9900, 10.0), (B, "01-04", 9900, 10.0)]


def test_p6_an_order_too_big_takes_no_money_from_the_next() -> None:
    """Stock: an order that cannot be paid leaves the checked cash negative, and later small orders are refused too."""
    _, ledger = trade(market(FLAT), d01_02=both(buy(A, 20_000, valid=0), buy(B, 100, valid=0)))
    # 9,900 x 10.00 = 99,000 + 24.75 + 0.99; a lot more would be 100,000 without fees. What is left buys no lot of B.
    assert fills(ledger) == [(A, "01-03", 9900, 10.0)]
    assert ends(ledger) == [(A, OrderStatus.PARTIAL, Reason.CASH), (B, OrderStatus.EXPIRED, Reason.CASH)]


def test_p6_an_order_too_big_does_not_block_a_sale() -> None:
    """Stock: even the sale of a holding is refused behind it."""
    _, ledger = trade(market(FLAT), d01_02=buy(A, 100), d01_04=both(buy(B, 20_000, valid=0), sell(A, 100)))
    assert (A, "01-05", -100, 10.0) in fills(ledger)
    assert min(record.cash for record in ledger.equity) >= 0


def test_p7_a_gap_at_the_open_shrinks_the_order_instead_of_killing_it() -> None:
    """Stock: sized at the close of 10.00, opened at 10.80: all or nothing, so nothing (margin)."""
    made = market("""
        session | 600001.SH
        01-02   | 10.00
        01-03   | 10.80
        01-04   | 10.80
    """)
    _, ledger = trade(made, d01_02=buy(A, 9900, valid=0))
    # 100,000 / 10.80 = 9,259 -> 9,200 shares: 99,360 + 24.84 + 0.99
    assert fills(ledger) == [(A, "01-03", 9200, 10.80)]
    assert ends(ledger) == [(A, OrderStatus.PARTIAL, Reason.CASH)]


def test_p8_overselling_opens_no_short() -> None:
    """Stock: a sale without a holding goes through and leaves -100 shares."""
    strategy, ledger = trade(market(FLAT), d01_02=sell(A, 100))
    assert ends(ledger) == [(A, OrderStatus.REJECTED, Reason.NOT_HELD)]
    assert strategy.told == [(A, "Rejected", 0)]
    assert strategy.getpositionbyname(A).size == 0


def test_p8_two_sales_of_one_holding_sell_it_once() -> None:
    """Stock: the second one goes short."""
    _, ledger = trade(market(FLAT), d01_02=buy(A, 300), d01_04=both(sell(A, 300), sell(A, 200)))
    assert fills(ledger) == [(A, "01-03", 300, 10.0), (A, "01-05", -300, 10.0)]
    assert ends(ledger)[-1] == (A, OrderStatus.CANCELLED, Reason.NOT_HELD)


def test_p9_a_dividend_is_income_of_the_shares_held() -> None:
    """Stock: the only way to book it is ``add_cash``, which counts as new money from outside."""
    made = market(
        """
        session | 600001.SH
        01-02   | 10.00
        01-03   | 10.00
        01-04   | 9.50 p9.50
        01-05   | 9.50
        """,
        actions="600001.SH 01-04 cash 0.50",
    )
    strategy, ledger = trade(made, d01_02=buy(A, 1000))
    (item,) = ledger.entitlements
    assert (item.session, item.held, item.shares, item.cash) == (date(2024, 1, 4), 1000, 0, 50_000)
    # 100,000 - 10,000 - 5.00 - 0.10 + 500 = 90,494.90 in cash, 9,500 in shares: the fall of the price is no loss
    assert strategy.broker.getcash() == 90_494.90
    assert strategy.broker.getvalue() == strategy.broker.fundvalue == 99_994.90


def test_p9_bonus_shares_change_the_position_a_strategy_sees() -> None:
    """Stock: knows no share that was not bought."""
    made = market(
        """
        session | 600001.SH
        01-02   | 10.00
        01-03   | 10.00
        01-04   | 8.00 p8.00
        01-05   | 8.00
        """,
        actions="600001.SH 01-04 bonus 0.25",
    )
    strategy, ledger = trade(made, d01_02=buy(A, 1000))
    assert strategy.getpositionbyname(A).size == 1250
    assert ledger.positions[-1].shares == 1250


@pytest.mark.parametrize("size", [10.5, 150, 50], ids=["fraction", "not-a-lot", "below-a-lot"])
def test_p10_sizes_the_exchange_does_not_know_are_rejected(size: float) -> None:
    """Stock: buys 10.5 shares."""
    strategy, ledger = trade(market(FLAT), d01_02=buy(A, size))
    assert ends(ledger) == [(A, OrderStatus.REJECTED, Reason.LOT)]
    assert strategy.told == [(A, "Rejected", 0)]


def test_p10_a_sale_that_tears_a_lot_is_rejected() -> None:
    """Stock: sells any number."""
    _, ledger = trade(market(FLAT), d01_02=buy(A, 300), d01_04=sell(A, 150))
    assert ends(ledger)[-1] == (A, OrderStatus.REJECTED, Reason.LOT)


def test_p11_names_are_told_apart_by_name_not_by_price() -> None:
    """Stock: feeds compare by their closes, so ``data1 in [data0]`` is true and ``datas.index(data1)`` is 0."""
    strategy, ledger = trade(market(FLAT), d01_02=buy(B, 100))
    assert fills(ledger) == [(B, "01-03", 100, 10.0)]
    assert strategy.getpositionbyname(A).size == 0
    assert strategy.getpositionbyname(B).size == 100
    assert strategy.broker.getvalue([strategy.getdatabyname(A)]) == 0.0
    assert strategy.broker.getvalue([strategy.getdatabyname(B)]) == 1000.0


def test_p12_the_value_of_a_suspended_holding_is_its_last_close() -> None:
    """Stock: a blank row for the suspended day makes the account's value not a number."""
    strategy, _ = trade(
        market(SUSPENDED),
        d01_02=buy(B, 100),
        d01_03=lambda self: self.broker.getvalue(),
        d01_04=lambda self: (self.broker.getvalue(), self.getdatabyname(B).close[0], self.getdatabyname(B).volume[0]),
    )
    # 100,000 - 5.00 commission - 0.01 transfer fee
    assert strategy.seen[1:] == [99_994.99, (99_994.99, 10.0, 0.0)]


def test_p13_minimum_commission_once_per_order_and_day() -> None:
    """Stock: asks the commission per partial fill, with the minimum each time, and never with a date."""
    made = market("""
        session | 600001.SH
        01-02   | 10.00
        01-03   | 10.00 v2000
        01-04   | 10.00 v1000
        01-05   | 10.00
    """)
    _, ledger = trade(made, d01_02=buy(A, 300))
    assert [(fill.shares, fill.commission) for fill in ledger.fills] == [(200, 500), (100, 500)]


def test_p13_stamp_duty_follows_the_day_of_the_sale() -> None:
    """Stock: one rate for all time; here 0.1 % until 2023-08-25, 0.05 % from 2023-08-28."""
    made = market("""
        session    | 600001.SH
        2023-08-23 | 10.00
        2023-08-24 | 10.00
        2023-08-25 | 10.00
        2023-08-28 | 10.00
    """)
    _, ledger = trade(made, d08_23=buy(A, 2000), d08_24=sell(A, 1000), d08_25=sell(A, 1000))
    assert [fill.stamp_duty for fill in ledger.fills] == [0, 1000, 500]


def test_p14_a_close_order_fills_at_the_close_of_its_session() -> None:
    """Stock: cheat-on-close fills in the next cycle at the close that is already known: a fill in the past."""
    made = market("""
        session | 600001.SH
        01-02   | 10.00 10.10
        01-03   | 10.20 10.40
        01-04   | 10.50
    """)
    strategy, ledger = trade(
        made, d01_02=buy(A, 100, exectype=bt.Order.Close), d01_03=lambda self: self.getpositionbyname(A).size
    )
    assert fills(ledger) == [(A, "01-03", 100, 10.40)]
    assert strategy.seen[1] == 100


@pytest.mark.parametrize(
    ("valid", "last"),
    [
        (0, "01-04"),
        (timedelta(0), "01-04"),
        (timedelta(days=1), "01-04"),
        (timedelta(days=3), "01-05"),  # given on Wednesday the 3rd: Saturday the 6th, so Friday
        (date(2024, 1, 5), "01-05"),
        (datetime(2024, 1, 7, 12, 0), "01-05"),  # noqa: DTZ001  (backtrader's own days have no zone)
        (float(date(2024, 1, 8).toordinal()), "01-08"),
        (date(2024, 1, 2), None),  # over before it is given
    ],
)
def test_p15_valid_counts_days_as_written(valid: Any, last: str | None) -> None:
    """Stock: a number is a day since the year 1 whatever was meant, 0 a day order, and a float no span."""
    low = buy(A, 100, exectype=bt.Order.Limit, price=9.50, valid=valid)
    _, ledger = trade(market(FLAT), d01_03=low)
    (order,) = ledger.orders
    assert order.status is OrderStatus.EXPIRED
    sessions = [session for session in market(FLAT).sessions if session > date(2024, 1, 3)]
    assert order.attempts == (sessions.index(day_of(last)) + 1 if last else 0)


def test_p15_an_order_after_the_last_session_ends_with_the_run() -> None:
    """Stock: it is accepted and never heard of again."""
    strategy, ledger = trade(market(FLAT), d01_09=buy(A, 100))
    assert ends(ledger) == [(A, OrderStatus.CANCELLED, Reason.RUN_END)]
    assert strategy.broker.getvalue() == 100_000.0


def test_an_order_given_and_withdrawn_after_the_last_session_ends_once() -> None:
    def give_and_withdraw(strategy: Script) -> None:
        strategy.cancel(strategy.buy(strategy.getdatabyname(A), size=100))
        strategy.sell(strategy.getdatabyname(B), size=100)

    _, ledger = trade(market(FLAT), d01_09=give_and_withdraw)
    assert [order.status for order in ledger.orders] == [OrderStatus.CANCELLED, OrderStatus.REJECTED]


def test_what_was_bought_today_is_not_sold_today() -> None:
    """Stock: sells it at the close of the same session."""
    _, ledger = trade(market(FLAT), d01_02=buy(A, 100), d01_03=sell(A, 100))
    assert fills(ledger) == [(A, "01-03", 100, 10.0), (A, "01-04", -100, 10.0)]
    # Bought again in the opening auction, the close order of the same session finds only what was held before.
    _, ledger = trade(market(FLAT), d01_02=buy(A, 100), d01_03=both(buy(A, 200), sell(A, 100, exectype=bt.Order.Close)))
    assert fills(ledger) == [(A, "01-03", 100, 10.0), (A, "01-04", 200, 10.0), (A, "01-04", -100, 10.0)]


@pytest.mark.parametrize(("price", "session"), [(10.00, "01-05"), (10.30, "01-08"), (10.60, None)])
def test_a_limit_sale_takes_no_less_than_its_price(price: float, session: str | None) -> None:
    made = market("""
        session | 600001.SH
        01-02   | 10.00
        01-03   | 10.00
        01-04   | 10.00
        01-05   | 10.10
        01-08   | 10.30
        01-09   | 10.00
    """)
    _, ledger = trade(made, d01_02=buy(A, 100), d01_04=sell(A, 100, exectype=bt.Order.Limit, price=price))
    sales = [fill.session.strftime("%m-%d") for fill in ledger.fills if fill.side is Side.SELL]
    assert sales == ([session] if session else [])


@pytest.mark.parametrize(
    "options",
    [
        {"exectype": bt.Order.Stop, "price": 9.0},
        {"exectype": bt.Order.StopLimit, "price": 9.0},
        {"exectype": bt.Order.StopTrail, "trailamount": 1.0},
        {"exectype": bt.Order.Limit},
        {"oco": object()},
        {"parent": object()},
    ],
    ids=["stop", "stop-limit", "stop-trail", "limit-without-price", "oco", "parent"],
)
def test_orders_that_daily_bars_cannot_judge_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="use Market"):
        trade(market(FLAT), d01_02=buy(A, 100, **options))


def test_a_strategy_is_told_of_its_fills() -> None:
    strategy, _ = trade(market(FLAT), d01_02=buy(A, 300), d01_04=sell(A, 300))
    assert strategy.told == [(A, "Completed", 300), (A, "Completed", -300)]
