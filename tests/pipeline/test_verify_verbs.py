"""``verify`` on what study, placebo, sweep and capacity left: honest folders pass, any changed byte is found."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from command_line import CommandLine, copy_specs

from hypebasket.errors import UsageError
from hypebasket.pipeline.manifest import seal_of
from hypebasket.pipeline.run_folder import find_folder, find_run
from hypebasket.pipeline.verify import Verified, verify_folder

Call = Callable[..., tuple[int, str, str]]

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


def test_a_placebo_keeps_what_the_workspace_says_of_stocks_no_basket_names(left: CommandLine) -> None:
    """Control names are bought by the instrument table too; a row that goes later changes no placebo made with it."""
    table = left.workspace / "data" / "instruments.csv"
    honest = table.read_text(encoding="utf-8")
    named = "".join(path.read_text(encoding="utf-8") for path in (left.workspace / "baskets").glob("*.yaml"))
    with (left.workspace / "data" / "sample" / "symbols_cn.csv").open(encoding="utf-8", newline="") as rows:
        control = next(row["symbol"] for row in csv.DictReader(rows) if row["symbol"] not in named + honest)
    assert control.startswith(("60", "00")), "of the main board"
    row = f"{control},某某,Some,chinext,CNY,100,2015-06-01,,,a table of the user's own"
    table.write_text(f"{honest.rstrip()}\n{row}\n", encoding="utf-8")
    try:
        words = "placebo application -s event-drift --data sample --kind baskets --draws 60 --other-draws 30 --json"
        done = left(*words.split(), "--no-pages")
        assert done.returncode == 0, done.stderr
        folder = left.workspace / "reports" / f"placebo-{json.loads(done.stdout)['placebo_id']}"
    finally:
        table.write_text(honest, encoding="utf-8")
    try:
        assert kinds(verify_folder(folder, left.workspace, silent)) == {("spec", "data/instruments.csv")}
    finally:
        shutil.rmtree(folder)


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


# Corners, on the hand-made market

SMALL = ("sweep", "event-drift", "mini", "--grid", "exit.hold_sessions=3,5", "--jobs", "1")
OTHERS = ("sweep", "event-drift", "mini", "--grid", "exit.hold_sessions=2,4,6", "--jobs", "1", "--no-pages")


@pytest.fixture
def small(mini: Path, call: Call) -> Path:
    """The folder of a sweep of two configurations."""
    code, _, err = call(*SMALL)
    assert code == 0, err
    (folder,) = (mini / "reports").glob("sweep-*")
    return folder


def test_a_sweep_repeated_without_pages_keeps_no_page_of_another_count(small: Path, call: Call) -> None:
    """Between the two others were tried, so that the page of the first no longer tells what result.json does."""
    assert call(*OTHERS)[0] == 0
    assert call(*SMALL, "--no-pages")[0] == 0
    code, out, _ = call("verify", str(small), "--json")
    found = json.loads(out)
    assert code == 0, found["differences"]
    assert found["not_of_the_run"] == ["index.html"]


def test_processes_are_no_part_of_a_sweep(mini: Path, small: Path, call: Call) -> None:
    before = {path.name: path.read_bytes() for path in small.iterdir() if path.suffix in (".csv", ".json", ".html")}
    del before["manifest.json"]
    shutil.rmtree(small / "parts")
    assert call(*SMALL[:-1], "2")[0] == 0
    assert list((mini / "reports").glob("sweep-*")) == [small]
    assert {name: (small / name).read_bytes() for name in before} == before


@pytest.mark.parametrize(("part", "name"), [("noted", "tried"), ("sweep", "top"), ("sweep", "axes")])
def test_a_sealed_manifest_that_lacks_a_term_is_told(part: str, name: str, small: Path, call: Call) -> None:
    path = small / "manifest.json"
    facts = json.loads(path.read_text(encoding="utf-8"))
    del facts[part][name]
    facts["seal"] = seal_of(facts)
    path.write_text(f"{json.dumps(facts, ensure_ascii=False, indent=1)}\n", encoding="utf-8")
    code, out, err = call("verify", str(small), "--json")
    assert code == 4, err
    told = [each["text"]["en"] for each in json.loads(out)["differences"] if each["kind"] == "rerun"]
    assert len(told) == 1
    assert f"{part}: " in told[0]


def test_an_id_that_a_run_and_another_folder_begin_with_is_refused(mini: Path, call: Call) -> None:
    for name in ("abc111111111", "sweep-abc222222222"):
        (mini / "reports" / name).mkdir(parents=True)
        (mini / "reports" / name / "manifest.json").write_text("{}", encoding="utf-8")
    code, _, err = call("verify", "abc")
    assert code == 2
    assert "'abc': 2 folders begin so" in err


def test_another_verbs_folder_is_known_from_inside_too(
    small: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(small)
    code, _, err = call("report", ".")
    assert code == 2
    assert "is what hypebasket sweep left, not a run" in err
    assert call("verify", ".")[0] == 0
