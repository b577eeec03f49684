"""Random markets and plans, each from one seed: short, crowded, and about the days on which the law changed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from random import Random

from law import BEIJING_OPENS, CHINEXT_REFORM, Auction, Day, Law, Limits, Policy, Stock
from tape import Action, End, Leave, Rebalance, Scenario, Wish

from hypebasket.market.calendar import calendar_of
from hypebasket.spec.text import Market

TICK = Decimal("0.01")
LAW_BEGINS = date(2015, 9, 8)  # dividend tax by 财税〔2015〕101号; nothing is traded before
STAR_OPENS = date(2019, 7, 22)
CHANGES = (
    CHINEXT_REFORM, date(2022, 4, 29), date(2023, 4, 10), date(2023, 8, 28), date(2026, 7, 6), STAR_OPENS,
    BEIJING_OPENS, date(2016, 3, 1), date(2018, 5, 7), date(2021, 3, 1), date(2024, 2, 19), date(2025, 9, 1),
    date(2026, 11, 30),
)  # fmt: skip
SYMBOLS = {
    "main": ("600001.SH", "600519.SH", "601002.SH", "000001.SZ", "000651.SZ", "002003.SZ"),
    "chinext": ("300001.SZ", "300750.SZ", "301004.SZ"),
    "star": ("688001.SH", "688256.SH", "689009.SH"),
    "bse": ("920002.BJ", "830799.BJ", "430047.BJ"),
}
PURPOSE = "hold"


@cache
def exchange_days() -> tuple[date, ...]:
    """The sessions of the mainland exchanges."""
    return calendar_of(Market.XSHG).days


class Maker:
    """Makes one scenario."""

    market = Market.XSHG
    law_class: type[Law] = Law
    changes: tuple[date, ...] = CHANGES
    auctions: tuple[Auction, ...] = (Auction.OPEN, Auction.OPEN, Auction.CLOSE, Auction.QUEUE)

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.dice = Random(seed)
        self.law = self.law_class()
        # the one-year step of the dividend tax needs a year
        self.long = seed % 40 == 39
        self.length = self.dice.randint(256, 270) if self.long else self.dice.randint(10, 25)
        self.actions: dict[tuple[str, int], Action] = {}
        self.days: dict[tuple[str, int], Day] = {}

    def chance(self, probability: float) -> bool:
        return self.dice.random() < probability

    def exchange_days(self) -> tuple[date, ...]:
        return exchange_days()

    def first_day(self) -> date:
        return LAW_BEGINS

    def make(self) -> Scenario:
        days = self.exchange_days()
        change = self.dice.choice(self.changes)
        at = next(index for index, day in enumerate(days) if day >= change)
        earliest = next(index for index, day in enumerate(days) if day >= self.first_day())
        first = min(max(at - self.dice.randint(0, self.length), earliest), len(days) - self.length)
        self.before, self.sessions = days[first - 30 : first], days[first : first + self.length]
        symbols = self.choose_symbols()
        self.stocks = {symbol: self.stock(symbol, board) for symbol, board in symbols.items()}
        for stock in self.stocks.values():
            self.tape(stock)
        self.overlap = self.dice.choice(("ignore", "ignore", "extend", "stack"))
        rebalances = self.rebalances() if self.chance(0.2) and not self.long else ()
        return Scenario(
            seed=self.seed, market=self.market, before=self.before, sessions=self.sessions,
            stocks=self.stocks, days=self.days, actions=self.actions,
            wishes=() if rebalances else self.wishes(), rebalances=rebalances,
            policy=self.dice.choice(list(Policy)),
            participation=Decimal(self.dice.choice((100_000, 100_000, 33_333, 1_000_000, 12_345))) / 1_000_000,
            overlap=self.overlap,
            cash=Decimal(self.dice.choice((8_000, 60_000, 300_000, 1_000_000, 1_000_000, 250_000_000))),
            settle_at=self.dice.choice((None, None, Decimal(0), Decimal("0.35"))),
        )  # fmt: skip

    # --- names --------------------------------------------------------------------------------------------------------

    def choose_symbols(self) -> dict[str, str]:
        start = self.sessions[0]
        boards = ["main", "main", "chinext"]
        if not self.long:  # a year of such limits leads a price below what the law of these boards covers
            boards += ["star"] if start >= STAR_OPENS else []
            boards += ["bse"] if start >= BEIJING_OPENS else []
        chosen: dict[str, str] = {}
        for _ in range(2 if self.long else self.dice.randint(3, 8)):
            board = self.dice.choice(boards)
            chosen[self.dice.choice(SYMBOLS[board])] = board
        return chosen

    def stock(self, symbol: str, board: str) -> Stock:
        listed, issue, delisted = None, None, None
        if self.chance(0.25) and not self.long:
            days = [*self.before[-6:], *self.sessions[: self.length * 2 // 3]]
            opened = {"star": STAR_OPENS, "bse": BEIJING_OPENS}.get(board, days[0])
            listed = self.dice.choice([day for day in days if day >= opened])
            issue = None if self.chance(0.15) else Decimal(self.dice.randint(300, 6000)) / 100
        if self.chance(0.1) and not self.long:
            delisted = self.sessions[self.dice.randint(self.length // 2, self.length - 1)]
            if listed and listed >= delisted:
                delisted = None
        return Stock(symbol, board, listed, issue, delisted)

    # --- the tape -----------------------------------------------------------------------------------------------------

    def tape(self, stock: Stock) -> None:
        """Write the days of one name; a day's shape is drawn first, its prices follow from the limits."""
        begin = next((i for i, day in enumerate(self.sessions) if not stock.listed or day >= stock.listed), 0)
        until = next(
            (i for i, day in enumerate(self.sessions) if stock.delisted and day >= stock.delisted), self.length
        )
        penny = stock.board != "bse" and stock.board != "star" and self.chance(0.06)
        close = Decimal(self.dice.randint(4, 60) if penny else self.dice.choice((self.dice.randint(150, 900),
                        self.dice.randint(900, 4000), self.dice.randint(4000, 30000)))) / 100  # fmt: skip
        if stock.issue_price and begin:
            close = stock.issue_price
        warned, pause, stale = self.chance(0.2), 0, Action()
        thin = self.chance(0.3)
        for index in range(begin, until):
            if self.chance(0.08):
                warned = not warned
            if stock.board == "chinext" and self.sessions[index] < CHINEXT_REFORM:
                warned = False  # before, the board knew no risk warning
            if stale == Action():
                stale = self.action(stock, index, close, first=index == begin)
            if pause == 0 and index > begin and self.chance(0.05):
                pause = self.dice.randint(1, 4)
            if pause:
                pause -= 1
                if self.chance(0.8):
                    self.days[stock.symbol, index] = Day(close, close, close, close, 0, close, suspended=True)
                continue
            close = self.session(stock, index, close, stale, warned, thin, first=index == begin)
            stale = Action()

    def action(self, stock: Stock, index: int, close: Decimal, *, first: bool) -> Action:
        """Draw a recorded corporate action of the day, if any."""
        if first or close < 1 or not self.chance(0.02 if self.long else 0.06):
            return Action()
        cash = Decimal(self.dice.randint(1, 4000)) / 10000 if self.chance(0.8) else Decimal(0)
        ratio = Decimal(self.dice.choice((0, 1, 2, 3, 4, 5, 10))) / 10 if self.chance(0.5) else Decimal(0)
        action = Action(cash, ratio)
        if action != Action():
            self.actions[stock.symbol, index] = action
        return action

    def session(
        self, stock: Stock, index: int, close: Decimal, action: Action, warned: bool, thin: bool, *, first: bool
    ) -> Decimal:
        """Write one day with trading and return its close."""
        reference = self.law.ex_right(close, action.cash, action.ratio) if not first else close
        hidden = not first and action == Action() and close > 2 and self.chance(0.02)
        if hidden:
            reference += Decimal(self.dice.choice((-50, -20, -7, -1, 3))) / 100
        blank = not hidden and self.chance(0.15)
        if first and stock.issue_price is None and stock.listed:
            blank = self.chance(0.5)
        limits = self.limits(stock, index, None if blank and first else reference, warned)
        open_, high, low, last = self.shape(reference, limits)
        volume = self.dice.randint(100, 60_000) if thin else self.dice.randint(50_000, 50_000_000)
        known = None if self.chance(0.05) else (0 if self.chance(0.01) else volume)
        risk: bool | None = warned if warned or self.chance(0.8) else None
        self.days[stock.symbol, index] = Day(
            open_, high, low, last, known, None if blank else reference, risk_warning=risk
        )
        return last

    def limits(self, stock: Stock, index: int, reference: Decimal | None, warned: bool) -> Limits:
        calendar = [*self.before, *self.sessions]
        today = self.sessions[index]
        listed = None
        if stock.listed and stock.listed >= calendar[0]:
            listed = sum(stock.listed <= day <= today for day in calendar)
        found = self.law.limits(stock, today, reference, risk_warning=warned, sessions_listed=listed)
        return found or Limits(None, None)

    def shape(self, reference: Decimal, limits: Limits) -> tuple[Decimal, Decimal, Decimal, Decimal]:
        """Return open, high, low, close of a day."""
        up = limits.up or (reference * Decimal("1.5")).quantize(TICK)
        down = max(limits.down or (reference * Decimal("0.6")).quantize(TICK), TICK)
        up = max(up, down)

        def inside() -> Decimal:
            near = (reference * Decimal(str(round(self.dice.gauss(1.0, 0.03), 4)))).quantize(TICK)
            return min(max(near, down), up)

        def below() -> Decimal:
            return min(inside(), max(up - TICK, down))

        def above() -> Decimal:
            return max(inside(), min(down + TICK, up))

        draw = self.dice.random()
        if draw < 0.07:
            return up, up, up, up
        if draw < 0.12:
            return down, down, down, down
        # open and close; whether the limits were touched in between
        corners = ((0.18, up, below()), (0.22, up, up), (0.28, below(), up), (0.33, down, above()), (0.36, down, down),
                   (0.41, above(), down), (0.44, up, down), (0.46, down, up))  # fmt: skip
        open_, last = next(((a, b) for bound, a, b in corners if draw < bound), (inside(), inside()))
        points = [open_, last, *(inside() for _ in range(self.dice.randint(0, 2)))]
        if self.chance(0.06):
            points.append(up)
        if self.chance(0.06):
            points.append(down)
        return open_, max(points), min(points), last

    # --- plans --------------------------------------------------------------------------------------------------------

    def tradable(self, index: int) -> list[str]:
        """Names with a bar before a session, which a plan may want."""
        return [symbol for symbol in sorted(self.stocks) if any((symbol, i) in self.days for i in range(index))
                or self.chance(0.3)]  # fmt: skip

    def wishes(self) -> tuple[Wish, ...]:
        wishes: list[Wish] = []
        # the events of one strategy enter by one auction, and end by one clock
        self.auction = self.dice.choice(self.auctions)
        for number in range(1 if self.long else self.dice.randint(1, 5)):
            session = self.dice.randint(1, 5 if self.long else max(self.length - 3, 1))
            wishes += self.event(f"event-{number}", session)
        return tuple(sorted(wishes, key=lambda each: (each.session, each.event)))

    def event(self, name: str, session: int) -> list[Wish]:
        wanted = [symbol for symbol in self.tradable(session) if self.chance(0.8) and not self.is_gone(symbol, session)]
        weights = [self.dice.choice((1.0, 1.0, 0.5, 1.7)) for _ in wanted]
        leave = self.leave(session)
        attempts = self.dice.choice((1, 2, 4, None))
        last = session + self.dice.randint(0, 6) if attempts is None or self.chance(0.3) else None
        gap = Decimal(self.dice.randint(0, 12)) / 100 if self.chance(0.2) else None
        wishes = []
        for symbol, weight in zip(wanted, weights, strict=True):
            part = Decimal(int(weight / sum(weights) * 1_000_000)) / 1_000_000
            cap = None
            if gap is not None and (base := self.last_close(symbol, session)):
                cap = self.cap(base, gap)
            wishes.append(Wish(name, symbol, session, self.auction, part, attempts, last, cap, leave))
        return wishes

    def cap(self, base: Decimal, gap: Decimal) -> Decimal:
        """Return the highest price that is paid."""
        return (base * (1 + gap)).quantize(TICK)

    def last_close(self, symbol: str, session: int) -> Decimal | None:
        closes = [self.days[symbol, i].close for i in range(session) if (symbol, i) in self.days]
        return closes[-1] if closes else None

    def leave(self, session: int) -> Leave:
        end, hold = None, None
        if self.chance(0.85 if self.overlap == "extend" else 0.75):
            purpose, at_close = self.dice.choice((("hold", True), ("hold", True), ("event_open", False)))
            end = End(session + self.reach(0 if at_close else 1), at_close, purpose)
        elif self.overlap != "extend" and self.chance(0.7):
            hold = self.reach(1)
        judged = not self.long or self.chance(0.2)

        def threshold(probability: float, *choices: str) -> Decimal | None:
            return Decimal(self.dice.choice(choices)) if judged and self.chance(probability) else None

        return Leave(
            end, hold, threshold(0.35, "0.03", "0.05", "0.1", "0.087654"), threshold(0.25, "0.04", "0.1", "0.123456"),
            threshold(0.25, "0.03", "0.06", "0.1"), board_break=judged and self.chance(0.2),
        )  # fmt: skip

    def reach(self, least: int) -> int:
        """Return for how many sessions a position is held by plan: about a year, where there is one."""
        return self.dice.choice((25, 240, 245)) if self.long else self.dice.randint(least, 9)

    def rebalances(self) -> tuple[Rebalance, ...]:
        made = []
        for session in sorted(self.dice.sample(range(1, self.length), min(self.dice.randint(1, 4), self.length - 1))):
            known = [symbol for symbol in sorted(self.stocks) if self.last_close(symbol, session)]
            names = [symbol for symbol in known if self.chance(0.7) and not self.is_gone(symbol, session)]
            if names:
                each = Decimal(1_000_000 // len(names)) / 1_000_000
                weights = {name: each if self.chance(0.8) else each / 2 for name in names}
                weights = {name: Decimal(int(weight * 1_000_000)) / 1_000_000 for name, weight in weights.items()}
                made.append(Rebalance(session, weights, self.dice.choice((1, 2, None))))
        return tuple(made)

    def is_gone(self, symbol: str, session: int) -> bool:
        left = self.stocks[symbol].delisted
        return left is not None and self.sessions[session] >= left


def scenario(seed: int) -> Scenario:
    """Return the scenario of a seed."""
    return Maker(seed).make()
