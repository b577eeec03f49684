"""Whom a decision takes, and how the money is shared out."""

from __future__ import annotations

import pytest

from hypebasket.plan.choice import choose, weights_ppm
from hypebasket.plan.past import PastView
from hypebasket.plan.signals import deviation
from hypebasket.spec.basket import Stock
from hypebasket.spec.strategy import Select, Size
from markets import market, stock

A, B, C, D, E = (f"60000{number}.SH" for number in range(1, 6))
MADE = market("""
    session | 600001.SH      | 600002.SH | 600003.SH | 600004.SH | 600005.SH
    01-03   | 10.00          | 10.00     | 10.00     | 10.00     | 10.00
    01-04   | 10.00 v1000000 | 11.00     | 11.00     | S         | 9.00
    01-05   | 10.20 v1000000 | 11.00     | 10.20     | 11.00     | 9.90
""")
MEMBERS = tuple(stock(symbol) for symbol in (E, D, C, B, A))
AFTER_4, AFTER_5 = PastView(MADE.panel, 2), PastView(MADE.panel, 3)
BASE = 0


def taken(past: PastView, **select: object) -> list[str]:
    return [each.symbol for each in choose(MEMBERS, Select.model_validate(select), past, BASE).taken]


@pytest.mark.parametrize(
    ("select", "expected"),
    [
        # Returns since 10.00, after 01-05: A 2 %, B 10 %, C 2 %, D 10 %, E - 1 %. Ties go by symbol.
        ({"top": 1}, [B]),
        ({"top": 2}, [B, D]),
        ({"top": 3}, [A, B, D]),
        ({"bottom": 1}, [E]),
        ({"bottom": 2}, [A, E]),
        ({"bottom": 3}, [A, C, E]),
        ({"top": 1, "bottom": 1}, [B, E]),
        ({"top": 9, "bottom": 9}, [A, B, C, D, E]),
        # D (from 10.00, suspended) and E (from 9.00) closed at their limit: 11.00 and 9.90.
        ({"limit_up_only": True}, [D, E]),
        ({"limit_up_only": True, "top": 1}, [D]),
        ({"top": 2, "by": "limit_height"}, [D, E]),
        ({"top": 1, "by": "leadership"}, [D]),
        ({}, [A, B, C, D, E]),
    ],
)
def test_who_is_taken(select: dict[str, object], expected: list[str]) -> None:
    assert taken(AFTER_5, **select) == expected


def test_a_suspended_name_is_neither_the_strongest_nor_the_weakest() -> None:
    """After 01-04: A 0 %, B 10 %, C 10 %, D suspended, E - 10 %."""
    assert taken(AFTER_4, top=9) == [A, B, C, E]
    assert taken(AFTER_4, bottom=9) == [A, B, C, E]
    assert taken(AFTER_4, limit_up_only=True) == [B, C]


def test_liquidity_comes_before_the_ranks() -> None:
    """A turned over 100 and 10 million: on the median of three sessions, 10.2 million; the others 100 million or so."""
    choice = choose(MEMBERS, Select(bottom=2, min_amount=50_000_000), AFTER_5, BASE)
    assert [each.symbol for each in choice.taken] == [C, E]
    assert choice.passed == ((A, "illiquid"), (B, "not_selected"), (D, "not_selected"))


def test_the_order_of_the_members_does_not_matter() -> None:
    select = Select(top=2, bottom=1)
    assert choose(MEMBERS, select, AFTER_5, BASE) == choose(MEMBERS[::-1], select, AFTER_5, BASE)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ({}, (333_333, 333_333, 333_333)),  # 1,000,000 / 3, rounded down
        ({"gross": 0.5}, (166_666, 166_666, 166_666)),
        ({"max_per_name": 0.2}, (200_000, 200_000, 200_000)),  # what it cuts off stays in cash
        ({"scheme": "basket_weights"}, (500_000, 333_333, 166_666)),
        ({"scheme": "basket_weights", "max_per_name": 0.4}, (400_000, 333_333, 166_666)),
        ({"scheme": "basket_weights", "gross": 0.6}, (300_000, 200_000, 100_000)),
    ],
)
def test_weights(size: dict[str, object], expected: tuple[int, ...]) -> None:
    stocks = (stock(A, weight=3.0), stock(B, weight=2.0), stock(C, weight=1.0))
    assert weights_ppm(stocks, Size.model_validate(size), AFTER_5) == expected


def test_no_stocks_no_weights() -> None:
    assert weights_ppm((), Size(), AFTER_5) == ()


def test_a_weight_below_a_millionth_is_a_weight() -> None:
    stocks = (stock(A, weight=1e-9), stock(B, weight=1e-9))
    assert weights_ppm(stocks, Size.model_validate({"scheme": "basket_weights"}), AFTER_5) == (500_000, 500_000)


SWINGS = market("""
    session | 600001.SH | 600002.SH | 600003.SH | 600004.SH
    01-02   | 10.00     | 10.00     | .         | 10.00
    01-03   | 10.10     | 10.40     | .         | 10.00
    01-04   | 10.00     | 10.00     | .         | 10.00
    01-05   | 10.10     | 10.40     | .         | 10.00
    01-08   | 10.00     | 10.00     | .         | 10.00
    01-09   | 10.10     | 10.40     | 10.00     | 10.00
    01-10   | 10.00     | 10.00     | 10.90     | 10.00
    01-11   | 10.10     | 10.40     | 10.00     | 10.00
    01-12   | 10.00     | 10.00     | 10.90     | 10.00
    01-15   | 10.10     | 10.40     | 10.00     | 10.00
""")
INVERSE = Size.model_validate({"scheme": "inverse_volatility"})


def test_inverse_volatility_by_hand() -> None:
    """Ten returns each. 600001: 0, then + 1 % five times and - 0.990099 % (10.00 / 10.10 - 1) four times.

    Sum 5 - 3.960396 = 1.039604 %, mean 0.1039604 %; squares 5 x 1 + 4 x 0.980296 = 8.921184, less 10 x mean^2 0.108078
    = 8.813106; / 9 = 0.979234; root 0.989563 % = 9896 ppm.
    600002: + 4 % five times, - 3.846154 % (10.00 / 10.40 - 1) four times: sum 4.615385, mean 0.4615385; squares
    80 + 4 x 14.792899 = 139.171598, less 10 x 0.213018 = 137.041420; / 9 = 15.226824; root 3.902156 % = 39022 ppm.
    Shares 10^12 / 9896 = 101050929 and 10^12 / 39022 = 25626569: weights 0.797702.. and 0.202297..
    """
    past = PastView(SWINGS.panel, 10)
    assert [deviation(past, symbol) for symbol in (A, B)] == [9_896, 39_022]
    shares = 10**12 // 9_896, 10**12 // 39_022
    expected = tuple(10**6 * share // sum(shares) for share in shares)
    assert expected == (797_702, 202_297)
    assert weights_ppm((stock(A), stock(B)), INVERSE, past) == expected


@pytest.mark.parametrize("symbol", [C, D])
def test_a_short_history_and_a_price_that_never_moved_count_as_the_wildest(symbol: str) -> None:
    """600003 has five returns, 600004 none but zero: both count like 600002."""
    past = PastView(SWINGS.panel, 10)
    calm, wild, odd = weights_ppm(tuple(map(stock, (A, B, symbol))), INVERSE, past)
    assert odd == wild < calm


def test_without_any_history_inverse_volatility_is_equal() -> None:
    stocks: tuple[Stock, ...] = (stock(A), stock(B))
    assert weights_ppm(stocks, INVERSE, PastView(SWINGS.panel, 3)) == (500_000, 500_000)
