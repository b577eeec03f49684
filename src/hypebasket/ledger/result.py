"""The versioned result of a run: ``result.json``, and the rows of the CSV files, with their documentation.

Returns are decimals (0.25 = +25 %); money is in the sleeve's currency; sessions are ISO dates. ``None`` is a number
that does not exist, and a reason stands beside it.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "SCHEMA_VERSION",
    "AttributionRow",
    "CircleResult",
    "CombinedResult",
    "ConvertedReturn",
    "Costs",
    "DataSummary",
    "EventResult",
    "Label",
    "MainlineFinding",
    "MarketWindow",
    "MemberResult",
    "NameOutcome",
    "PlaceboTest",
    "RunResult",
    "SleevePoint",
    "SleeveShare",
    "WaterfallBar",
]

SCHEMA_VERSION = 2


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Label(_Model):
    """A bilingual label."""

    zh: str
    en: str


class FirstFill(_Model):
    """Where the first share was bought or sold short, and how far above the base (dividends and splits included)."""

    session: date
    price: float
    above_base: float | None = None


class WaterfallBar(_Model):
    """One bar on the way from the headline to what was captured, in the sleeve's currency.

    ``step``: ``headline`` and ``captured`` are totals; between them stand, signed, ``choice``, ``session_delay``,
    ``limits_entry``, ``limits_exit``, ``t_plus_1``, ``lots_and_cash``, ``volume_cap``, ``fees_and_tax``. All but the
    last add up to the last.
    """

    step: str
    money: float


class NameOutcome(_Model):
    """One member in one event, from the event-isolated run of the primary circle.

    ``locked``: sessions of the window on which a buy at the open met a limit (一字板 or open at limit);
    ``one_price``: of these the 一字板; ``broken``: opened at the limit and traded below it (炸板);
    ``sealed``: closed at the limit (封板); ``height``: longest chain of consecutive limit-up closes (连板高度);
    ``reason``: why it was not bought or sold short, or not whole: the last obstacle of its order, or why the strategy
    passed it over (``illiquid``, ``not_selected``, ``no_break``).
    """

    symbol: str
    name: Label
    segment: str
    documented: bool
    headline: float | None
    captured: float | None
    session_1_return: float | None
    locked: tuple[date, ...] = ()
    one_price: tuple[date, ...] = ()
    broken: tuple[date, ...] = ()
    sealed: tuple[date, ...] = ()
    height: int = 0
    first_fill: FirstFill | None = None
    reason: str | None = None


class MarketWindow(_Model):
    """Where an event falls in one market's sessions."""

    first_open: date
    first_close: date
    session_1: date
    base: date


class EventResult(_Model):
    """One event for one basket × strategy × circle."""

    event_id: str
    title: Label
    at: str
    owner: bool = Field(default=True, description="False: another event of the same session owns the orders")
    markets: dict[str, MarketWindow]
    window_sessions: int
    members: int = Field(description="number of members of the circle that were eligible")
    session_1_return: float | None = Field(default=None, description="mean of the members, base to close of session 1")
    headline: float | None
    headline_median: float | None
    headline_without_best: float | None
    captured: float | None
    captured_pessimistic: float | None = None
    captured_optimistic: float | None = None
    open_at_end: bool = False
    allotted: float | None = Field(default=None, description="money set aside for the event, primary circle")
    waterfall: tuple[WaterfallBar, ...] = Field(
        default=(), description="headline to captured, primary circle; empty without a headline or a captured number"
    )
    names: tuple[NameOutcome, ...] = ()
    excluded: Label | None = Field(default=None, description="why the event was not run; every number is then null")
    note: Label | None = None


class Costs(_Model):
    """Fees and taxes paid, in the sleeve's currency."""

    commission: float
    stamp_duty: float
    transfer_fee: float
    other_fees: float
    borrowing: float
    dividend_tax: float
    total: float


class AttributionRow(_Model):
    """What one name brought in one event of the continuous run, in the sleeve's currency.

    ``price``: sales less purchases, and what is still held at its last close; ``dividends``: cash of corporate actions;
    the costs are positive; ``net`` = price + dividends - costs. The rows of a circle add up to its net result.
    """

    event_id: str = Field(description="blank for rebalances")
    symbol: str
    segment: str
    price: float
    dividends: float
    commission: float
    stamp_duty: float
    transfer_fee: float
    other_fees: float
    borrowing: float
    dividend_tax: float
    net: float


class SleevePoint(_Model):
    """One session of the equity curve."""

    session: date
    equity: float
    benchmark: float | None
    invested: bool


class MemberResult(_Model):
    """A member of the basket as listed, and why its sleeve did not run (if so)."""

    symbol: str
    name: Label
    segment: str
    documented: bool
    since: str | None
    evidence: tuple[str, ...]
    sleeve: str
    not_run: Label | None = None


class PlaceboTest(_Model):
    """What was captured above the benchmark, in the mean over events, among draws of one kind of chance.

    ``kind``: ``calendars`` (random calendars with the true spacing, away from the true events; their spread is widened
    to make up for that), ``shifts`` (every event moved by itself), ``baskets`` (control names of the same boards,
    turnover and volatility), ``other_mainlines`` (the events of the other mainlines). ``percentile`` is the share of
    draws below the truth; ``p_value`` is one-sided and exact: (1 + draws at least as high) / (1 + draws). ``counts``
    are the draws between ``edges``.
    """

    kind: str
    draws: int = Field(description="draws that had a number")
    events: int = Field(default=0, description="true events with a captured number")
    observed: float | None = Field(default=None, description="the truth: their mean above the benchmark")
    mean: float | None = None
    percentile: float | None = None
    p_value: float | None = None
    edges: tuple[float, ...] = ()
    counts: tuple[int, ...] = ()
    refused: Label | None = Field(default=None, description="why there are no such draws; all else is blank then")


