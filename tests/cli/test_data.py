"""``hypebasket data``: what a user sees, and with which exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hypebasket.cli import main

BARS = """symbol,date,open,high,low,close,volume,amount,prev_close
600519.SH,2024-01-02,10.00,10.20,9.90,10.10,1000,10050,10.00
600519.SH,2024-01-03,10.10,10.30,10.00,10.20,1000,,10.10
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "mine"
    made.mkdir()
    (made / "bars.csv").write_text(BARS, encoding="utf-8")
    return made


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    made = tmp_path / "workspace"
    (made / "baskets").mkdir(parents=True)
    return made


def call(workspace: Path, *arguments: str) -> int:
    try:
        main(["--workspace", str(workspace), *arguments])
    except SystemExit as left:
        return int(left.code or 0)
    return 0


def test_import_status_verify(workspace: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(workspace, "data", "import", str(folder)) == 0
    said = capsys.readouterr()
    assert "1 row: amount is blank" in said.out
    assert "generation 1 imported" in said.out
    assert "bars.csv: 1 symbols, 2 bars, 2024-01-02 .. 2024-01-03" in said.out
    assert "verifying bars.csv: 2 rows" in said.err
    assert call(workspace, "data", "import", str(folder)) == 0
    assert "nothing new: generation 1" in capsys.readouterr().out
    assert call(workspace, "data", "status") == 0
    assert "amount is blank" in capsys.readouterr().out
    assert call(workspace, "data", "verify") == 0
    assert "every byte is as it was written" in capsys.readouterr().out


@pytest.mark.parametrize("place", ["before", "after"])
def test_json_alone_is_on_stdout(workspace: Path, folder: Path, place: str, capsys: pytest.CaptureFixture[str]) -> None:
    verb = ["data", "import", str(folder)]
    assert call(workspace, *(["--json", *verb] if place == "before" else [*verb, "--json"])) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["new"], facts["generation"], facts["symbols"], facts["synthetic"]) == (True, 1, 1, False)
    assert {f["kind"]: f["count"] for f in facts["findings"]}["amount_blank"] == 1


def test_chinese(workspace: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(workspace, "--lang", "zh", "data", "import", str(folder)) == 0
    said = capsys.readouterr().out
    assert "成交额为空" in said
    assert "已导入第 1 代" in said


def test_wrong_rows_leave_with_3_and_their_place(
    workspace: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "bars.csv").write_text(BARS.replace("10.20,9.90", "9.95,9.90"), encoding="utf-8")
    assert call(workspace, "data", "import", str(folder)) == 3
    said = capsys.readouterr()
    assert "bars.csv:2: 600519.SH 2024-01-02: open 10, high 9.95, low 9.9, close 10.1 cannot be" in said.err
    assert "Traceback" not in said.err


def test_an_empty_store_and_a_damaged_one(workspace: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(workspace, "data", "status") == 0
    assert "hypebasket data import DIR" in capsys.readouterr().out
    assert call(workspace, "data", "verify") == 3
    assert call(workspace, "data", "import", str(folder)) == 0
    damaged = next((workspace / "data" / "store" / "objects").glob("*.parquet"))
    damaged.write_bytes(damaged.read_bytes() + b"x")
    assert call(workspace, "data", "verify") == 3
    assert damaged.name in capsys.readouterr().err
