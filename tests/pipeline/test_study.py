"""``hypebasket study`` on the synthetic sample: the sessions and members of a run, numbers worked out a second time."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import event_study_by_formula as formula
import pytest
from abnormal_by_hand import abnormal, read_days, read_index
from command_line import CommandLine
from run_folder import RunFolder
from study_folder import StudyFolder

from hypebasket.pipeline.study.request import StudyRequest, Window
from hypebasket.pipeline.study.run import study
from hypebasket.spec.text import Currency
from hypebasket.stats.normal_returns import NormalModel

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def studied(sample_cli: CommandLine) -> StudyFolder:
    """The three mainlines with all defaults, as typed."""
    done = sample_cli("study", "--no-pages", "--json")
    assert done.returncode == 0, done.stderr
    return StudyFolder(sample_cli.workspace / "reports" / f"study-{json.loads(done.stdout)['study_id']}")


@pytest.fixture
def make(sample_cli: CommandLine) -> Callable[..., StudyFolder]:
    """Study one basket in this process, with terms of one's own."""

    def study_one(basket: str, **terms: Any) -> StudyFolder:
        terms = {"baskets": (basket,), "pages": False, **terms}
        return StudyFolder(study(StudyRequest(workspace=sample_cli.workspace, **terms), lambda line: None).folder)

    return study_one


@pytest.mark.parametrize("basket", ["application", "compute", "regulation"])
@pytest.mark.parametrize("circle", ["point_in_time", "documented", "all"])
def test_sessions_and_members_are_those_of_a_run(
    studied: StudyFolder, sample_run: RunFolder, basket: str, circle: str
) -> None:
    key = (basket, "event-drift", circle)
    events = [event for event in studied.circle(basket, circle)["events"] if not event["excluded"]]
    assert events
    for event in events:
        run = sample_run.event(*key, event["event_id"])
        assert run["markets"]["XSHG"]["session_1"] == event["session_1"]
        assert run["markets"]["XSHG"]["base"] == event["base"]
        if event["owner"] is None and not event["left_out"]:
            assert event["members"] == run["members"]


def touched(study: StudyFolder, basket: str, sessions: list[str]) -> set[str]:
    bases = [event["base"] for event in study.circle(basket, "all")["events"] if not event["excluded"]]
    return {sessions[sessions.index(base) + step] for base in bases for step in range(1, 6)}


@pytest.mark.parametrize("cumulate", [True, False])
def test_every_name_event_agrees_with_published_bars(
    studied: StudyFolder, make: Callable[..., StudyFolder], root: Path, cumulate: bool
) -> None:
    folder = studied if cumulate else make("application", locked="session")
    sample = root / "data" / "sample"
    index = read_index(sample / "index.csv.gz", "399006.SZ")
    sessions = sorted(index)
    near = touched(folder, "application", sessions)
    base_of = {event["event_id"]: event["base"] for event in folder.circle("application", "all")["events"]}
    rows = folder.rows("cumulative", basket="application")
    days = read_days(sample / "bars_cn.csv.gz", {row["symbol"] for row in rows})
    longest = 0
    for row in rows:
        window = (int(row["first"]), int(row["last"]))
        base = base_of[row["event_id"]]
        answer = abnormal(days[row["symbol"]], index, sessions, base, near, window, cumulate=cumulate)
        assert float(row["car"]) == pytest.approx(answer.car, abs=1e-8), row
        assert float(row["bhar"]) == pytest.approx(answer.bhar, abs=1e-8), row
        assert float(row["scaled"]) == pytest.approx(answer.scaled, abs=1e-8), row
        assert int(row["sessions"]) == answer.sessions, row
        longest = max(longest, answer.sessions - (window[1] - window[0] + 1))
    assert len(rows) > 500
    assert (longest > 0) == cumulate, "some board opened after its window"


