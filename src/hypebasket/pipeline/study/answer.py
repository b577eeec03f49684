"""The answer in words: whether the events moved a mainline, said as carefully as the number of events allows."""

from __future__ import annotations

from collections.abc import Sequence

from hypebasket.ledger.result import Label
from hypebasket.ledger.study import CircleStudy, MainlineStudy, TestName, WindowStudy
from hypebasket.report.figures import percent, share
from hypebasket.report.labels import CIRCLES, in_sleeve
from hypebasket.stats.power import LEVEL

__all__ = ["NAIVE", "NOTHING_TO_STUDY", "answer_of", "answer_of_all", "brief_of"]

NOTHING_TO_STUDY = Label(zh="没有可研究的事件。", en="There is no event to study.")

NAIVE: tuple[TestName, ...] = ("cross_sectional_t", "patell", "bmp")
"""Tests that take every name-event for an independent observation."""

_OF_THREE = {1: "one of the three", 2: "two of the three", 3: "all three"}


def answer_of(circle: CircleStudy) -> Label:
    """Return what the primary window of the primary circle says."""
    window = circle.windows[0]
    if window.caar is None:
        who = CIRCLES[circle.circle]
        return Label(
            zh=f"「{who.zh}」这一圈在任何事件中都没有可测量的成员。",
            en=f"The circle {who.en} had no member to measure in any event.",
        )
    return _joined(_verdict(window), _naive(window))


def _verdict(window: WindowStudy) -> Label:
    value, days = percent(window.caar), _days(window)
    units = _units(window)
    p_value = window.tests["event_bootstrap"].holm
    shown = _p(p_value)
    if window.finding == "moved":
        up = (window.caar or 0.0) > 0.0
        return Label(
            zh=f"事件{'推高' if up else '压低'}了它：{days.zh}平均超额 {value}（{units.zh}，校正后 {shown}）。",
            en=f"The events {'lifted' if up else 'lowered'} it: {value} on average over {days.en} "
            f"({units.en}, adjusted {shown}).",
        )
    seen = window.detectable
    could = Label(
        zh=f"真实效应至少 {share(seen)} 才有八成机会被发现" if seen is not None else "样本小到无从检验",
        en=f"only an effect of {share(seen)} or more would have been found in four of five cases"
        if seen is not None
        else "there is too little to test at all",
    )
    if window.finding == "insufficient":
        return Label(
            zh=f"数据不足：{days.zh}平均超额 {value}（{units.zh}，校正后 {shown}）；{could.zh}。",
            en=f"Insufficient: {value} on average over {days.en} ({units.en}, adjusted {shown}); {could.en}.",
        )
    return Label(
        zh=f"看不出事件推动了它：{days.zh}平均超额 {value}（{units.zh}，校正后 {shown}）；{could.zh}。",
        en=f"No effect shown: {value} on average over {days.en} ({units.en}, adjusted {shown}); {could.en}.",
    )


def _naive(window: WindowStudy) -> Label | None:
    """Say what tests would have claimed that count every member as if it were alone."""
    claims = [test.p_value for name in NAIVE if (test := window.tests[name]).p_value is not None]
    claimed = sum(p_value <= LEVEL for p_value in claims if p_value is not None)
    if not claims or window.finding == "moved":
        return None
    smallest = _p(min(p_value for p_value in claims if p_value is not None))
    count = window.name_events
    if not claimed:
        return Label(
            zh=f"即使把 {count} 个「成员×事件」都当作独立观察，三种常用检验也都不显著。",
            en=f"Even with all {count} name-events taken for independent, none of the three usual tests rejects.",
        )
    return Label(
        zh=f"若把 {count} 个「成员×事件」都当作独立观察，三种常用检验中有 {claimed} 种会宣称显著（最小 {smallest}）。",
        en=f"Had all {count} name-events been taken for independent, {_OF_THREE[claimed]} usual tests would have"
        f" claimed an effect (smallest {smallest}).",
    )


def answer_of_all(mainlines: Sequence[MainlineStudy]) -> Label:
    """Return one sentence per mainline."""
    told = [(in_sleeve(line.name, line.sleeve), line.primary) for line in mainlines]
    parts = [(name, brief_of(circle)) for name, circle in told]
    return Label(
        zh="；".join(f"{name.zh}：{word.zh}" for name, word in parts) + "。" if parts else NOTHING_TO_STUDY.zh,
        en="; ".join(f"{name.en}: {word.en}" for name, word in parts) + "." if parts else NOTHING_TO_STUDY.en,
    )


def brief_of(circle: CircleStudy | None) -> Label:
    """Return the finding in a few words."""
    window = circle.windows[0] if circle else None
    if window is None or window.caar is None:
        return Label(zh="没有可研究的事件", en="nothing to study")
    value, units = percent(window.caar), _units(window)
    word = {
        "moved": Label(zh="事件确有影响", en="moved by the events"),
        "not_shown": Label(zh="看不出影响", en="no effect shown"),
        "insufficient": Label(zh="数据不足", en="insufficient"),
    }[window.finding]
    return Label(zh=f"{word.zh}（{value}，{units.zh}）", en=f"{word.en} ({value}, {units.en})")


def _units(window: WindowStudy) -> Label:
    if window.blocks == window.events:
        return Label(zh=f"{window.events} 个事件", en=f"{window.events} event{'' if window.events == 1 else 's'}")
    return Label(
        zh=f"{window.events} 个事件合为 {window.blocks} 组",
        en=f"{window.events} events in {window.blocks} group{'' if window.blocks == 1 else 's'}",
    )


def _days(window: WindowStudy) -> Label:
    if window.first == window.last:
        return Label(zh=f"第 {window.first} 日", en=f"session {window.first}")
    return Label(zh=f"第 {window.first} 至 {window.last} 日", en=f"sessions {window.first} to {window.last}")


def _p(value: float | None) -> str:
    """Return ``p = 0.026``; what is smaller than a thousandth is only bounded."""
    if value is None:
        return "p –"
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"


def _joined(*parts: Label | None) -> Label:
    said = [part for part in parts if part is not None]
    return Label(zh="".join(part.zh for part in said), en=" ".join(part.en for part in said))
