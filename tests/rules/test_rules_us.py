"""The United States by hand: fees on both sides of each change, settlement, single shares, rule 201."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypebasket.errors import RuleGapError, UsageError
from hypebasket.rules.dividend_tax import withholding_rate
from hypebasket.rules.fees import Commission, Fees, fees
from hypebasket.rules.limits import NO_LIMIT_DOWN, NO_LIMIT_UP, day_limits
from hypebasket.rules.lots import NO_MAXIMUM, largest_legal_lot, legal_sale, order_maximum, order_size, split_order
from hypebasket.rules.settlement import sellable
from hypebasket.rules.short_sale import restricted_sessions, trips_restriction
from hypebasket.rules.tables import amount, find
from hypebasket.spec.text import Market

FREE = Commission(0, 0)
SEVENTY_THOUSAND = 7_000_000  # cents: 100 shares at 700.00


@pytest.mark.parametrize(
    ("day", "section_31", "activity"),
    [
        # 0.07 million dollars times the rate per million, and 100 shares times the activity fee, each up to the cent
        ("2011-07-01", 135, 1),  # 19.20: 1.344; 0.000090: 0.0090
        ("2012-02-20", 135, 1),
        ("2012-02-21", 126, 1),  # 18.00: 1.26
        ("2012-03-31", 126, 1),
        ("2012-04-01", 157, 1),  # 22.40: 1.568
        ("2013-05-24", 157, 2),  # 0.000119: 0.0119
        ("2013-05-25", 122, 2),  # 17.40: 1.218
        ("2014-03-17", 122, 2),
        ("2014-03-18", 155, 2),  # 22.10: 1.547
        ("2015-02-13", 155, 2),
        ("2015-02-14", 129, 2),  # 18.40: 1.288
        ("2016-02-15", 129, 2),
        ("2016-02-16", 153, 2),  # 21.80: 1.526
        ("2017-07-03", 153, 2),
        ("2017-07-04", 162, 2),  # 23.10: 1.617
        ("2018-05-21", 162, 2),
        ("2018-05-22", 91, 2),  # 13.00: 0.91
        ("2019-04-15", 91, 2),
        ("2019-04-16", 145, 2),  # 20.70: 1.449
        ("2020-02-17", 145, 2),
        ("2020-02-18", 155, 2),  # 22.10, Fee Rate Advisory 2 of the fiscal year 2020
        ("2021-02-24", 155, 2),
        ("2021-02-25", 36, 2),  # 5.10: 0.357
        ("2022-05-13", 36, 2),
        ("2022-05-14", 161, 2),  # 22.90: 1.603
        ("2023-02-26", 161, 2),
        ("2023-02-27", 56, 2),  # 8.00: 0.56
        ("2024-05-21", 56, 2),
        ("2024-05-22", 195, 2),  # 27.80: 1.946
        ("2025-05-13", 195, 2),
        ("2025-05-14", 0, 2),  # FINRA 2025-04-24: 0
        ("2026-04-03", 0, 2),
        ("2026-04-04", 145, 2),  # 20.60: 1.442
    ],
)
def test_section_31_on_both_sides_of_each_change(day: str, section_31: int, activity: int) -> None:
    session = date.fromisoformat(day)
    assert fees("us", session, False, SEVENTY_THOUSAND, FREE, shares=100) == Fees(0, 0, 0, section_31 + activity)
    assert fees("us", session, True, SEVENTY_THOUSAND, FREE) == Fees(0, 0, 0, 0)


@pytest.mark.parametrize(
    ("day", "ten_thousand", "a_million"),
    [
        # 10,000 shares times the rate; a million shares meet the maximum
        ("2011-07-01", 90, 450),  # FINRA 11-27
        ("2012-02-29", 90, 450),
        ("2012-03-01", 95, 475),  # FINRA 12-06
        ("2012-06-30", 95, 475),
        ("2012-07-01", 119, 595),
        ("2021-12-31", 119, 595),
        ("2022-01-01", 130, 649),  # SR-FINRA-2020-032
        ("2022-12-31", 130, 649),
        ("2023-01-01", 145, 727),
        ("2023-12-31", 145, 727),
        ("2024-01-01", 166, 830),
        ("2025-12-31", 166, 830),
        ("2026-01-01", 195, 979),  # SR-FINRA-2024-019
    ],
)
def test_activity_fee_on_both_sides_of_each_change(day: str, ten_thousand: int, a_million: int) -> None:
    session = date.fromisoformat(day)
    # a turnover of one dollar owes one cent under section 31, and none from 2025-05-14 to 2026-04-03
    cent = 0 if date(2025, 5, 14) <= session < date(2026, 4, 4) else 1
    assert fees("us", session, False, 100, FREE, shares=10_000).other == ten_thousand + cent
    assert fees("us", session, False, 100, FREE, shares=1_000_000).other == a_million + cent


@pytest.mark.parametrize(
    ("shares", "cents"),
    [(1, 1), (60, 1), (61, 2), (49_900, 829), (49_999, 830), (50_000, 830), (50_001, 830)],
    # 60 x 0.000166 = 0.00996; 61 x = 0.010126; 49,900 x = 8.2834; 50,000 x = 8.30, the maximum
)
def test_activity_fee_rounds_up_to_its_maximum(shares: int, cents: int) -> None:
    assert fees("us", date(2025, 6, 2), False, 100, FREE, shares=shares).other == cents


def test_a_sale_needs_its_shares() -> None:
    with pytest.raises(UsageError, match=r"2024-02-16.*say how many shares"):
        fees("us", date(2024, 2, 16), False, SEVENTY_THOUSAND, FREE)


def test_commissions_are_not_capped() -> None:
    # 1 % of 70,000.00
    assert fees("us", date(2024, 2, 16), True, SEVENTY_THOUSAND, Commission(10_000)).commission == 70_000


PARTS = st.lists(st.tuples(st.integers(1, 10**9), st.integers(1, 100_000)), min_size=1, max_size=6)


@given(PARTS, st.sampled_from([date(2020, 1, 2), date(2024, 5, 22), date(2025, 6, 2), date(2026, 5, 4)]), st.booleans())
def test_the_parts_of_an_order_cost_what_it_costs_whole(parts: list[tuple[int, int]], day: date, is_buy: bool) -> None:
    terms = Commission()
    paid = turnover = sold = other = 0
    for cents, shares in parts:
        charged = fees(
            "us",
            day,
            is_buy,
            cents,
            terms,
            paid_today=paid,
            turnover_today=turnover,
            shares=shares,
            shares_today=sold,
        )
        assert min(charged.commission, charged.other) >= 0
        paid, other = paid + charged.commission, other + charged.other
        turnover, sold = turnover + cents, sold + shares
    assert fees("us", day, is_buy, turnover, terms, shares=sold) == Fees(paid, 0, 0, other)


@given(st.integers(1, 10**11), st.integers(1, 10**7))
def test_fees_agree_with_fractions(cents: int, shares: int) -> None:
    section_31 = ceil(Fraction(cents) * Fraction("27.80") / 1_000_000)
    activity = min(830, ceil(shares * Fraction("0.000166") * 100))
    assert fees("us", date(2024, 6, 3), False, cents, FREE, shares=shares).other == section_31 + activity


@pytest.mark.parametrize(
    ("day", "sessions"),
    [
        ("2017-09-01", 3),
        ("2017-09-04", 3),  # Labor Day
        ("2017-09-05", 2),  # rule 15c6-1 of 2017
        ("2024-05-24", 2),
        ("2024-05-27", 2),  # Memorial Day
        ("2024-05-28", 1),  # rule 15c6-1 of 2023
    ],
)
def test_settlement_cycle(day: str, sessions: int) -> None:
    assert amount(find("US", "settlement_cycle", date.fromisoformat(day))) == sessions


def test_shares_bought_today_may_be_sold_today() -> None:
    assert sellable("us", 500, 500) == 500


@pytest.mark.parametrize("day", ["2011-07-01", "2020-03-16", "2024-02-15", "2026-11-20"])
def test_no_daily_limit(day: str) -> None:
    limits = day_limits(
        "us",
        Market.XNYS,
        date.fromisoformat(day),
        70_000,
        risk_warning=False,
        sessions_listed=None,
        list_date=None,
        issue_price=None,
        delisting_session=None,
    )
    assert limits == (NO_LIMIT_DOWN, NO_LIMIT_UP)


@pytest.mark.parametrize("lot", [None, 1, 100])
def test_single_shares_whatever_the_lot(lot: int | None) -> None:
    assert order_size("us", lot) == (1, 1)
    assert largest_legal_lot("us", 137, lot) == 137
    assert legal_sale("us", 137, 36, lot) == 36
    assert largest_legal_lot("us", 0, lot) == legal_sale("us", 0, 5, lot) == 0


def test_no_largest_order() -> None:
    session = date(2024, 2, 15)
    assert order_maximum("us", session) == order_maximum("us", session, market_order=True) == NO_MAXIMUM
    assert split_order(5_000_000, NO_MAXIMUM, "us") == (5_000_000,)


@pytest.mark.parametrize(
    ("low", "previous", "trips"),
    [(9_000, 10_000, True), (9_001, 10_000, False), (8_999, 10_000, True), (10_000, 10_000, False), (900, 1_001, True)],
)
def test_rule_201_trips_at_ten_per_cent(low: int, previous: int, trips: bool) -> None:
    # down by 10 % or more from the previous close
    assert trips_restriction(date(2024, 2, 15), low, previous) is trips


def test_rule_201_lasts_one_more_session() -> None:
    assert restricted_sessions(date(2024, 2, 15)) == 1
    assert restricted_sessions(date(2011, 2, 28)) == 1
    with pytest.raises(RuleGapError, match="begin on 2011-02-28"):
        restricted_sessions(date(2011, 2, 25))


@pytest.mark.parametrize(("holder", "permille"), [("mainland_china", 100), ("hong_kong", 300), ("other", 300)])
def test_withholding_by_residence(holder: str, permille: int) -> None:
    assert withholding_rate("us", date(2024, 3, 5), holder) == permille


def test_an_unknown_holder_is_named() -> None:
    with pytest.raises(RuleGapError, match=r"dividend_withholding moon.*known: hong_kong, mainland_china, other"):
        withholding_rate("us", date(2024, 3, 5), "moon")
