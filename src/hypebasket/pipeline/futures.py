"""Does a run look ahead? The same strategy on other futures, which may change nothing before them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from hypebasket.audit.findings import Finding, Kind, caution, hard
from hypebasket.audit.futures import Rows, decided_before, first_difference, scrambled
from hypebasket.errors import HypebasketError
from hypebasket.ledger.records import OPENING, Ledger
from hypebasket.pipeline.sleeve import Sleeve, SleeveRunner
from hypebasket.plan.build import EventPlan
from hypebasket.spec.basket import Basket
from hypebasket.spec.event import Event
from hypebasket.spec.strategy import EntryAt, Strategy
from hypebasket.spec.text import Circle, end_of_day

__all__ = ["Subject", "look_ahead", "turning_points"]

SEED = 20_150_908
"""Of the futures; the same run is always held against the same ones."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A strategy on a basket and a sleeve, as it was run."""

    place: str
    basket: Basket
    strategy: Strategy
    sleeve: Sleeve
    events: tuple[Event, ...]
    root: Path

    def runner(self) -> SleeveRunner:
        """Return it ready to run."""
        return SleeveRunner(self.basket, self.strategy, self.sleeve, self.events, self.root)


def turning_points(ledger: Ledger, sleeve: Sleeve, cuts: int) -> tuple[int, ...]:
    """Return the rows at which futures are exchanged: sessions on which something was bought, spread evenly."""
    rows = sorted({sleeve.panel.row_of[order.created] for order in ledger.orders if order.side in OPENING})
    rows = [row for row in rows if max(sleeve.start, 1) <= row < sleeve.stop - 1]
    if len(rows) <= cuts:
        return tuple(rows)
    return tuple(rows[round(i * (len(rows) - 1) / max(cuts - 1, 1))] for i in range(cuts))


def look_ahead(subject: Subject, circle: Circle, rows: Sequence[int]) -> Iterator[Finding]:
    """Yield what changes before a session when only the market, the events and the evidence from it on do.

    At every row of ``rows`` the strategy runs on a scrambled future and on one that was cut off; and every event's plan
    is made again with the market scrambled from its decision on.
    """
    runner = subject.runner()
    try:
        honest = runner.continuous(circle)
        yield from _plans(subject, runner, circle)
        for row in rows:
            yield from _scrambled_future(subject, circle, honest, row)
            yield from _no_future(subject, runner, circle, honest, row)
    except HypebasketError as error:
        yield caution(
            Kind.LOOK_AHEAD,
            subject.place,
            f"换一个未来就无法运行，不能排除偷看：{error}",
            f"does not run on another future, so that looking ahead cannot be ruled out: {error}",
        )


def _plans(subject: Subject, runner: SleeveRunner, circle: Circle) -> Iterator[Finding]:
    """Hold every event's plan against the one made with its own session, and all after, scrambled."""
    if not runner.triggered or subject.strategy.entry.at is EntryAt.BOARD_BREAK:
        return
    for mapped, plan in zip(runner.mapped_events, runner.plans(circle), strict=True):
        if plan.row is None or plan.row < 1:
            continue
        again = _on(subject, plan.row).runner().builder.event(mapped, circle)
        if _wishes(plan) != _wishes(again):
            session = subject.sleeve.panel.sessions[plan.row]
            done = "sold short" if subject.strategy.is_short else "bought"
            yield hard(
                Kind.LOOK_AHEAD,
                subject.place,
                f"事件 {mapped.event.id} 的选股随 {session} 及以后的行情而变：偷看了未来",
                f"what is {done} for {mapped.event.id} depends on the market from {session} on: it looks ahead",
            )


def _wishes(plan: EventPlan) -> list[tuple[object, ...]]:
    """Return what a plan decides at its entry session; when a position ends is decided later."""
    return [
        (entry.symbol, entry.row, entry.kind, entry.weight_ppm, entry.attempts, entry.window_row, entry.price_cap)
        for entry in plan.entries
    ]


def _on(subject: Subject, row: int) -> Subject:
    """Return the subject on a market that is another one from ``row`` on."""
    panel = scrambled(subject.sleeve.panel, row, SEED)
    return replace(subject, sleeve=replace(subject.sleeve, panel=panel))


def _scrambled_future(subject: Subject, circle: Circle, honest: Ledger, row: int) -> Iterator[Finding]:
    session = subject.sleeve.panel.sessions[row]
    now = subject.sleeve.calendar.open_cutoff(session)
    other = _on(subject, row)
    other = replace(other, events=tuple(event for event in subject.events if _public(event) <= now))
    if circle is Circle.POINT_IN_TIME:
        other = replace(other, basket=subject.basket.as_of(now))
    changed = other.runner().continuous(circle)
    one, two = (decided_before(each, session, on_the_day=True) for each in (honest, changed))
    yield from _told(subject, circle, session, one, two)


def _no_future(subject: Subject, runner: SleeveRunner, circle: Circle, honest: Ledger, row: int) -> Iterator[Finding]:
    """Cut the market off after ``row``; not where an event bought for in advance would fall outside the run."""
    session = subject.sleeve.panel.sessions[row]
    first = {mapped.event.id: mapped.session_1 for mapped in runner.mapped_events}
    if any(order.created <= session and first.get(order.event_id, session) > session for order in honest.orders):
        return
    short = replace(subject.sleeve, panel=subject.sleeve.panel.rows(0, row + 1), stop=row + 1)
    changed = replace(subject, sleeve=short).runner().continuous(circle)
    one, two = (decided_before(each, session, on_the_day=False) for each in (honest, changed))
    yield from _told(subject, circle, session, one, two)


def _told(subject: Subject, circle: Circle, session: object, one: Rows, two: Rows) -> Iterator[Finding]:
    difference = first_difference(one, two)
    if difference is not None:
        yield hard(
            Kind.LOOK_AHEAD,
            subject.place,
            f"换掉 {session} 起的未来，此前的记录随之改变（{circle}）：{difference}",
            f"with another future from {session} on, what came before changes ({circle}): {difference}",
        )


def _public(event: Event) -> datetime:
    """Return when the first thing about an event became public: its date, or the event itself."""
    if event.scheduled and event.announced is not None:
        given = event.announced
        return given.astimezone(UTC) if isinstance(given, datetime) else end_of_day(given, event.zone)
    return event.latest_moment
