"""The files of data/sample as they lie on disk, read with pandas alone; prices in whole fen."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample"
PRICES = ["open", "high", "low", "close"]

# The eight application stocks some article names (新财富 2024-03-13, OFweek February 2024, 第一财经 2024-02-23).
DOCUMENTED = (
    "300418.SZ", "300781.SZ", "688039.SH", "300624.SZ", "300166.SZ", "603721.SH", "600571.SH", "002558.SZ",
)  # fmt: skip


@cache
def bars(region: str) -> pd.DataFrame:
    """Bars of cn, hk or us; ``date`` a Timestamp, prices and ``prev_close`` in fen (-1 = blank)."""
    frame = pd.read_csv(SAMPLE / f"bars_{region}.csv.gz", parse_dates=["date"])
    for column in [*PRICES, "prev_close"]:
        fen = frame[column] * 100
        assert np.allclose(fen.dropna(), fen.dropna().round(), atol=1e-6, rtol=0), (region, column)
        frame[column] = fen.round().fillna(-1).astype("int64")
    return frame


@cache
def indices() -> pd.DataFrame:
    """Index levels."""
    return pd.read_csv(SAMPLE / "index.csv.gz", parse_dates=["date"])


@cache
def actions() -> pd.DataFrame:
    """Corporate actions."""
    return pd.read_csv(SAMPLE / "corporate_actions.csv", parse_dates=["ex_date", "last_cum_date"])


@cache
def symbols() -> pd.DataFrame:
    """A-shares, by symbol."""
    return pd.read_csv(SAMPLE / "symbols_cn.csv", parse_dates=["list_date"]).set_index("symbol")


def days_of(symbol: str, first: str, last: str) -> pd.DataFrame:
    """Bars of one name from ``first`` to ``last``, by date."""
    region = {"HK": "hk", "US": "us"}.get(symbol.rpartition(".")[2], "cn")
    frame = bars(region)
    frame = frame[(frame["symbol"] == symbol) & (frame["date"] >= first) & (frame["date"] <= last)]
    return frame.set_index("date")


def day_of(symbol: str, day: str) -> pd.Series:
    """The bar of one name on one day."""
    return days_of(symbol, day, day).iloc[0]


def limit_up(symbol: str, prev_close: int) -> int:
    """Limit-up in fen by hand: 10 % for 60 and 00 codes, 20 % for 30 and 68 codes, half-up."""
    band = 10 if symbol[:2] in {"60", "00"} else 20
    return (prev_close * (100 + band) + 50) // 100
