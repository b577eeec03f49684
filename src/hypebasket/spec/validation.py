"""Plain values into models; what pydantic objects to becomes a fault at its place, in plain words.

Values are validated strictly, in pydantic's JSON mode: text never turns into a number, ``true`` never into 1, digits
never into a date, while words still become enums, lists tuples and ISO text days and instants.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from hypebasket.errors import Problem, Words
from hypebasket.spec.fixes import boolean_fix, key_fix, list_fix, number_fix, symbol_fix, text_fix, word_fix
from hypebasket.spec.glossary import keys_of
from hypebasket.spec.messages import Fault, closest, known_words
from hypebasket.spec.source import Source, SpecPath
from hypebasket.spec.text import ID_PATTERN, SYMBOL_FORM, likely_symbol

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from hypebasket.errors import Fix

__all__ = ["salvage", "validate"]

M = TypeVar("M", bound=BaseModel)
Described = tuple[Fault, dict[str, object], "Fix | None"]
"""A fault, the words that fill it in, and the fix if there is a safe one."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NAIVE = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?")
_MOMENT_KINDS = ("date_", "datetime_", "timezone_", "time_")

# pydantic's constraint -> its name in an error's context, and how it is said.
_BOUNDS = {
    "greater_than": ("gt", Words("必须大于 {0:,g}", "must be greater than {0:,g}")),
    "greater_than_equal": ("ge", Words("必须至少为 {0:,g}", "must be at least {0:,g}")),
    "less_than": ("lt", Words("必须小于 {0:,g}", "must be less than {0:,g}")),
    "less_than_equal": ("le", Words("必须至多为 {0:,g}", "must be at most {0:,g}")),
}
_LIMITS = {
    "gt": Words("大于 {0:,g}", "above {0:,g}"),
    "ge": Words("至少 {0:,g}", "at least {0:,g}"),
    "lt": Words("小于 {0:,g}", "below {0:,g}"),
    "le": Words("至多 {0:,g}", "at most {0:,g}"),
}
_PATTERNS = {ID_PATTERN: Fault.NOT_AN_ID, "^[ABCD]$": Fault.NOT_A_GRADE}


def validate(model: type[M], source: Source) -> M | None:
    """Build ``model`` from the value of ``source``; on failure note every problem in ``source`` and return None."""
    try:
        return _built(model, source.value)
    except ValidationError as failure:
        known = {(problem.line, problem.column) for problem in source.problems}
        for path, problem in _translate(model, source, failure.errors(include_url=False)):
            source.faulty.add(path)
            if (problem.line, problem.column) not in known:
                source.problems.append(problem)
        return None


def salvage(
    model: type[M],
    source: Source,
    *,
    free: Collection[str] = (),
    inert: Collection[str] = (),
    stand_ins: Mapping[str, object] | None = None,
) -> tuple[Source, M] | None:
    """Build ``model`` from what the schema did not refuse, so that the rest of a wrong file is checked as well.

    Left out are whole items of lists, whole entries of the mappings named in ``free``, and the keys in ``inert``, on
    which no further check depends; ``stand_ins`` take the place of what must be there. None where more is wrong.
    """
    dropped: set[SpecPath] = set()
    for path in source.faulty:
        depth = next((at for at, step in enumerate(path) if isinstance(step, int)), None)
        if depth is not None:
            dropped.add(path[: depth + 1])
        elif len(path) > 1 and path[0] in free:
            dropped.add(path[:2])
        elif path and path[0] in inert:
            dropped.add(path[:1])
        else:
            return None
    rest = source.without(dropped)
    value = {**(stand_ins or {}), **rest.value} if isinstance(rest.value, dict) else rest.value
    try:
        return rest, _built(model, value)
    except ValidationError:
        return None


def _built(model: type[M], value: object) -> M:
    return model.model_validate_json(json.dumps(value), strict=True)


def _translate(
    model: type[BaseModel], source: Source, errors: list[ErrorDetails]
) -> Iterator[tuple[SpecPath, Problem]]:
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
        yield path, _problem(model, source, path, group)


def _misspelt(model: type[BaseModel], errors: list[ErrorDetails]) -> set[tuple[int | str, ...]]:
    """Return the locations of missing keys that stand there misspelt: the unknown key says enough."""
    found = set()
    for error in errors:
        if error["type"] == "extra_forbidden":
            *parent, key = error["loc"]
            found.add((*parent, closest(str(key), keys_of(_model_at(model, tuple(parent))))))
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
        return source.problem(path[:-1], Fault.MISSING_KEY, value=str(path[-1]), words={"key": path[-1]})
    if kind == "extra_forbidden" and _is_cut_off(source, path):
        return source.problem(path, Fault.CUT_BY_COMMA, at_key=True)
    if kind == "extra_forbidden":
        keys = list(keys_of(_model_at(model, path[:-1])))
        fix = key_fix(source, path, keys)
        return source.problem(
            path, Fault.UNKNOWN_KEY, at_key=True, fix=fix, words={"hint": known_words(str(path[-1]), keys)}
        )
    if error["loc"] and error["loc"][-1] == "[key]":
        fault, words, _ = _described(model, source, path, group, str(path[-1]))
        return source.problem(path, fault, at_key=True, words=words)
    text = source.place(path).text
    if not text and path:
        return source.problem(path, Fault.NO_VALUE, value=str(path[-1]))
    fault, words, fix = _described(model, source, path, group, text)
    return source.problem(path, fault, fix=fix, words=words)


