"""A tidy folder of CSV, CSV.gz or Parquet files: read, verified, joined; nothing silently repaired.

The format is documented in ``docs/data-format.md``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from hypebasket.columns import ACTIONS, BARS, INDICES, RATES, Frame, check_frame, empty_frame
from hypebasket.errors import DamagedDataError, DataGapError
from hypebasket.market.data import MarketData
from hypebasket.sources.adjusted import leave_out_splits, reason_adjusted
from hypebasket.sources.bars import BarsTable, read_bars, to_bars
from hypebasket.sources.checks import verify_bars
from hypebasket.sources.content import content_hash
from hypebasket.sources.facts import check_actions, read_actions, read_indices, read_instruments
from hypebasket.sources.finding import Finding, Report, blemishes
from hypebasket.sources.naming import Role, is_adjusted_name, role_of
from hypebasket.sources.rates import read_rates
from hypebasket.sources.table import SourceTable, read_table
from hypebasket.spec.instrument import Instrument

__all__ = ["FolderReading", "SourceFile", "read_folder"]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that was read: its hash as found, and the symbols of its bars."""

    name: str
    role: Role
    rows: int
    size: int
    sha256: str
    symbols: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FolderReading:
    """What a folder holds and what is to be said about it."""

    data: MarketData
    findings: tuple[Finding, ...]
    files: tuple[SourceFile, ...]


def _describe(folder: Path) -> tuple[str, bool]:
    """Return name and synthetic flag from ``dataset.json``; without it the folder's name and real data."""
    path = folder / "dataset.json"
    if not path.exists():
        return folder.resolve().name, False
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        remedy = 'write {"name": "...", "synthetic": false}'
        raise DamagedDataError(f"dataset.json: not readable JSON: {error}", remedy) from error
    if not isinstance(facts, dict) or not isinstance(facts.get("synthetic", False), bool):
        raise DamagedDataError("dataset.json: 'synthetic' must be true or false", 'write "synthetic": false')
    return str(facts.get("name") or folder.resolve().name), facts.get("synthetic", False)


def _files(folder: Path, report: Report) -> dict[Role, list[Path]]:
    if not folder.is_dir():
        remedy = "give the folder that holds bars*.csv; see docs/data-format.md"
        raise DataGapError(f"'{folder}': no such folder", remedy)
    found: dict[Role, list[Path]] = {"bars": [], "actions": [], "indices": [], "symbols": [], "rates": []}
    for path in sorted(folder.iterdir()):
        if path.is_dir() or path.name.startswith(".") or path.name == "dataset.json":
            continue
        role, reason = role_of(path.name)
        if role is None:
            report.add("note", "ignored", path.name, f"not read: {reason}")
        elif is_adjusted_name(path.name):
            text = "not read: its name says that the prices are adjusted; limits and lots exist only in raw prices"
            report.add("refused", "adjusted_name", path.name, text)
        else:
            found[role].append(path)
    return found


def _join(frames: list[pd.DataFrame], frame: Frame) -> pd.DataFrame:
    """Join the files of one role, sorted by key, with the types of ``frame``."""
    if not frames:
        return empty_frame(frame)
    types = {column.name: column.dtype for column in frame.columns}
    joined = pd.concat(frames, ignore_index=True)
    return joined.sort_values(list(frame.key), ignore_index=True).astype(types)


def _refuse_shared_rows(joined: pd.DataFrame, frame: Frame, names: list[str], report: Report) -> None:
    keys = list(frame.key)
    twice = joined.duplicated(keys)
    if twice.any():
        rows = joined.loc[twice, keys].head(3).astype("str")
        places = [f"{', '.join(names)}: {' '.join(row)}: in more than one file" for row in rows.to_numpy()]
        report.refuse(places, int(twice.sum()))


def _read_bars_files(
    tables: list[SourceTable], actions: pd.DataFrame, report: Report, say: Callable[[str], None]
) -> list[BarsTable]:
    kept: list[BarsTable] = []
    for table in tables:
        say(f"verifying {table.name}: {table.rows:,} rows")
        reading = Report()
        bars = read_bars(table, reading)
        reason = reason_adjusted(bars, actions)
        if reason is not None:
            report.add("refused", "adjusted_content", table.name, f"not read: {reason}; the prices are adjusted")
            continue
        report.refusals.extend(reading.refusals)
        kept.append(verify_bars(bars, actions, report))
    return kept


