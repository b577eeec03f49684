"""A folder made again from its manifest, by the verb that made it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter, ValidationError

from hypebasket.errors import DamagedDataError
from hypebasket.ledger.study import StudyTerms
from hypebasket.market.data import MarketData
from hypebasket.pipeline import capacity, placebo, run, sweep
from hypebasket.pipeline.chance import Chance
from hypebasket.pipeline.job import Job, Say, symbols_of
from hypebasket.pipeline.manifest import RUN, RunManifest
from hypebasket.pipeline.study import run as study
from hypebasket.pipeline.study.request import StudyRequest, Window
from hypebasket.pipeline.supply import supply_again
from hypebasket.spec.grid import Axis
from hypebasket.spec.workspace import Workspace
from hypebasket.stats.normal_returns import NormalModel

__all__ = ["data_of", "job_of", "remake", "takes_the_whole_market"]

T = TypeVar("T")


def data_of(manifest: RunManifest, workspace: Path) -> MarketData | None:
    """Return the data a folder was made from; ``None`` where it is no longer here."""
    symbols = None if takes_the_whole_market(manifest) else symbols_of(manifest.baskets)
    return supply_again(workspace, manifest.facts["data"]["content"], symbols)


def takes_the_whole_market(manifest: RunManifest) -> bool:
    """Whether stocks were drawn that no basket names."""
    return manifest.facts.get("named") is not None


def job_of(manifest: RunManifest, workspace: Path, data: MarketData, root: Path, *, pages: bool) -> Job:
    """Return what a folder was made from as a job again; own classes are laid out below ``root``, not the workspace."""
    manifest.write_own_sources(root)
    specs = Workspace(
        root=root,
        baskets={each.id: each for each in manifest.baskets},
        strategies={each.id: each for each in manifest.strategies},
        events=manifest.events,
        publications={},
        instruments=manifest.instruments,
    )
    same_data = replace(data, instruments={**data.instruments, **manifest.instruments})
    request = manifest.request(workspace, pages=pages)
    return Job(request, specs, manifest.baskets, manifest.strategies, same_data)


def remake(manifest: RunManifest, job: Job, folder: Path, say: Say) -> None:
    """Make a folder again, elsewhere; raises ``HypebasketError`` where it cannot be."""
    if manifest.verb not in _MAKERS:
        raise DamagedDataError(f"{manifest.path}: verb '{manifest.verb}' is not known", "make it again with its verb")
    _MAKERS[manifest.verb](manifest, job, folder, say)


@dataclass(frozen=True, slots=True)
class _PlaceboTerms:
    draws: int
    other_draws: int
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _SweepTerms:
    values: dict[str, Any]
    axes: tuple[tuple[str, tuple[Any, ...]], ...]
    random: int | None
    metric: str
    top: int
    folds: int
    embargo: int


@dataclass(frozen=True, slots=True)
class _Noted:
    """What a sweep notes: how many configurations had been tried when it was judged."""

    tried: int


def _run(manifest: RunManifest, job: Job, folder: Path, say: Say) -> None:
    run.carry_out(job, say, folder=folder, identity=manifest.run_id)


def _capacity(manifest: RunManifest, job: Job, folder: Path, say: Say) -> None:
    amounts = _read(list[int], manifest, "amounts")
    capacity.carry_out(job, say, amounts, folder=folder, identity=manifest.run_id)


def _placebo(manifest: RunManifest, job: Job, folder: Path, say: Say) -> None:
    terms = _read(_PlaceboTerms, manifest, "placebo")
    seed = _read(int, manifest, "seed")
    named = _read(list[str], manifest, "named") if takes_the_whole_market(manifest) else []
    chance = Chance(terms.draws, terms.other_draws, seed)
    request = placebo.PlaceboRequest(job.request, chance, terms.kinds)
    placebo.carry_out(job, request, say, named=named, folder=folder, identity=manifest.run_id)


def _sweep(manifest: RunManifest, job: Job, folder: Path, say: Say) -> None:
    terms = _read(_SweepTerms, manifest, "sweep")
    request = sweep.SweepRequest(
        job.request,
        tuple(Axis(tuple(name.split(".")), values) for name, values in terms.axes),
        random=terms.random,
        seed=_read(int, manifest, "seed"),
        metric=terms.metric,
        top=terms.top,
        folds=terms.folds,
        embargo=terms.embargo,
    )
    field = sweep.Field(request, job, terms.values)
    sweep.carry_out(field, say, folder=folder, identity=manifest.run_id, tried=_read(_Noted, manifest, "noted").tried)


def _study(manifest: RunManifest, job: Job, folder: Path, say: Say) -> None:
    terms = _read(StudyTerms, manifest, "study")
    request = StudyRequest.of(
        job.request,
        model=NormalModel(terms.model),
        estimation=Window(*terms.estimation),
        windows=tuple(Window(*window) for window in terms.windows),
        locked=terms.locked,
        seed=terms.seed,
        draws=terms.draws,
    )
    study.carry_out(job, request, say, folder=folder, identity=manifest.run_id)


_MAKERS: Final[Mapping[str, Callable[[RunManifest, Job, Path, Say], None]]] = {
    RUN: _run,
    "capacity": _capacity,
    "placebo": _placebo,
    "study": _study,
    "sweep": _sweep,
}


def _read(kind: type[T], manifest: RunManifest, name: str) -> T:
    """Return a fact of a manifest as what it has to be."""
    try:
        return TypeAdapter(kind).validate_json(json.dumps(manifest.facts.get(name)))
    except ValidationError as error:
        fault = error.errors()[0]["msg"]
        raise DamagedDataError(f"{manifest.path}: {name}: {fault}", "make it again with its verb") from error
