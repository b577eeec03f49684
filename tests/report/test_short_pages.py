"""The words of who sells short: sold short and covered, never bought; and the words of who buys as they always were."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from report_builder import STRATEGIES, build_charts, build_result, label

from hypebasket.ledger.charts import EventChart, RunCharts
from hypebasket.ledger.result import EventResult, RunResult
from hypebasket.report.labels import reason_label, step_label
from hypebasket.report.pages import write_index
from hypebasket.report.views import build_page

SIDES = {"buy": "short", "sell": "cover"}
PAIR, EVENT = "application--event-drift", "sora-launch"
OF_SHORTS = (
    "首个可卖空开盘", "为何没卖空", "我们卖空", "we sold short", "我们回补", "we covered", "仍未回补",
    "still short at the end", "新闻涨幅（反号）", "headline, sign reversed", "卖空受限与停牌", "回补时停牌",
    "suspension on covering", "没卖空一只上涨的", "首个可交易的开盘", "卖出（卖空）减买入（回补）",
)  # fmt: skip
OF_PURCHASES = (
    "首个可买开盘", "为何没买到", "我们买入", "we bought", "我们卖出", "we sold<", "结束时仍持有",
    "still held at the end", "买入时的涨停与停牌", "卖出时的跌停与停牌", "limits and suspension on entry",
    "limits and suspension on exit", "没买到一只下跌的股票", "首个可买的开盘", "第一个可买的开盘", "当时买不到",
    "卖出减买入",
)  # fmt: skip


def run_of(*directions: str) -> tuple[RunResult, RunCharts]:
    """A run of one strategy for each direction, in plain words about neither, with an order that met every cause."""
    silent = label("文", "text")
    strategies = [
        one.model_copy(update={"direction": direction, "name": silent, "description": silent, "triggered": True})
        for one, direction in zip(STRATEGIES, directions, strict=False)
    ]
    ids = {one.id: one for one in strategies}
    full = build_result()
    results = [
        one.model_copy(
            update={
                "unfilled": {"max_gap": 2, "overlap": 1},
                "events": tuple(_passed_over(event) for event in one.events),
            }
        )
        for one in full.results
        if one.strategy in ids
    ]
    result = full.model_copy(
        update={"strategies": tuple(strategies), "results": tuple(results), "verdict": silent, "notes": ()}
    )
    charts = build_charts(result)
    pictures = [_sold_short(one) if ids[one.strategy].is_short else one for one in charts.events]
    return result, charts.model_copy(update={"events": tuple(pictures)})


def _sold_short(picture: EventChart) -> EventChart:
    fills = tuple(fill.model_copy(update={"side": SIDES[fill.side]}) for fill in picture.fills)
    return picture.model_copy(update={"fills": fills})


def _passed_over(event: EventResult) -> EventResult:
    names = tuple(name.model_copy(update={"reason": name.reason and "max_gap"}) for name in event.names)
    return event.model_copy(update={"note": None, "names": names})


def written(folder: Path, *directions: str) -> str:
    """What the page of a run says before its program draws anything."""
    result, charts = run_of(*directions)
    page = write_index(result, charts, folder, {}).read_text(encoding="utf-8")
    return re.sub(r"<(script|style).*?</\1>| class=\"[^\"]*\"", "", page, flags=re.DOTALL)


def test_who_sells_short_reads_of_no_purchase(tmp_path: Path) -> None:
    said = written(tmp_path, "short")
    assert [words for words in OF_SHORTS if words not in said] == []
    assert [words for words in OF_PURCHASES if words in said] == []
    assert "bought" not in said
    # what may speak of purchases: the trades day by day, of either way, and two sentences that name both
    rest = said.replace("封板与买卖", "").replace("减买入（回补）", "").replace("没买到一只下跌的、没卖空", "")
    assert re.findall(".{3}买.{3}", rest) == []


def test_who_buys_reads_of_no_short_sale(tmp_path: Path) -> None:
    said = written(tmp_path, "long")
    assert [words for words in OF_PURCHASES if words not in said] == []
    assert not re.search("卖空|回补|short|cover", said.replace("discover", ""))


def test_a_run_of_both_keeps_the_words_of_each_apart(tmp_path: Path) -> None:
    said = written(tmp_path, "short", "long").split('<section id="events">')[1]
    for pair, own, foreign in (
        (PAIR, "我们卖空", "我们买入"), ("application--buy-and-hold", "我们买入", "我们卖空"),
    ):  # fmt: skip
        part = re.search(rf'<article data-pair="{pair}">.*?</article>', said, re.DOTALL)
        assert part
        assert (own in part[0], foreign in part[0]) == (True, False)


@pytest.mark.parametrize(
    ("directions", "gap", "volume"),
    [
        (("long",), "opened above the gap limit", "volume cap"),
        (("short",), "opened below the gap limit", "volume cap"),
        (("long", "short"), "opened above the gap limit / opened below the gap limit", "volume cap"),
    ],
)
def test_a_cause_is_told_in_the_words_of_every_direction(directions: tuple[str, ...], gap: str, volume: str) -> None:
    page = build_page(run_of(*directions)[0], {})
    assert (page.cause("max_gap").en, page.cause("volume_cap").en) == (gap, volume)


def test_steps_and_causes_of_purchases_are_the_default() -> None:
    assert step_label("limits_entry").zh == "买入时的涨停与停牌"
    assert step_label("fees_and_tax", short=True) == step_label("fees_and_tax")
    assert reason_label("overlap").zh == "已被先前事件持有"
    assert reason_label("overlap", short=True).zh == "已为先前事件卖空"


@pytest.mark.parametrize(
    ("direction", "language", "caption", "titles", "read"),
    [
        ("short", "en", "▼ sold short, ▲ covered", {"sold short", "covered"}, ["▼ sold short", "▲ covered"]),
        ("short", "zh", "▼ 卖空 ▲ 回补", {"卖空", "回补"}, ["▼ 卖空", "▲ 回补"]),
        ("long", "en", "▲ bought, ▼ sold", {"bought", "sold"}, ["▲ bought", "▼ sold"]),
        ("long", "zh", "▲ 买入 ▼ 卖出", {"买入", "卖出"}, ["▲ 买入", "▼ 卖出"]),
    ],
)  # fmt: skip
def test_pictures_name_each_trade(
    open_page: Callable[..., Any],
    tmp_path: Path,
    direction: str,
    language: str,
    caption: str,
    titles: set[str],
    read: list[str],
) -> None:
    result, charts = run_of(direction)
    opened = open_page(write_index(result, charts, tmp_path, {}), language=language)
    details = opened.open_event(PAIR, EVENT)
    assert caption in opened.page.locator(f"{details} .heat caption").text_content()
    cells = opened.page.locator(f"{details} .heat td.dealt").evaluate_all("(all) => all.map((one) => one.title)")
    assert {cell.split(" · ")[-1] for cell in cells} == titles
    box = opened.see(f'.chart[data-event="{PAIR}/{EVENT}"][data-chart="candles"]')
    box.focus()
    opened.page.keyboard.press("Home")
    told = []
    for _ in range(30):
        opened.page.keyboard.press("ArrowRight")
        told += re.findall(r"[▲▼] [^\d]*[^\d ]", opened.page.locator("#said").text_content())
    assert list(dict.fromkeys(told)) == read
    assert opened.complaints == []
    opened.page.close()
