"""The command line as a user calls it, and a workspace to call it on."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hypebasket.cli import main

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """Call a verb, with ``answers`` typed at its prompts; return exit code, stdout and stderr."""

    def run(*arguments: str, answers: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(answers))
        code = 0
        try:
            main(list(arguments))
        except SystemExit as leaving:
            code = int(str(leaving.code))
        return (code, *capsys.readouterr())

    return run


@pytest.fixture
def workspace(tmp_path: Path, call: Call) -> Path:
    """A fresh workspace, as ``hypebasket init`` makes it."""
    folder = tmp_path / "mine"
    assert call("init", str(folder))[0] == 0
    return folder
