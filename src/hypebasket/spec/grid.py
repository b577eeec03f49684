"""Many strategies out of one: which fields vary over which values, and the strategy each combination makes."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from hypebasket.errors import SpecError, UsageError
from hypebasket.spec.source import Place, Source, SpecPath
from hypebasket.spec.strategy import Strategy
from hypebasket.spec.strategy_checks import check_strategy
from hypebasket.spec.validation import validate

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Axis", "Point", "draw_points", "grid_points", "number_of_points", "parse_axis", "vary"]

FORM = "write field=1..20, field=0.03..0.15:0.01 or field=a,b,none"
MOST_VALUES = 100_000

Setting = str | int | float | bool | None
Point = tuple[Setting, ...]
"""One value for each axis, in their order; ``None`` leaves the field out."""


@dataclass(frozen=True, slots=True)
class Axis:
    """A field of a strategy, as ``("exit", "hold_sessions")``, and the values it takes, in order."""

    path: tuple[str, ...]
    values: tuple[Setting, ...]

    @property
    def name(self) -> str:
        """The field as it is written on the command line."""
        return ".".join(self.path)


def parse_axis(text: str) -> Axis:
    """Read ``exit.hold_sessions=1..20``, ``exit.stop_loss=0.03..0.15:0.01`` or ``entry.at=first_open,first_close``.

    A range of whole numbers steps by 1 unless it says otherwise, one of decimals must say; both ends are included.
    ``none`` leaves the field out.
    """
    name, equals, values = text.partition("=")
    path = tuple(part.strip() for part in name.split("."))
    if not equals or not all(path) or not values.strip():
        raise UsageError(f"--grid {text}: not a field with values", FORM)
    found = _range(text, values) if ".." in values else tuple(_scalar(text, value) for value in values.split(","))
    if len(set(map(repr, found))) < len(found):
        raise UsageError(f"--grid {text}: a value stands twice", "write each once")
    return Axis(path, found)


def _scalar(text: str, value: str) -> Setting:
    value = value.strip()
    if value.lower() in ("none", "null", "~"):
        return None
    try:
        found = yaml.safe_load(value)
    except yaml.YAMLError as error:
        raise UsageError(f"--grid {text}: '{value}' is not a value", FORM) from error
    if not isinstance(found, (bool, int, float, str)):
        raise UsageError(f"--grid {text}: '{value}' is not one value", FORM)
    return found


def _range(text: str, values: str) -> tuple[Setting, ...]:
    ends, colon, step_text = values.partition(":")
    first_text, _, last_text = ends.partition("..")
    try:
        first, last = Decimal(first_text.strip()), Decimal(last_text.strip())
        step = Decimal(step_text.strip()) if colon else Decimal(1)
    except InvalidOperation as error:
        raise UsageError(f"--grid {text}: '{values}' is not a range of numbers", FORM) from error
    whole = all(number == number.to_integral_value() for number in (first, last, step) if number.is_finite())
    if not colon and not whole:
        raise UsageError(f"--grid {text}: a range of decimals without a step", f"write {values}:0.01")
    if not (step > 0 and first.is_finite() and last.is_finite() and first <= last):
        raise UsageError(f"--grid {text}: runs backwards or never ends", FORM)
    count = int((last - first) / step) + 1
    if count > MOST_VALUES:
        raise UsageError(f"--grid {text}: {count:,} values", f"at most {MOST_VALUES:,}")
    numbers = (first + step * index for index in range(count))
    return tuple(int(number) if whole else float(number) for number in numbers)


def number_of_points(axes: Sequence[Axis]) -> int:
    """Return how many combinations a grid has."""
    return math.prod(len(axis.values) for axis in axes)


def grid_points(axes: Sequence[Axis]) -> Iterator[Point]:
    """Yield every combination, the last axis fastest."""
    return product(*(axis.values for axis in axes))


def draw_points(axes: Sequence[Axis], count: int, rng: np.random.Generator) -> list[Point]:
    """Draw ``count`` different combinations at random, in the grid's own order; all of them where there are no more."""
    total = number_of_points(axes)
    if count >= total:
        return list(grid_points(axes))
    chosen = sorted(int(index) for index in rng.choice(total, size=count, replace=False))
    return [_point(axes, index) for index in chosen]


def _point(axes: Sequence[Axis], index: int) -> Point:
    values: list[Setting] = []
    for axis in reversed(axes):
        index, place = divmod(index, len(axis.values))
        values.append(axis.values[place])
    return tuple(reversed(values))


def vary(values: Mapping[str, object], axes: Sequence[Axis], point: Point, root: Path) -> Strategy:
    """Return the strategy whose file held ``values``, with the fields of ``axes`` at ``point``.

    It is validated like a file: ``SpecError`` tells why a combination is none.
    """
    varied = copy.deepcopy(dict(values))
    for axis, value in zip(axes, point, strict=True):
        _put(varied, axis, value)
    source = Source(label=", ".join(f"{axis.name}={value}" for axis, value in zip(axes, point, strict=True)))
    source.value = varied
    for path, written in _written(varied):
        source.values[path] = Place(1, 1, str(written))
        source.keys[path] = Place(1, 1, str(path[-1]))
    strategy = validate(Strategy, source)
    if strategy is not None:
        check_strategy(source, strategy, strategy.id, root)
    if strategy is None or source.problems:
        raise SpecError(source.problems)
    return strategy


def _put(values: dict[str, object], axis: Axis, value: Setting) -> None:
    """Set a field, making the parts above it; ``None`` takes it out."""
    part = values
    for key in axis.path[:-1]:
        below = part.setdefault(key, {})
        if not isinstance(below, dict):
            below = part[key] = {}
        part = below
    if value is None:
        part.pop(axis.path[-1], None)
    else:
        part[axis.path[-1]] = value


def _written(values: Mapping[str, object], above: SpecPath = ()) -> Iterator[tuple[SpecPath, object]]:
    """Yield every key's path and what stands there."""
    for key, value in values.items():
        yield (*above, key), value
        if isinstance(value, dict):
            yield from _written(value, (*above, key))
