"""From a strategy and a basket to a plan: who is eligible at each decision, and what is then wished for.

Nothing here reads a bar of the decision's session or later: a member is eligible if it had a bar before, and price caps
come from the base close.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from hypebasket.events.mapping import MappedEvent
from hypebasket.ledger.records import OrderKind
from hypebasket.market.calendar import Calendar
from hypebasket.market.panel import MarketPanel
from hypebasket.plan.intents import MILLION, POLICY, Entry, ExitTerms, Plan, Rebalance
from hypebasket.rules.fees import Commission
from hypebasket.spec.basket import Basket, Stock
from hypebasket.spec.strategy import EntryAt, ExitClock, FillPolicy, Retry, SizeScheme, Strategy
from hypebasket.spec.text import Circle

__all__ = ["EventPlan", "PlanBuilder"]


@dataclass(frozen=True, slots=True)
class EventPlan:
    """What one event wishes for.

    ``row`` is the planned entry session (session 1 of the plan), ``members`` the circle's eligible stocks; ``excluded``
    says why nothing is wished for at all.
    """

    mapped: MappedEvent
    row: int | None
    members: tuple[Stock, ...]
    entries: tuple[Entry, ...]
    excluded: str | None = None


class PlanBuilder:
    """Builds plans for one strategy and basket on one sleeve's panel, for sessions ``start..stop`` (rows) of it."""

    def __init__(
        self,
        strategy: Strategy,
        basket: Basket,
        panel: MarketPanel,
        calendar: Calendar,
        *,
        start: int,
        stop: int,
        commission: Commission | None = None,
    ) -> None:
        self.strategy = strategy
        self.panel = panel
        self.calendar = calendar
        self.start = start
        self.stop = stop
        self.commission = commission or Commission()
        self.stocks = tuple(
            stock
            for stock in sorted(basket.stocks, key=lambda stock: stock.symbol)
            if stock.symbol in panel.column_of
            and (not strategy.select.segments or stock.segment in strategy.select.segments)
        )

    def event(self, mapped: MappedEvent, circle: Circle) -> EventPlan:
        """Plan one event for one circle of members."""
        place = self._entry_row(mapped)
        if isinstance(place, str):
            return EventPlan(mapped, None, (), (), excluded=place)
        session = self.panel.sessions[place]
        at_open = self.strategy.entry.at is EntryAt.FIRST_OPEN
        decided = (self.calendar.open_cutoff if at_open else self.calendar.close_cutoff)(session)
        members = self.eligible(circle, decided, place)
        weights = self._weights(members)
        entries = tuple(
            self._entry(mapped, stock, place, weight) for stock, weight in zip(members, weights, strict=True)
        )
        return EventPlan(mapped, place, members, entries)

    def events(self, plans: Sequence[EventPlan], policy: FillPolicy) -> Plan:
        """Put the wishes of several events into one plan, in the order in which they own names."""
        return self._plan(policy, entries=tuple(entry for plan in plans for entry in plan.entries))

    def membership(self, circle: Circle, policy: FillPolicy) -> Plan:
        """Hold the members of a circle equally (or by weight), rebalanced whenever one joins or leaves."""
        rebalances = []
        held: tuple[str, ...] = ()
        for row in range(self.start, self.stop):
            members = self.eligible(circle, self.calendar.open_cutoff(self.panel.sessions[row]), row)
            symbols = tuple(stock.symbol for stock in members)
            if symbols != held:
                weights = tuple(zip(symbols, self._weights(members), strict=True))
                rebalances.append(Rebalance(row, weights, self._attempts()))
                held = symbols
        return self._plan(policy, rebalances=tuple(rebalances))

    def eligible(self, circle: Circle, decided: datetime, row: int) -> tuple[Stock, ...]:
        """Return the members of ``circle`` for a decision at ``decided`` that had a bar before session ``row``."""
        first_bar, column_of = self.panel.first_bar, self.panel.column_of
        return tuple(
            stock
            for stock in self.stocks
            if stock.in_circle(circle, decided) and first_bar[column_of[stock.symbol]] < row
        )

    def _plan(
        self, policy: FillPolicy, *, entries: tuple[Entry, ...] = (), rebalances: tuple[Rebalance, ...] = ()
    ) -> Plan:
        participation = round(self.strategy.size.participation * MILLION)
        return Plan(entries, rebalances, POLICY[policy], participation, self.commission)

    def _entry_row(self, mapped: MappedEvent) -> int | str:
        """Return the row of the entry session, or why there is none."""
        rows = self.panel.row_of
        first, last = self.panel.sessions[self.start], self.panel.sessions[self.stop - 1]
        if not first <= mapped.session_1 <= last:
            return f"session 1 ({mapped.session_1}) lies outside the run ({first}..{last})"
        if mapped.base not in rows:
            return f"no data on the base session {mapped.base}"
        anchor = mapped.first_open if self.strategy.entry.at is EntryAt.FIRST_OPEN else mapped.first_close
        session = self.calendar.shift(anchor, self.strategy.entry.offset)
        if not first <= session <= last:
            return f"the entry session ({session}) lies outside the run ({first}..{last})"
        return rows[session]

    def _entry(self, mapped: MappedEvent, stock: Stock, row: int, weight_ppm: int) -> Entry:
        terms, entry = self.strategy.exit, self.strategy.entry
        due = row + terms.hold_sessions - 1 if terms.hold_sessions and terms.clock is ExitClock.PLAN else None
        cap = None
        if entry.max_gap is not None:
            base = int(self.panel.close[self.panel.row_of[mapped.base], self.panel.column_of[stock.symbol]])
            cap = base * (MILLION + round(entry.max_gap * MILLION)) // MILLION
        window = row + self.strategy.window - 1 if entry.on_limit == "wait_for_break" else None
        return Entry(
            event_id=mapped.event.id,
            symbol=stock.symbol,
            row=row,
            kind=OrderKind.OPEN if entry.at is EntryAt.FIRST_OPEN else OrderKind.CLOSE,
            weight_ppm=weight_ppm,
            attempts=self._attempts(),
            last_row=_earliest(due, window),
            price_cap=cap,
            exit=ExitTerms(
                due=due,
                hold_sessions=terms.hold_sessions if terms.clock is ExitClock.FILL else None,
                stop_ppm=_ppm(terms.stop_loss),
                take_ppm=_ppm(terms.take_profit),
                trail_ppm=_ppm(terms.trailing_stop),
            ),
        )

    def _attempts(self) -> int | None:
        match self.strategy.entry.on_limit:
            case Retry(retry=further):
                return further + 1
            case "skip":
                return 1
            case _:
                return None

    def _weights(self, members: tuple[Stock, ...]) -> tuple[int, ...]:
        """Share ``gross`` out among the members, in parts per million, rounded down."""
        size = self.strategy.size
        share: Callable[[Stock], float] = (
            (lambda stock: stock.weight) if size.scheme is SizeScheme.BASKET_WEIGHTS else (lambda stock: 1.0)
        )
        total = sum(share(stock) for stock in members)
        cap = _ppm(size.max_per_name) or MILLION
        return tuple(min(int(size.gross * share(stock) / total * MILLION + 1e-6), cap) for stock in members)


def _ppm(fraction: float | None) -> int | None:
    return None if fraction is None else round(fraction * MILLION)


def _earliest(*rows: int | None) -> int | None:
    known = [row for row in rows if row is not None]
    return min(known) if known else None
