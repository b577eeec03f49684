"""How fast the engines are: the backtrader engine, the compiled one, stock backtrader, and packages for vectors.

    .venv/bin/python benchmarks/engines.py [--repeat 5] [--calendars 10000] [--readme]

The common workload (``workload.py``): 50 names, 750 sessions, 24 events, in three markets that run one after the other.
Before anything is timed, fills are compared: of both engines row by row, of stock backtrader on the rule-free lane,
and of a few drawn calendars against the backtrader engine. It measures, and judges nothing; the load of the machine is
printed, as every figure depends on it. ``--readme`` writes the table into the two READMEs.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import pickle
import platform
import resource
import subprocess
import sys
import tempfile
import time
import venv
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import backtrader as bt
import numpy as np
import numpy.typing as npt
import pandas as pd
from workload import EVENTS, PAST, SESSIONS, Sleeve, drift, sleeves

from hypebasket.engine.replay import replay
from hypebasket.engine.sweep import retrace, sweep, sweep_calendars
from hypebasket.files import write_atomically
from hypebasket.ledger.difference import first_difference
from hypebasket.ledger.records import Ledger, Side
from hypebasket.market.panel import FEN, MarketPanel
from hypebasket.plan.intents import Due, Entry, ExitTerms, Plan
from hypebasket.rules.frictions import ALL_FRICTIONS, NO_FRICTIONS, Frictions
from hypebasket.spec.strategy import Strategy
from hypebasket.stats.placebo import matched_calendars

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
RIVALS = {"vectorbt": "vectorbt==1.2.0", "akquant": "akquant==0.3.71"}
MARK = "engines"
CASH = 100_000_000
"""Fen of every sleeve."""
AMPLE = 100.0 * CASH
"""What the rule-free lane starts from in other packages: the lane itself never looks at cash."""
SPAN: dict[str, Any] = {"cash": CASH, "start": PAST - 5, "stop": SESSIONS}

Integers = npt.NDArray[np.int64]


@dataclass
class Market:
    """A sleeve with what is run on it: the plan of all events, and the same without stop, retries and rules."""

    sleeve: Sleeve
    plan: Plan
    pattern: Plan
    pattern_row: int
    lane: Plan
    lane_pattern: Plan

    @property
    def panel(self) -> MarketPanel:
        """The sleeve's panel."""
        return self.sleeve.panel


@dataclass
class Table:
    """Lines of the table, as they come."""

    lines: list[tuple[str, ...]] = field(default_factory=list)

    def add(self, what: str, took: str, events: str, note: str) -> None:
        """Add a line, and print it."""
        self.lines.append((what, took, events, note))
        print(f"  {what:62} {took:>18} {events:>14}  {note}", flush=True)

    def markdown(self) -> str:
        """Return the table for a README."""
        head = "| measured | time | events per second | |\n|---|---:|---:|---|\n"
        return head + "".join(f"| {' | '.join(line)} |\n" for line in self.lines)


