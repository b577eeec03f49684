"""How a generation of the store and its findings are shown in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hypebasket.cli import Session
    from hypebasket.sources.finding import Finding
    from hypebasket.sources.manifest import Manifest

__all__ = ["facts_of", "say_findings", "say_manifest"]

ROWS_SHOWN = 40
"""Findings shown in the terminal; the others are counted and ``--json`` lists all."""

_HEADER = {"en": ("", "file", "what", "count", "sessions"), "zh": ("", "文件", "内容", "数量", "交易日")}
_WORDS = {
    "refused": {"en": "REFUSED", "zh": "拒绝"},
    "blemish": {"en": "blemish", "zh": "瑕疵"},
    "note": {"en": "note", "zh": "说明"},
    "more": {
        "en": "... and {} more (--json lists all, -v shows notes)",
        "zh": "……另有 {} 条（--json 列出全部，-v 显示说明）",
    },
    "synthetic": {"en": "SYNTHETIC data", "zh": "合成数据"},
    "calls": {"en": "  {} calls of akshare {}, the last at {}", "zh": "  akshare {1} 调用 {0} 次，最近一次 {2}"},
}


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


def say_findings(session: Session, findings: Sequence[Finding]) -> None:
    """Show findings as a table: what was refused first, notes only on request."""
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


def facts_of(manifest: Manifest) -> dict[str, Any]:
    """Return a generation as plain values."""
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
        "calls": [call.model_dump(mode="json") for call in manifest.calls],
        "changes": [change.model_dump(mode="json") for change in manifest.changes],
    }


def say_manifest(session: Session, manifest: Manifest) -> None:
    """Show what a generation holds and where it came from."""
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
    if manifest.calls:
        latest = max(manifest.calls, key=lambda call: call.fetched_at)
        words = _WORDS["calls"][session.lang]
        session.say(words.format(len(manifest.calls), latest.akshare, f"{latest.fetched_at:%Y-%m-%d %H:%M} UTC"))
