"""Capacity: how much money a strategy can take before its own size eats what it captures.

Every event runs on its own with one amount after the other. What grows with the money is what the rules of the market
do to it: the volume cap fills less of an order, orders above the exchange's maximum are split and pay child by child,
and what finds no shares stays cash. Cash is compared with cash: the benchmark is taken off for the money that found
shares, or else a falling index would make an idle fortune look like skill. Prices are those of the record: that large
orders push them is not modelled, so that capacity is bounded from above.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import Final

from hypebasket.errors import UsageError
from hypebasket.ledger.capacity import CapacityPair, CapacityPoint, CapacityResult
from hypebasket.ledger.records import OPENING
from hypebasket.ledger.result import Label
from hypebasket.market.panel import FEN
from hypebasket.pipeline.files import write_csv, write_json
from hypebasket.pipeline.identity import run_id
from hypebasket.pipeline.job import Job, Say, funded, parameters_of, prepare, seal, tell_source
from hypebasket.pipeline.luck import FEWEST_EVENTS
from hypebasket.pipeline.market import benchmark_of, lay_out_sleeves
from hypebasket.pipeline.outcome import label, primary_circle
from hypebasket.pipeline.request import RunRequest
from hypebasket.pipeline.sleeve import Sleeve, SleeveRunner
from hypebasket.pipeline.worth import EventWorth, levels_by_session
from hypebasket.plan.build import EventPlan
from hypebasket.report.figures import percent
from hypebasket.report.labels import money
from hypebasket.spec.basket import Basket
from hypebasket.spec.strategy import Strategy
from hypebasket.spec.text import Circle
from hypebasket.stats.captured import allotted_money

__all__ = ["AMOUNTS", "FinishedCapacity", "execute_capacity", "half_of_best", "measure"]

AMOUNTS: Final = tuple(round(10 ** (4 + step / 2)) for step in range(13))
"""Ten thousand to ten billion, two amounts to a power of ten."""


@dataclass(frozen=True, slots=True)
class FinishedCapacity:
    """What a capacity study left: its result, its folder, and its page (if pages were asked for)."""

    result: CapacityResult
    folder: Path
    index: Path | None


def execute_capacity(request: RunRequest, say: Say, amounts: Sequence[int] = AMOUNTS) -> FinishedCapacity:
    """Run every event with every amount of money, and write the study's folder; the request's capital plays no part."""
    return carry_out(prepare(request), say, amounts)


def carry_out(
    job: Job,
    say: Say,
    amounts: Sequence[int] = AMOUNTS,
    *,
    folder: Path | None = None,
    identity: str | None = None,
) -> FinishedCapacity:
    """Study a job's capacity, and write the folder that its identity names, unless told otherwise."""
    sleeves = lay_out_sleeves(job.request, job.baskets, job.data)
    data = job.data
    tell_source(data, say)
    pairs = tuple(_pairs(job, sleeves, amounts, say))
    if not pairs:
        raise UsageError("no strategy here acts on events, so that nothing is captured", "choose one: -s event-drift")
    parameters = {**parameters_of(job, sleeves), "capital": None, "amounts": list(amounts)}
    identity = identity or run_id(parameters)
    result = CapacityResult(
        capacity_id=identity,
        synthetic=data.synthetic,
        source=data.source,
        content_hash=data.content_hash,
        first_session=min(sleeve.first for sleeve in sleeves).isoformat(),
        last_session=max(sleeve.last for sleeve in sleeves).isoformat(),
        pairs=pairs,
    )
    folder = folder or job.request.workspace / "reports" / f"capacity-{identity}"
    written = [
        write_json(folder / "result.json", result.model_dump(mode="json")),
        write_csv(folder / "capacity.csv", _COLUMNS, _rows(result)),
    ]
    index = _page(result, folder) if job.request.pages else None
    seal(job, folder, identity, parameters, [*written, index], verb="capacity")
    return FinishedCapacity(result, folder, index)


def _page(result: CapacityResult, folder: Path) -> Path:
    from hypebasket.report.capacity import write_capacity

    return write_capacity(result, folder)


def _pairs(job: Job, sleeves: Sequence[Sleeve], amounts: Sequence[int], say: Say) -> Iterator[CapacityPair]:
    """Study every basket × strategy that acts on events, on every sleeve."""
    for basket, strategy, sleeve in funded(job, sleeves):
        runners = _Runners(basket, strategy, sleeve, job)
        if not runners.with_money(amounts[0]).triggered:
            continue
        circle = primary_circle(basket, strategy.members, job.request.members)
        benchmark = benchmark_of(basket, sleeve, job.data)
        events, points = measure(runners.with_money, circle, levels_by_session(benchmark, sleeve), amounts)
        say(f"{basket.id} × {strategy.id} in {sleeve.currency}: {events} events with {len(amounts)} amounts")
        best, half, note = half_of_best(points)
        yield CapacityPair(
            basket=basket.id,
            basket_name=label(basket.name),
            strategy=strategy.id,
            strategy_name=label(strategy.name),
            sleeve=sleeve.currency,
            members=circle.value,
            participation=strategy.size.participation,
            benchmark=benchmark.symbol if benchmark.levels else None,
            events=events,
            points=points,
            best=best,
            half=half,
            note=note,
            answer=_answer(sleeve.currency, events, points, best, half, note),
        )


