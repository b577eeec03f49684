"""Sweeps: the same numbers as runs, whatever shares the work or interrupts it; every configuration counted."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from itertools import pairwise
from math import comb
from pathlib import Path
from statistics import fmean, pstdev, stdev, variance
from typing import Any

import numpy as np
import pytest
import trials_by_formula as formula
from run_folder import RunFolder

from hypebasket.errors import LedgerError
from hypebasket.pipeline import sweep as module
from hypebasket.pipeline.luck import judge
from hypebasket.pipeline.scores import Score, ScoreShelf
from hypebasket.pipeline.trials import TrialLedger

Call = Callable[..., tuple[int, str, str]]
GRID = ("--grid", "exit.hold_sessions=1..3", "--grid", "exit.stop_loss=none,0.05")


@pytest.fixture
def swept(call: Call, mini: Path) -> Callable[..., dict[str, Any]]:
    """Sweep on the hand-made workspace in one process, and return what ``--json`` tells."""

    def run(*arguments: str, grid: tuple[str, ...] = GRID, jobs: str = "1") -> dict[str, Any]:
        words = ("sweep", "event-drift", "mini", *grid, "--jobs", jobs, "--json", "--no-pages", *arguments)
        code, out, err = call(*words)
        assert code == 0, err
        return json.loads(out)

    return run


def rows_of(told: dict[str, Any]) -> list[dict[str, Any]]:
    (arena,) = told["arenas"]
    return arena["configurations"]


def folder_of(mini: Path, told: dict[str, Any]) -> Path:
    return mini / "reports" / f"sweep-{told['sweep_id']}"


def test_every_configuration_is_what_a_run_of_it_is(
    swept: Callable[..., dict[str, Any]], run_mini: Callable[..., RunFolder], mini: Path
) -> None:
    rows = rows_of(swept())
    assert [row["settings"] for row in rows] == [[1, None], [1, 0.05], [2, None], [2, 0.05], [3, None], [3, 0.05]]
    text = (mini / "strategies" / "event-drift.yaml").read_text()
    changed = text.replace("hold_sessions: 5", "hold_sessions: 3").replace("stop_loss: 0.10", "stop_loss: 0.05")
    (mini / "strategies" / "event-drift.yaml").write_text(changed)
    result = next(each for each in run_mini("mini", "-s", "event-drift").result["results"] if each["primary"])
    captured = [event["captured"] for event in result["events"] if event["captured"] is not None]
    row = rows[-1]
    assert row["total_return"] == result["total_return"]
    assert (row["sharpe"], row["max_drawdown"]) == (result["sharpe"], result["max_drawdown"])
    assert (row["captured"], row["events"]) == (pytest.approx(sum(captured) / len(captured)), len(captured))
    assert (row["fills"], row["unfilled"]) == (result["fills"], sum(result["unfilled"].values()))


def test_ranks_follow_the_metric_and_the_best_are_confirmed(swept: Callable[..., dict[str, Any]]) -> None:
    for metric in ("captured", "total_return", "max_drawdown"):
        rows = rows_of(swept("--metric", metric, "--top", "2"))
        ranked = sorted(rows, key=lambda row: row["rank"])
        assert [row["rank"] for row in ranked] == list(range(1, 7))
        assert [row[metric] for row in ranked] == sorted((row[metric] for row in rows), reverse=True)
        assert [row["confirmed"] for row in ranked] == [True, True] + [False] * 4


def test_two_processes_and_one_leave_the_same(swept: Callable[..., dict[str, Any]], mini: Path) -> None:
    grid = ("--grid", "exit.hold_sessions=1..12", "--grid", "entry.on_limit.retry=1..6")
    one = swept(grid=grid)
    files = numbers_of(folder_of(mini, one))
    for path in (folder_of(mini, one) / "parts").iterdir():
        path.unlink()
    assert swept(grid=grid, jobs="2") == one
    assert numbers_of(folder_of(mini, one)) == files


def numbers_of(folder: Path) -> dict[str, bytes]:
    """All files of a sweep but the manifest, which says when it was made."""
    return {path.name: path.read_bytes() for path in folder.glob("*.*") if path.name != "manifest.json"}


def test_a_sweep_that_was_stopped_goes_on_where_it_was(
    swept: Callable[..., dict[str, Any]], mini: Path, monkeypatch: pytest.MonkeyPatch, call: Call
) -> None:
    grid = ("--grid", "exit.hold_sessions=1..5", "--grid", "entry.on_limit.retry=1..20")
    scored: list[int] = []
    score = module.Field.score

    def counting(field: module.Field, arena: int, index: int) -> Score:
        scored.append(index)
        if len(scored) == 70:
            raise KeyboardInterrupt
        return score(field, arena, index)

    monkeypatch.setattr(module.Field, "score", counting)
    code, _, err = call("sweep", "event-drift", "mini", *grid, "--jobs", "1", "--no-pages")
    assert code == 130, err
    assert len(TrialLedger(mini).read()) == 64  # two chunks of 32
    told = swept(grid=grid)
    assert scored[70:] == list(range(64, 100))
    assert len(TrialLedger(mini).read()) == 100
    assert told["arenas"][0]["tried"] == 100
    monkeypatch.undo()
    part = sorted((folder_of(mini, told) / "parts").iterdir())[1]
    part.write_bytes(part.read_bytes()[:-20])
    assert swept(grid=grid) == told


def test_a_damaged_part_is_evaluated_again(swept: Callable[..., dict[str, Any]], mini: Path) -> None:
    told = swept()
    (part,) = (folder_of(mini, told) / "parts").iterdir()
    for content in (b"", b"no archive", part.read_bytes()[: part.stat().st_size // 2]):
        part.write_bytes(content)
        assert swept() == told


def test_trials_are_counted_once_on_the_same_data(
    swept: Callable[..., dict[str, Any]], run_mini: Callable[..., RunFolder], mini: Path
) -> None:
    assert swept()["arenas"][0]["tried"] == 6
    assert swept("--metric", "sharpe")["arenas"][0]["tried"] == 6
    # hold 5 with a stop at 10 % is the shipped strategy, which a run tries as well
    run_mini("mini", "-s", "event-drift")
    assert swept(grid=("--grid", "exit.hold_sessions=4..5"))["arenas"][0]["tried"] == 8
    assert len(TrialLedger(mini).read()) == 6 + 6 + 1 + 2


def test_a_random_search_draws_points_of_the_grid(swept: Callable[..., dict[str, Any]]) -> None:
    grid = ("--grid", "exit.hold_sessions=1..50", "--grid", "exit.stop_loss=0.01..0.20:0.01")
    told = swept("--random", "5", "--seed", "3", grid=grid)
    assert len(rows_of(told)) == 5
    assert rows_of(swept("--random", "5", "--seed", "3", grid=grid)) == rows_of(told)
    assert rows_of(swept("--random", "5", "--seed", "4", grid=grid)) != rows_of(told)


def test_combinations_that_are_no_strategy_stand_in_the_table_with_the_reason(
    swept: Callable[..., dict[str, Any]], mini: Path
) -> None:
    told = swept(grid=("--grid", "select.top=none,1", "--grid", "select.by=none,volatility"))
    problems = {tuple(row["settings"]): row["problem"] for row in rows_of(told)}
    assert problems[None, "volatility"] == "volatility: a rank without a number to take"
    assert problems[1, None] == "event-drift: 'event_return' needs a closed session since the event"
    assert problems[None, None] is problems[1, "volatility"] is None
    with (folder_of(mini, told) / "configurations.csv").open(encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    assert [row["problem"] for row in table] == [row["problem"] or "" for row in rows_of(told)]
    assert {"basket", "sleeve", "members", "select.top", "select.by", "captured", "rank"} <= set(table[0])
    assert told["arenas"][0]["tried"] == 2


def test_engines_that_differ_stop_the_sweep(
    swept: Callable[..., dict[str, Any]], call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hypebasket.pipeline.scores.Arena.confirmed", lambda arena, strategy: Score.none("other"))
    code, _, err = call("sweep", "event-drift", "mini", *GRID, "--jobs", "1", "--no-pages")
    assert code == LedgerError.exit_code
    assert "the two engines differ" in err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("event-drift", "--grid", "exit.hold_sesions=1..3"), "did you mean 'hold_sessions'"),
        (("event-drift", "--grid", "exit.hold_sessions=0..0"), "at least 1"),
        (("event-drift", "--grid", "exit.hold_sessions"), "not a field with values"),
        (("event-drift", "--grid", "overlap=ignore", "--grid", "overlap=stack"), "stands twice"),
        (("event-drit", "--grid", "overlap=ignore,stack"), "did you mean 'event-drift'"),
        (("event-drift", "minni", "--grid", "overlap=ignore,stack"), "did you mean 'mini'"),
        (("event-drift", "--grid", "exit.hold_sessions=1..1000", "--grid", "entry.offset=0..2000"), "--random"),
    ],
)
def test_what_cannot_be_swept_says_what_to_write(call: Call, words: tuple[str, ...], says: str) -> None:
    code, _, err = call("sweep", *words)
    assert code == 2
    assert says in err


def test_a_strategy_without_a_trigger_is_ranked_by_its_total_return(call: Call) -> None:
    code, out, err = call(
        "sweep", "buy-and-hold", "mini", "--grid", "size.gross=0.5,1.0", "--jobs", "1", "--json", "--no-pages"
    )
    assert code == 0, err
    told = json.loads(out)
    assert told["metric"] == "total_return"
    assert [row["rank"] for row in rows_of(told)] == [2, 1]


def test_the_terminal_shows_the_best_and_the_number_of_tries(call: Call) -> None:
    code, out, err = call("sweep", "event-drift", "mini", *GRID, "--jobs", "1", "--no-pages")
    assert code == 0, err
    assert "hold_sessions" in out
    assert "6 different configurations were tried on this data" in out
    assert "2 events are insufficient to tell choice from luck" in out
    assert "configurations ever tried 6" in out


def test_luck_is_what_the_formulas_of_the_papers_say(swept: Callable[..., dict[str, Any]], mini: Path) -> None:
    """Recomputed from the kept equity by the plain formulas under ``tests/answers``, and by numpy's correlations."""
    told = swept("--from", "2024-01-30", grid=("--grid", "exit.hold_sessions=1..8", "--grid", "size.gross=0.5,1.0"))
    (arena,) = told["arenas"]
    shelf = ScoreShelf(folder_of(mini, told) / "parts")
    paths = [[100_000_000, *shelf.score(0, index).equity.tolist()] for index in range(16)]
    returns = [[after / before - 1 for before, after in pairwise(path)] for path in paths]
    ratios = [fmean(each) / stdev(each) for each in returns]
    correlation = (np.corrcoef(returns).sum() - 16) / (16 * 15)
    effective = correlation + (1 - correlation) * 16
    luck = formula.expected_maximum(effective, variance(ratios))
    best = max(range(16), key=ratios.__getitem__)
    scaled = [(value - fmean(returns[best])) / pstdev(returns[best]) for value in returns[best]]
    skewness, kurtosis = (fmean(value**power for value in scaled) for power in (3, 4))
    expected = formula.probabilistic_sharpe(ratios[best], luck, len(scaled), skewness, kurtosis)
    assert arena["deflated_sharpe"] == pytest.approx(expected, abs=1e-8)
    assert arena["best_sharpe"] == pytest.approx(ratios[best] * 243**0.5, abs=1e-8)
    assert arena["luck_sharpe"] == pytest.approx(luck * 243**0.5, abs=1e-8)
    assert arena["effective_trials"] == pytest.approx(effective, abs=1e-8)
    assert arena["splits"] == comb(16, 8)
    assert 0.0 <= arena["overfitting"] <= 1.0


