"""Break the broker or the law in one place, play a random scenario, and see that somebody notices.

Two watchmen: ``check_ledger`` rebuilds the accounts of every run from its own rows, so it must find a broker that does
not do what the law says; the independent reference must find a law that is not what the notices say. Both pass the
same scenario unbroken first.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from both_sides import check, first_difference, package_rows, reference_rows
from overseas_scenarios import overseas_scenario
from scenarios import scenario
from short_scenarios import short_scenario

from hypebasket.engine.replay import actions, broker, holdings, matching, tax, ticket
from hypebasket.errors import LedgerError
from hypebasket.ledger.records import OrderStatus, Reason
from hypebasket.market import layout
from hypebasket.rules import dividend_tax
from hypebasket.rules.fees import Fees
from hypebasket.spec.text import Currency

SEEDS = range(40)
ONE_DAY = timedelta(days=1)
Patch = pytest.MonkeyPatch
Broken = Callable[[Patch], None]
BROKER: Any = broker.MarketRulesBroker


# --- a broken broker --------------------------------------------------------------------------------------------------


def fills_above_the_day(patch: Patch) -> None:
    honest = broker.fill_price

    def fill_price(order: Any, phase: Any, bar: Any, terms: Any, **more: Any) -> Any:
        price = honest(order, phase, bar, terms, **more)
        return price if isinstance(price, Reason) else bar.high + 1

    patch.setattr(broker, "fill_price", fill_price)


def buys_through_the_limit(patch: Patch) -> None:
    honest = broker.fill_price

    def fill_price(order: Any, phase: Any, bar: Any, terms: Any, **more: Any) -> Any:
        price = honest(order, phase, bar, terms, **more)
        return bar.limit_up + 1 if price is Reason.LOCKED_LIMIT_UP else price

    patch.setattr(broker, "fill_price", fill_price)


def trades_while_suspended(patch: Patch) -> None:
    honest = broker.fill_price

    def fill_price(order: Any, phase: Any, bar: Any, terms: Any, **more: Any) -> Any:
        price = honest(order, phase, bar, terms, **more)
        return bar.close if price is Reason.SUSPENDED else price

    room = broker.volume_room
    patch.setattr(broker, "fill_price", fill_price)
    patch.setattr(broker, "volume_room", lambda bar, *rest: room(bar, *rest) if bar.trading else 10**6)


def sells_what_it_bought_today(patch: Patch) -> None:
    patch.setattr(matching, "sellable", lambda board, held, bought_today: held)


def takes_more_than_its_share(patch: Patch) -> None:
    patch.setattr(broker, "volume_room", lambda bar, used, terms: 10**12)


def forgets_what_it_took(patch: Patch) -> None:
    honest = broker.volume_room
    patch.setattr(broker, "volume_room", lambda bar, used, terms: honest(bar, 0, terms))


def buys_on_credit(patch: Patch) -> None:
    honest = matching._affordable
    patch.setattr(matching, "_affordable", lambda money, *rest, **more: honest(money * 3, *rest, **more))


def pays_no_commission(patch: Patch) -> None:
    """The fill says so, the cash does not."""
    honest = holdings.Holdings.buy

    def buy(self: Any, tranche: Any, shares: int, price: int, cash_flow: int) -> None:
        honest(self, tranche, shares, price, -shares * price)

    patch.setattr(holdings.Holdings, "buy", buy)


def keeps_a_fen_of_every_sale(patch: Patch) -> None:
    honest = holdings.Holdings.sell
    patch.setattr(holdings.Holdings, "sell", lambda self, own, shares, flow: honest(self, own, shares, flow + 1))


def is_paid_to_trade(patch: Patch) -> None:
    honest = matching.fees
    patch.setattr(matching, "fees", lambda *given, **more: _with_a_rebate(honest(*given, **more)))


def _with_a_rebate(charged: Fees) -> Fees:
    return Fees(-1, charged.stamp_duty, charged.transfer_fee, charged.other)


def rounds_amounts(patch: Patch) -> None:
    honest = broker.split_executions

    def split_executions(*given: Any, **more: Any) -> Any:
        return (replace(part, amount=part.amount + 1) for part in honest(*given, **more))

    patch.setattr(broker, "split_executions", split_executions)


def forgets_dividends(patch: Patch) -> None:
    patch.setattr(actions.CorporateActions, "_entitle", lambda self, row, tranche, cash, ratio: None)


def pays_dividends_twice(patch: Patch) -> None:
    honest = actions.entitlement
    patch.setattr(actions, "entitlement", lambda held, cash, ratio: honest(held, 2 * cash, ratio))


def rounds_bonus_shares_up(patch: Patch) -> None:
    honest = actions.entitlement
    patch.setattr(
        actions, "entitlement", lambda held, cash, ratio: (-(-held * ratio // 10**6), honest(held, cash, 0)[1])
    )


def splits_without_new_shares(patch: Patch) -> None:
    honest = actions.entitlement
    patch.setattr(actions, "entitlement", lambda held, cash, ratio: honest(held, cash, 0))


def pays_no_dividend_tax(patch: Patch) -> None:
    patch.setattr(tax.TaxLots, "settle", lambda self, column, session, net: 0)


def taxes_last_in_first_out(patch: Patch) -> None:
    honest = tax.close_day
    patch.setattr(tax, "close_day", lambda lots, day, net: honest(tuple(reversed(lots)), day, net))


def finds_shares_in_the_street(patch: Patch) -> None:
    honest = holdings.Holdings.buy

    def buy(self: Any, tranche: Any, shares: int, price: int, cash_flow: int) -> None:
        honest(self, tranche, shares, price, cash_flow)
        self.shares[tranche.column] += 100

    patch.setattr(holdings.Holdings, "buy", buy)


def marks_at_a_better_price(patch: Patch) -> None:
    honest = BROKER._mark
    patch.setattr(BROKER, "_mark", lambda self, column: honest(self, column) + 1)


def adds_up_badly(patch: Patch) -> None:
    honest = broker.EquityRecord
    patch.setattr(broker, "EquityRecord", lambda day, cash, value, equity: honest(day, cash, value, equity + 1))


def flatters_the_market_value(patch: Patch) -> None:
    honest = broker.EquityRecord
    patch.setattr(broker, "EquityRecord", lambda day, cash, value, equity: honest(day, cash, value + 1, equity + 1))


def leaves_orders_open(patch: Patch) -> None:
    patch.setattr(BROKER, "_close_the_books", lambda self: None)
    patch.setattr(BROKER, "_lapse", lambda self, row: None)


def writes_orders_down_twice(patch: Patch) -> None:
    honest = BROKER.end

    def end(self: Any, order: Any, *given: Any) -> None:
        honest(self, order, *given)
        self.ledger.orders.append(order.record(self._panel.sessions))

    patch.setattr(BROKER, "end", end)


def gives_no_reasons(patch: Patch) -> None:
    honest = ticket.Ticket.end

    def end(self: Any, status: OrderStatus, reason: Reason | None = None) -> None:
        honest(self, status, reason)
        self.reason = None

    patch.setattr(ticket.Ticket, "end", end)


def calls_a_part_the_whole(patch: Patch) -> None:
    honest = ticket.Ticket.record

    def record(self: Any, sessions: Any) -> Any:
        order = honest(self, sessions)
        return replace(order, status=OrderStatus.FILLED, reason=None) if order.filled < order.shares else order

    patch.setattr(ticket.Ticket, "record", record)


def miscounts_fills(patch: Patch) -> None:
    honest = ticket.Ticket.record

    def record(self: Any, sessions: Any) -> Any:
        order = honest(self, sessions)
        return replace(order, filled=order.filled // 2) if order.filled else order

    patch.setattr(ticket.Ticket, "record", record)


def backdates_fills(patch: Patch) -> None:
    honest = ticket.Ticket.record
    patch.setattr(ticket.Ticket, "record", lambda self, sessions: replace(honest(self, sessions), created=sessions[-1]))


BROKEN_BROKERS: dict[Broken, str] = {
    fills_above_the_day: "price outside the day's range or limits",
    buys_through_the_limit: "price outside the day's range or limits",
    trades_while_suspended: "traded without trading",
    sells_what_it_bought_today: "sold more than may be sold today",
    takes_more_than_its_share: "share of the session's volume",
    forgets_what_it_took: "share of the session's volume",
    buys_on_credit: "cash after a buy",
    pays_no_commission: "cash on|cash after a buy",
    keeps_a_fen_of_every_sale: "cash on|cash after a buy",
    is_paid_to_trade: "shares and fees",
    rounds_amounts: "amount",
    forgets_dividends: "entitlement of .*: shares held",
    pays_dividends_twice: "entitlement of .*: shares, cash",
    rounds_bonus_shares_up: "entitlement of .*: shares, cash",
    splits_without_new_shares: "entitlement of .*: shares, cash",
    pays_no_dividend_tax: "dividend tax on",
    taxes_last_in_first_out: "dividend tax on",
    finds_shares_in_the_street: "positions on",
    marks_at_a_better_price: "position in .*: close",
    adds_up_badly: "equity on",
    flatters_the_market_value: "market value on",
    leaves_orders_open: "fills without an order|order .*: shares filled",
    writes_orders_down_twice: "order .*: rows",
    gives_no_reasons: "order .*: reason",
    calls_a_part_the_whole: "order .*: filled, shares filled",
    miscounts_fills: "order .*: shares filled",
    backdates_fills: "its order",
}


@pytest.mark.parametrize(("mutation", "place"), BROKEN_BROKERS.items(), ids=lambda each: getattr(each, "__name__", ""))
def test_a_broken_broker_is_found_by_the_ledgers_own_check(
    mutation: Broken, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: set[str] = set()
    for seed in SEEDS:
        drawn = scenario(seed)
        check(drawn)
        with monkeypatch.context() as patch:
            mutation(patch)
            try:
                check(drawn)
            except LedgerError as error:
                if re.search(place, error.message):
                    return
                found.add(error.message)
    pytest.fail(f"no scenario of {SEEDS} shows it as '{place}'; told: {sorted(found)[:3]}")


# --- a broken law -----------------------------------------------------------------------------------------------------


def delays_every_fee(patch: Patch) -> None:
    honest = matching.fees
    patch.setattr(matching, "fees", lambda board, day, *rest, **more: honest(board, day - ONE_DAY, *rest, **more))


def forgets_the_minimum_commission(patch: Patch) -> None:
    honest = matching.fees

    def fees(board: Any, day: Any, is_buy: bool, amount: int, terms: Any, **more: Any) -> Fees:
        return honest(board, day, is_buy, amount, replace(terms, minimum=0), **more)

    patch.setattr(matching, "fees", fees)


def trades_any_lot(patch: Patch) -> None:
    patch.setattr(matching, "order_size", lambda board, lot=None: (1, 1))


def sells_odd_lots_in_pieces(patch: Patch) -> None:
    patch.setattr(matching, "legal_sale", lambda board, held, wanted, lot: min(held, wanted))


def sends_everything_as_one_order(patch: Patch) -> None:
    patch.setattr(matching, "order_maximum", lambda board, day, lot=None: 10**12)


def serves_locked_boards(patch: Patch) -> None:
    honest = matching.open_fill_price
    patch.setattr(matching, "open_fill_price", lambda is_buy, policy, *bar: honest(is_buy, 2, *bar))


def serves_sealed_closes(patch: Patch) -> None:
    honest = matching.close_fill_price
    patch.setattr(matching, "close_fill_price", lambda is_buy, policy, *bar: honest(is_buy, 2, *bar))


def serves_the_whole_queue(patch: Patch) -> None:
    honest = matching.queue_fill_price
    patch.setattr(matching, "queue_fill_price", lambda policy, *bar: honest(2, *bar))


def ends_the_free_sessions_early(patch: Patch) -> None:
    honest = layout.day_limits

    def day_limits(*given: Any, sessions_listed: int | None, **more: Any) -> Any:
        return honest(
            *given, sessions_listed=None if sessions_listed and sessions_listed > 1 else sessions_listed, **more
        )

    patch.setattr(layout, "day_limits", day_limits)


def forgets_risk_warning(patch: Patch) -> None:
    honest = layout.day_limits
    patch.setattr(layout, "day_limits", lambda *given, risk_warning, **more: honest(*given, risk_warning=False, **more))


def delays_every_band(patch: Patch) -> None:
    honest = layout.day_limits
    patch.setattr(
        layout,
        "day_limits",
        lambda board, where, day, *rest, **more: honest(board, where, day - ONE_DAY, *rest, **more),
    )


def shortens_the_month_of_the_tax(patch: Patch) -> None:
    honest = dividend_tax.dividend_tax_rate
    patch.setattr(dividend_tax, "dividend_tax_rate", lambda bought, *rest: honest(bought - ONE_DAY, *rest))


def lets_hong_kong_settle_like_shanghai(patch: Patch) -> None:
    patch.setattr(matching, "sellable", lambda board, held, bought_today: held - bought_today)


BROKEN_LAWS: dict[Broken, tuple[Currency, int]] = {
    delays_every_fee: (Currency.CNY, 59),
    forgets_the_minimum_commission: (Currency.CNY, 0),
    trades_any_lot: (Currency.CNY, 0),
    sells_odd_lots_in_pieces: (Currency.CNY, 0),
    sends_everything_as_one_order: (Currency.CNY, 3),
    serves_locked_boards: (Currency.CNY, 0),
    serves_sealed_closes: (Currency.CNY, 2),
    serves_the_whole_queue: (Currency.CNY, 1),
    ends_the_free_sessions_early: (Currency.CNY, 0),
    forgets_risk_warning: (Currency.CNY, 2),
    delays_every_band: (Currency.CNY, 20),
    shortens_the_month_of_the_tax: (Currency.CNY, 9),
    lets_hong_kong_settle_like_shanghai: (Currency.HKD, 82),
}
"""In which sleeve, and in a scenario of which seed each shows; another may do as well."""


@pytest.mark.parametrize("mutation", BROKEN_LAWS, ids=lambda each: each.__name__)
def test_a_broken_law_is_found_by_the_reference(mutation: Broken, monkeypatch: pytest.MonkeyPatch) -> None:
    currency, seed = BROKEN_LAWS[mutation]
    drawn = scenario(seed) if currency is Currency.CNY else overseas_scenario(currency, seed)
    expected = reference_rows(drawn)
    assert first_difference(package_rows(drawn), expected) is None, f"seed {seed} proves nothing"
    mutation(monkeypatch)
    assert first_difference(package_rows(drawn), expected) is not None


# --- broken short sales -----------------------------------------------------------------------------------------------


def spends_what_it_sold_short(patch: Patch) -> None:
    patch.setattr(holdings.Holdings, "free_cash", property(lambda self: self.cash))


def borrows_by_the_session(patch: Patch) -> None:
    honest = actions.borrow_fee
    patch.setattr(actions, "borrow_fee", lambda board, day, value, days, rate: honest(board, day, value, 1, rate))


def borrows_at_the_tables_rate(patch: Patch) -> None:
    honest = actions.borrow_fee
    patch.setattr(actions, "borrow_fee", lambda board, day, value, days, rate: honest(board, day, value, days, None))


def owes_the_split_of_a_holder(patch: Patch) -> None:
    honest = actions.entitlement

    def entitlement(held: int, cash: int, ratio: int) -> tuple[int, int]:
        shares = honest(abs(held), cash, ratio)[0]
        return (shares if held > 0 else -shares), honest(held, cash, ratio)[1]

    patch.setattr(actions, "entitlement", entitlement)


def keeps_the_lenders_dividends(patch: Patch) -> None:
    honest = actions.entitlement
    patch.setattr(actions, "entitlement", lambda held, cash, ratio: honest(held, 0 if held < 0 else cash, ratio))


def sells_short_after_a_fall(patch: Patch) -> None:
    honest = broker.fill_price
    patch.setattr(
        broker, "fill_price", lambda *given, restricted=False, **more: honest(*given, restricted=False, **more)
    )


def asks_for_no_margin(patch: Patch) -> None:
    patch.setattr(BROKER, "is_in_breach", lambda self: False)


BROKEN_SHORT_SALES: dict[Broken, tuple[Currency, int]] = {
    spends_what_it_sold_short: (Currency.USD, 0),
    borrows_by_the_session: (Currency.HKD, 0),
    borrows_at_the_tables_rate: (Currency.HKD, 0),
    owes_the_split_of_a_holder: (Currency.USD, 5),
    keeps_the_lenders_dividends: (Currency.USD, 0),
    sells_short_after_a_fall: (Currency.USD, 0),
    asks_for_no_margin: (Currency.USD, 0),
}


@pytest.mark.parametrize("mutation", BROKEN_SHORT_SALES, ids=lambda each: each.__name__)
def test_broken_short_sales_are_found_by_the_reference(mutation: Broken, monkeypatch: pytest.MonkeyPatch) -> None:
    currency, seed = BROKEN_SHORT_SALES[mutation]
    drawn = short_scenario(currency, seed)
    expected = reference_rows(drawn)
    assert first_difference(package_rows(drawn), expected) is None, f"seed {seed} proves nothing"
    mutation(monkeypatch)
    assert first_difference(package_rows(drawn), expected) is not None
