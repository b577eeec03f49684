"""What a run and a fetch stand on: Python, packages, calendars, store, disk, clock, fonts; each with a remedy."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Literal

from hypebasket.errors import HypebasketError
from hypebasket.market.calendar import calendar_of
from hypebasket.sources.lock import hold_lock
from hypebasket.sources.store import Store
from hypebasket.spec.text import Market, Text

__all__ = ["Diagnosis", "diagnose"]

LEAST_FREE = 1 << 30
OLDEST_PYTHON = (3, 11)
CALENDAR_NOTICE = timedelta(days=30)
CLOCK_SLACK = timedelta(minutes=5)
_NAME = re.compile(r"^([A-Za-z0-9._-]+)\s*(?:\[[^\]]*\])?\s*([^;]*)")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One finding: ``state`` is fine, warning or broken; ``remedy`` is blank where all is fine."""

    subject: str
    state: Literal["fine", "warning", "broken"]
    found: Text
    remedy: Text | None = None


def _fine(subject: str, zh: str, en: str) -> Diagnosis:
    return Diagnosis(subject, "fine", Text(zh=zh, en=en))


def diagnose(root: Path | None, now: datetime | None = None) -> Iterator[Diagnosis]:
    """Look at everything; ``root`` is the workspace, None where there is none."""
    moment = now or datetime.now(UTC)
    yield _python()
    yield from _packages()
    yield from _calendars(moment.date())
    yield from _workspace(root, moment)
    yield from _fonts()


def _python() -> Diagnosis:
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] >= OLDEST_PYTHON:
        return _fine("python", found, found)
    remedy = Text(zh="安装 Python 3.11 或更新版本", en="install Python 3.11 or newer")
    return Diagnosis("python", "broken", Text(zh=found, en=found), remedy)


def _packages() -> Iterator[Diagnosis]:
    """Compare what is installed with what the package asks for."""
    from packaging.specifiers import SpecifierSet

    wrong = False
    for requirement in requires("hypebasket") or []:
        match = _NAME.match(requirement)
        if match is None or "extra ==" in requirement:
            continue
        name, wanted = match[1], match[2].strip()
        remedy = Text(zh=f"pip install '{name}{wanted}'", en=f"pip install '{name}{wanted}'")
        try:
            installed = version(name)
        except PackageNotFoundError:
            wrong = True
            yield Diagnosis("packages", "broken", Text(zh=f"缺少 {name}", en=f"{name} is missing"), remedy)
            continue
        if not SpecifierSet(wanted).contains(installed, prereleases=True):
            wrong = True
            text = Text(zh=f"{name} {installed}，需要 {wanted}", en=f"{name} {installed}, needed {wanted}")
            yield Diagnosis("packages", "broken", text, remedy)
    if not wrong:
        akshare = version("akshare")
        yield _fine("packages", f"齐全（akshare {akshare}）", f"all there (akshare {akshare})")


def _calendars(today: date) -> Iterator[Diagnosis]:
    for market in (Market.XSHG, Market.XHKG, Market.XNYS):
        last = calendar_of(market).last
        subject = f"calendar {market}"
        zh, en = f"至 {last}", f"to {last}"
        if last >= today + CALENDAR_NOTICE:
            yield _fine(subject, zh, en)
        else:
            remedy = "pip install --upgrade exchange-calendars"
            state: Literal["warning", "broken"] = "broken" if last < today else "warning"
            yield Diagnosis(subject, state, Text(zh=zh, en=en), Text(
                zh=f"交易所公布下一年假期后运行 {remedy}", en=f"once the next year's holidays are published: {remedy}"
            ))  # fmt: skip


def _workspace(root: Path | None, now: datetime) -> Iterator[Diagnosis]:
    if root is None:
        text = Text(zh="当前目录没有工作区", en="no workspace here")
        yield Diagnosis("workspace", "warning", text, Text(zh="hypebasket init 文件夹", en="hypebasket init DIR"))
    else:
        yield _fine("workspace", str(root), str(root))
    yield _disk(root or Path.cwd())
    store = None if root is None else Store(root / "data" / "store")
    yield _clock(store, now)
    if store is not None:
        yield from _store(store)


def _disk(place: Path) -> Diagnosis:
    free = shutil.disk_usage(place).free
    text = Text(zh=f"剩余 {free / 1e9:.1f} GB", en=f"{free / 1e9:.1f} GB free")
    if free >= LEAST_FREE:
        return Diagnosis("disk", "fine", text)
    remedy = Text(zh="清理磁盘，或运行 hypebasket data gc --keep 3", en="free space, or: hypebasket data gc --keep 3")
    return Diagnosis("disk", "warning", text, remedy)


def _clock(store: Store | None, now: datetime) -> Diagnosis:
    """Compare the clock with what was written: one that is behind would date evidence and sessions wrongly."""
    newest = None
    try:
        newest = store.manifest().imported_at if store is not None and not store.is_empty else None
    except HypebasketError:
        newest = None  # the store's own finding tells
    shown = f"{now:%Y-%m-%d %H:%M} UTC"
    if newest is not None and newest > now + CLOCK_SLACK:
        text = Text(
            zh=f"{shown}，早于数据写入时间 {newest:%Y-%m-%d %H:%M}",
            en=f"{shown}, before the store was written ({newest:%Y-%m-%d %H:%M})",
        )
        return Diagnosis("clock", "broken", text, Text(zh="校准系统时间", en="set the system clock"))
    return _fine("clock", shown, shown)


def _store(store: Store) -> Iterator[Diagnosis]:
    if store.is_empty:
        text = Text(zh="空；run 使用合成样本", en="empty; a run uses the synthetic sample")
        ways = "hypebasket fetch | hypebasket data import DIR"
        yield Diagnosis("store", "warning", text, Text(zh=ways, en=ways))
        return
    try:
        checked = store.verify()
    except HypebasketError as error:
        problem = Text(zh=error.message, en=error.message)
        yield Diagnosis("store", "broken", problem, Text(zh=error.remedy, en=error.remedy))
        return
    back = "hypebasket data rollback N | hypebasket data import DIR"
    for line in checked.problems:
        yield Diagnosis("store", "broken", Text(zh=line, en=line), Text(zh=back, en=back))
    if not checked.problems:
        yield _fine("store", f"{checked.generations} 代，完好", f"{checked.generations} generations, whole")
    try:
        with hold_lock(store.root / "lock"):
            pass
    except HypebasketError as error:
        remedy = Text(zh=error.remedy, en=error.remedy)
        yield Diagnosis("store", "warning", Text(zh=error.message, en=error.message), remedy)


def _fonts() -> Iterator[Diagnosis]:
    from hypebasket.report.fonts import Face, font_file

    try:
        for face in Face:
            font_file(face)
    except HypebasketError as error:
        remedy = Text(zh=error.remedy, en=error.remedy)
        yield Diagnosis("fonts", "broken", Text(zh=error.message, en=error.message), remedy)
        return
    yield _fine("fonts", "中文字体齐全", "Chinese faces are there")
