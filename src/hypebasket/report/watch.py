"""The page of ``hypebasket watch``: shows the newest report and takes the next one by itself, from disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path

from hypebasket.files import write_atomically
from hypebasket.report.fonts import page_fonts
from hypebasket.report.html import script_json, template_text

__all__ = ["WatchState", "write_state", "write_watch_page"]


@dataclass(frozen=True, slots=True)
class WatchState:
    """What the last check or run left.

    ``stamp`` differs from every earlier one, ``at`` is the time of day, ``says`` one line, ``problems`` what is wrong
    (then ``page`` is the last good report), ``page`` the report relative to the watch page, empty for none yet.
    """

    stamp: int
    at: str
    lang: str
    says: str
    problems: Sequence[str] = ()
    page: str = ""


def write_watch_page(folder: Path) -> Path:
    """Write the page into ``folder``; it is the same for every watch."""
    return write_atomically(folder / "index.html", str(template_text("watch.html")).encode("utf-8"))


def write_state(folder: Path, state: WatchState) -> Path:
    """Tell the open page what there is now, with the glyphs it takes to read it."""
    told = asdict(state) | {"fonts": page_fonts(escape("\n".join((state.says, *state.problems))))}
    return write_atomically(folder / "state.js", f"hypebasketState({script_json(told)});\n".encode())
