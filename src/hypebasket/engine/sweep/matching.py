"""One order against one session: at what price, how many shares, and if not, why not.

The law itself is in ``rules``; this module asks it in the order in which ``engine.replay.matching`` does.
"""

from __future__ import annotations

from typing import Any

from hypebasket.engine.sweep.codes import (
    BUY,
    CANCELLED,
    CASH,
    COVER,
    EXPIRED,
    FILLED,
    LIMIT_NOT_REACHED,
    LOCKED_LIMIT_DOWN,
    LOCKED_LIMIT_UP,
    LOT,
    MAX_GAP,
    NO_BAR,
    NO_LAW,
    NO_REASON,
    NO_REFERENCE_PRICE,
    NO_SUM,
    NONE,
    NOT_HELD,
    OPEN,
    QUEUE,
    SELL,
    SHORT,
    SHORT_SALE_RESTRICTION,
    SUSPENDED,
    T_PLUS_1,
    VOLUME_CAP,
    WORKING,
)
from hypebasket.engine.sweep.compiler import inlined, jitable
from hypebasket.engine.sweep.holdings import (
    add,
    find_tranche,
    hand_over,
    open_tranche,
    reduce,
    set_owed,
    stop_at,
    sweep_tranches,
    write_line,
)
from hypebasket.engine.sweep.law import (
    affordable,
    close_fill_price,
    commission_due,
    exact_sale,
    largest_child,
    largest_lot,
    leaving_part,
    open_fill_price,
    other_dues,
    queue_fill_price,
    stamp_duty,
    transfer_fee,
)
from hypebasket.engine.sweep.orders import end, opens, sweep_orders
from hypebasket.engine.sweep.records import FILLS
from hypebasket.market.panel import UNKNOWN
from hypebasket.rules.limit_days import OPTIMISTIC
from hypebasket.rules.lots import NO_MAXIMUM

__all__ = ["auction", "legal_purchase", "legal_sale"]

MILLION = 1_000_000
BOUNDLESS = MILLION * MILLION


@inlined
def pays(side: int) -> bool:
    """Tell whether an order pays for shares: a purchase or a cover."""
    return side in (BUY, COVER)


# Prices


@inlined
def _fill_price(order: Any, phase: int, cell: Any, terms: Any) -> tuple[int, int]:
    """Return the price (fen) at which the auction of ``phase`` serves the order, or 0 and why it does not."""
    is_buy = pays(order.side)
    limited = terms.limits_on_entry if opens(order.side) else terms.limits_on_exit
    if limited:
        price, obstacle = _served_price(is_buy, phase, cell, terms.policy)
    elif phase == QUEUE:
        price, obstacle = _served_price(True, phase, cell, OPTIMISTIC)
    else:
        price, obstacle = cell.open if cell.trading and phase == OPEN else cell.close, NO_REASON
        if price == 0:
            obstacle = NO_BAR
    if obstacle != NO_REASON:
        return 0, obstacle
    if order.side == SHORT and limited and cell.short_restricted and price <= cell.open:
        return 0, SHORT_SALE_RESTRICTION
    if order.price_limit != NONE and (price > order.price_limit if is_buy else price < order.price_limit):
        return 0, MAX_GAP
    return price, NO_REASON


@inlined
def _served_price(is_buy: bool, phase: int, cell: Any, policy: int) -> tuple[int, int]:
    """Return the price at which limits and suspensions leave the order served, or 0 and why they do not."""
    if not cell.trading:
        return 0, SUSPENDED if cell.suspended else NO_BAR
    if cell.limit_down == UNKNOWN or cell.limit_up == UNKNOWN:
        return 0, NO_REFERENCE_PRICE
    if phase == QUEUE:
        if cell.high < cell.limit_up:
            return 0, LIMIT_NOT_REACHED
        price = queue_fill_price(policy, cell.open, cell.high, cell.low, cell.close, cell.limit_up)
    elif phase == OPEN:
        price = open_fill_price(is_buy, policy, cell.open, cell.high, cell.low, cell.limit_down, cell.limit_up)
    else:
        price = close_fill_price(is_buy, policy, cell.close, cell.limit_down, cell.limit_up)
    if price == 0:
        return 0, LOCKED_LIMIT_UP if is_buy else LOCKED_LIMIT_DOWN
    return price, NO_REASON


# Quantities


@jitable
def legal_purchase(law: Any, terms: Any, shares: int) -> int:
    """Return the largest purchase of at most ``shares``; 0 if none."""
    return largest_lot(shares, law.minimum, law.step) if terms.lots_and_cash else max(shares, 0)


@jitable
def legal_sale(law: Any, terms: Any, held: int, wanted: int) -> int:
    """Return the largest sale of at most ``wanted`` out of ``held``; 0 if none."""
    if not terms.lots_and_cash:
        return min(held, wanted)
    return exact_sale(held, wanted, law.minimum, law.step, law.odd_lots_stay == 1)


