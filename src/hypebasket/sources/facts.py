"""The smaller tables of a tidy folder: corporate actions, index levels, instruments."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hypebasket.market.calendar import calendar_of
from hypebasket.sources.bars import BarsTable, day, known_board, read_symbols, span_of
from hypebasket.sources.checks import session_days
from hypebasket.sources.naming import file_market, index_market, index_symbol
from hypebasket.sources.table import SourceTable, read_dates, read_numbers, read_words
from hypebasket.spec.instrument import Board, Instrument, is_spells
from hypebasket.spec.text import CURRENCY_OF, Market, market_of

if TYPE_CHECKING:
    from hypebasket.sources.finding import Report

__all__ = ["check_actions", "read_actions", "read_indices", "read_instruments"]

FEN = 0.005
"""Two published ex-right prices agree when they round to the same fen."""

_BOARDS: dict[str, Board] = {"main": "main", "chinext": "chinext", "star": "star", "bse": "bse", "hk": "hk", "us": "us"}
_DATES = ("list_date", "delist_date", "delisting_start", "delisting_last", "relist_date")
_LOT: dict[str, int] = {"main": 100, "chinext": 100, "star": 100, "bse": 100, "us": 1}
"""Board lots where the exchange sets one for all names; Hong Kong's differ by name."""


def _refuse(table: SourceTable, wrong: np.ndarray, text: str, report: Report) -> None:
    rows = np.flatnonzero(wrong)
    if len(rows):
        report.refuse([f"{table.place(int(r))}: {table.value('symbol', int(r))}: {text}" for r in rows[:3]], len(rows))


def _repeated(code: np.ndarray, days: np.ndarray) -> np.ndarray:
    return pd.DataFrame({"code": code, "day": days}).duplicated().to_numpy()


def _in_us_rows(table: SourceTable) -> np.ndarray:
    if "market" not in table.columns:
        return np.full(table.rows, file_market(table.name) == "US")
    codes, words = read_words(table, "market")
    return np.array([word.upper() in {"US", "XNYS"} for word in words] + [False], dtype=bool).take(codes)


def _off_sessions(market: Market, days: np.ndarray) -> np.ndarray:
    """Return (n,) bool: days inside the published calendar that are no sessions."""
    calendar = calendar_of(market)
    covered = (days >= np.datetime64(calendar.first)) & (days <= np.datetime64(calendar.last))
    return covered & ~np.isin(days, session_days(calendar, days))


def read_actions(table: SourceTable, report: Report) -> pd.DataFrame:
    """Read corporate actions into a frame ``columns.ACTIONS`` (unsorted)."""
    symbols, code = read_symbols(table, report, us_rows=_in_us_rows(table))
    days = read_dates(table, "ex_date", report)
    cash = read_numbers(table, "cash_per_share", report)
    ratio = read_numbers(table, "share_ratio", report)
    reference = read_numbers(table, "reference_price", report)
    _refuse(table, np.isnat(days), "ex_date is blank", report)
    _refuse(table, ~(cash >= 0), "cash_per_share must be a number of at least 0", report)
    _refuse(table, ~(ratio > -1), "share_ratio must be a number above -1 (0 where no shares were given)", report)
    _refuse(table, reference <= 0, "the ex-right price is not positive", report)
    _refuse(table, (code >= 0) & _repeated(code, days), "the same symbol and ex-date a second time", report)
    for market in {market_of(symbol) for symbol in symbols}:
        rows = np.array([market_of(symbol) == market for symbol in symbols] + [False])[code]
        wrong = np.zeros(table.rows, dtype=bool)
        wrong[rows] = _off_sessions(market, days[rows])
        _refuse(table, wrong, f"the ex-date is no session of {market}", report)
    good = (code >= 0) & ~np.isnat(days)
    return pd.DataFrame(
        {
            "symbol": pd.Series(np.array([*symbols, ""], dtype=object)[code[good]], dtype="str"),
            "ex_date": days[good].astype("datetime64[s]"),
            "cash_per_share": cash[good],
            "share_ratio": ratio[good],
            "reference_price": reference[good],
        }
    )


def check_actions(name: str, actions: pd.DataFrame, bars: BarsTable, report: Report) -> None:
    """Compare the actions of one file with the bars: every ex-date has a bar, and the same ex-right price."""
    mine = actions[actions["symbol"].isin(bars.symbols)]
    if mine.empty or not len(bars):
        return
    code = mine["symbol"].map({symbol: i for i, symbol in enumerate(bars.symbols)}).to_numpy()
    days = mine["ex_date"].to_numpy().astype("datetime64[D]").astype(np.int64)
    bar_days = bars.day.astype(np.int64)
    span = int(max(bar_days.max(), days.max())) + 1
    keys, wanted = bars.code * span + bar_days, code * span + days
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    found = keys[place] == wanted
    begin, end = np.searchsorted(keys, code * span), np.searchsorted(keys, (code + 1) * span) - 1
    inside = (begin <= end) & (wanted > keys[np.minimum(begin, end)]) & (wanted < keys[end])
    gap = np.abs(mine["reference_price"].to_numpy() - bars["prev_close"][place])
    for kind, wrong, text in (
        ("action_without_bar", inside & ~found, f"no bar in {bars.name} on the ex-date"),
        ("action_reference", found & (gap > FEN), f"ex-right price differs from prev_close in {bars.name}"),
    ):
        rows = mine[wrong]
        if len(rows):
            ex_dates = rows["ex_date"].to_numpy().astype("datetime64[D]")
            where = ", ".join(f"{s} {d}" for s, d in zip(rows["symbol"][:3], ex_dates[:3], strict=True))
            message = f"{len(rows)} actions: {text} ({where})"
            report.add("blemish", kind, name, message, count=len(rows), span=span_of(ex_dates))


