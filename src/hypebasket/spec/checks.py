"""What one file alone, or the files of a workspace together, must satisfy beyond their schema."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from hypebasket.errors import Words
from hypebasket.spec.basket import Basket, Publication, Stock
from hypebasket.spec.event import Event, Precision
from hypebasket.spec.instrument import Instrument
from hypebasket.spec.messages import Fault, near
from hypebasket.spec.source import Source, SpecPath
from hypebasket.spec.text import CURRENCY_OF, Market, end_of_day, market_of

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
            note(source, (*path, "symbol"), Fault.STOCK_TWICE, first=line)
        first.setdefault(stock.symbol, index)
        if instruments is not None and stock.symbol not in instruments:
            note(source, (*path, "symbol"), Fault.NOT_AN_INSTRUMENT, near=near(stock.symbol, instruments))
        _check_membership(source, stock, path)
        if publications is not None:
            _check_evidence(source, stock, path, publications)
    for currency in sorted({CURRENCY_OF[stock.market] for stock in basket.stocks} - set(basket.benchmarks)):
        problem = source.problem(("benchmarks",), Fault.NO_BENCHMARK, value=currency, words={"currency": currency})
        source.problems.append(problem)


def _check_membership(source: Source, stock: Stock, path: SpecPath) -> None:
    _check_zone(source, (*path, "zone"), stock.zone)
    if stock.evidence and stock.since is None:
        note(source, (*path, "evidence"), Fault.EVIDENCE_WITHOUT_DAY)
    if stock.since is not None and stock.until is not None and _known_zone(stock.zone):
        since, until = (_end(moment, stock.zone) for moment in (stock.since, stock.until))
        if until <= since:
            note(source, (*path, "until"), Fault.UNTIL_BEFORE_SINCE, since=stock.since)


def _check_evidence(source: Source, stock: Stock, path: SpecPath, publications: Mapping[str, Publication]) -> None:
    for index, name in enumerate(stock.evidence):
        if name not in publications:
            note(source, (*path, "evidence", index), Fault.NOT_A_PUBLICATION, near=near(name, publications))
    known = [publications[name] for name in stock.evidence if name in publications]
    zones_known = _known_zone(stock.zone) and all(_known_zone(publication.zone) for publication in known)
    if stock.since is None or len(known) < len(stock.evidence) or not known or not zones_known:
        return
    published = min(_start(publication.published, publication.zone) for publication in known)
    if _end(stock.since, stock.zone) < published:
        note(source, (*path, "since"), Fault.SINCE_BEFORE_EVIDENCE, published=f"{published:%Y-%m-%dT%H:%MZ}")


def check_events(source: Source, events: Iterable[Event]) -> None:
    """Note what is wrong with the events of one file."""
    first: dict[str, int] = {}
    for index, event in enumerate(events):
        path: SpecPath = ("events", index)
        if event.id in first:
            line = source.place(("events", first[event.id], "id")).line
            note(source, (*path, "id"), Fault.EVENT_ID_TWICE, first=line)
        first.setdefault(event.id, index)
        is_instant = isinstance(event.at, datetime)
        if event.precision is Precision.DAY and is_instant:
            note(source, (*path, "at"), Fault.INSTANT_FOR_DAY)
        if event.precision is not Precision.DAY and not is_instant:
            note(source, (*path, "at"), Fault.DAY_FOR_INSTANT, precision=event.precision)
        _check_announced(source, event, path)
        _check_zone(source, (*path, "zone"), event.zone)


def _check_announced(source: Source, event: Event, path: SpecPath) -> None:
    if event.announced is None:
        return
    if not event.scheduled:
        note(source, (*path, "announced"), Fault.ANNOUNCED_NOT_SCHEDULED)
    if _known_zone(event.zone) and _start(event.announced, event.zone) >= _start(event.at, event.zone):
        note(source, (*path, "announced"), Fault.ANNOUNCED_LATE, at=source.place((*path, "at")).text)


def check_publications(source: Source, publications: Mapping[str, Publication]) -> None:
    """Note zones that do not exist."""
    for name, publication in publications.items():
        _check_zone(source, ("publications", name, "zone"), publication.zone)


def check_words(source: Source, path: SpecPath, words: Iterable[str], known: Collection[str], what: Words) -> None:
    """Note every word of a list at ``path`` that nothing else in the workspace knows."""
    for index, word in enumerate(words):
        if word not in known:
            note(source, (*path, index), Fault.NO_SUCH_NAME, what=what, near=near(word, known))


def check_instruments(source: Source, instruments: Iterable[Instrument]) -> None:
    """Note what is wrong between the columns and rows of ``data/instruments.csv``."""
    first: dict[str, int] = {}
    for index, instrument in enumerate(instruments):
        path: SpecPath = ("instruments", index)
        market = market_of(instrument.symbol)
        if instrument.symbol in first:
            line = source.place(("instruments", first[instrument.symbol], "symbol")).line
            note(source, (*path, "symbol"), Fault.ROW_TWICE, first=line)
        first.setdefault(instrument.symbol, index)
        if instrument.board not in _BOARDS_OF[market]:
            boards = _BOARDS_OF[market]
            names = Words(" 或 ".join(boards), " or ".join(boards))
            note(source, (*path, "board"), Fault.WRONG_BOARD, symbol=instrument.symbol, boards=names)
        if instrument.currency is not CURRENCY_OF[market]:
            currency = CURRENCY_OF[market]
            note(source, (*path, "currency"), Fault.WRONG_CURRENCY, symbol=instrument.symbol, currency=currency)
        _check_life(source, path, instrument)


_LIFE = (
    ("list_date", Words("上市", "the listing")),
    ("relist_date", Words("恢复上市", "the relisting")),
    ("delisting_start", Words("退市整理期开始", "the start of the delisting period")),
    ("delisting_last", Words("退市整理期最后一日", "the last session of the delisting period")),
    ("delist_date", Words("退市", "the delisting")),
)
"""Days of a stock's life in the order in which they come."""


def _check_life(source: Source, path: SpecPath, instrument: Instrument) -> None:
    """Note a day of an instrument's life that does not come after those before it."""
    latest: tuple[date, Words] | None = None
    for name, what in _LIFE:
        day: date | None = getattr(instrument, name)
        if day is None:
            continue
        may_coincide = name == "delisting_last"
        if latest is not None and (day < latest[0] or (day == latest[0] and not may_coincide)):
            note(source, (*path, name), Fault.OUT_OF_ORDER, before=latest[1], day=latest[0])
        latest = (day, what)
    if instrument.delisting_last is not None and instrument.delisting_start is None:
        note(source, (*path, "delisting_last"), Fault.DELISTING_WITHOUT_START)


def check_id(source: Source, found: str, stem: str) -> None:
    """Note an id that is not the file's name."""
    if found != stem:
        note(source, ("id",), Fault.ID_NOT_FILE, stem=stem, found=found)


def _check_zone(source: Source, path: SpecPath, zone: str) -> None:
    if not _known_zone(zone):
        from zoneinfo import available_timezones

        note(source, path, Fault.NO_SUCH_ZONE, near=near(zone, available_timezones()))


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


def note(source: Source, path: SpecPath, fault: Fault, **words: object) -> None:
    """Note one fault of the value at ``path``."""
    source.problems.append(source.problem(path, fault, words=words))
