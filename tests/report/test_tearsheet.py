"""Tearsheets: what quantstats says, on a page of ours; and honest pages where there is nothing to say."""

from __future__ import annotations

import logging
import math
import random
import re
import statistics
import warnings
from dataclasses import replace

import empyrical
import numpy as np
import pandas as pd
import pytest
from report_builder import SESSIONS, label

from hypebasket.report.tearsheet import MINIMUM_SESSIONS, TearsheetInput, write_tearsheet
from hypebasket.stats.performance import measure

PERIODS = 243


def make_input(sessions: int = 300) -> TearsheetInput:
    dice = random.Random(7)
    benchmark = [dice.gauss(0, 0.011) for _ in range(sessions)]
    returns = [0.8 * value + dice.gauss(0.0004, 0.01) for value in benchmark]
    return TearsheetInput(
        basket_id="application", strategy_id="event-drift", basket=label("应用", "Application"),
        strategy=label("事件漂移 $x$", "Event drift <script>"), members="documented", sessions=SESSIONS[:sessions],
        returns=tuple(returns), benchmark_name="399006.SZ", benchmark_returns=tuple(benchmark),
        periods_per_year=PERIODS, synthetic=True, notes=(label("说明{{metrics}}", "A note /*fonts*/"),), fills=120,
    )  # fmt: skip


@pytest.fixture(scope="module")
def normal(tmp_path_factory):
    """The ordinary tearsheet, whatever matplotlib and the warnings machinery said while it was made."""
    said: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())
    logging.getLogger().addHandler(handler)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        path = write_tearsheet(make_input(), tmp_path_factory.mktemp("sheet") / "application--event-drift.html")
    logging.getLogger().removeHandler(handler)
    return path, said + [str(warning.message) for warning in caught]


def cells(html: str, name: str) -> list[str]:
    words = rf'(?:<span lang="zh">[^<]+</span><span lang="en">{re.escape(name)}</span>|{re.escape(name)})'
    row = re.search(rf"<tr><td>\s*{words}\s*</td>((?:<td>[^<]*</td>)+)</tr>", html)
    return re.findall(r"<td>([^<]*)</td>", row.group(1))


def test_chinese_is_drawn_without_complaint(normal):
    _, said = normal
    assert [line for line in said if "lyph" in line or "findfont" in line or "ticklabels" in line] == []


def test_the_page_is_whole_and_stands_alone(normal):
    html = normal[0].read_text(encoding="utf-8")
    assert html.count("<svg") == 13
    assert html.count("<table") == 3
    assert 'id="synthetic"' in html
    assert 'href="index.html"' in html
    assert "quantstats.io" not in html
    assert "qtpylib" not in html
    assert not re.search(r"<!DOCTYPE svg|<metadata>|<dc:date|(?:src|href)=\"(?:https?:)?//", html)
    assert html.count("<!DOCTYPE") == 1


def test_titles_stay_text(normal):
    html = normal[0].read_text(encoding="utf-8")
    assert html.count("<script") == 1
    assert "Event drift &lt;script&gt;" in html
    assert "说明{{metrics}}" in html
    assert "A note /*fonts*/" in html
    assert "事件漂移 $x$" in html
    assert '<span lang="zh">创业板指</span><span lang="en">ChiNext</span> 399006.SZ' in html


def test_the_figures_are_those_of_the_definitions(normal):
    """CAGR, volatility and Sharpe by their textbook formulas with 243 periods a year and rf = 0."""
    data, html = make_input(), normal[0].read_text(encoding="utf-8")
    for column, returns in enumerate((data.benchmark_returns, data.returns)):
        total = math.prod(1 + value for value in returns)
        deviation = statistics.stdev(returns)
        expected = {
            "Cumulative Return": (total - 1) * 100,
            "CAGR﹪": (total ** (PERIODS / len(returns)) - 1) * 100,
            "Volatility (ann.)": deviation * math.sqrt(PERIODS) * 100,
            "Sharpe": statistics.fmean(returns) / deviation * math.sqrt(PERIODS),
        }
        for name, value in expected.items():
            assert float(cells(html, name)[column].rstrip("%").replace(",", "")) == pytest.approx(value, abs=0.0051), (
                name
            )


