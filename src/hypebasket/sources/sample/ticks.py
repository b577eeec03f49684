"""From a wished price to one an exchange accepts; all prices in fen, cents of the currency."""

from __future__ import annotations

import math
from typing import Final

__all__ = ["ex_right_price", "tick_at", "to_tick"]

# Spread table of the Hong Kong exchange, 2006-07-24 to 2025-08-03, from 0.50 dollars up: up to this price (cents) this
# tick. Source: HKEX, 2006-07-18.
_HONG_KONG: Final = (
    (1_000, 1),
    (2_000, 2),
    (10_000, 5),
    (20_000, 10),
    (50_000, 20),
    (100_000, 50),
    (200_000, 100),
    (500_000, 200),
)
MICRO_PER_FEN: Final = 10_000
PPM: Final = 1_000_000


def tick_at(price: float, *, hong_kong: bool) -> int:
    """Return the smallest step of a price (fen) at that price."""
    if not hong_kong:
        return 1
    return next(tick for bound, tick in _HONG_KONG if price <= bound)


def to_tick(price: float, *, hong_kong: bool) -> int:
    """Return the nearest price on the grid; monotone, because every bound lies on both of its grids."""
    tick = tick_at(price, hong_kong=hong_kong)
    return math.floor(price / tick + 0.5) * tick


def ex_right_price(close: int, cash_micro: int, ratio_ppm: int) -> int:
    """Return (close - cash) / (1 + new shares per share) in fen, half-up: the exchanges' ex-right reference price."""
    numerator, denominator = (close * MICRO_PER_FEN - cash_micro) * PPM, (PPM + ratio_ppm) * MICRO_PER_FEN
    return (2 * numerator + denominator) // (2 * denominator)
