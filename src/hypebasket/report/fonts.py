"""Chinese type for pages and charts: Noto CJK (SIL Open Font Licence), subset to the glyphs a page shows and embedded.

The fonts come with the package mplfonts; only their files are used, that package is never imported.
"""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hypebasket.errors import DataGapError

__all__ = [
    "CHART_FAMILY",
    "Face",
    "PageText",
    "font_face",
    "font_file",
    "page_fonts",
    "register_chart_font",
    "subset_font",
]

CHART_FAMILY = "Arial"
"""The family quantstats asks for by name; ``register_chart_font`` answers it with a face that has Chinese glyphs."""

_ASCII = frozenset(map(chr, range(0x20, 0x7F)))
_UNUSED_TABLES = (b"GSUB", b"GPOS", b"GDEF", b"BASE", b"JSTF", b"VORG", b"vhea", b"vmtx", b"DSIG")


class Face(StrEnum):
    """An embedded face: the value is its CSS family."""

    SANS = "Hypebasket Sans"
    SERIF = "Hypebasket Serif"


_FILES = {Face.SANS: "NotoSansCJKsc-Regular.otf", Face.SERIF: "NotoSerifCJKsc-Regular.otf"}


def font_file(face: Face) -> Path:
    """Return the OpenType file of ``face`` inside the installed package mplfonts."""
    spec = find_spec("mplfonts")
    for folder in spec.submodule_search_locations or () if spec else ():
        path = Path(folder) / "fonts" / _FILES[face]
        if path.is_file():
            return path
    raise DataGapError(
        f"the font {_FILES[face]} is not installed", "install it with the package: pip install 'mplfonts>=0.0.11'"
    )


@lru_cache(maxsize=32)
def subset_font(face: Face, characters: frozenset[str]) -> bytes:
    """Return a WOFF font with exactly ``characters`` (those ``face`` has) and ``.notdef``.

    The same characters give the same bytes: no time of making is stored. WOFF and not WOFF2, because compressing
    takes as long as everything else and saves only a tenth of the size.
    """
    import uharfbuzz as hb
    from fontTools.ttLib import TTFont

    wanted = hb.SubsetInput()
    wanted.unicode_set.update(map(ord, characters))
    wanted.flags = hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.NOTDEF_OUTLINE
    wanted.layout_feature_tag_set.clear()
    wanted.name_id_set.clear()
    wanted.drop_table_tag_set.update(int.from_bytes(tag, "big") for tag in _UNUSED_TABLES)
    whole = hb.Face(hb.Blob.from_file_path(str(font_file(face))))
    cut = io.BytesIO(hb.subset(whole, wanted).blob.data)
    with TTFont(cut, lazy=True, recalcTimestamp=False, recalcBBoxes=False) as font, io.BytesIO() as buffer:
        font.flavor = "woff"
        font.save(buffer)
        return buffer.getvalue()


def font_face(face: Face, characters: Iterable[str]) -> str:
    """Return the CSS rule that embeds ``face`` for ``characters`` and all of printable ASCII."""
    data = base64.b64encode(subset_font(face, _ASCII | {char for char in characters if char >= " "})).decode("ascii")
    return (
        f'@font-face{{font-family:"{face}";font-weight:400 700;font-display:block;'
        f'src:url("data:font/woff;base64,{data}") format("woff")}}'
    )


class PageText(HTMLParser):
    """The characters a page may show, apart for headings (and elements of class ``serif``) and the rest.

    What stands in data, programs and style sheets counts too: charts take their words from there.
    """

    _VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "wbr", "col"})
    _HEADINGS = frozenset({"h1", "h2", "h3"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.sans: set[str] = set()
        self.serif: set[str] = set()
        self._open: list[tuple[str, bool]] = [("", False)]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember whether the element is set in serif."""
        if tag in self._VOID:
            return
        values = dict(attrs)
        serif = self._open[-1][1] or tag in self._HEADINGS or "serif" in (values.get("class") or "").split()
        self._open.append((tag, serif))

    def handle_endtag(self, tag: str) -> None:
        """Close the element and whatever was left open inside it."""
        for depth in range(len(self._open) - 1, 0, -1):
            if self._open[depth][0] == tag:
                del self._open[depth:]
                return

    def handle_data(self, data: str) -> None:
        """Collect the characters of a piece of text."""
        _, serif = self._open[-1]
        (self.serif if serif else self.sans).update(html.unescape(data) if "&" in data else data)


def page_fonts(page: str) -> str:
    """Return the ``@font-face`` rules for every character that ``page`` (HTML) shows."""
    text = PageText()
    text.feed(page)
    text.close()
    rules = [font_face(Face.SANS, text.sans)]
    if text.serif:
        rules.append(font_face(Face.SERIF, text.serif))
    return "\n".join(rules)


@lru_cache(maxsize=1)
def register_chart_font() -> str:
    """Make matplotlib draw Chinese: Noto Sans CJK answers to ``CHART_FAMILY`` too. Once per process.

    The aliases stand first in the list because a system's own face of that name has no Chinese glyphs. ``addfont``
    comes last: it empties matplotlib's cache of font look-ups.
    """
    from matplotlib import font_manager

    path = str(font_file(Face.SANS))
    for weight in (700, 400):
        alias: Any = font_manager.FontEntry(
            fname=path, name=CHART_FAMILY, style="normal", variant="normal", weight=weight, stretch="normal",
            size="scalable",
        )  # fmt: skip
        font_manager.fontManager.ttflist.insert(0, alias)
    font_manager.fontManager.addfont(path)
    return CHART_FAMILY
