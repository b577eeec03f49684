"""The dated tables: one small YAML file per law and subject, validated when first read.

A record holds a value for the days ``from`` .. ``until`` (both in force; ``until: null`` = still), with its source and
a confidence grade. From ``covered_from`` on every day is either in a record or in a gap with a reason; a lookup in a
gap, or before, raises.
"""

from __future__ import annotations

import datetime as dt
import sys
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from itertools import pairwise, product
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hypebasket.errors import RuleGapError

__all__ = [
    "Gap",
    "Record",
    "Source",
    "Table",
    "amount",
    "consulted",
    "find",
    "only",
    "pair",
    "read_table",
    "tables_of",
    "word",
]

FOLDER = Path(__file__).with_name("tables")
ONE_DAY = timedelta(days=1)
Key = tuple[str, ...]
Value = int | str | Mapping[str, int]


class Source(BaseModel):
    """Where a value comes from; ``date`` (of publication) and ``address`` where they are known."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    title: Annotated[str, Field(min_length=1)]
    publisher: Annotated[str, Field(min_length=1)]
    date: dt.date | None
    address: Annotated[str, Field(pattern=r"^https?://\S+$")] | None = None


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)

    law: Literal["CN", "HK", "US"]
    subject: str
    unit: str
    keys: tuple[str, ...] = Field(strict=False)
    covered_from: date
    sources: dict[str, Annotated[Source, Field(strict=False)]]
    records: list[dict[str, Any]] = Field(min_length=1)
    gaps: list[dict[str, Any]]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True, populate_by_name=True)

    start: date = Field(alias="from")
    until: date | None
    value: int | str | dict[str, int]
    source: list[str] = Field(min_length=1)
    confidence: Literal["verified", "secondary"]
    note: str = ""


class _GapRow(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)

    start: date = Field(alias="from")
    until: date | None
    reason: str = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Record:
    """One value and the days it is in force, first and last included."""

    subject: str
    key: Key
    value: Value
    start: date
    until: date | None
    sources: tuple[Source, ...]
    confidence: Literal["verified", "secondary"]
    note: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Days for which it is known that no value is known."""

    subject: str
    key: Key
    start: date
    until: date | None
    reason: str


@dataclass(frozen=True, slots=True)
class Table:
    """All spells of one subject, per key in order of time."""

    law: str
    subject: str
    unit: str
    keys: tuple[str, ...]
    covered_from: date
    spells: Mapping[Key, tuple[Record | Gap, ...]]

    def spell(self, key: Key, day: date) -> Record | Gap | None:
        """Return the record or the gap that ``day`` lies in; ``None`` before the first and for an unknown key."""
        spells = self.spells.get(key, ())
        position = bisect_right(spells, day, key=lambda spell: spell.start) - 1
        return spells[position] if position >= 0 and day >= self.covered_from else None


def read_table(path: Path) -> Table:
    """Read and validate one table; a table that overlaps itself or has a hole without a name is refused."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        file = _File.model_validate(yaml.load(path.read_text(encoding="utf-8"), Loader=loader))
        spells: defaultdict[Key, list[Record | Gap]] = defaultdict(list)
        for row in file.records:
            for key, terms in _keyed(row, file.keys):
                spells[key].append(_record(file, key, _Row.model_validate(terms)))
        for row in file.gaps:
            for key, terms in _keyed(row, file.keys):
                gap = _GapRow.model_validate(terms)
                spells[key].append(Gap(file.subject, key, gap.start, gap.until, gap.reason))
        ordered = {key: tuple(sorted(rows, key=lambda spell: spell.start)) for key, rows in spells.items()}
        for key, rows in ordered.items():
            _check_tiling(key, rows, file.covered_from)
    except (ValidationError, ValueError, KeyError) as error:
        raise ValueError(f"{path.name}: {error}") from error
    return Table(file.law, file.subject, file.unit, file.keys, file.covered_from, MappingProxyType(ordered))


def _keyed(row: dict[str, Any], keys: tuple[str, ...]) -> Iterator[tuple[Key, dict[str, Any]]]:
    """Expand a row whose selectors are lists into one row per key."""
    choices = [row[name] if isinstance(row[name], list) else [row[name]] for name in keys]
    terms = {name: value for name, value in row.items() if name not in keys}
    for key in product(*choices):
        yield key, terms


def _record(file: _File, key: Key, row: _Row) -> Record:
    value: Value = MappingProxyType(row.value) if isinstance(row.value, dict) else row.value
    sources = tuple(file.sources[name] for name in row.source)
    return Record(file.subject, key, value, row.start, row.until, sources, row.confidence, row.note)


def _check_tiling(key: Key, spells: tuple[Record | Gap, ...], covered_from: date) -> None:
    if spells[0].start > covered_from:
        raise ValueError(f"{key}: nothing from {covered_from} to {spells[0].start - ONE_DAY}")
    for spell in spells:
        if spell.until is not None and spell.until < spell.start:
            raise ValueError(f"{key}: the spell from {spell.start} ends before it begins")
    for earlier, later in pairwise(spells):
        if earlier.until is None or later.start <= earlier.until:
            raise ValueError(f"{key}: the spells from {earlier.start} and from {later.start} overlap")
        if later.start != earlier.until + ONE_DAY:
            raise ValueError(f"{key}: hole without a name from {earlier.until + ONE_DAY} to {later.start - ONE_DAY}")
    if spells[-1].until is not None:
        raise ValueError(f"{key}: nothing after {spells[-1].until}")


@cache
def tables_of(law: str) -> Mapping[str, Table]:
    """Return every table of one law by subject; empty where none is shipped."""
    tables = [read_table(path) for path in sorted(FOLDER.glob(f"{law.lower()}_*.yaml"))]
    return MappingProxyType({table.subject: table for table in tables})


def find(law: str, subject: str, day: date, *key: str) -> Record:
    """Return the record of ``subject`` in force on ``day``; ``key`` follows the order of the table's ``keys``."""
    return _witnessed(law, _find(law, subject, day, *key))