def _is_cut_off(source: Source, path: SpecPath) -> bool:
    """Whether an unknown key is the rest of a text in brackets: ``{en: one, two}`` has the key ``two``."""
    return not str(path[-1]).isidentifier() and source.place(path).text == ""


def _described(
    model: type[BaseModel], source: Source, path: SpecPath, group: list[ErrorDetails], text: str
) -> Described:
    kinds = {error["type"]: error for error in group}
    kind, context = group[0]["type"], group[0].get("ctx", {})
    if any(name.startswith(_MOMENT_KINDS) for name in kinds):
        day_only = not any(name.startswith(("datetime", "timezone")) for name in kinds)
        return _moment_fault(text, day_only=day_only), {}, None
    if word := kinds.get("enum") or kinds.get("literal_error"):
        words = re.findall(r"'([^']*)'", word["ctx"]["expected"])
        keys = list(keys_of(_model_at(model, path))) if "model_type" in kinds else []
        return Fault.UNKNOWN_WORD, _word_hint(text, words, keys), word_fix(source, path, words)
    if kind in _BOUNDS:
        name, bound = _BOUNDS[kind]
        return Fault.OUT_OF_RANGE, {"bound": _count(bound, context[name]), "allowed": _limits(model, path)}, None
    if kind == "string_pattern_mismatch":
        pattern = context["pattern"]
        return _PATTERNS.get(pattern, Fault.WRONG_FORM), {"pattern": pattern}, None
    if kind == "value_error":
        return Fault.REFUSED, {"reason": context["error"]}, None
    if kind in ("symbol", "string_type") and path[-1:] == ("symbol",):
        likely = likely_symbol(text)
        hint = Words(f"是不是想写 '{likely}'？", f"did you mean '{likely}'? ") if likely else Words()
        return Fault.NOT_A_SYMBOL, {"hint": hint, "form": SYMBOL_FORM}, symbol_fix(source, path)
    return _type_fault(model, source, path, group[0], text)


def _type_fault(model: type[BaseModel], source: Source, path: SpecPath, error: ErrorDetails, text: str) -> Described:
    """Describe a value of the wrong type."""
    limits = _limits(model, path)
    bounds = {"range": Words(f"（{limits.zh}）", f" ({limits.en})") if limits else Words()}
    match error["type"]:
        case "string_type":
            return Fault.NOT_TEXT, {}, text_fix(source, path)
        case "int_type" | "int_from_float":
            fault = Fault.NOT_WHOLE_POINT if "." in text else Fault.NOT_WHOLE
            return fault, dict(bounds), number_fix(source, path, whole=True)
        case "float_type":
            fault = Fault.PERCENT if text.rstrip().endswith(("%", "％")) else Fault.NOT_NUMBER
            return fault, dict(bounds), number_fix(source, path, whole=False)
        case "bool_type":
            return Fault.NOT_BOOLEAN, {}, boolean_fix(source, path)
        case "tuple_type":
            return Fault.NOT_LIST, {}, list_fix(source, path)
        case "model_type" | "model_attributes_type":
            keys = keys_of(_model_at(model, path))
            return Fault.NOT_MAPPING, {"keys": Words(f"；键：{'、'.join(keys)}", f"; keys: {', '.join(keys)}")}, None
        case "dict_type":
            return Fault.NOT_MAPPING, {"keys": Words()}, None
        case "too_short":
            return Fault.EMPTY_LIST, {}, None
    return Fault.REFUSED, {"reason": error["msg"]}, None


def _moment_fault(text: str, *, day_only: bool) -> Fault:
    if day_only:
        return Fault.NO_SUCH_DAY if _DAY.fullmatch(text) else Fault.NOT_A_DAY
    if _NAIVE.fullmatch(text):
        return Fault.NO_ZONE
    return Fault.NO_SUCH_MOMENT if _DAY.match(text) else Fault.NOT_A_MOMENT


def _word_hint(text: str, words: list[str], keys: list[str]) -> dict[str, object]:
    """Return the advice for an unknown word; ``keys`` are those of a mapping that may stand there instead."""
    or_keys = Words(f"，或写映射，键：{'、'.join(keys)}", f", or a mapping with {', '.join(keys)}") if keys else Words()
    return {"hint": known_words(text, words), "or_keys": or_keys}


def _limits(model: type[BaseModel], path: SpecPath) -> Words:
    """Return what the numbers of a field may be, as its model says; empty where nothing bounds them."""
    parent = _model_at(model, path[:-1]) if path else model
    field = keys_of(parent).get(str(path[-1])) if path else None
    if field is None:
        return Words()
    bounds = dict(_constraints([*field.metadata, field.annotation]))
    said = [_count(words, bounds[name]) for name, words in _LIMITS.items() if name in bounds]
    return Words("，".join(each.zh for each in said), ", ".join(each.en for each in said))


def _constraints(things: Collection[Any]) -> Iterator[tuple[str, float]]:
    for thing in things:
        for name in _LIMITS:
            if (bound := getattr(thing, name, None)) is not None:
                yield name, bound
        yield from _constraints(
            [*getattr(thing, "metadata", ()), *getattr(thing, "__metadata__", ()), *get_args(thing)]
        )


def _count(words: Words, number: float) -> Words:
    return Words(words.zh.format(number), words.en.format(number))


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
