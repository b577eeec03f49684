"""Dividend tax by hand: natural months and years, first in first out, net changes; and other dated facts of China."""

from __future__ import annotations

from datetime import date, timedelta
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypebasket.errors import RuleGapError, UsageError
from hypebasket.rules.dividend_tax import Dividend, Lot, close_day, consolidate, dividend_tax_rate, receive
from hypebasket.rules.limits import delisting_length
from hypebasket.rules.lots import buying_cap
from hypebasket.spec.instrument import Board
from hypebasket.spec.text import Market

RECORD = date(2024, 5, 10)
HALF_A_YUAN = 500_000  # millionths


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("bought", "sold", "permille", "origin"),
    [
        ("2017-01-08", "2017-02-08", 200, "clearing house, example 1: exactly a month"),
        ("2017-01-08", "2017-02-09", 100, "example 1: after 8 February, more than a month"),
        ("2017-01-08", "2018-01-08", 100, "example 1: exactly a year"),
        ("2017-01-08", "2018-01-09", 0, "example 1: more than a year"),
        ("2017-01-28", "2017-02-28", 200, "example 2: bought on 28 to 31 January, sold on 28 February: a month"),
        ("2017-01-29", "2017-02-28", 200, "example 2"),
        ("2017-01-30", "2017-02-28", 200, "example 2"),
        ("2017-01-31", "2017-02-28", 200, "example 2"),
        ("2017-01-28", "2017-03-01", 100, "example 2: later, more than a month"),
        ("2017-01-31", "2017-03-01", 100, "example 2"),
        ("2024-01-31", "2024-02-29", 200, "the last day of a leap February"),
        ("2024-01-31", "2024-03-01", 100, "one day more"),
        ("2024-01-30", "2024-02-29", 200, "30 February does not exist"),
        ("2024-01-29", "2024-02-29", 200, "same day of the month"),
        ("2024-01-28", "2024-02-28", 200, "same day of the month"),
        ("2024-01-28", "2024-02-29", 100, "28 January to 28 February was a month"),
        ("2024-02-29", "2025-02-28", 100, "a year from a leap day ends on the last of February"),
        ("2024-02-29", "2025-03-01", 0, "one day more"),
        ("2023-02-28", "2024-02-28", 100, "same day"),
        ("2023-02-28", "2024-02-29", 0, "28 February was the year"),
        ("2023-02-28", "2023-03-28", 200, "28 days may be a month"),
        ("2023-02-28", "2023-03-29", 100, "29 days may be more than a month"),
        ("2023-12-15", "2024-01-15", 200, "over the end of a year"),
        ("2023-12-15", "2024-01-16", 100, "over the end of a year"),
        ("2023-12-31", "2024-01-31", 200, "31 days"),
        ("2024-03-31", "2024-04-30", 200, "31 April does not exist"),
        ("2024-03-31", "2024-05-01", 100, "one day more"),
        ("2024-05-09", "2024-05-10", 200, "one night"),
        ("2020-01-02", "2024-05-13", 0, "years"),
    ],
)
def test_natural_months_and_years(bought: str, sold: str, permille: int, origin: str) -> None:
    assert dividend_tax_rate(day(bought), day(sold), RECORD) == permille, origin


@pytest.mark.parametrize(
    ("record", "rates"),
    [
        ("2013-01-01", [200, 100, 50]),  # 2012 No. 85
        ("2015-09-07", [200, 100, 50]),
        ("2015-09-08", [200, 100, 0]),  # 2015 No. 101
        ("2026-11-20", [200, 100, 0]),
    ],
)
def test_the_record_date_decides_the_rates(record: str, rates: list[int]) -> None:
    bought = day("2012-06-01")
    found = [dividend_tax_rate(bought, day(sold), day(record)) for sold in ("2012-06-05", "2013-01-07", "2016-01-04")]
    assert found == rates


def test_dividends_before_2013_are_not_covered() -> None:
    with pytest.raises(RuleGapError, match="2012-12-31: the records begin on 2013-01-01"):
        dividend_tax_rate(day("2012-06-01"), day("2013-06-03"), day("2012-12-31"))


def test_a_sale_before_the_purchase_is_refused() -> None:
    with pytest.raises(UsageError, match="sold on 2024-05-08: before it was bought on 2024-05-09"):
        dividend_tax_rate(day("2024-05-09"), day("2024-05-08"), RECORD)


