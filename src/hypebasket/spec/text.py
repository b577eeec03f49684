"""The smallest bricks of every spec: frozen models, bilingual text, symbols, markets and moments."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, WithJsonSchema
from pydantic_core import PydanticCustomError

from hypebasket.errors import Words

__all__ = [
    "CURRENCY_OF",
    "ID_PATTERN",
    "Circle",
    "Currency",
    "Market",
    "Spec",
    "Symbol",
    "Text",
    "end_of_day",
    "is_symbol",
    "likely_symbol",
    "market_of",
]


class Spec(BaseModel):
    """A validated piece of a YAML file: frozen, and unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Text(Spec):
    """A sentence in both languages of the pages."""

    zh: str
    en: str

    def __getitem__(self, language: str) -> str:
        return self.zh if language == "zh" else self.en


class Market(StrEnum):
    """An exchange, by its ISO 10383 code."""

    XSHG = "XSHG"
    XSHE = "XSHE"
    XBSE = "XBSE"
    XHKG = "XHKG"
    XNYS = "XNYS"


class Currency(StrEnum):
    """The currency of a sleeve."""

    CNY = "CNY"
    HKD = "HKD"
    USD = "USD"


class Circle(StrEnum):
    """How a member came to be known: the three circles of members."""

    POINT_IN_TIME = "point_in_time"
    DOCUMENTED = "documented"
    ALL = "all"


ID_PATTERN = r"^[a-z0-9][a-z0-9-]*$"

CURRENCY_OF = {
    Market.XSHG: Currency.CNY,
    Market.XSHE: Currency.CNY,
    Market.XBSE: Currency.CNY,
    Market.XHKG: Currency.HKD,
    Market.XNYS: Currency.USD,
}

_MARKET_OF_SUFFIX = {
    "SH": Market.XSHG,
    "SZ": Market.XSHE,
    "BJ": Market.XBSE,
    "HK": Market.XHKG,
    "US": Market.XNYS,
}
SYMBOL_FORM = Words(
    zh="六位数字加 .SH、.SZ 或 .BJ，五位数字加 .HK，或代号加 .US",
    en="six digits and .SH, .SZ or .BJ, five digits and .HK, or a ticker and .US",
)
SYMBOL_PATTERN = r"[0-9]{6}\.(?:SH|SZ|BJ)|[0-9]{5}\.HK|[A-Z][A-Z0-9.\-]{0,9}\.US"
_SYMBOL = re.compile(SYMBOL_PATTERN)
_OTHER_SUFFIXES = {"SS": "SH", "XSHG": "SH", "XSHE": "SZ", "XBSE": "BJ", "XHKG": "HK"}
_LEADING_DIGITS = {"60": "SH", "68": "SH", "00": "SZ", "30": "SZ", "92": "BJ"}


def _check_symbol(value: str) -> str:
    if not _SYMBOL.fullmatch(value):
        raise PydanticCustomError("symbol", "not a symbol")
    return value


def is_symbol(value: str) -> bool:
    """Tell whether a text is a stock's symbol."""
    return _SYMBOL.fullmatch(value) is not None


Symbol = Annotated[
    str, AfterValidator(_check_symbol), WithJsonSchema({"type": "string", "pattern": f"^(?:{SYMBOL_PATTERN})$"})
]


def likely_symbol(text: str) -> str | None:
    """Return the symbol that another notation of the trade stands for, None where that is open.

    Known are ``sh600519``, ``600519.SS``, ``300418.XSHE``, small letters, Hong Kong codes without their zeros, and bare
    codes of shares by the exchanges' numbering.
    """
    code, _, suffix = text.strip().upper().rpartition(".")
    if not code:
        code, suffix = suffix[2:], suffix[:2]
        if not suffix.isalpha():
            code, suffix = suffix + code, _LEADING_DIGITS.get(suffix, "")
    suffix = _OTHER_SUFFIXES.get(suffix, suffix)
    symbol = f"{code.zfill(5) if suffix == 'HK' else code}.{suffix}"
    return symbol if _SYMBOL.fullmatch(symbol) else None


def market_of(symbol: str) -> Market:
    """Return the market whose suffix a checked symbol carries."""
    return _MARKET_OF_SUFFIX[symbol.rpartition(".")[2]]


def end_of_day(day: date, zone: str) -> datetime:
    """Return the first instant (UTC) after ``day`` in ``zone``: a day-precise fact is safe to use from then on."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)
