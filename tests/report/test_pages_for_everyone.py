"""The pages for readers with a screen reader, a keyboard, a printer; checked with axe-core and in the PDF itself."""

from __future__ import annotations

import io
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from pypdf import PdfReader
from report_builder import build_result

from hypebasket.report.compare import ComparedRun, write_comparison

pytestmark = pytest.mark.browser

PAIR, EVENT = "application--event-drift", "sora-launch"
MARK_CHARTS = """() => {
  let at = 0;
  for (const box of document.querySelectorAll(".chart, .waterfall, .heat")) {
    if (!box.checkVisibility()) continue;
    at += 1;
    const holder = box.classList.contains("chart") ? box : box.closest(".scroll") || box.parentElement;
    const frame = box.getBoundingClientRect(), outer = holder.getBoundingClientRect();
    holder.style.position = "relative";
    for (const [edge, place] of [["top", frame.top - outer.top], ["bottom", outer.bottom - frame.bottom]]) {
      const mark = document.createElement("span");
      mark.textContent = `edge${edge}${at}end`;
      mark.style.cssText = `position:absolute;left:0;${edge}:${place}px;font:6px sans-serif`;
      holder.append(mark);
    }
  }
  return at;
}"""


@pytest.fixture
def fresh(open_page, index):
    opened = open_page(index)
    yield opened
    opened.page.close()


def serious(page) -> list[str]:
    """The rules of axe-core that the page breaks seriously, with the first element of each."""
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {each['nodes'][0]['target']} {each['nodes'][0].get('failureSummary', '')}"
        for each in found
        if each["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize(("theme", "language", "colours"), [("light", "zh", "chinese"), ("dark", "en", "western")])
def test_axe_finds_nothing_serious(fresh, theme, language, colours):
    page = fresh.page
    for key, value in (("theme", theme), ("lang", language), ("colours", colours)):
        page.click(f'[data-set="{key}"][data-value="{value}"]')
    fresh.open_event(PAIR, EVENT)
    fresh.see(f'.chart[data-event="{PAIR}/{EVENT}"][data-chart="candles"]')
    page.click("#attribution [data-all]")
    page.locator("#members summary").first.click()
    assert serious(page) == []


def test_axe_finds_nothing_serious_on_a_comparison(open_page, result, tmp_path):
    runs = [ComparedRun("A", result, None), ComparedRun("B", build_result(synthetic=False), None)]
    opened = open_page(write_comparison(runs, tmp_path / "compare.html"), language="en")
    for basket in ("compute", "application", "regulation"):
        assert opened.see(f'.chart[data-group="{basket}--CNY"]').locator("path.run").count() == 4
    assert serious(opened.page) == []
    assert opened.complaints == []
    assert opened.requests == []
    for width in (360, 768, 1440):
        opened.page.set_viewport_size({"width": width, "height": 900})
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
    opened.page.close()


def test_everything_that_answers_can_be_reached_by_keyboard(fresh):
    page = fresh.page
    fresh.open_event(PAIR, EVENT)
    reachable = "(all) => all.every((one) => one.tabIndex >= 0)"
    for selector in ("button", "summary", ".chart", ".scroll", "a[href]"):
        assert page.locator(selector).count() > 0, selector
        assert page.locator(selector).evaluate_all(reachable), selector
    page.locator('[data-set="theme"][data-value="dark"]').focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    details = page.locator(f'[id="event-{PAIR}-{EVENT}"] > summary')
    details.focus()
    page.keyboard.press("Enter")
    assert page.locator(f'[id="event-{PAIR}-{EVENT}"]').get_attribute("open") is None


def test_signs_and_shapes_tell_gains_from_losses_without_colour(fresh):
    """Every coloured number carries its sign; bars of losses are hatched; falling candles are filled, rising hollow."""
    page = fresh.page
    fresh.open_event(PAIR, EVENT)
    fresh.see(f'.chart[data-event="{PAIR}/{EVENT}"][data-chart="candles"]')
    texts = page.locator("data.up, data.down").evaluate_all(
        "(all) => all.filter((one) => one.textContent.includes('%')).map((one) => [one.className, one.textContent])"
    )
    assert len(texts) > 300
    assert [text for kind, text in texts if (text[0] == "+") != ("up" in kind) or text[0] not in "+-"] == []
    fills = "(node) => getComputedStyle(node).fill"
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert page.locator(".candle.rising rect").first.evaluate(fills) == paper
    assert page.locator(".candle.falling rect").first.evaluate(fills) != paper
    image = "(node) => getComputedStyle(node).backgroundImage"
    assert "gradient" in page.locator(".track .delta.down").first.evaluate(image)
    assert page.locator(".track .delta.up").first.evaluate(image) == "none"


def test_printed_pages_cut_no_chart(fresh):
    """Marks at both ends of every chart, waterfall and heat map must come out on the same page of the PDF."""
    page = fresh.page
    fresh.open_event(PAIR, EVENT)
    fresh.open_event("compute--event-drift", EVENT)
    for box in page.locator(".chart:visible").all():
        box.scroll_into_view_if_needed()
    number = page.evaluate(MARK_CHARTS)
    assert number > 25
    printed = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True)))
    width, height = (float(length) / 72 * 25.4 for length in printed.pages[0].mediabox[2:])
    assert (round(width), round(height)) == (210, 297), "A4, in millimetres"
    where: dict[str, set[int]] = {}
    for at, sheet in enumerate(printed.pages):
        for edge, mark in re.findall(r"edge(top|bottom)(\d+)end", sheet.extract_text().replace("\n", "")):
            where.setdefault(mark, set()).add((edge, at))
    assert len(where) == number
    assert {mark: places for mark, places in where.items() if len({at for _, at in places}) != 1} == {}
    assert all({edge for edge, _ in places} == {"top", "bottom"} for places in where.values())
    text = "".join(sheet.extract_text() for sheet in printed.pages)
    assert "合成数据" in text
