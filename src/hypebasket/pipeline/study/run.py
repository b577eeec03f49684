"""A study from YAML and data to findings, tables and a page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hypebasket import __version__, rules
from hypebasket.ledger.result import DataSummary, Label
from hypebasket.ledger.study import MainlineStudy, StudyResult, StudyTerms
from hypebasket.market.data import MarketData
from hypebasket.pipeline.files import write_csv, write_json
from hypebasket.pipeline.identity import package_versions, run_id, source_hash
from hypebasket.pipeline.market import lay_out_sleeves
from hypebasket.pipeline.outcome import label, primary_circle
from hypebasket.pipeline.run import Job, prepare, symbols_of
from hypebasket.pipeline.sleeve import Sleeve
from hypebasket.pipeline.study.answer import answer_of, answer_of_all
from hypebasket.pipeline.study.files import STUDY_COLUMNS, abnormal_rows, cumulative_rows
from hypebasket.pipeline.study.findings import DETECTABLE, FEWEST_BLOCKS, HORIZON, CircleStudent, with_adjusted
from hypebasket.pipeline.study.request import FEWEST_RETURNS, StudyRequest
from hypebasket.pipeline.study.sample import Measured, Sample, take_sample
from hypebasket.report.labels import benchmark_label
from hypebasket.spec.basket import Basket
from hypebasket.spec.text import Circle, Currency
from hypebasket.stats.normal_returns import NormalModel
from hypebasket.stats.power import LEVEL

__all__ = ["Studied", "study"]

Say = Callable[[str], None]

NOTES = (
    Label(
        zh="第 1 日是收盘价里第一次能含有消息的交易日，基准是它前一日的收盘，与回测相同；"
        "成员圈以首个可交易开盘为决策时刻。",
        en="Session 1 is the first whose close can hold the news, and the base the close before it, as in a run; "
        "members are those of the circle at the first open that could be traded.",
    ),
    Label(
        zh="超额收益是对已发生之事的度量，不是可以拿到手的收益：涨停买不到，开盘已高。拿到手的见回测报告。",
        en="An abnormal return measures what happened, not what could be captured: boards were locked and opens were "
        "high. What could be captured is in the report of a run.",
    ),
)


@dataclass(frozen=True, slots=True)
class Studied:
    """What a study left: its result, its folder, and the page (if one was asked for)."""

    result: StudyResult
    folder: Path
    page: Path | None


def study(request: StudyRequest, say: Say) -> Studied:
    """Study every chosen basket, and write the study's folder."""
    job = prepare(request.as_run)
    say(f"data: {job.data.source}{' (SYNTHETIC / 合成数据)' if job.data.synthetic else ''}")
    history = -request.estimation.first + 1 - min(HORIZON[0], *(window.first for window in request.windows))
    sleeves = lay_out_sleeves(job.request, job.baskets, job.data, history=history)
    identity = run_id(_parameters(request, job, sleeves))
    folder = request.workspace / "reports" / identity
    lines, samples = [], []
    for sleeve in sleeves:
        for basket in job.baskets:
            line, sample = _mainline(basket, sleeve, job, request)
            lines.append(line)
            samples.append((basket, sample))
            say(f"studied {basket.id} in {sleeve.currency}")
    mainlines = _answered(lines)
    result = StudyResult(
        study_id=identity,
        synthetic=job.data.synthetic,
        data=_data(job.data, sleeves),
        terms=_terms(request),
        answer=answer_of_all(mainlines),
        mainlines=mainlines,
        notes=NOTES,
    )
    _write_tables(folder, samples)
    write_json(folder / "study.json", result.model_dump(mode="json"))
    made = datetime.now(UTC).isoformat(timespec="seconds")
    manifest = {"run_id": identity, "made_at": made, **_parameters(request, job, sleeves)}
    write_json(folder / "manifest.json", manifest)
    page = None
    if request.pages:
        from hypebasket.report.study import write_study

        page = write_study(result, folder)
    return Studied(result, folder, page)


Taken = tuple[Sample, tuple[Measured, ...]]


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


def _terms(request: StudyRequest) -> StudyTerms:
    return StudyTerms(
        model=request.model.value,
        estimation=(request.estimation.first, request.estimation.last),
        windows=tuple((window.first, window.last) for window in request.windows),
        locked=request.locked,
        fewest_returns=FEWEST_RETURNS,
        fewest_blocks=FEWEST_BLOCKS,
        detectable=DETECTABLE,
        level=LEVEL,
        draws=request.draws,
        seed=request.seed,
    )


def _data(data: MarketData, sleeves: Sequence[Sleeve]) -> DataSummary:
    own = [warning for sleeve in sleeves for warning in sleeve.panel.warnings]
    return DataSummary(
        source=data.source,
        synthetic=data.synthetic,
        first_session=min(sleeve.first for sleeve in sleeves),
        last_session=max(sleeve.last for sleeve in sleeves),
        content_hash=data.content_hash,
        rules=rules.version(),
        warnings=tuple(label(text) for text in (*data.warnings, *own)),
    )


def _write_tables(folder: Path, samples: Sequence[tuple[Basket, Taken | None]]) -> None:
    taken = [(basket.id, found) for basket, found in samples if found is not None]
    abnormal = [row for basket, (sample, _) in taken for row in abnormal_rows(basket, sample)]
    cumulative = [row for basket, (sample, measured) in taken for row in cumulative_rows(basket, sample, measured)]
    for name, rows in {"abnormal_returns": abnormal, "cumulative": cumulative}.items():
        write_csv(folder / f"{name}.csv", STUDY_COLUMNS[name], rows)


def _parameters(request: StudyRequest, job: Job, sleeves: Sequence[Sleeve]) -> dict[str, object]:
    """Return everything that can change a number of the study."""
    data, symbols = job.data, symbols_of(job.baskets)
    return {
        "study": _terms(request).model_dump(mode="json"),
        "baskets": [basket.model_dump(mode="json") for basket in job.baskets],
        "events": [event.model_dump(mode="json") for event in job.workspace.events],
        "instruments": [
            instrument.model_dump(mode="json")
            for symbol, instrument in sorted(data.instruments.items())
            if symbol in symbols
        ],
        "sleeves": [{"currency": each.currency, "start": each.first, "end": each.last} for each in sleeves],
        "members": request.members,
        "data": {"source": data.source, "synthetic": data.synthetic, "content": data.content_hash},
        "rules": rules.version(),
        "code": {"version": __version__, "sha256": source_hash()},
        "packages": package_versions(),
    }