@inlined
def _afforded(money: int, price: int, is_buy: bool, law: Any, terms: Any) -> int:
    """Return the largest legal number of shares that ``money`` buys, or backs the short sale of, fees included."""
    minimum, step, maximum = law.minimum, law.step, law.maximum
    if not terms.lots_and_cash:
        minimum, step, maximum = 1, 1, NO_MAXIMUM
    charged = terms.fees_and_tax == 1
    return affordable(
        money, price, minimum, step, maximum, law, terms.rate_ppm, terms.minimum_commission, charged, is_buy
    )


@inlined
def _wanted(order: Any, price: int, law: Any, terms: Any, books: Any) -> int:
    """Return how many shares the order still wants at ``price``."""
    if opens(order.side):
        if order.money == NO_SUM:
            return order.asked - order.filled
        return _afforded(order.money - order.spent, price, order.side == BUY, law, terms)
    slot = find_tranche(books, order.event, order.column)
    owned = abs(books.tranches[slot].shares) if slot != NONE else 0
    return owned if order.asked == NO_SUM else min(order.asked - order.filled, owned)


@inlined
def _opening(order: Any, wanted: int, price: int, room: int, law: Any, terms: Any, cash: int) -> tuple[int, int]:
    """Return how many of the wanted shares can be bought or sold short, and what stands between."""
    if wanted == 0:
        return 0, LOT
    shares, reason = wanted, NO_REASON
    # What the order's own money buys, no greater sum of cash makes less.
    if terms.lots_and_cash and (order.money == NO_SUM or order.money - order.spent > cash):
        most = _afforded(cash, price, order.side == BUY, law, terms)
        if most < shares:
            shares, reason = most, CASH
    if room < shares:
        shares, reason = legal_purchase(law, terms, room), VOLUME_CAP
    return shares, reason


@inlined
def _closing(order: Any, wanted: int, room: int, law: Any, terms: Any, stock: Any, row: int) -> tuple[int, int]:
    """Return how many of the wanted shares can be sold or covered, and what stands between."""
    if wanted == 0:
        return 0, NOT_HELD
    held = abs(stock.shares)
    free = held
    if terms.t_plus_1 and not law.same_day_sale and stock.bought_row == row:
        free -= stock.bought
    if free == 0:
        return 0, T_PLUS_1
    target, reason = wanted, NO_REASON
    if free < target:
        target, reason = free, T_PLUS_1
    if room < target:
        target, reason = room, VOLUME_CAP
    shares = legal_purchase(law, terms, target) if order.side == COVER else legal_sale(law, terms, held, target)
    if shares < target and reason == NO_REASON:
        reason = LOT
    return shares, reason


