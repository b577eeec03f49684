"""The main job on the sample, run once as a user runs it, with all its pages."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def sample_pages(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of one default run on the sample."""
    workspace = tmp_path_factory.mktemp("workspace")
    for name in ("baskets", "strategies"):
        shutil.copytree(root / name, workspace / name)
    shutil.copytree(root / "data", workspace / "data", ignore=shutil.ignore_patterns("store"))
    command = [sys.executable, "-m", "hypebasket", "run", "--workspace", str(workspace)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    index = Path(done.stdout.splitlines()[-1])
    assert index.name == "index.html"
    return index.parent
