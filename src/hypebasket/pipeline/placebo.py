"""Placebo: the same strategy on what chance would have given it, and how rare the truth is among that.

Drawn are calendars without news, true events moved a little, baskets of names nobody tied to the mainline, and the
events of other mainlines (``pipeline.chance``); here the folder is written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from hypebasket.errors import UsageError
from hypebasket.ledger.placebo import PlaceboPair, PlaceboResult
from hypebasket.pipeline.chance import KINDS, Chance
from hypebasket.pipeline.crew import Crew
from hypebasket.pipeline.files import write_csv, write_json
from hypebasket.pipeline.ground import Ground
from hypebasket.pipeline.identity import run_id
from hypebasket.pipeline.job import Job, Say, parameters_of, prepare, seal, symbols_of, tell_source
from hypebasket.pipeline.market import lay_out_sleeves
from hypebasket.pipeline.outcome import label
from hypebasket.pipeline.request import RunRequest
from hypebasket.report.placebo import write_placebo

__all__ = ["KINDS", "FinishedPlacebo", "PlaceboRequest", "execute_placebo"]


@dataclass(frozen=True, slots=True)
class PlaceboRequest:
    """One call of ``hypebasket placebo``: a run, and how often each kind of chance is drawn."""

    run: RunRequest
    chance: Chance = field(default_factory=Chance)
    kinds: tuple[str, ...] = KINDS
    jobs: int = 1
    cluster: str | None = None

    @property
    def takes_the_whole_market(self) -> bool:
        """Whether stocks are drawn that no basket names."""
        return "baskets" in self.kinds


@dataclass(frozen=True, slots=True)
class FinishedPlacebo:
    """What a placebo left: its result, its folder, and its page (if pages were asked for)."""

    result: PlaceboResult
    folder: Path
    index: Path | None


def execute_placebo(request: PlaceboRequest, say: Say) -> FinishedPlacebo:
    """Compare what was captured with chance, and write the placebo's folder."""
    job = prepare(request.run, whole_market=request.takes_the_whole_market)
    return carry_out(job, request, say, named=symbols_of(list(job.workspace.baskets.values())))


def carry_out(
    job: Job,
    request: PlaceboRequest,
    say: Say,
    *,
    named: Collection[str],
    folder: Path | None = None,
    identity: str | None = None,
) -> FinishedPlacebo:
    """Compare a job with chance, and write the folder that its identity names, unless told otherwise.

    ``named`` are the symbols that are no control names: some basket of the workspace holds them.
    """
    data = job.data
    sleeves, chance = lay_out_sleeves(job.request, job.baskets, data), request.chance
    ground = Ground(job, sleeves, chance, named=named)
    stated = job.workspace.instruments if request.takes_the_whole_market else ()
    parameters = {
        **parameters_of(job, sleeves, beside=stated),
        "placebo": {"draws": chance.draws, "other_draws": chance.other_draws, "kinds": request.kinds},
        "seed": chance.seed,
        "named": sorted(named) if request.takes_the_whole_market else None,
    }
    identity = identity or run_id(parameters)
    folder = folder or job.request.workspace / "reports" / f"placebo-{identity}"
    tell_source(data, say)
    _tell_what_is_left_out(ground, say)
    crew = Crew(request.jobs, request.cluster)
    told = tuple(_compared(ground, number, request.kinds, crew, say) for number in range(len(ground.pairs)))
    result = PlaceboResult(
        placebo_id=identity,
        synthetic=data.synthetic,
        source=data.source,
        content_hash=data.content_hash,
        first_session=min(sleeve.first for sleeve in sleeves).isoformat(),
        last_session=max(sleeve.last for sleeve in sleeves).isoformat(),
        seed=chance.seed,
        pairs=told,
    )
    written = [
        write_json(folder / "result.json", result.model_dump(mode="json")),
        write_csv(folder / "placebo.csv", _COLUMNS, _rows(result)),
    ]
    index = write_placebo(result, folder) if job.request.pages else None
    seal(job, folder, identity, parameters, [*written, index], verb="placebo")
    return FinishedPlacebo(result, folder, index)


def _tell_what_is_left_out(ground: Ground, say: Say) -> None:
    """Say which strategies do not act on events; refuse where none does."""
    acting = {pair.strategy.id for pair in ground.pairs}
    if not acting:
        raise UsageError(
            "no strategy here acts on events, so there is nothing to compare",
            "choose one that does, e.g. -s event-drift",
        )
    for strategy in ground.job.strategies:
        if strategy.id not in acting:
            say(f"{strategy.id} does not act on events: left out")


def _compared(ground: Ground, number: int, kinds: Sequence[str], crew: Crew, say: Say) -> PlaceboPair:
    """Compare one pair with every kind of chance."""
    pair = ground.pairs[number]
    tests = []
    for kind in kinds:
        tests.append(ground.compare(number, kind, crew))
        drawn = f"{tests[-1].draws:,} draws" if tests[-1].refused is None else tests[-1].refused.en
        say(f"{pair.basket.id} × {pair.strategy.id} in {pair.sleeve.currency}, {kind}: {drawn}")
    return PlaceboPair(
        basket=pair.basket.id,
        basket_name=label(pair.basket.name),
        strategy=pair.strategy.id,
        strategy_name=label(pair.strategy.name),
        sleeve=pair.sleeve.currency,
        members=pair.circle.value,
        benchmark=pair.benchmark.symbol if pair.benchmark.levels else None,
        window=pair.strategy.window,
        events=len(pair.true),
        observed=pair.observed,
        tests=tuple(tests),
    )


_COLUMNS: Final = (
    "basket", "strategy", "sleeve", "members", "benchmark", "events", "observed", "kind", "draws", "mean", "percentile",
    "p_value", "refused",
)  # fmt: skip


def _rows(result: PlaceboResult) -> Iterator[Sequence[object]]:
    for pair in result.pairs:
        for test in pair.tests:
            yield (
                pair.basket, pair.strategy, pair.sleeve, pair.members, pair.benchmark, pair.events, pair.observed,
                test.kind, test.draws, test.mean, test.percentile, test.p_value, test.refused and test.refused.en,
            )  # fmt: skip
