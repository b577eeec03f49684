"""A strategy as data: what triggers it, whom it buys, when, how much, how it leaves, and which fills it assumes."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from hypebasket.spec.text import ID_PATTERN, Circle, Spec, Symbol, Text

__all__ = [
    "Among",
    "Direction",
    "Divergence",
    "Entry",
    "EntryAt",
    "Exit",
    "ExitClock",
    "FillPolicy",
    "Overlap",
    "Retry",
    "Select",
    "SelectBy",
    "Short",
    "Size",
    "SizeScheme",
    "Strategy",
    "Trigger",
    "TriggerOn",
]

DEFAULT_WINDOW = 5
CLASS_PATTERN = r"^[A-Za-z0-9_][A-Za-z0-9_./-]*\.py:[A-Za-z_][A-Za-z0-9_]*$"

Fraction = Annotated[float, Field(gt=0, lt=1)]
Sessions = Annotated[int, Field(ge=1, le=2_000)]


class Direction(StrEnum):
    """Which way a strategy trades: it buys and sells later, or sells short and covers later."""

    LONG = "long"
    SHORT = "short"


class TriggerOn(StrEnum):
    """What makes the strategy act: dated events, a stock joining and leaving the basket, or a choice among groups."""

    EVENTS = "events"
    MEMBERSHIP = "membership"
    ROTATION = "rotation"


class Among(StrEnum):
    """Which groups a rotation chooses among: the baskets of the run, or the segments of each."""

    MAINLINES = "mainlines"
    SEGMENTS = "segments"


class EntryAt(StrEnum):
    """Which order enters: opening auction, closing auction, the queue at the limit-up price, or the open after a break.

    ``board_break`` takes only names that opened the event's first session locked, each at the open after the first
    session on which it traded below its limit.
    """

    FIRST_OPEN = "first_open"
    FIRST_CLOSE = "first_close"
    LIMIT_QUEUE = "limit_queue"
    BOARD_BREAK = "board_break"


class SizeScheme(StrEnum):
    """How the money is shared out among the members."""

    EQUAL = "equal"
    BASKET_WEIGHTS = "basket_weights"
    INVERSE_VOLATILITY = "inverse_volatility"


class ExitClock(StrEnum):
    """Where ``hold_sessions`` counts from: the planned entry session or the fill."""

    PLAN = "plan"
    FILL = "fill"


class Overlap(StrEnum):
    """What happens when an event wants a name that an earlier event still holds."""

    IGNORE = "ignore"
    EXTEND = "extend"
    STACK = "stack"


class FillPolicy(StrEnum):
    """How a limit day is judged (semantics: limit days)."""

    PESSIMISTIC = "pessimistic"
    REALISTIC = "realistic"
    OPTIMISTIC = "optimistic"


class Trigger(Spec):
    """Which events count; ``mainlines`` empty means the mainline of the basket.

    A rotation chooses ``among`` groups anew after each event, and ``every`` so many sessions since the last choice.
    """

    on: TriggerOn = TriggerOn.EVENTS
    among: Among = Among.MAINLINES
    every: Sessions | None = None
    mainlines: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    scheduled: Literal["any", "only", "never"] = "any"
    endogenous: bool = False


class Retry(Spec):
    """Try again on ``retry`` further sessions with a bar after the first attempt."""

    retry: Annotated[int, Field(ge=1, le=250)]


class Entry(Spec):
    """When the entry order is placed; ``offset`` sessions after the first, ``reaction`` minutes for a human."""

    at: EntryAt = EntryAt.FIRST_OPEN
    offset: Annotated[int, Field(ge=-250, le=250)] = 0
    reaction: Annotated[int, Field(ge=0, le=10_080)] = 0
    on_limit: Literal["skip", "wait_for_break"] | Retry = "skip"
    max_gap: Annotated[float, Field(gt=0, le=10)] | None = None


class SelectBy(StrEnum):
    """A past-only signal that ranks members (their definitions: ``docs/semantics.md``, signals)."""

    EVENT_RETURN = "event_return"
    LIMIT_HEIGHT = "limit_height"
    LEADERSHIP = "leadership"
    RELATIVE_STRENGTH = "relative_strength"
    ABNORMAL_TURNOVER = "abnormal_turnover"
    VOLATILITY = "volatility"


class Select(Spec):
    """Which members are bought; empty means all of them.

    ``top`` and ``bottom`` take so many names by the signal ``by``; ``limit_up_only`` takes names that closed the last
    session at their limit-up price; ``min_amount`` asks for a median turnover of 20 sessions, in the sleeve's currency.
    """

    segments: tuple[str, ...] = ()
    top: Annotated[int, Field(ge=1)] | None = None
    bottom: Annotated[int, Field(ge=1)] | None = None
    by: SelectBy = SelectBy.EVENT_RETURN
    limit_up_only: bool = False
    min_amount: Annotated[float, Field(gt=0)] | None = None


class Size(Spec):
    """How much money: ``gross`` of the equity in all, shared by ``scheme``, capped per name and per day's volume."""

    scheme: SizeScheme = SizeScheme.EQUAL
    gross: Annotated[float, Field(gt=0, le=1)] = 1.0
    max_per_name: Annotated[float, Field(gt=0, le=1)] | None = None
    participation: Annotated[float, Field(gt=0, le=1)] = 0.10


