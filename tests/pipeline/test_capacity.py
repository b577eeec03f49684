"""Capacity: what the volume cap leaves of larger and larger orders, by hand, and where the excess halves."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest

from hypebasket.ledger.capacity import CapacityPoint
from hypebasket.ledger.records import Side
from hypebasket.pipeline.capacity import AMOUNTS, half_of_best, measure
from hypebasket.pipeline.sleeve import SleeveRunner
from hypebasket.report.labels import money
from hypebasket.spec.text import Circle
from markets import event, market, strategy
from sleeves import runner

# 20,000 shares a session: a tenth of them, 2,000, may be ours. The price rises from 10.00 to 10.50 on the last session.
MARKET = market("""
    session | 600001.SH
    01-02   | 10.00 v20000
    01-03   | 10.00 v20000
    01-04   | 10.00 v20000
    01-05   | 10.00 10.50 v20000
    01-08   | 10.50 v20000
    01-09   | 10.50 v20000
""")
SORA = event("sora", "01-03T12:00Z")
RULES = strategy(
    trigger={"on": "events"}, entry={"at": "first_open"}, size={"participation": 0.10}, exit={"hold_sessions": 2}
)


def with_money(yuan: int) -> SleeveRunner:
    return runner(MARKET, RULES, [SORA], cash=yuan)


def test_of_ten_thousand_shares_wanted_two_thousand_are_had() -> None:
    """100,000 yuan want 10,000 shares at 10.00 and get 2,000: 20 %; 10,000 yuan get all but the fee's lot."""
    events, points = measure(with_money, Circle.ALL, {}, (10_000, 100_000, 1_000_000))
    assert events == 1
    assert [point.invested for point in points] == pytest.approx([0.9, 0.2, 0.02])
    for point in points:
        plan = with_money(point.capital).plans(Circle.ALL)[0]
        ledger = with_money(point.capital).isolated(plan)
        assert point.captured == (ledger.equity[-1].equity - ledger.initial_cash) / ledger.initial_cash
        assert point.excess == point.captured


def test_the_benchmark_counts_for_the_money_that_found_shares() -> None:
    """An index that falls by a tenth over the window: 2 % of a million found shares, so 0.2 % are taken off."""
    sessions = MARKET.sessions
    levels: dict[object, float] = {day: 1000.0 if place < 2 else 900.0 for place, day in enumerate(sessions)}
    _, (point,) = measure(with_money, Circle.ALL, levels, (1_000_000,))
    assert point.excess - point.captured == pytest.approx(0.02 * 0.1)


def test_more_money_buys_no_fewer_shares_and_invests_no_larger_share() -> None:
    _, points = measure(with_money, Circle.ALL, {}, AMOUNTS[1:])
    bought = [round(point.invested * point.capital) for point in points]
    assert bought == sorted(bought)
    assert [point.invested for point in points] == sorted((point.invested for point in points), reverse=True)


def test_an_order_above_the_legal_maximum_is_split_and_pays_child_by_child() -> None:
    """SSE main board: at most 1,000,000 shares an order; 25 million yuan want 2.5 million at 10.00, less the fees."""
    of = runner(market(MARKET_OF_PLENTY), RULES, [SORA], cash=25_000_000)
    children = [each for each in of.isolated(of.plans(Circle.ALL)[0]).fills if each.side is Side.BUY]
    assert [child.shares for child in children[:2]] == [1_000_000, 1_000_000]
    assert 400_000 < children[2].shares < 500_000
    # 2.5 ten-thousandths of each child's amount: 2,500 yuan for the full ones
    assert [child.commission for child in children] == [250_000, 250_000, round(children[2].shares / 4)]
    _, (point,) = measure(lambda yuan: of, Circle.ALL, {}, (25_000_000,))
    assert point.invested == pytest.approx(sum(child.shares for child in children) * 10 / 25_000_000)


MARKET_OF_PLENTY = """
    session | 600001.SH
    01-02   | 10.00 v100000000
    01-03   | 10.00 v100000000
    01-04   | 10.00 v100000000
    01-05   | 10.00 10.50 v100000000
    01-08   | 10.50 v100000000
    01-09   | 10.50 v100000000
"""


def points(*excess: float) -> list[CapacityPoint]:
    return [
        CapacityPoint(capital=10 ** (4 + step), captured=value, excess=value, invested=1.0)
        for step, value in enumerate(excess)
    ]


def test_half_of_the_best_lies_on_the_line_over_the_logarithm_of_money() -> None:
    """Best 4 % at 10^5; 3 % at 10^6, 1 % at 10^7: 2 % lies midway between them in logarithm, at 10^6.5."""
    best, half, note = half_of_best(points(0.01, 0.04, 0.03, 0.01))
    assert (best, note) == (100_000, None)
    assert half is not None
    assert math.log10(half) == pytest.approx(6.5)
    assert half_of_best(points(0.04, 0.02))[1] == pytest.approx(100_000)


@pytest.mark.parametrize(
    ("excess", "why"),
    [((), "no event"), ((-0.01, -0.02), "no amount captured more"), ((0.01, 0.02, 0.015), "more than half")],
)
def test_without_a_half_the_reason_is_told(excess: tuple[float, ...], why: str) -> None:
    _, half, note = half_of_best(points(*excess))
    assert half is None
    assert note is not None
    assert why in note.en


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (10_000, "1 万 CNY", "10 thousand CNY"),
        (3_162_278, "316 万 CNY", "3.16 million CNY"),
        (1e10, "100 亿 CNY", "10 billion CNY"),
        (99_960_000, "1 亿 CNY", "100 million CNY"),
    ],
)
def test_amounts_are_written_with_three_digits(value: float, zh: str, en: str) -> None:
    assert (money(value, "CNY").zh, money(value, "CNY").en) == (zh, en)


def test_the_command_leaves_table_result_and_page(call: Callable[..., tuple[int, str, str]], mini: Path) -> None:
    code, out, err = call("capacity", "mini", "--json")
    assert code == 0, err
    told = json.loads(out)
    (pair,) = told["pairs"]
    assert [point["capital"] for point in pair["points"]] == list(AMOUNTS)
    assert (AMOUNTS[0], AMOUNTS[-1]) == (10_000, 10_000_000_000)
    folder = mini / "reports" / f"capacity-{told['capacity_id']}"
    assert len((folder / "capacity.csv").read_text(encoding="utf-8").splitlines()) == 14
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert page.count('<svg class="curve"') == 1
    assert page.count("SYNTHETIC / 合成数据") == 2
    assert "2 events: insufficient" in page or "no amount captured" in page.lower()
    assert call("capacity", "mini", "-s", "buy-and-hold")[0] == 2
