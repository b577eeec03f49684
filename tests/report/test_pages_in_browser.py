"""The comparison page as a reader meets it: opened from disk with the network off."""

from __future__ import annotations

import base64
import io
import re
from itertools import pairwise

import pytest
from fontTools.ttLib import TTFont
from report_builder import build_charts, build_result

from hypebasket.report.figures import percent
from hypebasket.report.pages import write_index

pytestmark = pytest.mark.browser

CJK = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
PAIR, EVENT = "application--event-drift", "sora-launch"
SHOWN = """() => {
  const serif = new Set(), sans = new Set(), walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode()); ) {
    if (node.parentElement.closest("script, style")) continue;
    const target = getComputedStyle(node.parentElement).fontFamily.includes("Hypebasket Serif") ? serif : sans;
    for (const char of node.data) target.add(char);
  }
  return { "Hypebasket Serif": [...serif].join(""), "Hypebasket Sans": [...sans].join("") };
}"""
MARK_CHINESE = """() => {
  const cjk = /[\\u4e00-\\u9fff]/;
  for (const node of document.body.querySelectorAll("*")) {
    if (node.closest("script, style") || !node.checkVisibility()) continue;
    if ([...node.childNodes].some((child) => child.nodeType === 3 && cjk.test(child.data))) node.dataset.cjk = "";
  }
}"""


@pytest.fixture
def fresh(open_page, index):
    """The page opened anew, for tests that change it."""
    opened = open_page(index)
    yield opened
    opened.page.close()


def glyphs(html: str) -> dict[str, set[str]]:
    """The characters each embedded font can draw, read from its character map."""
    faces = re.findall(r'font-family:"([\w ]+)";[^}]*base64,([A-Za-z0-9+/=]+)"', html)
    return {
        family: set(map(chr, TTFont(io.BytesIO(base64.b64decode(data)))["cmap"].getBestCmap()))
        for family, data in faces
    }


def values(page, selector: str) -> list[str]:
    """The machine-readable values of ``<data>`` elements."""
    return page.locator(selector).evaluate_all("(nodes) => nodes.map((node) => node.value)")


def leading(result, basket: str, strategy: str = "event-drift"):
    return next(one for one in result.results if one.primary and (one.basket, one.strategy) == (basket, strategy))


def test_the_page_is_quiet_and_draws_its_charts_as_they_come_into_view(fresh):
    page = fresh.page
    assert page.locator(".chart").count() >= 1 + 6, "the time line, and a curve per mainline and strategy"
    assert page.locator(".chart[data-drawn]").count() < page.locator(".chart").count(), "none before it is near"
    fresh.see('.chart[data-chart="timeline"]')
    assert page.locator('[data-chart="timeline"] .headline-dot').count() == 30, "10 events in each of 3 mainlines"
    for pair in ("compute--buy-and-hold", PAIR):
        box = fresh.see(f'.chart[data-pair="{pair}"]')
        assert box.locator("path.own").count() == 1
        assert box.locator("path.benchmark").count() == 1
    assert fresh.see('.chart[data-pair="regulation--event-drift"]').locator("path.benchmark").count() == 0
    assert page.locator("#synthetic").is_visible()
    assert fresh.complaints == []
    assert fresh.requests == []


def test_every_chinese_character_has_its_glyph(fresh, index):
    fresh.open_event(PAIR, EVENT)
    fresh.see(f'.chart[data-event="{PAIR}/{EVENT}"][data-chart="candles"]')
    embedded = glyphs(index.read_text(encoding="utf-8"))
    for family, text in fresh.page.evaluate(SHOWN).items():
        wanted = set(CJK.findall(text))
        assert len(wanted) > 50, family
        assert wanted <= embedded[family], family
    statuses = fresh.page.evaluate("() => [...document.fonts].map((face) => [face.family, face.status])")
    assert sorted(status for _, status in statuses) == ["loaded", "loaded"]


