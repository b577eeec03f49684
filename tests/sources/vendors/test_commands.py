"""The commands as a user types them: exit codes, both languages, JSON, what is asked and what is written."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from fake_vendor import FakeVendor, reply

from hypebasket.cli import basket as basket_verb
from hypebasket.cli import fetch as fetch_verb
from hypebasket.cli import main
from hypebasket.pipeline import health
from hypebasket.sources.akshare.calls import Caller
from hypebasket.sources.akshare.network import Network
from hypebasket.sources.store import Store
from hypebasket.spec.workspace import load_basket, load_workspace

Call = Callable[..., int]
DAYS = ("--from", "2024-02-01", "--to", "2024-03-29")


@pytest.fixture
def workspace(root: Path, tmp_path: Path) -> Path:
    """A copy of the repository's baskets, strategies and tables, without data."""
    made = tmp_path / "workspace"
    for folder in ("baskets", "strategies"):
        shutil.copytree(root / folder, made / folder)
    (made / "data").mkdir()
    for name in ("events.yaml", "sources.yaml", "instruments.csv"):
        shutil.copyfile(root / "data" / name, made / "data" / name)
    return made


@pytest.fixture
def call(workspace: Path, vendor: FakeVendor, caller: Caller, monkeypatch: pytest.MonkeyPatch) -> Call:
    def fresh(*_pace: object) -> Caller:
        return Caller(Network(caller.network.manners, sleep=lambda _seconds: None))

    monkeypatch.setattr(fetch_verb, "_caller", fresh)
    monkeypatch.setattr(basket_verb, "_caller", fresh)

    def run(*arguments: str) -> int:
        try:
            main(["--workspace", str(workspace), *arguments])
        except SystemExit as left:
            return int(left.code or 0)
        return 0

    return run


def store_of(workspace: Path) -> Store:
    return Store(workspace / "data" / "store")


