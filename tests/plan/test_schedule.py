"""When a strategy acts on an event: offsets, closes, announcements, and the edges of a run."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from hypebasket.plan.schedule import Timetable
from hypebasket.spec.event import Event
from hypebasket.spec.text import Text
from markets import day_of, event, mapped, market, strategy

DAYS = ("01-02", "01-03", "01-04", "01-05", "01-08", "01-09", "01-10", "01-11", "01-12", "01-15")
MADE = market("\n".join(["session | 600001.SH", *(f"{day} | 10.00" for day in DAYS)]))
EVENING_9 = "01-09T12:00Z"
"""20:00 in Shanghai: first open and first close 01-10, base 01-09."""


def entry(
    happened: str = EVENING_9, *, announced: str | None = None, start: int = 1, stop: int = 10, **terms: object
) -> str:
    """Return the planned entry session as ``01-10``, or the reason why there is none."""
    before = int(str(terms.get("offset", 0))) < 0
    rules = strategy(trigger={"on": "events", "scheduled": "only" if before else "any"}, entry=terms)
    [one] = mapped(MADE, [_scheduled(happened, announced)], rules)
    row = Timetable(rules, MADE.panel, MADE.calendar, start=start, stop=stop).entry_row(one)
    return row["en"] if isinstance(row, Text) else f"{MADE.sessions[row]:%m-%d}"


def _scheduled(happened: str, announced: str | None) -> Event:
    known: date | datetime | None = None
    if announced:
        known = datetime.fromisoformat(f"2024-{announced}") if "T" in announced else day_of(announced)
    return event("e", happened).model_copy(update={"scheduled": True, "announced": known})


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({}, "01-10"),
        ({"offset": 1}, "01-11"),
        ({"offset": 3}, "01-15"),
        ({"at": "first_close"}, "01-10"),
        ({"at": "limit_queue", "offset": 2}, "01-12"),
        ({"at": "board_break"}, "01-11"),  # decided after the first session, whatever happens then
        ({"reaction": 13 * 60 + 23}, "01-10"),  # 12:01 + 13:23 = 01:24 UTC, a minute before the cut-off
        ({"reaction": 13 * 60 + 24}, "01-11"),  # at the cut-off itself: too late
    ],
)
def test_entry_sessions(terms: dict[str, object], expected: str) -> None:
    assert entry(**terms) == expected


def test_during_a_session_the_close_comes_before_the_open() -> None:
    assert entry("01-09T03:00Z", at="first_close") == "01-09"
    assert entry("01-09T03:00Z") == "01-10"


@pytest.mark.parametrize(
    ("announced", "expected"),
    [
        ("01-02", "01-05"),  # three sessions before 01-10
        ("01-04T01:24Z", "01-05"),
        ("01-04T12:00Z", "01-05"),  # the evening before
        ("01-05T01:24Z", "01-05"),  # a minute before the opening cut-off, 09:25 in Shanghai
        ("01-05T01:25Z", "01-08"),  # at the cut-off: not strictly before it
        ("01-05", "01-08"),  # a day is known at its end
        ("01-06", "01-08"),  # a Saturday
        ("01-09T01:24Z", "01-09"),
        ("01-09T01:25Z", "its date was announced too late (2024-01-09T01:25Z) to act before it"),
        ("01-09", "its date was announced too late"),
        (None, "the day its date was announced is not recorded"),
    ],
)
def test_never_before_the_announcement(announced: str | None, expected: str) -> None:
    assert expected in entry(announced=announced, offset=-3)


def test_an_entry_at_the_close_may_use_the_news_of_the_day() -> None:
    """Announced at 10:00 in Shanghai on 01-05: the closing auction of that day can still know."""
    assert entry(announced="01-05T02:00Z", offset=-3, at="first_close") == "01-05"
    assert entry(announced="01-05T06:57Z", offset=-3, at="first_close") == "01-08"


def test_after_the_event_an_announcement_plays_no_part() -> None:
    assert entry(announced=None, offset=1) == "01-11"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"stop": 6}, "session 1 (2024-01-10) lies outside the run (2024-01-03..2024-01-09)"),
        ({"start": 7}, "session 1 (2024-01-10) lies outside the run (2024-01-11..2024-01-15)"),
        ({"offset": 9}, "the planned entry session lies outside the run"),
        ({"offset": -6, "announced": "01-02", "start": 2}, "the planned entry session lies outside the run"),
        ({"happened": "01-02T12:00Z"}, "01-03"),
    ],
)
def test_the_edges_of_a_run(given: dict[str, object], expected: str) -> None:
    assert expected in entry(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("direction", "late", "outside"),
    [("long", "来不及提前买入", "计划买入日不在回测区间"), ("short", "来不及提前卖空", "计划卖空日不在回测区间")],
)
def test_what_was_planned_is_called_by_its_name(direction: str, late: str, outside: str) -> None:
    for offset, announced, told in ((-3, "01-09", late), (9, None, outside)):
        rules = strategy(direction=direction, trigger={"on": "events", "scheduled": "any"}, entry={"offset": offset})
        [one] = mapped(MADE, [_scheduled(EVENING_9, announced)], rules)
        row = Timetable(rules, MADE.panel, MADE.calendar, start=1, stop=10).entry_row(one)
        assert isinstance(row, Text)
        assert told in row["zh"]


def test_an_entry_before_the_run_moves_into_it_with_a_late_announcement() -> None:
    """Eight sessions before 01-10 would be in December; the announcement moves the entry to 01-08."""
    assert entry(offset=-8, announced="01-05") == "01-08"


def test_an_event_whose_first_open_comes_after_the_data_is_counted_back_from_there() -> None:
    """10:00 in Shanghai on the last session: first open is the next one, 01-16; three sessions before is 01-11."""
    assert entry("01-15T02:00Z", announced="01-02", offset=-3) == "01-11"
    # With a week of reaction time (10,080 minutes) the first open is 01-23, six sessions after the data.
    assert entry("01-15T02:00Z", announced="01-02", offset=-8, reaction=10_080) == "01-11"


def test_decisions_are_due_at_the_cut_off_of_their_auction() -> None:
    for at, clock in (
        ("first_open", "01:25"),
        ("limit_queue", "01:25"),
        ("board_break", "01:25"),
        ("first_close", "06:57"),
    ):
        table = Timetable(strategy(entry={"at": at}), MADE.panel, MADE.calendar, start=1, stop=10)
        assert f"{table.decision(3):%m-%d %H:%M}" == f"01-05 {clock}"
