"""Where tables are printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["console_for_tables"]

WIDTH_OF_A_FILE: Final = 140


def console_for_tables(*, markup: bool = True, width: int = WIDTH_OF_A_FILE) -> Console:
    """Return stdout as wide as its terminal; a file or a pipe has no width of its own, and gets ``width`` at least."""
    from rich.console import Console

    console = Console(markup=markup, highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = max(console.width, width)
    return console
