"""The versioned result of a placebo: what was captured, among what chance would have captured. Returns are decimals."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from hypebasket.ledger.result import Label

__all__ = ["PLACEBO_VERSION", "PlaceboPair", "PlaceboResult", "PlaceboTest"]

PLACEBO_VERSION = 1


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PlaceboTest(_Model):
    """The truth among draws of one kind.

    ``kind``: ``calendars`` (random calendars with the true spacing, away from the true events), ``shifts`` (every event
    moved by itself), ``baskets`` (control names of the same boards, turnover and volatility), ``other_mainlines`` (the
    events of the other mainlines). ``percentile`` is the share of draws below the truth; ``p_value`` is one-sided:
    (1 + draws at least as high) / (1 + draws). For both, calendars that keep away from the truth are widened about
    their mean first (``docs/statistics.md``). ``counts`` are the draws, as they are, between ``edges``.
    """

    kind: str
    draws: int = Field(description="draws that had a number")
    mean: float | None = None
    percentile: float | None = None
    p_value: float | None = None
    edges: tuple[float, ...] = ()
    counts: tuple[int, ...] = ()
    refused: Label | None = Field(default=None, description="why there are no such draws; all else is blank then")


class PlaceboPair(_Model):
    """One basket × strategy in the circle that leads the report."""

    basket: str
    basket_name: Label
    strategy: str
    strategy_name: Label
    sleeve: str
    members: str
    benchmark: str | None = Field(description="index whose return over each window is taken off; null: nothing is")
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
