"""Fetching: what is asked for, symbol by symbol, and how the proven rows become a generation of the store.

The rows of a fetch and those that the store holds are joined in a tidy folder, which is read and verified as any import
is. Until that has succeeded the store is what it was.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Literal

import pandas as pd

from hypebasket.columns import ACTIONS, BARS, INDICES, RATES, Frame, empty_frame
from hypebasket.errors import DamagedDataError, DataGapError, VendorError
from hypebasket.market.calendar import Session, calendar_of
from hypebasket.market.data import MarketData
from hypebasket.sources.akshare.bars import place_of, vendors_of
from hypebasket.sources.akshare.calls import Caller
from hypebasket.sources.akshare.harvest import Harvest, Request, harvest
from hypebasket.sources.akshare.listings import Registers
from hypebasket.sources.akshare.marketwide import check_calendar, is_index
from hypebasket.sources.akshare.network import CONTACT, reach
from hypebasket.sources.bars import known_board
from hypebasket.sources.export import bars_by_file, write_tidy
from hypebasket.sources.finding import Finding
from hypebasket.sources.folder import FolderReading, read_folder
from hypebasket.sources.manifest import CallRecord, Change, Manifest
from hypebasket.sources.naming import index_market
from hypebasket.sources.staging import Staging
from hypebasket.sources.store import ImportOutcome, Store
from hypebasket.spec.instrument import Instrument
from hypebasket.spec.text import CURRENCY_OF, Market, market_of

__all__ = ["DEFAULT_FIRST", "Extra", "FetchOutcome", "Plan", "Progress", "fetch", "last_finished", "plan_requests"]

DEFAULT_FIRST = date(2021, 1, 1)
OVERLAP = 20
"""Sessions asked for again when a stored symbol is extended: they show whether the vendor has rewritten its history."""

SETTLED = timedelta(hours=2)
"""How long after the close a vendor's bar of the day is taken as final."""

RECORDS_KEPT = 6
_FETCH_KINDS = frozenset({"actions_unread", "volume_in_lots", "vendor_rewritten", "vendor_differs"})

Progress = Callable[[int, int, str], None]
"""Told after every symbol: how many are done, of how many, and a line about the last."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a fetch would ask for: requests, symbols already there, symbols nobody is asked for and why."""

    requests: tuple[Request, ...]
    present: tuple[str, ...]
    left_out: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Extra:
    """Something besides the bars of symbols: ``ask`` returns its rows and the calls made.

    A table is kept under ``name``, its rows added to those kept before; indices and rates have the columns of
    ``columns.INDICES`` and ``columns.RATES`` and join the market data.
    """

    name: str
    ask: Callable[[Caller], tuple[pd.DataFrame, tuple[CallRecord, ...]]]
    into: Literal["tables", "indices", "rates"] = "tables"


@dataclass(frozen=True, slots=True)
class FetchOutcome:
    """What a fetch did: the generation now current (None: nothing was proven), what failed, what was not asked."""

    stored: ImportOutcome | None
    fetched: tuple[str, ...]
    failures: Mapping[str, VendorError]
    left: tuple[str, ...]
    changes: tuple[Change, ...]


def last_finished(symbol: str, now: datetime) -> date:
    """Return the last session of the symbol's market whose bar is final at ``now``."""
    market = index_market(symbol) if is_index(symbol) else market_of(symbol)
    calendar = calendar_of(market or Market.XSHG)
    session = calendar.session(min(calendar.local(now).date(), calendar.last), direction="previous")
    return session if calendar.close_cutoff(session) + SETTLED <= now else calendar.shift(session, -1)


