"""Options of a strategy that contradict each other, and own classes that are not there: what is said, and where."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

import pytest

from hypebasket.cli import main
from hypebasket.errors import SpecError
from hypebasket.spec.workspace import load_strategy, load_workspace

HEAD = "id: mine\nname: {zh: 我的, en: Mine}\ndescription: {zh: 一句, en: One sentence}\n"
"""Three lines; what a test writes begins on line 4."""


def problems(folder: Path, text: str) -> list[str]:
    """Return what is wrong with a strategy, each as ``line:column: value: what; what to write``."""
    path = folder / "mine.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    try:
        load_strategy(path, root=folder)
    except SpecError as error:
        return [str(each).removeprefix("mine.yaml:") for each in error.problems]
    return []


MEMBERSHIP = "trigger: {on: membership}\n"
ROTATION = "trigger: {on: rotation}\nentry: {offset: 1}\n"
STANDING = "has no meaning under 'on: membership': stocks are held while they belong"
GROUPS = "has no meaning under 'on: rotation': groups are held until the next choice"


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        (
            "short: {borrow_rate: 0.05}",
            "4:1",
            "only for a strategy that sells short; remove it, or write",
        ),
        ("direction: short\ntrigger: {on: membership}", "5:15", "only an event can be sold short; write 'on: events'"),
        ("direction: short\ntrigger: {on: rotation}\nentry: {offset: 1}", "5:15", "only an event can be sold short"),
        ("direction: short\nentry: {at: limit_queue}", "5:13", "waits for a limit-up, which no name has that may be"),
        ("direction: short\nentry: {at: board_break}", "5:13", "waits for a limit-up"),
        ("direction: short\nselect: {limit_up_only: true}", "5:10", "looks at a limit-up, which no name has that may"),
        ("direction: short\nexit: {board_break: true}", "5:8", "looks at a limit-up"),
        ("direction: short\nexit: {divergence: {}}", "5:8", "looks at a limit-up"),
        (
            "direction: short\nexit: {take_profit: 1.5}",
            "5:21",
            "a price cannot fall by the whole of itself; write",
        ),
        ("direction: short\nentry: {max_gap: 1}", "5:18", "a price cannot fall by the whole of itself"),
        ("direction: short\nshort: {designated: [ADBE.US]}", "5:22", "every name of the United States may be sold sh"),
        (
            "direction: short\nshort: {designated: [00700.HK, 600519.SH]}",
            "5:32",
            "A-shares are not sold short: a pilot for listed names alone, its lending suspended since 2024-07-11",
        ),
        ("trigger: {on: events, every: 5}", "4:23", "only a rotation chooses among groups; remove it, or write"),
        ("trigger: {among: segments}", "4:11", "only a rotation chooses among groups"),
        ("entry: {at: board_break, offset: 1}", "4:34", "board_break finds its own session; remove it"),
        (
            "entry: {offset: -2}",
            "4:17",
            "only a scheduled event can be acted on before it happens; write 'trigger: {scheduled: only}'",
        ),
        ("trigger: {scheduled: any}\nentry: {offset: -2}", "5:17", "only a scheduled event can be acted on before"),
        (
            "trigger: {scheduled: only}\nentry: {offset: -2, max_gap: 0.1}",
            "5:30",
            "the base it counts from is not past before the event",
        ),
        ("trigger: {scheduled: only, endogenous: true}\nentry: {offset: -2}", "4:40", "cannot be foreseen"),
        ("exit: {event_open: true}", "4:20", "the entry is not before the event; write a negative entry.offset"),
        ("select: {by: volatility}", "4:14", "a rank without a number to take; add select.top or select.bottom"),
        (
            "select: {top: 3}",
            "1:5",
            "'event_return' needs a closed session since the event; write 'entry: {offset: 1}' or more",
        ),
        (
            "entry: {offset: 0}\nselect: {bottom: 3, by: leadership}",
            "4:17",
            "'leadership' needs a closed session since the event",
        ),
        ("trigger: {scheduled: only}\nentry: {offset: -3}\nselect: {top: 1}", "5:17", "needs a closed session since"),
        (MEMBERSHIP + "exit: {hold_sessions: 5}", "5:8", STANDING),
        (MEMBERSHIP + "entry: {offset: 1}", "5:9", STANDING),
        (MEMBERSHIP + "entry: {reaction: 5}", "5:9", STANDING),
        (MEMBERSHIP + "entry: {max_gap: 0.1}", "5:9", STANDING),
        (MEMBERSHIP + "overlap: stack", "5:1", STANDING),
        (MEMBERSHIP + "select: {top: 3}", "5:10", STANDING),
        (MEMBERSHIP + "select: {min_amount: 3}", "5:10", STANDING),
        ("trigger: {on: membership, kinds: [product]}", "4:27", STANDING),
        ("trigger: {on: membership, scheduled: only}", "4:27", STANDING),
        ("trigger: {on: membership, every: 5}", "4:27", STANDING),
        (
            MEMBERSHIP + "entry: {at: first_close}",
            "5:13",
            "under 'on: membership' stocks are traded at the open; write first_open",
        ),
        (ROTATION + "exit: {stop_loss: 0.1}", "6:8", GROUPS),
        (ROTATION + "overlap: extend", "6:1", GROUPS),
        (ROTATION + "select: {bottom: 3}", "6:10", GROUPS),
        (
            "trigger: {on: rotation}",
            "1:5",
            "the choice looks at the event's first session; write 'entry: {offset: 1}' or more",
        ),
        ("trigger: {on: rotation}\nentry: {offset: 0}", "5:17", "the choice looks at the event's first session"),
        (
            ROTATION.replace("offset: 1", "offset: 1, at: limit_queue"),
            "5:24",
            "under 'on: rotation' stocks are traded at the open",
        ),
    ],
)
def test_what_contradicts_is_told_with_its_place(tmp_path: Path, text: str, place: str, words: str) -> None:
    found = problems(tmp_path, text)
    assert len(found) == 1, found
    assert found[0].startswith(f"{place}: ")
    assert words in found[0]


@pytest.mark.parametrize(
    "text",
    [
        "entry: {at: board_break}\nselect: {top: 3}",
        "entry: {offset: 1}\nselect: {top: 3, bottom: 1, by: leadership}",
        "select: {top: 3, by: relative_strength}",
        "trigger: {scheduled: only}\nentry: {offset: -3}\nexit: {event_open: true, next_event: true}",
        MEMBERSHIP + "select: {segments: [a]}\nentry: {on_limit: wait_for_break}",
        ROTATION + "select: {top: 2, segments: [a]}",
        "trigger: {on: rotation, among: segments, every: 20, kinds: [product]}\nentry: {offset: 2}",
        "delisting: 1.5",
        "delisting: zero",
        "exit: {divergence: {}}",
    ],
)
def test_what_goes_together_is_valid(tmp_path: Path, text: str) -> None:
    assert problems(tmp_path, text) == []


def test_every_contradiction_is_told_at_once(tmp_path: Path) -> None:
    found = problems(tmp_path, MEMBERSHIP + "exit: {hold_sessions: 5, board_break: true}\noverlap: stack")
    assert [each.split(": ")[0] for each in found] == ["5:8", "5:26", "6:1"]


# Own classes

CLASS = "class: own.py:Mine\n"
GOOD = "import backtrader as bt\n\n\nclass Mine(bt.Strategy):\n    pass\n"


def write(folder: Path, text: str | bytes, name: str = "own.py") -> None:
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())


def test_a_class_that_is_there(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    assert problems(tmp_path, CLASS) == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "no such file in the workspace; write file.py:ClassName, from the workspace's folder"),
        (GOOD.replace("Mine", "Mime"), "own.py has no class 'Mine'; did you mean 'Mime'?"),
        ("def make():\n    class Mine:\n        pass\n", "own.py has no class 'Mine'"),
    ],
    ids=["no file", "no class", "a class inside a function"],
)
def test_a_class_that_is_not_there(tmp_path: Path, content: str | None, words: str) -> None:
    if content is not None:
        write(tmp_path, content)
    [found] = problems(tmp_path, CLASS)
    assert found.startswith(f"4:8: own.py:Mine: {words}")


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("../own.py:Mine", "has the wrong form"),
        ("a/../../own.py:Mine", "outside the workspace; put the file into the workspace"),
    ],
)
def test_outside_the_workspace(tmp_path: Path, target: str, words: str) -> None:
    inside = tmp_path / "inside"
    (inside / "a").mkdir(parents=True)
    write(tmp_path, GOOD)
    [found] = problems(inside, f"class: {target}\n")
    assert found.startswith(f"4:8: {target}: {words}")


def test_a_link_out_of_the_workspace(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    write(tmp_path, GOOD)
    (inside / "own.py").symlink_to(tmp_path / "own.py")
    [found] = problems(inside, CLASS)
    assert found == ("4:8: own.py:Mine: outside the workspace; put the file into the workspace, e.g. strategies/")


@pytest.mark.parametrize(
    "content", ["class Mine(:\n", b"\xff\xfe", "x = '\n", b"class Mine:\0"], ids=["syntax", "bytes", "quote", "nul"]
)
def test_a_file_that_is_no_python(tmp_path: Path, content: str | bytes) -> None:
    write(tmp_path, content)
    [found] = problems(tmp_path, CLASS)
    assert re.match(r"4:8: own\.py:Mine: the file cannot be read as Python \(.+\); mend it$", found)


@pytest.mark.parametrize("target", ["own.py", "own:Mine", "own.py:", "own.py:2nd", "/own.py:Mine", "own.py:a.b"])
def test_what_is_no_name_of_a_class(tmp_path: Path, target: str) -> None:
    [found] = problems(tmp_path, f"class: {target!r}\n")
    assert found.startswith("4:8: ")


SIDE_EFFECT = "from pathlib import Path\nPath({marker!r}).write_text('imported')\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace with one own strategy whose file leaves a mark when it is imported."""
    folder = tmp_path / "mine"
    with suppress(SystemExit):
        main(["init", str(folder)])
    (folder / "strategies" / "mine.yaml").write_text(HEAD + "class: strategies/own.py:Mine\n", encoding="utf-8")
    write(folder, SIDE_EFFECT.format(marker=str(tmp_path / "marker")) + GOOD, "strategies/own.py")
    return folder


