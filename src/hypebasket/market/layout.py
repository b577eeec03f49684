"""Raw bars laid out on the sessions of an exchange: whole prices, reference prices, entitlements, limits of the day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from hypebasket.errors import DataGapError
from hypebasket.market.calendar import Calendar, Session
from hypebasket.market.panel import FEN, MICRO, UNKNOWN, Flags, Integers, Listing, MarketPanel
from hypebasket.market.status import Status, statuses
from hypebasket.rules.boards import board_of
from hypebasket.rules.limits import NO_LIMIT_DOWN, NO_LIMIT_UP, day_limits
from hypebasket.spec.text import Text, market_of

if TYPE_CHECKING:
    import pandas as pd

    from hypebasket.market.data import MarketData
    from hypebasket.spec.instrument import Instrument

__all__ = ["FEN_TOLERANCE", "build_panel"]

FEN_TOLERANCE = 5e-3
"""How far, in fen, a price may lie from a whole one: the noise of a vendor's floats, far below a traded fraction."""

RECENT_LISTING_DAYS = 40


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
    boards = [listing.board for listing in listings]
    status, untold = statuses(sessions, names, boards, data.instruments, layout.trading, layout.is_st)
    down, up = _limits(grid, layout, status, listings, data.instruments, calendar)
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
        warnings=(*layout.warnings, *notes, *untold),
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
    is_st: npt.NDArray[np.float64]
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
    is_st = np.full(grid.shape, np.nan)
    is_st[rows, columns] = bars["is_st"].to_numpy(dtype=np.float64)
    return _Layout(
        spread("open"), spread("high"), spread("low"), close, reference, volume, amount, trading, suspended, is_st,
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
    status: Status,
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
                risk_warning=bool(status.risk_warning[row, column]),
                sessions_listed=_sessions_listed(session, list_date, calendar),
                list_date=list_date,
                issue_price=issue,
                delisting_session=int(status.delisting_session[row, column]) or None,
                delisting_start=listed.delisting_start if listed else None,
                relisting=bool(status.relisting[row, column]),
            )
            down[row, column], up[row, column] = limits or (UNKNOWN, UNKNOWN)
    return down, up


def _sessions_listed(session: Session, list_date: date | None, calendar: Calendar) -> int | None:
    """Count sessions since listing (1 = the listing day) while they still matter; ``None`` = long ago or unknown."""
    if list_date is None or date.toordinal(session) - list_date.toordinal() > RECENT_LISTING_DAYS:
        return None
    return len(calendar.sessions(list_date, session))
