"""Joining the queue at the limit-up (打板): the table of docs/semantics.md, row by row."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypebasket.rules.limit_days import OPTIMISTIC, PESSIMISTIC, REALISTIC, open_fill_price, queue_fill_price

DOWN, UP = 900, 1100
POLICIES = (PESSIMISTIC, REALISTIC, OPTIMISTIC)


# (open, high, low, close) and the fill of a pessimistic, realistic and optimistic order
@pytest.mark.parametrize(
    ("bar", "fills", "row"),
    [
        ((1000, 1099, 990, 1050), (0, 0, 0), "limit not touched, one fen short"),
        ((900, 900, 900, 900), (0, 0, 0), "limit not touched, locked at limit-down"),
        ((1000, 1100, 990, 1050), (1100, 1100, 1100), "touched, closed below"),
        ((1000, 1100, 990, 1099), (1100, 1100, 1100), "touched, closed a fen below"),
        ((1100, 1100, 1000, 1010), (1100, 1100, 1100), "opened at it, closed below"),
        ((1100, 1100, 1099, 1100), (0, 1100, 1100), "T字板: opened at it, traded below, closed at it"),
        ((1100, 1100, 900, 1100), (0, 1100, 1100), "the same, from limit-down"),
        ((1100, 1100, 1100, 1100), (0, 0, 1100), "一字板: one price all day"),
        ((1000, 1100, 990, 1100), (0, 0, 1100), "rose to it and closed at it: no trace of a break"),
        ((900, 1100, 900, 1100), (0, 0, 1100), "地天板"),
    ],
)
def test_the_queue(bar: tuple[int, int, int, int], fills: tuple[int, int, int], row: str) -> None:
    assert tuple(queue_fill_price(policy, *bar, UP) for policy in POLICIES) == fills, row


@st.composite
def bars(draw: st.DrawFn) -> tuple[int, int, int, int]:
    """Draw a bar inside the limits, often touching them."""
    prices = sorted(draw(st.lists(st.sampled_from([DOWN, DOWN + 1, 1000, UP - 1, UP]), min_size=4, max_size=4)))
    open_, close = draw(st.permutations(prices))[:2]
    return open_, prices[3], prices[0], close


@given(bars())
def test_a_bolder_policy_is_served_whenever_a_shyer_one_is(bar: tuple[int, int, int, int]) -> None:
    prices = [queue_fill_price(policy, *bar, UP) for policy in POLICIES]
    for shy, bold in pairwise(prices):
        assert shy in (0, bold)
    assert set(prices) <= {0, UP}
    assert bool(prices[-1]) == (bar[1] == UP)  # whoever is optimistic is served wherever the limit traded


@given(bars(), st.sampled_from(POLICIES))
def test_a_queue_is_served_on_an_open_at_the_limit_if_an_order_for_the_open_is(
    bar: tuple[int, int, int, int], policy: int
) -> None:
    open_, high, low, _ = bar
    if open_ == UP and open_fill_price(True, policy, open_, high, low, DOWN, UP):
        assert queue_fill_price(policy, *bar, UP) == UP
