"""What belongs to a market, not to a stock: trading calendar, index levels, exchange rates, boards, limit-up pool."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from hypebasket.columns import RATES
from hypebasket.market.calendar import calendar_of
from hypebasket.sources.akshare.calls import OTHER_REMEDIES, Caller, UnknownCodeError
from hypebasket.sources.akshare.proof import Proof, sessions_of
from hypebasket.sources.bars import known_board
from hypebasket.sources.manifest import CallRecord
from hypebasket.sources.naming import index_market
from hypebasket.spec.text import Market

__all__ = [
    "BoardMembers", "ask_board", "ask_board_index", "ask_index", "ask_limit_pool", "ask_rates", "board_code",
    "check_calendar", "is_index",
]  # fmt: skip

_GLOBAL = {"HSI": "恒生指数", "SP500": "标普500", "IXIC": "纳斯达克", "DJI": "道琼斯"}
_RATES = {"USDCNY": "美元", "HKDCNY": "港币"}
_PER_HUNDRED = 100.0
_INDEX_GAPS = 0.02
_CHANGE_OF_LEVEL = 0.35
"""No index here ever moved so far in a session; a jump beyond it is another index or another base."""


def is_index(symbol: str) -> bool:
    """Tell whether a symbol is an index that akshare has."""
    return (
        symbol in _GLOBAL
        or symbol == "HSTECH"
        or (re.fullmatch(r"(?:000\d{3}\.SH|399\d{3}\.SZ|899\d{3}\.BJ|\w{6}\.CSI)", symbol) is not None)
    )


def check_calendar(caller: Caller, first: date, last: date) -> CallRecord:
    """Compare Sina's trading days with the calendar; a difference is refused, whichever of the two is wrong."""
    reply = caller.ask("trading calendar", "tool_trade_date_hist_sina", {"trade_date": "day"})
    told = pd.to_datetime(reply.frame["day"], errors="coerce").dropna().to_numpy().astype("datetime64[D]")
    calendar = calendar_of(Market.XSHG)
    if not len(told) or told.max() < np.datetime64(first):
        raise reply.error(f"no trading day from {first} on", OTHER_REMEDIES["unreadable"])
    until = min(last, calendar.last, told.max().item())
    told = told[(told >= np.datetime64(first)) & (told <= np.datetime64(until))]
    ours = sessions_of(calendar, first, until)
    differs = np.setxor1d(ours, told)
    if len(differs):
        shown = ", ".join(str(day) for day in differs[:4])
        raise reply.error(
            f"{len(differs)} days are sessions to one and none to the other: {shown}",
            "renew the calendar (pip install --upgrade exchange-calendars) or wait until the vendor has mended its own",
        )
    return reply.checked(("columns", "equals calendar"), vendor="sina", first=first, last=last)


def ask_index(caller: Caller, symbol: str, first: date, last: date) -> tuple[pd.DataFrame, CallRecord]:
    """Ask for the closing levels of an index: columns date, close."""
    if symbol in _GLOBAL:
        columns = {"日期": "date", "最新价": "close"}
        reply = caller.ask(symbol, "index_global_hist_em", columns, symbol=_GLOBAL[symbol])
    elif symbol == "HSTECH":
        columns = {"date": "date", "latest": "close"}
        reply = caller.ask(symbol, "stock_hk_index_daily_em", columns, symbol="HSTECH")
    else:
        code, _, suffix = symbol.rpartition(".")
        arguments = {"symbol": f"{suffix.lower()}{code}", "start_date": f"{first:%Y%m%d}", "end_date": f"{last:%Y%m%d}"}
        reply = caller.ask(symbol, "stock_zh_index_daily_em", {"date": "date", "close": "close"}, **arguments)
    proof = Proof(symbol, reply)
    frame = proof.readable(("close",))
    days = frame["date"].to_numpy().astype("datetime64[D]")
    frame = frame[(days >= np.datetime64(first)) & (days <= np.datetime64(last))].reset_index(drop=True)
    if frame.empty:
        raise reply.error(f"no level in {first}..{last}", "check the days, or leave the index out")
    if (frame["close"] <= 0).any() or (frame["close"].pct_change().abs() > _CHANGE_OF_LEVEL).any():
        raise reply.error("levels that are not positive, or jump", OTHER_REMEDIES["unreadable"])
    market = index_market(symbol)
    assert market is not None, symbol
    calendar = calendar_of(market)
    proof.sessions(frame, calendar)
    expected = sessions_of(calendar, first, last)
    missing = expected[~np.isin(expected, frame["date"].to_numpy().astype("datetime64[D]"))]
    proof.complete(missing, len(expected), allowed=_INDEX_GAPS)
    record = reply.checked(tuple(proof.passed), vendor="eastmoney", first=first, last=last)
    return frame, record


def ask_rates(caller: Caller, first: date, last: date) -> tuple[pd.DataFrame, tuple[CallRecord, ...]]:
    """Ask for the central parity of USD and HKD in CNY: the columns of ``columns.RATES``."""
    parts, records = [], []
    for pair, name in _RATES.items():
        days = {"start_date": f"{first:%Y%m%d}", "end_date": f"{last:%Y%m%d}"}
        reply = caller.ask(pair, "currency_boc_sina", {"日期": "date", "央行中间价": "rate"}, symbol=name, **days)
        proof = Proof(pair, reply)
        frame = proof.readable(("rate",))
        proof.inside(frame, first, last)
        rate = frame["rate"] / _PER_HUNDRED
        low, high = (4.0, 12.0) if pair == "USDCNY" else (0.5, 1.5)
        if not rate.between(low, high).all():
            raise reply.error(f"rates outside {low}..{high} yuan", OTHER_REMEDIES["unreadable"])
        parts.append(frame.assign(base=pair[:3], quote=pair[3:], kind="central_parity", rate=rate))
        records.append(reply.checked((*proof.passed, "plausible"), vendor="sina", first=first, last=last))
    return pd.concat(parts, ignore_index=True)[list(RATES.names)], tuple(records)


