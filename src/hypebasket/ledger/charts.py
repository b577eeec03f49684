"""What the pictures of a page are drawn from: ``charts.json``, beside ``result.json`` in a run's folder.

Sessions are named by their position in the sleeve's list; prices are raw, in the sleeve's currency; returns are
decimals. ``None`` is a number that does not exist.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["CHARTS_VERSION", "DayState", "EventChart", "FillMark", "MemberPath", "RunCharts", "Tape"]

CHARTS_VERSION = 1


class DayState(StrEnum):
    """One letter for how a name's session went, as a holder of a limit order would tell it.

    ``ONE_PRICE`` never left the limit-up (一字板); ``REOPENED`` opened at it, traded below, closed at it; ``BROKEN``
    opened at it and closed below (炸板); ``SEALED`` opened below it and closed at it (封板).
    """

    TRADED = "."
    ONE_PRICE = "="
    REOPENED = "o"
    BROKEN = "b"
    SEALED = "s"
    LIMIT_DOWN = "d"
    SUSPENDED = "x"
    NO_BAR = "-"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Tape(_Model):
    """One name's bars on the sessions its events show; every list has one entry per session of ``rows``."""

    symbol: str
    sleeve: str
    rows: tuple[int, ...]
    open: tuple[float | None, ...]
    high: tuple[float | None, ...]
    low: tuple[float | None, ...]
    close: tuple[float | None, ...]
    limit_up: tuple[float | None, ...]
    limit_down: tuple[float | None, ...]
    states: str = Field(description="one letter per session")


class MemberPath(_Model):
    """A member's total return since the close of the base, session by session."""

    symbol: str
    returns: tuple[float | None, ...]


class FillMark(_Model):
    """An execution of the event-isolated run."""

    symbol: str
    row: int
    side: str
    kind: str
    shares: int
    price: float
    amount: float
    fees: float


class EventChart(_Model):
    """One event of one basket × strategy, primary circle: sessions ``first`` to ``last``, both included."""

    basket: str
    strategy: str
    sleeve: str
    event_id: str
    first: int
    last: int
    base: int
    entry: int | None = Field(description="planned entry session")
    mean: tuple[float | None, ...]
    low: tuple[float | None, ...]
    lower: tuple[float | None, ...]
    median: tuple[float | None, ...]
    upper: tuple[float | None, ...]
    high: tuple[float | None, ...]
    members: tuple[MemberPath, ...]
    fills: tuple[FillMark, ...]


class RunCharts(_Model):
    """``charts.json``."""

    charts_version: Annotated[int, Field(ge=1)] = CHARTS_VERSION
    run_id: str
    sessions: dict[str, tuple[date, ...]]
    tapes: tuple[Tape, ...]
    events: tuple[EventChart, ...]
