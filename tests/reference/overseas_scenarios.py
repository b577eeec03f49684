"""Random markets and plans of Hong Kong and New York: without limits, with splits, about the days fees changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache

from law import TICK, Limits, Stock
from overseas import HongKong, NewYork
from scenarios import Maker
from tape import Action, Scenario

from hypebasket.market.calendar import calendar_of
from hypebasket.spec.text import Currency, Market

LAW_BEGINS = date(2020, 1, 2)
"""From here the tables of both markets are complete."""

SPLITS = (Decimal(9), Decimal(4), Decimal(3), Decimal(1), Decimal("0.5"))
CONSOLIDATIONS = (Decimal("-0.9"), Decimal("-0.75"), Decimal("-0.5"))


class OverseasMaker(Maker):
    """Makes one scenario of a market without limits."""

    market: Market
    symbols: tuple[str, ...]
    board: str

    def exchange_days(self) -> tuple[date, ...]:
        return _days(self.market)

    def make(self) -> Scenario:
        made = super().make()
        return replace(made, resident=self.dice.choice(("none", "mainland_china", "hong_kong", "other")))

    def first_day(self) -> date:
        return LAW_BEGINS

    def choose_symbols(self) -> dict[str, str]:
        count = 2 if self.long else self.dice.randint(3, len(self.symbols))
        return dict.fromkeys(self.dice.sample(self.symbols, count), self.board)

    def stock(self, symbol: str, board: str) -> Stock:
        delisted = None
        if self.chance(0.1) and not self.long:
            delisted = self.sessions[self.dice.randint(self.length // 2, self.length - 1)]
        return Stock(symbol, board, delisted=delisted, own_lot=self.own_lot())

    def own_lot(self) -> int | None:
        return None

    def shape(self, reference: Decimal, limits: Limits) -> tuple[Decimal, Decimal, Decimal, Decimal]:
        """Return open, high, low, close of a day, drawn from a range that the market itself does not know."""
        up, down = (reference * Decimal("1.14")).quantize(TICK), (reference * Decimal("0.88")).quantize(TICK)
        return super().shape(reference, Limits(max(down, TICK), up))

    def action(self, stock: Stock, index: int, close: Decimal, *, first: bool) -> Action:
        """Draw a dividend, a split or a consolidation."""
        drawn = super().action(stock, index, close, first=first)
        if drawn == Action() or drawn.ratio == 0:
            return drawn
        ratio = self.dice.choice(SPLITS if self.chance(0.6) else CONSOLIDATIONS)
        if close / (1 + ratio) < 1:
            ratio = Decimal(0)
        self.actions[stock.symbol, index] = Action(drawn.cash, ratio)
        return self.actions[stock.symbol, index]


class HongKongMaker(OverseasMaker):
    market = Market.XHKG
    law_class = HongKong
    board = "hk"
    symbols = ("00020.HK", "00700.HK", "00728.HK", "00763.HK", "00941.HK", "01024.HK", "09888.HK")
    changes = (date(2021, 8, 1), date(2022, 1, 1), date(2023, 1, 1), date(2023, 11, 17), date(2025, 6, 30),
               date(2020, 3, 2), date(2024, 2, 16))  # fmt: skip

    def own_lot(self) -> int:
        return self.dice.choice((50, 100, 100, 200, 500, 1000, 2000))


class NewYorkMaker(OverseasMaker):
    market = Market.XNYS
    law_class = NewYork
    board = "us"
    symbols = ("AAPL.US", "ADBE.US", "GOOGL.US", "META.US", "MSFT.US", "NVDA.US", "SSTK.US")
    changes = (date(2020, 2, 18), date(2021, 2, 25), date(2022, 1, 1), date(2022, 5, 14), date(2023, 1, 1),
               date(2023, 2, 27), date(2024, 1, 1), date(2024, 5, 22), date(2025, 5, 14), date(2026, 1, 1),
               date(2026, 4, 4))  # fmt: skip


@cache
def _days(market: Market) -> tuple[date, ...]:
    return calendar_of(market).days


MAKERS = {Currency.HKD: HongKongMaker, Currency.USD: NewYorkMaker}


def overseas_scenario(currency: Currency, seed: int) -> Scenario:
    """Return the scenario of a seed."""
    return MAKERS[currency](seed).make()
