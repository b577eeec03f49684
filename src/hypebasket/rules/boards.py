"""From a symbol to its board, and from a board to the law it is under."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hypebasket.errors import RuleGapError

if TYPE_CHECKING:
    from hypebasket.spec.instrument import Board

__all__ = ["board_of", "law_of"]

_BOARD_OF_PREFIX: Final[dict[str, dict[str, Board]]] = {
    "SH": {"600": "main", "601": "main", "603": "main", "605": "main", "688": "star", "689": "star"},
    "SZ": {
        "000": "main",
        "001": "main",
        "002": "main",
        "003": "main",
        "300": "chinext",
        "301": "chinext",
        "302": "chinext",
    },
    "BJ": {"4": "bse", "8": "bse", "920": "bse"},
}
_BOARD_OF_SUFFIX: Final[dict[str, Board]] = {"HK": "hk", "US": "us"}
_LAW_OF_BOARD: Final[dict[Board, str]] = {
    "main": "CN",
    "chinext": "CN",
    "star": "CN",
    "bse": "CN",
    "hk": "HK",
    "us": "US",
}


def board_of(symbol: str) -> Board:
    """Return the board that the code of ``symbol`` stands for.

    An instrument table that states the board is the better source; this is what the code alone can tell.
    """
    code, _, suffix = symbol.rpartition(".")
    if suffix in _BOARD_OF_SUFFIX:
        return _BOARD_OF_SUFFIX[suffix]
    for prefix, board in _BOARD_OF_PREFIX.get(suffix, {}).items():
        if len(code) == 6 and code.isdigit() and code.startswith(prefix):
            return board
    raise RuleGapError(f"{symbol}: no board is known for this code", _remedy(code, suffix))


def _remedy(code: str, suffix: str) -> str:
    if suffix == "SH" and code.startswith("920"):
        return f"920 codes are listed in Beijing: write {code}.BJ"
    if suffix in ("SH", "SZ") and code.startswith(("900", "200")):
        return "B shares are not covered"
    known = ", ".join(f"{prefix}.{market}" for market, prefixes in _BOARD_OF_PREFIX.items() for prefix in prefixes)
    return f"known are {known}; state the board in the instrument table"


def law_of(board: Board) -> str:
    """Return the set of tables a board is under: CN, HK or US."""
    return _LAW_OF_BOARD[board]
