"""The table of limit days: every cell, for buys and mirrored for sales."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypebasket.rules.limit_days import (
    OPTIMISTIC,
    PESSIMISTIC,
    REALISTIC,
    close_fill_price,
    is_broken,
    is_one_price,
    is_sealed,
    is_touched,
    open_fill_price,
)

DOWN, UP = 900, 1100
POLICIES = (PESSIMISTIC, REALISTIC, OPTIMISTIC)


# (open, high, low) and the fill of a pessimistic, realistic and optimistic order, from the table "Limit days".
@pytest.mark.parametrize(
    ("is_buy", "bar", "fills"),
    [
        (True, (1050, 1080, 1020), (1050, 1050, 1050)),
        (True, (1050, 1100, 1040), (1050, 1050, 1050)),
        (True, (900, 1000, 900), (900, 900, 900)),
        (True, (900, 900, 900), (900, 900, 900)),
        (True, (1100, 1100, 1099), (0, 1100, 1100)),
        (True, (1100, 1100, 900), (0, 1100, 1100)),
        (True, (1100, 1100, 1100), (0, 0, 1100)),
        (False, (950, 1000, 940), (950, 950, 950)),
        (False, (950, 960, 900), (950, 950, 950)),
        (False, (1100, 1100, 1000), (1100, 1100, 1100)),
        (False, (1100, 1100, 1100), (1100, 1100, 1100)),
        (False, (900, 901, 900), (0, 900, 900)),
        (False, (900, 1100, 900), (0, 900, 900)),
        (False, (900, 900, 900), (0, 0, 900)),
    ],
)
def test_open_orders(is_buy: bool, bar: tuple[int, int, int], fills: tuple[int, int, int]) -> None:
    assert tuple(open_fill_price(is_buy, policy, *bar, DOWN, UP) for policy in POLICIES) == fills


@pytest.mark.parametrize(
    ("is_buy", "close", "fills"),
    [
        (True, 1000, (1000, 1000, 1000)),
        (True, 1099, (1099, 1099, 1099)),
        (True, 900, (900, 900, 900)),
        (True, 1100, (0, 0, 1100)),
        (False, 1000, (1000, 1000, 1000)),
        (False, 901, (901, 901, 901)),
        (False, 1100, (1100, 1100, 1100)),
        (False, 900, (0, 0, 900)),
    ],
)
def test_close_orders(is_buy: bool, close: int, fills: tuple[int, int, int]) -> None:
    assert tuple(close_fill_price(is_buy, policy, close, DOWN, UP) for policy in POLICIES) == fills


@st.composite
def bars(draw: st.DrawFn) -> tuple[int, int, int, int]:
    """Draw a bar inside the limits, often touching them."""
    prices = sorted(draw(st.lists(st.sampled_from([DOWN, DOWN + 1, 1000, UP - 1, UP]), min_size=4, max_size=4)))
    open_, close = draw(st.permutations(prices))[:2]
    return open_, prices[3], prices[0], close


@given(bars(), st.booleans())
def test_a_bolder_policy_fills_whatever_a_shyer_one_does_at_the_same_price(
    bar: tuple[int, int, int, int], is_buy: bool
) -> None:
    open_, high, low, close = bar
    opens = [open_fill_price(is_buy, policy, open_, high, low, DOWN, UP) for policy in POLICIES]
    closes = [close_fill_price(is_buy, policy, close, DOWN, UP) for policy in POLICIES]
    for shy, bold in [(opens[0], opens[1]), (opens[1], opens[2]), (closes[0], closes[1]), (closes[1], closes[2])]:
        assert shy in (0, bold)
    assert (opens[2], closes[2]) == (open_, close)


@given(bars(), st.sampled_from(POLICIES))
def test_sales_mirror_buys(bar: tuple[int, int, int, int], policy: int) -> None:
    open_, high, low, close = (DOWN + UP - price for price in bar)
    mirrored = open_fill_price(False, policy, open_, low, high, DOWN, UP)
    bought = open_fill_price(True, policy, bar[0], bar[1], bar[2], DOWN, UP)
    assert mirrored == (DOWN + UP - bought if bought else 0)
    sealed = close_fill_price(False, policy, close, DOWN, UP)
    closing = close_fill_price(True, policy, bar[3], DOWN, UP)
    assert sealed == (DOWN + UP - closing if closing else 0)


@pytest.mark.parametrize(
    ("is_up", "bar", "touched", "one_price", "broken", "sealed", "origin"),
    [
        (True, (1100, 1100, 1100, 1100), True, True, False, True, "一字板: locked"),
        (True, (1000, 1100, 990, 1100), True, False, False, True, "rose to the limit and stayed"),
        (True, (1000, 1100, 990, 1050), True, False, True, False, "炸板: fell back from the limit"),
        (True, (1100, 1100, 1080, 1100), True, False, True, True, "T字板: opened at the limit, broke, sealed again"),
        (True, (1100, 1100, 1000, 1010), True, False, True, False, "opened at the limit and fell"),
        (True, (1000, 1099, 990, 1050), False, False, False, False, "one fen short"),
        (False, (900, 900, 900, 900), True, True, False, True, "locked at limit-down"),
        (False, (1000, 1010, 900, 900), True, False, False, True, "fell to the limit and stayed"),
        (False, (1000, 1010, 900, 950), True, False, True, False, "recovered from limit-down"),
        (False, (900, 930, 900, 900), True, False, True, True, "opened at limit-down, broke, sealed again"),
        (False, (1000, 1010, 901, 950), False, False, False, False, "one fen short"),
    ],
)
def test_the_words_of_the_desk(
    is_up: bool, bar: tuple[int, int, int, int], touched: bool, one_price: bool, broken: bool, sealed: bool, origin: str
) -> None:
    open_, high, low, close = bar
    limit = UP if is_up else DOWN
    assert is_touched(is_up, high, low, limit) is touched, origin
    assert is_one_price(high, low, limit) is one_price, origin
    assert is_broken(is_up, open_, high, low, close, limit) is broken, origin
    assert is_sealed(close, limit) is sealed, origin
