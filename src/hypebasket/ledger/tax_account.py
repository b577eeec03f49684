"""Dividend tax kept a second time, for the check alone: share by share in exact fractions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from itertools import accumulate, pairwise
from math import floor

__all__ = ["TaxAccount"]

Rate = Callable[[str, date, date, date], int]
"""``(symbol, bought, sold, ex-date) -> permille``."""


class TaxAccount:
    """First in, first out: what every batch of shares was bought on, and the dividends it has received."""

    def __init__(self, rate: Rate) -> None:
        self.rate = rate
        self.batches: dict[str, list[tuple[date, int, tuple[tuple[date, int], ...]]]] = {}

    def pay_out(self, symbol: str, session: date, micro: int, gained: int) -> None:
        """Let every batch receive ``micro`` millionths per share, then bonus shares become a batch of the day.

        Negative ``gained``: a consolidation, which leaves in each batch what it leaves of all shares up to its end less
        what it leaves of those before it.
        """
        kept = self.batches.get(symbol, [])
        if micro:
            kept = [(bought, shares, (*paid, (session, micro))) for bought, shares, paid in kept]
        if gained > 0:
            kept = [*kept, (session, gained, ())]
        elif gained < 0:
            ends = [0, *accumulate(shares for _, shares, _ in kept)]
            part = Fraction(ends[-1] + gained, ends[-1])
            left = [floor(end * part) - floor(start * part) for start, end in pairwise(ends)]
            kept = [
                (bought, fewer, tuple((ex_date, cash * shares // fewer) for ex_date, cash in paid))
                for (bought, shares, paid), fewer in zip(kept, left, strict=True)
                if fewer
            ]
        self.batches[symbol] = kept

    def drop(self, symbol: str) -> None:
        """Forget a delisted name."""
        self.batches.pop(symbol, None)

    def owed(self, symbol: str, session: date, net: int) -> int:
        """Book a session's purchases less sales; return the tax due in fen, half-up."""
        batches = self.batches.setdefault(symbol, [])
        if net >= 0:
            self.batches[symbol] = [*batches, (session, net, ())] if net else batches
            return 0
        left, due, kept = -net, Fraction(0), []
        for bought, shares, paid in batches:
            going = min(left, shares)
            left -= going
            for ex_date, micro in paid:
                due += Fraction(going * micro * self.rate(symbol, bought, session, ex_date), 1000 * 10_000)
            if shares > going:
                kept.append((bought, shares - going, paid))
        self.batches[symbol] = kept
        return int(due + Fraction(1, 2))
