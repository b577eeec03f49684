"""The benchmark beside a strategy: over the whole run, and held only while the strategy was invested."""

from __future__ import annotations

from pathlib import Path

import pytest

from hypebasket.pipeline.outcome import Benchmark, circle_result
from hypebasket.pipeline.sleeve import Sleeve, SleeveRunner
from hypebasket.spec.text import Circle, Market
from markets import FEN, basket, event, market, strategy


def test_matched_benchmark_is_held_only_while_the_strategy_is(tmp_path: Path) -> None:
    """Bought at the open of session 1, sold at the close of session 2: matched are the index's +10 % and +20 %.

    Over the whole run: 1.10 x 1.20 x 1.00 x 0.50 = 0.66. A holding stood at one of four closes.
    """
    made = market("""
        session | 600001.SH
        01-03   | 10.00
        01-04   | 10.00
        01-05   | 10.00
        01-08   | 10.00
        01-09   | 10.00
    """)
    sleeve = Sleeve(
        currency="CNY", market=Market.XSHG, calendar=made.calendar, panel=made.panel, start=1, stop=5,
        capital=100_000 * FEN, periods_per_year=243,
    )  # fmt: skip
    rules = strategy(exit={"hold_sessions": 2})
    runner = SleeveRunner(basket("600001.SH"), rules, sleeve, [event("e", "01-03T12:00Z")], tmp_path)
    index = Benchmark("000300.SH", (110.0, 132.0, 132.0, 66.0), start=100.0)
    result = circle_result(runner, runner.run(Circle.ALL, primary=True), index)
    assert result.benchmark_return == pytest.approx(-0.34)
    assert result.benchmark_matched_return == pytest.approx(0.32)
    assert result.exposure == 0.25


def test_without_index_levels_there_is_no_benchmark_return() -> None:
    assert Benchmark(None, (), 1.0).returns is None
    assert Benchmark("000300.SH", (110.0, 99.0), 100.0).returns == pytest.approx([0.10, -0.10])
