"""The waterfall: bars that add up exactly, and each friction in a market where it alone binds.

The markets are run as the program runs them, by a ``SleeveRunner``; the arithmetic of each bar stands beside it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypebasket.engine.replay import replay
from hypebasket.engine.sweep import SweepOutcome
from hypebasket.errors import LedgerError
from hypebasket.pipeline.outcome import Benchmark, circle_result
from hypebasket.rules.frictions import ALL_FRICTIONS, NO_FRICTIONS, Frictions
from hypebasket.spec.text import Circle
from hypebasket.stats.shortfall import RUNGS, Bar, Step, money_of, summed, waterfall
from markets import event, market, strategy
from sleeves import runner

A, STAR = "600001.SH", "688001.SH"
EVENT = event("e", "01-03T12:00Z")
FREE = {"commission": 0}
Money = dict[str, float]


def bars_of(table: str, rules: Any, *, cash: int = 100_000, actions: str = "") -> Money:
    """The money of every bar of the one event, yuan; its base is 01-03 and its first open 01-04."""
    run = runner(market(table, actions), rules, [EVENT], cash=cash)
    result = circle_result(run, run.run(Circle.ALL, primary=True), Benchmark(None, (), 1.0))
    (told,) = result.events
    assert result.waterfall == told.waterfall
    assert round(sum(bar.money for bar in told.waterfall[:-1]) * 100) == round(told.waterfall[-1].money * 100)
    assert told.waterfall[-1].money == pytest.approx(told.captured * told.allotted)
    return {bar.step: bar.money for bar in told.waterfall}


def moved(bars: Money) -> set[str]:
    """The frictions whose bar is not zero; fees always take their part, and are looked at apart."""
    return {step for step, money in bars.items() if money} - {"headline", "choice", "captured", "fees_and_tax"}


def holding(sessions: int, **more: Any) -> Any:
    return strategy(entry={"on_limit": {"retry": 3}}, exit={"hold_sessions": sessions}, **more)


class TestRungs:
    def test_each_run_has_one_friction_more_than_the_one_before(self) -> None:
        on = [sum(frictions) for frictions in RUNGS.values()]
        assert on == [0, 0, 1, 2, 3, 4, 5, 6]
        assert RUNGS[Step.CHOICE] == NO_FRICTIONS
        assert RUNGS[Step.FEES_AND_TAX] == ALL_FRICTIONS

    def test_their_order_is_the_documented_one(self) -> None:
        assert [step.value for step in RUNGS][2:] == [
            "limits_entry", "limits_exit", "t_plus_1", "lots_and_cash", "volume_cap", "fees_and_tax",
        ]  # fmt: skip
        assert [name.replace("_on_", "_") for name in Frictions._fields] == [step.value for step in RUNGS][2:]


class TestArithmetic:
    def test_bars_are_differences_of_levels(self) -> None:
        levels = [4_700_000, 4_600_000, 3_000_000, 1_400_000, 1_400_000, 1_400_000, 1_390_000, 1_390_000, 1_380_000]
        bars = waterfall(0.47, 10_000_000, dict(zip(RUNGS, levels[1:], strict=True)))
        assert bars[0] == Bar(Step.HEADLINE, 4_700_000)
        assert [bar.money for bar in bars[1:-1]] == [
            -100_000, -1_600_000, -1_600_000, 0, 0, -10_000, 0, -10_000,
        ]  # fmt: skip
        assert bars[-1] == Bar(Step.CAPTURED, 1_380_000)

    @pytest.mark.parametrize(
        ("rate", "allotted", "money"),
        [(0.4779, 100_000_000, 47_790_000), (0.5, 1, 1), (-0.5, 1, -1), (0.3, 1, 0), (0.0, 7, 0)],
    )
    def test_money_is_rounded_half_away_from_zero(self, rate: float, allotted: int, money: int) -> None:
        assert money_of(rate, allotted) == money

    @given(
        st.floats(-1, 5),
        st.integers(1, 10**12),
        st.lists(st.integers(-(10**12), 10**12), min_size=len(RUNGS), max_size=len(RUNGS)),
    )
    def test_all_but_the_last_add_up_to_the_last(self, rate: float, allotted: int, levels: list[int]) -> None:
        bars = waterfall(rate, allotted, dict(zip(RUNGS, levels, strict=True)))
        assert sum(bar.money for bar in bars[:-1]) == bars[-1].money == levels[-1]
        doubled = summed([bars, bars])
        assert [bar.money for bar in doubled] == [2 * bar.money for bar in bars]

    def test_no_event_no_bars(self) -> None:
        assert summed([]) == ()


class TestOneFrictionBinds:
    def test_nothing_but_the_headline_and_the_fees(self) -> None:
        """10,000 shares at 10.00 in and 11.00 out on the day: the headline 10 % of 100,000, all of it had.

        The open is the base close, so that no session is lost; 100,000 buys 10,000 shares, whole lots. With fees only
        9,900: in 24.75 + 0.99, out 27.23 + 54.45 + 1.09 (250 ppm, 0.05 %, 10 ppm).
        """
        bars = bars_of("session | 600001.SH\n01-03 | 10.00\n01-04 | 10.00\n01-05 | 10.00 11.00", holding(2))
        assert moved(bars) == set()
        assert bars["headline"] == 10_000
        assert bars["choice"] == 0
        assert bars["captured"] == round(9_900 - 24.75 - 0.99 - 27.23 - 54.45 - 1.09, 2)

    def test_session_delay(self) -> None:
        """Open 10.50 after a base close of 10.00: 9,523 shares of one at 11.00 make 4,761.50 instead of 10,000."""
        bars = bars_of("session | 600001.SH\n01-03 | 10.00\n01-04 | 10.50\n01-05 | 10.50 11.00", holding(2))
        assert moved(bars) == {"session_delay", "lots_and_cash"}
        assert bars["session_delay"] == round(9_523 * 0.50 - 10_000, 2)
        assert bars["lots_and_cash"] == round((9_500 - 9_523) * 0.50, 2)

    def test_limits_on_entry(self) -> None:
        """Locked at 11.00, bought at 12.00 on the second try, sold at 12.00.

        Without limits 100,000 buys 9,090 shares at 11.00, which earn 1.00 each; with them 8,333 at 12.00 earn nothing.
        """
        table = "session | 600001.SH\n01-03 | 10.00\n01-04 | 11.00\n01-05 | 12.00"
        bars = bars_of(table, holding(2))
        assert moved(bars) == {"session_delay", "limits_entry"}
        assert bars["session_delay"] == 9_090 * 1.00 - 20_000
        assert bars["limits_entry"] == -9_090.00

    def test_a_suspension_is_a_limit_on_entry(self) -> None:
        """Suspended on the entry session, then 11.00: without limits one buys at the last close, 10.00."""
        table = "session | 600001.SH\n01-03 | 10.00\n01-04 | S\n01-05 | 10.80 11.00"
        bars = bars_of(table, holding(2))
        assert bars["session_delay"] == 0
        assert bars["limits_entry"] == round(9_259 * 0.20 - 10_000, 2)

    def test_limits_on_exit(self) -> None:
        """Due at a close locked at the limit-down of 9.00: sold at the next open, 8.50, instead."""
        table = "session | 600001.SH\n01-03 | 10.00\n01-04 | 10.00\n01-05 | 9.00\n01-08 | 8.50"
        bars = bars_of(table, holding(2))
        assert moved(bars) == {"limits_exit"}
        assert bars["limits_exit"] == -10_000 * 0.50

    def test_t_plus_1(self) -> None:
        """Bought at the open of 01-04 and due at its close of 10.40: T+1 makes it wait for the next open, 9.90."""
        table = "session | 600001.SH\n01-03 | 10.00\n01-04 | 10.00 10.40\n01-05 | 9.90"
        bars = bars_of(table, holding(1))
        assert moved(bars) == {"t_plus_1"}
        assert bars["t_plus_1"] == round(-10_000 * 0.50, 2)

    def test_lots(self) -> None:
        """12,345 yuan buy 1,234 shares one by one, 1,200 in lots: 34 x 1.00 is what lots cost."""
        bars = bars_of(
            "session | 600001.SH\n01-03 | 10.00\n01-04 | 10.00\n01-05 | 10.00 11.00", holding(2), cash=12_345
        )
        assert moved(bars) == {"lots_and_cash"}
        assert bars["lots_and_cash"] == -34.00

    def test_volume_cap(self) -> None:
        """10 % of 20,000 shares are 2,000 of 10,000 wanted on either session of buying: 6,000 are missing x 1.00."""
        table = "session | 600001.SH\n01-03 | 10.00\n01-04 | 10.00 v20000\n01-05 | 10.00 v20000\n01-08 | 10.00 11.00"
        rules = strategy(entry={"on_limit": {"retry": 1}}, exit={"hold_sessions": 3})
        bars = bars_of(table, rules)
        assert moved(bars) == {"volume_cap"}
        assert bars["volume_cap"] == -6_000.00

    def test_tax_on_dividends_is_a_fee(self) -> None:
        """0.50 a share, held for days: 20 % of it at the sale. 9,900 shares: 990.00 of tax in the last bar.

        Bought at 10.00, ex 9.50, sold at 9.50: the dividend is all that is earned. Fees in 24.75 + 0.99, out
        23.51 + 47.03 + 0.94; 100 shares less than without fees, which earn nothing either way.
        """
        table = "session | 600001.SH\n01-03 | 10.00\n01-04 | 10.00\n01-05 | 9.50 p9.50\n01-08 | 9.50"
        bars = bars_of(table, holding(3), actions="600001.SH 01-05 cash 0.50")
        assert moved(bars) == set()
        assert bars["fees_and_tax"] == -round(990.00 + 24.75 + 0.99 + 23.51 + 47.03 + 0.94, 2)


class TestStrategysChoice:
    def test_an_empty_slot_and_a_stop_are_the_strategys_own(self) -> None:
        """A stop at 5 % sells at 9.00 what ends at 11.00: the choice bar holds it, no friction does."""
        table = (
            "session | 600001.SH\n01-03 | 10.00\n01-04 | 10.00 9.40\n01-05 | 9.00\n01-08 | 9.50 9.90\n"
            "01-09 | 9.90 10.80\n01-10 | 10.80 11.00"
        )
        rules = strategy(exit={"hold_sessions": 5, "stop_loss": 0.05})
        bars = bars_of(table, rules)
        assert bars["headline"] == 10_000
        assert bars["choice"] == -20_000
        assert moved(bars) == set()

    def test_an_end_counted_from_the_fill_stays_with_the_planned_session(self) -> None:
        """Bought at the base close, hold 2 from the fill still leaves on 01-05, as the planned entry would."""
        table = "session | 600001.SH\n01-03 | 10.00\n01-04 | 10.00\n01-05 | 10.00 11.00\n01-08 | 15.00"
        bars = bars_of(table, strategy(exit={"hold_sessions": 2, "clock": "fill"}))
        assert bars["choice"] == 0

    def test_a_name_not_listed_by_the_base_is_not_bought_there(self) -> None:
        """600002 first trades on 01-04; bought on 01-05, sold two sessions on. The base knows no price of it.

        Half of 100,000 on each: at the base 600001 alone, 5,000 x 10.00, which ends unchanged; on 01-05 600002 as well,
        5,000 x 10.00, sold at 11.00.
        """
        table = (
            "session | 600001.SH | 600002.SH\n01-03 | 10.00 | .\n01-04 | 10.00 | 10.00\n01-05 | 10.00 | 10.00\n"
            "01-08 | 10.00 | 10.00 11.00"
        )
        bars = bars_of(table, strategy(entry={"offset": 1}, exit={"hold_sessions": 2}))
        assert bars["headline"] == bars["choice"] == 0
        assert bars["session_delay"] == 5_000.00

    def test_the_queue_is_served_where_the_limit_was_touched(self) -> None:
        """打板 on a board that held: nobody is served by the law, without limits the queue buys at 11.00."""
        table = "session | 600001.SH\n01-03 | 10.00\n01-04 | 10.00 11.00 10.00 11.00\n01-05 | 12.00"
        rules = strategy(entry={"at": "limit_queue"}, exit={"hold_sessions": 2})
        bars = bars_of(table, rules)
        assert bars["session_delay"] == round(9_090 * 1.00 - 20_000, 2)
        assert bars["limits_entry"] == -9_090.00
        assert bars["captured"] == 0


class TestWithoutTrigger:
    def test_bars_of_buy_and_hold_are_carried_over_to_the_equity_at_the_base(self) -> None:
        """Held from 01-04 at 10.00, the event of 01-05 makes 10 % of what the account held at its close."""
        table = "session | 600001.SH\n01-03 | 10.00\n01-04 | 10.00\n01-05 | 10.00\n01-08 | 11.00\n01-09 | 11.00"
        later = event("later", "01-05T12:00Z")
        run = runner(market(table), strategy(trigger={"on": "membership"}, window_sessions=1), [later])
        (told,) = circle_result(run, run.run(Circle.ALL, primary=True), Benchmark(None, (), 1.0)).events
        bars = {bar.step: bar.money for bar in told.waterfall}
        paid = 24.75 + 0.99  # 9,900 shares: with its fees 10,000 cost more than there is
        assert told.allotted == round(100_000 - paid, 2)
        assert bars["headline"] == round(0.1 * (100_000 - paid), 2)
        assert bars["choice"] == bars["session_delay"] == 0
        assert bars["captured"] == 9_900.00
        assert round(sum(bar.money for bar in told.waterfall[:-1]), 2) == 9_900.00


def _always(value: Any) -> Any:
    return lambda *_, **__: value


def in_backtrader(panel: Any, plans: Any, *, threads: int, **terms: Any) -> SweepOutcome:
    """The compiled engine's question, put to the backtrader engine: the one that can be broken at run time."""
    ends = [replay(panel, plan, **terms).equity[-1].equity for plan in plans]
    blank = np.zeros(len(ends), dtype=np.int64)
    return SweepOutcome(np.array(ends), blank, blank)


