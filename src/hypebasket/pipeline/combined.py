"""One basket across its sleeves: the weight-averaged return in local currency, and converted where rates allow it.

Nothing here trades. Every sleeve ran on its own part of the capital, in its own currency; what is combined are the
values of these parts on calendar days.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from hypebasket.errors import CalendarEndError
from hypebasket.ledger.records import Ledger
from hypebasket.ledger.result import CircleResult, CombinedResult, ConvertedReturn, Label, SleeveShare
from hypebasket.market.panel import FEN
from hypebasket.pipeline.outcome import costs_of, label
from hypebasket.pipeline.sleeve import Sleeve
from hypebasket.spec.text import Text
from hypebasket.stats.performance import drawdown, simple_returns

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SleeveOutcome", "combine"]


@dataclass(frozen=True, slots=True)
class SleeveOutcome:
    """One circle of a basket × strategy in one sleeve."""

    sleeve: Sleeve
    result: CircleResult
    ledger: Ledger

    @property
    def currency(self) -> str:
        """Currency of the sleeve."""
        return self.sleeve.currency

    @property
    def covered_until(self) -> date:
        """Last day on which the last close is still the latest there is."""
        try:
            return self.sleeve.calendar.shift(self.sleeve.last, 1) - timedelta(days=1)
        except CalendarEndError:
            return self.sleeve.last

    def growth(self, day: date) -> float:
        """Return the sleeve's value after the close of ``day``, for one unit put in; idle money stays one."""
        records = self.ledger.equity
        index = bisect_right(records, day, key=lambda record: record.session)
        return records[index - 1].equity / self.ledger.initial_cash if index else 1.0


def combine(outcomes: Iterable[SleeveOutcome], rates: pd.DataFrame) -> tuple[CombinedResult, ...]:
    """Combine the sleeves of every basket × strategy × circle that ran in more than one.

    Parameters
    ----------
    outcomes : iterable of SleeveOutcome
        Of all pairs, sleeves and circles of a run.
    rates : DataFrame
        A frame ``columns.RATES``; may be empty.
    """
    groups: dict[tuple[str, str, str], list[SleeveOutcome]] = {}
    for outcome in outcomes:
        result = outcome.result
        groups.setdefault((result.basket, result.strategy, result.members), []).append(outcome)
    return tuple(_combined(group, rates) for group in groups.values() if len(group) > 1)


def _combined(group: Sequence[SleeveOutcome], rates: pd.DataFrame) -> CombinedResult:
    first = group[0].result
    start = min(outcome.sleeve.first for outcome in group)
    until = min(outcome.covered_until for outcome in group)
    days = sorted({record.session for each in group for record in each.ledger.equity if record.session <= until})
    weights = _weights(group)
    path = [sum(w * each.growth(day) for w, each in zip(weights, group, strict=True)) for day in days]
    return CombinedResult(
        basket=first.basket,
        strategy=first.strategy,
        members=first.members,
        primary=first.primary,
        start=start,
        end=days[-1] if days else start,
        total_return=path[-1] - 1.0 if path else 0.0,
        max_drawdown=drawdown(simple_returns(path, 1.0)) if path else 0.0,
        sleeves=tuple(_share(each, weight, until) for each, weight in zip(group, weights, strict=True)),
        converted=tuple(_converted(base, group, weights, until, rates) for base in group),
        note=_note(group, start, until),
    )


def _weights(group: Sequence[SleeveOutcome]) -> list[float]:
    """Return each sleeve's part of the capital: that of its members' weights."""
    total = sum(outcome.ledger.initial_cash for outcome in group)
    return [outcome.ledger.initial_cash / total for outcome in group]


def _share(outcome: SleeveOutcome, weight: float, until: date) -> SleeveShare:
    ledger = outcome.ledger
    paid = replace(
        ledger,
        fills=[fill for fill in ledger.fills if fill.session <= until],
        taxes=[tax for tax in ledger.taxes if tax.session <= until],
        charges=[charge for charge in ledger.charges if charge.session <= until],
    )
    growth = outcome.growth(until)
    final = ledger.initial_cash * growth / FEN
    return SleeveShare(
        sleeve=outcome.currency,
        weight=weight,
        initial_cash=ledger.initial_cash / FEN,
        final_equity=round(final, 2),
        profit=round(final - ledger.initial_cash / FEN, 2),
        total_return=growth - 1.0,
        costs=costs_of(paid),
    )


