"""Many runs at once: every one of them ends as the backtrader engine ends it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from drawn_markets import N_SESSIONS, make_market

from hypebasket.engine.replay import replay
from hypebasket.engine.sweep import sweep, sweep_calendars
from hypebasket.engine.sweep.compiler import CAN_COMPILE
from hypebasket.errors import UsageError
from hypebasket.market.panel import MarketPanel
from hypebasket.plan.intents import Entry, Plan
from hypebasket.spec.text import Circle
from markets import builder, event, mapped, strategy

CASH = 10_000_000
MODES = [pytest.param(True, marks=pytest.mark.skipif(not CAN_COMPILE, reason="numba is switched off")), False]
RULES = strategy(
    entry={"on_limit": {"retry": 2}},
    exit={"hold_sessions": 3, "stop_loss": 0.05, "board_break": True},
    size={"gross": 0.6},
    overlap="stack",
)
CALENDARS = np.array([[3, 7, 11], [9, 2, 2], [13, 14, 6], [2, 4, 5]])


def planned(panel_seed: int) -> tuple[MarketPanel, Plan, int]:
    made = make_market(panel_seed)
    desk = builder(made, RULES)
    (each,) = mapped(made, [event("e-0", "01-04T12:00Z")], RULES)
    wanted = desk.event(each, Circle.ALL)
    assert wanted.row is not None
    return made.panel, desk.events([wanted], RULES.fills), wanted.row


def moved(entry: Entry, to: int, name: str) -> Entry:
    """The wish of an event on another session."""
    by = to - entry.row
    due = entry.exit.due and replace(entry.exit.due, row=entry.exit.due.row + by)
    window = None if entry.window_row is None else entry.window_row + by
    return replace(entry, row=to, event_id=name, window_row=window, exit=replace(entry.exit, due=due))


def plan_at(panel: MarketPanel, plan: Plan, rows: list[int]) -> Plan:
    """The plan of one calendar, written out; a name that never traded before a session is left out there."""
    entries = [
        moved(entry, row, f"event {number}")
        for number, row in enumerate(sorted(rows))
        for entry in plan.entries
        if panel.trading[:row, panel.column_of[entry.symbol]].any()
    ]
    return replace(plan, entries=tuple(entries))


@pytest.mark.parametrize("compiled", MODES)
@pytest.mark.parametrize("seed", [1, 3, 4])
def test_calendars_end_as_their_plans_do(seed: int, compiled: bool) -> None:
    panel, plan, row = planned(seed)
    run = {"cash": CASH, "start": 1, "stop": N_SESSIONS}
    found = sweep_calendars(panel, plan, row, CALENDARS, compiled=compiled, **run)  # type: ignore[arg-type]
    expected = [replay(panel, plan_at(panel, plan, list(rows)), **run) for rows in CALENDARS]  # type: ignore[arg-type]
    assert found.equity.tolist() == [ledger.equity[-1].equity for ledger in expected]
    assert found.fills.tolist() == [len(ledger.fills) for ledger in expected]
    assert min(found.fills) > 10


@pytest.mark.parametrize("compiled", MODES)
def test_isolated_events_end_as_their_own_runs_do(compiled: bool) -> None:
    panel, plan, row = planned(1)
    found = sweep_calendars(
        panel, plan, row, CALENDARS, cash=CASH, start=1, stop=N_SESSIONS, isolated=True, compiled=compiled
    )
    for draw, rows in enumerate(CALENDARS):
        for place, each in enumerate(sorted(rows)):
            ledger = replay(
                panel, plan_at(panel, plan, [each]), cash=CASH, start=each, stop=N_SESSIONS, stop_when_flat=True
            )
            assert found.equity[draw, place] == ledger.equity[-1].equity
            assert found.fills[draw, place] == len(ledger.fills)


@pytest.mark.parametrize("compiled", MODES)
def test_plans_end_as_they_do_alone(compiled: bool) -> None:
    panel, plan, _ = planned(1)
    plans = [plan_at(panel, plan, list(rows)) for rows in CALENDARS] + [Plan()]
    run = {"cash": CASH, "start": 1, "stop": N_SESSIONS}
    found = sweep(panel, plans, compiled=compiled, **run)  # type: ignore[arg-type]
    assert found.equity.tolist() == [replay(panel, each, **run).equity[-1].equity for each in plans]  # type: ignore[arg-type]


def test_a_gap_counts_from_the_close_before() -> None:
    """A cap of nothing above the close before buys fewer than no cap; one out of reach changes nothing."""
    panel, plan, row = planned(1)
    run = {"cash": CASH, "start": 1, "stop": N_SESSIONS, "compiled": CAN_COMPILE}
    free, tight, wide = (
        sweep_calendars(panel, plan, row, CALENDARS, gap_ppm=gap, **run)
        for gap in (None, 0, 10_000_000)  # type: ignore[arg-type]
    )
    assert tight.fills.sum() < free.fills.sum()
    assert wide.equity.tolist() == free.equity.tolist()


def test_what_is_no_pattern_is_refused() -> None:
    panel, plan, row = planned(1)
    with pytest.raises(UsageError, match="one auction"):
        sweep_calendars(panel, plan, row + 1, CALENDARS, cash=CASH, start=1, stop=N_SESSIONS)
    with pytest.raises(UsageError, match="outside"):
        sweep_calendars(panel, plan, row, CALENDARS, cash=CASH, start=5, stop=N_SESSIONS)
