"""Plain values into models; what pydantic objects to becomes a problem at its place, in plain English.

Values are validated strictly, in pydantic's JSON mode: text never turns into a number, ``true`` never into 1, digits
never into a date, while words still become enums, lists tuples and ISO text days and instants.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from hypebasket.errors import Problem
from hypebasket.spec.source import Source, SpecPath
from hypebasket.spec.text import ID_PATTERN, SYMBOL_FORM

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

__all__ = ["near", "validate"]

M = TypeVar("M", bound=BaseModel)

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NAIVE = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?")
_MOMENT_KINDS = ("date_", "datetime_", "timezone_", "time_")
_MOMENT_FORM = "write a day such as 2024-02-29 or an instant such as 2024-02-29T18:14Z"

# pydantic's error type -> what is wrong, what to write.
_KINDS = {
    "string_type": ("not text", "put it in quotes"),
    "int_type": ("not a whole number", "write digits without quotes, such as 5"),
    "int_from_float": ("not a whole number", "write digits without a decimal point, such as 5"),
    "float_type": ("not a number", "write a decimal number without quotes, such as 0.10"),
    "bool_type": ("neither true nor false", "write true or false"),
    "tuple_type": ("not a list", "write [a, b], or one '- ' line per item"),
    "dict_type": ("not a mapping", "write 'key: value' lines"),
    "too_short": ("empty", "write at least one item"),
}
_BOUNDS = {
    "greater_than": ("gt", "must be greater than"),
    "greater_than_equal": ("ge", "must be at least"),
    "less_than": ("lt", "must be less than"),
    "less_than_equal": ("le", "must be at most"),
}
_PATTERNS = {
    ID_PATTERN: ("not an id", "use small letters, digits and hyphens"),
    "^[ABCD]$": ("not a grade of confidence", "write A, B, C or D"),
}


def validate(model: type[M], source: Source) -> M | None:
    """Build ``model`` from the value of ``source``; on failure note every problem in ``source`` and return None."""
    try:
        return model.model_validate_json(json.dumps(source.value), strict=True)
    except ValidationError as failure:
        known = {(problem.line, problem.column) for problem in source.problems}
        for problem in _translate(model, source, failure.errors(include_url=False)):
            if (problem.line, problem.column) not in known:
                source.problems.append(problem)
        return None


def near(word: str, known: Iterable[str]) -> str:
    """Return the advice for an unknown word: the nearest known one, else the known ones (at most twelve)."""
    import difflib

    words = sorted(known)
    match = difflib.get_close_matches(word, words, n=1)
    if match:
        return f"did you mean '{match[0]}'?"
    return f"known: {', '.join(words[:12])}{', …' if len(words) > 12 else ''}" if words else ""


def _translate(model: type[BaseModel], source: Source, errors: list[ErrorDetails]) -> Iterator[Problem]:
    """Yield one problem per place, however many members of a union refused what stands there."""
    by_path: dict[SpecPath, list[ErrorDetails]] = {}
    misspelt = _misspelt(model, errors)
    for error in errors:
        if error["type"] == "missing" and error["loc"] in misspelt:
            continue
        by_path.setdefault(_path(source.value, error), []).append(error)
    for path, group in by_path.items():
        key_itself = group[0]["loc"][-1:] == ("[key]",)
        if not key_itself and any(other[: len(path)] == path and len(other) > len(path) for other in by_path):
            continue
        yield _problem(model, source, path, group)


def _misspelt(model: type[BaseModel], errors: list[ErrorDetails]) -> set[tuple[int | str, ...]]:
    """Return the locations of missing keys that stand there misspelt: the unknown key says enough."""
    import difflib

    found = set()
    for error in errors:
        if error["type"] == "extra_forbidden":
            *parent, key = error["loc"]
            match = difflib.get_close_matches(str(key), _model_at(model, tuple(parent)).model_fields, n=1)
            found |= {(*parent, name) for name in match}
    return found


def _path(value: Any, error: ErrorDetails) -> SpecPath:
    """Return the place an error speaks of: its location without the names of union members."""
    path: SpecPath = ()
    for step in error["loc"]:
        if not _holds(value, step):
            continue
        value = value[step]
        path = (*path, step)
    return (*path, error["loc"][-1]) if error["type"] == "missing" else path


def _holds(value: Any, step: int | str) -> bool:
    if isinstance(value, dict):
        return step in value
    return isinstance(value, list) and isinstance(step, int) and step < len(value)


def _problem(model: type[BaseModel], source: Source, path: SpecPath, group: list[ErrorDetails]) -> Problem:
    error = group[0]
    kind = error["type"]
    if kind == "missing":
        message, remedy = "this key is missing", f"add a line '{path[-1]}: …' here"
        return source.problem(path[:-1], message, remedy, value=str(path[-1]))
    if kind == "extra_forbidden":
        return source.problem(path, "unknown key", _near_key(str(path[-1]), _model_at(model, path[:-1])), key=True)
    if error["loc"] and error["loc"][-1] == "[key]":
        message, remedy = _wording(model, path, group, str(path[-1]))
        return source.problem(path, message, remedy, key=True)
    text = source.place(path).text
    if not text and path:
        return source.problem(path, "the key has no value", "write one, or remove the key", value=str(path[-1]))
    message, remedy = _wording(model, path, group, text)
    return source.problem(path, message, remedy)


def _wording(model: type[BaseModel], path: SpecPath, group: list[ErrorDetails], text: str) -> tuple[str, str]:
    kinds = {error["type"]: error for error in group}
    context = group[0].get("ctx", {})
    kind = group[0]["type"]
    if any(name.startswith(_MOMENT_KINDS) for name in kinds):
        return _moment_wording(text, day_only=not any(name.startswith(("datetime", "timezone")) for name in kinds))
    if word := kinds.get("enum") or kinds.get("literal_error"):
        return _word_wording(model, path, text, word["ctx"]["expected"], mapping_too="model_type" in kinds)
    if kind in _BOUNDS:
        name, words = _BOUNDS[kind]
        return f"{words} {context[name]:g}", "write a number inside the bounds"
    if kind == "string_pattern_mismatch":
        pattern = context["pattern"]
        return _PATTERNS.get(pattern, ("has the wrong form", f"it must match {pattern}"))
    if kind in ("model_type", "model_attributes_type"):
        return "not a mapping", f"write 'key: value' lines; keys: {', '.join(_model_at(model, path).model_fields)}"
    if kind == "value_error":
        what, _, form = str(context["error"]).partition(": ")
        return what, f"write {form}" if form else ""
    if kind == "string_type" and path[-1:] == ("symbol",):
        return "not a symbol", f"write {SYMBOL_FORM}"
    if kind == "int_type" and "." in text:
        return _KINDS["int_from_float"]
    if kind == "float_type" and text.rstrip().endswith("%"):
        return "not a number", "write a percentage as a decimal, 10 % as 0.10"
    return _KINDS.get(kind, (group[0]["msg"], ""))


def _moment_wording(text: str, *, day_only: bool) -> tuple[str, str]:
    if day_only:
        remedy = "write a day such as 2024-02-29"
        return ("no such day" if _DAY.fullmatch(text) else "not a day"), remedy
    if _NAIVE.fullmatch(text):
        return "an instant without a zone", "add Z (UTC) or an offset such as +08:00"
    if _DAY.match(text):
        return "no such day or instant", _MOMENT_FORM
    return "neither a day nor an instant", _MOMENT_FORM


def _word_wording(
    model: type[BaseModel], path: SpecPath, text: str, expected: str, *, mapping_too: bool
) -> tuple[str, str]:
    import difflib

    words = re.findall(r"'([^']*)'", expected)
    match = difflib.get_close_matches(text, words, n=1)
    hint = f"did you mean '{match[0]}'? " if match else ""
    keys = f", or a mapping with {', '.join(_model_at(model, path).model_fields)}" if mapping_too else ""
    return "not a word known here", f"{hint}allowed: {', '.join(words)}{keys}"


def _near_key(key: str, model: type[BaseModel]) -> str:
    import difflib

    match = difflib.get_close_matches(key, model.model_fields, n=1)
    hint = f"did you mean '{match[0]}'? " if match else ""
    return f"{hint}allowed: {', '.join(model.model_fields)}"


def _model_at(model: type[BaseModel], path: SpecPath) -> type[BaseModel]:
    """Return the model whose keys stand at ``path``; list positions and free keys lead no deeper."""
    for step in path:
        if isinstance(step, str) and step in model.model_fields:
            model = next(_models(model.model_fields[step].annotation), model)
    return model


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)
