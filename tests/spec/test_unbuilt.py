"""Options of the schema that are refused by name until they are built."""

from __future__ import annotations

from pathlib import Path

import pytest

from hypebasket.errors import SpecError
from hypebasket.spec.workspace import load_strategy

HEAD = "id: s\nname: {zh: 甲, en: A}\ndescription: {zh: 乙, en: B}\n"


def write(folder: Path, rest: str) -> Path:
    path = folder / "s.yaml"
    path.write_text(HEAD + rest, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("rest", "column", "name"),
    [
        ("entry: {at: limit_queue}", 13, "limit_queue"),
        ("entry: {offset: -2}", 17, "negative offset"),
        ("select: {top: 3}", 15, "top"),
        ("select: {bottom: 3}", 18, "bottom"),
        ("select: {by: turnover}", 14, "by"),
        ("select: {limit_up_only: true}", 25, "limit_up_only"),
        ("select: {min_amount: 1000000}", 22, "min_amount"),
        ("size: {scheme: inverse_volatility}", 16, "inverse_volatility"),
        ("exit: {board_break: true}", 21, "board_break"),
        ("exit: {next_event: true}", 20, "next_event"),
        ("overlap: extend", 10, "extend"),
        ("overlap: stack", 10, "stack"),
    ],
)
def test_unbuilt_option_is_refused_at_its_place(rest: str, column: int, name: str, tmp_path: Path) -> None:
    with pytest.raises(SpecError) as failure:
        load_strategy(write(tmp_path, rest))
    (problem,) = failure.value.problems
    assert (problem.line, problem.column) == (4, column)
    assert problem.message == f"'{name}' is laid out in the schema but not built yet"
    assert problem.remedy


@pytest.mark.parametrize(
    "rest",
    [
        "entry: {at: first_close, offset: 2, on_limit: wait_for_break}",
        "entry: {on_limit: {retry: 3}, max_gap: 0.05, reaction: 30}",
        "select: {limit_up_only: false, segments: [games]}",
        "size: {scheme: basket_weights, max_per_name: 0.3}",
        "exit: {hold_sessions: 5, clock: fill, trailing_stop: 0.08, take_profit: 1, board_break: false}",
        "trigger: {on: membership}\nselect: {segments: [games]}",
    ],
)
def test_built_options_are_accepted(rest: str, tmp_path: Path) -> None:
    assert load_strategy(write(tmp_path, rest)).id == "s"


@pytest.mark.parametrize(
    "rest",
    [
        "trigger: {on: membership, ids: [sora-launch]}",
        "trigger: {on: membership}\nentry: {offset: 1}",
        "trigger: {on: membership}\nentry: {at: first_close}",
        "trigger: {on: membership}\nexit: {stop_loss: 0.1}",
        "trigger: {on: membership}\noverlap: ignore",
    ],
)
def test_membership_takes_no_options_of_events(rest: str, tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="on: membership"):
        load_strategy(write(tmp_path, rest))
