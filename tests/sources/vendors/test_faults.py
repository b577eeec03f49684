"""Vendors that refuse, break off, or answer wrongly: no wrong row enters the store, and a later good fetch completes.

Every fault is played by the loopback vendor to the real akshare function. For each, the message must name the symbol
(or what was asked for), the call, and a remedy; the store must be what it was; and once the vendor is honest again the
same command must lead to the content of a fetch that was never disturbed.
"""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from fake_answers import klines
from fake_vendor import FakeVendor, Handler, Responder, drip, half_closed, hang, reply, reset

from hypebasket.errors import VendorError
from hypebasket.sources.akshare.calls import Caller
from hypebasket.sources.akshare.network import Network
from hypebasket.sources.fetch import FetchOutcome, fetch, plan_requests
from hypebasket.sources.store import Store

FIRST, LAST = date(2024, 2, 1), date(2024, 3, 29)
EM_BARS = r"kline/get\?.*secid=1\.600519"
BAN_PAGE = "<!DOCTYPE html><html><body>您的访问过于频繁</body></html>"
Lines = list[list[str]]


@dataclass(frozen=True)
class Fault:
    """What the vendor does wrong, where, and what the user must be told."""

    name: str
    address: str
    responder: Responder
    says: str
    symbol: str = "600519.SH"
    source: str = "eastmoney"
    call: str = "akshare.stock_zh_a_hist("


def edited(edit: Callable[[Lines], Lines], **other: object) -> Responder:
    """Answer the honest bars after ``edit`` has had them, field by field; ``other`` replaces parts of ``data``."""

    def respond(handler: Handler) -> None:
        answer = klines(handler.server.vendor.world, handler.target, handler.query)
        lines = edit([line.split(",") for line in answer["data"]["klines"]])
        answer["data"] |= {"klines": [",".join(line) for line in lines]} | other
        handler.answer(json.dumps(answer).encode())

    return respond


def on_row(row: int, change: Callable[[list[str]], list[str]]) -> Responder:
    """Spoil one row of the answer."""

    def edit(lines: Lines) -> Lines:
        return [change(list(line)) if i == row % len(lines) else line for i, line in enumerate(lines)]

    return edited(edit)


def put(column: int, value: str) -> Callable[[list[str]], list[str]]:
    """Replace one field: 0 date, 1 open, 2 close, 3 high, 4 low, 5 volume, 6 amount, 9 change."""
    return lambda line: [value if i == column else word for i, word in enumerate(line)]


def scaled(columns: tuple[int, ...], factor: float, digits: int = 2) -> Callable[[list[str]], list[str]]:
    return lambda line: [f"{float(word) * factor:.{digits}f}" if i in columns else word for i, word in enumerate(line)]


def every(change: Callable[[list[str]], list[str]]) -> Responder:
    return edited(lambda lines: [change(line) for line in lines])


def shifted(by: float) -> Callable[[list[str]], list[str]]:
    """Subtract from every price, as subtractive adjustment does."""
    return lambda line: [f"{float(word) - by:.2f}" if i in (1, 2, 3, 4) else word for i, word in enumerate(line)]


