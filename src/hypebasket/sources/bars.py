"""Bars of one file: symbols completed, sorted, with the place of every row."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hypebasket.errors import RuleGapError
from hypebasket.rules.boards import board_of
from hypebasket.sources.naming import file_market
from hypebasket.sources.table import SourceTable, read_dates, read_flags, read_numbers, read_words
from hypebasket.spec.text import Market, market_of

if TYPE_CHECKING:
    from hypebasket.sources.finding import Report
    from hypebasket.spec.instrument import Board

__all__ = ["BarsTable", "day", "is_a_share", "known_board", "read_bars", "read_symbols", "span_of", "to_bars"]

PRICES = ("open", "high", "low", "close")
_SYMBOL = re.compile(r"\d{6}\.(?:SH|SZ|BJ)|\d{5}\.HK|[A-Z][A-Z0-9.\-]{0,9}\.US")
_TICKER = re.compile(r"[A-Z][A-Z0-9\-]{0,9}")
_ORDINARY = frozenset({"ok", "normal"})


@dataclass(frozen=True, slots=True)
class BarsTable:
    """Rows sorted by symbol and date.

    ``code`` (n_rows,) indexes ``symbols`` (sorted); ``row`` (n_rows,) is the data row of the file; ``day`` is
    datetime64[D]; the others are float64 with NaN = blank; ``remark`` indexes ``remarks``.
    """

    table: SourceTable
    symbols: tuple[str, ...]
    remarks: tuple[str, ...]
    code: np.ndarray
    row: np.ndarray
    day: np.ndarray
    numbers: dict[str, np.ndarray]
    remark: np.ndarray

    def __len__(self) -> int:
        return len(self.code)

    def __getitem__(self, column: str) -> np.ndarray:
        return self.numbers[column]

    @property
    def name(self) -> str:
        """File name."""
        return self.table.name

    def where(self, keep: np.ndarray) -> BarsTable:
        """Return the rows where ``keep`` (n_rows,) is true."""
        numbers = {column: values[keep] for column, values in self.numbers.items()}
        return replace(
            self,
            code=self.code[keep],
            row=self.row[keep],
            day=self.day[keep],
            numbers=numbers,
            remark=self.remark[keep],
        )

    def in_markets(self, *markets: Market) -> np.ndarray:
        """Return (n_rows,) bool: rows of these markets."""
        by_symbol = np.array([market_of(symbol) in markets for symbol in self.symbols], dtype=bool)
        return by_symbol.take(self.code)

    @property
    def is_a_share(self) -> np.ndarray:
        """(n_rows,) bool: stocks of Shanghai, Shenzhen and Beijing; funds and B-shares are none."""
        by_symbol = np.array([is_a_share(symbol) for symbol in self.symbols], dtype=bool)
        return by_symbol.take(self.code)

    @property
    def is_suspended(self) -> np.ndarray:
        """(n_rows,) bool; a blank flag counts as trading."""
        flagged: np.ndarray = self["is_suspended"] == 1
        return flagged

    def starts(self) -> np.ndarray:
        """Return (n_rows,) bool: first row of its symbol."""
        return np.append(True, self.code[1:] != self.code[:-1]) if len(self) else np.zeros(0, dtype=bool)

    def previous_close(self) -> np.ndarray:
        """Return (n_rows,) the close of the symbol's row before; NaN in its first row."""
        shifted = np.append(np.nan, self["close"][:-1]) if len(self) else np.zeros(0)
        return np.where(self.starts(), np.nan, shifted)

    def at(self, index: int) -> str:
        """Return ``file:line: symbol date`` of one row."""
        return f"{self.table.place(int(self.row[index]))}: {self.symbols[self.code[index]]} {self.day[index]}"


def known_board(symbol: str) -> Board | None:
    """Return the board that a symbol's code stands for; None for funds, B-shares and codes nobody listed."""
    try:
        return board_of(symbol)
    except RuleGapError:
        return None


def is_a_share(symbol: str) -> bool:
    """Tell whether a symbol is an A-share stock."""
    return known_board(symbol) not in (None, "hk", "us")


