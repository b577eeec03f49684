"""What the law of a day means for one security, as ``hypebasket rules show --symbol`` tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import TypeAdapter, ValidationError

from hypebasket.cli import Session
from hypebasket.errors import RuleGapError, UsageError
from hypebasket.rules.boards import board_of, law_of
from hypebasket.rules.limits import NO_LIMIT_UP, day_limits
from hypebasket.rules.lots import NO_MAXIMUM, order_maximum, order_size
from hypebasket.rules.settlement import sellable
from hypebasket.spec.layout import INSTRUMENTS, find_workspace
from hypebasket.spec.text import SYMBOL_FORM, Symbol, Text, market_of
from hypebasket.spec.workspace import load_instruments

if TYPE_CHECKING:
    from hypebasket.rules.tables import Key, Table
    from hypebasket.spec.instrument import Board, Instrument

__all__ = ["SymbolFacts", "facts_of"]

REFERENCE: Final = 100_000
"""A price at which every band shows without rounding."""

NEW_FOR: Final = timedelta(days=40)
"""The first sessions of a listing, which may have rules of their own, lie within."""

UNKNOWN: Final = Text(zh="未知", en="unknown")
NONE: Final = Text(zh="无", en="none")


@dataclass(frozen=True, slots=True)
class SymbolFacts:
    """One security on one day; ``lines`` are labels and texts for the reader."""

    symbol: str
    name: Text
    law: str
    board: Board
    exchange: str
    lines: tuple[tuple[str, Text], ...]

    def concerns(self, table: Table, key: Key) -> bool:
        """Tell whether a row of a table can bind this security."""
        own = {"board": self.board, "exchange": self.exchange}
        return all(own.get(name, value) == value for name, value in zip(table.keys, key, strict=True))

    def as_json(self) -> dict[str, object]:
        """Return the facts for ``--json``, in English."""
        facts: dict[str, object] = {"symbol": self.symbol, "board": self.board, "exchange": self.exchange}
        return facts | {label: text.en for label, text in self.lines if label != "board"}


def facts_of(session: Session, symbol: str, law: str | None, day: date) -> SymbolFacts:
    """Return what is known of ``symbol``; a symbol of another market than ``law`` is refused."""
    try:
        TypeAdapter(Symbol).validate_python(symbol)
    except ValidationError:
        raise UsageError(f"'{symbol}': not a symbol", SYMBOL_FORM.en) from None
    listed = _instruments(session).get(symbol)
    board = listed.board if listed else board_of(symbol)
    if law is not None and law_of(board) != law:
        raise UsageError(f"{symbol} is under the law of {law_of(board)}, not {law}", f"write --market {law_of(board)}")
    name = Text(zh=listed.name_zh, en=listed.name_en) if listed else Text(zh="", en="")
    market = market_of(symbol)
    return SymbolFacts(symbol, name, law_of(board), board, market.value, tuple(_lines(symbol, board, listed, day)))


def _instruments(session: Session) -> Mapping[str, Instrument]:
    """Return the workspace's instruments; none where no workspace is named or found."""
    try:
        root = find_workspace(session.workspace or Path.cwd())
    except UsageError:
        if session.workspace is not None:
            raise
        return {}
    return load_instruments(root / INSTRUMENTS, root=root)


def _lines(symbol: str, board: Board, listed: Instrument | None, day: date) -> list[tuple[str, Text]]:
    lot = listed.lot if listed else None
    told = Text(zh="据证券表", en="by the instrument table") if listed else Text(zh="据代码", en="by its code")
    lines = [
        ("board", Text(zh=f"{board}（{told.zh}）", en=f"{board} ({told.en})")),
        ("listed", _listing(symbol, listed, day)),
        ("band", _band(symbol, board, listed, day, risk_warning=False)),
    ]
    if law_of(board) == "CN":
        lines.append(("band_st", _band(symbol, board, listed, day, risk_warning=True)))
    return [
        *lines,
        ("lot", _sizes(board, lot)),
        ("maximum", _largest(board, day, lot)),
        ("t_plus", Text(zh="当日（T+0）", en="the same session (T+0)"))
        if sellable(board, 1, 1)
        else ("t_plus", Text(zh="次一交易日（T+1）", en="the next session (T+1)")),
    ]


def _listing(symbol: str, listed: Instrument | None, day: date) -> Text:
    if listed is None or listed.list_date is None:
        return Text(
            zh="上市日未知，无法判断是否为上市初期", en="day unknown: whether these are its first sessions is not known"
        )
    if day < listed.list_date:
        raise RuleGapError(f"{symbol} is listed from {listed.list_date} on: no rule binds it on {day}", "")
    number = _sessions_listed(symbol, listed, day)
    if number is None:
        return Text(zh=str(listed.list_date), en=str(listed.list_date))
    return Text(zh=f"{listed.list_date}，第 {number} 个交易日", en=f"{listed.list_date}, session {number} since then")


def _sessions_listed(symbol: str, listed: Instrument | None, day: date) -> int | None:
    """Count sessions from the listing day while they may matter; ``None`` = long ago or unknown."""
    if listed is None or listed.list_date is None or day - listed.list_date > NEW_FOR:
        return None
    # the calendar brings pandas with it
    from hypebasket.market.calendar import calendar_of

    return len(calendar_of(market_of(symbol)).sessions(listed.list_date, day))


def _band(symbol: str, board: Board, listed: Instrument | None, day: date, *, risk_warning: bool) -> Text:
    number = _sessions_listed(symbol, listed, day)
    limits = day_limits(
        board,
        market_of(symbol),
        day,
        REFERENCE,
        risk_warning=risk_warning,
        sessions_listed=number,
        list_date=listed.list_date if listed else None,
        issue_price=REFERENCE,
        delisting_session=None,
    )
    assert limits is not None, (symbol, day)
    down, up = limits
    if up == NO_LIMIT_UP:
        return NONE
    rise, fall = ((limit - REFERENCE) * 100 / REFERENCE for limit in (up, down))
    band = f"{rise:+g} % / {fall:+g} %"
    if up - REFERENCE != REFERENCE - down:
        return Text(zh=f"发行价 {band}", en=f"{band} of the issue price")
    return Text(zh=band, en=band)


def _sizes(board: Board, lot: int | None) -> Text:
    try:
        minimum, step = order_size(board, lot)
    except RuleGapError:
        return UNKNOWN
    return Text(zh=f"{minimum:,} 起，每次加 {step:,}", en=f"{minimum:,}, then in steps of {step:,}")


def _largest(board: Board, day: date, lot: int | None) -> Text:
    try:
        limit, market = order_maximum(board, day, lot=lot), order_maximum(board, day, market_order=True, lot=lot)
    except RuleGapError:
        return UNKNOWN
    if limit == NO_MAXIMUM:
        return NONE
    if limit == market:
        return Text(zh=f"{limit:,}", en=f"{limit:,}")
    return Text(zh=f"限价 {limit:,}，市价 {market:,}", en=f"limit {limit:,}, market {market:,}")
