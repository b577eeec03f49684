"""Plans: who is eligible at a decision, what is wished for, and why an event is left out."""

from __future__ import annotations

import pytest

from hypebasket.ledger.records import OrderKind
from hypebasket.plan.build import EventPlan
from hypebasket.spec.basket import Basket
from hypebasket.spec.strategy import FillPolicy, Strategy
from hypebasket.spec.text import Circle
from markets import basket, builder, event, mapped, market, stock, strategy

A, B, C = "600001.SH", "600002.SH", "600003.SH"
MADE = market("""
    session | 600001.SH | 600002.SH | 600003.SH
    01-03   | 10.00     | 10.00     | .
    01-04   | 10.00     | 10.00     | 30.00
    01-05   | 10.00     | 10.00     | 30.00
    01-08   | 10.00     | 10.00     | 30.00
    01-09   | 10.00     | 10.00     | 30.00
    01-10   | 10.00     | 10.00     | 30.00
""")
EVENING_3 = event("e", "01-03T12:00Z")  # 20:00 in Shanghai: first open 01-04, base 01-03
EVENING_4 = event("e", "01-04T12:00Z")
HOLD_5 = strategy(exit={"hold_sessions": 5})


def plan(rules: Strategy, when: object = EVENING_4, members: Basket | None = None, circle: Circle = Circle.ALL,
         **rows: int) -> EventPlan:  # fmt: skip
    desk = builder(MADE, rules, members, **rows)
    (one,) = mapped(MADE, [when], rules)  # type: ignore[list-item]
    return desk.event(one, circle)


def symbols(planned: EventPlan) -> list[str]:
    return [member.symbol for member in planned.members]


@pytest.mark.parametrize(
    ("circle", "expected"),
    [(Circle.POINT_IN_TIME, [A]), (Circle.DOCUMENTED, [A, B]), (Circle.ALL, [A, B, C])],
)
def test_each_circle_has_its_members(circle: Circle, expected: list[str]) -> None:
    """600001 was named before the decision of 01-05, 600002 after it, 600003 by nobody."""
    members = basket(stock(A, since="2024-01-04"), stock(B, since="2024-01-05"), C)
    assert symbols(plan(HOLD_5, members=members, circle=circle)) == expected


@pytest.mark.parametrize(
    ("at", "since", "known"),
    [
        # Orders for the open of 01-05 are in by 09:25 in Shanghai, 01:25 UTC; for its close by 14:57, 06:57 UTC.
        ("first_open", "2024-01-05T01:25:00Z", True),
        ("first_open", "2024-01-05T01:25:01Z", False),
        ("first_close", "2024-01-05T06:57:00Z", True),
        ("first_close", "2024-01-05T06:57:01Z", False),
        # A day counts from its end in Shanghai, 16:00 UTC.
        ("first_open", "2024-01-04", True),
        ("first_close", "2024-01-05", False),
    ],
)
def test_membership_is_judged_when_the_order_must_be_in(at: str, since: str, known: bool) -> None:
    rules = strategy(entry={"at": at}, exit={"hold_sessions": 5})
    planned = plan(rules, members=basket(stock(A, since=since)), circle=Circle.POINT_IN_TIME)
    assert symbols(planned) == ([A] if known else [])


def test_a_later_entry_knows_what_became_known_in_between() -> None:
    members = basket(stock(A, since="2024-01-05"))
    later = strategy(entry={"offset": 1}, exit={"hold_sessions": 5})
    assert symbols(plan(HOLD_5, members=members, circle=Circle.POINT_IN_TIME)) == []
    assert symbols(plan(later, members=members, circle=Circle.POINT_IN_TIME)) == [A]


def test_a_member_that_has_left_is_in_no_circle() -> None:
    members = basket(stock(A, since="2023-06-01", until="2024-01-04"), B)
    for circle in Circle:
        assert A not in symbols(plan(HOLD_5, members=members, circle=circle))


def test_a_name_without_a_bar_before_the_session_is_not_eligible() -> None:
    assert symbols(plan(HOLD_5, EVENING_3)) == [A, B]  # 600003 begins on 01-04, the entry session
    assert symbols(plan(HOLD_5, EVENING_4)) == [A, B, C]


def test_segments_select_members() -> None:
    members = basket(stock(A, segment="chips"), stock(B, segment="cooling"), stock(C, segment="power"))
    rules = strategy(select={"segments": ["chips", "power"]}, exit={"hold_sessions": 5})
    assert symbols(plan(rules, members=members)) == [A, C]


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ({}, [333_333, 333_333, 333_333]),
        ({"gross": 0.6}, [200_000, 200_000, 200_000]),
        ({"scheme": "basket_weights"}, [500_000, 250_000, 250_000]),
        ({"scheme": "basket_weights", "max_per_name": 0.3}, [300_000, 250_000, 250_000]),
    ],
)
def test_weights_in_parts_per_million(size: dict[str, object], expected: list[int]) -> None:
    members = basket(stock(A, weight=2.0), stock(B, weight=1.0), stock(C, weight=1.0))
    planned = plan(strategy(size=size, exit={"hold_sessions": 5}), members=members)
    assert [entry.weight_ppm for entry in planned.entries] == expected


