"""What the account holds: tranches by event, and the tax lots of every name."""

from __future__ import annotations

from typing import Any

from hypebasket.engine.sweep.codes import (
    BORROW,
    FOR_BOARD_BREAK,
    FOR_HOLD,
    FOR_STOP_LOSS,
    FOR_TAKE_PROFIT,
    FOR_TRAILING_STOP,
    HOLDERS,
    NO_LAW,
    NO_ROOM,
    NO_TAX_LAW,
    NONE,
    OVERSOLD,
    WITHHOLDING,
)
from hypebasket.engine.sweep.compiler import inlined, jitable
from hypebasket.engine.sweep.law import entitlement, leaving_part, loan_cost, rate_by_holding, tax_due, withheld_part
from hypebasket.engine.sweep.pool import give_back, take
from hypebasket.engine.sweep.records import CHARGED, DIVIDENDS, ENTITLEMENTS, LOTS, TAXES, TRANCHES

__all__ = [
    "add",
    "book_actions",
    "charge_loans",
    "end_of",
    "exit_signal",
    "find_tranche",
    "hand_over",
    "open_tranche",
    "pay_tax",
    "reduce",
    "set_owed",
    "stop_at",
    "sweep_tranches",
    "write_line",
]

MILLION = 1_000_000
FROM_MAINLAND_CHINA = HOLDERS.index("mainland_china")
FROM_HONG_KONG = HOLDERS.index("hong_kong")


@jitable
def stop_at(books: Any, fault: int, row: int, column: int) -> None:
    """Note why the run cannot go on; the first reason counts."""
    book = books.book[0]
    if book.fault == 0:
        book.fault, book.fault_row, book.fault_column = fault, row, column


@jitable
def write_line(books: Any, table: int, row: int, column: int) -> int:
    """Begin a line of the journal, and return its place."""
    book = books.book[0]
    if book.n_lines == book.line_room:
        stop_at(books, NO_ROOM, row, column)
        book.n_lines -= 1
    line = books.journal[book.n_lines]
    line.table, line.row, line.column = table, row, column
    book.n_lines += 1
    return book.n_lines - 1


@inlined
def find_tranche(books: Any, event: int, column: int) -> int:
    """Return the slot of the shares of a name that an event owns; ``NONE`` if it owns none."""
    slot = books.stocks[column].tranches
    while slot != NONE and books.tranches[slot].event != event:
        slot = books.tranches[slot].next
    return slot


@inlined
def open_tranche(market: Any, terms: Any, books: Any, order: Any, row: int) -> int:
    """Return a new, empty tranche for what an order buys."""
    book, stock = books.book[0], books.stocks[order.column]
    slot = take(books.pools[TRANCHES], books.tranches)
    tranche = books.tranches[slot]
    tranche.next, tranche.event, tranche.column, tranche.entry = NONE, order.event, order.column, order.entry
    tranche.opened, tranche.due, tranche.due_purpose, tranche.hold = row, order.due, order.due_purpose, order.hold
    tranche.shares, tranche.entry_price, tranche.best, tranche.leaving = 0, 0, 0, 0
    if terms.judged:
        before = market.cells[row, order.column].last_traded
        tranche.sealed = market.cells[before, order.column].sealed if before >= terms.first else 0
    if stock.tranches == NONE:
        stock.tranches = slot
    else:
        last = stock.tranches
        while books.tranches[last].next != NONE:
            last = books.tranches[last].next
        books.tranches[last].next = slot
    books.lists[book.n_held].held = slot
    book.n_held += 1
    book.next_due = min(book.next_due, end_of(order.due, order.hold, row))
    return slot


@inlined
def add(tranche: Any, shares: int, price: int) -> None:
    """Take in bought (or owe sold) shares; the entry price becomes the average, half-up to the fen."""
    if tranche.shares == 0:
        tranche.shares, tranche.entry_price = shares, price
        return
    total = abs(tranche.shares) * tranche.entry_price + abs(shares) * price
    tranche.shares += shares
    count = abs(tranche.shares)
    tranche.entry_price = (2 * total + count) // (2 * count)


@jitable
def _close_tranche(books: Any, slot: int) -> None:
    """Take a tranche out of its name; its slot is free once the session's phase is over."""
    tranche = books.tranches[slot]
    stock = books.stocks[tranche.column]
    if stock.tranches == slot:
        stock.tranches = tranche.next
    else:
        before = stock.tranches
        while books.tranches[before].next != slot:
            before = books.tranches[before].next
        books.tranches[before].next = tranche.next
    tranche.column = NONE
    books.book[0].dead_tranches += 1


