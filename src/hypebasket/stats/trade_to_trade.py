"""Returns between prices that a market could form: a suspended or locked session has none of its own.

A name that closes at its limit would have moved further; its return is not over until the board opens. Cut-off returns
are therefore cumulated: the return of a session counts from the last formed price, over all the sessions between
(trade-to-trade returns, Maynes and Rumsey 1993, there for thin trading).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hypebasket.stats.performance import Floats

__all__ = ["PATIENCE", "Spans", "Stretch", "formed_spans", "stretch"]

Flags = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]

PATIENCE = 20
"""Sessions after a window's end for which an opening of the board is waited for; then the last close stands."""


@dataclass(frozen=True, slots=True)
class Spans:
    """Returns from formed price to formed price, on the session of the later one.

    Attributes
    ----------
    returns, market : (n_sessions,) or (n_sessions, n_names)
        Simple, decimals; NaN where no price was formed, and up to the first that was.
    sessions : the same shape
        How many sessions each return took; 0 where there is none.
    """

    returns: Floats
    market: Floats
    sessions: Counts


def formed_spans(returns: Floats, market: Floats, formed: Flags) -> Spans:
    """Cumulate session returns up to the next formed price.

    Parameters
    ----------
    returns : (n_sessions,) or (n_sessions, n_names)
        Simple session returns, 0 on sessions without trading.
    market : (n_sessions,)
        Simple session returns of the market; NaN where its level is unknown, which is handed on to every span over it.
    formed : shape of returns
        Whether the session's close is a formed price.
    """
    rows = np.arange(len(returns)).reshape(-1, *([1] * (returns.ndim - 1)))
    last = np.maximum.accumulate(np.where(formed, rows, -1), axis=0)
    before = np.concatenate([np.full((1, *last.shape[1:]), -1), last[:-1]])
    has = formed & (before >= 0)
    start = np.where(has, before, 0)
    level = np.cumprod(1.0 + returns, axis=0)
    own = level / np.take_along_axis(level, start, axis=0) - 1.0
    known = np.cumprod(1.0 + np.nan_to_num(market))
    gaps = np.cumsum(np.isnan(market))
    here = (np.arange(len(market)).reshape(rows.shape) + np.zeros_like(start)).astype(np.int64)
    theirs = np.where(gaps[here] > gaps[start], np.nan, known[here] / known[start] - 1.0)
    return Spans(np.where(has, own, np.nan), np.where(has, theirs, np.nan), np.where(has, here - start, 0))


@dataclass(frozen=True, slots=True)
class Stretch:
    """The returns of one name in one event window.

    Attributes
    ----------
    returns, market : (n_spans,)
        Simple returns from formed price to formed price; together they reach from the anchor to ``end``.
    sessions : (n_spans,)
        How many sessions each took.
    rows : (n_spans,)
        The session on which each ends, counted from the anchor (1 = the first session of the window).
    locked : bool
        The board was still closed when the patience, or the data, was over; the last close stands.
    """

    returns: Floats
    market: Floats
    sessions: Counts
    rows: Counts
    locked: bool

    @property
    def length(self) -> int:
        """Sessions covered, those after the window included for which a board stayed closed."""
        return int(self.sessions.sum())


def stretch(returns: Floats, market: Floats, traded: Flags, locked: Flags, length: int) -> Stretch:
    """Cut a window of ``length`` sessions into spans from formed price to formed price.

    The anchor (the close before the window) counts as formed, whatever it was. A window that ends on a locked session
    goes on until the board opens, for at most ``PATIENCE`` sessions; one that ends on a suspended session does not: no
    price waits to be told. What is left over at the end is one last span.

    Parameters
    ----------
    returns, market, traded, locked : (n_sessions,)
        From the first session of the window on, as far as the data goes; ``length`` at least. ``locked``: closed at a
        limit; all False to take every close for a price.
    """
    assert len(returns) >= length > 0
    formed = traded & ~locked
    end = length - 1
    waiting = _last_trade_locked(traded, locked, end)
    if waiting:
        later = np.flatnonzero(formed[end + 1 : end + 1 + PATIENCE])
        end = end + 1 + int(later[0]) if later.size else min(end + PATIENCE, len(returns) - 1)
        waiting = not later.size
    stops = np.flatnonzero(formed[: end + 1])
    if not stops.size or stops[-1] != end:
        stops = np.append(stops, end)
    starts = np.concatenate([[0], stops[:-1] + 1])
    return Stretch(
        np.multiply.reduceat(1.0 + returns[: end + 1], starts) - 1.0,
        np.multiply.reduceat(1.0 + market[: end + 1], starts) - 1.0,
        (stops - starts + 1).astype(np.int64),
        (stops + 1).astype(np.int64),
        waiting,
    )


def _last_trade_locked(traded: Flags, locked: Flags, end: int) -> bool:
    """Whether the last close up to ``end`` is cut off by a limit, although the name is suspended by then, perhaps."""
    rows = np.flatnonzero(traded[: end + 1])
    return bool(rows.size) and bool(locked[rows[-1]])
