"""The verdict: one sentence in each language, made from the numbers alone."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from hypebasket.ledger.result import CircleResult, Label, StrategySummary

__all__ = ["verdict"]


def verdict(results: Sequence[CircleResult], strategies: Sequence[StrategySummary], names: dict[str, Label]) -> Label:
    """Say, for each basket's primary circle under the event strategy, what was quoted and what could be captured."""
    triggered = {strategy.id for strategy in strategies if strategy.triggered}
    chosen = [result for result in results if result.primary and result.strategy in triggered]
    if not chosen:
        return Label(
            zh="本次运行没有事件驱动策略，因此没有可比较的两个数字。",
            en="No event strategy was run: there is nothing to compare.",
        )
    clauses = [_clause(result, names[result.basket]) for result in chosen]
    return Label(
        zh="；".join(clause.zh for clause in clauses) + "。",
        en="; ".join(clause.en for clause in clauses) + ".",
    )


def _clause(result: CircleResult, name: Label) -> Label:
    pairs = [(event.headline, event.captured) for event in result.events]
    known = [(quoted, got) for quoted, got in pairs if quoted is not None and got is not None]
    if not known:
        return Label(zh=f"{name.zh}：没有可比较的事件", en=f"{name.en}: no event to compare")
    quoted, got = fmean(pair[0] for pair in known), fmean(pair[1] for pair in known)
    count = len(known)
    return Label(
        zh=f"{name.zh}：{count} 个事件平均头条收益 {quoted:+.1%}，实际可得 {got:+.1%}",
        en=f"{name.en}: over {count} events the headline averaged {quoted:+.1%}, of which {got:+.1%} could be captured",
    )
