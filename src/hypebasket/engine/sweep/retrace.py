"""Run a plan in the compiled loop and return the ledger that ``engine.replay.replay`` would."""

from __future__ import annotations

from typing import Any, NoReturn

from hypebasket.engine.sweep.codes import NO_FAULT, NO_LAW, NO_TAX_LAW
from hypebasket.engine.sweep.compiler import CAN_COMPILE
from hypebasket.engine.sweep.encoding import encode, set_terms
from hypebasket.engine.sweep.machine import Room, run_script
from hypebasket.engine.sweep.market import market_of
from hypebasket.engine.sweep.reading import Outline, read_ledger, read_outline, value
from hypebasket.errors import UsageError
from hypebasket.ledger.records import EquityRecord, Ledger
from hypebasket.market.panel import MarketPanel
from hypebasket.plan.intents import Plan
from hypebasket.rules.dividend_tax import dividend_tax_rates, withholding_permille
from hypebasket.rules.fees import check_commission, due_rates
from hypebasket.rules.frictions import ALL_FRICTIONS, Frictions
from hypebasket.rules.lots import order_maximum, order_size
from hypebasket.rules.short_sale import borrow_terms, margin_terms

__all__ = ["outline", "raise_fault", "retrace"]


def retrace(
    panel: MarketPanel,
    plan: Plan,
    *,
    cash: int,
    start: int,
    stop: int,
    stop_when_flat: bool = False,
    currency: str = "CNY",
    frictions: Frictions = ALL_FRICTIONS,
    compiled: bool = CAN_COMPILE,
) -> Ledger:
    """Execute ``plan`` on sessions ``start..stop`` (rows of ``panel``, end excluded) from ``cash`` fen.

    The ledger equals, row by row, that of ``engine.replay.replay`` for the same arguments. ``compiled`` chooses
    between compiled code and the same loop in plain Python.
    """
    wishes = _wishes(plan)
    if not wishes:
        return Ledger(currency, cash, equity=[EquityRecord(day, cash, 0, cash) for day in panel.sessions[start:stop]])
    encoded = encode(panel, plan)
    set_terms(
        encoded.script,
        cash=cash,
        start=start,
        stop=stop,
        stop_when_flat=stop_when_flat,
        frictions=frictions,
        recorded=True,
    )
    room = Room(len(panel.symbols), stop - max(start - 1, 0), wishes, recorded=True)
    books = run_script(market_of(panel), encoded.script, room, compiled=compiled)
    raise_fault(books.book[0], panel, plan)
    return read_ledger(panel, encoded, books, currency=currency, start=start)


def outline(
    panel: MarketPanel,
    plan: Plan,
    *,
    cash: int,
    start: int,
    stop: int,
    frictions: Frictions = ALL_FRICTIONS,
    compiled: bool = CAN_COMPILE,
) -> Outline:
    """Execute ``plan`` as ``retrace`` does, without a ledger."""
    if not _wishes(plan):
        return Outline([cash] * (stop - start), 0, 0)
    script = encode(panel, plan).script
    set_terms(script, cash=cash, start=start, stop=stop, stop_when_flat=False, frictions=frictions, curved=True)
    room = Room(len(panel.symbols), stop - max(start - 1, 0), 1, recorded=False)
    books = run_script(market_of(panel), script, room, compiled=compiled)
    raise_fault(books.book[0], panel, plan)
    return read_outline(script, books, start=start)


def _wishes(plan: Plan) -> int:
    """Return how many orders a plan can come to by itself."""
    return len(plan.entries) + sum(len(rebalance.weights_ppm) for rebalance in plan.rebalances)


def raise_fault(book: Any, panel: MarketPanel, plan: Plan) -> None:
    """Raise what stopped a run, as the law itself tells it."""
    fault, row, column = (value(book, field) for field in FAULT)
    if fault == NO_FAULT:
        return
    session = panel.sessions[row]
    if fault == NO_LAW:
        board, lot = panel.listings[column]
        order_size(board, lot)
        order_maximum(board, session, lot=lot)
        check_commission(due_rates(board, session), plan.commission, session)
        withholding_permille(board, session, plan.holder)
        if plan.short is not None:
            borrow_terms(board, session)
            margin_terms(board, session)
    if fault == NO_TAX_LAW:
        dividend_tax_rates(session)
    _give_up(panel.symbols[column], session)


FAULT = ("fault", "fault_row", "fault_column")


def _give_up(symbol: str, session: object) -> NoReturn:
    raise UsageError(f"{symbol}, {session}: more shares sold than its purchase lots hold", "leave the name out")
