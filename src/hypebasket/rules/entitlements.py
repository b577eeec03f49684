"""What a holding receives on an ex-date."""

from __future__ import annotations

__all__ = ["entitlement"]


def entitlement(held: int, cash_micro_per_share: int, share_ratio_ppm: int) -> tuple[int, int]:
    """Return (shares, cash in fen) that ``held`` shares receive before the open of an ex-date.

    Parameters
    ----------
    held : int
        Shares at the previous close; negative for shares owed.
    cash_micro_per_share : int
        Gross cash per old share, in millionths of the currency.
    share_ratio_ppm : int
        New shares per old share, parts per million; negative for a consolidation.

    Notes
    -----
    New shares are floored: the clearing house gives fractions away by rank, so one share more is possible, never one
    less. Cash is rounded half-up to the fen. Who owes shares owes what they receive: fractions of a share rounded up,
    cash to the fen as the lender gets it.
    """
    cash = (abs(held) * cash_micro_per_share + 5_000) // 10_000
    return held * share_ratio_ppm // 1_000_000, cash if held > 0 else -cash
