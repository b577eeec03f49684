"""What ``check --fix`` may change: slips whose meaning is beyond doubt, each as one small edit at a known place.

A key or a word is mended where exactly one known one is near; a value where only its spelling is wrong. References to
stocks, events, segments and publications, days, and whatever changes a rule of the strategy, are left to the author.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from hypebasket.errors import Fix
from hypebasket.spec.messages import closest
from hypebasket.spec.source import Place, Source, SpecPath
from hypebasket.spec.text import likely_symbol

__all__ = ["apply_fixes", "boolean_fix", "key_fix", "list_fix", "number_fix", "symbol_fix", "text_fix", "word_fix"]

ALIKE = 0.75
"""How alike (0 to 1, ``difflib``) a slip and the word it becomes must be."""

_BOOLEANS = {"yes": "true", "y": "true", "on": "true", "no": "false", "n": "false", "off": "false"}
_BOOLEANS |= {"true": "true", "false": "false", "是": "true", "否": "false"}
_NUMBER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_PLAIN = re.compile(r"[^\s\[\]{},:#&*!|>'\"%@`?-][^\[\]{},:#'\"]*")


def key_fix(source: Source, path: SpecPath, known: Collection[str]) -> Fix | None:
    """Rename a misspelt key, unless the right one is there as well."""
    word = closest(str(path[-1]), known, ALIKE)
    siblings = {key for (*parent, key) in source.keys if tuple(parent) == path[:-1]}
    if not word or word in siblings or path not in source.keys:
        return None
    return _replace(source.keys[path], word)


def word_fix(source: Source, path: SpecPath, known: Iterable[str]) -> Fix | None:
    """Replace a misspelt word of a closed list."""
    place = source.place(path)
    word = closest(place.text.strip().lower().replace("-", "_").replace(" ", "_"), known, ALIKE)
    return _replace(place, word) if word else None


def number_fix(source: Source, path: SpecPath, *, whole: bool) -> Fix | None:
    """Write a number without quotes, a whole one without its ``.0``, and a percentage as a decimal."""
    place = source.place(path)
    text = place.text.strip()
    digits = text.rstrip("%％").rstrip()
    if not _NUMBER.fullmatch(digits):
        return None
    if digits != text:
        return None if whole else _replace(place, _hundredth(digits))
    if whole and "." in digits:
        digits, _, part = digits.partition(".")
        if part.strip("0"):
            return None
    return _replace(place, digits)


def _hundredth(digits: str) -> str:
    """Return a hundredth of a number, exactly."""
    from decimal import Decimal

    return format((Decimal(digits) / 100).normalize(), "f")


def boolean_fix(source: Source, path: SpecPath) -> Fix | None:
    """Write true or false for a word that says so."""
    place = source.place(path)
    word = _BOOLEANS.get(place.text.strip().lower())
    return _replace(place, word) if word else None


def text_fix(source: Source, path: SpecPath) -> Fix | None:
    """Put a number or a truth value that stands for text in quotes."""
    place = source.place(path)
    return _replace(place, f'"{place.raw}"') if _PLAIN.fullmatch(place.raw) else None


def list_fix(source: Source, path: SpecPath) -> Fix | None:
    """Put a single word that stands for a list of one in brackets."""
    place = source.place(path)
    return _replace(place, f"[{place.raw}]") if _PLAIN.fullmatch(place.raw) else None


def symbol_fix(source: Source, path: SpecPath) -> Fix | None:
    """Write a symbol of another notation in ours."""
    place = source.place(path)
    symbol = likely_symbol(place.text)
    return _replace(place, symbol) if symbol else None


def _replace(place: Place, new: str) -> Fix | None:
    return Fix(place.line, place.column, place.raw, new) if place.raw and place.raw != new else None


def apply_fixes(text: str, fixes: Sequence[Fix]) -> tuple[str, list[Fix]]:
    """Return the text with the fixes that still fit it, and these; everything else stays as it is, byte by byte."""
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    lines = text.removeprefix(mark).split("\n")
    done = []
    for fix in sorted(set(fixes), reverse=True):
        line = lines[fix.line - 1] if fix.line <= len(lines) else ""
        start, end = fix.column - 1, fix.column - 1 + len(fix.old)
        if line[start:end] == fix.old:
            lines[fix.line - 1] = line[:start] + fix.new + line[end:]
            done.append(fix)
    return mark + "\n".join(lines), sorted(done)
