"""The comparison page as a reader meets it: opened from disk with the network off."""

from __future__ import annotations

import base64
import io
import re
from itertools import pairwise

import pytest
from fontTools.ttLib import TTFont
from report_builder import build_result

from hypebasket.report.pages import write_index

pytestmark = pytest.mark.browser

CJK = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
SHOWN = """() => {
  const serif = new Set(), sans = new Set(), walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode()); ) {
    if (node.parentElement.closest("script, style")) continue;
    const target = getComputedStyle(node.parentElement).fontFamily.includes("Hypebasket Serif") ? serif : sans;
    for (const char of node.data) target.add(char);
  }
  return { "Hypebasket Serif": [...serif].join(""), "Hypebasket Sans": [...sans].join("") };
}"""


def glyphs(html: str) -> dict[str, set[str]]:
    """The characters each embedded font can draw, read from its character map."""
    faces = re.findall(r'font-family:"([\w ]+)";[^}]*base64,([A-Za-z0-9+/=]+)"', html)
    return {
        family: set(map(chr, TTFont(io.BytesIO(base64.b64decode(data)))["cmap"].getBestCmap()))
        for family, data in faces
    }


def number(page, selector: str) -> float:
    text = page.locator(selector).first.inner_text()
    return float(re.search(r"[+-]?[\d,]+\.?\d*", text).group().replace(",", ""))


def test_the_page_is_quiet_and_draws_its_charts(comparison):
    opened = comparison
    assert opened.complaints == []
    assert opened.requests == []
    charts = opened.page.locator(".chart").count()
    assert charts == 3 + 6, "dots per mainline, a curve per mainline and strategy"
    assert opened.page.locator(".chart svg.main-svg:first-child").count() == charts
    assert opened.page.locator("#dots-application--event-drift .scatterlayer .points path").count() == 2 * 10
    assert opened.page.locator("#curve-application--buy-and-hold .scatterlayer .lines path.js-line").count() == 2
    assert opened.page.locator("#synthetic").is_visible()


def test_every_chinese_character_has_its_glyph(comparison, index):
    opened = comparison
    for family, text in opened.page.evaluate(SHOWN).items():
        wanted = set(CJK.findall(text))
        assert len(wanted) > 50, family
        assert wanted <= glyphs(index.read_text(encoding="utf-8"))[family], family
        assert opened.page.evaluate('([font, text]) => document.fonts.check(`16px "${font}"`, text)', [family, text])
    statuses = opened.page.evaluate("() => [...document.fonts].map((face) => [face.family, face.status])")
    assert sorted(status for _, status in statuses) == ["loaded", "loaded"]


def test_the_language_switch_shows_one_language(comparison, result):
    opened = comparison
    opened.page.click('[data-set-lang="en"]')
    opened.drawn()
    verdict = opened.page.locator("#verdict")
    assert verdict.inner_text().strip() == result.verdict.en
    assert "headline" in opened.page.locator("#dots-compute--event-drift .legend").text_content()
    opened.page.click('[data-set-lang="zh"]')
    opened.drawn()
    assert verdict.inner_text().strip() == result.verdict.zh
    assert "新闻涨幅" in opened.page.locator("#dots-compute--event-drift .legend").text_content()
    assert opened.page.evaluate("document.documentElement.lang") == "zh-CN"
    assert opened.complaints == []


def test_the_numbers_are_those_of_the_result(comparison, result):
    page = comparison.page
    for one in (one for one in result.results if one.primary):
        pair = f'[data-pair="{one.basket}--{one.strategy}"]'
        measure = {
            "total_return": one.total_return * 100,
            "max_drawdown": one.max_drawdown * 100,
            "cagr": one.cagr * 100,
            "benchmark_return": one.benchmark_return and one.benchmark_return * 100,
            "sharpe": one.sharpe,
            "costs.total": one.costs.total,
            "fills": one.fills,
            "unfilled.locked_limit_up": one.unfilled["locked_limit_up"],
        }
        for key, value in measure.items():
            cell = f'#compare tr[data-measure="{key}"] td{pair}'
            if value is None:
                assert page.locator(cell).inner_text().startswith("–"), key
            else:
                assert number(page, cell) == pytest.approx(value, abs=0.0051), key
        if one.strategy != "event-drift":
            continue
        for event in (event for event in one.events if event.excluded is None):
            row = f'tr.event{pair}[data-event="{event.event_id}"]'
            assert number(page, f'{row} [data-measure="headline"]') == pytest.approx(event.headline * 100, abs=0.0051)
            assert number(page, f'{row} [data-measure="captured"]') == pytest.approx(event.captured * 100, abs=0.0051)
            exact = page.locator(f'{row} [data-measure="captured"] data').first.get_attribute("value")
            assert float(exact) == event.captured


def test_an_empty_circle_and_undocumented_members_are_called_so(comparison):
    page = comparison.page
    circles = page.locator("#circles")
    assert "At this moment no source had named a single A-share member" in circles.text_content()
    assert "还没有任何来源点名过哪怕一只 A 股成员" in circles.inner_text()
    assert "OpenAI 展示 Sora" in circles.locator(".emptiness").nth(1).inner_text()
    assert "无成员有来源" in page.locator('.hero[data-pair="regulation--event-drift"]').inner_text()
    assert "session 1 lies outside the run" in page.locator(".excluded").first.text_content()
    assert "1 × HKD 仓位本次没有运行" in page.locator("#members").inner_text()


def test_names_open_with_their_limit_days(comparison, result):
    page = comparison.page
    primary = next(
        one for one in result.results if one.primary and (one.basket, one.strategy) == ("compute", "event-drift")
    )
    event = next(event for event in primary.events if any(name.locked for name in event.names))
    stuck = next(name for name in event.names if name.locked)
    row = page.locator(f'tr.event[data-pair="compute--event-drift"][data-event="{event.event_id}"] + tr.detail')
    row.locator("summary").click()
    cells = row.locator(f'tr[data-symbol="{stuck.symbol}"]').inner_text()
    assert stuck.locked[0].strftime("%m-%d") in cells
    assert f"{stuck.height} 连板" in cells
    assert f"封板 {len(stuck.sealed)}" in cells


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_the_layout_holds(comparison, width):
    page = comparison.page
    page.set_viewport_size({"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    levels = page.evaluate("() => [...document.querySelectorAll('h1,h2,h3')].map((one) => Number(one.tagName[1]))")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert page.evaluate("() => [...document.querySelectorAll('table')].every((one) => one.caption)")


def test_hostile_titles_run_nothing(open_page, tmp_path):
    hostile = (
        "</script><script>window.bad=1</script><img src=x onerror='window.bad=1'><a href='https://example.com/'>x</a>"
    )
    full = build_result(hostile=hostile)
    few = [one for one in full.results if (one.basket, one.strategy) == ("application", "event-drift")]
    opened = open_page(write_index(full.model_copy(update={"results": tuple(few)}), tmp_path, {}), language="en")
    assert opened.page.evaluate("window.bad") is None
    assert opened.complaints == []
    assert opened.requests == []
    assert opened.page.locator("#events .title").first.inner_text().endswith(hostile)
    assert opened.page.locator("svg a, main a[href^='https:']").count() == 0
