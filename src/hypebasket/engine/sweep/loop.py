"""The sessions of a run, in the phases of ``engine.replay.broker``."""

from __future__ import annotations

from typing import Any

from hypebasket.engine.sweep.codes import (
    CANCELLED,
    CLOSE,
    DELISTED,
    NEVER,
    NO_FAULT,
    NO_REASON,
    NO_ROOM,
    NONE,
    OPEN,
    QUEUE,
    RUN_END,
    SHORT,
    WORKING,
)
from hypebasket.engine.sweep.compiler import inlined, jitable
from hypebasket.engine.sweep.desk import after_close, before_close, before_open
from hypebasket.engine.sweep.holdings import book_actions, charge_loans, pay_tax, set_owed, stop_at, write_line
from hypebasket.engine.sweep.matching import auction
from hypebasket.engine.sweep.orders import end, lapse, sweep_orders
from hypebasket.engine.sweep.pool import has_room
from hypebasket.engine.sweep.records import DIVIDENDS, LOTS, ORDERS, POSITIONS, TRANCHES

__all__ = ["run"]


@jitable
def run(market: Any, script: Any, books: Any) -> int:
    """Run a plan from its first row until it stops; return the row after the last one. Faults are in the book."""
    terms, book = script.terms[0], books.book[0]
    _begin(terms, books)
    row = terms.first
    while row < terms.stop:
        following = row + 1
        if _is_quiet(script, books, row):
            book.equity, book.market_value = book.cash, 0
            if not terms.curved:
                following = _next_release(script, books, row)
        elif _has_room(script, books, row):
            _session(market, script, books, row)
        else:
            stop_at(books, NO_ROOM, row, 0)
            break
        book.stop = following
        if terms.curved:
            day = books.equity[row - terms.first]
            day.cash, day.market_value, day.equity = book.cash, book.market_value, book.equity
        if book.fault != NO_FAULT or (terms.stop_when_flat and _is_over(terms, books, following - 1)):
            break
        row = following
    _close_the_books(books)
    return book.stop


@jitable
def _begin(terms: Any, books: Any) -> None:
    """Start from cash alone."""
    book = books.book[0]
    book.cash, book.owed, book.equity, book.market_value = terms.cash, 0, terms.cash, 0
    book.order_id, book.n_working, book.n_ended, book.n_held, book.n_touched = 0, 0, 0, 0, 0
    book.n_fills, book.n_unfilled, book.n_lines, book.next_due = 0, 0, 0, NEVER
    book.dead_orders, book.dead_tranches, book.next_entry, book.next_rebalance = 0, 0, 0, 0
    book.stop, book.fault, book.fault_row, book.fault_column = terms.first, NO_FAULT, 0, 0
    for place in range(4):
        pool = books.pools[place]
        pool.free, pool.n_free, pool.used = NONE, 0, 0
    for column in range(terms.n_columns):
        stock = books.stocks[column]
        stock.shares, stock.owed, stock.buying, stock.net, stock.paid_row = 0, 0, 0, 0, NONE
        stock.bought_row, stock.volume_row, stock.net_row, stock.target_row = NONE, NONE, NONE, NONE
        stock.tranches, stock.first_lot, stock.last_lot = NONE, NONE, NONE


@inlined
def _has_room(script: Any, books: Any, row: int) -> bool:
    """Tell whether the arrays hold whatever one more session can bring."""
    terms, book, pools = script.terms[0], books.book[0], books.pools
    coming, number = book.n_working, book.next_entry
    while number < terms.n_entries and script.entries[number].row <= row:
        coming += 1
        number += 1
    rebalances = book.next_rebalance < terms.n_rebalances and script.rebalances[book.next_rebalance].row <= row
    if rebalances:
        coming += terms.n_columns
    lots_used = pools[LOTS].used - pools[LOTS].n_free
    return (
        has_room(pools[ORDERS], 2 * coming + book.n_held + terms.n_columns * rebalances)
        and has_room(pools[TRANCHES], coming)
        and has_room(pools[LOTS], 2 * terms.n_columns)
        and has_room(pools[DIVIDENDS], lots_used)
    )