@inlined
def set_owed(books: Any, stock: Any, value: int) -> None:
    """Value what is owed of a name, in fen."""
    books.book[0].owed += value - stock.owed
    stock.owed = value


@inlined
def reduce(books: Any, slot: int, shares: int) -> None:
    """Take shares out of a tranche; one that has none left is gone."""
    tranche = books.tranches[slot]
    stock = books.stocks[tranche.column]
    tranche.shares -= shares
    stock.shares -= shares
    if stock.shares == 0:
        set_owed(books, stock, 0)
    if tranche.shares == 0:
        _close_tranche(books, slot)


@jitable
def hand_over(books: Any, event: int, column: int) -> bool:
    """Let what is left of a position pass to the next position in the name, if there is one."""
    heir = books.stocks[column].tranches
    while heir != NONE and books.tranches[heir].event == event:
        heir = books.tranches[heir].next
    if heir == NONE:
        return False
    slot = find_tranche(books, event, column)
    left = books.tranches[slot]
    add(books.tranches[heir], left.shares, left.entry_price)
    _close_tranche(books, slot)
    return True


@jitable
def sweep_tranches(books: Any) -> None:
    """Forget the tranches that are gone."""
    book = books.book[0]
    if book.dead_tranches == 0:
        return
    kept = 0
    for place in range(book.n_held):
        slot = books.lists[place].held
        if books.tranches[slot].column == NONE:
            give_back(books.pools[TRANCHES], books.tranches, slot)
        else:
            books.lists[kept].held = slot
            kept += 1
    book.n_held = kept
    book.dead_tranches = 0


@inlined
def end_of(due: int, hold: int, opened: int) -> int:
    """Return the earliest planned end of a position first filled on row ``opened``."""
    if hold == NONE:
        return due
    return min(due, 2 * (opened + hold - 1) + 1)


@inlined
def end_purpose(due: int, due_purpose: int, hold: int, opened: int) -> int:
    """Return what the sale at the earliest planned end is called."""
    return due_purpose if end_of(due, hold, opened) == due else FOR_HOLD


@inlined
def exit_signal(tranche: Any, entry: Any, close: int, sealed: int) -> int:
    """Judge the close of a session with trading: the purpose of the exit it triggers, 0 for none."""
    if tranche.shares < 0:
        return _short_exit_signal(tranche, entry, close)
    tranche.best = max(tranche.best, close)
    broke = tranche.sealed == 1 and sealed == 0
    tranche.sealed = sealed
    if entry.board_break and broke:
        return FOR_BOARD_BREAK
    if entry.stop_ppm != NONE and close * MILLION <= tranche.entry_price * (MILLION - entry.stop_ppm):
        return FOR_STOP_LOSS
    if entry.take_ppm != NONE and close * MILLION >= tranche.entry_price * (MILLION + entry.take_ppm):
        return FOR_TAKE_PROFIT
    if entry.trail_ppm != NONE and close * MILLION <= tranche.best * (MILLION - entry.trail_ppm):
        return FOR_TRAILING_STOP
    return 0


@jitable
def _short_exit_signal(tranche: Any, entry: Any, close: int) -> int:
    """Judge a close the other way round: a rise is the loss, the lowest close the best."""
    tranche.best = min(tranche.best, close) if tranche.best else close
    if entry.stop_ppm != NONE and close * MILLION >= tranche.entry_price * (MILLION + entry.stop_ppm):
        return FOR_STOP_LOSS
    if entry.take_ppm != NONE and close * MILLION <= tranche.entry_price * (MILLION - entry.take_ppm):
        return FOR_TAKE_PROFIT
    if entry.trail_ppm != NONE and close * MILLION >= tranche.best * (MILLION + entry.trail_ppm):
        return FOR_TRAILING_STOP
    return 0


# Loans


@jitable
def charge_loans(market: Any, terms: Any, books: Any, row: int) -> None:
    """Charge the loan of every name owed since the session before, on its value at that close."""
    for column in range(terms.n_columns):
        shares = books.stocks[column].shares
        if shares < 0:
            law = market.laws[row, market.names[column].kind]
            if not law.loans_known:
                stop_at(books, NO_LAW, row, column)
            rate = law.borrow_ppm if terms.borrow_ppm == NONE else terms.borrow_ppm
            value = -shares * market.cells[row - 1, column].close
            _charge(
                terms,
                books,
                BORROW,
                row,
                column,
                shares,
                loan_cost(value, market.days[row].days, rate, law.days_in_year),
            )


