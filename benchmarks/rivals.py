"""The rule-free lane in other packages; run by ``engines.py`` in a virtual environment of its own.

    python rivals.py lane.npz vectorbt|akquant REPEAT

The lane: so many shares of each name bought at the open of each event's session and sold at the open five sessions
later, without any rule or cost. Prints one JSON object: the final equity of one calendar, which the caller checks, and
the seconds of each repetition, for one calendar and (where the package can) for many side by side.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

SIDE_BY_SIDE = 50
"""Calendars in one call, for a package that takes them as further columns."""

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


class Lane(NamedTuple):
    """Prices ``(n_sessions, n_names)``, rows ``(n_events,)`` and shares ``(n_events, n_names)``."""

    open: Floats
    close: Floats
    entries: Integers
    exits: Integers
    shares: Integers
    cash: float


def orders_of(lane: Lane) -> Floats:
    """Return signed shares to trade at the open of every session."""
    orders = np.zeros(lane.open.shape)
    np.add.at(orders, lane.entries, lane.shares)
    np.add.at(orders, lane.exits, -lane.shares)
    return orders


def vectorbt(lane: Lane) -> tuple[float, Callable[[], Any], Callable[[], Any] | None]:
    """Return the final equity, a run of one calendar, and one of many."""
    import pandas as pd
    import vectorbt as vbt

    def run(times: int) -> Any:
        orders = np.tile(orders_of(lane), (1, times))
        names = lane.open.shape[1]
        return vbt.Portfolio.from_orders(
            pd.DataFrame(np.tile(lane.close, (1, times))),
            size=orders,
            price=np.tile(lane.open, (1, times)),
            size_type="amount",
            group_by=np.repeat(np.arange(times), names),
            cash_sharing=True,
            call_seq="auto",
            init_cash=lane.cash,
            freq="1D",
        ).final_value()

    return float(run(1)), lambda: run(1), lambda: run(SIDE_BY_SIDE)


def akquant(lane: Lane) -> tuple[float, Callable[[], Any], None]:
    """Return the final equity and a run of one calendar."""
    import akquant as aq
    import pandas as pd

    sessions, names = lane.open.shape
    index = pd.bdate_range("2022-01-03", periods=sessions, tz="Asia/Shanghai")
    data = {
        f"N{name:03d}": pd.DataFrame(
            {
                "open": lane.open[:, name],
                "high": np.maximum(lane.open[:, name], lane.close[:, name]),
                "low": np.minimum(lane.open[:, name], lane.close[:, name]),
                "close": lane.close[:, name],
                "volume": 1e12,
                "symbol": f"N{name:03d}",
            },
            index=index,
        )
        for name in range(names)
    }
    orders = orders_of(lane)
    day_of = {stamp.value: row for row, stamp in enumerate(index)}

    class Drift(aq.Strategy):
        def on_bar(self, bar: Any) -> None:
            row = day_of[bar.timestamp] + 1
            wanted = orders[row, int(bar.symbol[1:])] if row < sessions else 0.0
            if wanted > 0:
                self.buy(bar.symbol, int(wanted))
            elif wanted < 0:
                self.sell(bar.symbol, int(-wanted))

    def run() -> Any:
        return aq.run_backtest(
            data=data,
            strategy=Drift,
            initial_cash=lane.cash,
            commission_rate=0.0,
            volume_limit_pct=1.0,
            fill_policy=aq.NextOpen(),
            show_progress=False,
        )

    return float(run().metrics.end_market_value), run, None


def timed(run: Callable[[], Any], repeat: int) -> list[float]:
    """Return the seconds of each repetition."""
    seconds = []
    for _ in range(repeat):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return seconds


def main() -> None:
    """Run one package on the lane."""
    path, package, repeat = sys.argv[1], sys.argv[2], int(sys.argv[3])
    with np.load(path) as file:
        lane = Lane(*(file[name] if name != "cash" else float(file[name]) for name in Lane._fields))
    final, one, many = {"vectorbt": vectorbt, "akquant": akquant}[package](lane)
    told: dict[str, Any] = {"final": final, "one": timed(one, repeat)}
    if many is not None:
        many()
        told["many"] = [seconds / SIDE_BY_SIDE for seconds in timed(many, repeat)]
    told["best"] = min(statistics.median(told[key]) for key in ("one", "many") if key in told)
    print(json.dumps(told))


if __name__ == "__main__":
    main()
