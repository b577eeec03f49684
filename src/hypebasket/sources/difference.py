"""Two snapshots compared, row by row and value by value: differences are listed, never averaged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from hypebasket.columns import ACTIONS, BARS, INDICES, RATES, Frame
from hypebasket.market.data import MarketData

__all__ = ["Difference", "differences"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One row that only ``a`` or only ``b`` has, or one value they have otherwise (None = blank)."""

    table: str
    symbol: str
    day: date
    kind: Literal["only in a", "only in b", "value"]
    column: str = ""
    a: object = None
    b: object = None

    def __str__(self) -> str:
        where = f"{self.table} {self.symbol} {self.day}"
        return f"{where}: {self.kind}" if self.kind != "value" else f"{where}: {self.column} {self.a} | {self.b}"


def differences(a: MarketData, b: MarketData) -> Iterator[Difference]:
    """Yield every difference of bars, corporate actions, indices and rates, by table, symbol (or pair) and day.

    Numbers are equal when they are within 1e-9 of their size: formats differ in the last bit.
    """
    for frame, left, right in (
        (BARS, a.bars, b.bars),
        (ACTIONS, a.actions, b.actions),
        (INDICES, a.indices, b.indices),
        (RATES, a.rates, b.rates),
    ):
        yield from _of_frames(frame, left, right)


def _of_frames(frame: Frame, left: pd.DataFrame, right: pd.DataFrame) -> Iterator[Difference]:
    *names, day = frame.key
    both = left.merge(right, on=list(frame.key), how="outer", suffixes=("_a", "_b"), indicator="side")
    about = both[names].astype(str).agg(" ".join, axis=1) if len(both) else both[names[0]]
    who, when = about.tolist(), [stamp.date() for stamp in both[day]]
    found = [
        Difference(frame.name, who[i], when[i], "only in a" if side == "left_only" else "only in b")
        for i, side in enumerate(both["side"])
        if side != "both"
    ]
    in_both = (both["side"] == "both").to_numpy()
    for column in (name for name in frame.names if name not in frame.key):
        was, now = both[f"{column}_a"], both[f"{column}_b"]
        found += [
            Difference(frame.name, who[i], when[i], "value", column, _plain(was.iloc[i]), _plain(now.iloc[i]))
            for i in np.flatnonzero(_differs(was, now) & in_both)
        ]
    yield from sorted(found, key=lambda each: (each.symbol, each.day, each.column))


def _differs(was: pd.Series, now: pd.Series) -> np.ndarray:
    if was.dtype.kind != "f":
        unequal: np.ndarray = (was.astype(object) != now.astype(object)).to_numpy()
        return unequal
    a, b = was.to_numpy(dtype=np.float64), now.to_numpy(dtype=np.float64)
    differs: np.ndarray = ~((np.abs(a - b) <= 1e-9 * np.maximum(1.0, np.abs(a))) | (np.isnan(a) & np.isnan(b)))
    return differs


def _plain(value: object) -> object:
    if isinstance(value, float):
        return None if np.isnan(value) else value
    return bool(value) if isinstance(value, (bool, np.bool_)) else str(value)
