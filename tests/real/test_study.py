"""The event study on the real market, 2022-11 to 2025-12: numbers made a second time, and what the answers say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from abnormal_by_hand import abnormal, read_days, read_index
from command_line import CommandLine
from study_folder import StudyFolder

pytestmark = pytest.mark.real

RISK_WARNING = "2025-04-30"
"""603721.SH was under risk warning afterwards, with another band than the arithmetic of the answers knows."""


@pytest.fixture(scope="module")
def studied(imported: CommandLine) -> StudyFolder:
    done = imported("study", "--from", "2022-11-01", "--to", "2025-12-31", "--json")
    assert done.returncode == 0, done.stderr
    return StudyFolder(imported.workspace / "reports" / f"study-{json.loads(done.stdout)['study_id']}")


def test_every_application_name_agrees_with_published_bars(studied: StudyFolder, real_market: Path) -> None:
    index = read_index(real_market / "index.csv.gz", "399006.SZ")
    sessions = sorted(session for session in index if session <= "2025-12-31")
    events = studied.circle("application", "documented")["events"]
    bases = {event["event_id"]: event["base"] for event in events if not event["excluded"]}
    near = {sessions[sessions.index(base) + step] for base in bases.values() for step in range(1, 6)}
    rows = studied.rows("cumulative", basket="application", documented=True)
    days = read_days(real_market / "bars_cn.csv.gz", {row["symbol"] for row in rows})
    checked = [row for row in rows if row["symbol"] != "603721.SH" or bases[row["event_id"]] < RISK_WARNING]
    for row in checked:
        window = (int(row["first"]), int(row["last"]))
        answer = abnormal(days[row["symbol"]], index, sessions, bases[row["event_id"]], near, window)
        assert float(row["car"]) == pytest.approx(answer.car, abs=1e-8), row
        assert float(row["bhar"]) == pytest.approx(answer.bhar, abs=1e-8), row
        assert float(row["scaled"]) == pytest.approx(answer.scaled, abs=1e-8), row
        assert int(row["sessions"]) == answer.sessions, row
    assert len(checked) > 500


def test_a_board_locked_all_week_is_followed_until_it_opened(studied: StudyFolder) -> None:
    """信雅达 was at its limit on all five sessions after Sora; its return runs on to the first close away from it."""
    (row,) = studied.rows(
        "cumulative", basket="application", event_id="sora-launch", symbol="600571.SH", first=1, last=5
    )
    assert int(row["sessions"]) > 5
    assert row["still_locked"] == "False"


def test_each_mainline_gets_an_answer(studied: StudyFolder) -> None:
    """Counting members, all three usual tests claim an effect for all three mainlines; counting events, none holds."""
    for line in studied.result["mainlines"]:
        window = next(circle for circle in line["circles"] if circle["primary"])["windows"][0]
        assert all(window["tests"][name]["p_value"] < 0.05 for name in ("cross_sectional_t", "patell", "bmp"))
        assert window["tests"]["event_bootstrap"]["holm"] > 0.05
        assert window["finding"] in ("not_shown", "insufficient")
        assert "all three usual tests would have claimed an effect" in line["answer"]["en"]
    assert (studied.path / "study.html").is_file()
    page = (studied.path / "study.html").read_text(encoding="utf-8")
    assert "合成数据" not in page


def test_before_the_press_named_anyone_regulation_and_sora_have_no_member(studied: StudyFolder) -> None:
    assert studied.window("regulation", "point_in_time", 1, 5)["name_events"] == 0
    events = studied.circle("application", "point_in_time")["events"]
    assert next(event for event in events if event["event_id"] == "sora-launch")["members"] == 0
