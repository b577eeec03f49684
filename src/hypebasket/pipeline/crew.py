"""Work shared out: among the processes of this machine, or the workers of a Dask cluster.

Who does a piece of work changes nothing in it. Pieces come back in the order in which they are done, each with its
place, and the caller puts them where they belong: one process, two, or a cluster leave the same bytes.
"""

from __future__ import annotations

import secrets
import threading
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures import as_completed as done_locally
from dataclasses import dataclass
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.context import BaseContext
from typing import Any, Protocol, TypeVar

from hypebasket.errors import HypebasketError, UsageError

__all__ = ["ALONE", "Crew", "Recipe", "Workshop"]

Task = TypeVar("Task", contravariant=True)
Done = TypeVar("Done", covariant=True)
T = TypeVar("T")
D = TypeVar("D")

RETRIES = 5
"""How often a piece is tried again after a fault of the worker that had it."""

PATIENCE_SECONDS = 30
"""How long a cluster may take to answer at all."""


class Workshop(Protocol[Task, Done]):
    """Everything needed to do a piece of work; it can be pickled."""

    def perform(self, task: Task) -> Done:
        """Do one piece."""


class Recipe(Protocol[Task, Done]):
    """What a workshop can be set up from in another process: small, and pickled quickly."""

    def __call__(self) -> Workshop[Task, Done]:
        """Set the workshop up."""


@dataclass(frozen=True, slots=True)
class Crew:
    """So many processes of this machine; or, with the address of its scheduler, a cluster."""

    jobs: int = 1
    cluster: str | None = None

    def work(self, workshop: Workshop[T, D], recipe: Recipe[T, D], tasks: Sequence[T]) -> Iterator[tuple[int, D]]:
        """Yield the place of each task and what came of it, as they are done."""
        if self.cluster is not None:
            yield from _on_cluster(self.cluster, workshop, tasks)
        elif min(self.jobs, len(tasks)) > 1:
            yield from _in_processes(min(self.jobs, len(tasks)), workshop, recipe, tasks)
        else:
            for place, task in enumerate(tasks):
                yield place, workshop.perform(task)


ALONE = Crew()
"""This process and no other."""

_workshop: Workshop[Any, Any] | None = None
"""The workshop of this process; a worker that the system forked finds it set up, and reads nothing again."""


def _in_processes(
    jobs: int, workshop: Workshop[T, D], recipe: Recipe[T, D], tasks: Sequence[T]
) -> Iterator[tuple[int, D]]:
    global _workshop
    _workshop = workshop
    try:
        with ProcessPoolExecutor(jobs, _context(), initializer=_set_up, initargs=(recipe,)) as pool:
            places = {pool.submit(_perform, task): place for place, task in enumerate(tasks)}
            try:
                for future in done_locally(places):
                    yield places[future], future.result()
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
    finally:
        _workshop = None


def _context() -> BaseContext:
    """Return how processes are started: forked, unless a thread of this one might hold a lock just then."""
    can_fork = "fork" in get_all_start_methods() and threading.active_count() == 1
    return get_context("fork" if can_fork else "spawn")


def _set_up(recipe: Recipe[Any, Any]) -> None:
    global _workshop
    if _workshop is None:
        _workshop = recipe()


def _perform(task: Any) -> Any:
    assert _workshop is not None
    return _workshop.perform(task)


@dataclass(frozen=True, slots=True)
class _Failed:
    """An error a user is to see, on its way back: it would be the same on any other worker."""

    error: HypebasketError


def _on_cluster(address: str, workshop: Workshop[T, D], tasks: Sequence[T]) -> Iterator[tuple[int, D]]:
    """Send the workshop to every worker that needs it, once; what a worker takes with it is done again by another."""
    try:
        import cloudpickle
        from distributed import Client, KilledWorker, as_completed
    except ImportError as error:
        raise UsageError("--cluster needs the package distributed", "pip install 'hypebasket[cluster]'") from error
    try:
        client = Client(address, timeout=PATIENCE_SECONDS, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise UsageError(f"--cluster {address}: no scheduler answers there", "start one: dask scheduler") from error
    with client, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Sending large graph")
        call = secrets.token_hex(8)
        shop = client.submit(cloudpickle.loads, cloudpickle.dumps(workshop), key=f"workshop-{call}", retries=RETRIES)
        futures = [
            client.submit(_perform_in, shop, task, key=f"piece-{call}-{place}", retries=RETRIES)
            for place, task in enumerate(tasks)
        ]
        places = {future.key: place for place, future in enumerate(futures)}
        for future in as_completed(futures, loop=client.loop):
            try:
                done = future.result()
            except KilledWorker as error:
                lost = error.allowed_failures + 1
                raise UsageError(
                    f"--cluster {address}: a piece of the work ended every worker that had it, {lost} in all",
                    "read the workers' logs; most often they need more memory",
                ) from error
            if isinstance(done, _Failed):
                raise done.error
            yield places[future.key], done


def _perform_in(workshop: Workshop[T, D], task: T) -> D | _Failed:
    try:
        return workshop.perform(task)
    except HypebasketError as error:
        return _Failed(error)
