"""What a strategy's own ``buy`` and ``sell`` may ask for: which orders, which sizes, and for how long they are good."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import backtrader as bt

from hypebasket.engine.replay.matching import Terms
from hypebasket.errors import UsageError
from hypebasket.ledger.records import OrderKind, Reason, Side
from hypebasket.market.panel import Listing

__all__ = ["kind_of", "last_row", "size_fault"]

KINDS = {bt.Order.Market: OrderKind.OPEN, bt.Order.Limit: OrderKind.OPEN, bt.Order.Close: OrderKind.CLOSE}


def kind_of(exectype: int, price: float | None, options: Mapping[str, Any]) -> OrderKind:
    """Return the auction an order goes to; what daily bars cannot serve is refused."""
    if exectype not in KINDS or options.get("parent") is not None or options.get("oco") is not None:
        raise UsageError(
            f"order type {bt.Order.ExecTypes[exectype]} (with parent, oco): not traded on daily bars",
            "use Market, Close or Limit, and judge stops on closes in next()",
        )
    if exectype == bt.Order.Limit and not price:
        raise UsageError("a Limit order without a price", "give price=, or use Market")
    return KINDS[exectype]


def size_fault(side: Side, size: float, listing: Listing, held: int, terms: Terms) -> Reason | None:
    """Return why the exchange refuses an order of ``size`` shares out of ``held``; ``None`` if it does not."""
    shares = int(size)
    if shares != size or shares <= 0:
        return Reason.LOT
    if side is Side.SELL and shares > held:
        return Reason.NOT_HELD
    legal = terms.largest_purchase(listing, shares) if side is Side.BUY else terms.largest_sale(listing, held, shares)
    return None if legal == shares else Reason.LOT


def last_row(valid: date | timedelta | float | None, row: int, sessions: Sequence[date]) -> int | None:
    """Return the last row an order given after the close of ``row`` is good for.

    ``valid`` is a day (also as backtrader's number), a span from the session of ``row``, 0 for the next session only,
    or ``None`` for good until cancelled. A day already over gives ``row``: the order is never tried.
    """
    if valid is None:
        return None
    if not valid:
        return row + 1
    if isinstance(valid, timedelta):
        valid = sessions[max(row, 0)] + valid
    if isinstance(valid, datetime):
        valid = valid.date()
    day = valid if isinstance(valid, date) else date.fromordinal(int(valid))
    return max(bisect_right(sessions, day) - 1, row)
