"""The view of the past: nothing it hands out, and nothing one can ask of it, is of its row or later."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hypebasket.plan.past import PastView
from markets import market

A = "600001.SH"
MADE = market("""
    session | 600001.SH
    01-03   | 10.00 v1000
    01-04   | 10.50 11.00 10.40 11.00 v2000
    01-05   | S
    01-08   | 12.10 v3000
    01-09   | 77.77 v7777777 p77.77
    01-10   | 88.88 v8888888 p77.77
""")
ROW = 4
"""Four sessions are past; 77.77 and 88.88 are not."""
FUTURE = {7777, 8888, 7777777, 8888888}


@pytest.fixture
def past() -> PastView:
    return PastView(MADE.panel, ROW)


def test_what_it_says_of_the_past(past: PastView) -> None:
    assert past.row == ROW
    assert past.sessions == MADE.sessions[:4]
    assert past.symbols == (A,)
    assert past.closes(A).tolist() == [1000, 1100, 1100, 1210]  # suspended: the last close
    assert past.volumes(A).tolist() == [1000, 2000, 0, 3000]
    assert past.returns(A).tolist() == pytest.approx([0.0, 0.1, 0.0, 0.1])
    assert past.returns(A, 1, 1).tolist() == pytest.approx([0.1])
    assert past.returns(A, -5, 1).tolist() == pytest.approx([0.0, 0.1])
    assert past.traded_rows(A).tolist() == [0, 1, 3]
    assert [past.traded(A, row) for row in range(4)] == [True, True, False, True]
    assert [past.sealed(A, row) for row in range(4)] == [False, True, False, True]
    assert [past.opened_locked(A, row) for row in range(4)] == [False, False, False, True]
    assert [past.traded_below_limit(A, row) for row in range(4)] == [True, True, False, False]
    assert past.amounts(A, np.array([0, 1])).tolist() == [1000 * 10.0, 2000 * 10.7]
    assert past.traded_last(A)
    assert not PastView(MADE.panel, 3).traded_last(A)
    assert not PastView(MADE.panel, 0).traded_last(A)


ASKED: dict[str, Callable[[PastView, int], Any]] = {
    "returns": lambda past, row: past.returns(A, 0, row),
    "traded": lambda past, row: past.traded(A, row),
    "sealed": lambda past, row: past.sealed(A, row),
    "opened_locked": lambda past, row: past.opened_locked(A, row),
    "traded_below_limit": lambda past, row: past.traded_below_limit(A, row),
    "amounts": lambda past, row: past.amounts(A, np.array([0, row])),
}


@pytest.mark.parametrize("method", ASKED)
@pytest.mark.parametrize("row", [ROW, ROW + 1, 10**6, -1, -(10**6)])
def test_asking_for_what_is_not_past_raises(past: PastView, method: str, row: int) -> None:
    with pytest.raises(IndexError, match="is not before row 4"):
        ASKED[method](past, row)


def test_every_method_that_takes_a_row_is_asked() -> None:
    taking = {
        name
        for name, method in inspect.getmembers(PastView, inspect.isfunction)
        if not name.startswith("_") and {"row", "rows", "last"} & set(inspect.signature(method).parameters)
    }
    assert taking == set(ASKED)


def test_nothing_it_hands_out_leads_on_to_the_future(past: PastView) -> None:
    """Arrays are copies: the ``base`` of a view would be the whole market."""
    handed = [past.closes(A), past.volumes(A), past.returns(A), past.traded_rows(A), past.amounts(A, np.array([0]))]
    for array in handed:
        assert array.base is None or array.base.size == array.size
        assert not FUTURE & set(np.asarray(array, dtype=np.int64).tolist())


def test_a_mask_as_long_as_the_market_shows_nothing_of_it(past: PastView) -> None:
    assert not FUTURE & set(past.amounts(A, np.ones(len(MADE.sessions), dtype=bool)).tolist())


def test_its_row_cannot_be_moved(past: PastView) -> None:
    with pytest.raises(AttributeError):
        past.row = 6  # type: ignore[misc]


def test_writing_into_an_array_changes_nothing_for_others(past: PastView) -> None:
    past.closes(A)[:] = 1
    assert past.closes(A).tolist() == [1000, 1100, 1100, 1210]
