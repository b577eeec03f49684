"""Every recipe of the cookbook does what it says, followed to the letter in a fresh workspace."""

from __future__ import annotations

import csv
import json
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hypebasket.cli import main

sys.path.insert(0, str(Path(__file__).parent))

from recipes import Recipe, recipes_of, save_files

COOKBOOK = Path(__file__).resolve().parents[2] / "docs" / "cookbook.md"
RECIPES = recipes_of(COOKBOOK.read_text(encoding="utf-8"))
Follow = Callable[[int], "Followed"]


class Followed:
    """A recipe that was followed: what was said, and the folders its runs left, by strategy."""

    def __init__(self, workspace: Path, said: list[str]) -> None:
        self.workspace = workspace
        self.said = said

    @property
    def results(self) -> list[dict[str, Any]]:
        found = sorted((self.workspace / "reports").glob("*/result.json"), key=lambda path: path.stat().st_mtime)
        return [json.loads(path.read_text(encoding="utf-8")) for path in found]

    def rows(self, name: str) -> Iterator[dict[str, str]]:
        for path in (self.workspace / "reports").glob(f"*/{name}.csv"):
            with path.open(encoding="utf-8-sig", newline="") as file:
                yield from csv.DictReader(file)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cookbook") / "my-workspace"
    main(["init", str(folder), "-q"])
    return folder


@pytest.fixture
def follow(fresh: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Follow:
    """Follow a recipe in a workspace of its own: save its files, type its commands."""

    def followed(number: int) -> Followed:
        recipe = RECIPES[number - 1]
        workspace = tmp_path / "my-workspace"
        shutil.copytree(fresh, workspace)
        monkeypatch.chdir(workspace)
        save_files(recipe, workspace)
        return Followed(workspace, [typed(line, capsys) for line in recipe.commands])

    return followed


def typed(line: str, capsys: pytest.CaptureFixture[str]) -> str:
    program, *words = shlex.split(line)
    if program == "cp":
        assert words[0] == "-r"
        shutil.copytree(words[1], words[2])
        return ""
    assert program == "hypebasket"
    try:
        main(words)
    except SystemExit as leaving:
        pytest.fail(f"{line}: exit code {leaving.code}: {capsys.readouterr().err}")
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    return out


def names_of(result: dict[str, Any], strategy: str, event: str) -> dict[str, dict[str, Any]]:
    for each in result["results"]:
        if each["strategy"] == strategy and each["primary"]:
            (found,) = [one for one in each["events"] if one["event_id"] == event]
            return {name["symbol"]: name for name in found["names"]}
    raise AssertionError(strategy)


def test_there_are_at_least_ten_and_every_one_has_commands() -> None:
    assert [recipe.number for recipe in RECIPES] == [str(number) for number in range(1, len(RECIPES) + 1)]
    assert len(RECIPES) >= 10
    assert all(recipe.commands for recipe in RECIPES)
    assert all(" / " in recipe.title for recipe in RECIPES)  # asked in both languages


def test_1_after_the_board_broke(follow: Follow) -> None:
    done = follow(1)
    assert "opened the event's first session locked" in done.said[0]
    (result,) = done.results
    locked = {symbol for symbol, name in names_of(result, "my-break", "sora-launch").items() if name["first_fill"]}
    drift = names_of(result, "event-drift", "sora-launch")
    opened_locked = {symbol for symbol, name in drift.items() if "2024-02-19" in name["locked"]}
    assert locked  # bought somebody, and only names that opened session 1 locked
    assert locked <= opened_locked


def test_2_after_the_third_board(follow: Follow) -> None:
    done = follow(2)
    (result,) = done.results
    late = {k: v for k, v in names_of(result, "third-board", "sora-launch").items() if v["first_fill"]}
    early = names_of(result, "event-drift", "sora-launch")
    assert late
    fills = {symbol: name["first_fill"]["session"] for symbol, name in late.items()}
    assert min(fills.values()) >= "2024-02-22"  # sessions 1 to 3 are 02-19 to 02-21
    before = {symbol: early[symbol]["first_fill"] for symbol in late}
    assert all(fill is None or fill["session"] < fills[symbol] for symbol, fill in before.items())
    assert "above base close" in done.said[1]


def test_3_three_mainlines_and_a_rotation(follow: Follow) -> None:
    (result,) = follow(3).results
    pairs = {(each["basket"], each["strategy"]) for each in result["results"]}
    assert pairs == {*((b, "buy-and-hold") for b in ("compute", "application", "regulation")),
                     ("mainlines", "mainline-rotation")}  # fmt: skip


def test_4_members_known_at_the_time(follow: Follow) -> None:
    done = follow(4)
    assert "chosen in hindsight" in done.said[0]
    (result,) = done.results
    primary = [each for each in result["results"] if each["primary"]]
    assert {each["members"] for each in primary} == {"point_in_time"}
    assert not [name for name in names_of(result, "event-drift", "sora-launch").values() if name["first_fill"]]


def test_5_an_own_class(follow: Follow) -> None:
    done = follow(5)
    assert done.said[0].splitlines()[-1].endswith("all valid")
    bought = [row for row in done.rows("fills") if row["side"] == "buy"]
    assert bought
    assert {row["shares"] for row in bought} == {"300"}


def test_6_own_files(follow: Follow) -> None:
    done = follow(6)
    assert "generation 1 imported" in done.said[1]
    assert (done.workspace / "data" / "store").is_dir()
    (result,) = done.results
    assert result["synthetic"]  # the sample stands for the reader's files, and stays labelled


def test_7_half_an_hour_late_at_the_close(follow: Follow) -> None:
    done = follow(7)
    assert "留 30 分钟给人反应" in done.said[1]
    entries = [row for row in done.rows("orders") if row["side"] == "buy"]
    assert entries
    (result,) = done.results
    (primary,) = [each for each in result["results"] if each["primary"]]
    (sora,) = [event for event in primary["events"] if event["event_id"] == "sora-launch"]
    assert sora["captured"] == sora["captured_pessimistic"]


def test_8_own_basket_event_and_strategy(follow: Follow) -> None:
    done = follow(8)
    (result,) = done.results
    (basket,) = result["baskets"]
    assert (basket["id"], basket["circle"], len(basket["members"])) == ("video", "all", 3)
    (primary,) = [each for each in result["results"] if each["primary"]]
    assert [event["event_id"] for event in primary["events"]] == ["my-leak"]


def test_9_missed_events(follow: Follow) -> None:
    done = follow(9)
    assert (done.workspace / "data" / "suggested-events.yaml").is_file()
    assert "It is a price move itself" in done.said[1]


def test_10_a_sweep_counts_what_was_tried(follow: Follow) -> None:
    done = follow(10)
    assert "configurations ever tried 6 ·" in done.said[0]


def test_11_a_study_says_what_a_test_can_tell(follow: Follow) -> None:
    done = follow(11)
    assert "events in" in done.said[0]
    assert "adjusted p" in done.said[0]


def test_12_the_short_side(follow: Follow) -> None:
    done = follow(12)
    assert "Sells short names of the United States alone; A-shares never." in done.said[0]
    fills = list(done.rows("fills"))
    assert {row["side"] for row in fills} == {"short", "cover"}
    assert {row["symbol"].rpartition(".")[2] for row in fills} == {"US"}


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.number)
def test_saved_files_are_what_they_are_named(recipe: Recipe) -> None:
    for name, text in recipe.files.items():
        if name.endswith(".yaml"):
            assert text.splitlines()[0] == "# yaml-language-server: $schema=../data/schemas/strategy.json"
            assert f"id: {Path(name).stem}" in text.splitlines()
