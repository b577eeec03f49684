"""Sessions, cut-offs and reasons against hand-listed facts; origins beside them."""

from __future__ import annotations

import csv
import gzip
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from hypebasket.errors import CalendarEndError, NotSessionError
from hypebasket.market.calendar import Calendar, calendar_of
from hypebasket.spec.text import Market

SHANGHAI, HONG_KONG, NEW_YORK = (calendar_of(market) for market in (Market.XSHG, Market.XHKG, Market.XNYS))


def day(text: str) -> date:
    return date.fromisoformat(text)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def closed_days(calendar: Calendar, start: str, end: str) -> list[str]:
    """Weekdays from ``start`` to ``end`` without a session."""
    days = [day(start) + timedelta(days=k) for k in range((day(end) - day(start)).days + 1)]
    return [str(one) for one in days if one.weekday() < 5 and not calendar.is_session(one)]


# SSE notice on the Spring Festival of 2024: closed 02-09 (Friday) to 02-17, weekend on 02-18, open from 02-19.
def test_mainland_is_closed_over_the_spring_festival_of_2024() -> None:
    assert SHANGHAI.sessions(day("2024-02-08"), day("2024-02-20")) == (
        day("2024-02-08"), day("2024-02-19"), day("2024-02-20"),
    )  # fmt: skip
    assert SHANGHAI.why_closed(day("2024-02-09")).en == "Spring Festival"
    assert SHANGHAI.why_closed(day("2024-02-17")).zh == "春节"
    assert SHANGHAI.why_closed(day("2024-02-18")).zh == "周末"


# HKEX calendar of 2024: half day on 02-09, closed 02-12 and 02-13, open from 02-14.
def test_hong_kong_opens_earlier_after_lunar_new_year_of_2024() -> None:
    assert HONG_KONG.sessions(day("2024-02-09"), day("2024-02-15")) == (
        day("2024-02-09"), day("2024-02-14"), day("2024-02-15"),
    )  # fmt: skip
    assert HONG_KONG.why_closed(day("2024-02-13")).en == "Lunar New Year"


# HKEX news of the two days: typhoon Saola; black rainstorm after typhoon Haikui.
@pytest.mark.parametrize(("closed", "why"), [("2023-09-01", "typhoon Saola"), ("2023-09-08", "black rainstorm")])
def test_hong_kong_weather_closures_that_the_library_lacks(closed: str, why: str) -> None:
    assert not HONG_KONG.is_session(day(closed))
    assert HONG_KONG.why_closed(day(closed)).en == why
    assert SHANGHAI.is_session(day(closed))


# Government notices; NYSE list of holidays. Whole years, counted by hand from the notices.
@pytest.mark.parametrize(
    ("calendar", "year", "closed"),
    [
        (
            SHANGHAI, "2024",
            "01-01 02-09 02-12 02-13 02-14 02-15 02-16 04-04 04-05 05-01 05-02 05-03 06-10 09-16 09-17 "
            "10-01 10-02 10-03 10-04 10-07",
        ),
        (
            HONG_KONG, "2024",
            "01-01 02-12 02-13 03-29 04-01 04-04 05-01 05-15 06-10 07-01 09-06 09-18 10-01 10-11 12-25 12-26",
        ),
        (NEW_YORK, "2024", "01-01 01-15 02-19 03-29 05-27 06-19 07-04 09-02 11-28 12-25"),
        (NEW_YORK, "2025", "01-01 01-09 01-20 02-17 04-18 05-26 06-19 07-04 09-01 11-27 12-25"),
    ],
)  # fmt: skip
def test_closed_weekdays_of_a_year(calendar: Calendar, year: str, closed: str) -> None:
    assert closed_days(calendar, f"{year}-01-02", f"{year}-12-31") == [
        f"{year}-{one}" for one in closed.split() if one != "01-01"
    ]
    assert not calendar.is_session(day(f"{year}-01-01"))


