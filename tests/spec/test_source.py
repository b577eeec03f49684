"""Reading YAML with places: what becomes of scalars, keys, aliases, and where everything stands."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypebasket.errors import SpecError
from hypebasket.spec.source import MAX_DEPTH, Source, fold, read_source


def read(folder: Path, text: str) -> Source:
    path = folder / "file.yaml"
    path.write_text(text, encoding="utf-8")
    return read_source(path, "file.yaml")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        # YAML 1.2 core schema, section 10.3 of the specification
        ("true", True),
        ("False", False),
        ("~", None),
        ("null", None),
        ("0", 0),
        ("-19", -19),
        ("+12e03", 12000.0),
        ("-2E+05", -200000.0),
        ("0.", 0.0),
        (".5", 0.5),
        # words that YAML 1.1 would turn into booleans, sexagesimals, dates, octals
        ("on", "on"),
        ("off", "off"),
        ("yes", "yes"),
        ("no", "no"),
        ("12:30", "12:30"),
        ("2024-02-29", "2024-02-29"),
        ("2024-02-15T18:14Z", "2024-02-15T18:14Z"),
        ("1_000", "1_000"),
        ("0o14", "0o14"),
        ("0x1F", "0x1F"),
        # a leading zero marks a code
        ("000300", "000300"),
        ("-007", "-007"),
        # quoted: always text
        ('"5"', "5"),
        ("'true'", "true"),
        ('"~"', "~"),
        ("算力", "算力"),
    ],
)
def test_scalar(written: str, value: object, tmp_path: Path) -> None:
    source = read(tmp_path, f"key: {written}\n")
    assert source.value == {"key": value}
    assert type(source.value["key"]) is type(value)
    assert source.problems == []


def test_on_stays_a_key(tmp_path: Path) -> None:
    assert read(tmp_path, "trigger: {on: membership}\n").value == {"trigger": {"on": "membership"}}


def test_places_of_keys_and_values(tmp_path: Path) -> None:
    source = read(tmp_path, "# 注释\na:\n  - b: 算力\n    c: [1, 二]\n")
    found = {path: (place.line, place.column, place.text) for path, place in source.values.items()}
    assert found[("a", 0, "b")] == (3, 8, "算力")
    assert found[("a", 0, "c", 1)] == (4, 12, "二")
    assert found[("a",)] == (3, 3, "a list")
    assert (source.keys[("a", 0, "c")].line, source.keys[("a", 0, "c")].column) == (4, 5)


def test_place_of_something_missing_is_the_nearest_above(tmp_path: Path) -> None:
    source = read(tmp_path, "a:\n  b: 1\n")
    assert source.place(("a", "x", 3)) == source.values["a",]


def test_alias_repeats_the_value_and_has_its_own_place(tmp_path: Path) -> None:
    source = read(tmp_path, "a: &x {k: [1]}\nb: *x\n")
    assert source.value == {"a": {"k": [1]}, "b": {"k": [1]}}
    assert source.place(("b", "k", 0)).line == 2


def test_windows_line_ends_and_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    source = read_source(path)
    assert source.value == {"a": 1, "b": 2}
    assert (source.keys["b",].line, source.keys["b",].column) == (2, 1)


def test_deepest_nesting_allowed(tmp_path: Path) -> None:
    source = read(tmp_path, "[" * MAX_DEPTH + "]" * MAX_DEPTH)
    assert source.problems == []
    with pytest.raises(SpecError, match="nested more than 64 levels"):
        read(tmp_path, "[" * (MAX_DEPTH + 2) + "]" * (MAX_DEPTH + 2))


def test_problems_that_leave_the_file_readable_are_all_kept(tmp_path: Path) -> None:
    source = read(tmp_path, "a: 1\na: .inf\nb: !!set x\nc: .nan\n")
    assert sorted((problem.line, problem.column) for problem in source.problems) == [(2, 1), (2, 4), (3, 4), (4, 4)]
    assert source.value == {"a": 1, "b": "x", "c": 0}


def test_fold_shows_one_short_line() -> None:
    assert fold("a\nb\tc") == "a\\nb\\tc"
    assert len(fold("x" * 1000)) == 60


@given(st.text(max_size=200))
def test_any_text_is_a_value_or_a_problem_with_a_place(text: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "file.yaml")
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        try:
            problems = read_source(path).problems
        except SpecError as error:
            problems = error.problems
    lines = text.count("\n") + text.count("\r") + 2
    assert all(1 <= problem.line <= lines and problem.column >= 1 and problem.message for problem in problems)


@given(
    st.lists(
        st.sampled_from(["a: 1", "- b", "{", "}", "[", "]", "&x", "*x", "\n", "  ", ": ", "? ", "|", '"', "!t", "#"])
    )
)
def test_any_scraps_of_yaml_are_a_value_or_a_problem(scraps: list[str]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "file.yaml")
        path.write_text("".join(scraps), encoding="utf-8")
        try:
            found: object = read_source(path).values
        except SpecError as error:
            found = error.problems
    assert found
