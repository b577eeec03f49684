"""``hypebasket run``."""

from __future__ import annotations

import os
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hypebasket.cli import Session, pass_session
from hypebasket.errors import UsageError

if TYPE_CHECKING:
    from hypebasket.pipeline.run import Finished

__all__ = ["day_of", "ids_of", "run"]


def day_of(context: click.Context, parameter: click.Parameter, value: datetime | None) -> date | None:
    """Return an option's value as a day."""
    return value.date() if value else None


@click.command()
@click.argument("baskets", nargs=-1)
@click.option(
    "-s",
    "--strategy",
    "strategies",
    multiple=True,
    help="Strategy file or id; may be given more than once [default: buy-and-hold and event-drift].",
)
@click.option(
    "--from",
    "start",
    type=click.DateTime(["%Y-%m-%d"]),
    callback=day_of,
    help="First session [default: first of the data].",
)
@click.option(
    "--to", "end", type=click.DateTime(["%Y-%m-%d"]), callback=day_of, help="Last session [default: last of the data]."
)
@click.option(
    "--capital",
    type=click.IntRange(min=1),
    default=1_000_000,
    show_default=True,
    help="Money of a basket, split among its sleeves by member weight; each part in its sleeve's currency.",
)
@click.option(
    "--members",
    type=click.Choice(["point_in_time", "documented", "all"]),
    help="Circle that leads the report [default: the strategy's, else the basket's].",
)
@click.option(
    "--data",
    type=click.Choice(["auto", "store", "sample"]),
    default="auto",
    show_default=True,
    help="auto: the store if it has data, else the synthetic sample.",
)
@click.option(
    "--markets",
    multiple=True,
    type=click.Choice(["CNY", "HKD", "USD"]),
    default=["CNY"],
    show_default=True,
    help="Sleeve by currency: CNY (A-shares), HKD (Hong Kong), USD (United States); may be given more than once.",
)
@click.option(
    "--placebo",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Random calendars to compare what was captured with; the page leads with the percentile.",
)
@click.option(
    "--study", is_flag=True, help="Ask first whether the events moved the baskets (as hypebasket study does)."
)
@click.option(
    "--jobs", type=click.IntRange(min=1), help="Processes that share the random calendars [default: all cores]."
)
@click.option("--no-pages", is_flag=True, help="Write the ledger and result.json only.")
@pass_session
def run(
    session: Session,
    baskets: tuple[str, ...],
    strategies: tuple[str, ...],
    start: date | None,
    end: date | None,
    capital: int,
    members: str | None,
    data: str,
    markets: tuple[str, ...],
    placebo: int,
    study: bool,
    jobs: int | None,
    no_pages: bool,
) -> Finished:
    """Run BASKETS (files or ids) with strategies, and write reports/<run id>/.

    Without BASKETS the three mainlines run; without -s, buy-and-hold and event-drift. Each pair is run for three
    circles of members: point_in_time, documented, all.

    \b
    hypebasket run
    hypebasket run baskets/application.yaml -s strategies/event-drift.yaml --from 2023-11-01 --to 2024-06-30 --json
    hypebasket run -s event-drift --study --placebo 10000
    """  # noqa: D301  (the \b keeps the lines below it as they are)
    from hypebasket.pipeline.files import result_payload
    from hypebasket.pipeline.request import RunRequest
    from hypebasket.pipeline.run import execute
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
        placebo=placebo,
        study=study,
    )
    finished = execute(request, session.progress, jobs=jobs or os.cpu_count() or 1)
    if session.as_json:
        session.print_json(result_payload(finished.result))
    for said in (finished.result.luck, finished.result.verdict):
        if said:
            session.say(said.zh if session.lang == "zh" else said.en)
    session.say(str(finished.index or finished.folder))
    return finished


def ids_of(names: tuple[str, ...], folder: Path) -> tuple[str, ...]:
    """Turn files of the workspace, or ids, into ids."""
    return tuple(_id(name, folder) for name in names)


def _id(name: str, folder: Path) -> str:
    path = Path(name)
    if path.suffix not in (".yaml", ".yml"):
        return name
    if not path.is_file():
        raise UsageError(f"{name}: no such file", f"files of the workspace: {folder}")
    if path.resolve().parent != folder.resolve():
        raise UsageError(
            f"{name}: not in the workspace's folder {folder}", "move it there, or choose another --workspace"
        )
    return path.stem
