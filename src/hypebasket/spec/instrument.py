"""An instrument: what the exchange's law needs to know of a listed security (``data/instruments.csv``)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from hypebasket.spec.text import Currency, Spec, Symbol

__all__ = ["Board", "Instrument"]

Board = Literal["main", "chinext", "star", "bse", "hk", "us"]


class Instrument(Spec):
    """One listed security; ``None`` means unknown, and whatever needs it says so instead of guessing."""

    symbol: Symbol
    name_zh: str
    name_en: str
    board: Board
    currency: Currency
    lot: Annotated[int, Field(ge=1)] | None
    list_date: date | None
    delist_date: date | None = None
    issue_price: Annotated[float, Field(gt=0)] | None = None
    source: str
