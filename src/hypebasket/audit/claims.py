"""What ``result.json`` claims, held against the ledgers, the market and the events."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from statistics import median

from pydantic import BaseModel

from hypebasket.audit.findings import Finding, Kind, hard
from hypebasket.events.mapping import MappedEvent
from hypebasket.ledger.records import ChargeKind, Ledger, OrderStatus
from hypebasket.ledger.result import CircleResult, CombinedResult, EventResult
from hypebasket.market.panel import FEN, MarketPanel

__all__ = [
    "benchmark_claims",
    "captured_claims",
    "combined_claims",
    "event_claims",
    "headline_claims",
    "luck_claims",
    "number_claims",
    "result_claims",
    "window_change",
]

NEAR = 1e-9
"""How far a claimed decimal may lie from the one worked out again: the noise of another order of summation."""

NUMBERS = (
    "headline",
    "headline_median",
    "headline_without_best",
    "captured",
    "captured_pessimistic",
    "captured_optimistic",
)

PLACES = ("first_open", "first_close", "session_1", "base")


def result_claims(place: str, claimed: CircleResult, ledger: Ledger) -> Iterator[Finding]:
    """Yield figures of a circle that its ledger does not bear out."""
    final = ledger.equity[-1].equity if ledger.equity else ledger.initial_cash
    fees = sum(fill.fees for fill in ledger.fills)
    charged = {kind: sum(item.cash for item in ledger.charges if item.kind is kind) for kind in ChargeKind}
    loans, tax = charged[ChargeKind.BORROW], sum(item.cash for item in ledger.taxes) + charged[ChargeKind.WITHHOLDING]
    pairs: dict[str, tuple[float, float]] = {
        "orders": (claimed.orders, len(ledger.orders)),
        "fills": (claimed.fills, len(ledger.fills)),
        "final_equity": (claimed.final_equity, final / FEN),
        "total_return": (claimed.total_return, final / ledger.initial_cash - 1.0),
        "max_drawdown": (claimed.max_drawdown, _max_drawdown(ledger)),
        "costs.total": (claimed.costs.total, (fees + loans + tax) / FEN),
        "costs.borrowing": (claimed.costs.borrowing, loans / FEN),
        "costs.dividend_tax": (claimed.costs.dividend_tax, tax / FEN),
    }
    unfilled = Counter(
        order.reason.value for order in ledger.orders if order.status is not OrderStatus.FILLED and order.reason
    )
    for name, (told, found) in pairs.items():
        if not math.isclose(told, found, rel_tol=NEAR, abs_tol=NEAR):
            yield _wrong(Kind.RESULT, place, name, told, found)
    if claimed.unfilled != dict(sorted(unfilled.items())):
        yield _wrong(Kind.RESULT, place, "unfilled", claimed.unfilled, dict(sorted(unfilled.items())))
    if claimed.curve:
        curve = [(point.session, round(point.equity * FEN)) for point in claimed.curve]
        if curve != [(record.session, record.equity) for record in ledger.equity]:
            yield _wrong(Kind.RESULT, place, "curve", "another path", "the equity of the ledger")


def _max_drawdown(ledger: Ledger) -> float:
    peak, worst = ledger.initial_cash, 0.0
    for record in ledger.equity:
        peak = max(peak, record.equity)
        worst = min(worst, record.equity / peak - 1.0)
    return worst


def combined_claims(place: str, claimed: CombinedResult, ledgers: Mapping[str, Ledger]) -> Iterator[Finding]:
    """Yield figures across sleeves that the sleeves' ledgers, by currency, do not come to."""
    if ledgers.keys() != {share.sleeve for share in claimed.sleeves}:
        yield _wrong(Kind.RESULT, place, "sleeves", sorted(share.sleeve for share in claimed.sleeves), sorted(ledgers))
        return
    capital = sum(ledger.initial_cash for ledger in ledgers.values())
    total = 0.0
    for share in claimed.sleeves:
        ledger = ledgers[share.sleeve]
        last = [record.equity for record in ledger.equity if record.session <= claimed.end]
        growth = (last[-1] if last else ledger.initial_cash) / ledger.initial_cash
        weight = ledger.initial_cash / capital
        total += weight * (growth - 1.0)
        for name, told, found in (("weight", share.weight, weight), ("total_return", share.total_return, growth - 1.0)):
            if not math.isclose(told, found, rel_tol=NEAR, abs_tol=NEAR):
                yield _wrong(Kind.RESULT, place, f"{share.sleeve} {name}", told, found)
    if not math.isclose(claimed.total_return, total, rel_tol=NEAR, abs_tol=NEAR):
        yield _wrong(Kind.RESULT, place, "total_return across sleeves", claimed.total_return, total)


