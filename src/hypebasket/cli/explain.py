"""``hypebasket explain``: one event of a finished run, from the headline to what was captured."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hypebasket.cli import Session, pass_session
from hypebasket.cli.console import console_for_tables
from hypebasket.errors import UsageError
from hypebasket.spec.text import Text

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table

    from hypebasket.ledger.result import CircleResult, EventResult, NameOutcome, WaterfallBar

__all__ = ["explain"]

BAR_WIDTH = 40

LABELS = {
    "step": Text(zh="步骤", en="step"),
    "money": Text(zh="金额", en="money"),
    "rate": Text(zh="占投入", en="of allotted"),
    "name": Text(zh="股票", en="name"),
    "headline": Text(zh="新闻涨幅", en="headline"),
    "captured": Text(zh="实得", en="captured"),
    "locked": Text(zh="开盘封板", en="opened locked"),
    "first_fill": Text(zh="首次成交", en="first fill"),
    "paid": Text(zh="成交价", en="price paid"),
    "sold": Text(zh="卖空价", en="sold short at"),
    "above": Text(zh="高于基准收盘", en="above base close"),
    "why": Text(zh="未成交原因", en="why not"),
    "allotted": Text(zh="投入", en="allotted"),
    "sessions": Text(zh="个交易日", en="sessions"),
    "base": Text(zh="基准收盘", en="base close"),
    "no_waterfall": Text(
        zh="没有瀑布图：新闻涨幅或实得其一不存在", en="no waterfall: the headline or the captured number does not exist"
    ),
    "synthetic": Text(zh="合成数据：数字不说明任何事", en="SYNTHETIC DATA: these numbers are evidence of nothing"),
}


@click.command()
@click.argument("run", metavar="RUN")
@click.argument("event_id", metavar="EVENT")
@click.option("-b", "--basket", help="Only this basket.")
@click.option("-s", "--strategy", help="Only this strategy.")
@pass_session
def explain(session: Session, run: str, event_id: str, basket: str | None, strategy: str | None) -> None:
    """Explain EVENT of a finished RUN (its id, the beginning of it, its folder, or 'latest').

    For every basket and strategy: the way from the headline to what was captured, in money that adds up exactly, and
    for each name on which sessions it was locked, when it was first bought or sold short, and how far above the base
    that was.
    """
    from hypebasket.pipeline.run_folder import find_run, read_result
    from hypebasket.spec.workspace import find_workspace

    folder = find_run(find_workspace(session.workspace or Path.cwd()), run)
    result = read_result(folder)
    shorts = {strategy.id for strategy in result.strategies if strategy.is_short}
    leading = [
        each
        for each in result.results
        if each.primary and basket in (None, each.basket) and strategy in (None, each.strategy)
    ]
    found = [(each, event) for each in leading for event in each.events if event.event_id == event_id]
    if not found:
        raise _unknown(event_id, leading, folder)
    if session.as_json:
        session.print_json({"run_id": result.run_id, "synthetic": result.synthetic, "events": _as_json(found)})
    else:
        _print(found, shorts, synthetic=result.synthetic, lang=session.lang)


def _unknown(event_id: str, results: Sequence[CircleResult], folder: Path) -> UsageError:
    if not results:
        return UsageError(f"{folder.name}: no such basket or strategy in this run", "leave out -b and -s to see all")
    known = sorted({event.event_id for result in results for event in result.events})
    near = get_close_matches(event_id, known, n=1)
    hint = f"did you mean '{near[0]}'?" if near else f"it has: {', '.join(known)}"
    return UsageError(f"event '{event_id}' is not in run {folder.name}", hint)


def _as_json(found: Iterable[tuple[CircleResult, EventResult]]) -> list[dict[str, object]]:
    return [
        {
            "basket": result.basket,
            "strategy": result.strategy,
            "sleeve": result.sleeve,
            "members": result.members,
            **event.model_dump(mode="json"),
        }
        for result, event in found
    ]


def _print(
    found: Sequence[tuple[CircleResult, EventResult]], shorts: Collection[str], *, synthetic: bool, lang: str
) -> None:
    console = console_for_tables()
    title = found[0][1].title
    console.print(f"[bold]{title.zh if lang == 'zh' else title.en}[/bold]")
    if synthetic:
        console.print(f"[bold yellow]{LABELS['synthetic'][lang]}[/bold yellow]")
    for result, event in found:
        _print_event(console, result, event, lang, short=result.strategy in shorts)


def _print_event(console: Console, result: CircleResult, event: EventResult, lang: str, *, short: bool) -> None:
    from hypebasket.report.figures import amount, percent

    console.print()
    window = next(iter(event.markets.values()))
    console.print(
        f"[bold]{result.basket} × {result.strategy}[/bold] · {result.sleeve} · {result.members} · "
        f"{LABELS['base'][lang]} {window.base} · {event.window_sessions} {LABELS['sessions'][lang]}"
    )
    if event.excluded:
        console.print(event.excluded.zh if lang == "zh" else event.excluded.en)
        return
    console.print(
        f"{LABELS['headline'][lang]} {percent(event.headline)} → {LABELS['captured'][lang]} {percent(event.captured)}"
        + (f" · {LABELS['allotted'][lang]} {amount(event.allotted)} {result.currency}" if event.allotted else "")
    )
    if event.waterfall:
        console.print(_steps(event, lang, short=short))
    else:
        console.print(LABELS["no_waterfall"][lang])
    if event.names:
        console.print(_names(event.names, lang, short=short))


def _steps(event: EventResult, lang: str, *, short: bool) -> RenderableType:
    """Return the waterfall as a table with bars drawn in characters."""
    from hypebasket.report.figures import amount, percent
    from hypebasket.report.labels import step_label

    table = _table((("step", "left"), ("money", "right"), ("rate", "right"), ("", "left")), lang)
    for bar, drawn in zip(event.waterfall, _drawn(event.waterfall), strict=True):
        label = step_label(bar.step, short=short)
        rate = bar.money / event.allotted if event.allotted else None
        total = bar.step in ("headline", "captured")
        money = amount(bar.money) if total else f"{bar.money:+,.2f}"
        style = "bold" if total else "dim" if not bar.money else ""
        table.add_row(label.zh if lang == "zh" else label.en, money, percent(rate), drawn, style=style)
    return table


def _drawn(bars: Sequence[WaterfallBar]) -> list[str]:
    """Draw each bar where it lies between the lowest and the highest level of the way."""
    level, spans = 0.0, []
    for bar in bars:
        if bar.step in ("headline", "captured"):
            level = bar.money
            spans.append((0.0, level))
        else:
            spans.append((level, level + bar.money))
            level += bar.money
    low = min(min(span) for span in spans)
    scale = (BAR_WIDTH - 1) / ((max(max(span) for span in spans) - low) or 1.0)
    drawn = []
    for start, end in spans:
        left, right = sorted((round((start - low) * scale), round((end - low) * scale)))
        drawn.append(" " * left + ("▏" if start == end else "█" * max(right - left, 1)))
    return drawn


def _names(names: Sequence[NameOutcome], lang: str, *, short: bool) -> RenderableType:
    """Return one line for each name."""
    from hypebasket.report.figures import NOTHING, percent
    from hypebasket.report.labels import reason_label

    heads = (("name", "left"), ("headline", "right"), ("captured", "right"), ("locked", "left"))
    price = "sold" if short else "paid"
    table = _table((*heads, ("first_fill", "left"), (price, "right"), ("above", "right"), ("why", "left")), lang)
    for name in names:
        fill = name.first_fill
        why = reason_label(name.reason, short=short) if name.reason else None
        table.add_row(
            f"{name.symbol} {name.name.zh if lang == 'zh' else name.name.en}",
            percent(name.headline),
            percent(name.captured),
            " ".join(f"{day:%m-%d}" for day in name.locked) or NOTHING,
            fill.session.isoformat() if fill else NOTHING,
            f"{fill.price:,.2f}" if fill else NOTHING,
            percent(fill.above_base) if fill else NOTHING,
            (why.zh if lang == "zh" else why.en) if why else "",
        )
    return table


def _table(heads: Iterable[tuple[str, str]], lang: str) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for key, side in heads:
        table.add_column(LABELS[key][lang] if key else "", justify="right" if side == "right" else "left")
    return table
