"""Returns from formed price to formed price, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from hypebasket.stats.trade_to_trade import PATIENCE, formed_spans, stretch

YES, NO = True, False


def flags(text: str) -> np.ndarray:
    return np.array([sign == "x" for sign in text])


def test_spans_run_over_sessions_without_a_formed_price() -> None:
    """Up 10 % locked, up 10 % locked, up 5 %: one return of 1.1 x 1.1 x 1.05 - 1 = 27.05 % over three sessions."""
    returns = np.array([0.0, 0.02, 0.10, 0.10, 0.05, -0.01])
    market = np.array([np.nan, 0.01, 0.02, -0.01, 0.0, 0.01])
    found = formed_spans(returns, market, flags("xx..xx"))
    assert found.returns[[1, 4, 5]] == pytest.approx([0.02, 0.2705, -0.01])
    assert np.isnan(found.returns[[0, 2, 3]]).all()
    assert found.sessions.tolist() == [0, 1, 0, 0, 3, 1]
    assert found.market[4] == pytest.approx(1.02 * 0.99 - 1)


def test_spans_of_several_names_at_once() -> None:
    returns = np.array([[0.0, 0.0], [0.1, 0.01], [0.1, 0.02], [0.0, 0.03]])
    formed = np.array([[YES, NO], [NO, YES], [YES, NO], [YES, YES]])
    found = formed_spans(returns, np.array([0.0, 0.01, 0.02, 0.03]), formed)
    assert found.sessions.tolist() == [[0, 0], [0, 0], [2, 0], [1, 2]]
    assert found.returns[2, 0] == pytest.approx(0.21)
    assert found.returns[3, 1] == pytest.approx(1.02 * 1.03 - 1)
    assert found.market[3, 1] == pytest.approx(1.02 * 1.03 - 1)


def test_a_gap_of_the_index_blanks_the_span_over_it() -> None:
    market = np.array([0.0, 0.01, np.nan, 0.01, 0.02])
    found = formed_spans(np.zeros(5), market, flags("xx..x"))
    assert np.isnan(found.market[4])
    assert found.returns[4] == 0.0
    assert formed_spans(np.zeros(5), market, flags("x..xx")).market[4] == pytest.approx(0.02)


def cut(returns: list[float], traded: str, locked: str, length: int):
    table = np.array(returns)
    return stretch(table, table / 2, flags(traded), flags(locked), length)


def test_a_window_without_limits_is_cut_by_the_session() -> None:
    found = cut([0.01, 0.02, 0.03, 0.04], "xxxx", "....", 3)
    assert found.returns == pytest.approx([0.01, 0.02, 0.03])
    assert found.market == pytest.approx([0.005, 0.01, 0.015])
    assert found.sessions.tolist() == [1, 1, 1]
    assert found.rows.tolist() == [1, 2, 3]
    assert not found.locked


def test_a_locked_end_is_carried_to_the_opening_of_the_board() -> None:
    """The window of 2 ends sealed; the board opens on session 4: 1.1^3 x 0.97 - 1; session 5 does not count."""
    found = cut([0.1, 0.1, 0.1, -0.03, 0.07], "xxxxx", "xxx..", 2)
    assert found.returns == pytest.approx([1.1**3 * 0.97 - 1])
    assert found.sessions.tolist() == [4]
    assert found.rows.tolist() == [4]
    assert found.length == 4
    assert not found.locked


def test_a_lock_inside_the_window_moves_nothing_out_of_it() -> None:
    found = cut([0.1, 0.02, 0.01], "xxx", "x..", 3)
    assert found.returns == pytest.approx([1.1 * 1.02 - 1, 0.01])
    assert found.sessions.tolist() == [2, 1]


def test_a_suspended_end_keeps_the_last_close() -> None:
    found = cut([0.01, 0.0, 0.0, 0.2], "x..x", "....", 3)
    assert found.returns == pytest.approx([0.01, 0.0])
    assert found.sessions.tolist() == [1, 2]
    assert not found.locked


def test_locked_and_then_suspended_waits_for_the_opening() -> None:
    found = cut([0.1, 0.0, 0.05], "x.x", "x..", 2)
    assert found.returns == pytest.approx([1.1 * 1.05 - 1])
    assert found.length == 3


def test_the_wait_ends_with_the_data_or_with_patience() -> None:
    short = cut([0.1, 0.1, 0.1], "xxx", "xxx", 1)
    assert short.locked
    assert short.returns == pytest.approx([1.1**3 - 1])
    long = PATIENCE + 5
    patient = cut([0.1] * long, "x" * long, "x" * long, 2)
    assert patient.locked
    assert patient.length == 2 + PATIENCE


def test_the_spans_of_a_window_compound_to_its_return(rng: np.random.Generator) -> None:
    for _ in range(200):
        returns = rng.normal(0.0, 0.05, 40)
        traded, locked = rng.random(40) < 0.8, rng.random(40) < 0.3
        length = int(rng.integers(1, 15))
        found = stretch(returns, returns, traded, locked & traded, length)
        assert length <= found.length <= length + PATIENCE
        assert np.prod(1 + found.returns) == pytest.approx(np.prod(1 + returns[: found.length]))
