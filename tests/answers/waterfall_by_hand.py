"""The waterfall of event-drift on one A-share event, worked out step by step from published bars, without any engine.

Rules of the strategy: equal money, bought at the open of the entry session or of three sessions after it, sold at the
close of session 5, or at the next open after a close 10 % below the price paid. Rules of the market:
``docs/semantics.md``. Money is fen. No name may go ex, be suspended or be short of volume inside the window.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction
from itertools import pairwise

from event_drift_by_hand import band, open_price
from published_bars import Bars, PublishedBar

TRIES = 4
STOP = Fraction(9, 10)
COMMISSION, MINIMUM, TRANSFER, DUTY = Fraction(250, 10**6), 500, Fraction(10, 10**6), Fraction(500, 10**6)
"""From 2023-08-28 on: stamp duty 0.05 % on sales, transfer fee 0.001 %; the broker 0.025 %, 5.00 or more."""


@dataclass(frozen=True)
class Rules:
    """Which rules of the market hold in a run."""

    at_base: bool = False
    limits_on_entry: bool = False
    limits_on_exit: bool = False
    lots: bool = False
    fees: bool = False


RUNS: Mapping[str, Rules] = {
    "choice": Rules(at_base=True),
    "session_delay": Rules(),
    "limits_entry": Rules(limits_on_entry=True),
    "limits_exit": Rules(limits_on_entry=True, limits_on_exit=True),
    "t_plus_1": Rules(limits_on_entry=True, limits_on_exit=True),
    "lots_and_cash": Rules(limits_on_entry=True, limits_on_exit=True, lots=True),
    "volume_cap": Rules(limits_on_entry=True, limits_on_exit=True, lots=True),
    "fees_and_tax": Rules(limits_on_entry=True, limits_on_exit=True, lots=True, fees=True),
}
"""T+1 and the volume cap change nothing here: what is bought last is sold the day after, 10 % of any day is plenty."""


def bars_by_hand(bars: Bars, base: str, window: Sequence[str], capital: int) -> dict[str, int]:
    """Return the money of every bar, in fen, by the name of its step."""
    slot = capital // len(bars)
    levels = {"headline": _headline(bars, base, window, slot * len(bars))}
    for step, rules in RUNS.items():
        levels[step] = sum(_earned(symbol, days, base, window, slot, rules) for symbol, days in bars.items())
    steps = list(levels)
    changes = {step: levels[step] - levels[before] for before, step in pairwise(steps)}
    return {"headline": levels["headline"], **changes, "captured": levels["fees_and_tax"]}


def _headline(bars: Bars, base: str, window: Sequence[str], allotted: int) -> int:
    rates = [Fraction(days[window[-1]].close) / Fraction(days[base].close) - 1 for days in bars.values()]
    return _half_up(sum(rates) / len(rates) * allotted)


def _earned(
    symbol: str, days: Mapping[str, PublishedBar], base: str, window: Sequence[str], money: int, rules: Rules
) -> int:
    """Return what one name earned."""
    bought = _bought(symbol, days, base, window, rules)
    if bought is None:
        return 0
    session, price = bought
    shares = _shares(symbol, money, price, rules)
    cost = shares * price + (_fees(shares * price, is_sale=False) if rules.fees else 0)
    held = window if session == base else window[window.index(session) :]
    amount = shares * _sold(symbol, days, held, price, rules)
    return amount - cost - (_fees(amount, is_sale=True) if rules.fees else 0)


def _bought(
    symbol: str, days: Mapping[str, PublishedBar], base: str, window: Sequence[str], rules: Rules
) -> tuple[str, int] | None:
    if rules.at_base:
        return base, _fen(days[base].close)
    for session in window[:TRIES]:
        limit = days[session].limit_up(band(symbol))
        price = open_price(days[session], limit, "realistic") if rules.limits_on_entry else days[session].open
        if price is not None:
            return session, _fen(price)
    return None


def _sold(symbol: str, days: Mapping[str, PublishedBar], held: Sequence[str], paid: int, rules: Rules) -> int:
    """Return the price of the sale: the close of the last session, or an earlier open after a close at the stop."""
    for session, following in pairwise(held):
        if _fen(days[session].close) <= paid * STOP:
            return _served(symbol, days, days[following], days[following].open, rules)
    return _served(symbol, days, days[held[-1]], days[held[-1]].close, rules)


def _served(symbol: str, days: Mapping[str, PublishedBar], bar: PublishedBar, price: Decimal, rules: Rules) -> int:
    """Return the price, once it is clear that no limit-down stands in the way of it."""
    assert bar.prev_close is not None
    floor = bar.prev_close * (100 - band(symbol)) / 100
    assert not rules.limits_on_exit or price > floor, f"{symbol} {bar.date}: at the limit-down, work it out"
    return _fen(price)


def _shares(symbol: str, money: int, price: int, rules: Rules) -> int:
    """Return what the money buys: in lots of 100 (STAR market: 200 and up), fees included, where lots hold."""
    shares = money // price
    while shares:
        lot = shares
        if rules.lots:
            lot = (shares if shares >= 200 else 0) if symbol.startswith("688") else shares // 100 * 100
        if lot * price + (_fees(lot * price, is_sale=False) if rules.fees and lot else 0) <= money:
            return lot
        shares -= 1
    return 0


def _fees(amount: int, *, is_sale: bool) -> int:
    commission = max(MINIMUM, _half_up(amount * COMMISSION))
    return commission + _half_up(amount * TRANSFER) + (_half_up(amount * DUTY) if is_sale else 0)


def _half_up(value: Fraction) -> int:
    return int(value + Fraction(1, 2)) if value >= 0 else -int(-value + Fraction(1, 2))


def _fen(price: Decimal) -> int:
    return int((price * 100).to_integral_value(ROUND_DOWN))
