"""What a vendor's bars must stand before a row of them is believed.

Every check raises ``VendorError`` at the first thing wrong: an answer is taken whole or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pandas as pd

from hypebasket.errors import RuleGapError
from hypebasket.market.calendar import Calendar, calendar_of
from hypebasket.rules.limits import day_limits
from hypebasket.sources.akshare.calls import OTHER_REMEDIES, Reply
from hypebasket.sources.bars import known_board
from hypebasket.spec.text import market_of

__all__ = ["PRICES", "Listing", "Proof", "sessions_of"]

PRICES = ("open", "high", "low", "close")
LOT = 100
FEN = 100
GRID_SLACK = 1e-6
UNIT_BAND = 0.8, 1.25
"""Median of amount/volume over the middle of the day's range: around 1 the volume is in shares, around 100 in lots."""

OTHER_UNIT = 10.0
"""A row that is off by more than this is in another unit than the rest."""

VWAP_SLACK = 0.011
OUTSIDE_SHARE = 0.01
"""Share of rows whose average price may lie outside the day's range: block trades at fixed prices count in Beijing."""

REWRITE_SHARE = 0.1
"""More rows than this that differ from the store are another basis (adjusted prices?), not corrections."""

MAX_LISTED = 4
LONG_SUSPENSION = 60
"""Sessions; a stock comes back from a suspension of its listing (暂停上市) without a limit, and none was shorter."""

YOUNG = timedelta(days=60)
"""The law's sessions without a limit after a listing are over by then."""


def sessions_of(calendar: Calendar, first: date, last: date) -> np.ndarray:
    """Return the sessions from ``first`` to ``last`` (datetime64[D]), inside the published calendar."""
    first, last = max(first, calendar.first), min(last, calendar.last)
    return np.array(calendar.sessions(first, last) if first <= last else (), dtype="datetime64[D]")


@dataclass(frozen=True, slots=True)
class Listing:
    """When a stock was listed and delisted, as far as known, and its name today."""

    name: str = ""
    listed: date | None = None
    delisted: date | None = None
    lot: int | None = None
    issue_price: float | None = None


