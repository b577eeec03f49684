"""``check_ledger`` lets an honest ledger pass and names the place of every planted falsehood.

The honest ledger: two names bought on 01-04, one of them held over its ex-date, both sold on 01-08.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from hypebasket.errors import LedgerError
from hypebasket.ledger.invariants import check_ledger
from hypebasket.ledger.records import Fill, Ledger, OrderKind, OrderStatus, Reason, Side
from hypebasket.ledger.terms import fee_faults, size_faults, time_faults
from hypebasket.rules.fees import Commission, Fees
from markets import HandMadeMarket, day_of, event, market, play, strategy

PARTICIPATION = 100_000
A, B = "600001.SH", "600002.SH"


@pytest.fixture(scope="module")
def made() -> HandMadeMarket:
    """600001 pays 0.50 on 01-05 and is suspended on 01-09; 600002 trades 20,000 shares on 01-04."""
    return market(
        """
        session | 600001.SH               | 600002.SH
        01-03   | 10.00                   | 5.00
        01-04   | 10.00 10.20 9.90 10.00  | 5.00 5.10 4.90 5.05 v20000
        01-05   | 9.50 9.60 9.40 9.50 p9.5 | 5.05
        01-08   | 9.50                    | 5.05
        01-09   | S                       | 5.10
        01-10   | 9.60                    | 5.10
        """,
        actions="600001.SH 01-05 cash 0.50",
    )


@pytest.fixture(scope="module")
def honest(made: HandMadeMarket) -> Ledger:
    """Fills 1 and 2 buy at the open of 01-04, fills 3 and 4 sell at the close of 01-08."""
    rules = strategy(exit={"hold_sessions": 3}, size={"participation": 0.1})
    ledger = play(made, rules, [event("e", "01-03T12:00Z")], cash=20_000).ledger
    assert [(fill.symbol, fill.side, fill.shares) for fill in ledger.fills] == [
        (A, Side.BUY, 900), (B, Side.BUY, 1900), (A, Side.SELL, 900), (B, Side.SELL, 1900)
    ]  # fmt: skip
    return ledger


def test_an_honest_ledger_passes(honest: Ledger, made: HandMadeMarket) -> None:
    check_ledger(honest, made.tape, PARTICIPATION)


def alter(rows: list[Any], index: int, **changes: Any) -> None:
    rows[index] = replace(rows[index], **changes)


def reprice(ledger: Ledger, index: int, price: int) -> None:
    fill: Fill = ledger.fills[index]
    alter(ledger.fills, index, price=price, amount=price * fill.shares)


def move(ledger: Ledger, index: int, day: str) -> None:
    alter(ledger.fills, index, session=day_of(day))


def another_fill(ledger: Ledger) -> None:
    ledger.fills.append(replace(ledger.fills[0], fill_id=99))


def oversell(ledger: Ledger) -> None:
    alter(ledger.fills, 2, shares=1000, amount=ledger.fills[2].price * 1000)


def sell_at_once(ledger: Ledger) -> None:
    move(ledger, 2, "01-04")
    reprice(ledger, 2, 1000)
    alter(ledger.orders, 2, created=day_of("01-04"))


def shift_cash(ledger: Ledger, fen: int) -> None:
    """Pretend to have had ``fen`` less all along: every row of the account agrees with it."""
    ledger.initial_cash -= fen
    for index, row in enumerate(ledger.equity):
        alter(ledger.equity, index, cash=row.cash - fen, equity=row.equity - fen)


def inflate_entitlement(ledger: Ledger) -> None:
    """Ten yuan more, booked consistently everywhere."""
    alter(ledger.entitlements, 0, cash=ledger.entitlements[0].cash + 1000)
    for index, row in enumerate(ledger.equity[1:], start=1):
        alter(ledger.equity, index, cash=row.cash + 1000, equity=row.equity + 1000)


def forget_entitlement(ledger: Ledger) -> None:
    """The dividend never came, and every row of the account agrees."""
    gone = ledger.entitlements.pop().cash
    for index, row in enumerate(ledger.equity[1:], start=1):
        alter(ledger.equity, index, cash=row.cash - gone, equity=row.equity - gone)


LIES: dict[str, tuple[Callable[[Ledger], Any], str]] = {
    "above the limit-up": (lambda ledger: reprice(ledger, 0, 1101), "fill 1 of 600001.SH on 2024-01-04: price"),
    "below the limit-down": (lambda ledger: reprice(ledger, 1, 449), "fill 2 of 600002.SH on 2024-01-04: price"),
    "above the day's high": (lambda ledger: reprice(ledger, 0, 1021), "fill 1 of 600001.SH on 2024-01-04: price"),
    "below the day's low": (lambda ledger: reprice(ledger, 0, 989), "fill 1 of 600001.SH on 2024-01-04: price"),
    "on a suspended day": (lambda ledger: move(ledger, 2, "01-09"), "fill 3 of 600001.SH on 2024-01-09: traded"),
    "amount is not price times shares": (lambda ledger: alter(ledger.fills, 0, amount=1), "fill 1 .*: amount"),
    "a negative fee": (lambda ledger: alter(ledger.fills, 0, commission=-1), "fill 1 .*: shares and fees"),
    "no shares": (lambda ledger: alter(ledger.fills, 0, shares=0, amount=0), "fill 1 .*: shares and fees"),
    "above the volume cap": (
        lambda ledger: alter(ledger.fills, 1, shares=2100, amount=2100 * 500), "fill 2 of 600002.SH .*: share of"
    ),
    "sold on the day of purchase": (sell_at_once, "fill 3 of 600001.SH on 2024-01-04: sold"),
    "sold more than held": (oversell, "fill 3 of 600001.SH on 2024-01-08: sold more"),
    "a buy on credit": (lambda ledger: shift_cash(ledger, 1_000_000), "fill 2 of 600002.SH .*: cash after a buy"),
    "cash off by a fen": (lambda ledger: alter(ledger.equity, 1, cash=ledger.equity[1].cash + 1), "cash on 2024-01-05"),
    "equity off by a fen": (
        lambda ledger: alter(ledger.equity, 2, equity=ledger.equity[2].equity + 1), "equity on 2024-01-08"
    ),
    "market value off by a fen": (
        lambda ledger: alter(ledger.equity, 0, market_value=ledger.equity[0].market_value - 1),
        "market value on 2024-01-04",
    ),
    "a fee that was never paid": (lambda ledger: alter(ledger.fills, 0, transfer_fee=10), "cash on 2024-01-04"),
    "a missing fill": (lambda ledger: ledger.fills.pop(1), "cash on 2024-01-04"),
    "a fill too many": (another_fill, "cash on 2024-01-04|cash after a buy"),
    "a fill outside the run": (lambda ledger: move(ledger, 0, "01-03"), "outside the run: found .*2024, 1, 3"),
    "a missing position": (lambda ledger: ledger.positions.pop(0), "positions on 2024-01-04"),
    "a position too many": (
        lambda ledger: ledger.positions.append(replace(ledger.positions[0], session=day_of("01-10"), close=960,
                                                       market_value=960 * 900)), "positions on 2024-01-10"
    ),
    "a position at another price": (
        lambda ledger: alter(ledger.positions, 0, close=1020), "position in 600001.SH on 2024-01-04: close"
    ),
    "a position with a wrong value": (
        lambda ledger: alter(ledger.positions, 0, market_value=0), "position in 600001.SH on 2024-01-04: market value"
    ),
    "an inflated dividend": (inflate_entitlement, "entitlement of 600001.SH on 2024-01-05: shares, cash"),
    "a forgotten dividend": (forget_entitlement, "entitlement of 600001.SH on 2024-01-05: shares held"),
    "a dividend on shares not held": (
        lambda ledger: alter(ledger.entitlements, 0, held=1000, cash=50_000),
        "entitlement of 600001.SH on 2024-01-05: shares held",
    ),
    "an order's count is off": (lambda ledger: alter(ledger.orders, 0, filled=800), "order 1: shares filled"),
    "an order filled beyond its size": (lambda ledger: alter(ledger.orders, 0, shares=800), "order 1: filled"),
    "an order called whole that is not": (lambda ledger: alter(ledger.orders, 0, shares=1000), "order 1: filled"),
    "an order left open": (lambda ledger: alter(ledger.orders, 0, status=OrderStatus.OPEN), "order 1: status"),
    "an unfilled order without a reason": (
        lambda ledger: alter(ledger.orders, 0, status=OrderStatus.EXPIRED), "order 1: reason"
    ),
    "a filled order with a reason": (lambda ledger: alter(ledger.orders, 0, reason=Reason.CASH), "order 1: reason"),
    "an order told twice": (lambda ledger: ledger.orders.append(replace(ledger.orders[0])), "order 1: rows"),
    "a fill without an order": (lambda ledger: ledger.orders.pop(0), "fills without an order: found \\[1\\]"),
    "a fill before its order": (
        lambda ledger: alter(ledger.orders, 0, created=day_of("01-05")), "fill 1 of 600001.SH on 2024-01-04: its order"
    ),
    "a fill of another name's order": (lambda ledger: alter(ledger.orders, 0, symbol=B), "fill 1 .*: its order"),
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
def test_every_lie_is_named(lie: str, honest: Ledger, made: HandMadeMarket) -> None:
    plant, place = LIES[lie]
    ledger = deepcopy(honest)
    plant(ledger)
    with pytest.raises(LedgerError, match=place):
        check_ledger(ledger, made.tape, PARTICIPATION)


def test_shares_bought_before_may_be_sold_on_a_day_of_purchase(made: HandMadeMarket) -> None:
    """T+1 binds the shares, not the name: 900 held, 100 more bought at the open of 01-08, 900 sold at its close."""
    ledger = play(made, strategy(exit={"hold_sessions": 3}), [event("e", "01-03T12:00Z")], cash=20_000).ledger
    sale = next(fill for fill in ledger.fills if fill.side is Side.SELL and fill.symbol == A)
    order = next(order for order in ledger.orders if order.order_id == sale.order_id)
    more = replace(sale, fill_id=90, order_id=90, side=Side.BUY, kind="open", shares=100, amount=100 * sale.price,
                   commission=500, stamp_duty=0, transfer_fee=1)  # fmt: skip
    # 950.00 pay the least commission, 5.00, and 10 ppm of transfer fee, 0.0095: one fen
    ledger.fills.insert(min(i for i, fill in enumerate(ledger.fills) if fill.session == sale.session), more)
    ledger.orders.append(replace(order, order_id=90, side=Side.BUY, shares=100, filled=100))
    # 900 go, 100 come: 800 leave, each with a dividend of 0.50 taxed at 20 %: 80.00 instead of 90.00
    ledger.taxes[:] = [replace(ledger.taxes[0], shares=800, cash=8_000)]
    for index, row in enumerate(ledger.equity[2:], start=2):
        close = made.tape.last_close(A, row.session)
        value = row.market_value + 100 * close
        cash = row.cash - more.amount - 501 + 1_000
        alter(ledger.equity, index, cash=cash, market_value=value, equity=cash + value)
        position = next((each for each in ledger.positions if (each.session, each.symbol) == (row.session, A)), None)
        assert position is None
        ledger.positions.append(
            replace(ledger.positions[0], session=row.session, shares=100, close=close, market_value=100 * close)
        )
    check_ledger(ledger, made.tape, PARTICIPATION)
    alter(ledger.fills, ledger.fills.index(sale), shares=901, amount=901 * sale.price)
    with pytest.raises(LedgerError, match="sold more than may be sold today: found 901, expected <= 900"):
        check_ledger(ledger, made.tape, PARTICIPATION)


def test_what_the_law_and_the_broker_take_is_checked_to_the_fen(honest: Ledger, made: HandMadeMarket) -> None:
    """Fill 1 buys 900 at 10.00: commission 250 ppm of 9,000.00 is 2.25, so the least, 5.00; transfer fee 0.09."""
    assert (honest.fills[0].commission, honest.fills[0].stamp_duty, honest.fills[0].transfer_fee) == (500, 0, 9)
    assert not list(fee_faults(honest, made.tape, Commission()))
    for field, off in (("commission", 499), ("transfer_fee", 10), ("stamp_duty", 1), ("other_fees", 1)):
        ledger = deepcopy(honest)
        alter(ledger.fills, 0, **{field: off})
        (fault,) = fee_faults(ledger, made.tape, Commission())
        assert fault.what == "fill 1 of 600001.SH on 2024-01-04: fees"
        with pytest.raises(LedgerError, match=r"cash on 2024-01-04|fill 1 of 600001.SH on 2024-01-04: fees"):
            check_ledger(ledger, made.tape, PARTICIPATION)
    (first, *_) = fee_faults(honest, made.tape, Commission(minimum=0))
    assert first.found == Fees(500, 0, 9)
    assert first.expected == Fees(225, 0, 9)


@pytest.mark.parametrize(
    ("fill", "shares", "found"),
    [
        (0, 850, "fill 1 of 600001.SH on 2024-01-04: order size"),  # no multiple of 100 is bought on the main board
        (2, 850, "fill 3 of 600001.SH on 2024-01-08: order size"),  # 900 held: no odd part, so no odd sale
        (2, 800, None),  # a round part of what is held
        (2, 900, None),
    ],
)
def test_only_sizes_the_exchange_takes(
    fill: int, shares: int, found: str | None, honest: Ledger, made: HandMadeMarket
) -> None:
    ledger = deepcopy(honest)
    alter(ledger.fills, fill, shares=shares)
    assert found in [fault.what for fault in size_faults(ledger, made.tape)] or found is None
    assert found is not None or not list(size_faults(ledger, made.tape))


def test_an_order_above_the_maximum_is_split_and_each_child_pays_for_itself(made: HandMadeMarket) -> None:
    """The main board takes a million shares in one order; 1,500,000 at 10.00 are 1,000,000 and 500,000."""
    sale = {"session": day_of("01-04"), "event_id": "e", "symbol": A, "kind": OrderKind.OPEN, "side": Side.BUY}
    children = [
        Fill(fill_id=number, order_id=1, shares=shares, price=1000, amount=1000 * shares, commission=shares // 4,
             stamp_duty=0, transfer_fee=shares // 100, **sale)
        for number, shares in ((1, 1_000_000), (2, 500_000))
    ]  # fmt: skip
    ledger = Ledger("CNY", 0, fills=children)
    assert not [*size_faults(ledger, made.tape), *fee_faults(ledger, made.tape, Commission())]
    whole = replace(children[0], shares=1_500_000, amount=1_500_000_000, commission=375_000, transfer_fee=15_000)
    (fault,) = size_faults(Ledger("CNY", 0, fills=[whole]), made.tape)
    assert (fault.found, fault.expected) == ((1_500_000,), (1_000_000, 500_000))


def test_rows_follow_the_order_of_time(honest: Ledger) -> None:
    assert not list(time_faults(honest))
    ledger = deepcopy(honest)
    ledger.fills.reverse()
    ledger.equity[1], ledger.equity[2] = ledger.equity[2], ledger.equity[1]
    assert [fault.what for fault in time_faults(ledger)] == [
        "equity: order of sessions",
        "fill 2 of 600002.SH on 2024-01-04: order of fills",
    ]
