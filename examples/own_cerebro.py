"""A Cerebro script of one's own with honest A-share fills, on the synthetic sample.

Run from the repository: ``.venv/bin/python examples/own_cerebro.py``. The strategy buys three application names the
session after Sora was shown and sells them five sessions later; what the broker could not do, it says.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import backtrader as bt

from hypebasket.backtrader import MarketRulesBroker, check_run, fen, open_market, panel_feeds

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "sample"
NAMES = ["300418.SZ", "300781.SZ", "600571.SH"]


class FollowTheNews(bt.Strategy):
    """Orders on the evening before the first session after the news, as many scripts would."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def next(self) -> None:
        """Buy for 2024-02-19, sell for 2024-02-26; orders work in the next opening auction."""
        today = self.data.datetime.date()
        for feed in self.datas:
            if today == date(2024, 2, 8):
                lots = int(100_000 / feed.close[0] // 100)
                self.buy(feed, size=100 * lots, valid=date(2024, 2, 22))
            elif today == date(2024, 2, 23) and (held := self.getposition(feed).size):
                self.sell(feed, size=held)

    def notify_order(self, order: bt.Order) -> None:
        """Note what became of each order."""
        if not order.alive():
            reason = order.info.get("reason") or "filled"
            self.said.append(f"{order.data._name} {order.ordtypename():4} {order.executed.size:6} {reason}")


def main() -> None:
    """Run the script and print what was filled, what was not, and why."""
    market = open_market(SAMPLE, NAMES, start="2024-01-02", end="2024-03-29")
    cerebro = bt.Cerebro(stdstats=False)
    for feed in panel_feeds(market):
        cerebro.adddata(feed)
    broker = MarketRulesBroker(panel=market, cash=fen(400_000))
    cerebro.setbroker(broker)
    cerebro.addstrategy(FollowTheNews)
    (strategy,) = cerebro.run()
    check_run(broker, market)
    sys.stdout.write("SYNTHETIC DATA / 合成数据\n" + "\n".join(strategy.said) + f"\nequity {broker.getvalue():,.2f}\n")


if __name__ == "__main__":
    main()
