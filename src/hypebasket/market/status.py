"""What the law calls a name on a session: under risk warning, in its delisting period, relisted today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from hypebasket.errors import RuleGapError
from hypebasket.market.calendar import Session
from hypebasket.market.panel import Flags, Integers
from hypebasket.rules.limits import band_depends_on_risk_warning
from hypebasket.spec.text import Text

if TYPE_CHECKING:
    from hypebasket.spec.instrument import Board, Instrument

__all__ = ["Status", "statuses"]

NAMES_TOLD = 6
"""How many names a warning lists before it only counts."""


@dataclass(frozen=True, slots=True)
class Status:
    """Per session and symbol.

    Attributes
    ----------
    risk_warning : bool, (n_sessions, n_symbols)
        The bar's own word, else the instrument table's; unknown counts as no.
    delisting_session : int64, (n_sessions, n_symbols)
        1 = first session of the delisting period, whole-day suspensions not counted; 0 = not in it.
    relisting : bool, (n_sessions, n_symbols)
        First session after a suspension of the listing, or of a relisting.
    """

    risk_warning: Flags
    delisting_session: Integers
    relisting: Flags


def statuses(
    sessions: Sequence[Session],
    symbols: Sequence[str],
    boards: Sequence[Board],
    instruments: Mapping[str, Instrument],
    trading: Flags,
    is_st: npt.NDArray[np.float64],
) -> tuple[Status, tuple[Text, ...]]:
    """Work out the status of every name on every session, and say which facts were missing.

    ``is_st`` is 1, 0 or NaN (unknown), ``(n_sessions, n_symbols)``, as the bars have it.
    """
    warned = is_st == 1.0
    delisting = np.zeros(trading.shape, dtype=np.int64)
    relisting = np.zeros(trading.shape, dtype=bool)
    untold: list[str] = []
    unexplained: list[str] = []
    for column, (symbol, board) in enumerate(zip(symbols, boards, strict=True)):
        listed = instruments.get(symbol)
        blank = np.flatnonzero(np.isnan(is_st[:, column]) & trading[:, column])
        if listed is not None and listed.risk_warning is not None:
            warned[blank, column] = [bool(listed.is_warned(sessions[row])) for row in blank.tolist()]
        elif any(_matters(board, sessions[row]) for row in (*blank[:1].tolist(), *blank[-1:].tolist())):
            untold.append(symbol)
        if listed is None:
            continue
        if listed.delisting_start is not None:
            delisting[:, column] = _delisting_sessions(listed, sessions, trading[:, column])
        elif _leaves_within(listed, sessions) and board not in ("hk", "us"):
            unexplained.append(symbol)
        if listed.relist_date is not None:
            relisting[:, column] = [session == listed.relist_date for session in sessions]
    return Status(warned, delisting, relisting), (*_untold(untold), *_unexplained(unexplained))


def _matters(board: Board, session: Session) -> bool:
    """Whether risk warning decides the band; on a day without a rule the limits themselves will say so."""
    try:
        return band_depends_on_risk_warning(board, session)
    except RuleGapError:
        return False


def _delisting_sessions(listed: Instrument, sessions: Sequence[Session], trading: Flags) -> Integers:
    """Count the sessions of the delisting period; one that began before the panel is past its first."""
    start, last = listed.delisting_start, listed.delisting_last or date.max
    assert start is not None
    inside = np.array([start <= session <= last for session in sessions], dtype=bool)
    before = int(start < sessions[0])
    counted: Integers = np.where(inside, np.cumsum(inside & trading) + before, 0).astype(np.int64)
    return counted


def _leaves_within(listed: Instrument, sessions: Sequence[Session]) -> bool:
    return listed.delist_date is not None and sessions[0] < listed.delist_date <= sessions[-1]


def _untold(symbols: Sequence[str]) -> tuple[Text, ...]:
    """Say whose risk-warning status is unknown where it decides the band."""
    if not symbols:
        return ()
    zh, en = _names(symbols)
    return (
        Text(
            zh=f"{zh} 的风险警示状态有未知的交易日，按无风险警示计算涨跌停"
            "（可在 data/instruments.csv 的 risk_warning 注明）",
            en=f"{en}: whether under risk warning is unknown on some sessions; limits are those of ordinary shares "
            "(risk_warning in data/instruments.csv tells it)",
        ),
    )


def _unexplained(symbols: Sequence[str]) -> tuple[Text, ...]:
    """Say who left the exchange without a word about a delisting period."""
    if not symbols:
        return ()
    zh, en = _names(symbols)
    return (
        Text(
            zh=f"{zh} 已退市，未注明有无退市整理期，按普通涨跌幅计算"
            "（可在 data/instruments.csv 的 delisting_start 注明）",
            en=f"{en}: delisted, and no delisting period is given; limits are those of ordinary shares "
            "(delisting_start in data/instruments.csv tells it)",
        ),
    )


def _names(symbols: Sequence[str]) -> tuple[str, str]:
    told, more = symbols[:NAMES_TOLD], len(symbols) - NAMES_TOLD
    zh = "、".join(told) + (f" 等 {len(symbols)} 只" if more > 0 else "")
    en = ", ".join(told) + (f" and {more} more" if more > 0 else "")
    return zh, en