def _note(group: Sequence[SleeveOutcome], start: date, until: date) -> Label | None:
    """Say which sleeves' money lay idle at the start, and which ran on after the end."""
    late = [each for each in group if each.sleeve.calendar.session(start, "next") < each.sleeve.first]
    longer = [each for each in group if each.sleeve.last > until]
    if not late and not longer:
        return None
    zh = [f"{each.currency} 仓位自 {each.sleeve.first} 才有行情，此前闲置" for each in late]
    en = [f"{each.currency} has data from {each.sleeve.first} only; its part lies idle before" for each in late]
    if longer:
        names = [each.currency for each in longer]
        zh.append(f"{'、'.join(names)} 的行情更长，合并只算到各仓位都有行情的 {until}")
        en.append(f"{', '.join(names)} has data beyond {until}, where another sleeve's ends: combined up to there")
    return label(Text(zh="；".join(zh), en="; ".join(en)))


# --- conversion -------------------------------------------------------------------------------------------------------


def _converted(
    base: SleeveOutcome, group: Sequence[SleeveOutcome], weights: Sequence[float], until: date, rates: pd.DataFrame
) -> ConvertedReturn:
    """Value every sleeve in the currency of ``base``, on the sessions of its market; a missing rate leaves it blank."""
    days = [record.session for record in base.ledger.equity if record.session <= until]
    if not days:
        return ConvertedReturn(currency=base.currency, total_return=None, note=label(_NO_SESSION))
    total, used = 0.0, []
    for weight, outcome in zip(weights, group, strict=True):
        path = _RatePath(1.0, 1.0, "")
        if outcome is not base:
            found = _rate_path(outcome.currency, base.currency, days, rates)
            if isinstance(found, Text):
                return ConvertedReturn(currency=base.currency, total_return=None, note=label(found))
            path = found
            used.append(path.name)
        total += weight * outcome.growth(days[-1]) * path.last / path.first
    return ConvertedReturn(currency=base.currency, total_return=total - 1.0, rates=tuple(used))


_NO_SESSION = Text(zh="该仓位在合并区间内没有交易日", en="the sleeve has no session in the combined range")


@dataclass(frozen=True, slots=True)
class _RatePath:
    """Rates of the first and the last day of a range that is covered on every day, and what they are called."""

    first: float
    last: float
    name: str


def _rate_path(base: str, quote: str, days: Sequence[date], rates: pd.DataFrame) -> _RatePath | Text:
    """Return the price of ``base`` in ``quote``, of one kind all the way; the reason where a day has none.

    Only published pairs are used, either way up; no rate is derived from two others, carried forward or interpolated.
    """
    best: Text | None = None
    fewest = len(days) + 1
    for inverse, (one, other) in ((False, (base, quote)), (True, (quote, base))):
        pair = rates[(rates["base"] == one) & (rates["quote"] == other)]
        for kind, rows in pair.groupby("kind", sort=True):
            of_day = dict(zip(rows["date"].dt.date, rows["rate"], strict=True))
            missing = [day for day in days if day not in of_day]
            name = f"{one}{other} {kind}".rstrip()
            if not missing:
                first, last = float(of_day[days[0]]), float(of_day[days[-1]])
                return _RatePath(1 / first, 1 / last, name) if inverse else _RatePath(first, last, name)
            if len(missing) < fewest:
                fewest = len(missing)
                best = Text(
                    zh=f"{name} 缺 {len(missing)} 个交易日，首个是 {missing[0]}",
                    en=f"{name} has no rate on {len(missing)} sessions, first {missing[0]}",
                )
    return best or Text(zh=f"没有 {base}{quote} 汇率（见 fx*）", en=f"no rates of {base}{quote} in the data (see fx*)")