def test_the_browser_paints_chinese_with_the_embedded_faces_alone(fresh):
    """What the renderer itself says of the fonts of every element that shows a Chinese character."""
    page = fresh.page
    fresh.open_event(PAIR, EVENT)
    page.evaluate(MARK_CHINESE)
    devtools = page.context.new_cdp_session(page)
    for domain in ("DOM", "CSS"):
        devtools.send(f"{domain}.enable")
    root = devtools.send("DOM.getDocument")["root"]["nodeId"]
    nodes = devtools.send("DOM.querySelectorAll", {"nodeId": root, "selector": "[data-cjk]"})["nodeIds"]
    assert len(nodes) > 300
    strange = []
    for node in nodes[::3]:
        fonts = devtools.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
        strange += [font["familyName"] for font in fonts if not font["isCustomFont"]]
    assert strange == []


def test_the_switches_change_words_paper_and_colours_and_are_remembered(fresh, result):
    page = fresh.page
    verdict = page.locator("#verdict")
    page.click('[data-set="lang"][data-value="en"]')
    assert verdict.inner_text().strip() == result.verdict.en
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.locator('[data-chart="timeline"]').get_attribute("aria-label").startswith("Time line of events")
    fresh.see('[data-chart="timeline"]')
    assert page.locator('[data-chart="timeline"] .lane').first.text_content() == "Compute"
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    page.click('[data-set="theme"][data-value="dark"]')
    assert page.evaluate(paper) != light
    tone = "getComputedStyle(document.querySelector('.waterfall data.up')).color"
    red = page.evaluate(tone)
    page.click('[data-set="colours"][data-value="western"]')
    green = page.evaluate(tone)
    assert red != green
    assert page.evaluate("getComputedStyle(document.querySelector('.waterfall data.down')).color") == red, (
        "they change places"
    )
    pressed = page.locator('[data-set][aria-pressed="true"]')
    assert pressed.evaluate_all("(all) => all.map((one) => one.dataset.value)") == ["en", "dark", "western"]
    page.goto(page.url.partition("?")[0])
    fresh.drawn()
    chosen = "() => ['lang', 'theme', 'colours'].map((key) => document.documentElement.dataset[key])"
    assert page.evaluate(chosen) == ["en", "dark", "western"]
    page.evaluate("localStorage.clear()")
    assert fresh.complaints == []


def test_the_numbers_are_those_of_the_result(comparison, result):
    page = comparison.page
    for one in (one for one in result.results if one.primary):
        pair = f'[data-pair="{one.basket}--{one.strategy}"]'
        for key in ("total_return", "benchmark_return", "benchmark_matched_return", "cagr", "max_drawdown"):
            cell = f'#compare tr[data-measure="{key}"] td{pair} data'
            value = getattr(one, key)
            assert values(page, cell) == ["" if value is None else str(value)], key
            assert page.locator(cell).text_content() == percent(value), key
        for key in ("sharpe", "sortino", "turnover"):
            text = page.locator(f'#compare tr[data-measure="{key}"] td{pair}').inner_text()
            value = getattr(one, key)
            assert text.startswith("–" if value is None else f"{value:.2f}"), key
        assert page.locator(f'#compare tr[data-measure="fills"] td{pair}').inner_text() == str(one.fills)
        for cause, number in one.unfilled.items():
            assert page.locator(f'#unfilled tr[data-measure="unfilled.{cause}"] td{pair}').inner_text() == str(number)


def test_money_is_that_of_the_result_to_the_fen(comparison, result):
    page = comparison.page
    for one in (one for one in result.results if one.primary):
        key = f"{one.basket}--{one.strategy}"
        equity = values(page, f'#compare [data-measure="final_equity"] [data-pair="{key}"] data')
        assert equity == [str(one.final_equity)]
        costs = f'#costs-paid tr[data-pair="{key}"] [data-measure="costs.'
        for field in ("commission", "stamp_duty", "transfer_fee", "other_fees", "borrowing", "dividend_tax", "total"):
            cell = page.locator(f'{costs}{field}"]')
            assert cell.text_content() == f"{getattr(one.costs, field):,.2f}"


