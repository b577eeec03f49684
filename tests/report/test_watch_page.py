"""The page of ``hypebasket watch``, opened from disk: takes each new report, shows what is wrong above the last."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hypebasket.report.watch import WatchState, write_state, write_watch_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


def report(folder: Path, text: str) -> None:
    folder.mkdir(parents=True)
    (folder / "index.html").write_text(f"<!doctype html><title>r</title><h1>{text}</h1>", encoding="utf-8")


def test_the_open_page_refreshes_itself(browser: Browser, tmp_path: Path) -> None:
    report(tmp_path / "one", "first 第一")
    report(tmp_path / "two", "second")
    folder = tmp_path / "watch"
    index = write_watch_page(folder)
    context = browser.new_context(offline=True)
    page = context.new_page()
    complaints: list[str] = []
    requests: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(index.as_uri())  # before there is anything to show
    write_state(folder, WatchState(1, "10:00:00", "zh", "头条 <b>+5%</b>", page="../one/index.html"))
    heading = page.frame_locator("#page").locator("h1")
    heading.get_by_text("first 第一").wait_for(timeout=10_000)
    assert page.locator("#says").inner_text() == "头条 <b>+5%</b>"
    assert page.locator("#problems").is_hidden()

    broken = ["strategies/x.yaml:1:1: <script>alert(1)</script>: 不认识的键"]
    write_state(folder, WatchState(2, "10:00:05", "zh", "有 1 处错误", broken, "../one/index.html"))
    page.locator("#problems").get_by_text("不认识的键").wait_for(timeout=10_000)
    assert page.locator("#problems").inner_text() == broken[0]
    assert heading.inner_text() == "first 第一"

    write_state(folder, WatchState(3, "10:00:09", "en", "captured", page="../two/index.html"))
    heading.get_by_text("second").wait_for(timeout=10_000)
    assert page.locator("#problems").is_hidden()
    assert page.locator("html").get_attribute("lang") == "en"
    assert complaints == []
    assert all(url.startswith("file:") for url in requests)
    context.close()
