"""The loop, compiled or in plain Python, and the books it writes into, in the size a run needs."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import Any, Final

from hypebasket.engine.sweep import records
from hypebasket.engine.sweep.codes import NO_ROOM
from hypebasket.engine.sweep.drive import drive
from hypebasket.engine.sweep.loop import run
from hypebasket.engine.sweep.records import LAYOUTS, Books, Draws, Market, Rows, Script, make_array, make_rows

__all__ = ["Room", "blank_books", "drive_compiled", "drive_plain", "run_script"]

BOUNDLESS: Final = 2**62


class Room:
    """How many records of each kind there is room for; doubled until a run fits."""

    def __init__(self, columns: int, sessions: int, wishes: int, *, recorded: bool) -> None:
        self.columns = columns
        self.sessions = sessions
        self.orders = (2 * wishes if recorded else 4 * columns) + 64
        self.held = 2 * columns + 64
        self.lines = 4 * wishes + sessions * min(columns, 16) + 64 if recorded else 1

    def doubled(self) -> Room:
        """Return twice as much."""
        more = copy(self)
        more.orders, more.held, more.lines = 2 * self.orders, 2 * self.held, 2 * self.lines
        return more


def blank_books(room: Room) -> Books:
    """Return books as arrays, for compiled code."""
    lots = room.held + 3 * room.columns
    books = Books(
        book=make_array(records.BOOK, 1),
        stocks=make_array(records.STOCK, room.columns),
        pools=make_array(records.POOL, 4),
        orders=make_array(records.ORDER, room.orders),
        tranches=make_array(records.TRANCHE, room.held),
        lots=make_array(records.LOT, lots),
        dividends=make_array(records.DIVIDEND, 2 * lots),
        lists=make_array(records.LIST, max(room.orders, room.held, room.columns)),
        journal=make_array(records.LINE, room.lines),
        equity=make_array(records.EQUITY, room.sessions),
    )
    for place, pool in enumerate((books.orders, books.tranches, books.lots, books.dividends)):
        books.pools[place]["room"] = len(pool)
    books.book[0]["line_room"] = room.lines
    return books


def _plain_books() -> Books:
    """Return books as Python objects without bounds."""
    books = Books(*(Rows(layout) for layout in LAYOUTS[Books]))
    for place in range(4):
        books.pools[place].room = BOUNDLESS
    books.book[0].line_room = BOUNDLESS
    return books


def run_script(market: Market, script: Script, room: Room, *, compiled: bool) -> Books:
    """Run a script; the books hold what it did, or the fault that stopped it."""
    if not compiled:
        books = _plain_books()
        run(_plain(market), _plain(script), books)
        return books
    while True:
        books = blank_books(room)
        drive_compiled(market, script, books, NO_DRAWS)
        if books.book[0]["fault"] != NO_ROOM:
            return books
        room = room.doubled()


def drive_plain(market: Market, script: Script, draws: Draws, check: Callable[[Any], None]) -> Any:
    """Run drawn calendars in plain Python; return the outcomes as an array. ``check`` looks for faults."""
    books, plain = _plain_books(), _plain(draws)
    drive(_plain(market), _plain(script), books, plain)
    check(books.book[0])
    for place, outcome in plain.outcomes.items():
        draws.outcomes[place] = tuple(getattr(outcome, field) for field in records.OUTCOME.fields)
    return draws.outcomes


def drive_compiled(market: Market, script: Script, books: Books, draws: Draws) -> int:
    """Run drawn calendars, or the script as it is, in compiled code; return how many calendars were run."""
    from hypebasket.engine.sweep.addressed import run_compiled

    return run_compiled(market, script, books, draws)


def _plain(arrays: Any) -> Any:
    """Return records as Python objects in place of arrays."""
    kind = type(arrays)
    return kind(*(make_rows(array, layout) for array, layout in zip(arrays, LAYOUTS[kind], strict=True)))


NO_DRAWS: Final = Draws(
    make_array(records.SETTING, 1),
    make_array(records.PATTERN, 1),
    make_array(records.CALENDAR, 1, 1),
    make_array(records.OUTCOME, 1, 1),
)