def test_means_over_events_and_the_clustered_test_follow_from_the_table(studied: StudyFolder, root: Path) -> None:
    index = read_index(root / "data" / "sample" / "index.csv.gz", "399006.SZ")
    sessions = sorted(index)
    found = studied.window("application", "documented", 1, 5)
    members = defaultdict(list)
    for row in studied.rows("cumulative", basket="application", documented=True, first=1, last=5):
        members[row["event_id"]].append(float(row["car"]))
    events = [event for event in studied.circle("application", "documented")["events"] if event["event_id"] in members]
    blocks: list[list[float]] = []
    before = None
    for event in sorted(events, key=lambda event: event["base"]):
        place = sessions.index(event["base"])
        if before is None or place - before >= 5:
            blocks.append([])
        blocks[-1].append(formula.mean(members[event["event_id"]]))
        before = place
    assert found["events"] == len(events) > 10
    assert found["blocks"] == len(blocks) < len(events)
    assert found["caar"] == pytest.approx(formula.mean([value for block in blocks for value in block]), abs=1e-8)
    statistic, p_value = formula.clustered_t(blocks)
    assert found["tests"]["event_t"]["statistic"] == pytest.approx(statistic, abs=1e-8)
    assert found["tests"]["event_t"]["p_value"] == pytest.approx(p_value, abs=1e-8)
    every = [value for values in members.values() for value in values]
    assert found["naive_caar"] == pytest.approx(formula.mean(every), abs=1e-8)
    naive = found["tests"]["cross_sectional_t"]
    assert (naive["statistic"], naive["p_value"]) == pytest.approx(formula.cross_sectional_t(every), abs=1e-8)


def test_p_values_are_adjusted_for_every_mainline_and_window(studied: StudyFolder) -> None:
    circles = [circle for line in studied.result["mainlines"] for circle in line["circles"]]
    primary = [window for circle in circles if circle["primary"] for window in circle["windows"]]
    assert len(primary) == 12
    ordered = sorted((window["tests"]["event_bootstrap"] for window in primary), key=lambda test: test["p_value"])
    worst = 0.0
    for place, test in enumerate(ordered):
        worst = max(worst, min(test["p_value"] * (12 - place), 1.0))
        assert test["holm"] == pytest.approx(worst)
    others = [window for circle in circles if not circle["primary"] for window in circle["windows"]]
    assert all(test["holm"] is None for window in others for test in window["tests"].values())


def test_events_of_one_session_are_one_observation(studied: StudyFolder) -> None:
    events = studied.circle("compute", "documented")["events"]
    owned = [event for event in events if event["owner"]]
    assert owned
    for event in owned:
        owner = next(other for other in events if other["event_id"] == event["owner"])
        assert (event["session_1"], event["members"], event["block"]) == (owner["session_1"], 0, None)
        assert not studied.rows("cumulative", basket="compute", event_id=event["event_id"])


def test_the_abnormal_returns_of_a_window_add_up(studied: StudyFolder) -> None:
    """Where no board stayed closed past the window, sessions 1 to 5 of the table sum to the cumulative return."""
    checked = 0
    for row in studied.rows("cumulative", basket="application", event_id="gpt4-launch", first=1, last=5):
        if row["sessions"] != "5":
            continue
        parts = studied.rows("abnormal_returns", basket="application", event_id="gpt4-launch", symbol=row["symbol"])
        own = [part for part in parts if 1 <= int(part["session_number"]) <= 5]
        if sum(int(part["spans"]) for part in own) == 5:
            assert float(row["car"]) == pytest.approx(sum(float(part["abnormal"]) for part in own), abs=1e-12)
            checked += 1
    assert checked > 3


def test_the_same_request_leaves_the_same_bytes(make: Callable[..., StudyFolder]) -> None:
    names = ("study.json", "abnormal_returns.csv", "cumulative.csv")
    first = make("regulation")
    before = {name: (first.path / name).read_bytes() for name in names}
    assert make("regulation").path == first.path
    assert {name: (first.path / name).read_bytes() for name in names} == before


