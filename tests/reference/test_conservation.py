"""Money and shares are neither made nor lost: the account of a random run, long or short, rebuilt fill by fill.

Nothing of ``check_ledger`` is used. Splits are held to the exact value of what was held before them.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from functools import cache, partial

import pytest
from both_sides import play
from hypothesis import given
from hypothesis import strategies as st
from overseas_scenarios import overseas_scenario
from scenarios import scenario
from short_scenarios import short_scenario

from hypebasket.ledger.records import ChargeKind, Fill, Ledger, OrderKind, Side
from hypebasket.market.panel import MarketPanel
from hypebasket.rules.entitlements import entitlement, ex_right_price
from hypebasket.spec.text import Currency

PHASES = (OrderKind.OPEN, OrderKind.QUEUE, OrderKind.CLOSE)
ENTERING = (Side.BUY, Side.SHORT)
BOUGHT = (Side.BUY, Side.COVER)
SLEEVES = {
    "CNY": scenario,
    "HKD": partial(overseas_scenario, Currency.HKD),
    "USD": partial(overseas_scenario, Currency.USD),
    "HKD short": partial(short_scenario, Currency.HKD),
    "USD short": partial(short_scenario, Currency.USD),
}
CASES = [(sleeve, seed) for sleeve in SLEEVES for seed in range(600, 620)]


@cache
def played(sleeve: str, seed: int) -> tuple[Ledger, MarketPanel]:
    drawn = SLEEVES[sleeve](seed)
    panel, ledger = play(drawn)
    return ledger, panel


def in_order(fill: Fill) -> tuple[int, bool, int]:
    return PHASES.index(fill.kind), fill.side in ENTERING, fill.fill_id


@pytest.mark.parametrize(("sleeve", "seed"), CASES)
def test_the_account_reconciles_with_every_fill(sleeve: str, seed: int) -> None:
    """At a fill, price x shares changes hands: cash and holdings at that price lose exactly the fees."""
    ledger, panel = played(sleeve, seed)
    owes = sleeve.endswith("short")
    cash, shares = ledger.initial_cash, defaultdict[str, int](int)
    fees = taxes = charged = received = bought = sold = 0
    for record in ledger.equity:
        for item in (each for each in ledger.entitlements if each.session == record.session):
            shares[item.symbol] += item.shares
            cash += item.cash
            received += item.cash
        for charge in (each for each in ledger.charges if each.session == record.session):
            cash -= charge.cash
            charged += charge.cash
        for fill in sorted((each for each in ledger.fills if each.session == record.session), key=in_order):
            worth = cash + shares[fill.symbol] * fill.price
            sign = 1 if fill.side in BOUGHT else -1
            shares[fill.symbol] += sign * fill.shares
            cash -= sign * fill.price * fill.shares + fill.fees
            assert cash + shares[fill.symbol] * fill.price == worth - fill.fees
            assert shares[fill.symbol] <= 0 if owes else shares[fill.symbol] >= 0
            fees += fill.fees
            bought, sold = (bought + fill.amount, sold) if sign > 0 else (bought, sold + fill.amount)
        for tax in (each for each in ledger.taxes if each.session == record.session):
            cash -= tax.cash
            taxes += tax.cash
        row = panel.row_of[record.session]
        value = sum(number * int(panel.close[row, panel.column_of[symbol]]) for symbol, number in shares.items())
        assert (record.cash, record.market_value, record.equity) == (cash, value, cash + value)
        # and once more from the sums alone
        assert record.equity == ledger.initial_cash - bought + sold + received - fees - taxes - charged + value


def test_the_cases_are_worth_their_name() -> None:
    """The random runs above meet fills, dividends, splits, tax, loans and withholding, held and owed."""
    ledgers = [played(sleeve, seed)[0] for sleeve, seed in CASES]
    assert sum(len(ledger.fills) for ledger in ledgers) > 300
    assert sum(entitled.cash > 0 for ledger in ledgers for entitled in ledger.entitlements) > 20
    assert sum(entitled.shares > 0 for ledger in ledgers for entitled in ledger.entitlements) > 10
    assert sum(-entitled.held < entitled.shares < 0 for ledger in ledgers for entitled in ledger.entitlements) > 0
    assert sum(len(ledger.taxes) for ledger in ledgers) > 5
    owed = [each for ledger in ledgers for each in ledger.entitlements if each.held < 0]
    assert sum(each.cash < 0 for each in owed) > 5
    assert sum(each.shares < 0 for each in owed) > 0
    charges = [charge.kind for ledger in ledgers for charge in ledger.charges]
    assert charges.count(ChargeKind.BORROW) > 100
    assert charges.count(ChargeKind.WITHHOLDING) > 3


RATIOS = st.one_of(
    st.sampled_from([9_000_000, 1_000_000, 500_000, 300_000, -900_000, -500_000, -750_000]),
    st.integers(min_value=-999_000, max_value=20_000_000),
)


@given(
    held=st.integers(min_value=1, max_value=10**9),
    close=st.integers(min_value=1, max_value=10**7),
    ratio=RATIOS,
)
def test_a_split_makes_nothing_and_loses_less_than_a_share(held: int, close: int, ratio: int) -> None:
    """Priced at the exact ex-right price the holding keeps its value, but for a fraction of one new share."""
    gained, cash = entitlement(held, 0, ratio)
    exact = Fraction(close) / (1 + Fraction(ratio, 10**6))
    lost = held * close - (held + gained) * exact
    assert cash == 0
    assert 0 <= lost < exact
    # the reference price is that price, half-up to the fen
    assert abs(ex_right_price(close, 0, ratio) - exact) <= Fraction(1, 2)


@given(
    held=st.integers(min_value=1, max_value=10**9),
    close=st.integers(min_value=100, max_value=10**7),
    cash_micro=st.integers(min_value=0, max_value=900_000),
    ratio=RATIOS,
)
def test_a_dividend_with_new_shares_makes_nothing(held: int, close: int, cash_micro: int, ratio: int) -> None:
    gained, cash = entitlement(held, cash_micro, ratio)
    exact = (close - Fraction(cash_micro, 10_000)) / (1 + Fraction(ratio, 10**6))
    lost = held * close - (held + gained) * exact - cash
    # half a fen of cash either way, and a fraction of one new share
    assert -Fraction(1, 2) <= lost < exact + Fraction(1, 2)
