"""The same desk selling short: what docs/semantics.md, "Short sales", says differs from holdings, and nothing else.

A position's shares are counted positive while they are owed; the books show them negative.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from math import floor

from books import Holding, Order
from desk import Desk
from law import FEN, Auction
from overseas import Overseas
from tape import Scenario


class ShortDesk(Desk):
    """Plays one scenario of short sales."""

    enters_by, leaves_by = "short", "cover"
    sign = -1
    law: Overseas

    def __init__(self, scenario: Scenario, law: Overseas) -> None:
        super().__init__(scenario, law)
        self.owed: dict[str, Decimal] = defaultdict(Decimal)
        """What the lender of each name holds of the proceeds."""

    def buys(self, order: Order) -> bool:
        return not order.enters

    def shares_owed(self, symbol: str) -> int:
        return sum(each.shares for each in self.held(symbol))

    # --- money --------------------------------------------------------------------------------------------------------

    def free_cash(self) -> Decimal:
        """Leave the proceeds with the lender, and as much of one's own beside them."""
        return self.cash - 2 * sum(self.owed.values(), Decimal(0))

    def add(self, holding: Holding, price: Decimal, shares: int, session: int) -> None:
        super().add(holding, price, shares, session)
        self.owed[holding.symbol] += price * shares

    def reduce(self, holding: Holding, shares: int) -> None:
        part = Fraction(shares, self.shares_owed(holding.symbol))
        self.owed[holding.symbol] -= floor(Fraction(self.owed[holding.symbol]) * part / Fraction(FEN)) * FEN
        super().reduce(holding, shares)

    def mark(self, session: int) -> None:
        super().mark(session)
        for symbol in self.scenario.stocks:
            self.owed[symbol] = self.tape.close(symbol, session) * self.shares_owed(symbol)

    # --- before the open ----------------------------------------------------------------------------------------------

    def corporate_actions(self, session: int) -> None:
        """Pay for the loans of the night, then book what the day brings."""
        for symbol in sorted(self.scenario.stocks):
            if owed := self.shares_owed(symbol):
                self.pay_loan(symbol, owed, session)
        super().corporate_actions(session)

    def pay_loan(self, symbol: str, owed: int, session: int) -> None:
        assert self.scenario.borrowing is not None
        days = (self.today(session) - self.today(session - 1)).days
        worth = owed * self.tape.close(symbol, session - 1)
        fee = self.law.loan_fee(worth, days, self.scenario.borrowing.rate)
        self.charge(session, symbol, "borrow", -owed, fee)

    def withhold(self, session: int) -> None:
        """Shares owed bear none, whichever way the cash goes."""

    def delist(self, symbol: str, session: int) -> None:
        super().delist(symbol, session)
        self.owed[symbol] = Decimal(0)

    def new_shares(self, holding: Holding, ratio: Decimal) -> int:
        return self.law.new_shares_owed(holding.shares, ratio)

    # --- orders -------------------------------------------------------------------------------------------------------

    def price_of(self, order: Order, session: int, auction: Auction) -> Decimal | str:
        price = super().price_of(order, session, auction)
        if order.enters and isinstance(price, Decimal) and self.is_bound(order.symbol, session):
            opened = self.scenario.days[order.symbol, session].open
            return price if price > opened else "short_sale_restriction"
        return price

    def is_bound(self, symbol: str, session: int) -> bool:
        """Whether rule 201 binds the session: tripped on it, or on the one before of the calendar."""
        return any(self.has_tripped(symbol, each) for each in (session, session - 1))

    def has_tripped(self, symbol: str, session: int) -> bool:
        day, reference = self.tape.day(symbol, session), self.tape.reference(symbol, session)
        if day is None or day.suspended or reference is None:
            return False
        return self.law.is_short_sale_restricted(reference, day.low)

    def is_beyond(self, price: Decimal, cap: Decimal) -> bool:
        return price < cap

    # --- leaving ------------------------------------------------------------------------------------------------------

    def judge(self, session: int) -> None:
        """Ask for the margin first, then the stops."""
        if self.equity < self.margin(session):
            for holding in self.holdings:
                if holding.shares and not holding.leaving:
                    holding.leaving = "margin_breach"
        super().judge(session)

    def margin(self, session: int) -> Decimal:
        return sum((self.law.margin(self.shares_owed(symbol), self.tape.close(symbol, session))
                    for symbol in self.scenario.stocks), Decimal(0))  # fmt: skip

    def better(self, best: Decimal, close: Decimal) -> Decimal:
        return min(best, close) if best else close

    def verdict(self, holding: Holding, close: Decimal, session: int) -> str:
        terms, entry = holding.leave, holding.entry_price
        if terms.stop is not None and close >= entry * (1 + terms.stop):
            return "stop_loss"
        if terms.take is not None and close <= entry * (1 - terms.take):
            return "take_profit"
        if terms.trail is not None and close >= holding.best * (1 + terms.trail):
            return "trailing_stop"
        return ""
