"""The limits against real bars: no trade outside them, and the touches exactly where they were found before."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

from hypebasket.rules.boards import board_of
from hypebasket.rules.limit_days import is_one_price, is_sealed, is_touched
from hypebasket.rules.limits import NO_LIMIT_UP, day_limits
from hypebasket.spec.instrument import Board
from hypebasket.spec.text import market_of

pytestmark = pytest.mark.real

RECENT = 60  # calendar days after listing in which sessions are counted; five sessions never take longer


class Row(NamedTuple):
    """One traded bar in fen with its limits (``None`` where they cannot be known)."""

    symbol: str
    day: date
    board: Board
    reference: int | None
    open: int
    high: int
    low: int
    close: int
    limits: tuple[int, int] | None

    @property
    def is_limited(self) -> bool:
        return self.limits is not None and self.limits[1] != NO_LIMIT_UP

    @property
    def is_outside(self) -> bool:
        return self.limits is not None and (self.high > self.limits[1] or self.low < self.limits[0])


class Universe(NamedTuple):
    """Which files make a universe."""

    bars: str
    symbols: str


def traded(folder: Path, universe: Universe) -> Iterator[Row]:
    """Yield every traded bar with its limits by the law; blank ``is_st`` means none is known, so none is assumed."""
    bars = pd.read_csv(folder / universe.bars, usecols=list(_COLUMNS))
    listed = pd.read_csv(folder / universe.symbols, parse_dates=["list_date"]).set_index("symbol")
    sessions = sorted(date.fromisoformat(day) for day in bars["date"].unique())
    bars = bars[bars["is_suspended"] == 0]
    days = {text: date.fromisoformat(text) for text in bars["date"].unique()}
    prices = bars[["prev_close", "open", "high", "low", "close"]].to_numpy()
    fen = np.where(np.isnan(prices), 0, np.rint(prices * 100)).astype(np.int64).tolist()
    flags = (bars["is_st"] == 1).tolist()
    terms = {
        symbol: (board_of(symbol), None if pd.isna(row.list_date) else row.list_date.date(), market_of(symbol))
        for symbol, row in listed.iterrows()
    }
    for symbol, text, values, flag in zip(bars["symbol"], bars["date"], fen, flags, strict=True):
        day, (board, list_date, market) = days[text], terms[symbol]
        recent = list_date is not None and sessions[0] <= list_date and (day - list_date).days < RECENT
        found = day_limits(
            board,
            market,
            day,
            values[0] or None,
            risk_warning=flag,
            sessions_listed=bisect_left(sessions, day) - bisect_left(sessions, list_date) + 1 if recent else None,
            list_date=list_date,
            issue_price=None,
            delisting_session=None,
        )
        yield Row(symbol, day, board, values[0] or None, *values[1:], found)


_COLUMNS = ("symbol", "date", "open", "high", "low", "close", "prev_close", "is_suspended", "is_st")
STUDY = Universe("bars_cn.csv.gz", "symbols_cn.csv")
CONTROL = Universe("bars_cn_control.csv.gz", "symbols_cn_control.csv")


@cache
def rows_of(folder: Path, universe: Universe) -> tuple[Row, ...]:
    return tuple(traded(folder, universe))


def free_days(folder: Path, words: str) -> frozenset[tuple[str, date]]:
    """Return the (symbol, day) of the regime file whose kind begins with ``words``."""
    rows = pd.read_csv(folder / "limit_regime_cn_control.csv")
    rows = rows[rows["kind"].str.startswith(words)]
    return frozenset(
        (symbol, date.fromisoformat(day)) for symbol, day in zip(rows["symbol"], rows["date"], strict=True)
    )


def test_no_bar_of_the_study_names_is_outside_its_limits(real_market: Path) -> None:
    rows = rows_of(real_market, STUDY)
    assert sum(row.is_limited for row in rows) == 70_478  # SOURCES.md of the data
    assert [row for row in rows if row.is_outside] == []


@pytest.mark.parametrize("universe", [STUDY, CONTROL], ids=["study", "control"])
def test_boards_by_code_agree_with_the_instrument_tables(real_market: Path, universe: Universe) -> None:
    listed = pd.read_csv(real_market / universe.symbols)
    assert [board_of(symbol) for symbol in listed["symbol"]] == listed["board"].str.lower().tolist()


def test_bars_without_a_limit_are_first_sessions_only(real_market: Path) -> None:
    counts: dict[str, int] = {}
    for row in rows_of(real_market, STUDY):
        if not row.is_limited:
            counts[row.symbol] = counts.get(row.symbol, 0) + 1
    # Two STAR and one ChiNext listing with five free sessions; two main-board ones without an issue price in the data.
    assert counts == {"301171.SZ": 5, "688041.SH": 5, "688201.SH": 5, "600941.SH": 1, "601728.SH": 1}


def test_the_touches_are_exactly_those_derived_before(real_market: Path) -> None:
    found = {}
    for row in rows_of(real_market, STUDY):
        if not row.is_limited or row.limits is None:
            continue
        sides = [
            (is_up, limit)
            for is_up, limit in zip((False, True), row.limits, strict=True)
            if is_touched(is_up, row.high, row.low, limit)
        ]
        if sides:
            touch = "both" if len(sides) == 2 else "up" if sides[0][0] else "down"
            sealed = any(is_sealed(row.close, limit) for _, limit in sides)
            locked = any(is_one_price(row.high, row.low, limit) for _, limit in sides)
            found[(row.symbol, row.day.isoformat())] = (touch, sealed, locked, *row.limits)
    derived = pd.read_csv(real_market / "limit_days_cn_derived.csv")
    expected = {
        (row.symbol, row.date): (
            row.touch,
            row.closed_at_limit == 1,
            row.one_price == 1,
            round(row.limit_down * 100),
            round(row.limit_up * 100),
        )
        for row in derived.itertuples()
    }
    assert len(found) == len(derived) == 1_833
    assert {key: (value, expected.get(key)) for key, value in found.items() if value != expected.get(key)} == {}


def test_every_bar_of_the_control_names_outside_its_limits_is_explained(real_market: Path) -> None:
    outside = {(row.symbol, row.day) for row in rows_of(real_market, CONTROL) if row.is_outside}
    assert outside == free_days(real_market, "first day")
    assert len(outside) == 50


def test_the_delisting_period_explains_all_but_three(real_market: Path) -> None:
    """Free on its first session; main ten per cent and ChiNext twenty from the second to the fifteenth."""
    first_days = free_days(real_market, "first day of the delisting period")
    assert len(first_days) == 47
    session = 0
    checked = 0
    for earlier, row in pairwise(rows_of(real_market, CONTROL)):
        if (row.symbol, row.day) in first_days:
            session = 1
        elif session:
            session = session + 1 if row.symbol == earlier.symbol else 0
        if not session:
            continue
        found = day_limits(
            row.board,
            market_of(row.symbol),
            row.day,
            row.reference,
            risk_warning=True,
            sessions_listed=None,
            list_date=None,
            issue_price=None,
            delisting_session=session,
        )
        assert found is not None
        assert (found[1] == NO_LIMIT_UP) == (session == 1)
        assert found[0] <= row.low <= row.high <= found[1], row
        checked += 1
    assert checked == 675  # the "sessions after" of the 47 rows of the regime file, added up
    outside = {(row.symbol, row.day) for row in rows_of(real_market, CONTROL) if row.is_outside}
    assert outside - first_days == free_days(real_market, "first day after a long suspension")
    assert len(outside - first_days) == 3


def test_beijing_stops_at_the_limit_rounded_toward_the_reference(real_market: Path) -> None:
    """Where half-up and toward-the-reference differ by a fen, no trade ever reached the half-up price."""
    rows = [row for row in rows_of(real_market, CONTROL) if row.board == "bse" and row.reference]
    assert len(rows) == 11_705
    toward = beyond = 0
    for row in rows:
        assert row.reference is not None
        assert row.limits is not None
        half_up = ((row.reference * 700 + 500) // 1000, (row.reference * 1300 + 500) // 1000)
        toward += row.limits[1] != half_up[1] and row.high == row.limits[1]
        toward += row.limits[0] != half_up[0] and row.low == row.limits[0]
        beyond += row.high > row.limits[1] or row.low < row.limits[0]
    assert (toward, beyond) == (30, 0)
    assert sum(row.limits is not None and row.high == row.limits[1] for row in rows) == 62