def day(value: np.datetime64) -> date | None:
    """Return the plain date of a numpy day; None where it is blank."""
    return None if np.isnat(value) else date.fromisoformat(str(value.astype("datetime64[D]")))


def span_of(days: np.ndarray) -> tuple[date | None, date | None]:
    """Return the first and last day of (n,) datetime64[D]."""
    return (day(days.min()), day(days.max())) if len(days) else (None, None)


def read_symbols(
    table: SourceTable, report: Report, *, us_rows: np.ndarray | None = None
) -> tuple[list[str], np.ndarray]:
    """Return the sorted distinct symbols and (n_rows,) codes into them, -1 where blank or refused.

    Bare tickers become ``.US`` in a file whose name says so, and in the rows of ``us_rows`` (n_rows, bool).
    """
    codes, words = read_words(table, "symbol")
    upper = [word.upper() for word in words]
    whole_file = file_market(table.name) == "US"
    in_us_rows = set(codes[us_rows].tolist()) if us_rows is not None else set()
    named = [
        f"{word}.US" if _TICKER.fullmatch(word) and (whole_file or i in in_us_rows) else word
        for i, word in enumerate(upper)
    ]
    good = np.array([_SYMBOL.fullmatch(symbol) is not None for symbol in named] + [False], dtype=bool)
    wrong = np.flatnonzero(~good[codes])
    if len(wrong):
        places = [
            f"{table.place(int(r))}: symbol '{table.value('symbol', int(r))}': write 600519.SH, 300418.SZ, 920001.BJ, "
            "00700.HK or NVDA.US"
            for r in wrong[:3]
        ]
        report.refuse(places, len(wrong))
    symbols = sorted({symbol for symbol, is_good in zip(named, good, strict=False) if is_good})
    position = {symbol: i for i, symbol in enumerate(symbols)}
    translate = np.array([position.get(symbol, -1) for symbol in named] + [-1], dtype=np.int64)
    return symbols, translate[codes]


def read_bars(table: SourceTable, report: Report) -> BarsTable:
    """Read the rows of a bars file; rows without a symbol, a day or a price are refused."""
    symbols, code = read_symbols(table, report)
    days = read_dates(table, "date", report)
    numbers = {
        column: read_numbers(table, column, report) for column in (*PRICES, "volume", "amount", "prev_close")
    } | {column: read_flags(table, column, report) for column in ("is_suspended", "is_st")}
    for column in ("date", *PRICES):
        blank = np.isnat(days) if column == "date" else np.isnan(numbers[column])
        rows = np.flatnonzero(blank & table.columns[column].is_null().to_numpy())
        if len(rows):
            places = [f"{table.place(int(r))}: {column} is blank; leave the row out instead" for r in rows[:3]]
            report.refuse(places, len(rows))
    remark, remarks = read_words(table, "quality") if "quality" in table.columns else (np.full(table.rows, -1), [])
    remarks = ["" if word.casefold() in _ORDINARY else word for word in remarks]
    bars = BarsTable(
        table, tuple(symbols), (*remarks, ""), code, np.arange(table.rows), days, numbers, remark % (len(remarks) + 1)
    )
    order = np.lexsort((days.astype(np.int64), code))
    readable = (code >= 0) & ~np.isnat(days)
    for column in PRICES:
        readable &= ~np.isnan(numbers[column])
    return bars.where(order).where(readable[order])


def to_bars(tables: list[BarsTable]) -> pd.DataFrame:
    """Join verified files into one frame ``columns.BARS``, sorted by symbol and date."""
    frames = [
        pd.DataFrame(
            {
                "symbol": pd.Series(np.array(table.symbols, dtype=object)[table.code], dtype="str"),
                "date": table.day.astype("datetime64[s]"),
                **{column: table[column] for column in (*PRICES, "volume", "amount", "prev_close")},
                "is_suspended": table.is_suspended,
                "is_st": table["is_st"],
                "quality": pd.Series(np.array(table.remarks, dtype=object)[table.remark], dtype="str"),
            }
        )
        for table in tables
    ]
    joined = pd.concat(frames, ignore_index=True)
    return joined.sort_values(["symbol", "date"], ignore_index=True)
