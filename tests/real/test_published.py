"""What the press printed, on the real data: the figures of the articles in ``data/sources.yaml``.

One figure cannot be shown: the Wind Sora index (up more than 90 % over four sessions, up more than 5 % intraday on
2024-03-13) is a vendor's concept index, and no series of it is at hand.
"""

from __future__ import annotations

from itertools import takewhile
from pathlib import Path

import pytest
from published_bars import Bars, read_bars
from run_folder import RunFolder, names_of

pytestmark = pytest.mark.real

KEY = ("application", "event-drift", "documented")
FIRST_WEEK = ("2024-02-19", "2024-02-20", "2024-02-21", "2024-02-22", "2024-02-23")


def test_kunlun_rose_17_percent_on_the_first_day(application: RunFolder) -> None:
    # ofweek-202402: 300418 +17.09 % on 2024-02-19
    kunlun = names_of(application.event(*KEY, "sora-launch"))["300418.SZ"]
    assert round(kunlun["session_1_return"], 4) == 0.1709


def test_insai_three_limit_ups_running(application: RunFolder, bars: Bars) -> None:
    # ofweek-202402: 300781 three limit-ups of 20 % from 2024-02-19
    insai = names_of(application.event(*KEY, "sora-launch"))["300781.SZ"]
    assert insai["sealed"][:3] == list(FIRST_WEEK[:3])
    assert insai["height"] == 3
    assert [str(bars["300781.SZ"][day].close) for day in FIRST_WEEK[:3]] == ["29.46", "35.35", "42.42"]


def test_insai_from_21_12_to_54_72(bars: Bars) -> None:
    # ofweek-202402: "21.12 → 54.72 within a few sessions": the low of the last session before the holiday, and the
    # high (and close) of the fifth session after it
    days = bars["300781.SZ"]
    assert str(days["2024-02-08"].low) == "21.12"
    assert [str(days[session].high) for session in FIRST_WEEK] == ["29.46", "35.35", "42.42", "48.8", "54.72"]


@pytest.mark.parametrize("symbol", ["688039.SH", "300502.SZ", "300624.SZ", "300166.SZ"])
def test_divergence_after_the_first_week(bars: Bars, symbol: str) -> None:
    # ofweek-202402 (late February): these four fell back, while 300781 still made new highs (59.85 on 2024-02-28)
    days = bars[symbol]
    assert days["2024-02-28"].close < days["2024-02-23"].close
    assert days["2024-02-29"].close < max(days[session].close for session in FIRST_WEEK)
    assert bars["300781.SZ"]["2024-02-28"].high > max(bars["300781.SZ"][session].high for session in FIRST_WEEK)


@pytest.mark.parametrize("symbol", ["300781.SZ", "688039.SH"])
def test_second_wave_up_more_than_10_percent_intraday(bars: Bars, symbol: str) -> None:
    # xcf-20240313
    day = bars[symbol]["2024-03-13"]
    assert day.prev_close is not None
    assert day.high / day.prev_close > 1.10


def test_second_wave_zgtz_limit_up(bars: Bars) -> None:
    # xcf-20240313: 603721 at its limit; 27.88 × 1.1 = 30.668, to the cent 30.67
    day = bars["603721.SH"]["2024-03-13"]
    assert str(day.limit_up(10)) == "30.67"
    assert day.close == day.high == day.limit_up(10)


def test_sunyard_limit_ups_after_pika(application: RunFolder) -> None:
    # xcf-20240313: two limit-ups after Pika 1.0 (2023-11-28, evening in China); session 1 is 11-29
    event = application.event(*KEY, "pika-1")
    assert event["markets"]["XSHG"]["session_1"] == "2023-11-29"
    sunyard = names_of(event)["600571.SH"]
    assert sunyard["sealed"][:2] == ["2023-11-30", "2023-12-01"]
    assert sunyard["height"] >= 2


@pytest.fixture(scope="module")
def falls(real_market: Path) -> dict[str, list[float]]:
    """Day changes of the disrupted names on the sessions after 2024-02-15 for as long as they fell."""
    bars = read_bars(real_market / "bars_us.csv.gz", ("ADBE", "SSTK", "GETY"))
    changes = {name: [bar.change for day, bar in days.items() if day > "2024-02-15"] for name, days in bars.items()}
    return {name: list(takewhile(lambda change: change < 0, series)) for name, series in changes.items()}


def test_adobe_fell_three_sessions_running(falls: dict[str, list[float]]) -> None:
    # yicai-20240223: three sessions running, worst day -7.4 % (it fell a fourth day, by 0.2 %, before the article)
    assert len(falls["ADBE"]) >= 3
    assert round(min(falls["ADBE"]), 3) == -0.074


@pytest.mark.parametrize(("name", "sessions"), [("SSTK", 3), ("GETY", 2)])
def test_stock_media_fell(falls: dict[str, list[float]], name: str, sessions: int) -> None:
    # yicai-20240223: Shutterstock three sessions running, Getty two
    assert len(falls[name]) == sessions
