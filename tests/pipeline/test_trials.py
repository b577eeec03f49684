"""The trial ledger: counts what was tried, forgets nothing, and shows any change."""

from __future__ import annotations

import json
import multiprocessing
from dataclasses import replace
from pathlib import Path

import pytest

from hypebasket.errors import DamagedDataError
from hypebasket.pipeline.trials import TRIALS, Configuration, Evaluation, TrialLedger, evaluation
from markets import basket, strategy

FIGURES = Evaluation(sessions=3, total_return=0.1, sharpe=1.0, skewness=0.0, kurtosis=3.0, events=2, captured=0.05)


def tried(hold: int = 5, **changes: object) -> Configuration:
    configuration = Configuration(
        strategy=strategy(exit={"hold_sessions": hold}), basket=basket("600001.SH"), members="all", sleeve="CNY",
        start="2024-01-04", end="2024-01-09", capital=1_000_000, content="data", synthetic=True,
    )  # fmt: skip
    return replace(configuration, **changes)  # type: ignore[arg-type]


@pytest.fixture
def ledger(tmp_path: Path) -> TrialLedger:
    return TrialLedger(tmp_path)


def test_an_empty_workspace_has_tried_nothing(ledger: TrialLedger) -> None:
    assert ledger.read() == ()
    assert ledger.count("data") == 0
    assert ledger.append("run", []) == 0
    assert not ledger.path.exists()


def test_what_was_told_is_read_again(ledger: TrialLedger, tmp_path: Path) -> None:
    assert ledger.append("run", [(tried(5), FIGURES), (tried(6), FIGURES)]) == 2
    first, second = ledger.read()
    assert (first.number, second.number) == (1, 2)
    assert first.by == "run"
    assert first.configuration["strategy"]["exit"] == {"hold_sessions": 5}
    assert first.figures["captured"] == 0.05
    assert ledger.path == tmp_path / TRIALS


def test_the_same_configuration_is_one_trial_however_often_it_is_run(ledger: TrialLedger) -> None:
    ledger.append("run", [(tried(5), FIGURES)])
    assert ledger.append("run", [(tried(5), FIGURES)]) == 0
    assert ledger.append("another", [(tried(5), FIGURES), (tried(6), FIGURES)]) == 2
    assert len(ledger.read()) == 3
    assert ledger.count("data") == 2
    assert ledger.count("other data") == 0


def test_names_make_no_new_trial_and_numbers_do() -> None:
    renamed = tried()
    renamed = replace(renamed, strategy=renamed.strategy.model_copy(update={"id": "other", "name": "x"}))
    assert renamed.key == tried().key
    others = [
        tried(6), tried(members="documented"), tried(start="2024-01-05"), tried(capital=5), tried(content="x"),
        tried(sleeve="USD"), tried(basket=basket("600002.SH")),
    ]  # fmt: skip
    assert len({configuration.key for configuration in [tried(), *others]}) == 8


@pytest.mark.parametrize("change", ["figure", "removed", "slipped in", "no json", "not utf-8", "format", "swapped"])
def test_any_change_is_found_at_its_line(ledger: TrialLedger, change: str) -> None:
    ledger.append("run", [(tried(hold), FIGURES) for hold in range(1, 6)])
    lines = ledger.path.read_bytes().splitlines(keepends=True)
    match change:
        case "figure":
            lines[2] = lines[2].replace(b"0.05", b"0.01")
        case "removed":
            del lines[2]
        case "slipped in":
            lines.insert(2, lines[1])
        case "no json":
            lines[2] = b"hello\n"
        case "not utf-8":
            lines[2] = b"\xff\n"
        case "format":
            lines[2] = lines[2].replace(b'"format":1', b'"format":9')
        case "swapped":
            lines[2], lines[3] = lines[3], lines[2]
    ledger.path.write_bytes(b"".join(lines))
    with pytest.raises(DamagedDataError, match=r"trials\.jsonl:3: "):
        ledger.read()
    before = ledger.path.read_bytes()
    with pytest.raises(DamagedDataError):
        ledger.append("run", [(tried(99), FIGURES)])
    assert ledger.path.read_bytes() == before


def test_a_line_that_was_never_finished_goes_and_the_rest_stays(ledger: TrialLedger) -> None:
    ledger.append("run", [(tried(5), FIGURES)])
    whole = ledger.path.read_bytes()
    ledger.path.write_bytes(whole + whole[: len(whole) // 2].rstrip(b"\n"))
    assert len(ledger.read()) == 1
    ledger.append("run", [(tried(6), FIGURES)])
    assert [trial.number for trial in ledger.read()] == [1, 2]
    assert all(json.loads(line) for line in ledger.path.read_text().splitlines())


def _tell(workspace: Path, first: int) -> None:
    for hold in range(first, first + 10):
        TrialLedger(workspace).append(f"run-{first}", [(tried(hold), FIGURES)])


def test_several_processes_lose_nothing(ledger: TrialLedger, tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_tell, args=(tmp_path, first)) for first in (1, 11, 21)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    assert len(ledger.read()) == 30
    assert ledger.count("data") == 30


def test_figures_of_a_path() -> None:
    """Returns +10 %, -10 %, 0 %: mean 0, population standard deviation sqrt(0.02 / 3), no skew.

    Kurtosis: mean of the fourth powers (2 x 0.0001 / 3) over the squared variance ((0.02 / 3)^2) = 1.5.
    """
    found = evaluation([110_00, 99_00, 99_00], 100_00, [0.1, None, 0.3], 243)
    assert found.total_return == pytest.approx(-0.01)
    assert found.sharpe == pytest.approx(0.0, abs=1e-9)
    assert found.skewness == pytest.approx(0.0, abs=1e-9)
    assert found.kurtosis == pytest.approx(1.5)
    assert (found.events, found.captured, found.sessions) == (2, pytest.approx(0.2), 3)
    flat = evaluation([100_00, 100_00], 100_00, [], 243)
    assert (flat.sharpe, flat.skewness, flat.kurtosis, flat.captured) == (None, None, None, None)
