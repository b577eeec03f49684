"""Puts a scenario before the package and before the reference, and tells where they first differ."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from itertools import zip_longest
from typing import Any

import numpy as np
import pandas as pd
from books import Books
from desk import Desk
from law import Law
from overseas import HongKong, NewYork, Overseas
from shorts import ShortDesk
from tape import Borrowing, Leave, Scenario, Tape

from hypebasket.columns import ACTIONS, BARS, INDICES, Frame, check_frame
from hypebasket.engine.replay import replay
from hypebasket.ledger.invariants import check_ledger
from hypebasket.ledger.records import Ledger, OrderKind
from hypebasket.market.calendar import calendar_of
from hypebasket.market.data import MarketData
from hypebasket.market.layout import build_panel
from hypebasket.market.panel import UNKNOWN, MarketPanel
from hypebasket.market.tape import PanelTape
from hypebasket.plan import intents
from hypebasket.rules.limits import NO_LIMIT_DOWN, NO_LIMIT_UP
from hypebasket.spec.instrument import Instrument
from hypebasket.spec.strategy import FillPolicy, Overlap
from hypebasket.spec.text import Currency, Market

MILLION = 1_000_000
CURRENCY = {Market.XSHG: Currency.CNY, Market.XHKG: Currency.HKD, Market.XNYS: Currency.USD}
LAWS: dict[Market, type[Law]] = {Market.XSHG: Law, Market.XHKG: HongKong, Market.XNYS: NewYork}
LOT_OF = {"main": 100, "chinext": 100, "star": 100, "bse": 100, "us": 1}
Rows = dict[str, list[tuple[Any, ...]]]


def fen(money: Decimal) -> int:
    scaled = money * 100
    assert scaled == int(scaled), money
    return int(scaled)


def parts(fraction: Decimal) -> int:
    scaled = fraction * MILLION
    assert scaled == int(scaled), fraction
    return int(scaled)


# --- the scenario in the package's words ------------------------------------------------------------------------------


def frame(rows: Iterable[dict[str, Any]], kind: Frame) -> pd.DataFrame:
    listed = list(rows)
    columns = {}
    for column in kind.columns:
        values = pd.Series([row[column.name] for row in listed], dtype=None if listed else object)
        if "date" in column.name:
            values = pd.to_datetime(values)
        columns[column.name] = values.astype(column.dtype)
    table = pd.DataFrame(columns).sort_values(list(kind.key), ignore_index=True)
    return check_frame(table, kind)


def bars(scenario: Scenario) -> pd.DataFrame:
    return frame(
        (
            {
                "symbol": symbol, "date": scenario.sessions[session], "open": float(day.open), "high": float(day.high),
                "low": float(day.low), "close": float(day.close),
                "volume": np.nan if day.volume is None else float(day.volume), "amount": np.nan,
                "prev_close": np.nan if day.reference is None else float(day.reference),
                "is_suspended": day.suspended,
                "is_st": np.nan if day.risk_warning is None else float(day.risk_warning), "quality": "",
            }
            for (symbol, session), day in scenario.days.items()
        ),
        BARS,
    )  # fmt: skip


def actions(scenario: Scenario) -> pd.DataFrame:
    return frame(
        (
            {
                "symbol": symbol, "ex_date": scenario.sessions[session], "cash_per_share": float(action.cash),
                "share_ratio": float(action.ratio), "reference_price": np.nan,
            }
            for (symbol, session), action in scenario.actions.items()
        ),
        ACTIONS,
    )  # fmt: skip


def panel_of(scenario: Scenario) -> MarketPanel:
    instruments = {
        stock.symbol: Instrument(
            symbol=stock.symbol, name_zh="", name_en="", board=stock.board,
            currency=currency_of(scenario), lot=LOT_OF.get(stock.board, stock.own_lot),
            list_date=stock.listed, delist_date=stock.delisted,
            issue_price=None if stock.issue_price is None else float(stock.issue_price), source="random",
        )
        for stock in scenario.stocks.values()
    }  # fmt: skip
    data = MarketData(
        bars=bars(scenario), actions=actions(scenario), indices=frame([], INDICES), instruments=instruments,
        source="random", synthetic=True, content_hash="",
    )  # fmt: skip
    calendar = calendar_of(scenario.market)
    panel = build_panel(data, traded(scenario), calendar, scenario.sessions[0], scenario.sessions[-1])
    return panel.settled(None if scenario.settle_at is None else fen(scenario.settle_at))


def currency_of(scenario: Scenario) -> Currency:
    return CURRENCY[scenario.market]


def traded(scenario: Scenario) -> list[str]:
    """Names with a bar; a panel has no others."""
    return sorted({symbol for symbol, _ in scenario.days})


def terms(leave: Leave) -> intents.ExitTerms:
    def ppm(fraction: Decimal | None) -> int | None:
        return None if fraction is None else parts(fraction)

    end = leave.end
    return intents.ExitTerms(
        due=None if end is None else intents.Due(end.session, end.at_close, end.purpose), hold_sessions=leave.hold,
        stop_ppm=ppm(leave.stop), take_ppm=ppm(leave.take), trail_ppm=ppm(leave.trail), board_break=leave.board_break,
    )  # fmt: skip


def plan_of(scenario: Scenario) -> intents.Plan:
    entries = tuple(
        intents.Entry(
            event_id=wish.event, symbol=wish.symbol, row=wish.session, kind=OrderKind(wish.auction.value),
            weight_ppm=parts(wish.weight), attempts=wish.attempts, window_row=wish.last,
            price_cap=None if wish.cap is None else fen(wish.cap), exit=terms(wish.leave),
        )
        for wish in scenario.wishes
    )  # fmt: skip
    rebalances = tuple(
        intents.Rebalance(each.session, tuple((name, parts(weight)) for name, weight in sorted(each.weights.items())),
                          each.attempts)
        for each in scenario.rebalances
    )  # fmt: skip
    return intents.Plan(
        entries=entries, rebalances=rebalances, policy=intents.POLICY[FillPolicy(scenario.policy.value)],
        participation_ppm=parts(scenario.participation), overlap=Overlap(scenario.overlap),
        short=None if scenario.borrowing is None else short_terms(scenario.borrowing),
        holder=scenario.resident,
    )  # fmt: skip


def short_terms(borrowing: Borrowing) -> intents.ShortTerms:
    return intents.ShortTerms(None if borrowing.rate is None else parts(borrowing.rate))


# --- both results as the same rows ------------------------------------------------------------------------------------


def rows_of_ledger(ledger: Ledger) -> Rows:
    orders = [
        (str(order.created), order.symbol, order.side.value, order.event_id, order.kind.value, order.purpose,
         order.money, order.filled, order.status.value, order.reason.value if order.reason else "", order.attempts)
        for order in ledger.orders
    ]  # fmt: skip
    fills = [
        (str(fill.session), fill.symbol, fill.side.value, fill.event_id, fill.kind.value, fill.shares, fill.price,
         fill.amount, fill.commission, fill.stamp_duty, fill.transfer_fee + fill.other_fees)
        for fill in ledger.fills
    ]  # fmt: skip
    return {
        "fills": fills,
        "entitlements": sorted((str(each.session), each.symbol, each.event_id, each.held, each.shares, each.cash)
                               for each in ledger.entitlements),
        "taxes": [(str(tax.session), tax.symbol, tax.shares, tax.cash) for tax in ledger.taxes],
        "charges": [(str(charge.session), charge.symbol, charge.kind.value, charge.shares, charge.cash)
                    for charge in ledger.charges],
        "orders": sorted(orders, key=str),
        "equity": [(str(each.session), each.cash, each.market_value, each.equity) for each in ledger.equity],
    }  # fmt: skip


def rows_of_books(desk: Desk, books: Books) -> Rows:
    scenario = desk.scenario
    orders = [
        (str(scenario.sessions[order.created]), order.symbol, desk.side(order), order.event,
         order.auction.value, order.purpose, None if order.money is None else fen(order.money), order.filled,
         order.status, order.reason, order.attempts)
        for order in books.orders
    ]  # fmt: skip
    fills = [
        (str(fill.session), fill.symbol, fill.side, fill.event, fill.auction, fill.shares, fen(fill.price),
         fen(fill.amount), fen(fill.commission), fen(fill.stamp_duty), fen(fill.other_fees))
        for fill in books.fills
    ]  # fmt: skip
    return {
        "fills": fills,
        "entitlements": sorted((str(each.session), each.symbol, each.event, each.held, each.shares, fen(each.cash))
                               for each in books.entitlements),
        "taxes": [(str(tax.session), tax.symbol, tax.shares, fen(tax.cash)) for tax in books.taxes],
        "charges": [(str(charge.session), charge.symbol, charge.kind, charge.shares, fen(charge.cash))
                    for charge in books.charges],
        "orders": sorted(orders, key=str),
        "equity": [(str(day), fen(cash), fen(value), fen(cash + value)) for day, cash, value in books.equity],
    }  # fmt: skip


def limit_rows_of_panel(panel: MarketPanel) -> list[tuple[Any, ...]]:
    rows = []
    for column, symbol in enumerate(panel.symbols):
        for row, session in enumerate(panel.sessions):
            bar = panel.bar(row, column)
            if bar.trading:
                down = "free" if bar.limit_down == NO_LIMIT_DOWN and bar.limit_up == NO_LIMIT_UP else bar.limit_down
                up = "free" if bar.limit_up == NO_LIMIT_UP else bar.limit_up
                rows.append((symbol, str(session), *("unknown" if each == UNKNOWN else each for each in (down, up))))
    return rows


def limit_rows_of_law(scenario: Scenario, law: Law) -> list[tuple[Any, ...]]:
    tape = Tape(scenario, law)
    rows: list[tuple[Any, ...]] = []
    for symbol in traded(scenario):
        for row, session in enumerate(scenario.sessions):
            if tape.trades(symbol, row):
                limits = tape.limits(symbol, row)
                pair = ("unknown", "unknown") if limits is None else tuple(
                    "free" if each is None else fen(each) for each in (limits.down, limits.up))  # fmt: skip
                rows.append((symbol, str(session), *pair))
    return rows


def play(scenario: Scenario) -> tuple[MarketPanel, Ledger]:
    """Let the package play a scenario."""
    panel = panel_of(scenario)
    return panel, replay(
        panel, plan_of(scenario), cash=fen(scenario.cash), start=1, stop=len(scenario.sessions),
        currency=currency_of(scenario).value,
    )  # fmt: skip


def package_rows(scenario: Scenario) -> Rows:
    """What the package makes of a scenario."""
    panel, ledger = play(scenario)
    return {"limits": limit_rows_of_panel(panel)} | rows_of_ledger(ledger)


def check(scenario: Scenario) -> None:
    """Play a scenario and have the package check its ledger."""
    panel, ledger = play(scenario)
    plan = plan_of(scenario)
    tape = PanelTape(panel, borrow_ppm=plan.short.borrow_ppm if plan.short else None, holder=plan.holder)
    check_ledger(ledger, tape, plan.participation_ppm)


def desk_of(scenario: Scenario, law: Law, kind: type[ShortDesk] = ShortDesk) -> Desk:
    if scenario.borrowing is None:
        return Desk(scenario, law)
    assert isinstance(law, Overseas), "nobody sells short on the mainland"
    return kind(scenario, law)


def reference_rows(scenario: Scenario, law: Law | None = None, kind: type[ShortDesk] = ShortDesk) -> Rows:
    """What the reference makes of it; ``kind`` is who sells short."""
    chosen = law or LAWS[scenario.market]()
    desk = desk_of(scenario, chosen, kind)
    return {"limits": limit_rows_of_law(scenario, chosen)} | rows_of_books(desk, desk.play())


def first_difference(package: Rows, reference: Rows) -> str | None:
    """Return the first row that differs, with both sides; ``None`` if all are equal."""
    for table, theirs in reference.items():
        ours = package[table]
        for number, (one, other) in enumerate(zip_longest(ours, theirs)):
            if one != other:
                return f"{table}, row {number}:\n  package   {one}\n  reference {other}"
    return None
