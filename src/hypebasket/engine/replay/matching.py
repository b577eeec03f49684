"""One order against one session: at what price, how many shares, and if not, why not.

The law itself is in ``rules``; this module only asks it in the right order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from hypebasket.engine.replay.holdings import Holdings
from hypebasket.engine.replay.ticket import Ticket
from hypebasket.ledger.records import OrderKind, Reason, Side
from hypebasket.market.calendar import Session
from hypebasket.market.panel import UNKNOWN, Bar, Listing, MarketPanel
from hypebasket.plan.intents import MILLION
from hypebasket.rules.fees import FREE_OF_CHARGE, NO_FEES, Commission, DueRates, Fees, check_commission, due_rates, fees
from hypebasket.rules.frictions import ALL_FRICTIONS, Frictions
from hypebasket.rules.limit_days import OPTIMISTIC, close_fill_price, open_fill_price, queue_fill_price
from hypebasket.rules.lots import NO_MAXIMUM, largest_legal_lot, legal_sale, order_maximum, order_size, split_order
from hypebasket.rules.purchase import affordable
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
    """On what terms orders are filled; a friction that is off asks for nothing."""

    policy: int
    participation_ppm: int
    commission: Commission
    frictions: Frictions = ALL_FRICTIONS

    def largest_purchase(self, listing: Listing, shares: int) -> int:
        """Return the largest purchase of at most ``shares``; 0 if none."""
        if not self.frictions.lots_and_cash:
            return max(shares, 0)
        return largest_legal_lot(listing.board, shares, listing.lot)

    def largest_sale(self, listing: Listing, held: int, wanted: int) -> int:
        """Return the largest sale of at most ``wanted`` out of ``held``; 0 if none."""
        if not self.frictions.lots_and_cash:
            return min(held, wanted)
        return legal_sale(listing.board, held, wanted, listing.lot)

    def sellable(self, listing: Listing, held: int, bought_today: int) -> int:
        """Return how many of ``held`` shares may be sold today."""
        return sellable(listing.board, held, bought_today) if self.frictions.t_plus_1 else held

    def sizes(self, listing: Listing, session: Session) -> tuple[int, int, int]:
        """Return the smallest purchase, the step above it, and the largest order."""
        if not self.frictions.lots_and_cash:
            return 1, 1, NO_MAXIMUM
        board, lot = listing
        return *order_size(board, lot), order_maximum(board, session, lot=lot)

    def rates(self, listing: Listing, session: Session) -> DueRates:
        """Return what is charged on the session's trades; a commission above the legal cap raises."""
        if not self.frictions.fees_and_tax:
            return FREE_OF_CHARGE
        rates = due_rates(listing.board, session)
        check_commission(rates, self.commission, session)
        return rates

    def parts(self, listing: Listing, session: Session, shares: int) -> tuple[int, ...]:
        """Return the orders that a trade is split into."""
        if not self.frictions.lots_and_cash:
            return (shares,)
        board, lot = listing
        return split_order(shares, order_maximum(board, session, lot=lot), board, lot)


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


def fill_price(ticket: Ticket, phase: OrderKind, bar: Bar, terms: Terms, *, restricted: bool = False) -> int | Reason:
    """Return the price (fen) at which the auction of ``phase`` serves the order, or why it does not.

    On a session on which short sales are ``restricted`` (rule 201) one is served above the open alone.
    """
    limited = terms.frictions.limits_on_entry if ticket.opens else terms.frictions.limits_on_exit
    price = _served_price(ticket, phase, bar, terms.policy) if limited else _auction_price(phase, bar)
    if isinstance(price, Reason):
        return price
    if restricted and limited and ticket.side is Side.SHORT and price <= bar.open:
        return Reason.SHORT_SALE_RESTRICTION
    if ticket.price_limit is not None and (price > ticket.price_limit if ticket.is_buy else price < ticket.price_limit):
        return Reason.MAX_GAP
    return price


def _auction_price(phase: OrderKind, bar: Bar) -> int | Reason:
    """Return the price of an auction that serves everyone; on a session without trading, the last close."""
    if phase is OrderKind.QUEUE:
        return _served_price(None, phase, bar, OPTIMISTIC)
    price = bar.open if bar.trading and phase is OrderKind.OPEN else bar.close
    return price or Reason.NO_BAR


