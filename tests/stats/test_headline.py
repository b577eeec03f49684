"""Headlines and boards, by hand."""

from __future__ import annotations

import pytest

from hypebasket.stats.headline import Headline, boards_of, headline_of, summarise
from markets import day_of, market

A = "600001.SH"


def test_headline_is_the_total_return_from_the_base_close() -> None:
    """10.00 -> 11.00; then 3 bonus shares for 10 and 0.50 cash: reference (11.00 - 0.50) / 1.3 = 8.08 -> 8.48."""
    panel = market(
        "session | 600001.SH\n01-03 | 10.00\n01-04 | 10.50 11.00\n01-05 | 8.20 8.48 p8.08\n01-08 | S\n01-09 | 8.48",
        actions="600001.SH 01-05 cash 0.50 bonus 0.3",
    ).panel
    assert headline_of(panel, A, 0, 1) == pytest.approx(0.10)
    assert headline_of(panel, A, 0, 2) == pytest.approx(1.10 * 8.48 / 8.08 - 1)
    assert headline_of(panel, A, 0, 3) == headline_of(panel, A, 0, 2)  # suspended: keeps its last close
    assert headline_of(panel, A, 1, 4) == pytest.approx(8.48 / 8.08 - 1)


def test_a_name_suspended_at_the_base_counts_from_its_last_close() -> None:
    panel = market("session | 600001.SH\n01-03 | 10.00\n01-04 | S\n01-05 | 11.00").panel
    assert headline_of(panel, A, 1, 2) == pytest.approx(0.10)


def test_a_name_suspended_over_its_ex_date_keeps_the_dividend() -> None:
    """10.00, ex 0.50 while suspended, then 9.50 -> 9.69: the return is 9.69 / 9.50 - 1 = 2 %."""
    panel = market(
        "session | 600001.SH\n01-03 | 10.00\n01-04 | S\n01-05 | 9.60 9.69 p9.50", actions="600001.SH 01-04 cash 0.50"
    ).panel
    assert headline_of(panel, A, 0, 2) == pytest.approx(0.02)


def test_no_headline_without_a_bar_at_the_base_or_an_end_inside_the_panel() -> None:
    panel = market(
        "session | 600001.SH | 600002.SH\n01-03 | 10.00 | .\n01-04 | 10.00 | 5.00\n01-05 | 11.00 | 5.00"
    ).panel
    assert headline_of(panel, "600002.SH", 0, 2) is None
    assert headline_of(panel, "600002.SH", 1, 2) == 0.0
    assert headline_of(panel, A, 0, 3) is None


@pytest.mark.parametrize(
    ("returns", "weights", "expected"),
    [
        ([0.9, 0.1, 0.2], [1, 1, 1], Headline(0.4, 0.2, 0.15)),
        ([0.9, 0.1, 0.2], [1, 2, 1], Headline(1.3 / 4, 0.2, 0.4 / 3)),
        ([0.5], [1], Headline(0.5, 0.5, None)),
        ([], [], Headline(None, None, None)),
    ],
)
def test_summary_of_members(returns: list[float], weights: list[float], expected: Headline) -> None:
    found = summarise(returns, weights)
    for name in ("mean", "median", "without_best"):
        assert getattr(found, name) == pytest.approx(getattr(expected, name)), name


def test_boards_of_a_window() -> None:
    """Limits of the main board: 11.00, 12.10, 13.31, then 13.20 x 1.1 = 14.52 and 15.97 (15.972)."""
    panel = market("""
        session | 600001.SH
        01-03   | 10.00
        01-04   | 11.00
        01-05   | 12.00 12.10 11.50 12.10
        01-08   | 13.31 13.31 12.00 13.20
        01-09   | S
        01-10   | 14.52 14.52 14.00 14.52
        01-11   | 15.00
    """).panel
    boards = boards_of(panel, A, 1, 6)
    assert boards.locked == (day_of("01-04"), day_of("01-08"), day_of("01-10"))
    assert boards.one_price == (day_of("01-04"),)
    assert boards.broken == (day_of("01-08"), day_of("01-10"))
    assert boards.sealed == (day_of("01-04"), day_of("01-05"), day_of("01-10"))
    assert boards.height == 2


def test_a_suspension_does_not_end_a_chain_of_boards() -> None:
    panel = market("session | 600001.SH\n01-03 | 10.00\n01-04 | 11.00\n01-05 | S\n01-08 | 12.10\n01-09 | 12.10").panel
    assert boards_of(panel, A, 1, 4).height == 2


def test_a_session_without_a_limit_has_no_board() -> None:
    table = "session | 688001.SH\n01-03 | .\n01-04 | 50.00\n01-05 | 70.00"
    panel = market(table, listed={"688001.SH": "01-04"}).panel
    boards = boards_of(panel, "688001.SH", 1, 2)
    assert (boards.locked, boards.sealed, boards.height) == ((), (), 0)