HONEST_JSON = json.dumps({"data": {"code": "600519", "klines": ["2024-02-01,1,1,1,1,1,1,1,1,1,1"] * 50}}).encode()
TRANSPORT = (
    Fault("403", EM_BARS, reply("no", 403), "HTTP 403"),
    Fault("418", EM_BARS, reply("no", 418), "HTTP 418"),
    Fault("451", EM_BARS, reply("no", 451), "HTTP 451"),
    Fault("429", EM_BARS, reply("slow down", 429), "HTTP 429"),
    Fault("429 with Retry-After", EM_BARS, reply("slow down", 429, Retry_After="7"), "HTTP 429"),
    Fault("404", EM_BARS, reply("gone", 404), "HTTP 404"),
    Fault("500", EM_BARS, reply("oops", 500), "HTTP 500"),
    Fault("502", EM_BARS, reply(BAN_PAGE, 502), "HTTP 502"),
    Fault("503", EM_BARS, reply("", 503), "HTTP 503"),
    Fault("ban page with 200", EM_BARS, reply(BAN_PAGE), "page for people"),
    Fault("captcha behind a byte order mark", EM_BARS, reply("\ufeff\n <html>captcha"), "page for people"),
    Fault("silence", EM_BARS, hang(), "in time"),
    Fault("one byte at a time", EM_BARS, drip(), "too slowly"),
    Fault("half-closed", EM_BARS, half_closed(HONEST_JSON), "broke off"),
    Fault("reset", EM_BARS, reset, "no connection"),
    Fault("empty body", EM_BARS, reply(""), "empty answer"),
    Fault("cut JSON", EM_BARS, reply(HONEST_JSON[:200]), "cannot be read"),
    Fault("damaged gzip", EM_BARS, reply(gzip.compress(HONEST_JSON)[:60], Content_Encoding="gzip"), "cannot be read"),
    Fault("no gzip at all", EM_BARS, reply(b"plain", Content_Encoding="gzip"), "broke off"),
    Fault("enormous answer", EM_BARS, reply(b"1" * 9_000_000), "larger than"),
    Fault("a list for an object", EM_BARS, reply("[]"), "cannot be read"),
    Fault("redirected in circles", EM_BARS, reply("", 302, Location="http://push2his.eastmoney.com/round"), "HTTP 404"),
)  # fmt: skip
ROWS = (
    Fault("last ten sessions cut off", EM_BARS, edited(lambda lines: lines[:-10]), "truncated"),
    Fault("last session missing", EM_BARS, edited(lambda lines: lines[:-1]), "truncated"),
    Fault("first half cut off", EM_BARS, edited(lambda lines: lines[30:]), "truncated"),
    Fault("hole in the middle", EM_BARS, edited(lambda lines: lines[:25] + lines[26:]), "truncated"),
    Fault("weekly bars", EM_BARS, edited(lambda lines: lines[::5]), "truncated"),
    Fault("no row", EM_BARS, edited(lambda _: []), "no row"),
    Fault("unknown or delisted code", EM_BARS, reply('{"rc":100,"data":null}'), "knows no such code"),
    Fault("renamed code", EM_BARS, edited(lambda lines: lines, code="600520"), "code 600520: renamed?"),
    Fault("a column less", EM_BARS, edited(lambda lines: [line[:-1] for line in lines]), "cannot be read"),
    Fault("a column more", EM_BARS, edited(lambda lines: [[*line, "0"] for line in lines]), "cannot be read"),
    Fault("columns in another order", EM_BARS, every(lambda x: [x[0], x[1], x[4], x[3], x[2], *x[5:]]), "cannot be"),
    Fault("volume and amount swapped", EM_BARS, every(lambda x: [*x[:5], x[6], x[5], *x[7:]]), "amount/volume"),
    Fault("a row of dashes", EM_BARS, on_row(20, lambda x: [x[0], *["-"] * 10]), "blank or no number"),
    Fault("a row of NaN", EM_BARS, on_row(20, lambda x: [x[0], *["NaN"] * 10]), "blank or no number"),
    Fault("blank close", EM_BARS, on_row(7, put(2, "")), "close is blank"),
    Fault("an infinite volume", EM_BARS, on_row(7, put(5, "inf")), "volume is blank or no number"),
    Fault("half of it in shares", EM_BARS,
          edited(lambda lines: [scaled((5,), 100, 0)(x) if i > 20 else x for i, x in enumerate(lines)]),
          "partly in lots, partly in shares"),
    Fault("volume in ten thousands", EM_BARS, every(scaled((5,), 0.01, 4)), "amount/volume is"),
    Fault("amount in thousands", EM_BARS, every(scaled((6,), 0.001)), "amount/volume is"),
    Fault("volume doubled", EM_BARS, every(scaled((5,), 2, 0)), "amount/volume is 50"),
    Fault("volume without amount", EM_BARS, every(put(6, "0")), "volume without amount"),
    Fault("adjusted: negative prices", EM_BARS, every(shifted(40)), "not positive"),
    Fault("adjusted: shifted down", EM_BARS, every(shifted(3)), "amount/volume lies outside"),
    Fault("adjusted: parts of a fen", EM_BARS, every(scaled((1, 2, 3, 4), 0.987, 4)), "not whole"),
    Fault("price of zero", EM_BARS, on_row(9, put(4, "0.00")), "low is not positive"),
    Fault("high below the close", EM_BARS, on_row(9, put(3, "1.00")), "cannot be"),
    Fault("negative volume", EM_BARS, on_row(9, put(5, "-10000")), "volume is negative"),
    Fault("the same day twice", EM_BARS, edited(lambda lines: [*lines[:5], lines[4], *lines[5:]]), "do not ascend"),
    Fault("newest first", EM_BARS, edited(lambda lines: lines[::-1]), "do not ascend"),
    Fault("a date that is none", EM_BARS, on_row(3, put(0, "yesterday")), "readable date"),
    Fault("a row in the Spring Festival", EM_BARS, on_row(19, put(0, "2024-02-12")), "no session of XSHG"),
    Fault("rows after the last day asked for", EM_BARS, on_row(-1, put(0, "2024-04-01")), "outside the days asked for"),
    Fault("beyond the day's limit", EM_BARS,
          on_row(30, lambda x: scaled((1, 2, 3, 4, 6), 1.2)(put(9, "5.00")(x))), "another price than the close before"),
    Fault("limit broken, change in step", EM_BARS,
          edited(lambda ls: [scaled((1, 2, 3, 4, 6), 1.5)(put(9, f"{float(x[2]) * 1.5 - float(ls[i - 1][2]):.2f}")(x))
                             if i == len(ls) - 1 else x for i, x in enumerate(ls)]), "beyond the day's limits"),
    Fault("an ex-date nobody tells of", EM_BARS,
          edited(lambda ls: [scaled((1, 2, 3, 4, 6), 0.98)(x) if i > 30 else x for i, x in enumerate(ls)]),
          "close before"),
)  # fmt: skip
CNINFO, INFO, CALENDAR = r"p_sysapi1139", r"api/qt/stock/get", r"klc_td_sh"
DIVIDEND = dict.fromkeys(["F010N", "F011N", "F025D", "F044V", "F007V", "F001V"]) | dict.fromkeys(
    ["F006D", "F018D", "F020D", "F023D"], "2024-02-05"
)
ELSEWHERE = (
    Fault("dividends refused", CNINFO, reply("no", 403), "HTTP 403", call="akshare.stock_dividend_cninfo("),
    Fault("dividends without their columns", CNINFO, reply('{"records": [{"F006D": "2024-01-01"}]}'), "cannot be read",
          call="akshare.stock_dividend_cninfo("),
    Fault("dividends in another unit", CNINFO, reply(json.dumps({"records": [DIVIDEND | {"F012N": 30876}]})),
          "per ten shares", call="akshare.stock_dividend_cninfo("),
    Fault("a dividend that is missing", CNINFO, reply('{"records": []}'), "counted from another price"),
    Fault("facts of another code", INFO, reply(json.dumps({"rc": 0, "rt": 4, "svr": 1, "lt": 1, "full": 1, "data": {
        "f57": "600520", "f58": "别的", "f189": 20010827}})), "renamed?", call="akshare.stock_individual_info_em("),
    Fault("facts of nobody", INFO, reply('{"rc":0,"rt":4,"svr":1,"lt":1,"full":1,"data":null}'), "knows no such code",
          call="akshare.stock_individual_info_em("),
    Fault("the list of delisted as a page", r"query\.sse\.com\.cn", reply(BAN_PAGE), "page for people",
          call="akshare.stock_info_sh_delist("),
    Fault("the list of delisted without columns", r"query\.sse\.com\.cn", reply('{"result": [{"A": 1}]}'),
          "cannot be read", call="akshare.stock_info_sh_delist("),
    Fault("names of nobody", r"vCI_CorpInfo", reply("<html>系统繁忙</html>"), "cannot be read",
          call="akshare.stock_info_change_name("),
    Fault("name changes that are no workbook", r"www\.szse\.cn.*SSGSGMXX", reply("PK junk"), "cannot be read",
          symbol="300418.SZ", call="akshare.stock_info_sz_change_name("),
    Fault("trading days refused", CALENDAR, reply("no", 456), "HTTP 456", call="akshare.tool_trade_date_hist_sina("),
    Fault("trading days garbled", CALENDAR, reply('var datelist="????";'), "trading calendar",
          call="akshare.tool_trade_date_hist_sina("),
    Fault("Hong Kong: unknown code", r"secid=116\.00700", reply('{"data":null}'), "knows no such code", "00700.HK",
          call="akshare.stock_hk_hist("),
    Fault("Hong Kong: half the rows", r"secid=116\.00700", edited(lambda lines: lines[::2]), "truncated", "00700.HK",
          call="akshare.stock_hk_hist("),
    Fault("Hong Kong: prices to six places", r"secid=116\.00700", every(scaled((1, 2, 3, 4), 0.98765, 6)), "not whole",
          "00700.HK", call="akshare.stock_hk_hist("),
    Fault("Hong Kong: no such stock", r"RPT_HKF10_INFO", reply('{"result": null}'), "knows no such code", "00700.HK",
          call="akshare.stock_hk_security_profile_em("),
    Fault("United States: on no list", r"secid=105\.NVDA", reply('{"data":null}'), "knows no such code", "NVDA.US",
          call="akshare.stock_us_hist("),
    Fault("United States: amount in thousands", r"secid=105\.NVDA", every(scaled((6,), 0.001)), "amount/volume",
          "NVDA.US", call="akshare.stock_us_hist("),
    Fault("index: null", r"secid=1\.000300", reply('{"data":null}'), "knows no such code", "000300.SH",
          call="akshare.stock_zh_index_daily_em("),
    Fault("index: a jump", r"secid=1\.000300", on_row(20, put(2, "9999.00")), "jump", "000300.SH",
          call="akshare.stock_zh_index_daily_em("),
    Fault("index: truncated", r"secid=1\.000300", edited(lambda lines: lines[:30]), "truncated", "000300.SH",
          call="akshare.stock_zh_index_daily_em("),
    Fault("Tencent: a page", r"newfqkline", reply(BAN_PAGE), "page for people", source="tencent",
          call="akshare.stock_zh_a_hist_tx("),
    Fault("Tencent: an error for data", r"newfqkline", reply('kline_day2024={"code":1,"msg":"bad params"}'),
          "cannot be read", source="tencent", call="akshare.stock_zh_a_hist_tx("),
    Fault("Sina: banned", r"klc_kl", reply("forbidden", 456), "HTTP 456", source="sina",
          call="akshare.stock_zh_a_daily("),
    Fault("Sina: text that holds no bars", r"klc_kl", reply('var KLC_KL="AAAA";'), "cannot be read", source="sina",
          call="akshare.stock_zh_a_daily("),
)  # fmt: skip
FAULTS = (*TRANSPORT, *ROWS, *ELSEWHERE)


