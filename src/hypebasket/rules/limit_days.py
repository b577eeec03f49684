"""What a limit day means for an order under the three fill policies, and the desk's words for such days.

All prices are fen. A fill price of 0 means no fill. A buy looks at the limit-up, a sale at the limit-down.
"""

from __future__ import annotations

from typing import Final

__all__ = [
    "OPTIMISTIC",
    "PESSIMISTIC",
    "REALISTIC",
    "close_fill_price",
    "is_broken",
    "is_one_price",
    "is_sealed",
    "is_touched",
    "open_fill_price",
    "queue_fill_price",
]

PESSIMISTIC: Final = 0
REALISTIC: Final = 1
OPTIMISTIC: Final = 2


def open_fill_price(is_buy: bool, policy: int, open_: int, high: int, low: int, limit_down: int, limit_up: int) -> int:
    """Return the price at which an order for the opening auction fills, or 0.

    An open at the limit fills a realistic order only if the board broke later that day (炸板); a board locked at one
    price all day (一字板) fills an optimistic order only. Both fill at the limit.
    """
    if is_buy:
        at_limit, broke, limit = open_ >= limit_up, low < limit_up, limit_up
    else:
        at_limit, broke, limit = open_ <= limit_down, high > limit_down, limit_down
    if not at_limit:
        return open_
    if broke:
        return limit if policy >= REALISTIC else 0
    return limit if policy >= OPTIMISTIC else 0


def close_fill_price(is_buy: bool, policy: int, close: int, limit_down: int, limit_up: int) -> int:
    """Return the price at which an order for the close fills, or 0.

    A board sealed at the close (封板) fills an optimistic order only.
    """
    limit = limit_up if is_buy else limit_down
    at_limit = close >= limit_up if is_buy else close <= limit_down
    if not at_limit:
        return close
    return limit if policy >= OPTIMISTIC else 0


def queue_fill_price(policy: int, open_: int, high: int, low: int, close: int, limit_up: int) -> int:
    """Return the price at which a buy that joins the queue at the limit-up (打板) fills, or 0.

    It joins when the limit is reached. A board that broke by the close served the whole queue: any policy fills. One
    that opened at the limit and traded below it later served a realistic order. A board that held to the close may have
    served nobody who came after it sealed: an optimistic order only.
    """
    if high < limit_up:
        return 0
    if close < limit_up:
        return limit_up
    if open_ == limit_up and low < limit_up:
        return limit_up if policy >= REALISTIC else 0
    return limit_up if policy >= OPTIMISTIC else 0


def is_touched(is_up: bool, high: int, low: int, limit: int) -> bool:
    """Tell whether the day traded at ``limit`` (the limit-up, or the limit-down if not ``is_up``)."""
    return high >= limit if is_up else low <= limit


def is_one_price(high: int, low: int, limit: int) -> bool:
    """Tell whether the board was locked (一字板): one price all day, the limit."""
    return high == limit and low == limit


def is_sealed(close: int, limit: int) -> bool:
    """Tell whether the day closed at the limit (封板)."""
    return close == limit


def is_broken(is_up: bool, open_: int, high: int, low: int, close: int, limit: int) -> bool:
    """Tell whether a board certainly broke (炸板): it traded at the limit and away from it afterwards.

    Daily bars prove it where the limit was touched and the close is away from it, or where the open was at the limit
    and another price traded later; a board that sealed again after opening away from the limit leaves no trace.
    """
    if not is_touched(is_up, high, low, limit):
        return False
    away = low < limit if is_up else high > limit
    return close != limit or (open_ == limit and away)
