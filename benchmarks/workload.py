"""The common workload of the engine benchmarks: 50 names, 750 sessions, 24 events, made from a seed.

30 A-shares of four boards, 10 Hong Kong and 10 United States names, each market on its own calendar, in frames such as
a vendor gives: raw prices on the price grid, ex-dates with cash and bonus shares, suspensions, boards that lock at
their limits after events. The panels are laid out from these frames by the code that every run uses.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from hypebasket.columns import ACTIONS, BARS, INDICES, Frame, check_frame
from hypebasket.events.mapping import MappedEvent, map_event
from hypebasket.market.calendar import Calendar, Session, calendar_of
from hypebasket.market.data import MarketData
from hypebasket.market.layout import build_panel
from hypebasket.market.panel import MarketPanel
from hypebasket.plan.build import EventPlan, PlanBuilder
from hypebasket.rules.boards import board_of
from hypebasket.spec.basket import Basket, Stock
from hypebasket.spec.event import Event
from hypebasket.spec.instrument import Instrument
from hypebasket.spec.strategy import Strategy
from hypebasket.spec.text import CURRENCY_OF, Circle, Market, Text, market_of

__all__ = ["EVENTS", "SESSIONS", "Sleeve", "drift", "sleeves"]

SESSIONS = 750
EVENTS = 24
PAST = 30
"""Sessions before the first event; plans look at them, nothing is traded."""

FIRST_DAY, LAST_DAY = date(2022, 1, 4), date(2025, 12, 31)
NAMELESS = Text(zh="无名", en="nameless")
BAND = {"main": 0.10, "chinext": 0.20, "star": 0.20, "bse": 0.30}

NAMES = {
    Market.XSHG: (
        *(f"6000{index:02d}.SH" for index in range(8)), *(f"0020{index:02d}.SZ" for index in range(8)),
        *(f"3003{index:02d}.SZ" for index in range(8)), *(f"6880{index:02d}.SH" for index in range(4)),
        *(f"8300{index:02d}.BJ" for index in range(2)),
    ),
    Market.XHKG: tuple(f"010{index:02d}.HK" for index in range(10)),
    Market.XNYS: tuple(f"NAME{letter}.US" for letter in "ABCDEFGHIJ"),
}  # fmt: skip


def drift() -> Strategy:
    """Return the strategy that is timed: the shipped event-drift, with retries, a stop and all of the law."""
    return Strategy.model_validate(
        {
            "id": "drift", "name": NAMELESS, "description": NAMELESS, "entry": {"on_limit": {"retry": 3}},
            "exit": {"hold_sessions": 5, "stop_loss": 0.10},
        }
    )  # fmt: skip


@dataclass(frozen=True)
class Sleeve:
    """One market of the workload."""

    market: Market
    calendar: Calendar
    panel: MarketPanel
    basket: Basket
    events: tuple[Event, ...]

    @property
    def currency(self) -> str:
        """Currency of the sleeve."""
        return CURRENCY_OF[self.market].value

    @cached_property
    def mapped(self) -> list[MappedEvent]:
        """The events on the sleeve's sessions."""
        return [map_event(event, self.calendar) for event in self.events]

    def builder(self, strategy: Strategy | None = None) -> PlanBuilder:
        """Return what plans are built with."""
        return PlanBuilder(
            strategy or drift(), self.basket, self.panel, self.calendar, start=PAST - 5, stop=len(self.panel.sessions)
        )

    def plans(self, builder: PlanBuilder) -> list[EventPlan]:
        """Plan every event."""
        return [builder.event(each, Circle.ALL) for each in self.mapped]


