"""Kills fetches and imports at random moments and says what was left: run as a program of its own by test_kill.py.

One process loads everything and forks an attempt at a time, so that a moment costs no start-up. The loopback vendor
runs in a thread of the parent. Usage: interrupted.py FOLDER fetch|import TIMES SEED; one JSON line per attempt.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

import akshare  # loaded once, before the forks
import requests
from fake_vendor import FakeVendor, redirect
from tidy_builder import cn_rows, write_rows, write_tidy

from hypebasket.sources import fetch as fetch_module
from hypebasket.sources.akshare.calls import Caller
from hypebasket.sources.akshare.network import Manners, Network
from hypebasket.sources.fetch import fetch, plan_requests
from hypebasket.sources.store import Store

SYMBOLS = ("600519.SH", "000300.SH")
MANNERS = Manners(interval=0, jitter=0, attempts=3, first_wait=0, longest_wait=0)
SECONDS = 60


def fetching(store: Store) -> None:
    plan = plan_requests(
        SYMBOLS, store.manifest(), {}, vendor="eastmoney", first=date(2024, 2, 1), last=date(2024, 3, 29)
    )
    outcome = fetch(store, plan.requests, Caller(Network(MANNERS)), progress=lambda _done, _all, _line: None)
    assert not outcome.failures, outcome.failures


def attempt(act: Callable[[Store], None], store: Store, kill_after: float | None) -> tuple[bool, float]:
    """Run ``act`` in a child; returns whether it finished, and how long it took."""
    begun = time.monotonic()
    child = os.fork()
    if child == 0:
        try:
            act(store)
        except BaseException as error:  # a forked child must never return into the parent's code
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child, signal.SIGKILL)
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status == 0, time.monotonic() - begun
        if time.monotonic() - begun > SECONDS:
            os.kill(child, signal.SIGKILL)
        time.sleep(0.002)


def leftovers(store: Store) -> list[str]:
    return [path.name for path in store.root.rglob(".new-*")]


def main(folder: Path, what: str, times: int, seed: int) -> None:
    dice = random.Random(seed)
    tidy = write_tidy(folder / "tidy")
    held = Store(folder / "held")
    held.import_folder(tidy)
    rows = cn_rows()
    rows[0]["volume"] = "1001"
    write_rows(tidy / "bars_cn.csv", rows)
    act = fetching if what == "fetch" else lambda store: store.import_folder(tidy)

    def fresh(name: str) -> Store:
        store = Store(folder / name)
        shutil.rmtree(store.root, ignore_errors=True)
        shutil.copytree(held.root, store.root)
        return store

    calm = fresh("calm")
    finished, _ = attempt(act, calm, None)
    assert finished
    expected = calm.manifest().content_hash
    finished, usual = attempt(act, fresh("calm"), None)
    for number in range(times):
        store = fresh("store")
        moment = dice.uniform(0, 1.1 * usual)
        survived, _ = attempt(act, store, moment)
        problems = store.verify().problems
        loaded = store.load().content_hash
        finished, _ = attempt(act, store, None)
        print(json.dumps({
            "attempt": number,
            "moment": round(moment, 4),
            "killed": not survived,
            "problems": problems,
            "old_or_new": loaded in (held.manifest().content_hash, expected),
            "finished": finished,
            "same_content": store.manifest().content_hash == expected,
            "whole": store.verify().problems == (),
            "leftovers": leftovers(store),
        }), flush=True)  # fmt: skip


if __name__ == "__main__":
    with FakeVendor() as vendor:
        requests.adapters.HTTPAdapter.send = redirect(vendor.port)  # type: ignore[method-assign]
        fetch_module.reach = lambda _url: None  # type: ignore[assignment]
        main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
