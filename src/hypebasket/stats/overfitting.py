"""Probability of backtest overfitting by combinatorially symmetric cross-validation (Bailey et al. 2017).

The record is cut into an even number of blocks; for every way to take half of them, the trial that was best in that
half is looked up among all trials in the other half. Where the best of one half is worse than the median of the other
more often than not, choosing it was fitting noise.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from hypebasket.stats.performance import Floats

__all__ = ["Overfitting", "cross_validate"]

BLOCKS = 16


@dataclass(frozen=True, slots=True)
class Overfitting:
    """The outcome of the cross-validation; one entry per way to split.

    Attributes
    ----------
    probability : float
        Share of splits in which the chosen trial did no better than the median out of sample (logit ≤ 0).
    logits : (n_splits,)
        ln(ω / (1 − ω)) of the chosen trial's relative rank ω out of sample.
    chosen : (n_splits,)
        Column of the trial that was best in sample.
    in_sample, out_of_sample : (n_splits,)
        Its Sharpe ratio (of one period) in either half.
    loss : float
        Share of splits in which the chosen trial's Sharpe ratio out of sample is negative.
    slope : float or None
        Of the ratio out of sample on the one in sample, by least squares; ``None`` where the latter never differs.
    """

    probability: float
    logits: Floats
    chosen: npt.NDArray[np.int64]
    in_sample: Floats
    out_of_sample: Floats
    loss: float
    slope: float | None


def cross_validate(returns: Floats, *, blocks: int = BLOCKS) -> Overfitting:
    """Cross-validate a matrix of trials.

    Parameters
    ----------
    returns : (n_periods, n_trials)
        Session returns without NaN, one column per configuration; 2 columns and 2 × ``blocks`` rows at least.
    blocks : int
        Even; 16 gives 12,870 splits, 10 gives 252. Blocks are contiguous and differ by one row at most.
    """
    periods, trials = returns.shape
    if blocks < 2 or blocks % 2 or blocks > 20 or trials < 2 or periods < 2 * blocks:
        raise ValueError(
            f"{periods} periods × {trials} trials in {blocks} blocks: an even number of blocks up to 20, of two periods"
            " or more, and two trials are needed"
        )
    centre = returns.mean(axis=0)  # sums of squares about it lose no digits to a common level
    pieces = np.array_split(returns - centre, blocks)
    sums = np.array([piece.sum(axis=0) for piece in pieces])
    squares = np.array([(piece**2).sum(axis=0) for piece in pieces])
    counts = np.array([len(piece) for piece in pieces], dtype=np.float64)
    splits = np.array(list(combinations(range(blocks), blocks // 2)))
    taken = np.zeros((len(splits), blocks))
    np.put_along_axis(taken, splits, 1.0, axis=1)

    def sharpe(chosen: Floats) -> Floats:
        size = (chosen @ counts)[:, None]
        mean = chosen @ sums / size
        variance = (chosen @ squares - size * mean**2) / (size - 1.0)
        flat = variance <= 1e-24
        return np.where(flat, 0.0, (mean + centre) / np.sqrt(np.where(flat, 1.0, variance)))

    inside, outside = sharpe(taken), sharpe(1.0 - taken)
    best = inside.argmax(axis=1)
    rows = np.arange(len(splits))
    reached = outside[rows, best]
    below = (outside < reached[:, None]).sum(axis=1)
    level = (outside == reached[:, None]).sum(axis=1)
    rank = (below + (level + 1) / 2.0) / (trials + 1.0)
    logits = np.log(rank / (1.0 - rank))
    picked = inside[rows, best]
    return Overfitting(
        probability=float((logits <= 0.0).mean()),
        logits=logits,
        chosen=best.astype(np.int64),
        in_sample=picked,
        out_of_sample=reached,
        loss=float((reached < 0.0).mean()),
        slope=float(np.polyfit(picked, reached, 1)[0]) if np.ptp(picked) > 0.0 else None,
    )
