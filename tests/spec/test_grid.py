"""Grids: what is written on the command line, and the strategies it makes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hypebasket.errors import SpecError, UsageError
from hypebasket.spec.grid import Axis, draw_points, grid_points, number_of_points, parse_axis, vary
from hypebasket.spec.source import read_source

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def values() -> dict[str, object]:
    """The plain values of the shipped event-drift."""
    value = read_source(ROOT / "strategies" / "event-drift.yaml").value
    assert isinstance(value, dict)
    return value


@pytest.mark.parametrize(
    ("text", "path", "values"),
    [
        ("exit.hold_sessions=1..5", ("exit", "hold_sessions"), (1, 2, 3, 4, 5)),
        ("exit.hold_sessions=2..9:3", ("exit", "hold_sessions"), (2, 5, 8)),
        ("exit.stop_loss=0.03..0.06:0.01", ("exit", "stop_loss"), (0.03, 0.04, 0.05, 0.06)),
        ("exit.stop_loss=0.1..0.3:0.1", ("exit", "stop_loss"), (0.1, 0.2, 0.3)),
        ("exit.stop_loss=none,0.05,0.10", ("exit", "stop_loss"), (None, 0.05, 0.1)),
        ("entry.at=first_open, first_close", ("entry", "at"), ("first_open", "first_close")),
        ("exit.board_break=true,false", ("exit", "board_break"), (True, False)),
        ("overlap=ignore,stack", ("overlap",), ("ignore", "stack")),
        ("entry.on_limit.retry=1..3", ("entry", "on_limit", "retry"), (1, 2, 3)),
        ("entry.offset=-2..1", ("entry", "offset"), (-2, -1, 0, 1)),
    ],
)
def test_axes(text: str, path: tuple[str, ...], values: tuple[object, ...]) -> None:
    axis = parse_axis(text)
    assert (axis.path, axis.values) == (path, values)
    assert [type(value) for value in axis.values] == [type(value) for value in values]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("exit.hold_sessions", "not a field with values"),
        ("=1..3", "not a field with values"),
        ("exit.=1..3", "not a field with values"),
        ("exit.stop_loss=", "not a field with values"),
        ("exit.stop_loss=0.03..0.15", "a range of decimals without a step"),
        ("exit.hold_sessions=9..1", "runs backwards"),
        ("exit.hold_sessions=1..9:0", "runs backwards"),
        ("exit.hold_sessions=1..9:-1", "runs backwards"),
        ("exit.hold_sessions=1..inf", "runs backwards"),
        ("exit.hold_sessions=a..b", "not a range of numbers"),
        ("exit.hold_sessions=1..999999999", "at most 100,000"),
        ("exit.hold_sessions=1,2,1", "stands twice"),
        ("entry.at=[a", "is not a value"),
        ("entry.at={a: 1}", "is not one value"),
    ],
)
def test_what_is_no_axis_says_what_to_write(text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        parse_axis(text)
    assert text in caught.value.message
    assert caught.value.remedy


def test_a_grid_is_every_combination_the_last_axis_fastest() -> None:
    axes = [Axis(("a",), (1, 2)), Axis(("b",), ("x", "y", "z"))]
    assert number_of_points(axes) == 6
    assert list(grid_points(axes)) == [(1, "x"), (1, "y"), (1, "z"), (2, "x"), (2, "y"), (2, "z")]


def test_draws_are_different_points_of_the_grid_and_follow_the_seed() -> None:
    axes = [Axis(("a",), tuple(range(50))), Axis(("b",), tuple(range(40)))]
    drawn = draw_points(axes, 300, np.random.default_rng(7))
    assert len(set(drawn)) == 300
    assert set(drawn) <= set(grid_points(axes))
    assert drawn == sorted(drawn)
    assert drawn == draw_points(axes, 300, np.random.default_rng(7))
    assert drawn != draw_points(axes, 300, np.random.default_rng(8))
    assert draw_points(axes, 10_000, np.random.default_rng(7)) == list(grid_points(axes))


class TestVary:
    def test_the_fields_change_and_nothing_else(self, values: dict[str, object]) -> None:
        axes = [Axis(("exit", "hold_sessions"), (7,)), Axis(("select", "top"), (3,)), Axis(("entry", "offset"), (1,))]
        before = repr(values)
        varied = vary(values, axes, (7, 3, 1), ROOT)
        assert (varied.exit.hold_sessions, varied.select.top, varied.entry.offset) == (7, 3, 1)
        assert varied.exit.stop_loss == 0.10
        assert repr(values) == before

    def test_none_takes_a_field_out(self, values: dict[str, object]) -> None:
        assert vary(values, [Axis(("exit", "stop_loss"), (None,))], (None,), ROOT).exit.stop_loss is None

    def test_a_word_makes_way_for_a_part(self, values: dict[str, object]) -> None:
        plain = {**values, "entry": {"at": "first_open", "on_limit": "skip"}}
        varied = vary(plain, [Axis(("entry", "on_limit", "retry"), (2,))], (2,), ROOT)
        assert varied.entry.on_limit.retry == 2  # type: ignore[union-attr]

    @pytest.mark.parametrize(
        ("path", "value", "says"),
        [
            (("exit", "hold_sesions"), 3, "hold_sessions"),
            (("exit", "hold_sessions"), 0, "at least"),
            (("entry", "at"), "noon", "first_open"),
            (("select", "by"), "leadership", "top"),
            (("entry", "offset"), -1, "scheduled"),
        ],
    )
    def test_a_combination_that_is_no_strategy_says_why(
        self, values: dict[str, object], path: tuple[str, ...], value: object, says: str
    ) -> None:
        with pytest.raises(SpecError, match=says):
            vary(values, [Axis(path, (value,))], (value,), ROOT)
