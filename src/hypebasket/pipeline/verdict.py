"""The verdict: what was quoted and what was captured, in each language, made from the numbers alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from hypebasket.ledger.result import CircleResult, EventResult, Label, StrategySummary
from hypebasket.report.figures import percent
from hypebasket.report.labels import in_sleeve

__all__ = ["FEW_EVENTS", "FLAGSHIP", "verdict"]

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
    """Say what was quoted and what was captured on average, by basket, in each one's primary circle.

    Of several strategies that act on events the first speaks, by name. How many events stand behind a mean is said
    before what was captured.
    """
    triggered = [strategy for strategy in strategies if strategy.triggered]
    if not triggered:
        return Label(
            zh="本次运行没有事件驱动策略，因此没有可比较的两个数字。",
            en="No event strategy was run: there is nothing to compare.",
        )
    leading = triggered[0]
    chosen = [result for result in results if result.primary and result.strategy == leading.id]
    tallies = [tally for result in chosen if (tally := _tally(result, in_sleeve(names[result.basket], result.sleeve)))]
    silent = [in_sleeve(names[result.basket], result.sleeve) for result in chosen if not _comparable(result)]
    sentences = [_quoted(tallies), _captured(tallies), *_flagship(tallies)] if tallies else []
    if silent:
        sentences.append(
            Label(
                zh=f"{'、'.join(name.zh for name in silent)}：没有可比较的事件。",
                en=f"{_listed([name.en for name in silent])}: no event to compare.",
            )
        )
    opening = leading.name if len(triggered) > 1 else None
    return Label(
        zh=(f"{opening.zh}：" if opening else "") + "".join(sentence.zh for sentence in sentences),
        en=(f"{opening.en}: " if opening else "") + " ".join(sentence.en for sentence in sentences),
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


def _quoted(tallies: Sequence[_Tally]) -> Label:
    """Return what was quoted, and how many events stand behind it."""
    together = len(tallies) > 1 and all(tally.few for tally in tallies)
    zh, en = [], []
    for tally in tallies:
        count, value = len(tally.events), percent(tally.headline, 1)
        luck = tally.few and not together
        zh.append(f"{tally.basket.zh} {value}（{count} 个事件{f'，{_LUCK.zh}' if luck else ''}）")
        en.append(
            f"{value} in {tally.basket.en} ({count} event{'' if count == 1 else 's'}{f', {_LUCK.en}' if luck else ''})"
        )
    return Label(
        zh=f"新闻涨幅平均：{'、'.join(zh)}{f'；事件都{_LUCK.zh}' if together else ''}。",
        en=f"The headline averaged {_listed(en)}{f', each {_LUCK.en}' if together else ''}.",
    )


def _captured(tallies: Sequence[_Tally]) -> Label:
    """Return what was captured, with its bounds where they differ from it."""
    several = len(tallies) > 1
    numbers = [_bounded(tally.captured, tally.bounds) for tally in tallies]
    zh = [f"{tally.basket.zh} {number}" for tally, number in zip(tallies, numbers, strict=True)]
    en = [f"{number} in {tally.basket.en}" for tally, number in zip(tallies, numbers, strict=True)]
    bounded = any("[" in number for number in numbers)
    brackets = Label(zh="（方括号：悲观至乐观成交）", en=" (brackets: pessimistic to optimistic fills)")
    return Label(
        zh=f"实得平均：{'、'.join(zh if several else numbers)}{brackets.zh if bounded else ''}。",
        en=f"Captured averaged {_listed(en if several else numbers)}{brackets.en if bounded else ''}.",
    )


def _flagship(tallies: Sequence[_Tally]) -> list[Label]:
    """Return one sentence on the best-known event, for the basket with its greatest headline."""
    found = [(tally, event) for tally in tallies if (event := tally.flagship)]
    if not found:
        return []
    tally, event = max(found, key=lambda pair: pair[1].headline or 0.0)
    low, high = event.captured_pessimistic, event.captured_optimistic
    got = _bounded(event.captured, None if low is None or high is None else (low, high))
    quoted = percent(event.headline, 1)
    return [
        Label(
            zh=f"{event.title.zh}（{tally.basket.zh}）：新闻涨幅 {quoted}，实得 {got}。",
            en=f"{event.title.en} ({tally.basket.en}): headline {quoted}, captured {got}.",
        )
    ]


def _bounded(value: float | None, bounds: tuple[float, float] | None) -> str:
    """Return a number with its bounds; bounds that read like the number itself are left out."""
    shown = percent(value, 1)
    low, high = (percent(end, 1) for end in bounds) if bounds else (shown, shown)
    return shown if low == high == shown else f"{shown} [{low}, {high}]"


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
