"""One plan in both engines: the backtrader engine is the authority, the other has to write the same ledger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hypebasket.engine.replay import replay
from hypebasket.engine.sweep import outline, retrace, sweep
from hypebasket.engine.sweep.compiler import CAN_COMPILE
from hypebasket.ledger.difference import first_difference
from hypebasket.ledger.records import Ledger, OrderStatus
from hypebasket.market.panel import MarketPanel
from hypebasket.pipeline.sleeve import SleeveRunner
from hypebasket.plan.intents import POLICY, Plan
from hypebasket.rules.frictions import ALL_FRICTIONS, Frictions
from hypebasket.spec.strategy import FillPolicy
from hypebasket.spec.text import Circle


def assert_parity(
    panel: MarketPanel,
    plan: Plan,
    *,
    cash: int,
    start: int,
    stop: int,
    stop_when_flat: bool = False,
    frictions: Frictions = ALL_FRICTIONS,
    plain: bool = True,
) -> Ledger:
    """Run a plan (cash in fen) in backtrader, compiled, and in plain Python; a difference is told by its first row."""
    run = {"cash": cash, "start": start, "stop": stop, "stop_when_flat": stop_when_flat, "frictions": frictions}
    expected = replay(panel, plan, **run)  # type: ignore[arg-type]
    for compiled in {CAN_COMPILE, CAN_COMPILE and not plain}:
        found = retrace(panel, plan, compiled=compiled, **run)  # type: ignore[arg-type]
        difference = first_difference(expected, found)
        how = "compiled" if compiled else "plain Python"
        assert difference is None, f"{how}: {difference}"
        end = sweep(panel, [plan], compiled=compiled, **run)  # type: ignore[arg-type]
        ended = (int(end.equity[0]), int(end.fills[0]))
        assert ended == (expected.equity[-1].equity, len(expected.fills)), f"{how}, without a ledger: {ended}"
        if not stop_when_flat:
            del run["stop_when_flat"]
            drawn = outline(panel, plan, compiled=compiled, **run)  # type: ignore[arg-type]
            run["stop_when_flat"] = False
            assert drawn.equity == [record.equity for record in expected.equity], f"{how}, the curve alone"
            unfilled = sum(order.status is not OrderStatus.FILLED for order in expected.orders)
            assert drawn[1:] == (len(expected.fills), unfilled), f"{how}, without a ledger: {drawn[1:]}"
    return expected


def runs_of(runner: SleeveRunner, circle: Circle, policy: FillPolicy) -> Iterator[tuple[Plan, int, bool]]:
    """Yield the plans a circle is run with, the row each starts on, and whether it stops when flat."""
    plans = runner.plans(circle)
    whole = runner.whole(plans, circle)
    assert whole is not None, "a class of its own has no plan"
    yield replace(whole, policy=POLICY[policy]), runner.sleeve.start, False
    for plan in plans:
        if runner.triggered and plan.row is not None and plan.entries:
            yield runner.builder.events([plan], policy), plan.row, True


def assert_sleeve_parity(
    runner: SleeveRunner,
    circle: Circle,
    *,
    frictions: Frictions = ALL_FRICTIONS,
    holder: str = "none",
    plain: bool = True,
) -> list[Ledger]:
    """Compare the engines on everything one circle of a sleeve is run with, under the strategy's own fills.

    ``holder`` is whose resident has tax withheld from dividends.
    """
    sleeve = runner.sleeve
    return [
        assert_parity(
            sleeve.panel, replace(plan, holder=holder), cash=sleeve.capital, start=start, stop=sleeve.stop,
            stop_when_flat=flat, frictions=frictions, plain=plain,
        )
        for plan, start, flat in runs_of(runner, circle, runner.strategy.fills)
    ]  # fmt: skip
