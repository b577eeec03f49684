"""``hypebasket watch``: sees saves, tells what is wrong, and runs again."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hypebasket.cli import main
from hypebasket.cli.watch import changes

PATIENCE = 120.0
"""Seconds until a step of the watched process counts as lost."""


@pytest.fixture
def workspace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    folder = tmp_path / "mine"
    main(["init", str(folder)])
    capsys.readouterr()
    return folder


def test_a_save_is_seen_with_the_file_it_was(workspace: Path) -> None:
    seen = changes(workspace, pause=0.01)
    assert next(seen) == ()
    path = workspace / "strategies" / "event-drift.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "# more\n", encoding="utf-8")
    assert next(seen) == (path,)
    added = workspace / "baskets" / "new.yaml"
    added.write_text("id: new\n", encoding="utf-8")
    assert next(seen) == (added,)
    added.unlink()
    own = workspace / "strategies" / "own.py"
    own.write_text("x = 1\n", encoding="utf-8")
    assert next(seen) == (added, own)


def state_after(workspace: Path, stamp: int, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Wait for a state that is newer than ``stamp``."""
    path = workspace / "reports" / "watch" / "state.js"
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if path.exists():
            state: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")[len("hypebasketState(") : -len(");\n")])
            if state["stamp"] > stamp and holds(state):
                return state
        time.sleep(0.1)
    raise AssertionError("no new state")


def _heed_interrupts() -> None:
    """Undo what a shell does to its background jobs: a child of theirs would never hear of Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.slow
def test_it_runs_checks_and_runs_again(workspace: Path) -> None:
    command = [
        sys.executable, "-m", "hypebasket", "watch", "application", "-s", "event-drift", "--no-pages",
        "--from", "2024-02-01", "--to", "2024-03-01", "--workspace", str(workspace),
    ]  # fmt: skip
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=_heed_interrupts
    )
    try:
        first = state_after(workspace, 0, lambda state: not state["problems"])
        assert (workspace / "reports" / "watch" / "index.html").is_file()
        assert "Application" in first["says"]

        path = workspace / "strategies" / "event-drift.yaml"
        good = path.read_text(encoding="utf-8")
        path.write_text(good.replace("hold_sessions: 5", "hold_sessions: five"), encoding="utf-8")
        wrong = state_after(workspace, first["stamp"], lambda state: bool(state["problems"]))
        assert wrong["problems"][0].startswith("strategies/event-drift.yaml:20:18: five: not a whole number")

        path.write_text(good.replace("hold_sessions: 5", "hold_sessions: 2"), encoding="utf-8")
        again = state_after(workspace, wrong["stamp"], lambda state: not state["problems"])
        assert again["says"] != first["says"]
        assert len([run for run in (workspace / "reports").iterdir() if (run / "result.json").exists()]) == 2
    finally:
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert "Traceback" not in err


def test_a_call_that_no_save_can_mend_ends_it(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as leaving:
        main(["watch", "nobody", "--workspace", str(workspace), "--no-pages"])
    assert leaving.value.code == 2
    assert "basket 'nobody' is not in this workspace" in capsys.readouterr().err