@dataclass(frozen=True, slots=True)
class _Runners:
    """One basket × strategy on one sleeve, with any amount of money."""

    basket: Basket
    strategy: Strategy
    sleeve: Sleeve
    job: Job

    def with_money(self, amount: int) -> SleeveRunner:
        """Return the runner whose sleeve has ``amount`` of its currency."""
        workspace, sleeve = self.job.workspace, replace(self.sleeve, capital=amount * FEN)
        return SleeveRunner(self.basket, self.strategy, sleeve, workspace.events, workspace.root)


def measure(
    with_money: Callable[[int], SleeveRunner],
    circle: Circle,
    levels: Mapping[object, float],
    amounts: Sequence[int],
) -> tuple[int, tuple[CapacityPoint, ...]]:
    """Run the events with each amount; return for how many anything was planned, and a point for each amount.

    Parameters
    ----------
    with_money : callable
        Makes the runner of an amount, in the sleeve's currency.
    levels : mapping of date to float
        The benchmark's closes; empty where there is none, and nothing is taken off then.
    """
    events, points = 0, []
    for amount in amounts:
        runner = with_money(amount)
        worth = EventWorth(runner, circle, levels)
        outcomes = []
        for plan in runner.plans(circle):
            captured = runner.captured(plan)
            if captured is not None:
                invested = _invested(runner, plan)
                outcomes.append((captured, captured - invested * worth.benchmark(plan.mapped), invested))
        events = len(outcomes)
        if outcomes:
            means = map(fmean, zip(*outcomes, strict=True))
            points.append(
                CapacityPoint(capital=amount, **dict(zip(("captured", "excess", "invested"), means, strict=True)))
            )
    return events, tuple(points)


def _invested(runner: SleeveRunner, plan: EventPlan) -> float:
    """Return the share of an event's money that found shares."""
    bought = sum(fill.amount for fill in runner.isolated(plan).fills if fill.side in OPENING)
    return bought / allotted_money(plan.entries, runner.sleeve.capital, plan.idle_ppm)


def half_of_best(points: Sequence[CapacityPoint]) -> tuple[int | None, float | None, Label | None]:
    """Return the amount of the highest excess, the larger one at which half of it is left, or why there is none.

    Between two points the excess is taken for a straight line over the logarithm of money.
    """
    if not points:
        return None, None, _NO_EVENT
    best = max(points, key=lambda point: point.excess)
    if best.excess <= 0.0:
        return best.capital, None, _NOTHING_TO_HALVE
    half, before = best.excess / 2.0, best
    for point in points[points.index(best) + 1 :]:
        if point.excess <= half:
            share = (before.excess - half) / (before.excess - point.excess)
            low, high = math.log(before.capital), math.log(point.capital)
            return best.capital, math.exp(low + share * (high - low)), None
        before = point
    return best.capital, None, _NEVER_HALVES


_NO_EVENT: Final = Label(zh="没有一个事件有可买的成员", en="no event had anything to buy")
_NOTHING_TO_HALVE: Final = Label(
    zh="无论多少钱，实得都没有超过基准", en="no amount captured more than the benchmark: there is nothing to halve"
)
_NEVER_HALVES: Final = Label(
    zh="到最大的金额，超额仍在一半以上", en="more than half of the excess is left at the largest amount"
)


def _answer(
    currency: str,
    events: int,
    points: Sequence[CapacityPoint],
    best: int | None,
    half: float | None,
    note: Label | None,
) -> Label:
    """Return what is said of a pair in a sentence or two."""
    highest = next((point for point in points if point.capital == best), None)
    if highest is None or highest.excess <= 0.0:
        assert note is not None
        return Label(zh=f"{note.zh}。", en=f"{note.en[0].upper()}{note.en[1:]}.")
    amount, excess = money(highest.capital, currency), percent(highest.excess)
    zh = [f"平均每个事件的超额以投入 {amount.zh} 时最高：{excess}"]
    en = [f"The mean excess of an event is highest at {amount.en}: {excess}"]
    if half is not None:
        rest = money(half, currency)
        zh.append(f"投入约 {rest.zh} 时减半")
        en.append(f"it halves at about {rest.en}")
    elif note is not None:
        zh.append(note.zh)
        en.append(note.en)
    few = events < FEWEST_EVENTS
    return Label(
        zh=f"{'；'.join(zh)}。" + (f"只有 {events} 个事件，数据不足，超额本身可能只是运气。" if few else ""),
        en=f"{'; '.join(en)}."
        + (f" {events} event{'' if events == 1 else 's'}: insufficient, the excess itself may be luck." if few else ""),
    )


_COLUMNS: Final = ("basket", "strategy", "sleeve", "members", "events", "capital", "captured", "excess", "invested")


def _rows(result: CapacityResult) -> Iterator[Sequence[object]]:
    for pair in result.pairs:
        for point in pair.points:
            yield (
                pair.basket, pair.strategy, pair.sleeve, pair.members, pair.events, point.capital, point.captured,
                point.excess, point.invested,
            )  # fmt: skip
