"""``hypebasket new``: files that are valid, explain themselves, and disturb nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from hypebasket.errors import SpecError
from hypebasket.spec.glossary import keys_of, models_of
from hypebasket.spec.source import read_source, read_yaml
from hypebasket.spec.strategy import Strategy
from hypebasket.spec.workspace import load_workspace, read_file

Call = Callable[..., tuple[int, str, str]]
CONTRADICTIONS = {
    "rotation-only", "not-before-event", "rank-without-number", "signal-needs-offset", "own-class-decides",
    "class-no-file", "no-such-name", "not-scheduled", "unforeseeable", "since-before-evidence", "evidence-without-day",
    "announced-not-scheduled", "only-short",
}  # fmt: skip
"""Faults of an option that is right in itself but does not fit the others, or names what a workspace does not have."""


def test_a_strategy_from_flags(workspace: Path, call: Call) -> None:
    code, out, err = call(
        "--workspace", str(workspace), "new", "strategy", "my-drift", "--zh", "我的漂移", "--en", "My drift",
        "--at", "first_close", "--hold", "10", "--set", "exit.stop_loss=0.1", "--set", "entry.on_limit=wait_for_break",
    )  # fmt: skip
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "strategies/my-drift.yaml written"
    made = load_workspace(workspace).strategies["my-drift"]
    assert (made.entry.at, made.entry.on_limit, made.exit.hold_sessions) == ("first_close", "wait_for_break", 10)
    assert made.exit.stop_loss == 0.1
    assert "the first close that can still be reached" in made.description.en
    assert "第 10 个交易日收盘" in made.description.zh
    assert (
        (workspace / "strategies" / "my-drift.yaml")
        .read_text(encoding="utf-8")
        .startswith("# yaml-language-server: $schema=../data/schemas/strategy.json\n")
    )


def test_what_no_flag_says_is_asked(workspace: Path, call: Call) -> None:
    code, _, err = call("--workspace", str(workspace), "new", "strategy", "asked", answers="问\nAsked\n\n7\n")
    assert code == 0
    assert "Its name in Chinese" in err
    made = load_workspace(workspace).strategies["asked"]
    assert (made.name.zh, made.name.en, made.entry.at, made.exit.hold_sessions) == ("问", "Asked", "first_open", 7)


def test_without_anybody_to_answer_the_flag_is_named(workspace: Path, call: Call) -> None:
    code, _, err = call("--workspace", str(workspace), "new", "strategy", "asked", "--zh", "问")
    assert code == 2
    assert "--en is missing" in err
    assert not (workspace / "strategies" / "asked.yaml").exists()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_option_stands_in_the_file_and_is_right_when_taken_into_use(
    language: str, workspace: Path, call: Call
) -> None:
    call("--lang", language, "--workspace", str(workspace), "new", "strategy", "s", "--zh", "一", "--en", "S",
         "--at", "first_open", "--hold", "5")  # fmt: skip
    path = workspace / "strategies" / "s.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    option = re.compile(r"^( *)# ( *)(\w+):")
    options = [number for number, line in enumerate(lines) if option.match(line)]
    assert len(options) >= 30
    for number in options:
        used = list(lines)
        used[number] = lines[number].replace("# ", "", 1)
        inner = re.match(r"( *)# ( +)", lines[number])
        if inner:  # its section is commented out as well: take its head into use
            head = next(
                n for n in range(number, 0, -1)
                if (found := option.match(lines[n])) and len(found[2]) < len(inner[2])
            )  # fmt: skip
            used[head] = lines[head].replace("# ", "", 1)
        elif lines[number].rstrip().partition("  #")[0].rstrip().endswith(":"):  # a section: its first option too
            used[number + 1] = lines[number + 1].replace("# ", "", 1)
        path.write_text("\n".join(used) + "\n", encoding="utf-8")
        with suppress(SpecError):
            read_file(path, workspace)
            continue
        found = faults(path, workspace)
        assert found <= CONTRADICTIONS, (lines[number], found)
    shown = {match[3] for line in lines if (match := re.match(r"^( *)(?:# +)?()(\w+):", line))}
    assert shown >= set(keys_of(Strategy))
    for key in keys_of(Strategy):
        for below in models_of(Strategy, key):
            assert shown >= set(keys_of(below)) - {"zh", "en"}, key


def faults(path: Path, workspace: Path) -> set[str]:
    with pytest.raises(SpecError) as failure:
        read_file(path, workspace)
    return {problem.code for problem in failure.value.problems}


def test_a_basket_takes_names_and_index_from_the_workspace(workspace: Path, call: Call) -> None:
    code, out, _ = call(
        "--json", "--workspace", str(workspace), "new", "basket", "video", "--zh", "视频", "--en", "Video",
        "--mainline", "application", "--stock", "300624.SZ:tools", "--stock", "sh603721", "--stock", "00020.HK",
    )  # fmt: skip
    assert code == 0
    assert json.loads(out)["id"] == "video"
    made = load_workspace(workspace).baskets["video"]
    assert [(stock.symbol, stock.name.en, stock.segment) for stock in made.stocks] == [
        ("300624.SZ", "Wondershare", "tools"),
        ("603721.SH", "ZGTZ Media", "members"),
        ("00020.HK", "SenseTime", "members"),
    ]
    assert {str(currency): index for currency, index in made.benchmarks.items()} == {"CNY": "000300.SH", "HKD": "HSI"}
    assert made.members == "all"  # nobody is documented yet


def test_an_unknown_stock_is_refused_with_the_nearest(workspace: Path, call: Call) -> None:
    code, _, err = call(
        "--workspace", str(workspace), "new", "basket", "video", "--zh", "视频", "--en", "Video",
        "--mainline", "application", "--stock", "300625.SZ",
    )  # fmt: skip
    assert code == 2
    assert "'300625.SZ' is not in data/instruments.csv; did you mean '300624.SZ'?" in err


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_an_event_is_added_and_the_rest_stays(ending: str, workspace: Path, call: Call) -> None:
    path = workspace / "data" / "events.yaml"
    before = path.read_text(encoding="utf-8").replace("\n", ending).encode("utf-8")
    path.write_bytes(before)
    code, _, err = call(
        "--workspace", str(workspace), "new", "event", "my-launch", "--at", "2024-05-13T17:00Z", "--zh", "发布: 一",
        "--en", "Launch: #1", "--kind", "product", "--mainline", "application", "--evidence", "OpenAI, 2024-05-13",
        "--set", "confidence=B", "--set", "zone=America/Los_Angeles",
    )  # fmt: skip
    assert (code, err) == (0, "")
    after = path.read_bytes()
    assert after.startswith(before.rstrip())
    assert (b"\r\n" in after) == (ending == "\r\n")
    made = {event.id: event for event in load_workspace(workspace).events}["my-launch"]
    assert (made.title.zh, made.title.en, made.confidence) == ("发布: 一", "Launch: #1", "B")
    assert (made.precision, made.zone, made.evidence) == ("minute", "America/Los_Angeles", ("OpenAI, 2024-05-13",))


def test_a_day_becomes_a_day(workspace: Path, call: Call) -> None:
    call("--workspace", str(workspace), "new", "event", "d", "--at", "2024-05-13", "--zh", "甲", "--en", "A", "--kind",
         "policy", "--mainline", "compute", "--evidence", "x")  # fmt: skip
    made = {event.id: event for event in load_workspace(workspace).events}["d"]
    assert (str(made.at), made.precision) == ("2024-05-13", "day")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("strategy", "event-drift", "--zh", "一", "--en", "a", "--at", "first_open", "--hold", "5"), "already there"),
        (("strategy", "Bad Id", "--zh", "一", "--en", "a", "--at", "first_open", "--hold", "5"), "not an id"),
        (("strategy", "s", "--zh", "一", "--en", "a", "--at", "opn", "--hold", "5"), "opn: not a word known here"),
        (("strategy", "s", "--zh", "一", "--en", "a", "--at", "first_open", "--hold", "0"), "must be at least 1"),
        (("strategy", "s", "--zh", "一", "--en", "a", "--at", "first_open", "--hold", "5", "--set", "oops"),
         "KEY=VALUE"),
        (("strategy", "s", "--zh", "一", "--en", "a", "--at", "first_open", "--hold", "5", "--set", "exit.stop=1"),
         "unknown key"),
        (("event", "sora-launch", "--at", "2024-05-13", "--zh", "一", "--en", "a", "--kind", "k", "--mainline",
          "compute", "--evidence", "x"), "the id is used twice"),
        (("event", "e", "--at", "yesterday", "--zh", "一", "--en", "a", "--kind", "k", "--mainline", "compute",
          "--evidence", "x"), "neither a day nor an instant"),
        (("event", "e", "--at", "2024-05-13", "--zh", "一", "--en", "a", "--kind", "k", "--mainline", "comptue",
          "--evidence", "x"), "did you mean 'compute'?"),
    ],
)  # fmt: skip
def test_what_would_not_be_valid_is_not_written(
    arguments: tuple[str, ...], words: str, workspace: Path, call: Call
) -> None:
    before = {path: path.read_bytes() for path in workspace.rglob("*") if path.is_file()}
    code, _, err = call("--workspace", str(workspace), "new", *arguments)
    assert code == 2
    assert words in err
    assert "Traceback" not in err
    assert {path: path.read_bytes() for path in workspace.rglob("*") if path.is_file()} == before


VALUES: list[Any] = [
    "plain", "with: colon", "- dash", "true", "null", "5", "0.10", "2024-02-29", "2024-05-13T17:00Z", "甲：乙", "", " ",
    "#x", "a #b", "[x]", "{x", "'", '"', "x\ny", "*a", "&a", "!t", "%", "@", "on", "1e5", "a, b", "00700", "\t",
    5, 0.1, 50_000_000, True, ["a, b", "c"], {"zh": "甲, 乙", "en": "it's: \"so\""},
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_written_value_reads_back(value: Any) -> None:
    from hypebasket.spec.drafting import written

    assert read_yaml(f"key: {written(value)}   # remark\n", "x").value == {"key": value}


def test_new_files_carry_a_schema_that_is_there(workspace: Path, call: Call) -> None:
    call("--workspace", str(workspace), "new", "strategy", "s", "--zh", "一", "--en", "S", "--at", "first_open",
         "--hold", "5")  # fmt: skip
    path = workspace / "strategies" / "s.yaml"
    named = path.read_text(encoding="utf-8").splitlines()[0].partition("$schema=")[2]
    schema = (path.parent / named).resolve()
    assert json.loads(schema.read_text(encoding="utf-8"))["required"] == ["id", "name", "description"]
    assert read_source(path).value