class CircleResult(_Model):
    """One basket × strategy × circle of members in one sleeve."""

    basket: str
    strategy: str
    members: str
    primary: bool
    sleeve: str
    currency: str
    start: date
    end: date
    sessions_per_year: int
    initial_cash: float
    final_equity: float
    total_return: float
    benchmark: str | None
    benchmark_start: float | None = Field(default=None, description="level of the index before the first session")
    benchmark_return: float | None
    benchmark_matched_return: float | None = Field(description="benchmark held only while the strategy was invested")
    benchmark_note: Label | None = None
    cagr: float | None
    volatility: float | None
    sharpe: float | None
    sortino: float | None
    max_drawdown: float
    turnover: float = Field(description="bought plus sold amount over two, per year, over mean equity")
    exposure: float = Field(description="share of sessions with a holding at the close")
    costs: Costs
    orders: int
    fills: int
    unfilled: dict[str, int] = Field(description="orders not filled whole, by reason")
    waterfall: tuple[WaterfallBar, ...] = Field(default=(), description="the events' waterfalls, summed")
    attribution: tuple[AttributionRow, ...] = Field(default=(), description="adds up to the net result")
    events: tuple[EventResult, ...]
    curve: tuple[SleevePoint, ...] = Field(default=(), description="equity by session")
    placebo: PlaceboTest | None = Field(
        default=None, description="of the primary circle, if asked for: what events captured among random calendars"
    )
    note: Label | None = None


class SleeveShare(_Model):
    """A sleeve's part in a combined result, from its own start to the combined end; money in its own currency."""

    sleeve: str
    weight: float = Field(description="part of the capital: the weight of its members among all that ran")
    initial_cash: float
    final_equity: float
    profit: float
    total_return: float
    costs: Costs


class ConvertedReturn(_Model):
    """The combined return of an investor who counts in ``currency`` and does not hedge."""

    currency: str
    total_return: float | None
    rates: tuple[str, ...] = Field(default=(), description="pair and kind of the rates used")
    note: Label | None = Field(default=None, description="why there is none")


class CombinedResult(_Model):
    """One basket × strategy × circle across its sleeves; only where more than one ran."""

    basket: str
    strategy: str
    members: str
    primary: bool
    start: date
    end: date
    total_return: float = Field(description="weight-averaged sleeve return, each in its own currency (hedged)")
    max_drawdown: float
    sleeves: tuple[SleeveShare, ...]
    converted: tuple[ConvertedReturn, ...]
    note: Label | None = None


class BasketSummary(_Model):
    """A basket as the pages present it."""

    id: str
    name: Label
    description: Label
    mainline: str
    circle: str
    members: tuple[MemberResult, ...]


class StrategySummary(_Model):
    """A strategy as the pages present it."""

    id: str
    name: Label
    description: Label
    fills: str
    window_sessions: int
    triggered: bool
    direction: Literal["long", "short"] = "long"

    @property
    def is_short(self) -> bool:
        """Whether it sells short and covers, rather than buys and sells."""
        return self.direction == "short"


class DataSummary(_Model):
    """What the run was computed from."""

    source: str
    synthetic: bool
    first_session: date
    last_session: date
    content_hash: str
    rules: str = Field(description="version of the rule tables")
    warnings: tuple[Label, ...] = ()


class MainlineFinding(_Model):
    """Whether its events moved a basket, as ``hypebasket study`` finds it: first window of the circle that leads.

    ``caar`` is the mean abnormal return over sessions ``first``..``last`` of ``events`` events in ``blocks`` that share
    no session, ``interval`` its 95 % interval; ``p_value`` that of the event-block bootstrap, adjusted by Holm for all
    mainlines and windows; ``naive`` the smallest p-value of the tests that take every name-event for independent;
    ``detectable`` the effect that would have been found in four of five cases. All of it is blank where the basket
    could not be studied; ``answer`` says why then.
    """

    basket: str
    sleeve: str
    answer: Label
    brief: Label
    finding: Literal["moved", "not_shown", "insufficient"] | None = None
    members: str | None = None
    first: int | None = None
    last: int | None = None
    events: int = 0
    blocks: int = 0
    name_events: int = 0
    caar: float | None = None
    interval: tuple[float, float] | None = None
    p_value: float | None = None
    naive: float | None = None
    detectable: float | None = None


class RunResult(_Model):
    """``result.json``."""

    schema_version: Annotated[int, Field(ge=1)] = SCHEMA_VERSION
    run_id: str
    synthetic: bool
    data: DataSummary
    verdict: Label
    luck: Label | None = Field(default=None, description="in a sentence, where the event study or chance was asked")
    baskets: tuple[BasketSummary, ...]
    strategies: tuple[StrategySummary, ...]
    results: tuple[CircleResult, ...]
    combined: tuple[CombinedResult, ...] = Field(default=(), description="across sleeves, where more than one ran")
    findings: tuple[MainlineFinding, ...] = Field(default=(), description="the event study, where one was asked for")
    notes: tuple[Label, ...] = ()