def sleeves(seed: int = 20240215) -> list[Sleeve]:
    """Make the workload."""
    made = []
    for number, (market, names) in enumerate(NAMES.items()):
        calendar = calendar_of(market)
        sessions = calendar.sessions(FIRST_DAY, LAST_DAY)[:SESSIONS]
        rows = PAST + np.arange(EVENTS) * ((SESSIONS - PAST - 20) // EVENTS)
        events = tuple(_event(index, sessions[row - 1], calendar) for index, row in enumerate(rows))
        bars, actions = _frames(names, sessions, rows, np.random.default_rng([seed, number]))
        data = MarketData(
            bars=bars, actions=actions, indices=_frame([], INDICES),
            instruments={name: _instrument(name) for name in names}, source="workload", synthetic=True, content_hash="",
        )  # fmt: skip
        panel = build_panel(data, names, calendar, sessions[0], sessions[-1])
        made.append(Sleeve(market, calendar, panel, _basket(names), events))
    return made


def _event(index: int, eve: Session, calendar: Calendar) -> Event:
    """Return an event known to the minute, in the evening of ``eve``: the next session is its first."""
    at = datetime.combine(eve, time(20, 0), calendar.zone)
    return Event(
        id=f"event-{index:02d}", at=at, precision="minute", zone=str(calendar.zone), title=NAMELESS, kind="launch",
        mainlines=("application",), evidence=("made up",), confidence="A",
    )  # fmt: skip


def _basket(names: tuple[str, ...]) -> Basket:
    stocks = tuple(Stock(symbol=name, name=NAMELESS, segment="all") for name in names)
    return Basket(id="names", name=NAMELESS, description=NAMELESS, mainline="application", benchmarks={}, stocks=stocks)


def _instrument(name: str) -> Instrument:
    market = market_of(name)
    return Instrument(
        symbol=name, name_zh="", name_en="", board=board_of(name), currency=CURRENCY_OF[market],
        lot=500 if market is Market.XHKG else None, list_date=date(2015, 1, 5), source="made up",
    )  # fmt: skip


def _frames(
    names: tuple[str, ...], sessions: tuple[Session, ...], rows: npt.NDArray[np.int64], rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Walk every name through the sessions; after an event it runs, a limited one often into its limit."""
    bars, actions = [], []
    hot = {int(row) + day: 1.0 / (day + 1) for row in rows for day in range(4)}
    for name in names:
        band = BAND.get(board_of(name))
        close = int(rng.integers(1500, 6000))
        suspended = _suspended(rng) if band else set()
        ex_rows = (
            {
                int(row): (float(rng.integers(5, 60)) / 100, 0.3 if rng.random() < 0.3 else 0.0)
                for row in rng.choice(np.arange(20, SESSIONS), 3, replace=False)
            }
            if band
            else {}
        )
        for row, session in enumerate(sessions):
            if row in suspended:
                bars.append(_bar(name, session, close, close, close, close, 0, close, is_suspended=True))
                continue
            reference = close
            if row in ex_rows:
                cash, ratio = ex_rows[row]
                reference = int((close - cash * 100) / (1 + ratio) + 0.5)
                actions.append(
                    {
                        "symbol": name,
                        "ex_date": session,
                        "cash_per_share": cash,
                        "share_ratio": ratio,
                        "reference_price": reference / 100,
                    }
                )
            opened, high, low, close = _day(reference, band, hot.get(row, 0.0), rng)
            volume = int(rng.lognormal(15.0, 0.8)) // 100 * 100 + 100
            bars.append(_bar(name, session, opened, high, low, close, volume, reference))
    return _frame(bars, BARS), _frame(actions, ACTIONS)


def _suspended(rng: np.random.Generator) -> set[int]:
    """Return the rows of two spells without trading."""
    return {int(start) + day for start in rng.integers(40, SESSIONS - 20, 2) for day in range(int(rng.integers(1, 9)))}


def _day(reference: int, band: float | None, heat: float, rng: np.random.Generator) -> tuple[int, int, int, int]:
    """Return open, high, low and close in hundredths."""
    drift_ = heat * rng.normal(0.04, 0.06)
    opened = reference * np.exp(drift_ + rng.normal(0, 0.006))
    close = opened * np.exp(drift_ / 2 + rng.normal(0, 0.02))
    high = max(opened, close) * np.exp(abs(rng.normal(0, 0.006)))
    low = min(opened, close) * np.exp(-abs(rng.normal(0, 0.006)))
    if band is not None:
        permille = round(band * 1000)
        up, down = ((reference * (1000 + sign * permille) + 500) // 1000 for sign in (1, -1))
        if heat and rng.random() < 0.35 * heat:
            return up, up, up, up
        opened, high, low, close = (min(max(value, down), up) for value in (opened, high, low, close))
    rounded = [max(round(float(value)), 100) for value in (opened, high, low, close)]
    return rounded[0], max(rounded), min(rounded), rounded[3]


def _bar(
    name: str, day: Session, opened: int, high: int, low: int, close: int, volume: int, reference: int,
    *, is_suspended: bool = False,
) -> dict[str, object]:  # fmt: skip
    prices = {"open": opened, "high": high, "low": low, "close": close, "prev_close": reference}
    return {"symbol": name, "date": day, **{key: value / 100 for key, value in prices.items()},
            "volume": float(volume), "amount": volume * (high + low) / 200, "is_suspended": is_suspended,
            "is_st": 0.0, "quality": ""}  # fmt: skip


def _frame(rows: list[dict[str, object]], frame: Frame) -> pd.DataFrame:
    columns = {
        column.name: pd.Series(
            pd.to_datetime([row[column.name] for row in rows])
            if "date" in column.name
            else [row[column.name] for row in rows]
        ).astype(column.dtype)
        for column in frame.columns
    }
    return check_frame(pd.DataFrame(columns).sort_values(list(frame.key), ignore_index=True), frame)
