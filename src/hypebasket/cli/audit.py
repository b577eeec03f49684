"""``hypebasket audit``: replay a finished run, and tell what stands against it."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from hypebasket.cli import Session, pass_session

__all__ = ["audit"]

HARD_FINDING = 4

_WORDS = {
    "hard": {"zh": "成立", "en": "HARD"},
    "caution": {"zh": "留意", "en": "caution"},
    "note": {"zh": "说明", "en": "note"},
    "clean": {"zh": "{}：没有站得住的指控；{} 条须留意", "en": "{}: nothing stands against it; {} cautions"},
    "stands": {"zh": "{}：{} 条指控成立", "en": "{}: {} hard findings stand against it"},
}


@click.command()
@click.argument("run", metavar="RUN")
@click.option(
    "--cuts",
    type=click.IntRange(min=0, max=1000),
    default=3,
    show_default=True,
    help="Sessions of each ledger at which the future is exchanged to look for looking ahead.",
)
@click.option("--no-page", is_flag=True, help="Leave out audit.html.")
@pass_session
def audit(session: Session, run: str, cuts: int, no_page: bool) -> None:
    """Audit RUN (its id, the beginning of it, its folder, or 'latest'): replay its ledgers without the engine.

    Cash, shares, fees, sizes, limits, T+1, volume, members, events and benchmark are worked out again from the CSV
    files and the data; every strategy runs on other futures, which may change nothing before them. A page with what was
    found, audit.html, is left in the run's folder. Exit code 4 if a hard finding stands.
    """
    from hypebasket.pipeline.audit import audit_run
    from hypebasket.pipeline.run_folder import find_run
    from hypebasket.spec.workspace import find_workspace

    workspace = find_workspace(session.workspace or Path.cwd())
    folder = find_run(workspace, run)
    found = audit_run(folder, workspace, session.progress, cuts=cuts)
    page = None
    if not no_page:
        from hypebasket.report.audit import write_audit

        page = write_audit(found, folder / "audit.html")
    if session.as_json:
        session.print_json({"stands": found.stands, **found.model_dump(mode="json")})
    for finding in found.findings:
        if finding.severity != "note" or session.verbosity > 0:
            text = finding.text.zh if session.lang == "zh" else finding.text.en
            session.say(f"{_WORDS[finding.severity][session.lang]}  {finding.kind}  {finding.place}: {text}")
    if page:
        session.say(str(page))
    outcome = "clean" if found.stands else "stands"
    count = len(found.of("caution" if found.stands else "hard"))
    session.say(_WORDS[outcome][session.lang].format(found.run_id, count))
    if not found.stands:
        sys.exit(HARD_FINDING)
