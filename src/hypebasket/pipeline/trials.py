"""The trial ledger: every configuration ever evaluated in a workspace, in one append-only file.

Whoever tries forty strategies and shows the best one shows luck; how many were tried must outlive the trying. Each
line of ``data/trials.jsonl`` is one evaluation, and carries a hash over itself and the line before it: a line changed,
removed or slipped in later is found by whoever reads the file. ``docs/trials.md`` fixes the format.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import numpy.typing as npt

from hypebasket.errors import DamagedDataError, StoreError
from hypebasket.ledger.records import Ledger
from hypebasket.ledger.result import EventResult
from hypebasket.sources.lock import hold_lock
from hypebasket.spec.basket import Basket
from hypebasket.spec.strategy import Strategy
from hypebasket.stats.performance import FLAT, measure, simple_returns

__all__ = [
    "FORMAT",
    "TRIALS",
    "Configuration",
    "Evaluation",
    "Trial",
    "TrialLedger",
    "evaluation",
    "evaluation_of",
]

FORMAT = 1
TRIALS = Path("data", "trials.jsonl")
ORIGIN = "0" * 64
WAIT_SECONDS = 30.0

_LABELS = {"id", "name", "description"}
"""What of a strategy or a basket is said about it and changes no number."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """What was tried on which data: a strategy with a basket's circle of members, on a sleeve and span of sessions."""

    strategy: Strategy
    basket: Basket
    members: str
    sleeve: str
    start: str
    end: str
    capital: int
    content: str
    synthetic: bool

    @property
    def key(self) -> str:
        """Hash of all that makes it another trial; its names are none of it, and neither is the version of the code."""
        return _hash(
            {
                "strategy": self.strategy.model_dump(mode="json", by_alias=True, exclude=_LABELS),
                "basket": _members(self.basket),
                **self._place,
            }
        )[:16]

    @property
    def _place(self) -> dict[str, object]:
        return {
            "members": self.members,
            "sleeve": self.sleeve,
            "start": self.start,
            "end": self.end,
            "capital": self.capital,
            "content": self.content,
        }

    def as_record(self) -> dict[str, object]:
        """Return it as a line of the ledger tells it: the strategy whole, the basket by name."""
        strategy = self.strategy.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude=_LABELS - {"id"})
        return {
            "key": self.key,
            "strategy": strategy,
            "basket": self.basket.id,
            "synthetic": self.synthetic,
            **self._place,
        }


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a configuration came to; returns are decimals, of sessions; ``None`` is a figure that does not exist."""

    sessions: int
    total_return: float
    sharpe: float | None
    skewness: float | None
    kurtosis: float | None
    events: int
    captured: float | None


def evaluation_of(ledger: Ledger, events: Sequence[EventResult], periods_per_year: int) -> Evaluation:
    """Return what a finished run came to: its session returns, and the mean captured over the events that have one."""
    equity = [record.equity for record in ledger.equity]
    return evaluation(equity, ledger.initial_cash, [event.captured for event in events], periods_per_year)


def evaluation(
    equity: Sequence[int] | npt.NDArray[np.int64],
    initial: int,
    captured: Sequence[float | None],
    periods_per_year: int,
) -> Evaluation:
    """Return the figures of an equity path in fen, ``(n_sessions,)``, and of each event's captured number."""
    returns = simple_returns(equity, initial)
    figures = measure(returns, periods_per_year)
    spread = float(returns.std())
    shape = (returns - returns.mean()) / spread if spread > FLAT else None
    known = [value for value in captured if value is not None]
    return Evaluation(
        sessions=len(equity),
        total_return=figures.total_return,
        sharpe=figures.sharpe,
        skewness=None if shape is None else float((shape**3).mean()),
        kurtosis=None if shape is None else float((shape**4).mean()),
        events=len(known),
        captured=fmean(known) if known else None,
    )


@dataclass(frozen=True, slots=True)
class Trial:
    """One line of the ledger."""

    number: int
    at: str
    by: str
    configuration: Mapping[str, Any]
    figures: Mapping[str, Any]

    @property
    def key(self) -> str:
        """Which configuration it was."""
        return str(self.configuration["key"])

    @property
    def content(self) -> str:
        """Hash of the data it was evaluated on."""
        return str(self.configuration["content"])


