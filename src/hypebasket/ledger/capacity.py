"""The versioned result of a capacity study: what is captured of how much money. Returns are decimals."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from hypebasket.ledger.result import Label

__all__ = ["CAPACITY_VERSION", "CapacityPair", "CapacityPoint", "CapacityResult"]

CAPACITY_VERSION = 1


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CapacityPoint(_Model):
    """One amount of money; figures are means over events, each run on its own with all of it.

    ``captured``: profit over the money allotted to the event. ``invested``: share of the allotted money that found
    shares; the rest stayed cash, for want of volume, of a price below the limit, or of a whole lot. ``excess``:
    captured less the benchmark's return over the event's window on the money that found shares.
    """

    capital: int = Field(description="in the sleeve's currency")
    captured: float
    excess: float
    invested: float


class CapacityPair(_Model):
    """One basket × strategy in the circle that leads the report.

    ``best``: the amount with the highest excess; ``half``: the first larger amount at which it is half of that, on a
    straight line over the logarithm of money between two points; ``note`` says why there is none.
    """

    basket: str
    basket_name: Label
    strategy: str
    strategy_name: Label
    sleeve: str
    members: str
    participation: float = Field(description="most of a session's volume that is taken")
    benchmark: str | None = Field(description="index whose return over each window is taken off; null: nothing is")
    events: int = Field(description="events for which anything was planned")
    points: tuple[CapacityPoint, ...]
    best: int | None = None
    half: float | None = None
    note: Label | None = None
    answer: Label


class CapacityResult(_Model):
    """``result.json`` of a capacity study."""

    schema_version: Annotated[int, Field(ge=1)] = CAPACITY_VERSION
    capacity_id: str
    synthetic: bool
    source: str
    content_hash: str
    first_session: str
    last_session: str
    pairs: tuple[CapacityPair, ...]
