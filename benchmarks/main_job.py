"""How long the main job takes, and how long the start of the command line: against bare libraries, on this machine.

Three comparisons, each of alternating repetitions in processes of their own, medians of wall time:

- ``hypebasket run --data sample`` of the three mainlines with buy-and-hold and event-drift, against the six tearsheets
  alone: the same returns, read back from ``equity.csv``, through bare ``quantstats.reports.html`` calls in two spawned
  processes;
- ``hypebasket --help`` and ``hypebasket check`` against ``python -c "import pydantic, yaml"``.

``check`` is measured twice: the first time in a workspace, and again when nothing has changed since.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
SPECS = ("data/events.yaml", "data/sources.yaml", "data/instruments.csv")
WORKERS = 2
PERIODS_PER_YEAR = 243
MAIN_JOB = ("run", "--data", "sample", "-s", "buy-and-hold", "-s", "event-drift")
BOUND = 2.0

Job = Callable[[], None]


@dataclass(frozen=True)
class Series:
    """The returns of one pair and of its index, session by session; no index where the run had none."""

    title: str
    sessions: tuple[str, ...]
    returns: tuple[float, ...]
    benchmark: tuple[float, ...] | None


def main() -> None:
    """Measure, and print a table."""
    arguments = _arguments()
    if arguments.bare:
        print_bare(read_series(arguments.bare), arguments.out)
        return
    with tempfile.TemporaryDirectory(prefix="hypebasket-bench-") as scratch:
        workspace = copy_workspace(Path(scratch) / "workspace")
        print(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        main_job(workspace, Path(scratch), arguments.repeat)
        start_up(workspace, arguments.starts)
        print(f"load at the end {os.getloadavg()[0]:.1f} (other work on the machine falsifies the ratios)")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the main job and the start of the command line.")
    parser.add_argument("--repeat", type=int, default=3, help="repetitions of the main job [3]")
    parser.add_argument("--starts", type=int, default=11, help="repetitions of the start-up [11]")
    parser.add_argument("--bare", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def copy_workspace(target: Path) -> Path:
    """Lay out a workspace like the repository's, with the sample and without any store or earlier run."""
    for folder in ("baskets", "strategies", "data/sample"):
        shutil.copytree(ROOT / folder, target / folder)
    for name in SPECS:
        shutil.copyfile(ROOT / name, target / name)
    return target


def main_job(workspace: Path, scratch: Path, repeat: int) -> None:
    """Compare the whole run with the tearsheets alone."""
    run = (*cli(), "--workspace", str(workspace), *MAIN_JOB)
    quick(run)  # the first run compiles byte code; its ledger gives the returns
    (folder,) = (workspace / "reports").iterdir()
    returns = shutil.copytree(folder, scratch / "returns")
    bare = (sys.executable, __file__, "--bare", str(returns), "--out", str(scratch / "bare"))

    def whole() -> None:
        shutil.rmtree(folder)
        quick(run)

    times = alternate({"run": whole, "bare": lambda: quick(bare)}, repeat)
    sheets = len(list((scratch / "bare").glob("*.html")))
    print(f"\nMain job, median of {repeat}")
    line("hypebasket run: three mainlines, two strategies", times["run"])
    line(f"{sheets} bare quantstats.reports.html, {WORKERS} processes", times["bare"])
    verdict(times["run"], times["bare"], "at most")


def start_up(workspace: Path, repeat: int) -> None:
    """Compare quick verbs with the import of the two libraries a validator cannot do without."""
    check = (*cli(), "--workspace", str(workspace), "check")
    memory = workspace / ".hypebasket"

    def first_check() -> None:
        shutil.rmtree(memory, ignore_errors=True)
        quick(check)

    jobs: dict[str, Job] = {
        'python -c "import pydantic, yaml"': lambda: quick((sys.executable, "-c", "import pydantic, yaml")),
        "hypebasket --help": lambda: quick((*cli(), "--help")),
        "hypebasket check, first": first_check,
        "hypebasket check, again": lambda: quick(check),
    }
    alternate(jobs, 1)
    times = alternate(jobs, repeat)
    (imports, *verbs) = times
    print(f"\nStart-up, median of {repeat}")
    line(imports, times[imports])
    for verb in verbs:
        line(verb, times[verb])
        verdict(times[verb], times[imports], "under")


