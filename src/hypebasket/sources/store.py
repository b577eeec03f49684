"""The workspace's store of market data: objects by hash, generations that are only ever added.

``objects/<sha256>.parquet`` hold the rows, ``generations/000001.json`` say what belongs together and where it came
from, ``CURRENT`` names one generation. Every object is hashed again whenever it is used.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pa_parquet

from hypebasket import __version__
from hypebasket.columns import ACTIONS, BARS, INDICES, RATES, Frame, check_frame, empty_frame
from hypebasket.errors import DamagedDataError, DataGapError
from hypebasket.files import UNFINISHED, write_atomically
from hypebasket.market.data import MarketData
from hypebasket.sources.content import content_hash
from hypebasket.sources.finding import Finding, blemishes
from hypebasket.sources.folder import FolderReading, read_folder
from hypebasket.sources.lock import hold_lock
from hypebasket.sources.manifest import (
    CallRecord,
    Change,
    Manifest,
    OriginFile,
    StoredObject,
    checksum_of,
    read_checked,
    read_manifest,
)
from hypebasket.spec.instrument import Instrument

__all__ = ["Garbage", "ImportOutcome", "Store", "StoreStatus", "Verification", "pack"]

Say = Callable[[str], None]

SYMBOLS_PER_OBJECT = 64
"""Bars of so many neighbouring symbols share an object: few files for a whole market, little to read for a basket."""

ROW_GROUP = 16_384
_REMEDY = "import the folder again ('hypebasket data import DIR')"
_FILL = "import a folder ('hypebasket data import DIR') or fetch: hypebasket fetch"
_PACKAGES = ("pandas", "pyarrow", "numpy", "exchange-calendars")
_DATES = ("date", "ex_date")


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What an import did: the generation now current, and whether it is new."""

    manifest: Manifest
    is_new: bool
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """The current generation (None: empty store), how many there are, and the bytes on disk."""

    manifest: Manifest | None
    generations: int
    size: int


@dataclass(frozen=True, slots=True)
class Verification:
    """What a verification looked at, and every difference it met."""

    generations: int
    objects: int
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Garbage:
    """What a collection deletes, or would: generations, objects that nothing names, bytes."""

    generations: tuple[int, ...]
    objects: int
    size: int


def pack(data: pd.DataFrame) -> bytes:
    """Return rows as a Parquet file whose bytes depend on nothing else; days are stored as days."""
    table = pa.Table.from_pandas(data, preserve_index=False).replace_schema_metadata(None)
    for name in _DATES:
        if name in table.column_names:
            place = table.column_names.index(name)
            table = table.set_column(place, name, table.column(name).cast(pa.date32()))
    buffer = io.BytesIO()
    pa_parquet.write_table(table, buffer, compression="zstd", row_group_size=ROW_GROUP)
    return buffer.getvalue()


def _span(data: pd.DataFrame) -> dict[str, datetime | None]:
    column = next((name for name in _DATES if name in data.columns), None)
    if column is None or data.empty:
        return {"first": None, "last": None}
    return {"first": data[column].min().date(), "last": data[column].max().date()}


def _identity(data: Manifest | MarketData) -> tuple[str, str, bool]:
    name = data.name if isinstance(data, Manifest) else data.source
    return data.content_hash, name, data.synthetic


def _pointer(generation: int, checksum: str) -> str:
    """Return the text of ``CURRENT``."""
    return f"{generation:06d} {checksum}\n"


def _asked(calls: Manifest | tuple[CallRecord, ...]) -> set[tuple[object, ...]]:
    """Return what was asked of whom, whenever that was: asking the same again adds nothing."""
    records = calls.calls if isinstance(calls, Manifest) else calls
    return {(call.subject, call.vendor, call.function, call.first, call.last) for call in records}


def _names(kind: str, rows: pd.DataFrame) -> pd.Series:
    """Return what the rows are about: symbols, or pairs of currencies; nothing where a table has neither."""
    if kind == "rates":
        return rows["base"] + rows["quote"]
    return rows["symbol"] if "symbol" in rows else pd.Series([], dtype="str")


def _parts(reading: FolderReading) -> list[tuple[str, str, pd.DataFrame]]:
    """Divide the frames into (kind, origin, rows): bars by file and by neighbouring symbols."""
    bars = reading.data.bars
    parts: list[tuple[str, str, pd.DataFrame]] = []
    taken: set[str] = set()
    for file in reading.files:
        own = sorted(set(file.symbols) - taken)
        taken.update(own)
        for start in range(0, len(own), SYMBOLS_PER_OBJECT):
            rows = bars[bars["symbol"].isin(own[start : start + SYMBOLS_PER_OBJECT])]
            parts.append(("bars", file.name, rows))
    parts.append(("actions", "", reading.data.actions))
    parts.append(("indices", "", reading.data.indices))
    if len(reading.data.rates):
        parts.append(("rates", "", reading.data.rates))
    return parts


