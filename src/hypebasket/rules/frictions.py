"""Which of the market's frictions a run is subject to: all of them, unless someone asks what one of them costs."""

from __future__ import annotations

from typing import Final, NamedTuple

__all__ = ["ALL_FRICTIONS", "NO_FRICTIONS", "Frictions"]


class Frictions(NamedTuple):
    """What stands between a wish and its fill; each can be switched off, in the order in which a waterfall adds them.

    Attributes
    ----------
    limits_on_entry, limits_on_exit : bool
        Price limits, locked boards and suspensions. Without them an order trades at the auction's price; on a session
        without trading, at the last close; an order that joins the queue at the limit is served wherever the limit
        was touched.
    t_plus_1 : bool
        What was bought today cannot be sold today, where the law says so.
    lots_and_cash : bool
        Legal order sizes, and no purchase beyond the cash there is. Without them an order is any whole number of
        shares that its money buys.
    volume_cap : bool
        The greatest share of a session's volume that all orders of a name may take.
    fees_and_tax : bool
        Commission, duties, fees, borrowing cost and the tax on dividends.
    """

    limits_on_entry: bool = True
    limits_on_exit: bool = True
    t_plus_1: bool = True
    lots_and_cash: bool = True
    volume_cap: bool = True
    fees_and_tax: bool = True


ALL_FRICTIONS: Final = Frictions()
NO_FRICTIONS: Final = Frictions(*(False,) * len(ALL_FRICTIONS))
