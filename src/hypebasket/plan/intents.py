"""The plan: what will be tried, when, with how much money, and how it ends; integers only.

Rows are sessions, counted in the panel the plan was built on. Weights and thresholds are parts per million.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hypebasket.ledger.records import OrderKind
from hypebasket.rules.fees import Commission
from hypebasket.rules.limit_days import OPTIMISTIC, PESSIMISTIC, REALISTIC
from hypebasket.spec.strategy import FillPolicy

__all__ = ["MILLION", "POLICY", "Entry", "ExitTerms", "Plan", "Rebalance"]

MILLION = 1_000_000

POLICY = {
    FillPolicy.PESSIMISTIC: PESSIMISTIC,
    FillPolicy.REALISTIC: REALISTIC,
    FillPolicy.OPTIMISTIC: OPTIMISTIC,
}


@dataclass(frozen=True, slots=True)
class ExitTerms:
    """How a position ends.

    ``due`` is the row at whose close it ends (clock: plan); ``hold_sessions`` counts from the fill instead (clock:
    fill). The thresholds are distances from the entry price, or for ``trail_ppm`` from the highest close since.
    """

    due: int | None = None
    hold_sessions: int | None = None
    stop_ppm: int | None = None
    take_ppm: int | None = None
    trail_ppm: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A wish to buy: ``weight_ppm`` of the equity at the close before ``row``, at the open or the close of ``row``.

    ``attempts`` is the greatest number of sessions with a bar on which it is tried (``None``: no bound), ``last_row``
    the last row on which it is; ``price_cap`` (fen) the highest price it pays.
    """

    event_id: str
    symbol: str
    row: int
    kind: OrderKind
    weight_ppm: int
    attempts: int | None
    last_row: int | None
    price_cap: int | None
    exit: ExitTerms


@dataclass(frozen=True, slots=True)
class Rebalance:
    """At the open of ``row``, hold every symbol at its weight of the equity at the close before, and nothing else."""

    row: int
    weights_ppm: tuple[tuple[str, int], ...]
    attempts: int | None


@dataclass(frozen=True, slots=True)
class Plan:
    """All wishes of one strategy for one basket and circle, and the terms on which they are filled."""

    entries: tuple[Entry, ...] = ()
    rebalances: tuple[Rebalance, ...] = ()
    policy: int = REALISTIC
    participation_ppm: int = 100_000
    commission: Commission = field(default_factory=Commission)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.entries and not self.rebalances
