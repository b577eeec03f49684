"""``hypebasket data``: import a folder into the workspace's store, say what is there, verify it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hypebasket.cli import Session, pass_session
from hypebasket.cli.data_actions import actions
from hypebasket.errors import DamagedDataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hypebasket.sources.finding import Finding
    from hypebasket.sources.manifest import Manifest
    from hypebasket.sources.store import Store

__all__ = ["data", "store_of"]

ROWS_SHOWN = 40
"""Findings shown in the terminal; the others are counted and ``--json`` lists all."""

_HEADER = {"en": ("", "file", "what", "count", "sessions"), "zh": ("", "文件", "内容", "数量", "交易日")}
_WORDS = {
    "refused": {"en": "REFUSED", "zh": "拒绝"},
    "blemish": {"en": "blemish", "zh": "瑕疵"},
    "note": {"en": "note", "zh": "说明"},
    "empty": {
        "en": "The store is empty. Fill it: hypebasket data import DIR",
        "zh": "数据仓库为空。导入：hypebasket data import DIR",
    },
    "more": {
        "en": "... and {} more (--json lists all, -v shows notes)",
        "zh": "……另有 {} 条（--json 列出全部，-v 显示说明）",
    },
    "new": {"en": "generation {} imported", "zh": "已导入第 {} 代"},
    "equal": {"en": "nothing new: generation {} holds the same", "zh": "无新内容：第 {} 代内容相同"},
    "synthetic": {"en": "SYNTHETIC data", "zh": "合成数据"},
    "sound": {
        "en": "{} generations, {} objects: every byte is as it was written",
        "zh": "{} 代、{} 个对象：字节全部与写入时一致",
    },
}


@click.group()
def data() -> None:
    """Market data of the workspace: import, status, verify, actions."""


data.add_command(actions)


def store_of(session: Session) -> Store:
    """Return the store of the workspace."""
    from hypebasket.sources.store import Store
    from hypebasket.spec.workspace import find_workspace

    root = session.workspace or find_workspace(Path.cwd())
    return Store(root / "data" / "store")


def _width(text: str) -> int:
    return sum(2 if ord(letter) > 0x2E80 else 1 for letter in text)


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(_width(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _span(finding: Finding) -> str:
    if finding.first is None:
        return ""
    return str(finding.first) if finding.first == finding.last else f"{finding.first} .. {finding.last}"


def _say_findings(session: Session, findings: Sequence[Finding]) -> None:
    from hypebasket.sources.finding import LABELS

    order = {"refused": 0, "blemish": 1, "note": 2}
    shown = [f for f in findings if f.severity != "note" or session.verbosity > 0]
    shown.sort(key=lambda f: order[f.severity])
    rows: list[Sequence[str]] = [_HEADER[session.lang]]
    for finding in shown[:ROWS_SHOWN]:
        what = finding.message if session.lang == "en" else LABELS[finding.kind].zh
        what = f"{finding.symbol}: {what}" if finding.symbol else what
        word = _WORDS[finding.severity][session.lang]
        rows.append((word, finding.file, what, f"{finding.count:,}", _span(finding)))
    for line in _table(rows):
        session.say(line)
    hidden = len(findings) - len(rows) + 1
    if hidden:
        session.say(_WORDS["more"][session.lang].format(hidden))


def _facts(manifest: Manifest) -> dict[str, Any]:
    return {
        "generation": manifest.generation,
        "name": manifest.name,
        "folder": manifest.folder,
        "synthetic": manifest.synthetic,
        "imported_at": manifest.imported_at.isoformat(),
        "content_hash": manifest.content_hash,
        "symbols": len(manifest.symbols),
        "files": [file.model_dump(mode="json", exclude={"symbols"}) for file in manifest.files],
        "findings": [finding.model_dump(mode="json") for finding in manifest.findings],
        "packages": manifest.packages,
    }


def _say_manifest(session: Session, manifest: Manifest) -> None:
    synthetic = f"  {_WORDS['synthetic'][session.lang]}" if manifest.synthetic else ""
    imported = f"{manifest.imported_at:%Y-%m-%d %H:%M} UTC"
    session.say(f"{manifest.generation:06d}  {manifest.name}  {imported}  {manifest.content_hash[:12]}{synthetic}")
    for origin in dict.fromkeys(stored.origin for stored in manifest.objects if stored.kind == "bars"):
        parts = [stored for stored in manifest.objects if stored.kind == "bars" and stored.origin == origin]
        first = min((p.first for p in parts if p.first), default=None)
        last = max((p.last for p in parts if p.last), default=None)
        symbols = sum(len(part.symbols) for part in parts)
        session.say(f"  {origin}: {symbols} symbols, {sum(p.rows for p in parts):,} bars, {first} .. {last}")
    for stored in manifest.objects:
        if stored.kind != "bars":
            span = f", {stored.first} .. {stored.last}" if stored.first else ""
            session.say(f"  {stored.kind}: {stored.rows:,} rows of {len(stored.symbols)} symbols{span}")


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
        session.print_json({"new": outcome.is_new, **_facts(outcome.manifest)})
        return
    _say_findings(session, outcome.findings)
    word = "new" if outcome.is_new else "equal"
    session.say(_WORDS[word][session.lang].format(outcome.manifest.generation))
    _say_manifest(session, outcome.manifest)


@data.command()
@pass_session
def status(session: Session) -> None:
    """Say what the store holds, where it came from and what is blemished."""
    found = store_of(session).status()
    if session.as_json:
        facts = None if found.manifest is None else _facts(found.manifest)
        session.print_json({"current": facts, "generations": found.generations, "size": found.size})
        return
    if found.manifest is None:
        session.say(_WORDS["empty"][session.lang])
        return
    _say_manifest(session, found.manifest)
    _say_findings(session, found.manifest.findings)


@data.command()
@pass_session
def verify(session: Session) -> None:
    """Read every stored file again and compare it with the hash it was stored under (damage: exit code 3)."""
    found = store_of(session).verify()
    if found.problems:
        remedy = "import the folder again ('hypebasket data import DIR')"
        raise DamagedDataError("the store is damaged:\n" + "\n".join(found.problems), remedy)
    if session.as_json:
        session.print_json({"generations": found.generations, "objects": found.objects, "problems": []})
        return
    session.say(_WORDS["sound"][session.lang].format(found.generations, found.objects))
