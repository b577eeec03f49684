"""Hypothesis strategies for the whole schema: markets with listings and delistings, baskets, events, strategies.

Two worlds made from one seed are the same up to a session, and differ in whatever was not public by then: bars, events,
the days on which dates were announced, and the days on which the evidence of members was published.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from drawn_markets import N_SESSIONS, SYMBOLS, make_market, sessions
from hypothesis import settings
from hypothesis import strategies as st

from hypebasket.rules.boards import board_of
from hypebasket.spec.basket import Basket, Stock
from hypebasket.spec.event import Event
from hypebasket.spec.instrument import Instrument
from hypebasket.spec.strategy import SelectBy, Strategy
from markets import HandMadeMarket, basket, event, stock, strategy

WHOLE_SCHEMA = settings.get_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

EVERY = tuple(sorted(SYMBOLS))
SEGMENTS = dict(zip(EVERY, "aabbc", strict=True))
LIVES = ("600001.SH", "300003.SZ")
"""Names that may be listed late or delisted early; the others trade throughout."""


Dates = tuple[datetime | None, datetime | None]
"""When a source first named a member, and when it left."""


@dataclass(frozen=True)
class World:
    """A market, its events and its basket."""

    made: HandMadeMarket
    events: tuple[Event, ...]
    members: Basket


def make_world(seed: int) -> World:
    """Draw a world."""
    return _world(make_market(seed), _lives(seed), _happenings(seed), _evidence(seed))


def change_the_future(seed: int, other: int, last: int) -> World:
    """Return the world of ``seed`` with everything that was not public by the close of session ``last`` drawn anew."""
    now = _instant(last, "07:00")
    made = make_market(other, until=last + 1, before=make_market(seed))
    lives = {
        symbol: tuple(mine if mine <= last else max(theirs, last + 1) for mine, theirs in zip(*pair, strict=True))
        for symbol, pair in {name: (_lives(seed)[name], _lives(other)[name]) for name in LIVES}.items()
    }
    kept = [each for each in _happenings(seed) if _public(each) <= now]
    moved = [each for each in _happenings(other) if _public(each) > now]
    evidence = {symbol: _redated(_evidence(seed)[symbol], _evidence(other)[symbol], now) for symbol in EVERY}
    return _world(made, lives, [*kept, *moved], evidence)


def _redated(mine: Dates, theirs: Dates, now: datetime) -> Dates:
    """Return the dates of a member: mine where they were public by ``now``, theirs if those were not either."""
    (since, until), (other_since, other_until) = mine, theirs
    if since is not None and since > now and other_since is not None and other_since > now:
        since = other_since
    if until is None or until > now:
        until = other_until if other_until is not None and other_until > now else None
    return since, until


def _instant(row: int, clock: str) -> datetime:
    return datetime.fromisoformat(f"{sessions()[row]}T{clock}:00+00:00").astimezone(UTC)


def _public(each: Event) -> datetime:
    """When the first thing about an event became public: its date, or the event itself."""
    if isinstance(each.announced, datetime):
        return each.announced
    return each.latest_moment


def _lives(seed: int) -> dict[str, tuple[int, int]]:
    """Draw, for some names, the row of the first bar and the row of the delisting (beyond the end: none)."""
    rng = np.random.default_rng(seed + 1)
    starts, ends = (0, 0, 3, 6), (N_SESSIONS, N_SESSIONS, 8, 11)
    return {name: (int(rng.choice(starts)), int(rng.choice(ends))) for name in LIVES}


def _happenings(seed: int) -> list[Event]:
    """Draw up to six events; a scheduled one may have been announced sessions before, too late, or nobody knows."""
    rng = np.random.default_rng(seed + 2)
    found = []
    for number in range(int(rng.integers(1, 7))):
        row = int(rng.integers(1, N_SESSIONS - 2))
        at = _instant(row, str(rng.choice(["00:30", "03:00", "06:58", "12:00"])))
        scheduled = bool(rng.random() < 0.5)
        announced = None
        if scheduled and rng.random() < 0.8:
            announced = at - timedelta(hours=float(rng.choice([1, 20, 70, 150])))
        made = event(f"e-{seed}-{number}", at.isoformat().replace("+00:00", "Z"))
        found.append(made.model_copy(update={"scheduled": scheduled, "announced": announced}))
    return found


def _evidence(seed: int) -> dict[str, Dates]:
    """Draw when each name was first named by a source, and when it left the basket."""
    rng = np.random.default_rng(seed + 3)
    found = {}
    for symbol in EVERY:
        since = _instant(int(rng.integers(0, 6)), "04:00") if rng.random() < 0.8 else None
        until = _instant(int(rng.integers(7, N_SESSIONS)), "04:00") if rng.random() < 0.3 else None
        found[symbol] = (since, until)
    return found


def _world(raw: HandMadeMarket, lives: Any, happenings: list[Event], evidence: dict[str, Any]) -> World:
    stocks = tuple(_member(symbol, *evidence[symbol], weight=1.0 + number) for number, symbol in enumerate(EVERY))
    return World(_trimmed(raw, lives), tuple(happenings), basket(*stocks))


def _member(symbol: str, since: datetime | None, until: datetime | None, weight: float) -> Stock:
    """A member; whether a source names it at all is part of the file, and not of its future."""
    given: dict[str, Any] = {"segment": SEGMENTS[symbol], "weight": weight, "until": until}
    if since is not None:
        given |= {"since": since, "evidence": ("a source",)}
    return stock(symbol, **given)


def _trimmed(raw: HandMadeMarket, lives: dict[str, tuple[int, int]]) -> HandMadeMarket:
    """Take away the bars before a listing and from a delisting on."""
    days = sessions()
    bars, actions = raw.data.bars, raw.data.actions
    instruments = {}
    for symbol, (first, gone) in lives.items():
        begin, end = pd.Timestamp(days[first]), pd.Timestamp(days[gone]) if gone < N_SESSIONS else None
        for name, frame in (("date", bars), ("ex_date", actions)):
            outside = frame[name] <= begin if name == "ex_date" else frame[name] < begin
            if end is not None:
                outside |= frame[name] >= end
            kept = frame[~((frame["symbol"] == symbol) & outside)].reset_index(drop=True)
            bars, actions = (kept, actions) if name == "date" else (bars, kept)
        instruments[symbol] = _instrument(symbol, days[first] if first else None, days[gone] if end else None)
    return HandMadeMarket(replace(raw.data, bars=bars, actions=actions, instruments=instruments), raw.symbols, days)


def _instrument(symbol: str, listed: date | None, gone: date | None) -> Instrument:
    return Instrument(
        symbol=symbol, name_zh="", name_en="", board=board_of(symbol), currency="CNY", lot=100, list_date=listed,
        delist_date=gone, source="drawn",
    )  # fmt: skip


ENTRIES = ("first_open", "first_open", "first_close", "limit_queue", "board_break")
ON_LIMIT = ("skip", "wait_for_break", {"retry": 1}, {"retry": 3})
SCHEMES = ("equal", "basket_weights", "inverse_volatility")


@st.composite
def triggered(draw: st.DrawFn) -> Strategy:
    """Draw a strategy that acts on events."""
    given = _common(draw)
    at = draw(st.sampled_from(ENTRIES))
    before = at != "board_break" and draw(st.integers(0, 3)) == 0
    offset = draw(st.integers(-4, -1)) if before else 0 if at == "board_break" else draw(st.integers(0, 2))
    scheduled = "only" if before else draw(st.sampled_from(["any", "never", "only"]))
    given["trigger"] = {"on": "events", "scheduled": scheduled}
    given["entry"] = {
        "at": at,
        "offset": offset,
        "reaction": draw(st.sampled_from([0, 30])),
        "on_limit": draw(st.sampled_from(ON_LIMIT)),
        "max_gap": None if before else draw(st.sampled_from([None, None, 0.02, 0.08])),
    }
    given["select"] = _selected(draw, since_event=offset > 0 or at == "board_break")
    given["exit"] = {
        "hold_sessions": draw(st.sampled_from([None, 1, 2, 5])),
        "clock": draw(st.sampled_from(["plan", "fill"])),
        "stop_loss": draw(st.sampled_from([None, 0.05])),
        "take_profit": draw(st.sampled_from([None, 0.1])),
        "trailing_stop": draw(st.sampled_from([None, 0.08])),
        "board_break": draw(st.booleans()),
        "divergence": draw(st.sampled_from([None, None, {}, {"breadth_fall": 1.0}])),
        "event_open": before and draw(st.booleans()),
        "next_event": draw(st.booleans()),
    }
    given["overlap"] = draw(st.sampled_from(["ignore", "extend", "stack"]))
    given["window_sessions"] = draw(st.sampled_from([None, 3]))
    return strategy(**given)


@st.composite
def standing(draw: st.DrawFn) -> Strategy:
    """Draw a strategy that holds members while they belong, or rotates among segments."""
    given = _common(draw)
    entry: dict[str, Any] = {"on_limit": draw(st.sampled_from(ON_LIMIT))}
    if draw(st.booleans()):
        given["trigger"] = {"on": "membership"}
    else:
        given["trigger"] = {"on": "rotation", "among": "segments", "every": draw(st.sampled_from([None, 2, 4]))}
        given["select"] = {"top": draw(st.sampled_from([None, 1, 2]))}
        entry["offset"] = draw(st.integers(1, 3))
    return strategy(**given, entry=entry)


def _common(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "size": {
            "scheme": draw(st.sampled_from(SCHEMES)),
            "gross": draw(st.sampled_from([1.0, 1.0, 0.5])),
            "max_per_name": draw(st.sampled_from([None, None, 0.3])),
            "participation": draw(st.sampled_from([0.1, 1.0])),
        },
        "fills": draw(st.sampled_from(["pessimistic", "realistic", "optimistic"])),
        "delisting": draw(st.sampled_from(["last_price", "zero", 1.5])),
    }


def _selected(draw: st.DrawFn, *, since_event: bool) -> dict[str, Any]:
    ranks = [by for by in SelectBy if since_event or by not in (SelectBy.EVENT_RETURN, SelectBy.LEADERSHIP)]
    top, bottom = draw(st.sampled_from([(None, None), (None, None), (1, None), (2, None), (None, 2), (1, 1)]))
    chosen: dict[str, Any] = {
        "segments": draw(st.sampled_from([(), (), ("a", "c")])),
        "top": top,
        "bottom": bottom,
        "limit_up_only": draw(st.sampled_from([False, False, True])),
        "min_amount": draw(st.sampled_from([None, None, 2_000_000.0])),
    }
    return chosen | ({"by": draw(st.sampled_from(ranks))} if top or bottom else {})


def strategies() -> st.SearchStrategy[Strategy]:
    """Draw a strategy of the whole schema."""
    return st.one_of(triggered(), triggered(), standing())


def circles() -> st.SearchStrategy[str]:
    """Draw a circle."""
    return st.sampled_from(["point_in_time", "documented", "all"])
