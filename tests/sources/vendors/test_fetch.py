"""A fetch as a whole: what is asked, what is stored, what a rewritten history leads to, who waits for whom."""

from __future__ import annotations

import dataclasses
import json
import threading
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import fake_answers
import fake_vendor
import pandas as pd
import pytest
from fake_vendor import FakeVendor, reply
from fake_world import Bar

from hypebasket.errors import DataGapError, StoreError
from hypebasket.sources.akshare.calls import Caller
from hypebasket.sources.difference import differences
from hypebasket.sources.export import export
from hypebasket.sources.fetch import Extra, FetchOutcome, Plan, Progress, fetch, last_finished, plan_requests
from hypebasket.sources.store import Store

FIRST, LAST = date(2024, 2, 1), date(2024, 3, 29)
ALL = ("600519.SH", "300418.SZ", "00700.HK", "NVDA.US", "000300.SH", "HSI")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "data" / "store")


def plan(store: Store, *symbols: str, first: date = FIRST, last: date = LAST, **options: object) -> Plan:
    manifest = None if store.is_empty else store.manifest()
    settings = {"vendor": "eastmoney"} | options
    return plan_requests(symbols, manifest, {}, first=first, last=last, **settings)  # type: ignore[arg-type]


def run(store: Store, caller: Caller, *symbols: str, extras: tuple[Extra, ...] = (), **options: object) -> FetchOutcome:
    asked = plan(store, *symbols, **options)  # type: ignore[arg-type]
    return fetch(store, asked.requests, caller, extras=extras, progress=lambda _done, _all, _line: None)


def stop_at(number: int) -> Progress:
    """Interrupt a fetch after so many symbols."""

    def stop(done: int, _all: int, _line: str) -> None:
        if done == number:
            raise KeyboardInterrupt

    return stop


def change_close(vendor: FakeVendor, symbol: str, day: date, by: int) -> None:
    """Let the vendor give another close (and keep the chain of changes)."""
    bars = vendor.world.companies[symbol].bars
    index = next(i for i, bar in enumerate(bars) if bar.day == day)
    bar, after = bars[index], bars[index + 1]
    bars[index] = dataclasses.replace(bar, close=bar.close + by, change=bar.change + by, high=bar.high + abs(by))
    bars[index + 1] = dataclasses.replace(after, change=after.change - by)


def test_everything_of_three_markets_is_one_generation(vendor: FakeVendor, caller: Caller, store: Store) -> None:
    outcome = run(store, caller, *ALL)
    assert not outcome.failures
    assert outcome.stored is not None
    data = store.load()
    assert data.bars.groupby("symbol").size().to_dict() == {
        "00700.HK": 39, "300418.SZ": 36, "600519.SH": 36, "NVDA.US": 40,
    }  # fmt: skip
    assert set(data.indices["symbol"]) == {"000300.SH", "HSI"}
    assert data.actions[["symbol", "cash_per_share"]].to_numpy().tolist() == [["00700.HK", 2.4], ["600519.SH", 0.5]]
    assert data.instruments["00700.HK"].lot == 100
    assert store.manifest().generation == 1
    assert store.verify().problems == ()
    assert not list((store.root / "fetching").glob("*.json"))


def test_what_is_there_is_not_asked_for_again(vendor: FakeVendor, caller: Caller, store: Store) -> None:
    run(store, caller, *ALL)
    again = plan(store, *ALL)
    assert again.requests == ()
    assert set(again.present) == set(ALL)
    assert [r.symbol for r in plan(store, *ALL, refresh=True).requests] == list(ALL)


def test_asking_again_for_the_same_makes_no_generation(vendor: FakeVendor, caller: Caller, store: Store) -> None:
    run(store, caller, *ALL)
    outcome = run(store, caller, *ALL, refresh=True)
    assert outcome.stored is not None
    assert not outcome.stored.is_new
    assert store.status().generations == 1


