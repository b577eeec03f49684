"""Every fault is told in both languages, once, and is noted somewhere."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypebasket.errors import SpecError, Words
from hypebasket.spec.messages import Fault, near
from hypebasket.spec.text import likely_symbol
from hypebasket.spec.workspace import read_file

BROKEN = Path(__file__).parent / "broken"
CHINESE = re.compile("[\u4e00-\u9fff]")


def open_names(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_no_two_faults_are_one() -> None:
    assert len(Fault.__members__) == len(list(Fault)) == len({fault.code for fault in Fault})


@pytest.mark.parametrize("fault", list(Fault), ids=lambda fault: fault.code)
def test_both_languages_say_it(fault: Fault) -> None:
    for said in (fault.what, fault.remedy):
        assert open_names(said.zh) == open_names(said.en)
        assert not CHINESE.search(said.en.replace("：", ""))
        bare = re.sub(r"\{[^}]*\}", "", said.zh)
        assert CHINESE.search(bare) or not bare.strip(), said


def test_every_fault_is_noted_somewhere(root: Path) -> None:
    folder = root / "src" / "hypebasket" / "spec"
    code = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py") if path.name != "messages.py")
    assert [fault.name for fault in Fault if f"Fault.{fault.name}" not in code] == []


@pytest.mark.parametrize("path", sorted(BROKEN.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_broken_file_is_told_in_chinese(path: Path, root: Path) -> None:
    with pytest.raises(SpecError) as failure:
        read_file(path, root)
    for problem in failure.value.problems:
        assert CHINESE.search(problem.message.zh)
        assert not CHINESE.search(problem.message.en.replace("：", ""))
        assert problem.code in {fault.code for fault in Fault}
        assert not re.search(r"\{[a-z]+\}", problem.message.zh + problem.message.en + problem.remedy.en)
        assert problem.told("zh").startswith(f"{path}:{problem.line}:{problem.column}: ")


def test_words_are_filled_in_the_language_around_them() -> None:
    said = Words("有 {what}", "has {what}").filled(what=Words("猫", "a cat"))
    assert (said.zh, said.en, said["zh"], str(said)) == ("有 猫", "has a cat", "有 猫", "has a cat")


def test_near_words_are_offered_else_the_known_ones() -> None:
    assert near("comptue", ["compute", "games"]).en == "did you mean 'compute'?"
    assert near("x", ["compute", "games"]).zh == "已知：compute、games"
    assert not near("x", [])


@pytest.mark.parametrize(
    ("written", "symbol"),
    [
        ("600519.SS", "600519.SH"),  # Yahoo
        ("300418.XSHE", "300418.SZ"),  # JoinQuant
        ("sh600519", "600519.SH"),  # Sina, Tencent
        ("sz300418", "300418.SZ"),
        ("bj920001", "920001.BJ"),
        ("600519", "600519.SH"),
        ("688039", "688039.SH"),
        ("000063", "000063.SZ"),
        ("300418", "300418.SZ"),
        ("920001", "920001.BJ"),
        ("700.HK", "00700.HK"),
        ("0700.hk", "00700.HK"),
        ("nvda.us", "NVDA.US"),
        ("NVDA", None),
        ("900901", None),  # a B-share: not ours
        ("123", None),
        ("", None),
        ("600519.SX", None),
    ],
)
def test_other_notations_of_a_symbol(written: str, symbol: str | None) -> None:
    assert likely_symbol(written) == symbol


@given(st.text(max_size=12))
def test_no_text_makes_a_wrong_symbol(text: str) -> None:
    symbol = likely_symbol(text)
    assert symbol is None or re.fullmatch(r"[0-9]{6}\.(SH|SZ|BJ)|[0-9]{5}\.HK|[A-Z][A-Z0-9.\-]{0,9}\.US", symbol)
