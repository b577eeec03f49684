"""Verification of raw bars: wrong rows refuse the import, blemishes are counted and kept as published."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hypebasket.market.calendar import Calendar, calendar_of
from hypebasket.sources.adjusted import VWAP_SLACK, off_grid, vwap
from hypebasket.sources.bars import PRICES, BarsTable, day, known_board, span_of
from hypebasket.spec.text import Market, market_of

if TYPE_CHECKING:
    from hypebasket.sources.finding import Report, Severity

__all__ = ["session_days", "verify_bars"]

TOLERANCE = 1e-6
SUB_CENT = 5e-4
"""Single-precision noise of a vendor stays below this many dollars; a quarter of a cent is above."""

_UNITS: tuple[tuple[float, float, str], ...] = (
    (50, 200, "the volume is in lots of 100 shares: multiply it by 100"),
    (0.05, 0.2, "the volume is in lots of 100 shares and the amount in thousands: multiply by 100 and by 1000"),
    (0.0005, 0.002, "the amount is in thousands: multiply it by 1000"),
    (0.00005, 0.0002, "the amount is in ten thousands: multiply it by 10000"),
)
_REMARKS: dict[str, str] = {
    "suspect": "one vendor only, on a day when it is wrong for others",
    "replaced": "another vendor's value taken by the source",
    "volume_missing": "the vendor gave no volume",
}
"""Remarks that are blemishes; every other remark is only noted."""


def session_days(calendar: Calendar, days: np.ndarray) -> np.ndarray:
    """Return the sessions (datetime64[D]) that ``calendar`` publishes from the first to the last of ``days``."""
    first, last = span_of(days)
    if first is None or last is None or last < calendar.first or first > calendar.last:
        return np.zeros(0, dtype="datetime64[D]")
    sessions = calendar.sessions(max(first, calendar.first), min(last, calendar.last))
    return np.array(sessions, dtype="datetime64[D]")


def _refuse(bars: BarsTable, wrong: np.ndarray, tell: Callable[[int], str], report: Report) -> None:
    rows = np.flatnonzero(wrong)
    if len(rows):
        report.refuse([f"{bars.at(int(i))}: {tell(int(i))}" for i in rows[:3]], len(rows))


def _count(bars: BarsTable, rows: np.ndarray, severity: Severity, kind: str, message: str, report: Report) -> None:
    number = int(rows.sum())
    if number:
        symbols = np.unique(bars.code[rows])
        symbol = bars.symbols[symbols[0]] if len(symbols) == 1 else None
        of = "" if symbol else f" of {len(symbols)} symbols"
        text = f"{number} row{'s' if number > 1 else ''}{of}: {message}"
        report.add(severity, kind, bars.name, text, symbol=symbol, count=number, span=span_of(bars.day[rows]))


def _check_values(bars: BarsTable, report: Report) -> None:
    for column in (*PRICES, "prev_close"):
        _refuse(bars, bars[column] <= 0, lambda i, c=column: f"{c} {bars[c][i]:g} is not positive", report)  # type: ignore[misc]
    for column in ("volume", "amount"):
        _refuse(bars, bars[column] < 0, lambda i, c=column: f"{c} {bars[c][i]:g} is negative", report)  # type: ignore[misc]
    repeated = ~bars.starts() & (bars.day == np.append(bars.day[:1], bars.day[:-1]))
    _refuse(bars, repeated, lambda _: "the same symbol and day a second time", report)
    off = off_grid(bars, 100.0) & bars.is_a_share
    _refuse(bars, off, lambda i: f"a price is not whole fen (close {bars['close'][i]:.6g})", report)


def _check_codes(bars: BarsTable, report: Report) -> None:
    for c in np.unique(bars.code):
        if known_board(bars.symbols[c]) is None:
            text = "no board is known for this code (a fund, a B-share?); it is kept, but no rule lets it trade"
            _count(bars, bars.code == c, "blemish", "code_unknown", text, report)


def _check_range(bars: BarsTable, report: Report) -> BarsTable:
    """Refuse impossible A-share rows; leave out impossible rows of other markets, whose vendors publish such."""
    low, high = bars["low"], bars["high"]
    body_low = np.minimum(bars["open"], bars["close"])
    body_high = np.maximum(bars["open"], bars["close"])
    wrong = (low > body_low + TOLERANCE) | (high < body_high - TOLERANCE) | (low > high + TOLERANCE)

    def tell(i: int) -> str:
        return "open {:g}, high {:g}, low {:g}, close {:g} cannot be".format(*(bars[c][i] for c in PRICES))

    _refuse(bars, wrong & bars.is_a_share, tell, report)
    left_out = wrong & ~bars.is_a_share
    for i in np.flatnonzero(left_out):
        where = f"{bars.table.place(int(bars.row[i])).rpartition(':')[2]}"
        message = f"row left out (line {where}, {bars.day[i]}): {tell(int(i))}"
        session = day(bars.day[i])
        symbol = bars.symbols[bars.code[i]]
        report.add("blemish", "row_left_out", bars.name, message, symbol=symbol, span=(session, session))
    return bars.where(~left_out)


def _check_units(bars: BarsTable, report: Report) -> None:
    price, ratio = vwap(bars)
    wrong = (ratio < 0.2) | (ratio > 5)

    def tell(i: int) -> str:
        reading = next((text for low, high, text in _UNITS if low <= ratio[i] <= high), "volume or amount is wrong")
        return f"amount/volume is {price[i]:.4g} but the day's range {bars['low'][i]:g}..{bars['high'][i]:g}: {reading}"

    _refuse(bars, wrong, tell, report)
    outside = ~wrong & ((price < bars["low"] - VWAP_SLACK) | (price > bars["high"] + VWAP_SLACK))
    _count(bars, outside, "blemish", "vwap_outside", "amount/volume lies outside low..high", report)
    known = np.bincount(bars.code, weights=(ratio > 0).astype(float), minlength=len(bars.symbols))
    traded = np.bincount(bars.code, weights=(bars["volume"] > 0).astype(float), minlength=len(bars.symbols))
    unproven = ((known == 0) & (traded > 0))[bars.code] & bars.is_a_share
    text = "no amount anywhere, so shares or lots cannot be told apart"
    _count(bars, unproven, "blemish", "volume_unit_unproven", text, report)


def _check_sessions(bars: BarsTable, market: Market, report: Report) -> None:
    here = bars.in_markets(market)
    if not here.any():
        return
    part = bars.where(here)
    calendar = calendar_of(market)
    sessions = session_days(calendar, part.day)
    covered = (part.day >= np.datetime64(calendar.first)) & (part.day <= np.datetime64(calendar.last))
    text = "the calendar does not reach there, so the days are not checked"
    _count(part, ~covered, "blemish", "outside_calendar", text, report)
    position = np.searchsorted(sessions, part.day)
    is_session = covered & np.isin(part.day, sessions)
    _refuse(part, covered & ~is_session, lambda _: f"no session of {market}", report)
    code, position = part.code[is_session], position[is_session]
    first = np.full(len(part.symbols), len(sessions))
    last = np.full(len(part.symbols), -1)
    np.minimum.at(first, code, position)
    np.maximum.at(last, code, position)
    present = np.bincount(code, minlength=len(part.symbols))
    for c in np.flatnonzero((present > 0) & (last - first + 1 > present)):
        missing = sessions[np.setdiff1d(np.arange(first[c], last[c] + 1), position[code == c])]
        begin, end = span_of(missing)
        text = (
            f"no row on {begin}, a session"
            if len(missing) == 1
            else f"{len(missing)} sessions without a row ({begin} .. {end})"
        )
        report.add("blemish", "gap", part.name, text, symbol=part.symbols[c], count=len(missing), span=(begin, end))


def _check_chain(bars: BarsTable, actions: pd.DataFrame, report: Report) -> None:
    reference, before = bars["prev_close"], bars.previous_close()
    breaks = np.abs(reference - before) > TOLERANCE * np.maximum(1.0, before)
    if breaks.any():
        rows = np.flatnonzero(breaks)
        keys = pd.MultiIndex.from_arrays(
            [np.array(bars.symbols, dtype=object)[bars.code[rows]], bars.day[rows].astype("datetime64[s]")]
        )
        ex_dates = pd.MultiIndex.from_arrays([actions["symbol"].astype(object), actions["ex_date"]])
        breaks[rows] = ~keys.isin(ex_dates)
    text = "prev_close differs from the close before, and no corporate action explains it"
    _count(bars, breaks, "blemish", "prev_close_chain", text, report)
    blank = np.isnan(reference)
    severity: Severity = "note" if blank.sum() <= 2 * len(bars.symbols) else "blemish"
    _count(bars, blank, severity, "prev_close_blank", "prev_close is blank (a first row, or unknown)", report)


def _count_blanks(bars: BarsTable, report: Report) -> None:
    trading = ~bars.is_suspended
    text = "suspended, close carried on"
    _count(bars, bars.is_suspended, "note", "suspended", text, report)
    _count(bars, bars.is_suspended & (bars["volume"] > 0), "blemish", "suspended_traded", "volume above zero", report)
    _count(bars, np.isnan(bars["is_suspended"]), "note", "suspended_unknown", "taken as trading", report)
    _count(bars, np.isnan(bars["is_st"]) & bars.is_a_share, "note", "st_unknown", "is_st is blank", report)
    _count(bars, np.isnan(bars["amount"]), "blemish", "amount_blank", "amount is blank", report)
    unknown = "unknown, so orders on such a session meet no volume cap"
    _count(bars, np.isnan(bars["volume"]), "blemish", "volume_blank", f"volume is blank: {unknown}", report)
    zero = trading & (bars["volume"] == 0)
    _count(bars, zero, "blemish", "volume_zero", f"volume 0 and not suspended: {unknown}", report)
    sub_cent = np.zeros(len(bars), dtype=bool)
    for column in PRICES:
        sub_cent |= np.abs(bars[column] * 100 - np.round(bars[column] * 100)) > 100 * SUB_CENT
    sub_cent &= bars.in_markets(Market.XNYS)
    for c in np.unique(bars.code[sub_cent]):
        text = "not in whole cents: split-adjusted by the vendor, or traded in parts of a cent"
        _count(bars, sub_cent & (bars.code == c), "note", "sub_cent", text, report)
    for r, remark in enumerate(bars.remarks):
        if remark and remark != "suspended":
            severity: Severity = "blemish" if remark in _REMARKS else "note"
            text = f"quality '{remark}'" + (f": {_REMARKS[remark]}" if remark in _REMARKS else "")
            kind = f"quality_{remark}" if remark in _REMARKS else "quality"
            _count(bars, bars.remark == r, severity, kind, text, report)


def verify_bars(bars: BarsTable, actions: pd.DataFrame, report: Report) -> BarsTable:
    """Verify the raw bars of one file; returns the rows to keep. Wrong rows are collected in ``report``."""
    _check_codes(bars, report)
    _check_values(bars, report)
    _check_chain(bars, actions, report)
    for market in sorted({market_of(symbol) for symbol in bars.symbols}):
        _check_sessions(bars, market, report)
    kept = _check_range(bars, report)
    _check_units(kept, report)
    _count_blanks(kept, report)
    return kept
