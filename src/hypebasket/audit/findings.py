"""What an audit finds, as its page and ``--json`` tell it."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from hypebasket.ledger.result import Label

__all__ = ["AuditResult", "Finding", "Kind", "Severity", "caution", "hard", "note"]


class Severity(StrEnum):
    """How much a finding weighs.

    ``hard``: a number of the run is wrong, or cannot be what it says; ``caution``: the numbers hold, but a reader must
    know this before believing them; ``note``: good to know.
    """

    HARD = "hard"
    CAUTION = "caution"
    NOTE = "note"


class Kind(StrEnum):
    """What a finding is about."""

    SEAL = "seal"
    DATA = "data"
    LEDGER = "ledger"
    PRICE = "price"
    CALENDAR = "calendar"
    LOOK_AHEAD = "look_ahead"
    HINDSIGHT = "hindsight"
    EVENTS = "events"
    BENCHMARK = "benchmark"
    RESULT = "result"
    LUCK = "luck"
    BLEMISH = "blemish"
    SECONDARY = "secondary"
    COVERAGE = "coverage"
    TRIALS = "trials"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Finding(_Model):
    """One finding; ``place`` is the ledger (basket × strategy × circle, sleeve), the file or the name it concerns."""

    severity: Severity
    kind: Kind
    place: str
    text: Label


class AuditResult(_Model):
    """An audit as a whole; ``checked`` counts what was looked at, by name."""

    run_id: str
    synthetic: bool
    findings: tuple[Finding, ...]
    checked: dict[str, int]

    @property
    def stands(self) -> bool:
        """Whether no hard finding stands against the run."""
        return not any(finding.severity is Severity.HARD for finding in self.findings)

    def of(self, severity: str) -> tuple[Finding, ...]:
        """Return the findings of one severity."""
        return tuple(finding for finding in self.findings if finding.severity == severity)


def hard(kind: Kind, place: str, zh: str, en: str) -> Finding:
    """Return a finding that stands against the run."""
    return Finding(severity=Severity.HARD, kind=kind, place=place, text=Label(zh=zh, en=en))


def caution(kind: Kind, place: str, zh: str, en: str) -> Finding:
    """Return a finding that a reader must know of."""
    return Finding(severity=Severity.CAUTION, kind=kind, place=place, text=Label(zh=zh, en=en))


def note(kind: Kind, place: str, zh: str, en: str) -> Finding:
    """Return a finding that is good to know."""
    return Finding(severity=Severity.NOTE, kind=kind, place=place, text=Label(zh=zh, en=en))
