"""The records the loop reads and writes: fields of 64-bit integers, as arrays for compiled code or as Python objects.

Rows are sessions of the panel, columns its symbols. Money is fen, weights and thresholds are parts per million. An end
by plan (``due``) is twice its row, plus one for the close, so that one comparison tells which comes first.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Final, NamedTuple

import numpy as np

from hypebasket.rules.fees import DueRates

__all__ = ["LAYOUTS", "Books", "Draws", "Layout", "Market", "Rows", "Script", "make_array", "make_rows"]


class Layout(NamedTuple):
    """A kind of record: its name and its fields."""

    name: str
    fields: tuple[str, ...]

    @property
    def dtype(self) -> np.dtype[Any]:
        """The record as an element of an array."""
        return _dtype(self.fields)


@cache
def _dtype(fields: tuple[str, ...]) -> np.dtype[Any]:
    return np.dtype([(field, np.int64) for field in fields], align=True)


PRICES: Final = ("open", "high", "low", "close", "reference", "limit_down", "limit_up")

CELL: Final = Layout(
    "Cell",
    (
        "trading",
        "suspended",
        "delisted",
        "sealed",
        "short_restricted",
        "last_traded",
        *PRICES,
        "volume",
        "cash_micro",
        "ratio_ppm",
    ),
)
"""One name on one session; ``last_traded`` is the last row before it with trading."""

DAY: Final = Layout("Day", ("eventful", "days", "month", "year", "short", "middle", "long", "tax_known"))
"""One session: whether any name has a corporate action; calendar days since the session before; until which row shares
bought on it have been held for no more than a month, or a year; and the rates (permille) of a dividend of that day by
how long shares were held."""

LAW: Final = Layout(
    "Law",
    (
        "sizes_known", "rates_known", "same_day_sale", "odd_lots_stay", "minimum", "step", "maximum",
        *DueRates._fields, "loans_known", "borrow_ppm", "days_in_year", "margin_bound", "low_permille", "low_minimum",
        "permille", "least", "withholding_known", "from_mainland_china", "from_hong_kong", "from_other",
    ),
)  # fmt: skip
"""One kind of listing on one session: order sizes and the rates of ``DueRates``; what is
not known is a gap in a table."""

NAME: Final = Layout("Name", ("kind", "taxed"))
"""One symbol: its kind of listing, and whether dividends on it are taxed at the sale."""

TERMS: Final = Layout(
    "Terms",
    (
        "cash", "policy", "participation_ppm", "rate_ppm", "minimum_commission", "overlap",
        "opening", "borrow_ppm", "holder",
        "limits_on_entry", "limits_on_exit", "t_plus_1", "lots_and_cash", "volume_cap", "fees_and_tax",
        "judged", "first", "stop", "stop_when_flat", "last_release", "n_entries", "n_rebalances", "n_columns",
        "recorded", "curved",
    ),
)  # fmt: skip
"""What the whole run is subject to; ``judged``: closes decide about exits; ``curved``: the
equity of every session is wanted, not that of the last alone; ``recorded``: the whole ledger is."""

ENTRY: Final = Layout(
    "Entry",
    (
        "row", "kind", "event", "column", "weight_ppm", "attempts", "last_row", "price_cap",
        "due", "due_purpose", "hold", "stop_ppm", "take_ppm", "trail_ppm", "board_break",
    ),
)  # fmt: skip
REBALANCE: Final = Layout("Rebalance", ("row", "attempts", "first_target", "stop_target"))
TARGET: Final = Layout("Target", ("column", "weight_ppm"))

ORDER: Final = Layout(
    "Order",
    (
        "next", "order_id", "event", "column", "side", "kind", "created", "money", "asked", "attempts_left", "last_row",
        "price_limit", "entry", "due", "due_purpose", "hold", "purpose", "falls_to_open", "attempts", "wanted",
        "filled", "spent", "reason", "status",
    ),
)  # fmt: skip
TRANCHE: Final = Layout(
    "Tranche",
    (
        "next", "event", "column", "entry", "opened", "due", "due_purpose", "hold", "shares", "entry_price", "best",
        "sealed", "leaving",
    ),
)  # fmt: skip
LOT: Final = Layout("Lot", ("next", "bought", "shares", "dividends"))
DIVIDEND: Final = Layout("Dividend", ("next", "row", "taxable"))
POOL: Final = Layout("Pool", ("free", "n_free", "used", "room"))
"""Slots of an array of records that come and go: a chain of free ones, and how many were ever used."""

BOOK: Final = Layout(
    "Book",
    (
        "cash", "owed", "equity", "market_value", "order_id", "n_working", "n_ended", "n_held", "n_touched", "n_fills",
        "n_unfilled", "n_lines", "line_room", "dead_orders", "dead_tranches", "next_due", "next_entry",
        "next_rebalance", "stop", "fault", "fault_row", "fault_column",
    ),
)  # fmt: skip
"""The account and the counters of a run; no position is due by plan before ``next_due``."""

STOCK: Final = Layout(
    "Stock",
    (
        "shares", "owed", "bought", "bought_row", "volume_used", "volume_row", "net", "net_row", "buying", "tranches",
        "first_lot", "last_lot", "target", "target_row",
        "paid", "paid_held", "paid_row",
    ),
)  # fmt: skip
"""What the account has in one name; what is counted by session carries the row it was counted on."""

LIST: Final = Layout("List", ("working", "ended", "queue", "held", "touched"))
"""Lists of slots and columns, side by side: working orders by age, ended ones, the orders of an auction, tranches in
the order of their first fill, and the names traded in the session."""

LINE: Final = Layout(
    "Line",
    (
        "table", "row", "column", "event", "order_id", "kind", "side", "shares", "price", "amount", "commission",
        "stamp_duty", "transfer_fee", "other_fees", "held", "cash",
    ),
)  # fmt: skip
"""One line of the journal: a row of one of the ledger's tables; the fields that table does not have are not set."""

