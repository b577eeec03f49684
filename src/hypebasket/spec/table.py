"""``data/instruments.csv``: a table a user edits, read with the place of every field kept."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from hypebasket.errors import SpecError
from hypebasket.spec.instrument import Instrument
from hypebasket.spec.messages import Fault, near
from hypebasket.spec.source import Place, Source, SpecPath, fold, read_text
from hypebasket.spec.text import Spec
from hypebasket.spec.validation import validate

__all__ = ["InstrumentTable", "read_instruments"]

COLUMNS = tuple(Instrument.model_fields)
_NUMBERS = {"lot": re.compile(r"[0-9]{1,9}"), "issue_price": re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")}
_FIELD = re.compile(r'"(?:[^"]|"")*"|[^,]*')


class InstrumentTable(Spec):
    """The rows of the file."""

    instruments: tuple[Instrument, ...]


def read_instruments(path: Path, label: str) -> tuple[Source, InstrumentTable | None]:
    """Read the table; blank fields are unknown.

    Returns
    -------
    tuple of Source and InstrumentTable or None
        The table is None where a row is wrong; the problems are in the source.
    """
    text = read_text(path, label)
    lines = text.split("\n")
    source = Source(label, lines=lines)
    header = _fields(source, 1, lines[0])
    required = [name for name in COLUMNS if Instrument.model_fields[name].is_required()]
    problems = [source.problem_at(1, 1, name, Fault.MISSING_COLUMN) for name in required if name not in header]
    problems += [
        source.problem_at(1, 1, fold(name), Fault.UNKNOWN_COLUMN, words={"near": near(name, COLUMNS)})
        for name in header
        if name not in COLUMNS
    ]
    if len(set(header)) < len(header):
        problems.append(source.problem_at(1, 1, fold(lines[0]), Fault.COLUMN_TWICE))
    if problems:
        raise SpecError(problems)
    rows: list[dict[str, object]] = []
    source.value = {"instruments": rows}
    for number, line in enumerate(lines[1:], 2):
        if line.strip():
            _row(source, number, line, header, rows)
    return source, validate(InstrumentTable, source)


def _row(source: Source, number: int, line: str, header: list[str], rows: list[dict[str, object]]) -> None:
    fields = _fields(source, number, line)
    if len(fields) != len(header):
        found = len(fields)
        source.problems.append(
            source.problem_at(number, 1, fold(line), Fault.FIELD_COUNT, words={"found": found, "named": len(header)})
        )
        return
    path: SpecPath = ("instruments", len(rows))
    row: dict[str, object] = {}
    source.values[path] = Place(number, 1, line)
    column = 1
    for name, text, raw in zip(header, fields, _raw_fields(line), strict=True):
        source.values[*path, name] = Place(number, column, text, raw)
        column += len(raw) + 1
        row[name] = _value(name, text)
    rows.append(row)


def _value(name: str, text: str) -> object:
    if not text:
        return None
    number = _NUMBERS.get(name)
    if number is None or not number.fullmatch(text):
        return text
    return int(text) if name == "lot" else float(text)


def _fields(source: Source, number: int, line: str) -> list[str]:
    try:
        return next(csv.reader([line], strict=True), [])
    except csv.Error as error:
        problem = source.problem_at(number, 1, fold(line), Fault.NOT_CSV, words={"reason": error})
        raise SpecError([*source.problems, problem]) from None


def _raw_fields(line: str) -> list[str]:
    """Return the fields as written, quotation marks included, to know where each begins."""
    fields: list[str] = []
    position = 0
    while position <= len(line):
        match = _FIELD.match(line, position)
        assert match is not None
        fields.append(match.group())
        position = match.end() + 1
    return fields
