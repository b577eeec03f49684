"""Fixtures every layer's tests share."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parents[1]
REAL_MARKET = ROOT.parent / "shared" / "market"
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository, which is itself a workspace."""
    return ROOT


@pytest.fixture(scope="session")
def real_market() -> Path:
    """The folder of real market data, which has no licence to travel with the project."""
    if not (REAL_MARKET / "bars_cn.csv.gz").exists():
        pytest.skip("the real market data (../shared/market) is not beside this checkout")
    return REAL_MARKET


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all page tests: a second one cannot be driven from the same thread."""
    executable = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if executable is None:
        pytest.skip("no chromium, chromium-browser or google-chrome on the PATH")
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
        yield browser
        browser.close()
