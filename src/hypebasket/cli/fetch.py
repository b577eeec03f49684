"""``hypebasket fetch``: market data from vendors, asked politely and stored after proof."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hypebasket.cli import Session, pass_session
from hypebasket.errors import VendorError
from hypebasket.spec.layout import find_workspace

if TYPE_CHECKING:
    from hypebasket.sources.akshare.calls import Caller
    from hypebasket.sources.fetch import FetchOutcome, Plan, Progress

__all__ = ["fetch"]

VENDORS = ("eastmoney", "tencent", "sina")
CHANGES_SHOWN = 20

_WORDS = {
    "ask": {"en": "{}: {} .. {} from {}", "zh": "{}：{} 至 {}，来源 {}"},
    "check": {"en": ", compared with {}", "zh": "，与 {} 比对"},
    "present": {"en": "{} symbols are already in the store", "zh": "仓库已有 {} 只"},
    "left_out": {"en": "{}: not asked for: {}", "zh": "{}：未请求：{}"},
    "dry": {"en": "{} to fetch; nothing was asked (--dry-run)", "zh": "将获取 {} 项；未发出请求（--dry-run）"},
    "nothing": {"en": "nothing to fetch: the store has it all", "zh": "无需获取：仓库已齐全"},
    "new": {"en": "generation {} stored: {} fetched", "zh": "已存为第 {} 代：获取 {} 项"},
    "equal": {"en": "nothing new: generation {} holds the same", "zh": "无新内容：第 {} 代内容相同"},
    "rewritten": {"en": "{} values that {} gives otherwise than before:", "zh": "{} 个数值与原有不同（{}）："},
    "differs": {"en": "{} values on which {} differs (not taken):", "zh": "{} 个数值与 {} 不一致（未采用）："},
    "more": {"en": "  ... and {} more (--json lists all)", "zh": "  ……另有 {} 个（--json 列出全部）"},
}  # fmt: skip


def _day(context: click.Context, parameter: click.Parameter, value: datetime | None) -> date | None:
    return value.date() if value else None


@click.command()
@click.argument("symbols", nargs=-1)
@click.option("-b", "--basket", "baskets", multiple=True, help="Basket id: its stocks and benchmarks [default: all].")
@click.option(
    "--from", "first", type=click.DateTime(["%Y-%m-%d"]), callback=_day, help="First day [default: 2021-01-01]."
)
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), callback=_day,
              help="Last day [default: the last finished session].")  # fmt: skip
@click.option("--source", "vendor", type=click.Choice(VENDORS), default="eastmoney", show_default=True,
              help="Vendor of the bars, read through akshare.")  # fmt: skip
@click.option("--check", "second", type=click.Choice(VENDORS), help="Compare with this vendor; differences are listed.")
@click.option("--fx", is_flag=True, help="Also the central parities of USD and HKD.")
@click.option(
    "--limit-pool", "pool", type=click.IntRange(1, 30), help="Also the limit-up pools of the last N sessions."
)
@click.option("--concept", "concepts", multiple=True, help="Also members and index of this concept board.")
@click.option("--refresh", is_flag=True, help="Ask again for what the store already has.")
@click.option("--allow-gaps", is_flag=True, help="Take A-share bars with sessions missing that nobody explains.")
@click.option("--accept-rewrite", is_flag=True, help="Take bars that differ from most of those in the store.")
@click.option("--pace", type=click.FloatRange(min=0), help="Seconds between two requests to a vendor [default: 0.8].")
@click.option("--dry-run", is_flag=True, help="Say what would be asked, and ask nothing.")
@pass_session
def fetch(
    session: Session,
    symbols: tuple[str, ...],
    baskets: tuple[str, ...],
    first: date | None,
    last: date | None,
    vendor: str,
    second: str | None,
    fx: bool,
    pool: int | None,
    concepts: tuple[str, ...],
    refresh: bool,
    allow_gaps: bool,
    accept_rewrite: bool,
    pace: float | None,
    dry_run: bool,
) -> None:
    """Fetch SYMBOLS (stocks, indices), or the stocks and benchmarks of baskets, into the workspace's store.

    Every answer must prove itself: columns, dates, a row for every session, units by amount/volume, prices inside the
    day's limits, agreement with what the store holds. What does not is refused and named; the rest is stored as one
    generation (exit code 3 if anything is missing). A fetch that was stopped goes on where it was.

    \b
    hypebasket fetch                            every basket's stocks and benchmarks
    hypebasket fetch --basket application --from 2023-06-01 --check tencent
    hypebasket fetch 300418.SZ 399006.SZ --dry-run
    """  # noqa: D301  (the \b keeps the lines below it as they are)
    root = find_workspace(session.workspace or Path.cwd())
    if not dry_run and not (root / "data" / "store" / "CURRENT").exists():
        _reach_before_loading()
    from hypebasket.pipeline.fetching import extras_of, listed_of, symbols_of, workspace_store
    from hypebasket.sources.fetch import fetch as fetch_all
    from hypebasket.sources.fetch import plan_requests

    store = workspace_store(root)
    asks_only_extras = (fx or pool or concepts) and not (symbols or baskets)
    wanted = () if asks_only_extras else symbols_of(root, symbols, baskets)
    manifest = None if store.is_empty else store.manifest()
    plan = plan_requests(
        wanted,
        manifest,
        listed_of(root),
        vendor=vendor,
        check=second,
        first=first,
        last=last,
        refresh=refresh,
        allow_gaps=allow_gaps,
        accept_rewrite=accept_rewrite,
    )
    extras = extras_of(fx=fx, pool=pool or 0, concepts=concepts, first=first, last=last)
    _say_plan(session, plan, [extra.name for extra in extras], dry_run=dry_run)
    if dry_run or not (plan.requests or extras):
        if session.as_json:
            session.print_json(_plan_facts(plan, [extra.name for extra in extras]))
        return
    with _progress(session, len(plan.requests) + len(extras)) as progress:
        outcome = fetch_all(store, plan.requests, _caller(pace), extras=extras, progress=progress)
    _finish(session, outcome, plan)


def _reach_before_loading() -> None:
    """Find out whether there is a network before anything heavy is loaded: with an empty store it will be needed."""
    from hypebasket.sources.akshare.network import CONTACT, reach

    reach(CONTACT)


def _caller(pace: float | None) -> Caller:
    from hypebasket.sources.akshare.calls import Caller
    from hypebasket.sources.akshare.network import Manners, Network

    return Caller(Network(Manners() if pace is None else Manners(interval=pace, jitter=pace / 2)))


def _plan_facts(plan: Plan, extras: list[str]) -> dict[str, object]:
    requests = [
        {"symbol": r.symbol, "from": r.first, "to": r.last, "source": r.vendor, "check": r.check} for r in plan.requests
    ]
    return {"requests": requests, "present": plan.present, "left_out": dict(plan.left_out), "extras": extras}


def _say_plan(session: Session, plan: Plan, extras: list[str], *, dry_run: bool) -> None:
    lang = session.lang
    if dry_run:
        for r in plan.requests:
            check = _WORDS["check"][lang].format(r.check) if r.check else ""
            session.say(_WORDS["ask"][lang].format(r.symbol, r.first, r.last, r.vendor) + check)
        for name in extras:
            session.say(name)
    for symbol, reason in plan.left_out.items():
        session.warn(_WORDS["left_out"][lang].format(symbol, reason))
    if plan.present:
        session.say(_WORDS["present"][lang].format(len(plan.present)))
    if dry_run:
        session.say(_WORDS["dry"][lang].format(len(plan.requests) + len(extras)))
    elif not plan.requests and not extras:
        session.say(_WORDS["nothing"][lang])


@contextlib.contextmanager
def _progress(session: Session, total: int) -> Iterator[Progress]:
    """Show a bar with what is left on a terminal, else a line per symbol on stderr."""
    if session.verbosity < 0:
        yield lambda _done, _total, _line: None
        return
    if not sys.stderr.isatty():
        yield lambda done, all_, line: session.progress(f"{done}/{all_} ({all_ - done} left)  {line}")
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=total)
        yield lambda done, _total, line: bar.update(task, completed=done, description=line[:80])


def _finish(session: Session, outcome: FetchOutcome, plan: Plan) -> None:
    """Say what is stored and what changed; raise if anything asked for is missing."""
    lang, stored = session.lang, outcome.stored
    if stored is not None:
        from hypebasket.cli.snapshot import say_findings, say_manifest

        say_findings(session, stored.findings)
        _say_changes(session, outcome)
        word = "new" if stored.is_new else "equal"
        session.say(_WORDS[word][lang].format(stored.manifest.generation, len(outcome.fetched)))
        say_manifest(session, stored.manifest)
    if session.as_json and not outcome.failures and not outcome.left:
        session.print_json(_outcome_facts(outcome, plan))
    if outcome.failures or outcome.left:
        raise _missing(outcome)


def _outcome_facts(outcome: FetchOutcome, plan: Plan) -> dict[str, object]:
    manifest = outcome.stored.manifest if outcome.stored else None
    return {
        "generation": manifest and manifest.generation,
        "new": bool(outcome.stored and outcome.stored.is_new),
        "content_hash": manifest and manifest.content_hash,
        "fetched": outcome.fetched,
        "present": plan.present,
        "left_out": dict(plan.left_out),
        "changes": [change.model_dump(mode="json") for change in outcome.changes],
    }


def _say_changes(session: Session, outcome: FetchOutcome) -> None:
    for kind in ("rewritten", "differs"):
        changes = [change for change in outcome.changes if change.kind == kind]
        if not changes:
            continue
        session.say(_WORDS[kind][session.lang].format(len(changes), changes[0].by))
        for c in changes[:CHANGES_SHOWN]:
            session.say(f"  {c.symbol} {c.day} {c.column}: {c.was} -> {c.now}")
        if len(changes) > CHANGES_SHOWN:
            session.say(_WORDS["more"][session.lang].format(len(changes) - CHANGES_SHOWN))


def _missing(outcome: FetchOutcome) -> VendorError:
    lines = [str(error) for error in outcome.failures.values()]
    if outcome.left:
        shown = ", ".join(outcome.left[:8]) + (f" and {len(outcome.left) - 8} more" if len(outcome.left) > 8 else "")
        lines.append(f"not asked for any more: {shown}")
    got = f"{len(outcome.fetched)} fetched and stored" if outcome.stored else "nothing was stored"
    return VendorError(
        "\n".join([*lines, f"{len(outcome.failures) + len(outcome.left)} missing, {got}"]),
        "run the same command again: what is stored is not asked for twice",
    )
