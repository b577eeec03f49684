"""Everything of one symbol, asked and proven: what goes into the store, and what has to be said about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from hypebasket.errors import VendorError
from hypebasket.market.calendar import calendar_of
from hypebasket.sources.akshare.bars import ask_bars, place_of, prove
from hypebasket.sources.akshare.calls import Caller
from hypebasket.sources.akshare.listings import Registers, ask_actions, ask_listing
from hypebasket.sources.akshare.marketwide import ask_index, is_index
from hypebasket.sources.akshare.proof import Listing, Proof, sessions_of
from hypebasket.sources.finding import Finding, Severity
from hypebasket.sources.manifest import CallRecord, Change
from hypebasket.spec.text import market_of

__all__ = ["Harvest", "Request", "harvest"]

LEAD = timedelta(days=20)
"""Bars are asked for from so many days earlier: the first row wanted then has a close before it."""

GAPS_ELSEWHERE = 0.05
"""Hong Kong and US: sessions that may be without a row, as nobody lists their suspensions; A-shares: none."""

_VALUES = ("open", "high", "low", "close", "volume")
_LOT = 100.0


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of one symbol; ``listed`` and ``name`` are what is known of it beforehand."""

    symbol: str
    first: date
    last: date
    vendor: str
    check: str | None = None
    allow_gaps: bool = False
    accept_rewrite: bool = False
    listed: date | None = None

    @property
    def file(self) -> str:
        """The file of a tidy folder that the rows go into."""
        return f"bars_{self.vendor}_{place_of(self.symbol).lower()}.parquet"


@dataclass(frozen=True, slots=True)
class Harvest:
    """The proven rows of one symbol.

    ``bars`` has the columns of ``columns.BARS`` but the symbol, ``actions`` those of ``columns.ACTIONS`` but the
    symbol; an index has ``levels`` (date, close) and nothing else.
    """

    request: Request
    bars: pd.DataFrame
    actions: pd.DataFrame
    levels: pd.DataFrame
    listing: Listing
    records: tuple[CallRecord, ...]
    findings: tuple[Finding, ...]
    changes: tuple[Change, ...]


def harvest(caller: Caller, registers: Registers, request: Request, held: pd.DataFrame) -> Harvest:
    """Ask for one symbol and prove it; ``held`` are the rows of it that the store has (``columns.BARS``).

    Raises ``VendorError`` with symbol, call and remedy; then nothing of the symbol is taken.
    """
    if is_index(request.symbol):
        levels, record = ask_index(caller, request.symbol, request.first, request.last)
        none = pd.DataFrame()
        return Harvest(request, none, none, levels, Listing(), (record,), (), ())
    symbol, findings = request.symbol, _Findings(request)
    listing, listing_records = ask_listing(caller, symbol)
    listing = registers.with_delisting(symbol, listing)
    listing = replace(listing, listed=listing.listed or request.listed)
    _was_listed(request, listing)
    actions = ask_actions(caller, symbol)
    for text in actions.unread:
        findings.add("actions_unread", text)
    since = request.first - LEAD
    raw, proof = ask_bars(caller, request.vendor, symbol, since, request.last)
    missing = proof.missing(raw, calendar_of(market_of(symbol)), since, request.last, listing)
    suspended = registers.suspended(symbol, missing)
    _complete(request, proof, np.setdiff1d(missing, suspended), listing)
    bars = prove(raw, proof, actions.frame, listing, suspended)
    bars = bars[bars["date"] >= pd.Timestamp(request.first)].reset_index(drop=True)
    if bars.empty:
        raise proof.reply.error(f"no row from {request.first} on", "choose days on which the stock was listed")
    bars["is_st"] = np.nan
    if place_of(symbol) == "CN":
        bars["is_st"] = registers.risk_warnings(symbol, listing.name, bars["date"].to_numpy().astype("datetime64[D]"))
    bars["quality"] = np.where(bars["is_suspended"], "suspended", "")
    proof.overlap(bars, held, accept=request.accept_rewrite)
    if "volume in lots" in proof.passed:
        findings.note("volume_in_lots", "the vendor gives lots of 100: volumes are rounded to 100 shares", len(bars))
    records = [*listing_records, *actions.records]
    records.append(
        proof.reply.checked(tuple(proof.passed), vendor=request.vendor, first=request.first, last=request.last)
    )
    changes = list(_rewritten(request, bars, held))
    if request.check:
        record, differing = _compared(caller, request, bars)
        records.append(record)
        changes += differing
    findings.tell(changes)
    kept = ["date", *_VALUES, "amount", "prev_close", "is_suspended", "is_st", "quality"]
    return Harvest(
        request, bars[kept], actions.frame, pd.DataFrame(), listing, tuple(records), tuple(findings.all), tuple(changes)
    )


