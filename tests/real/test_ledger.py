"""The ledgers of real runs, rebuilt from their CSV files and the published bars without any code of the project."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from ledger_by_hand import book, due, keys_of, rebuild
from published_bars import Bars, read_actions, read_bars
from run_folder import RunFolder

pytestmark = pytest.mark.real

CAPITAL = Decimal(1_000_000)


@pytest.fixture(scope="module")
def traded_bars(real_market: Path, application: RunFolder, held: RunFolder) -> Bars:
    symbols = {row["symbol"] for run in (application, held) for row in run.tables["fills"]}
    return read_bars(real_market / "bars_cn.csv.gz", symbols)


def test_events_ledger_to_the_fen(application: RunFolder, traded_bars: Bars) -> None:
    keys = keys_of(application)
    assert len(keys) == 3
    for key in keys:
        assert list(rebuild(application, key, traded_bars, CAPITAL)) == book(application, key), key


def test_buy_and_hold_ledger_to_the_fen(held: RunFolder, traded_bars: Bars) -> None:
    # three baskets in three circles over five years, through every dividend and bonus issue; disrupted has no A-share
    keys = keys_of(held)
    assert len(keys) == 9
    assert len(held.tables["entitlements"]) > 100
    for key in keys:
        assert list(rebuild(held, key, traded_bars, CAPITAL)) == book(held, key), key


def test_positions_add_up_to_the_market_value(held: RunFolder) -> None:
    for key in keys_of(held):
        value: dict[str, Decimal] = defaultdict(Decimal)
        for row in held.rows("positions", **key):
            value[row["session"]] += Decimal(row["market_value"])
            assert Decimal(row["market_value"]) == int(row["shares"]) * Decimal(row["close"])
        assert {session: worth for session, _, worth, _ in book(held, key) if worth} == value


def test_entitlements_are_those_that_were_due(held: RunFolder, real_market: Path) -> None:
    actions = read_actions(real_market / "corporate_actions.csv")
    for key in keys_of(held):
        paid = {(row["symbol"], row["session"]): row for row in held.rows("entitlements", **key)}
        owned: dict[str, dict[str, int]] = defaultdict(dict)
        for row in held.rows("positions", **key):
            owned[row["session"]][row["symbol"]] = int(row["shares"])
        expected = {
            (symbol, session): due(shares, *actions[symbol, session])
            for before, session in pairwise(session for session, *_ in book(held, key))
            for symbol, shares in owned[before].items()
            if (symbol, session) in actions
        }
        assert {place: (int(row["shares"]), Decimal(row["cash"])) for place, row in paid.items()} == expected


def test_every_year_of_every_basket_was_run(held: RunFolder) -> None:
    for one in held.result["results"]:
        assert (one["start"], one["end"]) == ("2021-01-04", "2026-05-28")
    bought = {one["basket"] for one in held.result["results"] if one["fills"]}
    assert bought == {"compute", "application", "regulation"}  # the disrupted names trade in New York


def test_names_of_other_markets_are_listed_as_not_run(held: RunFolder) -> None:
    for basket in held.result["baskets"]:
        for member in basket["members"]:
            market = member["symbol"].rpartition(".")[2]
            expected = {"HK": "HKD sleeve not run (see --markets)", "US": "USD sleeve not run (see --markets)"}.get(
                market
            )
            assert (member["not_run"] and member["not_run"]["en"]) == expected, member["symbol"]


def test_an_index_that_ends_early_is_left_blank_with_the_reason(held: RunFolder) -> None:
    # index.csv.gz has 399006.SZ to 2026-05-08 and 000300.SH to 2026-07-31; the bars end 2026-05-28
    one = held.circle("application", "buy-and-hold", "documented")
    assert one["benchmark_return"] is None
    assert "399006.SZ has no level on 14 sessions, first 2026-05-11" in one["benchmark_note"]["en"]
    assert held.circle("compute", "buy-and-hold", "documented")["benchmark_return"] is not None
