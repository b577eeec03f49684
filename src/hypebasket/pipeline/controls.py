"""Control names: stocks in the data that no basket names, for baskets that might as well have been chosen."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from hypebasket.errors import DataGapError, NothingToCompareError, Words
from hypebasket.market.panel import FEN, MarketPanel
from hypebasket.pipeline.market import HISTORY_SESSIONS, lay_out_sleeve
from hypebasket.spec.basket import Basket, Stock
from hypebasket.spec.text import CURRENCY_OF, Text, market_of
from hypebasket.stats.placebo import matched_baskets

if TYPE_CHECKING:
    from hypebasket.pipeline.job import Job
    from hypebasket.pipeline.request import RunRequest
    from hypebasket.pipeline.sleeve import Sleeve
    from hypebasket.spec.instrument import Board
    from hypebasket.spec.text import Currency

__all__ = ["ControlNames"]

ENOUGH_TRADING = 0.8
"""Share of a run's sessions a control name must have traded on, to be measured and drawn."""

SEGMENT = "control"

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]


class ControlNames:
    """The control names of one currency, laid out like a sleeve."""

    def __init__(self, currency: Currency, named: Collection[str], job: Job, request: RunRequest) -> None:
        self._currency = currency
        self._named = named
        self._job = job
        self._request = request

    @cached_property
    def sleeve(self) -> Sleeve:
        """Their market over the run; ``NothingToCompareError`` where the data has no such names."""
        present = (str(symbol) for symbol in self._job.data.bars["symbol"].unique())
        symbols = sorted(
            symbol
            for symbol in present
            if symbol not in self._named and CURRENCY_OF[market_of(symbol)] is self._currency
        )
        if not symbols:
            raise NothingToCompareError(
                Words(
                    zh=f"数据里没有篮子之外的 {self._currency} 股票可供比较",
                    en=f"the data has no {self._currency} names outside the baskets to compare with",
                ),
                "import bars of more stocks (bars*.csv)",
            )
        try:
            return lay_out_sleeve(self._currency, symbols, self._request, self._job.data, HISTORY_SESSIONS)
        except DataGapError as error:
            words = Words(zh=f"对照股票不覆盖回测期间（{error.message}）", en=error.message)
            raise NothingToCompareError(words, "import control names that cover the run") from error

    def sleeve_like(self, sleeve: Sleeve) -> Sleeve:
        """Return their sleeve with the money of another."""
        return replace(self.sleeve, capital=sleeve.capital)

    def draw(self, rng: np.random.Generator, panel: MarketPanel, members: Sequence[str], draws: int) -> Places:
        """Draw baskets matched to members on board, turnover and volatility: ``(draws, n_members)`` places.

        Members that hardly traded have no traits and are not stood in for.
        """
        mine, boards = self._measured
        theirs = _traits(panel, self.sleeve.start)
        columns = [panel.column_of[symbol] for symbol in members]
        known = [column for column in columns if np.isfinite(theirs[column]).all()]
        if not known:
            words = Words(zh="没有一只成员的交易日多到可以比较", en="no member traded often enough to be compared")
            raise NothingToCompareError(words, "lengthen the period")
        codes = {board: code for code, board in enumerate(sorted({*boards, *panel.boards}))}
        return matched_baskets(
            rng,
            theirs[known],
            mine[self._usable],
            member_boards=_coded(codes, (panel.boards[column] for column in known)),
            control_boards=_coded(codes, (boards[place] for place in self._usable)),
            draws=draws,
        )

    def basket(self, places: Places, like: Basket) -> Basket:
        """Return a basket of drawn names, every one of them a member throughout."""
        symbols = sorted(self.sleeve.panel.symbols[self._usable[place]] for place in places)
        stocks = tuple(Stock(symbol=symbol, name=Text(zh=symbol, en=symbol), segment=SEGMENT) for symbol in symbols)
        return like.model_copy(update={"stocks": stocks})

    @cached_property
    def _measured(self) -> tuple[Floats, tuple[Board, ...]]:
        return _traits(self.sleeve.panel, self.sleeve.start), self.sleeve.panel.boards

    @cached_property
    def _usable(self) -> Places:
        """Columns of the names that traded often enough."""
        return np.flatnonzero(np.isfinite(self._measured[0]).all(axis=1))


def _coded(codes: Mapping[Board, int], boards: Iterable[Board]) -> Places:
    return np.array([codes[board] for board in boards], dtype=np.int64)


def _traits(panel: MarketPanel, start: int) -> Floats:
    """Return the logarithm of the median turnover and the volatility of every name, ``(n_symbols, 2)``; NaN if rare.

    Turnover the data does not give is shares × close.
    """
    trading = panel.trading[start:]
    amount = np.where(np.isfinite(panel.amount), panel.amount, np.maximum(panel.volume, 0) * panel.close / FEN)[start:]
    returns = panel.total_return[start:]
    traits = np.full((len(panel.symbols), 2), np.nan)
    for column in range(len(panel.symbols)):
        live = trading[:, column]
        turnover = np.median(amount[live, column]) if live.mean() >= ENOUGH_TRADING else 0.0
        if turnover > 0.0:
            traits[column] = np.log(turnover), returns[live, column].std()
    return traits
