"""A YAML file a user edits: plain values, and beside them the line and column each was written at.

The file is read event by event with PyYAML's safe parser, and nothing is built that the file does not spell out: no
tags, no merge keys, and aliases only while the text they stand for stays small. Scalars follow the YAML 1.2 core
schema, so that ``on``, ``no`` and ``12:30`` stay text; days and instants stay text too, the model that wants one
parses it. Digits with a leading zero are a code, not a number.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import yaml

from hypebasket.errors import Problem, SpecError
from hypebasket.spec.layout import MAX_BYTES

__all__ = ["MAX_DEPTH", "MAX_EXPANDED", "Place", "Source", "SpecPath", "fold", "read_source", "read_text"]

MAX_DEPTH = 64
MAX_EXPANDED = 2_000_000
"""Characters a file may stand for once its aliases are followed; every value counts ``VALUE_COST`` on top."""
VALUE_COST = 40
MAX_DIGITS = 15
"""Digits of a number; more than that no longer fits a float exactly."""
SHOWN = 60

SpecPath = tuple[str | int, ...]

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {word: value for value in (True, False) for word in (str(value), str(value).lower(), str(value).upper())}

# What libyaml calls it (beginning of its message), what is wrong, what to do.
_SYNTAX = (
    ("could not find expected ':'", "a line that is not 'key: value'", "write a colon and a space after the key"),
    ("mapping values are not allowed", "a ':' that does not fit here", "check the indentation, or quote the text"),
    ("did not find expected key", "the indentation does not fit the lines above", "align it with its siblings"),
    ("did not find expected '-'", "the indentation does not fit the list above", "align it with the other '-'"),
    (
        "block sequence entries are not allowed",
        "a list item '-' that does not fit here",
        "start the list on a line of its own",
    ),
    ("found unexpected end of stream", "a quotation mark that is never closed", "close the quotation mark"),
    ("did not find expected ',' or ']'", "a '[' that is never closed", "close the list with ']'"),
    ("did not find expected ',' or '}'", "a '{' that is never closed", "close the mapping with '}'"),
    ("found undefined tag handle", "a tag that YAML does not know", "remove the '!'"),
    ("found unknown escape character", "an escape that YAML does not know", "use single quotes for text with '\\'"),
    ("found invalid Unicode character escape", "an escape that is no character", "write the character itself"),
    ("found character that cannot start any token", "text that begins with a reserved character", "put it in quotes"),
    (
        "did not find expected <document start>",
        "a line that does not belong to anything above",
        "check its indentation",
    ),
    ("did not find expected alphabetic", "an '&', '*' or '%' that names nothing", "put the text in quotes"),
    ("did not find expected node content", "a value was expected here", "write a value, or remove the line"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was written (lines and columns count from 1), and its text as written."""

    line: int
    column: int
    text: str


@dataclass(slots=True)
class Source:
    """One file: its plain value, and the place of every value and every key by path.

    Under an alias only the alias itself has a place; :meth:`place` then answers with the nearest place above.
    """

    label: str
    value: object = None
    values: dict[SpecPath, Place] = field(default_factory=dict)
    keys: dict[SpecPath, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def place(self, path: SpecPath, *, key: bool = False) -> Place:
        """Return the place of the value at ``path``, or of its key; failing that, of the nearest thing above it."""
        if key and path in self.keys:
            return self.keys[path]
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, Place(1, 1, ""))

    def problem(
        self, path: SpecPath, message: str, remedy: str, *, value: str | None = None, key: bool = False
    ) -> Problem:
        """Describe a problem with the value (or the key) at ``path``; ``value`` replaces its text in the message."""
        place = self.place(path, key=key)
        return Problem(
            self.label, place.line, place.column, fold(place.text if value is None else value), message, remedy
        )


def fold(text: str) -> str:
    """Return ``text`` on one line, cut to a readable length."""
    flat = "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)
    return flat if len(flat) <= SHOWN else flat[: SHOWN - 1] + "…"


