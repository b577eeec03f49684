"""Daily bars of one stock from one vendor: asked raw, brought into our columns and units, proven."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from hypebasket.errors import UsageError
from hypebasket.market.calendar import calendar_of
from hypebasket.sources.akshare.calls import OTHER_REMEDIES, Caller, Reply, UnknownCodeError, says_nothing
from hypebasket.sources.akshare.proof import Listing, Proof
from hypebasket.spec.text import Market, market_of

__all__ = ["VENDORS", "ask_bars", "prove", "vendors_of"]

VENDORS = ("eastmoney", "tencent", "sina")

_CHINESE = {
    "日期": "date",
    "开盘": "open",
    "收盘": "close",
    "最高": "high",
    "最低": "low",
    "成交量": "volume",
    "成交额": "amount",
}
_ENGLISH = {name: name for name in ("date", "open", "high", "low", "close", "volume", "amount")}
_EXCHANGES = {"SH": "sh", "SZ": "sz", "BJ": "bj"}
_US_LISTS = ("105", "106", "107")
"""Eastmoney's numbers of Nasdaq, NYSE and NYSE American; a ticker is in one of them."""


@dataclass(frozen=True, slots=True)
class _Window:
    """The days asked for, as vendors write them."""

    symbol: str
    first: date
    last: date

    @property
    def code(self) -> str:
        return self.symbol.rpartition(".")[0]

    @property
    def prefixed(self) -> str:
        code, _, suffix = self.symbol.rpartition(".")
        return f"{_EXCHANGES[suffix]}{code}"

    @property
    def days(self) -> dict[str, str]:
        return {"start_date": f"{self.first:%Y%m%d}", "end_date": f"{self.last:%Y%m%d}"}


def _eastmoney_cn(caller: Caller, w: _Window) -> Reply:
    arguments = {"symbol": w.code, "period": "daily", **w.days, "adjust": ""}
    return caller.ask(w.symbol, "stock_zh_a_hist", _CHINESE | {"涨跌额": "change"}, **arguments)


def _eastmoney_hk(caller: Caller, w: _Window) -> Reply:
    return caller.ask(w.symbol, "stock_hk_hist", _CHINESE, symbol=w.code, period="daily", **w.days, adjust="")


def _eastmoney_us(caller: Caller, w: _Window) -> Reply:
    for number in _US_LISTS:
        ticker = f"{number}.{w.code.replace('.', '_')}"
        try:
            return caller.ask(w.symbol, "stock_us_hist", _CHINESE, symbol=ticker, period="daily", **w.days, adjust="")
        except UnknownCodeError:
            if number == _US_LISTS[-1]:
                raise
    raise AssertionError(w)


def _tencent_cn(caller: Caller, w: _Window) -> Reply:
    days = {"start_date": f"{w.first}", "end_date": f"{w.last}"}
    return caller.ask(w.symbol, "stock_zh_a_hist_tx", _ENGLISH, symbol=w.prefixed, **days, adjust="")


def _sina_cn(caller: Caller, w: _Window) -> Reply:
    return caller.ask(w.symbol, "stock_zh_a_daily", _ENGLISH, symbol=w.prefixed, **w.days, adjust="")


def _sina_hk(caller: Caller, w: _Window) -> Reply:
    return caller.ask(w.symbol, "stock_hk_daily", _ENGLISH, symbol=w.code, adjust="")


_CN, _HK, _US = "CN", "HK", "US"
_FUNCTIONS: Mapping[tuple[str, str], Callable[[Caller, _Window], Reply]] = {
    ("eastmoney", _CN): _eastmoney_cn,
    ("eastmoney", _HK): _eastmoney_hk,
    ("eastmoney", _US): _eastmoney_us,
    ("tencent", _CN): _tencent_cn,
    ("sina", _CN): _sina_cn,
    ("sina", _HK): _sina_hk,
}
"""``stock_us_daily`` (Sina) is left out: it evaluates the vendor's answer as Python code."""

_PER_UNIT: dict[str, int | None] = {_CN: 100, _HK: 1000, _US: None}


def place_of(symbol: str) -> str:
    """Return the market of a symbol as vendors divide it: CN, HK or US."""
    return {Market.XHKG: _HK, Market.XNYS: _US}.get(market_of(symbol), _CN)


def vendors_of(symbol: str) -> tuple[str, ...]:
    """Return the vendors that have bars of a symbol."""
    return tuple(vendor for vendor in VENDORS if (vendor, place_of(symbol)) in _FUNCTIONS)


