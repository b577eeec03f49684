"""What an event-isolated run earned, on the money it was allotted."""

from __future__ import annotations

import pytest

from hypebasket.stats.captured import capture_of
from markets import event, market, play, strategy

A, B = "600001.SH", "600002.SH"
EVENT = event("e", "01-03T12:00Z")


def test_slots_that_were_never_filled_count_with_zero() -> None:
    """10,000 in two slots. 600001: 400 x 10.00 bought, - 5.00 - 0.04; sold at 11.00, - 5.00 - 2.20 - 0.04: + 387.72.

    600002 is locked at its limit-up.
    """
    made = market(
        "session | 600001.SH | 600002.SH\n01-03 | 10.00 | 10.00\n01-04 | 10.00 | 11.00\n01-05 | 10.50 11.00 | 12.10"
    )
    played = play(made, strategy(exit={"hold_sessions": 2}), [EVENT], cash=10_000, stop_when_flat=True)
    capture = capture_of(played.ledger, played.plan.entries)
    assert capture.captured == pytest.approx(387.72 / 10_000)
    assert not capture.open_at_end
    assert capture.names[A].captured == pytest.approx(387.72 / 5_000)
    assert capture.names[A].first_fill.price == 1000
    assert capture.names[A].reason is None
    assert capture.names[B].captured == 0.0
    assert capture.names[B].first_fill is None
    assert capture.names[B].reason == "locked_limit_up"


def test_only_allotted_money_counts() -> None:
    """gross 0.5: 5,000 of 10,000 are allotted."""
    made = market("session | 600001.SH\n01-03 | 10.00\n01-04 | 10.00\n01-05 | 10.50 11.00")
    rules = strategy(exit={"hold_sessions": 2}, size={"gross": 0.5})
    played = play(made, rules, [EVENT], cash=10_000, stop_when_flat=True)
    assert capture_of(played.ledger, played.plan.entries).captured == pytest.approx(387.72 / 5_000)


def test_dividends_count_and_what_is_left_is_marked() -> None:
    """400 x 10.00 bought for 4,005.04; 200.00 of dividend; marked at 9.80: 3,920.00."""
    made = market(
        "session | 600001.SH\n01-03 | 10.00\n01-04 | 10.00\n01-05 | 9.80 p9.50", actions="600001.SH 01-05 cash 0.50"
    )
    played = play(made, strategy(exit={}), [EVENT], cash=5_000)
    capture = capture_of(played.ledger, played.plan.entries)
    assert capture.open_at_end
    assert capture.captured == pytest.approx((3_920 + 200 - 4_005.04) / 5_000)
    assert capture.names[A].captured == capture.captured