class Divergence(Spec):
    """When an event counts as diverged (分化), judged on the closes since session 1.

    The share of members closing at limit-up has fallen by ``breadth_fall`` of its peak, while the spread (population
    standard deviation of the members' returns since the base) is wider than the close before.
    """

    breadth_fall: Annotated[float, Field(gt=0, le=1)] = 0.5


class Exit(Spec):
    """How a position ends; what is judged on a close is executed at the next open.

    ``board_break``: after a close at limit-up, the first close below it. ``event_open``: at the first open after the
    event (for entries before it). ``next_event``: at the first open after the strategy's next event.
    """

    hold_sessions: Sessions | None = None
    clock: ExitClock = ExitClock.PLAN
    stop_loss: Fraction | None = None
    take_profit: Annotated[float, Field(gt=0)] | None = None
    trailing_stop: Fraction | None = None
    board_break: bool = False
    divergence: Divergence | None = None
    event_open: bool = False
    next_event: bool = False


class Short(Spec):
    """On what terms a strategy sells short.

    ``designated`` lists the Hong Kong names that the exchange admits to short selling (no data here says which);
    ``borrow_rate`` is the yearly cost of borrowing, as a share of the value borrowed; left out, the rule table's.
    """

    designated: tuple[Symbol, ...] = ()
    borrow_rate: Annotated[float, Field(ge=0, le=10)] | None = None


class Strategy(Spec):
    """A strategy file.

    ``window_sessions`` is the length N of the headline the report compares with; left out, it is ``hold_sessions``, or
    5 for a strategy that holds without a term. ``own_class`` (``class:``) names a ``bt.Strategy`` of the user's own,
    ``file.py:Name`` inside the workspace, which then decides on orders itself. ``delisting`` is what a share of a name
    that left the exchange is worth: its last price, nothing, or a given price. The parts left out are constructed
    without validation, which keeps their schemas unbuilt and the start quick. ``withholding`` is whose resident
    receives the dividends of Hong Kong and the United States, and has tax withheld from them; ``none``: gross.
    """

    id: Annotated[str, Field(pattern=ID_PATTERN)]
    name: Text
    description: Text
    trigger: Trigger = Trigger.model_construct()
    direction: Direction = Direction.LONG
    short: Short = Short.model_construct()
    members: Circle | None = None
    entry: Entry = Entry.model_construct()
    select: Select = Select.model_construct()
    size: Size = Size.model_construct()
    exit: Exit = Exit.model_construct()
    overlap: Overlap = Overlap.IGNORE
    delisting: Literal["last_price", "zero"] | Annotated[float, Field(ge=0)] = "last_price"
    withholding: Literal["none", "mainland_china", "hong_kong", "other"] = "none"
    own_class: Annotated[str, Field(pattern=CLASS_PATTERN)] | None = Field(default=None, alias="class")
    fills: FillPolicy = FillPolicy.REALISTIC
    window_sessions: Sessions | None = None

    @property
    def window(self) -> int:
        """Sessions 1..N of an event that the headline covers."""
        return self.window_sessions or self.exit.hold_sessions or DEFAULT_WINDOW

    @property
    def is_short(self) -> bool:
        """Whether it sells short."""
        return self.direction is Direction.SHORT
