"""A strategy of one's own through the command line: by YAML, with honest fills, and with errors that name a line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from run_folder import RunFolder

Call = Callable[..., tuple[int, str, str]]
Run = Callable[..., RunFolder]

YAML = """\
id: mine
name: {zh: 我的, en: Mine}
description: {zh: 自写, en: Own}
trigger: {on: events}
class: strategies/mine.py:Mine
"""
CLASS = """\
import backtrader as bt


class Mine(bt.Strategy):
    def next(self):
        locked = self.getdatabyname("600571.SH")
        if self.events and not self.getposition(locked).size:
            self.buy(locked, size=SIZE, valid=0)
"""


@pytest.fixture
def mine(mini: Path) -> Path:
    """The hand-made workspace with an own strategy that wants 600571.SH from the first event on."""
    (mini / "strategies" / "mine.yaml").write_text(YAML, encoding="utf-8")
    path = mini / "strategies" / "mine.py"
    path.write_text(CLASS.replace("SIZE", "300"), encoding="utf-8")
    return path


def test_it_runs_by_yaml_with_honest_fills(mine: Path, run_mini: Run) -> None:
    """Sora came in the night to 2024-02-16, a holiday: 600571.SH is locked from 02-19 to 02-23, and bought on 02-26.

    Nobody had named it before 03-13: the circle ``documented`` takes it all the same, ``point_in_time`` does not.
    """
    folder = run_mini("mini", "-s", "mine", "--members", "documented")
    fills = [row for row in folder.rows("fills") if row["members"] == "documented"]
    assert [(row["symbol"], row["session"], row["shares"]) for row in fills] == [("600571.SH", "2024-02-26", "300")]
    orders = [row for row in folder.rows("orders") if row["members"] == "documented"]
    assert [(row["created"], row["reason"]) for row in orders] == [
        *((day, "locked_limit_up") for day in ("2024-02-19", "2024-02-20", "2024-02-21", "2024-02-22", "2024-02-23")),
        ("2024-02-26", ""),
    ]
    early = [row for row in folder.rows("orders") if row["members"] == "point_in_time"]
    refused = [row["created"] for row in early if row["reason"] == "not_a_member"]
    assert (refused[0], refused[-1]) == ("2024-02-19", "2024-03-13")
    assert [row["created"] for row in early if row["filled"] == "300"] == ["2024-03-14"]


def test_equal_files_are_one_run_and_an_edit_is_another(mine: Path, run_mini: Run) -> None:
    first, again = run_mini("mini", "-s", "mine"), run_mini("mini", "-s", "mine")
    assert first.result["run_id"] == again.result["run_id"]
    mine.write_text(CLASS.replace("SIZE", "400"), encoding="utf-8")
    edited = run_mini("mini", "-s", "mine")
    assert edited.result["run_id"] != first.result["run_id"]
    assert {row["shares"] for row in edited.rows("fills")} == {"400"}


def test_an_error_names_file_and_line(mine: Path, call: Call) -> None:
    mine.write_text(CLASS.replace("SIZE", "1 / 0"), encoding="utf-8")
    code, out, err = call("run", "mini", "-s", "mine", "--no-pages")
    assert (code, out) == (2, "")
    assert "mine.py:8: ZeroDivisionError: division by zero" in err
    assert "Traceback" not in err


def test_an_order_daily_bars_cannot_serve_is_refused(mine: Path, call: Call) -> None:
    mine.write_text(CLASS.replace("size=SIZE", "size=100, exectype=bt.Order.Stop, price=1.0"), encoding="utf-8")
    code, _, err = call("run", "mini", "-s", "mine", "--no-pages")
    assert code == 2
    assert "not traded on daily bars" in err
    assert "Traceback" not in err


def test_a_missing_file_is_told_before_anything_runs(mine: Path, call: Call) -> None:
    mine.unlink()
    code, out, err = call("run", "mini", "-s", "mine", "--no-pages")
    assert (code, out) == (2, "")
    assert "mine.yaml:5:8: strategies/mine.py:Mine: no such file in the workspace" in err
