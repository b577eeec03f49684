"""The page of a sweep, ``index.html`` of its folder: heat maps, the best, and what luck explains of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from statistics import median
from typing import Final

from hypebasket.files import write_atomically
from hypebasket.ledger.result import Label
from hypebasket.ledger.sweep import ArenaResult, ConfigurationResult, Setting, SweepResult
from hypebasket.report import labels
from hypebasket.report.figures import direction, percent, ratio
from hypebasket.report.fonts import page_fonts
from hypebasket.report.html import environment

__all__ = ["HeatCell", "HeatMap", "draw_heat_map", "write_sweep"]

SHOWN: Final = 10
"""Best configurations on the page; the table beside it has all."""

MOST_CELLS: Final = 2_000
"""A map of more cells than that is not read by anybody."""

DEEPEST: Final = 45
"""Share of the colour, in percent, in the cell furthest from zero: dark enough to see, light enough to read on."""

METRICS = {
    "captured": Label(zh="平均实得", en="captured, mean"),
    "total_return": Label(zh="总收益", en="total return"),
    "sharpe": Label(zh="夏普比率", en="Sharpe ratio"),
    "max_drawdown": Label(zh="最大回撤", en="max drawdown"),
}

FINDINGS = {
    "holds": Label(zh="经得起检验", en="holds"),
    "not_shown": Label(zh="运气未能排除", en="luck not ruled out"),
    "insufficient": Label(zh="数据不足", en="insufficient"),
}


@dataclass(frozen=True, slots=True)
class HeatCell:
    """The median of the configurations behind a cell; ``depth`` is the share of its colour in percent."""

    value: float | None
    depth: int
    configurations: int
    best: bool

    @property
    def way(self) -> str:
        """``up``, ``down``, or nothing for a cell without colour."""
        return direction(self.value) if self.depth else ""


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Values of the first axis across, of the second down (a single row without one), and the cells row by row."""

    across: tuple[Setting, ...]
    down: tuple[Setting, ...]
    rows: tuple[tuple[HeatCell, ...], ...]


@dataclass(frozen=True, slots=True)
class Place:
    """One basket on one sleeve as the page shows it."""

    arena: ArenaResult
    name: Label
    best: ConfigurationResult | None
    middle: float | None
    worst: float | None
    heat: HeatMap | None
    problems: tuple[tuple[str, tuple[ConfigurationResult, ...]], ...]

    @property
    def key(self) -> str:
        """Identifier in the page."""
        return f"{self.arena.basket}-{self.arena.sleeve}"


def write_sweep(result: SweepResult, folder: Path) -> Path:
    """Write ``index.html`` into ``folder`` and return its path; the same result gives the same bytes."""
    html = environment().get_template("sweep.html.jinja").render(
        result=result,
        places=[_place(result, arena) for arena in result.arenas],
        metrics=METRICS,
        findings=FINDINGS,
        labels=labels,
        figure=figure,
        written=written,
        shown=SHOWN,
    )  # fmt: skip
    return write_atomically(folder / "index.html", html.replace("/*fonts*/", page_fonts(html), 1).encode())


def draw_heat_map(result: SweepResult, arena: ArenaResult) -> HeatMap | None:
    """Draw the metric over the first two axes, as medians over the others; ``None`` where that is too large to read."""
    across = result.axes[0].values
    down = result.axes[1].values if len(result.axes) > 1 else (None,)
    if len(across) * len(down) > MOST_CELLS:
        return None
    behind: dict[tuple[Setting, Setting], list[ConfigurationResult]] = defaultdict(list)
    for row in arena.configurations:
        behind[row.settings[0], row.settings[1] if len(result.axes) > 1 else None].append(row)
    middles = {place: _middle(result.metric, rows) for place, rows in behind.items()}
    furthest = max((abs(value) for value in middles.values() if value is not None), default=0.0)

    def cell(place: tuple[Setting, Setting]) -> HeatCell:
        rows, value = behind.get(place, []), middles.get(place)
        depth = round(DEEPEST * abs(value) / furthest) if value is not None and furthest else 0
        return HeatCell(value, depth, len(rows), any(row.rank == 1 for row in rows))

    return HeatMap(across, down, tuple(tuple(cell((column, row)) for column in across) for row in down))


def _place(result: SweepResult, arena: ArenaResult) -> Place:
    ranked = arena.ranked
    refused = sorted((row for row in arena.configurations if row.problem), key=lambda row: row.problem or "")
    return Place(
        arena=arena,
        name=labels.in_sleeve(arena.name, arena.sleeve),
        best=ranked[0] if ranked else None,
        middle=_middle(result.metric, ranked),
        worst=getattr(ranked[-1], result.metric) if ranked else None,
        heat=draw_heat_map(result, arena),
        problems=tuple((why, tuple(rows)) for why, rows in groupby(refused, key=lambda row: row.problem or "")),
    )


def _middle(metric: str, rows: Sequence[ConfigurationResult]) -> float | None:
    found = [value for row in rows if (value := getattr(row, metric)) is not None]
    return median(found) if found else None


def figure(metric: str, value: float | None) -> str:
    """Return a figure the way its metric is written."""
    return ratio(value) if metric == "sharpe" else percent(value)


def written(setting: Setting) -> str:
    """Return a value of a field the way ``--grid`` writes it."""
    if setting is None:
        return "none"
    return str(setting).lower() if isinstance(setting, bool) else str(setting)
