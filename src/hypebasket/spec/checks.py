"""What one file alone, or the files of a workspace together, must satisfy beyond their schema."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from hypebasket.spec.basket import Basket, Publication, Stock
from hypebasket.spec.event import Event, Precision
from hypebasket.spec.instrument import Instrument
from hypebasket.spec.source import Source, SpecPath
from hypebasket.spec.text import CURRENCY_OF, Market, end_of_day, market_of
from hypebasket.spec.validation import near

__all__ = ["check_basket", "check_events", "check_id", "check_instruments", "check_publications", "check_words", "note"]

_BOARDS_OF = {
    Market.XSHG: ("main", "star"),
    Market.XSHE: ("main", "chinext"),
    Market.XBSE: ("bse",),
    Market.XHKG: ("hk",),
    Market.XNYS: ("us",),
}


def check_basket(
    source: Source,
    basket: Basket,
    stem: str,
    publications: Mapping[str, Publication] | None,
    instruments: Mapping[str, Instrument] | None,
) -> None:
    """Note what is wrong with a basket; ``None`` for what could not be read skips the checks against it."""
    check_id(source, basket.id, stem)
    first: dict[str, int] = {}
    for index, stock in enumerate(basket.stocks):
        path: SpecPath = ("stocks", index)
        if stock.symbol in first:
            line = source.place(("stocks", first[stock.symbol], "symbol")).line
            note(source, (*path, "symbol"), f"the stock is listed twice (first on line {line})", "keep one of the two")
        first.setdefault(stock.symbol, index)
        if instruments is not None and stock.symbol not in instruments:
            note(source, (*path, "symbol"), "not in data/instruments.csv", near(stock.symbol, instruments))
        _check_membership(source, stock, path)
        if publications is not None:
            _check_evidence(source, stock, path, publications)
    for currency in sorted({CURRENCY_OF[stock.market] for stock in basket.stocks} - set(basket.benchmarks)):
        remedy = f"add '{currency}: <index>' for the stocks traded in {currency}"
        source.problems.append(source.problem(("benchmarks",), "a benchmark is missing", remedy, value=currency))


def _check_membership(source: Source, stock: Stock, path: SpecPath) -> None:
    _check_zone(source, (*path, "zone"), stock.zone)
    if stock.evidence and stock.since is None:
        remedy = "add 'since:' with the day its evidence was published"
        note(source, (*path, "evidence"), "evidence without a day it was known", remedy)
    if stock.since is not None and stock.until is not None and _known_zone(stock.zone):
        since, until = (_end(moment, stock.zone) for moment in (stock.since, stock.until))
        if until <= since:
            note(source, (*path, "until"), f"not after since ({stock.since})", "write a later day, or remove it")


def _check_evidence(source: Source, stock: Stock, path: SpecPath, publications: Mapping[str, Publication]) -> None:
    for index, name in enumerate(stock.evidence):
        if name not in publications:
            note(source, (*path, "evidence", index), "not in data/sources.yaml", near(name, publications))
    known = [publications[name] for name in stock.evidence if name in publications]
    zones_known = _known_zone(stock.zone) and all(_known_zone(publication.zone) for publication in known)
    if stock.since is None or len(known) < len(stock.evidence) or not known or not zones_known:
        return
    published = min(_start(publication.published, publication.zone) for publication in known)
    if _end(stock.since, stock.zone) < published:
        remedy = "write the day of the earliest evidence or later; anything else is hindsight"
        note(source, (*path, "since"), f"before its evidence was published ({published:%Y-%m-%dT%H:%MZ})", remedy)


def check_events(source: Source, events: Iterable[Event]) -> None:
    """Note what is wrong with the events of one file."""
    first: dict[str, int] = {}
    for index, event in enumerate(events):
        path: SpecPath = ("events", index)
        if event.id in first:
            line = source.place(("events", first[event.id], "id")).line
            note(source, (*path, "id"), f"the id is used twice (first on line {line})", "give each event its own id")
        first.setdefault(event.id, index)
        is_instant = isinstance(event.at, datetime)
        if event.precision is Precision.DAY and is_instant:
            note(
                source, (*path, "at"), "an instant where precision is day", "write the day, or precision minute or hour"
            )
        if event.precision is not Precision.DAY and not is_instant:
            remedy = "write an instant such as 2024-02-15T18:14Z, or precision: day"
            note(source, (*path, "at"), f"a day where precision is {event.precision}", remedy)
        _check_announced(source, event, path)
        _check_zone(source, (*path, "zone"), event.zone)


def _check_announced(source: Source, event: Event, path: SpecPath) -> None:
    if event.announced is None:
        return
    if not event.scheduled:
        note(source, (*path, "announced"), "announced, but not scheduled", "add 'scheduled: true', or remove it")
    if _known_zone(event.zone) and _start(event.announced, event.zone) >= _start(event.at, event.zone):
        note(
            source,
            (*path, "announced"),
            f"not before the event itself ({source.place((*path, 'at')).text})",
            "write when its date became public",
        )


def check_publications(source: Source, publications: Mapping[str, Publication]) -> None:
    """Note zones that do not exist."""
    for name, publication in publications.items():
        _check_zone(source, ("publications", name, "zone"), publication.zone)


def check_words(source: Source, path: SpecPath, words: Iterable[str], known: Collection[str], what: str) -> None:
    """Note every word of a list at ``path`` that nothing else in the workspace knows."""
    for index, word in enumerate(words):
        if word not in known:
            note(source, (*path, index), f"no {what}", near(word, known))


def check_instruments(source: Source, instruments: Iterable[Instrument]) -> None:
    """Note what is wrong between the columns and rows of ``data/instruments.csv``."""
    first: dict[str, int] = {}
    for index, instrument in enumerate(instruments):
        path: SpecPath = ("instruments", index)
        market = market_of(instrument.symbol)
        if instrument.symbol in first:
            line = source.place(("instruments", first[instrument.symbol], "symbol")).line
            note(source, (*path, "symbol"), f"listed twice (first on line {line})", "keep one of the two")
        first.setdefault(instrument.symbol, index)
        if instrument.board not in _BOARDS_OF[market]:
            remedy = f"write {' or '.join(_BOARDS_OF[market])}"
            note(source, (*path, "board"), f"not a board of {instrument.symbol}", remedy)
        if instrument.currency is not CURRENCY_OF[market]:
            note(
                source, (*path, "currency"), f"not the currency of {instrument.symbol}", f"write {CURRENCY_OF[market]}"
            )
        _check_life(source, path, instrument)


_LIFE = (
    ("list_date", "the listing"),
    ("relist_date", "the relisting"),
    ("delisting_start", "the start of the delisting period"),
    ("delisting_last", "the last session of the delisting period"),
    ("delist_date", "the delisting"),
)
"""Days of a stock's life in the order in which they come."""


