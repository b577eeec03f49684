"""Work shared out on a cluster: what workers take with them when they die is done again, and changes nothing."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from command_line import CommandLine

from hypebasket.errors import DataGapError, UsageError
from hypebasket.pipeline.chance import Chance
from hypebasket.pipeline.crew import Crew
from hypebasket.pipeline.manifest import MANIFEST, VOLATILE
from hypebasket.pipeline.placebo import PlaceboRequest, execute_placebo
from hypebasket.pipeline.request import RunRequest
from hypebasket.pipeline.sweep import Field, SweepRequest, execute_sweep
from hypebasket.spec.grid import parse_axis

distributed = pytest.importorskip("distributed", reason="the optional extra 'cluster' is not installed")
cloudpickle = pytest.importorskip("cloudpickle")
cloudpickle.register_pickle_by_value(sys.modules[__name__])  # a test module is none that a worker could import


@dataclass(frozen=True)
class Squares:
    """Squares numbers, after a moment; 13 is bad luck a user is told of."""

    moment: float = 0.0

    def perform(self, task: int) -> int:
        time.sleep(self.moment)
        if task == 13:
            raise DataGapError("13: no such number", "leave it out")
        return task * task

    def __call__(self) -> Squares:
        return self


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Two worker processes on this machine, each restarted when it dies."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    ) as made:
        yield made


def outcome(crew: Crew, tasks: list[int], moment: float = 0.0) -> dict[int, int]:
    return dict(crew.work(Squares(moment), Squares(moment), tasks))


def test_a_cluster_comes_to_what_one_process_does(cluster: Any) -> None:
    tasks = [number for number in range(40) if number != 13]
    assert outcome(Crew(1, cluster.scheduler_address), tasks) == outcome(Crew(1), tasks)
    assert outcome(Crew(1, cluster.scheduler_address), []) == {}


def test_an_error_for_the_user_comes_back_as_it_is(cluster: Any) -> None:
    with pytest.raises(DataGapError, match="13: no such number") as caught:
        outcome(Crew(1, cluster.scheduler_address), [1, 2, 13, 4])
    assert caught.value.remedy == "leave it out"


def test_workers_killed_at_random_moments_change_nothing(cluster: Any) -> None:
    rng = random.Random(20240215)
    tasks = list(range(14, 54))
    found: dict[int, int] = {}
    victims = {rng.randrange(5, 15), rng.randrange(20, 30)}
    for place, done in Crew(1, cluster.scheduler_address).work(Squares(0.05), Squares(0.05), tasks):
        found[place] = done
        if len(found) in victims:
            _kill(rng, cluster)
    assert found == {place: task * task for place, task in enumerate(tasks)}


def _kill(rng: random.Random, cluster: Any) -> bool:
    """Kill one of the workers that are alive, if any is just now."""
    pids = [
        worker.process.process.pid for worker in cluster.workers.values() if worker.process and worker.process.process
    ]
    if not pids:
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(rng.choice(pids), signal.SIGKILL)
        return True
    return False


@dataclass(frozen=True)
class Marked:
    """Leaves a line in a file whenever a process sets it up, and says which process did a piece."""

    log: Path
    load: bytes = b""

    def perform(self, task: int) -> int:
        time.sleep(0.01)
        return os.getpid()

    def __call__(self) -> Marked:
        return self

    def __setstate__(self, state: list[Any]) -> None:
        for name, value in state.items() if isinstance(state, dict) else zip(("log", "load"), state, strict=True):
            object.__setattr__(self, name, value)
        with self.log.open("a", encoding="utf-8") as file:
            file.write(f"{os.getpid()}\n")


def test_a_worker_is_sent_what_it_needs_once_and_not_with_every_piece(cluster: Any, tmp_path: Path) -> None:
    """A megabyte is set up once in each process that works; the sixty pieces carry their own task alone."""
    shop = Marked(tmp_path / "set-ups", load=bytes(1_000_000))
    workers = set(dict(Crew(1, cluster.scheduler_address).work(shop, shop, range(60))).values())
    set_ups = Counter(int(line) for line in shop.log.read_text().split())
    assert set(set_ups) >= workers
    assert set(set_ups.values()) == {1}


@dataclass(frozen=True)
class Deadly:
    """Ends the process that performs it."""

    def perform(self, task: int) -> int:
        os.kill(os.getpid(), signal.SIGKILL)
        return task

    def __call__(self) -> Deadly:
        return self


class Killer(threading.Thread):
    """Kills three workers at random moments; more, and the scheduler would give a piece up that was on all of them."""

    def __init__(self, cluster: Any, seed: int) -> None:
        super().__init__(daemon=True)
        self._cluster, self._rng = cluster, random.Random(seed)
        self._over = threading.Event()
        self.killed = 0

    def run(self) -> None:
        while self.killed < 3 and not self._over.wait(self._rng.uniform(0.1, 0.8)):
            self.killed += _kill(self._rng, self._cluster)

    def __enter__(self) -> Killer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join()


def sweep_of(request: RunRequest, jobs: int, cluster: str | None) -> Path:
    axes = (parse_axis("exit.hold_sessions=1..16"), parse_axis("exit.stop_loss=0.03..0.12:0.01"))
    return execute_sweep(SweepRequest(request, axes, top=1, jobs=jobs, cluster=cluster), lambda _: None).folder


def placebo_of(request: RunRequest, jobs: int, cluster: str | None) -> Path:
    chance = Chance(draws=300)
    asked = PlaceboRequest(request, chance, kinds=("calendars",), jobs=jobs, cluster=cluster)
    return execute_placebo(asked, lambda _: None).folder


@pytest.mark.parametrize("verb", [sweep_of, placebo_of])
def test_a_verb_leaves_the_same_bytes_on_one_process_two_and_a_cluster_that_loses_workers(
    verb: Callable[[RunRequest, int, str | None], Path], cluster: Any, sample_cli: CommandLine
) -> None:
    request = RunRequest(
        sample_cli.workspace, ("application",), ("event-drift",), date(2024, 1, 2), date(2024, 9, 30), pages=False
    )

    def left(jobs: int = 1, address: str | None = None) -> dict[str, bytes]:
        folder = verb(request, jobs, address)
        files = {path.name: path.read_bytes() for path in folder.glob("*.*")}
        manifest = json.loads(files.pop(MANIFEST))
        files["facts"] = json.dumps({key: value for key, value in manifest.items() if key not in VOLATILE}).encode()
        for path in sorted(folder.rglob("*"), reverse=True):  # a sweep would go on where it was
            path.rmdir() if path.is_dir() else path.unlink()
        return files

    alone = left()
    assert "result.json" in alone
    assert left(jobs=2) == alone
    with Killer(cluster, seed=20240215) as killer:
        assert left(address=cluster.scheduler_address) == alone
    assert killer.killed > 0


def test_a_worker_needs_nothing_of_the_workspace_and_a_chunk_is_small(mini: Path, tmp_path: Path) -> None:
    """Packed, the workspace is moved away, and unpacked it evaluates as before."""
    request = RunRequest(mini, ("mini",), ("event-drift",), pages=False)
    field = Field.of(SweepRequest(request, (parse_axis("exit.hold_sessions=1..16"),)))
    chunk = (0, list(range(16)))
    before = field.perform(chunk)
    packed = cloudpickle.dumps(field)
    mini.rename(tmp_path / "elsewhere")
    after = cloudpickle.loads(packed).perform(chunk)
    assert all(one.equals(other) for one, other in zip(before, after, strict=True))
    assert before[0].fills > 0
    assert len(cloudpickle.dumps(chunk)) < 1_000 < 20_000 < len(packed)


def test_a_piece_that_takes_every_worker_with_it_is_said(cluster: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster.scheduler, "allowed_failures", 0)
    with pytest.raises(UsageError, match="a piece of the work ended every worker that had it, 1 in all") as caught:
        dict(Crew(1, cluster.scheduler_address).work(Deadly(), Deadly(), [1]))
    assert "memory" in str(caught.value.remedy)


def test_an_address_where_nobody_answers_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hypebasket.pipeline.crew.PATIENCE_SECONDS", 1)
    with pytest.raises(UsageError, match="no scheduler answers there"):
        outcome(Crew(1, "tcp://127.0.0.1:1"), [1])
