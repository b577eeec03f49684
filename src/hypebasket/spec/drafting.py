"""New YAML files as text: what was decided, and every other option beside it as a comment that explains itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from hypebasket.spec.basket import Basket
from hypebasket.spec.event import Event
from hypebasket.spec.glossary import KEYS, keys_of, models_of, words_of
from hypebasket.spec.messages import columns
from hypebasket.spec.source import read_yaml
from hypebasket.spec.strategy import Strategy
from hypebasket.spec.text import Text

__all__ = ["draft_basket", "draft_event", "draft_strategy", "written"]

Values = Mapping[str, Any]

COMMENT_COLUMN = 38
_PLAIN = re.compile(r"[\w一-鿿][\w一-鿿 ./+&-]*(?::[\w./+-]+)*")


def draft_strategy(values: Values, language: str) -> str:
    """Return a strategy file; ``values`` by its keys, comments in ``language``."""
    return _file("../data/schemas/strategy.json", Strategy, values, language)


def draft_basket(values: Values, language: str) -> str:
    """Return a basket file."""
    return _file("../data/schemas/basket.json", Basket, values, language)


def draft_event(values: Values, language: str, indent: int, *, explain: bool = True) -> str:
    """Return one item for the list of ``data/events.yaml``, its dash in column ``indent + 1``."""
    return "\n".join(_item(Event, values, language, " " * indent, explain=explain)) + "\n"


def written(value: Any) -> str:
    """Return a value in one line of YAML, quoted only where it would be read as something else."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, int | float):
        return f"{value:.15g}"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {written(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(written(part) for part in value) + "]"
    text = str(value)
    plain = _PLAIN.fullmatch(text) and read_yaml(f"x: {text}", "").value == {"x": text}
    return text if plain else json.dumps(text, ensure_ascii=False)


def _file(schema: str, model: type[BaseModel], values: Values, language: str) -> str:
    head = [f"# yaml-language-server: $schema={schema}"]
    head.append(
        {
            "zh": "# 以 # 开头的行是没有用到的选项：去掉 # 就生效。改完运行 hypebasket check。",
            "en": "# Lines behind a # are options not in use: remove the # to use one. After editing: hypebasket check",
        }[language]
    )
    return "\n".join([*head, "", *_mapping(model, values, language, "")]) + "\n"


def _mapping(
    model: type[BaseModel], values: Values, language: str, indent: str, *, unused: bool = False
) -> Iterator[str]:
    """Yield the lines of a mapping: keys in use, the others commented out (unless the mapping is, as a whole)."""
    for key in keys_of(model):
        value, comment = values.get(key), _comment(model, key, language)
        below = [each for each in models_of(model, key) if each is not Text]
        mark = "" if key in values or unused else "# "
        if below and isinstance(value, list):
            yield _line(f"{indent}{key}:", comment)
            for number, item in enumerate(value):
                yield from _item(below[0], item, language, f"{indent}  ", explain=number == 0)
        elif below and (isinstance(value, Mapping) or (key not in values and not words_of(model, key))):
            yield _line(f"{indent}{mark}{key}:", comment)
            whole = unused or not value
            yield from _mapping(below[0], value or {}, language, f"{indent}{mark}  ", unused=whole)
        elif isinstance(value, Mapping) and _is_long(value):
            yield _line(f"{indent}{key}:", comment)
            yield from (f"{indent}  {name}: {written(part)}" for name, part in value.items())
        else:
            shown = value if key in values else _example(model, key)
            yield _line(f"{indent}{mark}{key}: {written(shown)}", comment)
    for key in values.keys() - keys_of(model).keys():  # for the check to refuse by name
        yield f"{indent}{key}: {written(values[key])}"


def _item(model: type[BaseModel], values: Values, language: str, indent: str, *, explain: bool) -> Iterator[str]:
    """Yield one item of a list; options not in use are shown in the first item only."""
    lines = [
        line
        for line in _mapping(model, values, language, f"{indent}  ")
        if explain or not line.lstrip().startswith("# ")
    ]
    if not explain:
        lines = [line.partition("  # ")[0].rstrip() for line in lines]
    yield f"{indent}- {lines[0][len(indent) + 2 :]}"
    yield from lines[1:]


def _is_long(value: Values) -> bool:
    return len(written(value)) > COMMENT_COLUMN


def _line(text: str, comment: str) -> str:
    """Return a line with its comment, all comments below one another."""
    return f"{text}{' ' * (COMMENT_COLUMN - columns(text))}  # {comment}"


def _comment(model: type[BaseModel], key: str, language: str) -> str:
    """Return what a key is for, and the words it may hold."""
    said = KEYS[f"{model.__name__}.{key}"].words[language]
    words = list(words_of(model, key))
    if not words or models_of(model, key) or isinstance(words[0], int):
        return said
    return f"{said}: {' | '.join(words)}" if language == "en" else f"{said}：{' | '.join(words)}"


def _example(model: type[BaseModel], key: str) -> Any:
    """Return what to write for a key that is not in use: an example, else its default."""
    meaning = KEYS[f"{model.__name__}.{key}"]
    if meaning.examples:
        return meaning.examples[0]
    default = keys_of(model)[key].get_default(call_default_factory=True)
    return "…" if default in (None, "") else default
