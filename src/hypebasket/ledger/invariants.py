"""The invariants every run must hold, checked from the ledger alone against the day's facts.

The check keeps its own accounts: it replays fills and entitlements and compares with what the engine wrote down.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from fractions import Fraction
from typing import NamedTuple, Protocol, TypeVar

from hypebasket.errors import LedgerError
from hypebasket.ledger.records import (
    OPENING,
    Charge,
    ChargeKind,
    Entitlement,
    EquityRecord,
    Fill,
    Ledger,
    Order,
    OrderKind,
    OrderStatus,
    Position,
    Side,
    Tax,
)
from hypebasket.ledger.tax_account import TaxAccount
from hypebasket.ledger.terms import Fault, LawTape, fee_faults, size_faults, time_faults
from hypebasket.rules.fees import Commission
from hypebasket.rules.frictions import ALL_FRICTIONS, Frictions

__all__ = ["BROKER", "DayFacts", "Tape", "check_ledger", "ledger_faults"]

Row = TypeVar("Row", Charge, Entitlement, Fill, Position, Tax)

_PHASES = (OrderKind.OPEN, OrderKind.QUEUE, OrderKind.CLOSE)

BROKER = Commission()
"""The usual broker's terms."""


class DayFacts(NamedTuple):
    """What the market did with one name on one session, in fen and shares; ``same_day_sale`` is the law of T+0."""

    trading: bool
    open: int
    high: int
    low: int
    close: int
    limit_down: int
    limit_up: int
    volume: int | None
    same_day_sale: bool


class Tape(LawTape, Protocol):
    """Gives the facts of a name on a session, ``None`` where the data has none, and the last close."""

    def facts(self, symbol: str, session: date) -> DayFacts:
        """Return the day."""

    def last_close(self, symbol: str, session: date) -> int:
        """Return the last close up to the session, in fen."""

    def entitlement(self, symbol: str, session: date, held: int) -> tuple[int, int]:
        """Return the shares and the cash (fen) that ``held`` shares receive before the open."""

    def dividend_micro(self, symbol: str, session: date) -> int:
        """Return the taxable cash per share of an ex-date, in millionths of the currency; 0 on other days."""

    def dividend_tax_permille(self, symbol: str, bought: date, sold: date, ex_date: date) -> int:
        """Return the tax rate on a dividend of ``ex_date`` for a share held from ``bought`` to ``sold``."""

    def withheld(self, symbol: str, session: date, dividend: int) -> int:
        """Return the tax (fen) that is withheld from a dividend of ``dividend`` fen."""

    def short_restricted(self, symbol: str, session: date) -> bool:
        """Tell whether rule 201 binds a short sale on the session."""

    def borrow_terms(self, symbol: str, session: date) -> tuple[int, int]:
        """Return the yearly cost of borrowing, ppm of the value, and the days of its year."""

    def short_margin(self, symbol: str, session: date, shares: int, close: int) -> int:
        """Return the equity (fen) that must stand behind ``shares`` owed at ``close``."""


def check_ledger(
    ledger: Ledger,
    tape: Tape,
    participation_ppm: int,
    frictions: Frictions = ALL_FRICTIONS,
    commission: Commission = BROKER,
) -> None:
    """Raise ``LedgerError`` at the first broken invariant; a friction that was off must have left no trace.

    Checked: cash + positions = equity on every session, rebuilt from fills and entitlements; no buy makes cash
    negative; no sale of shares not held or bought today (T+1); no fill outside the day's range, through a limit,
    without trading, or above the participation cap; fills of an order add up to what its row says; every order not
    filled whole gives a reason; every holding gets on an ex-date what it is entitled to, and pays the tax on it
    when it is sold or paid; every order has a size the exchange takes; every fill costs to the fen what the law and the
    terms of the broker say; rows follow the order of time. Short sales: own money of their full value stands behind
    each; no more is covered than is owed; none on a restricted session but above the open; every loan is charged; after
    a close with too little equity every share owed is being covered.
    """
    for fault in ledger_faults(ledger, tape, participation_ppm, frictions, commission):
        raise fault


def ledger_faults(
    ledger: Ledger,
    tape: Tape,
    participation_ppm: int,
    frictions: Frictions = ALL_FRICTIONS,
    commission: Commission = BROKER,
) -> Iterator[LedgerError]:
    """Yield what ``check_ledger`` would raise: of fills, accounts and orders the first fault, of terms every one."""
    checks: tuple[Callable[[], None], ...] = (
        lambda: _check_fills(ledger, tape, participation_ppm, frictions),
        lambda: _check_accounts(ledger, tape, frictions),
        lambda: _check_orders(ledger),
    )
    for check in checks:
        try:
            check()
        except LedgerError as fault:
            yield fault
    for what, found, expected in _term_faults(ledger, tape, frictions, commission):
        yield _fault(what, found, expected)


