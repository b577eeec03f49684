"""Where two ledgers first differ."""

from __future__ import annotations

from dataclasses import fields
from itertools import zip_longest

from hypebasket.ledger.records import Ledger

__all__ = ["first_difference"]


def first_difference(one: Ledger, other: Ledger) -> str | None:
    """Return the first row that differs, with what each of two ledgers has there; ``None`` if they are equal.

    Tables are compared in the order of a ledger's fields, row by row; a row that only one of them has differs from
    none.
    """
    for table in fields(Ledger):
        mine, theirs = getattr(one, table.name), getattr(other, table.name)
        if mine == theirs:
            continue
        if not isinstance(mine, list):
            return f"{table.name}: {mine!r} against {theirs!r}"
        for number, (left, right) in enumerate(zip_longest(mine, theirs), start=1):
            if left != right:
                return f"{table.name}, row {number}: {left!r} against {right!r}"
    return None
