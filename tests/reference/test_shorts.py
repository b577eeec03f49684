"""Short sales and the reference agree to the cent; and a reference that is wrong is found out.

``make torture`` (``HYPOTHESIS_PROFILE=torture``) plays every scenario, a plain run every sixth.
"""

from __future__ import annotations

import os
from datetime import date
from decimal import Decimal
from math import floor

import pytest
from books import Holding, Order
from both_sides import check, first_difference, package_rows, reference_rows
from law import Auction, Day, Fees, Policy, Stock
from overseas import HongKong, NewYork, Overseas
from short_scenarios import short_scenario
from shorts import ShortDesk
from tape import Action, Borrowing, End, Leave, Scenario, Wish

from hypebasket.spec.text import Currency, Market

ALL = range(300)
SEEDS = ALL if os.environ.get("HYPOTHESIS_PROFILE") == "torture" else ALL[::6]
CASES = [(currency, seed) for currency in (Currency.HKD, Currency.USD) for seed in SEEDS]


@pytest.mark.parametrize(("currency", "seed"), CASES)
def test_package_and_reference_sell_short_alike_to_the_cent(currency: Currency, seed: int) -> None:
    drawn = short_scenario(currency, seed)
    difference = first_difference(package_rows(drawn), reference_rows(drawn))
    assert difference is None, f"{currency} {seed} ({drawn.policy}, {drawn.overlap}): {difference}"
    check(drawn)


def test_the_scenarios_are_worth_their_name() -> None:
    """Those above meet what sets short sales apart, in both markets."""
    for currency in (Currency.HKD, Currency.USD):
        drawn = [reference_rows(short_scenario(currency, seed)) for seed in ALL[::6]]
        orders = [row for rows in drawn for row in rows["orders"]]
        reasons, purposes = {row[9] for row in orders}, {row[5] for row in orders}
        assert {"cash", "volume_cap", "max_gap", "delisted", "overlap", "exit_due"} <= reasons
        assert ("short_sale_restriction" in reasons) is (currency is Currency.USD)
        assert ("lot" in reasons) or currency is Currency.USD
        assert {"margin_breach", "stop_loss", "take_profit", "trailing_stop", "hold"} <= purposes
        booked = [row for rows in drawn for row in rows["entitlements"]]
        assert any(row[5] < 0 for row in booked), "dividends owed"
        assert any(row[4] < 0 for row in booked), "more shares owed"
        assert any(0 < row[4] < -row[3] for row in booked), "fewer shares owed"
        assert sum(len(rows["charges"]) for rows in drawn) > 300
        assert any(cash < 0 for rows in drawn for _, cash, _, _ in rows["equity"]), "a cover beyond the cash there is"


def test_a_cent_of_the_collateral_decides() -> None:
    """A cover of 2 of 7 shares behind which 30.00 is owed frees 8.57, and not 8.58.

    Three are sold at 10.00: 100.00 + 30.00 - 5.00 - 0.01 (section 31) - 0.01 (activity fee) = 124.98. The night costs
    30.00 x 3 % / 360 = 0.0025, which is 0.00. The split makes them seven, and the volume lets two be covered at 4.29:
    124.98 - 8.58 - 5.00 = 111.40. Free are 111.40 - 2 x (30.00 - 8.57) = 68.54: at 0.01 each, 6,249 shares take 62.49 +
    5.00 + 0.01 + 6,249 x 0.000166 (1.04); 8.58 would have let 6,251 be sold.
    """
    sessions = (date(2024, 6, 3), date(2024, 6, 4), date(2024, 6, 5), date(2024, 6, 6))
    ten, new, cent = Decimal(10), Decimal("4.29"), Decimal("0.01")
    days = {("ADBE.US", session): Day(price, price, price, price, volume, None)
            for session, (price, volume) in enumerate(((ten, None), (ten, None), (new, 20), (new, None)))}  # fmt: skip
    days |= {("SSTK.US", session): Day(cent, cent, cent, cent, None, None) for session in range(4)}

    def wish(event: str, symbol: str, session: int, weight: str, end: int) -> Wish:
        leave = Leave(End(end, at_close=False, purpose="event_open"))
        return Wish(event, symbol, session, Auction.OPEN, Decimal(weight), 1, None, None, leave)

    drawn = Scenario(
        seed=0, market=Market.XNYS, before=(), sessions=sessions,
        stocks={symbol: Stock(symbol, "us") for symbol in ("ADBE.US", "SSTK.US")}, days=days,
        actions={("ADBE.US", 2): Action(ratio=Decimal("1.333333"))},
        wishes=(wish("first", "ADBE.US", 1, "0.36", 2), wish("second", "SSTK.US", 2, "1", 9)), rebalances=(),
        policy=Policy.REALISTIC, participation=Decimal("0.1"), overlap="ignore", cash=Decimal(100),
        borrowing=Borrowing(None),
    )  # fmt: skip
    package = package_rows(drawn)
    assert [(row[1], row[2], row[5]) for row in package["fills"][:3]] == [
        ("ADBE.US", "short", 3), ("ADBE.US", "cover", 2), ("SSTK.US", "short", 6249),
    ]  # fmt: skip
    assert first_difference(package, reference_rows(drawn)) is None


