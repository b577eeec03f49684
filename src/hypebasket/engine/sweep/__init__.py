"""The same sessions as ``engine.replay``, as a loop over integers that a compiler takes: for questions asked often.

``retrace`` returns the ledger ``engine.replay.replay`` returns, row by row, and ``retrace_equity`` its equity alone;
``sweep`` and ``sweep_calendars`` run thousands of plans, or one event's plan on thousands of calendars, and return how
they ended.
"""

from hypebasket.engine.sweep.bulk import SweepOutcome, sweep, sweep_calendars
from hypebasket.engine.sweep.retrace import retrace, retrace_equity

__all__ = ["SweepOutcome", "retrace", "retrace_equity", "sweep", "sweep_calendars"]