@pytest.mark.parametrize(
    ("calendar", "closed", "zh", "en"),
    [
        (NEW_YORK, "2025-01-20", "马丁·路德·金纪念日", "Martin Luther King Jr. Day"),
        (NEW_YORK, "2025-01-09", "卡特总统国葬日", "day of mourning for President Carter"),
        (NEW_YORK, "2015-12-25", "圣诞节", "Christmas"),
        (NEW_YORK, "2012-10-29", "飓风桑迪", "hurricane Sandy"),
        (SHANGHAI, "2023-10-02", "中秋节、国庆节", "Mid-Autumn Festival and National Day"),
        (SHANGHAI, "2015-10-01", "交易所休市", "exchange holiday"),
        (HONG_KONG, "2023-04-10", "复活节", "Easter"),
        (HONG_KONG, "2024-09-06", "台风", "typhoon"),
    ],
)
def test_closed_days_have_names_in_both_languages(calendar: Calendar, closed: str, zh: str, en: str) -> None:
    reason = calendar.why_closed(day(closed))
    assert (reason.zh, reason.en) == (zh, en)


@pytest.mark.parametrize("calendar", [SHANGHAI, HONG_KONG, NEW_YORK], ids=lambda calendar: calendar.market)
def test_every_closed_weekday_of_2022_to_2026_is_named(calendar: Calendar) -> None:
    closed = closed_days(calendar, "2022-01-01", "2026-12-31")
    assert len(closed) >= 5 * 9
    assert [one for one in closed if calendar.why_closed(day(one)).en == "exchange holiday"] == []


@pytest.mark.parametrize("calendar", [SHANGHAI, HONG_KONG, NEW_YORK], ids=lambda calendar: calendar.market)
def test_no_named_day_is_a_session(calendar: Calendar) -> None:
    assert [one for one in calendar.closed if calendar.first <= one <= calendar.last and calendar.is_session(one)] == []


# Beijing and Hong Kong keep UTC+8; New York is UTC-5 in February and UTC-4 in July.
@pytest.mark.parametrize(
    ("calendar", "session", "opening", "closing"),
    [
        (SHANGHAI, "2024-02-19", "2024-02-19T01:25", "2024-02-19T06:57"),
        (SHANGHAI, "2018-08-17", "2018-08-17T01:25", "2018-08-17T06:57"),
        (HONG_KONG, "2024-02-16", "2024-02-16T01:20", "2024-02-16T08:00"),
        (HONG_KONG, "2024-02-09", "2024-02-09T01:20", "2024-02-09T04:00"),
        (NEW_YORK, "2024-02-15", "2024-02-15T14:28", "2024-02-15T20:50"),
        (NEW_YORK, "2024-07-02", "2024-07-02T13:28", "2024-07-02T19:50"),
        (NEW_YORK, "2024-07-03", "2024-07-03T13:28", "2024-07-03T16:50"),
    ],
)
def test_orders_are_taken_until(calendar: Calendar, session: str, opening: str, closing: str) -> None:
    one = calendar.session(day(session))
    assert (calendar.open_cutoff(one), calendar.close_cutoff(one)) == (utc(opening), utc(closing))


# Eves of Christmas, New Year and Lunar New Year that fall on a session; 2011-02-02 by HKEX's rule for such eves.
HONG_KONG_HALF_DAYS = """
2010-12-24 2010-12-31 2011-02-02 2012-12-24 2012-12-31 2013-12-24 2013-12-31 2014-01-30 2014-12-24 2014-12-31 2015-02-18
2015-12-24 2015-12-31 2017-01-27 2018-02-15 2018-12-24 2018-12-31 2019-02-04 2019-12-24 2019-12-31 2020-01-24 2020-12-24
2020-12-31 2021-02-11 2021-12-24 2021-12-31 2022-01-31 2024-02-09 2024-12-24 2024-12-31 2025-01-28 2025-12-24 2025-12-31
2026-02-16 2026-12-24 2026-12-31
"""


