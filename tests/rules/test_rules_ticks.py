"""The price grids: the published tables, both sides of each change, and real prices."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypebasket.errors import RuleGapError, UsageError
from hypebasket.rules.ticks import FINEST, Direction, is_on_tick, round_to_tick, tick_at
from hypebasket.spec.instrument import Board

OLD, NEW = date(2025, 8, 1), date(2025, 8, 4)
PRICES = ["open", "high", "low", "close"]


def finest(price: str) -> int:
    scaled = Fraction(price) * FINEST
    assert scaled.denominator == 1
    return int(scaled)


@pytest.mark.parametrize(
    ("price", "old", "new"),
    [
        # HKEX 2006-07-18 and "Reduction of Minimum Spreads"; a bound belongs to the band below it
        ("0.01", "0.001", "0.001"),
        ("0.25", "0.001", "0.001"),
        ("0.255", "0.005", "0.005"),
        ("0.50", "0.005", "0.005"),
        ("0.51", "0.01", "0.01"),
        ("10.00", "0.01", "0.01"),
        ("10.02", "0.02", "0.01"),
        ("20.00", "0.02", "0.01"),
        ("20.05", "0.05", "0.02"),
        ("50.00", "0.05", "0.02"),
        ("50.05", "0.05", "0.05"),
        ("100.00", "0.05", "0.05"),
        ("100.10", "0.1", "0.1"),
        ("200.00", "0.1", "0.1"),
        ("200.20", "0.2", "0.2"),
        ("500.00", "0.2", "0.2"),
        ("500.50", "0.5", "0.5"),
        ("1000.00", "0.5", "0.5"),
        ("1001.00", "1", "1"),
        ("2000.00", "1", "1"),
        ("2002.00", "2", "2"),
        ("5000.00", "2", "2"),
        ("5005.00", "5", "5"),
        ("9995.00", "5", "5"),
    ],
)
def test_hong_kong_on_both_sides_of_the_first_phase(price: str, old: str, new: str) -> None:
    assert tick_at("hk", OLD, finest(price), FINEST) == finest(old)
    assert tick_at("hk", date(2025, 8, 3), finest(price), FINEST) == finest(old)
    assert tick_at("hk", NEW, finest(price), FINEST) == finest(new)


@pytest.mark.parametrize(
    ("day", "price", "valid"),
    [
        (OLD, "10.01", False),
        (NEW, "10.01", True),
        (OLD, "20.02", False),
        (NEW, "20.02", True),
        (OLD, "20.05", True),
        (NEW, "20.05", False),  # 20.05 left the grid on 2025-08-04
        (NEW, "9.995", False),
        (NEW, "0.253", False),
        (NEW, "0.249", True),
    ],
)
def test_prices_that_entered_and_left_the_grid(day: date, price: str, valid: bool) -> None:
    assert is_on_tick("hk", day, finest(price), FINEST) is valid


def test_the_second_phase_in_hong_kong_is_a_named_gap() -> None:
    assert tick_at("hk", date(2026, 5, 31), 762) == 1
    with pytest.raises(RuleGapError, match=r"tick 10.00, 2026-06-01: not covered: halved to 0.005 around mid-2026"):
        tick_at("hk", date(2026, 6, 1), 762)
    assert tick_at("hk", date(2026, 6, 1), 1_001) == 1  # above 10.00 nothing changed
    assert tick_at("hk", date(2026, 6, 1), 40, 1_000) == 1


def test_above_the_table_of_hong_kong() -> None:
    with pytest.raises(RuleGapError, match="table ends at 9995"):
        tick_at("hk", NEW, 999_501)


@pytest.mark.parametrize(
    ("price", "tick"),
    [("1.00", "0.01"), ("0.9999", "0.0001"), ("0.0001", "0.0001"), ("1.0001", "0.01"), ("721.33", "0.01")],
)
@pytest.mark.parametrize("day", [date(2020, 1, 2), date(2026, 10, 30), date(2026, 11, 1), date(2026, 11, 2)])
def test_new_york_by_rule_612(day: date, price: str, tick: str) -> None:
    assert tick_at("us", day, finest(price), FINEST) == finest(tick)


@pytest.mark.parametrize("board", ["main", "chinext", "star", "bse"])
def test_a_fen_everywhere_on_the_mainland(board: Board) -> None:
    for fen in (1, 99, 100, 180_000):
        assert tick_at(board, date(2015, 9, 8), fen) == tick_at(board, date(2026, 11, 20), fen) == 1
        assert is_on_tick(board, date(2024, 2, 19), fen)


@pytest.mark.parametrize(
    ("day", "cents", "down", "up", "nearest"),
    [
        (OLD, 1_001, 1_000, 1_002, 1_002),  # 10.01 between 10.00 and 10.02: the half goes up
        (NEW, 1_001, 1_001, 1_001, 1_001),
        (OLD, 2_002, 2_000, 2_005, 2_000),
        (OLD, 2_003, 2_000, 2_005, 2_005),
        (NEW, 2_003, 2_002, 2_004, 2_004),
        (NEW, 10_003, 10_000, 10_010, 10_000),
        (NEW, 10_009, 10_000, 10_010, 10_010),
        (NEW, 38_330, 38_320, 38_340, 38_340),
        (NEW, 50_020, 50_000, 50_050, 50_000),
    ],
)
def test_rounding_in_hong_kong(day: date, cents: int, down: int, up: int, nearest: int) -> None:
    rounded = [round_to_tick("hk", day, cents, direction) for direction in ("down", "up", "nearest")]
    assert rounded == [down, up, nearest]


def test_a_scale_too_coarse_for_the_tick_is_refused() -> None:
    with pytest.raises(UsageError, match=r"tick of 0\.005: not whole in 100ths; ask in a finer scale"):
        tick_at("hk", NEW, 30)
    assert tick_at("hk", NEW, 300, 1_000) == 5
    assert is_on_tick("hk", NEW, 30)
    # 0.9950 rounds to itself below a dollar, but is no cent
    assert round_to_tick("us", NEW, 9_950, "down", FINEST) == 9_950


@pytest.mark.parametrize(
    ("price", "scale", "words"), [(0, 100, "not above zero"), (-5, 100, "above"), (5, 7, "scale 7")]
)
def test_what_is_no_price_is_refused(price: int, scale: int, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        tick_at("main", NEW, price, scale)


@given(
    st.sampled_from(["main", "hk", "us"]),
    st.sampled_from([OLD, NEW]),
    st.integers(1, 99_950_000),
    st.sampled_from(["down", "up", "nearest"]),
)
def test_a_rounded_price_is_valid_and_near(board: Board, day: date, price: int, direction: Direction) -> None:
    tick = tick_at(board, day, price, FINEST)
    rounded = round_to_tick(board, day, price, direction, FINEST)
    assert rounded == 0 or is_on_tick(board, day, rounded, FINEST)
    assert abs(rounded - price) < tick
    if direction == "down":
        assert rounded <= price
    elif direction == "up":
        assert rounded >= price
    else:
        assert 2 * abs(rounded - price) <= tick
    if is_on_tick(board, day, price, FINEST):
        assert rounded == price


@pytest.mark.real
def test_every_real_price_in_hong_kong_is_valid(real_market: Path) -> None:
    bars = pd.read_csv(real_market / "bars_hk.csv.gz")
    left_out = bars[bars["quality"] == "bad_ohlc"]
    # the one row that cannot be (high below its open), which the importer leaves out as well
    assert left_out[["symbol", "date"]].to_numpy().tolist() == [["00763.HK", "2024-07-26"]]
    bars = bars.drop(left_out.index)
    days = {text: date.fromisoformat(text) for text in bars["date"].unique()}
    cents = (bars[PRICES] * 100).round().astype(int).to_numpy().tolist()
    rows = list(zip(bars["symbol"], bars["date"], cents, strict=True))
    off = [(row[0], row[1]) for row in rows if not all(is_on_tick("hk", days[row[1]], price) for price in row[2])]
    assert (len(rows) * len(PRICES), off) == (46_916, [])
    new_only = [
        price
        for symbol, text, prices in rows
        if days[text] >= NEW and symbol in ("00762.HK", "00763.HK")
        for price in prices
        if not is_on_tick("hk", OLD, price)
    ]
    # counted before by hand: valid under the new table only
    assert len(new_only) == 195


@pytest.mark.real
def test_real_prices_in_new_york_are_whole_cents_but_for_getty(real_market: Path) -> None:
    bars = pd.read_csv(real_market / "bars_us.csv.gz")
    bars = bars[bars["date"] > "2024-03-08"]  # before that day the data is adjusted for later splits
    finest_prices = (bars[PRICES] * FINEST).round().astype(int)
    whole = (finest_prices % 100 == 0).all(axis=1)
    assert set(bars.loc[~whole, "symbol"]) == {"GETY"}
    others = bars["symbol"] != "GETY"
    days = [date.fromisoformat(text) for text in bars.loc[others, "date"]]
    prices = finest_prices[others].to_numpy().tolist()
    assert len(prices) > 2_000
    assert all(is_on_tick("us", day, price, FINEST) for day, row in zip(days, prices, strict=True) for price in row)
