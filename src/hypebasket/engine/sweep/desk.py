"""Releases the orders of a plan inside a session, as ``engine.replay.desk`` does."""

from __future__ import annotations

from typing import Any

from hypebasket.engine.sweep.codes import (
    BUY,
    CANCELLED,
    CLOSE,
    COVER,
    EXIT_DUE,
    EXTEND,
    FOR_ENTRY,
    FOR_MARGIN_BREACH,
    FOR_REBALANCE,
    NEVER,
    NO_LAW,
    NO_SUM,
    NONE,
    OPEN,
    OVERLAP,
    SELL,
    SHORT,
    STACK,
    SUPERSEDED,
    WORKING,
)
from hypebasket.engine.sweep.compiler import inlined, jitable
from hypebasket.engine.sweep.holdings import end_of, end_purpose, exit_signal, stop_at
from hypebasket.engine.sweep.law import margin_required
from hypebasket.engine.sweep.matching import legal_purchase, legal_sale
from hypebasket.engine.sweep.orders import end, last_row_of, opens, place, sweep_orders

__all__ = ["after_close", "before_close", "before_open"]

MILLION = 1_000_000


@inlined
def before_open(market: Any, script: Any, books: Any, row: int) -> None:
    """Release what is due at the open: exits, then the target weights, then entries."""
    terms, book = script.terms[0], books.book[0]
    _leave_if_due(books, 2 * row, OPEN, row)
    while book.next_rebalance < terms.n_rebalances and script.rebalances[book.next_rebalance].row <= row:
        rebalance = script.rebalances[book.next_rebalance]
        if rebalance.row == row:
            _rebalance(market, script, books, rebalance, row)
        book.next_rebalance += 1
    while book.next_entry < terms.n_entries and script.entries[book.next_entry].row < row:
        book.next_entry += 1
    while book.next_entry < terms.n_entries:
        entry = script.entries[book.next_entry]
        if entry.row != row or entry.kind == CLOSE:
            break
        _enter(script, books, book.next_entry, row)
        book.next_entry += 1
    sweep_orders(books, terms.recorded == 1)


@inlined
def before_close(script: Any, books: Any, row: int) -> None:
    """Release exits and entries at the close."""
    terms, book = script.terms[0], books.book[0]
    _leave_if_due(books, 2 * row + 1, CLOSE, row)
    while book.next_entry < terms.n_entries and script.entries[book.next_entry].row == row:
        _enter(script, books, book.next_entry, row)
        book.next_entry += 1
    sweep_orders(books, terms.recorded == 1)


@inlined
def after_close(market: Any, script: Any, books: Any, row: int) -> None:
    """Judge the close of every position that traded; what it triggers is sold or covered at the next open."""
    terms, book = script.terms[0], books.book[0]
    if terms.opening == SHORT and _is_in_breach(market, terms, books, row):
        for position in range(book.n_held):
            slot = books.lists[position].held
            if not books.tranches[slot].leaving:
                _leave(books, slot, OPEN, FOR_MARGIN_BREACH, row + 1)
    if terms.judged:
        _judge(market, script, books, row)
    sweep_orders(books, terms.recorded == 1)


@jitable
def _judge(market: Any, script: Any, books: Any, row: int) -> None:
    for position in range(books.book[0].n_held):
        slot = books.lists[position].held
        tranche = books.tranches[slot]
        cell = market.cells[row, tranche.column]
        if tranche.leaving or not cell.trading:
            continue
        signal = exit_signal(tranche, script.entries[tranche.entry], cell.close, cell.sealed)
        if signal:
            _leave(books, slot, OPEN, signal, row + 1)


@jitable
def _is_in_breach(market: Any, terms: Any, books: Any, row: int) -> bool:
    """Tell whether the equity at the close is less than what must stand behind the shares owed."""
    margin = 0
    for column in range(terms.n_columns):
        shares = -books.stocks[column].shares
        if shares > 0:
            law = market.laws[row, market.names[column].kind]
            if not law.loans_known:
                stop_at(books, NO_LAW, row, column)
            margin += margin_required(
                shares, market.cells[row, column].close, law.margin_bound, law.low_permille, law.low_minimum,
                law.permille, law.least,
            )  # fmt: skip
    return terms.lots_and_cash == 1 and margin > 0 and books.book[0].equity < margin


@inlined
def _leave_if_due(books: Any, moment: int, kind: int, row: int) -> None:
    """Sell what is due by an auction; ``moment`` is its place among planned ends."""
    book = books.book[0]
    if book.next_due > moment:
        return
    book.next_due = NEVER
    for position in range(book.n_held):
        slot = books.lists[position].held
        tranche = books.tranches[slot]
        if tranche.leaving:
            continue
        end_ = end_of(tranche.due, tranche.hold, tranche.opened)
        if end_ <= moment:
            purpose = end_purpose(tranche.due, tranche.due_purpose, tranche.hold, tranche.opened)
            _leave(books, slot, kind, purpose, row)
        else:
            book.next_due = min(book.next_due, end_)


