"""The net result by event and name: hand arithmetic, and that no fen is lost."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypebasket.stats.attribution import Contribution, attribute, shared_out
from markets import event, market, play, strategy

A, B = "600001.SH", "600002.SH"
EVENT = event("e", "01-03T12:00Z")


def rows_of(contributions: tuple[Contribution, ...]) -> dict[tuple[str, str], Contribution]:
    return {(row.event_id, row.symbol): row for row in contributions}


def test_price_and_every_cost_by_hand() -> None:
    """10,000 in two slots. 600001: 400 x 10.00 bought (5.00 + 0.04), sold at 11.00 (5.00 + stamp 2.20 + 0.04).

    600002 is locked at its limit-up: nothing traded, no row.
    """
    made = market(
        "session | 600001.SH | 600002.SH\n01-03 | 10.00 | 10.00\n01-04 | 10.00 | 11.00\n01-05 | 10.50 11.00 | 12.10"
    )
    played = play(made, strategy(exit={"hold_sessions": 2}), [EVENT], cash=10_000, stop_when_flat=True)
    (row,) = attribute(played.ledger)
    assert row == Contribution("e", A, price=40_000, commission=1000, stamp_duty=220, transfer_fee=8)
    assert row.net == 38_772


def test_dividends_and_their_tax_by_hand_and_what_is_left_is_marked() -> None:
    """400 x 10.00 bought, 200.00 of dividend; still held at 9.80: 3,920.00. No tax before the sale."""
    made = market(
        "session | 600001.SH\n01-03 | 10.00\n01-04 | 10.00\n01-05 | 9.80 p9.50", actions="600001.SH 01-05 cash 0.50"
    )
    played = play(made, strategy(exit={}), [EVENT], cash=5_000)
    (row,) = attribute(played.ledger)
    assert row == Contribution("e", A, price=-8_000, dividends=20_000, commission=500, transfer_fee=4)
    sold = play(made, strategy(exit={"hold_sessions": 2}), [EVENT], cash=5_000)
    (row,) = attribute(sold.ledger)
    assert row.dividend_tax == 4_000, "held less than a month: 20 % of 200.00"


def test_an_odd_remainder_that_was_handed_on_pays_the_event_that_bought_it() -> None:
    """The arithmetic of golden/families/overlap_stack_odd.txt.

    "one": 130 of 13.00 / 1.3 = 10.00 each; sells 100 itself (1,000.00), its other 30 leave with "two"'s 130 at 10.00.
    Price of "one": 1,000 + 300 - 1,300 = 0.00; of "two": 1,300 - 1,300 = 0.00; the fees of the last sale are "two"'s.
    """
    made = market(
        "session | 600001.SH\n01-03 | 13.00\n01-04 | 13.00\n01-05 | 13.00\n01-08 | 10.00 p10.00\n01-09 | 10.00",
        actions="600001.SH 01-08 bonus 0.3",
    )
    rules = strategy(overlap="stack", exit={"hold_sessions": 3}, size={"gross": 0.5})
    events = [event("one", "01-03T12:00Z"), event("two", "01-04T12:00Z")]
    rows = rows_of(attribute(play(made, rules, events, cash=4_000).ledger))
    assert rows["one", A] == Contribution("one", A, price=0, commission=1000, stamp_duty=50, transfer_fee=2)
    assert rows["two", A] == Contribution("two", A, price=0, commission=1000, stamp_duty=80, transfer_fee=3)


def test_a_tax_is_shared_by_the_shares_that_left() -> None:
    """Two events, 100 shares each, a dividend of 0.33 a share, sold on one day: 66.00 x 20 % = 13.20, 6.60 each."""
    made = market(
        "session | 600001.SH\n01-03 | 13.00\n01-04 | 13.00\n01-05 | 13.00\n01-08 | 13.00 p12.67\n01-09 | 13.00",
        actions="600001.SH 01-08 cash 0.33",
    )
    rules = strategy(overlap="stack", exit={"hold_sessions": 3, "clock": "fill"}, size={"gross": 0.5})
    events = [event("one", "01-03T12:00Z"), event("two", "01-03T13:00Z")]
    rows = rows_of(attribute(play(made, rules, events, cash=4_000).ledger))
    taxes = {key[0]: row.dividend_tax for key, row in rows.items()}
    assert taxes == {"one": 660, "two": 660}
    assert {row.dividends for row in rows.values()} == {3_300}


@given(st.integers(0, 10**9), st.lists(st.integers(1, 10**6), min_size=1, max_size=9))
def test_what_is_shared_out_adds_up_and_is_fair_to_the_fen(money: int, weights: list[int]) -> None:
    parts = shared_out(money, weights)
    assert sum(parts) == money
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(money * weight, sum(weights))) < 1


def test_a_sale_of_what_nobody_holds_is_refused() -> None:
    made = market("session | 600001.SH\n01-03 | 10.00\n01-04 | 10.00\n01-05 | 10.00")
    ledger = play(made, strategy(exit={"hold_sessions": 2}), [EVENT], cash=10_000).ledger
    ledger.fills.append(ledger.fills[-1])
    with pytest.raises(AssertionError, match="nobody held"):
        attribute(ledger)
