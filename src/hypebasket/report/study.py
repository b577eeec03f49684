"""The page of an event study, ``study.html``: one self-contained file, readable with the network off."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hypebasket.files import write_atomically
from hypebasket.ledger.result import Label
from hypebasket.ledger.study import CircleStudy, MainlineStudy, StudyResult, TestName, WindowStudy
from hypebasket.report import labels
from hypebasket.report.caar_chart import CaarChart, draw_caar, shared_scale
from hypebasket.report.figures import p_value
from hypebasket.report.fonts import page_fonts
from hypebasket.report.html import environment

__all__ = ["write_study"]


@dataclass(frozen=True, slots=True)
class Line:
    """One mainline as the page shows it."""

    study: MainlineStudy
    name: Label
    primary: CircleStudy | None
    chart: CaarChart | None

    @property
    def key(self) -> str:
        """Identifier in the page."""
        return f"{self.study.basket}-{self.study.sleeve}"


@dataclass(frozen=True, slots=True)
class Column:
    """A test as a column of the page: whether it takes every member for an independent observation."""

    name: TestName
    title: Label
    naive: bool


COLUMNS = (
    Column("cross_sectional_t", Label(zh="截面 t", en="cross-sectional t"), naive=True),
    Column("patell", Label(zh="Patell", en="Patell"), naive=True),
    Column("bmp", Label(zh="BMP", en="BMP"), naive=True),
    Column("kolari_pynnonen", Label(zh="KP 校正", en="Kolari-Pynnönen"), naive=False),
    Column("generalised_rank", Label(zh="广义秩", en="generalised rank"), naive=False),
    Column("event_t", Label(zh="事件 t", en="event t"), naive=False),
    Column("event_bootstrap", Label(zh="事件自助法", en="event bootstrap"), naive=False),
)


MODELS = {
    "market": Label(zh="市场模型（α + β × 基准）", en="market model (alpha + beta × benchmark)"),
    "adjusted": Label(zh="市场调整（减基准）", en="market-adjusted (return less benchmark)"),
    "mean": Label(zh="均值调整（减自身均值）", en="mean-adjusted (return less own mean)"),
}


def write_study(result: StudyResult, folder: Path) -> Path:
    """Write ``study.html`` into ``folder`` and return its path; the same result gives the same bytes."""
    paths = [line.primary.anatomy.path for line in result.mainlines if line.primary and line.primary.anatomy]
    scale = shared_scale(paths)
    lines = [_line(study, scale) for study in result.mainlines]
    html = environment().get_template("study.html.jinja").render(
        result=result,
        lines=lines,
        columns=COLUMNS,
        findings=labels.FINDINGS,
        models=MODELS,
        labels=labels,
        p_value=p_value,
        claimed=claimed,
        level=result.terms.level,
    )  # fmt: skip
    return write_atomically(folder / "study.html", html.replace("/*fonts*/", page_fonts(html), 1).encode())


def _line(study: MainlineStudy, scale: tuple[float, float] | None) -> Line:
    primary = study.primary
    path = primary.anatomy.path if primary and primary.anatomy else ()
    chart = draw_caar(path, scale) if path and scale else None
    return Line(study, labels.in_sleeve(study.name, study.sleeve), primary, chart)


def claimed(window: WindowStudy, level: float) -> int:
    """Count the tests that would have claimed an effect, had every member been alone."""
    values = [window.tests[column.name].p_value for column in COLUMNS if column.naive]
    return sum(value is not None and value <= level for value in values)
