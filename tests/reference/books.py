"""What the reference writes down: orders, holdings, lots, fills, entitlements, taxes, charges."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from law import Auction
from tape import End, Leave


@dataclass
class Order:
    """An order and how it stands."""

    number: int
    event: str
    symbol: str
    enters: bool
    auction: Auction
    purpose: str
    created: int
    money: Decimal | None = None
    wanted: int | None = None
    attempts: int = 0
    filled: int = 0
    spent: Decimal = Decimal(0)
    status: str = "open"
    reason: str = ""
    most_attempts: int | None = None
    last: int | None = None
    cap: Decimal | None = None

    @property
    def works(self) -> bool:
        return self.status == "open"

    def end(self, status: str, reason: str = "") -> None:
        """End it; a part filled makes it partial, a reason given stands only where no obstacle was met."""
        self.status = "partial" if self.filled and status != "filled" else status
        self.reason = "" if status == "filled" else (self.reason or reason)

    def give_way(self) -> None:
        """End a purchase whose position is due or leaving: the rest of a part filled ends for that reason."""
        self.reason = "exit_due" if self.filled else self.reason
        self.end("expired", "exit_due")


@dataclass
class Holding:
    """Shares of one name that one event owns, or owes; ``best`` is the best close since the first fill, 0 for none."""

    event: str
    symbol: str
    leave: Leave
    end: End | None
    shares: int = 0
    entry_price: Decimal = Decimal(0)
    best: Decimal = Decimal(0)
    leaving: str = ""


@dataclass
class Lot:
    """Shares bought net on one day, and the cash each has received since."""

    day: date
    shares: int
    cash: Decimal = Decimal(0)


@dataclass(frozen=True)
class Fill:
    session: date
    symbol: str
    event: str
    auction: str
    side: str
    shares: int
    price: Decimal
    amount: Decimal
    commission: Decimal
    stamp_duty: Decimal
    other_fees: Decimal


@dataclass(frozen=True)
class Entitlement:
    session: date
    symbol: str
    event: str
    held: int
    shares: int
    cash: Decimal


@dataclass(frozen=True)
class Tax:
    session: date
    symbol: str
    shares: int
    cash: Decimal


@dataclass(frozen=True)
class Charge:
    """What shares (negative: owed) cost before the open."""

    session: date
    symbol: str
    kind: str
    shares: int
    cash: Decimal


@dataclass
class Books:
    """Everything that happened."""

    orders: list[Order] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)
    entitlements: list[Entitlement] = field(default_factory=list)
    taxes: list[Tax] = field(default_factory=list)
    charges: list[Charge] = field(default_factory=list)
    equity: list[tuple[date, Decimal, Decimal]] = field(default_factory=list)
