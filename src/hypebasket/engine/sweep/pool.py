"""Slots of record arrays that come and go."""

from __future__ import annotations

from typing import Any

from hypebasket.engine.sweep.codes import NONE
from hypebasket.engine.sweep.compiler import inlined

__all__ = ["give_back", "has_room", "take"]


@inlined
def take(pool: Any, rows: Any) -> int:
    """Return a slot nobody uses; ``has_room`` was asked before."""
    slot = pool.free
    if slot == NONE:
        slot = pool.used
        pool.used += 1
        return slot
    pool.free = rows[slot].next
    pool.n_free -= 1
    return slot


@inlined
def give_back(pool: Any, rows: Any, slot: int) -> None:
    """Let a slot be used again."""
    rows[slot].next = pool.free
    pool.free = slot
    pool.n_free += 1


@inlined
def has_room(pool: Any, wanted: int) -> bool:
    """Tell whether ``wanted`` more slots can be taken."""
    return pool.room - pool.used + pool.n_free >= wanted
