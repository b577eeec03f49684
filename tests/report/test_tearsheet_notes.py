"""What a tearsheet says of the names behind it."""

from __future__ import annotations

import pytest
from report_builder import build_result, label

from hypebasket.pipeline.tearsheets import _notes
from hypebasket.spec.basket import Basket, Stock
from hypebasket.spec.text import Text

NAMED = Text(zh="甲", en="Alpha")


def basket(*evidence: tuple[str, ...]) -> Basket:
    stocks = tuple(
        Stock(symbol=f"60000{number}.SH", name=NAMED, segment="chips", evidence=sources)
        for number, sources in enumerate(evidence)
    )
    return Basket.model_construct(stocks=stocks)


@pytest.mark.parametrize(
    ("members", "sources", "expected"),
    [
        ("point_in_time", ("a-report",), []),
        ("documented", ("a-report",), ["含事后名单：事件之后"]),
        ("all", (), ["无成员有来源", "含事后名单：事件之后"]),
    ],
)
def test_hindsight_and_lack_of_sources_are_said(members: str, sources: tuple[str, ...], expected: list[str]) -> None:
    result = build_result().results[0].model_copy(update={"members": members, "note": None})
    notes = list(_notes(basket(sources), result))
    assert [note.zh.startswith(start) for note, start in zip(notes, expected, strict=True)] == [True] * len(expected)


def test_why_nothing_was_bought_is_said() -> None:
    why = label("没有一笔委托成交。", "no order was filled")
    result = build_result().results[0].model_copy(update={"members": "point_in_time", "note": why})
    assert list(_notes(basket(("a-report",)), result)) == [why]