def _served_price(ticket: Ticket | None, phase: OrderKind, bar: Bar, policy: int) -> int | Reason:
    """Return the price at which limits and suspensions leave the order served, or why they do not."""
    is_buy = ticket is None or ticket.is_buy
    if not bar.trading:
        return Reason.SUSPENDED if bar.suspended else Reason.NO_BAR
    if UNKNOWN in (bar.limit_down, bar.limit_up):
        return Reason.NO_REFERENCE_PRICE
    if phase is OrderKind.QUEUE:
        if bar.high < bar.limit_up:
            return Reason.LIMIT_NOT_REACHED
        price = queue_fill_price(policy, bar.open, bar.high, bar.low, bar.close, bar.limit_up)
    elif phase is OrderKind.OPEN:
        price = open_fill_price(is_buy, policy, bar.open, bar.high, bar.low, bar.limit_down, bar.limit_up)
    else:
        price = close_fill_price(is_buy, policy, bar.close, bar.limit_down, bar.limit_up)
    if price == 0:
        return Reason.LOCKED_LIMIT_UP if is_buy else Reason.LOCKED_LIMIT_DOWN
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
    if ticket.opens:
        return _opening_quantity(ticket, price, session, listing, holdings.free_cash, terms, room)
    return _closing_quantity(ticket, listing, holdings, terms, room)


def _opening_quantity(
    ticket: Ticket, price: int, session: Session, listing: Listing, cash: int, terms: Terms, room: int
) -> Quantity:
    def affords(money: int) -> int:
        return _affordable(money, price, session, listing, terms, is_buy=ticket.is_buy)

    wanted = (ticket.shares or 0) - ticket.filled if ticket.money is None else affords(ticket.money - ticket.spent)
    if wanted == 0:
        return Quantity(0, 0, Reason.LOT)
    shares, reason = wanted, None
    if terms.frictions.lots_and_cash and (affordable := affords(cash)) < shares:
        shares, reason = affordable, Reason.CASH
    if room < shares:
        shares, reason = terms.largest_purchase(listing, room), Reason.VOLUME_CAP
    return Quantity(wanted, shares, reason)


def _affordable(money: int, price: int, session: Session, listing: Listing, terms: Terms, *, is_buy: bool) -> int:
    """Return the largest legal number of shares that ``money`` buys, or backs the short sale of, fees included."""
    if money <= 0:
        return 0
    commission = terms.commission
    return affordable(
        money,
        price,
        *terms.sizes(listing, session),
        terms.rates(listing, session),
        commission.rate_ppm,
        commission.minimum,
        terms.frictions.fees_and_tax,
        is_buy,
    )


def _closing_quantity(ticket: Ticket, listing: Listing, holdings: Holdings, terms: Terms, room: int) -> Quantity:
    tranche = holdings.tranches.get((ticket.event_id, ticket.column))
    owned = abs(tranche.shares) if tranche else 0
    wanted = owned if ticket.shares is None else min(ticket.shares - ticket.filled, owned)
    if wanted == 0:
        return Quantity(0, 0, Reason.NOT_HELD)
    held = abs(holdings.held(ticket.column))
    free = terms.sellable(listing, held, holdings.bought_today.get(ticket.column, 0))
    if free == 0:
        return Quantity(wanted, 0, Reason.T_PLUS_1)
    target, reason = wanted, None
    if free < target:
        target, reason = free, Reason.T_PLUS_1
    if room < target:
        target, reason = room, Reason.VOLUME_CAP
    shares = terms.largest_purchase(listing, target) if ticket.is_buy else terms.largest_sale(listing, held, target)
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
    for part in terms.parts(listing, session, shares):
        amount = part * price
        charged = NO_FEES
        if terms.frictions.fees_and_tax:
            charged = fees(
                listing.board,
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
    if bar.volume == UNKNOWN or not terms.frictions.volume_cap:
        return MILLION * MILLION
    return max(bar.volume * terms.participation_ppm // MILLION - used, 0)