@jitable
def _leave(books: Any, slot: int, kind: int, purpose: int, row: int) -> None:
    """Sell all of a position, and stop adding to it."""
    tranche = books.tranches[slot]
    if books.stocks[tranche.column].buying:
        for position in range(books.book[0].n_working):
            number = books.lists[position].working
            order = books.orders[number]
            own = order.event == tranche.event and order.column == tranche.column
            if own and order.status == WORKING and opens(order.side):
                end(books, number, CANCELLED, EXIT_DUE)
    tranche.leaving = 1
    side = COVER if tranche.shares < 0 else SELL
    number = place(books, tranche.event, tranche.column, side, kind, purpose, row)
    order = books.orders[number]
    order.money, order.asked = NO_SUM, NO_SUM
    order.falls_to_open = 1 if kind == CLOSE else 0


@inlined
def _enter(script: Any, books: Any, number: int, row: int) -> None:
    entry, terms, book = script.entries[number], script.terms[0], books.book[0]
    stock = books.stocks[entry.column]
    taken = terms.overlap != STACK and (stock.buying > 0 or stock.shares != 0)
    slot = place(books, entry.event, entry.column, terms.opening, entry.kind, FOR_ENTRY, row)
    order = books.orders[slot]
    order.money, order.asked = _part(book.equity, entry.weight_ppm), NO_SUM
    order.attempts_left, order.last_row, order.price_limit = entry.attempts, entry.last_row, entry.price_cap
    order.entry, order.due, order.due_purpose, order.hold = number, entry.due, entry.due_purpose, entry.hold
    if last_row_of(entry.last_row, entry.due) < entry.row:
        end(books, slot, CANCELLED, EXIT_DUE)
    elif taken:
        end(books, slot, CANCELLED, OVERLAP)
        if terms.overlap == EXTEND:
            _extend(books, entry)


@inlined
def _part(money: int, ppm: int) -> int:
    """Return ``ppm`` millionths of a sum, floored; in two steps, so that no product exceeds 64 bits."""
    return money // MILLION * ppm + money % MILLION * ppm // MILLION


@jitable
def _extend(books: Any, entry: Any) -> None:
    """Move the planned end of what an earlier event holds, or still tries to buy, to the later event's."""
    due = end_of(entry.due, entry.hold, entry.row)
    purpose = end_purpose(entry.due, entry.due_purpose, entry.hold, entry.row)
    slot = books.stocks[entry.column].tranches
    while slot != NONE:
        tranche = books.tranches[slot]
        if not tranche.leaving and end_of(tranche.due, tranche.hold, tranche.opened) < due:
            tranche.due, tranche.due_purpose, tranche.hold = due, purpose, NONE
        slot = tranche.next
    for position in range(books.book[0].n_working):
        order = books.orders[books.lists[position].working]
        own = order.status == WORKING and opens(order.side) and order.column == entry.column
        if own and order.due < due:
            order.due, order.due_purpose = due, purpose


@jitable
def _rebalance(market: Any, script: Any, books: Any, rebalance: Any, row: int) -> None:
    """Trade from what is held to the target weights, valued at the closes before."""
    book, terms = books.book[0], script.terms[0]
    for position in range(book.n_working):
        number = books.lists[position].working
        if books.orders[number].status == WORKING:
            end(books, number, CANCELLED, SUPERSEDED)
    for number in range(rebalance.first_target, rebalance.stop_target):
        target = script.targets[number]
        stock = books.stocks[target.column]
        stock.target, stock.target_row = target.weight_ppm, row
    for column in range(terms.n_columns):
        stock = books.stocks[column]
        weight = stock.target if stock.target_row == row else 0
        if stock.shares or weight:
            _trade_to(market, script, books, column, _part(book.equity, weight), rebalance.attempts, row)


@jitable
def _trade_to(market: Any, script: Any, books: Any, column: int, wanted: int, attempts: int, row: int) -> None:
    """Trade one name to the value it is to have."""
    terms = script.terms[0]
    law, held = market.laws[row, market.names[column].kind], books.stocks[column].shares
    close = market.cells[row - 1, column].close if row > terms.first else 0
    surplus = held * close - wanted
    if surplus > 0:
        shares = NO_SUM
        if wanted:
            shares = legal_sale(law, terms, held, surplus // close)
        if shares != 0:
            slot = place(books, NONE, column, SELL, OPEN, FOR_REBALANCE, row)
            order = books.orders[slot]
            order.money, order.asked = NO_SUM, shares
    elif wanted and (held == 0 or legal_purchase(law, terms, -surplus // close) > 0):
        slot = place(books, NONE, column, BUY, OPEN, FOR_REBALANCE, row)
        order = books.orders[slot]
        order.money, order.asked = -surplus, NO_SUM
        order.attempts_left, order.entry = attempts, terms.n_entries
