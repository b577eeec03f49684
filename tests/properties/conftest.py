"""Lets the tests of this folder import the hand-made and the drawn markets, whichever way pytest imports them."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]
