"""Working orders: placing and ending them."""

from __future__ import annotations

from typing import Any

from hypebasket.engine.sweep.codes import (
    BUY,
    EXIT_DUE,
    EXPIRED,
    FILLED,
    NEVER,
    NO_REASON,
    NONE,
    PARTIAL,
    SHORT,
    WORKING,
)
from hypebasket.engine.sweep.compiler import inlined, jitable
from hypebasket.engine.sweep.pool import give_back, take
from hypebasket.engine.sweep.records import ORDERS

__all__ = ["end", "lapse", "last_row_of", "opens", "place", "sweep_orders"]


@inlined
def opens(side: int) -> bool:
    """Tell whether an order takes a position on: a purchase or a short sale."""
    return side in (BUY, SHORT)


@inlined
def place(books: Any, event: int, column: int, side: int, kind: int, purpose: int, created: int) -> int:
    """Start working an order, and return its slot; it has no money, no number of shares and no bound yet."""
    book = books.book[0]
    slot = take(books.pools[ORDERS], books.orders)
    order = books.orders[slot]
    book.order_id += 1
    order.order_id = book.order_id
    order.event, order.column, order.side, order.kind = event, column, side, kind
    order.purpose, order.created = purpose, created
    order.attempts_left, order.price_limit, order.entry = NONE, NONE, NONE
    order.last_row, order.due, order.due_purpose, order.hold = NEVER, NEVER, 0, NONE
    order.falls_to_open, order.attempts, order.wanted, order.filled, order.spent = 0, 0, 0, 0, 0
    order.reason, order.status = NO_REASON, WORKING
    books.lists[book.n_working].working = slot
    book.n_working += 1
    if opens(side):
        books.stocks[column].buying += 1
    return slot


@inlined
def end(books: Any, slot: int, status: int, reason: int) -> None:
    """End an order; shares bought or sold so far make an unfilled end a partial one."""
    order, book = books.orders[slot], books.book[0]
    if status == FILLED:
        order.reason, order.wanted, order.status = NO_REASON, order.filled, FILLED
    else:
        if reason != NO_REASON:
            order.reason = reason
        order.status = PARTIAL if order.filled else status
        book.n_unfilled += 1
    if opens(order.side):
        books.stocks[order.column].buying -= 1
    book.dead_orders += 1
    books.lists[book.n_ended].ended = slot
    book.n_ended += 1


@jitable
def sweep_orders(books: Any, recorded: bool) -> None:
    """Forget the orders that have ended; with a ledger to write, their slots are kept for it."""
    book = books.book[0]
    if book.dead_orders == 0:
        return
    kept = 0
    for place_ in range(book.n_working):
        slot = books.lists[place_].working
        if books.orders[slot].status == WORKING:
            books.lists[kept].working = slot
            kept += 1
    book.n_working = kept
    book.dead_orders = 0
    if not recorded:
        for place_ in range(book.n_ended):
            give_back(books.pools[ORDERS], books.orders, books.lists[place_].ended)
        book.n_ended = 0


@inlined
def last_row_of(last_row: int, due: int) -> int:
    """Return the last row on which a purchase is tried: that of its window, or of its planned end."""
    return min(last_row, (due + 1) // 2 - 1)


@inlined
def lapse(books: Any, row: int) -> None:
    """End the orders whose last session was ``row`` or one before it."""
    for place_ in range(books.book[0].n_working):
        slot = books.lists[place_].working
        order = books.orders[slot]
        if order.status == WORKING and last_row_of(order.last_row, order.due) <= row:
            end(books, slot, EXPIRED, order.reason if order.reason != NO_REASON else EXIT_DUE)
