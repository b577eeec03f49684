"""Every frame that crosses a layer: its columns, their types and units.

Prices in these frames are raw (unadjusted) decimals in the currency of the instrument; a panel turns them
into integer ticks. Volume is in shares, amount in the currency.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ACTIONS", "BARS", "INDICES", "RATES", "Column", "Frame", "check_frame", "empty_frame"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: pandas dtype, unit and whether a blank is allowed."""

    name: str
    dtype: str
    unit: str
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """A named frame and its columns, in order; rows are unique on ``key``."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(column.name for column in self.columns)


BARS = Frame(
    "bars",
    (
        Column("symbol", "str", "six digits and market, e.g. 600519.SH, 00700.HK, NVDA.US"),
        Column("date", "datetime64[s]", "session, no zone"),
        Column("open", "float64", "currency per share, raw"),
        Column("high", "float64", "currency per share, raw"),
        Column("low", "float64", "currency per share, raw"),
        Column("close", "float64", "currency per share, raw; of a suspended day: the previous close"),
        Column("volume", "float64", "shares; blank = unknown", nullable=True),
        Column("amount", "float64", "currency; blank = unknown", nullable=True),
        Column("prev_close", "float64", "reference price of the day: previous close, ex-right price on ex-dates", True),
        Column("is_suspended", "bool", "no trading that session"),
        Column("is_st", "float64", "1 risk warning, 0 none, blank unknown", nullable=True),
        Column("quality", "str", "vendor's or importer's remark; empty = ordinary"),
    ),
    ("symbol", "date"),
)

ACTIONS = Frame(
    "actions",
    (
        Column("symbol", "str", "as in bars"),
        Column("ex_date", "datetime64[s]", "session"),
        Column("cash_per_share", "float64", "currency per old share, gross"),
        Column("share_ratio", "float64", "new shares per old share (bonus + transfer; split 10:1 = 9)"),
        Column("reference_price", "float64", "ex-right price given by the source; blank = unknown", nullable=True),
    ),
    ("symbol", "ex_date"),
)

INDICES = Frame(
    "indices",
    (
        Column("symbol", "str", "000300.SH, HSI, SP500"),
        Column("date", "datetime64[s]", "session"),
        Column("close", "float64", "index points, price index"),
    ),
    ("symbol", "date"),
)

RATES = Frame(
    "rates",
    (
        Column("base", "str", "currency that is priced: CNY, HKD, USD"),
        Column("quote", "str", "currency it is priced in"),
        Column("kind", "str", "which rate of the day, in the source's words; empty = the only one"),
        Column("date", "datetime64[s]", "day the rate is of; need not be a session"),
        Column("rate", "float64", "units of quote for one of base"),
    ),
    ("base", "quote", "kind", "date"),
)


def empty_frame(frame: Frame) -> pd.DataFrame:
    """Return ``frame`` without a row."""
    import pandas as pd  # heavy, and the layers below data never ask

    return pd.DataFrame({column.name: pd.Series([], dtype=column.dtype) for column in frame.columns})


def check_frame(data: pd.DataFrame, frame: Frame) -> pd.DataFrame:
    """Assert that ``data`` is exactly ``frame``: columns, dtypes, no forbidden blank, unique and sorted key."""
    assert tuple(data.columns) == frame.names, (frame.name, tuple(data.columns))
    for column in frame.columns:
        values = data[column.name]
        assert str(values.dtype) == column.dtype, (frame.name, column.name, str(values.dtype))
        assert column.nullable or not values.isna().any(), (frame.name, column.name, "blank")
    keys = data.loc[:, list(frame.key)]
    assert not keys.duplicated().any(), (frame.name, "duplicate key")
    assert keys.equals(keys.sort_values(list(frame.key), ignore_index=True)), (frame.name, "not sorted by key")
    return data
