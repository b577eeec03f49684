"""Run a plan through backtrader and return its ledger."""

from __future__ import annotations

from dataclasses import replace

import backtrader as bt

from hypebasket.engine.replay.broker import MarketRulesBroker
from hypebasket.engine.replay.feed import panel_feeds
from hypebasket.engine.replay.strategy import EventStrategy
from hypebasket.ledger.records import EquityRecord, Ledger
from hypebasket.market.panel import MarketPanel
from hypebasket.plan.intents import Entry, Plan
from hypebasket.rules.frictions import ALL_FRICTIONS, Frictions

__all__ = ["replay"]


def replay(
    panel: MarketPanel,
    plan: Plan,
    *,
    cash: int,
    start: int,
    stop: int,
    stop_when_flat: bool = False,
    currency: str = "CNY",
    frictions: Frictions = ALL_FRICTIONS,
) -> Ledger:
    """Execute ``plan`` on sessions ``start..stop`` (rows of ``panel``, end excluded) from ``cash`` fen.

    The session before ``start`` is shown to the engine for its closes, but nothing can happen on it. With
    ``stop_when_flat`` the run ends after the first session with nothing held, working or to come. A plan without a
    name holds its cash on every session.
    """
    symbols = {entry.symbol for entry in plan.entries}
    symbols |= {symbol for rebalance in plan.rebalances for symbol, _ in rebalance.weights_ppm}
    if not symbols:
        return Ledger(currency, cash, equity=[EquityRecord(day, cash, 0, cash) for day in panel.sessions[start:stop]])
    first = max(start - 1, 0)
    window = panel.rows(first, stop).columns(symbols)
    cerebro = bt.Cerebro(stdstats=False)
    for feed in panel_feeds(window):
        cerebro.adddata(feed, name=feed._name)  # noqa: SLF001
    broker = MarketRulesBroker(
        panel=window,
        cash=cash,
        policy=plan.policy,
        participation_ppm=plan.participation_ppm,
        commission_terms=plan.commission,
        stop_when_flat=stop_when_flat,
        currency=currency,
        borrow_ppm=None if plan.short is None else plan.short.borrow_ppm,
        holder=plan.holder,
        frictions=frictions,
    )
    cerebro.setbroker(broker)
    cerebro.addstrategy(EventStrategy, plan=_shifted(plan, first), panel=window)
    cerebro.run()
    ledger = broker.ledger
    if first < start:
        ledger.equity = ledger.equity[1:]
    return ledger


def _shifted(plan: Plan, rows: int) -> Plan:
    """Return the plan counted from a later row."""
    return replace(
        plan,
        entries=tuple(_shifted_entry(entry, rows) for entry in plan.entries),
        rebalances=tuple(replace(rebalance, row=rebalance.row - rows) for rebalance in plan.rebalances),
    )


def _shifted_entry(entry: Entry, rows: int) -> Entry:
    due = None if entry.exit.due is None else replace(entry.exit.due, row=entry.exit.due.row - rows)
    return replace(
        entry,
        row=entry.row - rows,
        window_row=None if entry.window_row is None else entry.window_row - rows,
        exit=replace(entry.exit, due=due),
    )
