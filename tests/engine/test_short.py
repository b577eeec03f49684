"""Short sales beside the golden ledgers: who is passed over, what waits, what a rising market does, odd corners."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hypebasket.audit.replay import Terms, Witness, replay_ledger
from hypebasket.engine.replay import replay
from hypebasket.ledger.invariants import check_ledger
from hypebasket.ledger.records import ChargeKind, OrderStatus, Reason, Side
from hypebasket.market.tape import PanelTape
from hypebasket.rules.frictions import ALL_FRICTIONS
from hypebasket.spec.text import Circle
from hypebasket.stats.captured import capture_of
from markets import basket, builder, event, mapped, market, play, strategy, tape_of

EVENT = event("e", "01-03T12:00Z")
FLAT = """
session | AAA.US
01-02   | 50.00
01-03   | 50.00
01-04   | 50.00
01-05   | 50.00
01-08   | 50.00
"""


def test_names_that_may_not_be_sold_short_are_passed_over() -> None:
    made = market("session | 00020.HK | 00700.HK\n01-02 | 10.00 | 300.00\n01-03 | 10.00 | 300.00")
    rules = strategy(direction="short", short={"designated": ["00700.HK"]})
    desk = builder(made, rules)
    (plan,) = (desk.event(each, Circle.ALL) for each in mapped(made, [event("e", "01-02T22:00Z")], rules))
    assert [stock.symbol for stock in plan.members] == ["00020.HK", "00700.HK"]
    assert plan.passed == (("00020.HK", "not_shortable"),)
    assert [(entry.symbol, entry.weight_ppm) for entry in plan.entries] == [("00700.HK", 1_000_000)]


def test_a_shares_are_never_sold_short() -> None:
    made = market("session | 600519.SH\n01-03 | 10.00\n01-04 | 10.00")
    rules = strategy(direction="short", short={"designated": []})
    played = play(made, rules, [event("e", "01-03T12:00Z")])
    assert played.plan.entries == ()
    assert played.ledger.fills == []


def test_the_auditor_tells_of_a_short_sale_of_a_stranger() -> None:
    made = market(FLAT)
    played = play(made, strategy(direction="short", size={"gross": 0.5}), [EVENT])
    witness = Witness(
        made.panel, made.calendar, made.sessions[1], made.sessions[-1], basket("BBB.US"), Circle.ALL
    )  # fmt: skip
    terms = Terms(played.plan.policy, played.plan.participation_ppm, played.plan.commission)
    (finding,) = replay_ledger("here", played.ledger, witness, terms)
    assert finding.text.en.startswith("order 1 sold short AAA.US on 2024-01-03, when it did not belong to")
    assert finding.text.zh.startswith("委托 1 于 2024-01-03 卖空 AAA.US，而它当时不在")


def test_no_short_sale_below_the_gap() -> None:
    """Base 50.00, gap 4 %: nothing below 48.00; 47.99 on 01-03, 48.00 on 01-04."""
    made = market(FLAT.replace("01-03   | 50.00", "01-03   | 47.99").replace("01-04   | 50.00", "01-04   | 48.00"))
    rules = strategy(direction="short", size={"gross": 0.5}, entry={"max_gap": 0.04, "on_limit": {"retry": 1}})
    (order,) = play(made, rules, [EVENT]).ledger.orders
    assert (order.status, order.attempts) == (OrderStatus.FILLED, 2)
    once = strategy(direction="short", size={"gross": 0.5}, entry={"max_gap": 0.04})
    (order,) = play(made, once, [EVENT]).ledger.orders
    assert (order.status, order.reason) == (OrderStatus.EXPIRED, Reason.MAX_GAP)


def test_a_short_shares_the_volume_of_the_day() -> None:
    """A tenth of 5,000 shares: 500 sold on 01-03, and 500 covered on each of two sessions at most."""
    table = FLAT.replace("01-03   | 50.00", "01-03   | 50.00 v5000")
    made = market(table.replace("01-05   | 50.00", "01-05   | 50.00 v3000"))
    rules = strategy(direction="short", size={"gross": 0.5}, exit={"hold_sessions": 3})
    ledger = play(made, rules, [EVENT]).ledger
    assert [(str(fill.session), fill.side, fill.shares) for fill in ledger.fills] == [
        ("2024-01-03", Side.SHORT, 500), ("2024-01-05", Side.COVER, 300), ("2024-01-08", Side.COVER, 200),
    ]  # fmt: skip
    assert ledger.orders[0].reason is Reason.VOLUME_CAP


def test_a_cover_may_cost_more_than_there_is() -> None:
    """Sold at 10.00, opens at 40.00 after the breach: 10,000 do not cover it, and cash goes below zero."""
    made = market("session | AAA.US\n01-02 | 10.00\n01-03 | 10.00 25.00\n01-04 | 40.00\n01-05 | 40.00")
    ledger = play(made, strategy(direction="short"), [EVENT], cash=10_000).ledger
    sale, cover = ledger.fills
    # 19,984.75 - loan on 24,975.00 (2.08125 -> 2.08) - 999 x 40.00 - commission 9.99
    assert ledger.equity[-1].cash == 1_998_475 - 208 - 3_996_000 - 999
    assert (sale.shares, cover.shares) == (999, 999)
    assert next(order for order in ledger.orders if order.side is Side.COVER).purpose == "margin_breach"


def test_a_delisted_name_is_paid_at_its_last_price() -> None:
    made = market(FLAT)
    rules = strategy(direction="short", size={"gross": 0.5})
    plan = play(made, rules, [EVENT]).plan
    panel = made.panel
    gone = panel.delisted.copy()
    gone[3:, 0] = True
    settled = replace(panel, delisted=gone).settled(None)
    ledger = replay(settled, plan, cash=10_000_000, start=1, stop=len(made.sessions), currency="USD")
    check_ledger(ledger, PanelTape(settled), 100_000)
    (item,) = ledger.entitlements
    assert (item.held, item.shares, item.cash) == (-999, 999, -999 * 5_000)
    assert ledger.equity[-1].market_value == 0


def test_cash_that_comes_in_for_shares_owed_is_no_dividend() -> None:
    """A reference 0.10 above the close before is the lender's to pay: 999 x 0.10, and nothing is withheld from it."""
    made = market(FLAT.replace("01-04   | 50.00", "01-04   | 50.00 p50.10"))
    rules = strategy(direction="short", size={"gross": 0.5}, withholding="hong_kong")
    ledger = play(made, rules, [EVENT]).ledger
    (item,) = ledger.entitlements
    assert (item.held, item.shares, item.cash) == (-999, 0, 9_990)
    assert {charge.kind for charge in ledger.charges} == {ChargeKind.BORROW}


