"""Which members a decision takes, and how it shares out the money: from the past alone, ties by symbol."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hypebasket.plan.intents import MILLION
from hypebasket.plan.past import PastView
from hypebasket.plan.signals import SIGNALS, deviation, limit_height, median_amount
from hypebasket.spec.basket import Stock
from hypebasket.spec.strategy import Select, Size, SizeScheme

__all__ = ["Choice", "choose", "symbols_of", "weights_ppm"]

ILLIQUID = "illiquid"
NOT_SELECTED = "not_selected"


@dataclass(frozen=True, slots=True)
class Choice:
    """The stocks taken, by symbol, and why the others were not: ``illiquid`` or ``not_selected``."""

    taken: tuple[Stock, ...]
    passed: tuple[tuple[str, str], ...]


def symbols_of(stocks: Iterable[Stock]) -> set[str]:
    """Return the symbols of some stocks."""
    return {stock.symbol for stock in stocks}


def choose(members: Sequence[Stock], select: Select, past: PastView, base: int) -> Choice:
    """Apply ``select`` to the members: liquidity first, then limit-ups only, then the ranks."""
    passed: dict[str, str] = {}
    left = list(members)
    if select.min_amount is not None:
        left = [stock for stock in left if (median_amount(past, stock.symbol, base) or 0) >= select.min_amount]
        passed |= dict.fromkeys(symbols_of(members) - symbols_of(left), ILLIQUID)
    if select.limit_up_only:
        left = [stock for stock in left if limit_height(past, stock.symbol, base)]
    if select.top is not None or select.bottom is not None:
        left = _ranked(left, select, past, base)
    passed = {**dict.fromkeys(symbols_of(members) - symbols_of(left), NOT_SELECTED), **passed}
    return Choice(tuple(sorted(left, key=lambda stock: stock.symbol)), tuple(sorted(passed.items())))


def _ranked(stocks: Sequence[Stock], select: Select, past: PastView, base: int) -> list[Stock]:
    """Return the strongest ``top`` and the weakest ``bottom`` names; a name without the signal is in neither."""
    signal = SIGNALS[select.by]
    strength = {stock.symbol: signal(past, stock.symbol, base) for stock in stocks}
    known = [(value, stock) for stock in stocks if (value := strength[stock.symbol]) is not None]
    strongest = sorted(known, key=lambda pair: (-pair[0], pair[1].symbol))[: select.top or 0]
    weakest = sorted(known, key=lambda pair: (pair[0], pair[1].symbol))[: select.bottom or 0]
    kept = {stock.symbol for _, stock in (*strongest, *weakest)}
    return [stock for stock in stocks if stock.symbol in kept]


def weights_ppm(stocks: Sequence[Stock], size: Size, past: PastView) -> tuple[int, ...]:
    """Share ``gross`` out among the stocks, in parts per million, each rounded down and capped.

    Inverse volatility takes 20 returns up to the last session; a name with fewer than 10, or whose price never moved,
    counts with the greatest volatility of the others.
    """
    shares = _shares(stocks, size.scheme, past)
    gross = round(size.gross * MILLION)
    cap = MILLION if size.max_per_name is None else round(size.max_per_name * MILLION)
    total = sum(shares)
    return tuple(min(gross * share // total, cap) for share in shares)


def _shares(stocks: Sequence[Stock], scheme: SizeScheme, past: PastView) -> list[int]:
    """Return whole-number shares in proportion to which money is given."""
    if scheme is SizeScheme.BASKET_WEIGHTS:
        return [max(round(stock.weight * MILLION), 1) for stock in stocks]
    if scheme is SizeScheme.EQUAL:
        return [1] * len(stocks)
    found = [deviation(past, stock.symbol) or None for stock in stocks]
    widest = max((value for value in found if value is not None), default=1)
    return [MILLION * MILLION // (widest if value is None else value) for value in found]
