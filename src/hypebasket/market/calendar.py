"""Sessions of an exchange, until when orders can be entered for them, and why other days are none.

A date is not a session: only a ``Calendar`` converts, and it refuses where the answer depends on the direction.
Sessions come from exchange_calendars; what it lacks, the cut-offs and the holidays' names are tables beside it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Literal, NewType
from zoneinfo import ZoneInfo

import yaml

from hypebasket.errors import CalendarEndError, NotSessionError
from hypebasket.spec.text import Market, Text

__all__ = ["Calendar", "Session", "calendar_of"]

Session = NewType("Session", date)

FIRST_DAY = "2010-01-01"
SATURDAY = 5
WEEKEND = Text(zh="周末", en="weekend")
UNNAMED = Text(zh="交易所休市", en="exchange holiday")

_PLACE_OF = {
    Market.XSHG: "mainland",
    Market.XSHE: "mainland",
    Market.XBSE: "mainland",
    Market.XHKG: "hong_kong",
    Market.XNYS: "new_york",
}
_LIBRARY_CODE = {"mainland": "XSHG", "hong_kong": "XHKG", "new_york": "XNYS"}


@dataclass(frozen=True, slots=True)
class OrderEntry:
    """Local times after which an order no longer takes part in the opening, the close, or an early close."""

    open: time
    close: time
    close_short: time


@dataclass(frozen=True, slots=True)
class Stop:
    """Trading of a session ended for good at ``at`` (local), before the close."""

    at: time
    reason: Text


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """The sessions of one market, ascending, from ``first`` to ``last``.

    Days outside ``first``..``last`` are refused with ``CalendarEndError``; nothing is extrapolated. Instants handed out
    are UTC.
    """

    market: Market
    zone: ZoneInfo
    days: tuple[Session, ...] = field(repr=False)
    order_entry: OrderEntry = field(repr=False)
    short: frozenset[date] = field(repr=False)
    stopped: Mapping[date, Stop] = field(repr=False)
    closed: Mapping[date, Text] = field(repr=False)

    @property
    def first(self) -> Session:
        """Earliest session covered."""
        return self.days[0]

    @property
    def last(self) -> Session:
        """Latest session covered."""
        return self.days[-1]

    def sessions(self, start: date, end: date) -> tuple[Session, ...]:
        """Return the sessions from ``start`` to ``end``, both included; neither needs to be one."""
        self._cover(start)
        self._cover(end)
        return self.days[bisect_left(self.days, start) : bisect_right(self.days, end)]

    def is_session(self, day: date) -> bool:
        """Whether the exchange opened, or is to open, on ``day``."""
        self._cover(day)
        return self.days[bisect_left(self.days, day)] == day

    def session(self, day: date, direction: Literal["next", "previous"] | None = None) -> Session:
        """Return ``day`` as a session; if it is none, the next or previous one, as the caller says."""
        self._cover(day)
        index = bisect_left(self.days, day)
        if self.days[index] == day or direction == "next":
            return self.days[index]
        if direction == "previous":
            return self.days[index - 1]
        raise NotSessionError(
            f"{day} is no session of {self.market} ({self.why_closed(day).en})",
            f"nearest sessions: {self.days[index - 1]} and {self.days[index]}",
        )

    def shift(self, session: Session, k: int) -> Session:
        """Return the session ``k`` sessions after ``session`` (before it for negative ``k``)."""
        index = bisect_left(self.days, self.session(session)) + k
        if not 0 <= index < len(self.days):
            raise self._end_error(f"{abs(k)} sessions {'after' if k > 0 else 'before'} {session}")
        return self.days[index]

    def open_cutoff(self, session: Session) -> datetime:
        """Return the instant after which no order takes part in the opening of ``session``."""
        return self._instant(session, self.order_entry.open)

    def close_cutoff(self, session: Session) -> datetime:
        """Return the instant after which nothing done can enter the closing price of ``session``.

        On a session that was stopped early this is the stop; whether a closing order was executed at all is told by
        ``has_closing_order``.
        """
        stop = self.stopped.get(session)
        if stop is not None:
            return self._instant(session, stop.at)
        entry = self.order_entry
        return self._instant(session, entry.close_short if session in self.short else entry.close)

    def has_closing_order(self, session: Session) -> bool:
        """Whether an order for the close of ``session`` could be executed; not if trading was stopped before."""
        return session not in self.stopped

    def is_short(self, session: Session) -> bool:
        """Whether ``session`` ends early by schedule."""
        return session in self.short

    def why_closed(self, day: date) -> Text:
        """Return why ``day`` is no session: a named holiday or closure, else a weekend, else an unnamed holiday."""
        if self.is_session(day):
            raise ValueError(f"{day} is a session of {self.market}")
        named = self.closed.get(day)
        if named is not None:
            return named
        return WEEKEND if day.weekday() >= SATURDAY else UNNAMED

    def local(self, instant: datetime) -> datetime:
        """Return ``instant`` on the market's clock."""
        return instant.astimezone(self.zone)

    def _instant(self, session: Session, at: time) -> datetime:
        return datetime.combine(self.session(session), at, self.zone).astimezone(UTC)

    def _cover(self, day: date) -> None:
        if not self.first <= day <= self.last:
            raise self._end_error(str(day))

    def _end_error(self, what: str) -> CalendarEndError:
        return CalendarEndError(
            f"{what}: the calendar of {self.market} covers {self.first} to {self.last}",
            "choose dates inside it; later ones come with the exchange's holiday notice: "
            "pip install --upgrade exchange-calendars",
        )


