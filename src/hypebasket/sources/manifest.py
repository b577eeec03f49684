"""What one generation of the store holds: objects by hash, where they came from, what was found."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from hypebasket.errors import DamagedDataError
from hypebasket.sources.finding import Finding
from hypebasket.spec.text import Spec

__all__ = [
    "CallRecord",
    "Change",
    "Manifest",
    "OriginFile",
    "StoredObject",
    "checksum_of",
    "read_checked",
    "read_manifest",
]

Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class OriginFile(Spec):
    """A file as it was found in the folder."""

    name: str
    role: str
    rows: int
    size: int
    sha256: Hash
    symbols: tuple[str, ...]


class StoredObject(Spec):
    """One file under ``objects/``, named by the hash of its bytes; ``origin`` is the file its rows came from."""

    kind: Literal["bars", "actions", "indices", "instruments", "rates", "table"]
    sha256: Hash
    size: int
    rows: int
    symbols: tuple[str, ...]
    first: date | None
    last: date | None
    origin: str

    @property
    def file_name(self) -> str:
        """Name under ``objects/``."""
        return f"{self.sha256}.{'json' if self.kind == 'instruments' else 'parquet'}"


class CallRecord(Spec):
    """One call of a vendor's function whose answer went into a generation.

    ``sha256`` is that of the answer as CSV, under our column names; ``first`` and ``last`` are the days asked for;
    ``checks`` are those the answer stood.
    """

    function: str
    arguments: dict[str, str]
    subject: str
    vendor: str = ""
    fetched_at: datetime
    akshare: str
    rows: int
    sha256: Hash
    first: date | None = None
    last: date | None = None
    checks: tuple[str, ...] = ()


class Change(Spec):
    """One value that a vendor gives otherwise than the store had it, or than a second vendor has it.

    ``rewritten``: ``was`` stood in the generation before, ``now`` stands in this one. ``differs``: ``was`` is what this
    generation holds, ``now`` what the vendor ``by`` says; it is listed, never averaged.
    """

    kind: Literal["rewritten", "differs"]
    symbol: str
    day: date
    column: str
    was: float | None
    now: float | None
    by: str


class Manifest(Spec):
    """One generation; never changed once written."""

    version: Literal[1] = 1
    generation: int
    previous: int | None
    imported_at: datetime
    name: str
    folder: str
    synthetic: bool
    content_hash: Hash
    files: tuple[OriginFile, ...]
    objects: tuple[StoredObject, ...]
    findings: tuple[Finding, ...]
    packages: dict[str, str]
    calls: tuple[CallRecord, ...] = ()
    changes: tuple[Change, ...] = ()

    @property
    def symbols(self) -> tuple[str, ...]:
        """Symbols with bars, sorted."""
        return tuple(sorted({s for stored in self.objects if stored.kind == "bars" for s in stored.symbols}))

    def to_bytes(self) -> bytes:
        """Return the file's content: the facts and a checksum over them."""
        facts = self.model_dump(mode="json")
        return _file(facts, _checksum(facts))


def _file(facts: object, checksum: str) -> bytes:
    return json.dumps({"facts": facts, "checksum": checksum}, ensure_ascii=False, indent=1).encode()


def _checksum(facts: object) -> str:
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def checksum_of(manifest: Manifest) -> str:
    """Return the checksum that names a new manifest in ``CURRENT``."""
    return _checksum(manifest.model_dump(mode="json"))


def read_manifest(path: Path) -> Manifest:
    """Read a manifest; anything but what was written is refused."""
    return read_checked(path)[0]


def read_checked(path: Path) -> tuple[Manifest, str]:
    """Read a manifest and the checksum it carries, which may be older than a field this version knows."""
    remedy = "import the folder again ('hypebasket data import DIR'), or go back: hypebasket data rollback"
    try:
        written = path.read_bytes()
        content = json.loads(written)
        facts, checksum = content["facts"], content["checksum"]
        if checksum != _checksum(facts) or written != _file(facts, checksum):
            raise DamagedDataError(f"generations/{path.name}: its checksum does not match its content", remedy)
        return Manifest.model_validate(facts), str(checksum)
    except OSError as error:
        raise DamagedDataError(f"generations/{path.name}: cannot be read: {error.strerror}", remedy) from error
    except (ValueError, KeyError, TypeError, ValidationError) as error:
        raise DamagedDataError(f"generations/{path.name}: not a manifest of the store", remedy) from error
