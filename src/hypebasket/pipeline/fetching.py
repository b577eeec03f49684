"""What a workspace wants fetched: the stocks and benchmarks of its baskets, rates, boards, pools."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from difflib import get_close_matches
from functools import partial
from pathlib import Path

import pandas as pd

from hypebasket.errors import UsageError
from hypebasket.market.calendar import calendar_of
from hypebasket.sources.akshare import marketwide
from hypebasket.sources.akshare.calls import Caller
from hypebasket.sources.fetch import DEFAULT_FIRST, Extra, last_finished
from hypebasket.sources.manifest import CallRecord
from hypebasket.sources.store import Store
from hypebasket.spec.layout import INSTRUMENTS
from hypebasket.spec.text import Market, is_symbol
from hypebasket.spec.workspace import load_instruments, load_workspace

__all__ = ["extras_of", "listed_of", "symbols_of", "workspace_store"]

_MAINLAND = "000001.SH"
Answer = tuple[pd.DataFrame, tuple[CallRecord, ...]]


def workspace_store(root: Path) -> Store:
    """Return the store of a workspace."""
    return Store(root / "data" / "store")


def symbols_of(root: Path, symbols: Sequence[str], baskets: Sequence[str]) -> tuple[str, ...]:
    """Return what to fetch: ``symbols`` as given, and the stocks and benchmarks of ``baskets``; neither means all."""
    for symbol in symbols:
        if not is_symbol(symbol) and not marketwide.is_index(symbol):
            raise UsageError(
                f"'{symbol}': neither a stock nor an index",
                "write 600519.SH, 300418.SZ, 920001.BJ, 00700.HK, NVDA.US, 399006.SZ, HSI, SP500",
            )
    if symbols and not baskets:
        return tuple(symbols)
    known = load_workspace(root).baskets
    for name in baskets:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean '{near[0]}'?" if near else f"there are: {', '.join(known)}"
            raise UsageError(f"basket '{name}' is not in this workspace", hint)
    chosen = [known[name] for name in baskets or known]
    stocks = [stock.symbol for basket in chosen for stock in basket.stocks]
    benchmarks = [symbol for basket in chosen for symbol in basket.benchmarks.values()]
    return tuple(dict.fromkeys((*symbols, *stocks, *benchmarks)))


def listed_of(root: Path) -> Mapping[str, date | None]:
    """Return the listing dates that the workspace's instruments give; none where it has no such table."""
    path = root / INSTRUMENTS
    instruments = load_instruments(path, root=root) if path.exists() else {}
    return {symbol: instrument.list_date for symbol, instrument in instruments.items()}


def extras_of(
    *, fx: bool, pool: int, concepts: Iterable[str], first: date | None, last: date | None
) -> tuple[Extra, ...]:
    """Return what is fetched besides the bars of symbols."""
    now = datetime.now(UTC)
    end = min(last or date.max, last_finished(_MAINLAND, now))
    begin = first or DEFAULT_FIRST
    extras = []
    if fx:
        extras.append(Extra("exchange rates", lambda caller: marketwide.ask_rates(caller, begin, end), "rates"))
    if pool:
        calendar = calendar_of(Market.XSHG)
        last_session = calendar.session(end, direction="previous")
        days = calendar.sessions(calendar.shift(last_session, 1 - pool), last_session)
        extras.append(Extra("limit_up_pool.parquet", lambda caller: _pools(caller, days)))
    for concept in concepts:
        extras.append(Extra(f"members_{concept}.parquet", partial(_members, concept=concept)))
        levels = partial(_board_index, concept=concept, first=begin, last=end)
        extras.append(Extra(f"index of {concept}", levels, "indices"))
    return tuple(extras)


def _pools(caller: Caller, days: Sequence[date]) -> Answer:
    answers = [marketwide.ask_limit_pool(caller, day) for day in days]
    rows = pd.concat([frame for frame, _ in answers], ignore_index=True)
    return rows.sort_values(["symbol", "date"], ignore_index=True), tuple(record for _, record in answers)


def _members(caller: Caller, *, concept: str) -> Answer:
    board = marketwide.ask_board(caller, concept)
    rows = pd.DataFrame(board.members, columns=["symbol", "name"], dtype="str")
    rows = rows.assign(concept=concept, board=board.code, date=pd.Timestamp(board.record.fetched_at.date()))
    return rows, (board.record,)


def _board_index(caller: Caller, *, concept: str, first: date, last: date) -> Answer:
    code = marketwide.board_code(caller, concept)
    levels, record = marketwide.ask_board_index(caller, code, first, last)
    return levels.assign(symbol=f"{code}.EM"), (record,)