def test_overfitting_is_what_the_formula_of_the_paper_says() -> None:
    """Twenty-four sessions in twelve blocks of two: every one of the 924 splits written out."""
    rng = np.random.default_rng(7)
    equities = [np.cumsum(rng.integers(-500, 600, 24)) + 1_000_000 for _ in range(5)]
    found = judge(equities, 1_000_000, 243, tried=5, events=12)
    returns = [[after / before - 1 for before, after in pairwise([1_000_000, *path.tolist()])] for path in equities]
    logits = formula.logits(returns, 12)
    assert found.splits == len(logits) == 924
    assert found.overfitting == pytest.approx(sum(value <= 0 for value in logits) / 924)


def test_more_trials_on_the_same_data_deflate_the_same_sweep(swept: Callable[..., dict[str, Any]]) -> None:
    before = swept()["arenas"][0]
    swept(
        grid=(
            "--grid",
            "exit.hold_sessions=6..15",
        )
    )
    after = swept()["arenas"][0]
    assert (before["tried"], after["tried"]) == (6, 16)
    assert after["effective_trials"] == pytest.approx(before["effective_trials"] * 16 / 6)
    assert after["deflated_sharpe"] < before["deflated_sharpe"]
    assert after["best_sharpe"] == before["best_sharpe"]


