"""``hypebasket placebo``: the truth among what chance would have captured, on a small market made by hand."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import pytest
from scipy.stats import kstest

from hypebasket.errors import NothingToCompareError, Words
from hypebasket.ledger.result import PlaceboTest
from hypebasket.market.calendar import calendar_of
from hypebasket.pipeline import chance as chances
from hypebasket.pipeline.chance import Chance, ChancePair, means_of
from hypebasket.pipeline.ground import Ground
from hypebasket.pipeline.job import prepare, symbols_of
from hypebasket.pipeline.market import lay_out_sleeves
from hypebasket.pipeline.outcome import circle_result
from hypebasket.pipeline.placebo import PlaceboRequest, execute_placebo
from hypebasket.pipeline.request import RunRequest
from hypebasket.pipeline.sleeve import SleeveRunner
from hypebasket.spec.event import Event
from hypebasket.spec.text import Market, Text
from hypebasket.stats.placebo import spread_p_values

Call = Callable[..., tuple[int, str, str]]
CJK = re.compile(r"[\u4e00-\u9fff]")

MEMBERS = ("300418.SZ", "600571.SH", "002230.SZ")
CONTROLS = ("300010.SZ", "300011.SZ", "600010.SH", "600011.SH", "002010.SZ", "002011.SZ")
DAYS = [str(day) for day in calendar_of(Market.XSHG).sessions(date(2023, 9, 1), date(2024, 3, 29))]
TRUE = (30, 62, 95)
"""Sessions whose opens are the first after an event, by their place among ``DAYS``."""

SMALL = ("--draws", "99", "--other-draws", "39", "--jobs", "1")


def bars(jumps: Sequence[int] = (), jump: float = 0.0) -> list[dict[str, object]]:
    """Returns of up to 2 % a session; members rise by ``jump`` more on the three sessions from each of ``jumps``."""
    rng = np.random.default_rng(20240215)
    risen = {session + step for session in jumps for step in range(3)}
    rows: list[dict[str, object]] = []
    for symbol in (*MEMBERS, *CONTROLS):
        before = 2000
        for place, day in enumerate(DAYS):
            extra = jump if symbol in MEMBERS and place in risen else 0.0
            close = round(before * (1.0 + rng.uniform(-0.02, 0.02) + extra))
            prices = {"open": before, "high": max(before, close), "low": min(before, close), "close": close}
            told = {name: f"{fen / 100:.2f}" for name, fen in (*prices.items(), ("prev_close", before))}
            rows.append({"symbol": symbol, "date": day} | told | {"volume": 50_000_000, "is_suspended": 0})
            before = close
    return rows


def level(place: int) -> float:
    """The benchmark: two points a session."""
    return 2000.0 + 2.0 * place


def write(path: Path, rows: Sequence[dict[str, object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def event(place: int, mainline: str = "application") -> Event:
    """An event on the evening before a session: that session is session 1, and its open the first."""
    at = datetime.fromisoformat(f"{DAYS[place - 1]}T12:00").replace(tzinfo=UTC)
    return Event(
        id=f"{mainline}-{place}", at=at, precision="minute", zone="UTC", title=Text(zh="事", en="event"), kind="launch",
        mainlines=(mainline,), evidence=("by hand",), confidence="A",
    )  # fmt: skip


def write_events(workspace: Path, events: Sequence[Event]) -> None:
    lines = [
        f"  - {{id: {each.id}, at: {each.at:%Y-%m-%dT%H:%MZ}, precision: minute, zone: UTC, kind: product, "
        f"title: {{zh: 事, en: e}}, mainlines: [{each.mainlines[0]}], evidence: [by hand], confidence: A}}"
        for each in events
    ]
    (workspace / "data" / "events.yaml").write_text("\n".join(["events:", *lines, ""]), encoding="utf-8")


def lay_out(workspace: Path, jump: float = 0.0, others: Sequence[int] = (20, 45, 52, 75, 82, 110)) -> Path:
    """Three events of the basket's mainline, others of another, members and as many control names twice over."""
    folder = workspace / "data" / "sample"
    write(folder / "bars.csv", bars(TRUE, jump))
    index = [{"symbol": "399006.SZ", "date": day, "close": level(place)} for place, day in enumerate(DAYS)]
    write(folder / "index.csv", index)
    write_events(workspace, [*(event(place) for place in TRUE), *(event(place, "compute") for place in others)])
    mini = (workspace / "baskets" / "mini.yaml").read_text(encoding="utf-8")
    mini = mini.replace("members: documented", "members: all")
    (workspace / "baskets" / "mini.yaml").write_text(mini, encoding="utf-8")
    other = mini.replace("id: mini", "id: other").replace("mainline: application", "mainline: compute")
    (workspace / "baskets" / "other.yaml").write_text(other, encoding="utf-8")
    plain = (workspace / "strategies" / "event-drift.yaml").read_text(encoding="utf-8")
    leaving = plain.replace("id: event-drift", "id: until-next").replace("exit:\n", "exit:\n  next_event: true\n")
    leaving = leaving.replace("hold_sessions: 5", "hold_sessions: 40") + "window_sessions: 5\n"
    (workspace / "strategies" / "until-next.yaml").write_text(leaving, encoding="utf-8")
    return workspace


