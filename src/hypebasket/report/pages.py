"""The comparison page of a run, ``index.html``: one self-contained file, readable with the network off."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from hypebasket.files import write_atomically
from hypebasket.ledger.charts import RunCharts
from hypebasket.ledger.result import RunResult
from hypebasket.report import labels
from hypebasket.report.charts import chart_data
from hypebasket.report.figures import beaten, p_value
from hypebasket.report.fonts import page_fonts
from hypebasket.report.histogram import draw_histogram
from hypebasket.report.html import environment, script_json
from hypebasket.report.placebo import FEW_EVENTS, KIND_NAMES
from hypebasket.report.views import SheetKey, board_marks, build_page, idle_members
from hypebasket.report.waterfall import place, rows_of

__all__ = ["write_index"]


def write_index(result: RunResult, charts: RunCharts, folder: Path, tearsheets: Mapping[SheetKey, str]) -> Path:
    """Write ``index.html`` into ``folder`` and return its path.

    ``tearsheets`` maps (basket id, strategy id, sleeve) to the file name of a tearsheet in the same folder. The same
    result gives the same bytes.
    """
    page = build_page(result, tearsheets)
    html = environment().get_template("index.html.jinja").render(
        page=page,
        result=result,
        labels=labels,
        mark=board_marks,
        idle=idle_members,
        place=place,
        waterfall=rows_of,
        asked=bool(result.findings) or any(hero.pair.result.placebo for hero in page.heroes),
        findings={(found.basket, found.sleeve): found for found in result.findings},
        histogram_of=draw_histogram,
        kinds=KIND_NAMES,
        few=FEW_EVENTS,
        beaten=beaten,
        p_value=p_value,
        data=script_json(chart_data(page, charts)),
    )  # fmt: skip
    return write_atomically(folder / "index.html", html.replace("/*fonts*/", page_fonts(html), 1).encode())
