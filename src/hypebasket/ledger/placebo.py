"""The versioned result of a placebo: what was captured, among what chance would have captured. Returns are decimals."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from hypebasket.ledger.result import Label, PlaceboTest

__all__ = ["PLACEBO_VERSION", "PlaceboPair", "PlaceboResult"]

PLACEBO_VERSION = 1


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PlaceboPair(_Model):
    """One basket × strategy in the circle that leads the report."""

    basket: str
    basket_name: Label
    strategy: str
    strategy_name: Label
    sleeve: str
    members: str
    benchmark: str | None = Field(description="index whose return over each window is taken off; null: nothing is")
    window: int = Field(description="sessions over which the benchmark is taken off, from the base")
    events: int = Field(description="true events with a captured number")
    observed: float | None = Field(description="mean captured above the benchmark; null without an event")
    tests: tuple[PlaceboTest, ...]


class PlaceboResult(_Model):
    """``result.json`` of a placebo."""

    schema_version: Annotated[int, Field(ge=1)] = PLACEBO_VERSION
    placebo_id: str
    synthetic: bool
    source: str
    content_hash: str
    first_session: str
    last_session: str
    seed: int
    pairs: tuple[PlaceboPair, ...]
