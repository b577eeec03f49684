"""Instant and precision → first tradable open and close, session 1 and base of a market, every hop explained.

Trading uses the latest plausible moment of the event (plus the minutes a human needs), the headline the earliest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from hypebasket.events.hops import Hop, explain
from hypebasket.market.calendar import Calendar, Session
from hypebasket.spec.event import Event
from hypebasket.spec.text import Market

__all__ = ["MappedEvent", "first_close", "first_open", "map_event", "session_one"]


@dataclass(frozen=True, slots=True)
class MappedEvent:
    """What an event means for one market.

    Attributes
    ----------
    first_open : Session
        First session whose opening can still be traded after the latest moment and the reaction.
    first_close : Session
        The same for the close.
    session_1 : Session
        First session whose closing price can contain the news (by the earliest moment); windows count from it.
    base : Session
        The session before; its close is what headlines start from.
    hops : tuple of Hop
        How it came to that, step by step.
    """

    event: Event
    market: Market
    first_open: Session
    first_close: Session
    session_1: Session
    base: Session
    hops: tuple[Hop, ...]


@lru_cache(maxsize=4096)
def map_event(event: Event, calendar: Calendar, *, reaction_minutes: int = 0) -> MappedEvent:
    """Map ``event`` to the sessions of ``calendar``; ``reaction_minutes`` delay trading, never the headline."""
    acting = event.latest_moment + timedelta(minutes=reaction_minutes)
    opening = first_open(calendar, acting)
    closing = first_close(calendar, acting)
    one = session_one(calendar, event.earliest_moment)
    base = calendar.shift(one, -1)
    hops = explain(event, calendar, acting, first_open=opening, first_close=closing, session_1=one, base=base)
    return MappedEvent(event, calendar.market, opening, closing, one, base, hops)


def first_open(calendar: Calendar, moment: datetime) -> Session:
    """Return the first session whose opening takes orders strictly after ``moment``."""
    return _first_after(calendar, moment, calendar.open_cutoff)


def first_close(calendar: Calendar, moment: datetime) -> Session:
    """Return the first session whose close takes, and executes, orders strictly after ``moment``."""
    session = session_one(calendar, moment)
    while not calendar.has_closing_order(session):
        session = calendar.shift(session, 1)
    return session


def session_one(calendar: Calendar, moment: datetime) -> Session:
    """Return the first session whose closing price can contain news of ``moment``.

    It differs from ``first_close`` only where trading was stopped early: the last price then holds the news, although
    nobody could buy at it.
    """
    return _first_after(calendar, moment, calendar.close_cutoff)


def _first_after(calendar: Calendar, moment: datetime, cutoff: Callable[[Session], datetime]) -> Session:
    session = calendar.session(calendar.local(moment).date(), "next")
    return session if cutoff(session) > moment else calendar.shift(session, 1)
