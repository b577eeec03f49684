"""What the pages draw: bars of the names around events, the basket's path, and the fills of each event."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

from hypebasket.ledger.charts import DayState, EventChart, FillMark, MemberPath, RunCharts, Tape
from hypebasket.ledger.records import Fill
from hypebasket.market.panel import FEN, Bar, MarketPanel
from hypebasket.pipeline.sleeve import CircleRun, EventRun, Sleeve, SleeveRunner
from hypebasket.rules.limits import NO_LIMIT_UP
from hypebasket.stats.path import paths_of, spread_of

__all__ = ["AFTER", "BEFORE", "draw_events", "run_charts", "state_of"]

BEFORE, AFTER = 10, 5
"""Sessions shown before the base, and after the window or the last fill."""

LONGEST = 60
"""No event shows more sessions than this after its base, however long it was held."""


def draw_events(runner: SleeveRunner, run: CircleRun) -> tuple[EventChart, ...]:
    """Return the picture of every event of one circle that was run and had members."""
    return tuple(_event(runner, run, event) for event in run.events if event.plan.members and not event.plan.excluded)


def run_charts(run_id: str, sleeves: Iterable[Sleeve], events: Sequence[EventChart]) -> RunCharts:
    """Return all pictures of a run, with the bars of every name on the sessions its events show."""
    wanted: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for event in events:
        for member in event.members:
            wanted[event.sleeve][member.symbol].update(range(event.first, event.last + 1))
    laid_out = list(sleeves)
    return RunCharts(
        run_id=run_id,
        sessions={sleeve.currency: sleeve.panel.sessions for sleeve in laid_out},
        tapes=tuple(
            _tape(sleeve, symbol, sorted(rows))
            for sleeve in laid_out
            for symbol, rows in sorted(wanted[sleeve.currency].items())
        ),
        events=tuple(events),
    )


def _event(runner: SleeveRunner, run: CircleRun, event: EventRun) -> EventChart:
    panel, plan = runner.sleeve.panel, event.plan
    base = panel.row_of[plan.mapped.base]
    fills = _fills(run, event, panel, base, base + runner.strategy.window)
    first = max(base - BEFORE, 0)
    furthest = max([base + runner.strategy.window, *(panel.row_of[fill.session] for fill in fills)]) + AFTER
    last = min(furthest, base + LONGEST, runner.sleeve.stop - 1)
    symbols = [stock.symbol for stock in plan.members]
    paths = paths_of(panel, symbols, base, first, last)
    spread = spread_of(paths, [stock.weight for stock in plan.members])
    quarters = {name: _decimals(getattr(spread, name)) for name in ("mean", "low", "lower", "median", "upper", "high")}
    return EventChart(
        basket=runner.basket.id,
        strategy=runner.strategy.id,
        sleeve=runner.sleeve.currency,
        event_id=plan.mapped.event.id,
        first=first,
        last=last,
        base=base,
        entry=plan.row,
        **quarters,
        members=tuple(
            MemberPath(symbol=symbol, returns=_decimals(paths[:, column])) for column, symbol in enumerate(symbols)
        ),
        fills=tuple(_mark(panel, fill) for fill in fills if panel.row_of[fill.session] <= last),
    )


def _fills(run: CircleRun, event: EventRun, panel: MarketPanel, base: int, last: int) -> list[Fill]:
    """Return the fills of the event-isolated run; of a strategy without a trigger, those of the window."""
    if event.ledger is not None:
        return event.ledger.fills
    return [fill for fill in run.ledger.fills if base < panel.row_of[fill.session] <= last]


def _mark(panel: MarketPanel, fill: Fill) -> FillMark:
    return FillMark(
        symbol=fill.symbol,
        row=panel.row_of[fill.session],
        side=fill.side.value,
        kind=fill.kind.value,
        shares=fill.shares,
        price=fill.price / FEN,
        amount=fill.amount / FEN,
        fees=fill.fees / FEN,
    )


def _decimals(values: Iterable[float]) -> tuple[float | None, ...]:
    return tuple(None if math.isnan(value) else round(float(value), 6) for value in values)


def _tape(sleeve: Sleeve, symbol: str, rows: Sequence[int]) -> Tape:
    column = sleeve.panel.column_of[symbol]
    bars = [sleeve.panel.bar(row, column) for row in rows]

    def prices(name: str) -> tuple[float | None, ...]:
        return tuple(getattr(bar, name) / FEN if bar.trading else None for bar in bars)

    return Tape(
        symbol=symbol,
        sleeve=sleeve.currency,
        rows=tuple(rows),
        open=prices("open"),
        high=prices("high"),
        low=prices("low"),
        close=prices("close"),
        limit_up=tuple(bar.limit_up / FEN if 0 < bar.limit_up < NO_LIMIT_UP else None for bar in bars),
        limit_down=tuple(bar.limit_down / FEN if bar.limit_down > 0 else None for bar in bars),
        states="".join(map(state_of, bars)),
    )


def state_of(bar: Bar) -> DayState:
    """Return the letter of a session: how it stood with its limits, or why there was no trading."""
    if not bar.trading:
        return DayState.SUSPENDED if bar.suspended else DayState.NO_BAR
    opened, closed = bar.open == bar.limit_up, bar.close == bar.limit_up
    if opened and bar.low == bar.limit_up:
        return DayState.ONE_PRICE
    if opened:
        return DayState.REOPENED if closed else DayState.BROKEN
    if closed:
        return DayState.SEALED
    return DayState.LIMIT_DOWN if bar.close == bar.limit_down else DayState.TRADED
