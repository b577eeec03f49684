"""A strategy as data: what triggers it, whom it buys, when, how much, how it leaves, and which fills it assumes."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from hypebasket.spec.text import ID_PATTERN, Circle, Spec, Text

__all__ = [
    "Entry",
    "EntryAt",
    "Exit",
    "ExitClock",
    "FillPolicy",
    "Overlap",
    "Retry",
    "Select",
    "Size",
    "SizeScheme",
    "Strategy",
    "Trigger",
    "TriggerOn",
]

DEFAULT_WINDOW = 5

Fraction = Annotated[float, Field(gt=0, lt=1)]
Sessions = Annotated[int, Field(ge=1, le=2_000)]


class TriggerOn(StrEnum):
    """What makes the strategy act: dated events, or a stock joining and leaving the basket."""

    EVENTS = "events"
    MEMBERSHIP = "membership"


class EntryAt(StrEnum):
    """Which order enters: opening auction, closing auction, or the queue at the limit-up price."""

    FIRST_OPEN = "first_open"
    FIRST_CLOSE = "first_close"
    LIMIT_QUEUE = "limit_queue"


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
    """Which events count; ``mainlines`` empty means the mainline of the basket."""

    on: TriggerOn = TriggerOn.EVENTS
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


class Select(Spec):
    """Which members are bought; empty means all of them."""

    segments: tuple[str, ...] = ()
    top: Annotated[int, Field(ge=1)] | None = None
    bottom: Annotated[int, Field(ge=1)] | None = None
    by: str | None = None
    limit_up_only: bool = False
    min_amount: Annotated[float, Field(gt=0)] | None = None


class Size(Spec):
    """How much money: ``gross`` of the equity in all, shared by ``scheme``, capped per name and per day's volume."""

    scheme: SizeScheme = SizeScheme.EQUAL
    gross: Annotated[float, Field(gt=0, le=1)] = 1.0
    max_per_name: Annotated[float, Field(gt=0, le=1)] | None = None
    participation: Annotated[float, Field(gt=0, le=1)] = 0.10


class Exit(Spec):
    """How a position ends; stops are judged on closes and executed at the next open."""

    hold_sessions: Sessions | None = None
    clock: ExitClock = ExitClock.PLAN
    stop_loss: Fraction | None = None
    take_profit: Annotated[float, Field(gt=0)] | None = None
    trailing_stop: Fraction | None = None
    board_break: bool = False
    next_event: bool = False


class Strategy(Spec):
    """A strategy file.

    ``window_sessions`` is the length N of the headline the report compares with; left out, it is ``hold_sessions``,
    or 5 for a strategy that holds without a term. The parts left out are constructed without validation, which keeps
    their schemas unbuilt and the start quick.
    """

    id: Annotated[str, Field(pattern=ID_PATTERN)]
    name: Text
    description: Text
    trigger: Trigger = Trigger.model_construct()
    members: Circle | None = None
    entry: Entry = Entry.model_construct()
    select: Select = Select.model_construct()
    size: Size = Size.model_construct()
    exit: Exit = Exit.model_construct()
    overlap: Overlap = Overlap.IGNORE
    fills: FillPolicy = FillPolicy.REALISTIC
    window_sessions: Sessions | None = None

    @property
    def window(self) -> int:
        """Sessions 1..N of an event that the headline covers."""
        return self.window_sessions or self.exit.hold_sessions or DEFAULT_WINDOW