def plan_requests(
    symbols: Iterable[str],
    manifest: Manifest | None,
    listed: Mapping[str, date | None],
    *,
    vendor: str,
    check: str | None = None,
    first: date | None = None,
    last: date | None = None,
    refresh: bool = False,
    allow_gaps: bool = False,
    accept_rewrite: bool = False,
    now: datetime | None = None,
) -> Plan:
    """Decide what to ask for: nothing the store has from this vendor, only the end of what it has in part."""
    requests, present, left_out = [], [], {}
    for symbol in dict.fromkeys(symbols):
        index = is_index(symbol)
        if not index and vendor not in vendors_of(symbol):
            left_out[symbol] = f"{vendor} has no bars of this market (--source {', '.join(vendors_of(symbol))})"
            continue
        end = min(last or date.max, last_finished(symbol, now or datetime.now(UTC)))
        begin = first or DEFAULT_FIRST
        if begin > end:
            left_out[symbol] = f"no finished session from {begin} to {end}"
            continue
        source = "eastmoney" if index else vendor
        span = None if refresh or manifest is None else _span(manifest, symbol, source)
        if span is not None and span[0] <= begin and end <= span[1]:
            present.append(symbol)
            continue
        if span is not None and span[0] <= begin and not index:
            begin = max(begin, calendar_of(market_of(symbol)).shift(_session(symbol, span[1]), -OVERLAP))
        second = check if not index and check in vendors_of(symbol) and check != vendor else None
        requests.append(Request(symbol, begin, end, source, second, allow_gaps, accept_rewrite, listed.get(symbol)))
    return Plan(tuple(requests), tuple(present), left_out)


def _session(symbol: str, day: date) -> Session:
    calendar = calendar_of(market_of(symbol))
    return calendar.session(max(day, calendar.days[OVERLAP]), direction="previous")


def _span(manifest: Manifest, symbol: str, vendor: str) -> tuple[date, date] | None:
    """Return the first and last day that the store has asked of a vendor for a symbol."""
    spans = [
        (call.first, call.last)
        for call in manifest.calls
        if call.subject == symbol and call.vendor == vendor and call.first and call.last
    ]
    return (min(first for first, _ in spans), max(last for _, last in spans)) if spans else None


@dataclass(slots=True)
class _Fetch:
    """One fetch under way."""

    store: Store
    caller: Caller
    staging: Staging
    held: MarketData | None
    registers: Registers
    done: list[Harvest] = field(default_factory=list)
    failures: dict[str, VendorError] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    records: list[CallRecord] = field(default_factory=list)
    gains: dict[str, dict[str, pd.DataFrame]] = field(
        default_factory=lambda: {"tables": {}, "indices": {}, "rates": {}}
    )


def fetch(
    store: Store, requests: Sequence[Request], caller: Caller, *, extras: Sequence[Extra] = (), progress: Progress
) -> FetchOutcome:
    """Ask for every request and make what is proven a new generation; what is not is told and left out.

    A symbol's answers are kept as soon as they are proven, so that a fetch that was stopped goes on there. Once a
    vendor bans this address, or stops answering, nobody is asked any more.
    """
    with store.exclusively():
        manifest = None if store.is_empty else store.manifest()
        if manifest is not None and manifest.synthetic:
            raise DataGapError(
                "the store holds synthetic data, and real prices are never mixed with it",
                "fetch into another workspace (hypebasket init DIR), or remove data/store first",
            )
        reach(CONTACT)
        held = None if manifest is None else store.load()
        work = _Fetch(store, caller, Staging(store.root / "fetching"), held, Registers(caller))
        _gather(work, requests, extras, progress)
        work.records += work.registers.records
        fetched = tuple(each.request.symbol for each in work.done)
        changes = tuple(change for each in work.done for change in each.changes)
        stored = _store(work, manifest) if work.done or any(work.gains.values()) else None
        work.staging.drop(fetched)
        return FetchOutcome(stored, fetched, work.failures, tuple(work.left), changes)


