"""The truth among placebo draws: calendars kept away from it are widened before it is judged by them."""

from __future__ import annotations

import numpy as np
import pytest
from command_line import CommandLine

from hypebasket.pipeline.chance import Chance
from hypebasket.pipeline.crew import Crew
from hypebasket.pipeline.ground import Ground
from hypebasket.pipeline.job import prepare
from hypebasket.pipeline.market import lay_out_sleeves
from hypebasket.pipeline.placebo import PlaceboRequest, execute_placebo
from hypebasket.pipeline.request import RunRequest


@pytest.fixture(scope="module")
def request_(sample_cli: CommandLine) -> PlaceboRequest:
    run = RunRequest(
        workspace=sample_cli.workspace, baskets=("application",), strategies=("event-drift",), data="sample"
    )
    return PlaceboRequest(run, Chance(draws=60, other_draws=40, seed=3), kinds=("calendars", "shifts"))


@pytest.fixture(scope="module")
def ground(request_: PlaceboRequest) -> Ground:
    job = prepare(request_.run)
    return Ground(job, lay_out_sleeves(request_.run, job.baskets, job.data), request_.chance)


def test_only_calendars_away_from_the_truth_are_widened(ground: Ground) -> None:
    (pair,) = ground.pairs
    sessions = range(pair.sleeve.start + 1, pair.sleeve.stop - 5)
    news = {int(row) + step for row in pair.rows for step in range(5)}
    covered = len(news.intersection(sessions)) / len(sessions)
    assert 0.05 < covered < 0.3
    drawn = np.array([0.01, -0.03, 0.05])
    expected = [0.01 + (value - 0.01) / (1 - 2 * covered) ** 0.5 for value in drawn]
    assert pair.comparable("calendars", drawn) == pytest.approx(expected)
    assert pair.comparable("shifts", drawn).tolist() == drawn.tolist()
    away = np.abs(np.array([[row for row, _ in calendar] for calendar in pair.calendars("calendars")])[:, :, None])
    assert np.abs(away - pair.rows).min() > 5


def test_the_p_value_is_that_of_the_widened_draws(request_: PlaceboRequest, ground: Ground) -> None:
    (told,) = execute_placebo(request_, lambda line: None).result.pairs
    calendars, shifts = told.tests
    for test in (calendars, shifts):
        drawn = ground._drawn(0, test.kind, Crew())
        fair = ground.pairs[0].comparable(test.kind, drawn)
        assert test.p_value == (1 + sum(value >= told.observed for value in fair)) / (1 + len(drawn))
        assert test.mean == pytest.approx(drawn.mean())
        assert sum(test.counts) == test.draws == len(drawn)
    assert (calendars.draws, shifts.draws) == (60, 40)
