"""Three hundred shipped files broken on purpose: an independent validator says each must fail, and each is reported."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import textwrap
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from mutants import OPERATORS, Mutant, mutants_of

from hypebasket.cli import main
from hypebasket.errors import SpecError
from hypebasket.spec.fixes import apply_fixes
from hypebasket.spec.layout import SCHEMAS
from hypebasket.spec.source import read_source
from hypebasket.spec.workspace import read_file

WANTED = 360
PER_OPERATOR = 20
AT_PLACE = 0.95
ADDRESS_SPACE = 400 * 2**20
"""Bytes of address space the child that checks all of them may take; pydantic and PyYAML alone take a quarter."""
SECONDS = 120
FILES = {
    "basket": ("application", "compute", "disrupted", "regulation"),
    "strategy": (
        "board-break", "buy-and-hold", "divergence-exit", "event-drift", "laggard-catchup", "leader-relay",
        "mainline-rotation", "pre-event-runup",
    ),
    "events": ("events",),
    "sources": ("sources",),
}  # fmt: skip
FOLDERS = {"basket": "baskets", "strategy": "strategies", "events": "data", "sources": "data"}


@dataclass(frozen=True)
class Drawn:
    """The mutants of a test run, and how many of those looked at stayed valid."""

    broken: tuple[tuple[Mutant, Path], ...]
    valid: Counter[str]


@pytest.fixture(scope="module")
def drawn(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    """Draw the mutants evenly over operators and kinds of file, and write each into a folder of its own."""
    folder = tmp_path_factory.mktemp("mutants")
    chance = random.Random(20240215)
    groups: dict[tuple[str, str], list[Mutant]] = {}
    validators: dict[str, Any] = {}
    for kind, stems in FILES.items():
        schema = json.loads((root / SCHEMAS / f"{kind}.json").read_text(encoding="utf-8"))
        validators[FOLDERS[kind] + kind] = jsonschema.Draft7Validator(schema)
        for stem in stems:
            origin = root / FOLDERS[kind] / f"{stem}.yaml"
            for mutant in mutants_of(origin, read_source(origin)):
                groups.setdefault((mutant.operator, kind), []).append(mutant)
    for group in groups.values():
        chance.shuffle(group)
    broken: list[tuple[Mutant, Path]] = []
    valid: Counter[str] = Counter()
    for (operator, kind), group in sorted(groups.items()):
        judge = validators[FOLDERS[kind] + kind]
        taken = 0
        for mutant in group[: 8 * PER_OPERATOR]:
            if judge.is_valid(mutant.value):
                valid[operator] += 1
                continue
            path = folder / f"{len(broken):03d}" / mutant.origin.parent.name / mutant.origin.name
            path.parent.mkdir(parents=True)
            path.write_text(mutant.text, encoding="utf-8")
            broken.append((mutant, path))
            taken += 1
            if taken == PER_OPERATOR:
                break
    chance.shuffle(broken)
    return Drawn(tuple(broken[:WANTED]), valid)


def test_there_are_enough_of_every_operator(drawn: Drawn) -> None:
    assert len(drawn.broken) >= 300
    made = Counter(mutant.operator for mutant, _ in drawn.broken)
    wanted = {operator.__name__ for operator in OPERATORS} | {"misspelt_key", "invented_key", "missing_key"}
    assert set(made) == wanted


def test_the_text_of_a_mutant_is_its_value(drawn: Drawn) -> None:
    """Of the harness: what the validator judged is what the file says."""
    for mutant, path in drawn.broken:
        assert read_source(path).value == mutant.value, (mutant.operator, path)


def test_each_is_reported_at_its_place(drawn: Drawn, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missed = []
    for mutant, path in drawn.broken:
        with pytest.raises(SystemExit) as leaving:
            main(["--workspace", str(root), "--json", "check", str(path)])
        out, err = capsys.readouterr()
        assert leaving.value.code == 2, (mutant.operator, path)
        assert "Traceback" not in err
        problems = json.loads(out)["problems"]
        assert problems
        there = [problem for problem in problems if abs(problem["line"] - mutant.line) <= 1]
        told = [" ".join((each["value"], each["message"], each["remedy"])) for each in there]
        if not any(mutant.shown in words for words in told):
            missed.append((mutant.operator, mutant.path, mutant.line, mutant.shown, problems))
    assert len(missed) <= (1 - AT_PLACE) * len(drawn.broken), missed


def test_all_at_once_in_bounded_time_and_memory(drawn: Drawn, root: Path) -> None:
    files = [str(path) for _, path in drawn.broken]
    program = textwrap.dedent(f"""
        import resource
        resource.setrlimit(resource.RLIMIT_AS, ({ADDRESS_SPACE}, {ADDRESS_SPACE}))
        from hypebasket.cli import main
        main(["--workspace", {str(root)!r}, "--json", "check", *{files!r}])
    """)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert {problem["path"] for problem in json.loads(done.stdout)["problems"]} == set(files)


MENDABLE = ("misspelt_key", "slip_of_the_finger", "quoted_number")
"""Operators that leave no doubt of what was meant: a slip of a closed list, a number in quotes."""


def test_fixes_give_back_what_was_meant_and_touch_nothing_else(drawn: Drawn, root: Path) -> None:
    restored: list[bool] = []
    for mutant, path in drawn.broken[: WANTED // 2]:
        with pytest.raises(SpecError) as failure:
            read_file(path, root)
        fixes = [problem.fix for problem in failure.value.problems if problem.fix]
        text, done = apply_fixes(mutant.text, fixes)
        touched = {fix.line for fix in done}
        lines = list(zip(mutant.text.split("\n"), text.split("\n"), strict=True))
        assert all(old == new for number, (old, new) in enumerate(lines, 1) if number not in touched)
        if mutant.operator in MENDABLE:
            restored.append(text == mutant.origin.read_text(encoding="utf-8"))
        else:
            assert touched <= {mutant.line}
    assert len(restored) >= 20
    assert sum(restored) >= 0.6 * len(restored), f"{sum(restored)} of {len(restored)}"
