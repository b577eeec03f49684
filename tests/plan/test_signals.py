"""Every signal by hand: locked days, suspensions, missing turnover, short histories. Prices in yuan, results in ppm."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from math import sqrt

import pytest

from hypebasket.market.panel import MarketPanel
from hypebasket.plan.past import PastView
from hypebasket.plan.signals import (
    SIGNALS,
    abnormal_turnover,
    deviation,
    event_return,
    leadership,
    limit_height,
    median_amount,
    relative_strength,
    volatility,
)
from hypebasket.spec.strategy import SelectBy
from markets import HandMadeMarket, market

A = "600001.SH"
DAYS = (
    "01-02", "01-03", "01-04", "01-05", "01-08", "01-09", "01-10", "01-11", "01-12", "01-15", "01-16", "01-17", "01-18",
)  # fmt: skip


def one_name(*cells: str, actions: str = "") -> HandMadeMarket:
    """A market of one name, a cell a session."""
    lines = [f"{day} | {cell}" for day, cell in zip(DAYS, cells, strict=False)]
    return market("\n".join(["session | 600001.SH", *lines]), actions)


def after(made: HandMadeMarket, row: int | None = None) -> PastView:
    """The view after session ``row`` (default: the last)."""
    panel: MarketPanel = made.panel
    return PastView(panel, len(panel.sessions) if row is None else row + 1)


def test_event_return_counts_from_the_base_close() -> None:
    """Base 10.00; locked at 11.00, then 12.10 (11.00 x 1.1), then 11.50: 11.50 / 10.00 - 1 = 15 %."""
    made = one_name("9.50", "10.00", "11.00", "12.10", "11.50")
    assert event_return(after(made), A, 1) == 150_000
    assert event_return(after(made, 2), A, 1) == 100_000  # a locked day counts as its limit
    assert event_return(after(made, 1), A, 1) == 0  # decided on the base close itself


def test_event_return_takes_a_dividend_for_a_gain() -> None:
    """10.00, ex-dividend 0.50 at 9.50, closes 9.88: 9.88 / 9.50 - 1 = 4 %."""
    made = one_name("10.00", "9.88 p9.50", actions="600001.SH 01-03 cash 0.50")
    assert event_return(after(made), A, 0) == 40_000


@pytest.mark.parametrize("signal", SIGNALS.values(), ids=SIGNALS)
def test_a_suspended_name_has_no_signal(signal: object) -> None:
    made = one_name(*["10.00", "10.10"] * 6, "S")
    assert signal(after(made), A, 0) is None  # type: ignore[operator]


@pytest.mark.parametrize("signal", SIGNALS.values(), ids=SIGNALS)
def test_nothing_past_is_no_signal(signal: object) -> None:
    assert signal(PastView(one_name("10.00").panel, 0), A, 0) is None  # type: ignore[operator]


def test_every_word_of_the_schema_has_a_signal() -> None:
    assert set(SIGNALS) == set(SelectBy)


def test_limit_height_counts_closes_at_the_limit_up_to_the_last() -> None:
    """10.00 -> 11.00 sealed -> 12.10 locked -> suspended -> 13.31 sealed -> 13.50."""
    made = one_name("10.00", "10.20 11.00", "12.10", "S", "12.50 13.31", "13.50")
    heights = [limit_height(after(made, row), A, 0) for row in range(6)]
    assert heights == [0, 1, 2, None, 3, 0]  # a suspended session neither adds nor breaks


def test_a_broken_board_ends_the_height() -> None:
    """Opened at the limit and closed one fen below it."""
    made = one_name("10.00", "11.00", "12.10 12.09")
    assert limit_height(after(made, 1), A, 0) == 1
    assert limit_height(after(made, 2), A, 0) == 0


def test_leadership_is_height_then_return() -> None:
    """Two limits: height 2, + 21 %."""
    made = one_name("10.00", "11.00", "12.10")
    assert leadership(after(made), A, 0) == 2_000_000_000 + 210_000
    falling = one_name("10.00", "9.00")
    assert leadership(after(falling), A, 0) == -100_000


def test_relative_strength_is_the_return_of_what_there_is() -> None:
    """Three sessions: 10.00 -> 10.50 -> 10.20; the first has no close before it."""
    made = one_name("10.00", "10.50", "10.20")
    assert relative_strength(after(made), A, 99) == 20_000


def test_relative_strength_forgets_what_is_older_than_twenty_sessions() -> None:
    """A jump of 10 % on the second session is inside after 21 sessions, outside after 22."""
    lines = [f"{day} | {'11.00' if number else '10.00'}" for number, day in enumerate(one_month())]
    made = market("\n".join(["session | 600001.SH", *lines]))
    assert relative_strength(after(made, 20), A, 0) == 100_000
    assert relative_strength(after(made, 21), A, 0) == 0


def one_month() -> list[str]:
    january = (2, 3, 4, 5, 8, 9, 10, 11, 12, 15, 16, 17, 18, 19, 22, 23, 24, 25, 26, 29, 30, 31)
    return [f"01-{day:02}" for day in january]


def test_abnormal_turnover_against_the_median_of_the_sessions_before() -> None:
    """Ten sessions of 1,000 shares, then 2,500 at the same price: 2.5 times. With nine before there is no median."""
    made = one_name(*["10.00 v1000"] * 10, "10.00 v2500")
    assert abnormal_turnover(after(made), A, 0) == 2_500_000
    short = one_name(*["10.00 v1000"] * 9, "10.00 v2500")
    assert abnormal_turnover(after(short), A, 0) is None


def test_abnormal_turnover_skips_suspended_sessions() -> None:
    """The median of ten traded sessions: five of 1,000 and five of 3,000 shares = 2,000."""
    cells = ["10.00 v1000"] * 5 + ["S"] + ["10.00 v3000"] * 5 + ["10.00 v5000"]
    assert abnormal_turnover(after(one_name(*cells)), A, 0) == 2_500_000


def test_missing_turnover_is_shares_times_close() -> None:
    """The table's turnover is shares x (high + low) / 2 = 1,000 x 10.20; without it 1,000 x the close of 10.40."""
    made = one_name("10.00 v1000", "10.00 10.40 v1000")
    bars = made.data.bars.assign(amount=float("nan"))
    blank = replace(made, data=replace(made.data, bars=bars))
    assert median_amount(after(made), A, 0) == (10_000 + 10_200) // 2
    assert median_amount(after(blank), A, 0) == (10_000 + 10_400) // 2


