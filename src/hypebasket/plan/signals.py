"""Signals: what the past says of a name at a decision, as integers.

Returns and ratios are parts per million, rounded half to even. A locked day enters with its close-to-close return, that
is its limit: what the tape shows, not what could be bought. A name that did not trade on the last session before the
decision has no signal (``None``) and is never ranked.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hypebasket.plan.intents import MILLION
from hypebasket.plan.past import PastView
from hypebasket.spec.strategy import SelectBy

__all__ = [
    "SIGNALS",
    "Signal",
    "abnormal_turnover",
    "deviation",
    "event_return",
    "leadership",
    "limit_height",
    "median_amount",
    "relative_strength",
    "volatility",
]

LOOKBACK = 20
MINIMUM_HISTORY = 10

Signal = Callable[[PastView, str, int], int | None]
"""``(past, symbol, base row of the event) -> integer``, greater = stronger."""


def event_return(past: PastView, symbol: str, base: int) -> int | None:
    """Return the total return from the base close to the last close, ppm."""
    if not past.traded_last(symbol):
        return None
    return round((float(np.prod(1.0 + past.returns(symbol, base + 1))) - 1.0) * MILLION)


def limit_height(past: PastView, symbol: str, base: int) -> int | None:
    """Return 连板高度: how many sessions running, up to the last, the name closed at its limit-up price."""
    if not past.traded_last(symbol):
        return None
    height = 0
    for row in reversed(past.traded_rows(symbol)):
        if not past.sealed(symbol, int(row)):
            break
        height += 1
    return height


def leadership(past: PastView, symbol: str, base: int) -> int | None:
    """Rank limit-ups first, by height, then by return since the base: ``height × 10⁹ + event return``."""
    height, gained = limit_height(past, symbol, base), event_return(past, symbol, base)
    return None if height is None or gained is None else height * 1000 * MILLION + gained


def relative_strength(past: PastView, symbol: str, base: int) -> int | None:
    """Return the total return of the last 20 sessions, ppm."""
    if not past.traded_last(symbol):
        return None
    return round((float(np.prod(1.0 + past.returns(symbol, past.row - LOOKBACK))) - 1.0) * MILLION)


def abnormal_turnover(past: PastView, symbol: str, base: int) -> int | None:
    """Return the last session's turnover over the median of the 20 traded sessions before it, ppm."""
    rows = past.traded_rows(symbol)
    if not past.traded_last(symbol) or len(rows) <= MINIMUM_HISTORY:
        return None
    amounts = past.amounts(symbol, rows[-LOOKBACK - 1 :])
    usual = float(np.nanmedian(amounts[:-1])) if not np.isnan(amounts[:-1]).all() else 0.0
    return None if usual <= 0 or np.isnan(amounts[-1]) else round(float(amounts[-1]) / usual * MILLION)


def volatility(past: PastView, symbol: str, base: int) -> int | None:
    """Return the sample standard deviation of the last 20 returns of traded sessions, ppm."""
    return deviation(past, symbol) if past.traded_last(symbol) else None


def deviation(past: PastView, symbol: str) -> int | None:
    """Return the volatility of a name whether it traded on the last session or not, ppm; at least 10 returns."""
    rows = past.traded_rows(symbol)[-LOOKBACK:]
    if len(rows) < MINIMUM_HISTORY:
        return None
    return round(float(np.std(past.returns(symbol)[rows], ddof=1)) * MILLION)


def median_amount(past: PastView, symbol: str, base: int) -> int | None:
    """Return the median turnover of the last 20 traded sessions, whole yuan."""
    amounts = past.amounts(symbol, past.traded_rows(symbol)[-LOOKBACK:])
    return None if amounts.size == 0 or np.isnan(amounts).all() else int(np.nanmedian(amounts))


SIGNALS: dict[SelectBy, Signal] = {
    SelectBy.EVENT_RETURN: event_return,
    SelectBy.LIMIT_HEIGHT: limit_height,
    SelectBy.LEADERSHIP: leadership,
    SelectBy.RELATIVE_STRENGTH: relative_strength,
    SelectBy.ABNORMAL_TURNOVER: abnormal_turnover,
    SelectBy.VOLATILITY: volatility,
}
"""What ``select.by`` may name."""
