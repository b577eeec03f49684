"""A loopback vendor for the real akshare functions, and a caller whose manners do not cost time."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

sys.path.insert(0, str(Path(__file__).parent))

from fake_vendor import FakeVendor, redirect

from hypebasket.sources import fetch as fetch_module
from hypebasket.sources.akshare import network as network_module
from hypebasket.sources.akshare.calls import Caller
from hypebasket.sources.akshare.network import Manners, Network

QUICK = Manners(
    interval=0, jitter=0, connect=2, read=1.0, whole_answer=1.5, attempts=2, first_wait=0, longest_wait=0,
    largest_answer=8_000_000,
)  # fmt: skip


@pytest.fixture
def vendor(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeVendor]:
    """Every request of the process goes to a server on 127.0.0.1 that speaks like the vendors."""
    with FakeVendor() as running:
        monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", redirect(running.port))
        for module in (fetch_module, network_module):
            monkeypatch.setattr(module, "reach", lambda _url: None)
        monkeypatch.setattr(time, "sleep", lambda _seconds: None)  # akshare rests between pages
        monkeypatch.setattr(os, "fsync", lambda _handle: None)  # power cuts are not played here
        yield running


@pytest.fixture
def caller() -> Caller:
    return Caller(Network(QUICK, sleep=lambda _seconds: None))