@pytest.mark.parametrize("friction", ["fees_and_tax", "lots_and_cash"])
def test_a_friction_that_is_off_leaves_no_trace(friction: str) -> None:
    made = market("session | AAA.US\n01-02 | 10.00\n01-03 | 10.00 25.00\n01-04 | 26.00\n01-05 | 26.00")
    plan = play(made, strategy(direction="short"), [EVENT], cash=10_000).plan
    without = ALL_FRICTIONS._replace(**{friction: False})
    ledger = replay(made.panel, plan, cash=1_000_000, start=1, stop=4, currency="USD", frictions=without)
    check_ledger(ledger, tape_of(made, plan), 100_000, without)
    covered = any(order.side is Side.COVER for order in ledger.orders)
    assert covered is (friction == "fees_and_tax")
    assert bool(ledger.charges) is (friction == "lots_and_cash")


def test_captured_is_positive_when_the_stock_falls() -> None:
    """999 x 50.00 at 45.00: 4,995.00 less fees 13.06 + 11.24 and a loan of two nights, of 25,000 allotted twice."""
    made = market(FLAT.replace("01-05   | 50.00", "01-05   | 46.00 45.00"))
    played = play(made, strategy(direction="short", size={"gross": 0.5}, exit={"hold_sessions": 3}), [EVENT])
    capture = capture_of(played.ledger, played.plan.entries)
    # loans: two nights of 49,950.00: 4.1625 -> 4.16
    assert capture.earned == 499_500 - 1_306 - 1_124 - 2 * 416
    assert capture.allotted == 5_000_000
    assert capture.names["AAA.US"].first_fill is not None
    assert capture.names["AAA.US"].first_fill.side is Side.SHORT
