"""The main job, on the synthetic sample."""

from __future__ import annotations

import pytest
from run_folder import RunFolder

# The columns that programs may rely on (docs/ledger.md), more may follow
COLUMNS = {
    "orders": "basket, strategy, members, sleeve, order_id, event_id, symbol, side, created, kind, money, shares, "
    "filled, status, reason, attempts",
    "fills": "basket, strategy, members, fill_id, order_id, event_id, symbol, session, side, shares, price, amount, "
    "commission, stamp_duty, transfer_fee, other_fees, currency",
    "positions": "basket, strategy, members, session, symbol, shares, close, market_value, currency",
    "equity": "basket, strategy, members, sleeve, currency, session, cash, market_value, equity, benchmark",
    "events": "basket, strategy, members, event_id, market, at, first_open, first_close, headline, captured, "
    "captured_pessimistic, captured_optimistic, window_sessions, locked, note",
}


def test_three_mainlines_two_strategies_three_circles(sample_run: RunFolder) -> None:
    found = {(one["basket"], one["strategy"], one["members"]) for one in sample_run.result["results"]}
    assert found == {
        (basket, strategy, members)
        for basket in ("compute", "application", "regulation")
        for strategy in ("buy-and-hold", "event-drift")
        for members in ("point_in_time", "documented", "all")
    }
    assert len(sample_run.result["results"]) == 18


def test_every_pair_has_one_leading_circle(sample_run: RunFolder) -> None:
    leading = {"compute": "documented", "application": "documented", "regulation": "all"}
    for one in sample_run.result["results"]:
        assert one["primary"] == (one["members"] == leading[one["basket"]])
        assert bool(one["curve"]) == one["primary"]


def test_it_says_synthetic(sample_run: RunFolder) -> None:
    assert sample_run.result["synthetic"] is True
    assert sample_run.result["data"]["synthetic"] is True


def test_no_pages_were_made(sample_run: RunFolder) -> None:
    assert sorted(path.name for path in sample_run.path.iterdir()) == [
        "attribution.csv", "charges.csv", "charts.json", "entitlements.csv", "equity.csv", "events.csv", "fills.csv",
        "manifest.json", "orders.csv", "positions.csv", "result.json", "taxes.csv",
    ]  # fmt: skip


@pytest.mark.parametrize("table", sorted(COLUMNS))
def test_documented_columns(sample_run: RunFolder, table: str) -> None:
    assert set(COLUMNS[table].split(", ")) <= set(sample_run.tables[table][0])


def test_every_order_not_filled_whole_says_why(sample_run: RunFolder) -> None:
    orders = sample_run.tables["orders"]
    assert {row["status"] for row in orders} <= {"filled", "partial", "expired", "cancelled", "rejected"}
    short = [row for row in orders if row["status"] != "filled"]
    assert short
    assert [row for row in short if not row["reason"]] == []
    assert any(row["reason"] == "locked_limit_up" for row in short)


def test_filled_shares_are_those_of_the_fills(sample_run: RunFolder) -> None:
    filled: dict[tuple[str, ...], int] = {}
    for row in sample_run.tables["fills"]:
        key = (row["basket"], row["strategy"], row["members"], row["order_id"])
        filled[key] = filled.get(key, 0) + int(row["shares"])
    for row in sample_run.tables["orders"]:
        key = (row["basket"], row["strategy"], row["members"], row["order_id"])
        assert int(row["filled"]) == filled.pop(key, 0), row
    assert filled == {}


def test_unfilled_counts_are_those_of_the_orders(sample_run: RunFolder) -> None:
    for one in sample_run.result["results"]:
        rows = sample_run.rows("orders", basket=one["basket"], strategy=one["strategy"], members=one["members"])
        reasons = [row["reason"] for row in rows if row["status"] != "filled"]
        assert one["unfilled"] == {reason: reasons.count(reason) for reason in set(reasons)}
        assert one["orders"] == len(rows)


def test_bounds_of_the_leading_circle_hold_the_captured(sample_run: RunFolder) -> None:
    # "bounds" bound fills, not returns, but one is there whenever the other is
    for one in sample_run.result["results"]:
        for event in one["events"]:
            known = event["captured"] is not None
            bounds = (event["captured_pessimistic"], event["captured_optimistic"])
            assert (None not in bounds) == (known and one["primary"]), (one["basket"], event["event_id"])


def test_members_of_other_sleeves_are_listed(sample_run: RunFolder) -> None:
    members = [member for basket in sample_run.result["baskets"] for member in basket["members"]]
    assert len(members) > 50
    for member in members:
        market = member["symbol"].rpartition(".")[2]
        expected = {"HK": "HKD sleeve not run (see --markets)", "US": "USD sleeve not run (see --markets)"}.get(market)
        assert (member["not_run"] and member["not_run"]["en"]) == expected, member["symbol"]
    assert {member["sleeve"] for member in members} == {"CNY", "HKD", "USD"}
