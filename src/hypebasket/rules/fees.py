"""What a trade costs: the broker's commission, duties, levies and fees, in hundredths of the currency.

Fen on the mainland, cents in Hong Kong and the United States. All dues are per order and day: the parts of an order
cost exactly what it would cost in one piece.

``due_rates`` looks the rates of a session up; everything below it is arithmetic over integers that a compiler can take.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from hypebasket.errors import UsageError
from hypebasket.rules.boards import law_of
from hypebasket.rules.tables import Record, find, word
from hypebasket.rules.tables import amount as number

if TYPE_CHECKING:
    from datetime import date

    from hypebasket.spec.instrument import Board

__all__ = [
    "FREE_OF_CHARGE",
    "NO_FEES",
    "Commission",
    "DueRates",
    "Fees",
    "check_commission",
    "commission_due",
    "due_rates",
    "fees",
    "other_dues",
    "proportional",
    "stamp_duty",
    "transfer_fee",
]

MAINLAND: Final = 0
HONG_KONG: Final = 1
UNITED_STATES: Final = 2

WHOLE: Final = 100
"""Hundredths in one unit of a currency."""

PPM: Final = 1_000_000
PPB: Final = 1_000_000_000

NO_BOUND: Final = 1_000_000_000_000_000
"""A fee's maximum, or a commission's cap, where there is none."""


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


class DueRates(NamedTuple):
    """What is charged on a session's trades in one market; a rate the market does not have is 0.

    The functions below take anything with these fields: compiled engines keep records of them.

    Attributes
    ----------
    regime : int
        Mainland 0, Hong Kong 1, United States 2: how the rates are put together.
    commission_cap : int
        Highest legal commission, ppm.
    duty_on_purchase, duty_on_sale, transfer : int
        Millionths of the turnover.
    levy_1, levy_2, levy_3, trading, settlement, section_31 : int
        Billionths of the turnover.
    tariff, settlement_minimum, settlement_maximum, activity_maximum : int
        Cents per trade.
    activity : int
        Millionths of a dollar per share sold.
    """

    regime: int
    commission_cap: int
    duty_on_purchase: int = 0
    duty_on_sale: int = 0
    transfer: int = 0
    levy_1: int = 0
    levy_2: int = 0
    levy_3: int = 0
    trading: int = 0
    tariff: int = 0
    settlement: int = 0
    settlement_minimum: int = 0
    settlement_maximum: int = NO_BOUND
    section_31: int = 0
    activity: int = 0
    activity_maximum: int = 0


FREE_OF_CHARGE: Final = DueRates(MAINLAND, NO_BOUND)


@lru_cache(maxsize=65536)
def due_rates(board: Board, session: date) -> DueRates:
    """Return the rates in force on ``session``; a gap in a table raises."""
    law = law_of(board)
    cap = word(find(law, "commission_cap", session))
    highest = NO_BOUND if cap == "none" else int(cap)
    if law == "CN":
        return DueRates(
            MAINLAND,
            highest,
            duty_on_purchase=number(find(law, "stamp_duty", session, "buy")),
            duty_on_sale=number(find(law, "stamp_duty", session, "sell")),
            transfer=number(find(law, "transfer_fee", session, board)),
        )
    if law == "HK":
        exchange, clearing = (_terms(find(law, subject, session)) for subject in ("trading_fee", "settlement_fee"))
        return DueRates(
            HONG_KONG,
            highest,
            duty_on_purchase=number(find(law, "stamp_duty", session, "buy")),
            duty_on_sale=number(find(law, "stamp_duty", session, "sell")),
            levy_1=number(find(law, "levy", session, "sfc")),
            levy_2=number(find(law, "levy", session, "afrc")),
            levy_3=number(find(law, "levy", session, "investor_compensation")),
            trading=exchange["rate"],
            tariff=exchange["tariff"],
            settlement=clearing["rate"],
            settlement_minimum=clearing.get("minimum", 0),
            settlement_maximum=clearing.get("maximum", NO_BOUND),
        )
    activity = _terms(find(law, "trading_activity_fee", session))
    return DueRates(
        UNITED_STATES,
        highest,
        section_31=number(find(law, "section_31", session)),
        activity=activity["per_share"],
        activity_maximum=activity["maximum"],
    )


def check_commission(rates: DueRates, commission: Commission, session: date) -> None:
    """Raise if the broker's rate is above what the law of ``session`` allows."""
    if commission.rate_ppm > rates.commission_cap:
        raise UsageError(
            f"commission of {commission.rate_ppm} ppm: above the legal cap of {rates.commission_cap} ppm on {session}",
            f"write at most {rates.commission_cap}",
        )


def proportional(turnover: int, rate: int, per: int = PPM) -> int:
    """Return ``rate`` millionths (or parts of ``per``) of a turnover in hundredths, half-up to a hundredth."""
    return (turnover * rate + per // 2) // per


def commission_due(turnover: int, rate_ppm: int, minimum: int) -> int:
    """Return the commission on all that one order has traded in one day; nothing traded costs nothing."""
    return max(minimum, proportional(turnover, rate_ppm)) if turnover else 0


def stamp_duty(rates: DueRates, is_buy: bool, turnover: int) -> int:
    """Return the duty on all that one order has traded in one day; Hong Kong's is rounded up to the dollar."""
    duty = rates.duty_on_purchase if is_buy else rates.duty_on_sale
    if rates.regime == HONG_KONG:
        return -(-(turnover * duty) // (PPM * WHOLE)) * WHOLE
    return proportional(turnover, duty)


def transfer_fee(rates: DueRates, turnover: int) -> int:
    """Return the mainland's transfer fee on all that one order has traded in one day."""
    return proportional(turnover, rates.transfer)


def other_dues(rates: DueRates, is_buy: bool, turnover: int, shares: int) -> int:
    """Return levies, trading and settlement fees on all that one order has traded in one day."""
    if turnover == 0 or rates.regime == MAINLAND:
        return 0
    if rates.regime == HONG_KONG:
        levies = (
            proportional(turnover, rates.levy_1, PPB)
            + proportional(turnover, rates.levy_2, PPB)
            + proportional(turnover, rates.levy_3, PPB)
        )
        settlement = max(proportional(turnover, rates.settlement, PPB), rates.settlement_minimum)
        return (
            levies
            + proportional(turnover, rates.trading, PPB)
            + rates.tariff
            + min(settlement, rates.settlement_maximum)
        )
    if is_buy:
        return 0
    # millionths of a dollar per share are ten-thousandths of a cent
    activity = min(-(-(shares * rates.activity) // 10_000), rates.activity_maximum)
    return -(-(turnover * rates.section_31) // PPB) + activity


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
    rates = due_rates(board, session)
    check_commission(rates, commission, session)
    if shares is None and not is_buy and rates.regime == UNITED_STATES:
        raise UsageError(
            f"sale in the United States on {session}: the trading activity fee is charged per share",
            "say how many shares were sold",
        )
    turnover, total = turnover_today + amount, shares_today + (shares or 0)
    due = commission_due(turnover, commission.rate_ppm, commission.minimum)
    return Fees(
        max(0, due - paid_today),
        stamp_duty(rates, is_buy, turnover) - stamp_duty(rates, is_buy, turnover_today),
        transfer_fee(rates, turnover) - transfer_fee(rates, turnover_today),
        other_dues(rates, is_buy, turnover, total) - other_dues(rates, is_buy, turnover_today, shares_today),
    )


def _terms(record: Record) -> Mapping[str, int]:
    assert isinstance(record.value, Mapping), record
    return record.value
