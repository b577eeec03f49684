"""The pages of a run, made from what its folder holds: at the end of the run, or any time after."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from hypebasket.errors import DamagedDataError
from hypebasket.ledger.charts import CHARTS_VERSION, RunCharts
from hypebasket.ledger.result import RunResult
from hypebasket.pipeline.identity import file_hash
from hypebasket.pipeline.manifest import RunManifest, read_manifest, renew_seals
from hypebasket.pipeline.run_folder import read_result
from hypebasket.pipeline.tearsheets import SheetTitles, TearsheetPress, sheet_name

__all__ = ["lay_out_pages", "read_charts", "rebuild_pages"]


def lay_out_pages(result: RunResult, charts: RunCharts, folder: Path) -> Path:
    """Write the comparison page, linked to the tearsheets beside it; return its path."""
    from hypebasket.report.pages import write_index

    sheets = {
        (item.basket, item.strategy, item.sleeve): sheet_name(item.basket, item.strategy, item.sleeve)
        for item in result.results
        if item.primary
    }
    return write_index(result, charts, folder, sheets)


def rebuild_pages(folder: Path) -> Path:
    """Write all pages of a finished run anew from its ``result.json`` and ``charts.json``; return the index.

    Both must be as the run left them; the new pages are sealed in the manifest.
    """
    manifest = read_manifest(folder)
    result, charts = read_result(folder), read_charts(folder)
    _check_untouched(manifest, folder)
    baskets = {basket.id: basket for basket in result.baskets}
    strategies = {strategy.id: strategy for strategy in result.strategies}
    with TearsheetPress(folder) as press:
        for item in result.results:
            if item.primary:
                basket = baskets[item.basket]
                documented = any(member.documented for member in basket.members)
                strategy = strategies[item.strategy]
                titles = SheetTitles(basket.name, strategy.name, documented, strategy.is_short)
                press.print(item, titles, synthetic=result.synthetic)
        index = lay_out_pages(result, charts, folder)
    renew_seals(manifest, [index, *press.printed])
    return index


def _check_untouched(manifest: RunManifest, folder: Path) -> None:
    """Refuse numbers that somebody changed after the run."""
    remedy = "run it again, or put the files back as the run left them"
    if not manifest.is_sealed:
        raise DamagedDataError(f"{manifest.path}: its seal is broken", remedy)
    for name in ("result.json", "charts.json"):
        if manifest.files.get(name) != file_hash(folder / name):
            raise DamagedDataError(f"{folder / name}: changed since the run wrote it", remedy)


def read_charts(folder: Path) -> RunCharts:
    """Return what the pictures of a finished run are drawn from; a missing or damaged file is refused by name."""
    path = folder / "charts.json"
    if not path.is_file():
        raise DamagedDataError(f"{path}: missing", "run it again, or put the file back")
    try:
        return RunCharts.model_validate_json(path.read_bytes())
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(str(part) for part in fault["loc"])
        remedy = f"run it again: this version reads charts of version {CHARTS_VERSION}"
        raise DamagedDataError(f"{path}: {place}: {fault['msg']}", remedy) from error
