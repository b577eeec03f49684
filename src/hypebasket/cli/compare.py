"""``hypebasket compare``: finished runs side by side."""

from __future__ import annotations

from pathlib import Path

import click

from hypebasket.cli import Session, pass_session
from hypebasket.errors import UsageError

__all__ = ["compare"]


@click.command()
@click.argument("runs", metavar="[RUN RUN ...]", nargs=-1)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Page to write [default: reports/compare-<run>-<run>....html].",
)
@pass_session
def compare(session: Session, runs: tuple[str, ...], output: Path | None) -> None:
    """Put finished RUNs side by side on one page (ids, beginnings of ids, folders, or 'latest'); else the two newest.

    The page says in what the runs differ (data, rules, dates, capital, circle), and shows for every basket their curves
    in one picture, their figures row by row, and each event's headline and captured numbers run by run.
    """
    from hypebasket.pipeline.comparison import compare_runs
    from hypebasket.pipeline.run_folder import find_run, runs_of
    from hypebasket.spec.workspace import find_workspace

    workspace = find_workspace(session.workspace or Path.cwd())
    named = [find_run(workspace, name) for name in runs] or runs_of(workspace)[-2:]
    folders = list(dict.fromkeys(folder.resolve() for folder in named))
    if len(folders) < 2:
        raise UsageError("one run cannot be compared with itself", "name two or more different runs")
    page = output or workspace / "reports" / f"compare-{'-'.join(folder.name for folder in folders)}.html"
    made = compare_runs(folders, page)
    if session.as_json:
        session.print_json({"page": str(made), "runs": [folder.name for folder in folders]})
    session.say(str(made))
