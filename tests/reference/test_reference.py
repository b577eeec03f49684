"""The package and the reference agree to the fen, scenario by scenario; and a reference that is wrong is found out.

``make torture`` (``HYPOTHESIS_PROFILE=torture``) plays every scenario, a plain run every fifth.
"""

from __future__ import annotations

import os
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from math import ceil

import pytest
from both_sides import first_difference, package_rows, reference_rows
from law import TICK, Auction, Day, Law, Limits, Policy, Stock
from scenarios import scenario

ALL = range(600)
DAY = timedelta(days=1)
TORTURE = os.environ.get("HYPOTHESIS_PROFILE") == "torture"
SEEDS = ALL if TORTURE else ALL[::5]


@pytest.mark.parametrize("seed", SEEDS)
def test_package_and_reference_agree_to_the_fen(seed: int) -> None:
    drawn = scenario(seed)
    difference = first_difference(package_rows(drawn), reference_rows(drawn))
    assert difference is None, f"seed {seed} ({drawn.policy}, {drawn.overlap}): {difference}"


class HalfEven(Law):
    """Rounds a half to the even fen."""

    def half_up(self, value: Fraction | Decimal) -> Decimal:
        fraction = Fraction(value) * 100
        whole = Decimal(fraction.numerator) / Decimal(fraction.denominator)
        return whole.quantize(Decimal(1), ROUND_HALF_EVEN) / 100


class SameDaySales(Law):
    """Sells what was bought today."""

    def sellable(self, held: int, bought_today: int) -> int:
        return held


class StampDutyLate(Law):
    """Halves the stamp duty a day late."""

    def stamp_duty(self, day: date, amount: Decimal) -> Decimal:
        return super().stamp_duty(day - DAY, amount)


class StampDutyEarly(Law):
    """Halves the stamp duty a weekend early."""

    def stamp_duty(self, day: date, amount: Decimal) -> Decimal:
        return super().stamp_duty(day + 3 * DAY, amount)


class TransferFeeLate(Law):
    """Halves the transfer fee a day late."""

    def transfer_fee(self, stock: Stock, day: date, amount: Decimal) -> Decimal:
        return super().transfer_fee(stock, day - DAY, amount)


class BandsLate(Law):
    """Widens every band a day late."""

    def band(self, stock: Stock, day: date, *, risk_warning: bool) -> Decimal:
        return super().band(stock, day - DAY, risk_warning=risk_warning)


class RiskWarningEarly(Law):
    """Widens the band of risk-warning shares a weekend early."""

    def band(self, stock: Stock, day: date, *, risk_warning: bool) -> Decimal:
        return super().band(stock, day + 3 * DAY, risk_warning=risk_warning)


class OneFreeSession(Law):
    """Frees only the listing day."""

    def is_free(self, stock: Stock, sessions_listed: int | None) -> bool:
        return sessions_listed == 1 and super().is_free(stock, sessions_listed)


class NoOldFirstDay(Law):
    """Forgets the band around the issue price."""

    def is_old_first_day(self, stock: Stock, sessions_listed: int | None) -> bool:
        return False


class BeijingLikeTheOthers(Law):
    """Rounds Beijing's limits half-up."""

    def limits_around(self, stock: Stock, day: date, reference: Decimal, band: Decimal) -> Limits:
        other = Stock("600000.SH", "main") if stock.board == "bse" else stock
        return super().limits_around(other, day, reference, band)


class NoFloorOfOneTick(Law):
    """Lets a limit coincide with the reference price."""

    def limits_around(self, stock: Stock, day: date, reference: Decimal, band: Decimal) -> Limits:
        up, down = reference * (1 + band), reference * (1 - band)
        usual = super().limits_around(stock, day, reference, band)
        return usual if stock.board == "bse" else Limits(self.half_up(down), self.half_up(up))


