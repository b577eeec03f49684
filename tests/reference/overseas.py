"""The law of Hong Kong and New York for one order on one day, a second time: in decimals, from the notices alone.

Neither exchange has a daily limit; both let a share be sold on the day it was bought, and one that is only borrowed.
Money and prices are ``Decimal`` dollars. Sources are named at the values.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from math import ceil, floor

from law import FEN, Fees, Law, Limits, Stock, exact

Dated = Mapping[date, Decimal]

# Inland Revenue Department, budget2021_sd; circular CT/152/23 of 2023-11-03
HONG_KONG_STAMP_DUTY = {
    date(2001, 9, 1): Decimal("0.001"), date(2021, 8, 1): Decimal("0.0013"), date(2023, 11, 17): Decimal("0.001"),
}  # fmt: skip
# hkex.com.hk, Fees, Securities, Trading, Transaction
SFC_LEVY = {date(2014, 11, 1): Decimal("0.000027")}
AFRC_LEVY = {date(2014, 11, 1): Decimal(0), date(2022, 1, 1): Decimal("0.0000015")}
# trancost.htm of 2013; news release 221101news
HONG_KONG_TRADING_FEE = {date(2013, 1, 1): Decimal("0.00005"), date(2023, 1, 1): Decimal("0.0000565")}
HONG_KONG_TARIFF = {date(2013, 1, 1): Decimal("0.50"), date(2023, 1, 1): Decimal(0)}
# HKEX, Clearing and Settlement, Operational; the announcement of 2025-02-21
SETTLEMENT_REFORM = date(2025, 6, 30)
# fee rate advisories of the SEC, USD per million; the order of 2026-02-27 (34-104909)
SECTION_31 = {
    date(2019, 4, 16): Decimal("20.70"), date(2020, 2, 18): Decimal("22.10"), date(2021, 2, 25): Decimal("5.10"),
    date(2022, 5, 14): Decimal("22.90"), date(2023, 2, 27): Decimal("8.00"), date(2024, 5, 22): Decimal("27.80"),
    date(2025, 5, 14): Decimal(0), date(2026, 4, 4): Decimal("20.60"),
}  # fmt: skip
# SR-FINRA-2020-032, SR-FINRA-2024-019: USD per share, and the most per trade
ACTIVITY_FEE = {
    date(2012, 7, 1): Decimal("0.000119"), date(2022, 1, 1): Decimal("0.00013"), date(2023, 1, 1): Decimal("0.000145"),
    date(2024, 1, 1): Decimal("0.000166"), date(2026, 1, 1): Decimal("0.000195"),
}  # fmt: skip
ACTIVITY_FEE_MOST = {
    date(2012, 7, 1): Decimal("5.95"), date(2022, 1, 1): Decimal("6.49"), date(2023, 1, 1): Decimal("7.27"),
    date(2024, 1, 1): Decimal("8.30"), date(2026, 1, 1): Decimal("9.79"),
}  # fmt: skip

# 财税〔2014〕81号 and 〔2016〕127号: a fifth through Stock Connect; else that of an H share, which no data tells
HONG_KONG_WITHHOLDING = {
    "mainland_china": Decimal("0.20"), "hong_kong": Decimal("0.10"), "other": Decimal("0.10"),
}  # fmt: skip
# 30 %, by the treaty with China of 1984 a tenth
NEW_YORK_WITHHOLDING = {
    "mainland_china": Decimal("0.10"), "hong_kong": Decimal("0.30"), "other": Decimal("0.30"),
}  # fmt: skip


def in_force(rates: Dated, day: date) -> Decimal:
    """Return the value of the last change up to ``day``."""
    return rates[max(change for change in rates if change <= day)]


class Overseas(Law):
    """What Hong Kong and New York have in common."""

    taxes_dividends = False
    withholding: Mapping[str, Decimal]
    days_of_a_year: int

    def limits(
        self, stock: Stock, day: date, reference: Decimal | None, *, risk_warning: bool, sessions_listed: int | None
    ) -> Limits:
        return Limits(None, None)

    def sellable(self, held: int, bought_today: int) -> int:
        return held

    def bonus_shares(self, held: int, ratio: Decimal) -> int:
        """Return the change of a holding: after a split or a consolidation it is whole shares, rounded down."""
        return floor(held * (1 + ratio)) - held

    def withheld(self, dividend: Decimal, resident: str) -> Decimal:
        """Return what is kept back from a dividend; ``none``: it is paid gross."""
        return Decimal(0) if resident == "none" else self.half_up(dividend * self.withholding[resident])

    # --- short sales: docs/semantics.md, "Loan", "Dividends and splits", "Restricted sessions", "Margin" --------------

    def loan_fee(self, worth: Decimal, days: int, rate: Decimal | None) -> Decimal:
        """Return what borrowing shares of this worth costs for some nights; 3 % a year where no rate is agreed."""
        yearly = Decimal("0.03") if rate is None else rate
        return self.half_up(Fraction(worth * yearly * days) / self.days_of_a_year)

    def new_shares_owed(self, owed: int, ratio: Decimal) -> int:
        """Return the change of a debt of shares: to the lender's advantage."""
        return ceil(owed * ratio)

    def is_short_sale_restricted(self, reference: Decimal, low: Decimal) -> bool:
        """Whether a fall binds short sales."""
        return False

    def margin(self, shares: int, close: Decimal) -> Decimal:
        """Return the equity there has to be behind shares owed."""
        return self.up_to_the_cent(shares * close * Decimal("0.3"))

    def up_to_the_cent(self, value: Decimal) -> Decimal:
        return exact(Fraction(value), ROUND_CEILING, FEN)


