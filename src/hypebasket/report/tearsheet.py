"""The quantstats tearsheet of one basket × strategy, as one self-contained page.

quantstats computes the numbers and draws the charts; the page around them is ours: both languages, an embedded
Chinese font, no link that leaves the disk, no date of making, so that the same returns give the same bytes.
"""

from __future__ import annotations

import io
import logging
import math
import re
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypebasket.files import write_atomically
from hypebasket.ledger.result import Label
from hypebasket.report.fonts import CHART_FAMILY, Face, page_fonts, register_chart_font, subset_font
from hypebasket.report.html import environment
from hypebasket.report.labels import benchmark_label
from hypebasket.report.metrics import DEFINITIONS, in_both_languages

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MINIMUM_SESSIONS", "TearsheetInput", "warm_up", "write_tearsheet"]

MINIMUM_SESSIONS = 20
"""Below this many returns monthly tables, rolling windows and densities say nothing."""


@dataclass(frozen=True, slots=True)
class TearsheetInput:
    """What one tearsheet is made from.

    ``returns``, ``benchmark_returns``: one per session, simple, close to close, decimals, no NaN;
    ``benchmark_name``: symbol; ``periods_per_year``: sessions of the market per year; ``members``: the circle's name;
    ``short``: whether the strategy sells short.
    """

    basket_id: str
    strategy_id: str
    basket: Label
    strategy: Label
    members: str
    sessions: tuple[date, ...]
    returns: tuple[float, ...]
    benchmark_name: str | None
    benchmark_returns: tuple[float, ...] | None
    periods_per_year: int
    synthetic: bool
    notes: tuple[Label, ...]
    fills: int
    short: bool = False


@dataclass(frozen=True, slots=True)
class _Chart:
    slot: str
    title: Label


# Without the bars by year: quantstats 0.0.86 under pandas 3 puts the years under the wrong bars; the table has them.
_LEFT = (
    _Chart("returns", Label(zh="累计收益", en="Cumulative returns")),
    _Chart("log_returns", Label(zh="累计收益（对数坐标）", en="Cumulative returns, log scale")),
    _Chart(
        "vol_returns",
        Label(zh="累计收益（与基准同波动）", en="Cumulative returns, volatility matched to the benchmark"),
    ),
    _Chart("monthly_dist", Label(zh="月度收益分布", en="Distribution of monthly returns")),
    _Chart("daily_returns", Label(zh="每日收益", en="Daily returns")),
    _Chart("rolling_beta", Label(zh="滚动贝塔", en="Rolling beta")),
    _Chart("rolling_vol", Label(zh="滚动波动率", en="Rolling volatility")),
    _Chart("rolling_sharpe", Label(zh="滚动夏普比率", en="Rolling Sharpe ratio")),
    _Chart("rolling_sortino", Label(zh="滚动索提诺比率", en="Rolling Sortino ratio")),
    _Chart("dd_periods", Label(zh="最大的五次回撤", en="Worst five drawdowns")),
    _Chart("dd_plot", Label(zh="回撤", en="Drawdown")),
    _Chart("monthly_heatmap", Label(zh="月度收益热图", en="Monthly returns")),
    _Chart("returns_dist", Label(zh="收益分位数", en="Return quantiles")),
)
_TABLES = (
    _Chart("metrics", Label(zh="主要指标", en="Key metrics")),
    _Chart("eoy_table", Label(zh="各年收益（%）", en="Returns by year, %")),
    _Chart("dd_info", Label(zh="最大的十次回撤（%）", en="Worst ten drawdowns, %")),
)
_MARK = "<!--slot:{}-->"
_CHART_STYLE: dict[Any, Any] = {
    "svg.hashsalt": "hypebasket",
    "svg.fonttype": "path",
    "text.parse_math": False,
    "axes.unicode_minus": True,
    "font.family": [CHART_FAMILY],
}


def warm_up() -> None:
    """Import, read and cache what the first tearsheet of a process needs, so that it can do so before it has one."""
    with _quiet():
        import matplotlib as mpl
        import pandas as pd  # noqa: F401

        mpl.use("Agg")
        register_chart_font()
        import matplotlib.pyplot as plt
        import quantstats.reports  # noqa: F401

        figure, axes = plt.subplots()
        axes.set_title("涨")
        with io.BytesIO() as nowhere:
            figure.savefig(nowhere, format="svg")
        plt.close(figure)
    environment().get_template("tearsheet.html.jinja")
    for face in Face:
        subset_font(face, frozenset("涨"))


