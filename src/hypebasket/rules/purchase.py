"""How many shares a sum of money buys, or stands behind the short sale of; arithmetic that compiled code runs too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypebasket.rules.fees import commission_due, other_dues, stamp_duty, transfer_fee
from hypebasket.rules.lots import largest_child, largest_lot

if TYPE_CHECKING:
    from hypebasket.rules.fees import DueRates

__all__ = ["affordable", "cost_of_order", "cost_of_purchase"]


def cost_of_order(amount: int, shares: int, rates: DueRates, rate_ppm: int, least: int, is_buy: bool) -> int:
    """Return what one order takes: its amount, commission (``least``: its minimum) and dues, in hundredths."""
    charged = commission_due(amount, rate_ppm, least)
    dues = stamp_duty(rates, is_buy, amount) + transfer_fee(rates, amount) + other_dues(rates, is_buy, amount, shares)
    return amount + charged + dues


def cost_of_purchase(
    shares: int,
    price: int,
    minimum: int,
    step: int,
    maximum: int,
    rates: DueRates,
    rate_ppm: int,
    least: int,
    charged: bool,
    is_buy: bool,
) -> int:
    """Return what ``shares`` cost at ``price``, split into orders of at most ``maximum``; without fees unless charged.

    Every child of a split order pays its own minimum commission.
    """
    if not charged:
        return shares * price
    total = 0
    while shares:
        part = largest_child(shares, maximum, minimum, step)
        total += cost_of_order(part * price, part, rates, rate_ppm, least, is_buy)
        shares -= part
    return total


def affordable(
    money: int,
    price: int,
    minimum: int,
    step: int,
    maximum: int,
    rates: DueRates,
    rate_ppm: int,
    least: int,
    charged: bool,
    is_buy: bool,
) -> int:
    """Return the largest legal number of shares that ``money`` buys, or stands behind the short sale of; 0 if none.

    Fees are included.
    """
    if money <= 0:
        return 0
    shares = largest_lot(money // price, minimum, step)
    while shares:
        cost = cost_of_purchase(shares, price, minimum, step, maximum, rates, rate_ppm, least, charged, is_buy)
        if cost <= money:
            break
        shares = largest_lot(shares - max(1, -((money - cost) // price)), minimum, step)
    # The fees shrank with the order, so that a little more may fit again.
    while True:
        larger = shares + step if shares else minimum
        if larger * price > money:
            return shares
        cost = cost_of_purchase(larger, price, minimum, step, maximum, rates, rate_ppm, least, charged, is_buy)
        if cost > money:
            return shares
        shares = larger