# --- a wrong law ------------------------------------------------------------------------------------------------------


class YearOf365(NewYork):
    """Counts the days of a loan as Hong Kong does."""

    days_of_a_year = 365


class YearOf360(HongKong):
    """Counts the days of a loan as New York does."""

    days_of_a_year = 360


class LoanOfNights(NewYork):
    """Lends for nothing over weekends and holidays."""

    def loan_fee(self, worth: Decimal, days: int, rate: Decimal | None) -> Decimal:
        return super().loan_fee(worth, 1, rate)


class LoanAtTheTablesRate(HongKong):
    """Forgets the rate a strategy states."""

    def loan_fee(self, worth: Decimal, days: int, rate: Decimal | None) -> Decimal:
        return super().loan_fee(worth, days, None)


class LoanRoundedUp(HongKong):
    """Rounds the price of a loan up."""

    def loan_fee(self, worth: Decimal, days: int, rate: Decimal | None) -> Decimal:
        exact = worth * (Decimal("0.03") if rate is None else rate) * days / self.days_of_a_year
        return self.up_to_the_cent(exact)


class DebtRoundedDown(NewYork):
    """Rounds new shares owed as it would round new shares held."""

    def new_shares_owed(self, owed: int, ratio: Decimal) -> int:
        return floor(owed * ratio)


class DebtWithoutSplits(NewYork):
    """Owes as many shares after a split as before."""

    def new_shares_owed(self, owed: int, ratio: Decimal) -> int:
        return 0


class NoRule201(NewYork):
    """Sells short whatever has fallen."""

    def is_short_sale_restricted(self, reference: Decimal, low: Decimal) -> bool:
        return False


class Rule201BelowATenth(NewYork):
    """Takes a fall by exactly a tenth for too small."""

    def is_short_sale_restricted(self, reference: Decimal, low: Decimal) -> bool:
        return low < reference * Decimal("0.9")


class Rule201InHongKong(HongKong):
    """Restricts short sales in Hong Kong as New York does."""

    def is_short_sale_restricted(self, reference: Decimal, low: Decimal) -> bool:
        return low <= reference * Decimal("0.9")


class MarginByShareOfValue(NewYork):
    """Forgets what a share takes at least, and that cheap ones take all of their value."""

    def margin(self, shares: int, close: Decimal) -> Decimal:
        return Overseas.margin(self, shares, close)


class MarginOfCheapShares(NewYork):
    """Asks for cheap shares no more than for others."""

    def margin(self, shares: int, close: Decimal) -> Decimal:
        return max(Overseas.margin(self, shares, close), shares * Decimal(5)) if close >= 5 else Decimal(0)


class MarginOfNewYork(HongKong):
    """Asks five dollars a share in Hong Kong, too."""

    def margin(self, shares: int, close: Decimal) -> Decimal:
        return max(super().margin(shares, close), shares * Decimal(5))


class FeesOfAPurchase(NewYork):
    """Takes a short sale for a purchase and a cover for a sale."""

    def fees(self, stock: Stock, day: date, price: Decimal, shares: int, *, buys: bool) -> Fees:
        return super().fees(stock, day, price, shares, buys=not buys)


WRONG_LAWS: dict[type[Overseas], int] = {
    YearOf365: 0,
    YearOf360: 0,
    LoanOfNights: 0,
    LoanAtTheTablesRate: 0,
    LoanRoundedUp: 0,
    DebtRoundedDown: 5,
    DebtWithoutSplits: 0,
    NoRule201: 0,
    Rule201BelowATenth: 0,
    Rule201InHongKong: 0,
    MarginByShareOfValue: 0,
    MarginOfCheapShares: 0,
    MarginOfNewYork: 0,
    FeesOfAPurchase: 0,
}
"""A scenario in which each error shows; another may do as well."""


