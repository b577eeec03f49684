"""Random short sales in Hong Kong and New York, some of them in a rally that calls for more margin."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_CEILING, Decimal

from law import TICK, Auction, Limits, Stock
from overseas_scenarios import HongKongMaker, NewYorkMaker, OverseasMaker
from tape import Borrowing, Leave, Rebalance, Scenario

from hypebasket.spec.text import Currency

DRIFTS = (Decimal(0), Decimal(0), Decimal("0.07"), Decimal("0.3"), Decimal("-0.04"))
"""By how much more than its reference price a name is worth on every day of its tape."""


class ShortMaker(OverseasMaker):
    """Makes one scenario of short sales."""

    auctions = (Auction.OPEN, Auction.OPEN, Auction.CLOSE)

    def make(self) -> Scenario:
        borrowing = Borrowing(self.dice.choice((None, None, Decimal(0), Decimal("0.123456"), Decimal("0.5"))))
        return replace(super().make(), borrowing=borrowing)

    def tape(self, stock: Stock) -> None:
        self.drift = self.dice.choice(DRIFTS)
        super().tape(stock)

    def shape(self, reference: Decimal, limits: Limits) -> tuple[Decimal, Decimal, Decimal, Decimal]:
        worth = max((reference * (1 + self.drift)).quantize(TICK), TICK)
        open_, high, low, last = super().shape(reference if self.long else worth, limits)
        tenth_off = reference * Decimal("0.9")
        if low <= tenth_off < min(open_, last) and tenth_off == tenth_off.quantize(TICK):
            low = tenth_off  # a fall by exactly what restricts short sales
        return open_, high, low, last

    def rebalances(self) -> tuple[Rebalance, ...]:
        return ()

    def leave(self, session: int) -> Leave:
        return replace(super().leave(session), board_break=False)

    def cap(self, base: Decimal, gap: Decimal) -> Decimal:
        """Return the lowest price at which is sold."""
        return (base * (1 - gap)).quantize(TICK, ROUND_CEILING)


class HongKongShorts(ShortMaker, HongKongMaker):
    """Short sales in Hong Kong."""


class NewYorkShorts(ShortMaker, NewYorkMaker):
    """Short sales in New York."""


MAKERS = {Currency.HKD: HongKongShorts, Currency.USD: NewYorkShorts}


def short_scenario(currency: Currency, seed: int) -> Scenario:
    """Return the scenario of a seed."""
    return MAKERS[currency](seed).make()
