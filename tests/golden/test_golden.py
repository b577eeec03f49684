"""Hand-made markets played by a plan; orders, fills and equity against text ledgers worked out by hand.

A case is one file, ``cases/*.txt``: what it shows and the arithmetic (``#`` lines), then ``[market]``, ``[strategy]``
(YAML) and, where needed, ``[events]``, ``[members]``, ``[actions]``, ``[cash]``, ``[circle]``, then the expected
``[orders]``, ``[fills]`` and ``[equity]``. All money is in yuan. The first session of a market is the past: the run
begins after it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from hypebasket.ledger.records import Ledger
from hypebasket.spec.basket import Basket, Stock
from hypebasket.spec.text import Circle
from markets import Play, basket, event, market, play, stock, strategy

CASES = sorted((Path(__file__).parent / "cases").glob("*.txt"))
COLUMNS = {
    "orders": "id event symbol side created kind money shares filled status reason attempts purpose",
    "fills": "order symbol session kind side shares price amount commission duty transfer",
    "equity": "session cash holdings equity",
}


def sections(text: str) -> dict[str, list[str]]:
    """Return the lines of each section, without comments and blank lines."""
    found: dict[str, list[str]] = {}
    lines = found.setdefault("", [])
    for line in text.splitlines():
        if line.startswith("[") and line.endswith("]"):
            lines = found.setdefault(line[1:-1], [])
        elif line.strip() and not line.startswith("#"):
            lines.append(line.rstrip())
    return found


def played(case: dict[str, list[str]]) -> Play:
    made = market("\n".join(case["market"]), "\n".join(case.get("actions", [])))
    events = [event(*line.split()) for line in case.get("events", [])]
    cash = int(case.get("cash", ["100000"])[0])
    given: dict[str, Any] = yaml.safe_load("\n".join(case["strategy"]))
    circle = Circle(case.get("circle", ["all"])[0])
    return play(made, strategy(**given), events, _members(case, made.symbols), cash=cash, circle=circle)


def _members(case: dict[str, list[str]], symbols: tuple[str, ...]) -> Basket:
    if "members" not in case:
        return basket(*symbols)
    return basket(*(_member(line) for line in case["members"]))


def _member(line: str) -> Stock:
    symbol, *terms = line.split()
    return stock(symbol, **dict(zip(terms[::2], terms[1::2], strict=True)))


def rows(ledger: Ledger) -> dict[str, list[list[str]]]:
    """Return the ledger as the cells of the three tables."""

    def yuan(fen: int | None) -> str:
        return "-" if fen is None else f"{fen / 100:.2f}"

    orders = [
        [order.order_id, order.event_id or "-", order.symbol, order.side, f"{order.created:%m-%d}", order.kind,
         yuan(order.money), order.shares, order.filled, order.status, order.reason or "-", order.attempts,
         order.purpose]
        for order in sorted(ledger.orders, key=lambda order: order.order_id)
    ]  # fmt: skip
    fills = [
        [fill.order_id, fill.symbol, f"{fill.session:%m-%d}", fill.kind, fill.side, fill.shares, yuan(fill.price),
         yuan(fill.amount), yuan(fill.commission), yuan(fill.stamp_duty), yuan(fill.transfer_fee)]
        for fill in ledger.fills
    ]  # fmt: skip
    equity = [
        [f"{point.session:%m-%d}", yuan(point.cash), yuan(point.market_value), yuan(point.equity)]
        for point in ledger.equity
    ]
    tables = {"orders": orders, "fills": fills, "equity": equity}
    return {name: [[str(cell) for cell in row] for row in table] for name, table in tables.items()}


def first_difference(name: str, expected: list[list[str]], found: list[list[str]]) -> str | None:
    """Return the first row in which two tables differ, for a reader."""
    for number in range(max(len(expected), len(found))):
        wanted = expected[number] if number < len(expected) else None
        actual = found[number] if number < len(found) else None
        if wanted != actual:
            shown = [" ".join(row) if row else "(no such row)" for row in (wanted, actual)]
            return f"[{name}] row {number + 1}\n  {COLUMNS[name]}\n  expected  {shown[0]}\n  found     {shown[1]}"
    return None


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_golden_ledger(path: Path) -> None:
    case = sections(path.read_text(encoding="utf-8"))
    found = rows(played(case).ledger)
    for name in COLUMNS:
        expected = [line.split() for line in case[name]]
        difference = first_difference(name, expected, found[name])
        if difference:
            pytest.fail(difference, pytrace=False)


def test_every_case_is_found() -> None:
    assert len(CASES) >= 20


def test_first_difference_names_the_row() -> None:
    expected = [["01-04", "1.00", "0.00", "1.00"], ["01-05", "2.00", "0.00", "2.00"]]
    assert first_difference("equity", expected, expected) is None
    told = first_difference("equity", expected, expected[:1])
    assert told is not None
    assert "row 2" in told
    assert "(no such row)" in told
