"""The page of a capacity study, ``index.html`` of its folder: a chart for each pair, and the table behind it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hypebasket.files import write_atomically
from hypebasket.ledger.capacity import CapacityPair, CapacityResult
from hypebasket.ledger.result import Label
from hypebasket.report import labels
from hypebasket.report.capacity_chart import CapacityChart, draw_capacity, shared_range
from hypebasket.report.fonts import page_fonts
from hypebasket.report.html import environment

__all__ = ["write_capacity"]


@dataclass(frozen=True, slots=True)
class Place:
    """One pair as the page shows it."""

    pair: CapacityPair
    name: Label
    chart: CapacityChart | None

    @property
    def key(self) -> str:
        """Identifier in the page."""
        return f"{self.pair.basket}-{self.pair.strategy}-{self.pair.sleeve}"


def write_capacity(result: CapacityResult, folder: Path) -> Path:
    """Write ``index.html`` into ``folder`` and return its path; the same result gives the same bytes."""
    scale = shared_range(result.pairs)
    places = [
        Place(
            pair,
            _name(pair, several=len({each.strategy for each in result.pairs}) > 1),
            draw_capacity(pair.points, pair.half, scale) if pair.points and scale else None,
        )
        for pair in result.pairs
    ]
    html = environment().get_template("capacity.html.jinja").render(
        result=result,
        places=places,
        labels=labels,
    )  # fmt: skip
    return write_atomically(folder / "index.html", html.replace("/*fonts*/", page_fonts(html), 1).encode())


def _name(pair: CapacityPair, *, several: bool) -> Label:
    name = labels.in_sleeve(pair.basket_name, pair.sleeve)
    if not several:
        return name
    return Label(zh=f"{name.zh} × {pair.strategy_name.zh}", en=f"{name.en} × {pair.strategy_name.en}")