def _fault(what: str, found: object, expected: object) -> LedgerError:
    return LedgerError(
        f"{what}: found {found}, expected {expected}", "this is a fault of the program; please report it"
    )


def _fail(what: str, found: object, expected: object) -> None:
    raise _fault(what, found, expected)


def _term_faults(ledger: Ledger, tape: Tape, frictions: Frictions, commission: Commission) -> Iterator[Fault]:
    yield from time_faults(ledger)
    if frictions.lots_and_cash:
        yield from size_faults(ledger, tape)
    if frictions.fees_and_tax:
        yield from fee_faults(ledger, tape, commission)


def _check_fills(ledger: Ledger, tape: Tape, participation_ppm: int, frictions: Frictions) -> None:
    taken: dict[tuple[str, date], int] = defaultdict(int)
    for fill in ledger.fills:
        name = f"fill {fill.fill_id} of {fill.symbol} on {fill.session}"
        day = tape.facts(fill.symbol, fill.session)
        _check_price(fill, name, day, tape, frictions)
        if fill.amount != fill.price * fill.shares:
            _fail(f"{name}: amount", fill.amount, fill.price * fill.shares)
        if fill.shares <= 0 or min(fill.commission, fill.stamp_duty, fill.transfer_fee, fill.other_fees) < 0:
            _fail(f"{name}: shares and fees", fill, "positive shares, no negative fee")
        if fill.fees and not frictions.fees_and_tax:
            _fail(f"{name}: fees", fill.fees, "none: they are switched off")
        taken[fill.symbol, fill.session] += fill.shares
        if not frictions.volume_cap or day.volume is None:
            continue
        if taken[fill.symbol, fill.session] * 1_000_000 > day.volume * participation_ppm:
            _fail(f"{name}: share of the session's volume", taken[fill.symbol, fill.session], day.volume)


def _check_price(fill: Fill, name: str, day: DayFacts, tape: Tape, frictions: Frictions) -> None:
    """Check the price of a fill against the day; without limits, a session without trading fills at the last close."""
    limited = frictions.limits_on_entry if fill.side in OPENING else frictions.limits_on_exit
    low, high = day.low, day.high
    if limited:
        low, high = max(low, day.limit_down), min(high, day.limit_up)
    elif not day.trading:
        low = high = tape.last_close(fill.symbol, fill.session)
    if limited and not day.trading:
        _fail(f"{name}: traded without trading", fill.price, "no fill")
    if not low <= fill.price <= high:
        _fail(f"{name}: price outside the day's range or limits", fill.price, f"{low}..{high}")
    below = limited and fill.side is Side.SHORT and fill.price <= day.open
    if below and tape.short_restricted(fill.symbol, fill.session):
        _fail(f"{name}: short sale on a restricted session", fill.price, f"> {day.open}")


