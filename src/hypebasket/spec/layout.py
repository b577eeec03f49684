"""Where the files of a workspace lie. Imports nothing heavy, so that a look at the folder costs nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from hypebasket.errors import UsageError

__all__ = [
    "EVENTS",
    "INSTRUMENTS",
    "MAX_BYTES",
    "PUBLICATIONS",
    "SCHEMAS",
    "content_hash",
    "find_workspace",
    "spec_files",
    "yaml_files",
]

MAX_BYTES = 1_000_000
"""The largest file a hand writes; a larger one is refused unread."""

EVENTS = Path("data", "events.yaml")
PUBLICATIONS = Path("data", "sources.yaml")
INSTRUMENTS = Path("data", "instruments.csv")
SCHEMAS = Path("data", "schemas")
"""JSON Schemas for editors, made from the models; no file a user edits."""


def find_workspace(start: Path) -> Path:
    """Return ``start`` or the nearest folder above it that holds ``baskets/``."""
    for folder in (start.absolute(), *start.absolute().parents):
        if (folder / "baskets").is_dir():
            return folder
    raise UsageError(
        f"{start}: no workspace here or above (no folder 'baskets')",
        "make one with: hypebasket init DIR, or name one with --workspace",
    )


def yaml_files(folder: Path) -> list[Path]:
    """Return the YAML files of a folder by name."""
    return sorted(path for path in folder.glob("*.y*ml") if path.suffix in (".yaml", ".yml"))


def spec_files(root: Path) -> tuple[Path, ...]:
    """Return every file of the workspace a user edits, whether it exists or not."""
    found = [path for folder in ("baskets", "strategies") for path in yaml_files(root / folder)]
    return (*found, root / EVENTS, root / PUBLICATIONS, root / INSTRUMENTS)


def content_hash(files: Iterable[Path], root: Path) -> str | None:
    """Return a hash of names and contents, or None where a file cannot be read or exceeds ``MAX_BYTES``."""
    digest = hashlib.sha256()
    for path in files:
        try:
            if path.stat().st_size > MAX_BYTES or not path.is_file():
                return None
            content = path.read_bytes()
        except OSError:
            return None
        digest.update(f"{path.relative_to(root)}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
