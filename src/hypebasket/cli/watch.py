"""``hypebasket watch``: check and run again whenever a file is saved, and refresh the page that is open."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hypebasket.cli import Session, pass_session
from hypebasket.cli.run import run
from hypebasket.errors import HypebasketError, SpecError, UsageError
from hypebasket.spec.layout import find_workspace, spec_files

if TYPE_CHECKING:
    from hypebasket.pipeline.run import Finished

__all__ = ["changes", "watch"]

FOLDER = Path("reports", "watch")
PAUSE = 0.3
"""Seconds between two looks at the files."""

_SAYS = {
    "watching": {"zh": "正在看守 {0}；Ctrl-C 结束", "en": "watching {0}; Ctrl-C ends it"},
    "open": {"zh": "在浏览器里打开一次，之后自动更新：{0}", "en": "open it once, it then refreshes itself: {0}"},
    "changed": {"zh": "{0} 有改动", "en": "{0} changed"},
    "wrong": {"zh": "有 {0} 处错误，下面仍是上一份报告", "en": "{0} problems; below is still the last report"},
    "failed": {"zh": "没有跑成，下面仍是上一份报告", "en": "the run failed; below is still the last report"},
}

Snapshot = dict[Path, tuple[int, int]]


@click.command(params=list(run.params))
@pass_session
def watch(session: Session, /, **options: Any) -> None:
    """Check the workspace and run BASKETS as `hypebasket run` would, again after every save, until Ctrl-C.

    Open reports/watch/index.html once: it shows the newest report, or what is wrong with the files, and refreshes
    itself. It takes every option of `hypebasket run`.

    \b
    hypebasket watch application -s my-drift --from 2024-01-02 --to 2024-06-28
    """  # noqa: D301  (the \b keeps the lines below it as they are)
    from hypebasket.report.watch import write_watch_page

    root = find_workspace(session.workspace or Path.cwd())
    page = write_watch_page(root / FOLDER)
    session.say(_SAYS["open"][session.lang].format(page))
    session.say(_SAYS["watching"][session.lang].format(root))
    shown = None
    with suppress(KeyboardInterrupt):
        for changed in changes(root):
            if changed:
                names = ", ".join(str(path.relative_to(root)) for path in changed)
                session.say(_SAYS["changed"][session.lang].format(names))
            shown = _again(session, options, root, shown)


def _again(session: Session, options: dict[str, Any], root: Path, shown: str | None) -> str:
    """Check and run once, tell the page, and return the report it shows from now on (``None``: the first time)."""
    from hypebasket.report.watch import WatchState, write_state

    lang, problems = session.lang, []
    try:
        finished: Finished = click.get_current_context().invoke(run, **options)
    except SpecError as error:
        from hypebasket.cli.problems import tell

        tell(error.problems, lang)
        problems = [problem.told(lang) for problem in error.problems]
        says = _SAYS["wrong"][lang].format(len(problems))
    except HypebasketError as error:
        if isinstance(error, UsageError) and shown is None:
            raise  # the call itself is wrong: no save of a file mends that
        session.warn(str(error))
        problems = [str(error)]
        says = _SAYS["failed"][lang]
    else:
        verdict = finished.result.verdict
        says = verdict.zh if lang == "zh" else verdict.en
        shown = f"../{finished.folder.name}/{finished.index.name}" if finished.index else ""
    now = datetime.now().astimezone()
    write_state(root / FOLDER, WatchState(time.time_ns(), f"{now:%H:%M:%S}", lang, says, problems, shown or ""))
    return shown or ""


def changes(root: Path, pause: float = PAUSE) -> Iterator[tuple[Path, ...]]:
    """Yield at once, and then whenever files were saved: which ones. A save in progress is waited for."""
    seen = _look(root)
    yield ()
    while True:
        time.sleep(pause)
        now = _look(root)
        if now == seen:
            continue
        while True:  # editors write in more than one step
            time.sleep(pause)
            if (after := _look(root)) == now:
                break
            now = after
        changed = tuple(sorted(path for path in seen.keys() | now.keys() if seen.get(path) != now.get(path)))
        seen = now
        if changed:
            yield changed


def _look(root: Path) -> Snapshot:
    """Return time and size of every file a run is made from: YAML, instruments, and own classes."""
    found: Snapshot = {}
    classes = (path for folder in ("strategies", "examples") for path in (root / folder).glob("*.py"))
    for path in (*spec_files(root), *classes):
        try:
            facts = path.stat()
        except OSError:
            continue
        found[path] = (facts.st_mtime_ns, facts.st_size)
    return found