class TestABrokenFrictionIsFound:
    """Each friction, taken out of the engine, makes the test above that measures it fail."""

    @pytest.fixture(autouse=True)
    def _one_engine(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("hypebasket.pipeline.sleeve.sweep", in_backtrader)
        monkeypatch.setattr("hypebasket.pipeline.sleeve.retrace", replay)

    @pytest.mark.parametrize(
        ("where", "broken", "measured_by"),
        [
            ("matching.open_fill_price", lambda is_buy, policy, open_, *_: open_, "limits_on_entry"),
            ("matching.close_fill_price", lambda is_buy, policy, close, *_: close, "limits_on_exit"),
            ("matching.queue_fill_price", lambda policy, open_, high, low, close, limit: limit, "queue"),
            ("matching.Terms.sellable", lambda self, listing, held, bought: held, "t_plus_1"),
            ("matching.Terms.sizes", _always((1, 1, 10**12)), "lots"),
            ("broker.volume_room", _always(10**12), "volume_cap"),
            ("actions.CorporateActions.pay_tax", _always(None), "tax"),
        ],
    )
    def test_one(self, monkeypatch: pytest.MonkeyPatch, where: str, broken: Any, measured_by: str) -> None:
        monkeypatch.setattr(f"hypebasket.engine.replay.{where}", broken)
        monkeypatch.setattr("hypebasket.pipeline.sleeve.check_ledger", _always(None))
        binds, choice = TestOneFrictionBinds(), TestStrategysChoice()
        measure = {
            "limits_on_entry": binds.test_limits_on_entry,
            "limits_on_exit": binds.test_limits_on_exit,
            "queue": choice.test_the_queue_is_served_where_the_limit_was_touched,
            "t_plus_1": binds.test_t_plus_1,
            "lots": binds.test_lots,
            "volume_cap": binds.test_volume_cap,
            "tax": binds.test_tax_on_dividends_is_a_fee,
        }[measured_by]
        with pytest.raises(AssertionError):
            measure()

    def test_and_by_the_check_of_the_ledger(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A fill that ignores T+1 with the friction on is refused before any number is made of it."""
        monkeypatch.setattr(
            "hypebasket.engine.replay.matching.Terms.sellable", lambda self, listing, held, bought: held
        )
        with pytest.raises(LedgerError, match="sold more than may be sold today"):
            TestOneFrictionBinds().test_t_plus_1()