@lru_cache(maxsize=65536)
def _find(law: str, subject: str, day: date, *key: str) -> Record:
    table = tables_of(law).get(subject)
    if table is None:
        raise RuleGapError(f"{subject}: no table for the law of {law}", "leave the instruments of this market out")
    spell = table.spell(key, day)
    if isinstance(spell, Record):
        return spell
    place = " ".join([subject, *key])
    if spell is not None:
        raise RuleGapError(f"{place}, {day}: not covered: {spell.reason}", _remedy(spell.until))
    if key not in table.spells:
        raise RuleGapError(f"{place}, {day}: the {law} table has no such key", "known: " + _known(table))
    raise RuleGapError(f"{place}, {day}: the records begin on {table.covered_from}", "start the run there or later")


_witnesses: list[dict[tuple[str, str, Key, date], Record]] = []


def _witnessed(law: str, record: Record) -> Record:
    for heard in _witnesses:
        heard.setdefault((law, record.subject, record.key, record.start), record)
    return record


@contextmanager
def consulted() -> Iterator[Mapping[tuple[str, str, Key, date], Record]]:
    """Collect every record asked for inside the block, by law, subject, key and first day.

    Answers that functions of this package keep for later are asked for anew, so that nothing goes unheard.
    """
    for name, module in list(sys.modules.items()):
        if name.startswith(f"{__package__}.") and name != __name__:
            for value in list(vars(module).values()):
                if callable(forget := getattr(value, "cache_clear", None)):
                    forget()
    heard: dict[tuple[str, str, Key, date], Record] = {}
    _witnesses.append(heard)
    try:
        yield heard
    finally:
        _witnesses.remove(heard)


def _remedy(until: date | None) -> str:
    return "leave the instrument out" if until is None else f"start the run on {until + ONE_DAY} or later"


def _known(table: Table) -> str:
    return ", ".join(" ".join(key) for key in sorted(table.spells))


def only(law: str, subject: str, *key: str) -> Record:
    """Return the record of a value that has never changed; asking without a day is wrong once it has."""
    return _witnessed(law, _only(law, subject, *key))


@cache
def _only(law: str, subject: str, *key: str) -> Record:
    table = tables_of(law).get(subject)
    records = [spell for spell in (table.spells.get(key, ()) if table else ()) if isinstance(spell, Record)]
    if not records:
        raise RuleGapError(" ".join([subject, *key]) + f": no record in the law of {law}", "leave the instrument out")
    assert len(records) == 1, (subject, key, "changes with time: ask for a day")
    return records[0]


def amount(record: Record) -> int:
    """Return the value of a record that holds one number."""
    assert isinstance(record.value, int), record
    return record.value


def word(record: Record) -> str:
    """Return the value of a record that holds a word; a number as its digits."""
    assert isinstance(record.value, (str, int)), record
    return str(record.value)


def pair(record: Record, first: str, second: str) -> tuple[int, int]:
    """Return two named numbers of a record that holds several."""
    assert isinstance(record.value, Mapping), record
    return record.value[first], record.value[second]
