"""Any finished runs side by side: one page, made from their folders."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from hypebasket.pipeline.run_folder import read_result
from hypebasket.report.compare import ComparedRun, write_comparison

__all__ = ["compare_runs"]


def compare_runs(folders: Sequence[Path], page: Path) -> Path:
    """Write ``page`` from the results in ``folders``, in their order; return its path."""
    return write_comparison([_run(folder, page, at) for at, folder in enumerate(folders)], page)


def _run(folder: Path, page: Path, at: int) -> ComparedRun:
    """Return a run under its letter, linked to its own page where it has one."""
    index = folder / "index.html"
    link = Path(os.path.relpath(index, page.resolve().parent)).as_posix() if index.is_file() else None
    return ComparedRun(letter=_letter(at), result=read_result(folder), page=link)


def _letter(at: int) -> str:
    """Return A, B, ... Z, AA, ..."""
    return ("" if at < 26 else _letter(at // 26 - 1)) + chr(ord("A") + at % 26)
