"""What a run is called, and that the same run leaves the same bytes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from command_line import CommandLine
from run_folder import RunFolder

from hypebasket.pipeline import identity

Run = Callable[..., RunFolder]


def test_two_runs_leave_the_same_bytes(
    sample_cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("application", "-s", "event-drift", "--from", "2024-01-01", "--to", "2024-06-30", "--no-pages")
    monkeypatch.setenv("PYTHONHASHSEED", "1")
    first = sample_cli.run(*words)
    kept = shutil.copytree(first.path, tmp_path / "kept")
    shutil.rmtree(first.path)
    monkeypatch.setenv("PYTHONHASHSEED", "2")
    again = sample_cli.run(*words)
    assert again.path == first.path
    names = sorted(path.name for path in kept.iterdir())
    assert names == sorted(path.name for path in again.path.iterdir())
    assert again.tables["fills"]
    for name in names:
        if name != "manifest.json":
            assert (kept / name).read_bytes() == (again.path / name).read_bytes(), name
    old, new = (json.loads((folder / "manifest.json").read_text(encoding="utf-8")) for folder in (kept, again.path))
    changed = {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}
    assert changed <= {"made_at", "seal"} <= set(old["volatile"])


def test_the_call_that_says_the_defaults_is_the_same_run(run_mini: Run) -> None:
    said = ("mini", "-s", "buy-and-hold", "-s", "event-drift", "--capital", "1000000", "--data", "sample")
    span = ("--from", "2024-01-15", "--to", "2024-03-29")
    assert run_mini(*said, *span).path == run_mini("mini", "-s", "buy-and-hold", "-s", "event-drift").path


def test_what_changes_the_run_id(mini: Path, run_mini: Run) -> None:
    words = ("mini", "-s", "event-drift")
    ids = [
        run_mini(*words).path.name,
        run_mini(*words, "--capital", "2000000").path.name,
        run_mini(*words, "--to", "2024-03-28").path.name,
        run_mini(*words, "--members", "all").path.name,
        run_mini("mini", "-s", "buy-and-hold").path.name,
    ]
    replace(mini / "strategies" / "event-drift.yaml", "hold_sessions: 5", "hold_sessions: 4")
    ids.append(run_mini(*words).path.name)
    replace(mini / "baskets" / "mini.yaml", "CNY: 399006.SZ", "CNY: 000300.SH")
    ids.append(run_mini(*words).path.name)
    replace(mini / "data" / "sample" / "bars.csv", "50000000", "50000100")
    ids.append(run_mini(*words).path.name)
    assert len(set(ids)) == len(ids)


def test_what_does_not_change_the_run_id(mini: Path, run_mini: Run) -> None:
    first = run_mini("mini", "-s", "event-drift")
    path = mini / "strategies" / "event-drift.yaml"
    path.write_text(f"# another remark\n{path.read_text(encoding='utf-8')}", encoding="utf-8")
    replace(mini / "strategies" / "buy-and-hold.yaml", "participation: 0.10", "participation: 0.20")
    assert run_mini("mini", "-s", "event-drift").path == first.path


def test_installers_are_no_part_of_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every Python brings its own pip along; the same lock on another machine must give the same run id."""

    def installed(pip: str) -> dict[str, str]:
        found = [SimpleNamespace(metadata={"Name": name}, version=version) for name, version in
                 (("pip", pip), ("Setuptools", pip), ("numpy", "2.0"))]  # fmt: skip
        monkeypatch.setattr(identity, "distributions", lambda: found)
        return identity.package_versions.__wrapped__()

    assert installed("24.0") == installed("25.3") == {"numpy": "2.0"}


def test_the_manifest_says_what_was_run(run_mini: Run) -> None:
    run = run_mini("mini", "-s", "event-drift", "--capital", "500000")
    manifest = json.loads((run.path / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["run_id"] == run.path.name
    assert manifest["capital"] == 500_000
    assert manifest["sleeves"] == [{"currency": "CNY", "start": "2024-01-15", "end": "2024-03-29"}]
    assert [basket["id"] for basket in manifest["baskets"]] == ["mini"]
    assert [strategy["id"] for strategy in manifest["strategies"]] == ["event-drift"]
    assert manifest["data"]["synthetic"] is True
    assert {"pandas", "backtrader", "quantstats"} <= set(manifest["packages"])


def replace(path: Path, old: str, new: str) -> None:
    """Change a file that must hold ``old``."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
