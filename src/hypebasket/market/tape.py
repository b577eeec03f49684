"""The panel as the ledger's check reads it: the facts of one day, one name."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from hypebasket.ledger.invariants import DayFacts
from hypebasket.ledger.records import Fill, Side
from hypebasket.ledger.terms import Paid
from hypebasket.market.panel import UNKNOWN, MarketPanel
from hypebasket.rules.boards import law_of
from hypebasket.rules.dividend_tax import dividend_tax_rate, withheld
from hypebasket.rules.entitlements import entitlement
from hypebasket.rules.fees import Commission, Fees, fees
from hypebasket.rules.lots import largest_legal_lot, legal_sale, order_maximum, split_order
from hypebasket.rules.settlement import sellable
from hypebasket.rules.short_sale import borrow_terms, short_margin

if TYPE_CHECKING:
    from hypebasket.spec.instrument import Board

__all__ = ["PanelTape"]


class PanelTape:
    """Facts of a panel, by symbol and session, and the terms of an account.

    ``borrow_ppm`` replaces the rule table's yearly cost of borrowing; ``holder`` is whose resident has tax withheld
    from dividends.
    """

    def __init__(self, panel: MarketPanel, *, borrow_ppm: int | None = None, holder: str = "none") -> None:
        self.panel = panel
        self.borrow_ppm = borrow_ppm
        self.holder = holder

    def facts(self, symbol: str, session: date) -> DayFacts:
        """Return the day of a name."""
        column = self.panel.column_of[symbol]
        bar = self.panel.bar(self.panel.row_of[session], column)
        return DayFacts(
            trading=bar.trading,
            open=bar.open,
            high=bar.high,
            low=bar.low,
            close=bar.close,
            limit_down=bar.limit_down,
            limit_up=bar.limit_up,
            volume=None if bar.volume == UNKNOWN else bar.volume,
            same_day_sale=sellable(self.panel.boards[column], 1, 1) == 1,
        )

    def last_close(self, symbol: str, session: date) -> int:
        """Return the last close of a name up to a session, in fen."""
        return int(self.panel.close[self.panel.row_of[session], self.panel.column_of[symbol]])

    def entitlement(self, symbol: str, session: date, held: int) -> tuple[int, int]:
        """Return the shares and the cash (fen) that ``held`` shares receive before the open of a session."""
        at = (self.panel.row_of[session], self.panel.column_of[symbol])
        return entitlement(held, int(self.panel.cash_micro[at]), int(self.panel.ratio_ppm[at]))

    def dividend_micro(self, symbol: str, session: date) -> int:
        """Return the taxable cash per share of a session, in millionths of the currency."""
        at = (self.panel.row_of[session], self.panel.column_of[symbol])
        return 0 if self.panel.delisted[at] else max(int(self.panel.cash_micro[at]), 0)

    def dividend_tax_permille(self, symbol: str, bought: date, sold: date, ex_date: date) -> int:
        """Return the tax rate on a dividend; none outside mainland China."""
        board = self.panel.boards[self.panel.column_of[symbol]]
        return dividend_tax_rate(bought, sold, ex_date) if law_of(board) == "CN" else 0

    def legal_parts(self, symbol: str, session: date, side: Side, held: int, shares: int) -> tuple[int, ...] | None:
        """Return the orders a trade is split into; ``None`` if the exchange takes no order of that size."""
        board, lot = self.panel.listings[self.panel.column_of[symbol]]
        sold = side is Side.SELL
        legal = legal_sale(board, held, shares, lot) if sold else largest_legal_lot(board, shares, lot)
        if legal != shares:
            return None
        return split_order(shares, order_maximum(board, session, lot=lot), board, lot)

    def dues(self, fill: Fill, commission: Commission, before: Paid) -> Fees:
        """Return what a fill costs, after what its order paid ``before`` in the session."""
        return fees(
            self.panel.boards[self.panel.column_of[fill.symbol]],
            fill.session,
            fill.side in (Side.BUY, Side.COVER),
            fill.amount,
            commission,
            paid_today=before.commission,
            turnover_today=before.amount,
            shares=fill.shares,
            shares_today=before.shares,
        )

    def withheld(self, symbol: str, session: date, dividend: int) -> int:
        """Return the tax that is withheld from a dividend, in fen."""
        return withheld(self._board(symbol), session, dividend, self.holder)

    def short_restricted(self, symbol: str, session: date) -> bool:
        """Tell whether rule 201 binds a short sale on a session."""
        return bool(self.panel.short_restricted[self.panel.row_of[session], self.panel.column_of[symbol]])

    def borrow_terms(self, symbol: str, session: date) -> tuple[int, int]:
        """Return the yearly cost of borrowing, ppm of the value, and the days of its year."""
        rate, year = borrow_terms(self._board(symbol), session)
        return (rate if self.borrow_ppm is None else self.borrow_ppm), year

    def short_margin(self, symbol: str, session: date, shares: int, close: int) -> int:
        """Return the equity that must stand behind shares owed, in fen."""
        return short_margin(self._board(symbol), session, shares, close)

    def _board(self, symbol: str) -> Board:
        return self.panel.boards[self.panel.column_of[symbol]]
