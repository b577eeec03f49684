"""Lets the tests of this folder import the hand-made and the drawn markets, whichever way pytest imports them.

``HYPOTHESIS_PROFILE`` chooses how many random strategies × markets are drawn: ``quick`` or ``torture``.
"""

from __future__ import annotations

import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "properties"), str(HERE.parent / "reference")]

settings.register_profile("quick", max_examples=30, deadline=None, derandomize=True, database=None)
settings.register_profile(
    "torture", max_examples=350, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
