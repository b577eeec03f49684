"""``hypebasket doctor``: whether everything is there that a run and a fetch need."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click

from hypebasket.cli import Session, pass_session
from hypebasket.errors import DataGapError, UsageError

__all__ = ["doctor"]

_STATES = {
    "fine": {"en": "ok", "zh": "正常"},
    "warning": {"en": "warning", "zh": "注意"},
    "broken": {"en": "BROKEN", "zh": "故障"},
}


@click.command()
@pass_session
def doctor(session: Session) -> None:
    """Look at Python, packages, calendars, workspace, disk, clock, store and fonts; every finding has its remedy.

    Asks no network. Exit code 3 if anything is broken.
    """
    from hypebasket.pipeline.health import diagnose
    from hypebasket.spec.workspace import find_workspace

    try:
        root = find_workspace(session.workspace or Path.cwd())
    except UsageError:
        root = None
    found = list(diagnose(root))
    for each in found:
        remedy = f" -> {each.remedy[session.lang]}" if each.remedy else ""
        session.say(f"{_STATES[each.state][session.lang]:8}{each.subject}: {each.found[session.lang]}{remedy}")
    if session.as_json:
        session.print_json([
            asdict(each) | {"found": each.found.model_dump(), "remedy": each.remedy and each.remedy.model_dump()}
            for each in found
        ])  # fmt: skip
    if any(each.state == "broken" for each in found):
        sys.exit(DataGapError.exit_code)
