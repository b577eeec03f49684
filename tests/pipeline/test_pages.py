"""``report`` and ``compare``: pages of finished runs, made from their folders alone."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from run_folder import RunFolder

from hypebasket.cli import main
from hypebasket.pipeline.run_folder import read_result


@dataclass
class Workspace:
    """A copy of the finished runs, and the command line in it."""

    root: Path
    capsys: pytest.CaptureFixture[str]

    def run(self, capital: int) -> RunFolder:
        """Return the run with this capital."""
        folders = (path.parent for path in (self.root / "reports").glob("*/result.json"))
        return next(
            RunFolder(folder) for folder in folders if read_result(folder).results[0].initial_cash == float(capital)
        )

    def call(self, *arguments: str) -> tuple[int, str, str]:
        code = 0
        try:
            main(["--workspace", str(self.root), *arguments])
        except SystemExit as end:
            code = int(end.code or 0)
        return (code, *self.capsys.readouterr())


@pytest.fixture
def workspace(finished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Workspace:
    return Workspace(shutil.copytree(finished, tmp_path / "workspace"), capsys)


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_pages_made_later_are_those_the_run_would_have_made(workspace: Workspace) -> None:
    folder = workspace.run(1_000_000).path
    before = digests(folder)
    code, out, err = workspace.call("report", folder.name)
    assert code == 0, err
    assert out.strip() == str(folder / "index.html")
    after = digests(folder)
    assert after.keys() - before.keys() == {"index.html", "mini--event-drift.html"}
    assert {name for name in before if before[name] != after[name]} == {"manifest.json"}
    sealed = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
    assert sealed == {name: digest for name, digest in after.items() if name != "manifest.json"}
    code, out, err = workspace.call("run", "-s", "event-drift")
    assert (code, Path(out.splitlines()[-1])) == (0, folder / "index.html"), err
    again = digests(folder)
    assert {name for name in after if after[name] != again[name]} <= {"manifest.json"}


@pytest.mark.parametrize("name", ["result.json", "charts.json"])
def test_numbers_that_were_changed_after_the_run_are_not_drawn(workspace: Workspace, name: str) -> None:
    path = workspace.run(1_000_000).path / name
    path.write_bytes(path.read_bytes() + b"\n")
    code, _, err = workspace.call("report", path.parent.name)
    assert code == 3
    assert f"{name}: changed since the run wrote it" in err
    assert not (path.parent / "index.html").exists()


@pytest.mark.parametrize(
    ("content", "said"), [(None, "charts.json: missing"), (b"{}", "run_id: Field required"), (b"{", "Invalid JSON")]
)
def test_missing_and_damaged_charts_are_named(workspace: Workspace, content: bytes | None, said: str) -> None:
    path = workspace.run(1_000_000).path / "charts.json"
    path.unlink() if content is None else path.write_bytes(content)
    code, _, err = workspace.call("report", path.parent.name)
    assert code == 3
    assert said in err
    assert "charts.json" in err


def test_the_picture_of_an_event_agrees_with_its_numbers(workspace: Workspace) -> None:
    """At session N the mean path is the headline; fills are the event-isolated run's; states those of the market."""
    run = workspace.run(1_000_000)
    charts = json.loads((run.path / "charts.json").read_text(encoding="utf-8"))
    picture = next(one for one in charts["events"] if one["event_id"] == "sora-launch")
    event = run.event("mini", "event-drift", "documented", "sora-launch")
    sessions = charts["sessions"]["CNY"]
    assert sessions[picture["base"]] == event["markets"]["XSHG"]["base"] == "2024-02-08"
    end = picture["base"] + event["window_sessions"] - picture["first"]
    assert picture["mean"][end] == pytest.approx(event["headline"], abs=1e-6)
    for name in event["names"]:
        own = next(member for member in picture["members"] if member["symbol"] == name["symbol"])
        assert own["returns"][end] == pytest.approx(name["headline"], abs=1e-6)
        bought = [fill for fill in picture["fills"] if (fill["symbol"], fill["side"]) == (name["symbol"], "buy")]
        first = name["first_fill"] and (name["first_fill"]["session"], name["first_fill"]["price"])
        assert first == next(((sessions[fill["row"]], fill["price"]) for fill in bought), None)
    tape = next(tape for tape in charts["tapes"] if tape["symbol"] == "600571.SH")
    shown = dict(zip([sessions[row] for row in tape["rows"]], tape["states"], strict=True))
    locked = ["2024-02-19", "2024-02-20", "2024-02-21", "2024-02-22", "2024-02-23"]
    assert [day for day, state in shown.items() if state == "="] == locked


@pytest.mark.parametrize("capital", [1_000_000, 200_000])
def test_attribution_adds_up_to_the_equity_in_every_circle(workspace: Workspace, capital: int) -> None:
    run = workspace.run(capital)
    for one in run.result["results"]:
        key = {name: one[name] for name in ("basket", "strategy", "members")}
        rows = run.rows("attribution", **key)
        net = sum(round(float(row["net"]) * 100) for row in rows)
        equity = [round(float(row["equity"]) * 100) for row in run.rows("equity", **key)]
        assert net == equity[-1] - capital * 100
        for field in ("commission", "stamp_duty", "transfer_fee"):
            paid = sum(round(float(row[field]) * 100) for row in run.rows("fills", **key))
            assert sum(round(float(row[field]) * 100) for row in rows) == paid
        assert [f"{row['net']:.2f}" for row in one["attribution"]] == [row["net"] for row in rows]


def test_runs_stand_side_by_side(workspace: Workspace) -> None:
    first, second = workspace.run(1_000_000).path, workspace.run(200_000).path
    code, out, err = workspace.call("compare", first.name, second.name, "--json")
    assert code == 0, err
    page = Path(json.loads(out)["page"])
    assert page.parent == workspace.root / "reports"
    html = page.read_text(encoding="utf-8")
    for folder in (first, second):
        result = read_result(folder)
        assert result.run_id in html
        for one in (one for one in result.results if one.primary):
            assert f'<data value="{one.final_equity}">{one.final_equity:,.2f}</data>' in html
    differing = html.split('<tr class="differs"><th scope="row"><span lang="zh">本金')[1].split("</tr>")[0]
    assert "1,000,000.00 CNY" in differing
    assert "200,000.00 CNY" in differing
    assert '<tr><th scope="row"><span lang="zh">数据快照' in html, "the same data: not marked"
    assert f'href="{first.name}/index.html"' not in html, "a run without pages is not linked"


def test_without_names_the_two_newest_runs_are_compared(workspace: Workspace) -> None:
    code, out, err = workspace.call("compare", "--json")
    assert code == 0, err
    assert set(json.loads(out)["runs"]) == {workspace.run(1_000_000).path.name, workspace.run(200_000).path.name}


def test_one_run_alone_is_refused(workspace: Workspace) -> None:
    name = workspace.run(200_000).path.name
    code, _, err = workspace.call("compare", name, name)
    assert code == 2
    assert "cannot be compared with itself" in err
