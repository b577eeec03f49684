"""Money and shares are neither made nor lost: the account of a random run, rebuilt fill by fill, in all three sleeves.

Nothing of ``check_ledger`` is used. Splits are held to the exact value of what was held before them.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from functools import cache

import pytest
from both_sides import currency_of, fen, panel_of, plan_of
from hypothesis import given
from hypothesis import strategies as st
from overseas_scenarios import overseas_scenario
from scenarios import scenario

from hypebasket.engine.replay import replay
from hypebasket.ledger.records import Fill, Ledger, OrderKind, Side
from hypebasket.market.panel import MarketPanel
from hypebasket.rules.entitlements import entitlement, ex_right_price
from hypebasket.spec.text import Currency

PHASES = (OrderKind.OPEN, OrderKind.QUEUE, OrderKind.CLOSE)
CASES = [(currency, seed) for currency in Currency for seed in range(600, 620)]


@cache
def played(currency: Currency, seed: int) -> tuple[Ledger, MarketPanel]:
    drawn = scenario(seed) if currency is Currency.CNY else overseas_scenario(currency, seed)
    panel = panel_of(drawn)
    ledger = replay(
        panel, plan_of(drawn), cash=fen(drawn.cash), start=1, stop=len(drawn.sessions),
        currency=currency_of(drawn).value,
    )  # fmt: skip
    return ledger, panel


def in_order(fill: Fill) -> tuple[int, bool, int]:
    return PHASES.index(fill.kind), fill.side is Side.BUY, fill.fill_id


@pytest.mark.parametrize(("currency", "seed"), CASES)
def test_the_account_reconciles_with_every_fill(currency: Currency, seed: int) -> None:
    """At a fill, price x shares changes hands: cash and holdings at that price lose exactly the fees."""
    ledger, panel = played(currency, seed)
    assert not ledger.charges  # nothing is withheld or borrowed
    cash, shares = ledger.initial_cash, defaultdict[str, int](int)
    fees = taxes = received = bought = sold = 0
    for record in ledger.equity:
        for item in (each for each in ledger.entitlements if each.session == record.session):
            shares[item.symbol] += item.shares
            cash += item.cash
            received += item.cash
        for fill in sorted((each for each in ledger.fills if each.session == record.session), key=in_order):
            worth = cash + shares[fill.symbol] * fill.price
            sign = 1 if fill.side is Side.BUY else -1
            shares[fill.symbol] += sign * fill.shares
            cash -= sign * fill.price * fill.shares + fill.fees
            assert cash + shares[fill.symbol] * fill.price == worth - fill.fees
            assert shares[fill.symbol] >= 0
            fees += fill.fees
            bought, sold = (bought + fill.amount, sold) if sign > 0 else (bought, sold + fill.amount)
        for tax in (each for each in ledger.taxes if each.session == record.session):
            cash -= tax.cash
            taxes += tax.cash
        row = panel.row_of[record.session]
        value = sum(number * int(panel.close[row, panel.column_of[symbol]]) for symbol, number in shares.items())
        assert (record.cash, record.market_value, record.equity) == (cash, value, cash + value)
        # and once more from the sums alone
        assert record.equity == ledger.initial_cash - bought + sold + received - fees - taxes + value


def test_the_cases_are_worth_their_name() -> None:
    """The random runs above meet fills, dividends, splits and tax."""
    ledgers = [played(currency, seed)[0] for currency, seed in CASES]
    assert sum(len(ledger.fills) for ledger in ledgers) > 300
    assert sum(entitled.cash > 0 for ledger in ledgers for entitled in ledger.entitlements) > 20
    assert sum(entitled.shares > 0 for ledger in ledgers for entitled in ledger.entitlements) > 10
    assert sum(-entitled.held < entitled.shares < 0 for ledger in ledgers for entitled in ledger.entitlements) > 0
    assert sum(len(ledger.taxes) for ledger in ledgers) > 5


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
