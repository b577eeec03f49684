"""One basket × strategy on one sleeve: plans, runs of the engine, and the record of each, checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from hypebasket.engine.replay import OwnRun, load_own_class, replay, replay_own
from hypebasket.engine.sweep import Outline, outline, retrace, sweep
from hypebasket.errors import CalendarEndError
from hypebasket.events.mapping import MappedEvent, map_event
from hypebasket.events.selection import events_for
from hypebasket.ledger.invariants import check_ledger
from hypebasket.ledger.records import Ledger
from hypebasket.market.calendar import Calendar, Session
from hypebasket.market.panel import FEN, MarketPanel
from hypebasket.market.tape import PanelTape
from hypebasket.plan.build import EventPlan, PlanBuilder
from hypebasket.plan.intents import MILLION, POLICY, Plan
from hypebasket.rules.frictions import ALL_FRICTIONS, Frictions
from hypebasket.spec.basket import Basket
from hypebasket.spec.event import Event
from hypebasket.spec.strategy import FillPolicy, Strategy, TriggerOn
from hypebasket.spec.text import Circle, Market, Text
from hypebasket.stats.captured import allotted_money
from hypebasket.stats.shortfall import RUNGS, Step

__all__ = ["CircleRun", "Curve", "EventOutcome", "EventRun", "Sleeve", "SleeveRunner"]

NEAR_SESSIONS = 40
"""Most events are over by then; a run of one sees no more of the market than it must."""

BOUNDS = (FillPolicy.PESSIMISTIC, FillPolicy.OPTIMISTIC)


@dataclass(frozen=True, slots=True)
class Sleeve:
    """One currency's market and money: a panel, the calendar of its sessions, and the rows a run covers.

    ``left_out`` says of members with data why they cannot be run.
    """

    currency: str
    market: Market
    calendar: Calendar
    panel: MarketPanel
    start: int
    stop: int
    capital: int
    periods_per_year: int
    left_out: Mapping[str, Text] = field(default_factory=dict)

    @property
    def first(self) -> Session:
        """First session of the run."""
        return self.panel.sessions[self.start]

    @property
    def last(self) -> Session:
        """Last session of the run."""
        return self.panel.sessions[self.stop - 1]


Curve = Sequence[int]
"""Closing equity in fen, session by session."""


class EventOutcome(NamedTuple):
    """What one event captured (decimal), and the rows of the first and the last session anything was done on it."""

    captured: float
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class EventRun:
    """One event: what was planned, and its event-isolated ledger (none where nothing was planned).

    For the circle that leads the report also profits in fen: under the other fill policies (``bounds``), and behind
    each step of the waterfall (``earned``).
    """

    plan: EventPlan
    ledger: Ledger | None = None
    bounds: Mapping[FillPolicy, int] = field(default_factory=dict)
    earned: Mapping[Step, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CircleRun:
    """One circle of members: the continuous ledger under the strategy's fill policy, and its events.

    Of a strategy without a trigger, in the circle that leads the report, also curves: under the other fill policies
    (``bounds``), and behind each step of the waterfall (``rungs``).
    """

    circle: Circle
    primary: bool
    policy: FillPolicy
    ledger: Ledger
    events: tuple[EventRun, ...]
    bounds: Mapping[FillPolicy, Curve] = field(default_factory=dict)
    rungs: Mapping[Step, Curve] = field(default_factory=dict)


class SleeveRunner:
    """Runs one strategy on one basket, circle by circle; every ledger is checked before it is handed out."""

    def __init__(self, basket: Basket, strategy: Strategy, sleeve: Sleeve, events: Sequence[Event], root: Path) -> None:
        self.basket = basket
        self.strategy = strategy
        self.sleeve = replace(sleeve, panel=sleeve.panel.settled(_worth(strategy)))
        self.events = events_for(tuple(events), basket.mainline, strategy.trigger)
        self.unmapped: set[str] = set()
        borrow = strategy.short.borrow_rate
        self.tape = PanelTape(
            self.sleeve.panel,
            borrow_ppm=None if borrow is None else round(borrow * MILLION),
            holder=strategy.withholding,
        )
        self.builder = PlanBuilder(
            strategy, basket, self.sleeve.panel, sleeve.calendar, start=sleeve.start, stop=sleeve.stop
        )
        self.own = load_own_class(root, strategy.own_class) if strategy.own_class else None
        self.triggered = strategy.trigger.on is TriggerOn.EVENTS and self.own is None

    def run(self, circle: Circle, *, primary: bool) -> CircleRun:
        """Run one circle: all events on one capital, and for a triggered strategy each event on its own."""
        own = self.strategy.fills
        plans = self.plans(circle)
        plan = self.whole(plans, circle)
        ledger = self._run(circle, plan, reported=primary)
        events = tuple(self._isolated(each, leads=primary) for each in plans)
        if self.triggered or not primary:
            return CircleRun(circle, primary, own, ledger, events)
        bounds = {policy: self._outline(circle, plan, policy).equity for policy in BOUNDS if policy is not own}
        rungs = {
            step: self._outline(circle, plan, own, frictions).equity
            for step, frictions in RUNGS.items()
            if frictions != ALL_FRICTIONS
        }
        rungs[Step.FEES_AND_TAX] = Outline.of(ledger).equity
        return CircleRun(circle, primary, own, ledger, events, bounds, rungs)

    def continuous(self, circle: Circle) -> Ledger:
        """Run all events of one circle on one capital, and nothing else."""
        return self._run(circle, self.whole(self.plans(circle), circle), reported=True)

    def outline(self, plans: Sequence[EventPlan], circle: Circle) -> Outline:
        """Run all events of one circle on one capital, and say what it comes to; not to be reported."""
        return self._outline(circle, self.whole(plans, circle), self.strategy.fills)

    def captured(self, plan: EventPlan) -> float | None:
        """Return what one event on its own captured, under the strategy's fills; ``None`` where nothing was planned."""
        outcome = self.outcome(plan)
        return None if outcome is None else outcome.captured

    def outcome(self, plan: EventPlan) -> EventOutcome | None:
        """Return what one event on its own captured, and when; ``None`` where nothing was planned."""
        if not self._acts(plan):
            return None
        assert plan.row is not None
        earned, stop = self._ended(self.builder.events([plan], self.strategy.fills), plan.row)
        allotted = allotted_money(plan.entries, self.sleeve.capital, plan.idle_ppm)
        return EventOutcome(earned / allotted, plan.row, stop - 1)

    def isolated(self, plan: EventPlan) -> Ledger:
        """Run one event for which something was planned on its own, under the strategy's fills; not to be reported."""
        assert plan.row is not None, "nothing was planned"
        return self._until_flat(self.builder.events([plan], self.strategy.fills), plan.row, reported=False)

    def plans(self, circle: Circle) -> list[EventPlan]:
        """Plan every event for one circle of members."""
        mapped = self.mapped_events
        following = _following(mapped)
        return [self.builder.event(each, circle, later) for each, later in zip(mapped, following, strict=True)]

    def whole(self, plans: Sequence[EventPlan], circle: Circle) -> Plan | None:
        """Return the plan of the whole run on one capital; ``None`` for a class of its own, which plans as it goes."""
        if self.own is not None:
            return None
        policy = self.strategy.fills
        match self.strategy.trigger.on:
            case TriggerOn.EVENTS:
                return self.builder.events(plans, policy)
            case TriggerOn.MEMBERSHIP:
                return self.builder.membership(circle, policy)
            case TriggerOn.ROTATION:
                return self.builder.rotation(plans, circle, policy)

    def _run(self, circle: Circle, plan: Plan | None, *, reported: bool) -> Ledger:
        """Run all events on one capital."""
        if plan is None:
            return self._run_own(circle, self.strategy.fills)
        return self._execute(plan, start=self.sleeve.start, stop=self.sleeve.stop, reported=reported)

    def _outline(
        self, circle: Circle, plan: Plan | None, policy: FillPolicy, frictions: Frictions = ALL_FRICTIONS
    ) -> Outline:
        """Run all events on one capital under a fill policy and some of the frictions, without a ledger."""
        if plan is None:
            return Outline.of(self._run_own(circle, policy, frictions))
        sleeve = self.sleeve
        return outline(
            sleeve.panel,
            replace(plan, policy=POLICY[policy]),
            cash=sleeve.capital,
            start=sleeve.start,
            stop=sleeve.stop,
            frictions=frictions,
        )

    def _run_own(self, circle: Circle, policy: FillPolicy, frictions: Frictions = ALL_FRICTIONS) -> Ledger:
        """Run the strategy's own class."""
        assert self.own is not None
        sleeve = self.sleeve
        participation = round(self.strategy.size.participation * MILLION)

        def cutoff(row: int) -> datetime:
            return sleeve.calendar.open_cutoff(sleeve.panel.sessions[row])

        run = OwnRun(
            panel=sleeve.panel,
            basket=self.basket,
            events=self.mapped_events,
            members=lambda row: self.builder.eligible(circle, cutoff(row), row),
            cutoff=cutoff,
            start=sleeve.start,
            stop=sleeve.stop,
        )
        ledger = replay_own(
            self.own,
            run,
            cash=sleeve.capital,
            policy=POLICY[policy],
            participation_ppm=participation,
            currency=sleeve.currency,
            frictions=frictions,
            holder=self.strategy.withholding,
        )
        check_ledger(ledger, self.tape, participation, frictions)
        return ledger

    @cached_property
    def mapped_events(self) -> list[MappedEvent]:
        """Map the events to sessions, in the order in which they own names; what lies past the calendar is noted."""
        mapped = []
        for event in self.events:
            try:
                mapped.append(map_event(event, self.sleeve.calendar, reaction_minutes=self.strategy.entry.reaction))
            except CalendarEndError:
                self.unmapped.add(event.id)
        return mapped

    def _acts(self, plan: EventPlan) -> bool:
        """Whether anything is wished for an event."""
        return self.triggered and plan.row is not None and bool(plan.entries or plan.idle_ppm)

    def _isolated(self, plan: EventPlan, *, leads: bool) -> EventRun:
        """Run one event on fresh capital until it is flat again, or marked at the end of the run.

        The circle that ``leads`` the report also gets its bounds and the steps of its waterfall.
        """
        if not self._acts(plan):
            return EventRun(plan)
        assert plan.row is not None
        own, row = self.strategy.fills, plan.row
        wish = self.builder.events([plan], own)
        ledger = self._until_flat(wish, row, reported=leads)
        if not leads:
            return EventRun(plan, ledger)
        bounds = {
            policy: self._earned(replace(wish, policy=POLICY[policy]), row) for policy in BOUNDS if policy is not own
        }
        return EventRun(plan, ledger, bounds, self._rungs(plan, wish, ledger))

    def _rungs(self, plan: EventPlan, wish: Plan, full: Ledger) -> dict[Step, int]:
        """Run one event with one friction more at a time; the first run enters at the base close."""
        assert plan.row is not None
        base = self.sleeve.panel.row_of[plan.mapped.base]
        at_base = self.builder.events([plan.entered_at(base)], self.strategy.fills)
        earned = {Step.CHOICE: self._earned(at_base, base, RUNGS[Step.CHOICE])}
        for step, frictions in RUNGS.items():
            if step not in (Step.CHOICE, Step.FEES_AND_TAX):
                earned[step] = self._earned(wish, plan.row, frictions)
        return {**earned, Step.FEES_AND_TAX: full.equity[-1].equity - full.initial_cash}

    def _earned(self, plan: Plan, start: int, frictions: Frictions = ALL_FRICTIONS) -> int:
        """Return what a plan earns until nothing is held, in fen; the compiled engine keeps no record of it."""
        return self._ended(plan, start, frictions)[0]

    def _ended(self, plan: Plan, start: int, frictions: Frictions = ALL_FRICTIONS) -> tuple[int, int]:
        """Return what a plan earns until nothing is held, in fen, and the row after its last session."""
        cash = self.sleeve.capital
        outcome = sweep(
            self.sleeve.panel,
            [plan],
            cash=cash,
            start=start,
            stop=self.sleeve.stop,
            stop_when_flat=True,
            frictions=frictions,
            threads=1,
        )
        return int(outcome.equity[0]) - cash, int(outcome.stop[0])

    def _until_flat(self, plan: Plan, start: int, *, reported: bool) -> Ledger:
        """Run a plan until nothing is held: over a near stretch first, and to the end only if that is too short."""
        near = min(start + NEAR_SESSIONS, self.sleeve.stop)
        ledger = self._execute(plan, start=start, stop=near, stop_when_flat=True, reported=reported)
        if near < self.sleeve.stop and ledger.equity[-1].session == self.sleeve.panel.sessions[near - 1]:
            return self._execute(plan, start=start, stop=self.sleeve.stop, stop_when_flat=True, reported=reported)
        return ledger

    def _execute(
        self,
        plan: Plan,
        *,
        start: int,
        stop: int,
        stop_when_flat: bool = False,
        reported: bool,
    ) -> Ledger:
        """Run a plan and check its ledger: what is ``reported`` in backtrader, all else in the compiled engine."""
        engine = replay if reported else retrace
        ledger = engine(
            self.sleeve.panel,
            plan,
            cash=self.sleeve.capital,
            start=start,
            stop=stop,
            stop_when_flat=stop_when_flat,
            currency=self.sleeve.currency,
        )
        check_ledger(ledger, self.tape, plan.participation_ppm, commission=plan.commission)
        return ledger


def _worth(strategy: Strategy) -> int | None:
    """Return what a share of a delisted name is worth, in fen; ``None`` for its last price."""
    if isinstance(strategy.delisting, str):
        return 0 if strategy.delisting == "zero" else None
    return round(strategy.delisting * FEN)


def _following(events: Sequence[MappedEvent]) -> list[MappedEvent | None]:
    """Return, for each event, the next one with a later first open; an exit at the next event looks no further."""
    by_open = sorted(events, key=lambda mapped: mapped.first_open)
    return [next((later for later in by_open if later.first_open > event.first_open), None) for event in events]
