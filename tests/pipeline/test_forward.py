"""A sweep walked forward: by plain loops, by a hand-made case that purging decides, and over real configurations."""

from __future__ import annotations

import json
from datetime import date, timedelta

import numpy as np
import pytest
from command_line import CommandLine
from walk_by_loops import Told, walk_by_loops

from hypebasket.pipeline.forward import walk
from hypebasket.pipeline.scores import Score, ScoreShelf

DAYS = [date(2024, 1, 1) + timedelta(days=number) for number in range(400)]


def score(outcomes: list[Told]) -> Score:
    rows = [(np.nan, np.nan, np.nan) if each is None else each for each in outcomes]
    return Score(np.array([1, 2]), np.array(rows, dtype=np.float64), 0, 0)


def drawn(seed: int, configurations: int = 7, events: int = 23) -> list[list[Told]]:
    rng = np.random.default_rng(seed)
    starts = np.sort(rng.integers(0, 300, events))
    return [
        [
            None
            if rng.random() < 0.2
            else (float(rng.normal(0.01, 0.05)), int(start), int(start + rng.integers(0, 30)))
            for start in starts
        ]
        for _ in range(configurations)
    ]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("folds", "embargo"), [(5, 5), (3, 0), (4, 20)])
def test_it_is_what_plain_loops_say(seed: int, folds: int, embargo: int) -> None:
    told = drawn(seed)
    expected = walk_by_loops(told, folds, embargo)
    names = [f"e{number}" for number in range(len(told[0]))]
    found = walk([score(each) for each in told], names, DAYS, folds=folds, embargo=embargo)
    assert found.judged == expected["judged"]
    for key in ("outcome", "hindsight", "typical"):
        assert getattr(found, key) == pytest.approx(expected[key], abs=1e-12)
    assert len(found.folds) == len(expected["steps"]) > 1
    for fold, (chosen, trained, tested, test, learned, purged) in zip(found.folds, expected["steps"], strict=True):
        assert (fold.configuration, fold.learned_from, fold.purged) == (chosen, learned, purged)
        assert set(fold.events) == {names[number] for number in test}
        assert (fold.trained, fold.tested) == (pytest.approx(trained), pytest.approx(tested))


def test_purging_decides() -> None:
    """Ten events ten sessions apart, two stretches of three after a first of four.

    Configuration 1 is the better one only by its great gain on the fourth event, which it holds into the first
    stretch: that gain was not known when the stretch began, so configuration 0 is taken.
    """
    patient: list[Told] = [(0.01, 10 * number, 10 * number + 3) for number in range(10)]
    greedy: list[Told] = [(0.00, 10 * number, 10 * number + 3) for number in range(10)]
    greedy[3] = (0.50, 30, 45)
    names = [f"e{number}" for number in range(10)]
    found = walk([score(patient), score(greedy)], names, DAYS, folds=2, embargo=0)
    first, second = found.folds
    assert (first.configuration, first.learned_from, first.purged) == (0, 3, 1)
    assert (second.configuration, second.learned_from, second.purged) == (1, 7, 0)
    assert second.trained == pytest.approx(0.50 / 7)
    assert found.outcome == pytest.approx((3 * 0.01 + 3 * 0.0) / 6)
    assert (found.hindsight, found.typical) == (pytest.approx(0.01), pytest.approx(0.005))
    later = walk([score(patient), score(greedy)], names, DAYS, folds=2, embargo=17)
    assert later.folds[0].learned_from == 2, "an embargo of 17 sessions also keeps out the event that ended 17 before"


def test_what_cannot_be_walked_says_why() -> None:
    few: list[Told] = [(0.01, 10 * number, 10 * number + 3) for number in range(9)]
    names = [f"e{number}" for number in range(9)]
    assert "insufficient, with 9 events" in walk([score(few)] * 2, names, DAYS, folds=5, embargo=5).answer.en
    assert "fewer than two" in walk([score(few)], names, DAYS, folds=5, embargo=5).answer.en
    crowded: list[Told] = [(0.01, number, number + 50) for number in range(12)]
    stuck = walk([score(crowded)] * 2, [f"e{number}" for number in range(12)], DAYS, folds=5, embargo=5)
    assert stuck.folds == ()
    assert "too close together" in stuck.answer.en


def test_a_sweep_walks_its_own_configurations(sample_cli: CommandLine) -> None:
    """The walk of a sweep, by loops over what lies on its shelf; the shelf's mean is the table's captured number."""
    words = "sweep event-drift application --data sample --grid exit.hold_sessions=1..6 --folds 4 --embargo 3 --json"
    done = sample_cli(*words.split())
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    (arena,) = told["arenas"]
    folder = sample_cli.workspace / "reports" / f"sweep-{told['sweep_id']}"
    shelf = ScoreShelf(folder / "parts")
    outcomes = [
        [None if np.isnan(row[0]) else (row[0], int(row[1]), int(row[2])) for row in shelf.score(0, number).outcomes]
        for number in range(6)
    ]
    for row, each in zip(arena["configurations"], outcomes, strict=True):
        known = [event[0] for event in each if event]
        assert (row["events"], row["captured"]) == (len(known), pytest.approx(sum(known) / len(known), abs=1e-12))
        assert all(event[2] >= event[1] for event in each if event)
    longest = [max(event[2] - event[1] for event in each if event) for each in outcomes]
    assert longest[0] < longest[-1], "who holds longer is there longer"
    expected = walk_by_loops(outcomes, 4, 3)
    forward = arena["forward"]
    assert forward["outcome"] == pytest.approx(expected["outcome"], abs=1e-12)
    assert [fold["configuration"] for fold in forward["folds"]] == [step[0] for step in expected["steps"]]
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert forward["answer"]["en"] in page
    assert page.count("<tr", page.index('data-forward="application-CNY"'), page.index('id="method"')) == 1 + len(
        forward["folds"]
    )


def test_a_strategy_without_a_trigger_is_not_walked(sample_cli: CommandLine) -> None:
    words = "sweep buy-and-hold application --data sample --grid size.gross=0.5,1.0 --json --no-pages"
    done = sample_cli(*words.split())
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["arenas"][0]["forward"] is None
