"""``hypebasket events``: list the workspace's events, and explain on which sessions one could act on them."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hypebasket.cli import Session, pass_session
from hypebasket.cli.console import console_for_tables
from hypebasket.errors import UsageError
from hypebasket.spec.event import Event
from hypebasket.spec.text import Market, Text

if TYPE_CHECKING:
    from hypebasket.events.mapping import MappedEvent
    from hypebasket.market.calendar import Calendar
    from hypebasket.spec.basket import Publication
    from hypebasket.spec.workspace import Workspace

__all__ = ["events"]

MARKETS = {
    "XSHG/XSHE": (Market.XSHG, Market.XSHE),
    "XHKG": (Market.XHKG,),
    "XNYS": (Market.XNYS,),
}

LABELS = {
    "id": Text(zh="编号", en="id"),
    "at": Text(zh="时刻(UTC)", en="at (UTC)"),
    "precision": Text(zh="精度", en="precision"),
    "kind": Text(zh="类别", en="kind"),
    "mainlines": Text(zh="主线", en="mainlines"),
    "scheduled": Text(zh="预告", en="scheduled"),
    "confidence": Text(zh="可信度", en="conf."),
    "title": Text(zh="事件", en="title"),
    "market": Text(zh="市场", en="market"),
    "local": Text(zh="当地时刻", en="local time"),
    "between": Text(zh="其间休市", en="no session between"),
    "first_open": Text(zh="首个可交易开盘", en="first open"),
    "first_close": Text(zh="首个可交易收盘", en="first close"),
    "session_1": Text(zh="第 1 个交易日", en="session 1"),
    "base": Text(zh="基准(收盘)", en="base (close)"),
    "evidence": Text(zh="依据", en="evidence"),
    "yes": Text(zh="是", en="yes"),
    "until": Text(zh="委托至", en="orders until"),
    "no_events": Text(zh="没有符合条件的事件", en="no event meets these conditions"),
}


day_option: Callable[..., Any] = click.DateTime(formats=["%Y-%m-%d"])


@click.group()
def events() -> None:
    """List the events, or explain on which sessions one could act on one of them."""


@events.command("list")
@click.option("--mainline", "mainlines", multiple=True, help="Only events of this mainline (may be repeated).")
@click.option("--from", "start", type=day_option, help="Only events on or after this day.")
@click.option("--to", "end", type=day_option, help="Only events on or before this day.")
@pass_session
def list_events(session: Session, mainlines: tuple[str, ...], start: datetime | None, end: datetime | None) -> None:
    """List the events of the workspace, in the order in which they became public."""
    if start and end and start > end:
        raise UsageError(f"--from {start:%Y-%m-%d} is after --to {end:%Y-%m-%d}", "exchange them")
    known = _open_workspace(session).events
    _check_mainlines(mainlines, known)
    chosen = [
        event
        for event in known
        if (not mainlines or not set(mainlines).isdisjoint(event.mainlines))
        and (start is None or start.date() <= _day(event))
        and (end is None or _day(event) <= end.date())
    ]
    if session.as_json:
        session.print_json({"events": [_as_json(event) for event in chosen]})
    elif chosen:
        _print_list(chosen, session.lang)
    else:
        session.say(LABELS["no_events"][session.lang])


@events.command()
@click.argument("event_id", metavar="ID")
@click.option(
    "--reaction", type=click.IntRange(0, 10_080), default=0, show_default=True, help="Minutes a human needs to act."
)
@pass_session
def explain(session: Session, event_id: str, reaction: int) -> None:
    """Explain the way from the instant of the event ID to the first tradable sessions, market by market."""
    workspace = _open_workspace(session)
    event = _find(event_id, workspace.events)

    # the calendars bring pandas with them; a slip in the id needs none
    from hypebasket.events.mapping import map_event
    from hypebasket.market.calendar import calendar_of

    calendars = {market: calendar_of(market) for markets in MARKETS.values() for market in markets}
    mapped = {market: map_event(event, calendar, reaction_minutes=reaction) for market, calendar in calendars.items()}
    if session.as_json:
        markets = {market.value: _mapped_as_json(mapped[market], calendars[market]) for market in mapped}
        session.print_json({"event": _as_json(event), "reaction_minutes": reaction, "markets": markets})
    else:
        _print_explanation(mapped, calendars, workspace.publications, session.lang)


@events.command()
@click.argument("baskets", nargs=-1)
@click.option("--from", "start", type=day_option, help="First session [default: first of the data].")
@click.option("--to", "end", type=day_option, help="Last session [default: last of the data].")
@click.option("--breadth", type=click.FloatRange(0, 1, min_open=True), default=0.2, show_default=True,
              help="Share of the members trading that closed at limit-up.")  # fmt: skip
@click.option("--names", type=click.IntRange(min=1), default=3, show_default=True, help="Least of them.")
@click.option("--turnover", type=click.FloatRange(min=1, min_open=True), default=2.5, show_default=True,
              help="Turnover against the median of the basket's own 60 sessions before.")  # fmt: skip
@click.option("--members", type=click.Choice(["point_in_time", "documented", "all"]),
              help="Circle of members [default: the basket's].")  # fmt: skip
@click.option("--data", type=click.Choice(["auto", "store", "sample"]), default="auto", show_default=True,
              help="auto: the store if it has data, else the synthetic sample.")  # fmt: skip
@click.option("--markets", multiple=True, type=click.Choice(["CNY", "HKD", "USD"]), default=["CNY"],
              show_default=True, help="Sleeve by currency; may be given more than once.")  # fmt: skip
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="[default: data/suggested-events.yaml]")
@pass_session
def suggest(session: Session, /, baskets: tuple[str, ...], out: Path | None, **options: Any) -> None:
    """Find sessions on which BASKETS (default: all) moved as if something had happened, and write them for review.

    A candidate is a session on which many members closed at limit-up, or the basket's turnover was abnormal against its
    own past; nothing after the session is looked at. What an event of the workspace explains is told, not written.
    Each is written as an endogenous event of confidence D with its figures: look up what happened, mend its instant,
    title and evidence, and move it to data/events.yaml, or drop it.
    """
    from hypebasket.cli.suggesting import run_suggest

    run_suggest(session, _open_workspace(session), baskets, out, **options)


def _open_workspace(session: Session) -> Workspace:
    from hypebasket.spec.workspace import find_workspace, load_workspace

    return load_workspace(find_workspace(session.workspace or Path.cwd()))


def _find(event_id: str, known: tuple[Event, ...]) -> Event:
    for event in known:
        if event.id == event_id:
            return event
    ids = [event.id for event in known]
    near = difflib.get_close_matches(event_id, ids, n=3, cutoff=0.5) or [name for name in ids if event_id in name]
    remedy = f"did you mean {' or '.join(near[:3])}?" if near else "see all with: hypebasket events list"
    raise UsageError(f"no event '{event_id}'", remedy)


def _check_mainlines(wanted: tuple[str, ...], known: tuple[Event, ...]) -> None:
    names = sorted({name for event in known for name in event.mainlines})
    for name in wanted:
        if name not in names:
            raise UsageError(f"no event has the mainline '{name}'", f"mainlines: {', '.join(names)}")


def _day(event: Event) -> date:
    return event.earliest_moment.date() if isinstance(event.at, datetime) else event.at


def _at(event: Event) -> str:
    if isinstance(event.at, datetime):
        return f"{'≤ ' if event.latest else ''}{event.earliest_moment:%Y-%m-%d %H:%M}"
    return f"{event.at} ({event.zone})"


def _instant(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%MZ}"


def _as_json(event: Event) -> dict[str, object]:
    return {
        **event.model_dump(mode="json"),
        "earliest_moment": _instant(event.earliest_moment),
        "latest_moment": _instant(event.latest_moment),
    }


def _mapped_as_json(mapped: MappedEvent, calendar: Calendar) -> dict[str, object]:
    return {
        "first_open": str(mapped.first_open),
        "first_open_orders_until": _instant(calendar.open_cutoff(mapped.first_open)),
        "first_close": str(mapped.first_close),
        "first_close_orders_until": _instant(calendar.close_cutoff(mapped.first_close)),
        "session_1": str(mapped.session_1),
        "base": str(mapped.base),
        "hops": [
            {"kind": hop.kind.value, "start": str(hop.start), "end": str(hop.end), **hop.says.model_dump()}
            for hop in mapped.hops
        ],
    }


def _print_list(chosen: list[Event], lang: str) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    columns = ("id", "at", "precision", "kind", "mainlines", "scheduled", "confidence", "title")
    for name in columns:
        table.add_column(LABELS[name][lang], no_wrap=name == "id", overflow="fold")
    for event in chosen:
        table.add_row(
            event.id,
            _at(event),
            event.precision.value,
            event.kind,
            ", ".join(event.mainlines),
            LABELS["yes"][lang] if event.scheduled else "",
            event.confidence,
            event.title[lang],
        )
    console_for_tables(markup=False).print(table)


def _print_explanation(
    mapped: Mapping[Market, MappedEvent],
    calendars: Mapping[Market, Calendar],
    publications: Mapping[str, Publication],
    lang: str,
) -> None:
    from rich.table import Table

    shown = {label: mapped[markets[0]] for label, markets in MARKETS.items()}
    event = mapped[Market.XSHG].event
    console = console_for_tables(markup=False)
    console.print(f"{event.id}: {event.title[lang]}", style="bold")
    console.print(
        f"{_at(event)} UTC, {event.precision.value}\n" if isinstance(event.at, datetime) else f"{_at(event)}\n"
    )
    table = Table(show_lines=True)
    table.add_column(LABELS["market"][lang], style="bold")
    for label in shown:
        table.add_column(label, overflow="fold")
    columns = [_column(one, calendars[one.market], lang) for one in shown.values()]
    for name in ("local", "between", "first_open", "first_close", "session_1", "base"):
        table.add_row(LABELS[name][lang], *(column[name] for column in columns))
    console.print(table)
    for label, one in shown.items():
        console.print(f"\n{label}", style="bold")
        for number, hop in enumerate(one.hops, start=1):
            console.print(f"{number:>3}. {hop.says[lang]}")
    console.print(f"\n{LABELS['evidence'][lang]} ({LABELS['confidence'][lang]} {event.confidence})", style="bold")
    for name in event.evidence:
        console.print(f"  - {_cite(name, publications)}")
    if event.note:
        console.print(f"  {event.note}")


def _column(mapped: MappedEvent, calendar: Calendar, lang: str) -> dict[str, str]:
    from hypebasket.events.hops import HopKind, clock, day_range, local_interval

    state = next(hop.says[lang] for hop in mapped.hops if hop.kind is HopKind.STATE)
    closures = (
        f"{day_range(hop.start, hop.end)} {hop.why[lang]}"
        for hop in mapped.hops
        if hop.kind is HopKind.CLOSED and hop.why
    )
    until = LABELS["until"][lang]
    return {
        "local": f"{local_interval(mapped.event, calendar)}\n{state}",
        "between": "\n".join(closures) or "-",
        "first_open": f"{mapped.first_open}\n{until} {clock(calendar, calendar.open_cutoff(mapped.first_open))}",
        "first_close": f"{mapped.first_close}\n{until} {clock(calendar, calendar.close_cutoff(mapped.first_close))}",
        "session_1": str(mapped.session_1),
        "base": str(mapped.base),
    }


def _cite(name: str, publications: Mapping[str, Publication]) -> str:
    source = publications.get(name)
    return f"{name}: {source.publisher}, {source.title} ({source.published})" if source else name
