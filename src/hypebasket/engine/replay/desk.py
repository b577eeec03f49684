"""The desk works a plan: it releases entries and rebalances, and takes positions off when their terms say so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from hypebasket.engine.replay.broker import MarketRulesBroker
from hypebasket.engine.replay.holdings import Tranche
from hypebasket.ledger.records import OrderKind, OrderStatus, Reason, Side
from hypebasket.market.panel import MarketPanel
from hypebasket.plan.intents import MILLION, Due, Entry, ExitTerms, Plan, Rebalance
from hypebasket.spec.strategy import Overlap

__all__ = ["PlanDesk"]


class PlanDesk:
    """Releases the orders of one plan to one broker; rows of the plan are rows of the broker's panel."""

    def __init__(self, plan: Plan, broker: MarketRulesBroker, panel: MarketPanel) -> None:
        self.broker = broker
        self.panel = panel
        self._entries: dict[tuple[int, OrderKind], list[Entry]] = defaultdict(list)
        for entry in plan.entries:
            self._entries[entry.row, entry.kind].append(entry)
        self._overlap = plan.overlap
        self._opening = Side.BUY if plan.short is None else Side.SHORT
        self._rebalances = {rebalance.row: rebalance for rebalance in plan.rebalances}
        self._last_release = max(
            (*(entry.row for entry in plan.entries), *(rebalance.row for rebalance in plan.rebalances)), default=-1
        )

    def before_open(self, row: int) -> None:
        """Release what is due at the open: exits, then the target weights, then entries."""
        for tranche in self._staying():
            due = _end_of(tranche.terms, tranche.opened)
            if due is not None and (due.row < row or (due.row == row and not due.at_close)):
                self._leave(tranche, OrderKind.OPEN, due.purpose)
        if rebalance := self._rebalances.get(row):
            self._rebalance(rebalance)
        self._enter(self._entries.get((row, OrderKind.OPEN), ()))
        self._enter(self._entries.get((row, OrderKind.QUEUE), ()))

    def before_close(self, row: int) -> None:
        """Release exits and entries at the close."""
        for tranche in self._staying():
            due = _end_of(tranche.terms, tranche.opened)
            if due is not None and due.row <= row:
                self._leave(tranche, OrderKind.CLOSE, due.purpose)
        self._enter(self._entries.get((row, OrderKind.CLOSE), ()))

    def after_close(self, row: int) -> None:
        """Judge the close of every position that traded; what it triggers is sold or covered at the next open."""
        if row == len(self.panel.sessions) - 1:
            return
        if self.broker.is_in_breach():
            for tranche in self._staying():
                self._leave(tranche, OrderKind.OPEN, "margin_breach")
        for tranche in self._staying():
            if not self.panel.trading[row, tranche.column]:
                continue
            at = (row, tranche.column)
            signal = tranche.exit_signal(int(self.panel.close[at]), sealed=bool(self.panel.sealed[at]))
            if signal:
                self._leave(tranche, OrderKind.OPEN, signal)

    def is_done(self, row: int) -> bool:
        """Whether the plan has nothing left to release."""
        return row >= self._last_release

    def _staying(self) -> list[Tranche]:
        return [tranche for tranche in self.broker.holdings.tranches.values() if not tranche.leaving]

    def _enter(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            column = self.panel.column_of[entry.symbol]
            taken = self._overlap is not Overlap.STACK and self._is_taken(column)
            ticket = self.broker.place(
                event_id=entry.event_id,
                column=column,
                side=self._opening,
                kind=entry.kind,
                money=self.broker.equity * entry.weight_ppm // MILLION,
                attempts_left=entry.attempts,
                last_row=entry.window_row,
                price_limit=entry.price_cap,
                terms=entry.exit,
                purpose="entry",
            )
            if entry.last_row is not None and entry.last_row < entry.row:
                self.broker.end(ticket, OrderStatus.CANCELLED, Reason.EXIT_DUE)
            elif taken:
                self.broker.end(ticket, OrderStatus.CANCELLED, Reason.OVERLAP)
                if self._overlap is Overlap.EXTEND:
                    self._extend(column, entry)

    def _is_taken(self, column: int) -> bool:
        """Whether an earlier event holds or owes the name, or still tries to."""
        pending = any(ticket.alive and ticket.opens and ticket.column == column for ticket in self.broker.tickets)
        return pending or self.broker.holdings.held(column) != 0

    def _extend(self, column: int, entry: Entry) -> None:
        """Move the planned end of what an earlier event holds, or still tries to buy, to the later event's.

        Its end is counted as if it had bought on its planned session; a position without a planned end outlasts all.
        """
        due = _end_of(entry.exit, entry.row)
        for tranche in self._staying():
            if tranche.column == column and _sooner(_end_of(tranche.terms, tranche.opened), due):
                tranche.terms = replace(tranche.terms, due=due, hold_sessions=None)
        for ticket in self.broker.tickets:
            if ticket.alive and ticket.opens and ticket.column == column and _sooner(ticket.terms.due, due):
                ticket.terms = replace(ticket.terms, due=due)

    def _leave(self, tranche: Tranche, kind: OrderKind, purpose: str) -> None:
        """Sell or cover all of a position, and stop adding to it."""
        for ticket in self.broker.tickets:
            if ticket.alive and ticket.opens and (ticket.event_id, ticket.column) == (tranche.event_id, tranche.column):
                self.broker.end(ticket, OrderStatus.CANCELLED, Reason.EXIT_DUE)
        tranche.leaving = True
        self.broker.place(
            event_id=tranche.event_id,
            column=tranche.column,
            side=Side.COVER if tranche.is_short else Side.SELL,
            kind=kind,
            purpose=purpose,
            falls_to_open=kind is OrderKind.CLOSE,
        )

    def _rebalance(self, rebalance: Rebalance) -> None:
        """Trade from what is held to the target weights, valued at the closes before."""
        broker, panel = self.broker, self.panel
        for ticket in broker.tickets:
            if ticket.alive:
                broker.end(ticket, OrderStatus.CANCELLED, Reason.SUPERSEDED)
        weights = {panel.column_of[symbol]: ppm for symbol, ppm in rebalance.weights_ppm}
        for column in sorted({*weights, *broker.holdings.shares}):
            close = int(panel.close[broker.row - 1, column]) if broker.row else 0
            held = broker.holdings.held(column)
            target = broker.equity * weights.get(column, 0) // MILLION
            surplus = held * close - target
            if surplus > 0:
                self._reduce(column, held, surplus // close if target else None)
            elif target and (held == 0 or self._is_a_lot(column, -surplus // close)):
                broker.place(
                    event_id="",
                    column=column,
                    side=Side.BUY,
                    kind=OrderKind.OPEN,
                    money=-surplus,
                    attempts_left=rebalance.attempts,
                    purpose="rebalance",
                )

    def _is_a_lot(self, column: int, shares: int) -> bool:
        listing = self.panel.listings[column]
        return self.broker.terms.largest_purchase(listing, shares) > 0

    def _reduce(self, column: int, held: int, surplus: int | None) -> None:
        """Sell ``surplus`` shares, or all there is on the day of the sale."""
        listing = self.panel.listings[column]
        shares = None if surplus is None else self.broker.terms.largest_sale(listing, held, surplus)
        if shares != 0:
            self.broker.place(
                event_id="",
                column=column,
                side=Side.SELL,
                kind=OrderKind.OPEN,
                shares=shares,
                purpose="rebalance",
            )


def _end_of(terms: ExitTerms, opened: int) -> Due | None:
    """Return the earliest planned end of a position first filled on row ``opened``."""
    ends = [] if terms.due is None else [terms.due]
    if terms.hold_sessions is not None:
        ends.append(Due(opened + terms.hold_sessions - 1, at_close=True, purpose="hold"))
    return min(ends, key=lambda due: due.order, default=None)


def _sooner(one: Due | None, other: Due | None) -> bool:
    """Whether a planned end comes before another; none at all comes last."""
    return one is not None and (other is None or one.order < other.order)
