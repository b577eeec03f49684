"""What the account holds: cash, shares by the event that traded them, what may be sold today, and what is owed."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypebasket.plan.intents import MILLION, ExitTerms

__all__ = ["Holdings", "Tranche"]


@dataclass(slots=True, eq=False)
class Tranche:
    """Shares of one name that one event owns, or owes: ``shares`` is then negative.

    ``entry_price`` (fen, without fees) is the average of the fills; ``best`` is the best close since the first of them,
    the highest, or for a short the lowest. Both move with ex-right prices, so that a dividend is no loss and a split no
    crash.
    """

    event_id: str
    symbol: str
    column: int
    opened: int
    terms: ExitTerms
    shares: int = 0
    entry_price: int = 0
    best: int = 0
    sealed: bool = False
    leaving: bool = False

    @property
    def is_short(self) -> bool:
        """Whether its shares are owed."""
        return self.shares < 0

    def add(self, shares: int, price: int) -> None:
        """Take in bought (or owe sold) shares; the entry price becomes the average, half-up to the fen."""
        total = abs(self.shares) * self.entry_price + abs(shares) * price
        self.shares += shares
        count = abs(self.shares)
        self.entry_price = (2 * total + count) // (2 * count)

    def rescale(self, reference: int, previous_close: int) -> None:
        """Move entry price and best close by the ex-right price over the previous close, half-up to the fen."""
        for name in ("entry_price", "best"):
            value = getattr(self, name)
            setattr(self, name, (2 * value * reference + previous_close) // (2 * previous_close))

    def exit_signal(self, close: int, *, sealed: bool) -> str | None:
        """Judge the close of a session with trading: the name of the exit it triggers.

        ``sealed`` tells whether it is the limit-up price; a board breaks when the close before was, and this is not.
        """
        if self.is_short:
            return self._short_exit_signal(close)
        self.best = max(self.best, close)
        terms, broke = self.terms, self.sealed and not sealed
        self.sealed = sealed
        if terms.board_break and broke:
            return "board_break"
        if terms.stop_ppm is not None and close * MILLION <= self.entry_price * (MILLION - terms.stop_ppm):
            return "stop_loss"
        if terms.take_ppm is not None and close * MILLION >= self.entry_price * (MILLION + terms.take_ppm):
            return "take_profit"
        if terms.trail_ppm is not None and close * MILLION <= self.best * (MILLION - terms.trail_ppm):
            return "trailing_stop"
        return None

    def _short_exit_signal(self, close: int) -> str | None:
        """Judge a close the other way round: a rise is the loss, the lowest close the best."""
        self.best = min(self.best, close) if self.best else close
        terms = self.terms
        if terms.stop_ppm is not None and close * MILLION >= self.entry_price * (MILLION + terms.stop_ppm):
            return "stop_loss"
        if terms.take_ppm is not None and close * MILLION <= self.entry_price * (MILLION - terms.take_ppm):
            return "take_profit"
        if terms.trail_ppm is not None and close * MILLION >= self.best * (MILLION + terms.trail_ppm):
            return "trailing_stop"
        return None


@dataclass(slots=True)
class Holdings:
    """Cash and shares of one sleeve; shares are keyed by panel column, negative where they are owed.

    ``owed`` is what owed shares are worth, in fen: at the price of the sale, from the next close on at the close.
    """

    cash: int
    shares: dict[int, int] = field(default_factory=dict)
    bought_today: dict[int, int] = field(default_factory=dict)
    owed: dict[int, int] = field(default_factory=dict)
    tranches: dict[tuple[str, int], Tranche] = field(default_factory=dict)

    def start_session(self) -> None:
        """Begin a session: what was bought before may be sold."""
        self.bought_today.clear()

    def held(self, column: int) -> int:
        """Shares of a name, whoever owns them; negative where they are owed."""
        return self.shares.get(column, 0)

    @property
    def free_cash(self) -> int:
        """Cash that may be spent or pledged, in fen: all but what short sales brought in, and as much again.

        The proceeds of a short sale stay with the lender; own money of the same value stands beside them.
        """
        return self.cash - 2 * sum(self.owed.values())

    def buy(self, tranche: Tranche, shares: int, price: int, cash_flow: int) -> None:
        """Book a purchase."""
        self._take_on(tranche, shares, price, cash_flow)
        self.bought_today[tranche.column] = self.bought_today.get(tranche.column, 0) + shares

    def sell_short(self, tranche: Tranche, shares: int, price: int, cash_flow: int) -> None:
        """Book a short sale."""
        self._take_on(tranche, -shares, price, cash_flow)
        self.owed[tranche.column] = self.owed.get(tranche.column, 0) + shares * price

    def mark(self, column: int, close: int) -> None:
        """Value what is owed of a name at a close."""
        if self.held(column) < 0:
            self.owed[column] = -self.held(column) * close

    def _take_on(self, tranche: Tranche, shares: int, price: int, cash_flow: int) -> None:
        tranche.add(shares, price)
        self.tranches.setdefault((tranche.event_id, tranche.column), tranche)
        self.shares[tranche.column] = self.held(tranche.column) + shares
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

    def sell(self, tranche: Tranche, shares: int, cash_flow: int) -> None:
        """Book a sale; a tranche sold out is gone."""
        assert 0 < shares <= tranche.shares
        tranche.shares -= shares
        self.cash += cash_flow
        self._move(tranche, -shares)

    def cover(self, tranche: Tranche, shares: int, cash_flow: int) -> None:
        """Book a purchase that gives back owed shares; their part of what is owed, rounded down, falls away."""
        assert 0 < shares <= -tranche.shares
        owed = self.owed[tranche.column]
        self.owed[tranche.column] = owed - owed * shares // -self.held(tranche.column)
        tranche.shares += shares
        self.cash += cash_flow
        self._move(tranche, shares)

    def _move(self, tranche: Tranche, shares: int) -> None:
        """Carry a change of a tranche over to the holding; what is sold out is gone."""
        if tranche.shares == 0:
            del self.tranches[tranche.event_id, tranche.column]
        left = self.held(tranche.column) + shares
        if left:
            self.shares[tranche.column] = left
        else:
            del self.shares[tranche.column]
            self.owed.pop(tranche.column, None)
