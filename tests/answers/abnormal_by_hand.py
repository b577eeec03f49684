"""The cumulative abnormal return of one name in one event, worked out from published files, session by session.

Written a second time on purpose, with ``csv`` and plain arithmetic: trade-to-trade returns (a close at the limit, or a
suspended session, is no price; Maynes and Rumsey 1993), the market model by weighted normal equations, and the forecast
error of the sum.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from math import prod, sqrt
from pathlib import Path

CENT = Decimal("0.01")
PATIENCE = 20


@dataclass(frozen=True)
class Day:
    """What a name did on a session: its return, and whether its close is a price that could form."""

    change: float
    traded: bool
    locked: bool


Days = Mapping[str, Day]


def read_days(file: Path, symbols: Collection[str]) -> dict[str, dict[str, Day]]:
    """Read names of the boards that have had a band of 10 or 20 % all along (no risk warning, long listed)."""
    days: dict[str, dict[str, Day]] = {symbol: {} for symbol in symbols}
    with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["symbol"] in days:
                days[row["symbol"]][row["date"]] = _day(row)
    return days


def _day(row: Mapping[str, str]) -> Day:
    band = 20 if row["symbol"].startswith(("300", "301", "688")) else 10
    close, before = Decimal(row["close"]), Decimal(row["prev_close"] or row["close"])
    if row["is_suspended"] == "1":
        return Day(0.0, traded=False, locked=False)
    limits = [(before * (100 + sign * band) / 100).quantize(CENT, ROUND_HALF_UP) for sign in (1, -1)]
    return Day(float(close / before) - 1, traded=True, locked=close in limits)


def read_index(file: Path, symbol: str) -> dict[str, float]:
    with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
        return {row["date"]: float(row["close"]) for row in csv.DictReader(lines) if row["symbol"] == symbol}


@dataclass(frozen=True)
class Answer:
    """Cumulative and buy-and-hold abnormal return, the former over its deviation, and the sessions covered."""

    car: float
    bhar: float
    scaled: float
    sessions: int


def abnormal(
    days: Days, index: Mapping[str, float], sessions: Sequence[str], base: str, touched: Collection[str],
    window: tuple[int, int], estimation: tuple[int, int] = (-130, -11), *, cumulate: bool = True,
) -> Answer:  # fmt: skip
    """Work one name-event out; ``touched`` are the sessions in the windows of the mainline's events."""

    def priced(session: str) -> bool:
        day = days.get(session)
        return day is not None and day.traded and not (cumulate and day.locked)

    def spans(rows: Sequence[int]) -> list[tuple[float, float, int]]:
        """Return (return, market, sessions) between consecutive rows."""
        found = []
        for earlier, later in pairwise(rows):
            own = prod(1 + days[sessions[row]].change for row in range(earlier + 1, later + 1) if sessions[row] in days)
            market = index[sessions[later]] / index[sessions[earlier]]
            found.append((own - 1, market - 1, later - earlier))
        return found

    zero = sessions.index(base)
    past = []
    for row in range(max(zero + estimation[0], 0), zero + estimation[1] + 1):
        before = next((earlier for earlier in range(row - 1, -1, -1) if priced(sessions[earlier])), None)
        if before is not None and priced(sessions[row]) and sessions[row] not in touched:
            past += spans([before, row])
    k, m = sum(s for _, _, s in past), sum(b for _, b, _ in past)
    mm, r = sum(b * b / s for _, b, s in past), sum(a for a, _, _ in past)
    mr = sum(a * b / s for a, b, s in past)
    determinant = k * mm - m * m
    alpha, beta = (mm * r - m * mr) / determinant, (k * mr - m * r) / determinant
    variance = sum((a - alpha * s - beta * b) ** 2 / s for a, b, s in past) / (len(past) - 2)

    anchor, last = zero + window[0] - 1, zero + window[1]
    end = last
    trades = [row for row in range(anchor + 1, last + 1) if sessions[row] in days and days[sessions[row]].traded]
    if cumulate and trades and days[sessions[trades[-1]]].locked:
        while end < min(last + PATIENCE, len(sessions) - 1) and (end == last or not priced(sessions[end])):
            end += 1
    stops = [row for row in range(anchor + 1, end) if priced(sessions[row])]
    own = spans([anchor, *stops, end])
    length, market = sum(s for _, _, s in own), sum(b for _, b, _ in own)
    expected = [alpha * s + beta * b for _, b, s in own]
    car = sum(a for a, _, _ in own) - sum(expected)
    shared = (mm * length**2 - 2 * m * length * market + k * market**2) / determinant
    return Answer(
        car,
        prod(1 + a for a, _, _ in own) - prod(1 + e for e in expected),
        car / sqrt(variance * (length + shared)),
        length,
    )
