"""The README's section "Your own data", followed to the letter by a newcomer with an empty folder."""

from __future__ import annotations

import re
import shlex
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from fake_vendor import FakeVendor
from fake_world import Company, walk

from hypebasket.cli import fetch as fetch_verb
from hypebasket.cli import main
from hypebasket.market.calendar import calendar_of
from hypebasket.pipeline.tearsheets import TearsheetPress
from hypebasket.sources.akshare.calls import Caller
from hypebasket.sources.akshare.network import Network
from hypebasket.spec.text import market_of
from hypebasket.spec.workspace import load_basket

FIRST, LAST = date(2023, 5, 1), date(2024, 7, 5)


def blocks(page: Path, title: str) -> list[list[str]]:
    """The commands of a section, block by block, without their remarks."""
    found = re.search(rf"^## {title}\n(.*?)(?=^## )", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert found, title
    texts = re.findall(r"^```\n(.*?)^```$", found[1], re.MULTILINE | re.DOTALL)
    return [[line.split("#")[0].strip() for line in text.splitlines()] for text in texts]


def follow(line: str) -> int:
    """Do what a shell does with a line; returns the exit code."""
    program, *words = shlex.split(line)
    if program == "cd":
        pytest.MonkeyPatch().chdir(words[0])
        return 0
    if program == "cp":
        assert words[0] == "-r"
        shutil.copytree(words[1], words[2])
        return 0
    assert program == "hypebasket", line
    try:
        main(words)
    except SystemExit as left:
        return int(left.code or 0)
    return 0


@pytest.fixture
def newcomer(vendor: FakeVendor, caller: Caller, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, and vendors who know every stock of the basket that the README fetches."""
    basket = load_basket(root / "baskets" / "application.yaml")
    for i, stock in enumerate(basket.stocks):
        bars = walk(2_000 + 100 * i, stock.market, first=FIRST, last=LAST)
        vendor.world.companies[stock.symbol] = Company(stock.symbol, stock.name.zh, bars)
    for secid in ("0.399006", "100.HSI"):
        market = market_of("00700.HK" if "HSI" in secid else "300418.SZ")
        vendor.world.indices[secid] = walk(180_000, market, first=FIRST, last=LAST)
    assert calendar_of(market_of("300418.SZ")).last > LAST
    monkeypatch.setattr(fetch_verb, "_caller", lambda _pace: Caller(Network(replace(caller.network.manners, read=5.0))))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize(("page", "title"), [("README.md", "Your own data"), ("README.zh.md", "自有数据")])
def test_from_nothing_to_a_run(
    page: str,
    title: str,
    newcomer: Path,
    root: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fetched, own = blocks(root / page, title)
    if page != "README.md":  # the same commands: followed once, compared here
        assert (fetched, own) == tuple(blocks(root / "README.md", "Your own data"))
        return
    for line in fetched:
        assert follow(line) == 0, (line, capsys.readouterr().err)
    said = capsys.readouterr()
    workspace = newcomer / "my-workspace"
    assert (workspace / "data" / "store" / "CURRENT").exists()
    index = Path(said.out.splitlines()[-1])
    assert index.name == "index.html"
    assert "SYNTHETIC" not in index.read_text(encoding="utf-8")
    monkeypatch.chdir(newcomer)
    monkeypatch.setattr(
        TearsheetPress, "print", lambda *_arguments, **_options: None
    )  # the sample's are drawn elsewhere
    for line in own:
        assert follow(line) == 0, (line, capsys.readouterr().err)
    index = Path(capsys.readouterr().out.splitlines()[-1])
    assert index.is_relative_to(newcomer / "other-workspace")
    assert "SYNTHETIC" in index.read_text(encoding="utf-8")  # the sample, and it says so
