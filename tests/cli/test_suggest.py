"""``hypebasket events suggest`` on the sample: candidates with their figures, written as events for review."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from hypebasket.spec.workspace import load_events

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def workspace(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("suggest")
    for name in ("baskets", "strategies"):
        shutil.copytree(root / name, folder / name)
    shutil.copytree(root / "data", folder / "data", ignore=shutil.ignore_patterns("store"))
    return folder


def test_candidates_are_told_and_written(workspace: Path, call: Call, tmp_path: Path) -> None:
    out_file = tmp_path / "data" / "found.yaml"
    arguments = ("--from", "2024-01-02", "--to", "2024-12-31", "--out", str(out_file), "--workspace", str(workspace))
    code, out, _ = call("--json", "events", "suggest", *arguments)
    assert code == 0
    found = json.loads(out)
    by_session = {(each["session"], each["basket"]): each for each in found["candidates"]}
    sora = by_session["2024-02-19", "application"]
    assert sora["explained_by"] == "sora-launch"  # the first session after Sora: five of eight at their limits
    assert (sora["sealed"], sora["trading"]) == (5, 8)
    fresh = [each["event"] for each in found["candidates"] if each["explained_by"] is None]
    written = load_events(out_file)
    assert [event.id for event in written] == sorted((event["id"] for event in fresh), key=lambda name: name[-8:])
    assert len(written) >= 2
    for event in written:
        assert event.endogenous
        assert (event.precision, event.confidence, event.zone) == ("day", "D", "Asia/Shanghai")
        assert "SYNTHETIC DATA" in event.note
        assert "times the median" in event.note
        assert event.latest_moment.hour == 16  # the end of that day in Shanghai: nothing is traded on it before
    code, _, _ = call("--workspace", str(workspace), "check", str(out_file))
    assert code == 0


def test_equal_data_gives_an_equal_file_and_other_candidates_never_overwrite(
    workspace: Path, call: Call, tmp_path: Path
) -> None:
    out_file = tmp_path / "found.yaml"
    common = ("--from", "2024-06-03", "--to", "2024-12-31", "--out", str(out_file), "--workspace", str(workspace))
    assert call("events", "suggest", "regulation", *common)[0] == 0
    first = out_file.read_bytes()
    assert call("events", "suggest", "regulation", *common)[0] == 0
    assert out_file.read_bytes() == first
    code, _, err = call("events", "suggest", "regulation", "--turnover", "1.5", *common)
    assert code == 2
    assert "already there" in err
    assert out_file.read_bytes() == first


def test_a_candidate_becomes_an_event_by_moving_it(workspace: Path, call: Call, tmp_path: Path) -> None:
    out_file = tmp_path / "found.yaml"
    call("events", "suggest", "compute", "--from", "2024-09-02", "--to", "2024-12-31", "--out", str(out_file),
         "--workspace", str(workspace))  # fmt: skip
    items = out_file.read_text(encoding="utf-8").partition("events:\n")[2]
    assert items
    copy = tmp_path / "mine"
    shutil.copytree(workspace, copy)
    path = copy / "data" / "events.yaml"
    path.write_text(path.read_text(encoding="utf-8").rstrip() + "\n\n" + items, encoding="utf-8")
    assert call("--workspace", str(copy), "check")[0] == 0
    assert call("--workspace", str(copy), "events", "suggest", "compute", "--from", "2024-09-02")[1].count("[new]") == 0


def test_an_unknown_basket_is_refused(workspace: Path, call: Call) -> None:
    code, _, err = call("events", "suggest", "comptue", "--workspace", str(workspace))
    assert code == 2
    assert "did you mean 'compute'?" in err