class _Account:
    """Cash and shares rebuilt from fills and entitlements."""

    def __init__(self, cash: int, tape: Tape, frictions: Frictions) -> None:
        self.cash = cash
        self.tape = tape
        self.frictions = frictions
        self.shares: dict[str, int] = defaultdict(int)
        self.bought: dict[str, int] = {}
        self.net: dict[str, int] = defaultdict(int)
        self.owed: dict[str, int] = defaultdict(int)
        self.tax = TaxAccount(tape.dividend_tax_permille)

    def charge(self, charges: list[Charge], items: list[Entitlement], session: date, before: date | None) -> None:
        """Take the loan of every share owed and the tax withheld from dividends; compare with what was booked."""
        due: dict[tuple[str, ChargeKind], int] = {}
        for symbol, shares in self.shares.items():
            if shares < 0 and before is not None:
                rate, year = self.tape.borrow_terms(symbol, session)
                value = -shares * self.tape.last_close(symbol, before)
                fee = Fraction(value * rate * (session - before).days, 1_000_000 * year)
                due[symbol, ChargeKind.BORROW] = int(fee + Fraction(1, 2))
        for symbol in {item.symbol for item in items if self.tape.dividend_micro(item.symbol, session) > 0}:
            dividend = sum(item.cash for item in items if item.symbol == symbol and item.cash > 0)
            due[symbol, ChargeKind.WITHHOLDING] = self.tape.withheld(symbol, session, dividend)
        due = {key: money for key, money in due.items() if money and self.frictions.fees_and_tax}
        booked = {(charge.symbol, charge.kind): charge.cash for charge in charges}
        if booked != due or len(charges) != len(due):
            _fail(f"charges on {session}", booked, due)
        for charge in charges:
            if charge.shares != self.shares[charge.symbol]:
                _fail(
                    f"{charge.kind} of {charge.symbol} on {session}: shares", charge.shares, self.shares[charge.symbol]
                )
        self.cash -= sum(due.values())

    def entitle(self, items: list[Entitlement], session: date) -> None:
        self.bought = defaultdict(int)
        entitled: dict[str, int] = defaultdict(int)
        for item in items:
            entitled[item.symbol] += item.held
            due = self.tape.entitlement(item.symbol, session, item.held)
            if (item.shares, item.cash) != due:
                _fail(f"entitlement of {item.symbol} on {session}: shares, cash", (item.shares, item.cash), due)
        for symbol in {*entitled, *(symbol for symbol, shares in self.shares.items() if shares)}:
            held = self.shares[symbol]
            if entitled[symbol] != held and (entitled[symbol] or any(self.tape.entitlement(symbol, session, held))):
                _fail(f"entitlement of {symbol} on {session}: shares held", entitled[symbol], held)
        for symbol in {item.symbol for item in items}:
            gained = sum(item.shares for item in items if item.symbol == symbol)
            if gained == -self.shares[symbol]:
                self.tax.drop(symbol)
                self.owed.pop(symbol, None)
            elif self.shares[symbol] > 0:
                self.tax.pay_out(symbol, session, self.tape.dividend_micro(symbol, session), gained)
        for item in items:
            self.shares[item.symbol] += item.shares
            self.cash += item.cash

    def pay_tax(self, booked: dict[str, int], session: date) -> None:
        """Take the dividend tax that falls due after the close, and compare it with what was booked."""
        due = {symbol: self.tax.owed(symbol, session, net) for symbol, net in sorted(self.net.items())}
        due = {symbol: owed for symbol, owed in due.items() if owed and self.frictions.fees_and_tax}
        if booked != due:
            _fail(f"dividend tax on {session}", booked, due)
        self.cash -= sum(due.values())
        self.net.clear()

    def trade(self, fill: Fill) -> None:
        name = f"fill {fill.fill_id} of {fill.symbol} on {fill.session}"
        self.cash += fill.cash_flow
        if fill.side in (Side.SHORT, Side.COVER):
            self._trade_short(fill, name)
            return
        if self.shares[fill.symbol] < 0:
            _fail(f"{name}: a purchase or sale of shares that are owed", fill.side, "cover")
        self.net[fill.symbol] += fill.shares if fill.side is Side.BUY else -fill.shares
        if fill.side is Side.BUY:
            if self.cash < 0 and self.frictions.lots_and_cash:
                _fail(f"{name}: cash after a buy", self.cash, ">= 0")
            self.bought[fill.symbol] += fill.shares
            self.shares[fill.symbol] += fill.shares
            return
        day = self.tape.facts(fill.symbol, fill.session)
        kept = 0 if day.same_day_sale or not self.frictions.t_plus_1 else self.bought[fill.symbol]
        free = self.shares[fill.symbol] - kept
        if fill.shares > free:
            _fail(f"{name}: sold more than may be sold today", fill.shares, f"<= {free}")
        self.shares[fill.symbol] -= fill.shares

    def _trade_short(self, fill: Fill, name: str) -> None:
        """Follow what is owed: the proceeds of a sale, less the part of what is given back, rounded down."""
        symbol, owed = fill.symbol, -self.shares[fill.symbol]
        if fill.side is Side.SHORT:
            if owed < 0:
                _fail(f"{name}: a short sale of shares that are held", fill.side, "sell")
            self.shares[symbol] -= fill.shares
            self.owed[symbol] += fill.amount
            free = self.cash - 2 * sum(self.owed.values())
            if free < 0 and self.frictions.lots_and_cash:
                _fail(f"{name}: free cash after a short sale", free, ">= 0")
            return
        if fill.shares > owed:
            _fail(f"{name}: covered more than is owed", fill.shares, f"<= {owed}")
        self.owed[symbol] -= self.owed[symbol] * fill.shares // owed
        self.shares[symbol] += fill.shares

    def mark(self, session: date) -> None:
        """Value what is owed at the close."""
        self.owed.clear()
        for symbol, shares in self.shares.items():
            if shares < 0:
                self.owed[symbol] = -shares * self.tape.last_close(symbol, session)

    def is_in_breach(self, session: date) -> bool:
        """Whether the equity at the close is less than what must stand behind the shares owed."""
        margin = sum(
            self.tape.short_margin(symbol, session, -shares, self.tape.last_close(symbol, session))
            for symbol, shares in self.shares.items()
            if shares < 0
        )
        return self.frictions.lots_and_cash and margin > 0 and self.cash + self.value(session) < margin

    def value(self, session: date) -> int:
        return sum(shares * self.tape.last_close(symbol, session) for symbol, shares in self.shares.items() if shares)


