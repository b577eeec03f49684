"""``verify``: a run made again is byte for byte what was left, and any changed byte of what matters is found."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from run_folder import RunFolder

import hypebasket.pipeline.verify as verifying
from hypebasket.errors import DamagedDataError, DataGapError, HypebasketError
from hypebasket.pipeline.manifest import VOLATILE, seal_of
from hypebasket.pipeline.verify import Verified, verify_folder

Run = Callable[..., RunFolder]
Call = Callable[..., tuple[int, str, str]]

OWN = """\
id: own
name: {zh: 自编, en: Own}
description: {zh: 自编类, en: An own class}
class: strategies/own.py:Own
"""
CLASS = """\
import backtrader as bt


class Own(bt.Strategy):
    def next(self):
        for stock in self.members:
            data = self.getdatabyname(stock.symbol)
            if not self.getposition(data).size:
                self.buy(data, size=300)
"""


def silent(_: str) -> None:
    """Nobody listens."""


def kinds(found: Verified) -> set[tuple[str, str]]:
    return {(each.kind, each.name) for each in found.differences}


def seal(folder: Path) -> None:
    """Seal a folder as its manifest would have been sealed."""
    path = folder / "manifest.json"
    facts = json.loads(path.read_text(encoding="utf-8"))
    facts["files"] = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in facts["files"]}
    facts["seal"] = seal_of(facts)
    path.write_text(f"{json.dumps(facts, ensure_ascii=False, indent=1)}\n", encoding="utf-8")


@pytest.fixture
def own_run(mini: Path, run_mini: Run) -> RunFolder:
    """A run with a class of the user's own beside a shipped strategy."""
    (mini / "strategies" / "own.yaml").write_text(OWN, encoding="utf-8")
    (mini / "strategies" / "own.py").write_text(CLASS, encoding="utf-8")
    run = run_mini("mini", "-s", "own", "-s", "event-drift")
    assert run.rows("fills", strategy="own")
    return run


def test_an_honest_run_is_identical(call: Call, own_run: RunFolder) -> None:
    code, out, err = call("verify", own_run.path.name, "--json")
    found = json.loads(out)
    assert code == 0, (found, err)
    assert found["identical"] is True
    assert found["compared"] == len(list(own_run.path.iterdir())) - 1 == 11
    assert found["differences"] == []


def test_it_is_made_from_the_manifest_and_not_from_todays_files(mini: Path, call: Call, own_run: RunFolder) -> None:
    """Whatever the workspace says today, the outputs are still those of the manifest; what changed is told by name."""
    path = mini / "strategies" / "event-drift.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("hold_sessions: 5", "hold_sessions: 4"), encoding="utf-8")
    events = mini / "data" / "events.yaml"
    events.write_text(f"# a remark\n{events.read_text(encoding='utf-8')}", encoding="utf-8")
    (mini / "strategies" / "own.py").unlink()
    (mini / "strategies" / "own.yaml").unlink()
    code, out, _ = call("verify", own_run.path.name, "--json")
    told = {(each["kind"], each["name"]): each["text"]["en"] for each in json.loads(out)["differences"]}
    assert code == 4
    assert told == {
        ("spec", "strategies/event-drift.yaml"): "changed since the run",
        ("spec", "data/events.yaml"): "worded otherwise now; it means the same",
        ("spec", "strategies/own.yaml"): "the file is gone",
        ("spec", "strategies/own.py"): "the file is gone",
    }


def test_a_workspace_that_is_no_longer_valid_does_not_stop_it(mini: Path, own_run: RunFolder) -> None:
    (mini / "baskets" / "mini.yaml").write_text("id: [", encoding="utf-8")
    found = verify_folder(own_run.path, mini, silent)
    assert kinds(found) == {("spec", "baskets/mini.yaml")}
    assert "not valid now" in found.differences[0].text.en


def test_the_same_workspace_elsewhere_gives_the_same_bytes(mini: Path, own_run: RunFolder, tmp_path: Path) -> None:
    """As on another machine with the same lock: no path, clock or seed of this one is in the folder."""
    moved = Path(shutil.copytree(mini, tmp_path / "elsewhere" / "ws"))
    shutil.move(mini, tmp_path / "gone")
    assert verify_folder(moved / "reports" / own_run.path.name, moved, silent).is_identical
    manifest = (moved / "reports" / own_run.path.name / "manifest.json").read_text(encoding="utf-8")
    assert str(tmp_path) not in manifest


