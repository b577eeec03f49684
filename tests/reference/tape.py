"""A market and a plan as the reference takes them, and what the tape tells of a name on a session.

Sessions are counted from 0; money and prices are ``Decimal`` units of the currency.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from law import Auction, Day, Law, Limits, Policy, Stock

from hypebasket.spec.text import Market


@dataclass(frozen=True)
class Action:
    """A corporate action: gross cash and new shares per old share."""

    cash: Decimal = Decimal(0)
    ratio: Decimal = Decimal(0)


@dataclass(frozen=True)
class End:
    """A planned end of a position: at the open or the close of a session."""

    session: int
    at_close: bool
    purpose: str

    @property
    def when(self) -> tuple[int, bool]:
        return self.session, self.at_close


@dataclass(frozen=True)
class Leave:
    """On what terms a position ends; ``hold`` counts from the session of the first fill."""

    end: End | None = None
    hold: int | None = None
    stop: Decimal | None = None
    take: Decimal | None = None
    trail: Decimal | None = None
    board_break: bool = False


@dataclass(frozen=True)
class Wish:
    """To buy, or sell short, for a share of the equity at the close before."""

    event: str
    symbol: str
    session: int
    auction: Auction
    weight: Decimal
    attempts: int | None
    last: int | None
    cap: Decimal | None
    leave: Leave


@dataclass(frozen=True)
class Rebalance:
    """To hold, from an open on, these names at these shares of the equity and nothing else."""

    session: int
    weights: Mapping[str, Decimal]
    attempts: int | None


@dataclass(frozen=True)
class Borrowing:
    """At what yearly rate shares sold short are lent; ``None`` for that of the law."""

    rate: Decimal | None


@dataclass(frozen=True)
class Scenario:
    """A market and a plan, of short sales if there is ``borrowing``.

    ``before`` are exchange sessions before the first of ``sessions``, for counting listings. ``settle_at`` is what a
    delisted share turns into: ``None`` for its last close. ``resident`` is who has tax withheld from dividends. Trading
    begins at session 1.
    """

    seed: int
    market: Market
    before: tuple[date, ...]
    sessions: tuple[date, ...]
    stocks: Mapping[str, Stock]
    days: Mapping[tuple[str, int], Day]
    actions: Mapping[tuple[str, int], Action]
    wishes: tuple[Wish, ...]
    rebalances: tuple[Rebalance, ...]
    policy: Policy
    participation: Decimal
    overlap: str
    cash: Decimal
    settle_at: Decimal | None = None
    borrowing: Borrowing | None = None
    resident: str = "none"


class Tape:
    """What the data tells of a name on a session, and what follows from it."""

    def __init__(self, scenario: Scenario, law: Law) -> None:
        self.scenario = scenario
        self.law = law
        self.calendar = [*scenario.before, *scenario.sessions]
        self.closes = {symbol: self.all_closes(symbol) for symbol in scenario.stocks}

    def day(self, symbol: str, session: int) -> Day | None:
        return self.scenario.days.get((symbol, session))

    def trades(self, symbol: str, session: int) -> bool:
        day = self.day(symbol, session)
        return day is not None and not day.suspended

    def delisted(self, symbol: str, session: int) -> bool:
        left = self.scenario.stocks[symbol].delisted
        return left is not None and self.scenario.sessions[session] >= left

    def all_closes(self, symbol: str) -> list[Decimal]:
        """Return the last close up to every session; 0 before the first."""
        closes, last = [], Decimal(0)
        for session in range(len(self.scenario.sessions)):
            day = self.day(symbol, session)
            last = last if day is None else day.close
            closes.append(last)
        return closes

    def close(self, symbol: str, session: int) -> Decimal:
        return self.closes[symbol][session]

    def known_action(self, symbol: str, session: int) -> Action | None:
        """Return the recorded action the first reference price since the last trade shows, if there is one."""
        for earlier in range(session, -1, -1):
            if (symbol, earlier) in self.scenario.actions:
                return self.scenario.actions[symbol, earlier]
            if self.trades(symbol, earlier - 1):
                return None
        return None

    def reference(self, symbol: str, session: int) -> Decimal | None:
        """Return the price the day's limits are computed from."""
        day = self.day(symbol, session)
        if day is None or day.suspended:
            return None
        if day.reference is not None:
            return day.reference
        before = self.close(symbol, session - 1) if session else Decimal(0)
        if not before:
            return None
        action = self.known_action(symbol, session)
        return self.law.ex_right(before, action.cash, action.ratio) if action else before

    def implied_cash(self, symbol: str, session: int) -> Decimal:
        """Return the cash per share that only the reference price tells of."""
        day = self.day(symbol, session)
        before = self.close(symbol, session - 1) if session else Decimal(0)
        if day is None or day.suspended or day.reference is None or not before:
            return Decimal(0)
        return Decimal(0) if self.known_action(symbol, session) else before - day.reference

    def sessions_listed(self, stock: Stock, session: int) -> int | None:
        if stock.listed is None or stock.listed < self.calendar[0]:
            return None
        today = self.scenario.sessions[session]
        return sum(stock.listed <= day <= today for day in self.calendar)

    def limits(self, symbol: str, session: int) -> Limits | None:
        """Return the day's limits; ``None`` if they cannot be known."""
        stock, day = self.scenario.stocks[symbol], self.scenario.days[symbol, session]
        return self.law.limits(
            stock, self.scenario.sessions[session], self.reference(symbol, session),
            risk_warning=bool(day.risk_warning), sessions_listed=self.sessions_listed(stock, session),
        )  # fmt: skip

    def sealed(self, symbol: str, session: int) -> bool:
        """Whether the name closed at its limit-up."""
        if session < 0 or not self.trades(symbol, session):
            return False
        limits = self.limits(symbol, session)
        return limits is not None and limits.up is not None and self.scenario.days[symbol, session].close == limits.up

    def sealed_last(self, symbol: str, session: int) -> bool:
        """Whether the last close with trading before ``session`` was at the limit-up."""
        for earlier in range(session - 1, -1, -1):
            if self.trades(symbol, earlier):
                return self.sealed(symbol, earlier)
        return False
