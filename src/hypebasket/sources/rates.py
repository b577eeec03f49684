"""Exchange rates of a tidy folder, ``fx*``: what a return across sleeves is converted with, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hypebasket.errors import DataGapError
from hypebasket.sources.bars import span_of
from hypebasket.sources.table import SourceTable, read_dates, read_numbers, read_words
from hypebasket.spec.text import Currency

if TYPE_CHECKING:
    from hypebasket.sources.finding import Report

__all__ = ["read_rates"]

JUMP = 0.1
"""No two of these currencies moved by a tenth in a day since 2005; a rate upside down does."""


def read_rates(table: SourceTable, report: Report) -> pd.DataFrame:
    """Read exchange rates into a frame ``columns.RATES`` (unsorted).

    A pair is given by ``base`` and ``quote``, or as one word ``USDCNY`` (``USD/CNY``, ``USD.CNY``). Rates of other
    currencies than the sleeves' are left out and told.
    """
    base, quote = _pairs(table)
    kinds = _words(table, "kind")
    days = read_dates(table, "date", report)
    rate = read_numbers(table, "rate", report)
    keys = pd.DataFrame({"base": base, "quote": quote, "kind": kinds, "day": days})
    _refuse(table, np.isnat(days), "date is blank", report)
    _refuse(table, ~(rate > 0), "rate must be a positive number: units of quote for one of base", report)
    _refuse(table, (keys["base"] == keys["quote"]).to_numpy(), "base and quote are the same currency", report)
    _refuse(table, keys.duplicated().to_numpy(), "the same pair, kind and day a second time", report)
    known = keys["base"].isin(list(Currency)) & keys["quote"].isin(list(Currency))
    if not known.all():
        others = sorted(set((keys["base"] + keys["quote"])[~known]))
        text = f"rates of {', '.join(others)} left out: sleeves are in {', '.join(Currency)}"
        report.add("note", "rate_other", table.name, text, count=int((~known).sum()))
    good = known.to_numpy() & ~np.isnat(days) & (rate > 0)
    rates = pd.DataFrame(
        {
            **{name: keys.loc[good, name].astype("str").to_numpy() for name in ("base", "quote", "kind")},
            "date": days[good].astype("datetime64[s]"),
            "rate": rate[good],
        }
    ).astype(dict.fromkeys(("base", "quote", "kind"), "str"))
    _tell_jumps(table, rates, report)
    return rates


def _pairs(table: SourceTable) -> tuple[list[str], list[str]]:
    if "base" in table.columns and "quote" in table.columns:
        return [word.upper() for word in _words(table, "base")], [word.upper() for word in _words(table, "quote")]
    if "pair" not in table.columns:
        raise DataGapError(
            f"{table.name}: no columns 'base' and 'quote'",
            "name the two currencies of each rate (or one column 'pair': USDCNY); see docs/data-format.md",
        )
    words = [word.upper().replace("/", "").replace(".", "") for word in _words(table, "pair")]
    return [word[:3] for word in words], [word[3:] for word in words]


def _words(table: SourceTable, column: str) -> list[str]:
    if column not in table.columns:
        return [""] * table.rows
    codes, words = read_words(table, column)
    return [words[code] if code >= 0 else "" for code in codes]


def _refuse(table: SourceTable, wrong: np.ndarray, text: str, report: Report) -> None:
    rows = np.flatnonzero(wrong)
    if len(rows):
        report.refuse([f"{table.place(int(row))}: {text}" for row in rows[:3]], len(rows))


def _tell_jumps(table: SourceTable, rates: pd.DataFrame, report: Report) -> None:
    """Tell of rates that move by a tenth from one day to the next of the same pair and kind."""
    for (base, quote, _), rows in rates.sort_values("date").groupby(["base", "quote", "kind"], sort=True):
        moves = rows["rate"].pct_change().abs() > JUMP
        if moves.any():
            days = rows.loc[moves, "date"].to_numpy().astype("datetime64[D]")
            text = f"{base}{quote} moves by more than a tenth on {days[0]}: upside down, or another currency?"
            report.add("blemish", "rate_jump", table.name, text, count=int(moves.sum()), span=span_of(days))
