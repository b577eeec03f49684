"""The workspace's store of market data: objects by hash, generations that are only ever added.

``objects/<sha256>.parquet`` hold the rows, ``generations/000001.json`` say what belongs together and where it came
from, ``CURRENT`` names one generation. Every object is hashed again whenever it is used.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Collection
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
from hypebasket.sources.manifest import Manifest, OriginFile, StoredObject, checksum_of, read_manifest
from hypebasket.spec.instrument import Instrument

__all__ = ["ImportOutcome", "Store", "StoreStatus", "Verification"]

SYMBOLS_PER_OBJECT = 64
"""Bars of so many neighbouring symbols share an object: few files for a whole market, little to read for a basket."""

ROW_GROUP = 16_384
_REMEDY = "import the folder again ('hypebasket data import DIR')"
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


def _pack(data: pd.DataFrame) -> bytes:
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

    def import_folder(self, folder: Path, say: Callable[[str], None] = lambda _: None) -> ImportOutcome:
        """Read and verify a tidy folder and make it the current generation.

        Equal content makes no new generation. An import that is interrupted or refused leaves the current one as it
        was; a damaged store is made whole by importing again.
        """
        with hold_lock(self.root / "lock"):
            self._tidy_up(say)
            reading = read_folder(folder, say)
            known = self._readable_current()
            is_equal = known is not None and _identity(known) == _identity(reading.data)
            if known is not None and is_equal and self._is_whole(known):
                return ImportOutcome(known, False, reading.findings)
            say(f"storing {len(reading.data.bars):,} bars")
            objects = [self._write(kind, origin, rows) for kind, origin, rows in _parts(reading)]
            objects.append(self._write_instruments(reading.data.instruments))
            if known is not None and is_equal and known.objects == tuple(objects):
                return ImportOutcome(known, False, reading.findings)
            manifest = Manifest(
                generation=self._last_number() + 1,
                previous=None if known is None else known.generation,
                imported_at=datetime.now(UTC).replace(microsecond=0),
                name=reading.data.source,
                folder=folder.resolve().name,
                synthetic=reading.data.synthetic,
                content_hash=reading.data.content_hash,
                files=tuple(OriginFile(**asdict(file)) for file in reading.files),
                objects=tuple(objects),
                findings=reading.findings,
                packages={"hypebasket": __version__, **{name: version(name) for name in _PACKAGES}},
            )
            write_atomically(self._manifest_path(manifest.generation), manifest.to_bytes())
            write_atomically(self.root / "CURRENT", f"{manifest.generation:06d} {checksum_of(manifest)}\n".encode())
            return ImportOutcome(manifest, True, reading.findings)

    def load(self, symbols: Collection[str] | None = None, content: str | None = None) -> MarketData:
        """Return the current generation, or of it the bars and actions of ``symbols`` and every index.

        ``content`` asks for the newest generation with that content hash instead of the current one.

        ``content_hash`` is that of the whole generation, whichever symbols are loaded. Symbols that the store does not
        hold are absent from the frames.
        """
        manifest = self._current() if content is None else self._generation_of(content)
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
            bars, actions, indices, instruments, manifest.name, manifest.synthetic, manifest.content_hash, told, rates
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

    def status(self) -> StoreStatus:
        """Return what the store holds, without reading the objects."""
        size = sum(path.stat().st_size for path in self.root.rglob("*") if path.is_file()) if self.root.exists() else 0
        return StoreStatus(None if self.is_empty else self._current(), len(self._generations()), size)

    def verify(self) -> Verification:
        """Read every generation and object again and compare them with their hashes."""
        if self.is_empty:
            raise DataGapError("the store is empty", "import a folder first ('hypebasket data import DIR')")
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

    def _tidy_up(self, say: Callable[[str], None]) -> None:
        """Remove what an interrupted write left behind, and set damaged manifests aside."""
        for folder in (self.root, self.root / "objects", self.root / "generations"):
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
            raise DataGapError("the store is empty", "import a folder first ('hypebasket data import DIR')")
        try:
            words = (self.root / "CURRENT").read_text(encoding="ascii").split()
        except (OSError, UnicodeDecodeError) as error:
            raise DamagedDataError(f"CURRENT: cannot be read: {error}", _REMEDY) from error
        if len(words) != 2 or not words[0].isdecimal():
            raise DamagedDataError("CURRENT: does not name a generation", _REMEDY)
        manifest = read_manifest(self._manifest_path(int(words[0])))
        if checksum_of(manifest) != words[1] or manifest.generation != int(words[0]):
            raise DamagedDataError(f"CURRENT: does not match generations/{words[0]}.json", _REMEDY)
        return manifest

    def _keep(self, content: bytes, ending: str) -> str:
        digest = hashlib.sha256(content).hexdigest()
        path = self.root / "objects" / f"{digest}.{ending}"
        if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            write_atomically(path, content)
        return digest

    def _write(self, kind: str, origin: str, rows: pd.DataFrame) -> StoredObject:
        content = _pack(rows)
        facts = {"kind": kind, "sha256": self._keep(content, "parquet"), "size": len(content), "rows": len(rows)}
        names = rows["base"] + rows["quote"] if kind == "rates" else rows["symbol"]
        symbols = tuple(sorted(names.unique()))
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
