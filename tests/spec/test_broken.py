"""Hand-broken YAML files: each gives an error with its place and what to write, exit code 2, and never a traceback."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from hypebasket.cli import main
from hypebasket.spec.layout import MAX_BYTES

BROKEN = Path(__file__).parent / "broken"
SECONDS = 2.0
ADDRESS_SPACE = 400 * 2**20
"""Bytes of address space a child may take: pydantic and PyYAML alone take about a quarter of it."""

# File (without .yaml), line and column of the first problem, counted by hand, and words of its message.
CASES = [
    ("type-text-for-integer", 4, 23, "not a whole number"),
    ("type-quoted-integer", 4, 23, "digits without quotes"),
    ("type-float-for-integer", 4, 23, "without a decimal point"),
    ("type-boolean-for-integer", 4, 23, "not a whole number"),
    ("type-percent", 4, 19, "10 % as 0.10"),
    ("type-word-for-boolean", 4, 23, "write true or false"),
    ("type-number-for-text", 4, 21, "put it in quotes"),
    ("type-text-for-list", 4, 22, "not a list"),
    ("type-list-for-mapping", 4, 8, "not a mapping"),
    ("type-unknown-word", 4, 8, "did you mean 'realistic'?"),
    ("type-unknown-union-word", 4, 19, "or a mapping with retry"),
    ("type-union-key", 4, 20, "did you mean 'retry'?"),
    ("text-cut-by-comma", 4, 37, "text that a comma cut off"),
    ("type-no-value", 4, 7, "the key has no value"),
    ("range-gross", 4, 15, "must be at most 1"),
    ("range-not-a-number", 4, 15, "not a finite number"),
    ("range-infinite", 4, 15, "not a finite number"),
    ("range-many-digits", 4, 23, "more than 15 digits"),
    ("root-list", 1, 1, "neither a basket nor a strategy"),
    ("root-text", 1, 1, "neither a basket nor a strategy"),
    ("key-unknown", 4, 1, "did you mean 'exit'?"),
    ("key-duplicate", 5, 1, "written twice (first on line 4)"),
    ("key-missing", 1, 1, "description: this key is missing"),
    ("key-is-list", 4, 1, "a key that is a list"),
    ("key-merge", 5, 3, "merge keys are not read"),
    ("key-membership-exit", 5, 8, "has no meaning under 'on: membership'"),
    ("key-id-not-file", 1, 5, "not the name of the file"),
    ("indent-too-deep", 6, 14, "indentation"),
    ("indent-tab", 5, 1, "indent with spaces"),
    ("indent-list", 7, 4, "indentation"),
    ("syntax-open-quote", 4, 7, "never closed"),
    ("syntax-open-bracket", 4, 20, "'['"),
    ("syntax-full-width-colon", 4, 6, "full-width colon"),
    ("syntax-two-colons", 4, 9, "a ':' that does not fit"),
    ("syntax-reserved", 4, 8, "reserved character"),
    ("syntax-two-documents", 4, 1, "a second document"),
    ("empty", 1, 1, "the file is empty"),
    ("only-comment", 1, 1, "the file is empty"),
    ("date-impossible", 3, 9, "no such day"),
    ("date-naive", 3, 9, "add Z (UTC) or an offset"),
    ("date-digits", 3, 9, "neither a day nor an instant"),
    ("date-words", 3, 9, "neither a day nor an instant"),
    ("date-day-for-minute", 3, 9, "a day where precision is minute"),
    ("date-zone", 5, 11, "did you mean 'Asia/Shanghai'?"),
    ("date-announced-late", 12, 16, "not before the event itself"),
    ("date-until-before-since", 11, 12, "not after since"),
    ("stock-bad-symbol", 7, 13, "six digits and .SH"),
    ("stock-unknown", 7, 13, "not in data/instruments.csv; did you mean '600941.SH'?"),
    ("stock-twice", 10, 13, "listed twice (first on line 7)"),
    ("stock-evidence-unknown", 11, 16, "did you mean 'citic-20240223'?"),
    ("stock-evidence-without-since", 10, 15, "add 'since:'"),
    ("stock-since-before-evidence", 10, 12, "before its evidence was published"),
    ("stock-no-benchmark", 5, 13, "HKD: a benchmark is missing"),
    ("danger-python-object", 4, 8, "!!python/object/apply:os.system: tags are not read"),
    ("danger-python-name", 4, 8, "tags are not read"),
    ("danger-local-tag", 4, 8, "tags are not read"),
    ("danger-exploding-aliases", 5, 28, "its aliases followed"),
    ("danger-alias-of-itself", 4, 23, "an alias of something that contains it"),
    ("danger-alias-of-nothing", 4, 8, "an alias of nothing"),
    ("danger-deep-brackets", 1, 68, "nested more than 64 levels"),
    ("danger-deep-dashes", 1, 131, "nested more than 64 levels"),
    ("unicode-nul", 2, 8, "U+0000"),
    ("unicode-escaped-nul", 4, 17, "an escape for an invisible character"),
    ("unicode-latin-1", 1, 8, "byte 0xe9: not UTF-8"),
    ("unicode-utf-16", 1, 1, "save the file as UTF-8"),
    ("unicode-gbk", 2, 7, "not UTF-8"),
    ("unicode-bom-inside", 2, 7, "U+FEFF"),
    ("unicode-line-separator", 1, 6, "U+2028"),
    ("unicode-bom-then-error", 2, 1, "did you mean 'fills'?"),
]


def check(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    """Run the command line in this process; its exit code, stdout and stderr."""
    with pytest.raises(SystemExit) as leaving:
        main(arguments)
    out, err = capsys.readouterr()
    assert isinstance(leaving.value.code, int)
    return leaving.value.code, out, err


def check_in_child(root: Path, path: Path) -> subprocess.CompletedProcess[str]:
    """Run the command line in a child process that may not take more memory than ``ADDRESS_SPACE``."""
    program = textwrap.dedent(f"""
        import resource
        resource.setrlimit(resource.RLIMIT_AS, ({ADDRESS_SPACE}, {ADDRESS_SPACE}))
        from hypebasket.cli import main
        main(["--workspace", {str(root)!r}, "check", {str(path)!r}])
    """)
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=False)


@pytest.mark.parametrize(("stem", "line", "column", "words"), CASES, ids=[case[0] for case in CASES])
def test_broken_file_is_refused_at_its_place(
    stem: str, line: int, column: int, words: str, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = BROKEN / f"{stem}.yaml"
    started = time.process_time()
    code, out, err = check(["--workspace", str(root), "check", str(path)], capsys)
    assert time.process_time() - started < SECONDS
    first = err.splitlines()[0]
    assert code == 2
    assert first.startswith(f"{path}:{line}:{column}: ")
    assert words in first
    assert "Traceback" not in err
    assert out == ""


def test_every_broken_file_is_in_the_table() -> None:
    assert sorted(path.stem for path in BROKEN.glob("*.yaml")) == sorted(case[0] for case in CASES)
    assert len(CASES) >= 40


@pytest.mark.parametrize(
    "stem", ["danger-exploding-aliases", "danger-deep-brackets", "danger-python-object", "unicode-nul", "indent-tab"]
)
def test_dangerous_file_takes_little_memory_in_a_child(stem: str, root: Path) -> None:
    done = check_in_child(root, BROKEN / f"{stem}.yaml")
    assert done.returncode == 2, done.stderr
    assert f"{stem}.yaml:" in done.stderr
    assert "Traceback" not in done.stderr


def test_fifty_megabytes_are_refused_unread(root: Path, tmp_path: Path) -> None:
    path = tmp_path / "strategies" / "big.yaml"
    path.parent.mkdir()
    with path.open("w", encoding="utf-8") as stream:
        for _ in range(50):
            stream.write("- 0123456789\n" * (1_000_000 // 13))
    assert path.stat().st_size > 49_000_000
    done = check_in_child(root, path)
    assert done.returncode == 2, done.stderr
    assert f"{path}:1:1: big.yaml: larger than 1,000,000 bytes" in done.stderr


@pytest.mark.parametrize("line", ["- a\n", "- [a, {b: c}]\n", "- &a b\n- *a\n", "? a\n: b\n", "- {}\n"])
def test_file_just_under_the_size_limit_stays_quick(line: str, root: Path, tmp_path: Path) -> None:
    path = tmp_path / "long.yaml"
    path.write_text(line * (MAX_BYTES // len(line)), encoding="utf-8")
    started = time.monotonic()
    done = check_in_child(root, path)
    assert time.monotonic() - started < 15 * SECONDS
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("name", "words"), [("missing.yaml", "there is no such file"), ("folder.yaml", "is a folder")])
def test_what_is_no_file_is_refused(
    name: str, words: str, root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "baskets" / "folder.yaml").mkdir(parents=True)
    path = tmp_path / "baskets" / name
    code, _, err = check(["--workspace", str(root), "check", str(path)], capsys)
    assert (code, err.splitlines()[0]) == (2, f"{path}:1:1: {name}: {words}; " + err.splitlines()[0].partition("; ")[2])


def test_json_lists_the_problems_of_all_files(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [str(BROKEN / f"{stem}.yaml") for stem in ("key-duplicate", "date-naive")]
    code, out, _ = check(["--workspace", str(root), "--json", "check", *files], capsys)
    found = json.loads(out)
    assert code == 2
    assert (found["valid"], found["files"]) == (False, 2)
    assert [(Path(each["path"]).stem, each["line"], each["column"]) for each in found["problems"]] == [
        ("date-naive", 3, 9),
        ("key-duplicate", 5, 1),
    ]
