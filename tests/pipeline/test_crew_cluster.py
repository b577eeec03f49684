"""Work shared out on a cluster: what workers take with them when they die is done again, and changes nothing."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from hypebasket.errors import DataGapError, UsageError
from hypebasket.pipeline.crew import Crew

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


def _kill(rng: random.Random, cluster: Any) -> None:
    """Kill one of the workers that are alive, if any is just now."""
    pids = [
        worker.process.process.pid for worker in cluster.workers.values() if worker.process and worker.process.process
    ]
    if pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(rng.choice(pids), signal.SIGKILL)


def test_an_address_where_nobody_answers_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hypebasket.pipeline.crew.PATIENCE_SECONDS", 1)
    with pytest.raises(UsageError, match="no scheduler answers there"):
        outcome(Crew(1, "tcp://127.0.0.1:1"), [1])
