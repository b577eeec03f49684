"""What a strategy must satisfy beyond its schema: options that contradict each other, and a class that is not there."""

from __future__ import annotations

import ast
from pathlib import Path

from hypebasket.spec.checks import check_id, note
from hypebasket.spec.messages import Fault, near
from hypebasket.spec.source import Source, SpecPath
from hypebasket.spec.strategy import EntryAt, SelectBy, Strategy, TriggerOn
from hypebasket.spec.text import Market, market_of

__all__ = ["check_strategy"]

_EVENT_FILTERS: tuple[SpecPath, ...] = tuple(
    ("trigger", key) for key in ("mainlines", "kinds", "ids", "scheduled", "endogenous")
)
_ROTATION_ONLY: tuple[SpecPath, ...] = (("trigger", "among"), ("trigger", "every"))
_RANKS: tuple[SpecPath, ...] = tuple(("select", key) for key in ("top", "bottom", "by", "limit_up_only", "min_amount"))
_SINCE_EVENT = (SelectBy.EVENT_RETURN, SelectBy.LEADERSHIP)


def check_strategy(source: Source, strategy: Strategy, stem: str, root: Path | None) -> None:
    """Note every contradiction in a strategy; ``root`` is the workspace its own class lies in."""
    check_id(source, strategy.id, stem)
    if strategy.own_class is not None:
        _check_own_class(source, strategy.own_class, root)
        _check_own_decides(source)
    if strategy.is_short:
        _check_short(source, strategy)
    else:
        _refuse(source, [("short",)], Fault.ONLY_SHORT)
    match strategy.trigger.on:
        case TriggerOn.EVENTS:
            _refuse(source, _ROTATION_ONLY, Fault.ROTATION_ONLY)
            _check_entry(source, strategy)
            _check_ranks(source, strategy)
        case TriggerOn.MEMBERSHIP:
            refused = [*_standing(source), *_EVENT_FILTERS, *_ROTATION_ONLY, *_RANKS]
            _refuse(source, refused, Fault.NOT_UNDER_MEMBERSHIP)
        case TriggerOn.ROTATION:
            refused = [
                path for path in (*_standing(source), *_RANKS) if path not in (("entry", "offset"), ("select", "top"))
            ]
            _refuse(source, refused, Fault.NOT_UNDER_ROTATION)
            if strategy.entry.offset < 1:
                _require_offset(source, Fault.ROTATION_NEEDS_OFFSET)
    if strategy.trigger.on is not TriggerOn.EVENTS and strategy.entry.at is not EntryAt.FIRST_OPEN:
        note(source, ("entry", "at"), Fault.ONLY_AT_OPEN, on=strategy.trigger.on)


def _standing(source: Source) -> list[SpecPath]:
    """Return the options that only a position with an entry and an exit of its own can have."""
    exits: list[SpecPath] = [path for path in source.keys if len(path) == 2 and path[0] == "exit"]
    return [*exits, ("entry", "offset"), ("entry", "reaction"), ("entry", "max_gap"), ("overlap",)]


def _refuse(source: Source, paths: list[SpecPath] | tuple[SpecPath, ...], fault: Fault) -> None:
    for path in paths:
        if path in source.keys:
            source.problems.append(source.problem(path, fault, at_key=True))


def _require_offset(source: Source, fault: Fault, **words: object) -> None:
    path: SpecPath = ("entry", "offset") if ("entry", "offset") in source.keys else ("id",)
    note(source, path, fault, **words)


def _check_entry(source: Source, strategy: Strategy) -> None:
    entry, leave = strategy.entry, strategy.exit
    if entry.at is EntryAt.BOARD_BREAK and entry.offset:
        note(source, ("entry", "offset"), Fault.BREAK_HAS_SESSION)
    if entry.offset < 0 and strategy.trigger.scheduled != "only":
        note(source, ("entry", "offset"), Fault.NOT_SCHEDULED)
    if entry.offset < 0 and entry.max_gap is not None:
        note(source, ("entry", "max_gap"), Fault.GAP_BEFORE_EVENT)
    if leave.event_open and entry.offset >= 0:
        note(source, ("exit", "event_open"), Fault.NOT_BEFORE_EVENT)
    if entry.offset < 0 and strategy.trigger.endogenous:
        note(source, ("trigger", "endogenous"), Fault.UNFORESEEABLE)


