"""``hypebasket placebo``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hypebasket.cli import Session, pass_session
from hypebasket.cli.asked import Asked, asks, baskets_argument, cluster_option, jobs_option, strategies_option
from hypebasket.cli.console import console_for_tables
from hypebasket.spec.text import Text

if TYPE_CHECKING:
    from hypebasket.ledger.placebo import PlaceboPair, PlaceboResult

__all__ = ["placebo"]

KINDS = ("calendars", "shifts", "baskets", "other_mainlines")

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
@baskets_argument
@strategies_option("Strategy that acts on events", default="event-drift")
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
@jobs_option("the work")
@cluster_option
@asks(
    money="Money of each event.",
    circle="Circle of members [default: the strategy's, else the basket's].",
    pageless="Write the table and result.json only.",
)
@pass_session
def placebo(
    session: Session,
    baskets: tuple[str, ...],
    strategies: tuple[str, ...],
    draws: int,
    other_draws: int,
    kinds: tuple[str, ...],
    seed: int,
    jobs: int,
    cluster: str | None,
    asked: Asked,
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

    wanted = tuple(kind for kind in KINDS if kind in kinds) or KINDS
    request = asked.request(session, baskets, strategies)
    compared = PlaceboRequest(request, Chance(draws, other_draws, seed), wanted, jobs, cluster)
    finished = execute_placebo(compared, session.progress)
    if session.as_json:
        session.print_json(finished.result.model_dump(mode="json"))
    else:
        _print(finished.result, session.lang)
    session.say(str(finished.index or finished.folder))


def _print(result: PlaceboResult, lang: str) -> None:
    from rich.markup import escape

    from hypebasket.report.placebo import answer_of

    console = console_for_tables()
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
