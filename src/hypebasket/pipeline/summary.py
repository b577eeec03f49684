"""The result of a whole run: what was run, on what, and the verdict."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hypebasket import rules
from hypebasket.ledger.result import (
    BasketSummary,
    CircleResult,
    CombinedResult,
    DataSummary,
    Label,
    MainlineFinding,
    MemberResult,
    RunResult,
    StrategySummary,
)
from hypebasket.market.data import MarketData
from hypebasket.pipeline.outcome import label
from hypebasket.pipeline.sleeve import Sleeve
from hypebasket.pipeline.verdict import luck, verdict
from hypebasket.spec.basket import Basket, Stock
from hypebasket.spec.strategy import Strategy, TriggerOn
from hypebasket.spec.text import CURRENCY_OF, Text

__all__ = ["assemble"]

NOTES = (
    Label(zh="现金不计利息，无风险利率取 0。", en="Cash earns nothing; the riskless rate is 0."),
    Label(zh="基准为价格指数，不含股息。", en="Benchmarks are price indices, without dividends."),
    Label(
        zh="交易使用未复权价格；分红送转记入持仓，红利税按持股期限在卖出时扣缴。",
        en="Trades use raw prices; dividends and bonus shares act on holdings; dividend tax falls due at the sale.",
    ),
)


def assemble(
    run_id: str,
    results: Sequence[CircleResult],
    baskets: Sequence[Basket],
    strategies: Sequence[Strategy],
    sleeves: Sequence[Sleeve],
    data: MarketData,
    notices: Iterable[Text] = (),
    combined: Iterable[CombinedResult] = (),
    findings: Sequence[MainlineFinding] = (),
) -> RunResult:
    """Put the results of every pair and circle together; ``notices`` say what of the request was not run."""
    summaries = tuple(_strategy(strategy) for strategy in strategies)
    names = {basket.id: label(basket.name) for basket in baskets}
    own = [warning for sleeve in sleeves for warning in sleeve.panel.warnings]
    return RunResult(
        run_id=run_id,
        synthetic=data.synthetic,
        data=DataSummary(
            source=data.source,
            synthetic=data.synthetic,
            first_session=min(sleeve.first for sleeve in sleeves),
            last_session=max(sleeve.last for sleeve in sleeves),
            content_hash=data.content_hash,
            rules=rules.version(),
            warnings=tuple(label(text) for text in (*data.warnings, *own, *notices)),
        ),
        verdict=verdict(results, summaries, names),
        luck=luck(results, summaries, names, findings),
        baskets=tuple(_basket(basket, sleeves) for basket in baskets),
        strategies=summaries,
        results=tuple(results),
        combined=tuple(combined),
        findings=tuple(findings),
        notes=NOTES,
    )


def _basket(basket: Basket, sleeves: Sequence[Sleeve]) -> BasketSummary:
    return BasketSummary(
        id=basket.id,
        name=label(basket.name),
        description=label(basket.description),
        mainline=basket.mainline,
        circle=basket.members.value,
        members=tuple(_member(stock, sleeves) for stock in basket.stocks),
    )


def _member(stock: Stock, sleeves: Sequence[Sleeve]) -> MemberResult:
    currency = CURRENCY_OF[stock.market].value
    return MemberResult(
        symbol=stock.symbol,
        name=label(stock.name),
        segment=stock.segment,
        documented=stock.documented,
        since=None if stock.since is None else stock.since.isoformat(),
        evidence=stock.evidence,
        sleeve=currency,
        not_run=_why_not_run(stock, currency, sleeves),
    )


def _why_not_run(stock: Stock, currency: str, sleeves: Sequence[Sleeve]) -> Label | None:
    sleeve = next((sleeve for sleeve in sleeves if sleeve.currency == currency), None)
    if sleeve is None:
        return Label(zh=f"{currency} 仓位本次没有运行", en=f"{currency} sleeve not run (see --markets)")
    if stock.symbol in sleeve.left_out:
        return label(sleeve.left_out[stock.symbol])
    if stock.symbol not in sleeve.panel.column_of:
        return Label(zh="数据中没有它的行情", en="the data has no bars of it")
    return None


def _strategy(strategy: Strategy) -> StrategySummary:
    return StrategySummary(
        id=strategy.id,
        name=label(strategy.name),
        description=label(strategy.description),
        fills=strategy.fills.value,
        window_sessions=strategy.window,
        triggered=strategy.trigger.on is TriggerOn.EVENTS and strategy.own_class is None,
        direction=strategy.direction.value,
    )
