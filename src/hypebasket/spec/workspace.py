"""A workspace: the folder with ``baskets/``, ``strategies/`` and ``data/``, read and checked as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, Field

from hypebasket.errors import SpecError, Words
from hypebasket.spec.basket import Basket, Publication
from hypebasket.spec.checks import (
    check_basket,
    check_events,
    check_instruments,
    check_publications,
    check_words,
)
from hypebasket.spec.event import Event
from hypebasket.spec.instrument import Instrument
from hypebasket.spec.layout import EVENTS, INSTRUMENTS, PUBLICATIONS, find_workspace, spec_files, yaml_files
from hypebasket.spec.messages import Fault, problem_at
from hypebasket.spec.source import Source, read_source
from hypebasket.spec.strategy import Strategy
from hypebasket.spec.strategy_checks import check_strategy
from hypebasket.spec.table import InstrumentTable, read_instruments
from hypebasket.spec.text import Spec
from hypebasket.spec.validation import salvage, validate

__all__ = [
    "Workspace",
    "find_workspace",
    "load_basket",
    "load_events",
    "load_instruments",
    "load_publications",
    "load_strategy",
    "load_workspace",
    "read_file",
    "spec_files",
]

_MAINLINE = Words("篮子的主线", "basket's mainline")
_SEGMENT = Words("篮子环节", "segment of any basket")
_KIND = Words("事件种类", "kind of any event")
_EVENT = Words("事件", "event")

_INERT = ("name", "description", "members", "size", "fills", "delisting", "window_sessions")
"""Keys of a strategy that no check beyond the schema looks at."""
_STAND_INS = {"name": {"zh": "", "en": ""}, "description": {"zh": "", "en": ""}}

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)


class EventFile(Spec):
    """``data/events.yaml``."""

    events: tuple[Event, ...]


class PublicationFile(Spec):
    """``data/sources.yaml``: the name members cite as evidence -> what was published."""

    publications: Annotated[dict[str, Publication], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Workspace:
    """Everything a user edits, valid; events by latest moment, then id."""

    root: Path
    baskets: Mapping[str, Basket]
    strategies: Mapping[str, Strategy]
    events: tuple[Event, ...]
    publications: Mapping[str, Publication]
    instruments: Mapping[str, Instrument]


@dataclass(slots=True)
class _Read(Generic[T]):
    """A file as far as it could be read: its places, and its value unless it broke its schema."""

    source: Source
    value: T | None = None


def load_workspace(root: Path) -> Workspace:
    """Read every file of the workspace; all problems of all files are raised together in one SpecError."""
    publications = _read_publications(root / PUBLICATIONS, root)
    instruments = _read_instruments(root / INSTRUMENTS, root)
    events = _read_events(root / EVENTS, root)
    baskets = [_read_basket(path, root, publications.value, instruments.value) for path in yaml_files(root / "baskets")]
    strategies = [_read_strategy(path, root, root) for path in yaml_files(root / "strategies")]
    if all(basket.value is not None for basket in baskets):
        _check_names(baskets, strategies, events)
    sources = [publications.source, instruments.source, events.source]
    sources += [basket.source for basket in baskets] + [strategy.source for strategy in strategies]
    problems = [problem for source in sources for problem in source.problems]
    for folder, found in (("baskets", baskets), ("strategies", strategies)):
        if not found:
            problems.append(problem_at(folder, 1, 1, folder, Fault.EMPTY_FOLDER))
    if problems:
        raise SpecError(problems)
    return Workspace(
        root,
        {basket.id: basket for basket in _values(baskets)},
        {strategy.id: strategy for strategy in _values(strategies)},
        _value(events),
        _value(publications),
        _value(instruments),
    )


def load_basket(
    path: Path,
    *,
    publications: Mapping[str, Publication] | None = None,
    instruments: Mapping[str, Instrument] | None = None,
    root: Path | None = None,
) -> Basket:
    """Read one basket; its evidence and symbols are checked against what is given."""
    return _loaded(_read_basket(path, root, publications, instruments))


def load_strategy(path: Path, *, root: Path | None = None, workspace: Path | None = None) -> Strategy:
    """Read one strategy; its own class is looked for in ``workspace`` (default: ``root``)."""
    return _loaded(_read_strategy(path, root, workspace or root))


def load_events(path: Path, *, root: Path | None = None) -> tuple[Event, ...]:
    """Read the events, by latest moment, then id."""
    return _loaded(_read_events(path, root))


def load_publications(path: Path, *, root: Path | None = None) -> Mapping[str, Publication]:
    """Read the publications by the name that members cite."""
    return _loaded(_read_publications(path, root))


def load_instruments(path: Path, *, root: Path | None = None) -> Mapping[str, Instrument]:
    """Read the instruments by symbol."""
    return _loaded(_read_instruments(path, root))


def read_file(path: Path, root: Path | None) -> tuple[str, Any]:
    """Read one file alone, against the publications and instruments of ``root``; return its kind and what it holds.

    The kind follows from the folder or the name, else from the keys; a SpecError lists what is wrong.
    """
    kind = _kind_of(path)
    match kind:
        case "basket":
            publications = _readable(_read_publications(root / PUBLICATIONS, root)) if root else None
            instruments = _readable(_read_instruments(root / INSTRUMENTS, root)) if root else None
            return kind, load_basket(path, publications=publications, instruments=instruments)
        case "strategy":
            return kind, load_strategy(path, workspace=root)
        case "events":
            return kind, load_events(path)
        case "publications":
            return kind, load_publications(path)
    return kind, load_instruments(path)


def _kind_of(path: Path) -> str:
    by_place = {"baskets": "basket", "strategies": "strategy"}.get(path.absolute().parent.name)
    names = {EVENTS.name: "events", PUBLICATIONS.name: "publications", INSTRUMENTS.name: "instruments"}
    kind = by_place or names.get(path.name)
    if kind is not None:
        return kind
    if path.suffix == ".csv":
        return "instruments"
    keys = read_source(path).value
    keys = keys if isinstance(keys, dict) else {}
    for key, found in (("stocks", "basket"), ("events", "events"), ("publications", "publications")):
        if key in keys:
            return found
    if keys.keys() & set(Strategy.model_fields) - set(Basket.model_fields):
        return "strategy"
    raise SpecError([problem_at(str(path), 1, 1, path.name, Fault.UNKNOWN_KIND)])


def _readable(read: _Read[T]) -> T | None:
    return None if read.source.problems else read.value


def _label(path: Path, root: Path | None) -> str:
    return str(path.relative_to(root)) if root is not None and path.is_relative_to(root) else str(path)


def _read(path: Path, root: Path | None, model: type[M]) -> _Read[M]:
    label = _label(path, root)
    try:
        source = read_source(path, label)
    except SpecError as error:
        return _Read(Source(label, problems=error.problems))
    return _Read(source, validate(model, source))


def _checkable(read: _Read[M], model: type[M], **options: Any) -> tuple[Source, M] | None:
    """Return what can be checked beyond its schema: the file as it is, else the part the schema did not refuse."""
    if read.value is not None:
        return read.source, read.value
    return salvage(model, read.source, **options)


def _read_basket(
    path: Path,
    root: Path | None,
    publications: Mapping[str, Publication] | None,
    instruments: Mapping[str, Instrument] | None,
) -> _Read[Basket]:
    read = _read(path, root, Basket)
    if checked := _checkable(read, Basket):
        check_basket(*checked, path.stem, publications, instruments)
    return read


def _read_strategy(path: Path, root: Path | None, workspace: Path | None) -> _Read[Strategy]:
    read = _read(path, root, Strategy)
    if checked := _checkable(read, Strategy, inert=_INERT, stand_ins=_STAND_INS):
        check_strategy(*checked, path.stem, workspace)
    return read


def _read_events(path: Path, root: Path | None) -> _Read[tuple[Event, ...]]:
    read = _read(path, root, EventFile)
    if checked := _checkable(read, EventFile):
        check_events(checked[0], checked[1].events)
    if read.value is None or read.source.problems:
        return _Read(read.source)
    return _Read(read.source, tuple(sorted(read.value.events, key=lambda event: (event.latest_moment, event.id))))


def _read_publications(path: Path, root: Path | None) -> _Read[Mapping[str, Publication]]:
    read = _read(path, root, PublicationFile)
    if checked := _checkable(read, PublicationFile, free=("publications",)):
        check_publications(checked[0], checked[1].publications)
    if read.value is None:
        return _Read(read.source)
    return _Read(read.source, None if read.source.problems else read.value.publications)


def _read_instruments(path: Path, root: Path | None) -> _Read[Mapping[str, Instrument]]:
    label = _label(path, root)
    try:
        source, table = read_instruments(path, label)
    except SpecError as error:
        return _Read(Source(label, problems=error.problems))
    if checked := _checkable(_Read(source, table), InstrumentTable):
        check_instruments(checked[0], checked[1].instruments)
    if table is None:
        return _Read(source)
    known = {instrument.symbol: instrument for instrument in table.instruments}
    return _Read(source, None if source.problems else known)


def _check_names(
    baskets: list[_Read[Basket]], strategies: list[_Read[Strategy]], events: _Read[tuple[Event, ...]]
) -> None:
    """Check the words that files share: mainlines, segments, kinds and ids of events."""
    mainlines = {basket.mainline for basket in _values(baskets)}
    segments = {stock.segment for basket in _values(baskets) for stock in basket.stocks}
    listed = events.source.value.get("events") if isinstance(events.source.value, dict) else None
    if events.value is not None and isinstance(listed, list):
        for index, event in enumerate(listed):
            check_words(events.source, ("events", index, "mainlines"), event["mainlines"], mainlines, _MAINLINE)
    for read in strategies:
        if read.value is None:
            continue
        trigger, source = read.value.trigger, read.source
        check_words(source, ("select", "segments"), read.value.select.segments, segments, _SEGMENT)
        check_words(source, ("trigger", "mainlines"), trigger.mainlines, mainlines, _MAINLINE)
        if events.value is not None:
            kinds, ids = {event.kind for event in events.value}, {event.id for event in events.value}
            check_words(source, ("trigger", "kinds"), trigger.kinds, kinds, _KIND)
            check_words(source, ("trigger", "ids"), trigger.ids, ids, _EVENT)


def _values(reads: list[_Read[T]]) -> list[T]:
    return [read.value for read in reads if read.value is not None]


def _value(read: _Read[T]) -> T:
    assert read.value is not None, read.source.label
    return read.value


def _loaded(read: _Read[T]) -> T:
    if read.source.problems:
        raise SpecError(read.source.problems)
    return _value(read)