def idle_input() -> TearsheetInput:
    """An account that is in the market on every fifth block of ten sessions, as an event strategy is."""
    data = make_input()
    returns = tuple(value if at // 10 % 5 == 1 else 0.0 for at, value in enumerate(data.returns))
    return replace(data, returns=returns)


@pytest.mark.parametrize("idle", [False, True])
def test_headline_metrics_agree_with_ours_and_with_an_independent_package(normal, tmp_path, idle):
    """quantstats' page, ``stats.performance`` and empyrical-reloaded, each from the same session returns."""
    data = idle_input() if idle else make_input()
    path = write_tearsheet(data, tmp_path / "sheet.html") if idle else normal[0]
    html = path.read_text(encoding="utf-8")
    own = measure(np.array(data.returns), PERIODS)
    series = pd.Series(data.returns, index=pd.DatetimeIndex(data.sessions))
    others = {
        "Cumulative Return": (own.total_return, empyrical.cum_returns_final(series), 100),
        "CAGR﹪": (own.cagr, empyrical.cagr(series, annualization=PERIODS), 100),
        "Volatility (ann.)": (own.volatility, empyrical.annual_volatility(series, annualization=PERIODS), 100),
        "Sharpe": (own.sharpe, empyrical.sharpe_ratio(series, annualization=PERIODS), 1),
        "Sortino": (own.sortino, empyrical.sortino_ratio(series, annualization=PERIODS), 1),
        "Max Drawdown": (own.max_drawdown, empyrical.max_drawdown(series), 100),
    }
    for name, (ours, theirs, scale) in others.items():
        shown = float(cells(html, name)[-1].rstrip("%").replace(",", ""))
        assert ours == pytest.approx(theirs, rel=1e-9), name
        assert shown == pytest.approx(ours * scale, abs=0.0051), name


def test_what_differs_by_definition_is_explained(tmp_path):
    data = idle_input()
    html = write_tearsheet(data, tmp_path / "sheet.html").read_text(encoding="utf-8")
    moving = sum(value != 0.0 for value in data.returns) / len(data.returns)
    assert cells(html, "Time in Market")[-1] == f"{math.ceil(moving * 100):.1f}%"
    assert "Time in Market differs: QuantStats counts sessions with a return other than zero, rounded up" in html
    assert "「在场时间」不同" in html


def test_every_metric_has_its_chinese_name(normal):
    """No row of the key metrics is left in English; the years and dates of the other tables need no translation."""
    html = normal[0].read_text(encoding="utf-8")
    table = html.split("<h2>", 2)[1].split("</table>")[0]
    names = re.findall(r"<tr><td>(.*?)</td>", table)
    assert len(names) > 60
    assert [name for name in names if name and "lang=" not in name and "<hr" not in name] == []


def test_the_years_are_compounded(normal):
    data, html = make_input(), normal[0].read_text(encoding="utf-8")
    for year in (2022, 2023):
        own = [value for day, value in zip(data.sessions, data.returns, strict=True) if day.year == year]
        assert float(cells(html, str(year))[1]) == pytest.approx(
            (math.prod(1 + value for value in own) - 1) * 100, abs=0.0051
        )


def test_the_same_input_gives_the_same_bytes(normal, tmp_path):
    again = write_tearsheet(make_input(), tmp_path / "again.html")
    assert again.read_bytes() == normal[0].read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["again.html"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"fills": 0}, "made no fill: nothing was bought,"),
        ({"fills": 0}, "没有买到任何股票"),
        ({"fills": 0, "short": True}, "made no fill: nothing was sold short,"),
        ({"fills": 0, "short": True}, "没有卖空任何股票"),
        ({"returns": (0.0,) * 300}, "volatility is zero"),
        (
            {"sessions": SESSIONS[:5], "returns": (0.01, 0.0, 0.02, -0.01, 0.0), "benchmark_returns": None},
            "Only 5 sessions",
        ),
        ({"sessions": (), "returns": (), "benchmark_returns": None, "benchmark_name": None}, "Only 0 sessions"),
    ],
)
def test_where_there_is_nothing_to_draw_the_page_says_so(tmp_path, change, reason):
    html = write_tearsheet(replace(make_input(), **change), tmp_path / "sheet.html").read_text(encoding="utf-8")
    assert reason in html
    assert "<svg" not in html
    assert 'id="synthetic"' in html
    assert "Hypebasket Serif" in html


def test_the_shortest_sheet_and_no_benchmark_are_drawn(tmp_path):
    data = replace(make_input(MINIMUM_SESSIONS), benchmark_name=None, benchmark_returns=None)
    html = write_tearsheet(data, tmp_path / "sheet.html").read_text(encoding="utf-8")
    assert html.count("<svg") >= 10
    assert "none (no data)" in html


def test_gaps_are_refused(tmp_path):
    data = make_input()
    with pytest.raises(AssertionError, match="without gaps"):
        write_tearsheet(replace(data, returns=(math.nan, *data.returns[1:])), tmp_path / "sheet.html")


@pytest.mark.browser
def test_the_page_opens_quietly_from_disk(normal, open_page):
    opened = open_page(normal[0], language="en")
    assert opened.complaints == []
    assert opened.requests == []
    assert opened.page.locator("figure svg").count() == 13
    assert opened.page.locator("h1").inner_text() == "Application · Event drift <script>"
    assert opened.page.locator("#synthetic").is_visible()
    for width in (360, 1440):
        opened.page.set_viewport_size({"width": width, "height": 900})
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
