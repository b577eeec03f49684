"""A plan as the loop reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypebasket.engine.sweep import records
from hypebasket.engine.sweep.codes import BUY, HOLDERS, KINDS, NEVER, NONE, PURPOSES, SHORT
from hypebasket.engine.sweep.records import Script, make_array
from hypebasket.errors import UsageError
from hypebasket.market.panel import MarketPanel
from hypebasket.plan.intents import Due, Entry, ExitTerms, Plan, Rebalance
from hypebasket.rules.frictions import ALL_FRICTIONS, Frictions
from hypebasket.spec.strategy import Overlap

__all__ = ["EncodedPlan", "due_code", "encode", "set_terms"]

OVERLAPS = (Overlap.IGNORE, Overlap.EXTEND, Overlap.STACK)

MOST_CASH = 10**13
"""Fen: beyond it a product could leave 64 bits."""


@dataclass(frozen=True, slots=True)
class EncodedPlan:
    """A plan in integers: its script, and the words its numbers stand for.

    ``events`` are the ids of the events by number; ``purposes`` what orders are called by number.
    """

    script: Script
    events: tuple[str, ...]
    purposes: tuple[str, ...]


class _Words:
    """Numbers words in the order in which they come up."""

    def __init__(self, *known: str) -> None:
        self._numbers = {word: number for number, word in enumerate(known)}

    def number(self, word: str) -> int:
        return self._numbers.setdefault(word, len(self._numbers))

    @property
    def all(self) -> tuple[str, ...]:
        return tuple(self._numbers)


def encode(panel: MarketPanel, plan: Plan) -> EncodedPlan:
    """Encode a plan whose rows are rows of ``panel``; what the run is subject to is filled in by the run."""
    events, purposes = _Words(), _Words(*PURPOSES)
    ordered = sorted(plan.entries, key=lambda entry: (entry.row, KINDS.index(entry.kind)))
    entries = make_array(records.ENTRY, len(ordered) + 1)
    for number, entry in enumerate(ordered):
        entries[number] = _entry(entry, panel, events, purposes)
    entries[len(ordered)] = (0, 0, NONE, NONE, 0, NONE, NEVER, NONE, *_exit(ExitTerms(), purposes))
    rebalances, targets = _rebalances(plan, panel)
    terms = make_array(records.TERMS, 1)
    _fill(
        terms,
        policy=plan.policy,
        participation_ppm=plan.participation_ppm,
        rate_ppm=plan.commission.rate_ppm,
        minimum_commission=plan.commission.minimum,
        opening=BUY if plan.short is None else SHORT,
        borrow_ppm=NONE if plan.short is None or plan.short.borrow_ppm is None else plan.short.borrow_ppm,
        holder=HOLDERS.index(plan.holder),
        judged=any(_is_judged(entry.exit) for entry in plan.entries),
        overlap=OVERLAPS.index(plan.overlap),
        last_release=max((*(each.row for each in plan.entries), *(each.row for each in plan.rebalances)), default=NONE),
        n_entries=len(ordered),
        n_rebalances=len(rebalances) - 1,
        n_columns=len(panel.symbols),
    )
    return EncodedPlan(Script(terms, entries, rebalances, targets), events.all, purposes.all)


def set_terms(
    script: Script,
    *,
    cash: int,
    start: int,
    stop: int,
    stop_when_flat: bool,
    frictions: Frictions = ALL_FRICTIONS,
    recorded: bool = False,
    curved: bool = False,
) -> None:
    """Fill in what a run is subject to; the session before ``start`` is shown, but nothing can happen on it.

    ``recorded``: a whole ledger is wanted; ``curved``: the equity of every session at least.
    """
    if not 0 <= cash <= MOST_CASH:
        raise UsageError(f"capital of {cash} fen: not from 0 to {MOST_CASH}", "run it in the backtrader engine")
    _fill(
        script.terms,
        cash=cash,
        first=max(start - 1, 0),
        stop=stop,
        stop_when_flat=stop_when_flat,
        recorded=recorded,
        curved=recorded or curved,
        **frictions._asdict(),
    )


def _fill(records_: Any, **values: int) -> None:
    for field, value in values.items():
        records_[0][field] = value


def _entry(entry: Entry, panel: MarketPanel, events: _Words, purposes: _Words) -> tuple[int, ...]:
    return (
        entry.row,
        KINDS.index(entry.kind),
        events.number(entry.event_id) if entry.event_id else NONE,
        panel.column_of[entry.symbol],
        entry.weight_ppm,
        NONE if entry.attempts is None else entry.attempts,
        NEVER if entry.window_row is None else entry.window_row,
        NONE if entry.price_cap is None else entry.price_cap,
        *_exit(entry.exit, purposes),
    )


def _exit(terms: ExitTerms, purposes: _Words) -> tuple[int, ...]:
    thresholds = (terms.hold_sessions, terms.stop_ppm, terms.take_ppm, terms.trail_ppm)
    return (
        NEVER if terms.due is None else due_code(terms.due),
        0 if terms.due is None else purposes.number(terms.due.purpose),
        *(NONE if threshold is None else threshold for threshold in thresholds),
        int(terms.board_break),
    )


def _is_judged(terms: ExitTerms) -> bool:
    """Whether a close can end a position before its time."""
    thresholds = (terms.stop_ppm, terms.take_ppm, terms.trail_ppm)
    return terms.board_break or any(threshold is not None for threshold in thresholds)


def due_code(due: Due) -> int:
    """Return a planned end as one number: the earlier one is smaller."""
    return 2 * due.row + due.at_close


def _rebalances(plan: Plan, panel: MarketPanel) -> tuple[Any, Any]:
    """Return rebalances, of which a row has one (the last), and their target weights; each with a blank at the end."""
    by_row: dict[int, Rebalance] = {each.row: each for each in plan.rebalances}
    rows: list[tuple[int, ...]] = []
    weights: list[tuple[int, int]] = []
    for each in sorted(by_row.values(), key=lambda each: each.row):
        wanted = {panel.column_of[symbol]: ppm for symbol, ppm in each.weights_ppm}
        attempts = NONE if each.attempts is None else each.attempts
        rows.append((each.row, attempts, len(weights), len(weights) + len(wanted)))
        weights.extend(wanted.items())
    rebalances, targets = make_array(records.REBALANCE, len(rows) + 1), make_array(records.TARGET, len(weights) + 1)
    for number, row in enumerate(rows):
        rebalances[number] = row
    for number, weight in enumerate(weights):
        targets[number] = weight
    return rebalances, targets