def main() -> None:
    """Check, measure, and print."""
    arguments = _arguments()
    if arguments.first_use:
        print(json.dumps(first_use(arguments.first_use)))
        return
    began = os.getloadavg()[0]
    print(f"{EVENTS} events x 50 names x {SESSIONS} sessions; {machine()}; load {began:.1f}")
    markets = [lay_out(sleeve) for sleeve in sleeves()]
    fills = check(markets)
    table = Table()
    single_runs(table, markets, arguments.repeat)
    grid(table, markets, arguments.points, arguments.repeat)
    calendars(table, markets, arguments.calendars, arguments.repeat)
    cold_start(table, markets, arguments.repeat)
    rivals(table, markets, arguments)
    notes = (
        f"{machine()}, load {began:.1f} at the beginning and {os.getloadavg()[0]:.1f} at the end; medians of "
        f"{arguments.repeat} repetitions unless said. One run of all events has {fills} fills, compared first: "
        f"all equal. Highest memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB."
    )
    print(notes)
    if arguments.readme:
        write_readmes(table, notes)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--calendars", type=int, default=10_000)
    parser.add_argument("--points", type=int, default=1_000, help="strategies of the grid")
    parser.add_argument("--rivals", type=Path, default=ROOT / ".cache" / "benchmarks", help="folder of environments")
    parser.add_argument("--no-rivals", action="store_true")
    parser.add_argument("--readme", action="store_true", help="write the table into the READMEs")
    parser.add_argument("--first-use", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def machine() -> str:
    """Return what is measured on."""
    return f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def lay_out(sleeve: Sleeve) -> Market:
    """Plan the events of a sleeve, with all of the law and without any."""
    bare = Strategy.model_validate(
        drift().model_dump(exclude_unset=True) | {"id": "lane", "entry": {}, "exit": {"hold_sessions": 5}}
    )
    planned = []
    for strategy in (drift(), bare):
        builder = sleeve.builder(strategy)
        plans = sleeve.plans(builder)
        planned.append((builder.events(plans, strategy.fills), builder.events(plans[:1], strategy.fills)))
    (plan, pattern), (lane, lane_pattern) = planned
    lane, lane_pattern = _sold_at_opens(lane), _sold_at_opens(lane_pattern)
    return Market(sleeve, plan, pattern, pattern.entries[0].row, lane, lane_pattern)


def _sold_at_opens(plan: Plan) -> Plan:
    """Return the plan with every position sold at the open five sessions after its entry."""
    return replace(
        plan,
        entries=tuple(
            replace(entry, exit=ExitTerms(due=Due(entry.row + 5, at_close=False, purpose="hold")))
            for entry in plan.entries
        ),
    )


# Before anything is timed


def check(markets: Sequence[Market]) -> int:
    """Compare fills; return how many one run of all events has."""
    count = 0
    for market in markets:
        for plan, frictions in ((market.plan, ALL_FRICTIONS), (market.lane, NO_FRICTIONS)):
            expected = replay(market.panel, plan, frictions=frictions, **SPAN)
            difference = first_difference(expected, retrace(market.panel, plan, frictions=frictions, **SPAN))
            if difference is not None:
                raise SystemExit(f"{market.sleeve.market}: the engines differ: {difference}")
            if frictions is ALL_FRICTIONS:
                count += len(expected.fills)
        stock, ours = StockRun(market, expected).fills(), sorted(_fill(fill) for fill in expected.fills)
        if stock != ours:
            first = next(
                (pair for pair in zip(stock, ours, strict=False) if pair[0] != pair[1]), (len(stock), len(ours))
            )
            raise SystemExit(f"{market.sleeve.market}: stock backtrader differs on the rule-free lane: {first}")
        _check_calendars(market)
    print(
        f"fills agree: {count} of one run, the rule-free lane in stock backtrader, two drawn calendars of each market"
    )
    return count


def _fill(fill: Any) -> tuple[str, str, int, int]:
    return str(fill.session), fill.symbol, fill.shares if fill.side is Side.BUY else -fill.shares, fill.price


def _check_calendars(market: Market) -> None:
    drawn = draw(market, 2)
    found = sweep_calendars(market.panel, market.pattern, market.pattern_row, drawn, **SPAN)
    for number, rows in enumerate(drawn):
        entries = tuple(
            _moved(entry, int(row), event) for event, row in enumerate(rows) for entry in market.pattern.entries
        )
        ledger = replay(market.panel, replace(market.pattern, entries=entries), **SPAN)
        ended = (ledger.equity[-1].equity, len(ledger.fills))
        if ended != (found.equity[number], found.fills[number]):
            raise SystemExit(f"{market.sleeve.market}: a drawn calendar ends otherwise in the backtrader engine")


def _moved(entry: Entry, row: int, event: int) -> Entry:
    """Return the wish of an event on another session."""
    due = entry.exit.due and replace(entry.exit.due, row=entry.exit.due.row + row - entry.row)
    window = None if entry.window_row is None else entry.window_row + row - entry.row
    return replace(entry, row=row, event_id=f"e{event}", window_row=window, exit=replace(entry.exit, due=due))


def draw(market: Market, count: int) -> Integers:
    """Draw calendars with the true spacing, in another order, from another first session."""
    rows = np.array([each.row for each in market.sleeve.plans(market.sleeve.builder())], dtype=np.int64)
    rng = np.random.default_rng(20240215)
    return matched_calendars(rng, rows, start=PAST, stop=SESSIONS - 5, draws=count, distance=None)


# Single runs


class StockRun:
    """The orders of a ledger in backtrader as people write it: ``PandasData``, the stock broker, market orders."""

    def __init__(self, market: Market, ledger: Ledger) -> None:
        panel = market.panel
        index = pd.DatetimeIndex([pd.Timestamp(day) for day in panel.sessions])
        opened = np.where(panel.trading, panel.open, panel.close)
        prices = {"open": opened, "high": np.maximum(panel.high, opened), "low": panel.low, "close": panel.close}
        self.frames = {
            symbol: pd.DataFrame(
                {name: values[:, column] / FEN for name, values in prices.items()}
                | {"volume": panel.volume[:, column].astype(float)},
                index=index,
            )
            for column, symbol in enumerate(panel.symbols)
        }
        before = dict(zip(panel.sessions[1:], panel.sessions[:-1], strict=True))
        self.orders: dict[Any, list[tuple[str, int]]] = defaultdict(list)
        for fill in ledger.fills:
            self.orders[before[fill.session]].append((fill.symbol, _fill(fill)[2]))

    def run(self) -> list[tuple[str, str, int, int]]:
        """Run it."""
        cerebro = bt.Cerebro()
        for symbol, frame in self.frames.items():
            cerebro.adddata(bt.feeds.PandasData(dataname=frame), name=symbol)
        cerebro.broker.setcash(AMPLE)
        cerebro.addstrategy(Replayed, orders=self.orders)
        trades: list[tuple[str, str, int, int]] = cerebro.run()[0].trades
        return trades

    def fills(self) -> list[tuple[str, str, int, int]]:
        """Return its fills in order."""
        return sorted(self.run())


class Replayed(bt.Strategy):
    """Places at every close the market orders that are to be filled at the next open."""

    params = (("orders", None),)

    def __init__(self) -> None:
        self.trades: list[tuple[str, str, int, int]] = []

    def next(self) -> None:
        """Order what the ledger filled at the next open."""
        for symbol, shares in self.p.orders.get(self.datas[0].datetime.date(0), ()):
            feed = self.getdatabyname(symbol)
            if shares > 0:
                self.buy(feed, size=shares)
            else:
                self.sell(feed, size=-shares)

    def notify_order(self, order: bt.Order) -> None:
        """Note the fills."""
        if order.status == order.Completed:
            day, price = bt.num2date(order.executed.dt).date(), round(order.executed.price * FEN)
            self.trades.append((str(day), order.data._name, int(order.executed.size), price))


def single_runs(table: Table, markets: Sequence[Market], repeat: int) -> None:
    """Time one run of all events in stock backtrader, in our backtrader engine, and compiled, in turns."""
    stocks = [StockRun(each, retrace(each.panel, each.lane, frictions=NO_FRICTIONS, **SPAN)) for each in markets]
    jobs: dict[str, Callable[[], Any]] = {
        "stock": lambda: [each.run() for each in stocks],
        "ours": lambda: [replay(each.panel, each.plan, **SPAN) for each in markets],
        "compiled": lambda: [retrace(each.panel, each.plan, **SPAN) for each in markets],
    }
    took: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(repeat):
        for name, job in jobs.items():
            took[name].append(timed(job))
    stock = median(took["stock"])
    table.add("one run, stock backtrader and `PandasData`, no rules", seconds(stock), per_second(1, stock), "")
    for name, title in (
        ("ours", "one run, backtrader engine, all of the law"),
        ("compiled", "one run, compiled engine, the whole ledger"),
    ):
        here = median(took[name])
        ratio = median(a / b for a, b in zip(took["stock"], took[name], strict=True))
        table.add(title, seconds(here), per_second(1, here), f"{ratio:.3g} × as fast as stock backtrader")


# Many runs


def variants(points: int) -> list[Strategy]:
    """Return strategies of a grid: twenty holding periods and as many stops as it takes."""
    base = drift().model_dump(exclude_unset=True)
    stops = -(-points // 20)
    return [
        Strategy.model_validate(
            base
            | {"exit": {"hold_sessions": 1 + number % 20, "stop_loss": round(0.03 + 0.3 * (number // 20) / stops, 4)}}
        )
        for number in range(points)
    ]


def grid(table: Table, markets: Sequence[Market], points: int, repeat: int) -> None:
    """Time a grid of strategies; their plans are built once, and timed apart."""
    plans: dict[int, list[Plan]] = {}

    def build() -> None:
        for place, market in enumerate(markets):
            plans[place] = []
            for strategy in variants(points):
                builder = market.sleeve.builder(strategy)
                plans[place].append(builder.events(market.sleeve.plans(builder), strategy.fills))

    building = timed(build)
    took = [
        timed(lambda: [sweep(market.panel, plans[place], **SPAN) for place, market in enumerate(markets)])
        for _ in range(repeat)
    ]
    title = f"{points:,} strategies of a grid, all of the law, all cores"
    table.add(title, seconds(median(took)), per_second(points, median(took)), "")
    table.add("their plans, built beforehand", seconds(building), per_second(points, building), "once")


def calendars(table: Table, markets: Sequence[Market], count: int, repeat: int) -> None:
    """Time many drawn calendars with all of the law."""
    drawn = [draw(market, count) for market in markets]
    for threads, cores in ((None, "all cores"), (1, "one core")):
        took = [timed(partial(_run_calendars, markets, drawn, threads)) for _ in range(repeat)]
        title = f"{count:,} random calendars, all of the law, {cores}"
        each = f"{median(took) / count * 1e6:.0f} µs for each"
        table.add(title, seconds(median(took)), per_second(count, median(took)), each)


def _run_calendars(
    markets: Sequence[Market],
    drawn: Sequence[Integers],
    threads: int | None,
    frictions: Frictions = ALL_FRICTIONS,
) -> list[Any]:
    return [
        sweep_calendars(
            market.panel,
            market.pattern if frictions is ALL_FRICTIONS else market.lane_pattern,
            market.pattern_row,
            rows,
            threads=threads,
            frictions=frictions,
            **SPAN,
        )
        for market, rows in zip(markets, drawn, strict=True)
    ]


# The first run of a process


def cold_start(table: Table, markets: Sequence[Market], repeat: int) -> None:
    """Time the import and the first run in processes of their own, with an empty cache of compiled code and a full."""
    with tempfile.TemporaryDirectory(prefix="hypebasket-bench-") as scratch:
        given = Path(scratch) / "given.pickle"
        given.write_bytes(pickle.dumps((markets[0].panel, markets[0].plan)))

        def start(cache: str) -> dict[str, float]:
            done = subprocess.run(
                [sys.executable, __file__, "--first-use", given],
                env=os.environ | {"XDG_CACHE_HOME": str(Path(scratch) / cache)},
                capture_output=True, text=True, check=True,
            )  # fmt: skip
            told: dict[str, float] = json.loads(done.stdout)
            return told

        for title, caches in (
            ("first use in a process, nothing compiled yet", [f"empty-{number}" for number in range(min(repeat, 2))]),
            ("first use in a process, compiled before", ["empty-0"] * repeat),
        ):
            told = [start(cache) for cache in caches]
            spent = f"{median(each['cpu'] for each in told):.1f} s of a core; median of {len(told)}"
            table.add(title, seconds(median(each["wall"] for each in told)), "", spent)


def first_use(given: Path) -> dict[str, float]:
    """Import the compiled engine and run a plan in it; the modules of the rest are there."""
    panel, plan = pickle.loads(given.read_bytes())
    for name in [name for name in sys.modules if name.startswith(("hypebasket.engine.sweep", "numba", "llvmlite"))]:
        del sys.modules[name]
    wall, cpu = time.perf_counter(), time.process_time()
    from hypebasket.engine.sweep import retrace as first

    first(panel, plan, **SPAN)
    return {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}


# Other packages


def rivals(table: Table, markets: Sequence[Market], arguments: argparse.Namespace) -> None:
    """Time the rule-free lane in packages that can do it, for each calendar."""
    count = arguments.calendars
    true = [np.array(sorted({entry.row for entry in each.lane.entries}), dtype=np.int64) for each in markets]
    drawn = [np.repeat(rows[None, :], count, axis=0) for rows in true]
    ours: dict[str, float] = {}
    for threads, cores in ((1, "one core"), (None, "all cores")):
        took = [timed(partial(_run_calendars, markets, drawn, threads, NO_FRICTIONS)) for _ in range(arguments.repeat)]
        ours[cores] = median(took) / count
        title = f"one calendar of the rule-free lane, compiled engine, {cores}"
        table.add(title, seconds(ours[cores]), per_second(1, ours[cores]), f"of {count:,}")
    with tempfile.TemporaryDirectory(prefix="hypebasket-bench-") as scratch:
        lane = Path(scratch) / "lane.npz"
        write_lane(markets, lane)
        gained = _gain(lane)
        for package, version in () if arguments.no_rivals else RIVALS.items():
            told = run_rival(package, version, lane, arguments)
            if told is None:
                continue
            if abs(told["final"] - AMPLE - gained) > 0.01:
                print(f"  {package}: gains {told['final'] - AMPLE:.2f}, the lane gains {gained:.2f}; not timed")
                continue
            note = " and ".join(f"{told['best'] / here:.0f} × ours on {cores}" for cores, here in ours.items())
            title = f"one calendar of the rule-free lane, {package}"
            table.add(title, seconds(told["best"]), per_second(1, told["best"]), note)


def write_lane(markets: Sequence[Market], path: Path) -> None:
    """Write what the lane trades: the markets side by side, session by session."""
    names = [len(market.panel.symbols) for market in markets]
    first = np.concatenate([[0], np.cumsum(names)])
    rows = sorted({entry.row for entry in markets[0].lane.entries})
    shares = np.zeros((len(rows), sum(names)), dtype=np.int64)
    for market, offset in zip(markets, first, strict=False):
        row_of = {session: row for row, session in enumerate(market.panel.sessions)}
        for fill in retrace(market.panel, market.lane, frictions=NO_FRICTIONS, **SPAN).fills:
            if fill.side is Side.BUY:
                place = rows.index(row_of[fill.session])
                shares[place, offset + market.panel.column_of[fill.symbol]] += fill.shares
    panels = [market.panel for market in markets]
    np.savez(
        path,
        open=np.hstack([np.where(panel.trading, panel.open, panel.close) for panel in panels]) / FEN,
        close=np.hstack([panel.close for panel in panels]) / FEN,
        entries=np.array(rows),
        exits=np.array(rows) + 5,
        shares=shares,
        cash=AMPLE,
    )


def _gain(path: Path) -> float:
    """Return what our fills gain by their prices; the dividends our engine books as well are no part of the lane."""
    with np.load(path) as lane:
        return float((lane["shares"] * (lane["open"][lane["exits"]] - lane["open"][lane["entries"]])).sum())


def run_rival(package: str, version: str, lane: Path, arguments: argparse.Namespace) -> dict[str, Any] | None:
    """Run a package in its own environment, made if it is not there; ``None``, with the reason, where it cannot be."""
    python = environment(package, version, arguments.rivals)
    if python is None:
        return None
    done = subprocess.run(
        [python, HERE / "rivals.py", lane, package, str(arguments.repeat)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(f"  {package}: left out, it does not run: {(done.stderr.strip().splitlines() or ['no reason'])[-1]}")
        return None
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def environment(package: str, version: str, folder: Path) -> Path | None:
    """Return the interpreter of an environment with the package."""
    home = folder / package
    python = home / "bin" / "python"
    if not (home / "installed").exists():
        venv.create(home, with_pip=True, clear=True)
        done = subprocess.run(
            [python, "-m", "pip", "install", "--quiet", version], capture_output=True, text=True, check=False
        )
        if done.returncode:
            print(f"  {package}: left out, it does not install: {(done.stderr.strip().splitlines() or [''])[-1]}")
            return None
        (home / "installed").write_text(version)
    return python


# Figures


def timed(run: Callable[[], Any]) -> float:
    """Return the wall seconds of one call, which does not have to clear up what others left behind."""
    gc.collect()
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def seconds(figure: float) -> str:
    """Return a time with three digits."""
    if figure >= 1:
        return f"{figure:.3g} s"
    return f"{figure * 1e3:.3g} ms" if figure >= 1e-3 else f"{figure * 1e6:.3g} µs"


def per_second(runs: int, figure: float) -> str:
    """Return the events of some runs by the second."""
    return f"{runs * EVENTS / figure:,.0f}"


def write_readmes(table: Table, notes: str) -> None:
    """Write the table between its marks."""
    for path in (HERE / "README.md", ROOT / "README.md"):
        text = path.read_text(encoding="utf-8")
        begin, end = f"<!-- {MARK}: begin -->\n", f"<!-- {MARK}: end -->"
        head, _, rest = text.partition(begin)
        _, mark, tail = rest.partition(end)
        if not mark:
            raise SystemExit(f"{path}: no marks {begin.strip()} and {end}")
        write_atomically(path, (head + begin + table.markdown() + "\n" + notes + "\n" + end + tail).encode())


if __name__ == "__main__":
    main()