EQUITY: Final = Layout("Equity", ("cash", "market_value", "equity"))


PATTERN: Final = Layout("Pattern", (*ENTRY.fields, "gap_ppm"))
"""An entry counted from the row of its event; ``gap_ppm``: no more than so much above the close before that row."""
SETTING: Final = Layout("Setting", ("n_draws", "n_events", "n_patterns", "next_draw", "isolated"))
CALENDAR: Final = Layout("Calendar", ("row",))
OUTCOME: Final = Layout("Outcome", ("equity", "fills", "stop"))
"""How a run ended: equity in fen, the number of fills, and the row after its last session."""


class Market(NamedTuple):
    """A panel as the loop reads it."""

    cells: Any
    days: Any
    laws: Any
    names: Any


class Script(NamedTuple):
    """A plan as the loop reads it; the last of the entries is blank, for orders that no entry stands behind."""

    terms: Any
    entries: Any
    rebalances: Any
    targets: Any


class Books(NamedTuple):
    """What the loop writes: the account, what works and what is held, and a journal of what happened."""

    book: Any
    stocks: Any
    pools: Any
    orders: Any
    tranches: Any
    lots: Any
    dividends: Any
    lists: Any
    journal: Any
    equity: Any


class Draws(NamedTuple):
    """Calendars ``[draw, event]`` at which a pattern of entries is repeated, and how each run ended."""

    setting: Any
    patterns: Any
    rows: Any
    outcomes: Any


LAYOUTS: Final[dict[type[Any], tuple[Layout, ...]]] = {
    Market: (CELL, DAY, LAW, NAME),
    Script: (TERMS, ENTRY, REBALANCE, TARGET),
    Books: (BOOK, STOCK, POOL, ORDER, TRANCHE, LOT, DIVIDEND, LIST, LINE, EQUITY),
    Draws: (SETTING, PATTERN, CALENDAR, OUTCOME),
}
"""What the arrays of each bundle hold, in the order of its fields."""

FILLS: Final = 0
ENTITLEMENTS: Final = 1
TAXES: Final = 2
CHARGED: Final = 3
POSITIONS: Final = 4
"""Tables of the journal."""

ORDERS: Final = 0
TRANCHES: Final = 1
LOTS: Final = 2
DIVIDENDS: Final = 3
"""Places in ``Books.pools``."""


class Rows(dict[Any, Any]):
    """Records as Python objects, made when first asked for; ``fill`` sets what a new one does not have as 0."""

    def __init__(self, layout: Layout, fill: Callable[[Any, Any], None] | None = None) -> None:
        super().__init__()
        self._kind = type(layout.name, (), {"__slots__": layout.fields})
        self._layout = layout
        self._fill = fill

    def __missing__(self, key: Any) -> Any:
        row = self[key] = self._kind()
        for field in self._layout.fields:
            setattr(row, field, 0)
        if self._fill is not None:
            self._fill(row, key)
        return row


def make_array(layout: Layout, *shape: int) -> Any:
    """Return records of zeros as an array."""
    return np.zeros(shape, dtype=layout.dtype)


def make_rows(array: Any, layout: Layout) -> Rows:
    """Return the records of an array as Python objects."""

    def fill(row: Any, key: Any) -> None:
        for field, value in zip(layout.fields, array[key].item(), strict=True):
            setattr(row, field, value)

    return Rows(layout, fill)
