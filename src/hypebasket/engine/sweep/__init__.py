"""The same sessions as ``engine.replay``, as a loop over integers that a compiler takes: for questions asked often.

``retrace`` returns the ledger ``engine.replay.replay`` returns, row by row, and ``outline`` what it comes to;
``sweep`` and ``sweep_calendars`` run thousands of plans, or one event's plan on thousands of calendars, and return how
they ended.
"""

from hypebasket.engine.sweep.bulk import SweepOutcome, sweep, sweep_calendars
from hypebasket.engine.sweep.reading import Outline
from hypebasket.engine.sweep.retrace import outline, retrace

__all__ = ["Outline", "SweepOutcome", "outline", "retrace", "sweep", "sweep_calendars"]
