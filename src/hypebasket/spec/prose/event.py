"""An event in plain sentences: what became public, when exactly, to whom it matters, and what proves it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from hypebasket.errors import Words
from hypebasket.spec.event import Event, Precision
from hypebasket.spec.prose.phrases import listed, moment, untold

__all__ = ["TOLD", "event_prose"]

TOLD = frozenset(
    {
        *(f"Event.{key}" for key in ("id", "at", "precision", "zone", "title", "kind", "mainlines", "evidence")),
        *(f"Event.{key}" for key in ("confidence", "latest", "scheduled", "announced", "endogenous", "note")),
        *("Text.zh", "Text.en"),
    }
)
"""The keys that the sentences below tell."""

_GRADES = {
    "A": Words("有自己的时间戳或两个独立来源", "an own time stamp or two independent sources"),
    "B": Words("一个来源", "one source"),
    "C": Words("日期有来源，时刻凭常识", "the day is sourced, the hour is not"),
    "D": Words("未核实", "not checked"),
}


def event_prose(event: Event) -> tuple[Words, ...]:
    """Return the sentences that say what an event is; its sessions are a matter of ``hypebasket events explain``."""
    return tuple(_sentences(event))


def _sentences(event: Event) -> Iterator[Words]:
    yield Words(f"{event.title.zh}（{event.id}）", f"{event.title.en} ({event.id})")
    yield _public(event)
    mainlines = listed(event.mainlines)
    yield Words(
        f"种类 {event.kind}；属于主线 {mainlines.zh}。",
        f"Of the kind {event.kind}; belongs to {mainlines.en}.",
    )
    if event.scheduled:
        yield _scheduled(event)
    if event.endogenous:
        yield Words(
            "它由股价本身定义：策略不点名要（trigger.endogenous: true）就不用。",
            "It is a price move itself: strategies leave it out unless they ask for it (trigger.endogenous: true).",
        )
    grade = _GRADES[event.confidence]
    evidence = "; ".join(event.evidence)
    yield Words(
        f"依据：{evidence}。可信度 {event.confidence}：{grade.zh}。",
        f"Evidence: {evidence}. Confidence {event.confidence}: {grade.en}.",
    )
    if event.note:
        yield Words(f"备注：{event.note}", f"Note: {event.note}")
    yield from untold(event, TOLD)


def _public(event: Event) -> Words:
    if not isinstance(event.at, datetime):
        return Words(
            f"{event.at} 当天（{event.zone}）公开，时刻不详{_latest(event).zh}：交易从当天结束算起。",
            f"Public on {event.at} in {event.zone}, the hour unknown{_latest(event).en}: "
            "trading counts from the end of that day.",
        )
    local = event.at.astimezone(ZoneInfo(event.zone))
    exact = Words("准到分", "known to the minute")
    if event.precision is Precision.HOUR:
        exact = Words("准到小时", "known to the hour")
    return Words(
        f"{event.earliest_moment:%Y-%m-%d %H:%M} UTC（{event.zone} 当地 {local:%m-%d %H:%M}）公开，"
        f"{exact.zh}{_latest(event).zh}。",
        f"Public at {event.earliest_moment:%Y-%m-%d %H:%M} UTC ({local:%m-%d %H:%M} in {event.zone}), "
        f"{exact.en}{_latest(event).en}.",
    )


def _latest(event: Event) -> Words:
    return Words("，最迟在那时，可能更早", ", by then at the latest, perhaps earlier") if event.latest else Words()


def _scheduled(event: Event) -> Words:
    if event.announced is None:
        return Words(
            "日期事先公布过，但没有记录是何时：提前埋伏的策略不用它。",
            "Its date was announced beforehand, but not recorded when: "
            "strategies that enter before events leave it out.",
        )
    when = moment(event.announced, event.zone)
    return Words(
        f"日期于{when.zh}公布，提前埋伏的策略从那以后才能行动。",
        f"Its date was announced by {when.en}; strategies that enter before events may act from then on.",
    )
