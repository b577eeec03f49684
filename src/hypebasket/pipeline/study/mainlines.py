"""Every basket of a job studied: for a study of its own, or as the first thing a run says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hypebasket.ledger.result import Label, MainlineFinding
from hypebasket.ledger.study import MainlineStudy
from hypebasket.market.data import MarketData
from hypebasket.pipeline.job import Job
from hypebasket.pipeline.market import lay_out_sleeves
from hypebasket.pipeline.outcome import label, primary_circle
from hypebasket.pipeline.sleeve import Sleeve
from hypebasket.pipeline.study.answer import NAIVE, answer_of, brief_of
from hypebasket.pipeline.study.findings import HORIZON, CircleStudent, with_adjusted
from hypebasket.pipeline.study.request import StudyRequest
from hypebasket.pipeline.study.sample import Measured, Sample, take_sample
from hypebasket.report.labels import benchmark_label
from hypebasket.spec.basket import Basket
from hypebasket.spec.text import Circle, Currency
from hypebasket.stats.normal_returns import NormalModel

__all__ = ["Studied", "findings_of", "study_mainlines", "study_sleeves"]

Taken = tuple[Sample, tuple[Measured, ...]]


@dataclass(frozen=True, slots=True)
class Studied:
    """One basket studied on one sleeve; ``taken`` is what was measured, where anything was."""

    basket: Basket
    line: MainlineStudy
    taken: Taken | None


def study_sleeves(job: Job, request: StudyRequest) -> tuple[Sleeve, ...]:
    """Lay out a job's sleeves with the sessions before them that normal returns are estimated on."""
    history = -request.estimation.first + 1 - min(HORIZON[0], *(window.first for window in request.windows))
    return tuple(lay_out_sleeves(job.request, job.baskets, job.data, history=history))


def study_mainlines(job: Job, sleeves: Sequence[Sleeve], request: StudyRequest) -> list[Studied]:
    """Study every basket on every sleeve; tests of the circles that lead are adjusted for each other."""
    made = [(basket, *_mainline(basket, sleeve, job, request)) for sleeve in sleeves for basket in job.baskets]
    lines = _answered([line for _, line, _ in made])
    return [Studied(basket, line, taken) for (basket, _, taken), line in zip(made, lines, strict=True)]


def findings_of(job: Job) -> tuple[MainlineFinding, ...]:
    """Return whether the events moved the baskets of a run, by a study in its usual terms."""
    request = StudyRequest.of(job.request)
    return tuple(_finding(each.line) for each in study_mainlines(job, study_sleeves(job, request), request))


def _finding(line: MainlineStudy) -> MainlineFinding:
    circle = line.primary
    found = MainlineFinding(basket=line.basket, sleeve=line.sleeve, answer=line.answer, brief=brief_of(circle))
    window = circle.windows[0] if circle else None
    if circle is None or window is None or window.caar is None:
        return found
    claimed = (window.tests[name].p_value for name in NAIVE)
    return found.model_copy(
        update={
            "finding": window.finding,
            "members": circle.circle,
            "first": window.first,
            "last": window.last,
            "events": window.events,
            "blocks": window.blocks,
            "name_events": window.name_events,
            "caar": window.caar,
            "interval": window.interval,
            "p_value": window.tests["event_bootstrap"].holm,
            "naive": min((p_value for p_value in claimed if p_value is not None), default=None),
            "detectable": window.detectable,
        }
    )


def _mainline(basket: Basket, sleeve: Sleeve, job: Job, request: StudyRequest) -> tuple[MainlineStudy, Taken | None]:
    """Study one basket on one sleeve, in all three circles."""
    symbol = basket.benchmarks.get(Currency(sleeve.currency))
    named = MainlineStudy(
        basket=basket.id,
        name=label(basket.name),
        mainline=basket.mainline,
        sleeve=sleeve.currency,
        benchmark=symbol,
        undocumented=not any(stock.documented for stock in basket.stocks),
        circles=(),
        answer=Label(zh="没有研究。", en="Not studied."),
    )
    note = _why_not(basket, sleeve, job.data, request)
    if note is not None:
        return named.model_copy(update={"answer": note, "note": note}), None
    sample = take_sample(basket, sleeve, job.workspace.events, job.data, request)
    measured = tuple(sample.measure(window) for window in request.windows)
    leading = primary_circle(basket, None, request.members)
    key = f"{basket.id}/{sleeve.currency}"
    circles = tuple(
        CircleStudent(sample, circle, request, key).study(measured, primary=circle is leading) for circle in Circle
    )
    note = _past_the_calendar(sample.unmapped)
    return named.model_copy(update={"circles": circles, "note": note}), (sample, measured)


def _why_not(basket: Basket, sleeve: Sleeve, data: MarketData, request: StudyRequest) -> Label | None:
    """Return why a basket cannot be studied on a sleeve."""
    if not any(stock.symbol in sleeve.panel.column_of for stock in basket.stocks):
        return Label(
            zh=f"数据中没有它在 {sleeve.currency} 仓位的成员。",
            en=f"The data has no member of it in {sleeve.currency}.",
        )
    if request.model is NormalModel.MEAN:
        return None
    symbol = basket.benchmarks.get(Currency(sleeve.currency))
    if symbol is None:
        return Label(
            zh=f"篮子没有为 {sleeve.currency} 指定基准；可用 --model mean。",
            en=f"The basket names no benchmark for {sleeve.currency}; --model mean needs none.",
        )
    if not (data.indices["symbol"] == symbol).any():
        name = benchmark_label(symbol)
        return Label(
            zh=f"数据中没有基准 {name.zh} {symbol}；可用 --model mean。",
            en=f"The data has no levels of the benchmark {name.en} {symbol}; --model mean needs none.",
        )
    return None


def _past_the_calendar(events: Sequence[str]) -> Label | None:
    if not events:
        return None
    return Label(
        zh=f"晚于已公布的交易日历，未纳入：{'、'.join(events)}",
        en=f"Past the end of the published calendar, left out: {', '.join(events)}",
    )


def _answered(lines: Sequence[MainlineStudy]) -> tuple[MainlineStudy, ...]:
    """Adjust the tests of the primary circles for each other, and put the outcome in words."""
    leading = [line.primary for line in lines if line.primary is not None]
    adjusted = iter(with_adjusted(leading))
    answered = []
    for line in lines:
        if line.primary is None:
            answered.append(line)
            continue
        primary = next(adjusted)
        circles = tuple(primary if circle.primary else circle for circle in line.circles)
        answered.append(line.model_copy(update={"circles": circles, "answer": answer_of(primary)}))
    return tuple(answered)
