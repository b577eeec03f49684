"""The loop, compiled or in plain Python, and the books it writes into, in the size a run needs."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from functools import cache
from typing import Any, Final

from hypebasket.engine.sweep import records
from hypebasket.engine.sweep.codes import NO_ROOM
from hypebasket.engine.sweep.compiler import compile_kernel
from hypebasket.engine.sweep.drive import drive
from hypebasket.engine.sweep.loop import run
from hypebasket.engine.sweep.records import Books, Draws, Layout, Market, Rows, Script, make_array, make_rows

__all__ = ["Room", "blank_books", "compiled_drive", "drive_plain", "examples", "run_script"]

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
    layouts = (
        records.BOOK, records.STOCK, records.POOL, records.ORDER, records.TRANCHE, records.LOT, records.DIVIDEND,
        records.LIST, records.LINE, records.EQUITY,
    )  # fmt: skip
    books = Books(*(Rows(layout) for layout in layouts))
    for place in range(4):
        books.pools[place].room = BOUNDLESS
    books.book[0].line_room = BOUNDLESS
    return books


def run_script(market: Market, script: Script, room: Room, *, compiled: bool) -> Books:
    """Run a script; the books hold what it did, or the fault that stopped it."""
    if not compiled:
        books = _plain_books()
        run(_plain(market, MARKET_LAYOUTS), _plain(script, SCRIPT_LAYOUTS), books)
        return books
    machine = compiled_drive()
    while True:
        books = blank_books(room)
        machine(market, script, books, NO_DRAWS)
        if books.book[0]["fault"] != NO_ROOM:
            return books
        room = room.doubled()


def drive_plain(market: Market, script: Script, draws: Draws, check: Callable[[Any], None]) -> Any:
    """Run drawn calendars in plain Python; return the outcomes as an array. ``check`` looks for faults."""
    books, plain = _plain_books(), _plain(draws, DRAWS_LAYOUTS)
    drive(_plain(market, MARKET_LAYOUTS), _plain(script, SCRIPT_LAYOUTS), books, plain)
    check(books.book[0])
    for place, outcome in plain.outcomes.items():
        draws.outcomes[place] = tuple(getattr(outcome, field) for field in records.OUTCOME.fields)
    return draws.outcomes


@cache
def compiled_drive() -> Any:
    """Return the compiled loop."""
    return compile_kernel(drive, *examples())


def examples() -> tuple[Market, Script, Books, Draws]:
    """Return arguments of the types the compiled loop takes."""
    market = Market(
        *(
            make_array(layout, *shape)
            for layout, shape in zip(MARKET_LAYOUTS, ((1, 1), (1,), (1, 1), (1,)), strict=True)
        )
    )
    script = Script(*(make_array(layout, 1) for layout in SCRIPT_LAYOUTS))
    return market, script, blank_books(Room(1, 1, 1, recorded=False)), NO_DRAWS


MARKET_LAYOUTS: Final = (records.CELL, records.DAY, records.LAW, records.NAME)
DRAWS_LAYOUTS: Final = (records.SETTING, records.PATTERN, records.CALENDAR, records.OUTCOME)
SCRIPT_LAYOUTS: Final = (records.TERMS, records.ENTRY, records.REBALANCE, records.TARGET)


def _plain(arrays: Any, layouts: tuple[Layout, ...]) -> Any:
    """Return records as Python objects in place of arrays."""
    return type(arrays)(*(make_rows(array, layout) for array, layout in zip(arrays, layouts, strict=True)))


NO_DRAWS: Final = Draws(
    make_array(records.SETTING, 1),
    make_array(records.PATTERN, 1),
    make_array(records.CALENDAR, 1, 1),
    make_array(records.OUTCOME, 1, 1),
)