def test_the_oldest_shares_leave_first() -> None:
    lots: tuple[Lot, ...] = ()
    lots, due = close_day(lots, day("2024-01-08"), 1_000)
    lots, _ = close_day(lots, day("2024-03-01"), 500)
    assert (lots, due) == ((Lot(day("2024-01-08"), 1_000), Lot(day("2024-03-01"), 500)), 0)
    lots = receive(lots, RECORD, HALF_A_YUAN)
    # 1,000 of January owe 10 % of 500.00, 200 of March 10 % of 100.00
    lots, due = close_day(lots, day("2024-06-03"), -1_200)
    assert due == 6_000
    # 300 of March are left with 150.00 untaxed; after a year and a day nothing is due
    assert lots == (Lot(day("2024-03-01"), 300, (Dividend(RECORD, 150_000_000),)),)
    assert close_day(lots, day("2025-03-03"), -300) == ((), 0)


@pytest.mark.parametrize(
    ("sold", "fen"),
    [
        ("2024-06-06", 10_000),  # 1,000 shares bought on 6 May: 20 % of 500.00
        ("2024-06-07", 5_000),  # 10 %
        ("2025-05-06", 5_000),
        ("2025-05-07", 0),
    ],
)
def test_tax_falls_due_at_the_sale(sold: str, fen: int) -> None:
    lots = receive((Lot(day("2024-05-06"), 1_000),), RECORD, HALF_A_YUAN)
    assert close_day(lots, day(sold), -1_000) == ((), fen)


def test_only_the_net_change_of_a_day_counts() -> None:
    lots = receive((Lot(day("2024-05-06"), 1_000),), RECORD, HALF_A_YUAN)
    # sold 1,000 and bought 1,000 again on one day: net 0, the shares keep their age
    assert close_day(lots, day("2024-05-20"), 0) == (lots, 0)
    # sold 1,000 and bought 400: net -600 of the old shares; 20 % of 300.00
    rest, due = close_day(lots, day("2024-05-20"), -600)
    assert due == 6_000
    assert rest == (Lot(day("2024-05-06"), 400, (Dividend(RECORD, 200_000_000),)),)


def test_two_dividends_are_taxed_together_and_rounded_once() -> None:
    lots = receive((Lot(day("2024-05-06"), 10),), RECORD, 27_000)
    lots = receive(lots, day("2024-05-24"), 27_000)
    # 10 x 0.027 = 0.27, twice: 20 % of 0.54 = 0.108 -> 11 fen; one by one it would be 5 + 5
    assert close_day(lots, day("2024-06-03"), -10) == ((), 11)


def test_each_dividend_is_taxed_under_its_own_record_date() -> None:
    lots = receive((Lot(day("2014-05-06"), 1_000),), day("2015-09-07"), HALF_A_YUAN)
    lots = receive(lots, day("2015-09-08"), HALF_A_YUAN)
    # beyond a year: 5 % of the first 500.00, nothing of the second
    assert close_day(lots, day("2015-09-10"), -1_000) == ((), 2_500)


def test_shares_bought_after_the_record_date_owe_nothing() -> None:
    lots = receive((Lot(day("2024-05-06"), 100),), RECORD, HALF_A_YUAN)
    lots, _ = close_day(lots, day("2024-05-13"), 900)
    # the first 100 owe 20 % of 50.00
    lots, due = close_day(lots, day("2024-05-14"), -500)
    assert due == 1_000
    assert close_day(lots, day("2024-05-15"), -500) == ((), 0)


def test_a_dividend_of_nothing_changes_nothing() -> None:
    assert receive((Lot(RECORD, 100),), RECORD, 0) == (Lot(RECORD, 100),)


def test_bonus_shares_are_a_lot_of_their_day() -> None:
    lots = (*receive((Lot(day("2023-05-06"), 300),), RECORD, HALF_A_YUAN), Lot(RECORD, 90))
    left, due = close_day(lots, RECORD + timedelta(days=2), -310)
    # 300 old shares held for more than a year owe nothing; 10 of the new ones received no dividend
    assert (left, due) == ((Lot(RECORD, 80),), 0)


def test_a_consolidation_scales_the_lots_and_leaves_them_their_days() -> None:
    lots = (*receive((Lot(day("2024-01-08"), 15),), RECORD, HALF_A_YUAN), Lot(day("2024-05-13"), 17))
    # ten into one leaves 3 of 32: of the first 15 1.4, so 1; the younger lot has the other 2
    left = consolidate(lots, 29)
    # 7.50 yuan are carried by one share now
    assert left == (Lot(day("2024-01-08"), 1, (Dividend(RECORD, 7_500_000),)), Lot(day("2024-05-13"), 2))
    # held for more than a month: 10 % of 7.50
    assert close_day(left, day("2024-06-03"), -3) == ((), 75)