def _was_listed(request: Request, listing: Listing) -> None:
    if listing.delisted and listing.delisted <= request.first:
        raise VendorError(
            f"{request.symbol}: akshare: delisted on {listing.delisted}, before {request.first}",
            "ask for earlier days with --from, or leave the symbol out",
        )
    if listing.listed and listing.listed > request.last:
        raise VendorError(
            f"{request.symbol}: akshare: listed on {listing.listed}, after {request.last}", "leave the symbol out"
        )


def _complete(request: Request, proof: Proof, missing: np.ndarray, listing: Listing) -> None:
    """Judge the sessions without a row, those before the first wanted day not counted."""
    wanted = missing[missing >= np.datetime64(request.first)]
    expected = len(sessions_of(calendar_of(market_of(request.symbol)), request.first, request.last))
    if request.allow_gaps:
        return
    proof.complete(wanted, expected, allowed=0.0 if place_of(request.symbol) == "CN" else GAPS_ELSEWHERE)


def _rewritten(request: Request, bars: pd.DataFrame, held: pd.DataFrame) -> list[Change]:
    """List the values that the store has otherwise for the same session."""
    return _differences(request, "rewritten", held, bars, request.vendor)


def _compared(caller: Caller, request: Request, bars: pd.DataFrame) -> tuple[CallRecord, list[Change]]:
    """Ask the second vendor for the same days and list where it says otherwise; the first vendor's rows stay."""
    assert request.check is not None
    other, proof = ask_bars(caller, request.check, request.symbol, request.first, request.last)
    live = bars[~bars["is_suspended"]]
    changes = _differences(request, "differs", live, other, request.check)
    days = set(live["date"]) ^ set(other["date"])
    for day in sorted(days):
        mine = live.loc[live["date"] == day, "close"]
        theirs = other.loc[other["date"] == day, "close"]
        changes.append(
            Change(
                kind="differs",
                symbol=request.symbol,
                day=day.date(),
                column="close",
                was=float(mine.iloc[0]) if len(mine) else None,
                now=float(theirs.iloc[0]) if len(theirs) else None,
                by=request.check,
            )
        )
    checks = (*proof.passed, f"compared with {request.vendor}")
    return proof.reply.checked(checks, vendor=request.check, first=request.first, last=request.last), changes


def _differences(request: Request, kind: str, was: pd.DataFrame, now: pd.DataFrame, by: str) -> list[Change]:
    """List the values of common sessions that differ; volumes may differ by the rounding to lots."""
    both = was[["date", *_VALUES]].merge(now[["date", *_VALUES]], on="date", suffixes=("_was", "_now"))
    changes = []
    for column in _VALUES:
        before, after = both[f"{column}_was"], both[f"{column}_now"]
        slack = _LOT if column == "volume" else 1e-6
        differs = (before - after).abs() > slack
        changes += [
            Change(
                kind="rewritten" if kind == "rewritten" else "differs",
                symbol=request.symbol,
                day=both["date"].iloc[i].date(),
                column=column,
                was=float(before.iloc[i]),
                now=float(after.iloc[i]),
                by=by,
            )
            for i in np.flatnonzero(differs)
        ]
    return changes


class _Findings:
    """Collects what is to be said of one symbol."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.all: list[Finding] = []

    def add(self, kind: str, message: str, count: int = 1) -> None:
        """Keep a blemish."""
        self._keep("blemish", kind, message, count, None, None)

    def note(self, kind: str, message: str, count: int) -> None:
        """Keep a note."""
        self._keep("note", kind, message, count, None, None)

    def tell(self, changes: list[Change]) -> None:
        """Keep one blemish per kind of change, naming the first days."""
        for kind in ("rewritten", "differs"):
            mine = sorted((c for c in changes if c.kind == kind), key=lambda c: (c.day, c.column))
            if mine:
                shown = ", ".join(f"{c.day} {c.column} {_number(c.was)} -> {_number(c.now)}" for c in mine[:3])
                self._keep("blemish", f"vendor_{kind}", f"{len(mine)} values of {mine[0].by}: {shown}", len(mine),
                           mine[0].day, mine[-1].day)  # fmt: skip

    def _keep(
        self, severity: Severity, kind: str, message: str, count: int, first: date | None, last: date | None
    ) -> None:
        self.all.append(
            Finding(
                severity=severity,
                kind=kind,
                file=self.request.file,
                symbol=self.request.symbol,
                count=count,
                first=first,
                last=last,
                message=message,
            )
        )


def _number(value: float | None) -> str:
    return "no row" if value is None else f"{value:g}"
