"""The page of a capacity study: its curve, its table, both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from report_builder import both

from hypebasket.ledger.capacity import CapacityPair, CapacityPoint, CapacityResult
from hypebasket.report.capacity import write_capacity
from hypebasket.report.capacity_chart import draw_capacity, shared_range

POINTS = tuple(
    CapacityPoint(capital=10**power, captured=excess, excess=excess, invested=invested)
    for power, excess, invested in ((4, 0.01, 0.3), (6, 0.04, 1.0), (8, 0.01, 0.5), (10, -0.01, 0.02))
)


def pair(**changed: object) -> CapacityPair:
    known = CapacityPair(
        basket="application", basket_name=both("Application <x>"), strategy="event-drift",
        strategy_name=both("Event drift"), sleeve="CNY", members="documented", participation=0.1,
        benchmark="399006.SZ", events=12, points=POINTS, best=10**6, half=2.15e7, answer=both("it halves"),
    )  # fmt: skip
    return known.model_copy(update=changed)


def result(*, synthetic: bool = True) -> CapacityResult:
    none = pair(basket="compute", points=(), best=None, half=None, note=both("no event at all"), benchmark=None)
    return CapacityResult(
        capacity_id="0123456789ab", synthetic=synthetic, source="by hand", content_hash="f" * 64,
        first_session="2023-01-03", last_session="2024-12-31", pairs=(pair(), none),
    )  # fmt: skip


def test_the_curve_keeps_to_its_frame_and_money_to_its_logarithm() -> None:
    scale = shared_range([pair()])
    assert scale is not None
    chart = draw_capacity(POINTS, 1e7, scale)
    left, right, top, bottom = chart.frame
    assert [dot.x for dot in chart.dots] == pytest.approx(
        [left, left + (right - left) / 3, left + (right - left) / 1.5, right], abs=0.01
    )
    assert all(top <= dot.y <= bottom for dot in chart.dots)
    assert chart.half is not None
    assert chart.half[0] == pytest.approx((left + right) / 2, abs=0.01)
    assert [mark.value for mark in chart.down] == [10.0**power for power in range(4, 11)]
    assert shared_range([pair(points=())]) is None


def test_the_page_says_what_was_found(tmp_path: Path) -> None:
    page = write_capacity(result(), tmp_path).read_text(encoding="utf-8")
    assert page.count('<svg class="curve"') == 1
    for words in ("it halves", "21.5 million CNY", "2150 万 CNY", "no event at all", "+4.00%", "&lt;x&gt;"):
        assert words in page
    assert "<x>" not in page
    assert page.count("SYNTHETIC / 合成数据") == 2
    assert not re.search(r"(?:src|href)=\"(?!#|data:)", page)
    assert "合成数据" not in write_capacity(result(synthetic=False), tmp_path).read_text(encoding="utf-8")


@pytest.mark.browser
def test_the_page_in_a_browser(reading, tmp_path: Path) -> None:
    path = write_capacity(result(), tmp_path)
    with reading(path, "lang=en&theme=dark") as page:
        text = page.locator("body").inner_text()
        assert "How much money does it take" in text
        assert "能装下多少钱" not in text
