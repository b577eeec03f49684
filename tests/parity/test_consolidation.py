"""Tax lots through a consolidation that leaves remainders: both engines scale them alike, and to the fen as by hand."""

from __future__ import annotations

from datetime import date

from both_engines import assert_parity

from hypebasket.ledger.records import OrderKind, Side
from hypebasket.market.calendar import calendar_of
from hypebasket.plan.intents import Due, Entry, ExitTerms, Plan
from hypebasket.spec.strategy import Overlap
from hypebasket.spec.text import Market
from markets import FEN, market, run

STAR = "688001.SH"
"""A board on which any number of shares from 200 on may be bought and sold."""
JANUARY = calendar_of(Market.XSHG).sessions(date(2024, 1, 3), date(2024, 1, 31))
FEBRUARY = """
    02-01 | 7.00 v30000
    02-02 | 7.00
    02-05 | 6.60 p6.60
    02-06 | 23.10 p23.10
    02-07 | 23.00 p23.00
    02-08 | 23.00
    02-19 | 23.00
"""
# Ex-right prices: 7.00 - 0.40 = 6.60; seven shares into two, 6.60 x 7 / 2 = 23.10; 23.10 - 0.10 = 23.00.
MADE = market(
    "\n".join([f"session | {STAR}", *(f"{day:%m-%d} | 7.00" for day in JANUARY), FEBRUARY.strip()]),
    f"""
    {STAR} 02-05 cash 0.40
    {STAR} 02-06 bonus -0.714286
    {STAR} 02-07 cash 0.10
    """,
)


def entry(event: str, bought: str, sold: str, weight_ppm: int) -> Entry:
    row = {f"{day:%m-%d}": row for row, day in enumerate(MADE.sessions)}
    return Entry(
        event_id=event, symbol=STAR, row=row[bought], kind=OrderKind.OPEN, weight_ppm=weight_ppm, attempts=2,
        window_row=None, price_cap=None, exit=ExitTerms(due=Due(row[sold], at_close=True, purpose="hold")),
    )  # fmt: skip


# 14,010 yuan buy 2,000 shares, 35,012 yuan 5,000: 3,000 at first (a tenth of 30,000), the other 2,000 a day later.
PLAN = Plan(
    entries=(entry("first", "01-04", "02-19", 140_100), entry("second", "02-01", "02-08", 350_140)),
    overlap=Overlap.STACK,
)


def test_lots_of_two_events_are_scaled_and_taxed_alike() -> None:
    """Three lots: 2,000 of 4 January, 3,000 of 1 February, 2,000 of 2 February; 0.40 a share is paid on each.

    Two sevenths, rounded down, leave the first event 571 of 2,000 and the second 1,428 of 5,000: 1,999 of 7,000. Of
    lots, counted from the oldest: 2,000 x 1,999 / 7,000 = 571.1, 5,000 x 1,999 / 7,000 = 1,427.9, so 571, 856, 572.
    A share then carries 800 / 571 = 1.401050, 1,200 / 856 = 1.401869, 800 / 572 = 1.398601, and 0.10 more.

    On 8 February the second event sells 1,428: 571 held since 4 January, more than a month, and all of the second lot
    and one share of the third, held for less: 571 x 1.501050 x 10 % + 856 x 1.501869 x 20 % + 1.498601 x 20 %
    = 85.7100 + 257.1200 + 0.2997 = 343.13. On the 19th the other 571 of the third lot: 571 x 1.498601 x 20 % = 171.14.
    """
    ledger = run(MADE, PLAN)
    assert [(f"{fill.session:%m-%d}", fill.shares) for fill in ledger.fills if fill.side is Side.BUY] == [
        ("01-04", 2000), ("02-01", 3000), ("02-02", 2000),
    ]  # fmt: skip
    assert [item.held + item.shares for item in ledger.entitlements if item.shares] == [571, 1428]
    assert [(f"{tax.session:%m-%d}", tax.shares, tax.cash) for tax in ledger.taxes] == [
        ("02-08", 1428, 343_13), ("02-19", 571, 171_14),
    ]  # fmt: skip
    assert ledger == assert_parity(MADE.panel, PLAN, cash=100_000 * FEN, start=1, stop=len(MADE.sessions))
