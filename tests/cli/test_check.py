"""``hypebasket check`` and ``hypebasket init`` from the outside."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from hypebasket.cli import main


def run(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    code = 0
    try:
        main(arguments)
    except SystemExit as leaving:
        code = int(str(leaving.code))
    out, err = capsys.readouterr()
    return code, out, err


@pytest.fixture
def workspace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    folder = tmp_path / "mine"
    code, _, _ = run(["init", str(folder)], capsys)
    assert code == 0
    return folder


def test_fresh_workspace_is_valid(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(["--workspace", str(workspace), "check"], capsys)
    assert code == 0
    assert out.splitlines() == [
        "     4  baskets",
        "    60  members",
        "     9  strategies",
        "    42  events",
        "     5  publications",
        "    60  instruments",
        "16 files, all valid",
    ]


def test_second_check_remembers_and_a_change_is_seen(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--workspace", str(workspace), "check"]
    first = run(arguments, capsys)
    assert (workspace / ".hypebasket" / "check.json").exists()
    assert run(arguments, capsys) == first
    path = workspace / "strategies" / "event-drift.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("hold_sessions: 5", "hold_sessions: 0"), encoding="utf-8")
    code, out, err = run(arguments, capsys)
    assert (code, out) == (2, "")
    assert "strategies/event-drift.yaml:20:18: 0: must be at least 1; allowed: at least 1, at most 2,000" in err
    assert err.splitlines()[-1] == "problems: 1, in files: 1"


def test_remembered_verdict_needs_neither_pydantic_nor_yaml(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["--workspace", str(workspace), "check"], capsys)
    program = (
        "import sys; from hypebasket.cli import main; "
        f"main(['--workspace', {str(workspace)!r}, 'check']); "
        "print(sorted({'pydantic', 'yaml', 'pandas', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_first_check_needs_neither_pandas_nor_numpy(workspace: Path) -> None:
    program = (
        "import sys; from hypebasket.cli import main; "
        f"main(['--workspace', {str(workspace)!r}, 'check']); "
        "print(sorted({'pandas', 'numpy', 'rich', 'exchange_calendars'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("damage", ["{", "[]", '{"fingerprint": 1}', "null"])
def test_damaged_memory_is_ignored(damage: str, workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = run(["--workspace", str(workspace), "check"], capsys)
    (workspace / ".hypebasket" / "check.json").write_text(damage, encoding="utf-8")
    assert run(["--workspace", str(workspace), "check"], capsys) == first


def test_json_of_a_valid_workspace(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(["--workspace", str(workspace), "--json", "check"], capsys)
    found = json.loads(out)
    assert code == 0
    assert (found["valid"], found["files"], found["problems"]) == (True, 16, [])


def test_named_files_are_checked_alone(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = str(workspace / "baskets" / "compute.yaml")
    (workspace / "strategies" / "event-drift.yaml").write_text("{", encoding="utf-8")
    code, out, _ = run(["--workspace", str(workspace), "check", good], capsys)
    assert (code, out.splitlines()[0]) == (0, f"{good}: basket")


def test_chinese_summary(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(["--workspace", str(workspace), "--lang", "zh", "check"], capsys)
    assert out.splitlines()[-1] == "16 个文件，全部有效"


def test_outside_a_workspace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(["--workspace", str(tmp_path), "check"], capsys)
    assert code == 2
    assert "hypebasket init" in err


def test_init_overwrites_nothing(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = workspace / "baskets" / "compute.yaml"
    kept.write_text("mine", encoding="utf-8")
    (workspace / "data" / "events.yaml").unlink()
    code, _, err = run(["init", str(workspace)], capsys)
    assert code == 2
    assert "already there" in err
    assert kept.read_text(encoding="utf-8") == "mine"
    assert not (workspace / "data" / "events.yaml").exists()
