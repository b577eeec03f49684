"""``hypebasket report``: the pages of a finished run, made anew."""

from __future__ import annotations

from pathlib import Path

import click

from hypebasket.cli import Session, pass_session

__all__ = ["report"]


@click.command()
@click.argument("run", metavar="RUN", default="latest")
@pass_session
def report(session: Session, run: str) -> None:
    """Make the pages of a finished RUN anew (its id, the beginning of it, its folder, or 'latest').

    Nothing is computed again: index.html and the tearsheets are drawn from result.json and charts.json in the run's
    folder, so that a run made with --no-pages gets its pages, and an old run those of this version.
    """
    from hypebasket.pipeline.pages import rebuild_pages
    from hypebasket.pipeline.run_folder import find_run
    from hypebasket.spec.workspace import find_workspace

    folder = find_run(find_workspace(session.workspace or Path.cwd()), run)
    session.progress("drawing the pages" if session.lang == "en" else "正在绘制页面")
    index = rebuild_pages(folder)
    if session.as_json:
        pages = sorted(path.name for path in folder.glob("*.html"))
        session.print_json({"run": folder.name, "index": str(index), "pages": pages})
    session.say(str(index))
