"""The error tree: every error carries what was found, where, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

__all__ = [
    "CalendarEndError",
    "DamagedDataError",
    "DataGapError",
    "HypebasketError",
    "LedgerError",
    "NotSessionError",
    "Problem",
    "RuleGapError",
    "SpecError",
    "StoreError",
    "UsageError",
    "VendorError",
]


class HypebasketError(Exception):
    """Base of all errors a user may see; never shown with a traceback.

    Parameters
    ----------
    message : str
        What is wrong, naming the value and its place.
    remedy : str
        What the user can do about it; empty where nothing helps.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}; {self.remedy}" if self.remedy else self.message


class UsageError(HypebasketError):
    """The command line asks for something that cannot be."""

    exit_code = 2


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong in one place of a file a user edits.

    ``line`` and ``column`` count from 1.
    """

    path: str
    line: int
    column: int
    value: str
    message: str
    remedy: str

    def __str__(self) -> str:
        tail = f"; {self.remedy}" if self.remedy else ""
        return f"{self.path}:{self.line}:{self.column}: {self.value}: {self.message}{tail}"


class SpecError(HypebasketError):
    """One or more files of the workspace are not valid; all problems are reported at once."""

    exit_code = 2

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class DataGapError(HypebasketError):
    """Data that the run needs is not there."""

    exit_code = 3


class VendorError(DataGapError):
    """A vendor gave no answer, or one that is not believed; nothing of it enters the store."""


class DamagedDataError(HypebasketError):
    """A stored file does not hold what its manifest says."""

    exit_code = 3


class StoreError(HypebasketError):
    """A folder cannot be used now: another import holds the store, or a file cannot be written."""

    exit_code = 3


class CalendarEndError(DataGapError):
    """A day lies outside the published calendar of a market."""


class NotSessionError(HypebasketError):
    """A day is not a session, and the caller did not say which direction to go."""


class RuleGapError(DataGapError):
    """No dated rule covers the day; nothing is guessed."""


class LedgerError(HypebasketError):
    """A finished run broke an accounting or market invariant."""
