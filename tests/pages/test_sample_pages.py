"""Every page of the main job, opened from disk in a real browser with the network off; its money against the ledger."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

pytestmark = pytest.mark.browser

PAGES = [
    "index.html",
    *(
        f"{basket}--{strategy}.html"
        for basket in ("application", "compute", "regulation")
        for strategy in ("buy-and-hold", "event-drift")
    ),
]
CJK = re.compile(r"[\u4e00-\u9fff]")
COSTS = ("commission", "stamp_duty", "transfer_fee", "other_fees", "borrowing", "dividend_tax")
MONEY = ("price", "dividends", *COSTS, "net")
PRIMARY = {"compute": "documented", "application": "documented", "regulation": "all"}


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(offline=True, locale="zh-CN")
    yield context
    context.close()


def rows(folder: Path, table: str, **wanted: str) -> list[dict[str, str]]:
    """The rows of a CSV file of the run whose columns hold the wanted values."""
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if all(row[name] == value for name, value in wanted.items())]


def number(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def test_the_run_leaves_these_pages(sample_pages: Path) -> None:
    assert sorted(path.name for path in sample_pages.glob("*.html")) == sorted(PAGES)
    assert (sample_pages / "index.html").stat().st_size < 6_000_000


@pytest.mark.parametrize("name", PAGES)
def test_page_is_quiet_drawn_and_labelled(context, sample_pages: Path, name: str) -> None:
    page = context.new_page()
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto((sample_pages / name).as_uri())
    page.wait_for_selector('html:not([data-charts="pending"])', timeout=60_000)
    for box in page.locator("main > section .chart[data-chart]:visible").all():
        box.scroll_into_view_if_needed()
        box.locator("svg").wait_for(timeout=20_000)
    text = page.locator("body").inner_text()
    assert complaints == []
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert page.locator("svg").count() >= 6
    assert "合成数据" in text
    assert "SYNTHETIC" in text
    assert len(set(CJK.findall(text))) > 30
    assert page.evaluate("document.fonts.check('16px \"Hypebasket Sans\"')")
    page.close()


def test_the_pages_link_each_other(context, sample_pages: Path) -> None:
    page = context.new_page()
    page.goto((sample_pages / "index.html").as_uri())
    links = {anchor.get_attribute("href") for anchor in page.locator("a[href$='.html']").all()}
    assert links == set(PAGES) - {"index.html"}
    for link in sorted(links):
        page.goto((sample_pages / link).as_uri())
        assert page.locator("a[href='index.html']").count() >= 1
    page.close()


def test_every_event_opens_with_its_pictures(context, sample_pages: Path) -> None:
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto((sample_pages / "index.html").as_uri())
    page.click("[data-open]")
    with_members = page.locator("details.event:has(.names)")
    # What is opened is drawn when the browser says that it is open, which is later than the click.
    page.locator("details.event .heat").nth(with_members.count() - 1).wait_for(state="attached", timeout=20_000)
    assert with_members.count() == page.locator("details.event .heat").count() > 30
    assert page.locator(".candles figure").count() > 100
    assert page.locator("details.event:not([open])").count() == 0
    assert complaints == []
    page.close()


def test_the_attribution_on_the_page_is_that_of_the_ledger(context, sample_pages: Path) -> None:
    """Every row, read as text; the sums by fills, taxes and equity of the CSV files, which know nothing of the page."""
    page = context.new_page()
    page.goto((sample_pages / "index.html").as_uri())
    for strategy in ("event-drift", "buy-and-hold"):
        page.click(f'#attribution [data-choice="strategy"][data-value="{strategy}"]')
        page.click('#attribution [data-choice="order"][data-value="event"]')
        while page.locator('#attribution .twist[aria-expanded="false"]').count():
            page.click("#attribution [data-all]")
        shown = dict(
            page.locator("#attribution tbody tr").evaluate_all(
                "(all) => all.map((row) => [row.dataset.path, Object.fromEntries("
                "[...row.querySelectorAll('data')].map((one) => [one.dataset.money, one.textContent]))])"
            )
        )
        for basket, members in PRIMARY.items():
            key = {"basket": basket, "strategy": strategy, "members": members}
            _compare(sample_pages, {path: row for path, row in shown.items() if path.startswith(f"{basket}--")}, key)
    page.close()


def _compare(folder: Path, shown: dict[str, dict[str, str]], key: dict[str, str]) -> None:
    top = f"{key['basket']}--{key['strategy']}"
    written = rows(folder, "attribution", **key)
    for row in written:
        cells = shown[f"{top}/{row['event_id']}/{row['symbol']}"]
        assert {name: number(cells[name]) for name in MONEY} == {
            name: -Decimal(row[name]) if name in COSTS else Decimal(row[name]) for name in MONEY
        }
    assert len(written) == sum(path.count("/") == 2 for path in shown)
    fees: dict[str, Decimal] = defaultdict(Decimal)
    for fill in rows(folder, "fills", **key):
        for name in COSTS[:4]:
            fees[name] += Decimal(fill[name])
    fees["borrowing"] = sum((Decimal(row["cash"]) for row in rows(folder, "charges", **key)), Decimal(0))
    fees["dividend_tax"] = sum((Decimal(tax["cash"]) for tax in rows(folder, "taxes", **key)), Decimal(0))
    assert {name: -number(shown[top][name]) for name in COSTS} == fees
    equity = rows(folder, "equity", **key)
    assert number(shown[top]["net"]) == Decimal(equity[-1]["equity"]) - 1_000_000


def test_the_waterfalls_end_in_what_the_events_captured(context, sample_pages: Path) -> None:
    """Captured money over the money set aside is the captured return of ``events.csv``, and the bars add up."""
    page = context.new_page()
    page.goto((sample_pages / "index.html").as_uri())
    seen = 0
    for basket, members in PRIMARY.items():
        for event in rows(sample_pages, "events", basket=basket, strategy="event-drift", members=members):
            details = f'[id="event-{basket}--event-drift-{event["event_id"]}"]'
            bars = page.locator(f"{details} .waterfall [data-money]").evaluate_all(
                "(all) => all.map((n) => n.textContent)"
            )
            if not bars:
                assert not (event["headline"] and event["captured"])
                continue
            *steps, captured = map(number, bars)
            assert sum(steps) == captured
            allotted = number(page.locator(f'{details} [data-measure="allotted"] data').text_content())
            assert float(captured / allotted) == pytest.approx(float(event["captured"]), abs=1e-9)
            assert float(steps[0] / allotted) == pytest.approx(float(event["headline"]), abs=1e-7)
            seen += 1
    assert seen > 30
    page.close()
