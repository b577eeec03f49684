"""A trading desk that plays a plan on a market, a second time: written from the documents, plain and slow.

What a session does, in order: corporate actions and what is withheld from them, open, queue, close, tax, mark, stops.
Everything is looked up anew for every order; nothing is prepared. Sessions are counted from 0; money is ``Decimal``
units of the currency.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor

from books import Books, Charge, Entitlement, Fill, Holding, Lot, Order, Tax
from law import Auction, Law, Stock
from tape import Action, End, Leave, Rebalance, Scenario, Tape, Wish


class Desk:
    """Plays one scenario, of holdings. An order enters a position or takes it off again."""

    enters_by, leaves_by = "buy", "sell"
    sign = 1
    """What a share of a position counts in the account."""

    def __init__(self, scenario: Scenario, law: Law | None = None) -> None:
        self.scenario = scenario
        self.law = law or Law()
        self.tape = Tape(scenario, self.law)
        self.books = Books()
        self.cash = scenario.cash
        self.equity = scenario.cash
        self.holdings: list[Holding] = []
        self.lots: dict[str, list[Lot]] = defaultdict(list)
        self.taken: dict[str, int] = {}

    def play(self) -> Books:
        for session in range(1, len(self.scenario.sessions)):
            self.taken = defaultdict(int)
            self.bought: dict[str, int] = defaultdict(int)
            self.sold: dict[str, int] = defaultdict(int)
            self.corporate_actions(session)
            self.open(session)
            self.auction(session, Auction.QUEUE)
            self.close(session)
            self.taxes(session)
            self.mark(session)
            self.judge(session)
        for order in self.working():
            order.end("cancelled", "run_end")
        return self.books

    def working(self) -> list[Order]:
        return [order for order in self.books.orders if order.works]

    def today(self, session: int) -> date:
        return self.scenario.sessions[session]

    def side(self, order: Order) -> str:
        return self.enters_by if order.enters else self.leaves_by

    def buys(self, order: Order) -> bool:
        return order.enters

    def free_cash(self) -> Decimal:
        """Return what new positions may take."""
        return self.cash

    # --- 1. corporate actions -----------------------------------------------------------------------------------------

    def corporate_actions(self, session: int) -> None:
        for symbol in sorted(self.scenario.stocks):
            if self.tape.delisted(symbol, session):
                self.delist(symbol, session)
                continue
            recorded = self.scenario.actions.get((symbol, session))
            action = recorded or Action(cash=self.tape.implied_cash(symbol, session))
            if action != Action():
                self.entitle(symbol, session, action)
            self.adjust(symbol, session)
        self.withhold(session)

    def withhold(self, session: int) -> None:
        """Keep back the tax on what the day paid; what a delisted share is settled at is no dividend."""
        today = self.today(session)
        for symbol in sorted(self.scenario.stocks):
            paid = [each for each in self.books.entitlements if (each.session, each.symbol) == (today, symbol)]
            dividend = sum((each.cash for each in paid), Decimal(0))
            if dividend > 0 and not self.tape.delisted(symbol, session):
                self.charge(session, symbol, "withholding", sum(each.held for each in paid),
                            self.law.withheld(dividend, self.scenario.resident))  # fmt: skip

    def charge(self, session: int, symbol: str, kind: str, shares: int, money: Decimal) -> None:
        if money:
            self.cash -= money
            self.books.charges.append(Charge(self.today(session), symbol, kind, shares, money))

    def delist(self, symbol: str, session: int) -> None:
        if self.tape.delisted(symbol, session - 1):
            return
        for holding in self.held(symbol):
            if holding.leaving and not self.is_taken_off(holding):
                self.stop_entering(holding)  # "a position that leaves stops buying", also on the day it is delisted
                self.new_order(holding.event, symbol, Auction.OPEN, session, holding.leaving, enters=False)
        self.end_orders(symbol)
        worth = self.scenario.settle_at
        price = self.tape.close(symbol, session) if worth is None else worth
        for holding in self.held(symbol):
            self.book(holding, session, -holding.shares, price * holding.shares)
        self.lots[symbol].clear()

    def end_orders(self, symbol: str) -> None:
        for order in self.working():
            if order.symbol == symbol:
                order.reason = "delisted"
                order.end("cancelled")

    def entitle(self, symbol: str, session: int, action: Action) -> None:
        bonus = 0
        for holding in self.held(symbol):
            shares = self.new_shares(holding, action.ratio)
            bonus += shares
            self.book(holding, session, shares, self.law.half_up(action.cash * holding.shares))
        for lot in self.lots[symbol]:
            lot.cash += max(action.cash, Decimal(0))
        if bonus:
            self.lots[symbol].append(Lot(self.today(session), bonus))

    def new_shares(self, holding: Holding, ratio: Decimal) -> int:
        return self.law.bonus_shares(holding.shares, ratio)

    def book(self, holding: Holding, session: int, shares: int, cash: Decimal) -> None:
        self.books.entitlements.append(
            Entitlement(self.today(session), holding.symbol, holding.event,
                        self.sign * holding.shares, self.sign * shares, self.sign * cash)
        )  # fmt: skip
        holding.shares += shares
        self.cash += self.sign * cash

    def adjust(self, symbol: str, session: int) -> None:
        """Move entry price and best close over an ex-date, when the name trades."""
        reference, before = self.tape.reference(symbol, session), self.tape.close(symbol, session - 1)
        if reference is None or not before or reference == before:
            return
        for holding in self.held(symbol):
            holding.entry_price = self.law.half_up(Fraction(holding.entry_price * reference) / Fraction(before))
            holding.best = self.law.half_up(Fraction(holding.best * reference) / Fraction(before))

    def held(self, symbol: str) -> list[Holding]:
        return [each for each in self.holdings if each.symbol == symbol and each.shares]

    # --- 2. open, 3. queue, 4. close ----------------------------------------------------------------------------------

    def open(self, session: int) -> None:
        for rebalance in self.scenario.rebalances:
            if rebalance.session == session:
                self.rebalance(rebalance, session)
        self.leave(session, at_close=False)
        self.release(session, (Auction.OPEN, Auction.QUEUE))
        self.auction(session, Auction.OPEN)

    def close(self, session: int) -> None:
        self.leave(session, at_close=True)
        self.release(session, (Auction.CLOSE,))
        self.auction(session, Auction.CLOSE)
        for order in self.working():
            if order.enters:
                self.give_up(order, session)

    def give_up(self, order: Order, session: int) -> None:
        """End a purchase that has no session left to be tried on."""
        if self.is_due(order, session):
            order.end("expired", "exit_due")
        elif order.last is not None and session >= order.last:
            order.end("expired")

    def is_due(self, order: Order, session: int) -> bool:
        """Whether the planned end comes before the next open ends; a clock that starts with the fill plans none."""
        holding = self.holding_of(order)
        if holding is None or holding.end is None or holding.leave.hold is not None:
            return False
        return holding.end.when <= (session + 1, False)

    def auction(self, session: int, auction: Auction) -> None:
        """Match what waits for an auction: what takes off, then what enters, each by symbol."""
        for order in sorted(self.working(), key=self.turn):
            if not order.enters and auction is (Auction.OPEN if session > order.created else order.auction):
                self.take_off(order, session, auction)
            if order.enters and order.auction is auction:
                self.take_on(order, session, auction)
                if order.works and order.most_attempts is not None and order.attempts >= order.most_attempts:
                    order.end("expired")

    def turn(self, order: Order) -> tuple[bool, str, int]:
        return order.enters, order.symbol, order.number

    def new_order(
        self, event: str, symbol: str, auction: Auction, session: int, purpose: str, *, enters: bool
    ) -> Order:
        order = Order(len(self.books.orders), event, symbol, enters, auction, purpose, session)
        self.books.orders.append(order)
        return order

    # --- wishes -------------------------------------------------------------------------------------------------------

    def release(self, session: int, auctions: tuple[Auction, ...]) -> None:
        for wish in self.scenario.wishes:
            if wish.session == session and wish.auction in auctions:
                self.enter(wish, session)

    def enter(self, wish: Wish, session: int) -> None:
        order = self.new_order(wish.event, wish.symbol, wish.auction, session, "entry", enters=True)
        order.money = self.share_of_equity(wish.weight)
        order.most_attempts, order.last, order.cap = wish.attempts, wish.last, wish.cap
        if self.tape.delisted(wish.symbol, session):
            order.end("cancelled", "delisted")
        elif self.scenario.overlap != "stack" and (held := self.occupied(wish.symbol)):
            order.end("cancelled", "overlap")
            if self.scenario.overlap == "extend":
                self.extend(held, wish.leave.end)
        else:
            self.holdings.append(Holding(wish.event, wish.symbol, wish.leave, wish.leave.end))

    def share_of_equity(self, weight: Decimal) -> Decimal:
        return Decimal(floor(self.equity * weight * 100)) / 100

    def occupied(self, symbol: str) -> list[Holding]:
        """Return what an earlier event holds or is buying of a name."""
        buying = {order.event for order in self.working() if order.enters and order.symbol == symbol}
        return [each for each in self.holdings if each.symbol == symbol and (each.shares or each.event in buying)]

    def extend(self, held: list[Holding], end: End | None) -> None:
        for holding in held:
            if holding.end and (end is None or end.when > holding.end.when):
                holding.end = end

    def holding_of(self, order: Order) -> Holding | None:
        return next((each for each in self.holdings if (each.event, each.symbol) == (order.event, order.symbol)), None)

    # --- leaving ------------------------------------------------------------------------------------------------------

    def leave(self, session: int, *, at_close: bool) -> None:
        """Make the sales that are due now; a position that leaves stops buying."""
        # what the last close decided is the older order
        for holding in sorted(self.holdings, key=lambda each: not each.leaving):
            due = holding.end is not None and holding.end.when <= (session, at_close)
            purpose = holding.leaving or (holding.end.purpose if due and holding.end else "")
            if not purpose or (at_close and not due):
                continue
            if at_close and not holding.shares:
                continue  # there is no position to leave yet; the close of the last day still takes orders
            self.stop_entering(holding)
            if holding.shares and not self.is_taken_off(holding):
                auction = Auction.CLOSE if at_close else Auction.OPEN
                self.new_order(holding.event, holding.symbol, auction, session, purpose, enters=False)
            holding.leaving = purpose

    def is_taken_off(self, holding: Holding) -> bool:
        return any(not order.enters and self.holding_of(order) is holding for order in self.working())

    def stop_entering(self, holding: Holding) -> None:
        for order in self.working():
            if order.enters and (order.event, order.symbol) == (holding.event, holding.symbol):
                order.give_way()

    def judge(self, session: int) -> None:
        """Judge the close: which positions leave at the next open."""
        for holding in self.holdings:
            if not holding.shares or holding.leaving or not self.tape.trades(holding.symbol, session):
                continue
            close = self.scenario.days[holding.symbol, session].close
            holding.best = self.better(holding.best, close)
            holding.leaving = self.verdict(holding, close, session)

    def better(self, best: Decimal, close: Decimal) -> Decimal:
        """Return the high-water mark."""
        return max(best, close)

    def verdict(self, holding: Holding, close: Decimal, session: int) -> str:
        terms, entry = holding.leave, holding.entry_price
        sealed_before = terms.board_break and self.tape.sealed_last(holding.symbol, session)
        if sealed_before and not self.tape.sealed(holding.symbol, session):
            return "board_break"
        if terms.stop is not None and close <= entry * (1 - terms.stop):
            return "stop_loss"
        if terms.take is not None and close >= entry * (1 + terms.take):
            return "take_profit"
        if terms.trail is not None and close <= holding.best * (1 - terms.trail):
            return "trailing_stop"
        return ""

    # --- rebalances ---------------------------------------------------------------------------------------------------

    def rebalance(self, target: Rebalance, session: int) -> None:
        for order in self.working():
            order.reason = "superseded"
            order.end("cancelled")
        held = {each.symbol: each for each in self.holdings if each.shares}
        for symbol in sorted({*held, *target.weights}):
            self.aim(symbol, held.get(symbol), target, session)

    def aim(self, symbol: str, holding: Holding | None, target: Rebalance, session: int) -> None:
        """Order the difference between what is held and what is wanted, sized at the close before."""
        stock, close = self.scenario.stocks[symbol], self.tape.close(symbol, session - 1)
        shares = holding.shares if holding else 0
        money = self.share_of_equity(target.weights.get(symbol, Decimal(0)))
        if symbol not in target.weights:
            self.new_order("", symbol, Auction.OPEN, session, "rebalance", enters=False)
            return
        difference = money - shares * close
        if difference < 0:
            surplus = self.law.legal_sale(stock, shares, int(-difference / close))
            if surplus:
                sale = self.new_order("", symbol, Auction.OPEN, session, "rebalance", enters=False)
                sale.wanted = surplus
        elif self.law.lot(stock, int(difference / close)) or not shares:
            order = self.new_order("", symbol, Auction.OPEN, session, "rebalance", enters=True)
            order.money, order.most_attempts = difference, target.attempts
            if self.holding_of(order) is None:
                self.holdings.append(Holding("", symbol, Leave(), None))

    # --- matching -----------------------------------------------------------------------------------------------------

    def price_of(self, order: Order, session: int, auction: Auction) -> Decimal | str:
        """Return at what price an order is served now, or what stands in its way; counts the attempt."""
        day = self.tape.day(order.symbol, session)
        if day is None:
            return "no_bar"
        if day.suspended:
            return "suspended"
        order.attempts += 1
        limits = self.tape.limits(order.symbol, session)
        if limits is None:
            return "no_reference_price"
        limit = limits.up if self.buys(order) else limits.down
        price = self.law.fill_price(self.scenario.policy, auction, day, limit, buys=self.buys(order))
        if price is not None:
            return price
        if auction is Auction.QUEUE and (limit is None or day.high < limit):
            return "limit_not_reached"
        return "locked_limit_up" if self.buys(order) else "locked_limit_down"

    def room(self, symbol: str, session: int) -> int | None:
        """Return the shares the volume cap leaves; ``None`` is no cap."""
        room = self.law.volume_room(self.scenario.participation, self.scenario.days[symbol, session].volume)
        return None if room is None else room - self.taken[symbol]

    def take_on(self, order: Order, session: int, auction: Auction) -> None:
        assert order.money is not None
        price = self.price_of(order, session, auction)
        if not isinstance(price, Decimal):
            order.reason = price
            return
        if order.cap is not None and self.is_beyond(price, order.cap):
            order.reason = "max_gap"
            return
        stock, today = self.scenario.stocks[order.symbol], self.today(session)
        left = order.money - order.spent
        wanted = self.law.affordable(stock, today, price, left, buys=self.buys(order))
        if not wanted:
            if order.filled:
                order.end("filled")
            order.reason = "" if order.filled else "lot"
            return
        room = self.room(order.symbol, session)
        shares = wanted if room is None else self.law.lot(stock, min(wanted, room))
        capped = shares < wanted
        money = min(left, self.free_cash())
        payable = self.law.affordable(stock, today, price, money, buys=self.buys(order))
        if payable <= shares and payable < wanted:
            shares, capped = payable, False
        if shares:
            self.execute(order, session, auction, price, shares)
        if not self.is_worth_trying(stock, wanted - shares):
            order.end("filled")
        else:
            order.reason = "volume_cap" if capped else "cash"

    def is_beyond(self, price: Decimal, cap: Decimal) -> bool:
        """Whether the price is worse than the entry's cap allows."""
        return price > cap

    def is_worth_trying(self, stock: Stock, rest: int) -> bool:
        """Whether the rest of a purchase is a lot; what remains below one counts as filled."""
        return self.law.lot(stock, rest) > 0

    def take_off(self, order: Order, session: int, auction: Auction) -> None:
        holding = self.holding_of(order)
        assert holding is not None
        price = self.price_of(order, session, auction)
        if not isinstance(price, Decimal):
            order.reason = price
            return
        stock = self.scenario.stocks[order.symbol]
        wanted = holding.shares if order.wanted is None else order.wanted - order.filled
        balance = sum(each.shares for each in self.held(order.symbol))
        sellable = self.law.sellable(balance, self.bought[order.symbol])
        if not sellable:
            order.reason = "t_plus_1"
            return
        room = self.room(order.symbol, session)
        shares = self.law.legal_sale(stock, sellable, min(wanted, sellable if room is None else room))
        if shares:
            self.execute(order, session, auction, price, shares)
        if shares == wanted:
            order.end("filled")
        elif room is not None and room < min(wanted, sellable):
            order.reason = "volume_cap"
        elif sellable < wanted:
            order.reason = "t_plus_1"
        else:
            order.reason = "lot"
            self.hand_over(holding, order)

    def hand_over(self, holding: Holding, order: Order) -> None:
        """Leave a rest too small to be sold alone to another event that holds the name."""
        others = [each for each in self.held(holding.symbol) if each is not holding]
        if others:
            others[0].shares += holding.shares
            holding.shares = 0
            order.end("cancelled")

    def execute(self, order: Order, session: int, auction: Auction, price: Decimal, shares: int) -> None:
        stock, today = self.scenario.stocks[order.symbol], self.today(session)
        holding = self.holding_of(order)
        assert holding is not None
        for part in self.law.children(stock, today, shares):
            amount = price * part
            fees = self.law.fees(stock, today, price, part, buys=self.buys(order))
            self.books.fills.append(
                Fill(today, order.symbol, order.event, auction.value, self.side(order), part, price,
                     amount, fees.commission, fees.stamp_duty, fees.others)
            )  # fmt: skip
            self.cash += (-amount if self.buys(order) else amount) - fees.total
            if order.enters:
                order.spent += amount + fees.total
                self.add(holding, price, part, session)
            else:
                self.reduce(holding, part)
            order.filled += part
        self.taken[order.symbol] += shares

    def add(self, holding: Holding, price: Decimal, shares: int, session: int) -> None:
        """Put what was traded into a position."""
        total = holding.entry_price * holding.shares + price * shares
        holding.entry_price = self.law.half_up(Fraction(total) / (holding.shares + shares))
        if holding.leave.hold is not None and holding.end is None:
            holding.end = End(session + holding.leave.hold - 1, True, "hold")
        holding.shares += shares
        self.bought[holding.symbol] += shares

    def reduce(self, holding: Holding, shares: int) -> None:
        holding.shares -= shares
        self.sold[holding.symbol] += shares

    # --- 5. tax and mark ----------------------------------------------------------------------------------------------

    def taxes(self, session: int) -> None:
        if not self.law.taxes_dividends:
            return
        today = self.today(session)
        for symbol in sorted({*self.bought, *self.sold}):
            net = self.bought[symbol] - self.sold[symbol]
            if net > 0:
                self.lots[symbol].append(Lot(today, net))
            elif net < 0:
                tax = self.law.half_up(self.owed(self.lots[symbol], -net, today))
                if tax:
                    self.cash -= tax
                    self.books.taxes.append(Tax(today, symbol, -net, tax))

    def owed(self, lots: list[Lot], shares: int, today: date) -> Decimal:
        """Take shares out of the oldest lots and return the tax they owe, unrounded."""
        owed = Decimal(0)
        while shares:
            lot = lots[0]
            part = min(lot.shares, shares)
            owed += part * lot.cash * self.law.dividend_tax_rate(lot.day, today)
            lot.shares -= part
            shares -= part
            if not lot.shares:
                lots.pop(0)
        return owed

    def mark(self, session: int) -> None:
        self.holdings = [each for each in self.holdings if each.shares or self.is_entering(each)]
        value = sum((self.tape.close(each.symbol, session) * each.shares for each in self.holdings), Decimal(0))
        value *= self.sign
        self.equity = self.cash + value
        self.books.equity.append((self.today(session), self.cash, value))

    def is_entering(self, holding: Holding) -> bool:
        return any(order.enters and self.holding_of(order) is holding for order in self.working())
