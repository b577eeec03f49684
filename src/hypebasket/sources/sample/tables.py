"""The hand-written tables of the sample: who is in it, how events move it, and what is laid down."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from hypebasket.rules.boards import board_of
from hypebasket.spec.instrument import Board
from hypebasket.spec.text import Market, market_of

__all__ = ["Listing", "Response", "Script", "responses", "script", "universe"]

Day = tuple[str | float, str | float, str | float, str | float]

_FOLDER = files("hypebasket.sources.sample")


@dataclass(frozen=True, slots=True)
class Listing:
    """A name of the sample.

    ``group`` is its mainline or ``control``; ``scale`` multiplies its own volatility; ``dividends`` counts the cash
    dividends it may pay a year.
    """

    symbol: str
    name_zh: str
    name_en: str
    group: str
    list_date: date
    scale: float
    dividends: int

    @property
    def market(self) -> Market:
        """The exchange of the symbol."""
        return market_of(self.symbol)

    @property
    def board(self) -> Board:
        """The board its code stands for."""
        return board_of(self.symbol)


@dataclass(frozen=True, slots=True)
class Response:
    """How the mainlines answer one event: percent of session 1, 2, ... by mainline.

    ``start`` maps a region (cn, hk, us) to session 1 and whether its opening already knows the news.
    """

    event_id: str
    start: dict[str, tuple[date, bool]]
    moves: dict[str, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Script:
    """What is laid down rather than drawn, by symbol; see ``script.yaml`` for the meaning of the words."""

    levels: dict[str, dict[date, int]]
    days: dict[str, dict[date, Day]]
    suspensions: dict[str, tuple[tuple[date, date], ...]]
    risk_warnings: dict[str, tuple[date, date]]
    share_issues: dict[str, dict[int, float]]
    splits: dict[str, dict[date, int]]

    def is_suspended(self, symbol: str, session: date) -> bool:
        """Whether ``symbol`` does not trade on ``session``."""
        return any(first <= session <= last for first, last in self.suspensions.get(symbol, ()))

    def is_risk_warning(self, symbol: str, session: date) -> bool:
        """Whether ``symbol`` is ST on ``session``."""
        first, last = self.risk_warnings.get(symbol, (date.max, date.min))
        return first <= session <= last


def _read(name: str) -> Any:
    return yaml.safe_load((_FOLDER / name).read_text(encoding="utf-8"))


@cache
def universe() -> tuple[Listing, ...]:
    """Return every name of the sample, by symbol."""
    text = (_FOLDER / "universe.csv").read_text(encoding="utf-8")
    return tuple(
        Listing(
            row["symbol"],
            row["name_zh"],
            row["name_en"],
            row["group"],
            date.fromisoformat(row["list_date"]),
            float(row["scale"]),
            int(row["dividends"]),
        )
        for row in csv.DictReader(text.splitlines())
    )


def _start(value: date | str) -> tuple[date, bool]:
    if isinstance(value, date):
        return value, True
    return date.fromisoformat(value.removesuffix(" intraday")), False


@cache
def responses() -> tuple[Response, ...]:
    """Return the answers to the events, as they stand in ``responses.yaml``."""
    return tuple(
        Response(
            row["id"],
            {region: _start(row[region]) for region in ("cn", "hk", "us")},
            {mainline: tuple(moves) for mainline, moves in row["moves"].items()},
        )
        for row in _read("responses.yaml")
    )


@cache
def script() -> Script:
    """Return what ``script.yaml`` lays down; prices in fen."""
    rows = _read("script.yaml")
    return Script(
        levels={s: {d: round(float(p) * 100) for d, p in by.items()} for s, by in rows["levels"].items()},
        days={s: {d: tuple(words) for d, words in by.items()} for s, by in rows["days"].items()},
        suspensions={s: tuple((a, b) for a, b in spells) for s, spells in rows["suspensions"].items()},
        risk_warnings={s: (a, b) for s, (a, b) in rows["risk_warnings"].items()},
        share_issues=rows["share_issues"],
        splits=rows["splits"],
    )
