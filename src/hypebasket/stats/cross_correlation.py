"""How far name-events move together: the mean correlation of their abnormal returns.

Two names struck by the same event share every session of the window; names of two events whose windows overlap share
some; others none, and count with zero (Kolari and Pynnönen 2010; Kolari, Pape and Pynnönen 2018 for partial overlap).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from hypebasket.stats.performance import Floats

__all__ = ["blocks_of_overlap", "mean_cross_correlation", "window_overlap"]

FEWEST_COMMON = 10
"""Sessions two estimation windows must share before their correlation says anything."""


def window_overlap(starts: npt.NDArray[np.int64], length: int) -> Floats:
    """Return the share of sessions that windows of ``length`` sessions have in common, ``(n, n)``; 1 on the diagonal.

    ``starts``, ``(n,)``: the first session of each, as rows of one calendar.
    """
    apart = np.abs(starts[:, None] - starts[None, :])
    shared: Floats = np.clip(length - apart, 0, None) / length
    return shared


def blocks_of_overlap(starts: npt.NDArray[np.int64], length: int) -> npt.NDArray[np.int64]:
    """Return the block of each window, ``(n,)``: those that hang together by common sessions; numbered in time."""
    order = np.argsort(starts, kind="stable")
    fresh = np.concatenate([[0], np.diff(starts[order]) >= length]).astype(np.int64)
    blocks = np.empty(len(starts), dtype=np.int64)
    blocks[order] = np.cumsum(fresh)
    return blocks


def mean_cross_correlation(residuals: Floats, overlap: Floats) -> float:
    """Return the mean, over all pairs of different name-events, of their correlation times their windows' overlap.

    Parameters
    ----------
    residuals : (n, n_sessions)
        Abnormal returns of the estimation windows, each on the session of the calendar it belongs to; NaN elsewhere.
    overlap : (n, n)
        Share of common sessions of the event windows (see ``window_overlap``); pairs with 0 are not correlated.
    """
    n = len(residuals)
    if n < 2:
        return 0.0
    total = 0.0
    for group in _groups(overlap):
        if len(group) > 1:
            correlation = _correlation(residuals[group])
            np.fill_diagonal(correlation, 0.0)
            total += float((correlation * overlap[np.ix_(group, group)]).sum())
    return total / (n * (n - 1))


def _groups(overlap: Floats) -> list[npt.NDArray[np.int64]]:
    """Return the groups that hang together by overlap: only inside one a correlation can count."""
    touches = overlap > 0.0
    labels = np.arange(len(overlap))
    while True:
        lower = np.where(touches, labels[None, :], len(overlap)).min(axis=1)
        if (lower == labels).all():
            return [np.flatnonzero(labels == label) for label in np.unique(labels)]
        labels = lower


def _correlation(residuals: Floats) -> Floats:
    """Return the correlation of every pair over its common sessions, ``(n, n)``; 0 where there are too few."""
    here = ~np.isnan(residuals)
    residuals, here = residuals[:, here.any(axis=0)], here[:, here.any(axis=0)]
    centred = np.where(here, residuals - np.nanmean(residuals, axis=1, keepdims=True), 0.0)
    mask = here.astype(np.float64)
    squares = (centred**2) @ mask.T
    with np.errstate(invalid="ignore", divide="ignore"):
        correlation = centred @ centred.T / np.sqrt(squares * squares.T)
    return np.where(np.isfinite(correlation) & (mask @ mask.T >= FEWEST_COMMON), correlation, 0.0)
