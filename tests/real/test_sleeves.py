"""Hong Kong and the United States on the real data: the Sora event of the compute mainline, to the cent by hand."""

from __future__ import annotations

import json
from typing import Any

import pytest
from command_line import CommandLine

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def result(imported: CommandLine) -> dict[str, Any]:
    done = imported(
        "run", "compute", "-s", "event-drift", "--from", "2023-11-01", "--to", "2024-06-28", "--json", "--no-pages",
        "--markets", "CNY", "--markets", "HKD", "--markets", "USD",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def alone(imported: CommandLine) -> dict[str, dict[str, Any]]:
    """Each foreign sleeve run alone, so with the whole capital."""
    runs = {}
    for sleeve in ("HKD", "USD"):
        done = imported(
            "run", "compute", "-s", "event-drift", "--from", "2023-11-01", "--to", "2024-06-28", "--json", "--no-pages",
            "--markets", sleeve,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        runs[sleeve] = json.loads(done.stdout)
    return runs


def sora(result: dict[str, Any], sleeve: str) -> dict[str, Any]:
    (circle,) = (one for one in result["results"] if one["sleeve"] == sleeve and one["members"] == "documented")
    (event,) = (event for event in circle["events"] if event["event_id"] == "sora-launch")
    return dict(event)


def test_three_sleeves_were_run(result: dict[str, Any]) -> None:
    assert {(one["sleeve"], one["currency"], one["benchmark"]) for one in result["results"]} == {
        ("CNY", "CNY", "000300.SH"), ("HKD", "HKD", "HSI"), ("USD", "USD", "SP500"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("sleeve", "market", "session_1", "base", "first_open"),
    [
        ("CNY", "XSHG", "2024-02-19", "2024-02-08", "2024-02-19"),
        ("HKD", "XHKG", "2024-02-16", "2024-02-15", "2024-02-16"),
        ("USD", "XNYS", "2024-02-15", "2024-02-14", "2024-02-16"),
    ],
)
def test_session_1_of_sora(
    result: dict[str, Any], sleeve: str, market: str, session_1: str, base: str, first_open: str
) -> None:
    window = sora(result, sleeve)["markets"][market]
    assert (window["session_1"], window["base"], window["first_open"]) == (session_1, base, first_open)


def test_nvidia_to_the_cent(alone: dict[str, dict[str, Any]]) -> None:
    # 1,000,000 USD buy 1,349 shares at the open of 02-16: 1,349 x 741.00 = 999,609.00, commission 0.025 % = 249.90
    # sold at the close of 02-23, 788.17: 1,063,241.33; commission 265.81; section 31 8.00 per million = 8.506 -> 8.51;
    # activity fee 1,349 x 0.000166 = 0.2239 -> 0.23; profit 1,063,241.33 - 274.55 - 999,858.90 = 63,107.88
    event = sora(alone["USD"], "USD")
    (name,) = event["names"]
    first = name["first_fill"]
    assert (name["symbol"], first["session"], first["price"]) == ("NVDA.US", "2024-02-16", 741.0)
    assert name["captured"] == pytest.approx(63_107.88 / 1_000_000, abs=1e-12)
    # 788.17 / 739.00, base 02-14, sessions 02-15, 16, 20, 21, 22: the window of five closes at 785.38
    assert name["headline"] == pytest.approx(785.38 / 739.00 - 1, abs=1e-5)


def test_china_mobile_in_hong_kong_to_the_cent(alone: dict[str, dict[str, Any]]) -> None:
    # 250,000 HKD buy 7 lots of 500 at 66.20: 231,700.00; commission 57.93, stamp duty 231.70 -> 232, levies
    # 6.26 + 0.35, trading fee 13.09, settlement 4.63; sold at the close of 02-22, 69.00: 241,500.00; 60.38, 242,
    # 6.52 + 0.36, 13.64, 4.83; profit 241,500.00 - 327.73 - 231,700.00 - 314.26 = 9,158.01
    event = sora(alone["HKD"], "HKD")
    (name,) = (name for name in event["names"] if name["symbol"] == "00941.HK")
    assert (name["first_fill"]["session"], name["first_fill"]["price"]) == ("2024-02-16", 66.2)
    assert name["captured"] == pytest.approx(9_158.01 / 250_000, abs=1e-12)
