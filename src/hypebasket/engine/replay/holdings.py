"""What the account holds: cash, shares by the event that bought them, and which of them may be sold today."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypebasket.plan.intents import MILLION, ExitTerms

__all__ = ["Holdings", "Tranche"]


@dataclass(slots=True, eq=False)
class Tranche:
    """Shares of one name that one event owns.

    ``cost`` (fen, without fees) over ``shares`` is the entry price; ``peak`` is the highest close since the first fill.
    Both move with ex-right prices, so that a dividend is no loss and a split no crash.
    """

    event_id: str
    symbol: str
    column: int
    opened: int
    terms: ExitTerms
    shares: int = 0
    entry_price: int = 0
    peak: int = 0
    sealed: bool = False
    leaving: bool = False

    def add(self, shares: int, price: int) -> None:
        """Take in bought shares; the entry price becomes the average, half-up to the fen."""
        total = self.shares * self.entry_price + shares * price
        self.shares += shares
        self.entry_price = (2 * total + self.shares) // (2 * self.shares)

    def rescale(self, reference: int, previous_close: int) -> None:
        """Move entry price and peak by the ex-right price over the previous close, half-up to the fen."""
        for name in ("entry_price", "peak"):
            value = getattr(self, name)
            setattr(self, name, (2 * value * reference + previous_close) // (2 * previous_close))

    def exit_signal(self, close: int, *, sealed: bool) -> str | None:
        """Judge the close of a session with trading: the name of the exit it triggers.

        ``sealed`` tells whether it is the limit-up price; a board breaks when the close before was, and this is not.
        """
        self.peak = max(self.peak, close)
        terms, broke = self.terms, self.sealed and not sealed
        self.sealed = sealed
        if terms.board_break and broke:
            return "board_break"
        if terms.stop_ppm is not None and close * MILLION <= self.entry_price * (MILLION - terms.stop_ppm):
            return "stop_loss"
        if terms.take_ppm is not None and close * MILLION >= self.entry_price * (MILLION + terms.take_ppm):
            return "take_profit"
        if terms.trail_ppm is not None and close * MILLION <= self.peak * (MILLION - terms.trail_ppm):
            return "trailing_stop"
        return None


@dataclass(slots=True)
class Holdings:
    """Cash and shares of one sleeve; shares are keyed by panel column."""

    cash: int
    shares: dict[int, int] = field(default_factory=dict)
    bought_today: dict[int, int] = field(default_factory=dict)
    tranches: dict[tuple[str, int], Tranche] = field(default_factory=dict)

    def start_session(self) -> None:
        """Begin a session: what was bought before may be sold."""
        self.bought_today.clear()

    def held(self, column: int) -> int:
        """Shares of a name, whoever owns them."""
        return self.shares.get(column, 0)

    def receive(self, tranche: Tranche, shares: int, price: int, cash_flow: int) -> None:
        """Book a purchase."""
        tranche.add(shares, price)
        self.tranches.setdefault((tranche.event_id, tranche.column), tranche)
        self.shares[tranche.column] = self.held(tranche.column) + shares
        self.bought_today[tranche.column] = self.bought_today.get(tranche.column, 0) + shares
        self.cash += cash_flow

    def entitle(self, tranche: Tranche, shares: int, cash: int) -> None:
        """Book a corporate action: shares gained (or, with the listing gone, given up) and cash."""
        tranche.shares += shares
        self.cash += cash
        self._move(tranche, shares)

    def hand_over(self, event_id: str, column: int) -> bool:
        """Let what is left of a position, and is no legal sale, pass to the next position in the name, if any.

        An exchange takes the odd part of a whole balance in one sale: two positions could never sell theirs apart.
        """
        heir = next((own for key, own in self.tranches.items() if key[1] == column and key[0] != event_id), None)
        if heir is None:
            return False
        left = self.tranches.pop((event_id, column))
        heir.add(left.shares, left.entry_price)
        return True

    def deliver(self, tranche: Tranche, shares: int, cash_flow: int) -> None:
        """Book a sale; a tranche sold out is gone."""
        assert 0 < shares <= tranche.shares
        tranche.shares -= shares
        self.cash += cash_flow
        self._move(tranche, -shares)

    def _move(self, tranche: Tranche, shares: int) -> None:
        """Carry a change of a tranche over to the holding; what is sold out is gone."""
        if tranche.shares == 0:
            del self.tranches[tranche.event_id, tranche.column]
        left = self.held(tranche.column) + shares
        if left:
            self.shares[tranche.column] = left
        else:
            del self.shares[tranche.column]
