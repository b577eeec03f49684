"""Asking one akshare function: its answer and the record of the call, or an error with subject, call and remedy."""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from hypebasket.errors import VendorError
from hypebasket.sources.akshare.network import Network, NoAnswer
from hypebasket.sources.manifest import CallRecord

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["OTHER_REMEDIES", "Caller", "Reply", "UnknownCodeError", "says_nothing"]

OTHER_REMEDIES = {
    "ban": "wait an hour, then run the same command again: it goes on where it stopped; or choose another --source",
    "down": "run the same command again later: it goes on where it stopped; or choose another --source",
    "unreadable": "update akshare (pip install --upgrade akshare) or choose another --source; nothing of it was stored",
    "unknown": "check the code: it may be delisted, renamed (Beijing codes became 920xxx), or of another market",
}


class UnknownCodeError(VendorError):
    """The vendor knows no such code."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a function returned, and the call; ``body`` is the last HTTP body it read."""

    frame: pd.DataFrame
    subject: str
    call: str
    body: bytes
    record: CallRecord

    def error(self, what: str, remedy: str) -> VendorError:
        """Return an error about this reply."""
        return VendorError(f"{self.subject}: {self.call}: {what}", remedy)

    def checked(self, checks: tuple[str, ...], **facts: Any) -> CallRecord:
        """Return the record of the call with the checks its answer stood."""
        return self.record.model_copy(update={"checks": checks, **facts})


@dataclass(slots=True)
class Caller:
    """Calls akshare functions through a polite network."""

    network: Network = field(default_factory=Network)

    def ask(self, subject: str, function: str, columns: Mapping[str, str], /, **arguments: Any) -> Reply:
        """Call ``akshare.<function>(**arguments)`` for ``subject`` (a symbol, or what is asked for).

        ``columns`` maps the vendor's columns to ours; the frame holds ours only, empty where the vendor has no row.
        A vendor that refuses, breaks off or answers anything else is a ``VendorError``.
        """
        call = f"akshare.{function}({', '.join(f'{key}={value!r}' for key, value in arguments.items())})"
        self.network.last = None
        try:
            with self.network.in_force(), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                frame = getattr(_akshare(), function)(**arguments)
        except NoAnswer as failure:
            remedy = OTHER_REMEDIES["ban" if failure.is_ban else "down"]
            raise VendorError(f"{subject}: {call}: {failure.reason}", remedy) from failure
        except Exception as error:  # akshare fails with whatever its parser stumbles over
            raise self._misread(subject, call, error) from error
        body = self.network.last.body if self.network.last else b""
        frame = self._ours(subject, call, frame, columns)
        record = CallRecord(
            function=function,
            arguments={key: str(value) for key, value in arguments.items()},
            subject=subject,
            fetched_at=datetime.now(UTC).replace(microsecond=0),
            akshare=version("akshare"),
            rows=len(frame),
            sha256=hashlib.sha256(frame.to_csv(index=False).encode()).hexdigest(),
        )
        return Reply(frame, subject, call, body, record)

    def _ours(self, subject: str, call: str, frame: Any, columns: Mapping[str, str]) -> pd.DataFrame:
        import pandas as pd

        if not isinstance(frame, pd.DataFrame):
            raise VendorError(f"{subject}: {call}: returned {type(frame).__name__}", OTHER_REMEDIES["unreadable"])
        if frame.empty:
            return pd.DataFrame({ours: pd.Series([], dtype=object) for ours in columns.values()})
        missing = [theirs for theirs in columns if theirs not in frame.columns]
        if missing:
            found = ", ".join(str(column) for column in frame.columns)
            raise VendorError(
                f"{subject}: {call}: no column {', '.join(missing)} (columns: {found})", OTHER_REMEDIES["unreadable"]
            )
        return frame[list(columns)].rename(columns=dict(columns)).reset_index(drop=True)

    def _misread(self, subject: str, call: str, error: Exception) -> VendorError:
        """Tell an answer that says 'nothing known' from one that cannot be read."""
        if self.network.last is not None and says_nothing(self.network.last.body):
            return UnknownCodeError(f"{subject}: {call}: the vendor knows no such code", OTHER_REMEDIES["unknown"])
        words = " ".join(str(error).split())[:160]
        what = f"its answer cannot be read ({type(error).__name__}{': ' if words else ''}{words})"
        return VendorError(f"{subject}: {call}: {what}", OTHER_REMEDIES["unreadable"])


def says_nothing(body: bytes) -> bool:
    """Tell whether a JSON body is a well-formed 'nothing here': no data, or no record."""
    try:
        answer = json.loads(body)
    except ValueError:
        return False
    if not isinstance(answer, dict):
        return False
    return any(key in answer and answer[key] in (None, []) for key in ("data", "result", "records"))


def _akshare() -> Any:
    os.environ.setdefault("TQDM_DISABLE", "1")  # its own progress bars; ours says what is left
    return importlib.import_module("akshare")