@dataclass(frozen=True, slots=True)
class BoardMembers:
    """The members of a concept board now; a vendor lists no former ones."""

    concept: str
    code: str
    members: tuple[tuple[str, str], ...]
    record: CallRecord


def ask_board(caller: Caller, concept: str) -> BoardMembers:
    """Ask Eastmoney for the code of a concept board and its members of today: (symbol, name), sorted."""
    code = board_code(caller, concept)
    reply = caller.ask(concept, "stock_board_concept_cons_em", {"代码": "code", "名称": "name"}, symbol=code)
    if reply.frame.empty:
        raise reply.error("a board without members", OTHER_REMEDIES["unreadable"])
    if reply.frame["code"].duplicated().any():
        raise reply.error("a member listed twice: the pages overlap", OTHER_REMEDIES["down"])
    members = []
    for member, name in zip(reply.frame["code"].astype(str), reply.frame["name"].astype(str), strict=True):
        symbol = _symbol_of(member)
        if symbol is not None:
            members.append((symbol, name.replace(" ", "")))
    if not members:
        raise reply.error("no A-share among the members", OTHER_REMEDIES["unreadable"])
    return BoardMembers(concept, code, tuple(sorted(members)), reply.checked(("columns", "unique"), vendor="eastmoney"))


def _symbol_of(code: str) -> str | None:
    """Return the A-share symbol of a bare code; None for B-shares and anything else."""
    return next((s for s in (f"{code}.{end}" for end in ("SH", "SZ", "BJ")) if known_board(s) is not None), None)


def board_code(caller: Caller, concept: str) -> str:
    """Return Eastmoney's code of a concept board, ``BK`` and digits."""
    if re.fullmatch(r"BK\d+", concept):
        return concept
    reply = caller.ask(concept, "stock_board_concept_name_em", {"板块名称": "name", "板块代码": "code"})
    names = dict(zip(reply.frame["name"], reply.frame["code"], strict=True))
    if concept not in names:
        import difflib

        near = difflib.get_close_matches(concept, [str(name) for name in names], n=3, cutoff=0.4)
        hint = f"did you mean {', '.join(near)}?" if near else "look the name up at the vendor's list of concept boards"
        raise UnknownCodeError(f"{concept}: {reply.call}: no concept board of this name", hint)
    return str(names[concept])


def ask_board_index(caller: Caller, code: str, first: date, last: date) -> tuple[pd.DataFrame, CallRecord]:
    """Ask for the levels of a concept board's index: columns date, close."""
    days = {"start_date": f"{first:%Y%m%d}", "end_date": f"{last:%Y%m%d}"}
    columns = {"日期": "date", "收盘": "close"}
    reply = caller.ask(code, "stock_board_concept_hist_em", columns, symbol=code, period="daily", **days, adjust="")
    proof = Proof(code, reply)
    frame = proof.readable(("close",))
    proof.inside(frame, first, last)
    proof.sessions(frame, calendar_of(Market.XSHG))
    if frame.empty or (frame["close"] <= 0).any():
        raise reply.error("no level, or one that is not positive", OTHER_REMEDIES["unreadable"])
    return frame, reply.checked(tuple(proof.passed), vendor="eastmoney", first=first, last=last)


def ask_limit_pool(caller: Caller, day: date) -> tuple[pd.DataFrame, CallRecord]:
    """Ask for the stocks that closed at their limit-up on a session, with when and how often the board was sealed."""
    columns = {
        "代码": "code", "最新价": "close", "连板数": "boards", "首次封板时间": "first_sealed",
        "最后封板时间": "last_sealed", "炸板次数": "broken", "封板资金": "queue_money",
    }  # fmt: skip
    reply = caller.ask(f"limit-up pool {day}", "stock_zt_pool_em", columns, date=f"{day:%Y%m%d}")
    if reply.frame.empty:
        raise reply.error("an empty pool", "the vendor keeps the last weeks only: ask for later days")
    symbols = [_symbol_of(str(code)) for code in reply.frame["code"]]
    known = np.array([symbol is not None for symbol in symbols])
    frame = reply.frame[known].drop(columns="code")
    frame.insert(0, "symbol", pd.Series([s for s in symbols if s is not None], index=frame.index, dtype="str"))
    frame.insert(1, "date", pd.Timestamp(day))
    for column in ("close", "boards", "broken", "queue_money"):
        frame[column] = pd.to_numeric(frame[column], errors="coerce").astype("float64")
    if frame["symbol"].duplicated().any() or not (frame["close"] > 0).all() or not (frame["boards"] >= 1).all():
        raise reply.error("rows twice, or without a price or a count of boards", OTHER_REMEDIES["unreadable"])
    frame = frame.astype({"first_sealed": "str", "last_sealed": "str"}).sort_values("symbol", ignore_index=True)
    return frame, reply.checked(("columns", "unique", "plausible"), vendor="eastmoney", first=day, last=day)