def test_a_mainline_alone_has_the_numbers_it_has_in_company(
    studied: StudyFolder, make: Callable[..., StudyFolder]
) -> None:
    alone, together = (each.window("regulation", "all", 1, 5) for each in (make("regulation"), studied))
    for key in ("caar", "interval", "detectable", "correlation"):
        assert alone[key] == together[key]
    assert alone["tests"]["event_bootstrap"]["p_value"] == together["tests"]["event_bootstrap"]["p_value"]
    assert alone["tests"]["event_bootstrap"]["holm"] <= together["tests"]["event_bootstrap"]["holm"]


def test_the_seed_is_in_the_identity_and_moves_the_bootstrap_alone(
    studied: StudyFolder, make: Callable[..., StudyFolder]
) -> None:
    other = make("compute", seed=7)
    first, second = (each.window("compute", "documented", 1, 5)["tests"] for each in (studied, other))
    assert other.path != make("compute").path
    assert first["event_t"]["p_value"] == second["event_t"]["p_value"]
    assert first["event_bootstrap"]["statistic"] == second["event_bootstrap"]["statistic"]
    assert first["event_bootstrap"]["p_value"] != second["event_bootstrap"]["p_value"]


def test_models_and_windows(make: Callable[..., StudyFolder]) -> None:
    mean = make("application", model=NormalModel.MEAN, windows=(Window(0, 3),), estimation=Window(-100, -21))
    assert mean.result["terms"]["model"] == "mean"
    assert mean.result["terms"]["estimation"] == [-100, -21]
    assert mean.window("application", "documented", 0, 3)["name_events"] > 50
    adjusted = make("application", model=NormalModel.ADJUSTED, windows=(Window(1, 1),))
    row = adjusted.rows("abnormal_returns", event_id="gpt4-launch", session_number=1)[0]
    assert float(row["abnormal"]) == pytest.approx(float(row["return"]) - float(row["normal"]), abs=1e-15)


def test_another_market_has_its_own_index(make: Callable[..., StudyFolder]) -> None:
    (line,) = make("compute", sleeves=(Currency.HKD,)).result["mainlines"]
    assert (line["sleeve"], line["benchmark"]) == ("HKD", "HSI")
    assert next(circle for circle in line["circles"] if circle["primary"])["windows"][0]["name_events"] > 10


def test_a_record_too_short_says_so(call: Call) -> None:
    """Fifty sessions cannot tell what is normal: nothing is measured, and the answer says it."""
    code, out, _ = call("study", "mini", "--no-pages", "--json")
    assert code == 0
    (line,) = json.loads(out.partition("\nMini:")[0])["mainlines"]
    primary = next(circle for circle in line["circles"] if circle["primary"])
    assert {reason["reason"]["en"] for event in primary["events"] for reason in event["left_out"]} == {
        "too few returns in the estimation window"
    }
    assert primary["windows"][0]["finding"] == "insufficient"
    assert primary["windows"][0]["tests"]["event_bootstrap"]["p_value"] is None
    assert "no member to measure" in line["answer"]["en"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--window", "5:1"), "the first session is after the last"),
        (("--window", "five"), "no range of sessions"),
        (("--estimation", "-80:0"), "reaches the base"),
        (("--estimation", "-30:-11"), "60 are needed"),
        (("--window", "-20:0"), "reaches into the estimation window"),
        (("--draws", "5"), "99"),
        (("minni",), "did you mean 'mini'"),
    ],
)
def test_wrong_usage_is_told_with_a_remedy(call: Call, arguments: tuple[str, ...], said: str) -> None:
    code, _, err = call("study", *arguments)
    assert code == 2
    assert said in err


def test_a_missing_benchmark_is_named_and_not_replaced(mini: Path, call: Call) -> None:
    path = mini / "baskets" / "mini.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("399006.SZ", "000300.SH"), encoding="utf-8")
    code, out, _ = call("study", "mini", "--no-pages")
    assert code == 0
    assert "no levels of the benchmark CSI 300 000300.SH" in out
    assert call("study", "mini", "--model", "mean", "--no-pages")[0] == 0
