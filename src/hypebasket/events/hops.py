"""The hops from an instant to the sessions of a market, in words of both languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import groupby

from hypebasket.market.calendar import Calendar, Session
from hypebasket.spec.event import Event, Precision
from hypebasket.spec.text import Text

__all__ = ["Hop", "HopKind", "clock", "day_range", "explain", "local_interval"]

DAY = timedelta(days=1)
CLOCK = "%H:%M"
DAY_CLOCK = "%Y-%m-%d %H:%M"
NOTHING = Text(zh="", en="")


class HopKind(StrEnum):
    """What a hop tells."""

    INSTANT = "instant"
    STATE = "state"
    REACTION = "reaction"
    CLOSED = "closed"
    FIRST_OPEN = "first_open"
    FIRST_CLOSE = "first_close"
    SESSION_1 = "session_1"
    BASE = "base"


@dataclass(frozen=True, slots=True)
class Hop:
    """One step, about the days ``start`` to ``end``; ``why`` is the reason if they are no sessions."""

    kind: HopKind
    says: Text
    start: date
    end: date
    why: Text | None = None


def explain(
    event: Event,
    calendar: Calendar,
    acting: datetime,
    *,
    first_open: Session,
    first_close: Session,
    session_1: Session,
    base: Session,
) -> tuple[Hop, ...]:
    """Return the hops in the order in which a reader follows them; ``acting`` is the latest moment plus reaction."""
    return (
        _instant(event, calendar),
        _state(event, calendar),
        *_reaction(event, calendar, acting),
        *_closures(calendar, base + DAY, max(first_open, first_close) - DAY),
        _open(calendar, acting, first_open),
        _close(calendar, acting, first_close),
        _session_1(event, calendar, session_1),
        _base(base),
    )


def local_interval(event: Event, calendar: Calendar) -> str:
    """Return the event's interval on the market's clock, as short as its precision allows."""
    start, end = calendar.local(event.earliest_moment), calendar.local(event.latest_moment)
    if event.precision is Precision.MINUTE:
        return f"{start:{DAY_CLOCK}}"
    if event.precision is Precision.DAY and start.time() == end.time() == datetime.min.time():
        return f"{start:%Y-%m-%d} 00:00-24:00"
    same_day = start.date() == end.date()
    return f"{start:{DAY_CLOCK}}-{end:{CLOCK}}" if same_day else f"{start:{DAY_CLOCK}} - {end:{DAY_CLOCK}}"


def day_range(start: date, end: date) -> str:
    """Return ``2024-02-18`` or ``2024-02-09..17``: what both ends share is written once."""
    if start == end:
        return str(start)
    if start.year != end.year:
        return f"{start}..{end}"
    return f"{start}..{end:%d}" if start.month == end.month else f"{start}..{end:%m-%d}"


def clock(calendar: Calendar, instant: datetime) -> str:
    """Return the time of day of ``instant`` on the market's clock."""
    return f"{calendar.local(instant):{CLOCK}}"


def _instant(event: Event, calendar: Calendar) -> Hop:
    interval = local_interval(event, calendar)
    by_zh, by_en = ("不晚于 ", "no later than ") if event.latest else ("", "")
    return Hop(
        HopKind.INSTANT,
        Text(zh=f"当地时间({calendar.zone.key}):{by_zh}{interval}", en=f"{by_en}{interval} in {calendar.zone.key}"),
        calendar.local(event.earliest_moment).date(),
        calendar.local(event.latest_moment).date(),
    )


def _state(event: Event, calendar: Calendar) -> Hop:
    earliest, latest = _state_at(event.earliest_moment, calendar), _state_at(event.latest_moment, calendar)
    if earliest == latest:
        says = earliest
    else:
        says = Text(
            zh=f"最早时:{earliest.zh};最晚时:{latest.zh}",
            en=f"at the earliest: {earliest.en}; at the latest: {latest.en}",
        )
    start, end = calendar.local(event.earliest_moment).date(), calendar.local(event.latest_moment).date()
    return Hop(HopKind.STATE, says, start, end)


