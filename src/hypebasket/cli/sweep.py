"""``hypebasket sweep``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hypebasket.cli import Session, pass_session
from hypebasket.cli.asked import Asked, asks, baskets_argument, cluster_option, jobs_option
from hypebasket.cli.console import console_for_tables
from hypebasket.errors import UsageError
from hypebasket.spec.text import Text

if TYPE_CHECKING:
    from hypebasket.ledger.sweep import ArenaResult, SweepResult

__all__ = ["sweep"]

SHOWN = 10

LABELS = {
    "rank": Text(zh="名次", en="rank"),
    "captured": Text(zh="平均实得", en="captured, mean"),
    "total_return": Text(zh="总收益", en="total return"),
    "sharpe": Text(zh="夏普", en="Sharpe"),
    "max_drawdown": Text(zh="最大回撤", en="max drawdown"),
    "events": Text(zh="事件", en="events"),
    "fills": Text(zh="成交", en="fills"),
    "confirmed": Text(zh="已复核", en="confirmed"),
    "none": Text(zh="没有一个配置有该指标", en="no configuration has this metric"),
    "deflated_sharpe": Text(zh="去膨胀夏普", en="deflated Sharpe ratio"),
    "overfitting": Text(zh="过拟合概率", en="probability of overfitting"),
    "tried": Text(zh="共试过的配置", en="configurations ever tried"),
}


@click.command()
@click.argument("strategy")
@baskets_argument
@click.option(
    "--grid",
    "grids",
    multiple=True,
    required=True,
    metavar="FIELD=VALUES",
    help="exit.hold_sessions=1..20, exit.stop_loss=0.03..0.15:0.01, entry.at=first_open,first_close; may be repeated.",
)
@click.option("--random", type=click.IntRange(min=1), help="Evaluate so many points of the grid, drawn at random.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of --random.")
@click.option(
    "--metric",
    type=click.Choice(["captured", "total_return", "sharpe", "max_drawdown"]),
    help="What ranks configurations [default: captured; total_return for a strategy without a trigger].",
)
@click.option("--top", type=click.IntRange(min=1), default=3, show_default=True, help="Best ones to confirm.")
@click.option(
    "--folds", type=click.IntRange(min=1), default=5, show_default=True, help="Stretches of events of the walk forward."
)
@click.option(
    "--embargo",
    type=click.IntRange(min=0),
    default=5,
    show_default=True,
    help="Sessions between the events a choice is made on and those it is judged on.",
)
@jobs_option("the work")
@cluster_option
@asks(
    money="Money of the sleeve.",
    circle="Circle of members [default: the strategy's, else the basket's].",
    pageless="Write the table and result.json only.",
)
@pass_session
def sweep(
    session: Session,
    strategy: str,
    baskets: tuple[str, ...],
    grids: tuple[str, ...],
    random: int | None,
    seed: int,
    metric: str | None,
    top: int,
    folds: int,
    embargo: int,
    jobs: int,
    cluster: str | None,
    asked: Asked,
) -> None:
    """Evaluate STRATEGY over a grid of its fields, for BASKETS (default: the three mainlines).

    Every configuration is counted in the workspace's trial ledger. A sweep that was stopped goes on where it was; the
    best configurations are run again in the backtrader engine before they are shown.

    \b
    hypebasket sweep strategies/event-drift.yaml --grid exit.hold_sessions=1..20 --grid exit.stop_loss=0.03..0.15:0.01
    hypebasket sweep event-drift application --grid entry.on_limit.retry=1..5 --grid overlap=ignore,stack
    """  # noqa: D301  (the \b keeps the lines below it as they are)
    from hypebasket.pipeline.sweep import SweepRequest, execute_sweep
    from hypebasket.spec.grid import parse_axis

    axes = tuple(parse_axis(grid) for grid in grids)
    if len({axis.name for axis in axes}) < len(axes):
        raise UsageError("--grid: a field stands twice", "write all its values in one --grid")
    request = asked.request(session, baskets, (strategy,))
    wanted = SweepRequest(request, axes, random, seed, metric, top, folds, embargo, jobs, cluster)
    finished = execute_sweep(wanted, session.progress)
    if session.as_json:
        session.print_json(finished.result.model_dump(mode="json"))
    else:
        _print(finished.result, session.lang)
    session.say(str(finished.index or finished.folder))


def _print(result: SweepResult, lang: str) -> None:
    console = console_for_tables()
    for arena in result.arenas:
        name = arena.name.zh if lang == "zh" else arena.name.en
        console.print(f"[bold]{name}[/bold] · {arena.sleeve} · {arena.members}")
        console.print(_table(result, arena, lang) if arena.ranked else LABELS["none"][lang])
        console.print(_luck(arena, lang))
        forward = (arena.forward.answer,) if arena.forward else ()
        for words in (arena.answer, *arena.gaps, *forward):
            console.print(words.zh if lang == "zh" else words.en)


def _luck(arena: ArenaResult, lang: str) -> str:
    """Return what luck explains, as figures in a line."""
    from hypebasket.report.figures import chance, count

    told = {
        "tried": count(arena.tried),
        "deflated_sharpe": chance(arena.deflated_sharpe),
        "overfitting": chance(arena.overfitting),
    }
    return " · ".join(f"{LABELS[key][lang]} {value}" for key, value in told.items())


def _table(result: SweepResult, arena: ArenaResult, lang: str) -> object:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    from hypebasket.report.figures import percent, ratio

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column(LABELS["rank"][lang], justify="right")
    for axis in result.axes:
        table.add_column(axis.field.rpartition(".")[2], justify="right")
    for key in ("captured", "total_return", "sharpe", "max_drawdown", "events", "fills", "confirmed"):
        table.add_column(LABELS[key][lang], justify="right")
    for row in arena.ranked[:SHOWN]:
        figures = (percent(row.captured), percent(row.total_return), ratio(row.sharpe), percent(row.max_drawdown))
        settings = ("–" if value is None else str(value) for value in row.settings)
        table.add_row(str(row.rank), *settings, *figures, str(row.events), str(row.fills), "✓" if row.confirmed else "")
    return table
