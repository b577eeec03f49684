"""Work shared out among processes: whoever does it, the outcome is the same."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from hypebasket.errors import DataGapError
from hypebasket.pipeline.crew import Crew


@dataclass(frozen=True)
class Squares:
    """Squares numbers; 13 is bad luck a user is told of."""

    def perform(self, task: int) -> int:
        if task == 13:
            raise DataGapError("13: no such number", "leave it out")
        return task * task

    def __call__(self) -> Squares:
        return self


def outcome(jobs: int, tasks: list[int]) -> dict[int, int]:
    return dict(Crew(jobs).work(Squares(), Squares(), tasks))


@pytest.fixture(autouse=True)
def _forked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fork, also where another test has left a thread: a test module is none that a spawned process could import."""
    monkeypatch.setattr("hypebasket.pipeline.crew.threading.active_count", lambda: 1)


@pytest.mark.parametrize("tasks", [[], [3], [number for number in range(40) if number != 13]])
def test_one_process_and_several_come_to_the_same(tasks: list[int]) -> None:
    expected = {place: task * task for place, task in enumerate(tasks)}
    assert [outcome(jobs, tasks) for jobs in (1, 2, 3)] == [expected] * 3


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_error_for_the_user_comes_back_as_it_is(jobs: int) -> None:
    with pytest.raises(DataGapError, match="13: no such number"):
        outcome(jobs, [1, 2, 13, 4])
