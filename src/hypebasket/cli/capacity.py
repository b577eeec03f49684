"""``hypebasket capacity``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hypebasket.cli import Session, pass_session
from hypebasket.cli.asked import Asked, asks, baskets_argument, strategies_option
from hypebasket.cli.console import console_for_tables
from hypebasket.spec.text import Text

if TYPE_CHECKING:
    from hypebasket.ledger.capacity import CapacityPair

__all__ = ["capacity"]

DEFAULT_STRATEGIES = ("event-drift",)

LABELS = {
    "capital": Text(zh="投入", en="money"),
    "captured": Text(zh="平均实得", en="captured, mean"),
    "excess": Text(zh="减基准", en="above benchmark"),
    "invested": Text(zh="买成的比例", en="found shares"),
}


@click.command()
@baskets_argument
@strategies_option("Strategy that acts on events", default="event-drift")
@asks(
    money=None,
    circle="Circle of members [default: the strategy's, else the basket's].",
    pageless="Write the table and result.json only.",
)
@pass_session
def capacity(
    session: Session,
    baskets: tuple[str, ...],
    strategies: tuple[str, ...],
    asked: Asked,
) -> None:
    """Ask how much money BASKETS (default: the three mainlines) can take: 10 thousand to 10 billion.

    Every event runs on its own with each amount; the amount is told at which half of the captured excess is left.

    \b
    hypebasket capacity
    hypebasket capacity application -s strategies/event-drift.yaml --from 2022-11-01 --to 2025-12-31
    """  # noqa: D301  (the \b keeps the lines below it as they are)
    from hypebasket.pipeline.capacity import execute_capacity

    request = asked.request(session, baskets, strategies or DEFAULT_STRATEGIES)
    finished = execute_capacity(request, session.progress)
    if session.as_json:
        session.print_json(finished.result.model_dump(mode="json"))
    else:
        for pair in finished.result.pairs:
            _print(pair, session.lang)
    session.say(str(finished.index or finished.folder))


def _print(pair: CapacityPair, lang: str) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    from hypebasket.report.figures import percent, share
    from hypebasket.report.labels import money

    console = console_for_tables()
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
