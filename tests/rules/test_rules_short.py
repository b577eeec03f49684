"""Short sales: who may be sold, what a loan costs, the equity behind it, rule 201; tax withheld from dividends."""

from __future__ import annotations

from datetime import date

import pytest

from hypebasket.errors import RuleGapError
from hypebasket.rules.dividend_tax import withheld
from hypebasket.rules.entitlements import entitlement
from hypebasket.rules.short_sale import (
    borrow_fee,
    borrow_terms,
    may_be_sold_short,
    restricted_sessions,
    short_margin,
    trips_restriction,
)

DAY = date(2024, 2, 20)


@pytest.mark.parametrize(
    ("board", "symbol", "may"),
    [
        ("us", "ADBE.US", True),
        ("hk", "00700.HK", True),
        ("hk", "00020.HK", False),
        ("main", "600519.SH", False),
        ("star", "688981.SH", False),
    ],
)
def test_who_may_be_sold_short(board: str, symbol: str, may: bool) -> None:
    assert may_be_sold_short(board, symbol, ("00700.HK", "600519.SH")) is may  # type: ignore[arg-type]


# A to D: the examples of "Maintenance margin on short sales of common stock" (Silicon Investor, message 14932764).
@pytest.mark.parametrize(
    ("shares", "close", "margin"),
    [
        pytest.param(1_000, 50_00, 15_000_00, id="A: 30 % of 50,000"),
        pytest.param(10_000, 5_00, 50_000_00, id="B: 5.00 a share"),
        pytest.param(10_000, 4_50, 45_000_00, id="C: 100 % of 45,000"),
        pytest.param(50_000, 1_00, 125_000_00, id="D: 2.50 a share"),
        pytest.param(1, 4_99, 4_99, id="one cent below the line: 100 %"),
        pytest.param(1, 16_66, 5_00, id="30 % of 16.66 is 4.998"),
        pytest.param(1, 16_67, 5_01, id="30 % of 16.67 is 5.001, up to the cent"),
        pytest.param(1, 2_50, 2_50, id="2.50 either way"),
    ],
)
def test_margin_of_rule_4210(shares: int, close: int, margin: int) -> None:
    assert short_margin("us", DAY, shares, close) == margin


def test_margin_in_hong_kong_is_the_assumed_third() -> None:
    # 30 % of 1,000 x 3.33 = 999.00
    assert short_margin("hk", DAY, 1_000, 3_33) == 999_00


@pytest.mark.parametrize(
    ("board", "value", "days", "rate_ppm", "fee"),
    [
        # 36,000.00 at 3 % for one of 360 days: 3.00
        ("us", 36_000_00, 1, None, 3_00),
        ("us", 36_000_00, 3, None, 9_00),
        # 36,500.00 at 3 % for one of 365 days: 3.00
        ("hk", 36_500_00, 1, None, 3_00),
        # 60.00 at 3 % for a day: 0.005, half-up
        ("us", 60_00, 1, None, 1),
        ("us", 59_99, 1, None, 0),
        # a stated rate of 36 %: 10,000.00 x 0.36 / 360 = 10.00
        ("us", 10_000_00, 1, 360_000, 10_00),
        ("us", 10_000_00, 1, 0, 0),
    ],
)
def test_what_a_loan_costs(board: str, value: int, days: int, rate_ppm: int | None, fee: int) -> None:
    assert borrow_fee(board, DAY, value, days, rate_ppm) == fee  # type: ignore[arg-type]


def test_nobody_lends_an_a_share() -> None:
    with pytest.raises(RuleGapError, match="borrow_rate: no table for the law of CN"):
        borrow_terms("main", DAY)


@pytest.mark.parametrize(
    ("low", "previous", "trips"),
    [
        (45_00, 50_00, True),  # a tenth exactly: "declines by 10% or more"
        (45_01, 50_00, False),
        (10, 11, False),  # 9.09 %
        (9, 10, True),
    ],
)
def test_when_rule_201_is_tripped(low: int, previous: int, trips: bool) -> None:
    assert trips_restriction(DAY, low, previous) is trips


def test_rule_201_lasts_the_next_session_and_is_unknown_before_its_day() -> None:
    assert restricted_sessions(DAY) == 1
    with pytest.raises(RuleGapError, match="the records begin on 2011-02-28"):
        trips_restriction(date(2011, 2, 25), 1, 2)


@pytest.mark.parametrize(
    ("held", "cash_micro", "ratio_ppm", "due"),
    [
        (-100, 1_250_000, 0, (0, -125_00)),
        # 3 x 0.005 = 0.015: the lender gets 0.02, and is owed it
        (-3, 5_000, 0, (0, -2)),
        (-5, 0, 500_000, (-3, 0)),  # half a share owed is a whole one
        (-100, 0, 1_000_000, (-100, 0)),
        (-105, 0, -900_000, (94, 0)),  # one for ten: 10.5 remain, 11 are owed
        (105, 0, -900_000, (-95, 0)),  # and 10 are held
    ],
)
def test_what_is_owed_on_an_ex_date(held: int, cash_micro: int, ratio_ppm: int, due: tuple[int, int]) -> None:
    assert entitlement(held, cash_micro, ratio_ppm) == due


@pytest.mark.parametrize(
    ("board", "holder", "tax"),
    [
        ("us", "none", 0),
        ("us", "mainland_china", 10_00),
        ("us", "hong_kong", 30_00),
        ("us", "other", 30_00),
        ("hk", "none", 0),
        ("hk", "mainland_china", 20_00),  # 财税〔2014〕81号: 20 % through Stock Connect
        ("hk", "hong_kong", 10_00),  # the higher of H share 10 % and none
        ("main", "hong_kong", 0),  # taxed at the sale
    ],
)
def test_what_is_withheld_of_a_dividend_of_one_hundred(board: str, holder: str, tax: int) -> None:
    assert withheld(board, DAY, 100_00, holder) == tax  # type: ignore[arg-type]


def test_withholding_is_rounded_half_up() -> None:
    # 10 % of 0.05 is 0.005
    assert withheld("us", DAY, 5, "mainland_china") == 1
    assert withheld("us", DAY, 4, "mainland_china") == 0