def write_tearsheet(data: TearsheetInput, path: Path) -> Path:
    """Write the tearsheet of ``data`` to ``path``, or where there is nothing to draw a page that says so."""
    missing = _why_none(data)
    pieces = {} if missing else _quantstats(data)
    page = environment().get_template("tearsheet.html.jinja").render(
        data=data,
        missing=missing,
        benchmark=benchmark_label(data.benchmark_name) if data.benchmark_name else None,
        charts=[(chart.title, pieces[chart.slot]) for chart in _LEFT if pieces.get(chart.slot)],
        tables=[(table.title, in_both_languages(pieces[table.slot])) for table in _TABLES if pieces.get(table.slot)],
        definitions=DEFINITIONS,
    )  # fmt: skip
    return write_atomically(path, page.replace("/*fonts*/", page_fonts(page), 1).encode())


def _why_none(data: TearsheetInput) -> Label | None:
    """Return why there is no tearsheet, or None; also asserts that the input is whole."""
    assert len(data.returns) == len(data.sessions), "one return per session"
    assert all(map(math.isfinite, data.returns)), "returns without gaps"
    if data.benchmark_returns is not None:
        assert len(data.benchmark_returns) == len(data.sessions), "benchmark on the same sessions"
        assert all(map(math.isfinite, data.benchmark_returns)), "benchmark without gaps"
    if not data.fills:
        zh, en = ("没有卖空", "sold short") if data.short else ("没有买到", "bought")
        return Label(
            zh=f"这次回测没有一笔成交：{zh}任何股票，资金一直是现金，所以没有业绩可画。",
            en=f"This run made no fill: nothing was {en}, the capital stayed in cash, and there is nothing to draw.",
        )
    if len(data.returns) < MINIMUM_SESSIONS:
        return Label(
            zh=f"只有 {len(data.returns)} 个交易日，少于 {MINIMUM_SESSIONS} 个：年化指标与分布没有意义，不予列出。",
            en=f"Only {len(data.returns)} sessions, fewer than {MINIMUM_SESSIONS}: annualised figures and distributions"
            " would mean nothing and are not shown.",
        )
    if len(set(data.returns)) == 1:
        return Label(
            zh="每个交易日的收益都相同，波动为零：没有可以计算的风险指标。",
            en="Every session has the same return and volatility is zero: no measure of risk can be computed.",
        )
    return None


def _quantstats(data: TearsheetInput) -> dict[str, str]:
    """Return the tables and charts of quantstats as pieces of HTML, by slot."""
    with _quiet():
        import matplotlib as mpl

        mpl.use("Agg")
        register_chart_font()
        import matplotlib.pyplot as plt
        import quantstats.reports

        slots = [piece.slot for piece in (*_LEFT, *_TABLES)]
        returns, benchmark = _series(data)
        with tempfile.TemporaryDirectory(prefix="hypebasket-") as folder, mpl.rc_context(_CHART_STYLE):
            template, output = Path(folder) / "slots.html", Path(folder) / "filled.html"
            template.write_text("".join(f"{_MARK.format(slot)}{{{{{slot}}}}}" for slot in slots), encoding="utf-8")
            draw: Any = quantstats.reports.html
            draw(
                returns,
                benchmark,
                rf=0.0,
                output=str(output),
                template_path=str(template),
                periods_per_year=data.periods_per_year,
                match_dates=False,
                strategy_title=f"{data.basket.zh} · {data.strategy.zh}",
                benchmark_title=data.benchmark_name and benchmark_label(data.benchmark_name).zh,
            )
            filled = output.read_text(encoding="utf-8")
        plt.close("all")
    parts = re.split(r"<!--slot:(\w+)-->", filled)
    return {slot: _clean(piece) for slot, piece in zip(parts[1::2], parts[2::2], strict=True)}


def _series(data: TearsheetInput) -> tuple[pd.Series[float], pd.Series[float] | None]:
    import pandas as pd

    index = pd.DatetimeIndex(pd.to_datetime(list(data.sessions)), name="session")
    returns = pd.Series(data.returns, index=index, dtype="float64", name="strategy")
    if data.benchmark_returns is None:
        return returns, None
    return returns, pd.Series(data.benchmark_returns, index=index, dtype="float64", name="benchmark")


_SVG_HEAD = re.compile(r"<\?xml[^>]*\?>\s*|<!DOCTYPE[^>]*>\s*|<metadata>.*?</metadata>\s*", re.DOTALL)


def _clean(piece: str) -> str:
    """Drop what ties a chart to the outside or to the clock: XML prolog, DTD address, metadata with the date."""
    return _SVG_HEAD.sub("", piece).strip()


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence what quantstats and matplotlib say about their own inner workings, and nothing else."""
    level = (fonts := logging.getLogger("matplotlib.font_manager")).level
    fonts.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            for module in (r"quantstats\..*", r"seaborn\..*", r"matplotlib\..*"):
                for category in (FutureWarning, DeprecationWarning, PendingDeprecationWarning):
                    warnings.filterwarnings("ignore", category=category, module=module)
            warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"quantstats\..*")
            warnings.filterwarnings("ignore", message=r"set_ticklabels\(\) should only be used", category=UserWarning)
            yield
    finally:
        fonts.setLevel(level)
