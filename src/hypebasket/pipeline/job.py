"""A job: what was asked for made ready to be worked on, and all that can change its numbers, hashed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

from hypebasket import __version__, rules
from hypebasket.errors import UsageError
from hypebasket.market.data import MarketData
from hypebasket.pipeline.identity import file_hash, package_versions, source_hash
from hypebasket.pipeline.manifest import write_manifest
from hypebasket.pipeline.market import fund
from hypebasket.pipeline.pairings import pairings, why_refused
from hypebasket.pipeline.request import RunRequest
from hypebasket.pipeline.sleeve import Sleeve
from hypebasket.pipeline.supply import data_files, supply
from hypebasket.spec.basket import Basket
from hypebasket.spec.layout import EVENTS, INSTRUMENTS, PUBLICATIONS, yaml_files
from hypebasket.spec.strategy import Strategy
from hypebasket.spec.workspace import Workspace, load_workspace

__all__ = [
    "PLACEBO_SEED",
    "Job",
    "Say",
    "funded",
    "parameters_of",
    "prepare",
    "seal",
    "symbols_of",
    "tell_source",
    "with_instruments",
]

DEFAULT_BASKETS = ("compute", "application", "regulation")
DEFAULT_STRATEGIES = ("buy-and-hold", "event-drift")

PLACEBO_SEED = 0
"""Of a run's random calendars; another seed is asked of ``hypebasket placebo``."""

Say = Callable[[str], None]
S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Job:
    """A run made ready: what was asked for, the specs that came to, and the data with the instruments that hold."""

    request: RunRequest
    workspace: Workspace
    baskets: tuple[Basket, ...]
    strategies: tuple[Strategy, ...]
    data: MarketData


def prepare(request: RunRequest, *, whole_market: bool = False) -> Job:
    """Read the workspace and the data that a request asks for, or with ``whole_market`` all data there is."""
    workspace = load_workspace(request.workspace)
    baskets = _chosen("basket", request.baskets or _usual(DEFAULT_BASKETS, workspace.baskets), workspace.baskets)
    strategies = _chosen(
        "strategy", request.strategies or _usual(DEFAULT_STRATEGIES, workspace.strategies), workspace.strategies
    )
    data = with_instruments(
        supply(request.workspace, request.data, None if whole_market else symbols_of(baskets)), workspace
    )
    return Job(request, workspace, baskets, strategies, data)


def tell_source(data: MarketData, say: Say) -> None:
    """Say where the data comes from, and if it is none of the market."""
    say(f"data: {data.source}{' (SYNTHETIC / 合成数据)' if data.synthetic else ''}")


def funded(job: Job, sleeves: Sequence[Sleeve]) -> Iterator[tuple[Basket, Strategy, Sleeve]]:
    """Yield what is run, sleeve by sleeve: every basket × strategy with the sleeve's part of its capital.

    A sleeve whose law refuses the strategy takes no part, and no capital.
    """
    plan = [
        (basket, strategy, fund([each for each in sleeves if not why_refused(strategy, each.currency)], basket))
        for basket, strategy in pairings(job.baskets, job.strategies)
    ]
    for sleeve in sleeves:
        for basket, strategy, parts in plan:
            own = next((each for each in parts if each.currency == sleeve.currency), None)
            if own is not None:
                yield basket, strategy, own


def _usual(names: Sequence[str], known: Mapping[str, S]) -> tuple[str, ...]:
    """Return the names a run without arguments takes: the usual ones that are there, else all."""
    return tuple(name for name in names if name in known) or tuple(known)


def _chosen(kind: str, wanted: Sequence[str], known: Mapping[str, S]) -> tuple[S, ...]:
    for name in wanted:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean '{near[0]}'?" if near else f"there are: {', '.join(known)}"
            raise UsageError(f"{kind} '{name}' is not in this workspace", hint)
    return tuple(known[name] for name in dict.fromkeys(wanted))