@pytest.mark.parametrize(
    ("equities", "gap"),
    [
        ([], "fewer than two"),
        ([[100, 101, 102] * 8], "fewer than two"),
        ([[100, 101, 102] * 8] * 3, "the same on every session"),
        ([[0] * 24, [100, 101, 102] * 8], "lost all its money"),
        ([[100, 101, 99], [100, 102, 99]], "3 sessions; the cross-validation takes 12"),
        ([[100] * 24, [100, 101, 102] * 8], "fewer than two configurations have returns that vary"),
    ],
)
def test_what_cannot_be_said_is_said_to_be_insufficient(equities: list[list[int]], gap: str) -> None:
    found = judge([np.array(path) for path in equities], 100, 243, tried=40, events=12)
    assert found.finding == "insufficient"
    assert found.deflated_sharpe is None or found.overfitting is None
    assert any(gap in each.en for each in found.gaps)
    assert "40 different configurations" in found.answer.en
    assert "insufficient" in found.answer.en


def test_skill_holds_and_noise_does_not() -> None:
    rng = np.random.default_rng(11)
    daily = rng.normal(0.0, 0.01, (500, 12))
    noise = [np.round(1e8 * np.cumprod(1 + column)).astype(np.int64) for column in daily.T]
    daily[:, 3] += 0.004
    skill = [np.round(1e8 * np.cumprod(1 + column)).astype(np.int64) for column in daily.T]
    assert judge(noise, 10**8, 243, tried=12, events=20).finding == "not_shown"
    assert judge(skill, 10**8, 243, tried=12, events=20).finding == "holds"
    assert judge(skill, 10**8, 243, tried=12, events=None).finding == "holds"
    assert judge(skill, 10**8, 243, tried=12, events=9).finding == "insufficient"


def test_the_page_is_written_unless_it_is_not_wanted(call: Call, mini: Path) -> None:
    words = ("sweep", "event-drift", "mini", *GRID, "--jobs", "1")
    code, out, err = call(*words, "--no-pages")
    assert code == 0, err
    folder = Path(out.splitlines()[-1])
    assert not list(folder.glob("*.html"))
    code, out, err = call(*words)
    assert code == 0, err
    index = Path(out.splitlines()[-1])
    assert index == folder / "index.html"
    page = index.read_text(encoding="utf-8")
    assert "6 different configurations were tried on this data" in page
    assert page.count("SYNTHETIC / 合成数据") == 2
