"""What verbs over baskets ask alike: the period, the money, the circle, the data, the sleeves, the pages.

A verb names what is its own, and gets the rest as one ``Asked``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import click

from hypebasket.errors import UsageError

if TYPE_CHECKING:
    from hypebasket.cli import Session
    from hypebasket.pipeline.request import RunRequest

__all__ = ["Asked", "asks", "baskets_argument", "cluster_option", "ids_of", "jobs_option", "strategies_option"]

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Asked:
    """The answers to what every verb asks; ``capital`` is ``None`` where a verb has no such option."""

    start: date | None
    end: date | None
    members: str | None
    data: str
    markets: tuple[str, ...]
    no_pages: bool
    capital: int | None = None

    def request(self, session: Session, baskets: Sequence[str], strategies: Sequence[str] = ()) -> RunRequest:
        """Return them as what is asked of a run of ``baskets`` with ``strategies`` (files of the workspace, or ids)."""
        from hypebasket.pipeline.request import RunRequest
        from hypebasket.spec.text import Circle, Currency
        from hypebasket.spec.workspace import find_workspace

        workspace = find_workspace(session.workspace or Path.cwd())
        asked = RunRequest(
            workspace=workspace,
            baskets=ids_of(baskets, workspace / "baskets"),
            strategies=ids_of(strategies, workspace / "strategies"),
            start=self.start,
            end=self.end,
            members=Circle(self.members) if self.members else None,
            sleeves=tuple(dict.fromkeys(Currency(market) for market in self.markets)),
            data=self.data,
            pages=not self.no_pages,
        )
        return asked if self.capital is None else replace(asked, capital=self.capital)


def asks(
    *,
    money: str | None,
    circle: str,
    pageless: str,
    first: str = "First session [default: first of the data].",
    last: str = "Last session [default: last of the data].",
) -> Callable[[Callable[..., R]], Callable[..., R]]:
    """Give a verb the options they all have, and hand it the answers as ``asked``.

    Parameters
    ----------
    money : str or None
        Whose money ``--capital`` is; ``None`` leaves the option out.
    circle : str
        Which circle of members ``--members`` chooses, and the default.
    pageless : str
        What is still written under ``--no-pages``.
    """
    options = [
        click.option("--from", "start", type=click.DateTime(["%Y-%m-%d"]), callback=_day_of, help=first),
        click.option("--to", "end", type=click.DateTime(["%Y-%m-%d"]), callback=_day_of, help=last),
        click.option("--members", type=click.Choice(["point_in_time", "documented", "all"]), help=circle),
        click.option(
            "--data",
            type=click.Choice(["auto", "store", "sample"]),
            default="auto",
            show_default=True,
            help="auto: the store if it has data, else the synthetic sample.",
        ),
        click.option(
            "--markets",
            multiple=True,
            type=click.Choice(["CNY", "HKD", "USD"]),
            default=["CNY"],
            show_default=True,
            help="Sleeve by currency: CNY (A-shares), HKD (Hong Kong), USD (United States); "
            "may be given more than once.",
        ),
        click.option("--no-pages", is_flag=True, help=pageless),
    ]
    if money is not None:
        amount = click.IntRange(min=1)
        options.insert(2, click.option("--capital", type=amount, default=1_000_000, show_default=True, help=money))

    def decorate(verb: Callable[..., R]) -> Callable[..., R]:
        @wraps(verb)
        def call(**given: object) -> R:
            answers = {each.name: given.pop(each.name) for each in fields(Asked) if each.name in given}
            return verb(asked=Asked(**answers), **given)  # type: ignore[arg-type]  # click has seen to the types

        for option in reversed(options):
            option(call)
        return call

    return decorate


baskets_argument = click.argument("baskets", nargs=-1)


def strategies_option(what: str, default: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return ``-s``: strategies by file or id; ``default`` tells what runs where none is given."""
    told = f"{what}, file or id; may be given more than once [default: {default}]."
    return click.option("-s", "--strategy", "strategies", multiple=True, help=told)


def jobs_option(what: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return ``--jobs``: processes that share ``what``, one for each core unless told otherwise."""
    told = f"Processes that share {what} [default: one for each core]."
    return click.option("--jobs", type=click.IntRange(min=1), callback=_one_for_each_core, help=told)


cluster_option = click.option(
    "--cluster", metavar="ADDRESS", help="Share the work on a Dask cluster instead: tcp://host:8786."
)


def _day_of(context: click.Context, parameter: click.Parameter, value: datetime | None) -> date | None:
    return value.date() if value else None


def _one_for_each_core(context: click.Context, parameter: click.Parameter, value: int | None) -> int:
    return value or os.cpu_count() or 1


def ids_of(names: Sequence[str], folder: Path) -> tuple[str, ...]:
    """Turn files of the workspace, or ids, into ids."""
    return tuple(_id(name, folder) for name in names)


def _id(name: str, folder: Path) -> str:
    path = Path(name)
    if path.suffix not in (".yaml", ".yml"):
        return name
    if not path.is_file():
        raise UsageError(f"{name}: no such file", f"files of the workspace: {folder}")
    if path.resolve().parent != folder.resolve():
        raise UsageError(
            f"{name}: not in the workspace's folder {folder}", "move it there, or choose another --workspace"
        )
    return path.stem
