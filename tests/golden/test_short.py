"""Short sales, loans and withholding against text ledgers worked out by hand (``short/*.txt``, arithmetic inside).

The columns are those of ``test_golden``, with all fees but the commission in one. ``[entitlements]``: session, symbol,
shares held (negative: owed), shares and cash received. ``[charges]``: session, symbol, kind, shares held, cash.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from golden.test_golden import played, rows, sections
from hypebasket.ledger.records import Ledger

CASES = sorted((Path(__file__).parent / "short").glob("*.txt"))


def tables(ledger: Ledger) -> dict[str, list[str]]:
    """Return the ledger as the lines of a case."""
    found = {name: [" ".join(row) for row in lines] for name, lines in rows(ledger).items()}
    found["fills"] = [
        f"{f.order_id} {f.symbol} {f.session:%m-%d} {f.kind} {f.side} {f.shares} {f.price / 100:.2f} "
        f"{f.amount / 100:.2f} {f.commission / 100:.2f} {(f.fees - f.commission) / 100:.2f}"
        for f in ledger.fills
    ]
    found["entitlements"] = [
        f"{e.session:%m-%d} {e.symbol} {e.held} {e.shares} {e.cash / 100:.2f}" for e in ledger.entitlements
    ]
    found["charges"] = [f"{c.session:%m-%d} {c.symbol} {c.kind} {c.shares} {c.cash / 100:.2f}" for c in ledger.charges]
    return found


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_golden_short_ledger(path: Path) -> None:
    case = sections(path.read_text(encoding="utf-8"))
    found = tables(played(case).ledger)
    assert found == {name: case[name] for name in found}


def test_every_case_is_found() -> None:
    assert len(CASES) >= 8
