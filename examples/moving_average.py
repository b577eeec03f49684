"""An own strategy: between events, hold the members that closed above their average of 20 sessions.

It is named in a strategy YAML by ``class: examples/moving_average.py:MovingAverage`` and gets honest fills: price
limits, T+1, lots, volume and fees are the broker's business, not the strategy's.
"""

from __future__ import annotations

import backtrader as bt

SESSIONS = 20


class MovingAverage(bt.Strategy):
    """Buys one lot of money per member above its average, sells what has fallen below it."""

    params = (("slots", 5),)

    def next(self) -> None:
        """Decide after the close; orders work in the next session's opening auction."""
        for feed in self.datas:
            held = self.getposition(feed).size
            if held and not self._is_strong(feed._name):
                self.sell(feed, size=held)
        money = self.broker.getvalue() / self.p.slots
        free = self.p.slots - sum(1 for feed in self.datas if self.getposition(feed).size)
        for stock in self.members:
            feed = self.getdatabyname(stock.symbol)
            if free <= 0 or self.getposition(feed).size or not self._is_strong(stock.symbol):
                continue
            lots = int(money / feed.close[0] // 100)
            if lots >= 2:
                self.buy(feed, size=100 * lots)
                free -= 1

    def _is_strong(self, symbol: str) -> bool:
        """Whether the last close stands above the mean of the last closes; total returns, so a dividend is no fall."""
        if len(self.past.traded_rows(symbol)) < SESSIONS:
            return False
        path = (1.0 + self.past.returns(symbol)[-SESSIONS:]).cumprod()
        return bool(path[-1] > path.mean())
