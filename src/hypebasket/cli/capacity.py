"""``hypebasket capacity``."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hypebasket.cli import Session, pass_session
from hypebasket.cli.run import day_of, ids_of
from hypebasket.spec.text import Text

if TYPE_CHECKING:
    from hypebasket.ledger.capacity import CapacityPair

__all__ = ["capacity"]

LABELS = {
    "capital": Text(zh="投入", en="money"),
    "captured": Text(zh="平均实得", en="captured, mean"),
    "excess": Text(zh="减基准", en="above benchmark"),
    "invested": Text(zh="买成的比例", en="found shares"),
}


@click.command()
@click.argument("baskets", nargs=-1)
@click.option(
    "-s",
    "--strategy",
    "strategies",
    multiple=True,
    default=["event-drift"],
    show_default=True,
    help="Strategy file or id that acts on events; may be given more than once.",
)
@click.option("--from", "start", type=click.DateTime(["%Y-%m-%d"]), callback=day_of, help="First session.")
@click.option("--to", "end", type=click.DateTime(["%Y-%m-%d"]), callback=day_of, help="Last session.")
@click.option("--members", type=click.Choice(["point_in_time", "documented", "all"]), help="Circle of members.")
@click.option("--data", type=click.Choice(["auto", "store", "sample"]), default="auto", show_default=True)
@click.option("--markets", multiple=True, type=click.Choice(["CNY", "HKD", "USD"]), default=["CNY"], show_default=True)
@click.option("--no-pages", is_flag=True, help="Write the table and result.json only.")
@pass_session
def capacity(
    session: Session,
    baskets: tuple[str, ...],
    strategies: tuple[str, ...],
    start: date | None,
    end: date | None,
    members: str | None,
    data: str,
    markets: tuple[str, ...],
    no_pages: bool,
) -> None:
    """Ask how much money BASKETS (default: the three mainlines) can take: 10 thousand to 10 billion.

    Every event runs on its own with each amount; the amount is told at which half of the captured excess is left.

    \b
    hypebasket capacity
    hypebasket capacity application -s strategies/event-drift.yaml --from 2022-11-01 --to 2025-12-31
    """  # noqa: D301  (the \b keeps the lines below it as they are)
    from hypebasket.pipeline.capacity import execute_capacity
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
        members=Circle(members) if members else None,
        sleeves=tuple(dict.fromkeys(Currency(market) for market in markets)),
        data=data,
        pages=not no_pages,
    )
    finished = execute_capacity(request, session.progress)
    if session.as_json:
        session.print_json(finished.result.model_dump(mode="json"))
    else:
        for pair in finished.result.pairs:
            _print(pair, session.lang)
    session.say(str(finished.index or finished.folder))


def _print(pair: CapacityPair, lang: str) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    from hypebasket.report.figures import percent, share
    from hypebasket.report.labels import money

    console = Console(highlight=False)
    names = (pair.basket_name, pair.strategy_name)
    console.print(f"[bold]{' × '.join(getattr(name, lang) for name in names)}[/bold] · {pair.sleeve} · {pair.members}")
    if pair.points:
        table = Table(box=SIMPLE_HEAD, pad_edge=False)
        for words in LABELS.values():
            table.add_column(words[lang], justify="right")
        for point in pair.points:
            amount = getattr(money(point.capital, pair.sleeve), lang)
            table.add_row(amount, percent(point.captured), percent(point.excess), share(point.invested))
        console.print(table)
    console.print(getattr(pair.answer, lang))
