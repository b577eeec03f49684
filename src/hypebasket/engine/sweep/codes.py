"""Numbers for the words of a ledger: what a compiled loop writes, and a reader turns back."""

from __future__ import annotations

from typing import Final

from hypebasket.ledger.records import ChargeKind, OrderKind, OrderStatus, Reason, Side

__all__ = ["CHARGES", "HOLDERS", "KINDS", "PURPOSES", "REASONS", "SIDES", "STATUSES"]

SIDES: Final = tuple(Side)
KINDS: Final = (OrderKind.OPEN, OrderKind.QUEUE, OrderKind.CLOSE)
"""In the order of a session."""
STATUSES: Final = tuple(OrderStatus)
REASONS: Final = (None, *Reason)
PURPOSES: Final = (
    "",
    "entry",
    "rebalance",
    "hold",
    "stop_loss",
    "take_profit",
    "trailing_stop",
    "board_break",
    "margin_breach",
)
"""What the loop itself calls an order; a plan adds its own words behind them."""

CHARGES: Final = tuple(ChargeKind)
HOLDERS: Final = ("none", "mainland_china", "hong_kong", "other")
"""Whose resident has tax withheld from dividends."""

BORROW: Final = CHARGES.index(ChargeKind.BORROW)
WITHHOLDING: Final = CHARGES.index(ChargeKind.WITHHOLDING)

BUY: Final = SIDES.index(Side.BUY)
SELL: Final = SIDES.index(Side.SELL)
SHORT: Final = SIDES.index(Side.SHORT)
COVER: Final = SIDES.index(Side.COVER)

OPEN: Final = KINDS.index(OrderKind.OPEN)
QUEUE: Final = KINDS.index(OrderKind.QUEUE)
CLOSE: Final = KINDS.index(OrderKind.CLOSE)

WORKING: Final = STATUSES.index(OrderStatus.OPEN)
FILLED: Final = STATUSES.index(OrderStatus.FILLED)
PARTIAL: Final = STATUSES.index(OrderStatus.PARTIAL)
EXPIRED: Final = STATUSES.index(OrderStatus.EXPIRED)
CANCELLED: Final = STATUSES.index(OrderStatus.CANCELLED)

NO_REASON: Final = 0
LOCKED_LIMIT_UP: Final = REASONS.index(Reason.LOCKED_LIMIT_UP)
LOCKED_LIMIT_DOWN: Final = REASONS.index(Reason.LOCKED_LIMIT_DOWN)
SUSPENDED: Final = REASONS.index(Reason.SUSPENDED)
NO_BAR: Final = REASONS.index(Reason.NO_BAR)
DELISTED: Final = REASONS.index(Reason.DELISTED)
NO_REFERENCE_PRICE: Final = REASONS.index(Reason.NO_REFERENCE_PRICE)
VOLUME_CAP: Final = REASONS.index(Reason.VOLUME_CAP)
CASH: Final = REASONS.index(Reason.CASH)
T_PLUS_1: Final = REASONS.index(Reason.T_PLUS_1)
LOT: Final = REASONS.index(Reason.LOT)
MAX_GAP: Final = REASONS.index(Reason.MAX_GAP)
LIMIT_NOT_REACHED: Final = REASONS.index(Reason.LIMIT_NOT_REACHED)
NOT_HELD: Final = REASONS.index(Reason.NOT_HELD)
OVERLAP: Final = REASONS.index(Reason.OVERLAP)
SUPERSEDED: Final = REASONS.index(Reason.SUPERSEDED)
RUN_END: Final = REASONS.index(Reason.RUN_END)
EXIT_DUE: Final = REASONS.index(Reason.EXIT_DUE)
SHORT_SALE_RESTRICTION: Final = REASONS.index(Reason.SHORT_SALE_RESTRICTION)

FOR_ENTRY: Final = PURPOSES.index("entry")
FOR_REBALANCE: Final = PURPOSES.index("rebalance")
FOR_HOLD: Final = PURPOSES.index("hold")
FOR_STOP_LOSS: Final = PURPOSES.index("stop_loss")
FOR_TAKE_PROFIT: Final = PURPOSES.index("take_profit")
FOR_TRAILING_STOP: Final = PURPOSES.index("trailing_stop")
FOR_BOARD_BREAK: Final = PURPOSES.index("board_break")
FOR_MARGIN_BREACH: Final = PURPOSES.index("margin_breach")

IGNORE: Final = 0
EXTEND: Final = 1
STACK: Final = 2

NONE: Final = -1
"""No slot, no bound on attempts, no price limit, no threshold, no holding period."""
NO_SUM: Final = -(2**62)
"""No money, no number of shares."""
NEVER: Final = 2**62
"""No last row, no planned end."""

NO_FAULT: Final = 0
NO_ROOM: Final = 1
NO_LAW: Final = 2
NO_TAX_LAW: Final = 3
OVERSOLD: Final = 4