def _gather(work: _Fetch, requests: Sequence[Request], extras: Sequence[Extra], progress: Progress) -> None:
    total = len(requests) + len(extras)
    mainland = [r for r in requests if not is_index(r.symbol) and place_of(r.symbol) == "CN"]
    if any(work.staging.kept(request) is None for request in mainland):
        work.records.append(check_calendar(work.caller, min(r.first for r in mainland), max(r.last for r in mainland)))
    for number, request in enumerate(requests, start=1):
        kept = work.staging.kept(request)
        if kept is None and work.caller.network.resting:
            work.left.append(request.symbol)
            continue
        try:
            got = kept or harvest(work.caller, work.registers, request, _held(work.held, request.symbol))
        except VendorError as error:
            work.failures[request.symbol] = error
            progress(number, total, str(error))
            continue
        if kept is None:
            work.staging.keep(got)
        work.done.append(got)
        rows = len(got.levels) if is_index(request.symbol) else len(got.bars)
        progress(number, total, f"{request.symbol}: {rows:,} rows of {request.vendor}{' (kept)' if kept else ''}")
    for number, extra in enumerate(extras, start=len(requests) + 1):
        if work.caller.network.resting:
            work.left.append(extra.name)
            continue
        try:
            rows_, records = extra.ask(work.caller)
        except VendorError as error:
            work.failures[extra.name] = error
            progress(number, total, str(error))
            continue
        work.records += records
        work.gains[extra.into][extra.name] = rows_
        progress(number, total, f"{extra.name}: {len(rows_):,} rows")


def _held(data: MarketData | None, symbol: str) -> pd.DataFrame:
    bars = pd.DataFrame(columns=list(BARS.names)) if data is None else data.bars
    return bars[bars["symbol"] == symbol]


def _store(work: _Fetch, manifest: Manifest | None) -> ImportOutcome:
    """Join the harvests with what the store holds, verify all of it as a folder, and commit it."""
    folder = work.staging.folder / "joined"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    tables = {} if manifest is None else work.store.tables(manifest)
    for name, rows in work.gains["tables"].items():
        tables[name] = _added(tables.get(name), rows)
    data = _joined(work)
    write_tidy(folder, data, _files(work, manifest), tables)
    reading = read_folder(folder)
    _all_read(reading, work.done)
    calls, changes, findings = _told(work, manifest)
    told = replace(reading, findings=(*reading.findings, *findings))
    stored = work.store.commit(told, "akshare", calls=calls, changes=changes, tables=tables)
    shutil.rmtree(folder, ignore_errors=True)
    return stored


def _added(before: pd.DataFrame | None, rows: pd.DataFrame) -> pd.DataFrame:
    """Return a table with new rows added; a new row replaces the one of the same symbol or pair and day."""
    if before is None:
        return rows
    key = [column for column in ("symbol", "pair", "date") if column in rows]
    days = before.assign(date=pd.to_datetime(before["date"]).astype(rows["date"].dtype))
    joined = pd.concat([days, rows], ignore_index=True).drop_duplicates(key, keep="last")
    return joined.sort_values(key, ignore_index=True)


def _all_read(reading: FolderReading, done: Sequence[Harvest]) -> None:
    refused = [finding for finding in reading.findings if finding.severity == "refused"]
    if refused:
        raise DamagedDataError(
            "not believed: " + "; ".join(map(str, refused)), "choose another --source; nothing was stored"
        )
    read = {symbol for file in reading.files for symbol in file.symbols}
    lost = [each.request.symbol for each in done if len(each.bars) and each.request.symbol not in read]
    assert not lost, lost


def _joined(work: _Fetch) -> MarketData:
    """Return actions, index levels, rates and instruments of both; the bars are joined by file (``_files``)."""
    old = work.held
    actions = [_frame(ACTIONS, e.request.symbol, e.actions.assign(reference_price=float("nan"))) for e in work.done
               if len(e.actions)]  # fmt: skip
    indices = [_frame(INDICES, e.request.symbol, e.levels) for e in work.done if len(e.levels)]
    indices += [rows[list(INDICES.names)] for rows in work.gains["indices"].values()]
    rates = [rows[list(RATES.names)] for rows in work.gains["rates"].values()]
    instruments = ({} if old is None else dict(old.instruments)) | {
        each.request.symbol: instrument for each in work.done if (instrument := _instrument(each, old)) is not None
    }
    joined = {
        frame.name: _over(frame, [] if old is None else [getattr(old, frame.name)], new)
        for frame, new in ((ACTIONS, actions), (INDICES, indices), (RATES, rates))
    }
    name = "akshare" if old is None else old.source
    return MarketData(
        empty_frame(BARS), joined["actions"], joined["indices"], instruments, name, False, "", (), joined["rates"]
    )


