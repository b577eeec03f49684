"""An instrument: what the exchange's law needs to know of a listed security (``data/instruments.csv``)."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from hypebasket.spec.text import Currency, Spec, Symbol

__all__ = ["LATER_FACTS", "Board", "Instrument", "is_spells"]

Board = Literal["main", "chinext", "star", "bse", "hk", "us"]

Spell = tuple[date, date | None]
"""First and last day; ``None``: to this day."""

NEVER = "none"
LATER_FACTS = ("delisting_start", "delisting_last", "relist_date", "risk_warning")
"""Facts that tables written before version 0.2 do not hold."""


@lru_cache(maxsize=4096)
def _spells(text: str) -> tuple[Spell, ...]:
    if text == NEVER:
        return ()
    spells: list[Spell] = []
    for part in text.split(";"):
        begin, dots, end = part.strip().partition("..")
        if not dots:
            raise ValueError(part.strip())
        spells.append((date.fromisoformat(begin), date.fromisoformat(end) if end else None))
    return tuple(spells)


def _check_spells(text: str) -> str:
    form = "write spells as 2021-05-06..2022-04-28;2025-05-06.. (both days included), or none"
    try:
        spells = _spells(text)
    except ValueError as error:
        raise ValueError(f"not a list of spells: {form}") from error
    for (begin, end), following in zip(spells, (*spells[1:], None), strict=True):
        if (end is not None and end < begin) or (following and (end is None or following[0] <= end)):
            raise ValueError(f"spells must not overlap, each from its first to its last day: {form}")
    return text


def is_spells(text: str | None) -> bool:
    """Whether ``text`` is a list of spells as ``Instrument.risk_warning`` has it, or nothing at all."""
    try:
        return text is None or bool(_check_spells(text))
    except ValueError:
        return False


class Instrument(Spec):
    """One listed security; ``None`` means unknown, and whatever needs it says so instead of guessing.

    ``delisting_start`` and ``delisting_last`` are the first and last session of the delisting period (退市整理期),
    ``relist_date`` the first session after a suspension of the listing (暂停上市) or of a relisting. ``risk_warning``
    are the spells under risk warning (ST, *ST): ``2021-05-06..2022-04-28;2025-05-06..``, or ``none``.
    """

    symbol: Symbol
    name_zh: str
    name_en: str
    board: Board
    currency: Currency
    lot: Annotated[int, Field(ge=1)] | None
    list_date: date | None
    delist_date: date | None = None
    issue_price: Annotated[float, Field(gt=0)] | None = None
    delisting_start: date | None = None
    delisting_last: date | None = None
    relist_date: date | None = None
    risk_warning: Annotated[str, AfterValidator(_check_spells)] | None = None
    source: str

    def is_warned(self, day: date) -> bool | None:
        """Whether the stock was under risk warning on ``day``; ``None`` where the table does not tell."""
        if self.risk_warning is None:
            return None
        return any(begin <= day and (end is None or day <= end) for begin, end in _spells(self.risk_warning))
