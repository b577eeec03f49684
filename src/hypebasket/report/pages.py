"""The comparison page of a run, ``index.html``: one self-contained file, readable with the network off."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Mapping
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from hypebasket.errors import DataGapError
from hypebasket.files import write_atomically
from hypebasket.ledger.result import RunResult
from hypebasket.report import labels
from hypebasket.report.charts import Spec, curve_chart, dumbbell_chart, event_range, family_range
from hypebasket.report.fonts import page_fonts
from hypebasket.report.html import environment, script_json
from hypebasket.report.views import Page, SheetKey, board_marks, build_page, idle_members

__all__ = ["write_index"]


def write_index(result: RunResult, folder: Path, tearsheets: Mapping[SheetKey, str]) -> Path:
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
        specs=script_json(_charts(page)),
    )  # fmt: skip
    html = html.replace("/*fonts*/", page_fonts(html), 1)
    before, _, after = html.rpartition("/*plotly*/")
    return write_atomically(folder / "index.html", f"{before}{_plotly()}{after}".encode())


def _charts(page: Page) -> dict[str, Spec]:
    """Return every chart of the page by the id of its figure."""
    dots = event_range(page.heroes)
    charts = {f"dots-{hero.pair.key}": dumbbell_chart(hero, dots) for hero in page.heroes}
    events = {pair.key: views for pair, views, _ in page.event_pairs}
    for strategy in page.result.strategies:
        family = [pair for pair in page.pairs if pair.strategy.id == strategy.id]
        scale = family_range(family)
        for pair in family:
            charts[f"curve-{pair.key}"] = curve_chart(pair, events.get(pair.key, ()), scale)
    return charts


@lru_cache(maxsize=1)
def _plotly() -> str:
    """Return the chart library that travels in the package plotly (MIT) as base64 of gzip; never imported.

    Packed it takes 2 MB instead of 5; the browser unpacks it. No time of packing is stored.
    """
    spec = find_spec("plotly")
    for folder in spec.submodule_search_locations or () if spec else ():
        path = Path(folder) / "package_data" / "plotly.min.js"
        if path.is_file():
            return base64.b64encode(gzip.compress(path.read_bytes(), compresslevel=6, mtime=0)).decode("ascii")
    raise DataGapError("the chart library plotly is not installed", "install it: pip install 'plotly>=6.0'")
