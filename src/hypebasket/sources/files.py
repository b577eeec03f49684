"""Files that appear whole or not at all, and the lock that keeps two imports apart."""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from hypebasket.errors import StoreError

__all__ = ["UNFINISHED", "hold_lock", "write_whole"]

UNFINISHED = ".new-"
"""How the names of files begin that are still being written."""


def _sync_folder(folder: Path) -> None:
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old or the new content and never a part, even after a power cut."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"{UNFINISHED}{secrets.token_hex(8)}")
        try:
            with unfinished.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)
    except OSError as error:
        raise StoreError(
            f"'{path}' cannot be written: {error.strerror}",
            "free space or give yourself the right to write there; what was stored before is untouched",
        ) from error


def _lock(file: IO[bytes]) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextlib.contextmanager
def hold_lock(path: Path) -> Iterator[None]:
    """Hold the lock at ``path``, or refuse at once; the system frees it however the process ends."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("ab")
    except OSError as error:
        raise StoreError(
            f"'{path.parent}' cannot be written: {error.strerror}", "give yourself the right to write there"
        ) from error
    with file:
        try:
            _lock(file)
        except OSError as error:
            raise StoreError(
                f"another import is writing to '{path.parent}'", "wait until it has finished and import again"
            ) from error
        yield
