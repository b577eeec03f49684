"""``hypebasket data actions``: the reference prices of a small folder, by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hypebasket.cli import main

# Ex-dates by the formula (close - cash) / (1 + shares), half-up:
# 600519: (10.10 - 0.30) / 1.5 = 6.5333 -> 6.53, as given; 300418: (20.00 - 0.10) / 1 = 19.90, the data says 19.89;
# 600571: suspended over two ex-dates: (8.00 - 0.50) = 7.50, then 7.50 / 1.2 = 6.25, shown on 01-08;
# 002230: rights, whose terms the action does not give: the price it states, 9.10, is the one of the bar;
# 600000: its bar leaves prev_close blank; 00700: Hong Kong publishes no ex-right price, the bar has the close before.
BARS = """symbol,date,open,high,low,close,volume,prev_close,is_suspended
600519.SH,2024-01-02,10.00,10.20,9.90,10.10,1000,10.00,0
600519.SH,2024-01-03,6.50,6.60,6.40,6.50,1000,6.53,0
300418.SZ,2024-01-02,20.00,20.00,20.00,20.00,1000,20.00,0
300418.SZ,2024-01-03,20.00,20.00,20.00,20.00,1000,19.89,0
600571.SH,2024-01-03,8.00,8.00,8.00,8.00,1000,8.00,0
600571.SH,2024-01-04,8.00,8.00,8.00,8.00,0,8.00,1
600571.SH,2024-01-05,8.00,8.00,8.00,8.00,0,8.00,1
600571.SH,2024-01-08,6.25,6.25,6.25,6.25,1000,6.25,0
002230.SZ,2024-01-02,10.00,10.00,10.00,10.00,1000,10.00,0
002230.SZ,2024-01-03,9.10,9.10,9.10,9.10,1000,9.10,0
600000.SH,2024-01-02,7.00,7.00,7.00,7.00,1000,7.00,0
600000.SH,2024-01-03,7.00,7.00,7.00,7.00,1000,,0
00700.HK,2024-01-02,300.00,300.00,300.00,300.00,1000,,0
00700.HK,2024-01-03,298.00,298.00,298.00,298.00,1000,300.00,0
"""
ACTIONS = """symbol,ex_date,cash_per_share,share_ratio,reference_price
600519.SH,2024-01-03,0.30,0.5,
300418.SZ,2024-01-03,0.10,0,
600571.SH,2024-01-04,0.50,0,
600571.SH,2024-01-05,0,0.2,
002230.SZ,2024-01-03,0,0,9.10
600000.SH,2024-01-03,0.20,0,
00700.HK,2024-01-03,2.40,0,
601398.SH,2024-01-03,0.10,0,
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "bars.csv").write_text(BARS, encoding="utf-8")
    (folder / "corporate_actions.csv").write_text(ACTIONS, encoding="utf-8")
    made = tmp_path / "workspace"
    (made / "baskets").mkdir(parents=True)
    assert call(made, "data", "import", str(folder)) == 0
    return made


def call(workspace: Path, *arguments: str) -> int:
    try:
        main(["--workspace", str(workspace), *arguments])
    except SystemExit as left:
        return int(left.code or 0)
    return 0


def test_every_ex_date_is_compared(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert call(workspace, "data", "actions", "--json") == 4
    told = json.loads(capsys.readouterr().out)
    compared = {
        check["symbol"]: (check["agreement"], check["by_rule"], check["prev_close"]) for check in told["checks"]
    }
    assert compared == {
        "600519.SH": ("equal", 6.53, 6.53),
        "300418.SZ": ("different", 19.90, 19.89),
        "600571.SH": ("equal", 6.25, 6.25),
        "002230.SZ": ("equal", 9.10, 9.10),
        "600000.SH": ("blank", 6.80, None),
        "00700.HK": ("plain", 297.60, 300.00),
        "601398.SH": ("no_bar", None, None),
    }
    assert next(check["session"] for check in told["checks"] if check["symbol"] == "600571.SH") == "2024-01-08"


def test_differences_are_listed_in_words(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert call(workspace, "data", "actions") == 4
    said = capsys.readouterr().out
    assert "300418.SZ  2024-01-03  close before 20.00, by the formula 19.90, in the data 19.89" in said
    assert "600519.SH" not in said
    assert call(workspace, "--lang", "zh", "data", "actions") == 4
    assert "前收盘 20.00，公式 19.90，数据 19.89" in capsys.readouterr().out


def test_without_a_difference_all_is_well(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(workspace, "data", "actions", "--symbol", "600519.SH") == 0
    assert "equal to the cent" in capsys.readouterr().out