@jitable
def _charge(terms: Any, books: Any, kind: int, row: int, column: int, shares: int, money: int) -> None:
    if money == 0:
        return
    books.book[0].cash -= money
    if terms.recorded:
        line = books.journal[write_line(books, CHARGED, row, column)]
        line.kind, line.shares, line.cash = kind, shares, money


# Corporate actions


@jitable
def book_actions(market: Any, terms: Any, books: Any, row: int) -> None:
    """Give every holding what it is entitled to before the open, and move the prices it is judged by."""
    if terms.fees_and_tax:
        for column in range(terms.n_columns):
            if books.stocks[column].shares and market.names[column].taxed:
                _carry_dividend(market, books, row, column)
    for place in range(books.book[0].n_held):
        slot = books.lists[place].held
        tranche = books.tranches[slot]
        cell = market.cells[row, tranche.column]
        before = market.cells[row - 1, tranche.column].close
        if cell.trading and before and cell.reference and before != cell.reference:
            tranche.entry_price = (2 * tranche.entry_price * cell.reference + before) // (2 * before)
            tranche.best = (2 * tranche.best * cell.reference + before) // (2 * before)
        if cell.cash_micro or cell.ratio_ppm:
            _entitle(books, slot, cell, row, terms.recorded == 1)
    if terms.fees_and_tax and terms.holder:
        _withhold(market, terms, books, row)
    sweep_tranches(books)


@jitable
def _entitle(books: Any, slot: int, cell: Any, row: int, recorded: bool) -> None:
    book, tranche = books.book[0], books.tranches[slot]
    gained, cash = entitlement(tranche.shares, cell.cash_micro, cell.ratio_ppm)
    if recorded:
        line = books.journal[write_line(books, ENTITLEMENTS, row, tranche.column)]
        line.event, line.held, line.shares, line.cash = tranche.event, tranche.shares, gained, cash
    book.cash += cash
    stock = books.stocks[tranche.column]
    if stock.paid_row != row:
        stock.paid_row, stock.paid, stock.paid_held = row, 0, 0
    stock.paid += cash
    stock.paid_held += tranche.shares
    reduce(books, slot, -gained)


@jitable
def _withhold(market: Any, terms: Any, books: Any, row: int) -> None:
    """Take the tax that is withheld from the day's dividends."""
    for column in range(terms.n_columns):
        stock = books.stocks[column]
        if stock.paid_row != row or stock.paid <= 0 or stock.paid_held <= 0 or market.cells[row, column].delisted:
            continue
        law = market.laws[row, market.names[column].kind]
        if not law.withholding_known:
            stop_at(books, NO_LAW, row, column)
        permille = law.from_other
        if terms.holder == FROM_MAINLAND_CHINA:
            permille = law.from_mainland_china
        elif terms.holder == FROM_HONG_KONG:
            permille = law.from_hong_kong
        _charge(terms, books, WITHHOLDING, row, column, stock.paid_held, withheld_part(stock.paid, permille))


@jitable
def _carry_dividend(market: Any, books: Any, row: int, column: int) -> None:
    """Let the tax lots of a name carry what it is entitled to; a settled delisting ends them."""
    cell, stock = market.cells[row, column], books.stocks[column]
    if cell.delisted:
        while stock.first_lot != NONE:
            _drop_first_lot(books, stock)
        stock.last_lot = NONE
        return
    if cell.cash_micro == 0 and cell.ratio_ppm == 0:
        return
    if cell.cash_micro > 0:
        slot = stock.first_lot
        while slot != NONE:
            lot = books.lots[slot]
            note = take(books.pools[DIVIDENDS], books.dividends)
            dividend = books.dividends[note]
            dividend.next, dividend.row, dividend.taxable = lot.dividends, row, lot.shares * cell.cash_micro
            lot.dividends = note
            slot = lot.next
    gained, slot = 0, stock.tranches
    while slot != NONE:
        gained += entitlement(books.tranches[slot].shares, cell.cash_micro, cell.ratio_ppm)[0]
        slot = books.tranches[slot].next
    if gained > 0:
        _append_lot(books, stock, row, gained)
    elif gained < 0:
        _consolidate_lots(books, stock, -gained)


