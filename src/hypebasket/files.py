"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

from hypebasket.errors import StoreError

__all__ = ["UNFINISHED", "write_atomically"]

UNFINISHED = ".new-"
"""How the names of files begin that are still being written."""


def write_atomically(path: Path, content: bytes) -> Path:
    """Write a file, and the folders above it, so that a reader sees the old or the new content and never a part.

    The content is on the disk before the name is: a power cut changes nothing of this. The file has the mode that any
    new file of this user has. What cannot be written is a ``StoreError``, and no half of it is left behind.
    """
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
    return path


def _sync_folder(folder: Path) -> None:
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