@pytest.fixture
def market(mini: Path) -> Path:
    """The workspace of the placebo tests, without an effect of the events."""
    return lay_out(mini)


def ground(workspace: Path, *, strategy: str = "event-drift") -> Ground:
    job = prepare(RunRequest(workspace, ("mini",), strategies=(strategy,), pages=False), whole_market=True)
    sleeves = lay_out_sleeves(job.request, job.baskets, job.data)
    return Ground(
        job, sleeves, Chance(draws=99, other_draws=39), named=symbols_of(list(job.workspace.baskets.values()))
    )


def among_calendars(pair: ChancePair) -> PlaceboTest:
    """The truth among random calendars, worked out here."""
    return chances.tested(
        pair,
        "calendars",
        lambda: means_of(pair, "calendars", lambda asked: {each: pair.worth.of(*each) for each in asked}),
    )


def told(call: Call, *arguments: str) -> dict[str, Any]:
    code, out, err = call("placebo", "mini", "-s", "event-drift", *SMALL, "--no-pages", "--json", *arguments)
    assert code == 0, err
    found: dict[str, Any] = json.loads(out)
    return found


def test_the_statistic_of_three_events_is_that_of_a_run_less_the_index(market: Path, call: Call) -> None:
    """What ``run`` says was captured, less the index from the close before session 1 to that of session 5."""
    code, out, err = call("run", "mini", "-s", "event-drift", "--no-pages", "--json")
    assert code == 0, err
    circle = next(each for each in json.loads(out)["results"] if each["primary"])
    above = [
        each["captured"] - (level(place + 4) / level(place - 1) - 1.0)
        for each, place in zip(circle["events"], TRUE, strict=True)
    ]
    pair = told(call, "--kind", "calendars")["pairs"][0]
    assert pair["events"] == len(TRUE)
    assert pair["observed"] == pytest.approx(fmean(above), abs=1e-12)


@pytest.mark.parametrize("strategy", ["event-drift", "until-next"])
def test_a_calendar_is_worth_what_running_its_events_captures(market: Path, strategy: str) -> None:
    """Drawn calendars, run as events by the replay engine, event by event; the index by hand."""
    made = ground(market, strategy=strategy)
    pair, job = made.pairs[0], made.job
    hold = pair.strategy.window
    for calendar in pair.calendars("calendars")[:4]:
        rows = [row for row, _ in calendar]
        places = [DAYS.index(str(pair.sleeve.panel.sessions[row])) for row in rows]
        events = tuple(event(place) for place in places)
        runner = SleeveRunner(pair.basket, pair.strategy, pair.sleeve, events, job.workspace.root)
        result = circle_result(runner, runner.run(pair.circle, primary=False), pair.benchmark)
        captured = [each.captured for each in result.events]
        assert None not in captured
        above = [
            float(each or 0.0) - (level(min(place - 1 + hold, len(DAYS) - 1)) / level(place - 1) - 1.0)
            for each, place in zip(captured, places, strict=True)
        ]
        assert pair.worth.mean(calendar) == pytest.approx(fmean(above), abs=1e-12)


