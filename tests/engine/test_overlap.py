"""What a later event does to a position of an earlier one: ends that move, and orders that came too late."""

from __future__ import annotations

from typing import Any

import pytest

from hypebasket.ledger.records import Ledger, OrderKind, Reason, Side
from hypebasket.plan.intents import Due, Entry, ExitTerms, Plan
from hypebasket.spec.strategy import Overlap
from markets import market, run

A = "600001.SH"
MADE = market("""
    session | 600001.SH
    01-03   | 10.00
    01-04   | 10.00
    01-05   | 10.00
    01-08   | 10.00
    01-09   | 10.00
    01-10   | 10.00
    01-11   | 10.00
""")


def entry(event: str, row: int, **given: Any) -> Entry:
    terms = {"attempts": 1, "window_row": None, "price_cap": None, "exit": ExitTerms()} | given
    return Entry(event_id=event, symbol=A, row=row, kind=OrderKind.OPEN, weight_ppm=400_000, **terms)


def played(*entries: Entry, overlap: Overlap = Overlap.EXTEND) -> Ledger:
    return run(MADE, Plan(entries=entries, overlap=overlap))


def sold_on(ledger: Ledger) -> list[str]:
    return [f"{fill.session:%m-%d} {fill.kind}" for fill in ledger.fills if fill.side is Side.SELL]


def close(row: int) -> ExitTerms:
    return ExitTerms(due=Due(row, at_close=True, purpose="hold"))


def open_(row: int) -> ExitTerms:
    return ExitTerms(due=Due(row, at_close=False, purpose="next_event"))


NEVER = ExitTerms()


@pytest.mark.parametrize(
    ("first", "second", "sold"),
    [
        (close(3), close(5), ["01-10 close"]),  # moved to the later one
        (close(5), close(3), ["01-10 close"]),  # never to a sooner one
        (open_(4), close(3), ["01-09 open"]),
        (close(3), open_(4), ["01-09 open"]),
        (close(4), open_(4), ["01-09 close"]),  # on one session the close is later than the open
        (open_(4), NEVER, []),  # no planned end outlasts every other
        (NEVER, close(4), []),
        (ExitTerms(hold_sessions=3), ExitTerms(hold_sessions=3), ["01-09 close"]),  # from the second's planned session
    ],
)
def test_extend_moves_the_planned_end_to_the_later_one(first: ExitTerms, second: ExitTerms, sold: list[str]) -> None:
    """The first enters on row 1, the second would on row 2 (01-05); row 3 is 01-08, 4 is 01-09, 5 is 01-10."""
    ledger = played(entry("one", 1, exit=first), entry("two", 2, exit=second))
    assert sold_on(ledger) == sold
    assert [order.reason for order in ledger.orders if order.event_id == "two"] == [Reason.OVERLAP]


def test_a_position_leaving_at_the_same_open_is_not_extended() -> None:
    ledger = played(entry("one", 1, exit=open_(2)), entry("two", 2, exit=close(5)))
    assert sold_on(ledger) == ["01-05 open"]
    assert [order.reason for order in ledger.orders if order.event_id == "two"] == [Reason.OVERLAP]


def test_ignore_moves_nothing() -> None:
    ledger = played(entry("one", 1, exit=close(3)), entry("two", 2, exit=close(5)), overlap=Overlap.IGNORE)
    assert sold_on(ledger) == ["01-08 close"]


def test_of_a_term_from_the_fill_and_another_end_the_sooner_holds() -> None:
    """Three sessions from the fill on 01-04 would end on 01-08; the next event opens on 01-05."""
    both = ExitTerms(hold_sessions=3, due=Due(2, at_close=False, purpose="next_event"))
    assert sold_on(played(entry("one", 1, exit=both))) == ["01-05 open"]
    later = ExitTerms(hold_sessions=3, due=Due(5, at_close=False, purpose="next_event"))
    assert sold_on(played(entry("one", 1, exit=later))) == ["01-08 close"]


@pytest.mark.parametrize("end", [open_(2), open_(1), close(1)])
def test_what_is_over_before_its_purchase_is_not_bought(end: ExitTerms) -> None:
    ledger = played(entry("one", 2, exit=end))
    assert not ledger.fills
    assert [(order.reason, order.attempts) for order in ledger.orders] == [(Reason.EXIT_DUE, 0)]


def test_what_is_due_at_the_close_of_its_purchase_is_bought() -> None:
    assert sold_on(played(entry("one", 2, exit=close(2)))) == ["01-08 open"]  # T+1


def test_stacked_positions_leave_first_in_first_out() -> None:
    """Both are due at the open of 01-09, where 10 % of the volume serves 3,000 shares: the older goes first."""
    thin = market("""
        session | 600001.SH
        01-03   | 10.00
        01-04   | 10.00
        01-05   | 10.00
        01-08   | 10.00
        01-09   | 10.00 v30000
        01-10   | 10.00
    """)
    entries = (entry("one", 1, exit=open_(4)), entry("two", 2, exit=open_(4)))
    ledger = run(thin, Plan(entries=entries, overlap=Overlap.STACK))
    sold = [(f"{fill.session:%m-%d}", fill.event_id, fill.shares) for fill in ledger.fills if fill.side is Side.SELL]
    # one: 40,000.00 -> 3,900 shares; two: 0.4 of 99,989.61 = 39,995.84 -> 3,900; cash is left for both
    assert sold == [("01-09", "one", 3_000), ("01-10", "one", 900), ("01-10", "two", 3_900)]
