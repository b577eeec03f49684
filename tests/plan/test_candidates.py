"""Candidate sessions, counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from hypebasket.plan.candidates import Candidate, Threshold, find_candidates
from markets import market

A, B, C = "600001.SH", "600002.SH", "600003.SH"
# Turnover is shares times price. 01-05: A and B rise 10 % to their limit (10 -> 11, 20 -> 22), C does not.
# 01-08: B is suspended, C trades seven times its usual shares.
MADE = market("""
    session | 600001.SH   | 600002.SH  | 600003.SH
    01-02   | 10.00 v1000 | 20.00 v500 | 5.00 v2000
    01-03   | 10.00 v1000 | 20.00 v500 | 5.00 v2000
    01-04   | 10.00 v1000 | 20.00 v500 | 5.00 v2000
    01-05   | 11.00 v1000 | 22.00 v500 | 5.00 v2000
    01-08   | 11.00 v1000 | S          | 5.00 v14000
    01-09   | 11.00 v1000 | 22.00 v500 | 5.00 v2000
""")
THRESHOLD = Threshold(breadth=0.5, names=2, turnover=2.5, lookback=4, history=3, quiet=0)


def found(threshold: Threshold = THRESHOLD, members: tuple[str, ...] = (A, B, C), start: int = 0) -> list[Candidate]:
    return list(find_candidates(MADE.panel, lambda session: members, start, threshold))


def test_figures_of_both_kinds() -> None:
    broad, busy = found()
    assert (str(broad.session), broad.trading, broad.sealed, broad.breadth) == ("2024-01-05", 3, 2, 2 / 3)
    assert broad.turnover == pytest.approx(11_000 + 11_000 + 10_000)
    assert broad.usual == 30_000  # three sessions of 10,000 each
    assert broad.ratio == pytest.approx(32 / 30)
    assert broad.rank == 1.0
    assert (str(busy.session), busy.trading, busy.sealed) == ("2024-01-08", 2, 0)
    assert busy.turnover == pytest.approx(11_000 + 70_000)
    assert busy.usual == 30_000  # median of 30, 30, 30 and 32 thousand
    assert busy.ratio == pytest.approx(2.7)
    assert broad.is_broad(THRESHOLD)
    assert not broad.is_busy(THRESHOLD)
    assert busy.is_busy(THRESHOLD)
    assert not busy.is_broad(THRESHOLD)


def test_a_session_soon_after_belongs_to_the_same_move() -> None:
    quiet = Threshold(breadth=0.5, names=2, turnover=2.5, lookback=4, history=3, quiet=1)
    assert [str(each.session) for each in found(quiet)] == ["2024-01-05"]


@pytest.mark.parametrize(
    ("change", "sessions"),
    [
        ({"names": 3}, ["2024-01-08"]),  # only two closed at their limit
        ({"breadth": 0.67}, ["2024-01-08"]),  # two of three is less
        ({"turnover": 2.71}, ["2024-01-05"]),
        ({"history": 5}, ["2024-01-05"]),  # four sessions of past are too few to judge turnover
    ],
)
def test_every_threshold_counts(change: dict[str, float], sessions: list[str]) -> None:
    values = {
        name: getattr(THRESHOLD, name) for name in ("breadth", "names", "turnover", "lookback", "history", "quiet")
    }
    assert [str(each.session) for each in found(Threshold(**(values | change)))] == sessions  # type: ignore[arg-type]


def test_only_members_of_the_day_are_looked_at() -> None:
    assert [str(each.session) for each in found(members=(A, B))] == ["2024-01-05"]
    assert [str(each.session) for each in found(members=())] == []


def test_it_starts_where_it_is_told_to() -> None:
    assert [str(each.session) for each in found(start=4)] == ["2024-01-08"]


@pytest.mark.parametrize("stop", [4, 5, 6])
def test_a_longer_panel_has_the_same_candidates(stop: int) -> None:
    whole = found()
    part = find_candidates(MADE.panel.rows(0, stop), lambda session: (A, B, C), 0, THRESHOLD)
    assert list(part) == [each for each in whole if each.session in MADE.panel.sessions[:stop]]


def test_the_future_changes_nothing() -> None:
    """The last session of another market, with prices and shares of its own, leaves the earlier figures alone."""
    other = market("""
        session | 600001.SH   | 600002.SH  | 600003.SH
        01-02   | 10.00 v1000 | 20.00 v500 | 5.00 v2000
        01-03   | 10.00 v1000 | 20.00 v500 | 5.00 v2000
        01-04   | 10.00 v1000 | 20.00 v500 | 5.00 v2000
        01-05   | 11.00 v1000 | 22.00 v500 | 5.00 v2000
        01-08   | 9.90 v99999 | 19.80 v9   | 4.50 v77777
        01-09   | S           | S          | S
    """)
    first = next(iter(find_candidates(other.panel, lambda session: (A, B, C), 0, THRESHOLD)))
    assert first == found()[0]


def test_a_name_without_shares_counts_as_silent() -> None:
    unknown = market("""
        session | 600001.SH | 600002.SH  | 600003.SH
        01-02   | 10.00 v?  | 20.00 v500 | 5.00 v2000
        01-03   | 10.00 v?  | 20.00 v500 | 5.00 v2000
        01-04   | 10.00 v?  | 20.00 v500 | 5.00 v2000
        01-05   | 10.00 v?  | 20.00 v500 | 5.00 v20000
    """)
    (busy,) = find_candidates(unknown.panel, lambda session: (A, B, C), 0, THRESHOLD)
    assert busy.turnover == pytest.approx(110_000)
    assert busy.usual is not None
    assert np.isclose(busy.usual, 20_000)
