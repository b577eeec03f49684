"""A backtrader broker that trades by the law of the market, and keeps the ledger.

Phases of a session: corporate actions; open auction (sells, then buys, by symbol); the queue at the limit; close
auction (sells, then buys, by symbol); mark. Orders of a plan are released by a ``Desk`` inside the session, not by
``next()`` of the bar before, which may be a holiday earlier than the news. Orders of a strategy's own ``buy`` and
``sell`` work from the next session on.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from typing import Any, Protocol

import backtrader as bt
from backtrader.position import Position as BtPosition

from hypebasket.engine.replay.actions import CorporateActions
from hypebasket.engine.replay.holdings import Holdings, Tranche
from hypebasket.engine.replay.matching import (
    NOTHING,
    Execution,
    Terms,
    Traded,
    fill_price,
    quantity,
    split_executions,
    volume_room,
)
from hypebasket.engine.replay.mirror import Mirror
from hypebasket.engine.replay.native import kind_of, last_row, size_fault
from hypebasket.engine.replay.ticket import Ticket
from hypebasket.ledger.records import (
    EquityRecord,
    Fill,
    Ledger,
    OrderKind,
    OrderStatus,
    Position,
    Reason,
    Side,
)
from hypebasket.market.panel import FEN, MarketPanel
from hypebasket.rules.fees import Commission
from hypebasket.rules.frictions import ALL_FRICTIONS
from hypebasket.rules.limit_days import REALISTIC
from hypebasket.rules.short_sale import short_margin

__all__ = ["Desk", "MarketRulesBroker"]


class Desk(Protocol):
    """Releases the orders of a plan inside a session; ``row`` counts sessions of the broker's panel."""

    def before_open(self, row: int) -> None:
        """Release what goes into the opening auction."""

    def before_close(self, row: int) -> None:
        """Release what goes into the closing auction."""

    def after_close(self, row: int) -> None:
        """Judge the closes."""

    def is_done(self, row: int) -> bool:
        """Whether nothing will be released after ``row``."""


