"""The pieces sentences are made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any

from pydantic import BaseModel

from hypebasket.errors import Words
from hypebasket.spec.glossary import KEYS, keys_of, words_of

__all__ = ["listed", "moment", "number", "percent", "plural", "same", "untold"]


def same(text: object) -> Words:
    """Return words that are alike in both languages."""
    return Words(str(text), str(text))


def percent(share: float) -> str:
    """Return a share as a percentage: 0.125 is ``12.5 %``."""
    return f"{round(share * 100, 10):g} %"


def number(value: float) -> str:
    """Return a number with its thousands set apart."""
    return f"{value:,.10g}"


def plural(count: int, noun: str) -> str:
    """Return a count with its English noun."""
    return f"{count:,} {noun}" if abs(count) == 1 else f"{count:,} {noun}s"


def listed(items: Iterable[object], last: str = "and") -> Words:
    """Return items as a list in a sentence; ``last`` stands before the last English one."""
    words = [str(item) for item in items]
    english = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}" if words else ""
    return Words("、".join(words), english)


def moment(value: datetime | date, zone: str) -> Words:
    """Return an instant in UTC, or a day of a zone."""
    if isinstance(value, datetime):
        return same(f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC")
    return Words(f"{value}（{zone} 当天结束）", f"the end of {value} in {zone}")


def untold(spec: BaseModel, told: frozenset[str]) -> Iterator[Words]:
    """Yield a sentence for every key that differs from its default and that no sentence has told, below as well."""
    model = type(spec)
    for key, field in keys_of(model).items():
        name = next(name for name, each in model.model_fields.items() if each is field)
        value = getattr(spec, name)
        if isinstance(value, BaseModel):
            yield from untold(value, told)
        elif f"{model.__name__}.{key}" not in told and value != field.get_default(call_default_factory=True):
            yield _plainly(model, key, value)


def _plainly(model: type[BaseModel], key: str, value: Any) -> Words:
    """Return a key, its value and the meaning of both."""
    meaning = KEYS[f"{model.__name__}.{key}"].words
    word = words_of(model, key).get(str(value))
    shown = Words(f"{value}（{word.zh}）", f"{value} ({word.en})") if word else same(value)
    return Words(f"{key}: {shown.zh}：{meaning.zh}。", f"{key}: {shown.en}: {meaning.en}.")
