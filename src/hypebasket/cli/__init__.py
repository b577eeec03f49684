"""The command line: verbs, progress, exit codes.

Start-up stays quick: a verb's module is imported only when the verb is called, and heavy packages only inside it.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import click

from hypebasket import __version__
from hypebasket.errors import DataGapError, HypebasketError, SpecError

__all__ = ["Session", "main", "pass_session"]


class Verb(NamedTuple):
    """Where a verb lives, and its line in the help: known without importing it."""

    target: str
    help: str


VERBS = {
    "run": Verb("hypebasket.cli.run:run", "Run baskets with strategies; write the ledger and the pages."),
    "explain": Verb(
        "hypebasket.cli.explain:explain", "Explain an event of a run: from headline to captured, step by step."
    ),
    "sweep": Verb("hypebasket.cli.sweep:sweep", "Evaluate a strategy over a grid of its fields; count what was tried."),
    "capacity": Verb("hypebasket.cli.capacity:capacity", "Ask how much money a strategy can take before it pays less."),
    "study": Verb("hypebasket.cli.study:study", "Ask whether the events moved the baskets, with tests of chance."),
    "placebo": Verb(
        "hypebasket.cli.placebo:placebo", "Compare what was captured with random calendars, shifts and baskets."
    ),
    "report": Verb("hypebasket.cli.report:report", "Make the pages of a finished run anew."),
    "compare": Verb("hypebasket.cli.compare:compare", "Put finished runs side by side on one page."),
    "check": Verb("hypebasket.cli.check:check", "Validate every YAML of the workspace."),
    "show": Verb("hypebasket.cli.show:show", "Say in plain sentences what a strategy, a basket or an event is."),
    "new": Verb("hypebasket.cli.new:new", "Write a new, commented strategy, basket or event."),
    "watch": Verb("hypebasket.cli.watch:watch", "Check and run again on every save; refresh the open page."),
    "events": Verb("hypebasket.cli.events:events", "List the events; explain an event's sessions hop by hop."),
    "fetch": Verb("hypebasket.cli.fetch:fetch", "Fetch market data from vendors (akshare) into the workspace's store."),
    "data": Verb("hypebasket.cli.data:data", "Import, compare, verify and export the workspace's market data."),
    "basket": Verb("hypebasket.cli.basket:basket", "Draft a basket from a concept board; tell what has changed."),
    "rules": Verb("hypebasket.cli.rules:rules", "Show the law in force on a day, or what changed between two days."),
    "audit": Verb(
        "hypebasket.cli.audit:audit", "Replay a run's ledger on its own, and look for what is wrong with it."
    ),
    "verify": Verb("hypebasket.cli.verify:verify", "Make a run again from its manifest; compare byte for byte."),
    "init": Verb("hypebasket.cli.init:init", "Make a fresh workspace."),
    "doctor": Verb(
        "hypebasket.cli.doctor:doctor", "Look at Python, packages, calendars, store, disk, clock and fonts."
    ),
}


@dataclass(slots=True)
class Session:
    """What every verb knows of the call: where the workspace is, how to speak, and how much."""

    workspace: Path | None = None
    lang: str = "en"
    as_json: bool = False
    verbosity: int = 0

    def print_json(self, payload: object) -> None:
        """Write the machine-readable result, the only thing on stdout under ``--json``."""
        click.echo(json.dumps(payload, ensure_ascii=False, indent=2, default=str))

    def say(self, message: str, level: int = 0) -> None:
        """Write a line for the human: to stderr under ``--json``, so that stdout stays machine-readable."""
        if self.verbosity >= level:
            click.echo(message, err=self.as_json)

    def progress(self, message: str) -> None:
        """Write a step of long work to stderr, so that stdout holds the outcome alone."""
        if self.verbosity >= 0:
            click.echo(f"  {message}", err=True)

    def warn(self, message: str) -> None:
        """Write a warning to stderr."""
        if self.verbosity >= 0:
            click.secho(message, fg="yellow", err=True)


pass_session = click.make_pass_decorator(Session, ensure=True)


def _remember(name: str, sign: int = 0) -> Callable[[click.Context, click.Parameter, Any], None]:
    """Return a callback that notes an option of the call in the session, wherever on the line it stands."""

    def note(context: click.Context, parameter: click.Parameter, value: Any) -> None:
        session = context.ensure_object(Session)
        if sign:
            session.verbosity += sign * value
        elif value is not None and value is not False:
            setattr(session, name, value)

    return note


def _common_options() -> list[click.Parameter]:
    """Return the options that every verb takes, before or after its name."""
    folder = click.Path(file_okay=False, path_type=Path)
    declared: list[tuple[tuple[str, ...], dict[str, Any]]] = [
        (
            ("--workspace",),
            {"type": folder, "help": "Folder with baskets/, strategies/, data/ [default: the nearest upward]."},
        ),
        (("--lang",), {"type": click.Choice(["zh", "en"]), "help": "Language of messages [default: en]."}),
        (("--json", "as_json"), {"is_flag": True, "help": "Machine-readable result on stdout, messages on stderr."}),
    ]
    options: list[click.Parameter] = [
        click.Option(names, expose_value=False, callback=_remember(names[-1].lstrip("-")), **settings)
        for names, settings in declared
    ]
    for names, sign, text in ((("-q", "--quiet"), -1, "Say less."), (("-v", "--verbose"), 1, "Say more.")):
        options.append(
            click.Option(names, count=True, expose_value=False, callback=_remember("verbosity", sign), help=text)
        )
    return options


def _with_common_options(command: click.Command) -> click.Command:
    """Give a verb, and the verbs below it, the common options."""
    taken = {name for parameter in command.params for name in parameter.opts}
    command.params += [option for option in _common_options() if taken.isdisjoint(option.opts)]
    if isinstance(command, click.Group):
        for verb in command.commands.values():
            _with_common_options(verb)
    return command


class LazyVerbs(click.Group):
    """A group whose verbs are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Verbs in the order a user meets them."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the verb."""
        verb = VERBS.get(cmd_name)
        if verb is None:
            return None
        module, _, name = verb.target.partition(":")
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)
        return _with_common_options(command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the verbs without importing them."""
        with formatter.section("Verbs"):
            formatter.write_dl([(name, verb.help) for name, verb in VERBS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Resolve a verb, suggesting a near one for a typing slip."""
        name = args[0] if args else ""
        if name and not name.startswith("-") and name not in VERBS:
            import difflib

            near = difflib.get_close_matches(name, VERBS, n=1)
            hint = f"; did you mean '{near[0]}'?" if near else f"; verbs: {', '.join(VERBS)}"
            ctx.fail(f"no verb '{name}'{hint}")
        return super().resolve_command(ctx, args)


@click.group(cls=LazyVerbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="hypebasket")
def cli() -> None:
    """Backtest baskets of concept stocks (概念股) around hype events.

    Every run tells two numbers: the headline a newspaper would print, and what an investor could have captured once
    price limits, T+1, lots, volume and fees have taken their part.

    \b
    hypebasket run                              the three mainlines x two strategies on the data at hand
    hypebasket run baskets/compute.yaml -s strategies/event-drift.yaml --from 2023-01-01 --to 2024-12-31
    hypebasket check                            every YAML of the workspace: file:line:col, what to write
    hypebasket events explain sora-launch       instant -> first tradable open and close per market
    hypebasket fetch --basket application       market data from vendors, proven -> the workspace's store
    hypebasket data import DIR                  tidy CSV or Parquet folder -> the workspace's store

    Exit codes: 0 done, 1 the run failed, 2 wrong usage or invalid YAML, 3 data missing or damaged, 4 a check found a
    difference.
    """  # noqa: D301  (the \b keeps the lines below it as they are)


_with_common_options(cli)


def _report(error: HypebasketError, session: Session) -> None:
    problems = error.problems if isinstance(error, SpecError) else []
    if session.as_json:
        told = [problem.told(session.lang) for problem in problems]
        session.print_json({"error": error.message, "remedy": error.remedy, "problems": told})
    if problems:
        from hypebasket.cli.problems import tell

        tell(problems, session.lang)
    else:
        click.echo(str(error), err=True)


def main(args: list[str] | None = None) -> None:
    """Run the command line and leave with the exit code of its outcome."""
    session = Session()
    try:
        cli.main(args=args, prog_name="hypebasket", standalone_mode=False, obj=session)
    except HypebasketError as error:
        _report(error, session)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except OSError as error:
        click.echo(f"{error.filename or 'a file'}: {error.strerror or error}; mend it and run again", err=True)
        sys.exit(DataGapError.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        sys.exit(130)
