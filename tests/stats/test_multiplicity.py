"""Adjusted p-values: a published example, and other packages."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import false_discovery_control
from statsmodels.stats.multitest import multipletests

from hypebasket.stats.multiplicity import benjamini_hochberg, holm

# Benjamini and Hochberg (1995), section 4: the 15 comparisons of the thrombolysis trial of Neuhaus et al. (1992).
# Bonferroni rejects the first three at 5 %, their procedure the first four.
TRIAL = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0,
]  # fmt: skip


def test_the_example_of_the_1995_paper() -> None:
    assert [p <= 0.05 for p in benjamini_hochberg(TRIAL)] == [True] * 4 + [False] * 11
    assert [p <= 0.05 for p in holm(TRIAL)] == [True] * 3 + [False] * 12
    assert benjamini_hochberg(TRIAL)[3] == pytest.approx(0.0095 * 15 / 4)


Chances = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=40)


@settings(max_examples=40, deadline=None)
@given(Chances)
def test_other_packages_agree(p_values: list[float]) -> None:
    assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1].tolist(), abs=1e-12)
    assert benjamini_hochberg(p_values) == pytest.approx(
        multipletests(p_values, method="fdr_bh")[1].tolist(), abs=1e-12
    )
    assert benjamini_hochberg(p_values) == pytest.approx(false_discovery_control(p_values).tolist(), abs=1e-12)


@given(Chances, st.integers(0, 5))
def test_tests_that_were_not_made_do_not_count(p_values: list[float], blanks: int) -> None:
    with_blanks = [None] * blanks + p_values + [None]
    for adjust in (holm, benjamini_hochberg):
        assert adjust(with_blanks)[blanks:-1] == adjust(p_values)
        assert adjust(with_blanks)[:blanks] == [None] * blanks


@given(Chances)
def test_adjusted_values_keep_the_order_and_are_never_smaller(p_values: list[float]) -> None:
    for adjust in (holm, benjamini_hochberg):
        adjusted = np.array(adjust(p_values))
        assert (adjusted >= np.array(p_values) - 1e-15).all()
        assert (np.diff(adjusted[np.argsort(p_values, kind="stable")]) >= -1e-15).all()