@jitable
def _consolidate_lots(books: Any, stock: Any, lost: int) -> None:
    """Take ``lost`` shares out of the lots of a name in proportion; what rounding leaves over goes to younger lots."""
    before, slot = 0, stock.first_lot
    while slot != NONE:
        before += books.lots[slot].shares
        slot = books.lots[slot].next
    reached, given, slot = 0, 0, stock.first_lot
    stock.first_lot, stock.last_lot = NONE, NONE
    while slot != NONE:
        lot = books.lots[slot]
        following = lot.next
        reached += lot.shares
        lot.shares = reached * (before - lost) // before - given
        given += lot.shares
        lot.next = NONE
        if lot.shares == 0:
            _free_lot(books, slot)
        else:
            note = lot.dividends
            while note != NONE:
                dividend = books.dividends[note]
                dividend.taxable = dividend.taxable // lot.shares * lot.shares
                note = dividend.next
            if stock.first_lot == NONE:
                stock.first_lot = slot
            else:
                books.lots[stock.last_lot].next = slot
            stock.last_lot = slot
        slot = following


@jitable
def _append_lot(books: Any, stock: Any, row: int, shares: int) -> None:
    slot = take(books.pools[LOTS], books.lots)
    lot = books.lots[slot]
    lot.next, lot.bought, lot.shares, lot.dividends = NONE, row, shares, NONE
    if stock.first_lot == NONE:
        stock.first_lot = slot
    else:
        books.lots[stock.last_lot].next = slot
    stock.last_lot = slot


@jitable
def _drop_first_lot(books: Any, stock: Any) -> None:
    slot = stock.first_lot
    stock.first_lot = books.lots[slot].next
    _free_lot(books, slot)


@jitable
def _free_lot(books: Any, slot: int) -> None:
    """Give back a lot and the dividends noted on it."""
    note = books.lots[slot].dividends
    while note != NONE:
        following = books.dividends[note].next
        give_back(books.pools[DIVIDENDS], books.dividends, note)
        note = following
    give_back(books.pools[LOTS], books.lots, slot)


@jitable
def pay_tax(market: Any, books: Any, row: int, recorded: bool) -> None:
    """Take the tax on dividends of shares that left in session ``row``, whatever cash there is."""
    book = books.book[0]
    _sort_touched(books)
    for place in range(book.n_touched):
        column = books.lists[place].touched
        stock = books.stocks[column]
        if not market.names[column].taxed or stock.net == 0:
            continue
        if stock.net > 0:
            _append_lot(books, stock, row, stock.net)
            continue
        owed = _settle(market, books, row, column, -stock.net)
        if owed:
            book.cash -= owed
            if recorded:
                line = books.journal[write_line(books, TAXES, row, column)]
                line.shares, line.cash = -stock.net, owed


@jitable
def _settle(market: Any, books: Any, row: int, column: int, wanted: int) -> int:
    """Let the oldest lots go first; return the tax that falls due, in fen."""
    stock = books.stocks[column]
    due = 0
    while wanted > 0 and stock.first_lot != NONE:
        lot = books.lots[stock.first_lot]
        leaving = min(wanted, lot.shares)
        wanted -= leaving
        note = lot.dividends
        while note != NONE:
            dividend = books.dividends[note]
            part = leaving_part(dividend.taxable, leaving, lot.shares)
            dividend.taxable -= part
            due += part * _rate(market, books, row, lot.bought, dividend.row)
            note = dividend.next
        if lot.shares > leaving:
            lot.shares -= leaving
        else:
            _drop_first_lot(books, stock)
    if stock.first_lot == NONE:
        stock.last_lot = NONE
    if wanted > 0:
        stop_at(books, OVERSOLD, row, column)
    return tax_due(due)


@jitable
def _rate(market: Any, books: Any, row: int, bought: int, paid: int) -> int:
    day, held = market.days[paid], market.days[bought]
    if not day.tax_known:
        stop_at(books, NO_TAX_LAW, paid, 0)
    return rate_by_holding(row, held.month, held.year, day.short, day.middle, day.long)


@jitable
def _sort_touched(books: Any) -> None:
    """Sort the names traded in the session; the list is short, and mostly sorted."""
    for place in range(1, books.book[0].n_touched):
        column, hole = books.lists[place].touched, place
        while hole > 0 and books.lists[hole - 1].touched > column:
            books.lists[hole].touched = books.lists[hole - 1].touched
            hole -= 1
        books.lists[hole].touched = column
