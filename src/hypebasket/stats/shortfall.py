"""The waterfall from headline to captured: what each friction of the market took, in money that adds up exactly.

Every bar is the difference between two runs of the engine, the later one subject to one friction more. The order is
fixed (``docs/semantics.md``): the size of a bar depends on what was switched on before it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from enum import StrEnum
from itertools import pairwise
from typing import Final, NamedTuple

from hypebasket.rules.frictions import NO_FRICTIONS, Frictions

__all__ = ["RUNGS", "Bar", "Step", "money_of", "summed", "waterfall"]


class Step(StrEnum):
    """A bar of the waterfall: the headline, what was added to it step by step, and what was captured."""

    HEADLINE = "headline"
    CHOICE = "choice"
    SESSION_DELAY = "session_delay"
    LIMITS_ENTRY = "limits_entry"
    LIMITS_EXIT = "limits_exit"
    T_PLUS_1 = "t_plus_1"
    LOTS_AND_CASH = "lots_and_cash"
    VOLUME_CAP = "volume_cap"
    FEES_AND_TAX = "fees_and_tax"
    CAPTURED = "captured"


def _rungs() -> dict[Step, Frictions]:
    """Return the frictions of each step's run: none for the first two, then one more at a time."""
    rungs = {Step.CHOICE: NO_FRICTIONS, Step.SESSION_DELAY: NO_FRICTIONS}
    on = NO_FRICTIONS
    steps = (step for step in Step if step not in (Step.HEADLINE, Step.CAPTURED, *rungs))
    for step, friction in zip(steps, Frictions._fields, strict=True):
        on = on._replace(**{friction: True})
        rungs[step] = on
    return rungs


RUNGS: Final[Mapping[Step, Frictions]] = _rungs()
"""The run behind each step; that of the choice enters at the base close instead of the planned session."""


class Bar(NamedTuple):
    """One bar: a total for the headline and the captured number, else the signed change; in fen."""

    step: Step
    money: int


def money_of(rate: float, allotted: int) -> int:
    """Return what a return (decimal) makes of ``allotted`` fen, half away from zero to the fen."""
    whole = math.floor(abs(rate) * allotted + 0.5)
    return whole if rate >= 0 else -whole


def waterfall(headline: float, allotted: int, earned: Mapping[Step, int]) -> tuple[Bar, ...]:
    """Return the bars of one event.

    Parameters
    ----------
    headline : float
        The basket's headline, decimal.
    allotted : int
        Money set aside for the event, fen.
    earned : mapping of Step to int
        Net profit of the run behind each step of ``RUNGS``, fen.

    Returns
    -------
    tuple of Bar
        All but the last add up to the last.
    """
    quoted = money_of(headline, allotted)
    levels = [quoted, *(earned[step] for step in RUNGS)]
    changes = (Bar(step, after - before) for step, (before, after) in zip(RUNGS, pairwise(levels), strict=True))
    return (Bar(Step.HEADLINE, quoted), *changes, Bar(Step.CAPTURED, levels[-1]))


def summed(waterfalls: Iterable[tuple[Bar, ...]]) -> tuple[Bar, ...]:
    """Return the waterfall of several events together; empty where there is none."""
    totals = dict.fromkeys(Step, 0)
    count = 0
    for count, bars in enumerate(waterfalls, start=1):  # noqa: B007  (the count outlives the loop)
        for bar in bars:
            totals[bar.step] += bar.money
    return tuple(Bar(step, money) for step, money in totals.items()) if count else ()
