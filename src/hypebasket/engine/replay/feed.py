"""Feeds for backtrader, cut from a panel: one row a session on one shared calendar.

Every feed has every session, so no feed starts late and none lags: a session without trading repeats the last close
with no volume (before the first bar: not a number), and the broker knows from the panel that it is none.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from math import inf

import backtrader as bt
import numpy as np
import numpy.typing as npt

from hypebasket.market.panel import FEN, MarketPanel

__all__ = ["PanelFeed", "SteppedFeed", "feed_rows", "panel_feeds"]


class PanelFeed(bt.feed.DataBase):
    """One column of a panel as a backtrader feed, preloaded in one copy."""

    params = (("lines_of", None),)

    def preload(self) -> None:
        """Hand the arrays to the lines."""
        columns: dict[str, npt.NDArray[np.float64]] = self.p.lines_of
        length = len(columns["datetime"])
        for alias in self.getlinealiases():
            values = columns.get(alias)
            line = getattr(self.lines, alias)
            line.array = array("d", (np.zeros(length) if values is None else np.ascontiguousarray(values)).tobytes())
            line.lencount = length
            line._idx = length - 1  # noqa: SLF001  (the only way to preload without a Python loop per bar)
        self._clock = self.lines.datetime
        self.home()

    def _load(self) -> bool:
        return False

    def advance_peek(self) -> float:
        """Return the date of the next session; infinity after the last."""
        dates, following = self._clock.array, self._clock._idx + 1  # noqa: SLF001
        return float(dates[following]) if following < len(dates) else inf

    def advance(self, size: int = 1, datamaster: object = None, ticks: bool = True) -> None:
        """Move on by ``size`` sessions; there are no ticks to maintain."""
        for line in self.lines.lines:
            line._idx += size  # noqa: SLF001
            line.lencount += size


class SteppedFeed(bt.feed.DataBase):
    """A feed that gets its rows one at a time: what has not happened yet is nowhere in it."""

    params = (("rows", None),)

    def start(self) -> None:
        """Take the rows out of the parameters, where a strategy could run ahead through them."""
        super().start()
        self._rows, self.p.rows = self.p.rows, None

    def _load(self) -> bool:
        row = next(self._rows, None)
        if row is None:
            return False
        for alias, value in row.items():
            getattr(self.lines, alias)[0] = value
        return True


def panel_feeds(panel: MarketPanel) -> list[PanelFeed]:
    """Return a feed for each symbol of the panel, named by it."""
    feeds = []
    for column, symbol in enumerate(panel.symbols):
        feed = PanelFeed(lines_of=_lines(panel, column))
        feed._name = symbol  # noqa: SLF001  (backtrader's own place for a feed's name)
        feeds.append(feed)
    return feeds


def feed_rows(panel: MarketPanel, column: int) -> Iterator[dict[str, float]]:
    """Yield the rows of one symbol, ascending."""
    lines = {"openinterest": np.zeros(len(panel.sessions)), **_lines(panel, column)}
    for row in range(len(panel.sessions)):
        yield {alias: float(values[row]) for alias, values in lines.items()}


def _lines(panel: MarketPanel, column: int) -> dict[str, npt.NDArray[np.float64]]:
    """Return the lines of one symbol; prices and volume as backtrader wants them."""
    live = panel.trading[:, column]
    close = np.where(panel.close[:, column] > 0, panel.close[:, column] / FEN, np.nan)
    lines = {
        "datetime": np.array([day.toordinal() for day in panel.sessions], dtype=np.float64),
        "close": close,
        "volume": np.maximum(panel.volume[:, column], 0).astype(np.float64),
    }
    for name in ("open", "high", "low"):
        lines[name] = np.where(live, getattr(panel, name)[:, column] / FEN, close)
    return lines
