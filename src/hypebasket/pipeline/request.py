"""What a run is asked to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from hypebasket.spec.text import Circle, Currency

__all__ = ["DEFAULT_CAPITAL", "RunRequest"]

DEFAULT_CAPITAL = 1_000_000


@dataclass(frozen=True, slots=True)
class RunRequest:
    """One call of ``hypebasket run``.

    ``baskets`` and ``strategies`` are ids, empty for the default set; ``start`` and ``end`` bound the sessions,
    ``None`` for what the data covers; ``capital`` is a basket's, split among its sleeves, each part in whole
    units of its currency; ``data`` is ``auto`` (the store if it has data, else the sample), ``store`` or ``sample``.
    ``placebo`` is how many random calendars every triggered pair is compared with, none by default; ``study`` asks
    whether the events moved the baskets at all.
    """

    workspace: Path
    baskets: tuple[str, ...] = ()
    strategies: tuple[str, ...] = ()
    start: date | None = None
    end: date | None = None
    capital: int = DEFAULT_CAPITAL
    members: Circle | None = None
    sleeves: tuple[Currency, ...] = (Currency.CNY,)
    data: str = "auto"
    pages: bool = True
    placebo: int = 0
    study: bool = False
