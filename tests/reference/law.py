"""The law of the mainland exchanges for one order on one day, a second time: in decimals, as a lawyer would read it.

Nothing here is shared with the package. Money and prices are ``Decimal`` yuan, ratios are ``Decimal`` fractions. Every
rule is a method, so that a test can break one of them and see the comparison fail. Sources are named at the values.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction

TICK = Decimal("0.01")
FEN = Decimal("0.01")

CHINEXT_REFORM = date(2020, 8, 24)  # Shenzhen, announcement t20200821_580925
MAIN_BOARD_REFORM = date(2023, 4, 10)  # first listings of the registration regime on the main boards
BEIJING_OPENS = date(2021, 11, 15)
RISK_WARNING_REFORM = date(2026, 7, 6)  # Shanghai c_20260424_10816474, Shenzhen 深证上〔2026〕551号
STAMP_DUTY_HALVED = date(2023, 8, 28)  # Ministry of Finance and tax administration, 2023 No. 39
TRANSFER_FEE_HALVED = date(2022, 4, 29)  # ChinaClear
OLD_FIRST_DAY = {"SH": date(2013, 12, 13), "SZ": date(2014, 6, 13)}
FLOOR_OF_ONE_TICK = {"SH": MAIN_BOARD_REFORM, "SZ": date(2011, 2, 28)}


class Policy(StrEnum):
    """How much luck a fill on a limit day is granted."""

    PESSIMISTIC = "pessimistic"
    REALISTIC = "realistic"
    OPTIMISTIC = "optimistic"


class Auction(StrEnum):
    """What an order waits for."""

    OPEN = "open"
    CLOSE = "close"
    QUEUE = "queue"


@dataclass(frozen=True)
class Stock:
    """What the law wants to know of a name: ``listed`` is ``None`` for long ago, ``own_lot`` a Hong Kong board lot."""

    symbol: str
    board: str
    listed: date | None = None
    issue_price: Decimal | None = None
    delisted: date | None = None
    own_lot: int | None = None

    @property
    def exchange(self) -> str:
        return self.symbol[-2:]


@dataclass(frozen=True)
class Limits:
    """Lowest and highest price of a day; ``None`` where the law sets none."""

    down: Decimal | None
    up: Decimal | None


@dataclass(frozen=True)
class Day:
    """One row of the tape. ``reference`` and ``volume`` are ``None`` where the data leaves them blank."""

    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: int | None
    reference: Decimal | None
    suspended: bool = False
    risk_warning: bool | None = False


@dataclass(frozen=True)
class Fees:
    """What an execution costs; ``others`` is the transfer fee, abroad all levies and fees together."""

    commission: Decimal
    stamp_duty: Decimal
    others: Decimal

    @property
    def total(self) -> Decimal:
        return self.commission + self.stamp_duty + self.others


def exact(value: Fraction, rounding: str, step: Decimal) -> Decimal:
    """Round a fraction to a multiple of ``step``."""
    scaled = value / Fraction(step)
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    if rounding == ROUND_CEILING:
        whole += rest > 0
    elif rounding == ROUND_HALF_UP:
        whole += 2 * rest >= scaled.denominator
    else:
        assert rounding == ROUND_FLOOR
    return whole * step


class Law:
    """The rules in force, asked one at a time."""

    taxes_dividends = True

    # --- prices -----------------------------------------------------------------------------------------------------

    def half_up(self, value: Fraction | Decimal) -> Decimal:
        """Round half-up to the fen."""
        return exact(Fraction(value), ROUND_HALF_UP, FEN)

    def band(self, stock: Stock, day: date, *, risk_warning: bool) -> Decimal:
        """Return how far the price may move from the reference, as a fraction."""
        if stock.board == "star":
            return Decimal("0.20")
        if stock.board == "bse":
            return Decimal("0.30")
        if stock.board == "chinext" and day >= CHINEXT_REFORM:
            return Decimal("0.20")
        if stock.board == "main" and risk_warning and day < RISK_WARNING_REFORM:
            return Decimal("0.05")
        return Decimal("0.10")

    def is_free(self, stock: Stock, sessions_listed: int | None) -> bool:
        """Whether the law sets no limit because the name is newly listed; the regime is that of its listing day."""
        if sessions_listed is None or stock.listed is None:
            return False
        if stock.board == "bse":
            return sessions_listed == 1
        reform = {"star": date(2019, 7, 22), "chinext": CHINEXT_REFORM, "main": MAIN_BOARD_REFORM}[stock.board]
        if stock.listed >= reform:
            return sessions_listed <= 5
        return sessions_listed == 1 and stock.listed < OLD_FIRST_DAY[stock.exchange]

    def is_old_first_day(self, stock: Stock, sessions_listed: int | None) -> bool:
        """Whether it is the listing day of an approval-regime issue, bound to its issue price."""
        if sessions_listed != 1 or stock.listed is None or stock.board in ("star", "bse"):
            return False
        reform = CHINEXT_REFORM if stock.board == "chinext" else MAIN_BOARD_REFORM
        return OLD_FIRST_DAY[stock.exchange] <= stock.listed < reform

    def limits(
        self, stock: Stock, day: date, reference: Decimal | None, *, risk_warning: bool, sessions_listed: int | None
    ) -> Limits | None:
        """Return the limits of the day; ``None`` if they cannot be known."""
        if self.is_free(stock, sessions_listed):
            return Limits(None, None)
        if self.is_old_first_day(stock, sessions_listed):
            if stock.issue_price is None:
                return None
            return Limits(self.half_up(stock.issue_price * Decimal("0.64")),
                          self.half_up(stock.issue_price * Decimal("1.44")))  # fmt: skip
        if reference is None:
            return None
        return self.limits_around(stock, day, reference, self.band(stock, day, risk_warning=risk_warning))

    def limits_around(self, stock: Stock, day: date, reference: Decimal, band: Decimal) -> Limits:
        """Apply a band: half-up to the tick, in Beijing toward the reference; at least one tick where that is law."""
        up, down = Fraction(reference * (1 + band)), Fraction(reference * (1 - band))
        if stock.board == "bse":
            return Limits(exact(down, ROUND_CEILING, TICK), exact(up, ROUND_FLOOR, TICK))
        highest, lowest = exact(up, ROUND_HALF_UP, TICK), exact(down, ROUND_HALF_UP, TICK)
        if day >= FLOOR_OF_ONE_TICK[stock.exchange]:
            highest, lowest = max(highest, reference + TICK), min(lowest, reference - TICK)
        return Limits(lowest, highest)

    def ex_right(self, close: Decimal, cash: Decimal, ratio: Decimal) -> Decimal:
        """Return the reference price of an ex-date."""
        return self.half_up(Fraction(close - cash) / Fraction(1 + ratio))

    # --- limit days -------------------------------------------------------------------------------------------------

    def fill_price(
        self, policy: Policy, auction: Auction, day: Day, limit: Decimal | None, *, buys: bool
    ) -> Decimal | None:
        """Return the price at which an order is served, ``None`` if it is not; the table "Limit days"."""
        if auction is Auction.QUEUE:
            return self.queue_price(policy, day, limit)
        price = day.open if auction is Auction.OPEN else day.close
        if limit is None or (price < limit if buys else price > limit):
            return price
        if policy is Policy.OPTIMISTIC:
            return limit
        away = day.low < limit if buys else day.high > limit
        if auction is Auction.OPEN and away and policy is Policy.REALISTIC:
            return limit
        return None

    def queue_price(self, policy: Policy, day: Day, limit: Decimal | None) -> Decimal | None:
        """Return the limit-up price if an order waiting there is served."""
        if limit is None or day.high < limit:
            return None
        if day.close < limit or policy is Policy.OPTIMISTIC:
            return limit
        broke = day.open >= limit and day.low < limit
        return limit if broke and policy is Policy.REALISTIC else None

    # --- sizes ------------------------------------------------------------------------------------------------------

    def lot(self, stock: Stock, shares: int) -> int:
        """Return the largest number of shares not above ``shares`` that may be bought."""
        if stock.board == "star":
            return shares if shares >= 200 else 0
        if stock.board == "bse":
            return shares if shares >= 100 else 0
        return shares // 100 * 100

    def legal_sale(self, stock: Stock, balance: int, shares: int) -> int:
        """Return the most that may be sold of ``balance``, at most ``shares``; the odd part whole or not at all."""
        shares = min(shares, balance)
        if stock.board in ("star", "bse"):
            smallest = 200 if stock.board == "star" else 100
            return shares if shares >= smallest or shares == balance else 0
        odd = balance % 100
        choices = [shares // 100 * 100]
        if shares >= odd:
            choices.append((shares - odd) // 100 * 100 + odd)
        return max(choices)

    def order_maximum(self, stock: Stock, day: date) -> int:
        """Return the most shares one (limit) order may carry."""
        if stock.board == "star":
            return 100_000
        if stock.board == "chinext" and day >= CHINEXT_REFORM:
            return 300_000
        return 1_000_000

    def children(self, stock: Stock, day: date, shares: int) -> list[int]:
        """Split a size into orders the exchange takes."""
        most = self.order_maximum(stock, day)
        parts = [most] * (shares // most) + ([shares % most] if shares % most else [])
        least = {"star": 200, "bse": 100}.get(stock.board, 0)
        if len(parts) > 1 and parts[-1] < least:
            parts[-2] -= least - parts[-1]
            parts[-1] = least
        return parts

    # --- money ------------------------------------------------------------------------------------------------------

    def commission(self, amount: Decimal) -> Decimal:
        return max(Decimal(5), self.half_up(amount * Decimal("0.00025")))

    def stamp_duty(self, day: date, amount: Decimal) -> Decimal:
        rate = Decimal("0.0005") if day >= STAMP_DUTY_HALVED else Decimal("0.001")
        return self.half_up(amount * rate)

    def transfer_fee(self, stock: Stock, day: date, amount: Decimal) -> Decimal:
        before = Decimal("0.000025") if stock.board == "bse" else Decimal("0.00002")
        return self.half_up(amount * (Decimal("0.00001") if day >= TRANSFER_FEE_HALVED else before))

    def fees(self, stock: Stock, day: date, price: Decimal, shares: int, *, buys: bool) -> Fees:
        """Return what one child order costs."""
        amount = price * shares
        duty = Decimal(0) if buys else self.stamp_duty(day, amount)
        return Fees(self.commission(amount), duty, self.transfer_fee(stock, day, amount))

    def cost(self, stock: Stock, day: date, price: Decimal, shares: int, *, buys: bool = True) -> Decimal:
        """Return amount and fees of ``shares``: what buying them takes out of the account."""
        total = Decimal(0)
        for part, times in Counter(self.children(stock, day, shares)).items():
            total += times * (price * part + self.fees(stock, day, price, part, buys=buys).total)
        return total

    def affordable(self, stock: Stock, day: date, price: Decimal, money: Decimal, *, buys: bool = True) -> int:
        """Return the largest lot whose amount and fees ``money`` covers."""
        low, high = 0, max(int(money / price), 0)
        while low < high:
            middle = (low + high + 1) // 2
            if self.cost(stock, day, price, self.lot(stock, middle), buys=buys) <= money:
                low = middle
            else:
                high = middle - 1
        return self.lot(stock, low)

    # --- settlement, entitlements, tax ------------------------------------------------------------------------------

    def sellable(self, held: int, bought_today: int) -> int:
        """Return what may be sold of a holding: not what was bought today."""
        return held - bought_today

    def volume_room(self, participation: Decimal, volume: int | None) -> int | None:
        """Return the shares all orders of a name together may take of a session; ``None`` is no cap.

        A zero beside a trade is a volume the data does not know.
        """
        return int(participation * volume) if volume else None

    def bonus_shares(self, held: int, ratio: Decimal) -> int:
        return int(held * ratio)

    def withheld(self, dividend: Decimal, resident: str) -> Decimal:
        """Return what is kept back from a dividend: nothing, its tax falls due at the sale."""
        return Decimal(0)

    def dividend_tax_rate(self, bought: date, sold: date) -> Decimal:
        """Return the rate on what a share received, by natural months and years (财税〔2015〕101号)."""
        if sold <= later(bought, 1):
            return Decimal("0.20")
        return Decimal("0.10") if sold <= later(bought, 12) else Decimal(0)


def later(day: date, months: int) -> date:
    """Return the day of the same number ``months`` later, or the last of a month that has none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for number in range(day.day, 27, -1):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    return date(year, month + 1, day.day)
