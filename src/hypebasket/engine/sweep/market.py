"""A panel as the loop reads it: one record for each name and session, with the law of the day resolved."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from hypebasket.engine.sweep import records
from hypebasket.engine.sweep.codes import HOLDERS
from hypebasket.engine.sweep.records import Market, make_array
from hypebasket.errors import RuleGapError
from hypebasket.market.panel import Integers, Listing, MarketPanel
from hypebasket.rules.boards import law_of
from hypebasket.rules.dividend_tax import dividend_tax_rates, month_and_year_later, withholding_permille
from hypebasket.rules.fees import FREE_OF_CHARGE, DueRates, due_rates
from hypebasket.rules.lots import NO_MAXIMUM, is_odd_lot_stuck, order_maximum, order_size
from hypebasket.rules.settlement import may_sell_same_day
from hypebasket.rules.short_sale import borrow_terms, margin_terms

if TYPE_CHECKING:
    from hypebasket.spec.instrument import Board

__all__ = ["market_of"]

_known: dict[int, tuple[weakref.ref[MarketPanel], Market]] = {}


def market_of(panel: MarketPanel) -> Market:
    """Return the panel's records; they are made once for each panel."""
    kept = _known.get(id(panel))
    if kept is not None and kept[0]() is panel:
        return kept[1]
    kinds = sorted(set(panel.listings), key=lambda listing: (listing.board, listing.lot or 0))
    market = Market(_cells(panel), _days(panel), _laws(panel, kinds), _names(panel, kinds))
    number = id(panel)
    _known[number] = weakref.ref(panel, lambda _: _known.pop(number, None)), market
    return market


def _cells(panel: MarketPanel) -> Any:
    cells = make_array(records.CELL, *panel.close.shape)
    for field in records.CELL.fields:
        cells[field] = _last_traded(panel) if field == "last_traded" else getattr(panel, field)
    return cells


def _last_traded(panel: MarketPanel) -> Integers:
    """Return, for every session, the last row before it on which the name traded; -1 if none."""
    rows = np.where(panel.trading, np.arange(len(panel.sessions))[:, None], -1)
    latest = np.maximum.accumulate(rows, axis=0)
    return np.vstack([np.full((1, len(panel.symbols)), -1), latest[:-1]]).astype(np.int64)


def _days(panel: MarketPanel) -> Any:
    """Return what a session is to corporate actions and to the tax on dividends."""
    days = make_array(records.DAY, len(panel.sessions))
    before = np.vstack([np.zeros_like(panel.close[:1]), panel.close[:-1]])
    moved = panel.trading & (panel.reference > 0) & (before > 0) & (panel.reference != before)
    acted = (panel.cash_micro != 0) | (panel.ratio_ppm != 0) | panel.delisted | moved
    days["eventful"] = acted.any(axis=1)
    days["days"][1:] = np.diff(_numbers(panel.sessions))
    later = [month_and_year_later(session) for session in panel.sessions]
    for field, place in (("month", 0), ("year", 1)):
        ends = _numbers(each[place] for each in later)
        days[field] = np.searchsorted(_numbers(panel.sessions), ends, side="right") - 1
    for row, session in enumerate(panel.sessions):
        try:
            rates = dividend_tax_rates(session)
        except RuleGapError:
            continue
        days[row]["short"], days[row]["middle"], days[row]["long"] = rates
        days[row]["tax_known"] = 1
    return days


def _numbers(days: Iterable[date]) -> Integers:
    return np.array([date.toordinal(day) for day in days], dtype=np.int64)


def _laws(panel: MarketPanel, kinds: Sequence[Listing]) -> Any:
    laws = make_array(records.LAW, len(panel.sessions), len(kinds))
    for place, (board, lot) in enumerate(kinds):
        habits = (may_sell_same_day(board), is_odd_lot_stuck(board))
        for row, session in enumerate(panel.sessions):
            sizes, rates = _sizes(board, lot, session), _rates(board, session)
            known = (sizes is not None, rates is not None)
            laws[row, place] = (
                *known, *habits, *(sizes or (1, 1, NO_MAXIMUM)), *(rates or FREE_OF_CHARGE), *_loans(board, session),
                *_withholding(board, session),
            )  # fmt: skip
    return laws


def _sizes(board: Board, lot: int | None, session: date) -> tuple[int, int, int] | None:
    """Return the smallest order, the step above it and the largest order; ``None`` where a table has a gap."""
    try:
        return *order_size(board, lot), order_maximum(board, session, lot=lot)
    except RuleGapError:
        return None


def _rates(board: Board, session: date) -> DueRates | None:
    try:
        return due_rates(board, session)
    except RuleGapError:
        return None


def _loans(board: Board, session: date) -> tuple[int, ...]:
    """Return whether the terms of a loan of shares are known, and they themselves."""
    try:
        return 1, *borrow_terms(board, session), *margin_terms(board, session)
    except RuleGapError:
        return 0, 0, 1, 0, 0, 0, 0, 0


def _withholding(board: Board, session: date) -> tuple[int, ...]:
    """Return whether it is known what is withheld from dividends, and the permille for every holder."""
    try:
        return 1, *(withholding_permille(board, session, holder) for holder in HOLDERS[1:])
    except RuleGapError:
        return 0, 0, 0, 0


def _names(panel: MarketPanel, kinds: Sequence[Listing]) -> Any:
    names = make_array(records.NAME, len(panel.symbols))
    names["kind"] = [kinds.index(listing) for listing in panel.listings]
    names["taxed"] = [law_of(board) == "CN" for board in panel.boards]
    return names
