"""Embedded fonts: exactly the characters asked for, the same bytes every time."""

from __future__ import annotations

import io

import pytest
from fontTools.ttLib import TTFont

from hypebasket.errors import DataGapError
from hypebasket.report import fonts
from hypebasket.report.fonts import Face, PageText, font_face, font_file, page_fonts, subset_font


@pytest.mark.parametrize("face", list(Face))
def test_a_subset_has_exactly_the_characters(face):
    data = subset_font(face, frozenset("涨停板A1"))
    assert set(map(chr, TTFont(io.BytesIO(data))["cmap"].getBestCmap())) == set("涨停板A1")
    assert data[:4] == b"wOFF"


def test_a_subset_is_the_same_twice():
    first = subset_font(Face.SANS, frozenset("概念篮子"))
    subset_font.cache_clear()
    assert subset_font(Face.SANS, frozenset("概念篮子")) == first


def test_characters_that_no_font_has_are_left_out():
    data = subset_font(Face.SANS, frozenset("板\U0001f680"))
    assert set(TTFont(io.BytesIO(data))["cmap"].getBestCmap()) == {ord("板")}


def test_text_is_told_apart_by_where_it_stands():
    text = PageText()
    text.feed(
        "<style>样</style><h2>题<b>粗</b></h2><p>文<br>段<span class='serif n'>衬</span>&#x5c3e;</p>"
        '<script>程</script><script type="application/json">{"a":"图"}</script>'
    )
    text.close()
    assert "".join(sorted(text.serif)) == "".join(sorted("题粗衬"))
    assert {"文", "段", "尾", "图"} <= text.sans
    assert {"样", "程"} <= text.sans, "charts take their words from programs, marks from style sheets"
    assert "题" not in text.sans


def test_a_page_without_headings_embeds_one_face():
    assert page_fonts("<p>文</p>").count("@font-face") == 1
    assert font_face(Face.SERIF, "题").startswith('@font-face{font-family:"Hypebasket Serif"')


def test_a_missing_font_says_what_to_install(monkeypatch):
    monkeypatch.setattr(fonts, "find_spec", lambda name: None)
    with pytest.raises(DataGapError, match="pip install"):
        font_file(Face.SANS)