def test_programs_that_changed_are_named(mini: Path, own_run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    today = verifying.package_versions()
    monkeypatch.setattr(verifying, "package_versions", lambda: {**today, "numpy": "0.9", "newcomer": "1.0"})
    monkeypatch.setattr(verifying, "source_hash", lambda: "0" * 64)
    found = verify_folder(own_run.path, mini, silent)
    assert kinds(found) == {("package", "numpy"), ("package", "newcomer"), ("code", "hypebasket")}
    assert {each.text.en for each in found.differences if each.name == "newcomer"} == {"- → 1.0"}


@pytest.mark.parametrize("name", ["fills.csv", "result.json", "equity.csv"])
def test_a_change_under_a_new_seal_is_found_by_making_the_run_again(name: str, mini: Path, own_run: RunFolder) -> None:
    path = own_run.path / name
    content = path.read_bytes()
    place = content.rindex(b"0")
    path.write_bytes(content[:place] + b"1" + content[place + 1 :])
    seal(own_run.path)
    found = verify_folder(own_run.path, mini, silent)
    assert kinds(found) == {("rerun", name)}
    assert "differs from the run made again: here" in found.differences[0].text.en


def test_a_run_under_another_name_is_found(mini: Path, own_run: RunFolder) -> None:
    """Capital written up after the fact, and sealed: the parameters no longer hash to the run id."""
    path = own_run.path / "manifest.json"
    facts = json.loads(path.read_text(encoding="utf-8"))
    facts["capital"] = 2_000_000
    path.write_text(json.dumps(facts), encoding="utf-8")
    seal(own_run.path)
    found = verify_folder(own_run.path, mini, silent)
    assert ("manifest", "manifest.json") in kinds(found)
    assert any("do not hash to the run id" in each.text.en for each in found.differences)


def test_what_is_missing_and_what_is_strange(mini: Path, own_run: RunFolder) -> None:
    (own_run.path / "taxes.csv").unlink()
    (own_run.path / "notes.txt").write_text("mine", encoding="utf-8")
    (own_run.path / "audit.html").write_text("an audit", encoding="utf-8")
    found = verify_folder(own_run.path, mini, silent)
    assert kinds(found) == {("output", "taxes.csv")}
    assert found.strangers == ("notes.txt",)


def test_data_that_is_another_today_cannot_make_the_run_again(mini: Path, own_run: RunFolder, call: Call) -> None:
    path = mini / "data" / "sample" / "bars.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("50000000", "50000100"), encoding="utf-8")
    found = verify_folder(own_run.path, mini, silent)
    assert kinds(found) == {("data", "data/sample/bars.csv"), ("data", "by hand")}
    assert found.compared == 0
    assert call("verify", own_run.path.name)[0] == 4


def test_data_that_is_gone_or_damaged(mini: Path, own_run: RunFolder, call: Call) -> None:
    path = mini / "data" / "sample" / "bars.csv"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2 - 3])
    with pytest.raises(DamagedDataError):
        verify_folder(own_run.path, mini, silent)
    shutil.rmtree(mini / "data" / "sample")
    code, _, err = call("verify", own_run.path.name)
    assert code == 3
    assert "no sample here" in err


def test_a_run_without_a_manifest_or_with_half_of_one(mini: Path, own_run: RunFolder) -> None:
    path = own_run.path / "manifest.json"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DamagedDataError, match=r"manifest.json: not readable JSON"):
        verify_folder(own_run.path, mini, silent)
    facts = json.loads(whole)
    del facts["seal"]
    path.write_text(json.dumps(facts), encoding="utf-8")
    with pytest.raises(DamagedDataError, match=r"manifest.json: 'seal' is missing"):
        verify_folder(own_run.path, mini, silent)
    path.unlink()
    with pytest.raises(DataGapError, match=r"manifest.json: no such file"):
        verify_folder(own_run.path, mini, silent)


def test_pages_an_equal_run_left_stay_sealed(mini: Path, own_run: RunFolder, run_mini: Run) -> None:
    """``--no-pages`` over a folder with pages: they are still those of the run, unless they were changed."""
    page = own_run.path / "index.html"
    page.write_text("<p>made before", encoding="utf-8")
    path = own_run.path / "manifest.json"
    facts = json.loads(path.read_text(encoding="utf-8"))
    facts["files"]["index.html"] = ""
    path.write_text(json.dumps(facts), encoding="utf-8")
    seal(own_run.path)
    again = run_mini("mini", "-s", "own", "-s", "event-drift")
    assert again.path == own_run.path
    assert "index.html" in json.loads(path.read_text(encoding="utf-8"))["files"]
    page.write_text("<p>changed", encoding="utf-8")
    run_mini("mini", "-s", "own", "-s", "event-drift")
    assert "index.html" not in json.loads(path.read_text(encoding="utf-8"))["files"]


