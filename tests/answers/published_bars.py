"""Bars and corporate actions of a tidy folder, read with ``csv`` and ``gzip`` alone."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Collection
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

CENT = Decimal("0.01")


@dataclass(frozen=True)
class PublishedBar:
    """One row of ``bars_*.csv.gz``, prices as published."""

    date: str
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    prev_close: Decimal | None

    @property
    def change(self) -> float:
        """Close over reference price, less one."""
        assert self.prev_close is not None
        return float(self.close / self.prev_close - 1)

    def limit_up(self, percent: int) -> Decimal:
        """Return the limit-up price: the reference price and ``percent`` of it, half up to the cent."""
        assert self.prev_close is not None
        return (self.prev_close * (100 + percent) / 100).quantize(CENT, ROUND_HALF_UP)


Bars = dict[str, dict[str, PublishedBar]]
"""Symbol → ISO date → bar, in the order of the file."""


def read_bars(file: Path, symbols: Collection[str]) -> Bars:
    """Read the bars of some symbols, named as the file names them."""
    bars: Bars = {symbol: {} for symbol in symbols}
    with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["symbol"] in bars:
                bars[row["symbol"]][row["date"]] = PublishedBar(
                    row["date"],
                    *(Decimal(row[name]) for name in ("open", "high", "low", "close")),
                    Decimal(row["prev_close"]) if row["prev_close"] else None,
                )
    return bars


def read_actions(file: Path) -> dict[tuple[str, str], tuple[Decimal, Decimal]]:
    """Return (symbol, ex-date) → (cash per share, new shares per share)."""
    with file.open(encoding="utf-8", newline="") as lines:
        return {
            (row["symbol"], row["ex_date"]): (Decimal(row["cash_per_share"] or 0), Decimal(row["share_ratio"] or 0))
            for row in csv.DictReader(lines)
        }
