"""A user's own ``bt.Strategy``: loaded from the workspace, run in the same broker, and shown nothing of the future.

The class gets four things beside what backtrader gives every strategy:

``self.basket``
    the basket (``spec.basket.Basket``), without dates and evidence that are not public yet;
``self.members``
    the stocks of the circle that may be bought at the next open;
``self.events``
    the events that will be public before the next session's opening orders are due (``events.mapping.MappedEvent``);
``self.past``
    every session up to the one that has just closed (``plan.past.PastView``).

Feeds are named by symbol (``self.getdatabyname``) and filled session by session.
"""

from __future__ import annotations

import inspect
import re
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import backtrader as bt

from hypebasket.engine.replay.broker import MarketRulesBroker
from hypebasket.engine.replay.feed import SteppedFeed, feed_rows
from hypebasket.errors import HypebasketError, UsageError
from hypebasket.events.mapping import MappedEvent
from hypebasket.ledger.records import Ledger
from hypebasket.market.panel import MarketPanel
from hypebasket.plan.past import PastView
from hypebasket.rules.frictions import ALL_FRICTIONS, Frictions
from hypebasket.spec.basket import Basket, Stock

__all__ = ["OwnRun", "load_own_class", "replay_own"]


def load_own_class(root: Path, target: str) -> type:
    """Import ``file.py:Name`` of the workspace; what goes wrong in the file is told with its line."""
    name, _, wanted = target.partition(":")
    path = root / name
    module = ModuleType("hypebasket_own_" + re.sub(r"\W", "_", name))
    module.__file__ = str(path)
    sys.modules[module.__name__] = module
    try:  # compiled from the text itself: a cached bytecode file may be that of a version edited within the same second
        exec(compile(path.read_bytes(), str(path), "exec"), module.__dict__)
    except Exception as fault:
        raise _told(fault, path, name) from fault
    found = getattr(module, wanted, None)
    if not (isinstance(found, type) and issubclass(found, bt.Strategy)):
        raise UsageError(f"{name}: '{wanted}' is not a backtrader strategy", "derive it from bt.Strategy")
    return found


def _told(fault: Exception, path: Path, name: str) -> HypebasketError:
    lines = [frame.lineno for frame in traceback.extract_tb(fault.__traceback__) if Path(frame.filename) == path]
    line = lines[-1] if lines else getattr(fault, "lineno", 1)
    return UsageError(f"{name}:{line}: {type(fault).__name__}: {fault}", "mend the strategy")


@dataclass(frozen=True, slots=True)
class OwnRun:
    """What an own strategy is run on: sessions ``start..stop`` (rows of ``panel``), and what it may know when.

    For a row, ``members`` are the stocks that may be bought at its open, and ``cutoff`` is when orders must be in.
    """

    panel: MarketPanel
    basket: Basket
    events: Sequence[MappedEvent]
    members: Callable[[int], tuple[Stock, ...]]
    cutoff: Callable[[int], datetime]
    start: int
    stop: int


def replay_own(
    own: type,
    run: OwnRun,
    *,
    cash: int,
    policy: int,
    participation_ppm: int,
    currency: str = "CNY",
    frictions: Frictions = ALL_FRICTIONS,
    holder: str = "none",
) -> Ledger:
    """Run an own strategy from ``cash`` fen; if it raises, its file and line are told."""
    first = max(run.start - 1, 0)
    symbols = [stock.symbol for stock in run.basket.stocks if stock.symbol in run.panel.column_of]
    window = run.panel.rows(first, run.stop).columns(symbols)
    cerebro = bt.Cerebro(stdstats=False, preload=False, runonce=False)
    for column, symbol in enumerate(window.symbols):
        cerebro.adddata(SteppedFeed(rows=feed_rows(window, column)), name=symbol)
    broker = MarketRulesBroker(
        panel=window,
        cash=cash,
        policy=policy,
        participation_ppm=participation_ppm,
        currency=currency,
        frictions=frictions,
        holder=holder,
        may_buy=lambda row, symbol: symbol in {stock.symbol for stock in run.members(first + row)},
    )
    cerebro.setbroker(broker)
    cerebro.addstrategy(_handed(own, run, first))
    try:
        cerebro.run()
    except HypebasketError:
        raise
    except Exception as fault:
        path = Path(inspect.getfile(own))
        raise _told(fault, path, path.name) from fault
    if broker.row < len(window.sessions) - 1:
        name = Path(inspect.getfile(own)).name
        raise UsageError(f"{name}: stopped the run on {window.sessions[broker.row]}", "do not call runstop()")
    ledger = broker.ledger
    if first < run.start:
        ledger.equity = ledger.equity[1:]
    return ledger


def _handed(own: type, run: OwnRun, first: int) -> type:
    """Return the class with what it is handed, as seen after the close of the current session."""

    def next_row(strategy: Any) -> int:
        """Return the row whose open the strategy decides on; after the last session, that one again."""
        return min(first + len(strategy), run.stop - 1)

    def past(strategy: Any) -> PastView:
        return PastView(run.panel, first + len(strategy))

    def events(strategy: Any) -> tuple[MappedEvent, ...]:
        session = run.panel.sessions[next_row(strategy)]
        return tuple(mapped for mapped in run.events if mapped.first_open <= session)

    def members(strategy: Any) -> tuple[Stock, ...]:
        row = next_row(strategy)
        return tuple(stock.as_of(run.cutoff(row)) for stock in run.members(row))

    def basket(strategy: Any) -> Basket:
        return run.basket.as_of(run.cutoff(next_row(strategy)))

    handed = {"past": past, "events": events, "members": members, "basket": basket}
    return type(own.__name__, (own,), {name: property(read) for name, read in handed.items()})
