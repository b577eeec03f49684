"""Tax on dividends: the mainland's by holding period, first in first out, due at the sale; withholding elsewhere.

All functions are pure. Taxable money is in millionths of a yuan, so that parts of a lot stay exact; tax due is in fen.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from hypebasket.errors import UsageError
from hypebasket.rules.boards import law_of
from hypebasket.rules.tables import amount, find

if TYPE_CHECKING:
    from hypebasket.spec.instrument import Board

__all__ = [
    "Dividend",
    "Lot",
    "close_day",
    "consolidate",
    "dividend_tax_rate",
    "dividend_tax_rates",
    "leaving_part",
    "month_and_year_later",
    "rate_by_holding",
    "receive",
    "tax_due",
    "withheld",
    "withheld_part",
    "withholding_permille",
    "withholding_rate",
]

PERMILLE: Final = 1_000
MICRO_PER_FEN: Final = 10_000


@dataclass(frozen=True, slots=True)
class Dividend:
    """A dividend on all shares of one lot that is not taxed yet: ``taxable`` in millionths of a yuan."""

    record_date: date
    taxable: int


@dataclass(frozen=True, slots=True)
class Lot:
    """Shares that came into the account on one day, and what they have received since."""

    bought: date
    shares: int
    dividends: tuple[Dividend, ...] = ()


def dividend_tax_rate(bought: date, sold: date, record_date: date) -> int:
    """Return the tax on a dividend in permille, by how long the shares were held.

    Months and years are natural ones: what was bought on 8 January and sold on 8 February was held for a month, on
    9 February for longer. Where the later month has no such day, its last one counts: 31 January to 28 February is a
    month (财税〔2012〕85号 and the examples of the clearing house). The record date decides which rates apply.
    """
    if sold < bought:
        raise UsageError(f"sold on {sold}: before it was bought on {bought}", "exchange the days")
    month, year = month_and_year_later(bought)
    return rate_by_holding(sold.toordinal(), month.toordinal(), year.toordinal(), *dividend_tax_rates(record_date))


@lru_cache(maxsize=65536)
def dividend_tax_rates(record_date: date) -> tuple[int, int, int]:
    """Return the rates in permille on a dividend: held up to a month, up to a year, and beyond."""
    short, middle, long = (
        amount(find("CN", "dividend_tax", record_date, held)) for held in ("up_to_a_month", "up_to_a_year", "beyond")
    )
    return short, middle, long


def month_and_year_later(bought: date) -> tuple[date, date]:
    """Return the last days on which shares have been held for no more than a month, and for no more than a year."""
    return _months_later(bought, 1), _months_later(bought, 12)


def rate_by_holding(sold: int, month: int, year: int, short: int, middle: int, long: int) -> int:
    """Return which of three rates applies to what is ``sold`` on a day; days are numbered, or rows of a calendar."""
    return short if sold <= month else middle if sold <= year else long


def leaving_part(taxable: int, leaving: int, shares: int) -> int:
    """Return the part of a lot's untaxed dividend that goes with ``leaving`` of its ``shares``, floored.

    Worked out in two steps so that no product exceeds 64 bits.
    """
    per_share, rest = taxable // shares, taxable % shares
    return per_share * leaving + rest * leaving // shares


def tax_due(permille_micro: int) -> int:
    """Return the tax in fen, half-up, from taxable millionths of a yuan times permille."""
    unit = PERMILLE * MICRO_PER_FEN
    return (permille_micro + unit // 2) // unit


def receive(lots: Sequence[Lot], record_date: date, micro_per_share: int) -> tuple[Lot, ...]:
    """Return the lots after a dividend of ``micro_per_share`` millionths of a yuan, gross, on every share.

    Call it on the lots as they stand at the close of the record date. Bonus shares out of profit (送股) are taxed as a
    dividend of one yuan per new share; those out of reserves (转增) are not. Either kind is a lot of its own, of the
    day it is credited: no source was found that gives it the age of the shares it came from, and the shorter age owes
    more.
    """
    if micro_per_share == 0:
        return tuple(lots)
    return tuple(
        Lot(lot.bought, lot.shares, (*lot.dividends, Dividend(record_date, lot.shares * micro_per_share)))
        for lot in lots
    )


def consolidate(lots: Sequence[Lot], lost: int) -> tuple[Lot, ...]:
    """Return the lots after a consolidation that takes ``lost`` of all their shares; each keeps its day.

    Counted from the oldest, the shares up to the end of each lot are scaled and rounded down: what rounding leaves over
    goes to younger lots, which owe more, and the total is exact. A lot's untaxed dividends stay with what is left of
    it, per share floored to a millionth; with a lot of which nothing is left they lapse.
    """
    before = sum(lot.shares for lot in lots)
    kept: list[Lot] = []
    reached = given = 0
    for lot in lots:
        reached += lot.shares
        shares = reached * (before - lost) // before - given
        given += shares
        if shares:
            rest = (Dividend(paid.record_date, paid.taxable // shares * shares) for paid in lot.dividends)
            kept.append(Lot(lot.bought, shares, tuple(rest)))
    return tuple(kept)


def close_day(lots: Sequence[Lot], day: date, net_change: int) -> tuple[tuple[Lot, ...], int]:
    """Return the lots after the account's net change of one day, and the tax in fen that falls due with it.

    Only the net change counts: shares sold and bought again on one day keep their age. A net sale takes the oldest lots
    first; their dividends are taxed together and rounded half-up once. A part of a lot takes its share of the untaxed
    dividends, floored to a millionth; the rest stays with the rest.
    """
    if net_change >= 0:
        return (*lots, Lot(day, net_change)) if net_change else tuple(lots), 0
    wanted = -net_change
    kept: list[Lot] = []
    due = 0
    for lot in lots:
        leaving = min(wanted, lot.shares)
        wanted -= leaving
        rest: list[Dividend] = []
        for dividend in lot.dividends:
            part = leaving_part(dividend.taxable, leaving, lot.shares) if lot.shares else 0
            if leaving:
                due += part * dividend_tax_rate(lot.bought, day, dividend.record_date)
            rest.append(Dividend(dividend.record_date, dividend.taxable - part))
        if lot.shares > leaving:
            kept.append(Lot(lot.bought, lot.shares - leaving, tuple(rest)))
    if wanted:
        held = sum(lot.shares for lot in lots)
        raise UsageError(f"{-net_change} shares sold on {day}, {held} held", "give at most what is held")
    return tuple(kept), tax_due(due)


def withholding_rate(board: Board, session: date, *who: str) -> int:
    """Return the permille of a cash dividend that is withheld at payment in Hong Kong or the United States.

    ``who``: in Hong Kong the account (hong_kong, stock_connect) and the company (h_share, other); in the United States
    the holder (mainland_china, hong_kong, other). An option: whoever does not ask is paid in full.
    """
    return amount(find(law_of(board), "dividend_withholding", session, *who))


def withheld(board: Board, session: date, dividend: int, holder: str) -> int:
    """Return what is withheld from a ``dividend`` (hundredths) paid to a resident of ``holder``, half-up.

    Nothing on the mainland (its tax falls due at the sale), and nothing for the holder ``none``. A resident of the
    mainland holds Hong Kong through Stock Connect; for others no data tells a company of the mainland (H share) from
    any other there, and the higher of the two rates is taken.
    """
    return withheld_part(dividend, withholding_permille(board, session, holder))


def withholding_permille(board: Board, session: date, holder: str) -> int:
    """Return the rate at which a dividend paid to a resident of ``holder`` is taxed at its payment."""
    law = law_of(board)
    if holder == "none" or law == "CN":
        return 0
    if law == "HK":
        account = "stock_connect" if holder == "mainland_china" else "hong_kong"
        return max(withholding_rate(board, session, account, company) for company in ("h_share", "other"))
    return withholding_rate(board, session, holder)


def withheld_part(dividend: int, permille: int) -> int:
    """Return the part of a dividend that is withheld, half-up."""
    return (dividend * permille + 500) // 1000


def _months_later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
