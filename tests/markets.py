"""Hand-made markets, written as a table a reader takes in at a glance.

    session | 600001.SH               | 300002.SZ
    01-04   | 10.00                   | 20.00 24.00
    01-05   | 10.00 10.50 9.90 10.20  | S

One line is one session (year 2024 unless given), one cell the day of a name:

- ``10.00``: one price all day;  ``20.00 24.00``: open and close, nothing outside them;
- ``10.00 10.50 9.90 10.20``: open, high, low, close;
- then, if wanted, ``v5000`` shares traded (else ten million; ``v?`` unknown), ``p9.50`` reference price (else the close
  before; ``p?`` none), ``ST``;
- ``S``: suspended, the data says so;  ``.``: no row at all.

Sessions are those of the Shanghai calendar, or of New York or Hong Kong where the names trade there (``ADBE.US``,
``00700.HK``: a lot of 100), without a gap. Limits, lots and fees follow from the symbols' boards. In New York an event
of ``01-03T12:00Z`` is known before the open.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from hypebasket.columns import ACTIONS, BARS, INDICES, check_frame
from hypebasket.engine.replay import replay
from hypebasket.events.mapping import MappedEvent, map_event
from hypebasket.ledger.invariants import check_ledger
from hypebasket.ledger.records import Ledger
from hypebasket.market.calendar import Calendar, calendar_of
from hypebasket.market.data import MarketData
from hypebasket.market.layout import build_panel
from hypebasket.market.panel import MarketPanel
from hypebasket.market.tape import PanelTape
from hypebasket.plan.build import PlanBuilder
from hypebasket.plan.intents import Plan
from hypebasket.rules.boards import board_of
from hypebasket.rules.frictions import ALL_FRICTIONS, Frictions
from hypebasket.spec.basket import Basket, Stock
from hypebasket.spec.event import Event
from hypebasket.spec.instrument import Instrument
from hypebasket.spec.strategy import Strategy, TriggerOn
from hypebasket.spec.text import CURRENCY_OF, Circle, Currency, Market, Text, market_of

FEN = 100
PLENTY = 10_000_000.0
NAMELESS = Text(zh="无名", en="nameless")


def day_of(text: str) -> date:
    """``01-04`` is a day of 2024; ``2023-12-29`` is itself."""
    return date.fromisoformat(text if len(text) == len("2024-01-04") else f"2024-{text}")


def place_of(symbol: str) -> Market:
    """The market whose sessions a name has; Shanghai stands for the mainland."""
    return market_of(symbol) if CURRENCY_OF[market_of(symbol)] is not Currency.CNY else Market.XSHG


@dataclass(frozen=True)
class HandMadeMarket:
    """A market and what a run needs of it."""

    data: MarketData
    symbols: tuple[str, ...]
    sessions: tuple[date, ...]

    @property
    def calendar(self) -> Calendar:
        return calendar_of(place_of(self.symbols[0]))

    @cached_property
    def panel(self) -> MarketPanel:
        return build_panel(self.data, self.symbols, self.calendar, self.sessions[0], self.sessions[-1])

    @property
    def tape(self) -> PanelTape:
        return PanelTape(self.panel)


def market(table: str, actions: str = "", listed: Mapping[str, str] | None = None) -> HandMadeMarket:
    """Read a table of days, and one of actions: ``600001.SH 01-05 cash 0.50 bonus 0.3``."""
    head, *lines = [line.strip() for line in table.strip().splitlines() if line.strip() and not line.startswith("#")]
    symbols = [cell.strip() for cell in head.split("|")][1:]
    rows: list[dict[str, Any]] = []
    sessions = []
    closes: dict[str, float] = {}
    for line in lines:
        day, *cells = [cell.strip() for cell in line.split("|")]
        assert len(cells) == len(symbols), f"{day}: {len(cells)} cells for {len(symbols)} names"
        sessions.append(day_of(day))
        for symbol, cell in zip(symbols, cells, strict=True):
            if cell != ".":
                rows.append(_bar(symbol, sessions[-1], cell, closes))
    expected = calendar_of(place_of(symbols[0])).sessions(sessions[0], sessions[-1])
    assert tuple(sessions) == expected, f"not the sessions of the exchange: {sorted(set(sessions) ^ set(expected))}"
    data = MarketData(
        bars=_frame(rows, BARS),
        actions=_frame([_action(line) for line in actions.strip().splitlines() if line.strip()], ACTIONS),
        indices=_frame([], INDICES),
        instruments={symbol: _instrument(symbol, (listed or {}).get(symbol)) for symbol in symbols},
        source="hand-made",
        synthetic=True,
        content_hash="",
    )
    return HandMadeMarket(data, tuple(sorted(symbols)), tuple(sessions))


def _bar(symbol: str, day: date, cell: str, closes: dict[str, float]) -> dict[str, Any]:
    words = cell.split()
    row: dict[str, Any] = {"symbol": symbol, "date": day, "is_suspended": words[0] == "S", "is_st": 0.0, "quality": ""}
    before = closes.get(symbol)
    if row["is_suspended"]:
        assert before is not None, f"{symbol} {day}: suspended before its first day"
        prices, words = [before], words[1:]
    else:
        prices = [float(word) for word in words if word[0].isdigit()]
    open_, close = prices[0], prices[-1]
    high, low = (prices[1], prices[2]) if len(prices) == 4 else (max(prices), min(prices))
    assert len(prices) in (1, 2, 4), f"{symbol} {day}: {cell}"
    assert low <= min(open_, close), f"{symbol} {day}: {cell}: low above open or close"
    assert high >= max(open_, close), f"{symbol} {day}: {cell}: high below open or close"
    volume = 0.0 if row["is_suspended"] else PLENTY
    reference = open_ if before is None else before
    for word in words:
        if word[0] == "v":
            volume = np.nan if word == "v?" else float(word[1:])
        elif word[0] == "p":
            reference = np.nan if word == "p?" else float(word[1:])
        elif word == "ST":
            row["is_st"] = 1.0
    closes[symbol] = close
    return row | {
        "open": open_, "high": high, "low": low, "close": close, "volume": volume,
        "amount": volume * (high + low) / 2, "prev_close": reference,
    }  # fmt: skip


def _action(line: str) -> dict[str, Any]:
    symbol, day, *terms = line.split()
    given = dict(zip(terms[::2], map(float, terms[1::2]), strict=True))
    assert given.keys() <= {"cash", "bonus"}, line
    cash, ratio = given.get("cash", 0.0), given.get("bonus", 0.0)
    known = {"symbol": symbol, "ex_date": day_of(day), "cash_per_share": cash, "share_ratio": ratio}
    return known | {"reference_price": np.nan}


def _frame(rows: list[dict[str, Any]], frame: Any) -> pd.DataFrame:
    columns = {
        column.name: pd.Series(pd.to_datetime([row[column.name] for row in rows]) if "date" in column.name
                               else [row[column.name] for row in rows]).astype(column.dtype)
        for column in frame.columns
    }  # fmt: skip
    table = pd.DataFrame(columns).sort_values(list(frame.key), ignore_index=True)
    return check_frame(table, frame)


def _instrument(symbol: str, listed: str | None) -> Instrument:
    return Instrument(
        symbol=symbol, name_zh="", name_en="", board=board_of(symbol),
        currency=CURRENCY_OF[market_of(symbol)].value, lot=100,
        list_date=day_of(listed) if listed else None, source="hand-made",
    )  # fmt: skip


def event(event_id: str, at: str) -> Event:
    """An event known to the minute: ``01-03T12:00Z`` is the evening of 3 January in Shanghai."""
    year = "" if at.count("-") == 2 else "2024-"
    return Event(
        id=event_id, at=datetime.fromisoformat(year + at).astimezone(UTC), precision="minute", zone="Asia/Shanghai",
        title=NAMELESS, kind="launch", mainlines=("application",), evidence=("hand-made",), confidence="A",
    )  # fmt: skip


def stock(symbol: str, **given: Any) -> Stock:
    """A member; with ``since`` it has evidence, unless said otherwise."""
    evidence = ("a source",) if "since" in given else ()
    return Stock.model_validate({"symbol": symbol, "name": NAMELESS, "segment": "all", "evidence": evidence} | given)


def basket(*stocks: str | Stock) -> Basket:
    """A basket of symbols, or of stocks with more to say."""
    members = tuple(stock(each) if isinstance(each, str) else each for each in stocks)
    return Basket(
        id="basket", name=NAMELESS, description=NAMELESS, mainline="application", benchmarks={}, stocks=members
    )


def strategy(**given: Any) -> Strategy:
    """A strategy from the parts that matter, as in its YAML file."""
    return Strategy.model_validate({"id": "strategy", "name": NAMELESS, "description": NAMELESS} | given)


@dataclass(frozen=True)
class Play:
    """A strategy played on a market: what was planned, and the checked ledger."""

    plan: Plan
    ledger: Ledger


def builder(
    made: HandMadeMarket, plan: Strategy, members: Basket | None = None, start: int = 1, stop: int | None = None
) -> PlanBuilder:
    """Plan from the second session on: the first one is the past."""
    chosen = members or basket(*made.symbols)
    return PlanBuilder(plan, chosen, made.panel, made.calendar, start=start, stop=stop or len(made.sessions))


def mapped(made: HandMadeMarket, events: Iterable[Event], rules: Strategy) -> list[MappedEvent]:
    """Map events to sessions, in the order in which they own names."""
    ordered = sorted(events, key=lambda each: (each.latest_moment, each.id))
    return [map_event(each, made.calendar, reaction_minutes=rules.entry.reaction) for each in ordered]


def play(
    made: HandMadeMarket,
    rules: Strategy,
    events: Iterable[Event] = (),
    members: Basket | None = None,
    *,
    cash: int = 100_000,
    circle: Circle = Circle.ALL,
    stop_when_flat: bool = False,
) -> Play:
    """Plan, run and check; ``cash`` in yuan."""
    desk = builder(made, rules, members)
    if rules.trigger.on is TriggerOn.EVENTS:
        plan = desk.events([desk.event(each, circle) for each in mapped(made, events, rules)], rules.fills)
    else:
        plan = desk.membership(circle, rules.fills)
    ledger = run(made, plan, cash=cash, stop_when_flat=stop_when_flat)
    return Play(plan, ledger)


def run(
    made: HandMadeMarket,
    plan: Plan,
    *,
    cash: int = 100_000,
    stop_when_flat: bool = False,
    frictions: Frictions = ALL_FRICTIONS,
) -> Ledger:
    """Run a plan from the second session on, and check the ledger; ``cash`` in yuan."""
    ledger = replay(
        made.panel,
        plan,
        cash=cash * FEN,
        start=1,
        stop=len(made.sessions),
        stop_when_flat=stop_when_flat,
        frictions=frictions,
    )
    check_ledger(ledger, tape_of(made, plan), plan.participation_ppm, frictions, plan.commission)
    return ledger


def tape_of(made: HandMadeMarket, plan: Plan) -> PanelTape:
    """The market as the check reads it, with the terms of a plan."""
    return PanelTape(made.panel, borrow_ppm=plan.short.borrow_ppm if plan.short else None, holder=plan.holder)
