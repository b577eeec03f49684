"""One order against one session: at what price, how many shares, and if not, why not.

The law itself is in ``rules``; this module only asks it in the right order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hypebasket.engine.replay.holdings import Holdings
from hypebasket.engine.replay.ticket import Ticket
from hypebasket.ledger.records import OrderKind, Reason
from hypebasket.market.calendar import Session
from hypebasket.market.panel import UNKNOWN, Bar, MarketPanel
from hypebasket.plan.intents import MILLION
from hypebasket.rules.fees import Commission, Fees, fees
from hypebasket.rules.limit_days import close_fill_price, open_fill_price, queue_fill_price
from hypebasket.rules.lots import largest_legal_lot, legal_sale, order_maximum, split_order
from hypebasket.rules.settlement import sellable
from hypebasket.spec.instrument import Board

__all__ = ["Execution", "Quantity", "Terms", "fill_price", "quantity", "split_executions", "volume_room"]


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms orders are filled."""

    policy: int
    participation_ppm: int
    commission: Commission


@dataclass(frozen=True, slots=True)
class Execution:
    """One trade: price in fen, amount and fees in fen."""

    shares: int
    price: int
    amount: int
    fees: Fees

    @property
    def total_fees(self) -> int:
        """All fees, in fen."""
        return self.fees.commission + self.fees.stamp_duty + self.fees.transfer_fee + self.fees.other


def fill_price(ticket: Ticket, phase: OrderKind, bar: Bar, policy: int) -> int | Reason:
    """Return the price (fen) at which the auction of ``phase`` serves the order, or why it does not."""
    if not bar.trading:
        return Reason.SUSPENDED if bar.suspended else Reason.NO_BAR
    if UNKNOWN in (bar.limit_down, bar.limit_up):
        return Reason.NO_REFERENCE_PRICE
    if phase is OrderKind.QUEUE:
        if bar.high < bar.limit_up:
            return Reason.LIMIT_NOT_REACHED
        price = queue_fill_price(policy, bar.open, bar.high, bar.low, bar.close, bar.limit_up)
    elif phase is OrderKind.OPEN:
        price = open_fill_price(ticket.is_buy, policy, bar.open, bar.high, bar.low, bar.limit_down, bar.limit_up)
    else:
        price = close_fill_price(ticket.is_buy, policy, bar.close, bar.limit_down, bar.limit_up)
    if price == 0:
        return Reason.LOCKED_LIMIT_UP if ticket.is_buy else Reason.LOCKED_LIMIT_DOWN
    if ticket.price_limit is not None and (price > ticket.price_limit if ticket.is_buy else price < ticket.price_limit):
        return Reason.MAX_GAP
    return price


@dataclass(frozen=True, slots=True)
class Quantity:
    """How many shares are wanted at a price, how many can be had, and what stands between."""

    wanted: int
    shares: int
    reason: Reason | None


def quantity(
    ticket: Ticket, price: int, session: Session, panel: MarketPanel, holdings: Holdings, terms: Terms, room: int
) -> Quantity:
    """Return the shares the order gets at ``price``; ``room`` is what the session's volume cap leaves."""
    board = panel.boards[ticket.column]
    if ticket.is_buy:
        return _buy_quantity(ticket, price, session, board, holdings.cash, terms, room)
    return _sell_quantity(ticket, board, holdings, room)


def _buy_quantity(
    ticket: Ticket, price: int, session: Session, board: Board, cash: int, terms: Terms, room: int
) -> Quantity:
    if ticket.money is None:
        wanted = (ticket.shares or 0) - ticket.filled
    else:
        wanted = _affordable(ticket.money - ticket.spent, price, session, board, terms)
    if wanted == 0:
        return Quantity(0, 0, Reason.LOT)
    shares, reason = wanted, None
    affordable = _affordable(cash, price, session, board, terms)
    if affordable < shares:
        shares, reason = affordable, Reason.CASH
    if room < shares:
        shares, reason = largest_legal_lot(board, room), Reason.VOLUME_CAP
    return Quantity(wanted, shares, reason)


def _affordable(money: int, price: int, session: Session, board: Board, terms: Terms) -> int:
    """Return the largest legal number of shares that ``money`` buys at ``price``, fees included."""
    shares = largest_legal_lot(board, money // price) if money > 0 else 0
    while shares:
        cost = sum(part.amount + part.total_fees for part in split_executions(shares, price, session, board, terms))
        if cost <= money:
            return shares
        shares = largest_legal_lot(board, shares - max(1, -(-(cost - money) // price)))
    return 0


def _sell_quantity(ticket: Ticket, board: Board, holdings: Holdings, room: int) -> Quantity:
    tranche = holdings.tranches.get((ticket.event_id, ticket.column))
    owned = tranche.shares if tranche else 0
    wanted = owned if ticket.shares is None else min(ticket.shares - ticket.filled, owned)
    if wanted == 0:
        return Quantity(0, 0, Reason.NOT_HELD)
    held = holdings.held(ticket.column)
    free = sellable(board, held, holdings.bought_today.get(ticket.column, 0))
    if free == 0:
        return Quantity(wanted, 0, Reason.T_PLUS_1)
    target, reason = wanted, None
    if free < target:
        target, reason = free, Reason.T_PLUS_1
    if room < target:
        target, reason = room, Reason.VOLUME_CAP
    shares = legal_sale(board, held, target)
    if shares < target and reason is None:
        reason = Reason.LOT
    return Quantity(wanted, shares, reason)


def split_executions(
    shares: int,
    price: int,
    session: Session,
    board: Board,
    terms: Terms,
    *,
    is_buy: bool = True,
    paid_today: int = 0,
    turnover_today: int = 0,
) -> Iterator[Execution]:
    """Cut a trade into executions of legal order size, each with its fees.

    Every child of a split order pays its own minimum commission; ``paid_today`` and ``turnover_today`` belong to an
    order that already traded this session, and then count for its first execution.
    """
    for part in split_order(shares, order_maximum(board, session), board):
        amount = part * price
        charged = fees(
            board,
            session,
            is_buy,
            amount,
            terms.commission,
            paid_today=paid_today,
            turnover_today=turnover_today,
        )
        yield Execution(part, price, amount, charged)
        paid_today = turnover_today = 0


def volume_room(bar: Bar, used: int, terms: Terms) -> int:
    """Return how many more shares the participation cap leaves in this session; unknown volume leaves no bound."""
    if bar.volume == UNKNOWN:
        return MILLION * MILLION
    return max(bar.volume * terms.participation_ppm // MILLION - used, 0)