def test_every_waterfall_shows_the_result_and_adds_up(comparison, result):
    page = comparison.page
    seen = 0
    for one in (one for one in result.results if one.primary and one.strategy == "event-drift"):
        for event in (event for event in one.events if event.waterfall):
            table = f'[id="event-{one.basket}--event-drift-{event.event_id}"] .waterfall [data-money]'
            shown = page.locator(table).evaluate_all("(all) => all.map((one) => [one.dataset.money, one.textContent])")
            assert shown == [[bar.step, f"{bar.money:,.2f}"] for bar in event.waterfall]
            fen = [round(float(text.replace(",", "")) * 100) for _, text in shown]
            assert sum(fen[:-1]) == fen[-1]
            seen += 1
    assert seen == 30


def test_events_carry_their_numbers(comparison, result):
    page = comparison.page
    for one in (one for one in result.results if one.primary and one.strategy == "event-drift"):
        for event in (event for event in one.events if event.excluded is None):
            row = f'[id="event-{one.basket}--event-drift-{event.event_id}"]'
            for field in ("headline", "captured"):
                shown = values(page, f'{row} > summary [data-measure="{field}"] data')
                assert shown == [str(getattr(event, field))]
            for name in event.names:
                cells = f'{row} .names tr[data-symbol="{name.symbol}"] [data-measure="'
                assert values(page, f'{cells}headline"] data') == [str(name.headline)]
                assert values(page, f'{cells}captured"] data') == [str(name.captured)]


def attribution(page) -> list[tuple[str, dict[str, int]]]:
    """The rows of the attribution as shown: path and money in fen, read from the text."""
    rows = page.locator("#attribution tbody tr").evaluate_all(
        "(rows) => rows.map((row) => [row.dataset.path, [...row.querySelectorAll('data')]"
        ".map((one) => [one.dataset.money, one.textContent])])"
    )
    return [(path, {key: round(float(text.replace(",", "")) * 100) for key, text in money}) for path, money in rows]


@pytest.mark.parametrize("order", ["segment", "event", "name"])
def test_the_attribution_opens_level_by_level_and_every_level_adds_up(fresh, result, order):
    page = fresh.page
    page.click(f'#attribution [data-choice="order"][data-value="{order}"]')
    page.locator("#attribution tbody .twist").nth(1).click()
    page.click("#attribution [data-all]")
    assert page.locator('#attribution .twist[aria-expanded="false"]').count() == 0
    shown = attribution(page)
    for basket in ("compute", "application", "regulation"):
        one = leading(result, basket)
        key = f"{basket}--event-drift"
        total = dict(shown)[key]
        assert total["net"] == round(one.final_equity * 100) - round(one.initial_cash * 100)
        for path, money in shown:
            below = [each for at, each in shown if at.rpartition("/")[0] == path]
            if below:
                assert money == {field: sum(each[field] for each in below) for field in money}, path
            assert sum(value for field, value in money.items() if field != "net") == money["net"], path
        leaves = {
            path: money
            for path, money in shown
            if path.startswith(f"{key}/") and not any(other.startswith(f"{path}/") for other, _ in shown)
        }
        assert len(leaves) == len(one.attribution)
        places = {"segment": "{0.segment}/{0.event_id}/{0.symbol}", "event": "{0.event_id}/{0.symbol}"}
        places["name"] = "{0.symbol}/{0.event_id}"
        for row in one.attribution:
            leaf = leaves[f"{key}/{places[order].format(row)}"]
            assert leaf["net"] == round(row.net * 100)
            assert leaf["price"] == round(row.price * 100)
            for cost in ("commission", "stamp_duty", "borrowing", "dividend_tax"):
                assert leaf[cost] == -round(getattr(row, cost) * 100)


def test_the_attribution_follows_strategy_and_sorting(fresh, result):
    page = fresh.page
    page.click('#attribution [data-choice="strategy"][data-value="buy-and-hold"]')
    tops = [(path, money["net"]) for path, money in attribution(page) if "/" not in path]
    wanted = {
        f"{one.basket}--buy-and-hold": round(one.final_equity * 100) - round(one.initial_cash * 100)
        for one in result.results
        if one.primary and one.strategy == "buy-and-hold"
    }
    assert dict(tops) == wanted
    assert [net for _, net in tops] == sorted(wanted.values(), reverse=True)
    page.click('#attribution th[data-key="net"] button')
    tops = [money["net"] for path, money in attribution(page) if "/" not in path]
    assert tops == sorted(wanted.values())
    assert page.locator('#attribution th[data-key="net"]').get_attribute("aria-sort") == "ascending"


