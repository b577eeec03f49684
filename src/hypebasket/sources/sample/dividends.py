"""Which names go ex dividend when, before any price is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from hypebasket.sources.sample.streams import Streams
from hypebasket.sources.sample.tables import Listing, Script

__all__ = ["Declared", "declared"]

SEASON = {1: ((5, 20, 7, 12),), 2: ((5, 20, 6, 30), (8, 20, 9, 15))}
"""Start and end (month, day) of the seasons in which a name of one or two dividends a year goes ex."""

QUARTERS = tuple((month, 5, month, 20) for month in (2, 5, 8, 11))
SKIPPED_SHARE = 0.25
"""Of the dividends a name might pay, the part it does not."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A coming distribution: ``cash_yield`` of the last close with the right, ``ratio`` new shares per old one."""

    cash_yield: float
    ratio: float


def declared(streams: Streams, listing: Listing, sessions: Sequence[date], script: Script) -> dict[date, Declared]:
    """Return ex-date → distribution; never on a suspended or scripted day, nor in a name's first twenty sessions."""
    stream = streams.of("dividends", listing.symbol)
    issues = script.share_issues.get(listing.symbol, {})
    typical = stream.uniform(0.004, 0.018) / max(listing.dividends, 1)
    found: dict[date, Declared] = {
        day: Declared(0.0, float(ratio)) for day, ratio in script.splits.get(listing.symbol, {}).items()
    }
    scripted = script.days.get(listing.symbol, {})
    for year in sorted({session.year for session in sessions}):
        for season in QUARTERS if listing.dividends == 4 else SEASON.get(listing.dividends, ()):
            draw, size, paid = stream.random(), stream.uniform(0.7, 1.3), stream.random() > SKIPPED_SHARE
            ratio = issues.get(year, 0.0) if season[0] != 8 else 0.0
            choice = [
                session
                for session in sessions[20:]
                if date(year, season[0], season[1]) <= session <= date(year, season[2], season[3])
                and not script.is_suspended(listing.symbol, session)
                and session not in scripted
                and session not in found
            ]
            if choice and (paid or ratio):
                day = choice[int(np.floor(draw * len(choice)))]
                found[day] = Declared(typical * size if paid else 0.0, ratio)
    assert all(any(d.ratio == issues[y] for s, d in found.items() if s.year == y) for y in issues), listing.symbol
    return found
