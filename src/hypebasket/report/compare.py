"""The page of ``hypebasket compare``: runs side by side, and in what they differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypebasket.files import write_atomically
from hypebasket.ledger.result import CircleResult, EventResult, Label, RunResult, StrategySummary
from hypebasket.report import labels
from hypebasket.report.charts import rebased
from hypebasket.report.fonts import page_fonts
from hypebasket.report.html import environment, script_json
from hypebasket.report.views import Hero, build_page
from hypebasket.report.waterfall import Scale, place, scale_of

__all__ = ["ComparedRun", "Group", "compare_view", "write_comparison"]


@dataclass(frozen=True, slots=True)
class ComparedRun:
    """A run under its letter, with the address of its own page seen from the comparison (``None``: not made)."""

    letter: str
    result: RunResult
    page: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """One run's basket × strategy in its primary circle; ``hero`` is blank for a strategy without a trigger."""

    run: ComparedRun
    strategy: StrategySummary
    result: CircleResult
    hero: Hero | None

    @property
    def key(self) -> str:
        """Identifier of the line in the page."""
        return f"{self.run.letter}--{self.strategy.id}"


@dataclass(frozen=True, slots=True)
class Group:
    """One basket in one sleeve: its lines over all runs, and its events with the outcome in each triggered line."""

    key: str
    name: Label
    lines: tuple[Line, ...]
    events: tuple[tuple[EventResult, tuple[EventResult | None, ...]], ...]

    @property
    def triggered(self) -> tuple[Line, ...]:
        """The lines whose strategy acts on events."""
        return tuple(line for line in self.lines if line.strategy.triggered)


@dataclass(frozen=True, slots=True)
class Fact:
    """One property of the runs, in their order, and whether they differ in it."""

    label: Label
    values: tuple[str, ...]

    @property
    def differs(self) -> bool:
        """Whether not all runs have the same."""
        return len(set(self.values)) > 1


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything the template reads."""

    runs: tuple[ComparedRun, ...]
    facts: tuple[Fact, ...]
    groups: tuple[Group, ...]
    scale: Scale

    @property
    def synthetic(self) -> bool:
        """Whether any of the runs was made from synthetic data."""
        return any(run.result.synthetic for run in self.runs)


def write_comparison(runs: Sequence[ComparedRun], path: Path) -> Path:
    """Write the page that shows ``runs`` side by side; the same results give the same bytes."""
    view = compare_view(runs)
    html = environment().get_template("compare.html.jinja").render(
        view=view, labels=labels, place=place, data=script_json(_chart_data(view))
    )  # fmt: skip
    return write_atomically(path, html.replace("/*fonts*/", page_fonts(html), 1).encode())


def compare_view(runs: Sequence[ComparedRun]) -> Comparison:
    """Arrange runs for the page."""
    lines = [line for run in runs for line in _lines(run)]
    keys = dict.fromkeys((line.result.basket, line.result.sleeve) for line in lines)
    groups = tuple(_group(key, lines) for key in keys)
    numbers = [
        number
        for group in groups
        for _, outcomes in group.events
        for event in outcomes
        if event
        for number in (event.headline, event.captured)
        if number is not None
    ]
    return Comparison(tuple(runs), tuple(_facts(runs)), groups, scale_of(numbers))


def _lines(run: ComparedRun) -> Iterator[Line]:
    page = build_page(run.result, {})
    heroes = {hero.pair.key: hero for hero in page.heroes}
    for pair in page.pairs:
        yield Line(run, pair.strategy, pair.result, heroes.get(pair.key) if pair.strategy.triggered else None)


def _group(key: tuple[str, str], lines: Sequence[Line]) -> Group:
    own = tuple(line for line in lines if (line.result.basket, line.result.sleeve) == key)
    triggered = [line for line in own if line.strategy.triggered]
    outcomes = [{event.event_id: event for event in line.result.events if not event.excluded} for line in triggered]
    known = {event_id: event for found in outcomes for event_id, event in found.items()}
    in_order = sorted(known.values(), key=lambda event: (event.at, event.event_id))
    events = tuple((event, tuple(found.get(event.event_id) for found in outcomes)) for event in in_order)
    basket = next(each for each in own[0].run.result.baskets if each.id == key[0])
    return Group("--".join(key), labels.in_sleeve(basket.name, key[1]), own, events)


def _facts(runs: Sequence[ComparedRun]) -> Iterator[Fact]:
    for label, value in FACTS:
        yield Fact(label, tuple(value(run.result) for run in runs))


def _primary(result: RunResult) -> Iterator[CircleResult]:
    yield from (one for one in result.results if one.primary)


def _listed(values: Iterable[object]) -> str:
    return ", ".join(dict.fromkeys(map(str, values)))


FACTS: tuple[tuple[Label, Callable[[RunResult], str]], ...] = (
    (Label(zh="数据", en="Data"), lambda run: run.data.source),
    (
        Label(zh="真实或合成", en="Real or synthetic"),
        lambda run: "SYNTHETIC / 合成" if run.synthetic else "real / 真实",
    ),
    (Label(zh="数据快照", en="Data snapshot"), lambda run: run.data.content_hash[:12]),
    (Label(zh="规则版本", en="Rules version"), lambda run: run.data.rules),
    (Label(zh="交易日", en="Sessions"), lambda run: f"{run.data.first_session} – {run.data.last_session}"),
    (Label(zh="篮子", en="Baskets"), lambda run: _listed(basket.id for basket in run.baskets)),
    (Label(zh="策略", en="Strategies"), lambda run: _listed(strategy.id for strategy in run.strategies)),
    (Label(zh="成交规则", en="Fill policy"), lambda run: _listed(strategy.fills for strategy in run.strategies)),
    (Label(zh="窗口", en="Window"), lambda run: _listed(strategy.window_sessions for strategy in run.strategies)),
    (Label(zh="首要成员圈", en="Primary circle"), lambda run: _listed(one.members for one in _primary(run))),
    (
        Label(zh="本金", en="Capital"),
        lambda run: _listed(f"{one.initial_cash:,.2f} {one.currency}" for one in _primary(run)),
    ),
)
"""The properties that runs are compared in."""


def _chart_data(view: Comparison) -> dict[str, Any]:
    return {
        "groups": {
            group.key: [
                {
                    "name": {
                        "zh": f"{line.run.letter} {line.strategy.name.zh}",
                        "en": f"{line.run.letter} {line.strategy.name.en}",
                    },
                    "days": [point.session.isoformat() for point in line.result.curve],
                    "own": rebased(line.result)[0],
                }
                for line in group.lines
                if line.result.curve
            ]
            for group in view.groups
        }
    }
