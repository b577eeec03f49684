"""The read-only panel an engine runs on: integer prices, limits and entitlements, ``[session, symbol]``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from hypebasket.market.calendar import Session
from hypebasket.rules.boards import law_of
from hypebasket.rules.limits import NO_LIMIT_UP
from hypebasket.rules.short_sale import restricted_sessions, trips_restriction
from hypebasket.spec.text import Text

if TYPE_CHECKING:
    from hypebasket.spec.instrument import Board

__all__ = ["FEN", "MICRO", "UNKNOWN", "Bar", "Flags", "Integers", "Listing", "MarketPanel"]

UNKNOWN = -1
"""A limit or a volume that the data and the law cannot tell."""

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

FEN = 100
MICRO = 1_000_000


class Listing(NamedTuple):
    """What an order's size hangs on: the board, and the instrument's own lot (``None``: the board's)."""

    board: Board
    lot: int | None


class Bar(NamedTuple):
    """One name on one session, in fen and shares, as the panel holds it."""

    trading: bool
    suspended: bool
    open: int
    high: int
    low: int
    close: int
    reference: int
    limit_down: int
    limit_up: int
    volume: int


@dataclass(frozen=True)
class MarketPanel:
    """One sleeve's market; every array is ``(n_sessions, n_symbols)`` and cannot be written.

    Attributes
    ----------
    sessions : tuple of Session
        Ascending, all sessions of the exchange in the range: a session without a bar is a suspension or a gap.
    symbols : tuple of str
        Ascending; the order in which orders of one phase are matched.
    listings : tuple of Listing
        Board of each symbol, by the instrument table where it has one, else by code; and its lot.
    open, high, low, close : int64
        Fen, raw. Without trading, open, high and low are 0 and close is the last close (0 before the first bar).
    reference : int64
        Fen: the price the day's limits are computed from (previous close; ex-right price on ex-dates); 0 if unknown.
    limit_down, limit_up : int64
        Fen; ``NO_LIMIT_DOWN`` / ``NO_LIMIT_UP`` where the law sets none, ``UNKNOWN`` where it cannot be told.
    volume : int64
        Shares; ``UNKNOWN`` where the data has none.
    amount : float64
        Yuan; NaN where the data has none.
    trading : bool
        There is a bar and the name was not suspended.
    suspended : bool
        The data has a row that says so.
    cash_micro, ratio_ppm : int64
        Entitlement per old share on this ex-date: millionths of the currency, and parts per million of a share.
    delisted : bool
        The name has left the exchange.
    """

    sessions: tuple[Session, ...]
    symbols: tuple[str, ...]
    listings: tuple[Listing, ...]
    open: Integers
    high: Integers
    low: Integers
    close: Integers
    reference: Integers
    limit_down: Integers
    limit_up: Integers
    volume: Integers
    amount: npt.NDArray[np.float64]
    trading: Flags
    suspended: Flags
    cash_micro: Integers
    ratio_ppm: Integers
    delisted: Flags
    warnings: tuple[Text, ...] = ()

    def __post_init__(self) -> None:
        for spec in fields(self):
            value = getattr(self, spec.name)
            if isinstance(value, np.ndarray):
                value.setflags(write=False)

    @cached_property
    def column_of(self) -> dict[str, int]:
        """Column of each symbol."""
        return {symbol: column for column, symbol in enumerate(self.symbols)}

    @cached_property
    def row_of(self) -> dict[date, int]:
        """Row of each session."""
        return {session: row for row, session in enumerate(self.sessions)}

    @cached_property
    def first_bar(self) -> Integers:
        """Row of each symbol's first bar; ``n_sessions`` where it never trades."""
        return np.where(self.trading.any(axis=0), self.trading.argmax(axis=0), len(self.sessions)).astype(np.int64)

    @cached_property
    def total_return(self) -> npt.NDArray[np.float64]:
        """Return of each session with dividends and splits: close over reference price - 1; 0 without trading."""
        ok = self.trading & (self.reference > 0)
        return np.where(ok, self.close / np.where(ok, self.reference, 1) - 1.0, 0.0)

    @cached_property
    def sealed(self) -> Flags:
        """Whether the name closed the session at its limit-up price (封板)."""
        limited = (self.limit_up > 0) & (self.limit_up < NO_LIMIT_UP)
        closed: Flags = self.trading & limited & (self.close == self.limit_up)
        return closed

    @cached_property
    def short_restricted(self) -> Flags:
        """Whether rule 201 binds a short sale: the United States, from a session that fell so far, as long as it lasts.

        The fall is that of the low below the reference price. Without trading, or without one, nothing is tripped.
        """
        restricted = np.zeros_like(self.trading)
        american = [column for column, board in enumerate(self.boards) if law_of(board) == "US"]
        for row, session in enumerate(self.sessions if american else ()):
            for column in american:
                reference = int(self.reference[row, column])
                if self.trading[row, column] and reference > 0:
                    low = int(self.low[row, column])
                    if trips_restriction(session, low, reference):
                        restricted[row : row + 1 + restricted_sessions(session), column] = True
        restricted.setflags(write=False)
        return restricted

    def sealed_before(self, row: int, column: int) -> bool:
        """Whether the name closed its last session with trading before ``row`` at its limit-up price."""
        traded = np.flatnonzero(self.trading[:row, column])
        return bool(traded.size) and bool(self.sealed[traded[-1], column])

    def settled(self, worth: int | None) -> MarketPanel:
        """Return the panel on which a share of a delisted name turns into ``worth`` fen (``None``: its last close).

        It does so before the open of the first session the name is no longer listed, as an entitlement: minus one
        share for one share.
        """
        first = self.delisted & ~np.vstack([np.zeros((1, len(self.symbols)), dtype=bool), self.delisted[:-1]])
        if not first.any():
            return self
        price = self.close if worth is None else np.full_like(self.close, worth)
        return replace(
            self,
            cash_micro=np.where(first, price * (MICRO // FEN), self.cash_micro),
            ratio_ppm=np.where(first, -MICRO, self.ratio_ppm),
        )

    @cached_property
    def boards(self) -> tuple[Board, ...]:
        """Board of each symbol."""
        return tuple(listing.board for listing in self.listings)

    def bar(self, row: int, column: int) -> Bar:
        """Return one cell of the panel as plain integers."""
        at = (row, column)
        return Bar(
            bool(self.trading[at]), bool(self.suspended[at]), int(self.open[at]), int(self.high[at]), int(self.low[at]),
            int(self.close[at]), int(self.reference[at]), int(self.limit_down[at]), int(self.limit_up[at]),
            int(self.volume[at]),
        )  # fmt: skip

    def rows(self, start: int, stop: int) -> MarketPanel:
        """Return the panel of sessions ``start:stop``, sharing memory."""
        return self._take(slice(start, stop), self.symbols, slice(None))

    def columns(self, symbols: Iterable[str]) -> MarketPanel:
        """Return the panel of some symbols, in ascending order."""
        wanted = tuple(sorted(set(symbols)))
        return self._take(slice(None), wanted, [self.column_of[symbol] for symbol in wanted])

    def _take(self, rows: slice, symbols: tuple[str, ...], columns: slice | list[int]) -> MarketPanel:
        arrays = {
            spec.name: getattr(self, spec.name)[rows, columns]
            for spec in fields(self)
            if isinstance(getattr(self, spec.name), np.ndarray)
        }
        listings = self.listings if isinstance(columns, slice) else tuple(self.listings[column] for column in columns)
        return replace(self, sessions=self.sessions[rows], symbols=symbols, listings=listings, **arrays)