class TrialLedger:
    """The append-only file of a workspace."""

    def __init__(self, workspace: Path) -> None:
        self.path = workspace / TRIALS

    def append(self, by: str, evaluated: Iterable[tuple[Configuration, Evaluation]]) -> int:
        """Add a line for each evaluation, made by the run or sweep ``by``; return how many were added.

        What this run or sweep has told before is not told again. What a crash left of a line that was never finished
        goes; a line that was finished, and does not fit the one before it, stops the writing: nobody adds to a ledger
        that was tampered with.
        """
        told = list(evaluated)
        if not told:
            return 0
        with hold_lock(self.path.with_suffix(".lock"), writer="run", wait=WAIT_SECONDS):
            number, chain, size, known = self._tail()
            now = datetime.now(UTC).isoformat(timespec="seconds")
            lines = []
            for configuration, evaluation in told:
                if (by, configuration.key) in known:
                    continue
                known.add((by, configuration.key))
                number += 1
                record = {
                    "format": FORMAT,
                    "number": number,
                    "at": now,
                    "by": by,
                    "configuration": configuration.as_record(),
                    "figures": {name: getattr(evaluation, name) for name in Evaluation.__slots__},
                }
                chain = _linked(chain, record)
                lines.append(json.dumps({**record, "chain": chain}, ensure_ascii=False, separators=(",", ":")))
            if lines:
                self._write("".join(f"{line}\n" for line in lines).encode(), size)
        return len(lines)

    def read(self) -> tuple[Trial, ...]:
        """Return every trial, oldest first; ``DamagedDataError`` names the first line that does not fit."""
        return tuple(
            Trial(record["number"], record["at"], record["by"], record["configuration"], record["figures"])
            for record in self._records()
        )

    def count(self, content: str) -> int:
        """Return how many different configurations were ever evaluated on data of this content."""
        return len({trial.key for trial in self.read() if trial.content == content})

    def _records(self) -> Sequence[dict[str, Any]]:
        text, _ = self._whole_lines()
        chain, records = ORIGIN, []
        for number, line in enumerate(text.splitlines(), start=1):
            record = self._parsed(line, number)
            found = record.pop("chain", None)
            chain = _linked(chain, record)
            if found != chain or record["number"] != number:
                raise self._damaged(number, "it, or a line before it, was changed, removed or slipped in")
            records.append(record)
        return records

    def _parsed(self, line: str, number: int) -> dict[str, Any]:
        try:
            record = json.loads(line)
        except ValueError as error:
            raise self._damaged(number, "not a JSON record") from error
        if not isinstance(record, dict) or record.get("format") != FORMAT:
            raise self._damaged(number, f"not a record of format {FORMAT}")
        return record

    def _damaged(self, number: int, what: str) -> DamagedDataError:
        remedy = "bring back the file from a copy; starting a new one loses the count of what was tried"
        return DamagedDataError(f"{self.path}:{number}: {what}", remedy)

    def _whole_lines(self) -> tuple[str, int]:
        """Return the finished lines and their size in bytes; what follows the last line break was never finished."""
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return "", 0
        size = content.rfind(b"\n") + 1
        try:
            return content[:size].decode(), size
        except UnicodeDecodeError as error:
            raise self._damaged(content[: error.start].count(b"\n") + 1, "not UTF-8 text") from error

    def _tail(self) -> tuple[int, str, int, set[tuple[str, str]]]:
        """Return number and chain of the last line, the size of all finished ones, and who told of what."""
        records = self._records()
        text, size = self._whole_lines()
        if not records:
            return 0, ORIGIN, size, set()
        chain = json.loads(text.splitlines()[-1])["chain"]
        known = {(record["by"], record["configuration"]["key"]) for record in records}
        return len(records), str(chain), size, known

    def _write(self, lines: bytes, size: int) -> None:
        try:
            with self.path.open("r+b" if self.path.exists() else "w+b") as file:
                file.truncate(size)
                file.seek(size)
                file.write(lines)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise StoreError(
                f"'{self.path}' cannot be written: {error.strerror}", "free space, or give yourself the right to write"
            ) from error


def _members(basket: Basket) -> list[object]:
    """Return what of a basket's members changes a number."""
    fields = {"symbol", "segment", "since", "until", "zone", "weight", "evidence"}
    return [stock.model_dump(mode="json", include=fields) for stock in basket.stocks]


def _linked(chain: str, record: Mapping[str, object]) -> str:
    return hashlib.sha256(f"{chain}{_canonical(record)}".encode()).hexdigest()


def _hash(record: Mapping[str, object]) -> str:
    return hashlib.sha256(_canonical(record).encode()).hexdigest()


def _canonical(record: Mapping[str, object]) -> str:
    return json.dumps(record, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
