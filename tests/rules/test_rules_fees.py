"""Fees by hand, on both sides of each change, and against exact fractions."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypebasket.errors import RuleGapError, UsageError
from hypebasket.rules.fees import Commission, Fees, fees
from hypebasket.spec.instrument import Board

STANDARD = Commission()
AMOUNTS = st.integers(min_value=1, max_value=10**12)


@pytest.mark.parametrize(
    ("board", "day", "is_buy", "amount", "expected", "origin"),
    [
        # 100,000 yuan: 25.00 commission; duty 0.1 % = 100.00, 0.05 % = 50.00; transfer 0.002 % = 2.00, 0.001 % = 1.00.
        ("main", "2015-09-08", True, 10_000_000, (2_500, 0, 200), "ChinaClear 2015-07-09"),
        ("main", "2015-09-08", False, 10_000_000, (2_500, 10_000, 200), "MOF 2008-09-19: sellers only"),
        ("main", "2022-04-28", True, 10_000_000, (2_500, 0, 200), "last day of 0.002 %"),
        ("main", "2022-04-29", True, 10_000_000, (2_500, 0, 100), "ChinaClear 2022-04-28"),
        ("chinext", "2022-04-28", False, 10_000_000, (2_500, 10_000, 200), "last day of 0.002 %"),
        ("chinext", "2022-04-29", False, 10_000_000, (2_500, 10_000, 100), "ChinaClear 2022-04-28"),
        ("main", "2023-08-25", False, 10_000_000, (2_500, 10_000, 100), "last session of 0.1 %"),
        ("main", "2023-08-27", False, 10_000_000, (2_500, 10_000, 100), "the Sunday before"),
        ("main", "2023-08-28", False, 10_000_000, (2_500, 5_000, 100), "MOF and STA 2023 No. 39"),
        ("main", "2023-08-28", True, 10_000_000, (2_500, 0, 100), "buyers never pay it"),
        ("star", "2019-07-22", False, 10_000_000, (2_500, 10_000, 200), "STAR opens under the same fees"),
        ("star", "2023-08-28", False, 10_000_000, (2_500, 5_000, 100), "MOF and STA 2023 No. 39"),
        ("bse", "2021-11-15", True, 10_000_000, (2_500, 0, 250), "Beijing: 0.0025 %"),
        ("bse", "2022-04-28", False, 10_000_000, (2_500, 10_000, 250), "Beijing: last day of 0.0025 %"),
        ("bse", "2022-04-29", False, 10_000_000, (2_500, 10_000, 100), "unified"),
        # Small trades meet the minimum of 5 yuan; 20,000 yuan is where 0.025 % reaches it.
        ("main", "2024-02-19", True, 365_000, (500, 0, 4), "3,650.00: transfer 0.0365 yuan = 3.65 fen"),
        ("main", "2024-02-19", False, 365_000, (500, 183, 4), "duty 1.825 yuan, half-up"),
        ("main", "2024-02-19", True, 2_000_000, (500, 0, 20), "20,000.00: exactly 5.00"),
        ("main", "2024-02-19", True, 2_002_000, (501, 0, 20), "20,020.00: 5.005, half-up"),
        ("main", "2024-02-19", True, 2_001_900, (500, 0, 20), "20,019.00: 5.00475"),
        ("main", "2024-02-19", True, 0, (0, 0, 0), "nothing traded"),
    ],
)
def test_fees_by_hand(
    board: Board, day: str, is_buy: bool, amount: int, expected: tuple[int, int, int], origin: str
) -> None:
    charged = fees(board, date.fromisoformat(day), is_buy, amount, STANDARD)
    assert (charged.commission, charged.stamp_duty, charged.transfer_fee, charged.other) == (*expected, 0), origin
    assert charged.total == sum(expected)


def test_the_minimum_is_taken_once_per_order_and_day() -> None:
    day = date(2024, 2, 19)
    first = fees("main", day, True, 500_000, STANDARD)
    second = fees("main", day, True, 500_000, STANDARD, paid_today=500, turnover_today=500_000)
    third = fees("main", day, True, 2_000_000, STANDARD, paid_today=500, turnover_today=1_000_000)
    # 5,000 and 10,000 yuan stay below the minimum; 30,000 yuan owe 7.50, of which 5.00 are paid.
    assert [first.commission, second.commission, third.commission] == [500, 0, 250]


def test_other_terms_of_a_broker() -> None:
    day = date(2024, 2, 19)
    assert fees("main", day, True, 10_000_000, Commission(100, 0)).commission == 1_000
    assert fees("main", day, True, 10_000_000, Commission(0, 0)).commission == 0
    assert fees("main", day, True, 10_000_000, Commission(3_000, 500)).commission == 30_000


def test_a_rate_above_the_cap_is_refused() -> None:
    with pytest.raises(UsageError, match="3001 ppm: above the legal cap of 3000 ppm on 2024-02-19"):
        fees("main", date(2024, 2, 19), True, 10_000_000, Commission(3_001))


@pytest.mark.parametrize(("rate", "minimum"), [(-1, 500), (250, -1)])
def test_terms_below_zero_are_refused(rate: int, minimum: int) -> None:
    with pytest.raises(UsageError, match="below zero"):
        Commission(rate, minimum)


@pytest.mark.parametrize(
    ("board", "day"),
    [("main", "2015-09-07"), ("star", "2019-07-19"), ("bse", "2021-11-12"), ("hk", "2013-12-31"), ("us", "2011-06-30")],
)
def test_days_without_fees_raise(board: Board, day: str) -> None:
    with pytest.raises(RuleGapError):
        fees(board, date.fromisoformat(day), True, 1_000_000, STANDARD)


def half_up(value: Fraction) -> int:
    return floor(value + Fraction(1, 2))


@given(AMOUNTS, st.booleans(), st.integers(min_value=0, max_value=3_000), st.integers(min_value=0, max_value=1_000))
def test_fees_agree_with_fractions(amount: int, is_buy: bool, rate: int, minimum: int) -> None:
    charged = fees("main", date(2024, 2, 19), is_buy, amount, Commission(rate, minimum))
    assert charged == Fees(
        max(minimum, half_up(Fraction(amount) * Fraction(rate, 1_000_000))),
        0 if is_buy else half_up(Fraction(amount, 2_000)),
        half_up(Fraction(amount, 100_000)),
    )


@given(st.lists(AMOUNTS, min_size=1, max_size=6), st.booleans(), st.integers(min_value=0, max_value=3_000))
def test_the_parts_of_an_order_cost_what_it_costs_whole(amounts: list[int], is_buy: bool, rate: int) -> None:
    day, terms = date(2022, 4, 28), Commission(rate, 500)
    paid = turnover = duty = transfer = 0
    for part in amounts:
        charged = fees("star", day, is_buy, part, terms, paid_today=paid, turnover_today=turnover)
        assert min(charged.commission, charged.stamp_duty, charged.transfer_fee) >= 0
        paid, turnover = paid + charged.commission, turnover + part
        duty, transfer = duty + charged.stamp_duty, transfer + charged.transfer_fee
    assert fees("star", day, is_buy, turnover, terms) == Fees(paid, duty, transfer)
