"""``hypebasket rules``: the law in force on a day with its sources, and what changed between two days."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from hypebasket.cli import Session, pass_session
from hypebasket.cli.console import console_for_tables
from hypebasket.errors import RuleGapError, UsageError
from hypebasket.rules.tables import Gap, Key, Record, Source, Table, tables_of
from hypebasket.spec.text import Text

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["LAWS", "SUBJECTS", "rules"]

LAWS: Final = ("CN", "HK", "US")
WIDTH_OF_A_FILE: Final = 160

SUBJECTS: Final = {
    "price_limit": Text(zh="涨跌幅限制", en="price limit"),
    "limit_rounding": Text(zh="涨跌停价取整", en="limit rounding"),
    "one_tick_floor": Text(zh="至少一个最小变动单位", en="one-tick floor"),
    "free_sessions": Text(zh="不设涨跌幅的交易日", en="sessions without limit"),
    "first_day_band": Text(zh="上市首日价格范围", en="first-day band"),
    "delisting_band": Text(zh="退市整理期涨跌幅", en="delisting-period limit"),
    "delisting_length": Text(zh="退市整理期长度", en="delisting-period length"),
    "tick": Text(zh="最小变动单位", en="tick"),
    "order_size": Text(zh="申报数量", en="order size"),
    "order_maximum": Text(zh="单笔申报上限", en="largest order"),
    "risk_warning_buying_cap": Text(zh="风险警示股票买入上限", en="risk-warning buying cap"),
    "settlement": Text(zh="买入后可卖", en="sessions until sale"),
    "settlement_cycle": Text(zh="交收周期", en="settlement cycle"),
    "commission_cap": Text(zh="佣金上限", en="commission cap"),
    "stamp_duty": Text(zh="印花税", en="stamp duty"),
    "transfer_fee": Text(zh="过户费", en="transfer fee"),
    "levy": Text(zh="征费", en="levy"),
    "trading_fee": Text(zh="交易费", en="trading fee"),
    "settlement_fee": Text(zh="股份交收费", en="settlement fee"),
    "section_31": Text(zh="SEC 第 31 条费", en="section 31 fee"),
    "trading_activity_fee": Text(zh="FINRA 交易活动费", en="trading activity fee"),
    "dividend_tax": Text(zh="股息红利个人所得税", en="dividend tax"),
    "dividend_withholding": Text(zh="股息预扣税", en="dividend withholding"),
    "short_sale_restriction": Text(zh="卖空限制(201 规则)", en="short-sale rule 201"),
    "short_margin": Text(zh="卖空维持保证金", en="margin behind shares owed"),
    "borrow_rate": Text(zh="融券费率", en="borrowing cost"),
}

LABELS: Final = {
    "rule": Text(zh="规则", en="rule"),
    "for": Text(zh="适用", en="for"),
    "value": Text(zh="数值", en="value"),
    "unit": Text(zh="单位", en="unit"),
    "from": Text(zh="起", en="from"),
    "until": Text(zh="止", en="until"),
    "grade": Text(zh="核实", en="grade"),
    "source": Text(zh="来源", en="source"),
    "day": Text(zh="日期", en="day"),
    "before": Text(zh="原为", en="before"),
    "after": Text(zh="改为", en="after"),
    "market": Text(zh="市场", en="market"),
    "verified": Text(zh="已核实", en="verified"),
    "secondary": Text(zh="二手", en="secondary"),
    "gaps": Text(zh="没有数值", en="No value is known"),
    "sources": Text(zh="来源", en="Sources"),
    "unknown": Text(zh="未知", en="unknown"),
    "uncovered": Text(zh="无记录", en="not covered"),
    "in_force": Text(zh="现行规则", en="rules in force on"),
    "unchanged": Text(zh="其间没有变化", en="nothing changed between these days"),
    "board": Text(zh="板块", en="board"),
    "band": Text(zh="涨跌幅限制", en="daily limit"),
    "band_st": Text(zh="风险警示时", en="under risk warning"),
    "lot": Text(zh="申报数量(股)", en="order size (shares)"),
    "maximum": Text(zh="单笔上限(股)", en="largest order (shares)"),
    "t_plus": Text(zh="买入后可卖", en="sold at the earliest"),
    "listed": Text(zh="上市", en="listed"),
}

day_type: Callable[..., Any] = click.DateTime(formats=["%Y-%m-%d"])
law_type = click.Choice(LAWS, case_sensitive=False)


class Change(NamedTuple):
    """One value that is another from ``day`` on; ``None`` stands for days before the first record."""

    law: str
    table: Table
    key: Key
    day: date
    before: Record | Gap | None
    after: Record | Gap


@click.group()
def rules() -> None:
    """Show the law in force on a day with its sources, or what changed between two days."""


@rules.command()
@click.option("--market", "law", type=law_type, help="Whose law: CN, HK or US [default: that of --symbol].")
@click.option("--on", "on", type=day_type, required=True, help="The day, as 2023-08-28.")
@click.option("--symbol", help="Only what binds this security, and its own facts.")
@pass_session
def show(session: Session, law: str | None, on: datetime, symbol: str | None) -> None:
    """Show the rules in force on a day: value, unit, since and until when, and who published them.

    Days for which no value is known are listed with the reason; a day before the first record is refused.
    """
    day = on.date()
    if symbol is None and law is None:
        raise UsageError("neither --market nor --symbol is given", "write --market CN, HK or US")
    from hypebasket.cli.rules_symbol import facts_of

    facts = facts_of(session, symbol, law, day) if symbol else None
    law = facts.law if facts else str(law)
    _check_covered((law,), day)
    spells = [
        (table, key, table.spell(key, day))
        for table in _tables(law)
        for key in table.spells
        if facts is None or facts.concerns(table, key)
    ]
    if session.as_json:
        own = facts.as_json() if facts else None
        session.print_json({"market": law, "on": str(day), "symbol": own, **_spells_as_json(spells)})
        return
    console = console_for_tables(markup=False, width=WIDTH_OF_A_FILE)
    if facts:
        console.print(f"{facts.symbol} {facts.name[session.lang]}".rstrip(), style="bold")
        for label, text in facts.lines:
            console.print(f"  {LABELS[label][session.lang]}: {text[session.lang]}")
        console.print()
    console.print(f"{law}: {LABELS['in_force'][session.lang]} {day}", style="bold")
    _print_rules(console, spells, session)


@rules.command()
@click.argument("first", metavar="DATE1", type=day_type)
@click.argument("last", metavar="DATE2", type=day_type)
@click.option("--market", "law", type=law_type, help="Only the law of CN, HK or US [default: all three].")
@pass_session
def diff(session: Session, first: datetime, last: datetime, law: str | None) -> None:
    """Show every value that is another on DATE2 than on DATE1 or was so on a day between, and since when."""
    start, end = first.date(), last.date()
    if start > end:
        raise UsageError(f"{start} is after {end}", "exchange them")
    laws = (law,) if law else LAWS
    _check_covered(laws, end)
    changes = sorted(
        (
            change
            for one in laws
            for table in _tables(one)
            for key in table.spells
            for change in _changes(one, table, key, start, end)
        ),
        key=lambda change: change.day,
    )
    if session.as_json:
        session.print_json({"from": str(start), "to": str(end), "changes": [_change_as_json(one) for one in changes]})
    elif changes:
        _print_changes(console_for_tables(markup=False, width=WIDTH_OF_A_FILE), changes, session.lang)
    else:
        session.say(LABELS["unchanged"][session.lang])


def _tables(law: str) -> list[Table]:
    tables = tables_of(law)
    return [tables[subject] for subject in SUBJECTS if subject in tables]


def _check_covered(laws: Sequence[str], day: date) -> None:
    """Refuse a day before every record of every law asked for."""
    first = min(table.covered_from for law in laws for table in tables_of(law).values())
    if day < first:
        raise RuleGapError(f"{day}: no rule of {', '.join(laws)} covers this day", f"the records begin on {first}")


def _changes(law: str, table: Table, key: Key, start: date, end: date) -> Iterator[Change]:
    for before, after in pairwise((None, *table.spells[key])):
        assert after is not None
        if after.until is not None and after.until < table.covered_from:
            continue
        day = max(after.start, table.covered_from)
        old = before if day > table.covered_from else None
        if start < day <= end and _worth(old) != _worth(after):
            yield Change(law, table, key, day, old, after)


def _worth(spell: Record | Gap | None) -> object:
    return spell.value if isinstance(spell, Record) else None


def _value(spell: Record | Gap | None, lang: str) -> str:
    if spell is None:
        return LABELS["uncovered"][lang]
    if isinstance(spell, Gap):
        return f"{LABELS['unknown'][lang]}: {spell.reason}"
    if isinstance(spell.value, Mapping):
        return ", ".join(f"{name} {number:,}" for name, number in spell.value.items())
    return f"{spell.value:,}" if isinstance(spell.value, int) else spell.value


def _until(spell: Record | Gap) -> str:
    return "" if spell.until is None else str(spell.until)


def _cite(source: Source) -> str:
    parts = (source.publisher, source.title, str(source.date or ""), source.address or "")
    return ", ".join(part for part in parts if part)


def _spells_as_json(spells: Sequence[tuple[Table, Key, Record | Gap | None]]) -> dict[str, object]:
    return {
        "rules": [_record_as_json(table, spell) for table, _, spell in spells if isinstance(spell, Record)],
        "gaps": [
            {"subject": table.subject, "key": dict(zip(table.keys, key, strict=True)), "reason": _reason(table, spell)}
            for table, key, spell in spells
            if not isinstance(spell, Record)
        ],
    }


def _record_as_json(table: Table, record: Record) -> dict[str, object]:
    return {
        "subject": record.subject,
        "key": dict(zip(table.keys, record.key, strict=True)),
        "value": dict(record.value) if isinstance(record.value, Mapping) else record.value,
        "unit": table.unit,
        "from": str(record.start),
        "until": None if record.until is None else str(record.until),
        "confidence": record.confidence,
        "note": record.note,
        "sources": [source.model_dump(mode="json") for source in record.sources],
    }


def _change_as_json(change: Change) -> dict[str, object]:
    def side(spell: Record | Gap | None) -> object:
        if isinstance(spell, Record):
            return _record_as_json(change.table, spell)
        return {"gap": _reason(change.table, spell)}

    return {
        "market": change.law,
        "subject": change.table.subject,
        "key": dict(zip(change.table.keys, change.key, strict=True)),
        "day": str(change.day),
        "before": side(change.before),
        "after": side(change.after),
    }


def _reason(table: Table, spell: Record | Gap | None) -> str:
    return spell.reason if isinstance(spell, Gap) else f"the records begin on {table.covered_from}"


class _Bibliography:
    """Numbers for sources, in the order in which they are first cited."""

    def __init__(self) -> None:
        self.lines: dict[str, int] = {}

    def numbers(self, sources: Sequence[Source]) -> str:
        return " ".join(f"[{self.lines.setdefault(_cite(one), len(self.lines) + 1)}]" for one in sources)

    def print(self, console: Console, lang: str) -> None:
        console.print(f"\n{LABELS['sources'][lang]}", style="bold")
        for line, number in self.lines.items():
            console.print(f"{f'[{number}]':>5} {line}", soft_wrap=True)


def _print_rules(console: Console, spells: Sequence[tuple[Table, Key, Record | Gap | None]], session: Session) -> None:
    from rich.table import Table as Grid

    lang, cited = session.lang, _Bibliography()
    grid = Grid(box=None, pad_edge=False)
    for name in ("rule", "for", "value", "unit", "from", "until", "grade", "source"):
        grid.add_column(LABELS[name][lang], no_wrap=name in ("from", "until"), overflow="fold")
    gaps = []
    for table, key, spell in spells:
        subject = SUBJECTS[table.subject][lang]
        if not isinstance(spell, Record):
            gaps.append(f"{' '.join([subject, *key])}: {_reason(table, spell)}")
            continue
        grid.add_row(
            subject,
            " ".join(key),
            _value(spell, lang),
            table.unit,
            str(spell.start),
            _until(spell),
            LABELS[spell.confidence][lang],
            cited.numbers(spell.sources),
        )
        if spell.note and session.verbosity > 0:
            grid.add_row("", "", "", spell.note)
    console.print(grid)
    if gaps:
        console.print(f"\n{LABELS['gaps'][lang]}", style="bold")
        for line in gaps:
            console.print(f"  {line}", soft_wrap=True)
    cited.print(console, lang)


def _print_changes(console: Console, changes: Sequence[Change], lang: str) -> None:
    from rich.table import Table as Grid

    cited = _Bibliography()
    grid = Grid(box=None, pad_edge=False)
    for name in ("day", "market", "rule", "for", "before", "after", "unit", "grade", "source"):
        grid.add_column(LABELS[name][lang], no_wrap=name == "day", overflow="fold")
    for change in changes:
        record = change.after if isinstance(change.after, Record) else None
        grid.add_row(
            str(change.day),
            change.law,
            SUBJECTS[change.table.subject][lang],
            " ".join(change.key),
            _value(change.before, lang),
            _value(change.after, lang),
            change.table.unit,
            LABELS[record.confidence][lang] if record else "",
            cited.numbers(record.sources) if record else "",
        )
    console.print(grid)
    if cited.lines:
        cited.print(console, lang)