def currency_of(wrong: type[Overseas]) -> Currency:
    return Currency.HKD if issubclass(wrong, HongKong) else Currency.USD


@pytest.mark.parametrize(("wrong", "seed"), WRONG_LAWS.items(), ids=lambda each: getattr(each, "__name__", str(each)))
def test_a_wrong_law_is_found_out(wrong: type[Overseas], seed: int) -> None:
    drawn = short_scenario(currency_of(wrong), seed)
    package = package_rows(drawn)
    assert first_difference(package, reference_rows(drawn)) is None, f"seed {seed} proves nothing"
    assert first_difference(package, reference_rows(drawn, wrong())) is not None


# --- a wrong desk -----------------------------------------------------------------------------------------------------


class SpendsTheProceeds(ShortDesk):
    """Uses what short sales brought in."""

    def free_cash(self) -> Decimal:
        return self.cash


class PledgesTheProceedsAlone(ShortDesk):
    """Puts up no money of its own."""

    def free_cash(self) -> Decimal:
        return self.cash - sum(self.owed.values(), Decimal(0))


class PledgesAtTheSalePrice(ShortDesk):
    """Does not mark what it owes."""

    def mark(self, session: int) -> None:
        owed = dict(self.owed)
        super().mark(session)
        self.owed.update({symbol: money for symbol, money in owed.items() if self.owed[symbol]})


class PledgesUntilTheMark(ShortDesk):
    """Has the collateral of a cover back in the evening only."""

    def reduce(self, holding: Holding, shares: int) -> None:
        owed = self.owed[holding.symbol]
        super().reduce(holding, shares)
        self.owed[holding.symbol] = owed


class FreesWhatACoverCosts(ShortDesk):
    """Takes the price of a cover off what it owes, instead of the part that is covered."""

    def execute(self, order: Order, session: int, auction: Auction, price: Decimal, shares: int) -> None:
        owed, owes = self.owed[order.symbol], self.shares_owed(order.symbol)
        super().execute(order, session, auction, price, shares)
        if not order.enters:
            self.owed[order.symbol] = owed - price * shares if owes > shares else Decimal(0)


class PledgesMoreAfterASplit(ShortDesk):
    """Lets new shares owed raise the collateral before the mark."""

    def book(self, holding: Holding, session: int, shares: int, cash: Decimal) -> None:
        before = self.shares_owed(holding.symbol)
        super().book(holding, session, shares, cash)
        self.owed[holding.symbol] *= Decimal(self.shares_owed(holding.symbol)) / before


class PaysLoansAfterTheActions(ShortDesk):
    """Pays for the shares the day's split makes of those it owed over the night."""

    def corporate_actions(self, session: int) -> None:
        super(ShortDesk, self).corporate_actions(session)
        for symbol in sorted(self.scenario.stocks):
            if owed := self.shares_owed(symbol):
                self.pay_loan(symbol, owed, session)


class PaysNoLoanForWhatLeaves(ShortDesk):
    """Forgets the last night before a delisting."""

    def pay_loan(self, symbol: str, owed: int, session: int) -> None:
        if not self.tape.delisted(symbol, session):
            super().pay_loan(symbol, owed, session)


class OwesNoDividend(ShortDesk):
    """Keeps the lender's dividends."""

    def book(self, holding: Holding, session: int, shares: int, cash: Decimal) -> None:
        super().book(holding, session, shares, Decimal(0))


class PutsShortSalesFirst(ShortDesk):
    """Sells short before it covers."""

    def turn(self, order: Order) -> tuple[bool, str, int]:
        enters, symbol, number = super().turn(order)
        return not enters, symbol, number


class ForgetsTheDayAfter(ShortDesk):
    """Ends rule 201 with the session that tripped it."""

    def is_bound(self, symbol: str, session: int) -> bool:
        return self.has_tripped(symbol, session)


class BindsTheDayAfterAlone(ShortDesk):
    """Takes the session that trips rule 201 for free."""

    def is_bound(self, symbol: str, session: int) -> bool:
        return self.has_tripped(symbol, session - 1)


class NeverSellsOnABoundSession(ShortDesk):
    """Refuses the close above the open as well."""

    def price_of(self, order: Order, session: int, auction: Auction) -> Decimal | str:
        price = super().price_of(order, session, auction)
        bound = order.enters and isinstance(price, Decimal) and self.is_bound(order.symbol, session)
        return "short_sale_restriction" if bound else price