@dataclass(slots=True)
class Proof:
    """The checks of one reply, in the order they are made; ``passed`` lists those it stood."""

    symbol: str
    reply: Reply
    passed: list[str] = field(default_factory=list)

    def _require(self, wrong: np.ndarray | bool, days: np.ndarray, what: str, remedy: str) -> None:
        rows = np.flatnonzero(np.atleast_1d(wrong))
        if len(rows):
            where = ", ".join(str(day) for day in days[rows[:MAX_LISTED]]) if len(days) else ""
            more = f" and {len(rows) - MAX_LISTED} more" if len(rows) > MAX_LISTED else ""
            raise self.reply.error(f"{what}{f' on {where}{more}' if where else ''}", remedy)

    def readable(self, columns: tuple[str, ...]) -> pd.DataFrame:
        """Dates are days and ascend, numbers are numbers without a blank; returns them typed."""
        raw = self.reply.frame
        days = pd.to_datetime(raw["date"], errors="coerce").to_numpy().astype("datetime64[D]")
        self._require(np.isnat(days), np.array([]), "a row without a readable date", OTHER_REMEDIES["unreadable"])
        self._require(np.diff(days) <= np.timedelta64(0), days[1:], "dates do not ascend", OTHER_REMEDIES["unreadable"])
        frame = pd.DataFrame({"date": days.astype("datetime64[s]")})
        for column in columns:
            numbers = pd.to_numeric(raw[column], errors="coerce").to_numpy(dtype=np.float64)
            blank = ~np.isfinite(numbers)
            self._require(blank, days, f"{column} is blank or no number", OTHER_REMEDIES["unreadable"])
            frame[column] = numbers
        self.passed += ["columns", "dates", "numbers"]
        return frame

    def inside(self, frame: pd.DataFrame, first: date, last: date) -> None:
        """No row lies outside the days asked for."""
        days = _days(frame)
        outside = (days < np.datetime64(first)) | (days > np.datetime64(last))
        self._require(outside, days, f"rows outside the days asked for ({first}..{last})", OTHER_REMEDIES["unreadable"])
        self.passed.append("inside request")

    def prices(self, frame: pd.DataFrame, *, per_unit: int | None) -> None:
        """Prices are positive, a range holds its open and close, and they lie on the grid of ``1/per_unit``."""
        days = _days(frame)
        adjusted = "the prices are adjusted or damaged; raw prices were asked for: choose another --source"
        for column in PRICES:
            self._require(frame[column].to_numpy() <= 0, days, f"{column} is not positive", adjusted)
        for column in ("volume", "amount"):
            self._require(frame[column].to_numpy() < 0, days, f"{column} is negative", OTHER_REMEDIES["unreadable"])
        body = frame[["open", "close"]]
        wrong = (frame["low"] > body.min(axis=1) + GRID_SLACK) | (frame["high"] < body.max(axis=1) - GRID_SLACK)
        self._require(wrong.to_numpy(), days, "open, high, low, close cannot be", OTHER_REMEDIES["unreadable"])
        if per_unit is not None:
            scaled = frame[list(PRICES)].to_numpy() * per_unit
            off = (np.abs(scaled - np.round(scaled)) > per_unit * GRID_SLACK).any(axis=1)
            self._require(off, days, f"prices are not whole 1/{per_unit}", adjusted)
        self.passed.append("prices")

    def shares(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the frame with the volume in shares: amount/volume must lie inside low..high, as shares or as lots."""
        traded = (frame["volume"] > 0) & (frame["amount"] > 0)
        days = _days(frame)
        half = (frame["volume"] > 0) != (frame["amount"] > 0)
        few = half & (frame["volume"] > 1)  # less than a lot rounds to zero
        self._require(few.to_numpy(), days, "volume without amount, or the reverse", OTHER_REMEDIES["unreadable"])
        if not traded.any():
            return frame
        rows = frame[traded]
        ratio = (rows["amount"] / rows["volume"] / ((rows["high"] + rows["low"]) / 2)).to_numpy()
        middle = float(np.median(ratio))
        factor = next((unit for unit in (1, LOT) if UNIT_BAND[0] <= middle / unit <= UNIT_BAND[1]), None)
        units = "the unit of volume or amount has changed: choose another --source and report it"
        self._require(factor is None, np.array([]), f"amount/volume is {middle:.4g} times the price", units)
        assert factor is not None
        mixed = (ratio / factor < 1 / OTHER_UNIT) | (ratio / factor > OTHER_UNIT)
        self._require(mixed, days[traded.to_numpy()], "volume partly in lots, partly in shares", units)
        # A volume of few lots is rounded to whole lots, which moves amount/volume by as much.
        average = rows["amount"] / (rows["volume"] * factor)
        slack = VWAP_SLACK + average / rows["volume"] * (factor == LOT)
        outside = (average < rows["low"] - slack) | (average > rows["high"] + slack)
        if outside.mean() > OUTSIDE_SHARE and outside.sum() > 1:
            self._require(outside.to_numpy(), days[traded.to_numpy()], "amount/volume lies outside low..high", units)
        self.passed.append("volume in lots" if factor == LOT else "volume in shares")
        return frame.assign(volume=frame["volume"] * factor)

    def sessions(self, frame: pd.DataFrame, calendar: Calendar) -> None:
        """Every row lies on a session."""
        days = _days(frame)
        if len(days):
            known = sessions_of(calendar, days[0].item(), days[-1].item())
            remedy = "choose another --source; or the calendar is out of date: pip install --upgrade exchange-calendars"
            self._require(~np.isin(days, known), days, f"rows on days that are no session of {calendar.market}", remedy)
        self.passed.append("sessions")

    def missing(self, frame: pd.DataFrame, calendar: Calendar, first: date, last: date, listing: Listing) -> np.ndarray:
        """Return the sessions of the request, while the stock was listed, that have no row."""
        begin = max(first, listing.listed) if listing.listed else first
        end = min(last, listing.delisted) if listing.delisted else last
        expected = sessions_of(calendar, begin, end)
        if listing.delisted and len(expected) and expected[-1] == np.datetime64(listing.delisted):
            expected = expected[:-1]  # the day of delisting itself has no trading
        return expected[~np.isin(expected, _days(frame))]

    def complete(self, missing: np.ndarray, expected: int, *, allowed: float) -> None:
        """At most ``allowed`` of the sessions are without a row."""
        if len(missing) > allowed * expected:
            text = (
                f"no row on {len(missing)} of {expected} sessions, and no suspension is known: the answer is truncated,"
            )
            self._require(
                np.ones(len(missing), dtype=bool), missing, f"{text} first",
                "run the same command again or choose another --source; --allow-gaps takes it with the gaps marked",
            )  # fmt: skip
        self.passed.append("row floor")

    def limits(self, frame: pd.DataFrame, listing: Listing) -> None:
        """High, low and close lie within the law's limits around the reference price of the day.

        Not asked of a stock whose name says that it is being delisted (its first session there has no limit), nor of
        the first session after a suspension long enough to be one of the listing.
        """
        if known_board(self.symbol) in (None, "hk", "us") or "退" in listing.name:
            return
        wrong = np.zeros(len(frame), dtype=bool)
        columns = (_days(frame), frame["high"], frame["low"], frame["prev_close"], frame["is_suspended"])
        idle = 0
        for i, (day, high, low, reference, suspended) in enumerate(zip(*columns, strict=True)):
            returns, idle = idle >= LONG_SUSPENSION, idle + 1 if suspended else 0
            free = suspended or returns or not reference > 0
            bounds = None if free else self._bounds(day.item(), reference, listing)
            if bounds is not None:
                wrong[i] = round(low * FEN) < bounds[0] or round(high * FEN) > bounds[1]
        remedy = "an ex-date is unknown or a price is wrong: compare vendors with --check, or choose another --source"
        self._require(wrong, _days(frame), "prices beyond the day's limits around the reference price", remedy)
        self.passed.append("within limits")

    def _bounds(self, day: date, reference: float, listing: Listing) -> tuple[int, int] | None:
        """Return the limits of a day in fen; ST is not looked at: its band is narrower, so nothing right is refused."""
        board, market = known_board(self.symbol), market_of(self.symbol)
        assert board is not None
        young = listing.listed is not None and timedelta(0) <= day - listing.listed < YOUNG
        count = len(sessions_of(calendar_of(market), listing.listed, day)) if young and listing.listed else None
        try:
            return day_limits(
                board,
                str(market),
                day,
                round(reference * FEN),
                risk_warning=False,
                sessions_listed=count,
                list_date=listing.listed if count is not None else None,
                issue_price=round(listing.issue_price * FEN) if listing.issue_price else None,
                delisting_session=None,
            )
        except RuleGapError:
            return None  # before the first record of the law: no run trades there either

    def overlap(self, frame: pd.DataFrame, held: pd.DataFrame, *, accept: bool) -> None:
        """Where the store holds the same sessions, closes agree on nearly all of them, unless a rewrite is accepted."""
        both = frame.merge(held[["date", "close"]], on="date", suffixes=("", "_held"))
        if both.empty or accept:
            return
        differs = (both["close"] - both["close_held"]).abs() > GRID_SLACK * both["close_held"].clip(lower=1)
        if differs.sum() > 1 and differs.mean() > REWRITE_SHARE:
            text = f"{int(differs.sum())} of {len(both)} closes differ from those in the store"
            remedy = (
                "the vendor adjusts these prices, or rewrote its history: compare with --check; "
                "--accept-rewrite stores the new values as a new generation with a list of what changed"
            )
            self._require(differs.to_numpy(), _days(both), text, remedy)
        self.passed.append("overlap")


def _days(frame: pd.DataFrame) -> np.ndarray:
    return frame["date"].to_numpy().astype("datetime64[D]")
