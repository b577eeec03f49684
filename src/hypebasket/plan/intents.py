"""The plan: what will be tried, when, with how much money, and how it ends; integers only.

Rows are sessions, counted in the panel the plan was built on. Weights and thresholds are parts per million.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from hypebasket.ledger.records import OrderKind
from hypebasket.rules.fees import Commission
from hypebasket.rules.limit_days import OPTIMISTIC, PESSIMISTIC, REALISTIC
from hypebasket.spec.strategy import FillPolicy, Overlap

__all__ = ["MILLION", "POLICY", "Due", "Entry", "ExitTerms", "Plan", "Rebalance", "ShortTerms", "last_row_of"]

MILLION = 1_000_000

POLICY = {
    FillPolicy.PESSIMISTIC: PESSIMISTIC,
    FillPolicy.REALISTIC: REALISTIC,
    FillPolicy.OPTIMISTIC: OPTIMISTIC,
}


@dataclass(frozen=True, slots=True)
class Due:
    """When a position ends by plan: at the open or the close of ``row``; ``purpose`` is what its order is called."""

    row: int
    at_close: bool
    purpose: str

    @property
    def order(self) -> tuple[int, bool]:
        """What comes first: the earlier row, and of one row the open."""
        return self.row, self.at_close

    @property
    def last_row(self) -> int:
        """The last row on which it makes sense to buy for it."""
        return self.row if self.at_close else self.row - 1


def last_row_of(window_row: int | None, due: Due | None) -> int | None:
    """Return the last row on which a purchase is tried, from its window and its planned end; ``None``: no bound."""
    rows = [row for row in (window_row, None if due is None else due.last_row) if row is not None]
    return min(rows, default=None)


@dataclass(frozen=True, slots=True)
class ExitTerms:
    """How a position ends.

    ``due`` is the planned end (clock: plan); ``hold_sessions`` counts from the fill instead (clock: fill). The
    thresholds are distances from the entry price, or for ``trail_ppm`` from the best close since: the highest, for a
    short the lowest. ``board_break`` ends it after the first close below the limit-up price that follows a close at it.
    """

    due: Due | None = None
    hold_sessions: int | None = None
    stop_ppm: int | None = None
    take_ppm: int | None = None
    trail_ppm: int | None = None
    board_break: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A wish to buy (or sell short): ``weight_ppm`` of the equity at the close before ``row``, in its auction ``kind``.

    ``attempts`` is the greatest number of sessions with a bar on which it is tried (``None``: no bound), ``window_row``
    the last row of a wait that ends by itself; ``price_cap`` (fen) the highest price it pays, or the lowest a short
    sale takes.
    """

    event_id: str
    symbol: str
    row: int
    kind: OrderKind
    weight_ppm: int
    attempts: int | None
    window_row: int | None
    price_cap: int | None
    exit: ExitTerms

    @property
    def last_row(self) -> int | None:
        """The last row on which it is tried: that of its window, or of its planned end if that is sooner."""
        return last_row_of(self.window_row, self.exit.due)

    def moved_to_close(self, row: int) -> Entry:
        """Return the wish for the close of ``row`` alone, leaving when the original would leave by plan."""
        due = self.exit.due
        if self.exit.hold_sessions is not None:
            held = Due(self.row + self.exit.hold_sessions - 1, at_close=True, purpose="hold")
            due = held if due is None else min(held, due, key=lambda end: end.order)
        return replace(
            self,
            row=row,
            kind=OrderKind.CLOSE,
            attempts=1,
            window_row=row,
            exit=replace(self.exit, due=due, hold_sessions=None),
        )


@dataclass(frozen=True, slots=True)
class Rebalance:
    """At the open of ``row``, hold every symbol at its weight of the equity at the close before, and nothing else."""

    row: int
    weights_ppm: tuple[tuple[str, int], ...]
    attempts: int | None


@dataclass(frozen=True, slots=True)
class ShortTerms:
    """On what terms shares are borrowed: a yearly rate of their value, ppm; ``None``: the rule table's."""

    borrow_ppm: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """All wishes of one strategy for one basket and circle, and the terms on which they are filled.

    With ``short`` every entry is a short sale; a short plan has no rebalances. ``holder`` is whose resident has tax
    withheld from dividends.
    """

    entries: tuple[Entry, ...] = ()
    rebalances: tuple[Rebalance, ...] = ()
    policy: int = REALISTIC
    participation_ppm: int = 100_000
    commission: Commission = field(default_factory=Commission)
    overlap: Overlap = Overlap.IGNORE
    short: ShortTerms | None = None
    holder: str = "none"
