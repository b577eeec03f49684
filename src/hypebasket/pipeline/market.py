"""The market of a run: which sleeve is run, over which sessions, against which benchmark."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hypebasket.errors import DataGapError
from hypebasket.market.calendar import calendar_of
from hypebasket.market.data import MarketData
from hypebasket.market.panel import FEN, build_panel
from hypebasket.pipeline.outcome import Benchmark
from hypebasket.pipeline.request import RunRequest
from hypebasket.pipeline.sleeve import Sleeve
from hypebasket.spec.basket import Basket
from hypebasket.spec.text import CURRENCY_OF, Currency, Market, Text

__all__ = ["a_share_sleeve", "benchmark_of"]

HISTORY_SESSIONS = 60
"""Sessions before the run that the panel holds: past closes for decisions, never traded on."""

PERIODS_PER_YEAR = {Currency.CNY: 243, Currency.HKD: 246, Currency.USD: 252}


def a_share_sleeve(request: RunRequest, baskets: Sequence[Basket], data: MarketData) -> Sleeve:
    """Lay out the CNY sleeve: every A-share member the data has bars of, over the sessions asked for."""
    covered = set(data.bars["symbol"].unique())
    members = {
        stock.symbol for basket in baskets for stock in basket.stocks if CURRENCY_OF[stock.market] is Currency.CNY
    }
    names = ", ".join(basket.id for basket in baskets)
    if not members:
        raise DataGapError(
            f"{names}: no A-share member, and only the CNY sleeve is run yet", "add a basket with A-share members"
        )
    symbols = sorted(members & covered)
    if not symbols:
        raise DataGapError(
            f"{data.source}: no bars of any A-share member of {names}",
            "import data that covers them, or run on the sample: --data sample",
        )
    days = data.bars.loc[data.bars["symbol"].isin(symbols), "date"]
    first, last = days.min().date(), days.max().date()
    calendar = calendar_of(Market.XSHG)
    covered_sessions = calendar.sessions(first, last)
    chosen = [
        session
        for session in covered_sessions
        if (request.start is None or session >= request.start) and (request.end is None or session <= request.end)
    ]
    if not chosen:
        raise DataGapError(
            f"no session from {request.start or first} to {request.end or last} in data of {first}..{last}",
            "choose --from and --to inside the data",
        )
    start = covered_sessions.index(chosen[0])
    panel = build_panel(data, symbols, calendar, covered_sessions[max(start - HISTORY_SESSIONS, 0)], chosen[-1])
    return Sleeve(
        currency=Currency.CNY.value,
        market=Market.XSHG,
        calendar=calendar,
        panel=panel,
        start=panel.row_of[chosen[0]],
        stop=len(panel.sessions),
        capital=request.capital * FEN,
        periods_per_year=PERIODS_PER_YEAR[Currency.CNY],
    )


def benchmark_of(basket: Basket, sleeve: Sleeve, data: MarketData) -> Benchmark:
    """Return the basket's index on the sessions of the run; with a missing session, none and the reason."""
    symbol = basket.benchmarks.get(Currency(sleeve.currency))
    if symbol is None:
        note = Text(
            zh=f"篮子没有为 {sleeve.currency} 指定基准", en=f"the basket names no benchmark for {sleeve.currency}"
        )
        return Benchmark(None, (), 1.0, note)
    rows = data.indices[data.indices["symbol"] == symbol]
    levels = dict(zip(rows["date"].dt.date, rows["close"], strict=True))
    sessions = sleeve.panel.sessions[sleeve.start : sleeve.stop]
    before = sleeve.panel.sessions[sleeve.start - 1] if sleeve.start else sessions[0]
    missing = [session for session in (before, *sessions) if not levels.get(session, 0.0) > 0.0]
    if missing:
        note = Text(
            zh=f"{symbol} 有 {len(missing)} 个交易日没有点位，首个是 {missing[0]}",
            en=f"{symbol} has no level on {len(missing)} sessions, first {missing[0]}",
        )
        return Benchmark(symbol, (), 1.0, note)
    path = np.array([levels[session] for session in sessions])
    return Benchmark(symbol, tuple(float(level) for level in path), float(levels[before]))
