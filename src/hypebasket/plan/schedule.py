"""When a strategy acts on an event: the session of its first attempt, and the instant of that decision."""

from __future__ import annotations

from datetime import datetime

from hypebasket.events.mapping import MappedEvent
from hypebasket.market.calendar import Calendar, Session
from hypebasket.market.panel import MarketPanel
from hypebasket.spec.event import Event
from hypebasket.spec.strategy import EntryAt, Strategy
from hypebasket.spec.text import end_of_day

__all__ = ["Timetable"]


class Timetable:
    """Entry sessions of one strategy on one panel, for sessions ``start..stop`` (rows) of it."""

    def __init__(self, strategy: Strategy, panel: MarketPanel, calendar: Calendar, *, start: int, stop: int) -> None:
        self.entry = strategy.entry
        self.panel = panel
        self.calendar = calendar
        self.first, self.last = panel.sessions[start], panel.sessions[stop - 1]

    @property
    def after_open(self) -> int:
        """Sessions between the event's first open and the planned entry session.

        A wait for a broken board is decided after the session it opened locked on, whatever the offset.
        """
        return 1 if self.entry.at is EntryAt.BOARD_BREAK else self.entry.offset

    def decision(self, row: int) -> datetime:
        """Return the instant by which the order for ``row`` must be in: what is known later plays no part."""
        session = self.panel.sessions[row]
        at_close = self.entry.at is EntryAt.FIRST_CLOSE
        return self.calendar.close_cutoff(session) if at_close else self.calendar.open_cutoff(session)

    def entry_row(self, mapped: MappedEvent) -> int | str:
        """Return the row of the planned entry session, or why there is none."""
        if not self.first <= mapped.session_1 <= self.last:
            return f"session 1 ({mapped.session_1}) lies outside the run ({self.first}..{self.last})"
        if mapped.base not in self.panel.row_of:
            return f"no data on the base session {mapped.base}"
        anchor = mapped.first_close if self.entry.at is EntryAt.FIRST_CLOSE else mapped.first_open
        session = self.calendar.shift(anchor, self.after_open)
        if self.after_open < 0:
            moved = self._not_before_announced(session, mapped)
            if isinstance(moved, str):
                return moved
            session = moved
        if not self.first <= session <= self.last:
            return f"the entry session ({session}) lies outside the run ({self.first}..{self.last})"
        return self.panel.row_of[session]

    def _not_before_announced(self, session: Session, mapped: MappedEvent) -> Session | str:
        """Move an entry before the event to the first session on which its date was public."""
        known = _announced(mapped.event)
        if known is None:
            return "the day its date was announced is not recorded: nothing could be planned before it"
        while self.calendar.open_cutoff(session) <= known:
            session = self.calendar.shift(session, 1)
        if session >= mapped.first_open:
            return f"its date was announced too late ({known:%Y-%m-%dT%H:%MZ}) to act before it"
        return session


def _announced(event: Event) -> datetime | None:
    """Return the instant by which the date of a scheduled event was public."""
    if not event.scheduled or event.announced is None:
        return None
    return event.announced if isinstance(event.announced, datetime) else end_of_day(event.announced, event.zone)