@inlined
def _volume_room(cell: Any, terms: Any, stock: Any, row: int) -> int:
    """Return how many more shares the participation cap leaves in this session."""
    if cell.volume == UNKNOWN or not terms.volume_cap:
        return BOUNDLESS
    used = stock.volume_used if stock.volume_row == row else 0
    return max(cell.volume * terms.participation_ppm // MILLION - used, 0)


# Trades


@inlined
def _execute(market: Any, terms: Any, books: Any, slot: int, phase: int, shares: int, price: int, row: int) -> None:
    """Trade: in executions of legal order size, each with its fees."""
    order = books.orders[slot]
    stock, law = books.stocks[order.column], market.laws[row, market.names[order.column].kind]
    if stock.volume_row != row:
        stock.volume_row, stock.volume_used = row, 0
    stock.volume_used += shares
    if stock.net_row != row:
        stock.net_row, stock.net = row, 0
        books.lists[books.book[0].n_touched].touched = order.column
        books.book[0].n_touched += 1
    while shares:
        part = largest_child(shares, law.maximum, law.minimum, law.step) if terms.lots_and_cash else shares
        _book(terms, law, books, order, phase, part, price, row)
        own = find_tranche(books, order.event, order.column)
        if opens(order.side) and own == NONE:
            own = open_tranche(market, terms, books, order, row)
        _move(books, stock, own, order.side, part, price, row)
        stock.net += part if pays(order.side) else -part
        order.filled += part
        shares -= part


@inlined
def _move(books: Any, stock: Any, slot: int, side: int, shares: int, price: int, row: int) -> None:
    """Move the shares of one execution."""
    if side == BUY:
        add(books.tranches[slot], shares, price)
        stock.shares += shares
        if stock.bought_row != row:
            stock.bought_row, stock.bought = row, 0
        stock.bought += shares
    elif side == SELL:
        reduce(books, slot, shares)
    elif side == SHORT:
        add(books.tranches[slot], -shares, price)
        stock.shares -= shares
        set_owed(books, stock, stock.owed + shares * price)
    else:
        set_owed(books, stock, stock.owed - leaving_part(stock.owed, shares, -stock.shares))
        reduce(books, slot, -shares)


@inlined
def _book(terms: Any, law: Any, books: Any, order: Any, phase: int, shares: int, price: int, row: int) -> None:
    """Move the cash of one execution, and write it down."""
    book = books.book[0]
    is_buy = pays(order.side)
    amount = shares * price
    commission, duty, transfer, other = 0, 0, 0, 0
    if terms.fees_and_tax:
        commission = commission_due(amount, terms.rate_ppm, terms.minimum_commission)
        duty = stamp_duty(law, is_buy, amount)
        transfer = transfer_fee(law, amount)
        other = other_dues(law, is_buy, amount, shares)
    charged = commission + duty + transfer + other
    book.cash += (-amount if is_buy else amount) - charged
    order.spent += amount + charged
    if terms.recorded:
        line = books.journal[write_line(books, FILLS, row, order.column)]
        line.order_id, line.event = order.order_id, order.event
        line.kind, line.side, line.shares, line.price, line.amount = phase, order.side, shares, price, amount
        line.commission, line.stamp_duty, line.transfer_fee, line.other_fees = commission, duty, transfer, other
    book.n_fills += 1


@inlined
def _is_lawful(law: Any, terms: Any) -> bool:
    """Tell whether the law of the session is known as far as it is asked, and allows the broker's commission."""
    if terms.lots_and_cash and not law.sizes_known:
        return False
    return not terms.fees_and_tax or (law.rates_known == 1 and terms.rate_ppm <= law.commission_cap)


@inlined
def _attempt(market: Any, terms: Any, books: Any, slot: int, phase: int, row: int) -> None:
    """Try an order in an auction."""
    order = books.orders[slot]
    cell, law = market.cells[row, order.column], market.laws[row, market.names[order.column].kind]
    stock, is_opening = books.stocks[order.column], opens(order.side)
    price, obstacle = _fill_price(order, phase, cell, terms)
    tried = cell.trading == 1 or obstacle == NO_REASON
    if tried:
        order.attempts += 1
        if not _is_lawful(law, terms):
            stop_at(books, NO_LAW, row, order.column)
    if obstacle != NO_REASON:
        order.reason = obstacle
        if order.wanted == 0 and cell.trading:
            order.wanted = _wanted(order, cell.open, law, terms, books)
        _count_down(books, slot, tried)
        return
    room, wanted = _volume_room(cell, terms, stock, row), _wanted(order, price, law, terms, books)
    if is_opening:
        free_cash = books.book[0].cash - 2 * books.book[0].owed
        shares, reason = _opening(order, wanted, price, room, law, terms, free_cash)
    else:
        shares, reason = _closing(order, wanted, room, law, terms, stock, row)
    order.wanted, order.reason = order.filled + wanted, reason
    if shares:
        _execute(market, terms, books, slot, phase, shares, price, row)
    if reason == NO_REASON or (is_opening and order.filled > 0 and legal_purchase(law, terms, wanted - shares) == 0):
        end(books, slot, FILLED, NO_REASON)
    elif reason == NOT_HELD or (reason == LOT and not is_opening and hand_over(books, order.event, order.column)):
        end(books, slot, CANCELLED, NO_REASON)
    else:
        _count_down(books, slot, tried)


@jitable
def _count_down(books: Any, slot: int, tried: bool) -> None:
    """Take one attempt off; a sale the close did not serve goes on at the next open."""
    order = books.orders[slot]
    if order.attempts_left != NONE and tried:
        order.attempts_left -= 1
        if order.attempts_left <= 0:
            end(books, slot, EXPIRED, NO_REASON)
            return
    if order.falls_to_open:
        order.kind = OPEN


@jitable
def auction(market: Any, terms: Any, books: Any, phase: int, row: int) -> None:
    """Try the orders of one phase of a session: what takes positions off, then what takes them on, each by symbol."""
    if books.book[0].n_working == 0:
        return
    for opening in (False, True):
        count = _line_up(books, phase, opening)
        for place in range(count):
            _attempt(market, terms, books, books.lists[place].queue, phase, row)
    sweep_orders(books, terms.recorded == 1)
    sweep_tranches(books)


@inlined
def _line_up(books: Any, phase: int, opening: bool) -> int:
    """Queue the working orders of a phase that open (or close) positions, by symbol, then by age; return how many."""
    count = 0
    for place in range(books.book[0].n_working):
        slot = books.lists[place].working
        order = books.orders[slot]
        if order.status != WORKING or order.kind != phase or opens(order.side) != opening:
            continue
        hole = count
        while hole > 0 and books.orders[books.lists[hole - 1].queue].column > order.column:
            books.lists[hole].queue = books.lists[hole - 1].queue
            hole -= 1
        books.lists[hole].queue = slot
        count += 1
    return count
