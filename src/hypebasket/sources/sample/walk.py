"""One name, day by day: wished moves become prices the exchange would have allowed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from hypebasket.rules.limits import NO_LIMIT_DOWN, NO_LIMIT_UP, day_limits
from hypebasket.sources.sample.dividends import Declared
from hypebasket.sources.sample.streams import Streams, clustered_volatility, fat_tails
from hypebasket.sources.sample.ticks import ex_right_price, to_tick
from hypebasket.spec.text import Market

if TYPE_CHECKING:
    from hypebasket.sources.sample.factors import Expected
    from hypebasket.sources.sample.tables import Day, Listing, Script

__all__ = ["Action", "Bar", "walk"]

# Made up, by board: first price (lowest, highest; whole currency), a name's own daily volatility, usual daily amount.
START_PRICE = {"main": (6, 38), "chinext": (12, 60), "star": (22, 110), "bse": (7, 28), "hk": (6, 180), "us": (40, 320)}
OWN_VOLATILITY = {"main": 0.018, "chinext": 0.024, "star": 0.025, "bse": 0.027, "hk": 0.016, "us": 0.013}
DAILY_AMOUNT = {"main": 2.4e8, "chinext": 3.1e8, "star": 2.2e8, "bse": 2.6e7, "hk": 6.5e8, "us": 7.0e8}
CASH_STEP = 5_000
"""Cash per share comes in steps of half a fen ("10 shares pay 1.05 yuan"); in millionths of the currency."""

HUNDRED = 100
"""Volumes are whole hundreds of shares, so that amounts are whole currency."""

BEYOND_LIMIT = 1.35
"""A wish this many bands away leaves no seller: the board is locked all day."""

CARRIED, MISSED = 0.5, 0.7
"""Parts that the next session still holds: of the wish a limit cut off, and of what a suspension missed."""

JUMP_SIZE = {"main": 0.10, "chinext": 0.20, "star": 0.20, "bse": 0.20, "hk": 0.06, "us": 0.05}
"""News of a name's own: about as large as its limit, so that boards form, hold or break."""

JUMPS_UP, JUMPS_DOWN, EXCITED_JUMPS = 0.007, 0.0035, 0.8
"""Chance per session of a jump up, of one down, and of one up more per unit of what the mainline and events bring."""

ARRIVAL = 10
"""Sessions before a laid-down price over which a name's own moves die away, so that no limit bars the way."""

IPO_VOLATILITY, IPO_SESSIONS = 4.0, 5
"""How much wilder a new listing is, and for how many sessions."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of the bars; prices in fen, amount in whole currency; ``reference`` None on a listing day."""

    session: date
    open: int
    high: int
    low: int
    close: int
    volume: int
    amount: int
    reference: int | None
    is_suspended: bool
    is_risk_warning: bool


@dataclass(frozen=True, slots=True)
class Action:
    """A distribution: cash per share in micro-currency, new shares per million, and the ex-right price in fen."""

    symbol: str
    ex_date: date
    cash_micro: int
    ratio_ppm: int
    last_cum_date: date
    last_cum_close: int
    ex_ref_price: int


@dataclass(slots=True)
class _Noise:
    """A name's own draws, (n_sessions,) each."""

    own: np.ndarray
    volatility: np.ndarray
    opening: np.ndarray
    above: np.ndarray
    below: np.ndarray
    volume: np.ndarray
    average: np.ndarray
    jump: np.ndarray
    jump_at_open: np.ndarray


def walk(
    streams: Streams,
    listing: Listing,
    sessions: Sequence[date],
    expected: Expected,
    declared: dict[date, Declared],
    script: Script,
) -> tuple[list[Bar], list[Action]]:
    """Return the bars of a name on ``sessions`` (all from its listing on) and the actions met on the way."""
    walker = _Walker(streams, listing, sessions, expected, script)
    actions = []
    bars = []
    for row, session in enumerate(sessions):
        if session in declared:
            actions.append(walker.go_ex(session, sessions[row - 1], declared[session]))
        bars.append(walker.suspended(row) if script.is_suspended(listing.symbol, session) else walker.traded(row))
    return bars, actions