def checked(workspace: Path, capsys: pytest.CaptureFixture[str], *files: Path) -> tuple[int, str]:
    """Return the exit code of ``check``, and what it said on stderr."""
    capsys.readouterr()
    code = 0
    try:
        main(["--workspace", str(workspace), "check", *map(str, files)])
    except SystemExit as leaving:
        code = int(str(leaving.code or 0))
    return code, capsys.readouterr().err


def test_check_does_not_import_the_file(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert checked(workspace, capsys) == (0, "")
    assert checked(workspace, capsys, workspace / "strategies" / "mine.yaml") == (0, "")
    assert load_workspace(workspace).strategies["mine"].own_class == "strategies/own.py:Mine"
    assert not (workspace.parent / "marker").exists()


def test_check_of_one_file_looks_for_its_class(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (workspace / "strategies" / "own.py").unlink()
    code, err = checked(workspace, capsys, workspace / "strategies" / "mine.yaml")
    assert code == 2
    assert "no such file in the workspace" in err


def test_a_verdict_is_not_remembered_over_a_change_of_the_class(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert checked(workspace, capsys)[0] == 0
    write(workspace, "", "strategies/own.py")
    code, err = checked(workspace, capsys)
    assert code == 2
    assert "has no class 'Mine'" in err


def test_shipped_strategies_are_valid(root: Path) -> None:
    for path in sorted((root / "strategies").glob("*.yaml")):
        assert load_strategy(path, root=root).id == path.stem
    example = root / "examples" / "moving-average.yaml"
    assert load_strategy(example, root=root).own_class == "examples/moving_average.py:MovingAverage"


def test_a_short_strategy_with_every_option_it_may_have_is_valid(tmp_path: Path) -> None:
    text = """direction: short
short: {designated: [00700.HK], borrow_rate: 0.05}
entry: {at: first_close, offset: 1, on_limit: wait_for_break, max_gap: 0.2}
select: {top: 3, by: relative_strength}
exit: {hold_sessions: 5, clock: fill, stop_loss: 0.1, take_profit: 0.5, trailing_stop: 0.1, next_event: true}
overlap: stack
withholding: mainland_china
"""
    assert problems(tmp_path, text) == []


DECIDES = "an own class decides this itself; remove it, or remove 'class'"


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("exit: {stop_loss: 0.1}", "4:8", DECIDES),
        ("overlap: stack", "4:1", DECIDES),
        ("direction: short", "4:1", "an own class sells nothing it does not hold; remove it"),
    ],
)
def test_what_an_own_class_decides_itself_is_refused(tmp_path: Path, text: str, place: str, words: str) -> None:
    write(tmp_path, GOOD)
    (told,) = problems(tmp_path, f"{text}\n{CLASS}")
    assert told.startswith(f"{place}: ")
    assert words in told