def calendar_of(market: Market) -> Calendar:
    """Return the calendar of ``market``; built once, and shared where exchanges keep the same sessions."""
    return _calendars(_PLACE_OF[market])[market]


@cache
def _calendars(place: str) -> Mapping[Market, Calendar]:
    # pandas comes with it, which costs the start-up of verbs that need no calendar
    import exchange_calendars

    library = exchange_calendars.get_calendar(_LIBRARY_CODE[place], start=FIRST_DAY)
    exceptions = _read_table("sessions")[place]
    entry = _read_table("order_entry")[place]
    closures = {row["day"]: Text(zh=row["zh"], en=row["en"]) for row in exceptions.get("closed", ())}
    days = tuple(Session(day) for day in library.sessions.date if day not in closures)
    short = {stamp.date() for stamp in library.early_closes} | {row["day"] for row in exceptions.get("short", ())}
    stopped = {
        row["day"]: Stop(time.fromisoformat(row["at"]), Text(zh=row["zh"], en=row["en"]))
        for row in exceptions.get("stopped", ())
    }
    shared: dict[str, Any] = {
        "zone": ZoneInfo(entry["zone"]),
        "days": days,
        "order_entry": OrderEntry(*(time.fromisoformat(entry[key]) for key in ("open", "close", "close_short"))),
        "short": frozenset(short),
        "stopped": stopped,
        "closed": _holiday_names(place, library) | closures,
    }
    return {market: Calendar(market=market, **shared) for market, where in _PLACE_OF.items() if where == place}


def _holiday_names(place: str, library: Any) -> dict[date, Text]:
    """Return the names of the closed days of ``place`` that have one."""
    table = _read_table("holidays")
    names = {key: Text(**value) for key, value in table["names"].items()}
    known: dict[date, Text] = {}
    rules = table["rules"].get(place)
    if rules:
        ruled = library.regular_holidays.holidays(library.first_session, library.last_session, return_name=True)
        known |= {stamp.date(): names[rules[name]] for stamp, name in ruled.items()}
    for notice in table["days"][place]:
        for start, end, key in notice["ranges"]:
            known |= dict.fromkeys(_days(start, end), names[key])
    return known


def _days(start: date, end: date) -> Iterable[date]:
    return (start + timedelta(days=k) for k in range((end - start).days + 1))


@cache
def _read_table(name: str) -> dict[str, Any]:
    text = (files("hypebasket.market") / "tables" / f"{name}.yaml").read_text(encoding="utf-8")
    table = yaml.safe_load(text)
    assert isinstance(table, dict)
    return table
