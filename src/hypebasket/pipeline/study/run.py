"""A study from YAML and data to findings, tables and a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hypebasket import rules
from hypebasket.ledger.result import DataSummary, Label
from hypebasket.ledger.study import StudyResult, StudyTerms
from hypebasket.market.data import MarketData
from hypebasket.pipeline.files import write_csv, write_json
from hypebasket.pipeline.identity import run_id
from hypebasket.pipeline.job import Job, Say, parameters_of, prepare, seal, tell_source
from hypebasket.pipeline.outcome import label
from hypebasket.pipeline.sleeve import Sleeve
from hypebasket.pipeline.study.answer import answer_of_all
from hypebasket.pipeline.study.files import STUDY_COLUMNS, abnormal_rows, cumulative_rows
from hypebasket.pipeline.study.findings import DETECTABLE, FEWEST_BLOCKS
from hypebasket.pipeline.study.mainlines import Studied, study_mainlines, study_sleeves
from hypebasket.pipeline.study.request import FEWEST_RETURNS, StudyRequest
from hypebasket.stats.power import LEVEL

__all__ = ["FinishedStudy", "study"]

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
class FinishedStudy:
    """What a study left: its result, its folder, and the page (if one was asked for)."""

    result: StudyResult
    folder: Path
    page: Path | None


def study(request: StudyRequest, say: Say) -> FinishedStudy:
    """Study every chosen basket, and write the study's folder."""
    return carry_out(replace(prepare(request.as_run), strategies=()), request, say)


def carry_out(
    job: Job, request: StudyRequest, say: Say, *, folder: Path | None = None, identity: str | None = None
) -> FinishedStudy:
    """Study a job's baskets, and write the folder that its identity names, unless told otherwise."""
    tell_source(job.data, say)
    sleeves = study_sleeves(job, request)
    parameters = _parameters(request, job, sleeves)
    identity = identity or run_id(parameters)
    folder = folder or job.request.workspace / "reports" / f"study-{identity}"
    studied = study_mainlines(job, sleeves, request)
    mainlines = tuple(each.line for each in studied)
    for line in mainlines:
        say(f"studied {line.basket} in {line.sleeve}")
    result = StudyResult(
        study_id=identity,
        synthetic=job.data.synthetic,
        data=_data(job.data, sleeves),
        terms=_terms(request),
        answer=answer_of_all(mainlines),
        mainlines=mainlines,
        notes=NOTES,
    )
    written = [*_write_tables(folder, studied), write_json(folder / "study.json", result.model_dump(mode="json"))]
    page = None
    if request.pages:
        from hypebasket.report.study import write_study

        page = write_study(result, folder)
    seal(job, folder, identity, parameters, [*written, page], verb="study")
    return FinishedStudy(result, folder, page)


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


def _write_tables(folder: Path, studied: Sequence[Studied]) -> list[Path]:
    taken = [(each.basket.id, each.taken) for each in studied if each.taken is not None]
    abnormal = [row for basket, (sample, _) in taken for row in abnormal_rows(basket, sample)]
    cumulative = [row for basket, (sample, measured) in taken for row in cumulative_rows(basket, sample, measured)]
    tables = {"abnormal_returns": abnormal, "cumulative": cumulative}
    return [write_csv(folder / f"{name}.csv", STUDY_COLUMNS[name], rows) for name, rows in tables.items()]


def _parameters(request: StudyRequest, job: Job, sleeves: Sequence[Sleeve]) -> dict[str, object]:
    """Return everything that can change a number of the study: that of a run but its money, and the study's terms."""
    return {
        **parameters_of(job, sleeves),
        "capital": None,
        "study": _terms(request).model_dump(mode="json"),
    }
