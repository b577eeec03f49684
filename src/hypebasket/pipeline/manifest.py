"""``manifest.json``: what a folder of ``reports`` was made from, by which verb, and a seal on what lies in it.

Everything it was made from stands in it, own classes included: it can be made again from the manifest alone and the
data. The lines of ``VOLATILE`` are those in which two equal manifests may differ; ``files`` seals every other file of
the folder, ``seal`` the manifest itself; ``noted`` is what had happened before and counts (a sweep's earlier trials).
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from hypebasket.errors import DamagedDataError, DataGapError
from hypebasket.pipeline.files import write_json
from hypebasket.pipeline.identity import file_hash, run_id
from hypebasket.pipeline.request import RunRequest
from hypebasket.spec.basket import Basket
from hypebasket.spec.event import Event
from hypebasket.spec.instrument import Instrument
from hypebasket.spec.strategy import Strategy

__all__ = ["MANIFEST", "RUN", "VOLATILE", "RunManifest", "read_manifest", "renew_seals", "seal_of", "write_manifest"]

MANIFEST = "manifest.json"

VOLATILE = ("made_at", "request", "machine", "seal")
"""What may differ between the manifests of two equal runs: when, by which words and where they were made."""

_NO_PARAMETERS = ("verb", "run_id", *VOLATILE, "volatile", "inputs", "own_sources", "noted", "files")

RUN = "run"

M = TypeVar("M", bound=BaseModel)


def write_manifest(
    folder: Path,
    identity: str,
    parameters: Mapping[str, object],
    *,
    verb: str,
    request: RunRequest,
    inputs: Mapping[str, str],
    own_sources: Mapping[str, str],
    noted: Mapping[str, object],
    written: Iterable[Path],
) -> Path:
    """Seal ``written`` and write the manifest; pages that an equal run left here before, unchanged, stay sealed."""
    files = _left_by_an_equal_run(folder, identity, noted) | {path.name: file_hash(path) for path in written}
    facts: dict[str, object] = {
        "verb": verb,
        "run_id": identity,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "request": {key: value for key, value in asdict(request).items() if key != "workspace"},
        "machine": {"python": platform.python_version(), "system": f"{platform.system()} {platform.machine()}"},
        "volatile": VOLATILE,
        **parameters,
        "inputs": dict(sorted(inputs.items())),
        "own_sources": dict(own_sources),
        "noted": dict(noted),
        "files": dict(sorted(files.items())),
    }
    return write_json(folder / MANIFEST, {**facts, "seal": seal_of(facts)})


def _left_by_an_equal_run(folder: Path, identity: str, noted: Mapping[str, object]) -> dict[str, str]:
    """Return the unchanged files of an equal run; one that had noted something else made other pages."""
    try:
        earlier = read_manifest(folder)
    except (DataGapError, DamagedDataError):
        return {}
    if earlier.run_id != identity or earlier.facts["noted"] != noted or not earlier.is_sealed:
        return {}
    return {
        name: digest
        for name, digest in earlier.files.items()
        if (folder / name).is_file() and file_hash(folder / name) == digest
    }


def renew_seals(manifest: RunManifest, written: Iterable[Path]) -> Path:
    """Seal pages that were made anew from a finished run; everything else in its manifest stays as it was."""
    files = manifest.files | {path.name: file_hash(path) for path in written}
    facts = {key: value for key, value in manifest.facts.items() if key != "seal"}
    facts["files"] = dict(sorted(files.items()))
    return write_json(manifest.path, {**facts, "seal": seal_of(facts)})


def seal_of(facts: Mapping[str, object]) -> str:
    """Return the SHA-256 of everything in a manifest but the seal itself."""
    sealed = {key: value for key, value in facts.items() if key != "seal"}
    text = json.dumps(sealed, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class RunManifest:
    """A manifest as it was read; what does not fit is a ``DamagedDataError``."""

    path: Path
    facts: Mapping[str, Any]
    text: bytes

    @property
    def verb(self) -> str:
        """What made the folder."""
        return str(self.facts["verb"])

    @property
    def run_id(self) -> str:
        """The hash of everything that can change a number."""
        return str(self.facts["run_id"])

    @property
    def is_sealed(self) -> bool:
        """Whether every byte is as it was written."""
        written = f"{json.dumps(self.facts, ensure_ascii=False, indent=1, default=str)}\n"
        return self.facts.get("seal") == seal_of(self.facts) and written.encode() == self.text

    @property
    def parameters(self) -> dict[str, Any]:
        """Everything that can change a number of the run."""
        return {key: value for key, value in self.facts.items() if key not in _NO_PARAMETERS}

    @property
    def is_named_rightly(self) -> bool:
        """Whether the run id is the hash of the parameters."""
        return self.run_id == run_id(self.parameters)

    @property
    def files(self) -> dict[str, str]:
        """SHA-256 of every file the run left, by name."""
        return dict(self.facts["files"])

    @property
    def inputs(self) -> dict[str, str]:
        """SHA-256 of every file of the workspace that went in, by path."""
        return dict(self.facts["inputs"])

    @cached_property
    def baskets(self) -> tuple[Basket, ...]:
        """Return the baskets that were run."""
        return self._all(Basket, self.facts["baskets"])

    @cached_property
    def strategies(self) -> tuple[Strategy, ...]:
        """Return the strategies that were run."""
        return self._all(Strategy, self.facts["strategies"])

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """Return all events that were known to the run, by latest moment."""
        return self._all(Event, self.facts["events"])

    @cached_property
    def instruments(self) -> dict[str, Instrument]:
        """Return the instruments of the run's symbols."""
        return {each.symbol: each for each in self._all(Instrument, self.facts["instruments"])}

    def request(self, workspace: Path, *, pages: bool) -> RunRequest:
        """Return what was asked for, as asked of a workspace."""
        asked = {**self.facts["request"], "workspace": str(workspace), "pages": pages}
        try:
            return TypeAdapter(RunRequest).validate_json(json.dumps(asked))
        except ValidationError as error:
            raise self._damaged(f"request: {error.errors()[0]['msg']}") from error

    def write_own_sources(self, root: Path) -> None:
        """Lay out the files of own classes below ``root``, as they were when the run was made."""
        for name, text in self.facts["own_sources"].items():
            path = root / name
            if not path.resolve().is_relative_to(root.resolve()):
                raise self._damaged(f"own_sources: {name} lies outside the workspace")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")

    def _all(self, model: type[M], items: Iterable[object]) -> tuple[M, ...]:
        try:
            return tuple(model.model_validate_json(json.dumps(item)) for item in items)
        except ValidationError as error:
            fault = error.errors()[0]
            place = ".".join(str(part) for part in fault["loc"])
            raise self._damaged(f"{model.__name__.lower()} {place}: {fault['msg']}") from error

    def _damaged(self, what: str) -> DamagedDataError:
        return DamagedDataError(f"{self.path}: {what}", "this run cannot be read any more; run it again")


def read_manifest(folder: Path) -> RunManifest:
    """Read the manifest of a run's folder; one without a seal (made by an older version, or torn) is refused."""
    path = folder / MANIFEST
    remedy = "this run cannot be read any more; run it again"
    try:
        text = path.read_bytes()
    except FileNotFoundError as error:
        raise DataGapError(f"{path}: no such file", "run it again: hypebasket run") from error
    try:
        facts = json.loads(text)
    except ValueError as error:
        raise DamagedDataError(f"{path}: not readable JSON: {error}", remedy) from error
    wanted = {
        "verb": str, "run_id": str, "request": dict, "baskets": list, "strategies": list, "events": list,
        "instruments": list, "data": dict, "inputs": dict, "own_sources": dict, "noted": dict, "files": dict,
        "seal": str,
    }  # fmt: skip
    if not isinstance(facts, dict):
        raise DamagedDataError(f"{path}: not a manifest", remedy)
    for key, kind in wanted.items():
        if not isinstance(facts.get(key), kind):
            raise DamagedDataError(f"{path}: '{key}' is missing or no {kind.__name__}", remedy)
    return RunManifest(path, facts, text)
