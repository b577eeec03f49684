"""What the loopback vendor knows: a small world of stocks with bars that any exchange would accept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from hypebasket.market.calendar import calendar_of
from hypebasket.spec.text import Market

FIRST, LAST = date(2024, 1, 2), date(2024, 3, 29)
PREFIX = {"SH": "1", "SZ": "0", "BJ": "0", "HK": "116", "US": "105"}


@dataclass(frozen=True)
class Bar:
    """Prices in hundredths, volume in shares, amount in the currency; ``change`` in hundredths."""

    day: date
    open: int
    high: int
    low: int
    close: int
    shares: int
    amount: int
    change: int


@dataclass
class Company:
    """One stock of the world."""

    symbol: str
    name: str
    bars: list[Bar]
    listed: date = date(2001, 8, 27)
    delisted: date | None = None
    actions: list[tuple[date, float, float, float]] = field(default_factory=list)
    """Ex-date, then per ten shares: bonus, transfer, cash."""
    plans: list[tuple[date, str]] = field(default_factory=list)
    former_names: list[str] = field(default_factory=list)
    suspended: list[tuple[date, date | None]] = field(default_factory=list)
    lot: int = 100

    @property
    def code(self) -> str:
        return self.symbol.rpartition(".")[0]


def walk(start: int, market: Market = Market.XSHG, *, first: date = FIRST, last: date = LAST) -> list[Bar]:
    """Bars that rise and fall by hand: +12, -7, +5, -9 hundredths in turn, 10,000 shares and more at the middle."""
    bars, close = [], start
    for i, day in enumerate(calendar_of(market).sessions(first, last)):
        move = (12, -7, 5, -9)[i % 4]
        open_, last_ = close + 2, close + move
        high, low = max(open_, last_) + 3, min(open_, last_) - 4
        shares = 1_000_000 + 100 * i
        bars.append(Bar(day, open_, high, low, last_, shares, shares * (high + low) // 200, last_ - close))
        close = last_
    return bars


def ex_right(bars: list[Bar], day: date, cash: int) -> list[Bar]:
    """Lower every price from ``day`` on by ``cash`` hundredths; the day's change counts from the ex-right price."""
    moved = []
    for bar in bars:
        if bar.day < day:
            moved.append(bar)
            continue
        prices = [bar.open - cash, bar.high - cash, bar.low - cash, bar.close - cash]
        amount = bar.shares * (prices[1] + prices[2]) // 200
        moved.append(Bar(bar.day, *prices, bar.shares, amount, bar.change))
    return moved


@dataclass
class World:
    """What the vendors know."""

    companies: dict[str, Company]
    indices: dict[str, list[Bar]]
    boards: dict[str, tuple[str, list[tuple[str, str]]]]
    pool: list[tuple[str, str, int]] = field(default_factory=list)
    name_changes: list[tuple[date, str, str, str]] = field(default_factory=list)
    days: list[date] = field(
        default_factory=lambda: list(calendar_of(Market.XSHG).sessions(date(2020, 1, 2), date(2026, 11, 20)))
    )


def world() -> World:
    """600519.SH with a dividend, 300418.SZ, 000063.SZ, 688256.SH, 00700.HK, NVDA.US; indices, a board, a pool."""
    ex_date = date(2024, 2, 5)
    companies = [
        Company("600519.SH", "贵州茅台", ex_right(walk(3_000), ex_date, 50), actions=[(ex_date, 0, 0, 5.0)]),
        Company("300418.SZ", "昆仑万维", walk(3_300), listed=date(2015, 1, 21)),
        Company("000063.SZ", "中兴通讯", walk(2_500), listed=date(1997, 11, 18)),
        Company("688256.SH", "寒武纪", walk(13_000), listed=date(2020, 7, 20)),
        Company(
            "00700.HK",
            "腾讯控股",
            walk(30_000, Market.XHKG),
            listed=date(2004, 6, 16),
            plans=[(date(2024, 2, 5), "每股派港币2.4元")],
        ),
        Company("NVDA.US", "英伟达", walk(50_000, Market.XNYS)),
    ]
    indices = {
        "1.000300": walk(340_000),
        "0.399006": walk(180_000),
        "100.HSI": walk(1_650_000, Market.XHKG),
        "100.SPX": walk(480_000, Market.XNYS),
        "124.HSTECH": walk(350_000, Market.XHKG),
        "90.BK1166": walk(100_000),
    }
    board = ("BK1166", [("300418", "昆仑万维"), ("688256", "寒武纪"), ("200012", "南玻B")])
    pool = [("300418", "昆仑万维", 38_500), ("688256", "寒武纪", 130_000)]
    return World({company.symbol: company for company in companies}, indices, {"Sora概念": board}, pool)
