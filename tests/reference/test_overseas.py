"""The Hong Kong and New York sleeves and the reference agree to the cent; and a reference that is wrong is found out.

``make torture`` (``HYPOTHESIS_PROFILE=torture``) plays every scenario, a plain run every sixth.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from both_sides import first_difference, package_rows, reference_rows
from law import Fees, Limits, Stock
from overseas import ACTIVITY_FEE, HongKong, NewYork, Overseas, in_force
from overseas_scenarios import overseas_scenario

from hypebasket.spec.text import Currency

DAY = timedelta(days=1)
ALL = range(300)
SEEDS = ALL if os.environ.get("HYPOTHESIS_PROFILE") == "torture" else ALL[::6]
CASES = [(currency, seed) for currency in (Currency.HKD, Currency.USD) for seed in SEEDS]


@pytest.mark.parametrize(("currency", "seed"), CASES)
def test_package_and_reference_agree_to_the_cent(currency: Currency, seed: int) -> None:
    drawn = overseas_scenario(currency, seed)
    difference = first_difference(package_rows(drawn), reference_rows(drawn))
    assert difference is None, f"{currency} {seed} ({drawn.policy}, {drawn.overlap}): {difference}"


class StampDutyToTheCent(HongKong):
    """Forgets that a fraction of a dollar counts as one."""

    def stamp_duty_hk(self, day: date, amount: Decimal) -> Decimal:
        return self.half_up(super().stamp_duty_hk(day, amount * 1000) / 1000)


class StampDutyLate(HongKong):
    """Changes the rate a day late."""

    def stamp_duty_hk(self, day: date, amount: Decimal) -> Decimal:
        return super().stamp_duty_hk(day - DAY, amount)


class StampDutyOfSellers(HongKong):
    """Charges the seller alone, as on the mainland."""

    def fees(self, stock: Stock, day: date, price: Decimal, shares: int, *, buys: bool) -> Fees:
        usual = super().fees(stock, day, price, shares, buys=buys)
        return replace(usual, stamp_duty=Decimal(0)) if buys else usual


class NoTariff(HongKong):
    """Forgets the 0.50 HKD of the trading tariff until 2022."""

    def trading_fee(self, day: date, amount: Decimal) -> Decimal:
        return super().trading_fee(max(day, date(2023, 1, 1)), amount)


class UnboundedSettlement(HongKong):
    """Forgets the least and the most of the settlement fee."""

    def settlement_fee(self, day: date, amount: Decimal) -> Decimal:
        return self.half_up(amount * Decimal("0.00002"))


class BoundedSettlement(HongKong):
    """Keeps the bounds after 2025-06-29."""

    def settlement_fee(self, day: date, amount: Decimal) -> Decimal:
        return super().settlement_fee(min(day, date(2025, 6, 29)), amount)


class AnyLot(HongKong):
    """Buys in hundreds, whatever the board lot."""

    def lot(self, stock: Stock, shares: int) -> int:
        return shares // 100 * 100


class OddRestSold(HongKong):
    """Sells an odd rest with the rest of the balance, as on the mainland."""

    def legal_sale(self, stock: Stock, balance: int, shares: int) -> int:
        return shares if shares == balance else super().legal_sale(stock, balance, shares)


class NoOrderMaximum(HongKong):
    """Sends everything as one order."""

    def order_maximum(self, stock: Stock, day: date) -> int:
        return 10**12


class NextDaySales(HongKong):
    """Does not sell what was bought today."""

    def sellable(self, held: int, bought_today: int) -> int:
        return held - bought_today


class NextDaySalesInNewYork(NewYork):
    """Does not sell what was bought today."""

    def sellable(self, held: int, bought_today: int) -> int:
        return held - bought_today


class SectionLate(NewYork):
    """Changes the rate of section 31 a day late."""

    def section_31(self, day: date, amount: Decimal) -> Decimal:
        return super().section_31(day - DAY, amount)


class SectionHalfUp(NewYork):
    """Rounds half-up where brokers round up."""

    def up_to_the_cent(self, value: Decimal) -> Decimal:
        return self.half_up(Fraction(value))


class EndlessActivityFee(NewYork):
    """Forgets the most of a trade."""

    def activity_fee(self, day: date, shares: int) -> Decimal:
        return self.up_to_the_cent(shares * in_force(ACTIVITY_FEE, day))


class FeesOnPurchases(NewYork):
    """Charges the buyer too."""

    def fees(self, stock: Stock, day: date, price: Decimal, shares: int, *, buys: bool) -> Fees:
        return super().fees(stock, day, price, shares, buys=False)


class ConsolidationRoundedUp(NewYork):
    """Lets a consolidation leave a share more than there is."""

    def bonus_shares(self, held: int, ratio: Decimal) -> int:
        return int(held * ratio)


class DividendsGross(HongKong):
    """Pays every dividend in full."""

    def withheld(self, dividend: Decimal, resident: str) -> Decimal:
        return Decimal(0)


class NoTreaty(NewYork):
    """Withholds from a resident of the mainland what it withholds from others."""

    def withheld(self, dividend: Decimal, resident: str) -> Decimal:
        return super().withheld(dividend, "other" if resident == "mainland_china" else resident)


class LimitsAbroad(NewYork):
    """Serves nobody beyond the mainland's ten per cent."""

    def limits(
        self, stock: Stock, day: date, reference: Decimal | None, *, risk_warning: bool, sessions_listed: int | None
    ) -> Limits:
        if reference is None:
            return Limits(None, None)
        return Limits(self.half_up(reference * Decimal("0.9")), self.half_up(reference * Decimal("1.1")))


WITNESSES: dict[type[Overseas], int] = {
    StampDutyToTheCent: 0,
    StampDutyLate: 10,
    StampDutyOfSellers: 0,
    NoTariff: 2,
    UnboundedSettlement: 0,
    BoundedSettlement: 1,
    AnyLot: 1,
    OddRestSold: 17,
    NoOrderMaximum: 0,
    NextDaySales: 82,
    NextDaySalesInNewYork: 48,
    SectionLate: 29,
    SectionHalfUp: 0,
    EndlessActivityFee: 7,
    FeesOnPurchases: 0,
    ConsolidationRoundedUp: 5,
    DividendsGross: 0,
    NoTreaty: 0,
    LimitsAbroad: 0,
}
"""A scenario in which each error shows; another may do as well."""


def currency_of(wrong: type[Overseas]) -> Currency:
    return Currency.HKD if issubclass(wrong, HongKong) else Currency.USD


@pytest.mark.parametrize(("wrong", "seed"), WITNESSES.items(), ids=lambda each: getattr(each, "__name__", str(each)))
def test_a_wrong_reference_is_found_out(wrong: type[Overseas], seed: int) -> None:
    drawn = overseas_scenario(currency_of(wrong), seed)
    package = package_rows(drawn)
    assert first_difference(package, reference_rows(drawn)) is None, f"seed {seed} proves nothing"
    assert first_difference(package, reference_rows(drawn, wrong())) is not None
