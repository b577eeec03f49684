"""event-drift on one event, worked out by hand: no lots, costs or volume, one equal slot per name, no stop.

A buy is tried at the open of the entry session and of ``retries`` sessions more; everything is sold at the last close
of the window. The three ways to fill an open at the limit-up price are those of the table "Limit days" in
``docs/semantics.md``, written here a second time on purpose.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import fmean

from published_bars import Bars, PublishedBar


@dataclass(frozen=True)
class Slot:
    """What became of one name: where it was bought, and its return (0 where it never was)."""

    session: str | None
    price: Decimal | None
    earned: float


@dataclass(frozen=True)
class Answer:
    """The outcome of the event: the mean over all slots, and every slot."""

    captured: float
    slots: Mapping[str, Slot]


def open_price(bar: PublishedBar, limit: Decimal, policy: str) -> Decimal | None:
    """Return what a buy at the open pays, or ``None``."""
    if bar.open < limit:
        return bar.open
    if policy == "optimistic" or (policy == "realistic" and bar.low < limit):
        return limit
    return None


def band(symbol: str) -> int:
    """Return the price band in percent: 20 on ChiNext (since 2020-08-24) and STAR, 10 on the main boards."""
    return 20 if symbol.startswith(("300", "301", "688")) else 10


def event_drift(bars: Bars, window: Sequence[str], policy: str, retries: int = 3) -> Answer:
    """Buy every name of ``bars`` as early as it can be had, sell at the close of the last session of ``window``."""
    slots = {}
    for symbol, days in bars.items():
        slots[symbol] = Slot(None, None, 0.0)
        for session in window[: retries + 1]:
            price = open_price(days[session], days[session].limit_up(band(symbol)), policy)
            if price is not None:
                slots[symbol] = Slot(session, price, float(days[window[-1]].close / price - 1))
                break
    return Answer(fmean(slot.earned for slot in slots.values()), slots)


def headline(bars: Bars, base: str, window: Sequence[str]) -> float:
    """Return the mean close-to-close return from the base; no name of ``bars`` may go ex inside the window."""
    return fmean(float(days[window[-1]].close / days[base].close - 1) for days in bars.values())
