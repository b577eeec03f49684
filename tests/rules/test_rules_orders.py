"""Lots, odd remainders, maxima, settlement and entitlements."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypebasket.errors import RuleGapError
from hypebasket.rules.entitlements import entitlement
from hypebasket.rules.lots import largest_legal_lot, legal_sale, order_maximum, order_size, split_order
from hypebasket.rules.settlement import sellable
from hypebasket.spec.instrument import Board

BOARDS: tuple[Board, ...] = ("main", "chinext", "star", "bse")
SHARES = st.integers(min_value=0, max_value=2_000)


def is_legal_buy(board: Board, shares: int) -> bool:
    """Tell by the words of the rule books, not by the code, whether a buy may have this size."""
    if board in ("main", "chinext"):
        return shares > 0 and shares % 100 == 0
    return shares >= (200 if board == "star" else 100)


def is_legal_sale(board: Board, held: int, shares: int) -> bool:
    """Tell whether a sale may have this size: a legal lot, or one with the whole odd part of the balance."""
    if shares <= 0 or shares > held:
        return False
    if board in ("main", "chinext"):
        return shares % 100 in (0, held % 100)
    return shares == held or is_legal_buy(board, shares)


@pytest.mark.parametrize(
    ("board", "wanted", "lot"),
    [
        ("main", 99, 0),
        ("main", 100, 100),
        ("main", 250, 200),
        ("chinext", 199, 100),
        ("chinext", 1_000_050, 1_000_000),
        ("star", 199, 0),
        ("star", 200, 200),
        ("star", 201, 201),
        ("bse", 99, 0),
        ("bse", 100, 100),
        ("bse", 101, 101),
        ("main", 0, 0),
        ("star", -5, 0),
    ],
)
def test_buys_in_legal_lots(board: Board, wanted: int, lot: int) -> None:
    assert largest_legal_lot(board, wanted) == lot


def test_an_instrument_may_have_its_own_lot_where_lots_are_whole() -> None:
    assert largest_legal_lot("main", 250, lot=1) == 250
    assert largest_legal_lot("star", 250, lot=100) == 250


@pytest.mark.parametrize(
    ("board", "held", "wanted", "sold"),
    [
        ("main", 350, 350, 350),  # the whole balance, odd part included
        ("main", 350, 349, 300),  # the odd 50 may not be divided
        ("main", 350, 120, 100),
        ("main", 350, 170, 150),  # one lot and the whole odd part
        ("main", 350, 60, 50),  # the odd part alone
        ("main", 350, 49, 0),
        ("main", 50, 49, 0),
        ("main", 50, 50, 50),
        ("main", 300, 500, 300),
        ("chinext", 1_230, 1_229, 1_200),
        ("star", 500, 199, 0),
        ("star", 500, 201, 201),
        ("star", 150, 149, 0),  # below 200: at once
        ("star", 150, 150, 150),
        ("star", 250, 250, 250),
        ("bse", 150, 120, 120),
        ("bse", 99, 98, 0),  # below 100: at once
        ("bse", 99, 99, 99),
        ("bse", 500, 99, 0),
        ("main", 0, 100, 0),
    ],
)
def test_sales_by_the_balance(board: Board, held: int, wanted: int, sold: int) -> None:
    assert legal_sale(board, held, wanted) == sold


@given(st.sampled_from(BOARDS), SHARES)
def test_a_lot_is_legal_and_the_largest(board: Board, wanted: int) -> None:
    lot = largest_legal_lot(board, wanted)
    legal = [shares for shares in range(wanted + 1) if is_legal_buy(board, shares)]
    assert lot == max(legal, default=0)


@given(st.sampled_from(BOARDS), SHARES, SHARES)
def test_a_sale_is_legal_and_the_largest(board: Board, held: int, wanted: int) -> None:
    sold = legal_sale(board, held, wanted)
    legal = [shares for shares in range(wanted + 1) if is_legal_sale(board, held, shares)]
    assert sold == max(legal, default=0)


@pytest.mark.parametrize(
    ("board", "day", "limit", "market", "origin"),
    [
        ("main", "2015-09-08", 1_000_000, 1_000_000, "trading rules"),
        ("main", "2026-07-06", 1_000_000, 1_000_000, "trading rules of 2026"),
        ("chinext", "2020-08-21", 1_000_000, 1_000_000, "before the special rules"),
        ("chinext", "2020-08-24", 300_000, 150_000, "ChiNext special rules"),
        ("star", "2019-07-22", 100_000, 50_000, "STAR special rules"),
        ("bse", "2021-11-15", 1_000_000, 1_000_000, "Beijing trial rules"),
    ],
)
def test_largest_order(board: Board, day: str, limit: int, market: int, origin: str) -> None:
    session = date.fromisoformat(day)
    assert order_maximum(board, session) == limit, origin
    assert order_maximum(board, session, market_order=True) == market, origin


@pytest.mark.parametrize(("board", "day"), [("star", "2019-07-19"), ("bse", "2021-11-12"), ("main", "2015-09-07")])
def test_largest_order_before_the_tables(board: Board, day: str) -> None:
    with pytest.raises(RuleGapError, match=f"order_maximum {board} limit, {day}"):
        order_maximum(board, date.fromisoformat(day))


@pytest.mark.parametrize(
    ("board", "shares", "maximum", "children"),
    [
        ("main", 1_000_000, 1_000_000, (1_000_000,)),
        ("main", 1_000_100, 1_000_000, (1_000_000, 100)),
        ("main", 2_500_000, 1_000_000, (1_000_000, 1_000_000, 500_000)),
        ("main", 1_000_050, 1_000_000, (999_900, 150)),  # a sale of a whole odd balance: the odd 50 leave with a lot
        ("chinext", 700_000, 300_000, (300_000, 300_000, 100_000)),
        ("star", 100_050, 100_000, (99_850, 200)),
        ("star", 300_199, 100_000, (100_000, 100_000, 99_999, 200)),
        ("star", 150, 100_000, (150,)),
        ("bse", 1_000_001, 1_000_000, (999_901, 100)),
        ("main", 0, 1_000_000, ()),
    ],
)
def test_splitting_by_hand(board: Board, shares: int, maximum: int, children: tuple[int, ...]) -> None:
    assert split_order(shares, maximum, board) == children


@given(st.sampled_from(BOARDS), st.integers(min_value=1, max_value=3_000_000))
def test_children_are_legal_and_add_up(board: Board, wanted: int) -> None:
    shares, maximum = largest_legal_lot(board, wanted), order_maximum(board, date(2024, 2, 19))
    children = split_order(shares, maximum, board)
    assert sum(children) == shares
    assert all(is_legal_buy(board, child) and child <= maximum for child in children)
    assert len(children) == -(-shares // maximum)


def test_order_sizes_from_the_table() -> None:
    assert [order_size(board) for board in BOARDS] == [(100, 100), (100, 100), (200, 1), (100, 1)]


@pytest.mark.parametrize("board", BOARDS)
def test_t_plus_one(board: Board) -> None:
    assert sellable(board, 500, 200) == 300
    assert sellable(board, 200, 200) == 0
    assert sellable(board, 300, 0) == 300


@pytest.mark.parametrize(
    ("held", "cash", "ratio", "expected", "origin"),
    [
        (1_000, 435_000, 0, (0, 43_500), "0.435 yuan on 1,000 shares = 435.00"),
        (100, 123_456, 0, (0, 1_235), "0.123456 x 100 = 12.3456 yuan, half-up 12.35"),
        (1, 5_000, 0, (0, 1), "half a fen goes up"),
        (1, 4_999, 0, (0, 0), "just below half a fen"),
        (300, 0, 400_000, (120, 0), "10 for 4 on 300"),
        (150, 0, 333_333, (49, 0), "150 x 0.333333 = 49.99995, floored"),
        (700, 100_000, 450_000, (315, 7_000), "10 for 4.5 and 1 yuan per 10"),
        (100, 0, 9_000_000, (900, 0), "split 10 for 1"),
        (15, 0, -900_000, (-14, 0), "consolidation 10 into 1: one share of 15 is left"),
        (0, 435_000, 400_000, (0, 0), "nothing held"),
    ],
)
def test_entitlements_by_hand(held: int, cash: int, ratio: int, expected: tuple[int, int], origin: str) -> None:
    assert entitlement(held, cash, ratio) == expected, origin


@given(
    st.integers(min_value=0, max_value=10**8),
    st.integers(min_value=0, max_value=10**8),
    st.integers(min_value=0, max_value=10**7),
)
def test_entitlements_are_within_a_share_and_half_a_fen_of_exact(held: int, cash: int, ratio: int) -> None:
    shares, fen = entitlement(held, cash, ratio)
    assert 0 <= Fraction(held * ratio, 10**6) - shares < 1
    assert Fraction(-1, 2) < fen - Fraction(held * cash, 10**4) <= Fraction(1, 2)