class SellsAtTheBoundOpen(ShortDesk):
    """Takes a price as high as the open for one above it."""

    def price_of(self, order: Order, session: int, auction: Auction) -> Decimal | str:
        price = super().price_of(order, session, auction)
        opens = price == "short_sale_restriction" and auction is Auction.OPEN
        return self.scenario.days[order.symbol, session].open if opens else price


class RestrictsCovers(ShortDesk):
    """Applies rule 201 to what it buys back."""

    def price_of(self, order: Order, session: int, auction: Auction) -> Decimal | str:
        price = super().price_of(order, session, auction)
        bound = isinstance(price, Decimal) and self.is_bound(order.symbol, session)
        return "short_sale_restriction" if bound and auction is Auction.OPEN else price


class CapsFromAbove(ShortDesk):
    """Reads ``max_gap`` as that of a purchase."""

    def is_beyond(self, price: Decimal, cap: Decimal) -> bool:
        return price > cap


class AsksForNoMargin(ShortDesk):
    """Lets the debt outgrow the account."""

    def margin(self, session: int) -> Decimal:
        return Decimal("-Infinity")


class AsksForMarginAfterTheStops(ShortDesk):
    """Lets a stop have the name of what the margin would have ended."""

    def judge(self, session: int) -> None:
        super(ShortDesk, self).judge(session)
        super().judge(session)


class AsksForMarginOfWhatTrades(ShortDesk):
    """Forgets the debts in suspended names."""

    def margin(self, session: int) -> Decimal:
        return sum((self.law.margin(self.shares_owed(symbol), self.tape.close(symbol, session))
                    for symbol in self.scenario.stocks if self.tape.trades(symbol, session)), Decimal(0))  # fmt: skip


class StopsLikeAHolder(ShortDesk):
    """Fears a fall."""

    def verdict(self, holding: Holding, close: Decimal, session: int) -> str:
        return super(ShortDesk, self).verdict(holding, close, session)


class ForgetsTheExDate(ShortDesk):
    """Judges by prices from before a split."""

    def adjust(self, symbol: str, session: int) -> None:
        """Leave entry price and best close as they were."""


class TrailsTheHighest(ShortDesk):
    """Counts a trailing stop from the highest close."""

    def better(self, best: Decimal, close: Decimal) -> Decimal:
        return max(best, close)


WRONG_DESKS: dict[type[ShortDesk], tuple[Currency, int]] = {
    SpendsTheProceeds: (Currency.USD, 0),
    PledgesTheProceedsAlone: (Currency.USD, 0),
    PledgesAtTheSalePrice: (Currency.USD, 0),
    PledgesUntilTheMark: (Currency.USD, 0),
    FreesWhatACoverCosts: (Currency.USD, 0),
    PledgesMoreAfterASplit: (Currency.USD, 5),
    PaysLoansAfterTheActions: (Currency.USD, 0),
    PaysNoLoanForWhatLeaves: (Currency.HKD, 2),
    OwesNoDividend: (Currency.USD, 0),
    PutsShortSalesFirst: (Currency.HKD, 3),
    ForgetsTheDayAfter: (Currency.USD, 0),
    BindsTheDayAfterAlone: (Currency.USD, 0),
    NeverSellsOnABoundSession: (Currency.USD, 4),
    SellsAtTheBoundOpen: (Currency.USD, 2),
    RestrictsCovers: (Currency.USD, 0),
    CapsFromAbove: (Currency.USD, 0),
    AsksForNoMargin: (Currency.USD, 0),
    AsksForMarginAfterTheStops: (Currency.USD, 0),
    AsksForMarginOfWhatTrades: (Currency.USD, 30),
    StopsLikeAHolder: (Currency.USD, 0),
    ForgetsTheExDate: (Currency.HKD, 2),
    TrailsTheHighest: (Currency.HKD, 0),
}
"""A scenario in which each error shows; another may do as well."""


@pytest.mark.parametrize("wrong", WRONG_DESKS, ids=lambda each: each.__name__)
def test_a_wrong_desk_is_found_out(wrong: type[ShortDesk]) -> None:
    currency, seed = WRONG_DESKS[wrong]
    drawn = short_scenario(currency, seed)
    package = package_rows(drawn)
    assert first_difference(package, reference_rows(drawn)) is None, f"seed {seed} proves nothing"
    assert first_difference(package, reference_rows(drawn, kind=wrong)) is not None
