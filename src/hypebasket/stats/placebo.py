"""Comparison with chance: calendars without news, baskets nobody named, and how rare the truth is among them.

Every generator takes the source of its randomness and gives the same draws for the same seed. Sessions are rows of one
calendar; a draw is one row of the matrix handed out.

Calendars drawn anywhere are exchangeable with the truth where nothing happened, and their p-values exact. Calendars
that keep away from it leave its sessions out: they are too alike, and lean to the other side of the mean. Their numbers
are to be ``widened`` first, or true null hypotheses are rejected too often (8 % instead of 5 % with 20 events of 5
sessions among 860).
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from hypebasket.errors import NothingToCompareError, Words
from hypebasket.stats.performance import Floats

__all__ = [
    "matched_baskets",
    "matched_calendars",
    "percentile",
    "placebo_p_value",
    "share_covered",
    "shifted_calendars",
    "spread_p_values",
    "widened",
]

Rows = npt.NDArray[np.int64]

ROUNDS = 400
"""Passes over the draws that are still unfinished, before the request is called impossible."""


def matched_calendars(
    rng: np.random.Generator, rows: Rows, *, start: int, stop: int, draws: int, distance: int | None
) -> Rows:
    """Draw calendars of as many events with the same spacing; with a ``distance``, none of them near a true event.

    A draw takes the gaps between the true events in a random order from a random first session; the next gap is always
    chosen among those that lead to an allowed session, and a draw that runs into a wall is begun anew.

    Parameters
    ----------
    rows : (n_events,)
        Sessions of the true events, in any order; two events may share one.
    start, stop : int
        Sessions that may be drawn: ``start <= row < stop``.
    draws : int
        Number of calendars.
    distance : int or None
        Sessions that a drawn event keeps from every true one: ``abs(drawn - true) > distance``; it should cover the
        window that is measured, and the numbers drawn are to be ``widened``. ``None``: anywhere.

    Returns
    -------
    (draws, n_events) int64
        Ascending in each row.
    """
    true = np.sort(rows)
    gaps = np.diff(true)
    span = int(true[-1] - true[0]) if len(true) else 0
    allowed = np.zeros(stop + 1, dtype=bool)
    allowed[start:stop] = True
    if distance is not None:
        for row in true:
            allowed[max(int(row) - distance, 0) : int(row) + distance + 1] = False
    firsts = np.flatnonzero(allowed[: max(stop - span, 0)])
    if not len(true) or not firsts.size:
        raise _impossible(len(true), distance, start, stop)
    made = np.empty((0, len(true)), dtype=np.int64)
    for _ in range(ROUNDS):
        made = np.concatenate([made, _attempt(rng, gaps, allowed, firsts, draws)])
        if len(made) >= draws:
            return made[:draws]
    raise _impossible(len(true), distance, start, stop)


def _attempt(rng: np.random.Generator, gaps: Rows, allowed: npt.NDArray[np.bool_], firsts: Rows, size: int) -> Rows:
    """Walk ``size`` calendars from gap to gap; return those that came to the end, ``(n, n_events)``."""
    place = rng.choice(firsts, size=size)
    path = [place]
    left = np.ones((size, len(gaps)), dtype=bool)
    alive = np.ones(size, dtype=bool)
    for _ in gaps:
        there = np.minimum(place[:, None] + gaps[None, :], len(allowed) - 1)
        open_ = left & allowed[there]
        alive &= open_.any(axis=1)
        taken = np.where(open_, rng.random(open_.shape), -1.0).argmax(axis=1)
        left[np.arange(size), taken] = False
        place = place + gaps[taken]
        path.append(np.minimum(place, len(allowed) - 1))
        place = path[-1]
    return np.column_stack(path)[alive].astype(np.int64)


def _impossible(events: int, distance: int | None, start: int, stop: int) -> NothingToCompareError:
    away, apart = "", ""
    if distance is not None:
        away, apart = f" and {distance} sessions away from the true ones", f"、又离真实事件 {distance} 个交易日以上"
    return NothingToCompareError(
        Words(
            zh=f"{stop - start} 个交易日里排不下 {events} 个间隔相同{apart}的事件",
            en=f"no calendar of {events} events with the true spacing{away} fits into {stop - start} sessions",
        ),
        "allow a smaller distance, or a longer period",
    )


def shifted_calendars(
    rng: np.random.Generator, rows: Rows, *, start: int, stop: int, draws: int, reach: int, least: int = 1
) -> Rows:
    """Draw calendars whose events are moved, each by itself, ``least`` to ``reach`` sessions earlier or later.

    Of the moves that would leave ``start <= row < stop`` another is drawn; an event that cannot be moved at all is
    refused. Returns ``(draws, n_events)`` int64, in the order of ``rows``.
    """
    moves = np.concatenate([np.arange(-reach, -least + 1), np.arange(least, reach + 1)])
    columns = []
    for row in rows:
        open_ = moves[(row + moves >= start) & (row + moves < stop)]
        if not open_.size:
            raise NothingToCompareError(
                Words(
                    zh=f"第 {row} 个交易日的事件无法在 {start}..{stop - 1} 之内移动 {least} 至 {reach} 个交易日",
                    en=f"an event on session {row} cannot be moved by {least} to {reach} sessions "
                    f"inside {start}..{stop - 1}",
                ),
                "allow greater shifts, or a longer period",
            )
        columns.append(row + rng.choice(open_, size=draws))
    if not columns:
        return np.empty((draws, 0), dtype=np.int64)
    return np.column_stack(columns).astype(np.int64)


def matched_baskets(
    rng: np.random.Generator,
    members: Floats,
    controls: Floats,
    *,
    member_boards: Rows,
    control_boards: Rows,
    draws: int,
    nearest: int = 10,
) -> Rows:
    """Draw baskets of control names, one for each member: of its board, and among the nearest to it.

    Nearness is the distance in the traits given, each over its standard deviation among the controls. No name stands
    twice in a basket; where the nearest are all taken the next nearest of the board are looked at.

    Parameters
    ----------
    members, controls : (n_members, n_traits), (n_controls, n_traits)
        Traits without NaN, such as the logarithm of turnover, and volatility.
    member_boards, control_boards : (n_members,), (n_controls,)
        Boards as integers.
    nearest : int
        How many controls a member's stand-in is drawn from.

    Returns
    -------
    (draws, n_members) int64
        Places in ``controls``.
    """
    for board in np.unique(member_boards):
        needed, there = int((member_boards == board).sum()), int((control_boards == board).sum())
        if there < needed:
            raise NothingToCompareError(
                Words(
                    zh=f"有 {needed} 只成员的板块只有 {there} 只对照股票",
                    en=f"{there} control names on a board with {needed} members",
                ),
                "give more control names, or fewer members",
            )
    scale = controls.std(axis=0)
    scale = np.where(scale > 0.0, scale, 1.0)
    apart = (((members[:, None, :] - controls[None, :, :]) / scale) ** 2).sum(axis=2)
    apart = np.where(member_boards[:, None] == control_boards[None, :], apart, np.inf)
    order = np.argsort(apart, axis=1, kind="stable")
    used = np.zeros((draws, len(controls)), dtype=bool)
    baskets = np.empty((draws, len(members)), dtype=np.int64)
    every = np.arange(draws)
    # who has the fewest to choose from goes first
    for member in np.argsort(np.isfinite(apart).sum(axis=1), kind="stable"):
        names = order[member][: int(np.isfinite(apart[member]).sum())]
        free = ~used[:, names]
        near = free & (np.cumsum(free, axis=1) <= nearest)
        taken = names[np.where(near, rng.random(near.shape), -1.0).argmax(axis=1)]
        used[every, taken] = True
        baskets[:, member] = taken
    return baskets


Side = Literal["greater", "less", "two-sided"]


def placebo_p_value(observed: float, drawn: Floats, side: Side = "greater") -> float:
    """Return the exact p-value of the truth among draws: (1 + draws as extreme) / (1 + draws).

    The truth counts as one of the draws, so the value is never 0 and, where truth and draws are exchangeable, never too
    small (Phipson and Smyth 2010). ``drawn`` : (n_draws,) without NaN; two-sided doubles the smaller side, 1 at most.
    """
    total = 1.0 + len(drawn)
    above, below = (1.0 + int((drawn >= observed).sum())) / total, (1.0 + int((drawn <= observed).sum())) / total
    match side:
        case "greater":
            return above
        case "less":
            return below
        case "two-sided":
            return min(2.0 * min(above, below), 1.0)


def share_covered(rows: Rows, *, start: int, stop: int, length: int) -> float:
    """Return the share of the sessions ``start..stop`` that lie in a window of ``length`` from any of ``rows``."""
    covered = np.zeros(stop - start, dtype=bool)
    for row in rows:
        covered[max(int(row) - start, 0) : max(int(row) - start + length, 0)] = True
    return float(covered.mean())


def widened(drawn: Floats, covered: float) -> Floats:
    """Make up for draws that keep away from the truth: spread them about their mean by 1 / √(1 − 2 ``covered``).

    Of N windows, n of them true, the truth less the mean of the rest has the variance σ²/n × N / (N − n), a mean of n
    drawn from the rest only σ²/n × (N − 2n) / (N − n) (sampling without replacement); the ratio is 1 / (1 − 2 n/N).

    Parameters
    ----------
    drawn : (n_draws,)
        What was measured on calendars away from the truth.
    covered : float
        Share of all sessions that the true windows cover (see ``share_covered``); less than one half.
    """
    if not covered < 0.5:
        raise NothingToCompareError(
            Words(
                zh=f"真实窗口占去 {covered:.0%} 的交易日：没有足够的其余交易日可供比较",
                en=f"the true windows cover {covered:.0%} of the sessions: nothing is left to compare them with",
            ),
            "take shorter windows or a longer period",
        )
    centre = drawn.mean()
    spread: Floats = centre + (drawn - centre) / np.sqrt(1.0 - 2.0 * covered)
    return spread


def percentile(observed: float, drawn: Floats) -> float:
    """Return the share of draws below the truth, those level with it counting half; ``drawn`` : (n_draws,)."""
    return float((drawn < observed).mean() + 0.5 * (drawn == observed).mean())


def spread_p_values(rng: np.random.Generator, p_values: Floats, draws: int) -> Floats:
    """Spread exact p-values over the step below each, so that under no effect they are uniform on (0, 1) without steps.

    A p-value of ``draws`` draws is a multiple of 1 / (draws + 1); a test of uniformity for a continuous distribution
    (Kolmogorov and Smirnov's) may be applied to what is returned.
    """
    return p_values - rng.random(len(p_values)) / (draws + 1.0)
