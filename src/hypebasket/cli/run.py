"""``hypebasket run``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from hypebasket.cli import Session, pass_session
from hypebasket.cli.asked import Asked, asks, baskets_argument, jobs_option, strategies_option

if TYPE_CHECKING:
    from hypebasket.pipeline.run import Finished

__all__ = ["run"]


@click.command()
@baskets_argument
@strategies_option("Strategy", default="buy-and-hold and event-drift")
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
@jobs_option("the random calendars")
@asks(
    money="Money of a basket, split among its sleeves by member weight; each part in its sleeve's currency.",
    circle="Circle that leads the report [default: the strategy's, else the basket's].",
    pageless="Write the ledger and result.json only.",
)
@pass_session
def run(
    session: Session,
    baskets: tuple[str, ...],
    strategies: tuple[str, ...],
    placebo: int,
    study: bool,
    jobs: int,
    asked: Asked,
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
    from hypebasket.pipeline.run import execute

    request = replace(asked.request(session, baskets, strategies), placebo=placebo, study=study)
    finished = execute(request, session.progress, jobs=jobs)
    if session.as_json:
        session.print_json(result_payload(finished.result))
    for said in (finished.result.luck, finished.result.verdict):
        if said:
            session.say(said.zh if session.lang == "zh" else said.en)
    session.say(str(finished.index or finished.folder))
    return finished