def symbols_of(baskets: Sequence[Basket]) -> set[str]:
    """Return every symbol that baskets need data of: their members and their benchmarks."""
    stocks = {stock.symbol for basket in baskets for stock in basket.stocks}
    return stocks | {symbol for basket in baskets for symbol in basket.benchmarks.values()}


def with_instruments(data: MarketData, workspace: Workspace) -> MarketData:
    """Let the workspace's instrument table, which is cited, override the data's."""
    return replace(data, instruments={**data.instruments, **workspace.instruments})


def parameters_of(job: Job, sleeves: Sequence[Sleeve], *, beside: Collection[str] = ()) -> dict[str, object]:
    """Return everything that can change a number of the run, resolved.

    ``beside``: symbols that play a part although no basket of the job names them.
    """
    request, workspace, data = job.request, job.workspace, job.data
    symbols = symbols_of(job.baskets).union(beside)
    return {
        "baskets": [basket.model_dump(mode="json") for basket in job.baskets],
        "strategies": [strategy.model_dump(mode="json", by_alias=True) for strategy in job.strategies],
        "own_classes": {name: file_hash(path) for name, path in _own_files(job).items()},
        "events": [event.model_dump(mode="json") for event in workspace.events],
        "instruments": [
            instrument.model_dump(mode="json")
            for symbol, instrument in sorted(data.instruments.items())
            if symbol in symbols
        ],
        "sleeves": [{"currency": each.currency, "start": each.first, "end": each.last} for each in sleeves],
        "capital": request.capital,
        "members": request.members,
        "data": {"source": data.source, "synthetic": data.synthetic, "content": data.content_hash},
        "rules": rules.version(),
        "code": {"version": __version__, "sha256": source_hash()},
        "packages": package_versions(),
        "placebo": request.placebo,
        "seed": PLACEBO_SEED if request.placebo else None,
        "study": request.study,
    }


def _resolved(job: Job) -> RunRequest:
    """Return the request with the baskets and strategies it came to."""
    baskets, strategies = (tuple(each.id for each in group) for group in (job.baskets, job.strategies))
    return replace(job.request, baskets=baskets, strategies=strategies)


def _own_files(job: Job) -> dict[str, Path]:
    """Return the file of each own class by its name in the workspace."""
    names = (strategy.own_class.partition(":")[0] for strategy in job.strategies if strategy.own_class)
    return {name: job.workspace.root / name for name in names}


def seal(
    job: Job,
    folder: Path,
    identity: str,
    parameters: Mapping[str, object],
    written: Iterable[Path | None],
    *,
    verb: str,
    noted: Mapping[str, object] | None = None,
) -> Path:
    """Write the manifest of a finished folder: what it was made from, and a seal on the files that were ``written``.

    ``None`` stands for a page nobody asked for.
    """
    return write_manifest(
        folder,
        identity,
        parameters,
        verb=verb,
        request=_resolved(job),
        inputs=_input_hashes(job),
        own_sources=_own_sources(job),
        noted=noted or {},
        written=[path for path in written if path is not None],
    )


def _own_sources(job: Job) -> dict[str, str]:
    """Return the text of every own class's file by its name in the workspace."""
    return {name: _text_of(path) for name, path in _own_files(job).items()}


def _text_of(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise UsageError(f"{path.name}: not UTF-8 text: {error.reason}", "save the file as UTF-8") from error


def _input_hashes(job: Job) -> dict[str, str]:
    """Return the hash of every file that went in, by its path in the workspace.

    Files that came with the package (the sample of a workspace without one) are covered by its own hash.
    """
    root = job.request.workspace
    run = {basket.id for basket in job.baskets} | {strategy.id for strategy in job.strategies}
    specs = [path for name in ("baskets", "strategies") for path in yaml_files(root / name) if path.stem in run]
    specs += [root / EVENTS, root / PUBLICATIONS, root / INSTRUMENTS, *_own_files(job).values()]
    found = [*specs, *data_files(root, job.request.data)]
    return {
        path.relative_to(root).as_posix(): file_hash(path)
        for path in found
        if path.is_relative_to(root) and path.is_file()
    }
