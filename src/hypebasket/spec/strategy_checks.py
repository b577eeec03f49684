"""What a strategy must satisfy beyond its schema: options that contradict each other, and a class that is not there."""

from __future__ import annotations

import ast
from pathlib import Path

from hypebasket.spec.checks import check_id, note
from hypebasket.spec.source import Source, SpecPath
from hypebasket.spec.strategy import EntryAt, SelectBy, Strategy, TriggerOn
from hypebasket.spec.text import Market, market_of
from hypebasket.spec.validation import near

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
        _refuse(source, [("short",)], "only for a strategy that sells short", "remove it, or write 'direction: short'")
    match strategy.trigger.on:
        case TriggerOn.EVENTS:
            _refuse(
                source, _ROTATION_ONLY, "only a rotation chooses among groups", "remove it, or write 'on: rotation'"
            )
            _check_entry(source, strategy)
            _check_ranks(source, strategy)
        case TriggerOn.MEMBERSHIP:
            refused = [*_standing(source), *_EVENT_FILTERS, *_ROTATION_ONLY, *_RANKS]
            reason = "has no meaning under 'on: membership': stocks are held while they belong"
            _refuse(source, refused, reason, "remove it, or write 'on: events'")
        case TriggerOn.ROTATION:
            refused = [
                path for path in (*_standing(source), *_RANKS) if path not in (("entry", "offset"), ("select", "top"))
            ]
            reason = "has no meaning under 'on: rotation': groups are held until the next choice"
            _refuse(source, refused, reason, "remove it, or write 'on: events'")
            if strategy.entry.offset < 1:
                _require_offset(source, "the choice looks at the event's first session")
    if strategy.trigger.on is not TriggerOn.EVENTS and strategy.entry.at is not EntryAt.FIRST_OPEN:
        note(
            source,
            ("entry", "at"),
            f"under 'on: {strategy.trigger.on}' stocks are traded at the open",
            "write first_open",
        )


def _standing(source: Source) -> list[SpecPath]:
    """Return the options that only a position with an entry and an exit of its own can have."""
    exits: list[SpecPath] = [path for path in source.keys if len(path) == 2 and path[0] == "exit"]
    return [*exits, ("entry", "offset"), ("entry", "reaction"), ("entry", "max_gap"), ("overlap",)]


def _refuse(source: Source, paths: list[SpecPath] | tuple[SpecPath, ...], message: str, remedy: str) -> None:
    for path in paths:
        if path in source.keys:
            source.problems.append(source.problem(path, message, remedy, key=True))


def _require_offset(source: Source, reason: str) -> None:
    path: SpecPath = ("entry", "offset") if ("entry", "offset") in source.keys else ("id",)
    note(source, path, reason, "write 'entry: {offset: 1}' or more")


def _check_entry(source: Source, strategy: Strategy) -> None:
    entry, leave = strategy.entry, strategy.exit
    if entry.at is EntryAt.BOARD_BREAK and entry.offset:
        note(source, ("entry", "offset"), "board_break finds its own session", "remove it")
    if entry.offset < 0 and strategy.trigger.scheduled != "only":
        remedy = "write 'trigger: {scheduled: only}', or 0 or more"
        note(source, ("entry", "offset"), "only a scheduled event can be acted on before it happens", remedy)
    if entry.offset < 0 and entry.max_gap is not None:
        note(source, ("entry", "max_gap"), "the base it counts from is not past before the event", "remove it")
    if leave.event_open and entry.offset >= 0:
        note(source, ("exit", "event_open"), "the entry is not before the event", "write a negative entry.offset")
    if entry.offset < 0 and strategy.trigger.endogenous:
        note(source, ("trigger", "endogenous"), "an event made by its price move cannot be foreseen", "write false")


_LIMIT_UP_ONLY: tuple[SpecPath, ...] = (
    ("exit", "board_break"), ("exit", "divergence"), ("select", "limit_up_only"),
)  # fmt: skip


def _check_short(source: Source, strategy: Strategy) -> None:
    """Refuse what only a purchase can do; only names without a limit-up may be sold short."""
    if strategy.own_class is not None:
        remedy = "remove it: its sell() sells what it holds"
        _refuse(source, [("direction",)], "an own class sells nothing it does not hold", remedy)
    if strategy.trigger.on is not TriggerOn.EVENTS:
        note(source, ("trigger", "on"), "only an event can be sold short", "write 'on: events', or 'direction: long'")
    if strategy.entry.at in (EntryAt.LIMIT_QUEUE, EntryAt.BOARD_BREAK):
        message = "waits for a limit-up, which no name has that may be sold short"
        note(source, ("entry", "at"), message, "write first_open or first_close")
    message = "looks at a limit-up, which no name has that may be sold short"
    _refuse(source, _LIMIT_UP_ONLY, message, "remove it, or write 'direction: long'")
    for part, key, value in (
        ("exit", "take_profit", strategy.exit.take_profit), ("entry", "max_gap", strategy.entry.max_gap),
    ):  # fmt: skip
        if value is not None and value >= 1:
            note(source, (part, key), "a price cannot fall by the whole of itself", "write a number below 1")
    for position, symbol in enumerate(strategy.short.designated):
        _check_designated(source, position, symbol)


def _check_designated(source: Source, position: int, symbol: str) -> None:
    """Only Hong Kong has a list of names that may be sold short."""
    market, path = market_of(symbol), ("short", "designated", position)
    if market is Market.XNYS:
        note(source, path, "every name of the United States may be sold short", "remove it: the list is Hong Kong's")
    elif market is not Market.XHKG:
        reason = "A-shares are not sold short: a pilot for listed names alone, its lending suspended since 2024-07-11"
        note(source, path, reason, "list Hong Kong names, such as 00700.HK")


def _check_ranks(source: Source, strategy: Strategy) -> None:
    select = strategy.select
    ranked = select.top is not None or select.bottom is not None
    if ("select", "by") in source.keys and not ranked:
        note(source, ("select", "by"), "a rank without a number to take", "add select.top or select.bottom")
    if (
        ranked
        and select.by in _SINCE_EVENT
        and strategy.entry.offset < 1
        and strategy.entry.at is not EntryAt.BOARD_BREAK
    ):
        _require_offset(source, f"'{select.by}' needs a closed session since the event")


def _check_own_decides(source: Source) -> None:
    """Refuse what the class decides itself: entries, choice, sizes and exits."""
    parts = ("entry", "select", "exit")
    decided: list[SpecPath] = [path for path in source.keys if len(path) == 2 and path[0] in parts]
    decided += [("size", key) for key in ("scheme", "gross", "max_per_name")] + [("overlap",)]
    _refuse(source, decided, "an own class decides this itself", "remove it, or remove 'class'")


def _check_own_class(source: Source, target: str, root: Path | None) -> None:
    """Look for the class in its file without importing it."""
    name, _, wanted = target.partition(":")
    if root is None:
        return
    path = root / name
    if not path.resolve().is_relative_to(root.resolve()):
        note(source, ("class",), "outside the workspace", "put the file into the workspace, e.g. strategies/")
        return
    try:
        tree = ast.parse(path.read_bytes(), filename=name)
    except FileNotFoundError:
        note(
            source, ("class",), "no such file in the workspace", "write file.py:ClassName, from the workspace's folder"
        )
        return
    except (OSError, SyntaxError, ValueError) as fault:
        note(source, ("class",), f"the file cannot be read as Python ({fault})", "mend it")
        return
    classes = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
    if wanted not in classes:
        note(source, ("class",), f"{name} has no class '{wanted}'", near(wanted, classes))
