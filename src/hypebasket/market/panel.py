"""The read-only panel an engine runs on: integer prices, limits and entitlements, ``[session, symbol]``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from hypebasket.errors import DataGapError
from hypebasket.market.calendar import Calendar, Session
from hypebasket.rules.boards import board_of
from hypebasket.rules.limits import NO_LIMIT_DOWN, NO_LIMIT_UP, day_limits
from hypebasket.spec.text import Text, market_of

if TYPE_CHECKING:
    import pandas as pd

    from hypebasket.market.data import MarketData
    from hypebasket.spec.instrument import Board, Instrument

__all__ = ["FEN", "UNKNOWN", "Bar", "Listing", "MarketPanel", "build_panel"]

UNKNOWN = -1
"""A limit or a volume that the data and the law cannot tell."""

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

FEN = 100
MICRO = 1_000_000
FEN_TOLERANCE = 5e-3
RECENT_LISTING_DAYS = 40


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


def build_panel(
    data: MarketData, symbols: Sequence[str], calendar: Calendar, start: Session, end: Session
) -> MarketPanel:
    """Lay out the bars of ``symbols`` on the exchange's sessions from ``start`` to ``end``.

    Symbols without a single bar in the data raise: whoever asks decides beforehand whom the data covers.
    """
    sessions = calendar.sessions(start, end)
    names = tuple(sorted(set(symbols)))
    bars = data.bars[data.bars["symbol"].isin(names)]
    missing = sorted(set(names) - set(bars["symbol"].unique()))
    if missing:
        raise DataGapError(f"no bars of {', '.join(missing)} in {data.source}", "import or fetch them first")
    grid = _Grid(sessions, names)
    rows, columns, bars = grid.place(bars, "date")
    layout = _lay_out(grid, rows, columns, bars)
    actions = data.actions[data.actions["symbol"].isin(names)]
    cash, ratio, notes = _entitlements(grid, actions, layout)
    listings = tuple(_listing(symbol, data.instruments) for symbol in names)
    down, up = _limits(grid, layout, listings, data.instruments, calendar)
    return MarketPanel(
        sessions=sessions,
        symbols=names,
        listings=listings,
        open=layout.open,
        high=layout.high,
        low=layout.low,
        close=layout.close,
        reference=layout.reference,
        limit_down=down,
        limit_up=up,
        volume=layout.volume,
        amount=layout.amount,
        trading=layout.trading,
        suspended=layout.suspended,
        cash_micro=cash,
        ratio_ppm=ratio,
        delisted=_delisted(grid, data.instruments),
        warnings=(*layout.warnings, *notes),
    )


def _listing(symbol: str, instruments: dict[str, Instrument]) -> Listing:
    listed = instruments.get(symbol)
    return Listing(listed.board, listed.lot) if listed else Listing(board_of(symbol), None)


class _Grid:
    """Sessions × symbols, and where a row of a frame falls on it."""

    def __init__(self, sessions: tuple[Session, ...], symbols: tuple[str, ...]) -> None:
        self.sessions = sessions
        self.symbols = symbols
        self.days = np.array(sessions, dtype="datetime64[s]")
        self.shape = (len(sessions), len(symbols))

    def place(self, frame: pd.DataFrame, day: str) -> tuple[Integers, Integers, pd.DataFrame]:
        """Return row and column of every record that falls on a session, and those records."""
        dates = frame[day].to_numpy().astype("datetime64[s]")
        rows = np.searchsorted(self.days, dates)
        inside = rows < len(self.days)
        inside[inside] = self.days[rows[inside]] == dates[inside]
        kept = frame[inside]
        columns = np.searchsorted(np.array(self.symbols), kept["symbol"].to_numpy(dtype=str))
        return rows[inside].astype(np.int64), columns.astype(np.int64), kept

    def integers(self, fill: int = 0) -> Integers:
        return np.full(self.shape, fill, dtype=np.int64)


@dataclass(slots=True)
class _Layout:
    open: Integers
    high: Integers
    low: Integers
    close: Integers
    reference: Integers
    volume: Integers
    amount: npt.NDArray[np.float64]
    trading: Flags
    suspended: Flags
    risk_warning: Flags
    warnings: tuple[Text, ...]


def _to_fen(frame: pd.DataFrame, column: str, *, whole: bool = True) -> Integers:
    scaled = frame[column].to_numpy(dtype=np.float64) * FEN
    fen = np.rint(np.nan_to_num(scaled))
    off = np.abs(np.nan_to_num(scaled) - fen) > FEN_TOLERANCE
    if whole and off.any():
        row = frame.iloc[int(off.argmax())]
        place = f"{row['symbol']} {row['date']:%Y-%m-%d} {column} {row[column]}"
        raise DataGapError(f"{place}: not a whole fen", "only raw (unadjusted) prices can be traded")
    prices: Integers = fen.astype(np.int64)
    return prices


def _lay_out(grid: _Grid, rows: Integers, columns: Integers, bars: pd.DataFrame) -> _Layout:
    suspended_row = bars["is_suspended"].to_numpy(dtype=bool)
    live = ~suspended_row
    suspended = np.zeros(grid.shape, dtype=bool)
    suspended[rows[suspended_row], columns[suspended_row]] = True
    trading = np.zeros(grid.shape, dtype=bool)
    trading[rows[live], columns[live]] = True

    def spread(column: str) -> Integers:
        out = grid.integers()
        out[rows[live], columns[live]] = _to_fen(bars, column)[live]
        return out

    close = grid.integers()
    close[rows, columns] = _to_fen(bars, "close")
    close = _carry_forward(close)
    reference = grid.integers()
    reference[rows, columns] = _to_fen(bars, "prev_close", whole=False)
    volume = grid.integers()
    # A vendor's zero on a session with trading is a volume it does not know, not a market without a trade.
    known = (bars["volume"].notna() & ((bars["volume"] > 0) | bars["is_suspended"])).to_numpy()
    volume[rows, columns] = np.where(known, np.rint(np.nan_to_num(bars["volume"].to_numpy(dtype=np.float64))), UNKNOWN)
    amount = np.full(grid.shape, np.nan)
    amount[rows, columns] = bars["amount"].to_numpy(dtype=np.float64)
    warned = np.zeros(grid.shape, dtype=bool)
    warned[rows, columns] = bars["is_st"].to_numpy(dtype=np.float64) == 1.0
    return _Layout(
        spread("open"), spread("high"), spread("low"), close, reference, volume, amount, trading, suspended, warned,
        _gap_warnings(grid, trading, suspended),
    )  # fmt: skip


def _carry_forward(prices: Integers) -> Integers:
    """Fill zeros with the last price above them."""
    index = np.where(prices > 0, np.arange(len(prices))[:, None], 0)
    carried: Integers = np.take_along_axis(prices, np.maximum.accumulate(index, axis=0), axis=0)
    return carried


def _gap_warnings(grid: _Grid, trading: Flags, suspended: Flags) -> tuple[Text, ...]:
    """Name the symbols with sessions, inside their life, of which the data has no row at all."""
    present = trading | suspended
    notes = []
    for column, symbol in enumerate(grid.symbols):
        rows = np.flatnonzero(present[:, column])
        if len(rows) == 0:
            continue
        holes = np.flatnonzero(~present[rows[0] : rows[-1] + 1, column]) + rows[0]
        if len(holes):
            first = grid.sessions[holes[0]]
            notes.append(
                Text(
                    zh=f"{symbol}：{len(holes)} 个交易日没有行情，首个是 {first}",
                    en=f"{symbol}: no row on {len(holes)} sessions, first {first}",
                )
            )
    return tuple(notes)


def _entitlements(grid: _Grid, actions: pd.DataFrame, layout: _Layout) -> tuple[Integers, Integers, tuple[Text, ...]]:
    """Spread corporate actions on the grid; one that only the reference price tells of is booked as cash."""
    rows, columns, known = grid.place(actions, "ex_date")
    cash, ratio = grid.integers(), grid.integers()
    cash[rows, columns] = np.rint(known["cash_per_share"].to_numpy(dtype=np.float64) * MICRO).astype(np.int64)
    ratio[rows, columns] = np.rint(known["share_ratio"].to_numpy(dtype=np.float64) * MICRO).astype(np.int64)
    told = np.zeros(grid.shape, dtype=bool)
    told[rows, columns] = True
    _carry_over_suspensions(told, layout.trading)
    before = np.vstack([np.zeros((1, grid.shape[1]), dtype=np.int64), layout.close[:-1]])
    # Some vendors give the plain previous close on an ex-date, some nothing: the ex-right price is then computed.
    expected = _expected_reference(before, cash, ratio, layout.trading)
    plain = layout.trading & ((layout.reference == 0) | ((layout.reference == before) & told))
    layout.reference = np.where(plain, expected, layout.reference)
    implied = layout.trading & (before > 0) & (layout.reference > 0) & (layout.reference != before) & ~told
    cash[implied] = (before - layout.reference)[implied] * (MICRO // FEN)
    return cash, ratio, _implied_warnings(grid, implied)


def _implied_warnings(grid: _Grid, implied: Flags) -> tuple[Text, ...]:
    """Name the symbols and sessions whose reference price tells of an entitlement that no record explains."""
    notes = []
    for column in np.flatnonzero(implied.any(axis=0)):
        symbol = grid.symbols[column]
        days = [str(grid.sessions[row]) for row in np.flatnonzero(implied[:, column])]
        notes.append(
            Text(
                zh=f"{symbol}：{'、'.join(days)} 的参考价与前收盘不同而没有已知的除权除息，差额按现金入账",
                en=f"{symbol}: on {', '.join(days)} the reference price differs from the close before without a known "
                "corporate action; the difference is booked as cash",
            )
        )
    return tuple(notes)


def _ex_right(before: Integers, cash_micro: Integers, ratio_ppm: Integers) -> Integers:
    """Return the close before, less what left the price on the ex-date, half-up to the fen."""
    numerator = (before * (MICRO // FEN) - cash_micro) * FEN
    denominator = MICRO + ratio_ppm
    price: Integers = np.maximum((2 * numerator + denominator) // (2 * denominator), 0)
    return price


def _expected_reference(before: Integers, cash_micro: Integers, ratio_ppm: Integers, trading: Flags) -> Integers:
    """Return the close before, taken through every action since: those of a suspension show when trading resumes."""
    expected = _ex_right(before, cash_micro, ratio_ppm)
    for row in range(1, len(expected)):
        idle = ~trading[row - 1] & (expected[row - 1] > 0)
        expected[row, idle] = _ex_right(expected[row - 1], cash_micro[row], ratio_ppm[row])[idle]
    return expected


def _carry_over_suspensions(told: Flags, trading: Flags) -> None:
    """Carry the news of an action to the next session with trading: the first reference price that shows it."""
    for row in range(1, len(told)):
        told[row] |= told[row - 1] & ~trading[row - 1]


def _delisted(grid: _Grid, instruments: dict[str, Instrument]) -> Flags:
    days = [instruments[symbol].delist_date if symbol in instruments else None for symbol in grid.symbols]
    return np.array([[day is not None and session >= day for day in days] for session in grid.sessions], dtype=bool)


def _limits(
    grid: _Grid,
    layout: _Layout,
    listings: tuple[Listing, ...],
    instruments: dict[str, Instrument],
    calendar: Calendar,
) -> tuple[Integers, Integers]:
    down, up = grid.integers(NO_LIMIT_DOWN), grid.integers(NO_LIMIT_UP)
    for column, (symbol, (board, _)) in enumerate(zip(grid.symbols, listings, strict=True)):
        listed = instruments.get(symbol)
        list_date = listed.list_date if listed else None
        issue = round(listed.issue_price * FEN) if listed and listed.issue_price else None
        for row in np.flatnonzero(layout.trading[:, column]):
            session = grid.sessions[row]
            limits = day_limits(
                board,
                market_of(symbol),
                session,
                int(layout.reference[row, column]) or None,
                risk_warning=bool(layout.risk_warning[row, column]),
                sessions_listed=_sessions_listed(session, list_date, calendar),
                list_date=list_date,
                issue_price=issue,
                delisting_session=None,
            )
            down[row, column], up[row, column] = limits or (UNKNOWN, UNKNOWN)
    return down, up


def _sessions_listed(session: Session, list_date: date | None, calendar: Calendar) -> int | None:
    """Count sessions since listing (1 = the listing day) while they still matter; ``None`` = long ago or unknown."""
    if list_date is None or date.toordinal(session) - list_date.toordinal() > RECENT_LISTING_DAYS:
        return None
    return len(calendar.sessions(list_date, session))
