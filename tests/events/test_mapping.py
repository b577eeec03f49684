"""Events mapped by hand, market by market, and what must hold for every instant."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hypebasket.errors import CalendarEndError
from hypebasket.events.mapping import first_close, first_open, map_event, session_one
from hypebasket.market.calendar import calendar_of
from hypebasket.spec.event import Event, Precision
from hypebasket.spec.text import Market, Text

CHINA, EASTERN, BRUSSELS = "Asia/Shanghai", "America/New_York", "Europe/Brussels"
THREE = (Market.XSHG, Market.XHKG, Market.XNYS)


def event(at: str, precision: str = "minute", zone: str = "UTC") -> Event:
    moment = date.fromisoformat(at) if precision == "day" else datetime.fromisoformat(at).replace(tzinfo=UTC)
    return Event(
        id="an-event", at=moment, precision=Precision(precision), zone=zone, title=Text(zh="事件", en="event"),
        kind="product", mainlines=("application",), evidence=("a notice",), confidence="A",
    )  # fmt: skip


def mapped(one: Event, market: Market, reaction: int = 0) -> str:
    found = map_event(one, calendar_of(market), reaction_minutes=reaction)
    return " ".join(str(session) for session in (found.first_open, found.first_close, found.session_1, found.base))


# name, the event's instant, then for Shanghai, Hong Kong and New York: first open, first close, session 1, base.
# Derived by hand from the clock in each zone, the cut-offs (09:25/14:57, 09:20/16:00, 09:28/15:50) and the holidays.
BY_HAND = [
    # China 02:14 on Friday 02-16, closed 02-09..02-18; Hong Kong 02:14, open since 02-14; New York 13:14 on 02-15
    ("sora-launch", event("2024-02-15T18:14"),
     "2024-02-19 2024-02-19 2024-02-19 2024-02-08",
     "2024-02-16 2024-02-16 2024-02-16 2024-02-15",
     "2024-02-16 2024-02-15 2024-02-15 2024-02-14"),
    # China 13:20-14:20 on Tuesday: the close can still be had; Hong Kong was shut 04-07..04-10 (Easter); New York 01:20
    ("cac-genai-draft", event("2023-04-11T05:20", "hour"),
     "2023-04-12 2023-04-11 2023-04-11 2023-04-10",
     "2023-04-12 2023-04-11 2023-04-11 2023-04-06",
     "2023-04-11 2023-04-11 2023-04-11 2023-04-10"),
    # China 15:05, eight minutes past 14:57; Hong Kong 15:05, before 16:00; New York 03:05
    ("cac-genai-measures", event("2023-07-13T07:05"),
     "2023-07-14 2023-07-14 2023-07-14 2023-07-13",
     "2023-07-14 2023-07-13 2023-07-13 2023-07-12",
     "2023-07-13 2023-07-13 2023-07-13 2023-07-12"),
    # the whole Monday in China; New York from Sunday 12:00 to Monday 12:00 (summer time since 03-10)
    ("kimi-2m", event("2024-03-18", "day", CHINA),
     "2024-03-19 2024-03-19 2024-03-18 2024-03-15",
     "2024-03-19 2024-03-19 2024-03-18 2024-03-15",
     "2024-03-19 2024-03-18 2024-03-18 2024-03-15"),
    # China 20:29 on Monday; New York 07:29 on Martin Luther King Day, its last session Friday 01-17
    ("deepseek-r1", event("2025-01-20T12:29"),
     "2025-01-21 2025-01-21 2025-01-21 2025-01-20",
     "2025-01-21 2025-01-21 2025-01-21 2025-01-20",
     "2025-01-21 2025-01-21 2025-01-21 2025-01-17"),
    # China 02:02 on Thursday 12-01; New York 13:02 on Wednesday
    ("chatgpt-launch", event("2022-11-30T18:02"),
     "2022-12-01 2022-12-01 2022-12-01 2022-11-30",
     "2022-12-01 2022-12-01 2022-12-01 2022-11-30",
     "2022-12-01 2022-11-30 2022-11-30 2022-11-29"),
    # Monday in China, the first session after 09-29..10-08; Hong Kong traded 10-03..10-06; New York Sunday 12:00 to
    # Monday 12:00, Columbus Day is a session
    ("compute-action-plan", event("2023-10-09", "day", CHINA),
     "2023-10-10 2023-10-10 2023-10-09 2023-09-28",
     "2023-10-10 2023-10-10 2023-10-09 2023-10-06",
     "2023-10-10 2023-10-09 2023-10-09 2023-10-06"),
    # China 21:00-22:00 on Tuesday; New York 09:00-10:00: the hour may end after 09:28, so the open is not counted on
    ("bis-chip-update", event("2023-10-17T13:00", "hour"),
     "2023-10-18 2023-10-18 2023-10-18 2023-10-17",
     "2023-10-18 2023-10-18 2023-10-18 2023-10-17",
     "2023-10-18 2023-10-17 2023-10-17 2023-10-16"),
    # China 10:00-11:00 on 02-09, closed; Hong Kong the same hour of a half day (until 12:00), then shut to 02-13; New
    # York 21:00 on 02-08
    ("altman-chips", event("2024-02-09T02:00", "hour"),
     "2024-02-19 2024-02-19 2024-02-19 2024-02-08",
     "2024-02-14 2024-02-09 2024-02-09 2024-02-08",
     "2024-02-09 2024-02-09 2024-02-09 2024-02-08"),
    # a Sunday everywhere (New York from Saturday 11:00)
    ("deep-synthesis", event("2022-12-11", "day", CHINA),
     "2022-12-12 2022-12-12 2022-12-12 2022-12-09",
     "2022-12-12 2022-12-12 2022-12-12 2022-12-09",
     "2022-12-12 2022-12-12 2022-12-12 2022-12-09"),
    # a Saturday in China, then Mid-Autumn to 09-17 (Hong Kong only 09-18); New York from Friday 12:00: the close of
    # Friday can already hold the news, but nobody could be sure of it before Monday
    ("cac-label-draft", event("2024-09-14", "day", CHINA),
     "2024-09-18 2024-09-18 2024-09-18 2024-09-13",
     "2024-09-16 2024-09-16 2024-09-16 2024-09-13",
     "2024-09-16 2024-09-16 2024-09-13 2024-09-12"),
    # China 01:00 on 10-01, closed to 10-08; Hong Kong closed on 10-01; New York 13:00-14:00
    ("sora-2", event("2025-09-30T17:00", "hour"),
     "2025-10-09 2025-10-09 2025-10-09 2025-09-30",
     "2025-10-02 2025-10-02 2025-10-02 2025-09-30",
     "2025-10-01 2025-09-30 2025-09-30 2025-09-29"),
    # Friday in New York; China Friday 12:00 to Saturday 12:00, closed 10-01..10-09; Hong Kong in session on Friday noon
    ("bis-2022", event("2022-10-07", "day", EASTERN),
     "2022-10-10 2022-10-10 2022-10-10 2022-09-30",
     "2022-10-10 2022-10-10 2022-10-07 2022-10-06",
     "2022-10-10 2022-10-10 2022-10-07 2022-10-06"),
    # China 14:55 (known by 14:56), one minute before 14:57; New York 01:55
    ("citic-mainlines", event("2024-02-23T06:55"),
     "2024-02-26 2024-02-23 2024-02-23 2024-02-22",
     "2024-02-26 2024-02-23 2024-02-23 2024-02-22",
     "2024-02-23 2024-02-23 2024-02-23 2024-02-22"),
    # China 22:07 on Monday; New York 09:07, before 09:28
    ("claude-3", event("2024-03-04T14:07"),
     "2024-03-05 2024-03-05 2024-03-05 2024-03-04",
     "2024-03-05 2024-03-05 2024-03-05 2024-03-04",
     "2024-03-04 2024-03-04 2024-03-04 2024-03-01"),
    # China 22:30 on the last session before the Spring Festival (01-28..02-04); Hong Kong: 01-28 is a half day
    ("r1-selloff", event("2025-01-27T14:30", "hour"),
     "2025-02-05 2025-02-05 2025-02-05 2025-01-27",
     "2025-01-28 2025-01-28 2025-01-28 2025-01-27",
     "2025-01-28 2025-01-27 2025-01-27 2025-01-24"),
    # Brussels 08-01 = 07-31T22:00Z..08-01T22:00Z: China 06:00 to 06:00; New York 18:00 to 18:00
    ("eu-ai-act-force", event("2024-08-01", "day", BRUSSELS),
     "2024-08-02 2024-08-02 2024-08-01 2024-07-31",
     "2024-08-02 2024-08-02 2024-08-01 2024-07-31",
     "2024-08-02 2024-08-02 2024-08-01 2024-07-31"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("one", "shanghai", "hong_kong", "new_york"), [row[1:] for row in BY_HAND], ids=[row[0] for row in BY_HAND]
)
def test_events_mapped_by_hand(one: Event, shanghai: str, hong_kong: str, new_york: str) -> None:
    assert [mapped(one, market) for market in THREE] == [shanghai, hong_kong, new_york]
    assert mapped(one, Market.XSHE) == shanghai


# A minute ends a minute later; a cut-off that is reached exactly has passed.
@pytest.mark.parametrize(
    ("market", "at", "expected"),
    [
        # 13:27Z is 08:27 in winter, 09:27 (known by 09:28) after the clocks went forward on Sunday 2024-03-10
        (Market.XNYS, "2024-03-08T13:27", "2024-03-08 2024-03-08 2024-03-08 2024-03-07"),
        (Market.XNYS, "2024-03-11T13:27", "2024-03-12 2024-03-11 2024-03-11 2024-03-08"),
        (Market.XNYS, "2024-03-11T13:26", "2024-03-11 2024-03-11 2024-03-11 2024-03-08"),
        # 19:49Z is 15:49 in summer (known by 15:50: too late, though the close may hold it), 14:49 after 2024-11-03
        (Market.XNYS, "2024-11-01T19:49", "2024-11-04 2024-11-04 2024-11-01 2024-10-31"),
        (Market.XNYS, "2024-11-04T19:49", "2024-11-05 2024-11-04 2024-11-04 2024-11-01"),
        # the day after Thanksgiving closes at 13:00: orders until 12:50 = 17:50Z
        (Market.XNYS, "2024-11-29T17:48", "2024-12-02 2024-11-29 2024-11-29 2024-11-27"),
        (Market.XNYS, "2024-11-29T17:50", "2024-12-02 2024-12-02 2024-12-02 2024-11-29"),
        # China's cut-offs 09:25 = 01:25Z and 14:57 = 06:57Z on Tuesday 2024-03-19
        (Market.XSHG, "2024-03-19T01:23", "2024-03-19 2024-03-19 2024-03-19 2024-03-18"),
        (Market.XSHG, "2024-03-19T01:24", "2024-03-20 2024-03-19 2024-03-19 2024-03-18"),
        (Market.XSHG, "2024-03-19T06:57", "2024-03-20 2024-03-20 2024-03-20 2024-03-19"),
        # typhoon Saola closed Hong Kong on Friday 2023-09-01
        (Market.XHKG, "2023-09-01T02:00", "2023-09-04 2023-09-04 2023-09-04 2023-08-31"),
        # the circuit breaker ended 2016-01-04 at 13:33: its last price holds the news of 10:00, no closing order did
        (Market.XSHG, "2016-01-04T02:00", "2016-01-05 2016-01-05 2016-01-04 2015-12-31"),
        (Market.XSHG, "2016-01-04T06:00", "2016-01-05 2016-01-05 2016-01-05 2016-01-04"),
    ],
)
def test_edges(market: Market, at: str, expected: str) -> None:
    assert mapped(event(at), market) == expected


def test_reaction_delays_trading_but_not_the_headline() -> None:
    sora = event("2024-02-15T18:14")
    assert mapped(sora, Market.XNYS, reaction=154) == "2024-02-16 2024-02-15 2024-02-15 2024-02-14"  # until 15:49
    assert mapped(sora, Market.XNYS, reaction=155) == "2024-02-16 2024-02-16 2024-02-15 2024-02-14"  # until 15:50
    assert mapped(sora, Market.XHKG, reaction=426) == "2024-02-19 2024-02-16 2024-02-16 2024-02-15"  # until 09:21


def test_an_event_after_the_published_calendar_is_refused() -> None:
    with pytest.raises(CalendarEndError):
        map_event(event("2026-12-31T08:00"), calendar_of(Market.XSHG))


MOMENTS = st.integers(0, 16 * 365 * 24 * 60).map(
    lambda minute: datetime(2010, 2, 1, tzinfo=UTC) + timedelta(minutes=minute)
)
MARKETS = st.sampled_from(THREE)


@given(MOMENTS, MARKETS)
@settings(deadline=None)
def test_the_first_session_is_ahead_and_none_before_it_is(moment: datetime, market: Market) -> None:
    calendar = calendar_of(market)
    opening, one = first_open(calendar, moment), session_one(calendar, moment)
    assert calendar.open_cutoff(opening) > moment >= calendar.open_cutoff(calendar.shift(opening, -1))
    assert calendar.close_cutoff(one) > moment >= calendar.close_cutoff(calendar.shift(one, -1))
    closing = first_close(calendar, moment)
    assert closing == next(day for day in calendar.sessions(one, closing) if calendar.has_closing_order(day))


@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=20)), MARKETS)
@settings(deadline=None)
def test_later_moments_never_map_earlier(moment: datetime, delay: timedelta, market: Market) -> None:
    calendar = calendar_of(market)
    for first in (first_open, first_close, session_one):
        assert first(calendar, moment) <= first(calendar, moment + delay)


@given(MOMENTS, st.sampled_from(["minute", "hour", "day"]), st.integers(0, 3_000), MARKETS)
@settings(deadline=None)
def test_session_1_is_never_after_what_can_be_traded(
    moment: datetime, precision: str, reaction: int, market: Market
) -> None:
    at = str(moment.date()) if precision == "day" else moment.replace(tzinfo=None).isoformat(timespec="minutes")
    calendar = calendar_of(market)
    found = map_event(event(at, precision, CHINA), calendar, reaction_minutes=reaction)
    assert found.session_1 <= min(found.first_close, found.first_open)
    assert calendar.shift(found.base, 1) == found.session_1
    assert calendar.close_cutoff(found.base) <= found.event.earliest_moment
