"""The sample shows every figure the articles report; the figures and their articles stand beside each test."""

from __future__ import annotations

import pandas as pd
import pytest
from sample_tables import DOCUMENTED, day_of, days_of, indices, limit_up

from hypebasket.sources.sample.indices import CONCEPT_INDEX

BASE, SESSION_1, SESSION_5 = "2024-02-08", "2024-02-19", "2024-02-23"


def change(symbol: str, day: str) -> float:
    bar = day_of(symbol, day)
    return bar["close"] / bar["prev_close"] - 1


def is_locked(symbol: str, day: pd.Series) -> bool:
    return day["low"] == day["high"] == limit_up(symbol, day["prev_close"])


def test_300418_rises_17_09_percent_on_the_first_session() -> None:
    # OFweek, February 2024: 昆仑万维 +17.09 % on 2024-02-19.
    assert f"{change('300418.SZ', SESSION_1):.2%}" == "17.09%"
    assert day_of("300418.SZ", SESSION_1)["prev_close"] == day_of("300418.SZ", BASE)["close"]


def test_300781_closes_three_times_at_its_limit_from_21_12_to_54_72() -> None:
    # OFweek, February 2024: three limit-ups (20 %) from 2024-02-19; 21.12 to 54.72 within a few sessions.
    days = days_of("300781.SZ", BASE, SESSION_5)
    three = days.loc[SESSION_1:"2024-02-21"]
    assert [bar["close"] for _, bar in three.iterrows()] == [limit_up("300781.SZ", p) for p in three["prev_close"]]
    assert days.loc[BASE, "low"] == days["low"].min() == 2112
    assert days.loc[SESSION_5, "high"] == days["high"].max() == 5472


@pytest.mark.parametrize("symbol", ["688039.SH", "300502.SZ", "300624.SZ", "300166.SZ"])
def test_afterwards_the_names_diverge(symbol: str) -> None:
    # OFweek, February 2024 (its last day): 当虹科技, 新易盛, 万兴科技, 东方国信 fell after the first wave.
    days = days_of(symbol, SESSION_5, "2024-02-29")["close"]
    assert days.iloc[-1] < 0.95 * days.iloc[0]


def test_the_second_wave_of_2024_03_13() -> None:
    # 新财富, 2024-03-13: 因赛集团 and 当虹科技 up more than 10 % during the session, 中广天择 limit-up.
    for symbol in ("300781.SZ", "688039.SH"):
        bar = day_of(symbol, "2024-03-13")
        assert bar["high"] > 1.10 * bar["prev_close"]
    bar = day_of("603721.SH", "2024-03-13")
    assert bar["close"] == limit_up("603721.SH", bar["prev_close"])


def test_600571_closes_twice_at_its_limit_after_pika() -> None:
    # 新财富, 2024-03-13: two limit-ups of 信雅达 after Pika 1.0 (session 1 = 2023-11-29).
    days = days_of("600571.SH", "2023-11-29", "2023-12-04")
    closed_at_limit = [bar["close"] == limit_up("600571.SH", bar["prev_close"]) for _, bar in days.iterrows()]
    assert closed_at_limit == [False, True, True, False]


@pytest.mark.parametrize(("symbol", "sessions"), [("ADBE.US", 3), ("SSTK.US", 3), ("GETY.US", 2)])
def test_the_disrupted_fall_on_successive_sessions(symbol: str, sessions: int) -> None:
    # 第一财经, 2024-02-23: Adobe and Shutterstock down on three sessions running after 2024-02-15, Getty on two.
    # 2024-02-19 was a holiday in New York.
    days = days_of(symbol, "2024-02-16", "2024-02-22")
    assert [str(day.date()) for day in days.index] == ["2024-02-16", "2024-02-20", "2024-02-21", "2024-02-22"]
    falls = (days["close"] < days["prev_close"]).tolist()
    assert falls[:sessions] == [True] * sessions
    assert not falls[sessions]


def test_adobes_worst_session_is_minus_7_4_percent() -> None:
    # 第一财经, 2024-02-23.
    days = days_of("ADBE.US", "2024-02-16", "2024-02-21")
    moves = days["close"] / days["prev_close"] - 1
    assert f"{moves.min():.1%}" == "-7.4%"
    assert moves.idxmin() == pd.Timestamp("2024-02-16")


def test_the_concept_index_is_synthetic_and_rises_more_than_90_percent() -> None:
    # OFweek: a Sora index up more than 90 % over the four sessions from 2024-02-19; 新财富: +5 % during 2024-03-13.
    level = indices()[indices()["symbol"] == CONCEPT_INDEX].set_index("date")
    assert CONCEPT_INDEX.endswith(".SYN")
    four = level.loc[SESSION_1:"2024-02-22"]
    assert len(four) == 4
    assert 0.90 < four["close"].iloc[-1] / level.loc[BASE, "close"] - 1 < 1.0
    assert level.loc["2024-03-13", "high"] / level.loc["2024-03-13", "prev_close"] > 1.05


def test_the_sora_headline_of_the_documented_names() -> None:
    # The sample's own brief: mean close-to-close return from the base to session 5 between 45 % and 50 %.
    returns = [day_of(s, SESSION_5)["close"] / day_of(s, BASE)["close"] - 1 for s in DOCUMENTED]
    assert 0.45 < sum(returns) / len(returns) < 0.50


def test_the_boards_that_make_the_headline_unbuyable() -> None:
    locked = {}
    for symbol in DOCUMENTED:
        days = [is_locked(symbol, bar) for _, bar in days_of(symbol, SESSION_1, SESSION_5).iterrows()]
        locked[symbol] = days.index(False) if False in days else len(days)
    assert {s: n for s, n in locked.items() if n} == {"600571.SH": 5, "300781.SZ": 2, "688039.SH": 2}
    broken = day_of("300624.SZ", SESSION_1)
    assert broken["open"] == limit_up("300624.SZ", broken["prev_close"]) > broken["low"]
    for symbol in ("300418.SZ", "300166.SZ", "603721.SH", "002558.SZ"):
        bar = day_of(symbol, SESSION_1)
        assert bar["prev_close"] < bar["open"] < limit_up(symbol, bar["prev_close"])