def test_an_extension_asks_for_twenty_sessions_more(vendor: FakeVendor, caller: Caller, store: Store) -> None:
    run(store, caller, "300418.SZ", last=date(2024, 3, 15))
    (request,) = plan(store, "300418.SZ").requests
    assert request.first == date(2024, 2, 8)  # twenty sessions before 2024-03-15: the holiday lies between
    run(store, caller, "300418.SZ")
    assert len(store.load().bars) == 36
    assert plan(store, "300418.SZ").requests == ()
    straight = Store(store.root.parent / "straight")
    run(straight, caller, "300418.SZ")
    assert store.manifest().content_hash == straight.manifest().content_hash


def test_a_rewritten_value_makes_a_generation_and_a_report(vendor: FakeVendor, caller: Caller, store: Store) -> None:
    run(store, caller, "300418.SZ", "600519.SH")
    before = store.load()
    change_close(vendor, "300418.SZ", date(2024, 3, 6), 1)
    outcome = run(store, caller, "300418.SZ", refresh=True)
    assert outcome.stored is not None
    assert outcome.stored.is_new
    manifest = store.manifest()
    assert (manifest.generation, manifest.previous) == (2, 1)
    told = [(c.kind, c.symbol, c.day, c.column) for c in manifest.changes]
    assert ("rewritten", "300418.SZ", date(2024, 3, 6), "close") in told
    assert "vendor_rewritten" in {f.kind for f in manifest.findings if f.severity == "blemish"}
    found = [d for d in differences(before, store.load()) if d.column == "close"]
    assert [(d.symbol, d.day) for d in found] == [("300418.SZ", date(2024, 3, 6))]
    store.rollback()
    assert store.load().content_hash == before.content_hash


