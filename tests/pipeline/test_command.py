"""``hypebasket run`` from the outside: what it prints, how it ends, what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from run_folder import RunFolder, names_of

Call = Callable[..., tuple[int, str, str]]
Run = Callable[..., RunFolder]


def refused(outcome: tuple[int, str, str], code: int) -> str:
    """Check that a call ended with ``code``, printed nothing on stdout and no traceback, and return what it said."""
    ended, out, err = outcome
    assert (ended, out) == (code, ""), err
    assert "Traceback" not in err
    return err


def test_json_is_alone_on_stdout(mini: Path, call: Call) -> None:
    code, out, err = call("run", "--no-pages", "--json")
    assert code == 0
    result = json.loads(out)
    assert result == json.loads((mini / "reports" / result["run_id"] / "result.json").read_text(encoding="utf-8"))
    assert "SYNTHETIC" in err


def test_nothing_said_runs_every_basket_and_circle(run_mini: Run) -> None:
    found = [(one["basket"], one["strategy"], one["members"]) for one in run_mini().result["results"]]
    assert sorted(found) == [
        ("mini", strategy, members)
        for strategy in ("buy-and-hold", "event-drift")
        for members in ("all", "documented", "point_in_time")
    ]


def test_for_humans_the_verdict_and_the_place(mini: Path, call: Call) -> None:
    code, out, err = call("run", "--no-pages")
    verdict, place = out.splitlines()
    assert code == 0
    assert "Mini" in verdict
    assert Path(place).parent == mini / "reports"
    assert "ran mini × event-drift" in err


def test_in_chinese(call: Call) -> None:
    _, out, _ = call("run", "--no-pages", "--lang", "zh")
    assert "小篮子" in out.splitlines()[0]


def test_quiet(call: Call) -> None:
    assert call("run", "--no-pages", "-q") == (0, "", "")


def test_wrong_basket(call: Call) -> None:
    assert "basket 'mimi' is not in this workspace; did you mean 'mini'?" in refused(call("run", "mimi"), 2)


def test_wrong_strategy(call: Call) -> None:
    said = refused(call("run", "-s", "event-drfit"), 2)
    assert "strategy 'event-drfit' is not in this workspace; did you mean 'event-drift'?" in said


def test_nothing_near_lists_what_there_is(call: Call) -> None:
    assert "there are: mini" in refused(call("run", "zzz"), 2)


def test_file_that_is_not_there(call: Call) -> None:
    assert "baskets/nothing.yaml: no such file" in refused(call("run", "baskets/nothing.yaml"), 2)


def test_file_of_another_folder(mini: Path, tmp_path: Path, call: Call) -> None:
    (tmp_path / "mini.yaml").write_bytes((mini / "baskets" / "mini.yaml").read_bytes())
    assert "not in the workspace's folder" in refused(call("run", str(tmp_path / "mini.yaml")), 2)


def test_no_workspace(tmp_path: Path, call: Call) -> None:
    (tmp_path / "nowhere").mkdir()
    said = refused(call("run", "--workspace", str(tmp_path / "nowhere")), 2)
    assert "no workspace here or above" in said
    assert "hypebasket init" in said


def test_invalid_yaml_says_where(mini: Path, call: Call) -> None:
    path = mini / "strategies" / "event-drift.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("hold_sessions: 5", "hold_sessions: five"), "utf-8")
    assert "event-drift.yaml:20:18: five" in refused(call("run"), 2)


def test_errors_as_json(call: Call) -> None:
    code, out, err = call("run", "mimi", "--json")
    assert code == 2
    assert json.loads(out)["remedy"] == "did you mean 'mini'?"
    assert "Traceback" not in err


@pytest.mark.parametrize("span", [("--from", "2030-01-01"), ("--to", "2020-01-01")])
def test_no_session_in_the_range(call: Call, span: tuple[str, str]) -> None:
    said = refused(call("run", *span), 3)
    assert "in data of 2024-01-15..2024-03-29" in said
    assert "--from" in said


def test_wrong_date(call: Call) -> None:
    assert "2024-13-01" in refused(call("run", "--from", "2024-13-01"), 2)


def test_empty_store(call: Call) -> None:
    assert "hypebasket data import" in refused(call("run", "--data", "store"), 3)


def test_damaged_store(mini: Path, call: Call) -> None:
    assert call("data", "import", str(mini / "data" / "sample"))[0] == 0
    assert call("run", "--data", "store", "--no-pages")[0] == 0
    for path in (mini / "data" / "store" / "objects").glob("*.parquet"):
        path.write_bytes(path.read_bytes()[:-1] + b"?")
    assert "its bytes are not those that were stored" in refused(call("run", "--data", "store", "--no-pages"), 3)


def test_the_store_goes_before_the_sample(mini: Path, run_mini: Run) -> None:
    sample = mini / "data" / "sample"
    assert run_mini().result["data"]["source"] == "by hand"
    (sample / "dataset.json").write_text('{"name": "in the store", "synthetic": false}', encoding="utf-8")
    from hypebasket.sources.store import Store

    Store(mini / "data" / "store").import_folder(sample)
    (sample / "dataset.json").write_text('{"name": "by hand", "synthetic": true}', encoding="utf-8")
    run = run_mini()
    assert (run.result["data"]["source"], run.result["synthetic"]) == ("in the store", False)
    assert run_mini("--data", "sample").result["synthetic"] is True


def test_members_option_leads(run_mini: Run) -> None:
    for members in ("point_in_time", "all"):
        results = run_mini("-s", "event-drift", "--members", members).result["results"]
        assert [one["members"] for one in results if one["primary"]] == [members]


def test_locked_name_is_not_bought_and_says_why(run_mini: Run) -> None:
    # 600571.SH is locked from 2024-02-19 to 02-23; the order lives for the entry session and three more
    run = run_mini("-s", "event-drift")
    name = names_of(run.event("mini", "event-drift", "documented", "sora-launch"))["600571.SH"]
    assert name["one_price"] == ["2024-02-19", "2024-02-20", "2024-02-21", "2024-02-22", "2024-02-23"]
    assert (name["first_fill"], name["reason"], name["height"]) == (None, "locked_limit_up", 5)
    (order,) = run.rows("orders", members="documented", event_id="sora-launch", symbol="600571.SH")
    assert (order["status"], order["reason"], order["attempts"]) == ("expired", "locked_limit_up", "4")


def test_captured_by_hand(run_mini: Run) -> None:
    # 300418.SZ closes 2024-01-15 at 10.01, a cent more each session; 2024-02-19 is session 20 and opens at 10.19.
    # 500,000 / 10.19 is 49,067 shares, 49,000 in lots (fees fit): 499,310.00, commission 124.83, transfer fee 4.99.
    # Sold at the close of 02-23, 10.24: 501,760.00, commission 125.44, stamp duty 250.88, transfer fee 5.02.
    # Profit 501,760.00 - 381.34 - 499,310.00 - 129.82 = 1,938.84; the other slot of 500,000 stays empty.
    event = run_mini("-s", "event-drift").event("mini", "event-drift", "documented", "sora-launch")
    kunlun = names_of(event)["300418.SZ"]
    # the base, 2024-02-08, is session 19 and closes at 10.19
    assert kunlun["first_fill"] == {"session": "2024-02-19", "price": 10.19, "above_base": 0.0}
    assert kunlun["captured"] == pytest.approx(1938.84 / 500_000, abs=1e-12)
    assert event["captured"] == pytest.approx(1938.84 / 1_000_000, abs=1e-12)
    # headline: 10.24 / 10.19 - 1, and 1.1 five times on 10.00 rounded to the fen each time: 16.10 / 10.00 - 1
    assert event["headline"] == pytest.approx((10.24 / 10.19 - 1 + 0.610) / 2, abs=1e-12)


def test_events_outside_the_run_are_listed_not_failed(run_mini: Run) -> None:
    run = run_mini("-s", "event-drift", "--from", "2024-02-20")
    excluded = run.event("mini", "event-drift", "documented", "sora-launch")
    assert excluded["excluded"]["en"] == "session 1 (2024-02-19) lies outside the run (2024-02-20..2024-03-29)"
    assert excluded["captured"] is excluded["headline"] is None
    (row,) = run.rows("events", members="documented", event_id="sora-launch")
    assert row["excluded"] == excluded["excluded"]["en"]


def test_other_sleeves_are_listed_as_not_run(run_mini: Run) -> None:
    (basket,) = run_mini().result["baskets"]
    assert {member["symbol"]: member["not_run"] and member["not_run"]["en"] for member in basket["members"]} == {
        "300418.SZ": None, "600571.SH": None, "002230.SZ": None, "00700.HK": "HKD sleeve not run (see --markets)",
    }  # fmt: skip


def test_only_other_sleeves(mini: Path, call: Call) -> None:
    path = mini / "baskets" / "mini.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if "symbol" not in line or "00700.HK" in line]
    path.write_text("\n".join(kept).replace("members: documented", "members: all"), encoding="utf-8")
    assert "mini: no member traded in CNY" in refused(call("run"), 3)