def _read_instruments(tables: list[SourceTable], report: Report) -> dict[str, Instrument]:
    instruments: dict[str, Instrument] = {}
    for table in tables:
        for symbol, instrument in read_instruments(table, report).items():
            known = instruments.setdefault(symbol, instrument)
            if known.model_copy(update={"source": instrument.source}) != instrument:
                report.refuse([f"{table.name}: {symbol}: differs from {known.source}"], 1)
    return instruments


def _no_bars(report: Report) -> DataGapError:
    refused = [str(finding) for finding in report.findings if finding.severity == "refused"]
    reason = "\n".join(["no bars to read", *refused])
    return DataGapError(reason, "put raw (unadjusted) prices in bars*.csv[.gz] or .parquet; see docs/data-format.md")


def read_folder(folder: Path, say: Callable[[str], None] = lambda _: None) -> FolderReading:
    """Read and verify a tidy folder.

    Parameters
    ----------
    folder : Path
        Holds ``bars*``, ``corporate_actions*``, ``index*``, ``symbols*``, ``fx*`` tables, and perhaps ``dataset.json``.
    say : callable
        Receives a line of progress per file.

    Returns
    -------
    FolderReading
        Frames exactly as ``columns`` describes them, sorted, and every finding.

    Raises
    ------
    DataGapError
        No bars, or a required column is missing.
    DamagedDataError
        A file is unreadable, or rows are wrong; all wrong rows of all files are told at once.
    """
    report = Report()
    paths = _files(folder, report)
    name, synthetic = _describe(folder)
    if not paths["bars"]:
        raise _no_bars(report)
    tables: dict[Role, list[SourceTable]] = {}
    for role, files in paths.items():
        tables[role] = []
        for path in files:
            say(f"reading {path.name}")
            tables[role].append(read_table(path, role))
    by_file = {table.name: read_actions(table, report) for table in tables["actions"]}
    actions = _join(list(by_file.values()), ACTIONS)
    _refuse_shared_rows(actions, ACTIONS, list(by_file), report)
    bars = _read_bars_files(tables["bars"], actions, report, say)
    if not bars:
        raise _no_bars(report)
    for table in bars:
        actions = leave_out_splits(table, actions, report)
    for file, own in by_file.items():
        for table in bars:
            check_actions(file, own, table, report)
    indices = _join([read_indices(table, report) for table in tables["indices"]], INDICES)
    _refuse_shared_rows(indices, INDICES, [table.name for table in tables["indices"]], report)
    rates = _join([read_rates(table, report) for table in tables["rates"]], RATES)
    _refuse_shared_rows(rates, RATES, [table.name for table in tables["rates"]], report)
    instruments = _read_instruments(tables["symbols"], report)
    joined = to_bars(bars)
    _refuse_shared_rows(joined, BARS, [table.name for table in bars], report)
    report.raise_if_refused()
    for rows, frame in ((joined, BARS), (actions, ACTIONS), (indices, INDICES), (rates, RATES)):
        check_frame(rows, frame)
    identity = content_hash(joined, actions, indices, instruments, rates)
    told = blemishes(report.findings)
    data = MarketData(joined, actions, indices, instruments, name, synthetic, identity, told, rates)
    return FolderReading(data, tuple(report.findings), tuple(_source_files(bars, tables)))


def _source_files(bars: list[BarsTable], tables: dict[Role, list[SourceTable]]) -> list[SourceFile]:
    """Describe the files that were read; a symbol's bars belong to the first file that has rows of it."""
    files = []
    for table in bars:
        symbols = tuple(np.array(table.symbols, dtype=object)[np.unique(table.code)])
        source = table.table
        files.append(SourceFile(source.name, "bars", source.rows, source.size, source.sha256, symbols))
    for role in ("actions", "indices", "symbols", "rates"):
        files += [SourceFile(t.name, role, t.rows, t.size, t.sha256, ()) for t in tables[role]]
    return files
