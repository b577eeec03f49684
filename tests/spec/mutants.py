"""Shipped YAML files broken one place at a time.

An operator changes the plain value and the text of a file alike, and neither with the code under test: whether the
value still fits its schema is for an independent validator to say.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypebasket.spec.source import Source, SpecPath

__all__ = ["OPERATORS", "Mutant", "mutants_of"]

MISSING = object()


@dataclass(frozen=True)
class Mutant:
    """A broken file.

    ``line`` is the line that was changed; where a key was taken away, the line its mapping begins on. ``shown`` is the
    key or the value a good message names.
    """

    origin: Path
    operator: str
    path: SpecPath
    text: str
    value: Any
    line: int
    shown: str


@dataclass(frozen=True)
class Spot:
    """A place in a file that an operator may change."""

    source: Source
    path: SpecPath
    value: Any

    @property
    def line(self) -> int:
        return self.source.place(self.path).line

    @property
    def raw(self) -> str:
        """The value as written: a scalar, or a list or mapping in brackets without others inside; else empty."""
        place = self.source.place(self.path)
        if place.raw:
            return place.raw
        match = re.match(r"\[[^\[\]{}]*\]|\{[^\[\]{}]*\}", self.source.line(place.line)[place.column - 1 :])
        return match.group() if match else ""


Edit = tuple[str, Any, str]
"""Text that takes the place of the value, the value it stands for, and what a good message shows."""


def word_for_number(spot: Spot) -> Edit | None:
    return ("five", "five", "five") if is_number(spot.value) else None


def quoted_number(spot: Spot) -> Edit | None:
    return (f'"{spot.raw}"', spot.raw, spot.raw) if is_number(spot.value) else None


def half_of_a_whole(spot: Spot) -> Edit | None:
    return ("2.5", 2.5, "2.5") if is_number(spot.value) and isinstance(spot.value, int) else None


def beyond_the_top(spot: Spot) -> Edit | None:
    return ("987654321", 987654321, "987654321") if is_number(spot.value) else None


def below_zero(spot: Spot) -> Edit | None:
    return ("-987654321", -987654321, "-987654321") if is_number(spot.value) else None


def percentage(spot: Spot) -> Edit | None:
    return ("10%", "10%", "10%") if isinstance(spot.value, float) else None


def boolean_for_number(spot: Spot) -> Edit | None:
    return ("true", True, "true") if is_number(spot.value) else None


def word_for_boolean(spot: Spot) -> Edit | None:
    return ("maybe", "maybe", "maybe") if isinstance(spot.value, bool) else None


def number_for_text(spot: Spot) -> Edit | None:
    return ("31", 31, "31") if isinstance(spot.value, str) else None


def list_for_text(spot: Spot) -> Edit | None:
    return ("[one, two]", ["one", "two"], "[one, two]") if isinstance(spot.value, str) else None


def mapping_for_text(spot: Spot) -> Edit | None:
    return ("{odd: 1}", {"odd": 1}, "{odd: 1}") if isinstance(spot.value, str) else None


def unknown_word(spot: Spot) -> Edit | None:
    return ("Gibberish_7", "Gibberish_7", "Gibberish_7") if isinstance(spot.value, str) else None


def slip_of_the_finger(spot: Spot) -> Edit | None:
    if not isinstance(spot.value, str) or not re.fullmatch("[a-z_]{5,}", spot.raw):
        return None
    slip = spot.raw[:2] + spot.raw[3:]
    return slip, slip, slip


def no_value(spot: Spot) -> Edit | None:
    key = spot.path[-1]
    return ("", None, key) if isinstance(spot.value, str) and isinstance(key, str) else None


def text_for_list(spot: Spot) -> Edit | None:
    return ("alone", "alone", "alone") if isinstance(spot.value, list) and spot.raw else None


def empty_list(spot: Spot) -> Edit | None:
    return ("[]", [], "[]") if isinstance(spot.value, list) and spot.raw else None


def text_for_mapping(spot: Spot) -> Edit | None:
    return ("alone", "alone", "alone") if isinstance(spot.value, dict) and spot.raw else None


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


OPERATORS: tuple[Callable[[Spot], Edit | None], ...] = (
    word_for_number, quoted_number, half_of_a_whole, beyond_the_top, below_zero, percentage, boolean_for_number,
    word_for_boolean, number_for_text, list_for_text, mapping_for_text, unknown_word, slip_of_the_finger, no_value,
    text_for_list, empty_list, text_for_mapping,
)  # fmt: skip


def mutants_of(origin: Path, source: Source) -> Iterator[Mutant]:
    """Yield every mutant of a file: each operator at each place it fits, each key misspelt, taken away and invented."""
    for path in source.values:
        if not path:
            continue
        spot = Spot(source, path, value_at(source.value, path))
        if spot.raw:
            for operator in OPERATORS:
                if edit := operator(spot):
                    text, value, shown = edit
                    place = source.place(path)
                    yield Mutant(
                        origin, operator.__name__, path, replaced(source, place.line, place.column, spot.raw, text),
                        changed(source.value, path, value), place.line, shown,
                    )  # fmt: skip
    for path in source.keys:
        yield from key_mutants(origin, source, path)


def key_mutants(origin: Path, source: Source, path: SpecPath) -> Iterator[Mutant]:
    place, key = source.keys[path], str(path[-1])
    parent = value_at(source.value, path[:-1])
    slip = key[:-1] + ("x" if key[-1] != "x" else "y")
    renamed = {slip if name == key else name: part for name, part in parent.items()}
    yield Mutant(
        origin, "misspelt_key", path, replaced(source, place.line, place.column, place.raw, slip),
        changed(source.value, path[:-1], renamed), place.line, slip,
    )  # fmt: skip
    line = source.line(place.line)
    if line[: place.column - 1].strip(" -"):
        return  # not the first key on its line: the next two change whole lines
    invented = f"{' ' * (place.column - 1)}invented: 1"
    lines = [*source.lines[: place.line - 1], *source.lines[place.line - 1 :]]
    if not line[: place.column - 1].strip():
        yield Mutant(
            origin, "invented_key", path, "\n".join([*lines[: place.line - 1], invented, *lines[place.line - 1 :]]),
            changed(source.value, path[:-1], {"invented": 1, **parent}), place.line, "invented",
        )  # fmt: skip
        alone = [each for each in source.keys if source.keys[each].line == place.line] == [path]
        if alone and source.place(path).raw and len(parent) > 1:
            kept = {name: part for name, part in parent.items() if name != key}
            yield Mutant(
                origin, "missing_key", path, "\n".join([*lines[: place.line - 1], *lines[place.line :]]),
                changed(source.value, path[:-1], kept), source.place(path[:-1]).line, key,
            )  # fmt: skip


def value_at(value: Any, path: SpecPath) -> Any:
    for step in path:
        value = value[step]
    return value


def changed(value: Any, path: SpecPath, new: Any) -> Any:
    """Copy a value with something else at ``path``."""
    if not path:
        return copy.deepcopy(new)
    made = copy.deepcopy(value)
    value_at(made, path[:-1])[path[-1]] = copy.deepcopy(new)
    return made


def replaced(source: Source, line: int, column: int, old: str, new: str) -> str:
    lines = list(source.lines)
    text = lines[line - 1]
    assert text[column - 1 : column - 1 + len(old)] == old, (source.label, line, old)
    lines[line - 1] = text[: column - 1] + new + text[column - 1 + len(old) :]
    return "\n".join(lines)
