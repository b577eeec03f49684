"""Workspaces for the pipeline: one on the synthetic sample, one on a hand-made market of three names."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hypebasket.cli import main
from hypebasket.market.calendar import calendar_of
from hypebasket.pipeline.request import RunRequest
from hypebasket.pipeline.run import execute
from hypebasket.spec.text import Market

# With importlib as import mode a folder of tests is not importable by itself; the answers are shared by two layers.
sys.path.insert(0, str(Path(__file__).parents[1] / "answers"))
sys.path.insert(0, str(Path(__file__).parents[1]))

from command_line import CommandLine, copy_specs
from run_folder import RunFolder

Call = Callable[..., tuple[int, str, str]]

BASKET = """\
id: mini
name: {zh: 小篮子, en: Mini}
description: {zh: 手工三只股票, en: Three names made by hand}
mainline: application
members: documented
benchmarks: {CNY: 399006.SZ, HKD: HSI}
stocks:
  - {symbol: 300418.SZ, name: {zh: 昆仑万维, en: Kunlun}, segment: a, since: 2024-02-29, evidence: [ofweek-202402]}
  - {symbol: 600571.SH, name: {zh: 信雅达, en: Sunyard}, segment: b, since: 2024-03-13, evidence: [xcf-20240313]}
  - {symbol: 002230.SZ, name: {zh: 科大讯飞, en: iFlytek}, segment: a}
  - {symbol: 00700.HK, name: {zh: 腾讯控股, en: Tencent}, segment: a}
"""
EVENTS = """\
events:
  - id: sora-launch
    at: 2024-02-15T18:14Z
    precision: minute
    zone: UTC
    title: {zh: OpenAI 发布 Sora, en: OpenAI shows Sora}
    kind: product
    mainlines: [application]
    evidence: ["OpenAI, 2024-02-15"]
    confidence: A
  - id: kimi-2m
    at: 2024-03-18
    precision: day
    zone: Asia/Shanghai
    title: {zh: Kimi 支持 200 万字, en: Kimi takes two million characters}
    kind: product
    mainlines: [application]
    evidence: ["Moonshot AI, 2024-03-18"]
    confidence: B
"""
FIRST, LAST = "2024-01-15", "2024-03-29"
LOCKED = ("2024-02-19", "2024-02-20", "2024-02-21", "2024-02-22", "2024-02-23")
"""Sessions after Sora on which 600571.SH opens, trades and closes at its limit of 10 %."""


def bars_by_hand() -> list[dict[str, object]]:
    """Two names gain one cent a session; 600571.SH stays at 10.00 but for the week it is locked limit-up."""
    rows: list[dict[str, object]] = []
    for symbol, start, step in (("300418.SZ", 1000, 1), ("002230.SZ", 2000, 1), ("600571.SH", 1000, 0)):
        before = start
        for session in sessions_by_hand():
            locked = symbol == "600571.SH" and session in LOCKED
            close = (before * 110 + 50) // 100 if locked else before + step
            first = close if locked else before
            prices = {"open": first, "high": max(first, close), "low": min(first, close), "close": close}
            rows.append(
                {"symbol": symbol, "date": session}
                | {name: f"{fen / 100:.2f}" for name, fen in (*prices.items(), ("prev_close", before))}
                | {"volume": 50_000_000, "is_suspended": 0}
            )
            before = close
    return rows


def sessions_by_hand() -> list[str]:
    calendar = calendar_of(Market.XSHG)
    return [
        str(session) for session in calendar.sessions(calendar.first, calendar.last) if FIRST <= str(session) <= LAST
    ]


def write_table(path: Path, rows: list[dict[str, object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def mini_workspace(root: Path, workspace: Path) -> Path:
    """A workspace with one basket and two of the shipped strategies, on a market made by hand."""
    copy_specs(root, workspace)
    for path in (*(workspace / "baskets").glob("*.yaml"), *(workspace / "strategies").glob("*.yaml")):
        if path.stem not in ("buy-and-hold", "event-drift"):
            path.unlink()
    (workspace / "baskets" / "mini.yaml").write_text(BASKET, encoding="utf-8")
    (workspace / "data" / "events.yaml").write_text(EVENTS, encoding="utf-8")
    folder = workspace / "data" / "sample"
    folder.mkdir()
    write_table(folder / "bars.csv", bars_by_hand())
    write_table(
        folder / "index.csv",
        [{"symbol": "399006.SZ", "date": day, "close": 2000 + i} for i, day in enumerate(sessions_by_hand())],
    )
    (folder / "dataset.json").write_text(json.dumps({"name": "by hand", "synthetic": True}), encoding="utf-8")
    return workspace


@pytest.fixture
def mini(root: Path, tmp_path: Path) -> Path:
    """A workspace on the hand-made market, for one test."""
    return mini_workspace(root, tmp_path / "workspace")


@pytest.fixture(scope="session")
def finished(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace on the hand-made market in which two runs are finished, without pages; tests work on copies."""
    workspace = mini_workspace(root, tmp_path_factory.mktemp("finished") / "workspace")
    for capital, strategies in ((1_000_000, ("event-drift",)), (200_000, ("event-drift", "buy-and-hold"))):
        request = RunRequest(workspace, strategies=strategies, capital=capital, pages=False)
        execute(request, lambda step: None)
    return workspace


@pytest.fixture
def call(mini: Path, capsys: pytest.CaptureFixture[str]) -> Call:
    """Call the command line on the hand-made workspace; return exit code, stdout and stderr."""

    def invoke(*arguments: str) -> tuple[int, str, str]:
        code = 0
        try:
            main(["--workspace", str(mini), *arguments])
        except SystemExit as end:
            code = int(end.code or 0)
        return (code, *capsys.readouterr())

    return invoke


@pytest.fixture
def run_mini(mini: Path, call: Call) -> Callable[..., RunFolder]:
    """Run on the hand-made workspace without pages, and return what was left."""

    def run(*arguments: str) -> RunFolder:
        code, out, err = call("run", *arguments, "--no-pages", "--json")
        assert code == 0, err
        return RunFolder(mini / "reports" / json.loads(out)["run_id"])

    return run


@pytest.fixture(scope="session")
def sample_cli(root: Path, tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    """The command line in a workspace with the shipped specs and the synthetic sample, and an empty store."""
    workspace = copy_specs(root, tmp_path_factory.mktemp("sample") / "workspace")
    (workspace / "data" / "sample").symlink_to(root / "data" / "sample", target_is_directory=True)
    return CommandLine(workspace)


@pytest.fixture(scope="session")
def sample_run(sample_cli: CommandLine) -> RunFolder:
    """The three mainlines with the two plainest strategies; baskets, dates and data are left to the defaults."""
    return sample_cli.run("-s", "buy-and-hold", "-s", "event-drift", "--no-pages")
