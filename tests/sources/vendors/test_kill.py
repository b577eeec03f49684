"""kill -9 at random moments of a fetch and of an import: the store always verifies, and the next run finishes.

Ten moments each; ``make torture`` sets ``HYPEBASKET_KILLS`` to 200.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

KILLS = int(os.environ.get("HYPEBASKET_KILLS", "10"))
DRIVER = Path(__file__).parent / "interrupted.py"


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
@pytest.mark.parametrize("what", ["fetch", "import"])
def test_a_killed_writer_damages_nothing(what: str, tmp_path: Path) -> None:
    command = [sys.executable, str(DRIVER), str(tmp_path), what, str(KILLS), "20240219"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60 + 30 * KILLS, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    attempts = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(attempts) == KILLS
    for each in attempts:
        assert each["problems"] == [], each
        assert each["old_or_new"], each
        assert each["finished"], (each, done.stderr[-2000:])
        assert each["same_content"], each
        assert each["whole"], each
        assert each["leftovers"] == [], each
    assert any(each["killed"] for each in attempts), "no attempt was killed before it had finished"
