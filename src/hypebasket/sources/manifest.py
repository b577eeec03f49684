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

__all__ = ["Manifest", "OriginFile", "StoredObject", "checksum_of", "read_manifest"]

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

    kind: Literal["bars", "actions", "indices", "instruments", "rates"]
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

    @property
    def symbols(self) -> tuple[str, ...]:
        """Symbols with bars, sorted."""
        return tuple(sorted({s for stored in self.objects if stored.kind == "bars" for s in stored.symbols}))

    def to_bytes(self) -> bytes:
        """Return the file's content: the facts and a checksum over them."""
        facts = self.model_dump(mode="json")
        return json.dumps({"facts": facts, "checksum": _checksum(facts)}, ensure_ascii=False, indent=1).encode()


def _checksum(facts: object) -> str:
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def checksum_of(manifest: Manifest) -> str:
    """Return the checksum that names a manifest in ``CURRENT``."""
    return _checksum(manifest.model_dump(mode="json"))


def read_manifest(path: Path) -> Manifest:
    """Read a manifest; anything but what was written is refused."""
    remedy = "import the folder again ('hypebasket data import DIR')"
    try:
        content = json.loads(path.read_bytes())
        facts, checksum = content["facts"], content["checksum"]
        if checksum != _checksum(facts):
            raise DamagedDataError(f"generations/{path.name}: its checksum does not match its content", remedy)
        return Manifest.model_validate(facts)
    except OSError as error:
        raise DamagedDataError(f"generations/{path.name}: cannot be read: {error.strerror}", remedy) from error
    except (ValueError, KeyError, TypeError, ValidationError) as error:
        raise DamagedDataError(f"generations/{path.name}: not a manifest of the store", remedy) from error