def test_two_equal_runs_differ_in_the_stated_lines_only(mini: Path, own_run: RunFolder, run_mini: Run) -> None:
    first = json.loads((own_run.path / "manifest.json").read_text(encoding="utf-8"))
    span = ("--from", "2024-01-15", "--to", "2024-03-29", "--data", "sample")
    second = json.loads(
        (run_mini("mini", "-s", "own", "-s", "event-drift", *span).path / "manifest.json").read_text(encoding="utf-8")
    )
    changed = {key for key in first if first[key] != second[key]}
    assert {"request", "seal"} <= changed <= set(VOLATILE) == set(first["volatile"])


@contextmanager
def flipped(path: Path, place: float, bit: int) -> Iterator[None]:
    """Flip one bit of a file, and flip it back."""
    whole = path.read_bytes()
    at = min(int(place * len(whole)), len(whole) - 1)
    path.write_bytes(whole[:at] + bytes([whole[at] ^ (1 << bit)]) + whole[at + 1 :])
    try:
        yield
    finally:
        path.write_bytes(whole)


TORTURE = os.environ.get("HYPOTHESIS_PROFILE") == "torture"

FLIPS = settings(
    max_examples=400 if TORTURE else 14,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@FLIPS
@given(st.data())
def test_any_changed_byte_is_found(mini: Path, own_run: RunFolder, data: st.DataObject) -> None:
    """Of specs, data and outputs: every file of the workspace that went in, and every file that came out."""
    inputs = json.loads((own_run.path / "manifest.json").read_text(encoding="utf-8"))["inputs"]
    assert {"data/sample/bars.csv", "baskets/mini.yaml", "strategies/own.py", "data/events.yaml"} <= inputs.keys()
    files = sorted([*(mini / name for name in inputs), *own_run.path.iterdir()])
    path = data.draw(st.sampled_from(files))
    if not path.stat().st_size:
        return
    with flipped(path, data.draw(st.floats(0, 1)), data.draw(st.integers(0, 7))):
        try:
            found = verify_folder(own_run.path, mini, silent)
        except HypebasketError as error:
            assert error.exit_code == 3, error  # noqa: PT017 - the same code the command line ends with
        else:
            assert {each.name for each in found.differences} & {path.name, path.relative_to(mini).as_posix()}


def test_any_changed_byte_of_the_store_is_found(mini: Path, call: Call) -> None:
    (mini / "data" / "sample" / "dataset.json").unlink()
    assert call("data", "import", str(mini / "data" / "sample"))[0] == 0
    code, out, err = call("run", "mini", "-s", "event-drift", "--no-pages", "--json")
    assert code == 0, err
    folder = mini / "reports" / json.loads(out)["run_id"]
    assert verify_folder(folder, mini, silent).is_identical
    store = mini / "data" / "store"
    kept = [path for path in sorted(store.rglob("*")) if path.is_file() and path.stat().st_size]
    assert len(kept) >= 5
    for number, path in enumerate(kept):
        with flipped(path, 0.37 + number / 50, number % 8):
            try:
                found = verify_folder(folder, mini, silent)
            except HypebasketError as error:
                assert error.exit_code == 3, error  # noqa: PT017
            else:
                assert found.differences, path


@pytest.mark.skipif(not TORTURE, reason="makes every page twice: run by 'make torture' (HYPOTHESIS_PROFILE=torture)")
def test_a_changed_page_is_found_although_it_was_sealed_again(mini: Path, call: Call) -> None:
    """The comparison page and the tearsheets are made again, too, and come out byte for byte."""
    code, out, err = call("run", "mini", "-s", "event-drift", "--from", "2024-03-11", "--json")
    assert code == 0, err
    folder = mini / "reports" / json.loads(out)["run_id"]
    page = folder / "mini--event-drift.html"
    whole = page.read_bytes()
    at = whole.rindex(b"</section>") if b"</section>" in whole else whole.rindex(b"</main>")
    page.write_bytes(whole[:at] + b" " + whole[at:])
    seal(folder)
    assert kinds(verify_folder(folder, mini, silent)) == {("rerun", page.name)}