def test_tables_sort_by_pointer_and_key(fresh, result):
    page = fresh.page
    details = fresh.open_event(PAIR, EVENT)
    column = f'{details} .names td[data-measure="headline"] data'
    event = next(event for event in leading(result, "application").events if event.event_id == EVENT)
    wanted = sorted((name.headline for name in event.names), reverse=True)
    head = page.locator(f"{details} .names thead th").nth(2)
    head.locator("button").click()
    assert [float(value) for value in values(page, column)] == wanted
    assert head.get_attribute("aria-sort") == "descending"
    head.locator("button").press("Enter")
    assert [float(value) for value in values(page, column)] == wanted[::-1]
    page.locator(f"{details} .names thead th").first.locator("button").click()
    names = page.locator(f"{details} .names tbody th").evaluate_all("(all) => all.map((one) => one.textContent.trim())")
    assert len(names) == len(set(names)) == len(event.names)


def test_charts_answer_to_hover_zoom_and_keys(fresh):
    page = fresh.page
    fresh.open_event(PAIR, EVENT)
    kinds = {
        "timeline": '.chart[data-chart="timeline"]',
        "curve": f'.chart[data-pair="{PAIR}"]',
        "path": f'.chart[data-event="{PAIR}/{EVENT}"][data-chart="path"]',
        "candles": f'.chart[data-event="{PAIR}/{EVENT}"][data-chart="candles"]',
    }
    for kind, selector in kinds.items():
        box = fresh.see(selector)
        frame = box.bounding_box()
        page.mouse.move(frame["x"] + frame["width"] * 0.55, frame["y"] + frame["height"] * 0.5)
        tip = box.locator(".tip")
        assert tip.is_visible(), kind
        assert re.search(r"\d{4}-\d{2}-\d{2}", tip.inner_text()), kind
        page.mouse.move(frame["x"] + frame["width"] * 0.5, frame["y"] + frame["height"] * 0.5)
        page.mouse.down()
        page.mouse.move(frame["x"] + frame["width"] * 0.8, frame["y"] + frame["height"] * 0.6, steps=4)
        page.mouse.up()
        assert box.get_attribute("data-zoomed") == "true", kind
        box.dblclick(position={"x": frame["width"] * 0.5, "y": frame["height"] * 0.3})
        if kind == "timeline":
            page.keyboard.press("Escape")
        box.focus()
        page.keyboard.press("0")
        assert box.get_attribute("data-zoomed") == "false", kind
        page.keyboard.press("ArrowRight")
        said = page.locator("#said").text_content()
        page.keyboard.press("ArrowRight")
        assert said != page.locator("#said").text_content() != "", kind
        page.keyboard.press("+")
        assert box.get_attribute("data-zoomed") == "true", kind
        box.locator(".unzoom").click()
        assert box.get_attribute("data-zoomed") == "false", kind
    assert fresh.complaints == []


def test_a_finger_reads_a_chart_too(browser, index):
    context = browser.new_context(viewport={"width": 360, "height": 800}, offline=True, has_touch=True)
    page = context.new_page()
    page.goto(f"{index.as_uri()}?lang=en")
    box = page.locator(f'.chart[data-pair="{PAIR}"]')
    box.scroll_into_view_if_needed()
    box.locator("svg").wait_for()
    frame = box.bounding_box()
    page.touchscreen.tap(frame["x"] + frame["width"] * 0.6, frame["y"] + frame["height"] * 0.5)
    assert box.locator(".tip").is_visible()
    assert re.search(r"\d{4}-\d{2}-\d{2}", box.locator(".tip").inner_text())
    context.close()


