"""From ledgers to the result model: the numbers of one basket × strategy × circle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

import numpy as np

from hypebasket.ledger.records import ChargeKind, Fill, Ledger, OrderStatus
from hypebasket.ledger.result import (
    AttributionRow,
    CircleResult,
    Costs,
    EventResult,
    FirstFill,
    Label,
    MarketWindow,
    NameOutcome,
    SleevePoint,
    WaterfallBar,
)
from hypebasket.market.panel import FEN
from hypebasket.pipeline.sleeve import CircleRun, Curve, EventRun, SleeveRunner
from hypebasket.spec.basket import Basket, Stock
from hypebasket.spec.event import Event
from hypebasket.spec.strategy import FillPolicy, Overlap
from hypebasket.spec.text import Circle, Text
from hypebasket.stats.attribution import Contribution, attribute
from hypebasket.stats.captured import Capture, NameCapture, capture_of
from hypebasket.stats.headline import above_base, boards_of, headline_of, summarise
from hypebasket.stats.performance import Floats, measure, simple_returns
from hypebasket.stats.shortfall import Bar, Step, money_of, summed, waterfall

__all__ = ["Benchmark", "circle_result", "costs_of", "label", "primary_circle"]


def label(text: Text) -> Label:
    """Return a spec's text as the result model has it."""
    return Label(zh=text.zh, en=text.en)


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Index closes on the sessions of a run and the one before.

    Without data ``levels`` is empty and ``note`` says why.
    """

    symbol: str | None
    levels: tuple[float, ...]
    start: float
    note: Text | None = None

    @property
    def returns(self) -> Floats | None:
        """Session returns, ``(n_sessions,)``; ``None`` without data."""
        return simple_returns(self.levels, self.start) if self.levels else None


def circle_result(runner: SleeveRunner, run: CircleRun, benchmark: Benchmark) -> CircleResult:
    """Measure one circle."""
    ledger, sleeve = run.ledger, runner.sleeve
    equity = [record.equity for record in ledger.equity]
    returns = simple_returns(equity, ledger.initial_cash)
    figures = measure(returns, sleeve.periods_per_year)
    held = np.array([record.market_value != 0 for record in ledger.equity])
    at_risk = held | np.concatenate([[False], held[:-1]])
    index = benchmark.returns
    years = len(equity) / sleeve.periods_per_year
    reader = _EventReader(runner, run)
    events = tuple(reader.read_all())
    traded = sum(fill.amount for fill in ledger.fills) / 2
    return CircleResult(
        basket=runner.basket.id,
        strategy=runner.strategy.id,
        members=run.circle.value,
        primary=run.primary,
        sleeve=sleeve.currency,
        currency=sleeve.currency,
        start=ledger.equity[0].session,
        end=ledger.equity[-1].session,
        sessions_per_year=sleeve.periods_per_year,
        initial_cash=ledger.initial_cash / FEN,
        final_equity=equity[-1] / FEN,
        total_return=figures.total_return,
        benchmark=benchmark.symbol,
        benchmark_start=benchmark.start if benchmark.levels else None,
        benchmark_return=None if index is None else float(np.prod(1 + index) - 1),
        benchmark_matched_return=None if index is None else float(np.prod(1 + index[at_risk]) - 1),
        benchmark_note=label(benchmark.note) if benchmark.note else None,
        cagr=figures.cagr,
        volatility=figures.volatility,
        sharpe=figures.sharpe,
        sortino=figures.sortino,
        max_drawdown=figures.max_drawdown,
        turnover=traded / years / float(np.mean(equity)),
        exposure=float(held.mean()),
        costs=costs_of(ledger),
        orders=len(ledger.orders),
        fills=len(ledger.fills),
        unfilled=_unfilled(ledger),
        waterfall=_bars(summed(reader.waterfalls)),
        attribution=_attribution(ledger, runner.basket),
        events=events,
        curve=_curve(ledger, benchmark) if run.primary else (),
        note=None if ledger.fills else _why_idle(run, short=runner.strategy.is_short),
    )


def costs_of(ledger: Ledger) -> Costs:
    """Add up what a ledger paid in fees and taxes."""
    sums = {
        name: sum(getattr(fill, name) for fill in ledger.fills) / FEN
        for name in ("commission", "stamp_duty", "transfer_fee", "other_fees")
    }
    charged = {kind: sum(charge.cash for charge in ledger.charges if charge.kind is kind) for kind in ChargeKind}
    tax = sum(tax.cash for tax in ledger.taxes) + charged[ChargeKind.WITHHOLDING]
    total = sum(fill.fees for fill in ledger.fills) + tax + charged[ChargeKind.BORROW]
    return Costs(**sums, borrowing=charged[ChargeKind.BORROW] / FEN, dividend_tax=tax / FEN, total=total / FEN)


def _attribution(ledger: Ledger, basket: Basket) -> tuple[AttributionRow, ...]:
    segments = {stock.symbol: stock.segment for stock in basket.stocks}
    money = (*(spec.name for spec in fields(Contribution) if spec.type == "int"), "net")
    return tuple(
        AttributionRow(
            event_id=row.event_id,
            symbol=row.symbol,
            segment=segments[row.symbol],
            **{name: getattr(row, name) / FEN for name in money},
        )
        for row in attribute(ledger)
    )


def _unfilled(ledger: Ledger) -> dict[str, int]:
    reasons = Counter(
        order.reason.value for order in ledger.orders if order.status is not OrderStatus.FILLED and order.reason
    )
    return dict(sorted(reasons.items()))


def _curve(ledger: Ledger, benchmark: Benchmark) -> tuple[SleevePoint, ...]:
    levels: Sequence[float | None] = benchmark.levels or [None] * len(ledger.equity)
    return tuple(
        SleevePoint(
            session=record.session, equity=record.equity / FEN, benchmark=level, invested=record.market_value != 0
        )
        for record, level in zip(ledger.equity, levels, strict=True)
    )


def _why_idle(run: CircleRun, *, short: bool) -> Label:
    if not any(event.plan.members for event in run.events):
        zh, en, done = ("卖空", "sell short", "sold short") if short else ("买", "buy", "bought")
        return Label(
            zh=f"「{_CIRCLE_ZH[run.circle]}」这一圈始终没有可{zh}的成员：什么也没有{zh}。",
            en=f"the circle {run.circle.value} never had a member to {en}: nothing was {done}",
        )
    return Label(zh="没有一笔委托成交。", en="no order was filled")


class _EventReader:
    """Reads the events of one circle."""

    def __init__(self, runner: SleeveRunner, run: CircleRun) -> None:
        self.runner = runner
        self.run = run
        self.panel = runner.sleeve.panel
        self.window = runner.strategy.window
        self.waterfalls: list[tuple[Bar, ...]] = []
        self.owners = _owners(run.events, shared=runner.strategy.overlap is not Overlap.STACK)

    def read_all(self) -> Iterable[EventResult]:
        for event in self.run.events:
            yield self._blank(event) if event.plan.excluded else self._event(event)

    def _blank(self, event: EventRun) -> EventResult:
        """Return what is known of an event before any number: where it falls in the sessions, or why it was not run."""
        mapped = event.plan.mapped
        spec: Event = mapped.event
        window = MarketWindow(
            first_open=mapped.first_open,
            first_close=mapped.first_close,
            session_1=mapped.session_1,
            base=mapped.base,
        )
        at = spec.at.isoformat() if spec.precision == "day" else spec.earliest_moment.strftime("%Y-%m-%dT%H:%MZ")
        return EventResult(
            event_id=spec.id,
            title=label(spec.title),
            at=at,
            markets={self.runner.sleeve.market.value: window},
            window_sessions=self.window,
            members=0,
            headline=None,
            headline_median=None,
            headline_without_best=None,
            captured=None,
            excluded=label(event.plan.excluded) if event.plan.excluded else None,
        )

    def _event(self, event: EventRun) -> EventResult:
        plan, rows = event.plan, self.panel.row_of
        base = rows[plan.mapped.base]
        last = base + self.window
        reported = self._reported(event, base, last)
        captured = self._captured(event, reported, base, last)
        passed = dict(plan.passed)
        names = tuple(self._name(stock, base, last, reported, passed.get(stock.symbol)) for stock in plan.members)
        known = [(name.headline, stock.weight) for name, stock in zip(names, plan.members, strict=True)]
        pairs = [(value, weight) for value, weight in known if value is not None]
        headline = summarise([value for value, _ in pairs], [weight for _, weight in pairs])
        first = [name.session_1_return for name in names if name.session_1_return is not None]
        owner = self.owners[plan.mapped.event.id]
        bars = self._waterfall(event, headline.mean, reported, base, last)
        if bars:
            self.waterfalls.append(bars)
        return self._blank(event).model_copy(
            update={
                "owner": owner == plan.mapped.event.id,
                "members": len(plan.members),
                "session_1_return": float(np.mean(first)) if first else None,
                "headline": headline.mean,
                "headline_median": headline.median,
                "headline_without_best": headline.without_best,
                "captured": captured.get(self.run.policy),
                "captured_pessimistic": captured.get(FillPolicy.PESSIMISTIC),
                "captured_optimistic": captured.get(FillPolicy.OPTIMISTIC),
                "open_at_end": bool(reported and reported.open_at_end),
                "allotted": reported.allotted / FEN if reported else None,
                "waterfall": _bars(bars),
                "names": names,
                "note": self._note(plan.members, owner, plan.mapped.event.id, last),
            }
        )

    def _reported(self, event: EventRun, base: int, last: int) -> Capture | None:
        """Return what one event captured under the strategy's own fills."""
        if self.runner.triggered:
            ledger, plan = event.ledger, event.plan
            return None if ledger is None else capture_of(ledger, plan.entries, plan.idle_ppm)
        if not event.plan.members:
            return None
        return self._equity_change([record.equity for record in self.run.ledger.equity], base, last)

    def _captured(self, event: EventRun, reported: Capture | None, base: int, last: int) -> dict[FillPolicy, float]:
        """Return the captured number under every fill policy that was run."""
        if reported is None:
            return {}
        if self.runner.triggered:
            bounds = {policy: earned / reported.allotted for policy, earned in event.bounds.items()}
        else:
            changes = {policy: self._equity_change(curve, base, last) for policy, curve in self.run.bounds.items()}
            bounds = {policy: change.captured for policy, change in changes.items()}
        return {**bounds, self.run.policy: reported.captured}

    def _equity_change(self, curve: Curve, base: int, last: int) -> Capture:
        """Return what a strategy without a trigger made from the base close to the close of the window."""
        start = self.runner.sleeve.start
        path = [self.run.ledger.initial_cash, *curve]
        before = path[max(base - start + 1, 0)]
        after = path[min(last - start + 1, len(path) - 1)]
        return Capture(after - before, before, open_at_end=False, names={})

    def _waterfall(
        self, event: EventRun, headline: float | None, reported: Capture | None, base: int, last: int
    ) -> tuple[Bar, ...]:
        """Return the bars of one event; none without both numbers, or where the steps were not run."""
        if headline is None or reported is None:
            return ()
        if self.runner.triggered:
            earned = dict(event.earned)
        else:
            changes = {step: self._equity_change(curve, base, last) for step, curve in self.run.rungs.items()}
            earned = {step: money_of(change.captured, reported.allotted) for step, change in changes.items()}
        if not earned:
            return ()
        assert earned[Step.FEES_AND_TAX] == reported.earned
        quoted = -headline if self.runner.strategy.is_short else headline
        return waterfall(quoted, reported.allotted, earned)

    def _name(self, stock: Stock, base: int, last: int, capture: Capture | None, passed: str | None) -> NameOutcome:
        boards = boards_of(self.panel, stock.symbol, base + 1, last)
        own: NameCapture | None = capture.names.get(stock.symbol) if capture else None
        first = own.first_fill if own else None
        return NameOutcome(
            symbol=stock.symbol,
            name=label(stock.name),
            segment=stock.segment,
            documented=stock.documented,
            headline=headline_of(self.panel, stock.symbol, base, last),
            captured=own.captured if own else None,
            session_1_return=headline_of(self.panel, stock.symbol, base, base + 1),
            locked=boards.locked,
            one_price=boards.one_price,
            broken=boards.broken,
            sealed=boards.sealed,
            height=boards.height,
            first_fill=self._first_fill(first, base) if first else None,
            reason=passed or (own.reason if own else None),
        )

    def _first_fill(self, fill: Fill, base: int) -> FirstFill:
        row = self.panel.row_of[fill.session]
        above = above_base(self.panel, fill.symbol, base, row, fill.price)
        return FirstFill(session=fill.session, price=fill.price / FEN, above_base=above)

    def _note(self, members: Sequence[Stock], owner: str, event_id: str, last: int) -> Label | None:
        notes = []
        entry = "卖空" if self.runner.strategy.is_short else "买入"
        if not members:
            notes.append(_EMPTY[self.run.circle])
        if owner != event_id:
            notes.append(
                Label(
                    zh=f"与 {owner} 同一{entry}日，连续回测中股票归后者",
                    en=f"same entry session as {owner}, which owns the names in the continuous run",
                )
            )
        if last >= self.runner.sleeve.stop:
            notes.append(Label(zh="窗口超出回测末日：没有新闻涨幅", en="the window ends after the run: no headline"))
        if not notes:
            return None
        return Label(zh="；".join(note.zh for note in notes), en="; ".join(note.en for note in notes))


