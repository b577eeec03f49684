"""The error tree: every error carries what was found, where, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

__all__ = [
    "CalendarEndError",
    "DamagedDataError",
    "DataGapError",
    "Fix",
    "HypebasketError",
    "LedgerError",
    "NotSessionError",
    "NothingToCompareError",
    "Problem",
    "RuleGapError",
    "SpecError",
    "StoreError",
    "UsageError",
    "VendorError",
    "Words",
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
class Words:
    """What is said to a user, in both languages; English where none is chosen."""

    zh: str = ""
    en: str = ""

    def __getitem__(self, language: str) -> str:
        return self.zh if language == "zh" else self.en

    def __bool__(self) -> bool:
        return bool(self.zh or self.en)

    def __str__(self) -> str:
        return self.en

    def filled(self, **values: object) -> Words:
        """Return the words with their ``{names}`` filled in; a value that is ``Words`` in the language around it."""
        zh = {name: value.zh if isinstance(value, Words) else value for name, value in values.items()}
        en = {name: value.en if isinstance(value, Words) else value for name, value in values.items()}
        return Words(self.zh.format(**zh), self.en.format(**en))


class NothingToCompareError(UsageError):
    """A comparison with chance cannot be made; a page says so too, and in both languages."""

    def __init__(self, words: Words, remedy: str = "") -> None:
        super().__init__(words.en, remedy)
        self.words = words
        self.args = (words, remedy)  # what a copy in another process is made from


@dataclass(frozen=True, slots=True, order=True)
class Fix:
    """A change of a file that cannot alter what its author meant: ``old``, at a place, becomes ``new``."""

    line: int
    column: int
    old: str
    new: str


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong in one place of a file a user edits.

    ``line`` and ``column`` count from 1. ``value`` is what was found, ``message`` what is wrong with it, ``remedy``
    what is allowed or what to write. ``code`` names the kind of problem for programs, ``excerpt`` is the line as
    written, ``width`` how many of its characters are meant, and ``fix`` what ``check --fix`` would do.
    """

    path: str
    line: int
    column: int
    value: str
    message: Words
    remedy: Words
    code: str = field(default="", compare=False)
    excerpt: str = field(default="", compare=False)
    width: int = field(default=1, compare=False)
    fix: Fix | None = field(default=None, compare=False)

    def told(self, language: str) -> str:
        """Return the problem as one line."""
        stop = "；" if language == "zh" else "; "
        tail = f"{stop}{self.remedy[language]}" if self.remedy else ""
        return f"{self.path}:{self.line}:{self.column}: {self.value}: {self.message[language]}{tail}"

    def __str__(self) -> str:
        return self.told("en")


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
