"""The strategy families: the shipped files on markets of at most six names, against ledgers worked out by hand.

A case is one file, ``families/*.txt``, in the form of ``test_golden``, run by a ``SleeveRunner``. ``[strategy]`` names
a shipped file; lines below it change numbers of it for the small market. Further sections, where needed:

- ``[events]`` ``id at``, then ``scheduled``, ``announced=..``, ``mainline=..``;
- ``[baskets]`` ``id symbols``: several baskets, put together as the program does for a rotation among mainlines;
- ``[delisted]`` ``symbol day``: from which day on it is no longer listed; ``[actions]`` as in ``markets``;
- expected: ``[orders]``, ``[fills]`` (``[fills pessimistic]``, ``[fills optimistic]``: under another policy),
  ``[entitlements]``, ``[equity]`` of the continuous run; ``[passed]`` ``event symbol reason``: why a member is not
  bought; ``[excluded]`` ``event words of the reason``; ``[captured]`` ``event profit / money`` of the event on its own.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from golden.test_golden import COLUMNS, first_difference, rows, sections
from hypebasket.ledger.records import Ledger
from hypebasket.pipeline.pairings import pairings
from hypebasket.pipeline.sleeve import SleeveRunner
from hypebasket.spec.basket import Basket
from hypebasket.spec.event import Event
from hypebasket.spec.strategy import FillPolicy, Strategy
from hypebasket.spec.text import Circle
from hypebasket.stats.captured import capture_of
from markets import HandMadeMarket, basket, day_of, event, market
from sleeves import continuous, runner, shipped

CASES = sorted((Path(__file__).parent / "families").glob("*.txt"))
FAMILIES = (
    "leader-relay", "laggard-catchup", "board-break", "pre-event-runup", "mainline-rotation", "divergence-exit",
)  # fmt: skip
Sections = dict[str, list[str]]


def _strategy(case: Sections) -> Strategy:
    name, *changes = case["strategy"]
    return shipped(name, **(yaml.safe_load("\n".join(changes)) or {}))


def _event(line: str) -> Event:
    event_id, at, *terms = line.split()
    given: dict[str, Any] = {"scheduled": "scheduled" in terms}
    for key, _, value in (term.partition("=") for term in terms if "=" in term):
        if key == "mainline":
            given["mainlines"] = (value,)
        else:
            given["announced"] = datetime.fromisoformat(f"2024-{value}") if "T" in value else day_of(value)
    return event(event_id, at).model_copy(update=given)


def _market(case: Sections) -> HandMadeMarket:
    made = market("\n".join(case["market"]), "\n".join(case.get("actions", [])))
    gone: dict[str, date] = {symbol: day_of(day) for symbol, day in map(str.split, case.get("delisted", []))}
    known = {
        symbol: each.model_copy(update={"delist_date": gone.get(symbol)})
        for symbol, each in made.data.instruments.items()
    }
    return replace(made, data=replace(made.data, instruments=known))


def _basket(line: str) -> Basket:
    name, *symbols = line.split()
    return basket(*symbols).model_copy(update={"id": name, "mainline": name})


def _runner(case: Sections, fills: str | None = None) -> SleeveRunner:
    made, rules = _market(case), _strategy(case)
    members = basket(*made.symbols)
    if "baskets" in case:
        [(members, rules)] = pairings([_basket(line) for line in case["baskets"]], [rules])
    if fills:
        rules = rules.model_copy(update={"fills": FillPolicy(fills)})
    cash = int(case.get("cash", ["100000"])[0])
    return runner(made, rules, [_event(line) for line in case["events"]], members, cash=cash)


def _tables(ledger: Ledger) -> dict[str, list[list[str]]]:
    entitled = [
        [
            f"{item.session:%m-%d}",
            item.symbol,
            item.event_id,
            str(item.held),
            str(item.shares),
            f"{item.cash / 100:.2f}",
        ]
        for item in ledger.entitlements
    ]
    return rows(ledger) | {"entitlements": entitled}


@pytest.fixture
def case(request: pytest.FixtureRequest) -> Sections:
    path: Path = request.param
    return sections(path.read_text(encoding="utf-8"))


every_case = pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem, indirect=True)
COLUMNS_OF = COLUMNS | {"entitlements": "session symbol event held shares cash"}


@every_case
def test_family_ledger(case: Sections) -> None:
    found = _tables(continuous(_runner(case)))
    for name in COLUMNS_OF:
        expected = [line.split() for line in case.get(name, [])]
        if difference := _told(name, expected, found[name]):
            pytest.fail(difference, pytrace=False)


@every_case
def test_family_under_the_other_policies(case: Sections) -> None:
    for policy in ("pessimistic", "optimistic"):
        if f"fills {policy}" not in case:
            continue
        expected = [line.split() for line in case[f"fills {policy}"]]
        if difference := _told("fills", expected, _tables(continuous(_runner(case, policy)))["fills"]):
            pytest.fail(f"{policy}: {difference}", pytrace=False)


@every_case
def test_family_events(case: Sections) -> None:
    run = _runner(case).run(Circle.ALL, primary=False)
    plans = [each.plan for each in run.events]
    passed = [f"{plan.mapped.event.id} {symbol} {reason}" for plan in plans for symbol, reason in plan.passed]
    assert passed == case.get("passed", [])
    excluded = {plan.mapped.event.id: plan.excluded["en"] for plan in plans if plan.excluded}
    told = dict(line.split(maxsplit=1) for line in case.get("excluded", []))
    assert excluded.keys() == told.keys()
    for event_id, words in told.items():
        assert words in excluded[event_id]
    for line in case.get("captured", []):
        event_id, profit, _, money = line.split()
        one = next(each for each in run.events if each.plan.mapped.event.id == event_id)
        capture = capture_of(one.ledger, one.plan.entries, one.plan.idle_ppm)
        assert capture.captured == pytest.approx(float(profit) / float(money), rel=1e-9)


def _told(name: str, expected: list[list[str]], found: list[list[str]]) -> str | None:
    columns = COLUMNS if name in COLUMNS else {}
    if columns:
        return first_difference(name, expected, found)
    return None if expected == found else f"[{name}]\n  {COLUMNS_OF[name]}\n  expected  {expected}\n  found     {found}"


def test_every_family_has_a_case() -> None:
    named = {sections(path.read_text(encoding="utf-8"))["strategy"][0] for path in CASES}
    assert named >= set(FAMILIES)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_case_is_small_enough_for_paper(path: Path) -> None:
    made = market("\n".join(sections(path.read_text(encoding="utf-8"))["market"]))
    assert len(made.symbols) <= 6
    assert len(made.sessions) <= 15
