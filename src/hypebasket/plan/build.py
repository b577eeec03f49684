"""From a strategy and a basket to a plan: who is eligible at each decision, and what is then wished for.

Nothing here reads a bar of the decision's session or later: signals take a view of the past, price caps come from the
base close, and exits that hang on the course of an event are found session by session.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hypebasket.events.mapping import MappedEvent
from hypebasket.ledger.records import OrderKind
from hypebasket.market.calendar import Calendar
from hypebasket.market.panel import MarketPanel
from hypebasket.plan.choice import choose, symbols_of, weights_ppm
from hypebasket.plan.intents import MILLION, POLICY, Due, Entry, ExitTerms, Plan, Rebalance, ShortTerms
from hypebasket.plan.lifecycle import break_of_board, divergence_row
from hypebasket.plan.past import PastView
from hypebasket.plan.schedule import Timetable
from hypebasket.plan.signals import event_return
from hypebasket.rules.fees import Commission
from hypebasket.rules.short_sale import may_be_sold_short
from hypebasket.spec.basket import Basket, Stock
from hypebasket.spec.strategy import EntryAt, ExitClock, FillPolicy, Retry, Strategy, TriggerOn
from hypebasket.spec.text import Circle, Text

__all__ = ["EventPlan", "PlanBuilder"]

NOT_LOCKED = "not_locked"
NO_BREAK = "no_break"
NOT_SHORTABLE = "not_shortable"
NEVER_SOLD = MILLION * MILLION
"""A lowest price nobody pays: a member without a base close is not sold short."""

AUCTION = {
    EntryAt.FIRST_OPEN: OrderKind.OPEN,
    EntryAt.FIRST_CLOSE: OrderKind.CLOSE,
    EntryAt.LIMIT_QUEUE: OrderKind.QUEUE,
    EntryAt.BOARD_BREAK: OrderKind.OPEN,
}


@dataclass(frozen=True, slots=True)
class EventPlan:
    """What one event wishes for.

    ``row`` is the planned entry session (session 1 of the plan), ``members`` the circle's eligible stocks, ``passed``
    why some of them are not bought, ``idle_ppm`` the money set aside for those of them that never came to an order;
    ``excluded`` says why nothing is wished for at all.
    """

    mapped: MappedEvent
    row: int | None
    members: tuple[Stock, ...]
    entries: tuple[Entry, ...]
    passed: tuple[tuple[str, str], ...] = ()
    idle_ppm: int = 0
    excluded: Text | None = None

    def entered_at(self, row: int) -> EventPlan:
        """Return the plan with every entry at the close of ``row`` instead; its planned ends stay where they are.

        An end counted from the fill is counted from the planned entry session, so that only the entry moves.
        """
        return replace(self, row=row, entries=tuple(entry.moved_to_close(row) for entry in self.entries))


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
        self.timetable = Timetable(strategy, panel, calendar, start=start, stop=stop)
        self.stocks = tuple(
            stock
            for stock in sorted(basket.stocks, key=lambda stock: stock.symbol)
            if stock.symbol in panel.column_of
            and (not strategy.select.segments or stock.segment in strategy.select.segments)
        )

    def event(self, mapped: MappedEvent, circle: Circle, following: MappedEvent | None = None) -> EventPlan:
        """Plan one event for one circle of members; ``following`` is the strategy's next event, once it is public."""
        place = self.timetable.entry_row(mapped)
        if isinstance(place, Text):
            return EventPlan(mapped, None, (), (), excluded=place)
        members = self.eligible(circle, self.timetable.decision(place), place)
        if self.strategy.trigger.on is not TriggerOn.EVENTS:
            return EventPlan(mapped, place, members, ())
        past, base = PastView(self.panel, place), self.panel.row_of[mapped.base]
        tradable = tuple(stock for stock in members if self._may_be_traded(stock))
        choice = choose(tradable, self.strategy.select, past, base)
        taken = self._candidates(choice.taken, place)
        rows = self._entry_rows(taken, place)
        passed = {
            **dict.fromkeys(symbols_of(members) - symbols_of(tradable), NOT_SHORTABLE),
            **dict.fromkeys(symbols_of(choice.taken) - symbols_of(taken), NOT_LOCKED),
            **dict.fromkeys(symbols_of(taken) - rows.keys(), NO_BREAK),
        }
        exits = {row: self._exit(self._due(mapped, row, following, members)) for row in set(rows.values())}
        shares = weights_ppm(taken, self.strategy.size, past)
        weights = {stock.symbol: weight for stock, weight in zip(taken, shares, strict=True)}
        entries = tuple(
            self._entry(mapped, symbol, row, weights[symbol], exits[row]) for symbol, row in sorted(rows.items())
        )
        idle = sum(weight for symbol, weight in weights.items() if symbol not in rows)
        return EventPlan(mapped, place, members, entries, tuple(sorted((*choice.passed, *passed.items()))), idle)

    def events(self, plans: Iterable[EventPlan], policy: FillPolicy) -> Plan:
        """Put the wishes of several events into one plan, in the order in which they own names."""
        return self._plan(policy, entries=tuple(entry for plan in plans for entry in plan.entries))

    def membership(self, circle: Circle, policy: FillPolicy) -> Plan:
        """Hold the members of a circle equally (or by weight), rebalanced whenever one joins or leaves."""
        rebalances = []
        held: tuple[str, ...] = ()
        for row in range(self.start, self.stop):
            members = self.eligible(circle, self.timetable.decision(row), row)
            symbols = tuple(stock.symbol for stock in members)
            if symbols != held:
                rebalances.append(self._rebalance(row, members))
                held = symbols
        return self._plan(policy, rebalances=tuple(rebalances))

    def rotation(self, plans: Sequence[EventPlan], circle: Circle, policy: FillPolicy) -> Plan:
        """Hold the segments that responded best to the latest event, chosen anew after each and every so many sessions.

        A segment's response is the mean total return of its members from the event's base to the last close before the
        decision; ``select.top`` segments are held (default 1), ties by name. An unchanged choice trades nothing.
        """
        rebalances = []
        held: tuple[str, ...] = ()
        for row, plan in self._decisions(plans):
            members = self._leading(plan, circle, row)
            symbols = tuple(stock.symbol for stock in members)
            if symbols != held:
                rebalances.append(self._rebalance(row, members))
                held = symbols
        return self._plan(policy, rebalances=tuple(rebalances))

    def eligible(self, circle: Circle, decided: datetime, row: int) -> tuple[Stock, ...]:
        """Return the members of ``circle`` for a decision at ``decided`` that had a bar before session ``row``.

        A name that has left the exchange is no longer one.
        """
        panel = self.panel
        columns = {stock.symbol: panel.column_of[stock.symbol] for stock in self.stocks}
        return tuple(
            stock
            for stock in self.stocks
            if stock.in_circle(circle, decided)
            and panel.first_bar[columns[stock.symbol]] < row
            and not panel.delisted[row, columns[stock.symbol]]
        )

    def _plan(
        self, policy: FillPolicy, *, entries: tuple[Entry, ...] = (), rebalances: tuple[Rebalance, ...] = ()
    ) -> Plan:
        participation = round(self.strategy.size.participation * MILLION)
        strategy = self.strategy
        return Plan(
            entries,
            rebalances,
            POLICY[policy],
            participation,
            self.commission,
            strategy.overlap,
            short=ShortTerms(_ppm(strategy.short.borrow_rate)) if strategy.is_short else None,
            holder=strategy.withholding,
        )

    def _may_be_traded(self, stock: Stock) -> bool:
        """Whether the strategy can take a position in a name: a short needs one that may be sold short."""
        if not self.strategy.is_short:
            return True
        board = self.panel.listings[self.panel.column_of[stock.symbol]].board
        return may_be_sold_short(board, stock.symbol, self.strategy.short.designated)

    def _candidates(self, stocks: Sequence[Stock], place: int) -> list[Stock]:
        """Return the stocks money is set aside for; a wait for broken boards takes those that opened locked."""
        if self.strategy.entry.at is not EntryAt.BOARD_BREAK:
            return list(stocks)
        past, opened = PastView(self.panel, place), place - self.timetable.after_open
        return [stock for stock in stocks if past.opened_locked(stock.symbol, opened)]

    def _entry_rows(self, stocks: Sequence[Stock], place: int) -> dict[str, int]:
        """Return the row on which each stock is first tried; a stock waiting for a break that did not come has none."""
        if self.strategy.entry.at is not EntryAt.BOARD_BREAK:
            return {stock.symbol: place for stock in stocks}
        opened = place - self.timetable.after_open
        stop = min(opened + self.strategy.window, self.stop - 1)
        broke = {stock.symbol: break_of_board(self.panel, stock.symbol, first=opened, stop=stop) for stock in stocks}
        return {symbol: row + 1 for symbol, row in broke.items() if row is not None}

    def _due(
        self, mapped: MappedEvent, row: int, following: MappedEvent | None, members: Sequence[Stock]
    ) -> Due | None:
        """Return the earliest planned end of a position entered on ``row``."""
        terms, rows = self.strategy.exit, self.panel.row_of
        ends = []
        if terms.hold_sessions and terms.clock is ExitClock.PLAN:
            ends.append(Due(row + terms.hold_sessions - 1, at_close=True, purpose="hold"))
        if terms.divergence is not None:
            base, symbols = rows[mapped.base], [stock.symbol for stock in members]
            diverged = divergence_row(self.panel, symbols, terms.divergence, base=base, first=row, stop=self.stop - 1)
            if diverged is not None:
                ends.append(Due(diverged + 1, at_close=False, purpose="divergence"))
        if terms.event_open and mapped.first_open in rows:
            ends.append(Due(rows[mapped.first_open], at_close=False, purpose="event_open"))
        if terms.next_event and following is not None and following.first_open in rows:
            ends.append(Due(rows[following.first_open], at_close=False, purpose="next_event"))
        return min(ends, key=lambda due: due.order, default=None)

    def _exit(self, due: Due | None) -> ExitTerms:
        """Return what ends a position: its planned end, and what its closes are judged by."""
        terms = self.strategy.exit
        return ExitTerms(
            due=due,
            hold_sessions=terms.hold_sessions if terms.clock is ExitClock.FILL else None,
            stop_ppm=_ppm(terms.stop_loss),
            take_ppm=_ppm(terms.take_profit),
            trail_ppm=_ppm(terms.trailing_stop),
            board_break=terms.board_break,
        )

    def _entry(self, mapped: MappedEvent, symbol: str, row: int, weight_ppm: int, terms: ExitTerms) -> Entry:
        entry = self.strategy.entry
        return Entry(
            event_id=mapped.event.id,
            symbol=symbol,
            row=row,
            kind=AUCTION[entry.at],
            weight_ppm=weight_ppm,
            attempts=self._attempts(),
            window_row=row + self.strategy.window - 1 if entry.on_limit == "wait_for_break" else None,
            price_cap=None if entry.max_gap is None else self._price_cap(mapped, symbol, entry.max_gap),
            exit=terms,
        )

    def _price_cap(self, mapped: MappedEvent, symbol: str, max_gap: float) -> int:
        """Return the highest price a purchase pays, cut to the fen, or the lowest a short sale takes, raised to it."""
        base = int(self.panel.close[self.panel.row_of[mapped.base], self.panel.column_of[symbol]])
        gap = round(max_gap * MILLION)
        if self.strategy.is_short:
            return -(-base * (MILLION - gap) // MILLION) if base else NEVER_SOLD
        return base * (MILLION + gap) // MILLION

    def _attempts(self) -> int | None:
        match self.strategy.entry.on_limit:
            case Retry(retry=further):
                return further + 1
            case "skip":
                return 1
            case _:
                return None

    def _rebalance(self, row: int, members: Sequence[Stock]) -> Rebalance:
        weights = weights_ppm(members, self.strategy.size, PastView(self.panel, row))
        symbols = (stock.symbol for stock in members)
        return Rebalance(row, tuple(zip(symbols, weights, strict=True)), self._attempts())

    def _decisions(self, plans: Sequence[EventPlan]) -> Iterable[tuple[int, EventPlan]]:
        """Yield the rows of a rotation's choices, each with the latest event decided on by then."""
        at = {plan.row: plan for plan in plans if plan.row is not None}
        latest: EventPlan | None = None
        last = self.start
        for row in range(self.start, self.stop):
            every = self.strategy.trigger.every
            if row in at:
                latest = at[row]
            elif latest is None or every is None or row - last < every:
                continue
            assert latest is not None
            last = row
            yield row, latest

    def _leading(self, plan: EventPlan, circle: Circle, row: int) -> tuple[Stock, ...]:
        """Return the members of the segments that responded best, by symbol."""
        past, base = PastView(self.panel, row), self.panel.row_of[plan.mapped.base]
        members = self.eligible(circle, self.timetable.decision(row), row)
        response = {}
        for segment in sorted({stock.segment for stock in members}):
            found = [
                value
                for stock in members
                if stock.segment == segment and (value := event_return(past, stock.symbol, base)) is not None
            ]
            if found:
                response[segment] = sum(found) // len(found)
        best = sorted(response, key=lambda segment: (-response[segment], segment))[: self.strategy.select.top or 1]
        return tuple(stock for stock in members if stock.segment in best)


def _ppm(fraction: float | None) -> int | None:
    return None if fraction is None else round(fraction * MILLION)
