"""Across sleeves: the split of the capital, the weighted return, its conversion; arithmetic beside each value."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from run_folder import RunFolder

from hypebasket.market.calendar import calendar_of
from hypebasket.spec.text import Market

Run = Callable[..., RunFolder]
Call = Callable[..., tuple[int, str, str]]

HKD_GROWTH = 273_674.80 / 250_000
"""The first session is the past; at the open of the second 250,000 HKD buy 6 lots of 100 at 400.00: 240,000.00;
commission 60.00, stamp duty 240, levies 6.48 + 0.36, trading fee 13.56, settlement 4.80. 9,674.80 stay cash, and the
600 shares close the last session at 440.00: 264,000.00."""


def sessions(market: Market) -> list[str]:
    """The sessions of the hand-made market, in the calendar of ``market``."""
    return [str(day) for day in calendar_of(market).days if "2024-01-15" <= str(day) <= "2024-03-29"]


def write_table(path: Path, rows: list[dict[str, object]]) -> None:
    lines = [",".join(rows[0]), *(",".join(str(value) for value in row.values()) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def with_tencent(mini: Path) -> Path:
    """The hand-made market with 00700.HK, flat at 400.00 but for its last close, and HKDCNY on mainland sessions."""
    folder = mini / "data" / "sample"
    days = sessions(Market.XHKG)
    flat = {"open": "400.00", "high": "400.00", "low": "400.00", "close": "400.00", "volume": 9_000_000}
    rows: list[dict[str, object]] = [{"symbol": "00700.HK", "date": day, **flat, "is_suspended": 0} for day in days]
    rows[-1] |= {"high": "440.00", "close": "440.00"}
    write_table(folder / "bars_hk.csv", rows)
    mainland = sessions(Market.XSHG)
    rates: list[dict[str, object]] = [
        {"pair": "HKDCNY", "date": day, "rate": "0.90", "kind": "parity"} for day in mainland
    ]
    rates[-1]["rate"] = "0.99"
    write_table(folder / "fx.csv", rates)
    return mini


def combined(left: RunFolder, circle: str) -> dict[str, Any]:
    (found,) = (one for one in left.result["combined"] if one["members"] == circle)
    return dict(found)


def final_equity(left: RunFolder, circle: str, sleeve: str) -> float:
    (found,) = (one for one in left.result["results"] if (one["members"], one["sleeve"]) == (circle, sleeve))
    return float(found["final_equity"])


@pytest.fixture
def both(with_tencent: Path, run_mini: Run) -> RunFolder:
    return run_mini("mini", "-s", "buy-and-hold", "--markets", "CNY", "--markets", "HKD")


def test_the_capital_is_split_by_member_weight(both: RunFolder) -> None:
    # three members in CNY, one in HKD, of equal weight
    parts = {part["sleeve"]: (part["weight"], part["initial_cash"]) for part in combined(both, "all")["sleeves"]}
    assert parts == {"CNY": (0.75, 750_000.0), "HKD": (0.25, 250_000.0)}
    assert {(one["sleeve"], one["initial_cash"]) for one in both.result["results"]} == {
        ("CNY", 750_000.0), ("HKD", 250_000.0),
    }  # fmt: skip


def test_the_return_is_the_weighted_mean_of_the_sleeves(both: RunFolder) -> None:
    across = combined(both, "all")
    assert final_equity(both, "all", "HKD") == 273_674.80
    yuan = final_equity(both, "all", "CNY") / 750_000
    assert across["total_return"] == pytest.approx(0.75 * yuan + 0.25 * HKD_GROWTH - 1, abs=1e-12)
    # Hong Kong rests on Good Friday, 03-29: its close of 03-28 is the latest there is
    assert (across["start"], across["end"], across["note"]) == ("2024-01-15", "2024-03-29", None)
    hkd = across["sleeves"][1]
    assert (hkd["profit"], hkd["costs"]["total"]) == (23_674.80, 325.20)


def test_a_sleeve_without_members_in_the_circle_stays_cash(both: RunFolder) -> None:
    yuan = final_equity(both, "documented", "CNY") / 750_000
    assert combined(both, "documented")["total_return"] == pytest.approx(0.75 * yuan + 0.25 - 1, abs=1e-12)


def test_converted_where_every_session_has_a_rate(both: RunFolder) -> None:
    in_yuan, in_dollars = combined(both, "all")["converted"]
    yuan = final_equity(both, "all", "CNY") / 750_000
    assert in_yuan["total_return"] == pytest.approx(0.75 * yuan + 0.25 * HKD_GROWTH * 0.99 / 0.90 - 1, abs=1e-12)
    assert (in_yuan["currency"], in_yuan["rates"], in_yuan["note"]) == ("CNY", ["HKDCNY parity"], None)
    # Hong Kong traded on the eve of the new year and from 02-14 on, when the mainland, and the parity, rested
    assert (in_dollars["currency"], in_dollars["total_return"]) == ("HKD", None)
    assert in_dollars["note"]["en"] == "HKDCNY parity has no rate on 4 sessions, first 2024-02-09"


def test_no_rates_no_converted_return(with_tencent: Path, run_mini: Run) -> None:
    (with_tencent / "data" / "sample" / "fx.csv").unlink()
    left = run_mini("mini", "-s", "buy-and-hold", "--markets", "CNY", "--markets", "HKD")
    assert [one["total_return"] for one in combined(left, "all")["converted"]] == [None, None]
    assert "HKDCNY" in combined(left, "all")["converted"][0]["note"]["en"]


def test_a_sleeve_that_runs_alone_has_the_whole_capital(with_tencent: Path, run_mini: Run) -> None:
    left = run_mini("mini", "-s", "buy-and-hold", "--markets", "HKD")
    assert left.result["combined"] == []
    assert {one["initial_cash"] for one in left.result["results"]} == {1_000_000.0}


def test_data_that_ends_sooner_ends_the_combination(with_tencent: Path, run_mini: Run) -> None:
    path = with_tencent / "data" / "sample" / "bars_hk.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(line for line in lines if "2024-03-" not in line) + "\n", encoding="utf-8")
    across = combined(run_mini("mini", "-s", "buy-and-hold", "--markets", "CNY", "--markets", "HKD"), "all")
    # the last close of February is the latest until the session of 03-01
    assert across["end"] == "2024-02-29"
    assert "CNY has data beyond 2024-02-29" in across["note"]["en"]
    assert across["sleeves"][1]["final_equity"] == 249_674.80


def test_an_audit_knows_the_parts_of_the_capital(with_tencent: Path, run_mini: Run, call: Call) -> None:
    left = run_mini("mini", "-s", "buy-and-hold", "--markets", "CNY", "--markets", "HKD")
    code, out, err = call("audit", left.path.name, "--no-page", "--json")
    told = json.loads(out)
    assert "initial cash" not in out, err
    assert not [finding for finding in told["findings"] if finding["kind"] == "result"], err
    assert told["stands"] is (code == 0)