_LIMIT_UP_ONLY: tuple[SpecPath, ...] = (
    ("exit", "board_break"), ("exit", "divergence"), ("select", "limit_up_only"),
)  # fmt: skip


def _check_short(source: Source, strategy: Strategy) -> None:
    """Refuse what only a purchase can do; only names without a limit-up may be sold short."""
    if strategy.own_class is not None:
        _refuse(source, [("direction",)], Fault.OWN_CLASS_IS_LONG)
    if strategy.trigger.on is not TriggerOn.EVENTS:
        note(source, ("trigger", "on"), Fault.SHORT_NEEDS_EVENTS)
    if strategy.entry.at in (EntryAt.LIMIT_QUEUE, EntryAt.BOARD_BREAK):
        note(source, ("entry", "at"), Fault.SHORT_WAITS_FOR_LIMIT)
    _refuse(source, _LIMIT_UP_ONLY, Fault.SHORT_LOOKS_AT_LIMIT)
    for part, key, value in (
        ("exit", "take_profit", strategy.exit.take_profit), ("entry", "max_gap", strategy.entry.max_gap),
    ):  # fmt: skip
        if value is not None and value >= 1:
            note(source, (part, key), Fault.WHOLE_FALL)
    for position, symbol in enumerate(strategy.short.designated):
        _check_designated(source, position, symbol)


def _check_designated(source: Source, position: int, symbol: str) -> None:
    """Only Hong Kong has a list of names that may be sold short."""
    market, path = market_of(symbol), ("short", "designated", position)
    if market is Market.XNYS:
        note(source, path, Fault.US_ALL_SHORTABLE)
    elif market is not Market.XHKG:
        note(source, path, Fault.NO_SHORT_IN_CHINA)


def _check_ranks(source: Source, strategy: Strategy) -> None:
    select = strategy.select
    ranked = select.top is not None or select.bottom is not None
    if ("select", "by") in source.keys and not ranked:
        note(source, ("select", "by"), Fault.RANK_WITHOUT_NUMBER)
    if (
        ranked
        and select.by in _SINCE_EVENT
        and strategy.entry.offset < 1
        and strategy.entry.at is not EntryAt.BOARD_BREAK
    ):
        _require_offset(source, Fault.SIGNAL_NEEDS_OFFSET, by=select.by)


def _check_own_decides(source: Source) -> None:
    """Refuse what the class decides itself: entries, choice, sizes and exits."""
    parts = ("entry", "select", "exit")
    decided: list[SpecPath] = [path for path in source.keys if len(path) == 2 and path[0] in parts]
    decided += [("size", key) for key in ("scheme", "gross", "max_per_name")] + [("overlap",)]
    _refuse(source, decided, Fault.OWN_CLASS_DECIDES)


def _check_own_class(source: Source, target: str, root: Path | None) -> None:
    """Look for the class in its file without importing it."""
    name, _, wanted = target.partition(":")
    if root is None:
        return
    path = root / name
    if not path.resolve().is_relative_to(root.resolve()):
        note(source, ("class",), Fault.CLASS_OUTSIDE)
        return
    try:
        tree = ast.parse(path.read_bytes(), filename=name)
    except FileNotFoundError:
        note(source, ("class",), Fault.CLASS_NO_FILE)
        return
    except (OSError, SyntaxError, ValueError) as error:
        note(source, ("class",), Fault.CLASS_NOT_PYTHON, reason=error)
        return
    classes = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
    if wanted not in classes:
        note(source, ("class",), Fault.NO_SUCH_CLASS, file=name, wanted=wanted, near=near(wanted, classes))