def test_unknown_volume_and_turnover_are_left_out() -> None:
    """Neither is known on the second session: the median is that of the first and third, 10,000 and 30,000."""
    made = one_name("10.00 v1000", "10.00 v?", "10.00 v3000")
    assert median_amount(after(made), A, 0) == 20_000
    assert median_amount(after(made, 0), A, 0) == 10_000
    nothing = one_name("10.00 v?", "10.00 v?")
    assert median_amount(after(nothing), A, 0) is None


def test_unknown_turnover_on_the_last_session_is_no_signal() -> None:
    made = one_name(*["10.00 v1000"] * 10, "10.00 v?")
    assert abnormal_turnover(after(made), A, 0) is None


def test_median_amount_outlives_a_suspension() -> None:
    assert median_amount(after(one_name("10.00 v1000", "S")), A, 0) == 10_000


def test_volatility_is_the_sample_deviation_of_traded_returns() -> None:
    """Ten returns: none on the first session (no close before it), then up and down by about 5 %."""
    prices = [2000, 2100, 1995, 2095, 1990, 2090, 1985, 2084, 1980, 2079]
    made = one_name(*(f"{price / 100:.2f}" for price in prices))
    returns = [0.0] + [later / before - 1 for before, later in pairwise(prices)]
    mean = sum(returns) / 10
    expected = sqrt(sum((each - mean) ** 2 for each in returns) / 9)
    assert volatility(after(made), A, 0) == round(expected * 1_000_000)
    assert volatility(after(made, 8), A, 0) is None  # nine returns


def test_a_price_that_never_moved_has_no_volatility() -> None:
    assert volatility(after(one_name(*["10.00"] * 10)), A, 0) == 0


def test_for_weights_a_suspended_name_keeps_its_volatility() -> None:
    made = one_name(*["10.00", "10.10"] * 5, "S")
    assert volatility(after(made), A, 0) is None
    assert deviation(after(made), A) == deviation(after(made, 9), A) == volatility(after(made, 9), A, 0)