def benchmark_claims(
    place: str,
    claimed: CircleResult,
    told: Mapping[date, float | None],
    declared: str | None,
    levels: Mapping[date, float],
    before: date,
) -> Iterator[Finding]:
    """Yield what of the benchmark is not the index the basket declares, at the levels of the data.

    ``told`` are the levels beside the equity; ``before`` is the session whose close the benchmark starts from.
    """
    if claimed.benchmark != declared:
        yield _wrong(Kind.BENCHMARK, place, "benchmark", claimed.benchmark, declared)
    if not claimed.primary or claimed.benchmark is None:
        return
    wrong = [day for day, level in sorted(told.items()) if level is not None and level != levels.get(day)]
    if wrong:
        day = wrong[0]
        found = levels.get(day)
        yield hard(
            Kind.BENCHMARK,
            place,
            f"{declared} 有 {len(wrong)} 个交易日的点位与数据不符，首个是 {day}：{told[day]}，数据为 {found}",
            f"{declared}: {len(wrong)} levels are not those of the data, first {day}: {told[day]}, in the data {found}",
        )
    blank = [day for day, level in told.items() if level is None]
    if blank and claimed.benchmark_note is None:
        yield _wrong(Kind.BENCHMARK, place, f"level on {min(blank)}", None, levels.get(min(blank)))
    start, end = levels.get(before), levels.get(max(told)) if told else None
    if claimed.benchmark_return is None or not start or not end:
        return
    if not math.isclose(claimed.benchmark_return, end / start - 1.0, rel_tol=NEAR, abs_tol=NEAR):
        yield _wrong(Kind.BENCHMARK, place, "benchmark_return", claimed.benchmark_return, end / start - 1.0)


def event_claims(
    place: str,
    claimed: Sequence[EventResult],
    rows: Sequence[Mapping[str, str]],
    expected: Sequence[MappedEvent],
) -> Iterator[Finding]:
    """Yield events that are missing, invented, or put on other sessions than their instants come to."""
    wanted = {mapped.event.id: mapped for mapped in expected}
    sources = {"events.csv": {row["event_id"] for row in rows}, "result.json": {each.event_id for each in claimed}}
    for source, ids in sources.items():
        for event_id in sorted(wanted.keys() - ids):
            yield hard(Kind.EVENTS, place, f"{source} 缺少事件 {event_id}", f"{source} leaves out the event {event_id}")
        for event_id in sorted(ids - wanted.keys()):
            zh, en = f"{source} 有不属于此策略的事件 {event_id}", f"{source} has {event_id}, no event of this strategy"
            yield hard(Kind.EVENTS, place, zh, en)
    for row in rows:
        mapped = wanted.get(row["event_id"])
        for name in PLACES if mapped else ():
            if row[name] != str(getattr(mapped, name)):
                yield _wrong(Kind.EVENTS, place, f"{row['event_id']} {name}", row[name], getattr(mapped, name))


