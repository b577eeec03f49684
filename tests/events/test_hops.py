"""The explanation names every day without a session once, and the reasons."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hypebasket.events.hops import HopKind, day_range, local_interval
from hypebasket.events.mapping import MappedEvent, map_event
from hypebasket.market.calendar import calendar_of
from hypebasket.spec.event import Event, Precision
from hypebasket.spec.text import Market, Text


def event(at: datetime | date, precision: Precision = Precision.MINUTE, *, latest: bool = False) -> Event:
    return Event(
        id="an-event", at=at, precision=precision, zone="Asia/Shanghai", title=Text(zh="事件", en="event"),
        kind="product", mainlines=("application",), evidence=("a notice",), confidence="A", latest=latest,
    )  # fmt: skip


SORA = event(datetime(2024, 2, 15, 18, 14, tzinfo=UTC))


def says(mapped: MappedEvent, kind: HopKind, lang: str = "en") -> list[str]:
    return [hop.says[lang] for hop in mapped.hops if hop.kind is kind]


def test_sora_in_shanghai_hop_by_hop() -> None:
    mapped = map_event(SORA, calendar_of(Market.XSHG))
    assert [hop.says.en for hop in mapped.hops] == [
        "2024-02-16 02:14 in Asia/Shanghai",
        "closed on 2024-02-16 (Spring Festival)",
        "2024-02-09..17 no session: Spring Festival",
        "2024-02-18 no session: weekend",
        "first open: 2024-02-19 (orders until 09:25)",
        "first close: 2024-02-19 (orders until 14:57)",
        "session 1: 2024-02-19 (first close after the earliest moment, 2024-02-16 02:14)",
        "base: the close of 2024-02-08",
    ]
    assert says(mapped, HopKind.CLOSED, "zh") == ["2024-02-09..17 非交易日:春节", "2024-02-18 非交易日:周末"]


def test_sora_in_new_york_missed_the_open_of_its_day() -> None:
    mapped = map_event(SORA, calendar_of(Market.XNYS))
    assert says(mapped, HopKind.STATE) == ["in the session of 2024-02-15 (closing orders until 15:50)"]
    assert says(mapped, HopKind.FIRST_OPEN) == [
        "2024-02-15 13:15 is past 09:28; first open: 2024-02-16 (orders until 09:28)"
    ]
    assert says(mapped, HopKind.CLOSED) == []


def test_a_reaction_is_a_hop_of_its_own() -> None:
    mapped = map_event(SORA, calendar_of(Market.XNYS), reaction_minutes=30)
    assert says(mapped, HopKind.REACTION) == ["30 minutes to react: orders from 2024-02-15 13:45 on"]


def test_a_stopped_session_is_named() -> None:
    mapped = map_event(event(datetime(2016, 1, 4, 2, 0, tzinfo=UTC)), calendar_of(Market.XSHG))
    assert says(mapped, HopKind.FIRST_CLOSE) == [
        "2016-01-04 took no closing orders (index circuit breaker); first close: 2016-01-05 (orders until 14:57)"
    ]


@pytest.mark.parametrize(
    ("one", "market", "expected"),
    [
        (SORA, Market.XNYS, "2024-02-15 13:14"),
        (event(datetime(2023, 4, 11, 5, 20, tzinfo=UTC), Precision.HOUR), Market.XSHG, "2023-04-11 13:20-14:20"),
        (
            event(datetime(2023, 4, 11, 3, 30, tzinfo=UTC), Precision.HOUR),
            Market.XNYS,
            "2023-04-10 23:30 - 2023-04-11 00:30",
        ),
        (event(date(2024, 3, 18), Precision.DAY), Market.XHKG, "2024-03-18 00:00-24:00"),
        (event(date(2024, 3, 18), Precision.DAY), Market.XNYS, "2024-03-17 12:00 - 2024-03-18 12:00"),
    ],
)
def test_the_interval_on_the_local_clock(one: Event, market: Market, expected: str) -> None:
    assert local_interval(one, calendar_of(market)) == expected


def test_an_instant_that_is_only_a_bound_says_so() -> None:
    mapped = map_event(event(datetime(2023, 7, 13, 7, 5, tzinfo=UTC), latest=True), calendar_of(Market.XSHG))
    assert says(mapped, HopKind.INSTANT) == ["no later than 2023-07-13 15:05 in Asia/Shanghai"]
    assert says(mapped, HopKind.INSTANT, "zh") == ["当地时间(Asia/Shanghai):不晚于 2023-07-13 15:05"]
    assert says(mapped, HopKind.STATE) == ["after the last closing orders of 2023-07-13 (14:57)"]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (date(2024, 2, 18), date(2024, 2, 18), "2024-02-18"),
        (date(2024, 2, 9), date(2024, 2, 17), "2024-02-09..17"),
        (date(2025, 1, 28), date(2025, 2, 4), "2025-01-28..02-04"),
        (date(2022, 12, 31), date(2023, 1, 2), "2022-12-31..2023-01-02"),
    ],
)
def test_a_range_of_days_is_written_shortly(start: date, end: date, expected: str) -> None:
    assert day_range(start, end) == expected


@given(
    st.integers(0, 16 * 365 * 24 * 60).map(lambda minute: datetime(2010, 2, 1, tzinfo=UTC) + timedelta(minutes=minute)),
    st.sampled_from([Market.XSHG, Market.XHKG, Market.XNYS]),
)
@settings(deadline=None, max_examples=60)
def test_every_day_between_base_and_open_is_a_session_or_explained_once(moment: datetime, market: Market) -> None:
    calendar = calendar_of(market)
    mapped = map_event(event(moment), calendar)
    last = max(mapped.first_open, mapped.first_close)
    between = [mapped.base + timedelta(days=k) for k in range(1, (last - mapped.base).days)]
    explained = [
        hop.start + timedelta(days=k)
        for hop in mapped.hops
        if hop.kind is HopKind.CLOSED
        for k in range((hop.end - hop.start).days + 1)
    ]
    assert explained == [day for day in between if not calendar.is_session(day)]
