"""Many runs in one call: a plan as it is, or a pattern of entries repeated at the rows of many event calendars."""

from __future__ import annotations

from typing import Any

from hypebasket.engine.sweep.codes import NEVER, NO_FAULT, NONE
from hypebasket.engine.sweep.compiler import inlined, jitable
from hypebasket.engine.sweep.loop import run

__all__ = ["drive"]

MILLION = 1_000_000


@jitable
def drive(market: Any, script: Any, books: Any, draws: Any) -> int:
    """Run the script as it is if no calendar is drawn, else once for every calendar (or every event of it).

    Return how many calendars were run; fewer than all if a run had no room or met a fault, which is in the book.
    """
    setting = draws.setting[0]
    if setting.n_draws == 0:
        run(market, script, books)
        return 0
    for draw in range(setting.next_draw, setting.n_draws):
        if setting.isolated:
            for event in range(setting.n_events):
                _run_some(market, script, books, draws, draw, event, event + 1)
                if books.book[0].fault != NO_FAULT:
                    return draw
        else:
            _run_some(market, script, books, draws, draw, 0, setting.n_events)
        if books.book[0].fault != NO_FAULT:
            return draw
    return setting.n_draws


@jitable
def _run_some(market: Any, script: Any, books: Any, draws: Any, draw: int, first: int, stop: int) -> None:
    """Run some events of one calendar on one capital, and note how it ended."""
    terms, setting = script.terms[0], draws.setting[0]
    count = 0
    for event in range(first, stop):
        count = _write_entries(market, script, draws, draws.rows[draw, event].row, event, count)
    terms.n_entries = count
    script.entries[count].hold, script.entries[count].due = NONE, NEVER
    terms.last_release = draws.rows[draw, stop - 1].row
    if setting.isolated:
        terms.first = max(terms.last_release - 1, 0)
    run(market, script, books)
    outcome, book = draws.outcomes[draw, first if setting.isolated else 0], books.book[0]
    outcome.equity, outcome.fills, outcome.stop = book.equity, book.n_fills, book.stop


@inlined
def _write_entries(market: Any, script: Any, draws: Any, row: int, event: int, count: int) -> int:
    """Write the pattern's wishes for one event behind the ``count`` before it; return how many there are now.

    A name that has not traded before, or has left the exchange, is left out: its slot of the money stays idle.
    """
    for number in range(draws.setting[0].n_patterns):
        pattern = draws.patterns[number]
        cell = market.cells[row, pattern.column]
        if cell.last_traded < 0 or cell.delisted:
            continue
        entry = script.entries[count]
        entry.row, entry.event, entry.kind, entry.column = row, event, pattern.kind, pattern.column
        entry.weight_ppm, entry.attempts, entry.hold = pattern.weight_ppm, pattern.attempts, pattern.hold
        entry.last_row = NEVER if pattern.last_row == NEVER else row + pattern.last_row
        entry.due = NEVER if pattern.due == NEVER else 2 * row + pattern.due
        entry.due_purpose, entry.board_break = pattern.due_purpose, pattern.board_break
        entry.stop_ppm, entry.take_ppm, entry.trail_ppm = pattern.stop_ppm, pattern.take_ppm, pattern.trail_ppm
        entry.price_cap = NONE
        if pattern.gap_ppm != NONE:
            entry.price_cap = market.cells[row - 1, pattern.column].close * (MILLION + pattern.gap_ppm) // MILLION
        count += 1
    return count
