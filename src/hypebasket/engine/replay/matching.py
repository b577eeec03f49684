"""One order against one session: at what price, how many shares, and if not, why not.

The law itself is in ``rules``; this module only asks it in the right order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from hypebasket.engine.replay.holdings import Holdings
from hypebasket.engine.replay.ticket import Ticket
from hypebasket.ledger.records import OrderKind, Reason
from hypebasket.market.calendar import Session
from hypebasket.market.panel import UNKNOWN, Bar, Listing, MarketPanel
from hypebasket.plan.intents import MILLION
from hypebasket.rules.fees import Commission, Fees, fees
from hypebasket.rules.limit_days import close_fill_price, open_fill_price, queue_fill_price
from hypebasket.rules.lots import largest_legal_lot, legal_sale, order_maximum, order_size, split_order
from hypebasket.rules.settlement import sellable

__all__ = [
    "NOTHING",
    "Execution",
    "Quantity",
    "Terms",
    "Traded",
    "fill_price",
    "quantity",
    "split_executions",
    "volume_room",
]


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


class Traded(NamedTuple):
    """What an order has traded in a session so far: commission and amount in fen, and shares."""

    commission: int
    amount: int
    shares: int

    def plus(self, part: Execution) -> Traded:
        """Return it with one more execution."""
        return Traded(self.commission + part.fees.commission, self.amount + part.amount, self.shares + part.shares)


NOTHING = Traded(0, 0, 0)


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
    listing = panel.listings[ticket.column]
    if ticket.is_buy:
        return _buy_quantity(ticket, price, session, listing, holdings.cash, terms, room)
    return _sell_quantity(ticket, listing, holdings, room)


def _buy_quantity(
    ticket: Ticket, price: int, session: Session, listing: Listing, cash: int, terms: Terms, room: int
) -> Quantity:
    if ticket.money is None:
        wanted = (ticket.shares or 0) - ticket.filled
    else:
        wanted = _affordable(ticket.money - ticket.spent, price, session, listing, terms)
    if wanted == 0:
        return Quantity(0, 0, Reason.LOT)
    shares, reason = wanted, None
    affordable = _affordable(cash, price, session, listing, terms)
    if affordable < shares:
        shares, reason = affordable, Reason.CASH
    if room < shares:
        shares, reason = largest_legal_lot(listing.board, room, listing.lot), Reason.VOLUME_CAP
    return Quantity(wanted, shares, reason)


def _affordable(money: int, price: int, session: Session, listing: Listing, terms: Terms) -> int:
    """Return the largest legal number of shares that ``money`` buys at ``price``, fees included."""
    if money <= 0:
        return 0
    minimum, step = order_size(listing.board, listing.lot)

    def cost(shares: int) -> int:
        return sum(part.amount + part.total_fees for part in split_executions(shares, price, session, listing, terms))

    shares = largest_legal_lot(listing.board, money // price, listing.lot)
    while shares and (missing := cost(shares) - money) > 0:
        shares = largest_legal_lot(listing.board, shares - max(1, -(-missing // price)), listing.lot)
    # The fees shrank with the order, so that a little more may fit again.
    while cost(larger := shares + step if shares else minimum) <= money:
        shares = larger
    return shares


def _sell_quantity(ticket: Ticket, listing: Listing, holdings: Holdings, room: int) -> Quantity:
    tranche = holdings.tranches.get((ticket.event_id, ticket.column))
    owned = tranche.shares if tranche else 0
    wanted = owned if ticket.shares is None else min(ticket.shares - ticket.filled, owned)
    if wanted == 0:
        return Quantity(0, 0, Reason.NOT_HELD)
    held = holdings.held(ticket.column)
    free = sellable(listing.board, held, holdings.bought_today.get(ticket.column, 0))
    if free == 0:
        return Quantity(wanted, 0, Reason.T_PLUS_1)
    target, reason = wanted, None
    if free < target:
        target, reason = free, Reason.T_PLUS_1
    if room < target:
        target, reason = room, Reason.VOLUME_CAP
    shares = legal_sale(listing.board, held, target, listing.lot)
    if shares < target and reason is None:
        reason = Reason.LOT
    return Quantity(wanted, shares, reason)


def split_executions(
    shares: int,
    price: int,
    session: Session,
    listing: Listing,
    terms: Terms,
    *,
    is_buy: bool = True,
    before: Traded = NOTHING,
) -> Iterator[Execution]:
    """Cut a trade into executions of legal order size, each with its fees.

    Every child of a split order pays its own minimum commission; ``before`` is what the order already traded in this
    session, and counts for its first execution.
    """
    board, lot = listing
    for part in split_order(shares, order_maximum(board, session, lot=lot), board, lot):
        amount = part * price
        charged = fees(
            board,
            session,
            is_buy,
            amount,
            terms.commission,
            paid_today=before.commission,
            turnover_today=before.amount,
            shares=part,
            shares_today=before.shares,
        )
        yield Execution(part, price, amount, charged)
        before = NOTHING


def volume_room(bar: Bar, used: int, terms: Terms) -> int:
    """Return how many more shares the participation cap leaves in this session; unknown volume leaves no bound."""
    if bar.volume == UNKNOWN:
        return MILLION * MILLION
    return max(bar.volume * terms.participation_ppm // MILLION - used, 0)
