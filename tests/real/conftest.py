"""The real market imported once, and the runs that the project's story is told with."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

# With importlib as import mode a folder of tests is not importable by itself; the answers are shared by two layers.
sys.path.insert(0, str(Path(__file__).parents[1] / "answers"))

from command_line import CommandLine, copy_specs
from published_bars import Bars, read_bars
from run_folder import RunFolder

# The A-shares of the application mainline that an article of February or March 2024 names (baskets/application.yaml).
APPLICATION = (
    "002558.SZ", "300166.SZ", "300418.SZ", "300624.SZ", "300781.SZ", "600571.SH", "603721.SH", "688039.SH",
)  # fmt: skip

Done = subprocess.CompletedProcess[str]


@pytest.fixture(scope="session")
def hypebasket(root: Path, tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    """The command line in a fresh workspace with the repository's specs and no data yet."""
    return CommandLine(copy_specs(root, tmp_path_factory.mktemp("real") / "workspace"))


@pytest.fixture(scope="session")
def imported(hypebasket: CommandLine, real_market: Path) -> CommandLine:
    """The same, once the real market is in its store."""
    done = hypebasket("data", "import", str(real_market))
    assert done.returncode == 0, done.stderr
    return hypebasket


@pytest.fixture(scope="session")
def told(imported: CommandLine) -> Done:
    """The application mainline through both Sora waves, typed exactly as the documentation types it."""
    words = "run baskets/application.yaml -s strategies/event-drift.yaml --from 2023-11-01 --to 2024-06-30 --json"
    return imported(*words.split())


@pytest.fixture(scope="session")
def application(imported: CommandLine, told: Done) -> RunFolder:
    """What that run left."""
    assert told.returncode == 0, told.stderr
    return RunFolder(imported.workspace / "reports" / json.loads(told.stdout)["run_id"])


@pytest.fixture(scope="session")
def held(imported: CommandLine) -> RunFolder:
    """buy-and-hold of every basket over all of the data, 2021 to 2026."""
    baskets = ("compute", "application", "regulation", "disrupted")
    return imported.run(*baskets, "-s", "buy-and-hold", "--no-pages")


@pytest.fixture(scope="session")
def bars(real_market: Path) -> Bars:
    """Published bars of the application names, and of the optical-module name the articles set beside them."""
    return read_bars(real_market / "bars_cn.csv.gz", (*APPLICATION, "300502.SZ"))


@pytest.fixture(scope="session")
def application_bars(bars: Bars) -> Bars:
    """Published bars of the eight A-shares of the application mainline that an article names."""
    return {symbol: bars[symbol] for symbol in APPLICATION}
