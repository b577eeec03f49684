"""Other futures for the same past, and what a ledger had decided by then.

Whatever was decided before a session cannot depend on it: a run on another future must have left the same rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from hypebasket.ledger.records import Ledger, Order, OrderKind
from hypebasket.market.panel import MarketPanel
from hypebasket.rules.limits import NO_LIMIT_UP

__all__ = ["decided_before", "first_difference", "scrambled"]

_PRICES = ("open", "high", "low", "close", "reference", "limit_down", "limit_up")
_OTHERS = ("volume", "amount", "trading", "suspended", "cash_micro", "ratio_ppm")

Rows = Mapping[str, tuple[Any, ...]]
"""By table: what a ledger had decided, or what had happened, by a session."""


def scrambled(panel: MarketPanel, row: int, seed: int) -> MarketPanel:
    """Return the panel with everything from ``row`` on made another future; what lies before is untouched.

    Every name gets the days of another name, in another order and at another level; names not yet listed by then, and
    those that will be delisted, keep theirs. Within a day prices keep their order and their place inside the limits.
    """
    rng = np.random.default_rng([seed, row])
    listed = (panel.close[row - 1] > 0) & ~panel.delisted.any(axis=0)
    columns = np.flatnonzero(listed)
    if columns.size == 0 or row >= len(panel.sessions):
        return panel
    donors = np.roll(columns, 1 + int(rng.integers(max(columns.size - 1, 1))))
    days = row + rng.permutation(len(panel.sessions) - row)
    level = panel.close[row - 1, columns] / panel.close[row - 1, donors] * rng.uniform(0.8, 1.25, columns.size)
    changed = {name: _taken(getattr(panel, name), days, donors) for name in (*_PRICES, *_OTHERS)}
    for name in _PRICES:
        changed[name] = _scaled(changed[name], level)
    changed["cash_micro"] = np.rint(changed["cash_micro"] * level).astype(np.int64)
    arrays = {}
    for name, values in changed.items():
        whole = getattr(panel, name).copy()
        whole[row:, columns] = values
        arrays[name] = whole
    return replace(panel, **arrays)


def _taken(values: npt.NDArray[Any], days: npt.NDArray[Any], columns: npt.NDArray[Any]) -> npt.NDArray[Any]:
    taken: npt.NDArray[Any] = values[np.ix_(days, columns)]
    return taken


def _scaled(prices: npt.NDArray[Any], level: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Scale prices by name; what stands for no limit, no price or an unknown one stays."""
    real = (prices > 0) & (prices < NO_LIMIT_UP)
    return np.where(real, np.maximum(np.rint(prices * level), 1), prices).astype(np.int64)


def decided_before(ledger: Ledger, session: date, *, on_the_day: bool) -> Rows:
    """Return what was decided and done before a session.

    With ``on_the_day`` also what was sent into its opening auction, which nothing of that session can have decided.
    """
    orders = [
        order
        for order in ledger.orders
        if order.created < session or (on_the_day and order.created == session and order.kind is not OrderKind.CLOSE)
    ]
    return {
        "orders": tuple(sorted(_wish(order) for order in orders)),
        "fills": tuple(fill for fill in ledger.fills if fill.session < session),
        "entitlements": tuple(item for item in ledger.entitlements if item.session < session),
        "equity": tuple(record for record in ledger.equity if record.session < session),
    }


def _wish(order: Order) -> tuple[Any, ...]:
    """Return an order as it was given, without what became of it."""
    return (
        order.created.isoformat(), order.order_id, order.symbol, order.side.value, order.kind.value, order.event_id,
        order.money or 0, order.purpose,
    )  # fmt: skip


def first_difference(one: Rows, other: Rows) -> str | None:
    """Return the first row in which two pasts differ, in words; ``None`` if they are the same."""
    for table, rows in one.items():
        theirs = other[table]
        for mine, yours in zip(rows, theirs, strict=False):
            if mine != yours:
                return f"{table}: {_told(mine)} / {_told(yours)}"
        if len(rows) != len(theirs):
            longer = rows if len(rows) > len(theirs) else theirs
            return f"{table}: {_told(longer[min(len(rows), len(theirs))])} / -"
    return None


def _told(row: Any) -> str:
    if isinstance(row, tuple):
        return " ".join(str(value) for value in row if value not in ("", 0))
    return f"{row.session} {getattr(row, 'symbol', 'equity')} {getattr(row, 'shares', getattr(row, 'equity', ''))}"
