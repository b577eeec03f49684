"""A YAML file a user edits: plain values, and beside them the line and column each was written at.

The file is read event by event with PyYAML's safe parser, and nothing is built that the file does not spell out: no
tags, no merge keys, and aliases only while the text they stand for stays small. Scalars follow the YAML 1.2 core
schema, so that ``on``, ``no`` and ``12:30`` stay text; days and instants stay text too, the model that wants one
parses it. Digits with a leading zero are a code, not a number.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import yaml

from hypebasket.errors import Fix, Problem, SpecError
from hypebasket.spec.layout import MAX_BYTES
from hypebasket.spec.messages import Fault, problem_at

__all__ = ["MAX_DEPTH", "MAX_EXPANDED", "Place", "Source", "SpecPath", "fold", "read_source", "read_text", "read_yaml"]

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
_WIDE_COLON = re.compile(r"\s*(?:- +)?[A-Za-z][A-Za-z0-9_-]*：")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {word: value for value in (True, False) for word in (str(value), str(value).lower(), str(value).upper())}

# What libyaml calls it (beginning of its message).
_SYNTAX = (
    ("could not find expected ':'", Fault.NOT_A_KEY),
    ("mapping values are not allowed", Fault.STRAY_COLON),
    ("did not find expected key", Fault.INDENT_KEY),
    ("did not find expected '-'", Fault.INDENT_ITEM),
    ("block sequence entries are not allowed", Fault.STRAY_ITEM),
    ("found unexpected end of stream", Fault.OPEN_QUOTE),
    ("did not find expected ',' or ']'", Fault.OPEN_LIST),
    ("did not find expected ',' or '}'", Fault.OPEN_MAPPING),
    ("found undefined tag handle", Fault.UNKNOWN_TAG),
    ("found unknown escape character", Fault.UNKNOWN_ESCAPE),
    ("found invalid Unicode character escape", Fault.BAD_ESCAPE),
    ("found character that cannot start any token", Fault.RESERVED),
    ("did not find expected <document start>", Fault.INDENT_LINE),
    ("did not find expected alphabetic", Fault.NAMELESS),
    ("did not find expected node content", Fault.NO_NODE),
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was written (lines and columns count from 1), and its text.

    ``raw`` is the text with its quotation marks; empty for what is no scalar on one line.
    """

    line: int
    column: int
    text: str
    raw: str = ""


