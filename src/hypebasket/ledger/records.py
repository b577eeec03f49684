"""The rows of a ledger. Money is integer fen (cents of the sleeve's currency); prices are integer ticks of a fen."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

__all__ = [
    "OPENING",
    "Charge",
    "ChargeKind",
    "Entitlement",
    "EquityRecord",
    "Fill",
    "Ledger",
    "Order",
    "OrderKind",
    "OrderStatus",
    "Position",
    "Reason",
    "Side",
    "Tax",
]


class Side(StrEnum):
    """Direction of an order."""

    BUY = "buy"
    SELL = "sell"
    SHORT = "short"
    COVER = "cover"


OPENING = (Side.BUY, Side.SHORT)
"""The sides that take a position on; the other two take it off."""


class OrderKind(StrEnum):
    """Which auction the order was made for."""

    OPEN = "open"
    CLOSE = "close"
    QUEUE = "queue"


class OrderStatus(StrEnum):
    """How the order ended."""

    OPEN = "open"
    FILLED = "filled"
    PARTIAL = "partial"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REJECTED = "rejected"


class Reason(StrEnum):
    """Why an order did not fill, or filled in part: the last obstacle it met."""

    LOCKED_LIMIT_UP = "locked_limit_up"
    LOCKED_LIMIT_DOWN = "locked_limit_down"
    SUSPENDED = "suspended"
    NO_BAR = "no_bar"
    DELISTED = "delisted"
    NO_REFERENCE_PRICE = "no_reference_price"
    VOLUME_CAP = "volume_cap"
    CASH = "cash"
    T_PLUS_1 = "t_plus_1"
    LOT = "lot"
    MAX_GAP = "max_gap"
    LIMIT_NOT_REACHED = "limit_not_reached"
    NOT_HELD = "not_held"
    NOT_A_MEMBER = "not_a_member"
    OVERLAP = "overlap"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    RUN_END = "run_end"
    EXIT_DUE = "exit_due"
    SHORT_SALE_RESTRICTION = "short_sale_restriction"


class ChargeKind(StrEnum):
    """What an account pays for holding, not for trading."""

    BORROW = "borrow"
    WITHHOLDING = "withholding"


@dataclass(frozen=True, slots=True)
class Order:
    """One order as it ended; ``created`` is the session of its first attempt, ``money`` (buys, short sales) in fen."""

    order_id: int
    event_id: str
    symbol: str
    side: Side
    created: date
    kind: OrderKind
    money: int | None
    shares: int
    filled: int
    status: OrderStatus
    reason: Reason | None
    attempts: int
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Fill:
    """One execution: price and money in fen."""

    fill_id: int
    order_id: int
    event_id: str
    symbol: str
    session: date
    kind: OrderKind
    side: Side
    shares: int
    price: int
    amount: int
    commission: int
    stamp_duty: int
    transfer_fee: int
    other_fees: int = 0

    @property
    def fees(self) -> int:
        """All costs of the execution, in fen."""
        return self.commission + self.stamp_duty + self.transfer_fee + self.other_fees

    @property
    def cash_flow(self) -> int:
        """Change of cash by the execution, in fen: negative for a buy."""
        signed = -self.amount if self.side in (Side.BUY, Side.COVER) else self.amount
        return signed - self.fees


@dataclass(frozen=True, slots=True)
class Entitlement:
    """A corporate action booked on a holding before the open of its ex-date: shares gained, cash in fen.

    On shares owed all three are negative: what their lender is owed.
    """

    session: date
    symbol: str
    event_id: str
    held: int
    shares: int
    cash: int


@dataclass(frozen=True, slots=True)
class Tax:
    """Dividend tax that fell due because ``shares`` left the account, taken from cash after the close, in fen."""

    session: date
    symbol: str
    shares: int
    cash: int


@dataclass(frozen=True, slots=True)
class Charge:
    """What a holding of ``shares`` (negative: owed) cost before the open of a session, in fen.

    ``borrow``: the loan of shares sold short, since the session before; ``withholding``: the tax withheld from the
    day's dividend.
    """

    session: date
    symbol: str
    kind: ChargeKind
    shares: int
    cash: int


@dataclass(frozen=True, slots=True)
class Position:
    """A holding at the end of a session, in fen; shares and value are negative for shares owed.

    ``close`` is the last close for a suspended name.
    """

    session: date
    symbol: str
    shares: int
    close: int
    market_value: int


@dataclass(frozen=True, slots=True)
class EquityRecord:
    """The sleeve at the end of a session, in fen."""

    session: date
    cash: int
    market_value: int
    equity: int


@dataclass(slots=True)
class Ledger:
    """Everything that happened in one run of one sleeve, in order."""

    currency: str
    initial_cash: int
    orders: list[Order] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)
    entitlements: list[Entitlement] = field(default_factory=list)
    taxes: list[Tax] = field(default_factory=list)
    charges: list[Charge] = field(default_factory=list)
    positions: list[Position] = field(default_factory=list)
    equity: list[EquityRecord] = field(default_factory=list)
