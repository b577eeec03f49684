"""``hypebasket data``: import a folder into the workspace's store, say what is there, verify, compare, export it."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hypebasket.cli import Session, pass_session
from hypebasket.cli.data_actions import actions
from hypebasket.cli.snapshot import facts_of, say_findings, say_manifest
from hypebasket.errors import DamagedDataError

if TYPE_CHECKING:
    from hypebasket.sources.store import Store

__all__ = ["data", "store_of"]

ROWS_SHOWN = 40
"""Differences shown in the terminal; ``--json`` lists all."""

DIFFERENT = 4
"""Exit code of a comparison that found a difference."""

_WORDS = {
    "empty": {
        "en": "The store is empty. Fill it: hypebasket data import DIR, or hypebasket fetch",
        "zh": "数据仓库为空。导入：hypebasket data import DIR；或获取：hypebasket fetch",
    },
    "new": {"en": "generation {} imported", "zh": "已导入第 {} 代"},
    "equal": {"en": "nothing new: generation {} holds the same", "zh": "无新内容：第 {} 代内容相同"},
    "sound": {
        "en": "{} generations, {} objects: every byte is as it was written",
        "zh": "{} 代、{} 个对象：字节全部与写入时一致",
    },
    "same": {"en": "no difference", "zh": "没有差异"},
    "differences": {"en": "{} differences (a: {}, b: {})", "zh": "{} 处差异（a：{}，b：{}）"},
    "more": {"en": "... and {} more (--json lists all)", "zh": "……另有 {} 处（--json 列出全部）"},
    "garbage": {
        "en": "{} generations, {} files deleted, {:,} bytes freed",
        "zh": "删除 {} 代、{} 个文件，释放 {:,} 字节",
    },
    "would": {
        "en": "{} generations, {} files, {:,} bytes could go (--dry-run)",
        "zh": "可删除 {} 代、{} 个文件、{:,} 字节（--dry-run）",
    },
    "rolled": {"en": "generation {} is current again", "zh": "已恢复为第 {} 代"},
    "exported": {"en": "generation {} written to {}: {} files", "zh": "第 {} 代已写入 {}：{} 个文件"},
}


@click.group()
def data() -> None:
    """Market data of the workspace: import, status, verify, diff, actions, rollback, gc, export."""


data.add_command(actions)


def store_of(session: Session) -> Store:
    """Return the store of the workspace."""
    from hypebasket.pipeline.fetching import workspace_store

    return workspace_store(_root(session))


def _root(session: Session) -> Path:
    from hypebasket.spec.workspace import find_workspace

    return session.workspace or find_workspace(Path.cwd())


@data.command("import")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@pass_session
def import_(session: Session, folder: Path) -> None:
    """Read a tidy folder of CSV, CSV.gz or Parquet files into the workspace's store.

    Every row is verified on the way: one wrong row and nothing is imported (exit code 3); blemishes are kept as
    published, counted and shown. Adjusted prices (*_qfq*, *_hfq*, *_adj*, or so by their content) are never read.
    docs/data-format.md names files, columns and units.
    """
    store = store_of(session)
    outcome = store.import_folder(folder, session.progress)
    if session.as_json:
        session.print_json({"new": outcome.is_new, **facts_of(outcome.manifest)})
        return
    say_findings(session, outcome.findings)
    word = "new" if outcome.is_new else "equal"
    session.say(_WORDS[word][session.lang].format(outcome.manifest.generation))
    say_manifest(session, outcome.manifest)


@data.command()
@pass_session
def status(session: Session) -> None:
    """Say what the store holds, where it came from and what is blemished."""
    found = store_of(session).status()
    if session.as_json:
        facts = None if found.manifest is None else facts_of(found.manifest)
        session.print_json({"current": facts, "generations": found.generations, "size": found.size})
        return
    if found.manifest is None:
        session.say(_WORDS["empty"][session.lang])
        return
    say_manifest(session, found.manifest)
    say_findings(session, found.manifest.findings)


@data.command()
@pass_session
def verify(session: Session) -> None:
    """Read every stored file again and compare it with the hash it was stored under (damage: exit code 3)."""
    found = store_of(session).verify()
    if found.problems:
        remedy = "import the folder again ('hypebasket data import DIR'), or go back: hypebasket data rollback N"
        raise DamagedDataError("the store is damaged:\n" + "\n".join(found.problems), remedy)
    if session.as_json:
        session.print_json({"generations": found.generations, "objects": found.objects, "problems": []})
        return
    session.say(_WORDS["sound"][session.lang].format(found.generations, found.objects))


@data.command()
@click.argument("a")
@click.argument("b")
@pass_session
def diff(session: Session, a: str, b: str) -> None:
    """Compare two snapshots, row by row and value by value (differences: exit code 4).

    A and B are each a generation's number, 'current', 'sample', or a tidy folder. Differences are listed, never
    averaged.

    \b
    hypebasket data diff 3 current
    hypebasket data diff my-folder current --json
    """  # noqa: D301  (the \b keeps the lines below it as they are)
    from hypebasket.pipeline.supply import snapshot
    from hypebasket.sources.difference import differences

    root = _root(session)
    found = list(differences(snapshot(root, a), snapshot(root, b)))
    if session.as_json:
        session.print_json({"a": a, "b": b, "differences": [asdict(each) for each in found]})
    for each in found[:ROWS_SHOWN]:
        session.say(str(each))
    if len(found) > ROWS_SHOWN:
        session.say(_WORDS["more"][session.lang].format(len(found) - ROWS_SHOWN))
    session.say(_WORDS["differences"][session.lang].format(len(found), a, b) if found else _WORDS["same"][session.lang])
    if found:
        sys.exit(DIFFERENT)


@data.command()
@click.argument("generation", type=click.IntRange(1), required=False)
@pass_session
def rollback(session: Session, generation: int | None) -> None:
    """Make GENERATION (default: the one before) current again; nothing is deleted."""
    manifest = store_of(session).rollback(generation, session.progress)
    if session.as_json:
        session.print_json(facts_of(manifest))
        return
    session.say(_WORDS["rolled"][session.lang].format(manifest.generation))
    say_manifest(session, manifest)


@data.command()
@click.option("--keep", type=click.IntRange(1), help="Also delete all generations but the last N and the current one.")
@click.option("--dry-run", is_flag=True, help="Say what would go, and delete nothing.")
@pass_session
def gc(session: Session, keep: int | None, dry_run: bool) -> None:
    """Delete stored files that no generation names, and what an unfinished fetch had kept."""
    gone = store_of(session).collect_garbage(keep, dry_run=dry_run)
    if session.as_json:
        session.print_json(asdict(gone) | {"dry_run": dry_run})
        return
    word = "would" if dry_run else "garbage"
    session.say(_WORDS[word][session.lang].format(len(gone.generations), gone.objects, gone.size))


@data.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--generation", type=click.IntRange(1), help="Generation to write [default: the current one].")
@pass_session
def export(session: Session, folder: Path, generation: int | None) -> None:
    """Write a generation into DIR as Parquet files, as 'data import' reads them: the same content hash results."""
    from hypebasket.sources.export import export as write

    store = store_of(session)
    number = store.manifest(generation).generation
    written = write(store, folder, number)
    session.say(_WORDS["exported"][session.lang].format(number, folder, len(written)))
    if session.as_json:
        session.print_json({"generation": number, "files": [str(path) for path in written]})
