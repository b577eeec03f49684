"""From headline to captured on the real market: every bar of sora-launch by hand, and every event adds up."""

from __future__ import annotations

import json

import pytest
from command_line import CommandLine
from published_bars import Bars
from run_folder import RunFolder
from waterfall_by_hand import RUNS, bars_by_hand

pytestmark = pytest.mark.real

KEY = ("application", "event-drift", "documented")
BASE = "2024-02-08"
WINDOW = ("2024-02-19", "2024-02-20", "2024-02-21", "2024-02-22", "2024-02-23")
CAPITAL = 100_000_000


def test_every_bar_of_sora_launch_to_the_fen(application: RunFolder, application_bars: Bars) -> None:
    told = application.event(*KEY, "sora-launch")["waterfall"]
    found = {bar["step"]: round(bar["money"] * 100) for bar in told}
    assert found == bars_by_hand(application_bars, BASE, WINDOW, CAPITAL)
    assert list(found) == ["headline", *RUNS, "captured"]


def test_the_way_is_the_documented_one(application: RunFolder) -> None:
    """47.79 % in the press; entering at the first open and waiting for the boards to break takes most of it."""
    rate = {bar["step"]: bar["money"] / 1_000_000 for bar in application.event(*KEY, "sora-launch")["waterfall"]}
    assert round(rate["headline"], 4) == 0.4779
    assert round(sum(list(rate.values())[:5]), 3) == 0.136
    assert rate["session_delay"] < -0.1
    assert rate["limits_entry"] < -0.1
    assert rate["limits_exit"] == rate["t_plus_1"] == rate["volume_cap"] == 0


def test_the_terminal_tells_it(imported: CommandLine, application: RunFolder) -> None:
    done = imported("explain", application.path.name, "sora-launch")
    assert done.returncode == 0, done.stderr
    assert "headline +47.79% → captured +13.43%" in done.stdout
    sunyard = next(line for line in done.stdout.splitlines() if "600571.SH" in line)
    assert "02-19 02-20 02-21 02-22" in sunyard
    assert "locked at limit-up" in sunyard
    arcvideo = next(line for line in done.stdout.splitlines() if "688039.SH" in line)
    assert "2024-02-21" in arcvideo
    assert "30.00" in arcvideo
    told = json.loads(imported("explain", application.path.name, "sora-launch", "--json").stdout)
    assert told["synthetic"] is False
    assert told["events"][0]["waterfall"] == application.event(*KEY, "sora-launch")["waterfall"]


def test_every_waterfall_adds_up(held: RunFolder, application: RunFolder) -> None:
    for run in (held, application):
        count = 0
        for result in run.result["results"]:
            for told in (*result["events"], result):
                bars = [round(bar["money"] * 100) for bar in told["waterfall"]]
                count += bool(bars)
                assert not bars or sum(bars[:-1]) == bars[-1]
        assert count