class HongKong(Overseas):
    """Board lots, duties on both sides."""

    days_of_a_year = 365
    withholding = HONG_KONG_WITHHOLDING

    def lot(self, stock: Stock, shares: int) -> int:
        assert stock.own_lot is not None
        return shares // stock.own_lot * stock.own_lot

    def legal_sale(self, stock: Stock, balance: int, shares: int) -> int:
        """Return whole board lots; an odd rest stays in the account."""
        return self.lot(stock, min(balance, shares))

    def order_maximum(self, stock: Stock, day: date) -> int:
        """Return 3,000 board lots (HKEX, trading mechanism)."""
        return 3000 * self.lot(stock, stock.own_lot or 0)

    def stamp_duty_hk(self, day: date, amount: Decimal) -> Decimal:
        """Return the duty each side pays; a fraction of a dollar counts as one."""
        return exact(Fraction(amount * in_force(HONG_KONG_STAMP_DUTY, day)), ROUND_CEILING, Decimal(1))

    def settlement_fee(self, day: date, amount: Decimal) -> Decimal:
        if day >= SETTLEMENT_REFORM:
            return self.half_up(amount * Decimal("0.000042"))
        return min(max(self.half_up(amount * Decimal("0.00002")), Decimal(2)), Decimal(100))

    def trading_fee(self, day: date, amount: Decimal) -> Decimal:
        return self.half_up(amount * in_force(HONG_KONG_TRADING_FEE, day)) + in_force(HONG_KONG_TARIFF, day)

    def levies(self, day: date, amount: Decimal) -> Decimal:
        return sum((self.half_up(amount * in_force(levy, day)) for levy in (SFC_LEVY, AFRC_LEVY)), Decimal(0))

    def fees(self, stock: Stock, day: date, price: Decimal, shares: int, *, buys: bool) -> Fees:
        amount = price * shares
        others = self.levies(day, amount) + self.trading_fee(day, amount) + self.settlement_fee(day, amount)
        return Fees(self.commission(amount), self.stamp_duty_hk(day, amount), others)


class NewYork(Overseas):
    """Single shares, fees on sales."""

    days_of_a_year = 360
    withholding = NEW_YORK_WITHHOLDING

    def lot(self, stock: Stock, shares: int) -> int:
        return shares

    def legal_sale(self, stock: Stock, balance: int, shares: int) -> int:
        return min(balance, shares)

    def order_maximum(self, stock: Stock, day: date) -> int:
        return 10**12

    def section_31(self, day: date, amount: Decimal) -> Decimal:
        return self.up_to_the_cent(amount * in_force(SECTION_31, day) / 1_000_000)

    def activity_fee(self, day: date, shares: int) -> Decimal:
        return min(self.up_to_the_cent(shares * in_force(ACTIVITY_FEE, day)), in_force(ACTIVITY_FEE_MOST, day))

    def fees(self, stock: Stock, day: date, price: Decimal, shares: int, *, buys: bool) -> Fees:
        amount = price * shares
        others = Decimal(0) if buys else self.section_31(day, amount) + self.activity_fee(day, shares)
        return Fees(self.commission(amount), Decimal(0), others)

    def is_short_sale_restricted(self, reference: Decimal, low: Decimal) -> bool:
        """Ask rule 201 of Regulation SHO, in force since 2011-02-28: a fall by a tenth."""
        return low <= reference * Decimal("0.9")

    def margin(self, shares: int, close: Decimal) -> Decimal:
        """Ask FINRA rule 4210(c): 30 % and 5 USD a share; below 5 USD all of the value and 2.50 USD a share."""
        part, least = (Decimal(1), Decimal("2.50")) if close < 5 else (Decimal("0.3"), Decimal(5))
        return max(self.up_to_the_cent(shares * close * part), shares * least)
