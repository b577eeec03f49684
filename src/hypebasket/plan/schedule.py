"""When a strategy acts on an event: the session of its first attempt, and the instant of that decision."""

from __future__ import annotations

from datetime import datetime

from hypebasket.events.mapping import MappedEvent
from hypebasket.market.calendar import Calendar, Session
from hypebasket.market.panel import MarketPanel
from hypebasket.spec.event import Event
from hypebasket.spec.strategy import EntryAt, Strategy
from hypebasket.spec.text import Text, end_of_day

__all__ = ["Timetable"]


class Timetable:
    """Entry sessions of one strategy on one panel, for sessions ``start..stop`` (rows) of it."""

    def __init__(self, strategy: Strategy, panel: MarketPanel, calendar: Calendar, *, start: int, stop: int) -> None:
        self.entry = strategy.entry
        self.entry_zh = "卖空" if strategy.is_short else "买入"
        self.panel = panel
        self.calendar = calendar
        self.start, self.stop = start, stop
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

    def entry_row(self, mapped: MappedEvent) -> int | Text:
        """Return the row of the planned entry session, or why there is none."""
        if not self.first <= mapped.session_1 <= self.last:
            return Text(
                zh=f"第 1 日（{mapped.session_1}）不在回测区间（{self.first} 至 {self.last}）内",
                en=f"session 1 ({mapped.session_1}) lies outside the run ({self.first}..{self.last})",
            )
        if mapped.base not in self.panel.row_of:
            return Text(zh=f"基准日 {mapped.base} 没有数据", en=f"no data on the base session {mapped.base}")
        anchor = mapped.first_close if self.entry.at is EntryAt.FIRST_CLOSE else mapped.first_open
        row = self._row(anchor) + self.after_open
        if self.after_open < 0:
            moved = self._not_before_announced(row, mapped)
            if isinstance(moved, Text):
                return moved
            row = moved
        if not self.start <= row < self.stop:
            return Text(
                zh=f"计划{self.entry_zh}日不在回测区间（{self.first} 至 {self.last}）内",
                en=f"the planned entry session lies outside the run ({self.first}..{self.last})",
            )
        return row

    def _row(self, session: Session) -> int:
        """Return the row of a session, also of one after the data."""
        panel = self.panel
        if session in panel.row_of:
            return panel.row_of[session]
        return len(panel.sessions) - 2 + len(self.calendar.sessions(panel.sessions[-1], session))

    def _not_before_announced(self, row: int, mapped: MappedEvent) -> int | Text:
        """Move an entry before the event to the first session on which its date was public."""
        known = _announced(mapped.event)
        if known is None:
            return Text(
                zh="没有记录其日期何时公布：无法提前安排",
                en="the day its date was announced is not recorded: nothing could be planned before it",
            )
        moved = max(row, 0)
        while moved < self.stop and self.decision(moved) <= known:
            moved += 1
        if moved >= self.stop or self.panel.sessions[moved] >= mapped.first_open:
            return Text(
                zh=f"其日期公布得太晚（{known:%Y-%m-%dT%H:%MZ}），来不及提前{self.entry_zh}",
                en=f"its date was announced too late ({known:%Y-%m-%dT%H:%MZ}) to act before it",
            )
        return moved if moved != max(row, 0) else row


def _announced(event: Event) -> datetime | None:
    """Return the instant by which the date of a scheduled event was public."""
    if not event.scheduled or event.announced is None:
        return None
    return event.announced if isinstance(event.announced, datetime) else end_of_day(event.announced, event.zone)