class LockedBoardsTrade(Law):
    """Serves an order on a board that never opened."""

    def fill_price(
        self, policy: Policy, auction: Auction, day: Day, limit: Decimal | None, *, buys: bool
    ) -> Decimal | None:
        lucky = Policy.OPTIMISTIC if auction is Auction.OPEN else policy
        return super().fill_price(lucky, auction, day, limit, buys=buys)


class SealedClosesTrade(Law):
    """Serves an order at a close on the limit."""

    def fill_price(
        self, policy: Policy, auction: Auction, day: Day, limit: Decimal | None, *, buys: bool
    ) -> Decimal | None:
        lucky = Policy.OPTIMISTIC if auction is Auction.CLOSE else policy
        return super().fill_price(lucky, auction, day, limit, buys=buys)


class QueueOnTouch(Law):
    """Serves the queue whenever the limit was touched."""

    def queue_price(self, policy: Policy, day: Day, limit: Decimal | None) -> Decimal | None:
        return super().queue_price(Policy.OPTIMISTIC, day, limit)


class StarInHundreds(Law):
    """Buys STAR shares in lots of 100."""

    def lot(self, stock: Stock, shares: int) -> int:
        return shares // 100 * 100 if stock.board == "star" else super().lot(stock, shares)


class OddLotsInPieces(Law):
    """Sells any number of shares."""

    def legal_sale(self, stock: Stock, balance: int, shares: int) -> int:
        return min(balance, shares)


class NoOrderMaximum(Law):
    """Sends everything as one order."""

    def order_maximum(self, stock: Stock, day: date) -> int:
        return 10**12


class NoMinimumCommission(Law):
    """Forgets the five yuan."""

    def commission(self, amount: Decimal) -> Decimal:
        return self.half_up(amount * Decimal("0.00025"))


class NoVolumeCap(Law):
    """Takes any part of the volume."""

    def volume_room(self, participation: Decimal, volume: int | None) -> int | None:
        return None


class BonusRoundedUp(Law):
    """Rounds bonus shares up."""

    def bonus_shares(self, held: int, ratio: Decimal) -> int:
        return ceil(held * ratio)


class TaxMonthShort(Law):
    """Ends the month of the dividend tax a day early."""

    def dividend_tax_rate(self, bought: date, sold: date) -> Decimal:
        return super().dividend_tax_rate(bought - DAY, sold)


class TaxYearEndless(Law):
    """Taxes shares held longer than a year."""

    def dividend_tax_rate(self, bought: date, sold: date) -> Decimal:
        return super().dividend_tax_rate(bought, sold) or Decimal("0.10")


WITNESSES: dict[type[Law], int] = {
    HalfEven: 5,
    SameDaySales: 7,
    StampDutyLate: 358,
    StampDutyEarly: 394,
    TransferFeeLate: 59,
    BandsLate: 20,
    RiskWarningEarly: 20,
    OneFreeSession: 0,
    NoOldFirstDay: 2,
    BeijingLikeTheOthers: 2,
    NoFloorOfOneTick: 3,
    LockedBoardsTrade: 0,
    SealedClosesTrade: 2,
    QueueOnTouch: 1,
    StarInHundreds: 0,
    OddLotsInPieces: 0,
    NoOrderMaximum: 3,
    NoMinimumCommission: 0,
    NoVolumeCap: 3,
    BonusRoundedUp: 2,
    TaxMonthShort: 9,
    TaxYearEndless: 79,
}
"""A scenario in which each error shows; another may do as well."""


@pytest.mark.parametrize(("wrong", "seed"), WITNESSES.items(), ids=lambda each: getattr(each, "__name__", str(each)))
def test_a_wrong_reference_is_found_out(wrong: type[Law], seed: int) -> None:
    drawn = scenario(seed)
    package = package_rows(drawn)
    assert first_difference(package, reference_rows(drawn)) is None, f"seed {seed} proves nothing"
    assert first_difference(package, reference_rows(drawn, wrong())) is not None


def test_scenarios_are_what_their_seed_says() -> None:
    assert scenario(7) == scenario(7)
    assert scenario(7) != scenario(8)
    assert min(day.low for day in scenario(7).days.values()) >= TICK
