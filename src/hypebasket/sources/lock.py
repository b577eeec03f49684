"""The lock that keeps two writers apart."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from hypebasket.errors import StoreError

__all__ = ["hold_lock"]

RETRY_SECONDS = 0.02


def _lock(file: IO[bytes]) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextlib.contextmanager
def hold_lock(path: Path, *, writer: str = "import", wait: float = 0.0) -> Iterator[None]:
    """Hold the lock at ``path``, or refuse after ``wait`` seconds; the system frees it however the process ends.

    ``writer`` is what the message calls whoever holds it.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("ab")
    except OSError as error:
        raise StoreError(
            f"'{path.parent}' cannot be written: {error.strerror}", "give yourself the right to write there"
        ) from error
    deadline = time.monotonic() + wait
    with file:
        while True:
            try:
                _lock(file)
                break
            except OSError as error:
                if time.monotonic() >= deadline:
                    raise StoreError(
                        f"another {writer} is writing to '{path.parent}'",
                        "wait until it has finished and run again",
                    ) from error
                time.sleep(RETRY_SECONDS)
        yield
