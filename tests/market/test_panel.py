"""The panel: what a table of days becomes, in integers."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from hypebasket.errors import DataGapError
from hypebasket.market.layout import build_panel
from hypebasket.market.panel import UNKNOWN
from hypebasket.rules.limits import NO_LIMIT_DOWN, NO_LIMIT_UP
from markets import day_of, market

A = "600001.SH"


def test_prices_become_fen_and_days_become_rows() -> None:
    made = market("""
        session | 600001.SH               | 300002.SZ
        01-04   | 10.00 10.50 9.90 10.20  | .
        01-05   | S                       | 20.00 21.00 v5000
        01-08   | .                       | 21.00 v?
        01-09   | 10.10                   | 21.00
    """)
    panel = made.panel
    assert panel.symbols == ("300002.SZ", A)  # ascending, whatever the table says
    assert panel.boards == ("chinext", "main")
    column = panel.column_of[A]
    assert panel.bar(0, column)[2:6] == (1000, 1050, 990, 1020)
    assert panel.close[:, column].tolist() == [1020, 1020, 1020, 1010]  # the last close is carried over both gaps
    assert panel.open[:, column].tolist() == [1000, 0, 0, 1010]
    assert panel.trading[:, column].tolist() == [True, False, False, True]
    assert panel.suspended[:, column].tolist() == [False, True, False, False]
    assert panel.first_bar.tolist() == [1, 0]
    assert panel.close[:, 0].tolist() == [0, 2100, 2100, 2100]
    assert panel.volume[:3, 0].tolist() == [0, 5000, UNKNOWN]
    assert [warning.en for warning in panel.warnings] == ["600001.SH: no row on 1 sessions, first 2024-01-08"]


@pytest.mark.parametrize(
    ("symbol", "table", "down", "up"),
    [
        # Half-up to the fen: 10.05 x 0.9 = 9.045 -> 9.05 (half away from zero), x 1.1 = 11.055 -> 11.06.
        (A, "10.05 | 10.05", 905, 1106),
        ("300002.SZ", "10.05 | 10.05", 804, 1206),
        ("688003.SH", "10.05 | 10.05", 804, 1206),
        # Beijing rounds toward the reference: 7.035 -> 7.04, 13.065 -> 13.06.
        ("920004.BJ", "10.05 | 10.05", 704, 1306),
        (A, "10.05 | 10.05 ST", 955, 1055),
        # On an ex-date around the ex-right price, not around the close before.
        (A, "10.05 | 7.00 p7.00", 630, 770),
    ],
)
def test_limits_follow_the_board_and_the_reference_price(symbol: str, table: str, down: int, up: int) -> None:
    first, second = table.split(" | ")
    panel = market(f"session | {symbol}\n01-04 | {first}\n01-05 | {second}").panel
    assert (panel.limit_down[1, 0], panel.limit_up[1, 0]) == (down, up)


def test_no_limit_on_the_first_five_sessions_of_a_star_listing() -> None:
    days = ("01-04", "01-05", "01-08", "01-09", "01-10", "01-11")
    table = "session | 688001.SH\n01-03 | .\n" + "\n".join(f"{day} | 50.00" for day in days)
    panel = market(table, listed={"688001.SH": "01-04"}).panel
    assert panel.limit_up[1:6, 0].tolist() == [NO_LIMIT_UP] * 5
    assert panel.limit_down[1:6, 0].tolist() == [NO_LIMIT_DOWN] * 5
    assert (panel.limit_down[6, 0], panel.limit_up[6, 0]) == (4000, 6000)


def test_a_limit_without_a_reference_price_is_unknown_not_absent() -> None:
    panel = market("session | 600001.SH\n01-04 | 10.00 p?\n01-05 | 10.00").panel
    assert (panel.limit_down[0, 0], panel.limit_up[0, 0]) == (UNKNOWN, UNKNOWN)
    assert panel.limit_up[1, 0] == 1100  # the close before is known by then


def test_a_known_action_is_an_entitlement_and_leaves_no_warning() -> None:
    panel = market(
        "session | 600001.SH\n01-04 | 10.00\n01-05 | 7.31 p7.31", actions="600001.SH 01-05 cash 0.50 bonus 0.3"
    ).panel
    assert (panel.cash_micro[1, 0], panel.ratio_ppm[1, 0]) == (500_000, 300_000)
    assert panel.warnings == ()


def test_an_action_only_the_reference_price_tells_of_is_booked_as_cash_and_told() -> None:
    panel = market("session | 600001.SH\n01-04 | 10.00\n01-05 | 9.50 p9.60").panel
    assert (panel.cash_micro[1, 0], panel.ratio_ppm[1, 0]) == (400_000, 0)
    (warning,) = panel.warnings
    assert warning.en.startswith("600001.SH: on 2024-01-05 the reference price differs")
    assert "booked as cash" in warning.en


def test_an_action_of_a_suspended_day_is_not_booked_again_when_trading_resumes() -> None:
    panel = market(
        "session | 600001.SH\n01-04 | 10.00\n01-05 | S\n01-08 | .\n01-09 | 9.40 p9.50",
        actions="600001.SH 01-05 cash 0.50",
    ).panel
    assert panel.cash_micro[:, 0].tolist() == [0, 500_000, 0, 0]


def test_a_blank_reference_price_on_an_ex_date_is_the_ex_right_price() -> None:
    """(10.00 - 0.50) / 1.3 = 7.3077 -> 7.31; the day before without an action it is the close before."""
    panel = market(
        "session | 600001.SH\n01-04 | 10.00\n01-05 | 10.00 p?\n01-08 | 7.31 p?",
        actions="600001.SH 01-08 cash 0.50 bonus 0.3",
    ).panel
    assert panel.reference[1:, 0].tolist() == [1000, 731]
    assert panel.limit_up[2, 0] == 804


def test_total_return_counts_dividends_and_rests_while_suspended() -> None:
    panel = market("session | 600001.SH\n01-04 | 10.00\n01-05 | 9.50 10.45 p9.50\n01-08 | S\n01-09 | 10.45").panel
    assert panel.total_return[:, 0] == pytest.approx([0.0, 0.10, 0.0, 0.0])


def test_prices_that_are_no_whole_fen_are_refused() -> None:
    with pytest.raises(DataGapError, match=r"600001\.SH 2024-01-05 close 10\.005: not a whole fen"):
        _ = market("session | 600001.SH\n01-04 | 10.00\n01-05 | 10.005").panel


def test_names_without_a_bar_are_refused() -> None:
    made = market("session | 600001.SH\n01-04 | 10.00")
    with pytest.raises(DataGapError, match=r"no bars of 600009\.SH in hand-made"):
        build_panel(made.data, [A, "600009.SH"], made.calendar, made.sessions[0], made.sessions[-1])


def test_a_panel_cannot_be_written_and_its_parts_share_it() -> None:
    panel = market("session | 600001.SH | 600002.SH\n01-04 | 10.00 | 5.00\n01-05 | 10.10 | 5.10").panel
    with pytest.raises(ValueError, match="read-only"):
        panel.close[0, 0] = 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        panel.symbols = ()  # type: ignore[misc]
    later = panel.rows(1, 2)
    assert later.sessions == (day_of("01-05"),)
    assert np.shares_memory(later.close, panel.close)
    one = panel.columns(["600002.SH"])
    assert (one.symbols, one.boards, one.close[:, 0].tolist()) == (("600002.SH",), ("main",), [500, 510])