def test_half_days() -> None:
    def short(calendar: Calendar, start: str, end: str) -> list[str]:
        return [str(one) for one in calendar.sessions(day(start), day(end)) if calendar.is_short(one)]

    assert short(HONG_KONG, "2010-01-04", "2026-12-31") == HONG_KONG_HALF_DAYS.split()
    assert short(NEW_YORK, "2024-01-02", "2024-12-31") == ["2024-07-03", "2024-11-29", "2024-12-24"]
    assert short(SHANGHAI, "2010-01-04", "2026-12-31") == []


# The circuit breaker ended trading at 13:33 and 09:59 China time.
def test_circuit_breaker_days_take_no_closing_order() -> None:
    broken = [
        one for one in SHANGHAI.sessions(day("2015-12-01"), day("2016-02-01")) if not SHANGHAI.has_closing_order(one)
    ]
    assert broken == [day("2016-01-04"), day("2016-01-07")]
    assert [SHANGHAI.close_cutoff(one) for one in broken] == [utc("2016-01-04T05:33"), utc("2016-01-07T01:59")]


def test_a_day_that_is_no_session_needs_a_direction() -> None:
    sunday = day("2024-02-18")
    assert SHANGHAI.session(sunday, "next") == day("2024-02-19")
    assert SHANGHAI.session(sunday, "previous") == day("2024-02-08")
    assert SHANGHAI.session(day("2024-02-19"), "previous") == day("2024-02-19")
    with pytest.raises(NotSessionError, match=r"2024-02-18 .*XSHG \(weekend\).*2024-02-08 and 2024-02-19"):
        SHANGHAI.session(sunday)
    with pytest.raises(NotSessionError):
        SHANGHAI.open_cutoff(sunday)  # type: ignore[arg-type]


def test_shift_counts_sessions() -> None:
    eve = SHANGHAI.session(day("2024-02-08"))
    assert SHANGHAI.shift(eve, 1) == day("2024-02-19")
    assert SHANGHAI.shift(SHANGHAI.shift(eve, 5), -5) == eve
    assert SHANGHAI.shift(eve, 0) == eve


def test_sessions_has_no_reason_to_be_closed() -> None:
    with pytest.raises(ValueError, match="is a session"):
        SHANGHAI.why_closed(day("2024-02-19"))


def test_outside_the_published_calendar_is_refused_with_a_remedy() -> None:
    after = SHANGHAI.last + timedelta(days=1)
    for ask in (
        lambda: SHANGHAI.is_session(after),
        lambda: SHANGHAI.sessions(SHANGHAI.first, after),
        lambda: SHANGHAI.session(SHANGHAI.first - timedelta(days=1), "next"),
        lambda: SHANGHAI.shift(SHANGHAI.last, 1),
        lambda: SHANGHAI.shift(SHANGHAI.first, -1),
    ):
        with pytest.raises(CalendarEndError, match="exchange-calendars") as caught:
            ask()
        assert caught.value.exit_code == 3
        assert str(SHANGHAI.last) in caught.value.message


def test_exchanges_with_the_same_sessions_share_them() -> None:
    for market in (Market.XSHE, Market.XBSE):
        assert calendar_of(market).market is market
        assert calendar_of(market).days is SHANGHAI.days
    assert calendar_of(Market.XSHG) is SHANGHAI


@pytest.mark.real
@pytest.mark.parametrize(
    ("calendar", "file", "symbols"),
    [
        (SHANGHAI, "index.csv.gz", {"000300.SH"}),
        (HONG_KONG, "bars_hk.csv.gz", None),
        (NEW_YORK, "bars_us.csv.gz", None),
    ],
    ids=["XSHG", "XHKG", "XNYS"],
)
def test_real_bars_lie_on_the_sessions(
    calendar: Calendar, file: str, symbols: set[str] | None, real_market: Path
) -> None:
    with gzip.open(real_market / file, "rt", encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if symbols is None or row["symbol"] in symbols]
    dates = sorted({day(row["date"]) for row in rows})
    assert tuple(dates) == calendar.sessions(dates[0], dates[-1])