def test_the_time_line_opens_an_event(fresh):
    page = fresh.page
    box = fresh.see('.chart[data-chart="timeline"]')
    box.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert page.locator("details.event[open]").count() == 1
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_an_event_shows_its_days_and_candles(fresh, result, charts):
    page = fresh.page
    details = fresh.open_event(PAIR, EVENT)
    picture = next(
        one
        for one in charts.events
        if (one.basket, one.strategy, one.event_id) == ("application", "event-drift", EVENT)
    )
    names = next(event for event in leading(result, "application").events if event.event_id == EVENT).names
    rows = page.locator(f"{details} .heat tbody tr")
    assert rows.count() == len(picture.members)
    assert page.locator(f"{details} .heat .buy").count() == sum(fill.side == "buy" for fill in picture.fills)
    assert page.locator(f"{details} .heat .sell").count() == sum(fill.side == "sell" for fill in picture.fills)
    tape = next(tape for tape in charts.tapes if tape.symbol == picture.members[0].symbol)
    wanted = [
        "涨停" in title or "封" in title or "炸" in title
        for title in rows.nth(0).locator("td").evaluate_all("(cells) => cells.map((cell) => cell.title)")
    ]
    shown = range(picture.first, picture.last + 1)
    assert wanted == [tape.states[row] in "=obs" for row in shown]
    traded = {fill.symbol for fill in picture.fills} | {name.symbol for name in names if name.locked}
    figures = page.locator(f"{details} .candles figure")
    assert set(figures.evaluate_all("(all) => all.map((one) => one.dataset.symbol)")) == traded
    box = fresh.see(f'.chart[data-event="{PAIR}/{EVENT}"][data-symbol="{picture.fills[0].symbol}"]')
    own = next(tape for tape in charts.tapes if tape.symbol == picture.fills[0].symbol)
    sessions = range(picture.first, picture.last + 1)
    assert box.locator(".candle").count() == sum(own.close[row] is not None for row in sessions)
    assert box.locator(".fill.bought").count() == 1
    assert box.locator(".fill.sold").count() == 1
    assert box.locator(".up-limit").count() == len(sessions)


def test_an_empty_circle_and_undocumented_members_are_called_so(comparison):
    page = comparison.page
    circles = page.locator("#circles")
    assert "At this moment no source had named a single A-share member" in circles.text_content()
    assert "还没有任何来源点名过哪怕一只 A 股成员" in circles.inner_text()
    assert "OpenAI 展示 Sora" in circles.locator(".emptiness").nth(1).inner_text()
    assert "无成员有来源" in page.locator('.hero[data-pair="regulation--event-drift"]').inner_text()
    assert "session 1 lies outside the run" in page.locator(".excluded").first.text_content()
    assert "1 × HKD 仓位本次没有运行" in page.locator("#members").inner_text()


def test_names_show_their_limit_days(comparison, result):
    page = comparison.page
    primary = leading(result, "compute")
    event = next(event for event in primary.events if any(name.locked for name in event.names))
    stuck = next(name for name in event.names if name.locked)
    details = comparison.open_event("compute--event-drift", event.event_id)
    cells = page.locator(f'{details} .names tr[data-symbol="{stuck.symbol}"]').inner_text()
    assert stuck.locked[0].strftime("%m-%d") in cells
    assert f"{stuck.height} 连板" in cells
    assert f"封板 {len(stuck.sealed)}" in cells


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [360, 768, 1440])
def test_the_layout_holds(fresh, width, language):
    page = fresh.page
    page.click(f'[data-set="lang"][data-value="{language}"]')
    fresh.open_event(PAIR, EVENT)
    page.set_viewport_size({"width": width, "height": 900})
    fresh.see(f'.chart[data-event="{PAIR}/{EVENT}"][data-chart="path"]')
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    levels = page.evaluate(
        "() => [...document.querySelectorAll('h1,h2,h3,h4,h5')].map((one) => Number(one.tagName[1]))"
    )
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
    result = full.model_copy(update={"results": tuple(few)})
    opened = open_page(write_index(result, build_charts(result), tmp_path, {}), language="en")
    opened.open_event(PAIR, EVENT)
    opened.see(f'.chart[data-event="{PAIR}/{EVENT}"][data-chart="candles"]')
    opened.see('.chart[data-chart="timeline"]')
    assert opened.page.evaluate("window.bad") is None
    assert opened.complaints == []
    assert opened.requests == []
    assert opened.page.locator("#events h4").first.text_content().endswith(hostile)
    assert opened.page.locator("svg a, main a[href^='https:']").count() == 0