def run(store: Store, symbols: list[str], caller: Caller, source: str = "eastmoney") -> FetchOutcome:
    manifest = None if store.is_empty else store.manifest()
    plan = plan_requests(symbols, manifest, {}, vendor=source, first=FIRST, last=LAST)
    return fetch(store, plan.requests, caller, progress=lambda _done, _all, _line: None)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where stores of fetches that nobody disturbed are kept: ``held`` before the fault, one per symbol after it."""
    return tmp_path_factory.mktemp("good")


def undisturbed(good: Path, symbol: str, source: str, caller: Caller) -> Store:
    """Return the store of a fetch of 000063.SZ, and then of ``symbol`` if one is given."""
    held = Store(good / "held")
    if held.is_empty:
        assert not run(held, ["000063.SZ"], caller).failures
    whole = Store(good / f"{symbol} {source}")
    if symbol and whole.is_empty:
        shutil.copytree(held.root, whole.root)
        assert not run(whole, [symbol], caller, source).failures
    return whole if symbol else held


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_told_stores_nothing_and_heals(
    fault: Fault, vendor: FakeVendor, caller: Caller, tmp_path: Path, good: Path
) -> None:
    expected = undisturbed(good, fault.symbol, fault.source, caller).manifest()
    store = Store(tmp_path / "store")
    shutil.copytree(undisturbed(good, "", "", caller).root, store.root)
    before = store.manifest()

    vendor.spoil(fault.address, fault.responder)
    try:
        outcome = run(store, [fault.symbol], caller, fault.source)
        error = outcome.failures[fault.symbol]
        assert outcome.stored is None
    except VendorError as refused:  # the calendar comes before any symbol
        error = refused
    assert fault.says in error.message
    assert fault.call in error.message
    assert fault.symbol in error.message or error.message.startswith(("register ", "trading calendar"))
    assert error.remedy
    assert error.exit_code == 3
    assert store.manifest() == before
    assert list(store.load().bars["symbol"].unique()) == ["000063.SZ"]
    assert store.verify().problems == ()

    vendor.heal()
    again = run(store, [fault.symbol], Caller(Network(caller.network.manners, sleep=lambda _: None)), fault.source)
    assert not again.failures
    assert store.manifest().content_hash == expected.content_hash
    assert store.verify().problems == ()


def test_there_are_faults_enough() -> None:
    assert len(FAULTS) >= 40
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
