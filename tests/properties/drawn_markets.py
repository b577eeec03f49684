"""Hypothesis strategies: markets that could have been, and strategies of the schema the engine honours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from hypebasket.columns import ACTIONS, BARS, INDICES, check_frame
from hypebasket.market.calendar import calendar_of
from hypebasket.market.data import MarketData
from hypebasket.rules.limits import limit_prices
from hypebasket.spec.event import Event
from hypebasket.spec.strategy import Strategy
from hypebasket.spec.text import Market
from markets import HandMadeMarket, event, strategy

SYMBOLS = {"600001.SH": 100, "002002.SZ": 100, "300003.SZ": 200, "688004.SH": 200, "601005.SH": 50}
"""Names and their limit in permille; the last one is under risk warning."""

N_SESSIONS = 15
EVENINGS = ("01-03", "01-04", "01-05", "01-09")

MOODS = ("calm", "calm", "up", "down", "locked up", "locked down", "broken up", "broken down", "suspended", "thin")


@cache
def sessions() -> tuple[Any, ...]:
    return calendar_of(Market.XSHG).sessions(date(2024, 1, 2), date(2024, 1, 22))[:N_SESSIONS]


def make_market(seed: int, *, until: int = 0, before: HandMadeMarket | None = None) -> HandMadeMarket:
    """Draw a valid market: prices inside limits, locked and broken boards, suspensions, ex-dates.

    With ``before``, its first ``until`` sessions are kept as they are and only the rest is drawn.
    """
    rng = np.random.default_rng(seed)
    bars, actions = [], []
    kept_bars = _by_day(before.data.bars, "date") if before else {}
    kept_actions = _by_day(before.data.actions, "ex_date") if before else {}
    for symbol, permille in SYMBOLS.items():
        close, last = int(rng.integers(300, 6000)), None
        for row, session in enumerate(sessions()):
            if row < until:
                last = kept_bars[symbol, session]
                if (symbol, session) in kept_actions:
                    actions.append(kept_actions[symbol, session])
            else:
                reference, mood = close, "calm"
                if last is not None and rng.random() < 0.08:
                    reference, action = _action(symbol, session, close, rng)
                    actions.append(action)
                elif last is not None:
                    mood = str(rng.choice(MOODS))
                last = _bar(symbol, session, reference, permille, mood, rng)
            bars.append(last)
            close = round(last["close"] * 100)
    data = MarketData(
        bars=_table(bars, BARS), actions=_table(actions, ACTIONS), indices=_table([], INDICES), instruments={},
        source="drawn", synthetic=True, content_hash=str(seed),
    )  # fmt: skip
    return HandMadeMarket(data, tuple(sorted(SYMBOLS)), sessions())


def _by_day(frame: pd.DataFrame, day: str) -> dict[Any, Any]:
    return {(row["symbol"], row[day].date()): row for row in frame.to_dict("records")}


def _action(symbol: str, session: Any, close: int, rng: np.random.Generator) -> tuple[int, Any]:
    """Draw a dividend, a bonus issue or both, and the ex-right price that goes with it."""
    cash, ratio = int(rng.integers(0, close // 20 + 1)), float(rng.choice([0.0, 0.3, 1.0, -0.4, -0.9]))
    return round((close - cash) / (1 + ratio)), {
        "symbol": symbol, "ex_date": pd.Timestamp(session), "cash_per_share": cash / 100, "share_ratio": ratio,
        "reference_price": np.nan,
    }  # fmt: skip


def _bar(symbol: str, session: Any, reference: int, permille: int, mood: str, rng: np.random.Generator) -> Any:
    down, up = limit_prices(reference, permille, one_tick_floor=True, toward_reference=False)
    low, high = sorted(int(price) for price in rng.integers(down, up + 1, size=2))
    match mood:
        case "up" | "broken up":
            high = up
        case "down" | "broken down":
            low = down
        case "locked up":
            low = high = up
        case "locked down":
            low = high = down
        case "suspended":
            low = high = reference
        case _:
            pass
    open_, close = (int(price) for price in rng.integers(low, high + 1, size=2))
    open_ = {"broken up": up, "broken down": down}.get(mood, open_)
    close = {"up": up, "down": down}.get(mood, close)
    volume = {"thin": 3_000.0, "suspended": 0.0}.get(mood, float(rng.integers(20_000, 2_000_000)))
    return {
        "symbol": symbol, "date": pd.Timestamp(session), "open": open_ / 100, "high": high / 100, "low": low / 100,
        "close": close / 100, "volume": volume, "amount": volume * close / 100, "prev_close": reference / 100,
        "is_suspended": mood == "suspended", "is_st": float(permille == 50), "quality": "",
    }  # fmt: skip


def _table(rows: list[Any], frame: Any) -> pd.DataFrame:
    table = pd.DataFrame({column.name: pd.Series([row[column.name] for row in rows], dtype=column.dtype)
                          for column in frame.columns})  # fmt: skip
    return check_frame(table.sort_values(list(frame.key), ignore_index=True), frame)


@dataclass(frozen=True)
class Wishes:
    """A strategy and the events it acts on."""

    rules: Strategy
    events: tuple[Event, ...]


@st.composite
def event_strategies(draw: st.DrawFn) -> Wishes:
    """Draw any triggered strategy of the built schema, and one to three events."""
    entry = {
        "at": draw(st.sampled_from(["first_open", "first_open", "first_close", "limit_queue", "board_break"])),
        "offset": draw(st.integers(0, 2)),
        "on_limit": draw(st.sampled_from(["skip", "wait_for_break", {"retry": 1}, {"retry": 3}])),
        "max_gap": draw(st.sampled_from([None, 0.02, 0.08])),
    }
    leave = {
        "hold_sessions": draw(st.sampled_from([None, 1, 2, 5])),
        "clock": draw(st.sampled_from(["plan", "fill"])),
        "stop_loss": draw(st.sampled_from([None, 0.05])),
        "take_profit": draw(st.sampled_from([None, 0.1])),
        "trailing_stop": draw(st.sampled_from([None, 0.08])),
        "board_break": draw(st.booleans()),
    }
    size = {"gross": draw(st.sampled_from([1.0, 0.5])), "participation": draw(st.sampled_from([0.1, 1.0]))}
    fills = draw(st.sampled_from(["pessimistic", "realistic", "optimistic"]))
    days = draw(st.lists(st.sampled_from(EVENINGS), min_size=1, max_size=3, unique=True))
    events = tuple(event(f"e-{day}", f"{day}T12:00Z") for day in days)
    overlap = draw(st.sampled_from(["ignore", "extend", "stack"]))
    return Wishes(strategy(entry=entry, exit=leave, size=size, fills=fills, overlap=overlap), events)


def markets() -> st.SearchStrategy[int]:
    """Draw the seed of a market."""
    return st.integers(0, 10**6)