def test_calendars_are_widened_about_their_mean(market: Path) -> None:
    pair = ground(market).pairs[0]
    plain = np.array([pair.worth.mean(calendar) for calendar in pair.calendars("calendars")], dtype=np.float64)
    test = among_calendars(pair)
    start, stop = pair.sleeve.start + 1, pair.sleeve.stop - 5
    factor = 1.0 / np.sqrt(1.0 - 2.0 * 15 / (stop - start))  # three windows of five sessions, apart from each other
    assert test.mean == pytest.approx(plain.mean(), abs=1e-12)
    assert test.edges[-1] == pytest.approx(max(plain.mean() + factor * (plain.max() - plain.mean()), pair.observed))
    assert sum(test.counts) == test.draws == 99


def test_a_planted_effect_is_above_every_draw(mini: Path, call: Call) -> None:
    lay_out(mini, jump=0.04)
    pair = told(call)["pairs"][0]
    found = {test["kind"]: test for test in pair["tests"]}
    assert found["calendars"]["p_value"] == 1 / 100
    assert found["calendars"]["percentile"] == 1.0
    assert found["baskets"]["p_value"] == found["other_mainlines"]["p_value"] == 1 / 40


def test_without_an_effect_p_values_are_uniform(market: Path) -> None:
    """Sixty truths, each with gaps and a first session drawn at random, on one market."""
    made = ground(market)
    job, first = made.job, made.pairs[0]
    rows = [((row, 0), None) for row in range(first.sleeve.start + 1, first.sleeve.stop - 5)]
    known = {question: first.worth.of(*question) for question in rows}
    rng = np.random.default_rng(7)
    values = []
    for seed in range(60):
        gaps = rng.integers(6, 20, size=3)
        first_place = rng.integers(2, len(DAYS) - 6 - gaps.sum())
        drawn = (first_place + np.concatenate([[0], np.cumsum(gaps)])).tolist()
        specs = replace(job.workspace, events=tuple(event(place) for place in drawn))
        pair = ChancePair(
            replace(job, workspace=specs), Chance(draws=99, seed=seed), first.basket, first.strategy, first.sleeve
        )
        pair.worth.learn(known)
        test = among_calendars(pair)
        assert test.p_value is not None, test.refused
        values.append(test.p_value)
    assert kstest(spread_p_values(rng, np.array(values), 99), "uniform").pvalue > 0.01


def test_the_seed_changes_the_draws_and_nothing_else(market: Path, call: Call) -> None:
    first, again, other = (told(call, "--seed", seed) for seed in ("0", "0", "1"))
    assert first == again
    assert first["placebo_id"] != other["placebo_id"]
    one, two = first["pairs"][0], other["pairs"][0]
    assert one["observed"] == two["observed"]
    assert all(a["counts"] != b["counts"] for a, b in zip(one["tests"], two["tests"], strict=True))


def test_the_number_of_processes_changes_no_byte(market: Path) -> None:
    written = []
    for jobs in (1, 2):
        request = PlaceboRequest(
            RunRequest(market, ("mini",), strategies=("event-drift",), pages=False), Chance(99, 39), jobs=jobs
        )
        finished = execute_placebo(request, lambda step: None)
        written.append((finished.folder / "result.json").read_bytes())
    assert written[0] == written[1]


@pytest.mark.slow
def test_a_cluster_changes_no_byte(market: Path) -> None:
    distributed = pytest.importorskip("distributed", reason="the optional extra 'cluster' is not installed")
    run = RunRequest(market, ("mini",), strategies=("event-drift",), pages=False)
    alone = execute_placebo(PlaceboRequest(run, Chance(99, 39)), lambda step: None)
    expected = (alone.folder / "result.json").read_bytes()
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    ) as cluster:
        shared = PlaceboRequest(run, Chance(99, 39), cluster=cluster.scheduler_address)
        finished = execute_placebo(shared, lambda step: None)
    assert (finished.folder / "result.json").read_bytes() == expected


def test_events_of_others_are_drawn_from_theirs_alone(market: Path) -> None:
    pair = ground(market).pairs[0]
    sessions = {str(pair.sleeve.panel.sessions[row]) for each in pair.calendars("other_mainlines") for row, _ in each}
    assert sessions == {DAYS[place] for place in (20, 45, 52, 75, 82, 110)}


