"""The past as a decision may see it: everything before a session, nothing of it or after.

Signals take a ``PastView`` and nothing else of the market, so that looking ahead is not a mistake one can make.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from hypebasket.market.calendar import Session
from hypebasket.market.panel import FEN, MarketPanel
from hypebasket.rules.limits import NO_LIMIT_UP

__all__ = ["PastView"]

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]


class PastView:
    """Sessions before ``row``; rows count from the start of the data, prices are in fen.

    Asking for a session that is not past raises ``IndexError``. Arrays are copies: a view would lead back to the whole.
    """

    __slots__ = ("_panel", "_row")

    def __init__(self, panel: MarketPanel, row: int) -> None:
        self._panel = panel
        self._row = row

    @property
    def row(self) -> int:
        """How many sessions are past; the first row that is not."""
        return self._row

    @property
    def sessions(self) -> tuple[Session, ...]:
        """Sessions of the past, ascending."""
        return self._panel.sessions[: self.row]

    @property
    def symbols(self) -> tuple[str, ...]:
        """Symbols, ascending."""
        return self._panel.symbols

    def returns(self, symbol: str, first: int = 0, last: int | None = None) -> Floats:
        """Return total returns of rows ``first..last`` (default: to the last session); 0 without trading."""
        stop = self.row if last is None else self._past(last) + 1
        return self._panel.total_return[max(first, 0) : stop, self._panel.column_of[symbol]].copy()

    def closes(self, symbol: str) -> Rows:
        """Return closes of all sessions, in fen; without trading the last close, 0 before the first bar."""
        return self._panel.close[: self.row, self._panel.column_of[symbol]].copy()

    def volumes(self, symbol: str) -> Rows:
        """Return volumes of all sessions, in shares; -1 where unknown."""
        return self._panel.volume[: self.row, self._panel.column_of[symbol]].copy()

    def traded(self, symbol: str, row: int) -> bool:
        """Whether the name traded on ``row``."""
        return bool(self._panel.trading[self._past(row), self._panel.column_of[symbol]])

    def traded_last(self, symbol: str) -> bool:
        """Whether the name traded on the last session of the past."""
        return self.row > 0 and self.traded(symbol, self.row - 1)

    def traded_rows(self, symbol: str) -> Rows:
        """Return the rows on which the name traded."""
        return np.flatnonzero(self._panel.trading[: self.row, self._panel.column_of[symbol]]).astype(np.int64)

    def amounts(self, symbol: str, rows: Rows) -> Floats:
        """Return turnover on ``rows``; where the data has none, shares times close; NaN if both are unknown."""
        rows = np.asarray(rows, dtype=np.int64)
        for row in (rows.min(), rows.max()) if rows.size else ():
            self._past(int(row))
        column = self._panel.column_of[symbol]
        known, volume = self._panel.amount[rows, column], self._panel.volume[rows, column]
        derived = np.where(volume >= 0, volume * (self._panel.close[rows, column] / FEN), np.nan)
        return np.where(np.isnan(known), derived, known)

    def sealed(self, symbol: str, row: int) -> bool:
        """Whether the name traded on ``row`` and closed at its limit-up price (封板)."""
        return bool(self._panel.sealed[self._past(row), self._panel.column_of[symbol]])

    def opened_locked(self, symbol: str, row: int) -> bool:
        """Whether the name opened ``row`` at its limit-up price."""
        at = (self._past(row), self._panel.column_of[symbol])
        limit = int(self._panel.limit_up[at])
        return self.traded(symbol, row) and 0 < limit < NO_LIMIT_UP and int(self._panel.open[at]) == limit

    def traded_below_limit(self, symbol: str, row: int) -> bool:
        """Whether the name traded on ``row``, and at some price below its limit-up price."""
        column = self._panel.column_of[symbol]
        return self.traded(symbol, row) and bool(self._panel.low[row, column] < self._panel.limit_up[row, column])

    def _past(self, row: int) -> int:
        if not 0 <= row < self.row:
            raise IndexError(f"row {row} is not before row {self.row}")
        return row
