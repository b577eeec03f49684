"""The lock that keeps two imports apart."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from hypebasket.errors import StoreError

__all__ = ["hold_lock"]


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
