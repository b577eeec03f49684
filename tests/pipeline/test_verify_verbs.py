"""``verify`` on what study, placebo, sweep and capacity left: honest folders pass, any changed byte is found."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from command_line import CommandLine, copy_specs

from hypebasket.errors import UsageError
from hypebasket.pipeline.run_folder import find_folder, find_run
from hypebasket.pipeline.verify import Verified, verify_folder

VERBS = {
    "study": "study application --data sample --draws 199",
    "placebo": "placebo application -s event-drift --data sample --draws 60 --other-draws 30",
    "sweep": "sweep event-drift application --data sample --grid exit.hold_sessions=2,5 --random 2 --top 1",
    "capacity": "capacity application --data sample",
}
FILES = {
    "study": {"abnormal_returns.csv", "cumulative.csv", "study.json", "study.html"},
    "placebo": {"placebo.csv", "result.json", "index.html"},
    "sweep": {"configurations.csv", "result.json", "index.html"},
    "capacity": {"capacity.csv", "result.json", "index.html"},
}

every_verb = pytest.mark.parametrize("verb", list(VERBS))


def silent(_: str) -> None:
    """Nobody listens."""


@pytest.fixture(scope="module")
def left(root: Path, tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    """A workspace in which each verb left a folder."""
    workspace = copy_specs(root, tmp_path_factory.mktemp("verbs") / "workspace")
    shutil.copytree(root / "data" / "sample", workspace / "data" / "sample", dirs_exist_ok=True)
    cli = CommandLine(workspace)
    for words in VERBS.values():
        done = cli(*words.split())
        assert done.returncode == 0, done.stderr
    return cli


def verified(left: CommandLine, verb: str) -> Verified:
    return verify_folder(find_folder(left.workspace, verb), left.workspace, silent)


def kinds(found: Verified) -> set[tuple[str, str]]:
    return {(each.kind, each.name) for each in found.differences}


@contextmanager
def flipped(path: Path, place: int = -20) -> Iterator[None]:
    """A file with one bit of a byte turned over."""
    honest = path.read_bytes()
    changed = bytearray(honest)
    changed[place] ^= 1
    path.write_bytes(bytes(changed))
    try:
        yield
    finally:
        path.write_bytes(honest)


@every_verb
def test_an_honest_folder_is_identical(left: CommandLine, verb: str) -> None:
    done = left("verify", verb, "--json")
    found = json.loads(done.stdout)
    assert done.returncode == 0, (found, done.stderr)
    assert (found["identical"], found["differences"], found["not_of_the_run"]) == (True, [], [])
    assert found["compared"] == len(FILES[verb])


@every_verb
def test_a_flipped_byte_of_any_file_is_found(left: CommandLine, verb: str) -> None:
    folder = find_folder(left.workspace, verb)
    for name in FILES[verb]:
        with flipped(folder / name):
            assert {("output", name), ("rerun", name)} <= kinds(verified(left, verb)), name


@every_verb
def test_a_changed_manifest_a_missing_and_a_strange_file_are_found(left: CommandLine, verb: str) -> None:
    folder = find_folder(left.workspace, verb)
    with flipped(folder / "manifest.json", -5):
        assert ("manifest", "manifest.json") in kinds(verified(left, verb))
    name = sorted(FILES[verb])[0]
    honest = (folder / name).read_bytes()
    (folder / name).unlink()
    (folder / "stranger.txt").write_text("?", encoding="utf-8")
    try:
        found = verified(left, verb)
        assert ("output", name) in kinds(found)
        assert found.strangers == ("stranger.txt",)
    finally:
        (folder / "stranger.txt").unlink()
        (folder / name).write_bytes(honest)


@every_verb
def test_changed_inputs_are_told_and_change_nothing_that_is_made_again(left: CommandLine, verb: str) -> None:
    events = left.workspace / "data" / "events.yaml"
    honest = events.read_bytes()
    events.write_bytes(honest.replace(b"sora-launch", b"sora-lunch"))
    try:
        assert kinds(verified(left, verb)) == {("spec", "data/events.yaml")}
    finally:
        events.write_bytes(honest)


def test_later_trials_do_not_change_an_earlier_sweep(left: CommandLine) -> None:
    """The number of trials a sweep printed is that of its day; more were tried since, and it is still identical."""
    grid = ("--grid", "exit.hold_sessions=7..9")
    more = left("sweep", "event-drift", "application", "--data", "sample", *grid, "--no-pages", "--json")
    assert more.returncode == 0, more.stderr
    other = f"sweep-{json.loads(more.stdout)['sweep_id']}"
    try:
        earlier = next(path for path in (left.workspace / "reports").glob("sweep-*") if path.name != other)
        tried = json.loads((earlier / "result.json").read_text(encoding="utf-8"))["arenas"][0]["tried"]
        assert tried < json.loads(more.stdout)["arenas"][0]["tried"]
        assert verify_folder(earlier, left.workspace, silent).is_identical
    finally:
        shutil.rmtree(left.workspace / "reports" / other)


@every_verb
def test_verbs_that_read_runs_say_what_the_folder_is(left: CommandLine, verb: str) -> None:
    folder = find_folder(left.workspace, verb)
    with pytest.raises(UsageError, match=f"hypebasket {verb} left, not a run"):
        find_run(left.workspace, folder.name)
    for reader in ("audit", "report", "explain", "compare"):
        done = left(reader, folder.name, *(["sora-launch"] if reader == "explain" else []))
        assert done.returncode == 2
        assert f"hypebasket {verb} left" in done.stderr


def test_a_folder_is_found_by_its_verb_its_id_or_its_path(left: CommandLine) -> None:
    folder = find_folder(left.workspace, "capacity")
    assert folder.name.startswith("capacity-")
    name = folder.name.partition("-")[2]
    assert find_folder(left.workspace, name[:6]) == find_folder(left.workspace, str(folder)) == folder


def test_the_fixture_is_what_the_tests_think(left: CommandLine) -> None:
    for verb, names in FILES.items():
        there = {path.name for path in find_folder(left.workspace, verb).iterdir()}
        assert there - {"parts"} == names | {"manifest.json"}