class Store:
    """Market data of one workspace, under ``root`` (``<workspace>/data/store``)."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def is_empty(self) -> bool:
        """True where nothing was ever imported."""
        return not (self.root / "CURRENT").exists()

    @contextmanager
    def exclusively(self, say: Say = lambda _: None) -> Iterator[None]:
        """Hold the store's lock, with what an interrupted write left behind removed; refuse where another holds it."""
        with hold_lock(self.root / "lock", writer="import or fetch"):
            self._tidy_up(say)
            yield

    def import_folder(self, folder: Path, say: Say = lambda _: None) -> ImportOutcome:
        """Read and verify a tidy folder and make it the current generation.

        Equal content makes no new generation. An import that is interrupted or refused leaves the current one as it
        was; a damaged store is made whole by importing again.
        """
        with self.exclusively(say):
            return self.commit(read_folder(folder, say), folder.resolve().name, say=say)

    def commit(
        self,
        reading: FolderReading,
        folder: str,
        *,
        calls: tuple[CallRecord, ...] = (),
        changes: tuple[Change, ...] = (),
        tables: Mapping[str, pd.DataFrame] | None = None,
        say: Say = lambda _: None,
    ) -> ImportOutcome:
        """Make a reading the current generation, inside ``exclusively``.

        ``calls`` and ``changes`` tell where fetched rows came from; ``tables`` (file name -> rows) are kept beside the
        market data as they are: a run does not read them, and they are no part of its content hash.
        """
        known = self._readable_current()
        is_equal = known is not None and _identity(known) == _identity(reading.data) and _asked(known) == _asked(calls)
        if known is not None and is_equal and not tables and self._is_whole(known):
            return ImportOutcome(known, False, reading.findings)
        say(f"storing {len(reading.data.bars):,} bars")
        objects = [self._write(kind, origin, rows) for kind, origin, rows in _parts(reading)]
        objects += [self._write("table", name, rows) for name, rows in sorted((tables or {}).items())]
        objects.append(self._write_instruments(reading.data.instruments))
        if known is not None and is_equal and known.objects == tuple(objects):
            return ImportOutcome(known, False, reading.findings)
        manifest = Manifest(
            generation=self._last_number() + 1,
            previous=None if known is None else known.generation,
            imported_at=datetime.now(UTC).replace(microsecond=0),
            name=reading.data.source,
            folder=folder,
            synthetic=reading.data.synthetic,
            content_hash=reading.data.content_hash,
            files=tuple(OriginFile(**asdict(file)) for file in reading.files),
            objects=tuple(objects),
            findings=reading.findings,
            packages={"hypebasket": __version__, **{name: version(name) for name in _PACKAGES}},
            calls=calls,
            changes=changes,
        )
        write_atomically(self._manifest_path(manifest.generation), manifest.to_bytes())
        self._point_at(manifest.generation, checksum_of(manifest))
        return ImportOutcome(manifest, True, reading.findings)

    def rollback(self, generation: int | None = None, say: Say = lambda _: None) -> Manifest:
        """Make an earlier generation (default: the one before) current again, after reading all of it.

        No generation is deleted; the next one gets the next free number.
        """
        with self.exclusively(say):
            if generation is None:
                current = self.manifest()
                if current.previous is None:
                    raise DataGapError(
                        f"generation {current.generation} has none before it", "name one: hypebasket data rollback N"
                    )
                generation = current.previous
            manifest, checksum = self._checked(generation)
            for stored in manifest.objects:
                self._read(stored)
            self._point_at(generation, checksum)
            return manifest

    def collect_garbage(self, keep: int | None = None, *, dry_run: bool = False) -> Garbage:
        """Delete what no generation names, and what an unfinished fetch left to go on from.

        With ``keep``, first all generations but the last ``keep`` and the current one.
        Nothing is deleted while a manifest cannot be read: what it needs is not known then.
        """
        with self.exclusively():
            current = self.manifest()
            paths = self._generations()
            manifests = {path: read_manifest(path) for path in paths}
            old = [] if keep is None else [p for p in paths[: -keep or None] if manifests[p] != current]
            used = {stored.file_name for path in paths if path not in old for stored in manifests[path].objects}
            orphans = [path for path in sorted((self.root / "objects").glob("*")) if path.name not in used]
            waiting = [path for path in sorted((self.root / "fetching").glob("*")) if path.is_file()]
            gone = (*old, *orphans, *waiting)
            size = sum(path.stat().st_size for path in gone)
            if not dry_run:
                for path in gone:
                    path.unlink()
            return Garbage(tuple(manifests[path].generation for path in old), len(orphans) + len(waiting), size)

    def load(
        self, symbols: Collection[str] | None = None, content: str | None = None, *, generation: int | None = None
    ) -> MarketData:
        """Return the current generation, or of it the bars and actions of ``symbols`` and every index.

        ``content`` asks for the newest generation with that content hash instead of the current one, ``generation`` for
        the one of that number.

        ``content_hash`` is that of the whole generation, whichever symbols are loaded. Symbols that the store does not
        hold are absent from the frames.
        """
        manifest = self.manifest(generation) if content is None else self._generation_of(content)
        wanted = None if symbols is None else set(symbols)
        used = [
            s for s in manifest.objects if s.kind == "bars" and (wanted is None or not wanted.isdisjoint(s.symbols))
        ]
        bars = self._frame(used, BARS, wanted)
        actions = self._frame([s for s in manifest.objects if s.kind == "actions"], ACTIONS, wanted)
        indices = self._frame([s for s in manifest.objects if s.kind == "indices"], INDICES, None)
        rates = self._frame([s for s in manifest.objects if s.kind == "rates"], RATES, None)
        origins = {stored.origin for stored in used}
        all_origins = {stored.origin for stored in manifest.objects if stored.kind == "bars"}
        told = blemishes(
            finding
            for finding in manifest.findings
            if (finding.file in origins or finding.file not in all_origins)
            and (wanted is None or finding.symbol is None or finding.file not in origins or finding.symbol in wanted)
        )
        instruments = self._instruments(manifest)
        return MarketData(
            bars,
            actions,
            indices,
            instruments,
            manifest.name,
            manifest.synthetic,
            manifest.content_hash,
            told,
            rates,
        )

    @property
    def current_manifest(self) -> Path:
        """The file that says what the current generation holds."""
        return self._manifest_path(self._current().generation)

    def contents(self) -> tuple[str, ...]:
        """Return the content hash of every generation, oldest first."""
        return tuple(read_manifest(path).content_hash for path in self._generations())

    def _generation_of(self, content: str) -> Manifest:
        for path in reversed(self._generations()):
            manifest = read_manifest(path)
            if manifest.content_hash == content:
                return manifest
        raise DataGapError(f"the store holds no generation with the content {content[:12]}", _REMEDY)

    def tables(self, manifest: Manifest) -> dict[str, pd.DataFrame]:
        """Return the tables that a generation keeps beside the market data, by file name."""
        kept = [stored for stored in manifest.objects if stored.kind == "table"]
        return {stored.origin: self._table(stored) for stored in kept}

    def _table(self, stored: StoredObject) -> pd.DataFrame:
        rows: pd.DataFrame = pa_parquet.read_table(io.BytesIO(self._read(stored))).to_pandas(date_as_object=False)
        return rows

    def manifest(self, generation: int | None = None) -> Manifest:
        """Return what a generation holds (default: the current one)."""
        return self._current() if generation is None else self._checked(generation)[0]

    def status(self) -> StoreStatus:
        """Return what the store holds, without reading the objects."""
        size = sum(path.stat().st_size for path in self.root.rglob("*") if path.is_file()) if self.root.exists() else 0
        return StoreStatus(None if self.is_empty else self._current(), len(self._generations()), size)

    def verify(self) -> Verification:
        """Read every generation and object again and compare them with their hashes."""
        if self.is_empty:
            raise DataGapError(
                "the store is empty", "import a folder ('hypebasket data import DIR') or fetch: hypebasket fetch"
            )
        problems: list[str] = []
        objects: dict[str, StoredObject] = {}
        generations = self._generations()
        for path in generations:
            try:
                objects.update({stored.sha256: stored for stored in read_manifest(path).objects})
            except DamagedDataError as error:
                problems.append(error.message)
        for stored in objects.values():
            try:
                self._read(stored)
            except DamagedDataError as error:
                problems.append(error.message)
        try:
            manifest = self._current()
            if not problems:
                data = self.load()
                content = content_hash(data.bars, data.actions, data.indices, data.instruments, data.rates)
                if content != manifest.content_hash:
                    problems.append(f"generation {manifest.generation}: the rows are not those that were imported")
        except DamagedDataError as error:
            problems.append(error.message)
        return Verification(len(generations), len(objects), tuple(dict.fromkeys(problems)))

    def _manifest_path(self, generation: int) -> Path:
        return self.root / "generations" / f"{generation:06d}.json"

    def _generations(self) -> list[Path]:
        return sorted((self.root / "generations").glob("[0-9]*.json"))

    def _last_number(self) -> int:
        names = (path.name.partition(".")[0] for path in (self.root / "generations").glob("[0-9]*.json*"))
        return max((int(name) for name in names if name.isdigit()), default=0)

    def _tidy_up(self, say: Say) -> None:
        """Remove what an interrupted write left behind, and set damaged manifests aside."""
        for folder in (self.root, self.root / "objects", self.root / "generations", self.root / "fetching"):
            for leftover in folder.glob(f"{UNFINISHED}*"):
                leftover.unlink(missing_ok=True)
        for path in self._generations():
            try:
                read_manifest(path)
            except DamagedDataError as error:
                say(f"{error.message}; set aside as {path.name}.damaged")
                path.replace(path.with_name(f"{path.name}.damaged"))

    def _readable_current(self) -> Manifest | None:
        """Return the current manifest; None where the store is empty or its manifest is damaged."""
        try:
            return None if self.is_empty else self._current()
        except DamagedDataError:
            return None

    def _is_whole(self, manifest: Manifest) -> bool:
        try:
            for stored in manifest.objects:
                self._read(stored)
        except DamagedDataError:
            return False
        return True

    def _current(self) -> Manifest:
        if self.is_empty:
            raise DataGapError(
                "the store is empty", "import a folder ('hypebasket data import DIR') or fetch: hypebasket fetch"
            )
        try:
            pointer = (self.root / "CURRENT").read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError) as error:
            raise DamagedDataError(f"CURRENT: cannot be read: {error}", _REMEDY) from error
        number = pointer.partition(" ")[0]
        if not number.isdecimal():
            raise DamagedDataError("CURRENT: does not name a generation", _REMEDY)
        manifest, checksum = read_checked(self._manifest_path(int(number)))
        if pointer != _pointer(manifest.generation, checksum) or manifest.generation != int(number):
            raise DamagedDataError(f"CURRENT: does not match generations/{number}.json", _REMEDY)
        return manifest

    def _checked(self, generation: int) -> tuple[Manifest, str]:
        path = self._manifest_path(generation)
        if not path.exists():
            held = ", ".join(str(int(other.stem)) for other in self._generations()) or "none"
            raise DataGapError(f"the store has no generation {generation}", f"there are: {held}")
        return read_checked(path)

    def _point_at(self, generation: int, checksum: str) -> None:
        write_atomically(self.root / "CURRENT", _pointer(generation, checksum).encode())

    def _keep(self, content: bytes, ending: str) -> str:
        digest = hashlib.sha256(content).hexdigest()
        path = self.root / "objects" / f"{digest}.{ending}"
        if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            write_atomically(path, content)
        return digest

    def _write(self, kind: str, origin: str, rows: pd.DataFrame) -> StoredObject:
        content = pack(rows)
        facts = {"kind": kind, "sha256": self._keep(content, "parquet"), "size": len(content), "rows": len(rows)}
        symbols = tuple(sorted(_names(kind, rows).unique()))
        return StoredObject.model_validate({**facts, **_span(rows), "symbols": symbols, "origin": origin})

    def _write_instruments(self, instruments: dict[str, Instrument]) -> StoredObject:
        facts = [instruments[symbol].model_dump(mode="json") for symbol in sorted(instruments)]
        content = json.dumps(facts, ensure_ascii=False, indent=0).encode()
        digest = self._keep(content, "json")
        return StoredObject(
            kind="instruments",
            sha256=digest,
            size=len(content),
            rows=len(facts),
            symbols=tuple(sorted(instruments)),
            first=None,
            last=None,
            origin="",
        )

    def _read(self, stored: StoredObject) -> bytes:
        path = self.root / "objects" / stored.file_name
        try:
            content = path.read_bytes()
        except OSError as error:
            raise DamagedDataError(f"objects/{path.name}: cannot be read: {error.strerror}", _REMEDY) from error
        if hashlib.sha256(content).hexdigest() != stored.sha256:
            raise DamagedDataError(f"objects/{path.name}: its bytes are not those that were stored", _REMEDY)
        return content

    def _frame(self, used: list[StoredObject], frame: Frame, wanted: set[str] | None) -> pd.DataFrame:
        filters = None if wanted is None else [("symbol", "in", sorted(wanted))]
        if wanted is not None and not wanted:
            used = []
        tables = [pa_parquet.read_table(io.BytesIO(self._read(stored)), filters=filters) for stored in used]
        if not tables:
            return empty_frame(frame)
        types = {column.name: column.dtype for column in frame.columns}
        data = pa.concat_tables(tables).to_pandas(date_as_object=False)
        return check_frame(data.sort_values(list(frame.key), ignore_index=True).astype(types), frame)

    def _instruments(self, manifest: Manifest) -> dict[str, Instrument]:
        stored = next(stored for stored in manifest.objects if stored.kind == "instruments")
        return {
            instrument.symbol: instrument
            for instrument in map(Instrument.model_validate, json.loads(self._read(stored)))
        }