def _check_life(source: Source, path: SpecPath, instrument: Instrument) -> None:
    """Note a day of an instrument's life that does not come after those before it."""
    latest: tuple[date, str] | None = None
    for name, what in _LIFE:
        day: date | None = getattr(instrument, name)
        if day is None:
            continue
        may_coincide = name == "delisting_last"
        if latest is not None and (day < latest[0] or (day == latest[0] and not may_coincide)):
            note(source, (*path, name), f"not after {latest[1]} ({latest[0]})", "write a later day, or leave it blank")
        latest = (day, what)
    if instrument.delisting_last is not None and instrument.delisting_start is None:
        note(source, (*path, "delisting_last"), "a delisting period without its start", "write delisting_start too")


def check_id(source: Source, found: str, stem: str) -> None:
    """Note an id that is not the file's name."""
    if found != stem:
        note(source, ("id",), "not the name of the file", f"write 'id: {stem}', or rename the file to {found}.yaml")


def _check_zone(source: Source, path: SpecPath, zone: str) -> None:
    if not _known_zone(zone):
        from zoneinfo import available_timezones

        note(source, path, "no such time zone", near(zone, available_timezones()))


def _known_zone(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _start(moment: datetime | date, zone: str) -> datetime:
    if isinstance(moment, datetime):
        return moment.astimezone(UTC)
    return datetime.combine(moment, time(), ZoneInfo(zone)).astimezone(UTC)


def _end(moment: datetime | date, zone: str) -> datetime:
    return moment if isinstance(moment, datetime) else end_of_day(moment, zone)


def note(source: Source, path: SpecPath, message: str, remedy: str) -> None:
    """Note one problem at the value of ``path``."""
    source.problems.append(source.problem(path, message, remedy))
