"""A hype event: something that became public at a known instant, known to a stated precision."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, Field

from hypebasket.spec.text import ID_PATTERN, Spec, Text, end_of_day

__all__ = ["Event", "Precision"]


class Precision(StrEnum):
    """How exactly the instant is known."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"


class Event(Spec):
    """One event of ``data/events.yaml``.

    ``at`` is an instant for precision minute and hour, and a calendar day of ``zone`` for precision day. ``latest``
    marks an instant by which the event was certainly public (it may have been a little earlier). ``announced`` is when
    the date of a scheduled event became public. An ``endogenous`` event is defined by a price move itself.
    """

    id: Annotated[str, Field(pattern=ID_PATTERN)]
    at: AwareDatetime | date
    precision: Precision
    zone: str
    title: Text
    kind: str
    mainlines: Annotated[tuple[str, ...], Field(min_length=1)]
    evidence: Annotated[tuple[str, ...], Field(min_length=1)]
    confidence: Annotated[str, Field(pattern=r"^[ABCD]$")]
    latest: bool = False
    scheduled: bool = False
    announced: AwareDatetime | date | None = None
    endogenous: bool = False
    note: str = ""

    @property
    def earliest_moment(self) -> datetime:
        """Start of the precision interval (UTC): the headline counts from here."""
        if isinstance(self.at, datetime):
            return self.at.astimezone(UTC)
        return datetime.combine(self.at, time(), ZoneInfo(self.zone)).astimezone(UTC)

    @property
    def latest_moment(self) -> datetime:
        """End of the precision interval (UTC, exclusive): trading counts from here."""
        if isinstance(self.at, datetime):
            width = timedelta(minutes=1 if self.precision is Precision.MINUTE else 60)
            return self.at.astimezone(UTC) + width
        return end_of_day(self.at, self.zone)