class MarketRulesBroker(bt.BrokerBase):
    """Cash, orders and positions of one sleeve under the rules of its exchange.

    Parameters
    ----------
    panel : MarketPanel
        The market; feeds of the Cerebro are matched to it by name and must cover its sessions (``panel_feeds``).
    cash : int
        Initial cash, in fen.
    policy : int
        How limit days are judged: ``PESSIMISTIC``, ``REALISTIC`` or ``OPTIMISTIC`` of ``rules.limit_days``.
    participation_ppm : int
        Greatest share of a session's volume that all orders of a name may take, parts per million.
    frictions : Frictions
        Which frictions of the market are on; all of them but for a comparison.
    borrow_ppm : int, optional
        Yearly cost of borrowing shares to sell short, parts per million of their value; the rule table's if not given.
    holder : str
        Whose resident has tax withheld from dividends: ``mainland_china``, ``hong_kong``, ``other``; ``none``: gross.
    currency : str
        Currency of the sleeve, for the ledger.
    stop_when_flat : bool
        End the run once nothing is held, working or to be released.
    may_buy : callable, optional
        ``(row, symbol) -> bool``: whether a strategy's own order may buy the name at the open of that row.
    """

    params = (
        ("panel", None),
        ("cash", 1_000_000 * FEN),
        ("policy", REALISTIC),
        ("participation_ppm", 100_000),
        ("commission_terms", Commission()),
        ("frictions", ALL_FRICTIONS),
        ("borrow_ppm", None),
        ("holder", "none"),
        ("currency", "CNY"),
        ("stop_when_flat", False),
        ("may_buy", None),
    )

    def init(self) -> None:
        """Start from cash alone."""
        super().init()
        self._panel: MarketPanel = self.p.panel
        self._may_buy = self.p.may_buy
        self.terms = Terms(self.p.policy, self.p.participation_ppm, self.p.commission_terms, self.p.frictions)
        self.holdings = Holdings(self.p.cash)
        self.ledger = Ledger(self.p.currency, self.p.cash)
        self.startingcash = self.p.cash / FEN
        self.row = -1
        self.equity: int = self.p.cash
        self.tickets: list[Ticket] = []
        self._desk: Desk | None = None
        self._in_session = False
        self._order_ids = itertools.count(1)
        self._fill_ids = itertools.count(1)
        self._volume_used: dict[int, int] = {}
        self._traded_by: dict[int, Traded] = {}
        self._traded: dict[int, int] = defaultdict(int)

    def start(self) -> None:
        """Match the feeds to the columns of the panel, by name."""
        self.init()
        self.p.panel = self.p.may_buy = None  # a strategy can read them, and must not find the future there
        self.mirror = Mirror(self, {self._panel.column_of[feed._name]: feed for feed in self.cerebro.datas})  # noqa: SLF001
        self._actions = CorporateActions(
            self._panel,
            self.holdings,
            self.ledger,
            self.mirror,
            borrow_ppm=self.p.borrow_ppm,
            holder=self.p.holder,
        )

    def stop(self) -> None:
        """End what a strategy ordered after the last session."""
        self._close_the_books()

    # What backtrader asks of a broker

    def getcash(self) -> float:
        """Cash in the sleeve's currency."""
        return self.holdings.cash / FEN

    get_cash = getcash

    def getvalue(self, datas: list[Any] | None = None) -> float:
        """Equity, or the market value of some feeds, at the last mark."""
        if datas is None:
            return self.equity / FEN
        columns = [self._panel.column_of[feed._name] for feed in datas]  # noqa: SLF001
        value: int = sum(self.holdings.held(column) * self._mark(column) for column in columns)
        return value / FEN

    get_value = getvalue

    def getposition(self, data: Any) -> BtPosition:
        """Return the position of a feed as backtrader wants it."""
        return self.mirror.position(data)

    @property
    def positions(self) -> dict[Any, BtPosition]:
        """Positions by feed."""
        return self.mirror.positions

    def get_notification(self) -> Any | None:
        """Return the next order to tell a strategy about."""
        return self.mirror.next_notification()

    def buy(self, owner: Any, data: Any, size: int, price: float | None = None, **options: Any) -> Any:
        """Take a strategy's own buy order: Market, Close or Limit."""
        return self._take_native(Side.BUY, owner, data, size, price, options)

    def sell(self, owner: Any, data: Any, size: int, price: float | None = None, **options: Any) -> Any:
        """Take a strategy's own sell order: Market, Close or Limit."""
        return self._take_native(Side.SELL, owner, data, size, price, options)

    def cancel(self, order: Any) -> bool:
        """Cancel a strategy's own order."""
        for ticket in self.tickets:
            if ticket.native is order and ticket.alive:
                self.end(ticket, OrderStatus.CANCELLED, Reason.WITHDRAWN)
                return True
        return False

    def _take_native(
        self, side: Side, owner: Any, data: Any, size: int, price: float | None, options: dict[str, Any]
    ) -> Any:
        exectype = options.get("exectype") or bt.Order.Market
        kind = kind_of(exectype, price, options)
        column = self._panel.column_of[data._name]  # noqa: SLF001
        order = self.mirror.make_order(side, owner, data, size, price=price, exectype=exectype)
        ticket = self.place(
            event_id="",
            column=column,
            side=side,
            kind=kind,
            shares=int(size),
            last_row=last_row(options.get("valid"), self.row, self._panel.sessions),
            price_limit=round(price * FEN) if exectype == bt.Order.Limit and price else None,
            purpose="user",
            native=order,
        )
        fault = size_fault(side, size, self._panel.listings[column], self.holdings.held(column), self.terms)
        if side is Side.BUY and self._may_buy is not None and not self._may_buy(ticket.created, ticket.symbol):
            fault = Reason.NOT_A_MEMBER
        if fault is not None:
            self.end(ticket, OrderStatus.REJECTED, fault)
        else:
            order.accept(self)
            self.mirror.notify(order)
        return order

    # What a desk asks of the broker

    def assign(self, desk: Desk) -> None:
        """Let ``desk`` release orders inside the sessions."""
        self._desk = desk

    def place(self, *, event_id: str, column: int, side: Side, kind: OrderKind, **options: Any) -> Ticket:
        """Start working an order: first tried in the next auction, of this session while it is running."""
        ticket = Ticket(
            order_id=next(self._order_ids),
            event_id=event_id,
            symbol=self._panel.symbols[column],
            column=column,
            side=side,
            kind=kind,
            created=min(self.row + (not self._in_session), len(self._panel.sessions) - 1),
            **options,
        )
        self.tickets.append(ticket)
        return ticket

    def end(self, ticket: Ticket, status: OrderStatus, reason: Reason | None = None) -> None:
        """End an order and write it down."""
        ticket.end(status, reason)
        self.ledger.orders.append(ticket.record(self._panel.sessions))
        if ticket.native is not None and status is not OrderStatus.FILLED:
            self.mirror.tell_end(ticket.native, status, ticket.reason)

    # One session

    def next(self) -> None:
        """Run the phases of one session; backtrader has just moved its feeds to it."""
        self.row += 1
        self._in_session = True
        self.holdings.start_session()
        self._volume_used.clear()
        self._traded_by.clear()
        self._traded.clear()
        self._lapse(self.row - 1)
        self._book_actions()
        self._end_delisted()
        if self._desk:
            self._desk.before_open(self.row)
        self._auction(OrderKind.OPEN)
        self._auction(OrderKind.QUEUE)
        if self._desk:
            self._desk.before_close(self.row)
        self._auction(OrderKind.CLOSE)
        self._lapse(self.row)
        if self.terms.frictions.fees_and_tax:
            self._actions.pay_tax(self.row, self._traded)
        self._mark_to_close()
        self._in_session = False
        if self._desk:
            self._desk.after_close(self.row)
        if self.row == len(self._panel.sessions) - 1:
            self._close_the_books()
        elif self.p.stop_when_flat and self._is_over():
            self.cerebro.runstop()

    def _book_actions(self) -> None:
        """Book what holding costs and brings before the open."""
        charged = self.terms.frictions.fees_and_tax
        if charged:
            self._actions.charge_loans(self.row)
        self._actions.book(self.row)
        if charged:
            self._actions.withhold(self.row)

    def is_in_breach(self) -> bool:
        """Whether the equity at the last close is less than what must stand behind the shares owed."""
        session = self._panel.sessions[self.row]
        margin = sum(
            short_margin(self._panel.boards[column], session, -shares, self._mark(column))
            for column, shares in self.holdings.shares.items()
            if shares < 0
        )
        return self.terms.frictions.lots_and_cash and margin > 0 and self.equity < margin

    def _is_over(self) -> bool:
        idle = not self.holdings.shares and not any(ticket.alive for ticket in self.tickets)
        return idle and (self._desk is None or self._desk.is_done(self.row))

    def _end_delisted(self) -> None:
        """End the orders in names that have left the exchange."""
        for ticket in self.tickets:
            if ticket.alive and self._panel.delisted[self.row, ticket.column]:
                self.end(ticket, OrderStatus.CANCELLED, Reason.DELISTED)
        self.tickets = [ticket for ticket in self.tickets if ticket.alive]

    def _lapse(self, row: int) -> None:
        """End the orders whose last session was ``row`` or one before it."""
        for ticket in self.tickets:
            if ticket.alive and ticket.lapse_row is not None and ticket.lapse_row <= row:
                self.end(ticket, OrderStatus.EXPIRED, ticket.reason or Reason.EXIT_DUE)
        self.tickets = [ticket for ticket in self.tickets if ticket.alive]

    def _auction(self, phase: OrderKind) -> None:
        working = [ticket for ticket in self.tickets if ticket.alive and ticket.kind is phase]
        for opening in (False, True):
            for ticket in sorted(
                (ticket for ticket in working if ticket.opens is opening),
                key=lambda ticket: (ticket.symbol, ticket.order_id),
            ):
                self._attempt(ticket, phase)
        self.tickets = [ticket for ticket in self.tickets if ticket.alive]

    def _attempt(self, ticket: Ticket, phase: OrderKind) -> None:
        session = self._panel.sessions[self.row]
        bar = self._panel.bar(self.row, ticket.column)
        restricted = ticket.side is Side.SHORT and bool(self._panel.short_restricted[self.row, ticket.column])
        price = fill_price(ticket, phase, bar, self.terms, restricted=restricted)
        tried = bar.trading or not isinstance(price, Reason)
        if tried:
            ticket.attempts += 1
        if isinstance(price, Reason):
            ticket.reason = price
            if ticket.wanted == 0 and bar.trading:
                ticket.wanted = quantity(ticket, bar.open, session, self._panel, self.holdings, self.terms, 0).wanted
        else:
            room = volume_room(bar, self._volume_used.get(ticket.column, 0), self.terms)
            asked = quantity(ticket, price, session, self._panel, self.holdings, self.terms, room)
            ticket.wanted = ticket.filled + asked.wanted
            ticket.reason = asked.reason
            if asked.shares:
                self._execute(ticket, phase, asked.shares, price)
            if asked.reason is None or (
                ticket.filled and self._is_less_than_a_lot(ticket, asked.wanted - asked.shares)
            ):
                self.end(ticket, OrderStatus.FILLED)
                return
            odd = asked.reason is Reason.LOT and not ticket.opens
            if asked.reason is Reason.NOT_HELD or (odd and self.holdings.hand_over(ticket.event_id, ticket.column)):
                self.end(ticket, OrderStatus.CANCELLED)
                return
        self._count_down(ticket, tried=tried)

    def _is_less_than_a_lot(self, ticket: Ticket, rest: int) -> bool:
        """Whether what remains of a purchase or short sale is too little for another order."""
        listing = self._panel.listings[ticket.column]
        return ticket.opens and self.terms.largest_purchase(listing, rest) == 0

    def _count_down(self, ticket: Ticket, *, tried: bool) -> None:
        if ticket.attempts_left is not None and tried:
            ticket.attempts_left -= 1
            if ticket.attempts_left <= 0:
                self.end(ticket, OrderStatus.EXPIRED)
                return
        if ticket.falls_to_open:
            ticket.kind = OrderKind.OPEN

    def _execute(self, ticket: Ticket, phase: OrderKind, shares: int, price: int) -> None:
        listing = self._panel.listings[ticket.column]
        session = self._panel.sessions[self.row]
        before = self._traded_by.get(ticket.order_id, NOTHING)
        for part in split_executions(shares, price, session, listing, self.terms, is_buy=ticket.is_buy, before=before):
            self._book(ticket, phase, part)
            before = before.plus(part)
        self._traded_by[ticket.order_id] = before
        self._volume_used[ticket.column] = self._volume_used.get(ticket.column, 0) + shares

    def _book(self, ticket: Ticket, phase: OrderKind, part: Execution) -> None:
        fill = Fill(
            fill_id=next(self._fill_ids),
            order_id=ticket.order_id,
            event_id=ticket.event_id,
            symbol=ticket.symbol,
            session=self._panel.sessions[self.row],
            kind=phase,
            side=ticket.side,
            shares=part.shares,
            price=part.price,
            amount=part.amount,
            commission=part.fees.commission,
            stamp_duty=part.fees.stamp_duty,
            transfer_fee=part.fees.transfer_fee,
            other_fees=part.fees.other,
        )
        self.ledger.fills.append(fill)
        self._traded[ticket.column] += part.shares if ticket.is_buy else -part.shares
        tranche = self._tranche(ticket)
        match ticket.side:
            case Side.BUY:
                self.holdings.buy(tranche, part.shares, part.price, fill.cash_flow)
            case Side.SELL:
                self.holdings.sell(tranche, part.shares, fill.cash_flow)
            case Side.SHORT:
                self.holdings.sell_short(tranche, part.shares, part.price, fill.cash_flow)
            case Side.COVER:
                self.holdings.cover(tranche, part.shares, fill.cash_flow)
        ticket.filled += part.shares
        ticket.spent += fill.amount + fill.fees
        self.mirror.tell_fill(ticket, fill)

    def _tranche(self, ticket: Ticket) -> Tranche:
        known = self.holdings.tranches.get((ticket.event_id, ticket.column))
        if known is not None:
            return known
        sealed = self._panel.sealed_before(self.row, ticket.column)
        return Tranche(ticket.event_id, ticket.symbol, ticket.column, self.row, ticket.terms, sealed=sealed)

    def _mark(self, column: int) -> int:
        return int(self._panel.close[max(self.row, 0), column])

    def _mark_to_close(self) -> None:
        session = self._panel.sessions[self.row]
        total = 0
        for column in sorted(self.holdings.shares):
            shares, close = self.holdings.shares[column], self._mark(column)
            total += shares * close
            self.holdings.mark(column, close)
            self.ledger.positions.append(Position(session, self._panel.symbols[column], shares, close, shares * close))
        self.equity = self.holdings.cash + total
        self.ledger.equity.append(EquityRecord(session, self.holdings.cash, total, self.equity))

    def _close_the_books(self) -> None:
        for ticket in self.tickets:
            if ticket.alive:
                self.end(ticket, OrderStatus.CANCELLED, ticket.reason or Reason.RUN_END)
        self.tickets = []
