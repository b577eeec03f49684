"""``hypebasket study``."""

from __future__ import annotations

import re
from typing import Literal, cast

import click

from hypebasket.cli import Session, pass_session
from hypebasket.cli.asked import Asked, asks, baskets_argument

__all__ = ["study"]

SESSIONS = re.compile(r"(-?\d{1,3}):(-?\d{1,3})")


class SessionRange(click.ParamType[tuple[int, int]]):
    """``1:5``: sessions counted from the event, both included; 1 is the first that holds the news, 0 the base."""

    name = "FIRST:LAST"

    def convert(
        self, value: str | tuple[int, int], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """Read a range and see that it is one."""
        if isinstance(value, tuple):
            return value
        found = SESSIONS.fullmatch(value)
        if not found:
            self.fail(f"'{value}' is no range of sessions; write for example 1:5 or -5:0", param, ctx)
        first, last = int(found[1]), int(found[2])
        if first > last:
            self.fail(f"'{value}': the first session is after the last", param, ctx)
        return first, last


@click.command()
@baskets_argument
@click.option(
    "--model",
    type=click.Choice(["market", "adjusted", "mean"]),
    default="market",
    show_default=True,
    help="Normal return: market model, the market's own, or the name's mean.",
)
@click.option(
    "--estimation",
    type=SessionRange(),
    default="-130:-11",
    show_default=True,
    help="Sessions the normal return is estimated on; it ends before the base.",
)
@click.option(
    "--window",
    "windows",
    type=SessionRange(),
    multiple=True,
    help="Sessions to test; may be given more than once, the first is primary [default: 1:5, 1:1, 1:10, -5:0].",
)
@click.option(
    "--locked",
    type=click.Choice(["cumulate", "session"]),
    default="cumulate",
    show_default=True,
    help="Closes at a limit: run on until the board opens, or take every close for a price.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of the bootstrap.")
@click.option("--draws", type=click.IntRange(min=99), default=1999, show_default=True, help="Of the bootstrap.")
@asks(
    first="First session of an event [default: first of the data].",
    last="Last session of the data used [default: last of the data].",
    money=None,
    circle="Circle that leads [default: the basket's].",
    pageless="Write the tables and study.json only.",
)
@pass_session
def study(
    session: Session,
    baskets: tuple[str, ...],
    model: str,
    estimation: tuple[int, int],
    windows: tuple[tuple[int, int], ...],
    locked: str,
    seed: int,
    draws: int,
    asked: Asked,
) -> None:
    """Ask whether events moved BASKETS (files or ids), and write reports/study-<id>/study.html.

    Abnormal returns around every event of each basket's mainline, tested with the event as the unit; beside them what
    the usual tests would have claimed.

    \b
    hypebasket study
    hypebasket study application --window 1:5 --window 1:10 --model adjusted --from 2022-11-01 --to 2025-12-31
    """  # noqa: D301  (the \b keeps the lines below it as they are)
    from hypebasket.pipeline.study.request import DEFAULT_WINDOWS, StudyRequest, Window
    from hypebasket.pipeline.study.run import study as make
    from hypebasket.stats.normal_returns import NormalModel

    request = StudyRequest.of(
        asked.request(session, baskets),
        model=NormalModel(model),
        estimation=Window(*estimation),
        windows=tuple(dict.fromkeys(Window(*window) for window in windows)) or DEFAULT_WINDOWS,
        locked=cast('Literal["cumulate", "session"]', locked),
        seed=seed,
        draws=draws,
    )
    done = make(request, session.progress)
    if session.as_json:
        session.print_json(done.result.model_dump(mode="json"))
    for line in done.result.mainlines:
        name, answer = (line.name.zh, line.answer.zh) if session.lang == "zh" else (line.name.en, line.answer.en)
        session.say(f"{name}: {answer}")
    session.say(str(done.page or done.folder))
