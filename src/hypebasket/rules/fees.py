"""What a trade costs: the broker's commission, duties, levies and fees, in hundredths of the currency.

Fen on the mainland, cents in Hong Kong and the United States. All dues are per order and day: the parts of an order
cost exactly what it would cost in one piece.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from hypebasket.errors import UsageError
from hypebasket.rules.boards import law_of
from hypebasket.rules.tables import Record, find, word
from hypebasket.rules.tables import amount as number

if TYPE_CHECKING:
    from datetime import date

    from hypebasket.spec.instrument import Board

__all__ = ["NO_FEES", "Commission", "Fees", "commission_due", "fees", "proportional"]

LEVIES: Final = ("sfc", "afrc", "investor_compensation")
WHOLE: Final = 100
"""Hundredths in one unit of a currency."""


@dataclass(frozen=True, slots=True)
class Commission:
    """A broker's terms: ``rate_ppm`` of the turnover, at least ``minimum`` hundredths per order and day.

    A-shares: handling and regulatory fees are inside it, and the default rate is usual from 2015 on.
    """

    rate_ppm: int = 250
    minimum: int = 500

    def __post_init__(self) -> None:
        if self.rate_ppm < 0 or self.minimum < 0:
            raise UsageError(f"commission of {self.rate_ppm} ppm, minimum {self.minimum} fen: below zero", "write 0")


@dataclass(frozen=True, slots=True)
class Fees:
    """The costs of one execution, in hundredths of the currency.

    ``transfer_fee`` is the mainland's; levies, trading and settlement fees elsewhere are in ``other``.
    """

    commission: int
    stamp_duty: int
    transfer_fee: int
    other: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.commission + self.stamp_duty + self.transfer_fee + self.other


NO_FEES: Final = Fees(0, 0, 0)


class _Trade(NamedTuple):
    """What one order has traded in one session up to a moment."""

    board: Board
    session: date
    is_buy: bool
    turnover: int
    shares: int | None


class _Dues(NamedTuple):
    stamp_duty: int = 0
    transfer_fee: int = 0
    other: int = 0


def proportional(turnover: int, rate: int, per: int = 1_000_000) -> int:
    """Return ``rate`` millionths (or parts of ``per``) of a turnover in hundredths, half-up to a hundredth."""
    return (turnover * rate + per // 2) // per


def commission_due(turnover: int, rate_ppm: int, minimum: int) -> int:
    """Return the commission on all that one order has traded in one day; nothing traded costs nothing."""
    return max(minimum, proportional(turnover, rate_ppm)) if turnover else 0


def fees(
    board: Board,
    session: date,
    is_buy: bool,
    amount: int,
    commission: Commission,
    *,
    paid_today: int = 0,
    turnover_today: int = 0,
    shares: int | None = None,
    shares_today: int = 0,
) -> Fees:
    """Return what an execution of ``amount`` adds to the costs of its order on that day.

    Parameters
    ----------
    amount : int
        Price times shares of this execution: fen, or cents of Hong Kong or the United States.
    paid_today : int
        Commission that earlier executions of the same order have paid on this day.
    turnover_today : int
        Their amounts together. The parts of an order then cost exactly what it would cost in one piece.
    shares : int or None
        Shares of this execution; a sale in the United States needs them, nothing else does.
    shares_today : int
        Shares of the earlier executions of the same order on this day.

    Notes
    -----
    Where a notice says "per trade" (Hong Kong's stamp duty rounded up to the dollar, tariff and settlement bounds;
    the maximum of the trading activity fee), a trade is what one order does in one session, as on a contract note.
    """
    law = law_of(board)
    _check_rate(find(law, "commission_cap", session), session, commission)
    turnover = turnover_today + amount
    due = commission_due(turnover, commission.rate_ppm, commission.minimum)
    total = None if shares is None else shares_today + shares
    now = _DUES_UNDER[law](_Trade(board, session, is_buy, turnover, total))
    before = _Dues()
    if turnover_today:
        before = _DUES_UNDER[law](_Trade(board, session, is_buy, turnover_today, shares_today))
    return Fees(
        max(0, due - paid_today),
        now.stamp_duty - before.stamp_duty,
        now.transfer_fee - before.transfer_fee,
        now.other - before.other,
    )


def _check_rate(record: Record, session: date, commission: Commission) -> None:
    cap = word(record)
    if cap != "none" and commission.rate_ppm > int(cap):
        raise UsageError(
            f"commission of {commission.rate_ppm} ppm: above the legal cap of {cap} ppm on {session}",
            f"write at most {cap}",
        )


def _side(trade: _Trade) -> str:
    return "buy" if trade.is_buy else "sell"


def _mainland(trade: _Trade) -> _Dues:
    duty = number(find("CN", "stamp_duty", trade.session, _side(trade)))
    transfer = number(find("CN", "transfer_fee", trade.session, trade.board))
    return _Dues(proportional(trade.turnover, duty), proportional(trade.turnover, transfer))


def _hong_kong(trade: _Trade) -> _Dues:
    duty = number(find("HK", "stamp_duty", trade.session, _side(trade)))
    levies = sum(_billionths(trade, number(find("HK", "levy", trade.session, levy))) for levy in LEVIES)
    exchange = _terms(find("HK", "trading_fee", trade.session))
    clearing = _terms(find("HK", "settlement_fee", trade.session))
    if not trade.turnover:
        return _Dues()
    settlement = max(_billionths(trade, clearing["rate"]), clearing.get("minimum", 0))
    settlement = min(settlement, clearing.get("maximum", settlement))
    trading = _billionths(trade, exchange["rate"]) + exchange["tariff"]
    whole_dollars = _up(trade.turnover * duty, 1_000_000 * WHOLE)
    return _Dues(stamp_duty=whole_dollars * WHOLE, other=levies + trading + settlement)


def _united_states(trade: _Trade) -> _Dues:
    section_31 = number(find("US", "section_31", trade.session))
    activity = _terms(find("US", "trading_activity_fee", trade.session))
    if trade.is_buy:
        return _Dues()
    if trade.shares is None:
        raise UsageError(
            f"sale in the United States on {trade.session}: the trading activity fee is charged per share",
            "say how many shares were sold",
        )
    # millionths of a dollar per share are ten-thousandths of a cent
    per_share = min(_up(trade.shares * activity["per_share"], 10_000), activity["maximum"])
    return _Dues(other=_up(trade.turnover * section_31, 1_000_000_000) + per_share)


def _billionths(trade: _Trade, rate: int) -> int:
    return proportional(trade.turnover, rate, 1_000_000_000)


def _up(numerator: int, denominator: int) -> int:
    return -(-numerator // denominator)


def _terms(record: Record) -> Mapping[str, int]:
    assert isinstance(record.value, Mapping), record
    return record.value


_DUES_UNDER: Final[dict[str, Callable[[_Trade], _Dues]]] = {
    "CN": _mainland,
    "HK": _hong_kong,
    "US": _united_states,
}
