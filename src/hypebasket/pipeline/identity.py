"""What a run is: the hash of everything that can change its numbers."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib.metadata import distributions
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

__all__ = ["file_hash", "package_versions", "run_id", "source_hash"]

ID_LENGTH = 12

INSTALLERS = ("pip", "setuptools", "uv", "wheel")


def _python_files(folder: Traversable, prefix: str = "") -> list[tuple[str, bytes]]:
    found = []
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        name = f"{prefix}{item.name}"
        if item.is_dir() and item.name not in ("__pycache__", "_workspace"):
            found += _python_files(item, f"{name}/")
        elif item.is_file() and not item.name.endswith(".pyc"):
            found.append((name, item.read_bytes()))
    return found


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@cache
def source_hash() -> str:
    """Return the SHA-256 of every file of the installed package (code, rule tables, templates)."""
    digest = hashlib.sha256()
    for name, content in _python_files(files("hypebasket")):
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


@cache
def package_versions() -> dict[str, str]:
    """Return the version of every installed package, by name: what the lock came to on this machine.

    Installers are left out: they compute nothing, and every Python brings others along.
    """
    found = {item.metadata["Name"].lower(): item.version for item in distributions() if item.metadata["Name"]}
    return {name: version for name, version in sorted(found.items()) if name not in INSTALLERS}


def run_id(parameters: object) -> str:
    """Return the short hash that names a run, from its JSON-able parameters."""
    canonical = json.dumps(parameters, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()[:ID_LENGTH]
