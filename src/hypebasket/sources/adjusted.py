"""Adjusted prices under an innocent name, told by what they hold: nothing is ever traded on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hypebasket.sources.bars import PRICES, BarsTable, span_of
from hypebasket.spec.text import Market

if TYPE_CHECKING:
    from hypebasket.sources.finding import Report

__all__ = ["leave_out_splits", "off_grid", "reason_adjusted", "vwap"]

FEN_TOLERANCE = 1e-6
SINGLE_PRECISION = 1.2e-7
"""Relative spacing of 32-bit floats: a Parquet file may hold prices so."""

FEN_SHARE = 0.01
"""A-share prices move in steps of one fen (交易规则: 申报价格最小变动单位 0.01 元); a slip is rarer than this."""

VWAP_SHARE = 0.05
"""Raw bars of one vendor lie outside on no row (Beijing: up to 1 % of rows, block trades); adjusted ones on many."""

VWAP_SLACK = 0.011
MIN_ROWS = 100
MIN_RATIO = 0.3
"""An ex-date moves raw prices by 1/(1 + ratio); below this ratio a limit move could hide it."""


def off_grid(bars: BarsTable, per_unit: float) -> np.ndarray:
    """Return (n_rows,) bool: some price is not a whole multiple of 1/``per_unit``."""
    off = np.zeros(len(bars), dtype=bool)
    for column in PRICES:
        scaled = bars[column] * per_unit
        off |= np.abs(scaled - np.round(scaled)) > per_unit * (FEN_TOLERANCE + SINGLE_PRECISION * np.abs(bars[column]))
    return off


def vwap(bars: BarsTable) -> tuple[np.ndarray, np.ndarray]:
    """Return (n_rows,) amount/volume (NaN where unknown) and its ratio to the middle of the day's range."""
    known = (bars["volume"] > 0) & (bars["amount"] > 0)
    price = np.divide(bars["amount"], bars["volume"], out=np.full(len(bars), np.nan), where=known)
    return price, price / ((bars["high"] + bars["low"]) / 2)


def issues_met(bars: BarsTable, actions: pd.DataFrame) -> pd.DataFrame:
    """Return the large share issues that fall on a bar: symbol, ex_date, share_ratio, ``fell`` (did the price fall)."""
    large = actions.loc[
        (actions["share_ratio"] >= MIN_RATIO) & actions["symbol"].isin(bars.symbols),
        ["symbol", "ex_date", "share_ratio"],
    ]
    here = np.isin(bars.day, large["ex_date"].to_numpy().astype("datetime64[D]"))
    frame = pd.DataFrame(
        {
            "symbol": pd.Series(np.array(bars.symbols, dtype=object)[bars.code[here]], dtype="str"),
            "ex_date": bars.day[here].astype("datetime64[s]"),
            "move": bars["open"][here] / bars.previous_close()[here],
        }
    )
    met = large.merge(frame.dropna(), on=["symbol", "ex_date"])
    return met.assign(fell=met["move"] < (1 + met["share_ratio"]) ** -0.5).drop(columns="move")


def reason_adjusted(bars: BarsTable, actions: pd.DataFrame) -> str | None:
    """Return why the prices of a file must be adjusted, or None where nothing says so.

    Tests: A-share prices off the fen, Hong Kong prices off the smallest tick, the day's average price outside the
    day's range, no fall on the ex-dates of large share issues (A-shares; elsewhere see ``leave_out_splits``).
    """
    if not len(bars):
        return None
    for here, per_unit, unit in (
        (bars.is_a_share, 100.0, "whole fen"),
        (bars.in_markets(Market.XHKG), 1000.0, "whole 0.001 dollars"),
    ):
        off = off_grid(bars, per_unit) & here
        if off.sum() > FEN_SHARE * here.sum():
            return f"{int(off.sum())} of {int(here.sum())} rows hold prices that are not {unit}"
    price, ratio = vwap(bars)
    checked = bars.is_a_share & (ratio > 0.2) & (ratio < 5)
    outside = checked & ((price < bars["low"] - VWAP_SLACK) | (price > bars["high"] + VWAP_SLACK))
    if checked.sum() >= MIN_ROWS and outside.sum() > VWAP_SHARE * checked.sum():
        return f"amount/volume lies outside low..high on {int(outside.sum())} of {int(checked.sum())} rows"
    met = issues_met(bars, actions)
    met = met[~met["symbol"].str.endswith((".HK", ".US"))]
    missing = int((~met["fell"]).sum())
    if missing * 2 > len(met):
        return f"the price does not fall on {missing} of {len(met)} ex-dates of large share issues"
    return None


def leave_out_splits(bars: BarsTable, actions: pd.DataFrame, report: Report) -> pd.DataFrame:
    """Return the actions without those that Hong Kong or US prices already contain.

    Vendors there divide earlier prices by a later split. A holding multiplied by such a split, while the price does
    not fall, would gain money that never was.
    """
    met = issues_met(bars, actions)
    inside = met[~met["fell"] & met["symbol"].str.endswith((".HK", ".US"))]
    days = inside["ex_date"].to_numpy().astype("datetime64[D]")
    for symbol, ex_date, ratio in zip(inside["symbol"], days, inside["share_ratio"], strict=True):
        rows = (bars.code == bars.symbols.index(symbol)) & (bars.day < ex_date)
        text = (
            f"{int(rows.sum())} rows before {ex_date} are already divided by {1 + ratio:g} "
            "(split-adjusted by the vendor), so shares and fees per share before it are not those of the time; "
            "the split is left out of the corporate actions. Give raw prices of these rows to have it booked"
        )
        count, span = int(rows.sum()), span_of(bars.day[rows])
        report.add("blemish", "split_in_prices", bars.name, text, symbol=symbol, count=count, span=span)
    keys = ["symbol", "ex_date"]
    gone = pd.MultiIndex.from_frame(actions[keys]).isin(pd.MultiIndex.from_frame(inside[keys]))
    return actions[~gone].reset_index(drop=True)
