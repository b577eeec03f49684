"""Finished runs, and what other verbs left: where the folders lie, and the result a run's holds."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from hypebasket.errors import DamagedDataError, UsageError
from hypebasket.ledger.result import SCHEMA_VERSION, RunResult
from hypebasket.pipeline.manifest import MANIFEST

__all__ = ["LATEST", "find_folder", "find_run", "read_result", "runs_of"]

LATEST = "latest"

NO_RUNS = ("capacity-", "placebo-", "study-", "sweep-")
"""How the folders of other verbs begin."""


def find_folder(workspace: Path, name: str) -> Path:
    """Return the folder any verb left: a path, an id or the beginning of one, with the verb or without; or ``latest``.

    ``latest`` is the latest run. Raises ``UsageError`` where none or several answer to the name.
    """
    if name and (Path(name) / MANIFEST).is_file():
        return Path(name)
    left = (path.parent for path in (workspace / "reports").glob(f"*/{MANIFEST}"))
    found = [folder for folder in left if name and (folder.name.startswith(name) or _id(folder).startswith(name))]
    if len(found) > 1:
        raise UsageError(f"'{name}': {len(found)} folders begin so", "write more of the id")
    return found[0] if found else find_run(workspace, name)


def _id(folder: Path) -> str:
    return folder.name.rpartition("-")[2]


def find_run(workspace: Path, name: str) -> Path:
    """Return the folder of a run: a path, a run id or the beginning of one, or ``latest``.

    Raises ``UsageError`` where none or several answer to the name.
    """
    _refuse_another_verb(Path(name).resolve().name)
    if (Path(name) / "result.json").is_file():
        return Path(name)
    runs = runs_of(workspace)
    if not runs:
        raise UsageError(f"{workspace / 'reports'}: no run here", "run one first: hypebasket run")
    if name == LATEST:
        return runs[-1]
    found = [folder for folder in runs if folder.name.startswith(name)]
    if len(found) == 1:
        return found[0]
    newest = ", ".join(folder.name for folder in reversed(runs[-5:]))
    if found:
        raise UsageError(f"run '{name}': {len(found)} runs begin so", "write more of the id")
    raise UsageError(f"run '{name}': not in {workspace / 'reports'}", f"the newest are {newest}; or write '{LATEST}'")


def _refuse_another_verb(name: str) -> None:
    if name.startswith(NO_RUNS):
        verb = name.partition("-")[0]
        raise UsageError(f"'{name}' is what hypebasket {verb} left, not a run", "choose a run; verify takes both")


def runs_of(workspace: Path) -> list[Path]:
    """Return the folders of all finished runs, the newest last."""
    finished = (path.parent for path in (workspace / "reports").glob("*/result.json"))
    return sorted((folder for folder in finished if not folder.name.startswith(NO_RUNS)), key=_finished)


def _finished(folder: Path) -> float:
    return (folder / "result.json").stat().st_mtime


def read_result(folder: Path) -> RunResult:
    """Return the result of a finished run; one of another version, or damaged, is refused by name."""
    path = folder / "result.json"
    try:
        return RunResult.model_validate_json(path.read_bytes())
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(str(part) for part in fault["loc"])
        remedy = f"run it again: this version reads results of version {SCHEMA_VERSION}"
        raise DamagedDataError(f"{path}: {place}: {fault['msg']}", remedy) from error
