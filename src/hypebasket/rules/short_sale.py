"""When the United States restrict short sales (rule 201 of Regulation SHO)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypebasket.rules.tables import find, pair

if TYPE_CHECKING:
    from datetime import date

__all__ = ["restricted_sessions", "trips_restriction"]


def trips_restriction(session: date, low: int, previous_close: int) -> bool:
    """Tell whether a session's low (any scale, both alike) fell far enough below the previous close."""
    decline, _ = pair(find("US", "short_sale_restriction", session), "decline", "sessions_after")
    return low * 1000 <= previous_close * (1000 - decline)


def restricted_sessions(session: date) -> int:
    """Return for how many sessions after the one that tripped it the restriction stays."""
    return pair(find("US", "short_sale_restriction", session), "decline", "sessions_after")[1]
