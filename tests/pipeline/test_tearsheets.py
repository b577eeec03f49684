"""Tearsheets are printed by other processes; what goes wrong there must not be lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from run_folder import RunFolder

from hypebasket.errors import HypebasketError
from hypebasket.pipeline.request import RunRequest
from hypebasket.pipeline.run import execute


def test_a_tearsheet_that_cannot_be_written_fails_the_run(mini: Path, run_mini: Callable[..., RunFolder]) -> None:
    # a folder stands where the file should go; five sessions are too few for charts, so the page is quick
    (run_mini("-s", "buy-and-hold", "--to", "2024-01-19").path / "mini--buy-and-hold.html").mkdir()
    request = RunRequest(mini, strategies=("buy-and-hold",), end=date(2024, 1, 19))
    with pytest.raises((OSError, HypebasketError), match=r"mini--buy-and-hold\.html"):
        execute(request, lambda step: None)
