"""How ``hypebasket check`` tells problems, and what ``--fix`` mends."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from hypebasket.spec.source import read_source

Call = Callable[..., tuple[int, str, str]]

SLIPS = """\
# my strategy, 我的策略
id: x
name: {zh: 甲, en: 5}   # keep me
description: {zh: 乙, en: B}
trigger: {on: events, mainlines: application}
entry: {on_limit: {retri: "3"}, at: first-open, offset: "0"}
exit: {stop_los: 12.5%, hold_sessions: 5.0, board_break: yes}
selct:
  top: 2       # the strongest
  by: volatilty
fills: relistic
"""
MENDED = """\
# my strategy, 我的策略
id: x
name: {zh: 甲, en: "5"}   # keep me
description: {zh: 乙, en: B}
trigger: {on: events, mainlines: [application]}
entry: {on_limit: {retry: 3}, at: first_open, offset: 0}
exit: {stop_loss: 0.125, hold_sessions: 5, board_break: true}
select:
  top: 2       # the strongest
  by: volatility
fills: realistic
"""


def write(workspace: Path, name: str, text: str) -> Path:
    path = workspace / name
    path.write_text(text, encoding="utf-8", newline="")
    return path


def test_the_line_is_shown_with_a_caret_below_the_fault(workspace: Path, call: Call) -> None:
    text = "id: x\nname: {zh: 甲乙丙, en: A}\ndescription: {zh: 中, en: E}\nexit: {hold_sessions: zero}  # 卖\n"
    write(workspace, "strategies/x.yaml", text)
    code, out, err = call("--workspace", str(workspace), "check")
    assert (code, out) == (2, "")
    lines = err.splitlines()
    assert lines[:3] == [
        "strategies/x.yaml:4:23: zero: not a whole number; "
        "write digits without quotes, such as 5 (at least 1, at most 2,000)",
        "    4 | exit: {hold_sessions: zero}  # 卖",
        "      |                       ^^^^",
    ]


def test_the_caret_stands_right_behind_chinese_letters(workspace: Path, call: Call) -> None:
    """A Chinese letter takes two columns of a terminal: 'name: {zh: 甲乙丙, en: ' is 20 letters and 23 columns."""
    write(workspace, "strategies/x.yaml", "id: x\nname: {zh: 甲乙丙, en: 7}\ndescription: {zh: 中, en: E}\n")
    _, _, err = call("--workspace", str(workspace), "check")
    assert err.splitlines()[2] == "      | " + " " * 23 + "^"


def test_a_long_line_is_cut_around_the_fault(workspace: Path, call: Call) -> None:
    write(workspace, "strategies/x.yaml", f"id: x\nname: {{zh: {'长' * 400}, en: 7}}\ndescription: {{zh: 中, en: E}}\n")
    _, _, err = call("--workspace", str(workspace), "check")
    shown, caret = err.splitlines()[1:3]
    assert shown.startswith("    2 | …")
    assert "en: 7}" in shown
    assert caret.endswith("^")
    assert len(shown) < 130


def test_chinese_messages(workspace: Path, call: Call) -> None:
    write(workspace, "strategies/x.yaml", SLIPS)
    _, _, err = call("--lang", "zh", "--workspace", str(workspace), "check")
    assert "strategies/x.yaml:6:20: retri: 不认识的键；是不是想写 'retry'？允许：retry" in err
    assert err.splitlines()[-2:] == ["其中 10 处可由 check --fix 改好", "1 个文件中有 10 处错误"]


def test_a_run_refuses_in_chinese_as_well(workspace: Path, call: Call) -> None:
    write(workspace, "strategies/x.yaml", SLIPS)
    code, _, err = call("--workspace", str(workspace), "run", "--lang", "zh")
    assert code == 2
    assert "是不是想写 'retry'？" in err


def test_json_names_code_excerpt_and_fix(workspace: Path, call: Call) -> None:
    write(workspace, "strategies/x.yaml", SLIPS)
    _, out, _ = call("--json", "--workspace", str(workspace), "check")
    problem = next(each for each in json.loads(out)["problems"] if each["value"] == "relistic")
    assert problem == {
        "path": "strategies/x.yaml",
        "line": 11,
        "column": 8,
        "code": "unknown-word",
        "value": "relistic",
        "message": "not a word known here",
        "remedy": "did you mean 'realistic'? allowed: pessimistic, realistic, optimistic",
        "excerpt": "fills: relistic",
        "fix": {"line": 11, "column": 8, "old": "relistic", "new": "realistic"},
    }


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_fix_mends_slips_and_leaves_every_other_byte(ending: str, mark: str, workspace: Path, call: Call) -> None:
    path = write(workspace, "strategies/x.yaml", mark + SLIPS.replace("\n", ending))
    code, out, err = call("--workspace", str(workspace), "check", "--fix")
    assert (code, err) == (0, "")
    assert path.read_bytes().decode("utf-8") == mark + MENDED.replace("\n", ending)
    assert "strategies/x.yaml:6:20: mended: retri -> retry" in out
    assert out.splitlines()[-1] == "17 files, all valid"


def test_fix_of_named_files(workspace: Path, call: Call) -> None:
    path = write(workspace, "strategies/x.yaml", SLIPS)
    code, out, _ = call("--workspace", str(workspace), "check", "--fix", str(path))
    assert code == 0
    assert out.splitlines()[-2:] == [f"{path}: strategy", "1 files, all valid"]
    assert path.read_text(encoding="utf-8") == MENDED


def test_fix_writes_colons_of_a_chinese_keyboard_and_drops_invisible_letters(workspace: Path, call: Call) -> None:
    text = "id：x\nname: {zh: 甲, en: A}\ndescription：{zh: 乙, en: B\ufeff}\nfills：realistic\n"
    path = write(workspace, "strategies/x.yaml", text)
    code, _, err = call("--workspace", str(workspace), "check", "--fix")
    assert (code, err) == (0, "")
    mended = "id: x\nname: {zh: 甲, en: A}\ndescription: {zh: 乙, en: B}\nfills: realistic\n"
    assert path.read_text(encoding="utf-8") == mended


def test_fix_writes_symbols_of_other_notations(workspace: Path, call: Call) -> None:
    path = workspace / "baskets" / "application.yaml"
    before = path.read_text(encoding="utf-8")
    path.write_text(before.replace("300418.SZ", "sz300418").replace("300781.SZ", "300781"), encoding="utf-8")
    assert call("--workspace", str(workspace), "check", "--fix")[0] == 0
    assert path.read_text(encoding="utf-8") == before


@pytest.mark.parametrize(
    "line",
    [
        "exit: {stop_loss: 10}",  # 10 % or a slip of 1.0? not ours to say
        "trigger: {on: events, kinds: [prodcut]}",  # a reference
        "trigger: {on: events, ids: [sora-lunch]}",
        "exit: {hold_sessions: 5.5}",
        "entry: {ofset: 1, offset: 2}",  # the right key is there as well
        "zzz: 1",
        "entry: {at: banana}",
        "trigger: {on: membership}\nexit: {hold_sessions: 3}",
    ],
)
def test_fix_leaves_what_only_the_author_knows(line: str, workspace: Path, call: Call) -> None:
    text = f"id: x\nname: {{zh: 甲, en: A}}\ndescription: {{zh: 乙, en: B}}\n{line}\n"
    path = write(workspace, "strategies/x.yaml", text)
    code, _, err = call("--workspace", str(workspace), "check", "--fix")
    assert code == 2
    assert "strategies/x.yaml:" in err
    assert path.read_text(encoding="utf-8") == text


def test_fix_of_a_valid_workspace_changes_nothing(workspace: Path, call: Call) -> None:
    before = {path: path.read_bytes() for path in workspace.rglob("*") if path.is_file()}
    assert call("--workspace", str(workspace), "check", "--fix")[0] == 0
    assert {path: path.read_bytes() for path in before} == before


def test_fix_gives_editors_the_schemas_of_this_version(workspace: Path, call: Call) -> None:
    schema = workspace / "data" / "schemas" / "strategy.json"
    fresh = schema.read_bytes()
    schema.write_text("{}", encoding="utf-8")
    (workspace / "data" / "schemas" / "basket.json").unlink()
    assert call("--workspace", str(workspace), "check")[1].count("renewed") == 0
    code, out, _ = call("--workspace", str(workspace), "check", "--fix")
    assert (code, out.splitlines()[:2]) == (
        0,
        ["data/schemas/basket.json renewed", "data/schemas/strategy.json renewed"],
    )
    assert schema.read_bytes() == fresh


def test_one_broken_item_does_not_hide_what_is_wrong_with_the_others(workspace: Path, call: Call) -> None:
    """A wrong type in the first stock, an unknown zone in the second, an unknown symbol further on."""
    path = workspace / "baskets" / "compute.yaml"
    text = path.read_text(encoding="utf-8")
    stocks = read_source(path).value["stocks"]  # type: ignore[index]
    first, second = stocks[0]["symbol"], stocks[1]["symbol"]
    text = text.replace(f"symbol: {first}", f"symbol: {first}\n    weight: heavy", 1)
    text = text.replace(f"symbol: {second}", f"symbol: {second}\n    zone: Asia/Shangai", 1)
    text = text.replace("symbol: 601138.SH", "symbol: 601139.SH", 1)
    path.write_text(text, encoding="utf-8")
    code, _, err = call("--workspace", str(workspace), "check")
    assert code == 2
    assert "heavy: not a number" in err
    assert "Asia/Shangai: no such time zone; did you mean 'Asia/Shanghai'?" in err
    assert "601139.SH: not in data/instruments.csv; did you mean '601138.SH'?" in err


def test_a_wrong_name_does_not_hide_a_contradiction(workspace: Path, call: Call) -> None:
    text = "id: x\nname: 5\ndescription: {zh: 乙, en: B}\ntrigger: {on: membership}\nexit: {hold_sessions: 3}\n"
    write(workspace, "strategies/x.yaml", text)
    _, _, err = call("--workspace", str(workspace), "check")
    assert "strategies/x.yaml:2:7: 5: not a mapping" in err
    assert "strategies/x.yaml:5:8: hold_sessions: has no meaning under 'on: membership'" in err