def cli() -> tuple[str, ...]:
    """Return the command as a user types it: the script beside this interpreter, else the module."""
    script = Path(sys.executable).with_name("hypebasket")
    return (str(script),) if script.exists() else (sys.executable, "-m", "hypebasket")


def quick(command: Sequence[str]) -> None:
    """Run a command to its end; show what it said if it failed."""
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\nended with {done.returncode}\n{done.stderr}")


def alternate(jobs: Mapping[str, Job], repeat: int) -> dict[str, list[float]]:
    """Run the jobs in turn, ``repeat`` times, and return the seconds of each."""
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(repeat):
        for name, job in jobs.items():
            start = time.perf_counter()
            job()
            times[name].append(time.perf_counter() - start)
    return times


def line(name: str, times: Sequence[float]) -> None:
    """Print one measurement."""
    spread = f"{min(times):.3f} .. {max(times):.3f}"
    print(f"  {name:<50} {median(times):8.3f} s   ({spread})")


def verdict(times: Sequence[float], reference: Sequence[float], word: str) -> None:
    """Print the ratio of two medians, and whether it keeps its bound."""
    ratio = median(times) / median(reference)
    kept = ratio <= BOUND if word == "at most" else ratio < BOUND
    print(f"  {'':<50} {ratio:8.2f} x   {word} {BOUND:.0f}: {'yes' if kept else 'NO'}")


def read_series(folder: Path) -> list[Series]:
    """Return the leading circle of every pair of a run, from its ``equity.csv``."""
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    leading = {(one["basket"], one["strategy"], one["members"]): one for one in result["results"] if one["primary"]}
    rows: dict[tuple[str, str, str], list[dict[str, str]]] = {key: [] for key in leading}
    with (folder / "equity.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            key = (row["basket"], row["strategy"], row["members"])
            if key in rows:
                rows[key].append(row)
    return [_series(key, lines, leading[key]["initial_cash"]) for key, lines in rows.items()]


def _series(key: tuple[str, str, str], rows: Sequence[Mapping[str, str]], cash: float) -> Series:
    levels = [row["benchmark"] for row in rows]
    return Series(
        title="--".join(key[:2]),
        sessions=tuple(row["session"] for row in rows),
        returns=_changes([cash, *(float(row["equity"]) for row in rows)]),
        benchmark=_changes([float(levels[0]), *map(float, levels)]) if all(levels) else None,
    )


def _changes(levels: Sequence[float]) -> tuple[float, ...]:
    return tuple(after / before - 1 for before, after in pairwise(levels))


def print_bare(series: Sequence[Series], out: Path) -> None:
    """Print every tearsheet with quantstats alone, in two spawned processes."""
    out.mkdir(exist_ok=True)
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        for sheet in [pool.submit(bare_sheet, one, out) for one in series]:
            sheet.result()


def bare_sheet(series: Series, out: Path) -> None:
    """Call ``quantstats.reports.html`` and nothing else."""
    import warnings

    warnings.simplefilter("ignore")
    import matplotlib

    matplotlib.use("Agg")
    import pandas as pd
    import quantstats

    index = pd.DatetimeIndex(series.sessions)
    returns = pd.Series(series.returns, index, name=series.title)
    benchmark = None if series.benchmark is None else pd.Series(series.benchmark, index, name="benchmark")
    html: Callable[..., None] = quantstats.reports.html
    html(
        returns,
        benchmark,
        output=str(out / f"{series.title}.html"),
        title=series.title,
        match_dates=False,
        periods_per_year=PERIODS_PER_YEAR,
    )


if __name__ == "__main__":
    main()