def number_claims(
    place: str, claimed: Sequence[EventResult], rows: Sequence[Mapping[str, str]], weights: Mapping[str, float]
) -> Iterator[Finding]:
    """Yield numbers in which ``events.csv`` and ``result.json`` differ, and headlines that their names do not have.

    ``weights``: the members' in the basket, by symbol.
    """
    told = {event.event_id: event for event in claimed}
    for row in rows:
        event = told.get(row["event_id"])
        for name in NUMBERS if event else ():
            value = getattr(event, name)
            if row[name] != ("" if value is None else str(value)):
                yield _wrong(Kind.RESULT, place, f"events.csv: {row['event_id']} {name}", row[name], value)
    for event in claimed:
        known = [(name.headline, weights.get(name.symbol, 0.0)) for name in event.names if name.headline is not None]
        if event.headline is None or not known or not sum(weight for _, weight in known):
            continue
        mean = sum(value * weight for value, weight in known) / sum(weight for _, weight in known)
        middle = median(value for value, _ in known)
        for what, claim, found in (
            ("headline", event.headline, mean),
            ("headline_median", event.headline_median, middle),
        ):
            if claim is None or not math.isclose(claim, found, rel_tol=NEAR, abs_tol=NEAR):
                yield _wrong(Kind.RESULT, place, f"{event.event_id} {what}", claim, found)


def luck_claims(place: str, what: str, claimed: BaseModel | None, found: BaseModel | None) -> Iterator[Finding]:
    """Yield where what is said of luck (a finding of the event study, a place among chance) is not what comes out."""
    if claimed == found:
        return
    if claimed is None or found is None:
        said = ("没有", "missing") if claimed is None else ("多出来的", "not asked for")
        yield hard(Kind.LUCK, place, f"{what}：{said[0]}", f"{what}: {said[1]}")
        return
    there, again = claimed.model_dump(mode="json"), found.model_dump(mode="json")
    for name in again:
        if there.get(name) != again[name]:
            yield _wrong(Kind.LUCK, place, f"{what}.{name}", there.get(name), again[name])


def captured_claims(
    place: str, claimed: Sequence[EventResult], field: str, found: Mapping[str, float | None]
) -> Iterator[Finding]:
    """Yield captured numbers (``field``: or one of the bounds) that are not those ``found`` by event."""
    for event in claimed:
        told, again = getattr(event, field), found.get(event.event_id)
        same = told is again or (told is not None and again is not None and math.isclose(told, again, abs_tol=NEAR))
        if event.excluded is None and not same:
            yield _wrong(Kind.RESULT, place, f"{event.event_id} {field}", told, again)


def window_change(ledger: Ledger, before: int, after: int) -> float:
    """Return the change of equity from the close of session ``before`` of a run (counted from 1) to ``after``'s.

    Session 0 is the initial cash; a window that begins sooner or ends later is cut to the run.
    """
    path = [ledger.initial_cash, *(record.equity for record in ledger.equity)]
    return path[min(max(after, 0), len(path) - 1)] / path[min(max(before, 0), len(path) - 1)] - 1.0


def headline_claims(
    place: str, claimed: Sequence[EventResult], expected: Sequence[MappedEvent], panel: MarketPanel
) -> Iterator[Finding]:
    """Yield headlines of names that closes and reference prices do not come to."""
    bases = {mapped.event.id: mapped.base for mapped in expected}
    for event in claimed:
        base = panel.row_of.get(bases.get(event.event_id, date.min))
        if event.excluded is not None or base is None:
            continue
        for name in event.names:
            column = panel.column_of.get(name.symbol)
            if column is None or name.headline is None:
                continue
            found = math.prod(1.0 + panel.total_return[base + 1 : base + event.window_sessions + 1, column]) - 1.0
            if not math.isclose(name.headline, found, rel_tol=NEAR, abs_tol=NEAR):
                yield _wrong(Kind.RESULT, place, f"{event.event_id} {name.symbol} headline", name.headline, found)


def _wrong(kind: Kind, place: str, what: str, told: object, found: object) -> Finding:
    return hard(kind, place, f"{what}：所称 {told}，复算为 {found}", f"{what}: says {told}, worked out again {found}")
