"""Options the strategy schema lays out and the engine does not honour yet: each is refused by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hypebasket.spec.source import SpecPath
from hypebasket.spec.strategy import EntryAt, Overlap, SizeScheme, Strategy

__all__ = ["UNBUILT", "Unbuilt", "unbuilt_options"]


@dataclass(frozen=True, slots=True)
class Unbuilt:
    """One option: where it stands, which values ask for it, its name, and what to write instead."""

    path: SpecPath
    asks: Callable[[Strategy], bool]
    name: str
    instead: str

    @property
    def message(self) -> str:
        """What the user reads."""
        return f"'{self.name}' is laid out in the schema but not built yet"


_ALL_MEMBERS = "leave it out: every member is bought"

UNBUILT = (
    Unbuilt(
        ("entry", "at"), lambda s: s.entry.at is EntryAt.LIMIT_QUEUE, "limit_queue", "use first_open or first_close"
    ),
    Unbuilt(("entry", "offset"), lambda s: s.entry.offset < 0, "negative offset", "use 0 or more sessions"),
    Unbuilt(("select", "top"), lambda s: s.select.top is not None, "top", _ALL_MEMBERS),
    Unbuilt(("select", "bottom"), lambda s: s.select.bottom is not None, "bottom", _ALL_MEMBERS),
    Unbuilt(("select", "limit_up_only"), lambda s: s.select.limit_up_only, "limit_up_only", _ALL_MEMBERS),
    Unbuilt(("select", "min_amount"), lambda s: s.select.min_amount is not None, "min_amount", _ALL_MEMBERS),
    Unbuilt(
        ("size", "scheme"),
        lambda s: s.size.scheme is SizeScheme.INVERSE_VOLATILITY,
        "inverse_volatility",
        "use equal or basket_weights",
    ),
    Unbuilt(("exit", "board_break"), lambda s: s.exit.board_break, "board_break", "use hold_sessions or a stop"),
    Unbuilt(("exit", "next_event"), lambda s: s.exit.next_event, "next_event", "use hold_sessions or a stop"),
    Unbuilt(("overlap",), lambda s: s.overlap is Overlap.EXTEND, "extend", "use ignore"),
    Unbuilt(("overlap",), lambda s: s.overlap is Overlap.STACK, "stack", "use ignore"),
)


def unbuilt_options(strategy: Strategy) -> Iterator[Unbuilt]:
    """Yield what ``strategy`` asks for and nothing honours yet."""
    return (option for option in UNBUILT if option.asks(strategy))
