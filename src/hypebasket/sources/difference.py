"""Two snapshots compared, row by row and value by value: differences are listed, never averaged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from hypebasket.columns import ACTIONS, BARS, INDICES, Frame
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
    """Yield every difference of bars, corporate actions and indices, by table, symbol and day.

    Numbers are equal when they are within 1e-9 of their size: formats differ in the last bit.
    """
    for frame, left, right in (
        (BARS, a.bars, b.bars),
        (ACTIONS, a.actions, b.actions),
        (INDICES, a.indices, b.indices),
    ):
        yield from _of_frames(frame, left, right)


def _of_frames(frame: Frame, left: pd.DataFrame, right: pd.DataFrame) -> Iterator[Difference]:
    symbol, day = frame.key
    both = left.merge(right, on=[symbol, day], how="outer", suffixes=("_a", "_b"), indicator="side")
    found = []
    for side, kind in (("left_only", "only in a"), ("right_only", "only in b")):
        rows = both[both["side"] == side]
        found += [Difference(frame.name, s, d.date(), kind) for s, d in zip(rows[symbol], rows[day], strict=True)]  # type: ignore[arg-type]
    common = both[both["side"] == "both"]
    for column in (name for name in frame.names if name not in frame.key):
        was, now = common[f"{column}_a"], common[f"{column}_b"]
        rows = common[_differs(was, now)]
        values = zip(rows[symbol], rows[day], rows[f"{column}_a"], rows[f"{column}_b"], strict=True)
        found += [Difference(frame.name, s, d.date(), "value", column, _plain(x), _plain(y)) for s, d, x, y in values]
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
