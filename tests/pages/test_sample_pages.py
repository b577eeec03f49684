"""Every page of the main job, opened from disk in a real browser with the network off."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PAGES = [
    "index.html",
    *(
        f"{basket}--{strategy}.html"
        for basket in ("application", "compute", "regulation")
        for strategy in ("buy-and-hold", "event-drift")
    ),
]
CJK = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def context() -> Iterator[object]:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("no chromium, chromium-browser or google-chrome on the PATH")
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser.new_context(offline=True, locale="zh-CN")
        browser.close()


def test_the_run_leaves_these_pages(sample_pages: Path) -> None:
    assert sorted(path.name for path in sample_pages.glob("*.html")) == sorted(PAGES)


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