def _state_at(moment: datetime, calendar: Calendar) -> Text:
    day = calendar.local(moment).date()
    if not calendar.is_session(day):
        why = calendar.why_closed(day)
        return Text(zh=f"{day} 休市({why.zh})", en=f"closed on {day} ({why.en})")
    session = calendar.session(day)
    opening, closing = calendar.open_cutoff(session), calendar.close_cutoff(session)
    open_at, close_at = clock(calendar, opening), clock(calendar, closing)
    if moment < opening:
        return Text(zh=f"{day} 开盘前(开盘委托至 {open_at})", en=f"before the open of {day} (orders until {open_at})")
    if moment < closing:
        return Text(
            zh=f"{day} 盘中(收盘委托至 {close_at})", en=f"in the session of {day} (closing orders until {close_at})"
        )
    return Text(zh=f"{day} 收盘委托截止({close_at})之后", en=f"after the last closing orders of {day} ({close_at})")


def _reaction(event: Event, calendar: Calendar, acting: datetime) -> Iterator[Hop]:
    minutes = (acting - event.latest_moment) // timedelta(minutes=1)
    if minutes:
        local = calendar.local(acting)
        says = Text(
            zh=f"反应时间 {minutes} 分钟:{local:{DAY_CLOCK}} 起可下单",
            en=f"{minutes} minutes to react: orders from {local:{DAY_CLOCK}} on",
        )
        yield Hop(HopKind.REACTION, says, local.date(), local.date())


def _closures(calendar: Calendar, start: date, end: date) -> Iterator[Hop]:
    """Group the days from ``start`` to ``end`` that are no session by their reason."""
    days = (start + k * DAY for k in range((end - start).days + 1))
    closed = [(day, calendar.why_closed(day)) for day in days if not calendar.is_session(day)]
    # consecutive days share their ordinal minus their place in the list
    runs = groupby(enumerate(closed), key=lambda item: (item[1][0].toordinal() - item[0], item[1][1]))
    for (_, why), group in runs:
        dates = [day for _, (day, _) in group]
        span = day_range(dates[0], dates[-1])
        says = Text(zh=f"{span} 非交易日:{why.zh}", en=f"{span} no session: {why.en}")
        yield Hop(HopKind.CLOSED, says, dates[0], dates[-1], why)


def _open(calendar: Calendar, acting: datetime, session: Session) -> Hop:
    until = clock(calendar, calendar.open_cutoff(session))
    missed = _missed(calendar, acting, calendar.open_cutoff, session)
    says = Text(
        zh=f"{missed.zh}首个可交易开盘:{session}(委托至 {until})",
        en=f"{missed.en}first open: {session} (orders until {until})",
    )
    return Hop(HopKind.FIRST_OPEN, says, session, session)


def _close(calendar: Calendar, acting: datetime, session: Session) -> Hop:
    until = clock(calendar, calendar.close_cutoff(session))
    missed = _missed(calendar, acting, calendar.close_cutoff, session)
    stops = [
        (day, calendar.stopped[day].reason)
        for day in calendar.sessions(calendar.local(acting).date(), session)
        if not calendar.has_closing_order(day)
    ]
    stops_zh = "".join(f"{day} {reason.zh},无收盘成交;" for day, reason in stops)
    stops_en = "".join(f"{day} took no closing orders ({reason.en}); " for day, reason in stops)
    says = Text(
        zh=f"{missed.zh}{stops_zh}首个可交易收盘:{session}(委托至 {until})",
        en=f"{missed.en}{stops_en}first close: {session} (orders until {until})",
    )
    return Hop(HopKind.FIRST_CLOSE, says, session, session)


def _missed(calendar: Calendar, acting: datetime, cutoff: Callable[[Session], datetime], found: Session) -> Text:
    """Say that the cut-off of the moment's own day had passed, if that is why a later session was found."""
    local = calendar.local(acting)
    if local.date() == found or not calendar.is_session(local.date()):
        return NOTHING
    own = cutoff(calendar.session(local.date()))
    if own > acting:
        return NOTHING
    at, passed = f"{local:{DAY_CLOCK}}", clock(calendar, own)
    return Text(zh=f"{at} 已过 {passed};", en=f"{at} is past {passed}; ")


def _session_1(event: Event, calendar: Calendar, session: Session) -> Hop:
    earliest = f"{calendar.local(event.earliest_moment):{DAY_CLOCK}}"
    says = Text(
        zh=f"第 1 个交易日:{session}(最早时刻 {earliest} 之后的首个收盘)",
        en=f"session 1: {session} (first close after the earliest moment, {earliest})",
    )
    return Hop(HopKind.SESSION_1, says, session, session)


def _base(base: Session) -> Hop:
    return Hop(HopKind.BASE, Text(zh=f"基准:{base} 收盘", en=f"base: the close of {base}"), base, base)