def ask_bars(caller: Caller, vendor: str, symbol: str, first: date, last: date) -> tuple[pd.DataFrame, Proof]:
    """Ask ``vendor`` for the raw bars of ``first``..``last`` and prove what one answer alone can prove.

    Returns columns date, open, high, low, close, volume (shares), amount (currency) and, where the vendor gives it,
    change (currency); ``date`` ascends. Raises ``VendorError``.
    """
    ask = _FUNCTIONS.get((vendor, place_of(symbol)))
    if ask is None:
        raise UsageError(f"{symbol}: {vendor} has no bars of this market", f"choose {', '.join(vendors_of(symbol))}")
    reply = ask(caller, _Window(symbol, first, last))
    _same_code(reply, symbol)
    if reply.frame.empty and says_nothing(reply.body):
        raise UnknownCodeError(f"{symbol}: {reply.call}: the vendor knows no such code", OTHER_REMEDIES["unknown"])
    if reply.frame.empty:
        raise reply.error("no row", "the stock may not have traded then, or the answer is truncated: check the days")
    proof = Proof(symbol, reply)
    told = ("change",) if "change" in reply.frame else ()
    frame = proof.readable(("open", "high", "low", "close", "volume", "amount", *told))
    if vendor == "sina" and place_of(symbol) == _HK:  # it has no days to ask for: the whole history comes
        days = frame["date"].to_numpy().astype("datetime64[D]")
        frame = frame[(days >= np.datetime64(first)) & (days <= np.datetime64(last))].reset_index(drop=True)
    proof.inside(frame, first, last)
    proof.prices(frame, per_unit=_PER_UNIT[place_of(symbol)])
    frame = proof.shares(frame)
    proof.sessions(frame, calendar_of(market_of(symbol)))
    return frame, proof


def _same_code(reply: Reply, symbol: str) -> None:
    """Refuse an answer about another code: a renamed one is answered under its new code, and akshare does not look."""
    try:
        body: Any = json.loads(reply.body)
        told = body["data"]["code"]
    except (ValueError, KeyError, TypeError):
        return
    if str(told).upper() != symbol.rpartition(".")[0].replace(".", "_").upper():
        raise reply.error(f"the vendor answers with code {told}: renamed?", OTHER_REMEDIES["unknown"])


def prove(
    frame: pd.DataFrame, proof: Proof, actions: pd.DataFrame, listing: Listing, suspended: np.ndarray
) -> pd.DataFrame:
    """Return complete rows: suspended sessions filled, reference prices known, limits held.

    ``suspended`` (datetime64[D]) are sessions without a row on which the stock is known to have been suspended.
    """
    whole = _with_suspensions(frame, suspended)
    whole["prev_close"] = _references(whole, actions, proof)
    proof.limits(whole, listing)
    return whole


def _with_suspensions(frame: pd.DataFrame, suspended: np.ndarray) -> pd.DataFrame:
    rows = frame.assign(is_suspended=False)
    if len(suspended):
        idle = pd.DataFrame({"date": suspended.astype("datetime64[s]"), "is_suspended": True})
        rows = pd.concat([rows, idle], ignore_index=True).sort_values("date", ignore_index=True)
        carried = rows["close"].ffill()
        for column in ("open", "high", "low", "close"):
            rows[column] = rows[column].where(~rows["is_suspended"], carried)
        rows[["volume", "amount"]] = rows[["volume", "amount"]].fillna(0.0)
        rows = rows[rows["close"].notna()].reset_index(drop=True)
    return rows


def _references(rows: pd.DataFrame, actions: pd.DataFrame, proof: Proof) -> np.ndarray:
    """Return the reference price of every row: the close before, on ex-dates the ex-right price.

    Where the vendor gives the day's change, the price it is counted from must be one of the two: anything else means
    that a row is missing, or an ex-date unknown.
    """
    before = rows["close"].shift().to_numpy()
    keyed = actions.set_index("ex_date")
    cash = rows["date"].map(keyed["cash_per_share"]).fillna(0.0).to_numpy(dtype=np.float64)
    ratio = rows["date"].map(keyed["share_ratio"]).fillna(0.0).to_numpy(dtype=np.float64)
    is_cn = place_of(proof.symbol) == _CN
    ex_right = np.floor((before - cash) / (1 + ratio) * 100 + 0.5 + 1e-9) / 100
    is_ex = (cash > 0) | (ratio != 0)
    reference = np.where(is_ex, ex_right, before) if is_cn else before
    if "change" not in rows or not is_cn:
        return reference
    told = np.round(rows["close"].to_numpy() - rows["change"].to_numpy(), 2)
    live = ~rows["is_suspended"].to_numpy() & np.isfinite(told)
    # The exchange's own ex-right price differs by some fen where treasury shares get nothing: then it is taken.
    published = live & is_ex & (np.abs(told - ex_right) <= np.maximum(0.02, 0.01 * np.abs(ex_right)))
    reference = np.where(published, told, reference)
    first = np.isnan(before) & live
    reference = np.where(first & (told > 0), told, reference)
    fits = (np.abs(told - before) < 0.006) | (np.abs(told - reference) < 0.006)
    wrong = live & ~np.isnan(before) & ~fits
    if wrong.any():
        days = ", ".join(str(d)[:10] for d in rows["date"].to_numpy()[wrong][:4].astype("datetime64[D]"))
        raise proof.reply.error(
            f"the change of the day is counted from another price than the close before on {days}",
            "a row is missing or an ex-date unknown: choose another --source, or compare with --check",
        )
    proof.passed.append("reference prices")
    return reference
