"""Daily price limits: the arithmetic in integer fen, and which band the law sets for a stock on a session."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from hypebasket.errors import RuleGapError
from hypebasket.rules.boards import law_of
from hypebasket.rules.tables import Record, amount, find, pair, tables_of, word

if TYPE_CHECKING:
    from hypebasket.spec.instrument import Board

__all__ = [
    "NO_LIMIT_DOWN",
    "NO_LIMIT_UP",
    "band_depends_on_risk_warning",
    "day_limits",
    "delisting_length",
    "first_day_prices",
    "limit_prices",
]

NO_LIMIT_DOWN: Final = 0
"""Limit-down where the law sets none: below every price."""

NO_LIMIT_UP: Final = 1_000_000_000_000
"""Limit-up where the law sets none: above every price (ten billion yuan)."""

_FREE: Final = (NO_LIMIT_DOWN, NO_LIMIT_UP)
# Thirty sessions until 2020, whole-day suspensions not counted: nobody stayed in a delisting period for longer.
_LONGEST_DELISTING: Final = timedelta(days=129)


def limit_prices(reference: int, permille: int, *, one_tick_floor: bool, toward_reference: bool) -> tuple[int, int]:
    """Return (limit-down, limit-up) in fen around a reference price in fen.

    Parameters
    ----------
    reference : int
        Previous close; on an ex-date the ex-right price.
    permille : int
        The band, e.g. 100 for 10 %.
    one_tick_floor : bool
        A limit that rounds to the reference itself is moved one fen away.
    toward_reference : bool
        Round the limit-up down and the limit-down up (Beijing); else both half-up (Shanghai, Shenzhen).
    """
    if toward_reference:
        down = -(-reference * (1000 - permille) // 1000)
        up = reference * (1000 + permille) // 1000
    else:
        down = (reference * (1000 - permille) + 500) // 1000
        up = (reference * (1000 + permille) + 500) // 1000
    if one_tick_floor:
        down, up = min(down, reference - 1), max(up, reference + 1)
    return down, up


def first_day_prices(issue_price: int, permille_down: int, permille_up: int) -> tuple[int, int]:
    """Return the lowest and highest valid price (fen, half-up) of a listing day under the approval regime."""
    return (issue_price * (1000 - permille_down) + 500) // 1000, (issue_price * (1000 + permille_up) + 500) // 1000


def day_limits(
    board: Board,
    symbol_market: str,
    session: date,
    reference: int | None,
    *,
    risk_warning: bool,
    sessions_listed: int | None,
    list_date: date | None,
    issue_price: int | None,
    delisting_session: int | None,
    delisting_start: date | None = None,
    relisting: bool = False,
) -> tuple[int, int] | None:
    """Return (limit-down, limit-up) of one stock on one session, in fen.

    Parameters
    ----------
    board : Board
        From the instrument table, else from the code.
    symbol_market : str
        Exchange: XSHG, XSHE or XBSE; Hong Kong and the United States have no daily limit whatever the rest says.
    session : date
        A session on or after 2015-09-08.
    reference : int or None
        Previous close or ex-right price in fen; ``None`` = unknown.
    risk_warning : bool
        Under risk warning (ST, with or without the star) on that session.
    sessions_listed : int or None
        1 = the listing day; ``None`` = listed long ago, or unknown.
    list_date : date or None
        Needed with ``sessions_listed``: the regime of the listing day decides.
    issue_price : int or None
        In fen; only the listing day under the approval regime needs it.
    delisting_session : int or None
        1 = first session of the delisting period (退市整理期); ``None`` = not in it.
    delisting_start : date or None
        That first session; needed for ChiNext stocks in the autumn of 2020 only.
    relisting : bool
        First session after a suspension of the listing (暂停上市), or of a relisting.

    Returns
    -------
    tuple of int, or None
        ``(NO_LIMIT_DOWN, NO_LIMIT_UP)`` where the law sets no limit; ``None`` where it cannot be known.

    Raises
    ------
    RuleGapError
        No record covers the board on that day.
    """
    law = law_of(board)
    if find(law, "price_limit", session, board, "ordinary").value == "none":
        return _FREE
    if delisting_session is not None:
        if delisting_session <= amount(find(law, "free_sessions", session, board, "delisting")):
            return _FREE
        start = session if delisting_session == 1 else delisting_start
        band = _delisting_band(law, board, session, start)
        return _around(law, board, symbol_market, session, reference, band, "delisting")
    if relisting and amount(find(law, "free_sessions", session, board, "relisting")):
        return _FREE
    if sessions_listed is not None and sessions_listed <= _longest_free_spell(law):
        assert list_date is not None, (board, session, "sessions are counted from a listing day")
        if sessions_listed <= amount(find(law, "free_sessions", list_date, board, "listing")):
            return _FREE
        if sessions_listed == 1:
            return _listing_day(law, board, symbol_market, list_date, issue_price)
    status = "risk_warning" if risk_warning else "ordinary"
    band = amount(find(law, "price_limit", session, board, status))
    return _around(law, board, symbol_market, session, reference, band, "ordinary")


def band_depends_on_risk_warning(board: Board, session: date) -> bool:
    """Whether it matters for a stock's band on ``session`` that it is under risk warning."""
    law = law_of(board)
    ordinary = find(law, "price_limit", session, board, "ordinary").value
    return ordinary != "none" and ordinary != find(law, "price_limit", session, board, "risk_warning").value


def delisting_length(board: Board, start: date) -> int:
    """Return how many sessions a delisting period that begins on ``start`` has; whole-day suspensions do not count."""
    return amount(find(law_of(board), "delisting_length", start, board))


def _around(
    law: str, board: Board, exchange: str, session: date, reference: int | None, permille: int, status: str
) -> tuple[int, int] | None:
    if reference is None:
        return None
    toward = _rounds_toward_reference(law, board, session)
    limits = limit_prices(reference, permille, one_tick_floor=False, toward_reference=toward)
    if reference not in limits:
        return limits
    floor = word(find(law, "one_tick_floor", session, str(exchange), status))
    protected = floor == "any" or reference <= int(floor)
    return limit_prices(reference, permille, one_tick_floor=protected, toward_reference=toward)


@lru_cache(maxsize=65536)
def _rounds_toward_reference(law: str, board: Board, session: date) -> bool:
    return word(find(law, "limit_rounding", session, board)) == "toward_reference"


def _listing_day(
    law: str, board: Board, exchange: str, list_date: date, issue_price: int | None
) -> tuple[int, int] | None:
    up, down = pair(find(law, "first_day_band", list_date, board, str(exchange)), "up", "down")
    return None if issue_price is None else first_day_prices(issue_price, down, up)


def _delisting_band(law: str, board: Board, session: date, start: date | None) -> int:
    """Return the band by the day of entry; without that day, only where every possible one gives the same."""
    if start is not None:
        return amount(find(law, "delisting_band", start, board))
    record = find(law, "delisting_band", session, board)
    previous = tables_of(law)["delisting_band"].spell((board,), session - _LONGEST_DELISTING)
    if isinstance(previous, Record) and previous.value != record.value:
        raise RuleGapError(
            f"delisting_band {board}, {session}: depends on the day the stock entered the delisting period",
            "state the first session of its delisting period",
        )
    return amount(record)


@cache
def _longest_free_spell(law: str) -> int:
    spells = tables_of(law)["free_sessions"].spells.values()
    return max(amount(spell) for rows in spells for spell in rows if isinstance(spell, Record))
