"""What a holding receives on an ex-date, and what the exchange makes of the price."""

from __future__ import annotations

__all__ = ["entitlement", "ex_right_price"]


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


def ex_right_price(close: int, cash_micro_per_share: int, share_ratio_ppm: int) -> int:
    """Return the reference price (fen, half-up) of an ex-date: (close - cash) / (1 + new shares per old share).

    Parameters
    ----------
    close : int
        Fen, of the session before.
    cash_micro_per_share, share_ratio_ppm : int
        As for ``entitlement``.

    Notes
    -----
    The formula of the exchanges' trading rules (除权除息参考价). With a differential dividend they use the cash
    averaged over all shares, not the announced one.
    """
    numerator = (close * 10_000 - cash_micro_per_share) * 100
    denominator = 1_000_000 + share_ratio_ppm
    return max((2 * numerator + denominator) // (2 * denominator), 0)
