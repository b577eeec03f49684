"""The markets of a run: which sleeves are run, over which sessions, against which benchmark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from hypebasket.errors import DataGapError
from hypebasket.market.calendar import calendar_of
from hypebasket.market.data import MarketData
from hypebasket.market.layout import FEN_TOLERANCE, build_panel
from hypebasket.market.panel import FEN
from hypebasket.pipeline.outcome import Benchmark
from hypebasket.pipeline.request import RunRequest
from hypebasket.pipeline.sleeve import Sleeve
from hypebasket.spec.basket import Basket
from hypebasket.spec.text import CURRENCY_OF, Currency, Market, Text, market_of

__all__ = ["HISTORY_SESSIONS", "benchmark_of", "fund", "lay_out_sleeve", "lay_out_sleeves"]

HISTORY_SESSIONS = 60
"""Sessions before the run that the panel holds: past closes for decisions, never traded on."""

MARKET_OF = {Currency.CNY: Market.XSHG, Currency.HKD: Market.XHKG, Currency.USD: Market.XNYS}
PERIODS_PER_YEAR = {Currency.CNY: 243, Currency.HKD: 246, Currency.USD: 252}


def lay_out_sleeves(
    request: RunRequest, baskets: Sequence[Basket], data: MarketData, *, history: int = HISTORY_SESSIONS
) -> tuple[Sleeve, ...]:
    """Lay out every sleeve that was asked for and has members; at least one must have data.

    ``history``: sessions before the run that the panels hold, as far as the data goes.
    """
    names = ", ".join(basket.id for basket in baskets)
    members = {stock.symbol for basket in baskets for stock in basket.stocks}
    wanted = {
        currency: {symbol for symbol in members if CURRENCY_OF[market_of(symbol)] is currency}
        for currency in request.sleeves
    }
    if not any(wanted.values()):
        asked = ", ".join(request.sleeves)
        raise DataGapError(f"{names}: no member traded in {asked}", "choose other baskets, or other --markets")
    covered = set(data.bars["symbol"].unique())
    sleeves = tuple(
        lay_out_sleeve(currency, sorted(symbols & covered), request, data, history)
        for currency, symbols in wanted.items()
        if symbols & covered
    )
    if not sleeves:
        raise DataGapError(
            f"{data.source}: no bars of any member of {names} traded in {', '.join(request.sleeves)}",
            "import data that covers them, or run on the sample: --data sample",
        )
    return sleeves


def lay_out_sleeve(
    currency: Currency, symbols: Sequence[str], request: RunRequest, data: MarketData, sessions_before: int
) -> Sleeve:
    """Lay out one currency's market of some symbols that have data, with so many sessions before the run."""
    days = data.bars.loc[data.bars["symbol"].isin(symbols), "date"]
    first, last = days.min().date(), days.max().date()
    calendar = calendar_of(MARKET_OF[currency])
    covered = calendar.sessions(first, last)
    chosen = [
        session
        for session in covered
        if (request.start is None or session >= request.start) and (request.end is None or session <= request.end)
    ]
    if not chosen:
        raise DataGapError(
            f"{currency}: no session from {request.start or first} to {request.end or last} in data of {first}..{last}",
            "choose --from and --to inside the data, or other --markets",
        )
    start = covered.index(chosen[0])
    history = covered[max(start - sessions_before, 0)]
    tradable, left_out = _whole_ticks(symbols, data, history, chosen[-1])
    panel = build_panel(data, tradable, calendar, history, chosen[-1])
    return Sleeve(
        currency=currency.value,
        market=MARKET_OF[currency],
        calendar=calendar,
        panel=panel,
        start=panel.row_of[chosen[0]],
        stop=len(panel.sessions),
        capital=request.capital * FEN,
        periods_per_year=PERIODS_PER_YEAR[currency],
        left_out=left_out,
    )


def _whole_ticks(
    symbols: Sequence[str], data: MarketData, first: date, last: date
) -> tuple[list[str], dict[str, Text]]:
    """Part the names whose prices are whole cents from those a ledger in cents cannot hold."""
    days = (data.bars["date"] >= np.datetime64(first)) & (data.bars["date"] <= np.datetime64(last))
    bars = data.bars[days & data.bars["symbol"].isin(symbols)]
    cents = bars[["open", "high", "low", "close"]].to_numpy(dtype=np.float64) * FEN
    off = (np.abs(cents - np.rint(cents)) > FEN_TOLERANCE).any(axis=1)
    broken = sorted(set(bars["symbol"][off]))
    why = Text(
        zh="价格含不足一分的零头，账本以分计，不能运行",
        en="traded in parts of a cent, which a ledger in cents cannot hold",
    )
    return [symbol for symbol in symbols if symbol not in broken], dict.fromkeys(broken, why)


def fund(sleeves: Sequence[Sleeve], basket: Basket) -> tuple[Sleeve, ...]:
    """Return the sleeves that run members of the basket, the capital split among them once, by member weight.

    Each part is counted in the sleeve's own currency; together they are the capital to the cent.
    """
    weights = [
        sum(stock.weight for stock in basket.stocks if stock.symbol in sleeve.panel.column_of) for sleeve in sleeves
    ]
    funded, before, whole = [], 0.0, sum(weights)
    for sleeve, weight in zip(sleeves, weights, strict=True):
        begin, end = (round(sleeve.capital * part / whole) for part in (before, before + weight)) if whole else (0, 0)
        if end > begin:
            funded.append(replace(sleeve, capital=end - begin))
        before += weight
    return tuple(funded)


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