def test_a_consolidation_floors_the_dividend_of_a_share_to_a_millionth() -> None:
    lots = receive((Lot(day("2024-05-06"), 7),), RECORD, 27_001)
    # 189,007 millionths on three shares: 63,002 each
    assert consolidate(lots, 4) == (Lot(day("2024-05-06"), 3, (Dividend(RECORD, 189_006),)),)


def test_a_lot_of_which_a_consolidation_leaves_nothing_is_gone() -> None:
    lots = (*receive((Lot(day("2024-01-08"), 4),), RECORD, HALF_A_YUAN), Lot(RECORD, 6))
    assert consolidate(lots, 9) == (Lot(RECORD, 1),)
    assert consolidate(lots, 10) == ()


@given(st.lists(st.integers(1, 500), min_size=1, max_size=8), st.data())
def test_a_consolidation_leaves_the_holding_exactly_and_no_lot_more_than_its_part(
    sizes: list[int], data: st.DataObject
) -> None:
    total = sum(sizes)
    lost = data.draw(st.integers(1, total))
    lots = [Lot(RECORD + timedelta(days=at), size) for at, size in enumerate(sizes)]
    left = {lot.bought: lot.shares for lot in consolidate(lots, lost)}
    assert sum(left.values()) == total - lost
    for lot in lots:
        assert abs(left.get(lot.bought, 0) * total - lot.shares * (total - lost)) < total


def test_more_than_is_held_cannot_be_sold() -> None:
    with pytest.raises(UsageError, match="101 shares sold on 2024-05-13, 100 held"):
        close_day((Lot(RECORD, 100),), day("2024-05-13"), -101)


STEPS = st.lists(
    st.tuples(st.integers(1, 200), st.integers(-60, 60), st.sampled_from([0, 0, 27_000, HALF_A_YUAN])), max_size=12
)


@given(STEPS)
def test_lots_agree_with_counting_every_share(steps: list[tuple[int, int, int]]) -> None:
    today, lots = day("2021-01-04"), ()
    shares: list[tuple[date, list[tuple[date, int]]]] = []
    for gap, change, micro in steps:
        today += timedelta(days=gap)
        net = max(change, -len(shares))
        lots, due = close_day(lots, today, net)
        owed = 0
        for bought, dividends in shares[:-net] if net < 0 else []:
            owed += sum(paid * dividend_tax_rate(bought, today, record) for record, paid in dividends)
        shares = shares[-net:] if net < 0 else [*shares, *((today, []) for _ in range(net))]
        assert due == floor(owed / 10_000_000 + 0.5)
        assert sum(lot.shares for lot in lots) == len(shares)
        lots = receive(lots, today, micro)
        for _, dividends in shares:
            dividends.append((today, micro))


@pytest.mark.parametrize(
    ("board", "market", "on", "shares", "origin"),
    [
        ("main", Market.XSHG, "2015-09-08", 500_000, "SSE 2012, article 10"),
        ("main", Market.XSHG, "2026-07-06", 500_000, "kept when the band widened"),
        ("main", Market.XSHE, "2022-01-01", 500_000, "Shenzhen, secondary"),
        ("star", Market.XSHG, "2024-10-30", None, "STAR has none"),
    ],
)
def test_buying_cap_under_risk_warning(board: Board, market: Market, on: str, shares: int | None, origin: str) -> None:
    assert buying_cap(board, market, day(on)) == shares, origin


@pytest.mark.parametrize(
    ("board", "market", "on", "words"),
    [
        ("main", Market.XSHE, "2021-12-31", "Shenzhen's cap, about 2020 or 2021, was not found"),
        ("chinext", Market.XSHE, "2024-05-06", "ChiNext"),
        ("bse", Market.XBSE, "2026-09-01", "Beijing"),
        ("star", Market.XSHG, "2019-07-19", "opened on 2019-07-22"),
    ],
)
def test_unknown_buying_caps_are_named(board: Board, market: Market, on: str, words: str) -> None:
    with pytest.raises(RuleGapError, match=words):
        buying_cap(board, market, day(on))


@pytest.mark.parametrize(
    ("board", "start", "sessions"),
    [
        ("main", "2015-09-08", 30),  # China Daily 2012-07-18
        ("main", "2020-12-30", 30),
        ("main", "2020-12-31", 15),
        ("chinext", "2020-12-30", 30),
        ("chinext", "2020-12-31", 15),
        ("star", "2019-07-22", 30),
        ("star", "2020-12-31", 15),  # STAR listing rules of 2020-12-31
    ],
)
def test_length_of_the_delisting_period(board: Board, start: str, sessions: int) -> None:
    assert delisting_length(board, day(start)) == sessions


def test_the_length_is_unknown_in_beijing() -> None:
    with pytest.raises(RuleGapError, match="Beijing"):
        delisting_length("bse", day("2024-05-06"))
