"""The law's own functions, made known to the compiler."""

from __future__ import annotations

from hypebasket.engine.sweep.compiler import jitable
from hypebasket.rules.dividend_tax import leaving_part, rate_by_holding, tax_due, withheld_part
from hypebasket.rules.entitlements import entitlement
from hypebasket.rules.fees import commission_due, other_dues, proportional, stamp_duty, transfer_fee
from hypebasket.rules.limit_days import close_fill_price, open_fill_price, queue_fill_price
from hypebasket.rules.lots import exact_sale, largest_child, largest_lot, sale_lot
from hypebasket.rules.purchase import affordable, cost_of_order, cost_of_purchase
from hypebasket.rules.short_sale import loan_cost, margin_required

__all__ = [
    "affordable",
    "close_fill_price",
    "commission_due",
    "entitlement",
    "exact_sale",
    "largest_child",
    "largest_lot",
    "leaving_part",
    "loan_cost",
    "margin_required",
    "open_fill_price",
    "other_dues",
    "queue_fill_price",
    "rate_by_holding",
    "stamp_duty",
    "tax_due",
    "transfer_fee",
    "withheld_part",
]

for function in (
    affordable,
    close_fill_price,
    commission_due,
    cost_of_order,
    cost_of_purchase,
    entitlement,
    exact_sale,
    largest_child,
    largest_lot,
    leaving_part,
    loan_cost,
    margin_required,
    open_fill_price,
    other_dues,
    proportional,
    queue_fill_price,
    rate_by_holding,
    sale_lot,
    stamp_duty,
    tax_due,
    transfer_fee,
    withheld_part,
):
    jitable(function)