_CIRCLE_ZH = {Circle.POINT_IN_TIME: "当时可知", Circle.DOCUMENTED: "有来源", Circle.ALL: "全部"}

_EMPTY = {
    Circle.POINT_IN_TIME: Label(
        zh="空：决策之前没有任何来源点名过这一市场的成员",
        en="empty: no source had named a member of this sleeve before the decision",
    ),
    Circle.DOCUMENTED: Label(
        zh="空：这一市场没有任何来源点名过的成员", en="empty: no member of this sleeve is documented by any source"
    ),
    Circle.ALL: Label(zh="空：这一市场没有已上市的成员", en="empty: no member of this sleeve was listed"),
}


def _owners(events: Sequence[EventRun], *, shared: bool) -> dict[str, str]:
    """Return, for each event, the owner of its entry session: the first in order, or itself where each buys anew."""
    first: dict[int, str] = {}
    owners = {}
    for event in events:
        event_id, row = event.plan.mapped.event.id, event.plan.row
        owners[event_id] = first.setdefault(row, event_id) if shared and row is not None else event_id
    return owners


def _bars(bars: Iterable[Bar]) -> tuple[WaterfallBar, ...]:
    return tuple(WaterfallBar(step=bar.step.value, money=bar.money / FEN) for bar in bars)


def primary_circle(basket: Basket, own: Circle | None, override: Circle | None) -> Circle:
    """Return the circle that leads the report: the command line's, else the strategy's, else the basket's."""
    return override or own or basket.members
