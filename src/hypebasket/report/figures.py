"""How numbers look on a page: signed, with units; a number that does not exist is a dash."""

from __future__ import annotations

import math

__all__ = ["NOTHING", "amount", "beaten", "chance", "count", "direction", "p_value", "percent", "ratio", "share"]

NOTHING = "–"


def percent(value: float | None, digits: int = 2) -> str:
    """Return a return (decimal) as a signed percentage, e.g. ``+47.79%``."""
    if value is None:
        return NOTHING
    text = f"{value * 100:+.{digits}f}"
    return f"{text if float(text) else text[1:]}%"


def share(value: float | None, digits: int = 1) -> str:
    """Return a part of a whole (decimal, never negative) as a percentage without sign."""
    return NOTHING if value is None else f"{value * 100:.{digits}f}%"


def chance(value: float | None) -> str:
    """Return a probability as a percentage; what is not certain never reads like certainty."""
    if value is None or value in (0.0, 1.0):
        return share(value)
    return "<0.1%" if value < 0.001 else ">99.9%" if value > 0.999 else share(value)


def p_value(value: float | None) -> str:
    """Return a p-value with three digits; a dash where there is none."""
    if value is None:
        return NOTHING
    return "<0.001" if value < 0.001 else f"{value:.3f}"


def beaten(percentile: float | None) -> str:
    """Return the share of draws below the truth, cut off after a tenth of a per cent, so that it is never too high."""
    return NOTHING if percentile is None else f"{math.floor(round(percentile * 1000.0, 6)) / 10.0:.1f}%"


def ratio(value: float | None) -> str:
    """Return a pure number with two digits, signed only when negative."""
    return NOTHING if value is None else f"{value:.2f}"


def amount(value: float | None) -> str:
    """Return money with thousands separators and two digits."""
    return NOTHING if value is None else f"{value:,.2f}"


def count(value: int | None) -> str:
    """Return a whole number with thousands separators."""
    return NOTHING if value is None else f"{value:,}"


def direction(value: float | None, digits: int = 2) -> str:
    """Return ``up``, ``down`` or ``flat`` as the number reads after rounding; empty when there is none."""
    if value is None:
        return ""
    shown = round(value * 100, digits)
    return "up" if shown > 0 else "down" if shown < 0 else "flat"
