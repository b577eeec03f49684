"""The same sessions as ``engine.replay``, as a loop over integers that a compiler takes: for questions asked often.

``retrace`` returns the ledger ``engine.replay.replay`` returns, row by row.
"""

from hypebasket.engine.sweep.retrace import retrace

__all__ = ["retrace"]
