"""What a test could have seen, against statsmodels and the normal limit."""

from __future__ import annotations

import pytest
from scipy.stats import norm
from statsmodels.stats.power import TTestPower

from hypebasket.stats.power import minimum_detectable_effect, power_of_t


@pytest.mark.parametrize("events", [3, 5, 10, 20, 60])
@pytest.mark.parametrize("effect", [0.01, 0.02, 0.05])
def test_power_agrees_with_statsmodels(events: int, effect: float) -> None:
    deviation = 0.06
    expected = TTestPower().power(effect / deviation, events, 0.05)
    assert power_of_t(effect, deviation / events**0.5, events - 1) == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize("events", [4, 10, 30])
def test_minimum_detectable_effect_agrees_with_statsmodels(events: int) -> None:
    expected = TTestPower().solve_power(nobs=events, alpha=0.05, power=0.8)
    assert minimum_detectable_effect(1 / events**0.5, events - 1) == pytest.approx(expected, abs=1e-6)


def test_many_events_near_the_textbook_rule() -> None:
    """(1.96 + 0.84) standard errors for a two-sided test at 5 % with a power of 80 %."""
    rule = float(norm.isf(0.025) + norm.isf(0.2))
    assert minimum_detectable_effect(0.01, 1_000_000) == pytest.approx(0.01 * rule, rel=1e-4)


def test_the_least_effect_is_found_as_often_as_asked() -> None:
    least = minimum_detectable_effect(0.02, 7, detection=0.9)
    assert power_of_t(least, 0.02, 7) == pytest.approx(0.9)
    assert power_of_t(0.0, 0.02, 7) == pytest.approx(0.05)