def read_indices(table: SourceTable, report: Report) -> pd.DataFrame:
    """Read index levels into a frame ``columns.INDICES`` (unsorted)."""
    codes, words = read_words(table, "symbol")
    symbols = [index_symbol(word) for word in words]
    code = pd.factorize(np.array([*symbols, ""], dtype=object)[codes])
    days = read_dates(table, "date", report)
    close = read_numbers(table, "close", report)
    _refuse(table, codes < 0, "symbol is blank", report)
    _refuse(table, np.isnat(days), "date is blank", report)
    _refuse(table, ~(close > 0), "close must be a positive number", report)
    _refuse(table, _repeated(code[0], days), "the same index and day a second time", report)
    for i, symbol in enumerate(code[1]):
        rows = (code[0] == i) & ~np.isnat(days)
        market = index_market(symbol)
        if market is None:
            text = "its market is not known, so its days are not checked"
            report.add("note", "index_unknown", table.name, text, symbol=symbol, count=int(rows.sum()))
            continue
        wrong = np.zeros(table.rows, dtype=bool)
        wrong[rows] = _off_sessions(market, days[rows])
        _refuse(table, wrong, f"no session of {market}", report)
        missing = np.setdiff1d(session_days(calendar_of(market), days[rows]), days[rows])
        if len(missing):
            text = f"sessions without a level: {len(missing)} ({', '.join(str(d) for d in missing[:3])})"
            span = span_of(missing)
            report.add("blemish", "gap", table.name, text, symbol=symbol, count=len(missing), span=span)
    good = (codes >= 0) & ~np.isnat(days)
    return pd.DataFrame(
        {
            "symbol": pd.Series(np.array(code[1], dtype=object)[code[0][good]], dtype="str"),
            "date": days[good].astype("datetime64[s]"),
            "close": close[good],
        }
    )


def _words(table: SourceTable, column: str) -> list[str | None]:
    if column not in table.columns:
        return [None] * table.rows
    codes, words = read_words(table, column)
    return [words[c] or None if c >= 0 else None for c in codes]


def _spells(table: SourceTable, report: Report) -> list[str | None]:
    """Read the spells under risk warning; what is none is refused."""
    words = _words(table, "risk_warning")
    wrong = np.array([not is_spells(word) for word in words], dtype=bool)
    _refuse(table, wrong, "risk_warning: write spells as 2021-05-06..2022-04-28;2025-05-06.., or none", report)
    return [None if bad else word for word, bad in zip(words, wrong, strict=True)]


def read_instruments(table: SourceTable, report: Report) -> dict[str, Instrument]:
    """Read the instruments whose board and listing date are given; the price limit of a file is never read."""
    symbols, code = read_symbols(table, report)
    dates = {column: read_dates(table, column, report) for column in _DATES}
    lots, issue_prices = (read_numbers(table, column, report) for column in ("lot", "issue_price"))
    _refuse(table, (code >= 0) & _repeated(code, code), "the same symbol a second time", report)
    for earlier, later in pairwise(("list_date", "delisting_start", "delisting_last", "delist_date")):
        _refuse(table, dates[later] < dates[earlier], f"{later} lies before {earlier}", report)
    boards = [_BOARDS.get(word.casefold()) if word else None for word in _words(table, "board")]
    warned = _spells(table, report)
    names_zh, names_en = _words(table, "name_zh"), _words(table, "name_en")
    unknown = np.array([bool(w) and b is None for w, b in zip(_words(table, "board"), boards, strict=True)], dtype=bool)
    _refuse(table, unknown, f"board: write one of {', '.join(_BOARDS)}", report)
    instruments: dict[str, Instrument] = {}
    skipped = 0
    for r in np.flatnonzero(code >= 0):
        symbol, board = symbols[code[r]], boards[r]
        if board is None or (warned[r] is None and all(np.isnat(days[r]) for days in dates.values())):
            skipped += 1
            continue
        by_code = known_board(symbol) or board
        if board != by_code:
            text = f"board '{board}', but the symbol's is '{by_code}'; the symbol's is taken"
            report.add("blemish", "board_differs", table.name, text, symbol=symbol)
        instruments[symbol] = Instrument(
            symbol=symbol,
            name_zh=names_zh[r] or symbol,
            name_en=names_en[r] or names_zh[r] or symbol,
            board=by_code,
            currency=CURRENCY_OF[market_of(symbol)],
            lot=_LOT.get(by_code) if np.isnan(lots[r]) else int(lots[r]),
            **{column: day(days[r]) for column, days in dates.items()},
            risk_warning=warned[r],
            issue_price=None if np.isnan(issue_prices[r]) else float(issue_prices[r]),
            source=table.name,
        )
    if skipped:
        text = f"{skipped} symbols without a board, or without any day of their life, left out of the instruments"
        report.add("note", "instrument_skipped", table.name, text, count=skipped)
    return instruments
