"""Ex-right reference prices of the real data against the exchanges' formula (``data actions``)."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pytest
from command_line import CommandLine

pytestmark = pytest.mark.real

EXCEPTION = {("000034.SZ", "2024-05-06")}
"""A differential dividend: 30.84 - 0.435 = 30.405, half-up 30.41; the exchange's reference price was 30.40."""


@pytest.fixture(scope="module")
def compared(imported: CommandLine) -> dict[tuple[str, str], str]:
    """How every ex-date compares, by symbol and day."""
    done = imported("data", "actions", "--json")
    assert done.returncode == 4, done.stderr  # differences are found, and told
    return {(each["symbol"], each["ex_date"]): each["agreement"] for each in json.loads(done.stdout)["checks"]}


@pytest.fixture(scope="module")
def published(real_market: Path) -> dict[tuple[str, str], str]:
    """The 250 actions of the study names, with where the reference price of each comes from."""
    with (real_market / "corporate_actions.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["market"] == "CN"]
    return {(row["symbol"], row["ex_date"]): row["ex_ref_basis"] for row in rows}


def test_249_of_250_match_to_the_fen(
    compared: dict[tuple[str, str], str], published: dict[tuple[str, str], str]
) -> None:
    assert len(published) == 250
    assert Counter(compared[key] for key in published) == {"equal": 249, "different": 1}
    assert {key for key in published if compared[key] != "equal"} == EXCEPTION


def test_85_of_them_are_independent_of_the_source(
    compared: dict[tuple[str, str], str], published: dict[tuple[str, str], str]
) -> None:
    # only these reference prices were published as such (baostock); the others were derived, by the same formula, from
    # the cash and the shares, so their agreement proves the arithmetic alone
    independent = {key for key, basis in published.items() if basis.startswith("baostock preclose")}
    assert len(independent) == 85
    assert Counter(compared[key] for key in independent) == {"equal": 84, "different": 1}
    assert {key for key in independent if compared[key] == "different"} == EXCEPTION


def test_the_official_reference_prices_of_tushare(compared: dict[tuple[str, str], str], real_market: Path) -> None:
    # five ex-dates with Tushare's official pre_close, equal to prev_close: a second independent publication
    with (real_market / "prev_close_check.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["ex_date"] == "1"]
    assert len(rows) == 5
    assert {row["pre_close_equal"] for row in rows} == {"True"}
    assert {compared[row["symbol"], row["date"]] for row in rows} == {"equal"}


def test_hong_kong_and_us_data_give_the_close_before(compared: dict[tuple[str, str], str]) -> None:
    abroad = Counter((symbol[-2:], how) for (symbol, _), how in compared.items() if symbol[-2:] in ("HK", "US"))
    # the one US reference price that moves is NVDA's on its split of 2024-06-10: 1208.88 / 10 -> 120.89
    assert abroad == {("HK", "plain"): 69, ("US", "plain"): 99, ("US", "equal"): 1}
    assert compared["NVDA.US", "2024-06-10"] == "equal"
