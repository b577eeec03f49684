"""Which basket runs with which strategy in which sleeve; a rotation among mainlines runs once, on all together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hypebasket.spec.basket import Basket
from hypebasket.spec.strategy import Among, Strategy, TriggerOn
from hypebasket.spec.text import Circle, Currency, Text

__all__ = ["TOGETHER", "pairings", "together", "why_refused"]

TOGETHER = "mainlines"
"""Id of the basket that all baskets of a run make up together."""


def pairings(baskets: Sequence[Basket], strategies: Sequence[Strategy]) -> Iterator[tuple[Basket, Strategy]]:
    """Yield every basket with every strategy; of a rotation among mainlines, one pair with all baskets together."""
    for basket in baskets:
        for strategy in strategies:
            if not _is_across(strategy):
                yield basket, strategy
    for strategy in strategies:
        if _is_across(strategy):
            mainlines = strategy.trigger.mainlines or tuple(dict.fromkeys(basket.mainline for basket in baskets))
            trigger = strategy.trigger.model_copy(update={"mainlines": mainlines})
            yield together(baskets), strategy.model_copy(update={"trigger": trigger})


def why_refused(strategy: Strategy, currency: str) -> Text | None:
    """Return why a strategy is not run in a sleeve; ``None`` if it is: A-shares are not sold short."""
    if not strategy.is_short or currency != Currency.CNY:
        return None
    return Text(
        zh=f"策略 {strategy.id} 卖空，而 A 股不能卖空：融券自 2010-03-31 起只对名单内的股票试点，"
        "转融券自 2024-07-11 起暂停；CNY 仓位未运行",
        en=f"strategy {strategy.id} sells short, and A-shares are not sold short: since 2010-03-31 a pilot for listed "
        "names alone, the lending behind it suspended since 2024-07-11; not run in CNY",
    )


def together(baskets: Sequence[Basket]) -> Basket:
    """Return one basket of all stocks, each under its basket as segment; a stock of two baskets stays in the first."""
    stocks = {
        stock.symbol: stock.model_copy(update={"segment": basket.id})
        for basket in reversed(baskets)
        for stock in basket.stocks
    }
    return Basket.model_construct(
        id=TOGETHER,
        name=Text(zh="各主线", en="All mainlines"),
        description=Text(
            zh="本次运行的各主线合在一起：" + "、".join(basket.name.zh for basket in baskets),
            en="The mainlines of the run together: " + ", ".join(basket.name.en for basket in baskets),
        ),
        mainline=TOGETHER,
        members=Circle.DOCUMENTED,
        benchmarks={currency: symbol for basket in reversed(baskets) for currency, symbol in basket.benchmarks.items()},
        stocks=tuple(stocks[symbol] for symbol in sorted(stocks)),
    )


def _is_across(strategy: Strategy) -> bool:
    return strategy.trigger.on is TriggerOn.ROTATION and strategy.trigger.among is Among.MAINLINES
