"""The verdict: what was quoted, what was captured, and whether it is luck; in each language, from the numbers alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from hypebasket.ledger.result import (
    CircleResult,
    EventResult,
    Label,
    MainlineFinding,
    PlaceboTest,
    StrategySummary,
)
from hypebasket.report.figures import beaten, p_value, percent
from hypebasket.report.labels import in_sleeve, step_label
from hypebasket.report.placebo import FEW_EVENTS as FEW_TO_COMPARE

__all__ = ["FEW_EVENTS", "FLAGSHIP", "luck", "verdict"]

FEW_EVENTS = 20
"""Below this many events a mean says so little that the verdict says it beside the number."""

FLAGSHIP = "sora-launch"
"""The event the verdict names where it was run."""

_LUCK = Label(zh="太少，分不清本领与运气", en="too few to tell skill from luck")


@dataclass(frozen=True, slots=True)
class _Tally:
    """One basket: its means over the events that have both a headline and a captured number."""

    basket: Label
    events: tuple[EventResult, ...]
    headline: float
    captured: float
    bounds: tuple[float, float] | None

    @property
    def few(self) -> bool:
        return len(self.events) < FEW_EVENTS

    @property
    def flagship(self) -> EventResult | None:
        return next((event for event in self.events if event.event_id == FLAGSHIP), None)


def verdict(results: Sequence[CircleResult], strategies: Sequence[StrategySummary], names: dict[str, Label]) -> Label:
    """Say in two sentences what was quoted and what was captured, by basket, in each one's primary circle.

    The first gives the means and how many events stand behind them, the second the best-known event (else the one with
    the widest gap) and what took most of it. Of several strategies that act on events the first speaks, by name.
    """
    triggered = [strategy for strategy in strategies if strategy.triggered]
    if not triggered:
        return Label(
            zh="本次运行没有事件驱动策略，因此没有可比较的两个数字。",
            en="No event strategy was run: there is nothing to compare.",
        )
    leading = triggered[0]
    chosen = _leading(results, leading)
    tallies = [tally for result in chosen if (tally := _tally(result, in_sleeve(names[result.basket], result.sleeve)))]
    silent = [in_sleeve(names[result.basket], result.sleeve) for result in chosen if not _comparable(result)]
    sentences = [_averages(tallies)] if tallies else []
    if silent:
        sentences.append(
            Label(
                zh=f"{'、'.join(name.zh for name in silent)}：没有可比较的事件",
                en=f"{_listed([name.en for name in silent])}: no event to compare",
            )
        )
    second = _example(tallies, short=leading.is_short) if tallies else Label(zh="", en="")
    opening = leading.name if len(triggered) > 1 else None
    return Label(
        zh=(f"{opening.zh}：" if opening else "") + "；".join(one.zh for one in sentences) + f"。{second.zh}",
        en=(f"{opening.en}: " if opening else "") + "; ".join(one.en for one in sentences) + f". {second.en}".rstrip(),
    )


def luck(
    results: Sequence[CircleResult],
    strategies: Sequence[StrategySummary],
    names: dict[str, Label],
    findings: Sequence[MainlineFinding],
) -> Label | None:
    """Say by basket whether the events moved it, and how much of chance was beaten; ``None`` if nobody asked."""
    leading = next((strategy for strategy in strategies if strategy.triggered), None)
    briefs = {(found.basket, found.sleeve): found.brief for found in findings}
    told = []
    for result in _leading(results, leading) if leading else ():
        parts = [brief] if (brief := briefs.get((result.basket, result.sleeve))) else []
        if result.placebo is not None:
            parts.append(_among_chance(result.placebo))
        if parts:
            name = in_sleeve(names[result.basket], result.sleeve)
            told.append(
                Label(
                    zh=f"{name.zh}：{'，'.join(part.zh for part in parts)}",
                    en=f"{name.en}: {', '.join(part.en for part in parts)}",
                )
            )
    if not told:
        return None
    return Label(zh="；".join(one.zh for one in told) + "。", en="; ".join(one.en for one in told) + ".")


def _leading(results: Sequence[CircleResult], strategy: StrategySummary) -> list[CircleResult]:
    return [result for result in results if result.primary and result.strategy == strategy.id]


def _among_chance(test: PlaceboTest) -> Label:
    if test.refused is not None:
        return Label(zh="没有可比的随机日历", en="no random calendars to compare with")
    share, rare = beaten(test.percentile), p_value(test.p_value)
    few = Label(zh="，说明不了什么", en=", which says little") if test.events < FEW_TO_COMPARE else Label(zh="", en="")
    return Label(
        zh=f"实得高过 {share} 的随机日历（p = {rare}）{few.zh}",
        en=f"captured more than {share} of random calendars (p = {rare}){few.en}",
    )


def _comparable(result: CircleResult) -> tuple[EventResult, ...]:
    return tuple(event for event in result.events if event.headline is not None and event.captured is not None)


def _tally(result: CircleResult, basket: Label) -> _Tally | None:
    events = _comparable(result)
    if not events:
        return None
    ends = [
        (event.captured_pessimistic, event.captured_optimistic)
        for event in events
        if event.captured_pessimistic is not None and event.captured_optimistic is not None
    ]
    whole = len(ends) == len(events)
    return _Tally(
        basket,
        events,
        headline=fmean(event.headline for event in events if event.headline is not None),
        captured=fmean(event.captured for event in events if event.captured is not None),
        bounds=(fmean(low for low, _ in ends), fmean(high for _, high in ends)) if whole else None,
    )


def _averages(tallies: Sequence[_Tally]) -> Label:
    """Return what was quoted and what was captured on average, with the number of events and the bounds."""
    together = len(tallies) > 1 and all(tally.few for tally in tallies)
    zh, en, bracketed = [], [], False
    for tally in tallies:
        count, quoted = len(tally.events), percent(tally.headline, 1)
        got = _bounded(tally.captured, tally.bounds)
        bracketed = bracketed or "[" in got
        luck = tally.few and not together
        zh.append(f"{tally.basket.zh} {quoted} 与 {got}（{count} 个事件{f'，{_LUCK.zh}' if luck else ''}）")
        events = f"{count} event{'' if count == 1 else 's'}"
        en.append(f"{quoted} and {got} in {tally.basket.en} ({events}{f', {_LUCK.en}' if luck else ''})")
    brackets = Label(zh="；方括号内为悲观至乐观成交", en=", with pessimistic to optimistic fills in brackets")
    return Label(
        zh=f"新闻涨幅与实得平均为：{'，'.join(zh)}{f'；事件都{_LUCK.zh}' if together else ''}"
        f"{brackets.zh if bracketed else ''}",
        en=f"Headline and captured averaged {_listed(en)}{f', each {_LUCK.en}' if together else ''}"
        f"{brackets.en if bracketed else ''}",
    )


def _example(tallies: Sequence[_Tally], *, short: bool) -> Label:
    """Return one sentence on the best-known event (in the basket it moved most), else on the one of the widest gap."""
    known = [(tally, event) for tally in tallies if (event := tally.flagship)]
    if known:
        tally, event = max(known, key=lambda pair: pair[1].headline or 0.0)
    else:
        every = [(tally, event) for tally in tallies for event in tally.events]
        tally, event = max(every, key=lambda pair: abs((pair[1].headline or 0.0) - (pair[1].captured or 0.0)))
    low, high = event.captured_pessimistic, event.captured_optimistic
    got = _bounded(event.captured, None if low is None or high is None else (low, high))
    quoted, lost = percent(event.headline, 1), _greatest_loss(event, short=short)
    return Label(
        zh=f"{event.title.zh}（{tally.basket.zh}）：新闻涨幅 {quoted}，实得 {got}{lost.zh}。",
        en=f"{event.title.en} ({tally.basket.en}): headline {quoted}, captured {got}{lost.en}.",
    )


def _greatest_loss(event: EventResult, *, short: bool) -> Label:
    """Return the friction that took most of an event whose captured number lies below its headline.

    Of a short sale that is the headline with its sign reversed: what the fall of the shares was worth.
    """
    between = [bar for bar in event.waterfall if bar.step not in ("headline", "captured") and bar.money < 0]
    quoted = -(event.headline or 0.0) if short else event.headline or 0.0
    if not between or not event.allotted or (event.captured or 0.0) >= quoted:
        return Label(zh="", en="")
    worst = min(between, key=lambda bar: bar.money)
    step, points = step_label(worst.step, short=short), f"{100 * worst.money / event.allotted:+.1f}"
    return Label(
        zh=f"，损失最大的一步是{step.zh}（{points} 个百分点）",
        en=f", the greatest loss being {step.en} ({points} points)",
    )


def _bounded(value: float | None, bounds: tuple[float, float] | None) -> str:
    """Return a number with its bounds; bounds that read like the number itself are left out."""
    shown = percent(value, 1)
    low, high = (percent(end, 1) for end in bounds) if bounds else (shown, shown)
    return shown if low == high == shown else f"{shown} [{low}, {high}]"


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