def test_what_cannot_be_drawn_is_refused_in_both_languages(mini: Path, call: Call) -> None:
    lay_out(mini, others=(20, 45))
    folder = mini / "data" / "sample"
    write(folder / "bars.csv", [row for row in bars() if row["symbol"] in MEMBERS])
    tests = {test["kind"]: test for test in told(call)["pairs"][0]["tests"]}
    assert tests["baskets"]["refused"]["en"].startswith("the data has no CNY names outside the baskets")
    assert tests["other_mainlines"]["refused"]["en"].startswith("2 events of other mainlines: too few")
    assert tests["calendars"]["refused"] is None
    assert all(CJK.search(test["refused"]["zh"]) for test in tests.values() if test["refused"])
    short = told(call, "--from", DAYS[TRUE[0] - 2], "--to", DAYS[TRUE[0] + 12], "--kind", "calendars")
    refused = short["pairs"][0]["tests"][0]["refused"]
    assert "nothing is left to compare" in refused["en"]
    assert CJK.search(refused["zh"])
    quiet = told(call, "--from", DAYS[TRUE[0] + 7], "--to", DAYS[TRUE[1] - 2])["pairs"][0]
    assert quiet["observed"] is None
    assert {test["refused"]["en"] for test in quiet["tests"]} == {"no event has a captured number"}


def test_strategies_without_a_trigger_are_left_out(market: Path, call: Call) -> None:
    code, out, err = call("placebo", "mini", *SMALL, "--kind", "shifts", "--no-pages", "--json")
    assert code == 0, err
    assert [pair["strategy"] for pair in json.loads(out)["pairs"]] == ["event-drift"]
    assert "buy-and-hold does not act on events: left out" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-s", "buy-and-hold"), "choose one that does, e.g. -s event-drift"),
        (("-s", "event-drfit"), "did you mean 'event-drift'?"),
        (("--kind", "moons"), "'moons' is not one of"),
        (("--draws", "5"), "5 is not in the range"),
        (("--jobs", "0"), "0 is not in the range"),
    ],
)
def test_wrong_usage(market: Path, call: Call, arguments: tuple[str, ...], said: str) -> None:
    code, _, err = call("placebo", *arguments)
    assert code == 2
    assert said in err


def test_the_table_and_the_folder(market: Path, call: Call) -> None:
    words = ("placebo", "mini", "-s", "event-drift", *SMALL, "--kind", "calendars", "--kind", "shifts")
    code, out, err = call(*words)
    assert code == 0, err
    assert "99 random calendars" in out.replace("\n", " ")
    assert "With 3 events that says little" in out.replace("\n", " ")
    page = Path(out.strip().splitlines()[-1])
    assert page.name == "index.html"
    assert sorted(path.name for path in page.parent.iterdir()) == [
        "index.html", "manifest.json", "placebo.csv", "result.json",
    ]  # fmt: skip
    with (page.parent / "placebo.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["kind"] for row in rows] == ["calendars", "shifts"]
    code, out, err = call("--lang", "zh", *words, "--no-pages")
    assert "随机日历" in out
    assert "只有 3 个事件，这说明不了什么" in out.replace("\n", "")


def test_a_refusal_survives_the_way_to_another_process() -> None:
    import pickle

    error = NothingToCompareError(Words(zh="没有", en="none"), "look elsewhere")
    copy = pickle.loads(pickle.dumps(error))
    assert (copy.words, copy.remedy, str(copy)) == (error.words, error.remedy, "none; look elsewhere")


def test_a_run_with_a_placebo_holds_it_and_can_be_made_again(market: Path, call: Call) -> None:
    code, out, err = call("run", "mini", "--placebo", "99", "--no-pages", "--json")
    assert code == 0, err
    ran = json.loads(out)
    held = {(each["strategy"], each["primary"]): each["placebo"] for each in ran["results"]}
    expected = told(call, "--kind", "calendars")["pairs"][0]["tests"][0]
    assert held["event-drift", True] == expected
    assert held["event-drift", False] is held["buy-and-hold", True] is None
    assert json.loads((market / "reports" / ran["run_id"] / "manifest.json").read_text("utf-8"))["placebo"] == 99
    code, out, err = call("verify", ran["run_id"])
    assert code == 0, out + err