@pytest.mark.parametrize(
    ("when", "rows", "reason"),
    [
        ("2023-12-20T12:00Z", {}, "session 1 (2023-12-21) lies outside the run (2024-01-04..2024-01-10)"),
        ("01-02T12:00Z", {}, "session 1 (2024-01-03) lies outside the run"),
        ("01-10T12:00Z", {}, "session 1 (2024-01-11) lies outside the run"),
        ("01-02T12:00Z", {"start": 0}, "no data on the base session 2024-01-02"),
    ],
)
def test_events_outside_the_run_are_excluded_with_a_reason(when: str, rows: dict[str, int], reason: str) -> None:
    planned = plan(HOLD_5, event("e", when), **rows)
    assert planned.entries == ()
    assert planned.row is None
    assert planned.excluded is not None
    assert reason in planned.excluded["en"]


def test_an_entry_after_the_run_is_excluded_with_a_reason() -> None:
    planned = plan(strategy(entry={"offset": 10}, exit={"hold_sessions": 5}))
    assert planned.excluded is not None
    assert "entry session lies outside the run" in planned.excluded["en"]


def test_an_entry_says_what_is_tried_and_for_how_long() -> None:
    rules = strategy(
        entry={"on_limit": {"retry": 3}, "max_gap": 0.051},
        exit={"hold_sessions": 4, "stop_loss": 0.1, "take_profit": 0.2, "trailing_stop": 0.15},
    )
    entry = plan(rules).entries[0]
    assert (entry.symbol, entry.row, entry.kind) == (A, 2, OrderKind.OPEN)
    assert (entry.attempts, entry.last_row) == (4, 5)  # the term ends at the close of row 5
    assert entry.price_cap == 1051  # 10.00 x 1.051
    assert (entry.exit.due.row, entry.exit.due.at_close) == (5, True)
    assert (entry.exit.stop_ppm, entry.exit.take_ppm, entry.exit.trail_ppm) == (100_000, 200_000, 150_000)


@pytest.mark.parametrize(
    ("given", "attempts", "last_row"),
    [
        ({"entry": {"on_limit": "skip"}, "exit": {"hold_sessions": 4}}, 1, 5),
        ({"entry": {"on_limit": "wait_for_break"}, "exit": {"hold_sessions": 4}}, None, 5),
        ({"entry": {"on_limit": "wait_for_break"}, "exit": {"hold_sessions": 4}, "window_sessions": 2}, None, 3),
        ({"entry": {"on_limit": "skip"}, "exit": {"hold_sessions": 4, "clock": "fill"}}, 1, None),
        ({"entry": {"on_limit": "skip"}, "exit": {"stop_loss": 0.1}}, 1, None),
    ],
)
def test_how_long_an_entry_is_tried(given: dict[str, object], attempts: int | None, last_row: int | None) -> None:
    entry = plan(strategy(**given)).entries[0]
    assert (entry.attempts, entry.last_row) == (attempts, last_row)


def test_a_close_entry_goes_to_the_close_it_can_still_reach() -> None:
    rules = strategy(entry={"at": "first_close"}, exit={"hold_sessions": 2})
    planned = plan(rules, event("e", "01-05T03:00Z"))  # 11:00 in Shanghai
    assert [(entry.row, entry.kind) for entry in planned.entries[:1]] == [(2, OrderKind.CLOSE)]
    evening = plan(rules, event("e", "01-05T08:00Z"))  # 16:00, after the close
    assert evening.entries[0].row == 3


def test_a_rebalance_follows_every_change_of_the_members_and_nothing_else() -> None:
    members = basket(stock(A, since="2023-06-01", until="2024-01-08"), stock(B, since="2024-01-04"))
    rules = strategy(trigger={"on": "membership"}, entry={"on_limit": {"retry": 2}})
    plan_ = builder(MADE, rules, members).membership(Circle.POINT_IN_TIME, FillPolicy.REALISTIC)
    assert [(each.row, each.weights_ppm, each.attempts) for each in plan_.rebalances] == [
        (1, ((A, 1_000_000),), 3),
        (2, ((A, 500_000), (B, 500_000)), 3),
        (4, ((B, 1_000_000),), 3),
    ]


def test_an_empty_circle_makes_an_empty_plan() -> None:
    desk = builder(MADE, HOLD_5, basket(A, B))
    planned = plan(HOLD_5, members=basket(A, B), circle=Circle.DOCUMENTED)
    assert (planned.members, planned.entries, planned.excluded) == ((), (), None)
    whole = desk.events([planned], FillPolicy.REALISTIC)
    assert (whole.entries, whole.rebalances) == ((), ())
