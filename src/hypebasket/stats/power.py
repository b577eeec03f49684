"""What a test could have seen: the power of a t test, and the smallest effect it finds often enough."""

from __future__ import annotations

__all__ = ["DETECTION", "LEVEL", "minimum_detectable_effect", "power_of_t"]

LEVEL = 0.05
DETECTION = 0.80
"""How often an effect of the minimum detectable size would have been found."""


def power_of_t(effect: float, standard_error: float, dof: float, *, level: float = LEVEL) -> float:
    """Return how often a two-sided t test at ``level`` rejects when the mean is ``effect``.

    The square of a noncentral t is a noncentral F, whose distribution is the better behaved far from zero.
    """
    from scipy.special import ncfdtr, stdtrit

    critical = float(stdtrit(dof, 1.0 - level / 2.0))
    return 1.0 - float(ncfdtr(1.0, dof, (effect / standard_error) ** 2, critical**2))


def minimum_detectable_effect(
    standard_error: float, dof: float, *, level: float = LEVEL, detection: float = DETECTION
) -> float:
    """Return the smallest mean that a two-sided t test at ``level`` finds in a share ``detection`` of samples.

    In units of ``standard_error``, that of the mean; ``dof`` are the test's degrees of freedom, 1 or more.
    """
    from scipy.optimize import brentq

    def short(shift: float) -> float:
        return power_of_t(shift, 1.0, dof, level=level) - detection

    high = 1.0
    while short(high) < 0.0:
        high *= 2.0
    return standard_error * float(brentq(short, 0.0, high, xtol=1e-12))
