"""Fixtures of the page tests: a browser without a network, and the pages opened in it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hypebasket.report.pages import write_index

# With importlib as import mode a folder of tests is not importable by itself; the builder is shared by its modules.
sys.path.insert(0, str(Path(__file__).parent))

from report_builder import build_charts, build_result, tearsheet_names

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

LOCAL = ("file:", "data:", "blob:")


@dataclass
class Opened:
    """A page, and whatever it complained about or asked the network for."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def drawn(self) -> None:
        """Wait until the page's program has run. (A wait for an expression needs eval, which its policy forbids.)"""
        self.page.wait_for_selector('html:not([data-charts="pending"])', timeout=60_000)

    def see(self, selector: str) -> Locator:
        """Scroll a chart into view and wait until it is drawn there."""
        box = self.page.locator(selector).first
        box.scroll_into_view_if_needed()
        self.page.wait_for_selector(f"{selector}[data-drawn]", timeout=20_000)
        return box

    def open_event(self, pair: str, event: str) -> str:
        """Open an event's details; return the selector of the element."""
        selector = f'[id="event-{pair}-{event}"]'
        details = self.page.locator(selector)
        if details.get_attribute("open") is None:
            details.locator("summary").click()
        self.page.wait_for_selector(f"{selector} .heat")
        return selector


@pytest.fixture(scope="session")
def open_page(browser: Browser) -> Iterator[Callable[..., Opened]]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, offline=True)

    def opened(path: Path, *, language: str = "zh") -> Opened:
        result = Opened(context.new_page())
        result.page.on("console", lambda message: result.complaints.append(f"{message.type}: {message.text}"))
        result.page.on("pageerror", lambda error: result.complaints.append(str(error)))
        result.page.on(
            "request", lambda request: None if request.url.startswith(LOCAL) else result.requests.append(request.url)
        )
        result.page.goto(f"{path.as_uri()}?lang={language}&theme=light&colours=chinese")
        result.drawn()
        return result

    yield opened
    context.close()


@pytest.fixture
def reading(browser: Browser) -> Callable[..., AbstractContextManager[Page]]:
    """Open a page to read it; once read, it must fit a desk and a phone, complain of nothing and shut nobody out."""

    @contextmanager
    def opened(path: Path, query: str) -> Iterator[Page]:
        from axe_playwright_python.sync_playwright import Axe

        page = browser.new_context(offline=True).new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{path.as_uri()}?{query}")
        yield page
        for width in (1320, 390):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        assert complaints == []
        broken = Axe().run(page).response["violations"]
        assert [each["id"] for each in broken if each["impact"] in ("serious", "critical")] == []
        page.close()

    return opened


@pytest.fixture(scope="session")
def comparison(open_page: Callable[..., Opened], index: Path) -> Opened:
    """The comparison page, opened once; tests that only read share it."""
    return open_page(index)


@pytest.fixture(scope="session")
def result():
    return build_result()


@pytest.fixture(scope="session")
def charts(result):
    return build_charts(result)


@pytest.fixture(scope="session")
def index(result, charts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_index(result, charts, tmp_path_factory.mktemp("report"), tearsheet_names(result))