@inlined
def _is_quiet(script: Any, books: Any, row: int) -> bool:
    """Tell whether nothing is held, nothing works, and nothing is released on a row."""
    terms, book = script.terms[0], books.book[0]
    if book.n_held or book.n_working:
        return False
    if book.next_entry < terms.n_entries and script.entries[book.next_entry].row <= row:
        return False
    return not (book.next_rebalance < terms.n_rebalances and script.rebalances[book.next_rebalance].row <= row)


@jitable
def _next_release(script: Any, books: Any, row: int) -> int:
    """Return the next row on which something is released, or the row after the last of the run."""
    terms, book = script.terms[0], books.book[0]
    following = terms.stop
    if terms.stop_when_flat:
        following = min(following, max(terms.last_release, row) + 1)
    if book.next_entry < terms.n_entries:
        following = min(following, script.entries[book.next_entry].row)
    if book.next_rebalance < terms.n_rebalances:
        following = min(following, script.rebalances[book.next_rebalance].row)
    return following


@jitable
def _session(market: Any, script: Any, books: Any, row: int) -> None:
    terms, book = script.terms[0], books.book[0]
    book.n_touched = 0
    if terms.opening == SHORT and terms.fees_and_tax:
        charge_loans(market, terms, books, row)
    if market.days[row].eventful:
        book_actions(market, terms, books, row)
        _end_delisted(market, terms, books, row)
    before_open(market, script, books, row)
    auction(market, terms, books, OPEN, row)
    auction(market, terms, books, QUEUE, row)
    before_close(script, books, row)
    auction(market, terms, books, CLOSE, row)
    lapse(books, row)
    sweep_orders(books, terms.recorded == 1)
    if terms.fees_and_tax:
        pay_tax(market, books, row, terms.recorded == 1)
    if _is_valued(script, books, row):
        _mark_to_close(market, terms, books, row)
    if row < terms.stop - 1:
        after_close(market, script, books, row)


@jitable
def _end_delisted(market: Any, terms: Any, books: Any, row: int) -> None:
    """End the orders in names that have left the exchange."""
    for place in range(books.book[0].n_working):
        slot = books.lists[place].working
        if market.cells[row, books.orders[slot].column].delisted:
            end(books, slot, CANCELLED, DELISTED)
    sweep_orders(books, terms.recorded == 1)


@inlined
def _is_valued(script: Any, books: Any, row: int) -> bool:
    """Tell whether anybody asks what the account is worth at a close: a curve, a margin, an order of the next row."""
    terms, book = script.terms[0], books.book[0]
    if terms.curved or terms.opening == SHORT or book.n_held == 0 or row == terms.stop - 1:
        return True
    if book.next_entry < terms.n_entries and script.entries[book.next_entry].row == row + 1:
        return True
    return book.next_rebalance < terms.n_rebalances and script.rebalances[book.next_rebalance].row == row + 1


@jitable
def _mark_to_close(market: Any, terms: Any, books: Any, row: int) -> None:
    book = books.book[0]
    total = 0
    for place in range(book.n_held):
        tranche = books.tranches[books.lists[place].held]
        total += tranche.shares * market.cells[row, tranche.column].close
    if terms.opening == SHORT:
        for column in range(terms.n_columns):
            stock = books.stocks[column]
            if stock.shares < 0:
                set_owed(books, stock, -stock.shares * market.cells[row, column].close)
    if terms.recorded and book.n_held:
        for column in range(terms.n_columns):
            shares = books.stocks[column].shares
            if shares:
                line, close = books.journal[write_line(books, POSITIONS, row, column)], market.cells[row, column].close
                line.shares, line.price, line.amount = shares, close, shares * close
    book.market_value, book.equity = total, book.cash + total


@inlined
def _is_over(terms: Any, books: Any, row: int) -> bool:
    book = books.book[0]
    return book.n_held == 0 and book.n_working == 0 and row >= terms.last_release


@jitable
def _close_the_books(books: Any) -> None:
    """End what still works, with the last obstacle it met."""
    for place in range(books.book[0].n_working):
        slot = books.lists[place].working
        order = books.orders[slot]
        if order.status == WORKING:
            end(books, slot, CANCELLED, order.reason if order.reason != NO_REASON else RUN_END)
