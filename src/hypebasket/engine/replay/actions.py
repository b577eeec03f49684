"""Corporate actions on what an account holds: entitlements before the open, and the tax on them after the close."""

from __future__ import annotations

from hypebasket.engine.replay.holdings import Holdings, Tranche
from hypebasket.engine.replay.mirror import Mirror
from hypebasket.engine.replay.tax import TaxLots
from hypebasket.ledger.records import Entitlement, Ledger, Tax
from hypebasket.market.panel import FEN, MarketPanel
from hypebasket.rules.entitlements import entitlement

__all__ = ["CorporateActions"]


class CorporateActions:
    """Books the actions of a panel on the holdings of one account, and writes them into its ledger."""

    def __init__(self, panel: MarketPanel, holdings: Holdings, ledger: Ledger, mirror: Mirror) -> None:
        self._panel = panel
        self._holdings = holdings
        self._ledger = ledger
        self._mirror = mirror
        self._lots = TaxLots(panel.boards)

    def book(self, row: int) -> None:
        """Give every holding what it is entitled to before the open of ``row``, and move prices it is judged by."""
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
            self._mirror.tell_entitlement(tranche.column, gained, 0.0 if gained > 0 else money / FEN / held)

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
