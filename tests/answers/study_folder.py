"""What ``hypebasket study`` left, read with ``csv`` and ``json`` alone."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

Row = dict[str, str]


@dataclass(frozen=True)
class StudyFolder:
    """A study's folder."""

    path: Path

    @cached_property
    def result(self) -> dict[str, Any]:
        return json.loads((self.path / "study.json").read_text(encoding="utf-8"))

    def circle(self, basket: str, circle: str, sleeve: str = "CNY") -> dict[str, Any]:
        line = next(one for one in self.result["mainlines"] if (one["basket"], one["sleeve"]) == (basket, sleeve))
        return next(one for one in line["circles"] if one["circle"] == circle)

    def window(self, basket: str, circle: str, first: int, last: int) -> dict[str, Any]:
        every = self.circle(basket, circle)["windows"]
        return next(one for one in every if (one["first"], one["last"]) == (first, last))

    def rows(self, table: str, **wanted: object) -> list[Row]:
        with (self.path / f"{table}.csv").open(encoding="utf-8", newline="") as lines:
            return [row for row in csv.DictReader(lines) if all(row[key] == str(wanted[key]) for key in wanted)]
