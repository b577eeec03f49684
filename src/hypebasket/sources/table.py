"""One file of a tidy folder, read whole, with its columns under our names and the place of every row."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pa_parquet

from hypebasket.errors import DamagedDataError, DataGapError
from hypebasket.sources.naming import COLUMNS, REQUIRED, Role

if TYPE_CHECKING:
    from hypebasket.sources.finding import Report

__all__ = ["SourceTable", "read_dates", "read_flags", "read_numbers", "read_table"]

_BLANK = ("", "nan", "NaN", "null", "None")
_FLAGS = {"0": 0.0, "0.0": 0.0, "false": 0.0, "f": 0.0, "1": 1.0, "1.0": 1.0, "true": 1.0, "t": 1.0}
_DATE_FORMATS = ("%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%Y-%m-%d %H:%M:%S")


@dataclass(frozen=True, slots=True)
class SourceTable:
    """Columns as published: ``columns`` holds strings (CSV) or the types of the Parquet file, under our names.

    ``sha256`` is that of the file as found; row i of every column is the i-th data row of the file.
    """

    name: str
    role: Role
    columns: dict[str, pa.ChunkedArray]
    rows: int
    sha256: str
    size: int
    text: bytes | None

    def place(self, row: int) -> str:
        """Return ``file:line`` of a data row (Parquet: ``file:row``, counted from 1)."""
        if self.text is None:
            return f"{self.name}:row {row + 1}"
        reader = csv.reader(io.StringIO(self.text.decode("utf-8-sig", errors="replace"), newline=""))
        seen = -1
        for record in reader:
            if record:
                seen += 1
            if seen == row + 1:
                return f"{self.name}:{reader.line_num}"
        return f"{self.name}:row {row + 1}"

    def value(self, column: str, row: int) -> str:
        """Return one value as published."""
        return str(self.columns[column][row].as_py())


def _read_bytes(path: Path) -> tuple[bytes, bytes]:
    try:
        packed = path.read_bytes()
    except OSError as error:
        raise DamagedDataError(f"{path.name}: cannot be read: {error.strerror}", "check the file's rights") from error
    if not path.name.lower().endswith(".gz"):
        return packed, packed
    try:
        return packed, gzip.decompress(packed)
    except (EOFError, OSError, zlib.error) as error:
        raise DamagedDataError(
            f"{path.name}: the compressed file is truncated or damaged: {error}", "fetch or copy the file again"
        ) from error


def _match_columns(name: str, role: Role, found: list[str]) -> dict[str, str]:
    """Return ours -> theirs; an exact name wins over a synonym."""
    folded = {column.strip().casefold(): column for column in reversed(found)}
    matched: dict[str, str] = {}
    for ours, synonyms in COLUMNS[role].items():
        theirs = next((folded[word] for word in (ours, *synonyms) if word in folded), None)
        if theirs is not None:
            matched[ours] = theirs
    if role == "symbols" and "name_zh" not in matched:
        dated = sorted((column for column in found if column.startswith("name_")), reverse=True)
        if dated:
            matched["name_zh"] = dated[0]
    missing = [ours for ours in REQUIRED[role] if ours not in matched]
    if missing:
        wanted = "; ".join(
            f"name one column '{ours}'" + (f" (or {', '.join(COLUMNS[role][ours])})" if COLUMNS[role][ours] else "")
            for ours in missing
        )
        columns = ", ".join(found) if found else "none"
        raise DataGapError(
            f"{name}: no column {', '.join(repr(ours) for ours in missing)}; columns found: {columns}",
            f"{wanted}; see docs/data-format.md",
        )
    return matched


def _read_csv(name: str, role: Role, text: bytes) -> dict[str, pa.ChunkedArray]:
    try:
        header = text.split(b"\n", 1)[0].decode("utf-8-sig")
        found = next(csv.reader([header.strip("\r")]), [])
        text.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DamagedDataError(
            f"{name}: byte {error.start} is not UTF-8", "save the file as CSV UTF-8 and import again"
        ) from error
    matched = _match_columns(name, role, found)
    try:
        table = pa_csv.read_csv(
            io.BytesIO(text),
            read_options=pa_csv.ReadOptions(column_names=[str(i) for i in range(len(found))], skip_rows=1),
            parse_options=pa_csv.ParseOptions(newlines_in_values=True),
            convert_options=pa_csv.ConvertOptions(
                include_columns=[str(found.index(theirs)) for theirs in matched.values()],
                column_types={str(i): pa.string() for i in range(len(found))},
                null_values=list(_BLANK),
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid as error:
        reason = "no row" if "Empty CSV" in str(error) else str(error).splitlines()[0]
        raise DamagedDataError(f"{name}: not a readable CSV file: {reason}", "fetch or write the file again") from error
    return {ours: table.column(str(found.index(theirs))) for ours, theirs in matched.items()}


def _read_parquet(name: str, role: Role, data: bytes) -> dict[str, pa.ChunkedArray]:
    try:
        file = pa_parquet.ParquetFile(io.BytesIO(data))
        matched = _match_columns(name, role, list(file.schema_arrow.names))
        table = file.read(columns=list(matched.values()))
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0]
        raise DamagedDataError(f"{name}: not a readable Parquet file: {reason}", "write the file again") from error
    return {ours: table.column(theirs) for ours, theirs in matched.items()}


def read_table(path: Path, role: Role) -> SourceTable:
    """Read the columns of ``role`` from a CSV, gzipped CSV or Parquet file."""
    packed, text = _read_bytes(path)
    is_parquet = path.name.lower().endswith(".parquet")
    columns = _read_parquet(path.name, role, text) if is_parquet else _read_csv(path.name, role, text)
    rows = len(next(iter(columns.values())))
    sha256 = hashlib.sha256(packed).hexdigest()
    return SourceTable(path.name, role, columns, rows, sha256, len(packed), None if is_parquet else text)


def _strings(table: SourceTable, column: str) -> pa.ChunkedArray:
    values = table.columns[column]
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    return values.cast(pa.string())


def read_words(table: SourceTable, column: str) -> tuple[np.ndarray, list[str]]:
    """Return (n_rows,) codes and the distinct words they index; -1 = blank."""
    encoded = _strings(table, column).combine_chunks().dictionary_encode()
    words = [str(word).strip() for word in encoded.dictionary.to_pylist()]
    return encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64), words


def _refuse(table: SourceTable, column: str, wrong: np.ndarray, what: str, report: Report) -> None:
    rows = np.flatnonzero(wrong)
    if len(rows):
        places = [f"{table.place(int(r))}: {column} '{table.value(column, int(r))}': {what}" for r in rows[:3]]
        report.refuse(places, len(rows))


def read_numbers(table: SourceTable, column: str, report: Report) -> np.ndarray:
    """Return (n_rows,) float64; NaN = blank or column absent. Words and infinities are refused."""
    if column not in table.columns:
        return np.full(table.rows, np.nan)
    values = table.columns[column]
    try:
        numbers = values.cast(pa.float64()).to_numpy().astype(np.float64)
        wrong = np.isinf(numbers)
    except pa.ArrowInvalid:
        published = values.to_pandas()
        series = pd.to_numeric(published, errors="coerce").astype("float64")
        numbers = series.to_numpy()
        wrong = (series.isna() & published.notna()).to_numpy() | np.isinf(numbers)
    _refuse(table, column, wrong, "not a number", report)
    return np.where(np.isinf(numbers), np.nan, numbers)


def read_dates(table: SourceTable, column: str, report: Report) -> np.ndarray:
    """Return (n_rows,) datetime64[D]; NaT = blank. Anything but a plain day is refused."""
    if column not in table.columns:
        return np.full(table.rows, np.datetime64("NaT"), dtype="datetime64[D]")
    codes, words = read_words(table, column)
    days = pd.Series(pd.NaT, index=range(len(words)), dtype="datetime64[s]")
    written = pd.Series(words, dtype="str").str.replace(r"\.0+$", "", regex=True)
    for pattern in _DATE_FORMATS:
        open_ = days.isna()
        if open_.any():
            days[open_] = pd.to_datetime(written[open_], format=pattern, errors="coerce").astype("datetime64[s]")
    midnight = days.dt.normalize() == days
    known = days.where(midnight).to_numpy().astype("datetime64[D]")
    dates = np.append(known, np.datetime64("NaT")).take(codes)
    _refuse(table, column, np.isnat(dates) & (codes >= 0), "not a day; write 2024-02-19", report)
    return dates


def read_flags(table: SourceTable, column: str, report: Report) -> np.ndarray:
    """Return (n_rows,) float64: 1 yes, 0 no, NaN = blank or column absent."""
    if column not in table.columns:
        return np.full(table.rows, np.nan)
    codes, words = read_words(table, column)
    flags = np.array([_FLAGS.get(word.casefold(), np.nan) for word in words] + [np.nan]).take(codes)
    _refuse(table, column, np.isnan(flags) & (codes >= 0), "write 0 or 1", report)
    return flags
