"""The verbs ``events list`` and ``events explain`` on the repository's own workspace."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from rich.cells import cell_len

from hypebasket.cli import cli, main
from hypebasket.errors import UsageError


def run(root: Path, *args: str, lang: str = "en") -> str:
    result = CliRunner().invoke(
        cli, ["--workspace", str(root), "--lang", lang, "events", *args], catch_exceptions=False
    )
    assert result.exit_code == 0
    return result.stdout


def run_json(root: Path, *args: str) -> Any:
    return json.loads(run(root, *args, "--json"))


def test_list_shows_every_event_in_order(root: Path) -> None:
    events = run_json(root, "list")["events"]
    moments = [(event["latest_moment"], event["id"]) for event in events]
    assert moments == sorted(moments)
    lines = run(root, "list").splitlines()
    assert [line.split()[0] for line in lines[1:] if not line.startswith(" ")] == [event["id"] for event in events]
    assert "sora-launch" in {event["id"] for event in events}


def test_list_filters(root: Path) -> None:
    events = run_json(root, "list", "--mainline", "application", "--from", "2024-02-15", "--to", "2024-03-04")["events"]
    # facts: the application events from the Sora launch to Claude 3
    assert [event["id"] for event in events] == ["sora-launch", "sasac-ai", "citic-mainlines", "claude-3"]
    two = run_json(root, "list", "--mainline", "application", "--mainline", "regulation", "--from", "2024-12-01")
    assert {"cac-label-final", "sora-2"} <= {event["id"] for event in two["events"]}
    assert "no event" in run(root, "list", "--from", "2030-01-01")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["explain", "sora-lunch"], "did you mean sora-launch"),
        (["explain", "qqqq"], "events list"),
        (["list", "--mainline", "applications"], "mainlines: application"),
        (["list", "--from", "2024-03-01", "--to", "2024-02-01"], "--from 2024-03-01 is after --to 2024-02-01"),
    ],
)
def test_wrong_usage_says_what_to_write(root: Path, args: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        run(root, *args)


def test_an_unknown_event_ends_with_exit_code_2(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--workspace", str(root), "events", "explain", "sora-lunch"])
    assert caught.value.code == 2
    assert "Traceback" not in capsys.readouterr().err


def test_explain_sora_as_json(root: Path) -> None:
    answer = run_json(root, "explain", "sora-launch")
    assert answer["event"]["id"] == "sora-launch"
    keys = ("first_open", "first_close", "session_1", "base")
    assert {market: [found[key] for key in keys] for market, found in answer["markets"].items()} == {
        "XSHG": ["2024-02-19", "2024-02-19", "2024-02-19", "2024-02-08"],
        "XSHE": ["2024-02-19", "2024-02-19", "2024-02-19", "2024-02-08"],
        "XHKG": ["2024-02-16", "2024-02-16", "2024-02-16", "2024-02-15"],
        "XNYS": ["2024-02-16", "2024-02-15", "2024-02-15", "2024-02-14"],
    }
    assert answer["markets"]["XSHG"]["first_open_orders_until"] == "2024-02-19T01:25Z"
    delayed = run_json(root, "explain", "sora-launch", "--reaction", "155")
    assert delayed["markets"]["XNYS"]["first_close"] == "2024-02-16"


def test_explain_sora_in_words(root: Path) -> None:
    shown = run(root, "explain", "sora-launch")
    for expected in (
        "XSHG/XSHE", "2024-02-16 02:14", "2024-02-15 13:14", "2024-02-09..17 Spring Festival", "2024-02-18 weekend",
        "orders until 09:25", "base: the close of 2024-02-08", "evidence",
    ):  # fmt: skip
        assert expected in shown


def test_explain_speaks_chinese_in_straight_columns(root: Path) -> None:
    shown = run(root, "explain", "sora-launch", lang="zh")
    assert "2024-02-09..17 春节" in shown
    assert "首个可交易开盘" in shown
    rows = [line for line in shown.splitlines() if line[:1] in "┏┃┡│├└" and line]
    assert len(rows) > 10
    assert len({cell_len(line) for line in rows}) == 1