def _files(work: _Fetch, manifest: Manifest | None) -> dict[str, pd.DataFrame]:
    """Return the bars by file: a fetched symbol's rows, those held before with them, in the file of its vendor."""
    fetched: dict[str, list[Harvest]] = {}
    for each in work.done:
        if len(each.bars):
            fetched.setdefault(each.request.file, []).append(each)
    symbols = {each.request.symbol for each in work.done if len(each.bars)}
    files = {} if manifest is None or work.held is None else bars_by_file(manifest, work.held.bars)
    files = {name: rows[~rows["symbol"].isin(symbols)] for name, rows in files.items()}
    for name, group in fetched.items():
        new = [_frame(BARS, each.request.symbol, each.bars) for each in group]
        before = [_held(work.held, each.request.symbol) for each in group]
        files[name] = _over(BARS, [*before, files.get(name, empty_frame(BARS))], new)
    return {name: rows for name, rows in files.items() if len(rows)}


def _frame(frame: Frame, symbol: str, rows: pd.DataFrame) -> pd.DataFrame:
    types = {column.name: column.dtype for column in frame.columns}
    return rows.assign(symbol=symbol)[list(frame.names)].astype(types)


def _over(frame: Frame, old: list[pd.DataFrame], new: list[pd.DataFrame]) -> pd.DataFrame:
    """Return the rows of both, sorted; a new row replaces the old one of the same key."""
    rows = pd.concat([part for part in (*old, *new) if len(part)] or [empty_frame(frame)], ignore_index=True)
    return rows.drop_duplicates(list(frame.key), keep="last").sort_values(list(frame.key), ignore_index=True)


def _instrument(harvest: Harvest, old: MarketData | None) -> Instrument | None:
    """Return what is known of a stock now; facts that the store had stay where the vendor has none."""
    symbol, listing = harvest.request.symbol, harvest.listing
    before = None if old is None else old.instruments.get(symbol)
    board = known_board(symbol)
    listed = listing.listed or (before.list_date if before else None)
    if board is None or listed is None or not len(harvest.bars):
        return before
    lots = {"hk": listing.lot, "us": 1}
    known = {
        "name_zh": listing.name,
        "lot": lots.get(board, 100),
        "list_date": listed,
        "delist_date": listing.delisted,
        "issue_price": listing.issue_price,
    }
    if before is not None:
        return before.model_copy(update={key: value for key, value in known.items() if value} | {"source": "akshare"})
    names = {"name_zh": listing.name or symbol, "name_en": listing.name or symbol}
    facts = known | names | {"symbol": symbol, "board": board, "currency": CURRENCY_OF[market_of(symbol)]}
    return Instrument.model_validate(facts | {"source": "akshare"})


def _told(
    work: _Fetch, manifest: Manifest | None
) -> tuple[tuple[CallRecord, ...], tuple[Change, ...], tuple[Finding, ...]]:
    """Return the calls, changes and findings of the generation: those of this fetch, and older ones still true."""
    symbols = {each.request.symbol for each in work.done}
    new = [record for each in work.done for record in each.records] + work.records
    older = [] if manifest is None else list(manifest.calls)
    calls: list[CallRecord] = []
    for subject in sorted({record.subject for record in (*older, *new)}):
        calls += _pruned([r for r in older if r.subject == subject], [r for r in new if r.subject == subject])
    changes = tuple(change for each in work.done for change in each.changes)
    findings = [finding for each in work.done for finding in each.findings]
    if manifest is not None:
        findings += [f for f in manifest.findings if f.kind in _FETCH_KINDS and f.symbol not in symbols]
    return tuple(calls), changes, tuple(findings)


def _pruned(older: list[CallRecord], new: list[CallRecord]) -> list[CallRecord]:
    """Keep a subject's newest calls, and of the older ones those that reach furthest."""
    spans = [record for record in older if record.first is not None]
    if not new:
        return older
    reaching = [*spans[:1], *spans[1:][-RECORDS_KEPT:]]
    return [*reaching, *new]
