"""Thousands of runs on one panel, of which only the end is wanted."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from hypebasket.engine.sweep import records
from hypebasket.engine.sweep.codes import NEVER, NO_ROOM, NONE
from hypebasket.engine.sweep.compiler import CAN_COMPILE
from hypebasket.engine.sweep.encoding import encode, set_terms
from hypebasket.engine.sweep.machine import Room, blank_books, drive_compiled, drive_plain, run_script
from hypebasket.engine.sweep.market import market_of
from hypebasket.engine.sweep.reading import value
from hypebasket.engine.sweep.records import Draws, Market, Script, make_array
from hypebasket.engine.sweep.retrace import raise_fault
from hypebasket.errors import UsageError
from hypebasket.market.panel import Integers, MarketPanel
from hypebasket.plan.intents import Plan
from hypebasket.rules.frictions import ALL_FRICTIONS, Frictions

__all__ = ["SweepOutcome", "sweep", "sweep_calendars"]


@dataclass(frozen=True, slots=True)
class SweepOutcome:
    """How the runs ended, in arrays of one shape.

    Equity in fen at the last session, the number of fills, and the row after that session.
    """

    equity: Integers
    fills: Integers
    stop: Integers


def sweep(
    panel: MarketPanel,
    plans: Sequence[Plan],
    *,
    cash: int,
    start: int,
    stop: int,
    stop_when_flat: bool = False,
    frictions: Frictions = ALL_FRICTIONS,
    threads: int | None = None,
    compiled: bool = CAN_COMPILE,
) -> SweepOutcome:
    """Run every plan as ``retrace`` does; ``threads`` at a time, as many as there are cores if not given.

    The outcome is ``(n_plans,)``.
    """
    market = market_of(panel)

    def end_of(plan: Plan) -> tuple[int, int, int]:
        if not plan.entries and not any(rebalance.weights_ppm for rebalance in plan.rebalances):
            return cash, 0, stop
        script = encode(panel, plan).script
        set_terms(script, cash=cash, start=start, stop=stop, stop_when_flat=stop_when_flat, frictions=frictions)
        books = run_script(market, script, _room(panel), compiled=compiled)
        raise_fault(books.book[0], panel, plan)
        equity, fills, after = (value(books.book[0], field) for field in ("equity", "n_fills", "stop"))
        return equity, fills, after

    workers = min(_threads(threads, compiled=compiled), len(plans))
    if workers > 1:
        with ThreadPoolExecutor(workers) as pool:
            found = list(pool.map(end_of, plans))
    else:
        found = [end_of(plan) for plan in plans]
    ends = np.array(found, dtype=np.int64).reshape(-1, 3)
    return SweepOutcome(*ends.T)


def sweep_calendars(
    panel: MarketPanel,
    pattern: Plan,
    row: int,
    calendars: Integers,
    *,
    cash: int,
    start: int,
    stop: int,
    gap_ppm: int | None = None,
    isolated: bool = False,
    frictions: Frictions = ALL_FRICTIONS,
    threads: int | None = None,
    compiled: bool = CAN_COMPILE,
) -> SweepOutcome:
    """Run one event's wishes at the rows of many event calendars: the same names, weights and terms on other sessions.

    Parameters
    ----------
    pattern : Plan
        The entries of one event whose entry session is ``row``: all of that row, in one auction. A name that had not
        traded before a drawn session, or has left the exchange, is left out there, and its money stays idle.
    calendars : (n_draws, n_events) int64
        Entry sessions, rows of ``panel``; in any order.
    gap_ppm : int, optional
        In place of the pattern's price caps: no purchase so much above the close before the entry session.
    isolated : bool
        Every event on capital of its own until it is flat, as event-isolated runs are; else all events of a calendar on
        one capital from ``start`` to ``stop``.

    Returns
    -------
    SweepOutcome
        ``(n_draws,)``, isolated ``(n_draws, n_events)`` in the order of time.
    """
    rows = np.sort(np.asarray(calendars, dtype=np.int64), axis=1)
    _check(pattern, row, rows, start, stop)
    encoded = encode(panel, pattern).script
    set_terms(encoded, cash=cash, start=start, stop=stop, stop_when_flat=True, frictions=frictions)
    patterns = _patterns(encoded, row, gap_ppm)
    market, room = market_of(panel), _room(panel)
    workers = _threads(threads, compiled=compiled)

    def run_part(part: Integers) -> Any:
        draws = _draws(patterns, part, isolated=isolated)
        script = Script(
            encoded.terms.copy(),
            make_array(records.ENTRY, part.shape[1] * len(patterns) + 1),
            encoded.rebalances.copy(),
            encoded.targets.copy(),
        )
        script.entries["attempts"] = NONE
        return _run_part(market, script, draws, room, panel, pattern, compiled=compiled)

    parts = [part for part in np.array_split(rows, 4 * workers) if len(part)]
    with ThreadPoolExecutor(workers) as pool:
        outcomes = list(pool.map(run_part, parts))
    ends = np.concatenate(outcomes)
    shape = rows.shape if isolated else len(rows)
    return SweepOutcome(*(ends[field].reshape(shape).copy() for field in records.OUTCOME.fields))


def _run_part(
    market: Market, script: Script, draws: Draws, room: Room, panel: MarketPanel, plan: Plan, *, compiled: bool
) -> Any:
    """Run the calendars of one thread; without room a run is begun anew with more."""
    if not compiled:
        return drive_plain(market, script, draws, lambda book: raise_fault(book, panel, plan))
    setting = draws.setting[0]
    books = blank_books(room)
    while True:
        setting["next_draw"] = drive_compiled(market, script, books, draws)
        if books.book[0]["fault"] != NO_ROOM:
            raise_fault(books.book[0], panel, plan)
            return draws.outcomes
        room = room.doubled()
        books = blank_books(room)


def _check(pattern: Plan, row: int, rows: Integers, start: int, stop: int) -> None:
    places = {(entry.row, entry.kind) for entry in pattern.entries}
    if pattern.rebalances or len(places) != 1 or next(iter(places))[0] != row:
        raise UsageError("a pattern of entries in one auction of one session is wanted", "give one event's plan")
    if not rows.size or rows.min() < max(start, 1) or rows.max() >= stop:
        raise UsageError(f"calendars outside the sessions {start}..{stop}", "draw them inside")


def _patterns(script: Script, row: int, gap_ppm: int | None) -> Any:
    """Return the entries of a script counted from ``row``."""
    entries = script.entries[:-1]
    patterns = make_array(records.PATTERN, len(entries))
    for field in records.ENTRY.fields:
        patterns[field] = entries[field]
    patterns["row"] = 0
    for field, origin in (("due", 2 * row), ("last_row", row)):
        patterns[field] = np.where(entries[field] == NEVER, NEVER, entries[field] - origin)
    patterns["gap_ppm"] = NONE if gap_ppm is None else gap_ppm
    return patterns


def _draws(patterns: Any, rows: Integers, *, isolated: bool) -> Draws:
    calendars = make_array(records.CALENDAR, *rows.shape)
    calendars["row"] = rows
    setting = make_array(records.SETTING, 1)
    setting[0] = (*rows.shape, len(patterns), 0, isolated)
    outcomes = make_array(records.OUTCOME, len(rows), rows.shape[1] if isolated else 1)
    return Draws(setting, patterns, calendars, outcomes)


def _room(panel: MarketPanel) -> Room:
    return Room(len(panel.symbols), 1, 1, recorded=False)


def _threads(wanted: int | None, *, compiled: bool) -> int:
    """Return how many threads to run; plain Python gains nothing from more than one."""
    return (wanted or os.cpu_count() or 1) if compiled else 1
