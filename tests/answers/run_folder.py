"""What a run left, read as a user's own script would read it: ``csv`` and ``json``, nothing of the project."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

Row = dict[str, str]


@dataclass(frozen=True)
class RunFolder:
    """A folder ``reports/<run id>``."""

    path: Path

    @cached_property
    def result(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads((self.path / "result.json").read_text(encoding="utf-8"))
        return content

    @cached_property
    def tables(self) -> dict[str, list[Row]]:
        """Every CSV file by its stem."""
        tables = {}
        for path in sorted(self.path.glob("*.csv")):
            with path.open(encoding="utf-8", newline="") as file:
                tables[path.stem] = list(csv.DictReader(file))
        return tables

    def rows(self, table: str, **wanted: str) -> list[Row]:
        """Return the rows of a CSV file whose columns hold the wanted values."""
        return [row for row in self.tables[table] if all(row[name] == value for name, value in wanted.items())]

    def circle(self, basket: str, strategy: str, members: str) -> dict[str, Any]:
        """Return one entry of ``results``."""
        key = (basket, strategy, members)
        (found,) = (one for one in self.result["results"] if (one["basket"], one["strategy"], one["members"]) == key)
        return dict(found)

    def event(self, basket: str, strategy: str, members: str, event_id: str) -> dict[str, Any]:
        """Return one event of a circle."""
        (found,) = (one for one in self.circle(basket, strategy, members)["events"] if one["event_id"] == event_id)
        return dict(found)


def names_of(event: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the members of an event by symbol."""
    return {name["symbol"]: name for name in event["names"]}
