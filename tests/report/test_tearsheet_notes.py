"""What a tearsheet says of the names behind it."""

from __future__ import annotations

import pytest
from report_builder import build_result, label

from hypebasket.pipeline.tearsheets import SheetTitles, tearsheet_input

CURVED = next(one for one in build_result().results if one.curve)


def notes_of(members: str, *, documented: bool, note=None):
    result = CURVED.model_copy(update={"members": members, "note": note})
    titles = SheetTitles(label("甲", "Alpha"), label("乙", "Beta"), documented)
    return tearsheet_input(result, titles, synthetic=False).notes


@pytest.mark.parametrize(
    ("members", "documented", "expected"),
    [
        ("point_in_time", True, []),
        ("documented", True, ["含事后名单：事件之后"]),
        ("all", False, ["无成员有来源", "含事后名单：事件之后"]),
    ],
)
def test_hindsight_and_lack_of_sources_are_said(members: str, documented: bool, expected: list[str]) -> None:
    notes = notes_of(members, documented=documented)
    assert [note.zh.startswith(start) for note, start in zip(notes, expected, strict=True)] == [True] * len(expected)


def test_why_nothing_was_bought_is_said() -> None:
    why = label("没有一笔委托成交。", "no order was filled")
    assert notes_of("point_in_time", documented=True, note=why) == (why,)


def test_a_sheet_is_drawn_from_the_curve_alone() -> None:
    """Returns by hand from equity over the session before; the first from the capital, the index from its start."""
    data = tearsheet_input(CURVED, SheetTitles(label("甲", "Alpha"), label("乙", "Beta"), True), synthetic=True)
    first, second = CURVED.curve[:2]
    assert data.returns[0] == pytest.approx(first.equity / CURVED.initial_cash - 1)
    assert data.returns[1] == pytest.approx(second.equity / first.equity - 1)
    assert data.benchmark_returns[0] == pytest.approx(first.benchmark / CURVED.benchmark_start - 1)
    assert len(data.returns) == len(data.benchmark_returns) == len(data.sessions) == len(CURVED.curve)
