"""The command line in a process of its own, in a workspace of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from run_folder import RunFolder

SPECS = ("data/events.yaml", "data/sources.yaml", "data/instruments.csv")


@dataclass(frozen=True)
class CommandLine:
    """Calls ``hypebasket`` inside a workspace."""

    workspace: Path

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "hypebasket", *arguments],
            cwd=self.workspace,
            env={**os.environ, "PYTHONUTF8": "1"},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            timeout=300,
        )

    def run(self, *arguments: str) -> RunFolder:
        """Call ``hypebasket run ... --json`` and return what it left."""
        done = self("run", *arguments, "--json")
        assert done.returncode == 0, done.stderr
        return RunFolder(self.workspace / "reports" / json.loads(done.stdout)["run_id"])


def copy_specs(root: Path, workspace: Path) -> Path:
    """Lay out a workspace with the baskets, strategies and facts of ``root``, without any market data."""
    (workspace / "data").mkdir(parents=True)
    for folder in ("baskets", "strategies"):
        shutil.copytree(root / folder, workspace / folder)
    for name in SPECS:
        shutil.copyfile(root / name, workspace / name)
    return workspace
