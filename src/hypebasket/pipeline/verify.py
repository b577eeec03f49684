"""Whether a folder is what its manifest says: sealed bytes, today's inputs, and the whole of it made again.

What any verb left below ``reports`` can be verified. It is made again from the manifest: specs and own classes stand in
it, the data is looked up by content. What the workspace holds today is only compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from hypebasket import __version__, rules
from hypebasket.errors import DamagedDataError, HypebasketError, SpecError
from hypebasket.market.data import MarketData
from hypebasket.pipeline.identity import file_hash, package_versions, source_hash
from hypebasket.pipeline.manifest import MANIFEST, RunManifest, read_manifest
from hypebasket.pipeline.remake import data_of, job_of, remake
from hypebasket.sources.store import Store
from hypebasket.spec.text import Text
from hypebasket.spec.workspace import load_workspace

__all__ = ["NOT_OF_THE_RUN", "Difference", "Verified", "sealed_differences", "verify_folder"]

NOT_OF_THE_RUN = ("audit.html", "parts")
"""What lies in a folder and is no part of it: what others write there, and the working files of a sweep."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as the manifest says: of the folder (``output``), or of what it was made from.

    ``kind`` is ``manifest``, ``output``, ``spec``, ``data``, ``code``, ``package`` or ``rerun``; ``name`` the file or
    package.
    """

    kind: str
    name: str
    text: Text


@dataclass(frozen=True, slots=True)
class Verified:
    """What a verification found; ``compared`` files of the run made again were held against the folder's."""

    run_id: str
    differences: tuple[Difference, ...]
    compared: int
    strangers: tuple[str, ...]

    @property
    def is_identical(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


def verify_folder(folder: Path, workspace: Path, say: Say) -> Verified:
    """Compare a run's folder with its manifest, and with the run made again from it, byte for byte.

    Raises ``DataGapError`` where the data is not there at all, ``DamagedDataError`` where it or the manifest cannot be
    read.
    """
    manifest = read_manifest(folder)
    differences = [*sealed_differences(manifest, folder), *changed_inputs(manifest, workspace)]
    differences += _changed_programs(manifest)
    strangers = sorted(
        path.name for path in folder.iterdir() if path.name not in (MANIFEST, *manifest.files, *NOT_OF_THE_RUN)
    )
    _check_store(manifest, workspace)
    data = data_of(manifest, workspace)
    compared = 0
    if data is None:
        differences.append(_other_data(manifest))
    else:
        say("making the run again from its manifest")
        found, compared = _compare_rerun(manifest, folder, workspace, data, say)
        differences += found
    return Verified(manifest.run_id, tuple(differences), compared, tuple(strangers))


def sealed_differences(manifest: RunManifest, folder: Path) -> Iterator[Difference]:
    """Yield what of the folder is not as it was sealed: the manifest, its name, and every file."""
    if not manifest.is_sealed:
        text = Text(
            zh="内容与封签不符：写成之后被改动过", en="does not match its seal: it was changed after it was written"
        )
        yield Difference("manifest", MANIFEST, text)
    if not manifest.is_named_rightly:
        text = Text(
            zh=f"参数的哈希不是运行编号 {manifest.run_id}",
            en=f"its parameters do not hash to the run id {manifest.run_id}",
        )
        yield Difference("manifest", MANIFEST, text)
    for name, digest in manifest.files.items():
        path = folder / name
        if not path.is_file():
            yield Difference("output", name, Text(zh="文件不在了", en="the file is gone"))
        elif file_hash(path) != digest:
            yield Difference("output", name, Text(zh="字节与封存时不同", en="its bytes are not those that were sealed"))


def changed_inputs(manifest: RunManifest, workspace: Path) -> Iterator[Difference]:
    """Yield the workspace's files that are no longer those the run was made from."""
    changed = [name for name, digest in manifest.inputs.items() if not _is_same(workspace / name, digest)]
    if not changed:
        return
    means = _changed_meanings(manifest, workspace)
    for name in changed:
        kind = "data" if name.startswith(("data/sample/", "data/store/")) else "spec"
        if not (workspace / name).is_file():
            text = Text(zh="文件不在了", en="the file is gone")
        elif kind == "data":
            text = Text(zh="字节与运行时不同", en="its bytes are not those the run was made from")
        else:
            text = means(name)
        yield Difference(kind, name, text)


def _is_same(path: Path, digest: str) -> bool:
    return path.is_file() and file_hash(path) == digest


def _changed_meanings(manifest: RunManifest, workspace: Path) -> Callable[[str], Text]:
    """Return what to say of a changed spec: that it is another now, or only worded otherwise."""
    try:
        today = load_workspace(workspace)
    except SpecError:
        broken = Text(
            zh="与运行时不同，且如今无效（hypebasket check）", en="changed, and not valid now (hypebasket check)"
        )
        return lambda name: broken
    same = {f"baskets/{each.id}": today.baskets.get(each.id) == each for each in manifest.baskets}
    same |= {f"strategies/{each.id}": today.strategies.get(each.id) == each for each in manifest.strategies}
    same["data/events"] = today.events == manifest.events

    def say(name: str) -> Text:
        if same.get(name.rpartition(".")[0], False):
            return Text(zh="文字改了，含义未变", en="worded otherwise now; it means the same")
        return Text(zh="与运行时不同", en="changed since the run")

    return say


def _changed_programs(manifest: RunManifest) -> Iterator[Difference]:
    """Yield what computes otherwise today: the code, the rules, the packages."""
    facts = manifest.facts
    made, now = facts.get("code") or {}, {"version": __version__, "sha256": source_hash()}
    if made != now:
        words = f"{made.get('version')} ({str(made.get('sha256'))[:12]}) → {__version__} ({now['sha256'][:12]})"
        yield Difference("code", "hypebasket", Text(zh=words, en=words))
    if facts.get("rules") != rules.version():
        words = f"{facts.get('rules')} → {rules.version()}"
        yield Difference("code", "rules", Text(zh=f"规则表：{words}", en=f"rule tables: {words}"))
    packages = facts.get("packages") or {}
    today = package_versions()
    for name in sorted(packages.keys() | today.keys()):
        before, after = packages.get(name), today.get(name)
        if before != after:
            words = f"{before or '-'} → {after or '-'}"
            yield Difference("package", name, Text(zh=words, en=words))


def _check_store(manifest: RunManifest, workspace: Path) -> None:
    """Read the store again, whole, where the run's data came from it."""
    if any(name.startswith("data/sample/") for name in manifest.inputs):
        return
    store = Store(workspace / "data" / "store")
    if not store.is_empty and (problems := store.verify().problems):
        raise DamagedDataError("the store is damaged:\n" + "\n".join(problems), "hypebasket data import DIR")


def _other_data(manifest: RunManifest) -> Difference:
    made = manifest.facts["data"]
    return Difference(
        "data",
        str(made["source"]),
        Text(
            zh=f"内容为 {made['content'][:12]} 的数据已不在此处：无法重新运行",
            en=f"data with the content {made['content'][:12]} is no longer here: the run cannot be made again",
        ),
    )


def _compare_rerun(
    manifest: RunManifest, folder: Path, workspace: Path, data: MarketData, say: Say
) -> tuple[list[Difference], int]:
    with TemporaryDirectory(prefix="hypebasket-") as scratch:
        again = Path(scratch, "run")
        pages = any(name.endswith(".html") for name in manifest.files)
        job = job_of(manifest, workspace, data, Path(scratch, "own"), pages=pages)
        try:
            remake(manifest, job, again, say)
        except HypebasketError as error:
            text = Text(zh=f"重新运行失败：{error}", en=f"the run could not be made again: {error}")
            return [Difference("rerun", manifest.run_id, text)], 0
        made = read_manifest(again)
        names = sorted(manifest.files.keys() | made.files.keys())
        found = [each for name in names if (each := _compare(name, folder / name, again / name)) is not None]
        return found, len(names)


def _compare(name: str, path: Path, again: Path) -> Difference | None:
    """Compare a file with the one made again; one that is gone has been told already."""
    if not path.is_file():
        return None if again.is_file() else Difference("rerun", name, _NOT_MADE)
    if not again.is_file():
        return Difference("rerun", name, _NOT_MADE)
    ours, theirs = path.read_bytes(), again.read_bytes()
    if ours == theirs:
        return None
    lines, others = ours.split(b"\n"), theirs.split(b"\n")
    line = next((i for i, pair in enumerate(zip(lines, others, strict=False)) if pair[0] != pair[1]), None)
    line = min(len(lines), len(others)) if line is None else line
    here, there = (_excerpt(text[line]) if line < len(text) else "∅" for text in (lines, others))
    return Difference(
        "rerun",
        name,
        Text(
            zh=f"第 {line + 1} 行与重新运行的不同：此处 {here}，重新运行 {there}",
            en=f"line {line + 1} differs from the run made again: here {here}, made again {there}",
        ),
    )


_NOT_MADE = Text(zh="重新运行没有产生这个文件", en="the run made again does not leave this file")
EXCERPT = 120


def _excerpt(line: bytes) -> str:
    text = line.decode("utf-8", errors="replace")
    return text if len(text) <= EXCERPT else f"{text[:EXCERPT]}…"
