"""``hypebasket placebo``."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hypebasket.cli import Session, pass_session
from hypebasket.cli.run import day_of, ids_of
from hypebasket.spec.text import Text

if TYPE_CHECKING:
    from hypebasket.ledger.placebo import PlaceboPair, PlaceboResult

__all__ = ["placebo"]

KINDS = ("calendars", "shifts", "baskets", "other_mainlines")
WIDTH_OF_A_FILE = 140

LABELS = {
    "kind": Text(zh="与什么相比", en="compared with"),
    "draws": Text(zh="抽样", en="draws"),
    "events": Text(zh="事件", en="events"),
    "observed": Text(zh="每事件超额实得", en="captured above benchmark"),
    "mean": Text(zh="抽样平均", en="mean of draws"),
    "percentile": Text(zh="高过", en="more than"),
    "p": Text(zh="p", en="p"),
}


@click.command()
@click.argument("baskets", nargs=-1)
@click.option(
    "-s",
    "--strategy",
    "strategies",
    multiple=True,
    help="Strategy that acts on events, file or id; may be given more than once [default: event-drift].",
)
@click.option("--draws", type=click.IntRange(min=19), default=10_000, show_default=True, help="Random calendars.")
@click.option(
    "--other-draws", type=click.IntRange(min=19), default=1_000, show_default=True, help="Draws of the other kinds."
)
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(KINDS),
    help="What to compare with; may be given more than once [default: all four].",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of all draws.")
@click.option("--jobs", type=click.IntRange(min=1), help="Processes that share the work [default: one for each core].")
@click.option("--cluster", metavar="ADDRESS", help="Share it on a Dask cluster instead: tcp://host:8786.")
@click.option("--from", "start", type=click.DateTime(["%Y-%m-%d"]), callback=day_of, help="First session.")
@click.option("--to", "end", type=click.DateTime(["%Y-%m-%d"]), callback=day_of, help="Last session.")
@click.option(
    "--capital", type=click.IntRange(min=1), default=1_000_000, show_default=True, help="Money of each event."
)
@click.option(
    "--members",
    type=click.Choice(["point_in_time", "documented", "all"]),
    help="Circle of members [default: the strategy's, else the basket's].",
)
@click.option("--data", type=click.Choice(["auto", "store", "sample"]), default="auto", show_default=True)
@click.option("--markets", multiple=True, type=click.Choice(["CNY", "HKD", "USD"]), default=["CNY"], show_default=True)
@click.option("--no-pages", is_flag=True, help="Write the table and result.json only.")
@pass_session
def placebo(
    session: Session,
    baskets: tuple[str, ...],
    strategies: tuple[str, ...],
    draws: int,
    other_draws: int,
    kinds: tuple[str, ...],
    seed: int,
    jobs: int | None,
    cluster: str | None,
    start: date | None,
    end: date | None,
    capital: int,
    members: str | None,
    data: str,
    markets: tuple[str, ...],
    no_pages: bool,
) -> None:
    """Ask how rare what was captured is among what chance would have captured, for BASKETS (files or ids).

    The strategy is run on random calendars, on shifted events, on baskets of other stocks and on the events of other
    mainlines; reports/placebo-<id>/index.html shows the truth among them. Strategies that do not act on events have
    nothing to compare and are left out.

    \b
    hypebasket placebo
    hypebasket placebo application -s event-drift --from 2022-11-01 --to 2025-12-31 --kind calendars --draws 2000
    """  # noqa: D301  (the \b keeps the lines below it as they are)
    from hypebasket.pipeline.chance import Chance
    from hypebasket.pipeline.placebo import PlaceboRequest, execute_placebo
    from hypebasket.pipeline.request import RunRequest
    from hypebasket.spec.text import Circle, Currency
    from hypebasket.spec.workspace import find_workspace

    workspace = find_workspace(session.workspace or Path.cwd())
    request = RunRequest(
        workspace=workspace,
        baskets=ids_of(baskets, workspace / "baskets"),
        strategies=ids_of(strategies, workspace / "strategies"),
        start=start,
        end=end,
        capital=capital,
        members=Circle(members) if members else None,
        sleeves=tuple(dict.fromkeys(Currency(market) for market in markets)),
        data=data,
        pages=not no_pages,
    )
    wanted = tuple(kind for kind in KINDS if kind in kinds) or KINDS
    asked = PlaceboRequest(request, Chance(draws, other_draws, seed), wanted, jobs or os.cpu_count() or 1, cluster)
    finished = execute_placebo(asked, session.progress)
    if session.as_json:
        session.print_json(finished.result.model_dump(mode="json"))
    else:
        _print(finished.result, session.lang)
    session.say(str(finished.index or finished.folder))


def _print(result: PlaceboResult, lang: str) -> None:
    from rich.console import Console
    from rich.markup import escape

    from hypebasket.report.placebo import answer_of

    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDTH_OF_A_FILE)
    for pair in result.pairs:
        basket, strategy = getattr(pair.basket_name, lang), getattr(pair.strategy_name, lang)
        console.print(f"[bold]{escape(f'{basket} × {strategy}')}[/bold] · {pair.sleeve} · {pair.members}")
        console.print(escape(getattr(answer_of(pair), lang)))
        console.print(_table(pair, lang))


def _table(pair: PlaceboPair, lang: str) -> object:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    from hypebasket.report.figures import beaten, count, p_value, percent
    from hypebasket.report.placebo import KIND_NAMES

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for key in LABELS:
        table.add_column(LABELS[key][lang], justify="left" if key == "kind" else "right")
    for test in pair.tests:
        name = getattr(KIND_NAMES[test.kind], lang)
        if test.refused is not None:
            table.add_row(f"{name}: {getattr(test.refused, lang)}")
            continue
        table.add_row(
            name, count(test.draws), count(test.events), percent(test.observed), percent(test.mean),
            beaten(test.percentile), p_value(test.p_value),
        )  # fmt: skip
    return table
