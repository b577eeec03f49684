"""The course of an event: breadth of limit-ups, spread of returns, divergence, and the break of a board."""

from __future__ import annotations

from fractions import Fraction

import pytest

from hypebasket.plan.lifecycle import breadth, break_of_board, divergence_row, spread
from hypebasket.plan.past import PastView
from hypebasket.spec.strategy import Divergence
from markets import HandMadeMarket, market

A, B, C, D = (f"60000{number}.SH" for number in range(1, 5))


def of_four(*lines: str) -> HandMadeMarket:
    return market("\n".join(["session | 600001.SH | 600002.SH | 600003.SH | 600004.SH", *lines]))


CLIMAX = of_four(
    "01-03 | 10.00 | 10.00 | 10.00 | 10.00",
    "01-04 | 11.00 | 11.00 | 10.50 | 10.30",  # 2 of 4 sealed; spread 3.08 %
    "01-05 | 10.80 | 10.80 | 10.70 | 10.60",  # none; spread 0.83 %
    "01-08 | 11.20 | 10.60 | 10.60 | 10.40",  # none; spread 3.00 %
    "01-09 | 11.20 | 10.60 | 10.60 | 10.40",
)


def row(made: HandMadeMarket, *, first: int = 1, fall: float = 0.5, stop: int | None = None) -> int | None:
    terms = Divergence(breadth_fall=fall)
    return divergence_row(made.panel, (A, B, C, D), terms, base=0, first=first, stop=stop or len(made.sessions))


def test_breadth_counts_names_that_traded() -> None:
    made = of_four("01-03 | 10.00 | 10.00 | 10.00 | 10.00", "01-04 | 11.00 | S | 10.50 | 11.00 10.90")
    past = PastView(made.panel, 2)
    assert breadth(past, (A, B, C, D), 1) == Fraction(1, 3)
    assert breadth(past, (B,), 1) == 0
    assert breadth(past, (), 1) == 0


def test_spread_is_the_population_deviation() -> None:
    """10, 10, 5, 3 %: mean 7, squares 9 + 9 + 4 + 16 = 38, / 4 = 9.5, root 3.082207 %."""
    assert spread([1.10, 1.10, 1.05, 1.03]) == 30_822
    assert spread([1.5]) == spread([]) == 0


def test_both_signs_are_needed() -> None:
    assert row(CLIMAX) == 3  # on 01-05 breadth fell while the spread narrowed


def test_it_is_judged_from_the_entry_session_on_with_the_peak_since_the_base() -> None:
    assert row(CLIMAX, first=3) == 3
    assert row(CLIMAX, first=4) is None  # 01-09: the spread is what it was


def test_what_comes_later_plays_no_part() -> None:
    assert row(CLIMAX, stop=4) == 3
    assert row(CLIMAX, stop=3) is None


def test_without_a_limit_up_there_is_no_peak_to_fall_from() -> None:
    calm = of_four(
        "01-03 | 10.00 | 10.00 | 10.00 | 10.00",
        "01-04 | 10.50 | 10.00 | 10.00 | 10.00",
        "01-05 | 10.90 | 9.50 | 10.00 | 10.00",
    )
    assert row(calm) is None


FALLING = of_four(
    "01-03 | 10.00 | 10.00 | 10.00 | 10.00",
    "01-04 | 11.00 | 11.00 | 11.00 | 11.00",  # 4 of 4
    "01-05 | 12.10 | 12.10 | 12.10 | 11.50",  # 3 of 4 = a quarter less, wider
    "01-08 | 13.31 | 13.31 | 12.50 | 11.50",  # 2 of 4 = half, wider
    "01-09 | 14.64 | 13.50 | 12.50 | 11.00",  # 1 of 4, wider
    "01-10 | 15.00 | 13.50 | 12.50 | 10.50",  # 0 of 4, wider
)


@pytest.mark.parametrize(
    ("fall", "expected"), [(0.2, 2), (0.25, 2), (0.26, 3), (0.5, 3), (0.75, 4), (0.9, 5), (1.0, 5)]
)
def test_the_fall_is_exact(fall: float, expected: int) -> None:
    """At exactly the fraction it counts; fractions are no floats: 1 - 0.9 of them would be less than 0.1."""
    assert row(FALLING, fall=fall) == expected


def test_a_tenth_left_is_a_fall_of_nine_tenths() -> None:
    symbols = tuple(f"6000{number:02}.SH" for number in range(1, 11))
    lines = ["01-03 | " + " | ".join(["10.00"] * 10), "01-04 | " + " | ".join(["11.00"] * 10)]
    lines.append("01-05 | 12.10 | " + " | ".join(["11.50"] * 9))
    made = market("\n".join(["session | " + " | ".join(symbols), *lines]))
    terms = Divergence(breadth_fall=0.9)
    assert divergence_row(made.panel, symbols, terms, base=0, first=1, stop=3) == 2


def test_break_of_board() -> None:
    """Locked on 01-04, suspended, locked on 01-08, opened at the limit and traded below it on 01-09."""
    made = market("""
        session | 600001.SH
        01-03   | 10.00
        01-04   | 11.00
        01-05   | S
        01-08   | 12.10
        01-09   | 13.31 13.31 13.30 13.31
        01-10   | 13.00
    """)
    assert break_of_board(made.panel, A, first=1, stop=6) == 4
    assert break_of_board(made.panel, A, first=1, stop=4) is None
    assert break_of_board(made.panel, A, first=5, stop=6) == 5
