"""Hong Kong by hand: costs on both sides of each change, lots, odd lots, maxima, and no daily limit."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypebasket.errors import RuleGapError
from hypebasket.rules.dividend_tax import withholding_rate
from hypebasket.rules.fees import Commission, Fees, fees
from hypebasket.rules.limits import NO_LIMIT_DOWN, NO_LIMIT_UP, day_limits
from hypebasket.rules.lots import largest_legal_lot, legal_sale, order_maximum, order_size, split_order
from hypebasket.rules.settlement import sellable
from hypebasket.rules.tables import amount, find
from hypebasket.spec.text import Market

STANDARD = Commission()
HUNDRED_THOUSAND = 10_000_000  # cents


@pytest.mark.parametrize("is_buy", [True, False], ids=["buy", "sell"])
@pytest.mark.parametrize(
    ("day", "stamp_duty", "other", "origin"),
    [
        # 100,000.00: duty 0.1 % = 100.00; SFC 0.003 % = 3.00; fee 0.005 % = 5.00 and 0.50; settlement 0.002 % = 2.00
        ("2014-10-31", 10_000, 1_050, "last day of the SFC levy of 0.003 %"),
        ("2014-11-01", 10_000, 1_020, "HKEX fees: SFC levy 0.0027 % = 2.70"),
        ("2020-01-02", 10_000, 1_020, "first session of 2020"),
        ("2021-07-30", 10_000, 1_020, "last session of the duty of 0.1 %"),
        ("2021-07-31", 10_000, 1_020, "the Saturday before the change"),
        ("2021-08-01", 13_000, 1_020, "IRD: 0.13 % = 130.00"),
        ("2021-08-02", 13_000, 1_020, "first session of 0.13 %"),
        ("2021-12-31", 13_000, 1_020, "the day before the FRC levy"),
        ("2022-01-01", 13_000, 1_035, "HKEX fees: AFRC levy 0.00015 % = 0.15"),
        ("2022-12-30", 13_000, 1_035, "last session with the tariff"),
        ("2022-12-31", 13_000, 1_035, "last day with the tariff"),
        ("2023-01-01", 13_000, 1_050, "HKEX 221101news: fee 5.65, no tariff: 2.70 + 0.15 + 5.65 + 2.00"),
        ("2023-11-16", 13_000, 1_050, "last day of 0.13 %"),
        ("2023-11-17", 10_000, 1_050, "HKEX CT/152/23: back to 0.1 %"),
        ("2025-06-27", 10_000, 1_050, "last session of the bounded settlement fee"),
        ("2025-06-29", 10_000, 1_050, "the Sunday before the change"),
        ("2025-06-30", 10_000, 1_270, "settlement 0.0042 % = 4.20: 2.70 + 0.15 + 5.65 + 4.20"),
    ],
)
def test_costs_of_a_hundred_thousand_dollars(day: str, is_buy: bool, stamp_duty: int, other: int, origin: str) -> None:
    charged = fees("hk", date.fromisoformat(day), is_buy, HUNDRED_THOUSAND, STANDARD)
    # the commission is the user's: 0.025 % = 25.00
    assert charged == Fees(2_500, stamp_duty, 0, other), origin


@pytest.mark.parametrize(
    ("day", "cents", "stamp_duty", "other", "origin"),
    [
        ("2024-02-16", 100_000, 100, 209, "1,000.00: duty 1.00; 2.7 -> 3, 0.15 -> 0, 5.65 -> 6 cents, settlement 2.00"),
        ("2024-02-16", 100_001, 200, 209, "1,000.01: a duty of 1.00001 counts as 2.00"),
        ("2024-02-16", 50, 100, 200, "0.50: at least one dollar of duty, settlement at least 2.00"),
        ("2022-05-03", 3_650_000, 4_800, 99 + 5 + 183 + 50 + 200, "36,500.00 at 0.13 %: 47.45 counts as 48.00"),
        (
            "2024-02-16",
            1_000_000_000,
            1_000_000,
            27_000 + 1_500 + 56_500 + 10_000,
            "ten million: settlement at most 100",
        ),
        ("2025-06-30", 1_000_000_000, 1_000_000, 27_000 + 1_500 + 56_500 + 42_000, "no maximum any more: 420.00"),
        ("2025-06-30", 100_000, 100, 3 + 0 + 6 + 4, "no minimum any more: 4.2 cents"),
        ("2025-06-27", 4_700_000, 4_700, 127 + 7 + 266 + 200, "47,000.00: 0.94 is raised to 2.00"),
        ("2025-06-30", 4_700_000, 4_700, 127 + 7 + 266 + 197, "47,000.00: 1.974, cheaper than before"),
        ("2024-02-16", 0, 0, 0, "nothing traded"),
    ],
)
def test_rounding_and_bounds(day: str, cents: int, stamp_duty: int, other: int, origin: str) -> None:
    charged = fees("hk", date.fromisoformat(day), True, cents, Commission(0, 0))
    assert charged == Fees(0, stamp_duty, 0, other), origin


def test_commissions_are_not_capped() -> None:
    # 1 % = 1,000.00, three times the mainland's cap
    assert fees("hk", date(2024, 2, 16), True, HUNDRED_THOUSAND, Commission(10_000)).commission == 100_000


@given(
    st.lists(st.integers(min_value=1, max_value=10**10), min_size=1, max_size=6),
    st.sampled_from([date(2020, 1, 2), date(2022, 12, 30), date(2023, 1, 3), date(2025, 6, 30)]),
    st.booleans(),
)
def test_the_parts_of_an_order_cost_what_it_costs_whole(amounts: list[int], day: date, is_buy: bool) -> None:
    paid = turnover = duty = other = 0
    for part in amounts:
        charged = fees("hk", day, is_buy, part, STANDARD, paid_today=paid, turnover_today=turnover)
        assert min(charged.commission, charged.stamp_duty, charged.other) >= 0
        paid, turnover = paid + charged.commission, turnover + part
        duty, other = duty + charged.stamp_duty, other + charged.other
    assert fees("hk", day, is_buy, turnover, STANDARD) == Fees(paid, duty, 0, other)


@given(st.integers(min_value=1, max_value=10**12))
def test_costs_agree_with_fractions(cents: int) -> None:
    money = Fraction(cents, 100)

    def to_the_cent(percent: str) -> int:
        return floor(money * Fraction(percent) + Fraction(1, 2))

    # money times percent is money in cents
    settlement = min(max(to_the_cent("0.002"), 200), 10_000)
    other = to_the_cent("0.0027") + to_the_cent("0.00015") + to_the_cent("0.00565") + settlement
    charged = fees("hk", date(2024, 2, 16), False, cents, Commission(0, 0))
    assert charged == Fees(0, ceil(money / 1000) * 100, 0, other)


@pytest.mark.parametrize("day", ["2014-01-01", "2020-01-02", "2024-02-16", "2026-11-20"])
@pytest.mark.parametrize("listed", [None, 1])
def test_no_daily_limit(day: str, listed: int | None) -> None:
    session = date.fromisoformat(day)
    limits = day_limits(
        "hk",
        Market.XHKG,
        session,
        None,
        risk_warning=False,
        sessions_listed=listed,
        list_date=session,
        issue_price=None,
        delisting_session=None,
    )
    assert limits == (NO_LIMIT_DOWN, NO_LIMIT_UP)


@pytest.mark.parametrize(
    ("lot", "wanted", "bought"),
    [
        (100, 99, 0),
        (100, 100, 100),
        (100, 250, 200),
        (1_000, 2_999, 2_000),  # SenseTime trades in lots of 1,000
        (500, 1_250, 1_000),
        (50, 99, 50),
        (2_000, 1_999, 0),
        (100, -1, 0),
    ],
)
def test_buys_in_board_lots(lot: int, wanted: int, bought: int) -> None:
    assert largest_legal_lot("hk", wanted, lot) == bought
    assert order_size("hk", lot) == (lot, lot)


@pytest.mark.parametrize(
    ("lot", "held", "wanted", "sold"),
    [
        (1_000, 3_000, 3_000, 3_000),
        (1_000, 3_000, 2_500, 2_000),
        (1_000, 3_050, 3_050, 3_000),  # the odd 50 of a bonus issue stay: the matching system takes board lots only
        (1_000, 50, 50, 0),
        (100, 350, 170, 100),
        (100, 100, 500, 100),
        (100, 0, 100, 0),
    ],
)
def test_odd_lots_are_not_sold(lot: int, held: int, wanted: int, sold: int) -> None:
    assert legal_sale("hk", held, wanted, lot) == sold


def test_an_unknown_lot_is_not_guessed() -> None:
    for ask in (
        lambda: order_size("hk"),
        lambda: largest_legal_lot("hk", 1_000),
        lambda: legal_sale("hk", 1_000, 1_000),
        lambda: order_maximum("hk", date(2024, 2, 16)),
    ):
        with pytest.raises(RuleGapError, match=r"hk: the board lot is the company's own.*state it in the instruments"):
            ask()


@pytest.mark.parametrize(("lot", "most"), [(100, 300_000), (1_000, 3_000_000), (50, 150_000)])
def test_three_thousand_lots_at_once(lot: int, most: int) -> None:
    # HKEX, trading mechanism: 3,000 board lots
    session = date(2024, 2, 16)
    assert order_maximum("hk", session, lot=lot) == order_maximum("hk", session, market_order=True, lot=lot) == most
    assert split_order(most + lot, most, "hk", lot) == (most, lot)
    assert split_order(most, most, "hk", lot) == (most,)


@given(st.integers(1, 10_000), st.integers(1, 400), st.sampled_from([50, 100, 500, 1_000, 2_000]))
def test_children_of_an_order_are_whole_lots(lots: int, most: int, lot: int) -> None:
    children = split_order(lots * lot, most * lot, "hk", lot)
    assert sum(children) == lots * lot
    assert all(0 < child <= most * lot and child % lot == 0 for child in children)
    assert len(children) == ceil(lots / most)


@given(st.integers(0, 10_000), st.integers(0, 10_000), st.sampled_from([50, 100, 500, 1_000]))
def test_a_sale_is_the_most_whole_lots(held: int, wanted: int, lot: int) -> None:
    sold = legal_sale("hk", held, wanted, lot)
    assert sold % lot == 0
    assert sold <= min(held, wanted) < sold + lot


def test_shares_bought_today_may_be_sold_today() -> None:
    assert sellable("hk", 500, 500) == 500
    assert amount(find("HK", "settlement_cycle", date(2024, 2, 16))) == 2


@pytest.mark.parametrize(
    ("account", "company", "permille"),
    [
        ("stock_connect", "h_share", 200),  # MOF 2014 No. 81
        ("stock_connect", "other", 200),
        ("hong_kong", "h_share", 100),
        ("hong_kong", "other", 0),
    ],
)
def test_withholding_by_account_and_company(account: str, company: str, permille: int) -> None:
    assert withholding_rate("hk", date(2024, 6, 14), account, company) == permille


def test_stock_connect_opened_on_2014_11_17() -> None:
    assert withholding_rate("hk", date(2014, 11, 17), "stock_connect", "other") == 200
    with pytest.raises(RuleGapError, match="begin on 2014-11-17"):
        withholding_rate("hk", date(2014, 11, 16), "stock_connect", "other")
