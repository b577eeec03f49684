"""What sharing the work costs: sweeps and placebo calendars on one process, two, and a local Dask cluster.

    .venv/bin/python benchmarks/cluster.py [--repeat 3] [--configurations 320] [--calendars 10000] [--write]

The work is `event-drift` on the sample's basket `application`, from the shipped specs. Before anything is timed, all
crews must come to the same. The table is extrapolated to a team's load (``--baskets``, ``--price`` of a core-hour);
``--write`` puts both into docs/scale.md. It measures, and judges nothing: the load of the machine is printed.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import cloudpickle
from distributed import Client, LocalCluster

from hypebasket.files import write_atomically
from hypebasket.ledger.result import PlaceboTest
from hypebasket.pipeline.chance import Chance
from hypebasket.pipeline.crew import Crew
from hypebasket.pipeline.ground import Ground, Task
from hypebasket.pipeline.request import RunRequest
from hypebasket.pipeline.sweep import CHUNK, Field, SweepRequest
from hypebasket.spec.grid import parse_axis

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs" / "scale.md"
BEGIN, END = "<!-- cluster: begin -->\n", "<!-- cluster: end -->"
QUESTIONS = 2
"""Of a piece of the placebo, as a cluster is sent them."""


@dataclass(frozen=True)
class Line:
    """One crew, timed: medians in seconds; ``set_up`` is what passes until every worker has done its first piece."""

    crew: str
    workers: int
    set_up: float
    sweep: float
    placebo: float
    memory: float


@dataclass(frozen=True)
class Work:
    """The two workshops with their tasks, and the recipes other processes set them up from."""

    field: Field
    ground: Ground
    chunks: Sequence[Any]
    piece: Any
    events: int


@dataclass(frozen=True)
class SweepRecipe:
    """How another process sets up the sweep."""

    request: SweepRequest

    def __call__(self) -> Field:
        """Set it up."""
        return Field.of(self.request)


def main() -> None:
    """Check, measure, print."""
    arguments = _arguments()
    began = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        work = _laid_out(_workspace(Path(folder)), arguments)
        expected = _outcome(work, Crew(1))
        lines = []
        for name, workers, crew in _crews():
            with crew() as (made, client):
                if _outcome(work, made) != expected:
                    raise SystemExit(f"{name}: another outcome than one process")
                lines.append(_timed(name, workers, work, made, client, arguments.repeat))
                print(_row(lines[-1], arguments), flush=True)
    text = "\n".join((_table(lines, work, arguments, began), "", _extrapolated(lines[0], arguments)))
    print(text)
    if arguments.write:
        head, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
        tail = rest.partition(END)[2]
        write_atomically(DOCUMENT, f"{head}{BEGIN}{text}\n{END}{tail}".encode())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--configurations", type=int, default=320)
    parser.add_argument("--calendars", type=int, default=10_000)
    parser.add_argument("--baskets", type=int, default=1_000, help="of the load that is extrapolated to")
    parser.add_argument("--price", type=float, default=0.05, help="of a core-hour, in any currency")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/scale.md")
    return parser.parse_args()


def _workspace(folder: Path) -> Path:
    """Copy the shipped specs and the sample: nothing is left in the repository."""
    for name in ("baskets", "strategies", "data"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("trials.*", "store"))
    return folder


def _laid_out(workspace: Path, arguments: argparse.Namespace) -> Work:
    request = RunRequest(
        workspace, ("application",), ("event-drift",), date(2023, 1, 3), date(2024, 12, 31), data="sample", pages=False
    )
    stops = -(-arguments.configurations // 20)
    grid = (
        parse_axis("exit.hold_sessions=1..20"),
        parse_axis(f"exit.stop_loss=0.03..{0.03 + 0.001 * stops:.3f}:0.001"),
    )
    field = Field.of(SweepRequest(request, grid))
    ground = Ground(field.job, field.sleeves, Chance(draws=arguments.calendars))
    indices = range(arguments.configurations)
    pair = ground.pairs[0]
    return Work(
        field,
        ground,
        [(0, list(indices[start : start + CHUNK])) for start in indices[::CHUNK]],
        Task(0, questions=pair.worth.questions(pair.calendars("calendars"))[:QUESTIONS]),
        len(pair.true),
    )


@contextmanager
def _processes(jobs: int) -> Iterator[tuple[Crew, None]]:
    yield Crew(jobs), None


@contextmanager
def _cluster(workers: int) -> Iterator[tuple[Crew, Client]]:
    with (
        LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
        ) as cluster,
        Client(cluster) as client,
    ):
        yield Crew(1, cluster.scheduler_address), client


def _crews() -> Iterator[tuple[str, int, Callable[[], Any]]]:
    yield "1 process", 1, lambda: _processes(1)
    yield "2 processes", 2, lambda: _processes(2)
    yield "cluster, 1 worker", 1, lambda: _cluster(1)
    yield "cluster, 2 workers", 2, lambda: _cluster(2)


def _sweep(work: Work, crew: Crew, tasks: Sequence[Any]) -> dict[int, Any]:
    return dict(crew.work(work.field, SweepRecipe(work.field.request), tasks))


def _placebo(work: Work, crew: Crew) -> PlaceboTest:
    """Return the truth among the calendars; what events are worth is worked out by the crew, anew each time."""
    work.ground.pairs[0].__dict__.pop("worth", None)
    return work.ground.compare(0, "calendars", crew)


def _outcome(work: Work, crew: Crew) -> list[Any]:
    """Return what the crew comes to, in a form that can be compared; workers have compiled code loaded after it."""
    scores = _sweep(work, crew, work.chunks[:4])
    told = [
        [(score.captured, score.outcomes.tobytes(), score.equity.tolist()) for score in scores[place]]
        for place in sorted(scores)
    ]
    return [*told, _placebo(work, crew)]


def _timed(name: str, workers: int, work: Work, crew: Crew, client: Client | None, repeat: int) -> Line:
    first = [(0, [place]) for place in range(workers)]
    took: dict[str, list[float]] = {"set_up": [], "sweep": [], "placebo": []}
    for _ in range(repeat):
        for what, job in (
            ("set_up", lambda: _sweep(work, crew, first)),
            ("sweep", lambda: _sweep(work, crew, work.chunks)),
            ("placebo", lambda: _placebo(work, crew)),
        ):
            start = time.perf_counter()
            job()
            took[what].append(time.perf_counter() - start)
    memory = [_memory()] if client is None else client.run(_memory).values()
    return Line(name, workers, *(median(took[what]) for what in took), max(memory))


def _memory() -> float:
    """Return the most memory that this process, or one it has waited for, ever had, in MB."""
    return max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024


def _per_thousand(line: Line, arguments: argparse.Namespace) -> float:
    return max(line.sweep - line.set_up, 0.0) / arguments.configurations * 1_000


def _per_calendars(line: Line, arguments: argparse.Namespace) -> float:
    return max(line.placebo - line.set_up, 0.0) / arguments.calendars * 10_000


def _row(line: Line, arguments: argparse.Namespace) -> str:
    figures = (line.set_up, line.sweep, line.placebo, _per_thousand(line, arguments), _per_calendars(line, arguments))
    return f"| {line.crew} | {' | '.join(f'{value:.2f} s' for value in figures)} | {line.memory:.0f} MB |"


def _table(lines: Sequence[Line], work: Work, arguments: argparse.Namespace, began: float) -> str:
    return "\n".join(
        (
            f"| crew | set-up | {arguments.configurations} configurations | {arguments.calendars:,} calendars "
            "| per 1,000 configurations, without set-up | per 10,000 calendars, without set-up | most memory |",
            "|---|---:|---:|---:|---:|---:|---:|",
            *(_row(line, arguments) for line in lines),
            "",
            f"Sent to a worker once: {_size(work.field)} for the sweep, {_size(work.ground)} for the placebo. Sent "
            f"with a chunk: {_size(work.chunks[0])} and {_size(work.piece)}; it answers with "
            f"{_size(work.field.perform(work.chunks[0]))} and {_size(work.ground.perform(work.piece))}. "
            f"{len(work.chunks)} chunks of the sweep, {work.events} events.",
            "",
            f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, load {began:.1f} at "
            f"the beginning and {os.getloadavg()[0]:.1f} at the end; medians of {arguments.repeat}. "
            "Outcomes compared first: all equal.",
        )
    )


def _size(value: object) -> str:
    count = len(cloudpickle.dumps(value))
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.1f} kB"


def _extrapolated(line: Line, arguments: argparse.Namespace) -> str:
    """Return what a team's load would take at the rates of one process."""
    sweep, placebo = (
        arguments.baskets * seconds / 3_600
        for seconds in (_per_thousand(line, arguments), _per_calendars(line, arguments))
    )
    rows = ((f"{arguments.baskets:,} baskets × 1,000 configurations", sweep),
            (f"{arguments.baskets:,} baskets × 10,000 calendars", placebo), ("both", sweep + placebo))  # fmt: skip
    return "\n".join(
        (
            f"| extrapolated, not measured | core-hours | on 64 cores | at {arguments.price:g} a core-hour |",
            "|---|---:|---:|---:|",
            *(
                f"| {what} | {hours:.2f} | {hours * 60 / 64:.1f} min | {hours * arguments.price:.2f} |"
                for what, hours in rows
            ),
        )
    )


if __name__ == "__main__":
    main()
