"""The reference prices of the data against those the exchanges' formula gives, ex-date by ex-date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from hypebasket.market.panel import FEN, MICRO
from hypebasket.rules.entitlements import ex_right_price
from hypebasket.spec.text import CURRENCY_OF, Currency, market_of

if TYPE_CHECKING:
    import pandas as pd

    from hypebasket.market.data import MarketData

__all__ = ["Agreement", "ReferenceCheck", "check_references"]


class Agreement(StrEnum):
    """How the data's reference price stands to that of the formula."""

    EQUAL = "equal"
    DIFFERENT = "different"
    PLAIN = "plain"
    BLANK = "blank"
    NO_BAR = "no_bar"


@dataclass(frozen=True, slots=True)
class ReferenceCheck:
    """One corporate action; prices in fen (cents), ``None`` where there is none.

    ``shown`` is the session whose bar shows the action: the ex-date, after a suspension the next one with trading.
    ``PLAIN``: Hong Kong or US data gives the close before, as exchanges there publish no ex-right price.
    """

    symbol: str
    ex_date: date
    shown: date | None
    close_before: int | None
    by_rule: int | None
    in_data: int | None
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class _Tape:
    """Days, closes and reference prices of the sessions with trading of one symbol."""

    days: np.ndarray
    close: np.ndarray
    reference: np.ndarray


def check_references(data: MarketData) -> tuple[ReferenceCheck, ...]:
    """Compare every corporate action with the bars, in order of symbol and ex-date.

    Actions before a symbol's second bar or after its last have nothing to be compared with, and are ``NO_BAR``. Several
    actions of one suspension are compared once, where trading resumes: under the last of them.
    """
    bars = data.bars[~data.bars["is_suspended"]]
    checks: list[ReferenceCheck] = []
    wanted = set(data.actions["symbol"])
    tapes = {symbol: _tape(rows) for symbol, rows in bars[bars["symbol"].isin(wanted)].groupby("symbol")}
    for symbol, actions in data.actions.groupby("symbol", sort=True):
        checks += _check_symbol(str(symbol), actions.sort_values("ex_date"), tapes.get(symbol))
    return tuple(checks)


def _tape(rows: pd.DataFrame) -> _Tape:
    return _Tape(
        rows["date"].to_numpy().astype("datetime64[D]"),
        np.rint(rows["close"].to_numpy() * FEN).astype(np.int64),
        rows["prev_close"].to_numpy() * FEN,
    )


def _check_symbol(symbol: str, actions: pd.DataFrame, tape: _Tape | None) -> list[ReferenceCheck]:
    checks: list[ReferenceCheck] = []
    ex_dates = actions["ex_date"].to_numpy().astype("datetime64[D]")
    places = np.searchsorted(tape.days, ex_dates) if tape else np.zeros(len(ex_dates), dtype=np.int64)
    price: int | None = None
    for index, (ex_date, place) in enumerate(zip(ex_dates, places, strict=True)):
        day = date.fromisoformat(str(ex_date))
        if tape is None or not 0 < place < len(tape.days):
            checks.append(ReferenceCheck(symbol, day, None, None, None, None, Agreement.NO_BAR))
            continue
        row = actions.iloc[index]
        before = int(tape.close[place - 1])
        price = _by_rule(before if price is None else price, row)
        if index + 1 < len(places) and places[index + 1] == place:
            continue  # the next action falls into the same suspension, and the bar shows both
        checks.append(_compared(symbol, day, tape, int(place), price))
        price = None
    return checks


def _by_rule(before: int, action: pd.Series) -> int:
    """Return the formula's price; an action without cash and shares (a rights issue) has only the one it states."""
    cash, ratio = round(float(action["cash_per_share"]) * MICRO), round(float(action["share_ratio"]) * MICRO)
    if not cash and not ratio and action["reference_price"] > 0:
        return round(float(action["reference_price"]) * FEN)
    return ex_right_price(before, cash, ratio)


def _compared(symbol: str, ex_date: date, tape: _Tape, place: int, by_rule: int) -> ReferenceCheck:
    before = int(tape.close[place - 1])
    published = float(tape.reference[place])
    in_data = None if np.isnan(published) else int(np.floor(published + 0.5 + 1e-6))
    if in_data is None:
        agreement = Agreement.BLANK
    elif in_data == by_rule:
        agreement = Agreement.EQUAL
    elif in_data == before and CURRENCY_OF[market_of(symbol)] is not Currency.CNY:
        agreement = Agreement.PLAIN
    else:
        agreement = Agreement.DIFFERENT
    shown = date.fromisoformat(str(tape.days[place]))
    return ReferenceCheck(symbol, ex_date, shown, before, by_rule, in_data, agreement)
