"""What files and columns of a tidy folder are called (documented in ``docs/data-format.md``)."""

from __future__ import annotations

import re
from typing import Literal

from hypebasket.spec.text import Market

__all__ = ["COLUMNS", "REQUIRED", "Role", "file_market", "index_market", "index_symbol", "is_adjusted_name", "role_of"]

Role = Literal["bars", "actions", "indices", "symbols", "rates"]

_TABLE_ENDINGS = (".csv", ".csv.gz", ".parquet")
_ADJUSTED = re.compile(r"(?:^|[_\-.\s])(?:qfq|hfq|adj)|前复权|后复权", re.IGNORECASE)
_ROLES: tuple[tuple[str, Role], ...] = (
    ("bars", "bars"),
    ("corporate_actions", "actions"),
    ("index", "indices"),
    ("symbols", "symbols"),
    ("fx", "rates"),
)
_IGNORED: tuple[tuple[str, str], ...] = (
    ("index_proxy", "funds standing in for indices; a missing index stays missing"),
    ("suspensions", "suspension is read from is_suspended of the bars"),
    ("limit_", "price limits are computed from the exchange's rules, never read"),
    ("coverage", "a description of other files"),
    ("dropped", "a description of other files"),
    ("prev_close_check", "a description of other files"),
)

COLUMNS: dict[Role, dict[str, tuple[str, ...]]] = {
    "bars": {
        "symbol": ("ts_code", "代码", "股票代码"),
        "date": ("trade_date", "session", "日期"),
        "open": ("开盘", "开盘价"),
        "high": ("最高", "最高价"),
        "low": ("最低", "最低价"),
        "close": ("收盘", "收盘价"),
        "volume": ("vol", "成交量"),
        "amount": ("成交额",),
        "prev_close": ("pre_close", "preclose", "昨收", "前收盘"),
        "is_suspended": ("suspended",),
        "is_st": ("isst",),
        "quality": (),
    },
    "actions": {
        "symbol": ("ts_code", "代码", "股票代码"),
        "market": (),
        "ex_date": ("除权除息日",),
        "cash_per_share": (),
        "share_ratio": (),
        "reference_price": ("ex_ref_price",),
    },
    "indices": {
        "symbol": ("ts_code", "代码", "指数代码"),
        "date": ("trade_date", "session", "日期"),
        "close": ("收盘", "收盘价"),
    },
    "symbols": {
        "symbol": ("ts_code", "代码", "股票代码"),
        "board": ("板块",),
        "list_date": ("上市日期",),
        "name_zh": ("name", "名称"),
        "name_en": (),
        "lot": (),
        "delist_date": ("退市日期",),
        "issue_price": ("发行价",),
        "delisting_start": ("退市整理期首日",),
        "delisting_last": ("退市整理期末日",),
        "relist_date": ("恢复上市日期",),
        "risk_warning": ("风险警示",),
    },
    "rates": {
        "pair": ("货币对",),
        "base": (),
        "quote": (),
        "kind": (),
        "date": ("日期",),
        "rate": ("汇率",),
    },
}
"""Per role: our column and the other names it may go by; case and surrounding blanks do not matter."""

REQUIRED: dict[Role, tuple[str, ...]] = {
    "bars": ("symbol", "date", "open", "high", "low", "close", "volume"),
    "actions": ("symbol", "ex_date", "cash_per_share", "share_ratio"),
    "indices": ("symbol", "date", "close"),
    "symbols": ("symbol", "board", "list_date"),
    "rates": ("date", "rate"),
}

_INDEX_NAMES = {
    "^GSPC": "SP500",
    "^SPX": "SP500",
    "SPX": "SP500",
    "^IXIC": "IXIC",
    "^NDX": "NDX",
    "^DJI": "DJI",
    "^HSI": "HSI",
    "^HSTECH": "HSTECH",
}
_INDEX_MARKETS = {
    "SP500": Market.XNYS,
    "IXIC": Market.XNYS,
    "NDX": Market.XNYS,
    "DJI": Market.XNYS,
    "HSI": Market.XHKG,
    "HSTECH": Market.XHKG,
    "HSCEI": Market.XHKG,
}


def stem_of(name: str) -> str | None:
    """Return the name without its ending, lower case; None where it is no table."""
    lowered = name.lower()
    return next((lowered.removesuffix(ending) for ending in _TABLE_ENDINGS if lowered.endswith(ending)), None)


def is_adjusted_name(name: str) -> bool:
    """Tell whether a file's name says that its prices are adjusted (``*_qfq*``, ``*_hfq*``, ``*_adj*``)."""
    return _ADJUSTED.search(stem_of(name) or "") is not None


def role_of(name: str) -> tuple[Role | None, str]:
    """Return what a file holds, or None and the reason why it is not read."""
    stem = stem_of(name)
    if stem is None:
        return None, "not a .csv, .csv.gz or .parquet file"
    for prefix, reason in _IGNORED:
        if stem.startswith(prefix):
            return None, reason
    for prefix, role in _ROLES:
        if re.match(rf"{prefix}(?:$|[_\-.])", stem):
            return role, ""
    return None, "its name says none of bars*, corporate_actions*, index*, symbols*, fx*"


def file_market(name: str) -> Literal["US"] | None:
    """Return ``US`` where the name says that bare tickers are meant (``bars_us.csv``)."""
    return "US" if re.search(r"[_\-.]us(?:$|[_\-.])", stem_of(name) or "") else None


def index_symbol(symbol: str) -> str:
    """Return our name of an index (``^GSPC`` is ``SP500``)."""
    upper = symbol.strip().upper()
    return _INDEX_NAMES.get(upper, upper)


def index_market(symbol: str) -> Market | None:
    """Return the market on whose sessions an index is computed; None where it is not known."""
    if symbol.endswith((".SH", ".SZ", ".BJ", ".CSI", ".EM")):
        return Market.XSHG
    return _INDEX_MARKETS.get(symbol)
