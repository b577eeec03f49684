"""``check_ledger`` on short sales: an honest ledger passes, every lie is named, a broker that breaks a rule is caught.

The honest ledger is the market of ``golden/short/fade.txt`` at half the money: sold on 01-03, covered on 01-08.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from golden.test_golden import played, sections
from hypebasket.engine.replay import actions, broker
from hypebasket.engine.replay.broker import MarketRulesBroker
from hypebasket.engine.replay.holdings import Holdings
from hypebasket.errors import LedgerError
from hypebasket.ledger.invariants import check_ledger
from hypebasket.ledger.records import ChargeKind, Ledger, OrderStatus, Reason, Side
from markets import Play, day_of, event, market, play, strategy, tape_of

CASES = Path(__file__).parents[1] / "golden" / "short"
PARTICIPATION = 100_000

MADE = market(
    """
    session | AAA.US
    01-02   | 50.00
    01-03   | 50.00 51.00
    01-04   | 50.00 48.00
    01-05   | 47.50 47.00 p47.50
    01-08   | 46.00 45.00
    01-09   | 45.00
    """,
    actions="AAA.US 01-05 cash 0.50",
)


@pytest.fixture(scope="module")
def honest() -> Play:
    rules = strategy(direction="short", size={"gross": 0.5}, exit={"hold_sessions": 4})
    found = play(MADE, rules, [event("e", "01-03T12:00Z")], cash=50_000)
    assert [fill.side for fill in found.ledger.fills] == [Side.SHORT, Side.COVER]
    assert [charge.kind for charge in found.ledger.charges] == [ChargeKind.BORROW] * 3
    return found


def alter(rows: list[Any], index: int, **changes: Any) -> None:
    rows[index] = replace(rows[index], **changes)


def cash_from(ledger: Ledger, row: int, fen: int) -> None:
    """Let every row of the account from ``row`` on have ``fen`` more."""
    for index, record in enumerate(ledger.equity[row:], start=row):
        alter(ledger.equity, index, cash=record.cash + fen, equity=record.equity + fen)


def forgive_the_loan(ledger: Ledger) -> None:
    cash_from(ledger, 1, ledger.charges.pop(0).cash)


def halve_the_loan(ledger: Ledger) -> None:
    first = ledger.charges[0]
    alter(ledger.charges, 0, cash=first.cash - 1)
    cash_from(ledger, 1, 1)


def forget_the_dividend(ledger: Ledger) -> None:
    cash_from(ledger, 2, -ledger.entitlements.pop().cash)


def turn_the_dividend(ledger: Ledger) -> None:
    """The short seller gets what it owes."""
    owed = ledger.entitlements[0].cash
    alter(ledger.entitlements, 0, cash=-owed)
    cash_from(ledger, 2, -2 * owed)


def pledge_too_little(ledger: Ledger) -> None:
    """24,900.00 were there all along: 24,950.00 were sold."""
    ledger.initial_cash -= 2_510_000
    cash_from(ledger, 0, -2_510_000)


LIES: dict[str, tuple[Callable[[Ledger], Any], str]] = {
    "a loan for nothing": (forgive_the_loan, "charges on 2024-01-04"),
    "a loan a cent too cheap": (halve_the_loan, "charges on 2024-01-04"),
    "a loan twice": (lambda ledger: ledger.charges.append(ledger.charges[0]), "charges on 2024-01-04"),
    "a loan of other shares": (lambda ledger: alter(ledger.charges, 0, shares=-1), "borrow of AAA.US on 2024-01-04"),
    "a loan outside the run": (lambda ledger: alter(ledger.charges, 0, session=day_of("01-02")), "outside the run"),
    "a dividend that was not owed": (forget_the_dividend, "entitlement of AAA.US on 2024-01-05: shares held"),
    "a dividend the wrong way": (turn_the_dividend, "entitlement of AAA.US on 2024-01-05: shares, cash"),
    "more covered than owed": (
        lambda ledger: alter(ledger.fills, 1, shares=600, amount=600 * 4500), "fill 2 .* covered more than is owed"
    ),
    "own money that was not there": (pledge_too_little, "fill 1 of AAA.US on 2024-01-03: free cash"),
    "a purchase of what is owed": (lambda ledger: alter(ledger.fills, 1, side=Side.BUY), "fill 2 .* that are owed"),
    "a sale of what is not held": (lambda ledger: alter(ledger.fills, 0, side=Side.SELL), "fill 1 .* sold more than"),
    "a position that is held, not owed": (
        lambda ledger: alter(ledger.positions, 0, shares=499, market_value=499 * 5100), "positions on 2024-01-03"
    ),
    "what is owed is worth nothing": (
        lambda ledger: alter(ledger.equity, 0, market_value=0), "market value on 2024-01-03"
    ),
}  # fmt: skip


def test_an_honest_short_passes(honest: Play) -> None:
    check_ledger(honest.ledger, tape_of(MADE, honest.plan), PARTICIPATION)


@pytest.mark.parametrize("lie", LIES)
def test_every_lie_is_named(lie: str, honest: Play) -> None:
    plant, place = LIES[lie]
    ledger = deepcopy(honest.ledger)
    plant(ledger)
    with pytest.raises(LedgerError, match=place):
        check_ledger(ledger, tape_of(MADE, honest.plan), PARTICIPATION)


def run_case(name: str) -> Play:
    """Run a golden case; the helper checks its ledger."""
    return played(sections((CASES / f"{name}.txt").read_text(encoding="utf-8")))


def unrestricted(*args: Any, restricted: bool = False, **options: Any) -> int | Reason:
    return FILL_PRICE(*args, **options)


FILL_PRICE = broker.fill_price
NO_ACTION = lambda *_: (0, 0)  # noqa: E731
NOTHING = lambda *_: 0  # noqa: E731

# What is broken in the broker, the case that shows it, and what the check says.
MUTANTS: dict[str, tuple[Any, str, Any, str, str]] = {
    "no collateral": (Holdings, "free_cash", property(lambda self: self.cash), "collateral", "free cash after a short"),
    "a collateral of half": (
        Holdings, "free_cash", property(lambda self: self.cash - sum(self.owed.values())), "collateral", "free cash"
    ),
    "no loan": (actions, "borrow_fee", NOTHING, "fade", "charges on 2024-01-04"),
    "no withholding": (actions, "withheld", NOTHING, "withholding", "charges on 2024-01-04"),
    "no dividend owed": (actions, "entitlement", NO_ACTION, "fade", "entitlement of AAA.US on 2024-01-05"),
    "no split owed": (actions, "entitlement", NO_ACTION, "collateral", "entitlement of AAA.US on 2024-01-08"),
    "no rule 201 at the close": (broker, "fill_price", unrestricted, "restricted", "on 2024-01-03: short sale on a"),
    "no rule 201 at the open": (broker, "fill_price", unrestricted, "restricted_open", "short sale on a restricted"),
    "no margin call": (MarketRulesBroker, "is_in_breach", lambda _: False, "margin", "AAA.US on 2024-01-08, after a"),
}  # fmt: skip


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_broker_that_breaks_a_rule_is_caught(mutant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    place, name, broken, case, told = MUTANTS[mutant]
    run_case(case)
    monkeypatch.setattr(place, name, broken)
    with pytest.raises(LedgerError, match=told):
        run_case(case)


def test_a_cover_in_time_is_not_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cover that was done before the breach does not stand for one after it."""
    found = run_case("margin")
    ledger = deepcopy(found.ledger)
    index = next(index for index, order in enumerate(ledger.orders) if order.side is Side.COVER)
    alter(ledger.orders, index, created=day_of("01-09"))
    made = market((CASES / "margin.txt").read_text(encoding="utf-8").split("[market]\n")[1].split("[strategy]")[0])
    with pytest.raises(LedgerError, match="too little equity: found no order to cover"):
        check_ledger(ledger, tape_of(made, found.plan), PARTICIPATION)
    assert ledger.orders[index].status is OrderStatus.FILLED
