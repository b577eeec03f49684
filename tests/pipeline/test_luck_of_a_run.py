"""``run --study --placebo``: one page on whether events moved a basket, and how chance would have done."""

from __future__ import annotations

import json
from html import unescape

import pytest
from command_line import CommandLine

ASKED = ("run", "application", "-s", "event-drift", "--data", "sample", "--study", "--placebo", "120", "--json")


@pytest.fixture(scope="module")
def told(sample_cli: CommandLine) -> dict:
    done = sample_cli(*ASKED, "--jobs", "1")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def page(sample_cli: CommandLine, told: dict) -> str:
    return (sample_cli.workspace / "reports" / told["run_id"] / "index.html").read_text(encoding="utf-8")


def test_the_finding_is_that_of_a_study(sample_cli: CommandLine, told: dict) -> None:
    done = sample_cli("study", "application", "--data", "sample", "--json", "--no-pages")
    assert done.returncode == 0, done.stderr
    (line,) = json.loads(done.stdout)["mainlines"]
    circle = next(each for each in line["circles"] if each["primary"])
    window = circle["windows"][0]
    (found,) = told["findings"]
    assert found["answer"] == line["answer"]
    assert (found["members"], found["finding"], found["first"], found["last"]) == (
        circle["circle"], window["finding"], window["first"], window["last"],
    )  # fmt: skip
    assert found["p_value"] == window["tests"]["event_bootstrap"]["holm"]
    assert found["naive"] == min(window["tests"][name]["p_value"] for name in ("cross_sectional_t", "patell", "bmp"))
    for name in ("caar", "interval", "events", "blocks", "name_events", "detectable"):
        assert found[name] == window[name]


def test_the_placebo_is_that_of_the_verb(sample_cli: CommandLine, told: dict) -> None:
    words = "placebo application -s event-drift --data sample --kind calendars --draws 120 --json --no-pages"
    done = sample_cli(*words.split())
    assert done.returncode == 0, done.stderr
    (pair,) = json.loads(done.stdout)["pairs"]
    (primary,) = (each for each in told["results"] if each["primary"])
    assert primary["placebo"] == pair["tests"][0]


def test_the_page_opens_with_all_three_answers(told: dict, page: str) -> None:
    section = unescape(page[page.index('id="luck"') : page.index("<nav")])
    (found,) = told["findings"]
    (primary,) = (each for each in told["results"] if each["primary"])
    places = [section.index(text) for text in (found["answer"]["en"], "What was captured?", "of 120 random calendars")]
    assert places == sorted(places), "significance before what was captured"
    assert f"p = {primary['placebo']['p_value']:.3f}" in section
    assert "SYNTHETIC" in page[: page.index('id="luck"')]


def test_the_sentence_says_no_more_than_the_finding(told: dict) -> None:
    (found,) = told["findings"]
    assert found["brief"]["en"] in told["luck"]["en"]
    assert found["brief"]["zh"] in told["luck"]["zh"]
    assert "random calendars" in told["luck"]["en"]


def test_the_number_of_processes_changes_no_byte(sample_cli: CommandLine, told: dict, page: str) -> None:
    folder = sample_cli.workspace / "reports" / told["run_id"]
    first = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "manifest.json"}
    done = sample_cli(*ASKED, "--jobs", "2")
    assert done.returncode == 0, done.stderr
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "manifest.json"} == first


def test_such_a_run_can_be_verified_and_a_changed_percentile_is_found(sample_cli: CommandLine, told: dict) -> None:
    done = sample_cli("verify", told["run_id"])
    assert done.returncode == 0, done.stdout + done.stderr
    path = sample_cli.workspace / "reports" / told["run_id"] / "result.json"
    honest = path.read_bytes()
    result = json.loads(honest)
    (primary,) = (each for each in result["results"] if each["primary"])
    primary["placebo"]["percentile"] = 0.999
    try:
        path.write_text(json.dumps(result), encoding="utf-8")
        done = sample_cli("verify", told["run_id"])
        assert done.returncode == 4
        assert "result.json" in done.stdout + done.stderr
    finally:
        path.write_bytes(honest)


@pytest.mark.parametrize(
    ("where", "field", "value"),
    [("placebo", "percentile", 0.999), ("placebo", "p_value", 0.001), ("findings", "finding", "moved"),
     ("findings", "caar", 0.5)],
)  # fmt: skip
def test_the_audit_finds_a_place_among_chance_that_is_made_up(
    sample_cli: CommandLine, told: dict, where: str, field: str, value: object
) -> None:
    honest = sample_cli("audit", told["run_id"], "--json", "--cuts", "1")
    assert honest.returncode == 0, honest.stdout
    path = sample_cli.workspace / "reports" / told["run_id"] / "result.json"
    written = path.read_bytes()
    result = json.loads(written)
    (primary,) = (each for each in result["results"] if each["primary"])
    (primary["placebo"] if where == "placebo" else result["findings"][0])[field] = value
    try:
        path.write_text(json.dumps(result), encoding="utf-8")
        done = sample_cli("audit", told["run_id"], "--json", "--cuts", "1")
        assert done.returncode == 4
        found = [each for each in json.loads(done.stdout)["findings"] if each["kind"] == "luck"]
        assert len(found) == 1
        assert f"{where}.{field}" in found[0]["text"]["en"]
        assert str(value) in found[0]["text"]["en"]
    finally:
        path.write_bytes(written)


def test_without_either_nothing_is_said_of_luck(sample_cli: CommandLine) -> None:
    done = sample_cli("run", "application", "-s", "event-drift", "--data", "sample", "--no-pages", "--json")
    made = json.loads(done.stdout)
    assert (made["luck"], made["findings"]) == (None, [])
