"""``check --fix``: apply the safe fixes, check again, and take back what did not help."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from hypebasket.errors import Fix, Problem

__all__ = ["Mended", "mend"]

ROUNDS = 200
"""A line that could not be read hides the slips after it; each round may bring the next to light."""


class Mended(NamedTuple):
    """A fix that was made in a file."""

    path: str
    fix: Fix


def mend(judge: Callable[[], list[Problem]], base: Path) -> tuple[list[Mended], list[Problem]]:
    """Mend the files that ``judge`` finds problems in.

    Parameters
    ----------
    judge : callable
        Checks the files as they are now.
    base : Path
        The folder the paths of its problems count from.

    Returns
    -------
    tuple of list of Mended and list of Problem
        What was changed, and the problems that are left.
    """
    mended: list[Mended] = []
    hopeless: set[str] = set()
    problems = judge()
    for _ in range(ROUNDS):
        wanted: dict[str, list[Fix]] = {}
        for problem in problems:
            if problem.fix is not None and problem.path not in hopeless:
                wanted.setdefault(problem.path, []).append(problem.fix)
        if not wanted:
            break
        before = {path: (base / path).read_bytes() for path in wanted}
        done = {path: _rewrite(base / path, before[path], fixes) for path, fixes in wanted.items()}
        after = judge()
        for path, fixes in done.items():
            if not fixes or any(each.path == path and each.fix in fixes for each in after):
                _restore(base / path, before[path])
                hopeless.add(path)
            else:
                mended += [Mended(path, fix) for fix in fixes]
        problems = after if not hopeless else judge()
    return mended, problems


def _rewrite(path: Path, content: bytes, fixes: list[Fix]) -> list[Fix]:
    from hypebasket.files import write_atomically
    from hypebasket.spec.fixes import apply_fixes

    text, done = apply_fixes(content.decode("utf-8"), fixes)
    if done:
        write_atomically(path, text.encode("utf-8"))
    return done


def _restore(path: Path, content: bytes) -> None:
    from hypebasket.files import write_atomically

    if path.read_bytes() != content:
        write_atomically(path, content)