def read_text(path: Path, label: str) -> str:
    """Read a UTF-8 file of at most ``MAX_BYTES``; whatever stands in the way is a SpecError at a place."""
    try:
        if path.is_dir():
            raise SpecError([Problem(label, 1, 1, path.name, "is a folder", "name a file")])
        size = path.stat().st_size
        if size <= MAX_BYTES:
            with path.open("rb") as stream:
                data = stream.read(MAX_BYTES + 1)
            size = max(size, len(data))
    except FileNotFoundError:
        raise SpecError(
            [Problem(label, 1, 1, path.name, "there is no such file", "check the name and the folder")]
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SpecError(
            [Problem(label, 1, 1, path.name, f"cannot be read ({reason})", "check the name and its rights")]
        ) from None
    if size > MAX_BYTES:
        message = f"larger than {MAX_BYTES:,} bytes, which no file written by hand is"
        raise SpecError([Problem(label, 1, 1, path.name, message, "split it, or keep market data out of it")])
    return _decode(data, label)


def _decode(data: bytes, label: str) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        line, column = _position(before, len(before))
        shown = f"byte 0x{data[error.start]:02x}"
        raise SpecError([Problem(label, line, column, shown, "not UTF-8 text", "save the file as UTF-8")]) from None
    found = _FORBIDDEN.search(text)
    if found is not None:
        line, column = _position(text, found.start())
        shown = f"U+{ord(found.group()):04X}"
        message = "an invisible character that has no place in a text file"
        raise SpecError([Problem(label, line, column, shown, message, "delete it")])
    return text.replace("\r\n", "\n")


def _position(text: str, index: int) -> tuple[int, int]:
    start = text.rfind("\n", 0, index) + 1
    return text.count("\n", 0, index) + 1, index - start + 1


def read_source(path: Path, label: str | None = None) -> Source:
    """Read one YAML file.

    Parameters
    ----------
    path : Path
        The file.
    label : str, optional
        Its name in messages, by default the path itself.

    Returns
    -------
    Source
        With ``problems`` that leave the rest of the file readable (a duplicate key, a tag, a number that is none).

    Raises
    ------
    SpecError
        When the file cannot be read, or is not YAML, or is larger or deeper than any file written by hand.
    """
    name = label or str(path)
    return _Reader(name, read_text(path, name)).read()


@dataclass(slots=True)
class _Node:
    """A value under construction: how much it stands for, and whether it is complete."""

    value: object
    size: int = 0
    open: bool = True


class _Reader:
    """Walks the parser's events once and builds the plain value with its places."""

    def __init__(self, label: str, text: str) -> None:
        self.label = label
        self.lines = text.split("\n")
        self.source = Source(label)
        self.anchors: dict[str, _Node] = {}
        self.expanded = 0
        self.events: Iterator[Any] = iter(yaml.parse(text, Loader=_LOADER))

    def read(self) -> Source:
        """Build the value of the only document."""
        try:
            self._document()
        except yaml.MarkedYAMLError as error:
            raise SpecError([*self.source.problems, self._syntax(error)]) from None
        except (yaml.YAMLError, ValueError) as error:
            raise SpecError([Problem(self.label, 1, 1, self.label, f"not YAML ({error})", "")]) from None
        return self.source

    def _document(self) -> None:
        started = False
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if started:
                    self._stop(event, "---", "a second document", "keep one document per file; remove the '---'")
                started = True
                self.source.value = self._node(next(self.events), (), 0).value
        if self.source.value is None and not self.source.problems:
            raise SpecError(
                [Problem(self.label, 1, 1, Path(self.label).name, "the file is empty", "write its keys, or remove it")]
            )

    def _node(self, event: Any, path: SpecPath, depth: int) -> _Node:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, path)
        if depth > MAX_DEPTH:
            self._stop(event, "", f"nested more than {MAX_DEPTH} levels deep", "write it flatter")
        self._refuse_tag(event)
        before = self.expanded
        self._count(event, VALUE_COST)
        node = _Node(None)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        if isinstance(event, yaml.ScalarEvent):
            self.source.values[path] = self._place(event, event.value)
            node.value = self._scalar(event)
            self._count(event, len(event.value))
        elif isinstance(event, yaml.SequenceStartEvent):
            self.source.values[path] = self._place(event, "a list")
            self._sequence(node, path, depth)
        else:
            self.source.values[path] = self._place(event, "a mapping")
            self._mapping(node, path, depth)
        node.size = self.expanded - before
        node.open = False
        return node

    def _count(self, event: Any, size: int) -> None:
        self.expanded += size
        if self.expanded > MAX_EXPANDED:
            message = "from here on the file, its aliases followed, holds more values than one written by hand"
            self._stop(event, "", message, "split it, and write repeated values out")

    def _sequence(self, node: _Node, path: SpecPath, depth: int) -> None:
        items: list[object] = []
        node.value = items
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self._node(event, (*path, len(items)), depth + 1).value)

    def _mapping(self, node: _Node, path: SpecPath, depth: int) -> None:
        entries: dict[str, object] = {}
        node.value = entries
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._key(event)
            if key in entries:
                first = self.source.keys[(*path, key)].line
                self._note(event, key, f"the key is written twice (first on line {first})", "keep one of the two")
                self._skip(depth + 1)
                continue
            self.source.keys[(*path, key)] = self._place(event, key)
            self._count(event, len(key))
            entries[key] = self._node(next(self.events), (*path, key), depth + 1).value

    def _key(self, event: Any) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            self._stop(event, "", "a key that is a list, a mapping or an alias", "write a word as the key")
        self._refuse_tag(event)
        key: str = event.value
        if key == "<<" and event.implicit[0]:
            self._stop(event, key, "merge keys are not read", "write the keys out")
        return key

    def _skip(self, depth: int) -> None:
        """Read the value of a refused key without keeping it; its own problems are still reported."""
        self._node(next(self.events), ("\0refused",), depth)

    def _alias(self, event: Any, path: SpecPath) -> _Node:
        node = self.anchors.get(event.anchor)
        if node is None:
            self._stop(
                event, f"*{event.anchor}", "an alias of nothing", f"put &{event.anchor} before the value it repeats"
            )
        if node.open:
            self._stop(event, f"*{event.anchor}", "an alias of something that contains it", "write the value out")
        self._count(event, node.size)
        self.source.values[path] = self._place(event, f"*{event.anchor}")
        return node

    def _scalar(self, event: Any) -> object:
        text: str = event.value
        if not event.implicit[0]:
            if _FORBIDDEN.search(text):
                self._note(event, text, "an escape for an invisible character", "delete it")
            return text
        if text in _NULLS:
            return None
        if text in _BOOLEANS:
            return _BOOLEANS[text]
        if _NOT_FINITE.fullmatch(text):
            self._note(event, text, "not a finite number", "write a number, or put the text in quotes")
            return 0
        if sum(map(str.isdigit, text)) <= MAX_DIGITS and len(text) <= 2 * MAX_DIGITS:
            return self._number(event, text)
        if _FLOAT.fullmatch(text):
            self._note(event, text, f"a number of more than {MAX_DIGITS} digits", "shorten it, or put it in quotes")
        return text

    def _number(self, event: Any, text: str) -> object:
        if _INTEGER.fullmatch(text):
            return int(text)
        if not _FLOAT.fullmatch(text) or (text.lstrip("+-").isdigit() and text.lstrip("+-") != "0"):
            return text
        number = float(text)
        if not math.isfinite(number):
            self._note(event, text, "not a finite number", "write a smaller number")
            return 0
        return number

    def _refuse_tag(self, event: Any) -> None:
        if event.tag is None:
            return
        tag = event.tag.replace("tag:yaml.org,2002:", "!!")
        self._note(
            event, tag, "tags are not read: a file holds only text, numbers, lists and mappings", "remove the tag"
        )

    def _place(self, event: Any, text: str) -> Place:
        mark = event.start_mark
        return Place(mark.line + 1, mark.column + 1, text)

    def _problem(self, event: Any, value: str, message: str, remedy: str) -> Problem:
        place = self._place(event, value)
        return Problem(
            self.label, place.line, place.column, fold(value or self._line(place.line).strip()), message, remedy
        )

    def _note(self, event: Any, value: str, message: str, remedy: str) -> None:
        self.source.problems.append(self._problem(event, value, message, remedy))

    def _stop(self, event: Any, value: str, message: str, remedy: str) -> NoReturn:
        raise SpecError([*self.source.problems, self._problem(event, value, message, remedy)])

    def _line(self, number: int) -> str:
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    def _syntax(self, error: yaml.MarkedYAMLError) -> Problem:
        mark = error.problem_mark or error.context_mark
        assert mark is not None
        found = error.problem or ""
        if found.startswith(("found unexpected end", "did not find expected ','")) and error.context_mark is not None:
            mark = error.context_mark
        line, column = mark.line + 1, mark.column + 1
        shown = self._line(line)
        message, remedy = next(
            ((what, advice) for start, what, advice in _SYNTAX if found.startswith(start)), (f"not YAML: {found}", "")
        )
        if "\t" in shown[: len(shown) - len(shown.lstrip())] or shown[column - 1 : column] == "\t":
            message, remedy = "a tab in the indentation", "indent with spaces"
        for number in (line - 1, line):
            text = self._line(number)
            if "：" in text and ": " not in text:
                line, column, shown = number, text.index("：") + 1, text
                message, remedy = "a full-width colon '：'", "write ': ' with the plain colon and a space"
                break
        return Problem(self.label, line, column, fold(shown.strip() or "end of file"), message, remedy)
