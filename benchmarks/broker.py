"""Time the broker with the market's law against backtrader as people write it.

60 feeds × 750 sessions, about 600 orders, in one process and in turns: (a) ``PandasData`` feeds and the stock broker,
(b) ``panel_feeds`` and ``MarketRulesBroker``. The market has no limits to meet, no suspension and volume without end,
and cash is ample, so that the rules do not bind; both must then fill the same orders at the same prices, which is
checked before anything is timed. Prints medians and the ratio; it measures, and judges nothing.

    .venv/bin/python benchmarks/broker.py [--repeat 5]
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from datetime import date

import backtrader as bt
import numpy as np
import pandas as pd

from hypebasket.backtrader import Commission, MarketRulesBroker, fen, panel_feeds
from hypebasket.market.calendar import calendar_of
from hypebasket.market.panel import FEN, Listing, MarketPanel
from hypebasket.rules.limits import NO_LIMIT_DOWN, NO_LIMIT_UP
from hypebasket.spec.text import Market

FEEDS = 60
SESSIONS = 750
EVERY = 20
NAMES_AT_ONCE = 10
CASH = 100_000_000
FREE = Commission(rate_ppm=0, minimum=0)

Trades = list[tuple[date, str, int, float]]


class Rotating(bt.Strategy):
    """Every so many sessions sells what it holds and buys ten other names, by an order drawn beforehand."""

    params = (("picks", None),)

    def __init__(self) -> None:
        self.trades: Trades = []
        self.sessions = 0

    def next(self) -> None:
        """Trade at the next open."""
        self.sessions += 1
        if self.sessions % EVERY:
            return
        picked = self.p.picks[self.sessions // EVERY]
        for index, feed in enumerate(self.datas):
            held = self.getposition(feed).size
            if held and index not in picked:
                self.sell(feed, size=held)
            elif not held and index in picked:
                self.buy(feed, size=1000)

    def notify_order(self, order: bt.Order) -> None:
        """Note the fills."""
        if order.status == order.Completed:
            day = bt.num2date(order.executed.dt).date()
            self.trades.append((day, order.data._name, int(order.executed.size), round(order.executed.price, 2)))


def make_panel(seed: int = 7) -> MarketPanel:
    """Return a market in which no rule binds: wide bands, no suspension, endless volume."""
    rng = np.random.default_rng(seed)
    sessions = calendar_of(Market.XSHG).sessions(date(2021, 1, 4), date(2026, 1, 30))[:SESSIONS]
    shape = (SESSIONS, FEEDS)
    close = np.rint(2000 * np.exp(np.cumsum(rng.normal(0, 0.02, shape), axis=0))).astype(np.int64)
    before = np.vstack([close[:1], close[:-1]])
    opened = np.rint(before * np.exp(rng.normal(0, 0.005, shape))).astype(np.int64)
    none, yes = np.zeros(shape, dtype=np.int64), np.ones(shape, dtype=bool)
    return MarketPanel(
        sessions=sessions,
        symbols=tuple(f"{600000 + index}.SH" for index in range(FEEDS)),
        listings=(Listing("main", None),) * FEEDS,
        open=opened,
        high=np.maximum(opened, close),
        low=np.minimum(opened, close),
        close=close,
        reference=before,
        limit_down=none + NO_LIMIT_DOWN,
        limit_up=none + NO_LIMIT_UP,
        volume=none + 10**12,
        amount=np.full(shape, np.nan),
        trading=yes,
        suspended=~yes,
        cash_micro=none,
        ratio_ppm=none,
        delisted=~yes,
    )


def picks(seed: int = 11) -> list[set[int]]:
    """Return the names of every rotation."""
    rng = np.random.default_rng(seed)
    return [set(rng.choice(FEEDS, NAMES_AT_ONCE, replace=False).tolist()) for _ in range(SESSIONS // EVERY + 1)]


def frames(panel: MarketPanel) -> dict[str, pd.DataFrame]:
    """Return the market as the frames a PandasData script starts from."""
    index = pd.DatetimeIndex([pd.Timestamp(day) for day in panel.sessions])
    return {
        symbol: pd.DataFrame(
            {name: getattr(panel, name)[:, column] / FEN for name in ("open", "high", "low", "close")}
            | {"volume": panel.volume[:, column].astype(float)},
            index=index,
        )
        for column, symbol in enumerate(panel.symbols)
    }


def run_stock(data: dict[str, pd.DataFrame], chosen: list[set[int]]) -> Trades:
    """Run backtrader as people write it."""
    cerebro = bt.Cerebro()
    for symbol, frame in data.items():
        cerebro.adddata(bt.feeds.PandasData(dataname=frame), name=symbol)
    cerebro.broker.setcash(CASH)
    cerebro.addstrategy(Rotating, picks=chosen)
    return cerebro.run()[0].trades


def run_ours(panel: MarketPanel, chosen: list[set[int]]) -> Trades:
    """Run the same strategy with the panel's feeds and the broker with the law."""
    cerebro = bt.Cerebro(stdstats=False)
    for feed in panel_feeds(panel):
        cerebro.adddata(feed)
    cerebro.setbroker(
        MarketRulesBroker(panel=panel, cash=fen(CASH), commission_terms=FREE, participation_ppm=1_000_000)
    )
    cerebro.addstrategy(Rotating, picks=chosen)
    return cerebro.run()[0].trades


def timed(run: Callable[[], Trades]) -> float:
    """Return the wall seconds of one run."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def main() -> None:
    """Check that the fills agree, then time both in turns."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=5)
    repeat = parser.parse_args().repeat
    panel, chosen = make_panel(), picks()
    data = frames(panel)
    stock, ours = sorted(run_stock(data, chosen)), sorted(run_ours(panel, chosen))
    if stock != ours:
        first = next((pair for pair in zip(stock, ours, strict=False) if pair[0] != pair[1]), (len(stock), len(ours)))
        raise SystemExit(f"the fills differ: {first}")
    pairs = [(timed(lambda: run_stock(data, chosen)), timed(lambda: run_ours(panel, chosen))) for _ in range(repeat)]
    ratios = [a / b for a, b in pairs]
    print(f"{FEEDS} feeds x {SESSIONS} sessions, {len(ours)} equal fills, median of {repeat} runs in turns")
    print(f"  backtrader, PandasData, stock broker   {statistics.median(a for a, _ in pairs):7.3f} s")
    print(f"  panel feeds, MarketRulesBroker         {statistics.median(b for _, b in pairs):7.3f} s")
    spread = f"({min(ratios):.2f}..{max(ratios):.2f})"
    print(f"  ratio                                  {statistics.median(ratios):7.2f} x  {spread}")


if __name__ == "__main__":
    main()