def test_fetch_status_and_fetch_again(call: Call, workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("fetch", "600519.SH", "00700.HK", "000300.SH", *DAYS) == 0
    said = capsys.readouterr()
    assert "generation 1 stored: 3 fetched" in said.out
    assert "2/3 (1 left)  00700.HK: 39 rows of eastmoney" in said.err
    assert call("data", "status") == 0
    assert "calls of akshare" in capsys.readouterr().out
    assert call("fetch", "600519.SH", "00700.HK", "000300.SH", *DAYS) == 0
    assert "nothing to fetch: the store has it all" in capsys.readouterr().out
    assert call("data", "verify") == 0


def test_a_dry_run_asks_nothing(
    call: Call, vendor: FakeVendor, workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("fetch", "--basket", "compute", *DAYS, "--source", "sina", "--check", "tencent", "--dry-run") == 0
    said = capsys.readouterr()
    assert "000938.SZ: 2024-02-01 .. 2024-03-29 from sina, compared with tencent" in said.out
    assert "NVDA.US: not asked for: sina has no bars of this market (--source eastmoney)" in said.err
    assert vendor.log == []
    assert not store_of(workspace).root.exists()
    assert call("fetch", "300418.SZ", *DAYS, "--fx", "--dry-run", "--json") == 0
    plan = json.loads(capsys.readouterr().out)
    assert plan["requests"] == [
        {"symbol": "300418.SZ", "from": "2024-02-01", "to": "2024-03-29", "source": "eastmoney", "check": None}
    ]
    assert plan["extras"] == ["exchange rates"]


def test_what_is_missing_is_exit_code_3_and_named(
    call: Call, vendor: FakeVendor, capsys: pytest.CaptureFixture[str]
) -> None:
    vendor.spoil(r"kline/get\?.*secid=0\.300418", reply("<html>blocked</html>", 200))
    assert call("fetch", "600519.SH", "300418.SZ", "000063.SZ", *DAYS) == 3
    said = capsys.readouterr().err
    assert "300418.SZ: akshare.stock_zh_a_hist(" in said
    assert "page for people" in said
    assert "not asked for any more: 000063.SZ" in said
    assert "2 missing, 1 fetched and stored; run the same command again" in said
    vendor.heal()
    assert call("fetch", "600519.SH", "300418.SZ", "000063.SZ", *DAYS, "--json") == 0
    outcome = json.loads(capsys.readouterr().out)
    assert outcome["fetched"] == ["300418.SZ", "000063.SZ"]
    assert outcome["present"] == ["600519.SH"]
    assert outcome["generation"] == 2


def test_wrong_words(call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("fetch", "600519") == 2
    assert "'600519': neither a stock nor an index; write 600519.SH" in capsys.readouterr().err
    assert call("fetch", "--basket", "comput") == 2
    assert "did you mean 'compute'?" in capsys.readouterr().err
    assert call("fetch", "--source", "yahoo") == 2


def test_diff_rollback_gc_export(
    call: Call, vendor: FakeVendor, workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("fetch", "300418.SZ", *DAYS) == 0
    bars = vendor.world.companies["300418.SZ"].bars
    i = next(i for i, bar in enumerate(bars) if bar.day == date(2024, 3, 6))
    bars[i] = dataclasses.replace(bars[i], high=bars[i].high + 1)
    assert call("fetch", "300418.SZ", *DAYS, "--refresh") == 0
    said = capsys.readouterr().out
    assert "1 values that eastmoney gives otherwise than before:" in said
    assert "300418.SZ 2024-03-06 high:" in said
    assert call("data", "diff", "1", "current") == 4
    assert "bars 300418.SZ 2024-03-06: high" in capsys.readouterr().out
    assert call("data", "diff", "1", "current", "--json") == 4
    (difference,) = json.loads(capsys.readouterr().out)["differences"]
    assert (difference["symbol"], difference["column"]) == ("300418.SZ", "high")
    assert call("data", "export", str(tmp_path / "old"), "--generation", "1") == 0
    assert call("data", "diff", str(tmp_path / "old"), "1") == 0
    assert "no difference" in capsys.readouterr().out
    assert call("data", "rollback") == 0
    assert "generation 1 is current again" in capsys.readouterr().out
    assert call("data", "diff", "1", "current") == 0
    assert call("data", "rollback") == 3
    assert "none before it" in capsys.readouterr().err
    assert call("data", "gc", "--keep", "1", "--dry-run") == 0
    assert "0 generations" in capsys.readouterr().out  # the current one and the last one stay
    assert call("data", "rollback", "2") == 0
    assert call("data", "gc", "--keep", "1") == 0
    assert "1 generations" in capsys.readouterr().out
    assert call("data", "verify") == 0
    assert call("data", "rollback", "1") == 3
    assert "the store has no generation 1" in capsys.readouterr().err
    assert call("data", "export", str(tmp_path / "old")) == 2
    assert "is not an empty folder" in capsys.readouterr().err


def test_a_flipped_byte_stops_the_run_that_would_use_it(
    call: Call, workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("fetch", "300418.SZ", "399006.SZ", *DAYS) == 0
    path = max((workspace / "data" / "store" / "objects").glob("*.parquet"), key=lambda p: p.stat().st_size)
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 0x04
    path.write_bytes(bytes(content))
    capsys.readouterr()
    assert call("run", "application", "-s", "event-drift", "--no-pages") == 3
    assert f"objects/{path.name}: its bytes are not those that were stored" in capsys.readouterr().err
    assert call("data", "verify") == 3
    assert path.name in capsys.readouterr().err
    assert call("doctor") == 3
    assert "BROKEN  store" in capsys.readouterr().out
    assert call("data", "import", str(workspace / "data" / "nothing")) == 3


def test_draft_a_basket_and_follow_its_board(
    call: Call, vendor: FakeVendor, workspace: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(basket_verb, "_today", lambda: date(2026, 11, 25))
    vendor.world.boards["Sora概念"][1].append(("301999", "*新 股"))
    assert call("basket", "draft", "--concept", "Sora概念") == 0
    assert "sora.yaml: 3 members since 2026-11-25" in capsys.readouterr().out
    drafted = load_workspace(workspace).baskets["sora"]  # valid as a whole: publications and instruments with it
    assert [stock.symbol for stock in drafted.stocks] == ["300418.SZ", "301999.SZ", "688256.SH"]
    assert all(stock.since == date(2026, 11, 25) and stock.documented for stock in drafted.stocks)
    assert drafted.stocks[1].name.zh == "*新股"
    assert call("basket", "draft", "--concept", "Sora概念") == 2
    assert "hypebasket basket diff sora" in capsys.readouterr().err

    assert call("basket", "diff", "sora") == 0
    assert "no change" in capsys.readouterr().out
    monkeypatch.setattr(basket_verb, "_today", lambda: date(2026, 12, 7))
    vendor.world.boards["Sora概念"] = ("BK1166", [("688256", "寒武纪"), ("000063", "中兴通讯"), ("301999", "*新 股")])
    path = workspace / "baskets" / "sora.yaml"
    before = path.read_text(encoding="utf-8")
    assert call("basket", "diff", "sora") == 4
    said = capsys.readouterr().out
    assert "joined  000063.SZ  中兴通讯" in said
    assert "left  300418.SZ  昆仑万维" in said
    assert path.read_text(encoding="utf-8") == before
    assert call("basket", "diff", "sora", "--write") == 0
    changed = load_basket(path)
    by_symbol = {stock.symbol: stock for stock in changed.stocks}
    assert by_symbol["300418.SZ"].until == date(2026, 12, 7)
    assert by_symbol["000063.SZ"].since == date(2026, 12, 7)
    assert by_symbol["688256.SH"] == {stock.symbol: stock for stock in drafted.stocks}["688256.SH"]
    text = path.read_text(encoding="utf-8")
    assert text.startswith(before[: before.index("- symbol: 300418.SZ")])
    load_workspace(workspace)
    capsys.readouterr()

    vendor.world.boards["Sora概念"][1].append(("300418", "昆仑万维"))
    assert call("basket", "diff", "sora", "--json") == 0
    assert json.loads(capsys.readouterr().out)["back"] == [["300418.SZ", "昆仑万维"]]
    assert call("basket", "diff", "compute") == 2
    assert "--concept NAME" in capsys.readouterr().err


def test_members_with_other_evidence_never_count_as_left(
    call: Call, workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("basket", "diff", "application", "--concept", "Sora概念", "--json") == 4
    change = json.loads(capsys.readouterr().out)
    assert change["left"] == []
    assert change["joined"] == [["688256.SH", "寒武纪"]]


def test_doctor(
    call: Call, workspace: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert call("doctor") == 0
    said = capsys.readouterr().out
    for subject in ("python", "packages", "calendar XSHG", "disk", "clock", "fonts"):
        assert f"ok      {subject}" in said, said
    assert "warning store: empty" in said
    assert "-> hypebasket fetch" in said
    assert call("doctor", "--lang", "zh") == 0
    assert "注意" in capsys.readouterr().out
    assert call("fetch", "300418.SZ", *DAYS) == 0
    capsys.readouterr()
    assert call("doctor", "--json") == 0
    states = {each["subject"]: each["state"] for each in json.loads(capsys.readouterr().out)}
    assert states["store"] == "fine"


def test_doctor_finds_what_is_wrong(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "version", lambda name: "0.0.1" if name == "pandas" else "99999")
    monkeypatch.setattr(health, "LEAST_FREE", 1 << 60)
    found = {each.subject: each for each in health.diagnose(workspace, datetime(2031, 1, 1, tzinfo=UTC))}
    assert found["packages"].state == "broken"
    assert "pip install 'pandas" in found["packages"].remedy.en  # type: ignore[union-attr]
    assert found["calendar XNYS"].state == "broken"
    assert "exchange-calendars" in found["calendar XNYS"].remedy.en  # type: ignore[union-attr]
    assert found["disk"].state == "warning"


def test_a_clock_that_is_behind(call: Call, workspace: Path) -> None:
    assert call("fetch", "300418.SZ", *DAYS) == 0
    found = {each.subject: each for each in health.diagnose(workspace, datetime(2020, 1, 1, tzinfo=UTC))}
    assert found["clock"].state == "broken"
    assert found["clock"].remedy is not None


def test_a_terminal_gets_a_bar_with_what_is_left(
    call: Call, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert call("fetch", "600519.SH", "300418.SZ", *DAYS) == 0
    said = capsys.readouterr().err
    assert "2/2" in said
    assert "300418.SZ: 36 rows of eastmoney" in said