def test_another_basis_is_no_rewrite(vendor: FakeVendor, caller: Caller, store: Store) -> None:
    run(store, caller, "300418.SZ")
    bars = vendor.world.companies["300418.SZ"].bars
    moved = [
        Bar(b.day, *(p - 5 for p in (b.open, b.high, b.low, b.close)), b.shares, amount, b.change)
        for b in bars
        for amount in [b.shares * (b.high + b.low - 10) // 200]
    ]
    vendor.world.companies["300418.SZ"].bars = moved
    refused = run(store, caller, "300418.SZ", refresh=True)
    assert "36 of 36 closes differ from those in the store" in refused.failures["300418.SZ"].message
    assert "--accept-rewrite" in refused.failures["300418.SZ"].remedy
    assert store.status().generations == 1
    accepted = run(store, caller, "300418.SZ", refresh=True, accept_rewrite=True)
    assert accepted.stored is not None
    assert len([c for c in accepted.changes if c.column == "close"]) == 36
    assert store.status().generations == 2


def test_a_second_vendor_is_compared_and_never_averaged(vendor: FakeVendor, caller: Caller, store: Store) -> None:
    agreed = run(store, caller, "600519.SH", check="tencent")
    assert agreed.changes == ()
    assert agreed.stored is not None
    assert any("compared with eastmoney" in call.checks for call in agreed.stored.manifest.calls)
    body = json.dumps({"data": {"sz300418": {"day": []}}})
    vendor.spoil("newfqkline.*sz300418", reply(f"kline_day2024={body}"))
    failed = run(store, caller, "300418.SZ", check="tencent")
    assert "akshare.stock_zh_a_hist_tx(" in failed.failures["300418.SZ"].message


def test_differences_between_vendors_are_listed(
    vendor: FakeVendor, caller: Caller, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = date(2024, 3, 6)
    opened = next(bar.open for bar in vendor.world.companies["300418.SZ"].bars if bar.day == day) / 100

    def otherwise(*arguments: Any) -> bytes:
        honest = fake_answers.tencent_bars(*arguments).decode()
        return honest.replace(f'"{day}", "{opened:.2f}"', f'"{day}", "{opened + 0.01:.2f}"').encode()

    routes = [(at, otherwise if who is fake_answers.tencent_bars else who) for at, who in fake_answers.ROUTES]
    monkeypatch.setattr(fake_vendor, "ROUTES", routes)
    outcome = run(store, caller, "300418.SZ", check="tencent")
    (change,) = outcome.changes
    assert (change.kind, change.day, change.column, change.by) == ("differs", day, "open", "tencent")
    assert (change.was, change.now) == (pytest.approx(opened), pytest.approx(opened + 0.01))
    stored = store.load().bars.set_index("date")["open"]
    assert stored[pd.Timestamp(day)] == pytest.approx(opened)
    assert "vendor_differs" in {f.kind for f in store.manifest().findings if f.severity == "blemish"}


def test_symbols_of_the_store_stay_when_others_are_fetched(vendor: FakeVendor, caller: Caller, store: Store) -> None:
    run(store, caller, "300418.SZ", "HSI")
    run(store, caller, "600519.SH", "000300.SH")
    data = store.load()
    assert set(data.bars["symbol"]) == {"300418.SZ", "600519.SH"}
    assert set(data.indices["symbol"]) == {"HSI", "000300.SH"}
    assert {call.subject for call in store.manifest().calls} >= {"300418.SZ", "600519.SH", "HSI"}


def test_what_failed_is_named_and_the_rest_is_stored(vendor: FakeVendor, caller: Caller, store: Store) -> None:
    vendor.spoil(r"secid=0\.300418", reply("", 500))
    outcome = run(store, caller, "300418.SZ", "600519.SH")
    assert list(outcome.failures) == ["300418.SZ"]
    assert outcome.fetched == ("600519.SH",)
    vendor.heal()
    rest = plan(store, "300418.SZ", "600519.SH")
    assert [request.symbol for request in rest.requests] == ["300418.SZ"]


def test_after_a_ban_nobody_is_asked_any_more(vendor: FakeVendor, caller: Caller, store: Store) -> None:
    vendor.spoil(r"kline/get\?.*secid=0\.300418", reply("", 403))
    outcome = run(store, caller, "600519.SH", "300418.SZ", "000063.SZ", "688256.SH")
    assert list(outcome.failures) == ["300418.SZ"]
    assert "wait an hour" in outcome.failures["300418.SZ"].remedy
    assert outcome.left == ("000063.SZ", "688256.SH")
    assert vendor.asked("000063") == 0


def test_a_stopped_fetch_goes_on_where_it_was(vendor: FakeVendor, caller: Caller, store: Store) -> None:
    asked = plan(store, "600519.SH", "300418.SZ")
    with pytest.raises(KeyboardInterrupt):
        fetch(store, asked.requests, caller, progress=stop_at(1))
    assert store.is_empty
    vendor.log.clear()
    lines: list[str] = []
    fetch(store, asked.requests, caller, progress=lambda _done, _all, line: lines.append(line))
    assert lines[0].endswith("(kept)")
    assert vendor.asked("secid=1.600519") == 0
    assert set(store.load().bars["symbol"]) == {"600519.SH", "300418.SZ"}


def test_a_kept_answer_that_was_damaged_is_asked_for_again(vendor: FakeVendor, caller: Caller, store: Store) -> None:
    asked = plan(store, "600519.SH", "300418.SZ")
    with pytest.raises(KeyboardInterrupt):
        fetch(store, asked.requests, caller, progress=stop_at(2))
    kept = store.root / "fetching" / "600519.SH.json"
    content = bytearray(kept.read_bytes())
    content[len(content) // 2] ^= 0x01
    kept.write_bytes(bytes(content))
    vendor.log.clear()
    fetch(store, asked.requests, caller, progress=lambda _done, _all, _line: None)
    assert vendor.asked("secid=1.600519") > 0
    assert vendor.asked("secid=0.300418") == 0
    straight = Store(store.root.parent / "straight")
    run(straight, caller, "600519.SH", "300418.SZ")
    assert store.manifest().content_hash == straight.manifest().content_hash


def test_two_fetches_at_once(vendor: FakeVendor, caller: Caller, store: Store) -> None:
    inside, go_on = threading.Event(), threading.Event()

    def pause(_done: int, _all: int, _line: str) -> None:
        inside.set()
        go_on.wait(20)

    first = threading.Thread(
        target=fetch, args=(store, plan(store, "600519.SH").requests, caller), kwargs={"progress": pause}
    )
    first.start()
    assert inside.wait(20)
    with pytest.raises(StoreError, match="another import or fetch is writing"):
        run(Store(store.root), Caller(caller.network), "300418.SZ")
    go_on.set()
    first.join()
    assert store.verify().problems == ()
    assert set(store.load().bars["symbol"]) == {"600519.SH"}
    run(store, caller, "300418.SZ")
    assert set(store.load().bars["symbol"]) == {"600519.SH", "300418.SZ"}


def test_real_prices_are_never_mixed_with_synthetic_ones(
    vendor: FakeVendor, caller: Caller, store: Store, root: Path
) -> None:
    store.import_folder(root / "data" / "sample")
    with pytest.raises(DataGapError, match="the store holds synthetic data"):
        run(store, caller, "600519.SH")


def test_tables_are_kept_beside_the_data_and_added_to(vendor: FakeVendor, caller: Caller, store: Store) -> None:
    from hypebasket.pipeline.fetching import extras_of

    extras = extras_of(fx=True, pool=2, concepts=["Sora概念"], first=FIRST, last=LAST)
    outcome = run(store, caller, "600519.SH", extras=extras)
    assert not outcome.failures, outcome.failures
    manifest = store.manifest()
    tables = store.tables(manifest)
    assert set(tables) == {"limit_up_pool.parquet", "members_Sora概念.parquet"}
    rates = store.load().rates
    assert set(rates["base"]) == {"USD", "HKD"}
    assert set(rates["quote"]) == {"CNY"}
    assert len(tables["limit_up_pool.parquet"]) == 4
    assert "BK1166.EM" in set(store.load().indices["symbol"])
    later = extras_of(fx=False, pool=1, concepts=[], first=FIRST, last=date(2024, 3, 27))
    run(store, caller, extras=later)
    assert len(store.tables(store.manifest())["limit_up_pool.parquet"]) == 6
    assert set(store.load().bars["symbol"]) == {"600519.SH"}


def test_an_export_can_be_imported_with_the_same_content(vendor: FakeVendor, caller: Caller, store: Store) -> None:
    run(store, caller, *ALL)
    folder = store.root.parent / "taken"
    export(store, folder)
    other = Store(store.root.parent / "elsewhere")
    assert other.import_folder(folder).manifest.content_hash == store.manifest().content_hash


@pytest.mark.parametrize(
    ("symbol", "now", "last"),
    [
        ("600519.SH", datetime(2024, 2, 19, 8, 0, tzinfo=UTC), date(2024, 2, 8)),  # 16:00 in Shanghai: not settled
        ("600519.SH", datetime(2024, 2, 19, 9, 30, tzinfo=UTC), date(2024, 2, 19)),
        ("600519.SH", datetime(2024, 2, 18, 12, 0, tzinfo=UTC), date(2024, 2, 8)),  # the Spring Festival
        ("NVDA.US", datetime(2024, 2, 16, 21, 30, tzinfo=UTC), date(2024, 2, 15)),
        ("NVDA.US", datetime(2024, 2, 17, 0, 0, tzinfo=UTC), date(2024, 2, 16)),
    ],
)
def test_an_unfinished_session_is_never_asked_for(symbol: str, now: datetime, last: date) -> None:
    assert last_finished(symbol, now) == last


def test_a_row_of_the_store_in_another_file_is_extended_not_doubled(
    vendor: FakeVendor, caller: Caller, store: Store, tmp_path: Path
) -> None:
    """Bars from an own folder and from a vendor are one series, and the overlap is compared."""
    run(store, caller, "300418.SZ")
    folder = tmp_path / "own"
    export(store, folder)
    other = Store(tmp_path / "other")
    (folder / "bars_eastmoney_cn.parquet").rename(folder / "bars_own.parquet")
    other.import_folder(folder)
    assert run(other, caller, "300418.SZ", first=date(2024, 1, 24)).changes == ()
    bars = other.load().bars
    assert bars["date"].is_unique
    assert bars["date"].iloc[0] == pd.Timestamp("2024-01-24")
    assert [o.origin for o in other.manifest().objects if o.kind == "bars"] == ["bars_eastmoney_cn.parquet"]
