"""Proven symbols on their way into the store: one file each, so that a stopped fetch goes on where it was."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from hypebasket.files import write_atomically
from hypebasket.sources.akshare.harvest import Harvest, Request
from hypebasket.sources.akshare.proof import Listing
from hypebasket.sources.finding import Finding
from hypebasket.sources.manifest import CallRecord, Change

__all__ = ["Staging"]

FRESH = timedelta(hours=24)
"""Older answers are asked for again: the vendor may have corrected them since."""


class Staging:
    """Harvests under ``folder`` (``<store>/fetching``), by symbol."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, harvest: Harvest) -> None:
        """Write a harvest, whole or not at all."""
        facts = {
            "request": asdict(harvest.request),
            "bars": _packed(harvest.bars),
            "actions": _packed(harvest.actions),
            "levels": _packed(harvest.levels),
            "listing": asdict(harvest.listing),
            "records": [record.model_dump(mode="json") for record in harvest.records],
            "findings": [finding.model_dump(mode="json") for finding in harvest.findings],
            "changes": [change.model_dump(mode="json") for change in harvest.changes],
            "kept_at": datetime.now(UTC).isoformat(),
        }
        text = json.dumps(facts, ensure_ascii=False, default=str)
        content = json.dumps({"facts": text, "sha256": hashlib.sha256(text.encode()).hexdigest()}, ensure_ascii=False)
        write_atomically(self._path(harvest.request.symbol), content.encode())

    def kept(self, request: Request) -> Harvest | None:
        """Return the harvest of an equal request; None where there is none, or it is damaged or older than a day."""
        try:
            packed = json.loads(self._path(request.symbol).read_bytes())
            if hashlib.sha256(packed["facts"].encode()).hexdigest() != packed["sha256"]:
                return None
            facts = json.loads(packed["facts"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        if facts["request"] != json.loads(json.dumps(asdict(request), default=str)):
            return None
        if datetime.now(UTC) - datetime.fromisoformat(facts["kept_at"]) > FRESH:
            return None
        return Harvest(
            request,
            _unpacked(facts["bars"]),
            _unpacked(facts["actions"]),
            _unpacked(facts["levels"]),
            _listing(facts["listing"]),
            tuple(CallRecord.model_validate(record) for record in facts["records"]),
            tuple(Finding.model_validate(finding) for finding in facts["findings"]),
            tuple(Change.model_validate(change) for change in facts["changes"]),
        )

    def drop(self, symbols: Iterable[str]) -> None:
        """Delete the harvests of symbols that have entered the store."""
        for symbol in symbols:
            self._path(symbol).unlink(missing_ok=True)

    def _path(self, symbol: str) -> Path:
        return self.folder / f"{symbol}.json"


def _packed(frame: pd.DataFrame) -> dict[str, Any]:
    """Return a frame as plain values by column; floats keep every bit, a blank is null."""
    return {
        "types": {name: str(frame[name].dtype) for name in frame.columns},
        "values": {name: _plain(frame[name]) for name in frame.columns},
    }


def _plain(values: pd.Series) -> list[Any]:
    if values.dtype.kind == "M":
        return [str(day)[:10] for day in values]
    return [None if pd.isna(value) else value for value in values.tolist()]


def _unpacked(packed: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(packed["values"]).astype(packed["types"])


def _listing(facts: dict[str, Any]) -> Listing:
    days = {name: None if facts[name] is None else datetime.fromisoformat(facts[name]).date() for name in _DAYS}
    return Listing(**(facts | days))


_DAYS = ("listed", "delisted")
