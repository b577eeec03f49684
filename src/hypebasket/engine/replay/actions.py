"""What holding costs and brings: the loan of shares owed, entitlements, and the taxes on them."""

from __future__ import annotations

from hypebasket.engine.replay.holdings import Holdings, Tranche
from hypebasket.engine.replay.mirror import Mirror
from hypebasket.engine.replay.tax import TaxLots
from hypebasket.ledger.records import Charge, ChargeKind, Entitlement, Ledger, Tax
from hypebasket.market.panel import FEN, MarketPanel
from hypebasket.rules.dividend_tax import withheld
from hypebasket.rules.entitlements import entitlement
from hypebasket.rules.short_sale import borrow_fee

__all__ = ["CorporateActions"]


class CorporateActions:
    """Books the actions of a panel on the holdings of one account, and writes them into its ledger.

    ``borrow_ppm`` replaces the yearly cost of borrowing of the rule table; ``holder`` is whose resident has tax
    withheld from dividends.
    """

    def __init__(
        self,
        panel: MarketPanel,
        holdings: Holdings,
        ledger: Ledger,
        mirror: Mirror,
        *,
        borrow_ppm: int | None = None,
        holder: str = "none",
    ) -> None:
        self._panel = panel
        self._holdings = holdings
        self._ledger = ledger
        self._mirror = mirror
        self._lots = TaxLots(panel.boards)
        self._borrow_ppm = borrow_ppm
        self._holder = holder
        self._booked = 0

    def charge_loans(self, row: int) -> None:
        """Charge the loan of every name owed since the session before, on its value at that close."""
        for column, shares in sorted(self._holdings.shares.items()):
            if shares < 0:
                value = -shares * int(self._panel.close[row - 1, column])
                session = self._panel.sessions[row]
                days = (session - self._panel.sessions[row - 1]).days
                fee = borrow_fee(self._panel.boards[column], session, value, days, self._borrow_ppm)
                self._charge(row, column, ChargeKind.BORROW, shares, fee)

    def withhold(self, row: int) -> None:
        """Take the tax that is withheld from the day's dividends."""
        session = self._panel.sessions[row]
        paid: dict[str, list[Entitlement]] = {}
        for item in self._ledger.entitlements[self._booked :]:
            paid.setdefault(item.symbol, []).append(item)
        for symbol, items in sorted(paid.items()):
            column = self._panel.column_of[symbol]
            dividend, held = sum(item.cash for item in items), sum(item.held for item in items)
            # cash can come in for shares owed, too, where a reference price above the close before tells of it
            if dividend > 0 and held > 0 and not self._panel.delisted[row, column]:
                tax = withheld(self._panel.boards[column], session, dividend, self._holder)
                self._charge(row, column, ChargeKind.WITHHOLDING, held, tax)

    def _charge(self, row: int, column: int, kind: ChargeKind, shares: int, money: int) -> None:
        if money:
            self._holdings.cash -= money
            session, symbol = self._panel.sessions[row], self._panel.symbols[column]
            self._ledger.charges.append(Charge(session, symbol, kind, shares, money))

    def book(self, row: int) -> None:
        """Give every holding what it is entitled to before the open of ``row``, and move prices it is judged by."""
        self._booked = len(self._ledger.entitlements)
        for column in sorted(self._holdings.shares):
            self._carry_dividend(row, column)
        for tranche in list(self._holdings.tranches.values()):
            at = (row, tranche.column)
            cash, ratio = int(self._panel.cash_micro[at]), int(self._panel.ratio_ppm[at])
            if cash or ratio:
                self._entitle(row, tranche, cash, ratio)
            # A name suspended over its ex-date has its first ex-right reference price when it trades again.
            before, reference = int(self._panel.close[row - 1, tranche.column]), int(self._panel.reference[at])
            if self._panel.trading[at] and before and reference and before != reference:
                tranche.rescale(reference, before)

    def pay_tax(self, row: int, traded: dict[int, int]) -> None:
        """Take the tax on dividends of shares that left in session ``row``, whatever cash there is.

        ``traded`` holds purchases less sales by column.
        """
        session = self._panel.sessions[row]
        for column, net in sorted(traded.items()):
            owed = self._lots.settle(column, session, net)
            if owed:
                self._holdings.cash -= owed
                self._ledger.taxes.append(Tax(session, self._panel.symbols[column], -net, owed))

    def _entitle(self, row: int, tranche: Tranche, cash_micro: int, ratio_ppm: int) -> None:
        held, session = tranche.shares, self._panel.sessions[row]
        gained, money = entitlement(held, cash_micro, ratio_ppm)
        self._ledger.entitlements.append(Entitlement(session, tranche.symbol, tranche.event_id, held, gained, money))
        self._holdings.entitle(tranche, gained, money)
        if gained:
            self._mirror.tell_entitlement(tranche.column, gained, 0.0 if gained * held > 0 else money / FEN / held)

    def _carry_dividend(self, row: int, column: int) -> None:
        """Let the tax lots of a name carry what it is entitled to; a settled delisting ends them."""
        at = (row, column)
        if self._panel.delisted[at]:
            self._lots.forget(column)
            return
        cash, ratio = int(self._panel.cash_micro[at]), int(self._panel.ratio_ppm[at])
        if cash or ratio:
            held = [tranche.shares for (_, own), tranche in self._holdings.tranches.items() if own == column]
            gained = sum(entitlement(shares, cash, ratio)[0] for shares in held)
            self._lots.entitle(column, self._panel.sessions[row], cash, gained)