class _Walker:
    """The state of one name between sessions: last close, reference price, what a limit or a halt held back."""

    def __init__(
        self, streams: Streams, listing: Listing, sessions: Sequence[date], expected: Expected, script: Script
    ) -> None:
        self.listing, self.sessions, self.expected, self.script = listing, sessions, expected, script
        self.hong_kong = listing.market is Market.XHKG
        self.is_listing = sessions[0] == listing.list_date
        start = streams.of("start", listing.symbol)
        low, high = START_PRICE[listing.board]
        wished = 100 * math.exp(start.uniform(math.log(low), math.log(high)))
        self.close = to_tick(wished, hong_kong=self.hong_kong)
        self.usual_amount = DAILY_AMOUNT[listing.board] * math.exp(0.8 * start.standard_normal())
        self.reference = self.base = self.close
        self.held_back = 0.0
        self.noise = self._draw(streams.of("noise", listing.symbol), len(sessions))
        self.levels = script.levels.get(listing.symbol, {})
        self.days: dict[date, Day] = script.days.get(listing.symbol, {})

    def _draw(self, stream: np.random.Generator, n: int) -> _Noise:
        scale = OWN_VOLATILITY[self.listing.board] * self.listing.scale
        volatility = clustered_volatility(stream, n) * scale
        if self.is_listing and self.listing.market is not Market.XHKG:
            volatility[:IPO_SESSIONS] *= IPO_VOLATILITY
        calm = clustered_volatility(stream, n, 0.8)
        return _Noise(
            own=fat_tails(stream, n) * volatility,
            volatility=volatility,
            opening=stream.standard_normal(n) * volatility * 0.35,
            above=np.abs(stream.standard_normal(n)) * volatility * 0.55,
            below=np.abs(stream.standard_normal(n)) * volatility * 0.55,
            volume=calm * np.exp(0.25 * stream.standard_normal(n)),
            average=stream.uniform(0.25, 0.75, n),
            jump=(jump := self._jumps(stream, n)),
            jump_at_open=jump * np.where(stream.random(n) < 0.4, stream.uniform(0.7, 1.3, n), 0.2),
        )

    def _jumps(self, stream: np.random.Generator, n: int) -> np.ndarray:
        """Return (n_sessions,) rare large moves; quiet days lean against them, so that they add no trend."""
        chance, size = stream.random(n), stream.uniform(0.6, 1.7, n) * JUMP_SIZE[self.listing.board]
        excited = JUMPS_UP + EXCITED_JUMPS * np.maximum(self.expected.day - 0.01, 0)
        rising, falling = chance < excited, chance > 1 - JUMPS_DOWN
        lean = (float(np.mean(excited)) - JUMPS_DOWN) * 1.15 * JUMP_SIZE[self.listing.board]
        return np.asarray(size * rising - size * falling - lean)

    def go_ex(self, session: date, before: date, declared: Declared) -> Action:
        """Take a distribution off the price before the session starts."""
        cash = round(self.close * 10_000 * declared.cash_yield / CASH_STEP) * CASH_STEP
        ratio = round(declared.ratio * 1_000_000)
        self.base = ex_right_price(self.close, cash, ratio)
        # Only the mainland exchanges publish an ex-right price; elsewhere the close stands, unless shares were split.
        is_mainland = self.listing.board not in ("hk", "us")
        self.reference = self.base if is_mainland or ratio else self.close
        return Action(self.listing.symbol, session, cash, ratio, before, self.close, self.base)

    def suspended(self, row: int) -> Bar:
        """Stand still, and hold back what the session would have brought."""
        self.held_back += MISSED * float(self.expected.day[row])
        session, close = self.sessions[row], self.close
        return Bar(session, close, close, close, close, 0, 0, close, True, self._is_risk_warning(session))

    def traded(self, row: int) -> Bar:
        """Trade one session inside its limits."""
        session = self.sessions[row]
        down, up = self._limits(row)
        scripted = self.days.get(session)
        prices = self._drawn(row, down, up) if scripted is None else self._scripted(scripted, up)
        open_, high, low, close = prices
        assert down <= low <= min(open_, close) <= max(open_, close) <= high <= up, (
            self.listing.symbol,
            session,
            prices,
        )
        volume, amount = self._turnover(row, prices, up)
        shown = None if self.is_listing and row == 0 else self.reference
        self.close = self.reference = self.base = close
        return Bar(session, open_, high, low, close, volume, amount, shown, False, self._is_risk_warning(session))

    def _is_risk_warning(self, session: date) -> bool:
        return self.script.is_risk_warning(self.listing.symbol, session)

    def _limits(self, row: int) -> tuple[int, int]:
        if self.listing.board in ("hk", "us"):
            return NO_LIMIT_DOWN, NO_LIMIT_UP
        limits = day_limits(
            self.listing.board,
            self.listing.market,
            self.sessions[row],
            self.reference,
            risk_warning=self._is_risk_warning(self.sessions[row]),
            sessions_listed=row + 1 if self.is_listing else None,
            list_date=self.listing.list_date,
            issue_price=None,
            delisting_session=None,
        )
        assert limits is not None, (self.listing.symbol, self.sessions[row])
        return limits

    def _drawn(self, row: int, down: int, up: int) -> tuple[int, int, int, int]:
        wish = float(self.expected.day[row] + self.noise.own[row] + self.noise.jump[row]) + self.held_back
        wish = max(self._led(row, wish), -0.9)
        opening = float(self.expected.opening[row] + self.noise.opening[row] + self.noise.jump_at_open[row])
        opening += 0.8 * self.held_back
        opening = max(opening, -0.9)

        def allowed(move: float) -> int:
            return min(max(to_tick(self.base * (1 + move), hong_kong=self.hong_kong), down), up)

        open_, close = allowed(opening), allowed(wish)
        top = max(open_ / self.base - 1, close / self.base - 1) + float(self.noise.above[row])
        bottom = min(open_ / self.base - 1, close / self.base - 1) - float(self.noise.below[row])
        high, low = max(allowed(top), open_, close), min(allowed(bottom), open_, close)
        self.held_back = CARRIED * (wish - (close / self.base - 1)) if close in (down, up) else 0.0
        for limit in (down, up):
            if open_ == close == limit and abs(wish) > BEYOND_LIMIT * abs(limit / self.base - 1):
                high = low = limit
        return open_, high, low, close

    def _led(self, row: int, wish: float) -> float:
        """Lead the path to the next price that is laid down: a Brownian bridge in logarithms."""
        target = next(((day, price) for day, price in sorted(self.levels.items()) if day >= self.sessions[row]), None)
        if target is None:
            return wish
        day, price = target
        left = sum(self.sessions[row] <= session <= day for session in self.sessions)
        missing = math.log(price / self.base)
        return math.exp(missing) - 1 if left == 1 else wish * min((left - 1) / ARRIVAL, 1.0) + missing / left

    def _scripted(self, words: Day, up: int) -> tuple[int, int, int, int]:
        def price(word: str | float) -> int:
            if word == "up":
                return up
            if isinstance(word, str):
                return round(float(word.removeprefix("=")) * 100)
            return min(to_tick(self.base * (1 + word / 100), hong_kong=self.hong_kong), up)

        self.held_back = 0.0
        open_, high, low, close = (price(word) for word in words)
        return open_, high, low, close

    def _turnover(self, row: int, prices: tuple[int, int, int, int], up: int) -> tuple[int, int]:
        """Return shares (whole hundreds) and an amount whose average price lies inside the day's range."""
        open_, high, low, close = prices
        excitement = min(math.exp(9 * min(abs(close / self.base - 1), 0.2) + 5 * min(high / low - 1, 0.2)), 6.0)
        wished = self.usual_amount * float(self.noise.volume[row]) * excitement * 0.75
        if high == low:
            wished *= 0.08
        hundreds = max(round(wished / close), 1)
        weight = float(self.noise.average[row])
        average = (open_ + close) / 4 + (low + (high - low) * weight) / 2
        amount = min(max(round(hundreds * average), hundreds * low), hundreds * high)
        return hundreds * HUNDRED, amount
