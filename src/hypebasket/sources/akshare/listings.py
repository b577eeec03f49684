"""What is known of a stock besides its bars: listing, former names and ST, suspension, ex-right facts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from hypebasket.sources.akshare.bars import place_of
from hypebasket.sources.akshare.calls import OTHER_REMEDIES, Caller, Reply, UnknownCodeError
from hypebasket.sources.akshare.proof import Listing
from hypebasket.sources.manifest import CallRecord

__all__ = ["Actions", "Registers", "ask_actions", "ask_listing"]

_PER_TEN = 10.0
_LARGEST_RATIO = 20.0
_LARGEST_CASH = 200.0
"""New shares per share, and yuan per share, that no distribution has ever reached: beyond it the unit is wrong."""

_NO_US_ACTIONS = "akshare has no dividends and splits of US stocks; give them in corporate_actions*"
_HK_CASH = re.compile(r"每(\d*)股派(?:息|发)?(?:港币|港元)([\d.]+)元?|相当于港币([\d.]+)元")
_HK_BONUS = re.compile(r"每(\d*)股(?:送|派送)(?:红股)?([\d.]+)股")


@dataclass(frozen=True, slots=True)
class Actions:
    """Ex-right facts of one stock: ex_date (datetime64[s]), cash_per_share, share_ratio; what could not be read."""

    frame: pd.DataFrame
    records: tuple[CallRecord, ...] = ()
    unread: tuple[str, ...] = ()


def _frame(rows: list[tuple[date, float, float]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["ex_date", "cash_per_share", "share_ratio"])
    frame["ex_date"] = pd.to_datetime(frame["ex_date"]).astype("datetime64[s]")
    frame = frame.astype({"cash_per_share": "float64", "share_ratio": "float64"})
    return frame.groupby("ex_date", as_index=False).sum().sort_values("ex_date", ignore_index=True)


def ask_actions(caller: Caller, symbol: str) -> Actions:
    """Ask for every ex-date of a stock.

    A-shares: CNINFO, per ten shares. Hong Kong: Eastmoney's words, read where they are plain, else listed in
    ``unread``. United States: akshare offers none that can be read without running the vendor's text as code.
    """
    place = place_of(symbol)
    if place == "CN":
        return _cninfo(caller, symbol)
    if place == "HK":
        return _eastmoney_hk(caller, symbol)
    return Actions(
        _frame([]), (), ("akshare has no dividends and splits of US stocks; give them in corporate_actions*",)
    )


def _cninfo(caller: Caller, symbol: str) -> Actions:
    columns = {"除权日": "ex_date", "送股比例": "bonus", "转增比例": "transfer", "派息比例": "cash"}
    try:
        reply = caller.ask(symbol, "stock_dividend_cninfo", columns, symbol=symbol.partition(".")[0])
    except UnknownCodeError:
        return Actions(_frame([]))  # an empty list of distributions: a stock that never paid
    days = pd.to_datetime(reply.frame["ex_date"], errors="coerce")
    numbers = {
        name: pd.to_numeric(reply.frame[name], errors="coerce").fillna(0.0) / _PER_TEN
        for name in ("bonus", "transfer", "cash")
    }
    ratio = numbers["bonus"] + numbers["transfer"]
    wrong = (ratio < 0) | (ratio > _LARGEST_RATIO) | (numbers["cash"] < 0) | (numbers["cash"] > _LARGEST_CASH)
    if wrong.any():
        raise reply.error("distributions that cannot be per ten shares", OTHER_REMEDIES["unreadable"])
    rows = [
        (day.date(), float(cash), float(share))
        for day, cash, share in zip(days, numbers["cash"], ratio, strict=True)
        if not pd.isna(day) and (cash > 0 or share > 0)
    ]
    return Actions(_frame(rows), (reply.checked(("columns", "per ten shares")),))


def _eastmoney_hk(caller: Caller, symbol: str) -> Actions:
    columns = {"除净日": "ex_date", "分红方案": "plan"}
    reply = caller.ask(symbol, "stock_hk_dividend_payout_em", columns, symbol=symbol.partition(".")[0])
    rows, unread = [], []
    for day, plan in zip(pd.to_datetime(reply.frame["ex_date"], errors="coerce"), reply.frame["plan"], strict=True):
        if pd.isna(day):
            continue
        terms = _terms(str(plan))
        if terms is None:
            unread.append(f"{day:%Y-%m-%d} {plan}")
        else:
            rows.append((day.date(), *terms))
    return Actions(_frame(rows), (reply.checked(("columns",)),), tuple(unread))


def _terms(plan: str) -> tuple[float, float] | None:
    """Return cash (HKD) and new shares per share of a Hong Kong plan; None where its words are not plain."""
    cash, bonus = _HK_CASH.findall(plan), _HK_BONUS.findall(plan)
    if len(cash) > 1 or len(bonus) > 1 or not (cash or bonus):
        return None
    if re.search(r"供股|合并|拆细|分拆|实物|特别", plan) or (not cash and re.search(r"派(?!送)", plan)):
        return None
    money = sum(float(direct or converted) / float(per or 1) for per, direct, converted in cash)
    shares = sum(float(number) / float(per or 1) for per, number in bonus)
    return money, shares


def ask_listing(caller: Caller, symbol: str) -> tuple[Listing, tuple[CallRecord, ...]]:
    """Ask when a stock was listed and what it is called; unknown for the United States."""
    code = symbol.partition(".")[0]
    if place_of(symbol) == "CN":
        reply = caller.ask(symbol, "stock_individual_info_em", {"item": "item", "value": "value"}, symbol=code)
        facts = dict(zip(reply.frame["item"], reply.frame["value"], strict=True))
        if str(facts.get("股票代码", code)) != code:
            raise reply.error(f"the vendor answers with code {facts['股票代码']}: renamed?", OTHER_REMEDIES["unknown"])
        listed = pd.to_datetime(str(facts.get("上市时间", "")), format="%Y%m%d", errors="coerce")
        name = str(facts.get("股票简称", "")).replace(" ", "")
        return Listing(name, _day(listed)), (reply.checked(("columns", "code")),)
    if place_of(symbol) == "HK":
        columns = {"证券简称": "name", "上市日期": "listed", "每手股数": "lot"}
        reply = caller.ask(symbol, "stock_hk_security_profile_em", columns, symbol=code)
        if len(reply.frame) != 1:
            raise reply.error(f"{len(reply.frame)} rows for one stock", OTHER_REMEDIES["unknown"])
        row = reply.frame.iloc[0]
        lot = pd.to_numeric(row["lot"], errors="coerce")
        listed = pd.to_datetime(row["listed"], errors="coerce")
        found = Listing(str(row["name"]), _day(listed), lot=None if pd.isna(lot) else int(lot))
        return found, (reply.checked(("columns", "one row")),)
    return Listing(), ()


def _day(value: Any) -> date | None:
    return None if pd.isna(value) else value.date()


@dataclass(slots=True)
class Registers:
    """Lists that are asked for once per fetch and hold all stocks: delistings, name changes, suspensions of a day."""

    caller: Caller
    records: list[CallRecord] = field(default_factory=list)
    _tables: dict[str, pd.DataFrame] = field(default_factory=dict)

    def with_delisting(self, symbol: str, listing: Listing) -> Listing:
        """Return the listing with its end, where the exchange's list of delisted companies names it."""
        code, _, suffix = symbol.rpartition(".")
        if suffix == "SH":
            columns = {"公司代码": "code", "暂停上市日期": "delisted"}
            table = self._table("stock_info_sh_delist", columns, symbol="全部")
        elif suffix == "SZ":
            columns = {"证券代码": "code", "终止上市日期": "delisted"}
            table = self._table("stock_info_sz_delist", columns, symbol="终止上市公司")
        else:
            return listing
        found = table[table["code"].astype(str).str.zfill(6) == code]
        days = pd.to_datetime(found["delisted"], errors="coerce").dropna()
        return replace(listing, delisted=days.max().date()) if len(days) else listing

    def risk_warnings(self, symbol: str, name: str, days: np.ndarray) -> np.ndarray:
        """Return (n,) is_st of a stock's ``days``: 1, 0, or NaN where akshare has only names without dates.

        Shenzhen publishes every change of name with its day. Elsewhere the former names come without days: a stock
        that never carried ST has 0, any other is unknown.
        """
        code, _, suffix = symbol.rpartition(".")
        if suffix == "SZ":
            columns = {"变更日期": "day", "证券代码": "code", "变更前简称": "before", "变更后简称": "after"}
            table = self._table("stock_info_sz_change_name", columns, symbol="简称变更")
            mine = table[table["code"].astype(str).str.zfill(6) == code].sort_values("day")
            names = [str(mine["before"].iloc[0]) if len(mine) else name, *(str(after) for after in mine["after"])]
            changes = pd.to_datetime(mine["day"]).to_numpy().astype("datetime64[D]")
            warned = np.array(["ST" in each.upper() for each in names], dtype=np.float64)
            return warned[np.searchsorted(changes, days, side="right")]
        former = self._former_names(symbol)
        never = "ST" not in name.upper() and not any("ST" in each.upper() for each in former)
        return np.full(len(days), 0.0 if never and name else np.nan)

    def suspended(self, symbol: str, missing: np.ndarray) -> np.ndarray:
        """Return those of ``missing`` sessions on which Eastmoney's list says that the stock was suspended."""
        if not len(missing) or place_of(symbol) != "CN":
            return missing[:0]
        code = symbol.partition(".")[0]
        confirmed = np.zeros(len(missing), dtype=bool)
        for i, day in enumerate(missing):
            if confirmed[i]:
                continue
            for begin, end in self._spells(code, day):
                confirmed |= (missing >= begin) & (missing <= end)
        return missing[confirmed]

    def _spells(self, code: str, day: np.datetime64) -> list[tuple[np.datetime64, np.datetime64]]:
        """Return the suspensions of a stock that are in force on ``day``; one without an end counts for that day."""
        columns = {"代码": "code", "停牌时间": "begin", "停牌截止时间": "end"}
        table = self._table("stock_tfp_em", columns, date=f"{day.item():%Y%m%d}")
        spells = []
        mine = table[table["code"].astype(str) == code]
        for begin, end in zip(pd.to_datetime(mine["begin"]), pd.to_datetime(mine["end"]), strict=True):
            if pd.isna(begin) or begin > pd.Timestamp(day):
                continue
            last = day if pd.isna(end) else end.to_datetime64().astype("datetime64[D]")
            if last >= day:
                spells.append((begin.to_datetime64().astype("datetime64[D]"), last))
        return spells

    def _former_names(self, symbol: str) -> list[str]:
        key = f"names of {symbol}"
        if key not in self._tables:
            code = symbol.partition(".")[0]
            reply = self.caller.ask(symbol, "stock_info_change_name", {"name": "name"}, symbol=code)
            self._keep(key, reply)
        return [str(name) for name in self._tables[key]["name"]]

    def _table(self, function: str, columns: dict[str, str], **arguments: str) -> pd.DataFrame:
        key = f"{function} {arguments}"
        if key not in self._tables:
            try:
                reply = self.caller.ask(f"register {function}", function, columns, **arguments)
            except UnknownCodeError:  # nobody on the list that day
                self._tables[key] = pd.DataFrame({ours: pd.Series([], dtype=object) for ours in columns.values()})
                return self._tables[key]
            self._keep(key, reply)
        return self._tables[key]

    def _keep(self, key: str, reply: Reply) -> None:
        self._tables[key] = reply.frame
        self.records.append(reply.checked(("columns",)))