@dataclass(slots=True)
class Source:
    """One file: its plain value, and the place of every value and every key by path.

    Under an alias only the alias itself has a place; :meth:`place` then answers with the nearest place above. The
    schema refused what stands at the paths in ``faulty``.
    """

    label: str
    value: object = None
    values: dict[SpecPath, Place] = field(default_factory=dict)
    keys: dict[SpecPath, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    faulty: set[SpecPath] = field(default_factory=set)
    lines: Sequence[str] = ()

    def place(self, path: SpecPath, *, key: bool = False) -> Place:
        """Return the place of the value at ``path``, or of its key; failing that, of the nearest thing above it."""
        if key and path in self.keys:
            return self.keys[path]
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, Place(1, 1, ""))

    def problem(
        self,
        path: SpecPath,
        fault: Fault,
        *,
        value: str | None = None,
        at_key: bool = False,
        fix: Fix | None = None,
        words: Mapping[str, object] | None = None,
    ) -> Problem:
        """Describe a fault of the value (or the key) at ``path``; ``value`` replaces its text in the message."""
        place = self.place(path, key=at_key)
        found = fold(place.text if value is None else value)
        return self.problem_at(place.line, place.column, found, fault, width=len(place.raw), fix=fix, words=words)

    def problem_at(
        self,
        line: int,
        column: int,
        value: str,
        fault: Fault,
        *,
        width: int = 1,
        fix: Fix | None = None,
        words: Mapping[str, object] | None = None,
    ) -> Problem:
        """Describe a fault at a line and column."""
        return problem_at(
            self.label, line, column, value, fault, excerpt=self.line(line), width=max(width, 1), fix=fix, words=words
        )

    def line(self, number: int) -> str:
        """Return a line as written, without its end; empty past the end of the file."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    def without(self, dropped: Collection[SpecPath]) -> Source:
        """Return the source without some items, their followers moved up; it notes its problems in the same list."""
        moved: dict[SpecPath, SpecPath] = {}
        value = _pruned(self.value, (), (), dropped, moved)
        values = {new: self.values[old] for old, new in moved.items() if old in self.values}
        keys = {new: self.keys[old] for old, new in moved.items() if old in self.keys}
        return Source(self.label, value, values, keys, self.problems, lines=self.lines)


def _pruned(
    value: object, old: SpecPath, new: SpecPath, dropped: Collection[SpecPath], moved: dict[SpecPath, SpecPath]
) -> object:
    """Copy a value without what is dropped, and note where the rest has moved."""
    moved[old] = new
    if isinstance(value, dict):
        kept = {key: part for key, part in value.items() if (*old, key) not in dropped}
        return {key: _pruned(part, (*old, key), (*new, key), dropped, moved) for key, part in kept.items()}
    if isinstance(value, list):
        places = [index for index in range(len(value)) if (*old, index) not in dropped]
        return [
            _pruned(value[index], (*old, index), (*new, position), dropped, moved)
            for position, index in enumerate(places)
        ]
    return value


def fold(text: str) -> str:
    """Return ``text`` on one line, cut to a readable length."""
    flat = "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)
    return flat if len(flat) <= SHOWN else flat[: SHOWN - 1] + "…"


def read_text(path: Path, label: str) -> str:
    """Read a UTF-8 file of at most ``MAX_BYTES``; whatever stands in the way is a SpecError at a place."""
    try:
        if path.is_dir():
            raise _whole(label, path.name, Fault.IS_FOLDER)
        size = path.stat().st_size
        if size <= MAX_BYTES:
            with path.open("rb") as stream:
                data = stream.read(MAX_BYTES + 1)
            size = max(size, len(data))
    except FileNotFoundError:
        raise _whole(label, path.name, Fault.NO_FILE) from None
    except (OSError, ValueError) as error:
        raise _whole(label, path.name, Fault.UNREADABLE, reason=getattr(error, "strerror", None) or error) from None
    if size > MAX_BYTES:
        raise _whole(label, path.name, Fault.TOO_LARGE, limit=MAX_BYTES)
    return _decode(data, label)


def _whole(label: str, name: str, fault: Fault, **words: object) -> SpecError:
    """Return the error that a file as a whole is."""
    return SpecError([problem_at(label, 1, 1, name, fault, words=words)])


def _decode(data: bytes, label: str) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        line, column = _position(before, len(before))
        shown = f"byte 0x{data[error.start]:02x}"
        raise SpecError([problem_at(label, line, column, shown, Fault.NOT_UTF8)]) from None
    text = text.replace("\r\n", "\n")
    found = _FORBIDDEN.search(text)
    if found is not None:
        line, column = _position(text, found.start())
        fix = Fix(line, column, found.group(), "")
        shown = f"U+{ord(found.group()):04X}"
        raise SpecError([problem_at(label, line, column, shown, Fault.INVISIBLE, fix=fix)])
    return text


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
    return read_yaml(read_text(path, name), name)


def read_yaml(text: str, label: str) -> Source:
    """Read YAML that is already text, as :func:`read_source` does."""
    return _Reader(label, text).read()


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
        self.source = Source(label, lines=text.split("\n"))
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
            raise _whole(self.label, self.label, Fault.NOT_YAML, found=str(error)) from None
        return self.source

    def _document(self) -> None:
        started = False
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if started:
                    self._stop(event, "---", Fault.SECOND_DOCUMENT)
                started = True
                self.source.value = self._node(next(self.events), (), 0).value
        if self.source.value is None and not self.source.problems:
            raise _whole(self.label, Path(self.label).name, Fault.EMPTY_FILE)

    def _node(self, event: Any, path: SpecPath, depth: int) -> _Node:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, path)
        if depth > MAX_DEPTH:
            self._stop(event, "", Fault.TOO_DEEP, limit=MAX_DEPTH)
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
            self._written(event, self._sequence(node, path, depth), path)
        else:
            self.source.values[path] = self._place(event, "a mapping")
            self._written(event, self._mapping(node, path, depth), path)
        node.size = self.expanded - before
        node.open = False
        return node

    def _count(self, event: Any, size: int) -> None:
        self.expanded += size
        if self.expanded > MAX_EXPANDED:
            self._stop(event, "", Fault.TOO_MUCH)

    def _written(self, start: Any, end: Any, path: SpecPath) -> None:
        """Show a short list or mapping in brackets as it is written."""
        first, last = start.start_mark, end.end_mark
        if start.flow_style and first.line == last.line and last.column - first.column <= SHOWN:
            raw = self.source.line(first.line + 1)[first.column : last.column]
            self.source.values[path] = Place(first.line + 1, first.column + 1, raw, raw)

    def _sequence(self, node: _Node, path: SpecPath, depth: int) -> Any:
        """Read the items; return the event that ends them."""
        items: list[object] = []
        node.value = items
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self._node(event, (*path, len(items)), depth + 1).value)
        return event

    def _mapping(self, node: _Node, path: SpecPath, depth: int) -> Any:
        """Read the entries; return the event that ends them."""
        entries: dict[str, object] = {}
        node.value = entries
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._key(event)
            if key in entries:
                first = self.source.keys[(*path, key)].line
                self._note(event, key, Fault.KEY_TWICE, first=first)
                self._skip(depth + 1)
                continue
            self.source.keys[(*path, key)] = self._place(event, key)
            self._count(event, len(key))
            entries[key] = self._node(next(self.events), (*path, key), depth + 1).value
        return event

    def _key(self, event: Any) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            self._stop(event, "", Fault.KEY_NOT_A_WORD)
        self._refuse_tag(event)
        key: str = event.value
        if key == "<<" and event.implicit[0]:
            self._stop(event, key, Fault.MERGE_KEY)
        return key

    def _skip(self, depth: int) -> None:
        """Read the value of a refused key without keeping it; its own problems are still reported."""
        self._node(next(self.events), ("\0refused",), depth)

    def _alias(self, event: Any, path: SpecPath) -> _Node:
        node = self.anchors.get(event.anchor)
        if node is None:
            self._stop(event, f"*{event.anchor}", Fault.ALIAS_OF_NOTHING, name=event.anchor)
        if node.open:
            self._stop(event, f"*{event.anchor}", Fault.ALIAS_OF_ITSELF)
        self._count(event, node.size)
        self.source.values[path] = self._place(event, f"*{event.anchor}")
        return node

    def _scalar(self, event: Any) -> object:
        text: str = event.value
        if not event.implicit[0]:
            if _FORBIDDEN.search(text):
                self._note(event, text, Fault.ESCAPED_INVISIBLE)
            return text
        if text in _NULLS:
            return None
        if text in _BOOLEANS:
            return _BOOLEANS[text]
        if _NOT_FINITE.fullmatch(text):
            self._note(event, text, Fault.NOT_FINITE)
            return 0
        if sum(map(str.isdigit, text)) <= MAX_DIGITS and len(text) <= 2 * MAX_DIGITS:
            return self._number(event, text)
        if _FLOAT.fullmatch(text):
            self._note(event, text, Fault.TOO_MANY_DIGITS, limit=MAX_DIGITS)
        return text

    def _number(self, event: Any, text: str) -> object:
        if _INTEGER.fullmatch(text):
            return int(text)
        if not _FLOAT.fullmatch(text) or (text.lstrip("+-").isdigit() and text.lstrip("+-") != "0"):
            return text
        number = float(text)
        if not math.isfinite(number):
            self._note(event, text, Fault.TOO_GREAT)
            return 0
        return number

    def _refuse_tag(self, event: Any) -> None:
        if event.tag is None:
            return
        tag = event.tag.replace("tag:yaml.org,2002:", "!!")
        self._note(event, tag, Fault.TAG)

    def _place(self, event: Any, text: str) -> Place:
        start, end = event.start_mark, event.end_mark
        scalar = isinstance(event, yaml.ScalarEvent) and start.line == end.line
        raw = self.source.line(start.line + 1)[start.column : end.column] if scalar else ""
        return Place(start.line + 1, start.column + 1, text, raw)

    def _problem(self, event: Any, value: str, fault: Fault, **words: object) -> Problem:
        place = self._place(event, value)
        found = fold(value or self.source.line(place.line).strip())
        return self.source.problem_at(place.line, place.column, found, fault, width=len(place.raw), words=words)

    def _note(self, event: Any, value: str, fault: Fault, **words: object) -> None:
        self.source.problems.append(self._problem(event, value, fault, **words))

    def _stop(self, event: Any, value: str, fault: Fault, **words: object) -> NoReturn:
        raise SpecError([*self.source.problems, self._problem(event, value, fault, **words)])

    def _syntax(self, error: yaml.MarkedYAMLError) -> Problem:
        mark = error.problem_mark or error.context_mark
        assert mark is not None
        found = error.problem or ""
        if found.startswith(("found unexpected end", "did not find expected ','")) and error.context_mark is not None:
            mark = error.context_mark
        line, column = mark.line + 1, mark.column + 1
        shown = self.source.line(line)
        fault = next((fault for start, fault in _SYNTAX if found.startswith(start)), Fault.NOT_YAML)
        fix = None
        if "\t" in shown[: len(shown) - len(shown.lstrip())] or shown[column - 1 : column] == "\t":
            fault = Fault.TAB
        for number in (line - 1, line):
            text = self.source.line(number)
            if wide := _WIDE_COLON.match(text):
                line, column, shown, fault = number, wide.end(), text, Fault.WIDE_COLON
                fix = Fix(line, column, "：", ":" if text[column : column + 1] in ("", " ") else ": ")
                break
        value = fold(shown.strip() or "end of file")
        return self.source.problem_at(line, column, value, fault, fix=fix, words={"found": found})