def _check_accounts(ledger: Ledger, tape: Tape, frictions: Frictions) -> None:
    account = _Account(ledger.initial_cash, tape, frictions)
    fills, entitlements = _by_session(ledger.fills), _by_session(ledger.entitlements)
    taxes, charges, held = _by_session(ledger.taxes), _by_session(ledger.charges), _by_session(ledger.positions)
    for position in ledger.positions:
        _check_position(position, tape)
    sessions = {record.session for record in ledger.equity}
    if strays := sorted({*fills, *entitlements, *taxes, *charges, *held} - sessions):
        _fail("fills, entitlements, taxes, charges or positions outside the run", strays, "none")
    before: date | None = None
    breach: date | None = None
    for record in ledger.equity:
        if breach is not None:
            _check_called_in(ledger, account, breach, record.session)
        account.charge(charges[record.session], entitlements[record.session], record.session, before)
        account.entitle(entitlements[record.session], record.session)
        for fill in sorted(fills[record.session], key=_phase):
            account.trade(fill)
        account.pay_tax({tax.symbol: tax.cash for tax in taxes[record.session]}, record.session)
        _check_record(record, account, {position.symbol: position.shares for position in held[record.session]})
        account.mark(record.session)
        breach = record.session if account.is_in_breach(record.session) else None
        before = record.session


def _by_session(rows: Iterable[Row]) -> dict[date, list[Row]]:
    found: dict[date, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.session].append(row)
    return found


def _check_record(record: EquityRecord, account: _Account, held: dict[str, int]) -> None:
    """Check what the ledger says of a session's end against the account rebuilt."""
    if record.cash != account.cash:
        _fail(f"cash on {record.session}", record.cash, account.cash)
    if held != {symbol: shares for symbol, shares in account.shares.items() if shares}:
        _fail(f"positions on {record.session}", held, dict(account.shares))
    if record.market_value != account.value(record.session):
        _fail(f"market value on {record.session}", record.market_value, account.value(record.session))
    if record.equity != record.cash + record.market_value:
        _fail(f"equity on {record.session}", record.equity, record.cash + record.market_value)


def _check_called_in(ledger: Ledger, account: _Account, breach: date, session: date) -> None:
    """Check that every share owed at a close with too little equity is being covered on the session after it."""
    covers = [order for order in ledger.orders if order.side is Side.COVER and order.created <= session]
    ended = {
        order.order_id
        for order in covers
        if order.status is OrderStatus.FILLED
        and max(fill.session for fill in ledger.fills if fill.order_id == order.order_id) <= breach
    }
    working = {order.symbol for order in covers if order.order_id not in ended}
    for symbol, shares in account.shares.items():
        if shares < 0 and symbol not in working:
            _fail(f"{symbol} on {session}, after a close with too little equity", "no order to cover", "one")


def _check_position(position: Position, tape: Tape) -> None:
    name = f"position in {position.symbol} on {position.session}"
    if position.close != (close := tape.last_close(position.symbol, position.session)):
        _fail(f"{name}: close", position.close, close)
    if position.market_value != position.shares * position.close:
        _fail(f"{name}: market value", position.market_value, position.shares * position.close)


def _phase(fill: Fill) -> tuple[int, bool, int]:
    return (_PHASES.index(fill.kind), fill.side in OPENING, fill.fill_id)


def _check_orders(ledger: Ledger) -> None:
    filled: dict[int, int] = defaultdict(int)
    for fill in ledger.fills:
        filled[fill.order_id] += fill.shares
    known: dict[int, Order] = {}
    for order in ledger.orders:
        if known.setdefault(order.order_id, order) is not order:
            _fail(f"order {order.order_id}: rows", "two", "one")
        if order.filled != filled[order.order_id]:
            _fail(f"order {order.order_id}: shares filled", order.filled, filled[order.order_id])
        if order.status is OrderStatus.OPEN:
            _fail(f"order {order.order_id}: status at the end", order.status, "ended")
        if (order.reason is None) != (order.status is OrderStatus.FILLED):
            _fail(f"order {order.order_id}: reason", order.reason, "one exactly where the order is not filled whole")
        if order.filled > order.shares or (order.filled < order.shares and order.status is OrderStatus.FILLED):
            _fail(f"order {order.order_id}: {order.status}, shares filled", order.filled, f"of {order.shares}")
    if strangers := set(filled) - set(known):
        _fail("fills without an order", sorted(strangers), "none")
    for fill in ledger.fills:
        order = known[fill.order_id]
        if (fill.symbol, fill.side) != (order.symbol, order.side) or fill.session < order.created:
            _fail(f"fill {fill.fill_id} of {fill.symbol} on {fill.session}: its order", fill, order)
