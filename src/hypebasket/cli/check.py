"""``hypebasket check``: validate every YAML file and the instruments, and say what to write."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import NoReturn

import click

from hypebasket import __version__, errors
from hypebasket.cli import Session, pass_session
from hypebasket.cli.mending import Mended, mend
from hypebasket.cli.problems import as_json, tell
from hypebasket.errors import Problem, SpecError
from hypebasket.spec.layout import content_hash, find_workspace, spec_files

__all__ = ["check"]

CACHE = Path(".hypebasket", "check.json")
_KINDS = {
    "baskets": {"zh": "篮子", "en": "baskets"},
    "stocks": {"zh": "成员", "en": "members"},
    "strategies": {"zh": "策略", "en": "strategies"},
    "events": {"zh": "事件", "en": "events"},
    "publications": {"zh": "文章", "en": "publications"},
    "instruments": {"zh": "证券", "en": "instruments"},
}


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--fix", is_flag=True, help="Mend slips whose meaning is beyond doubt; comments and order stay as they are."
)
@pass_session
def check(session: Session, files: tuple[Path, ...], fix: bool) -> None:
    """Validate the workspace's YAML files and instruments, or only FILES.

    Every problem of every file: file:line:col: what was found: what is wrong; what is allowed; then the line itself
    with a caret. Exit code 2 if there is any. A workspace found valid is remembered by its content
    (.hypebasket/check.json), so asking again is quick.
    """
    if files:
        _check_files(session, files, fix)
    else:
        _check_workspace(session, fix)


def _check_workspace(session: Session, fix: bool) -> None:
    root = find_workspace(session.workspace or Path.cwd())
    if fix:
        _renew_schemas(session, root)
    files = spec_files(root)
    fingerprint = _fingerprint(files, root)
    counts = _remembered(root, fingerprint)
    if counts is None:
        counts = {}
        judge = partial(_judge_workspace, root, counts)
        _settle(session, len(files), judge, root, fix)
        if counts.pop("own_classes") == 0:  # their files may change, too
            _remember(root, _fingerprint(files, root), counts)
    _succeed(session, len(files), counts)


def _renew_schemas(session: Session, root: Path) -> None:
    """Give editors the schemas of this version."""
    from hypebasket.cli.template import outdated_schemas
    from hypebasket.files import write_atomically

    for path, content in outdated_schemas(root).items():
        write_atomically(path, content)
        session.say({"zh": f"已更新 {path.relative_to(root)}", "en": f"{path.relative_to(root)} renewed"}[session.lang])


def _judge_workspace(root: Path, counts: dict[str, int]) -> list[Problem]:
    """Check the workspace; count what is in it."""
    from hypebasket.spec.workspace import load_workspace

    try:
        workspace = load_workspace(root)
    except SpecError as error:
        return error.problems
    counts |= {
        "baskets": len(workspace.baskets),
        "stocks": sum(len(basket.stocks) for basket in workspace.baskets.values()),
        "strategies": len(workspace.strategies),
        "events": len(workspace.events),
        "publications": len(workspace.publications),
        "instruments": len(workspace.instruments),
        "own_classes": sum(1 for strategy in workspace.strategies.values() if strategy.own_class),
    }
    return []


def _check_files(session: Session, files: tuple[Path, ...], fix: bool) -> None:
    try:
        root = find_workspace(session.workspace or Path.cwd())
    except errors.UsageError:
        root = None
    kinds: dict[Path, str] = {}
    _settle(session, len(files), partial(_judge_files, files, root, kinds), Path(), fix, kinds)
    _succeed(session, len(files), {})


def _judge_files(files: tuple[Path, ...], root: Path | None, kinds: dict[Path, str]) -> list[Problem]:
    """Check files one by one; note the kinds of the valid ones."""
    from hypebasket.spec.workspace import read_file

    problems: list[Problem] = []
    for path in files:
        try:
            kinds[path], _ = read_file(path, root)
        except SpecError as error:
            problems += error.problems
    return sorted(problems)


def _settle(
    session: Session,
    files: int,
    judge: Callable[[], list[Problem]],
    base: Path,
    fix: bool,
    kinds: Mapping[Path, str] | None = None,
) -> None:
    """Check, mend if asked to, say what is valid and leave with what is not."""
    mended: list[Mended] = []
    if fix:
        mended, problems = mend(judge, base)
    else:
        problems = judge()
    for name, change in mended:
        word = {"zh": "已改", "en": "mended"}[session.lang]
        session.say(f"{name}:{change.line}:{change.column}: {word}: {change.old or '?'} -> {change.new or '-'}")
    for path, kind in (kinds or {}).items():
        session.say(f"{path}: {kind}")
    if problems:
        _fail(session, files, problems)


def _succeed(session: Session, files: int, counts: dict[str, int]) -> None:
    for kind, count in counts.items():
        session.say(f"{count:6d}  {_KINDS[kind][session.lang]}")
    session.say({"zh": f"{files} 个文件，全部有效", "en": f"{files} files, all valid"}[session.lang])
    if session.as_json:
        session.print_json({"valid": True, "files": files, "problems": [], "counts": counts})


def _fail(session: Session, files: int, problems: list[Problem]) -> NoReturn:
    tell(problems, session.lang)
    wrong, safe = len({problem.path for problem in problems}), sum(1 for each in problems if each.fix)
    if safe:
        hint = {"zh": f"其中 {safe} 处可由 check --fix 改好", "en": f"check --fix can mend {safe} of them"}
        click.echo(hint[session.lang], err=True)
    summary = {
        "zh": f"{wrong} 个文件中有 {len(problems)} 处错误",
        "en": f"problems: {len(problems)}, in files: {wrong}",
    }
    click.echo(summary[session.lang], err=True)
    if session.as_json:
        found = [as_json(problem, session.lang) for problem in problems]
        session.print_json({"valid": False, "files": files, "problems": found})
    sys.exit(SpecError.exit_code)


def _fingerprint(files: tuple[Path, ...], root: Path) -> str | None:
    """Return a hash of what the verdict depends on: the files, and the code that judges them."""
    package = Path(errors.__file__).parent
    code = (*sorted((package / "spec").glob("*.py")), Path(errors.__file__))
    hashes = (content_hash(files, root), content_hash(code, package))
    return None if None in hashes else f"{__version__} {sys.version_info[:3]} {hashes[0]} {hashes[1]}"


def _remembered(root: Path, fingerprint: str | None) -> dict[str, int] | None:
    try:
        record = json.loads((root / CACHE).read_text(encoding="utf-8"))
        if fingerprint is None or record["fingerprint"] != fingerprint:
            return None
        return {kind: int(record["counts"][kind]) for kind in _KINDS}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _remember(root: Path, fingerprint: str | None, counts: dict[str, int]) -> None:
    if fingerprint is None:
        return
    path = root / CACHE
    try:
        path.parent.mkdir(exist_ok=True)
        (path.parent / ".gitignore").write_text("*\n", encoding="utf-8")
        path.write_text(json.dumps({"fingerprint": fingerprint, "counts": counts}), encoding="utf-8")
    except OSError:
        return
