"""A server on 127.0.0.1 that answers as Eastmoney, Tencent, Sina, CNINFO and the exchanges do, faults on demand.

``redirect`` sends every request of ``requests`` to it, with the vendor's host as the first part of the path. What it
answers comes from a small ``World``: stocks with bars that any exchange would accept.
"""

from __future__ import annotations

import io
import json
import re
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import openpyxl  # noqa: F401  (else the first workbook would be made too slowly for an impatient client)
import pandas as pd
import requests
from sina_code import encode_bars, encode_days

from hypebasket.market.calendar import calendar_of
from hypebasket.spec.text import Market

FIRST, LAST = date(2024, 1, 2), date(2024, 3, 29)
PREFIX = {"SH": "1", "SZ": "0", "BJ": "0", "HK": "116", "US": "105"}
_send = requests.adapters.HTTPAdapter.send


def redirect(port: int) -> Callable[..., requests.Response]:
    """Return an ``HTTPAdapter.send`` that sends to the loopback server, whatever host was meant."""

    def send(self: Any, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        parts = urlsplit(str(request.url))
        query = f"?{parts.query}" if parts.query else ""
        request.url = f"http://127.0.0.1:{port}/{parts.netloc}{parts.path}{query}"
        request.headers.pop("Host", None)
        options["proxies"] = {}
        return _send(self, request, **options)

    return send


@dataclass(frozen=True)
class Bar:
    """Prices in hundredths, volume in shares, amount in the currency; ``change`` in hundredths."""

    day: date
    open: int
    high: int
    low: int
    close: int
    shares: int
    amount: int
    change: int


@dataclass
class Company:
    """One stock of the world."""

    symbol: str
    name: str
    bars: list[Bar]
    listed: date = date(2001, 8, 27)
    delisted: date | None = None
    actions: list[tuple[date, float, float, float]] = field(default_factory=list)
    """Ex-date, then per ten shares: bonus, transfer, cash."""
    plans: list[tuple[date, str]] = field(default_factory=list)
    former_names: list[str] = field(default_factory=list)
    suspended: list[tuple[date, date | None]] = field(default_factory=list)
    lot: int = 100

    @property
    def code(self) -> str:
        return self.symbol.rpartition(".")[0]


def walk(start: int, market: Market = Market.XSHG, *, first: date = FIRST, last: date = LAST) -> list[Bar]:
    """Bars that rise and fall by hand: +12, -7, +5, -9 hundredths in turn, 10,000 shares and more at the middle."""
    bars, close = [], start
    for i, day in enumerate(calendar_of(market).sessions(first, last)):
        move = (12, -7, 5, -9)[i % 4]
        open_, last_ = close + 2, close + move
        high, low = max(open_, last_) + 3, min(open_, last_) - 4
        shares = 1_000_000 + 100 * i
        bars.append(Bar(day, open_, high, low, last_, shares, shares * (high + low) // 200, last_ - close))
        close = last_
    return bars


def ex_right(bars: list[Bar], day: date, cash: int) -> list[Bar]:
    """Lower every price from ``day`` on by ``cash`` hundredths; the change of the day is counted from the ex-right price."""
    moved = []
    for bar in bars:
        if bar.day < day:
            moved.append(bar)
            continue
        prices = [bar.open - cash, bar.high - cash, bar.low - cash, bar.close - cash]
        amount = bar.shares * (prices[1] + prices[2]) // 200
        moved.append(Bar(bar.day, *prices, bar.shares, amount, bar.change))
    return moved


@dataclass
class World:
    """What the vendors know."""

    companies: dict[str, Company]
    indices: dict[str, list[Bar]]
    boards: dict[str, tuple[str, list[tuple[str, str]]]]
    pool: list[tuple[str, str, int]] = field(default_factory=list)
    name_changes: list[tuple[date, str, str, str]] = field(default_factory=list)
    days: list[date] = field(
        default_factory=lambda: list(calendar_of(Market.XSHG).sessions(date(2020, 1, 2), date(2026, 11, 20)))
    )


def world() -> World:
    """600519.SH with a dividend, 300418.SZ, 000063.SZ, 688256.SH, 00700.HK, NVDA.US; indices, a board, a pool."""
    ex_date = date(2024, 2, 5)
    companies = [
        Company("600519.SH", "贵州茅台", ex_right(walk(3_000), ex_date, 50), actions=[(ex_date, 0, 0, 5.0)]),
        Company("300418.SZ", "昆仑万维", walk(3_300), listed=date(2015, 1, 21)),
        Company("000063.SZ", "中兴通讯", walk(2_500), listed=date(1997, 11, 18)),
        Company("688256.SH", "寒武纪", walk(13_000), listed=date(2020, 7, 20)),
        Company("00700.HK", "腾讯控股", walk(30_000, Market.XHKG), listed=date(2004, 6, 16),
                plans=[(date(2024, 2, 5), "每股派港币2.4元")]),
        Company("NVDA.US", "英伟达", walk(50_000, Market.XNYS)),
    ]  # fmt: skip
    indices = {
        "1.000300": walk(340_000), "0.399006": walk(180_000), "100.HSI": walk(1_650_000, Market.XHKG),
        "100.SPX": walk(480_000, Market.XNYS), "124.HSTECH": walk(350_000, Market.XHKG), "90.BK1166": walk(100_000),
    }  # fmt: skip
    board = ("BK1166", [("300418", "昆仑万维"), ("688256", "寒武纪"), ("200012", "南玻B")])
    pool = [("300418", "昆仑万维", 38_500), ("688256", "寒武纪", 130_000)]
    return World({company.symbol: company for company in companies}, indices, {"Sora概念": board}, pool)


Responder = Callable[["Handler"], None]


def reply(content: bytes | str, status: int = 200, **headers: str) -> Responder:
    """Answer with these bytes."""
    body = content.encode() if isinstance(content, str) else content

    def respond(handler: Handler) -> None:
        handler.answer(body, status, {name.replace("_", "-"): value for name, value in headers.items()})

    return respond


def hang(seconds: float = 2.0) -> Responder:
    """Say nothing for longer than anyone waits."""

    def respond(handler: Handler) -> None:
        handler.server.pause.wait(seconds)  # type: ignore[attr-defined]
        handler.close_connection = True

    return respond


def drip(content: bytes = b"x" * 200, pause: float = 0.3) -> Responder:
    """Send a byte at a time: always in time for the next one, never in time for the whole."""

    def respond(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        for byte in content:
            try:
                handler.wfile.write(bytes([byte]))
                handler.wfile.flush()
            except OSError:
                return
            if handler.server.pause.wait(pause):  # type: ignore[attr-defined]
                return

    return respond


def half_closed(content: bytes) -> Responder:
    """Promise the whole and close in the middle."""

    def respond(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content[: len(content) // 2])
        handler.wfile.flush()
        handler.connection.shutdown(socket.SHUT_RDWR)
        handler.close_connection = True

    return respond


def reset(handler: Handler) -> None:
    """Reset the connection without a word."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True


class Handler(BaseHTTPRequestHandler):
    """One request: a fault if one is set for its address, else the world's answer."""

    server: Any
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._serve()

    def _serve(self) -> None:
        vendor: FakeVendor = self.server.vendor
        parts = urlsplit(self.path)
        self.target, self.query = parts.path, {name: values[0] for name, values in parse_qs(parts.query).items()}
        vendor.log.append(self.path)
        if vendor.slow:
            time.sleep(vendor.slow)
        fault = vendor.fault_for(self.path)
        try:
            (fault or vendor.honest)(self)
        except OSError:
            self.close_connection = True

    def answer(self, body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: Any) -> None:
        pass


class FakeVendor:
    """The server; ``log`` holds the addresses asked for."""

    def __init__(self, known: World | None = None, port: int = 0) -> None:
        self.world = known or world()
        self.log: list[str] = []
        self.slow = 0.0
        self._faults: list[list[Any]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self._server.vendor = self  # type: ignore[attr-defined]
        self._server.pause = threading.Event()  # type: ignore[attr-defined]
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> FakeVendor:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.pause.set()  # type: ignore[attr-defined]
        self._server.shutdown()
        self._server.server_close()

    def spoil(self, address: str, responder: Responder, times: int = 10**9) -> None:
        """Let addresses that match ``address`` (searched, unquoted) be answered so, the next ``times`` times."""
        self._faults.append([re.compile(address), responder, times])

    def heal(self) -> None:
        """Answer honestly again."""
        self._faults.clear()

    def fault_for(self, path: str) -> Responder | None:
        for fault in self._faults:
            if fault[2] > 0 and fault[0].search(path):
                fault[2] -= 1
                return fault[1]  # type: ignore[no-any-return]
        return None

    def asked(self, word: str) -> int:
        """How often an address held this word."""
        return sum(word in path for path in self.log)

    def honest(self, handler: Handler) -> None:
        """Answer from the world."""
        for pattern, respond in _ROUTES:
            if re.search(pattern, handler.target):
                body = respond(self.world, handler.target, handler.query)
                handler.answer(body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode())
                return
        handler.answer(b'{"error": "no such address"}', 404)


def kline_text(bar: Bar, fields: int, *, lots: bool) -> str:
    """One line of Eastmoney's daily bars."""
    volume = bar.shares // 100 if lots else bar.shares
    values = [f"{bar.day}", f"{bar.open / 100:.2f}", f"{bar.close / 100:.2f}", f"{bar.high / 100:.2f}",
              f"{bar.low / 100:.2f}", f"{volume}", f"{bar.amount:.2f}", "1.00", "0.50", f"{bar.change / 100:.2f}",
              "1.20", "0", "0", "0"]  # fmt: skip
    return ",".join(values[:fields])


def bars_of(known: World, secid: str) -> tuple[str, str, list[Bar]] | None:
    """The code, name and bars behind Eastmoney's number of a security."""
    if secid in known.indices:
        return secid.rpartition(".")[2], "指数", known.indices[secid]
    for company in known.companies.values():
        if secid == f"{PREFIX[company.symbol.rpartition('.')[2]]}.{company.code}":
            return company.code, company.name, company.bars
    return None


def klines(known: World, _path: str, query: dict[str, str]) -> Any:
    found = bars_of(known, query["secid"])
    if found is None:
        return {"rc": 100, "data": None}
    code, name, bars = found
    begin, end = query.get("beg", "0"), query.get("end", "20500101")
    fields = len([word for word in query["fields2"].split(",") if word != "f116"])
    wanted = [
        bar for bar in bars if (begin in ("0", "") or f"{bar.day:%Y%m%d}" >= begin) and f"{bar.day:%Y%m%d}" <= end
    ]
    lots = query["secid"][:2] in ("0.", "1.") and query["secid"] not in known.indices
    return {"rc": 0, "data": {"code": code, "name": name, "klines": [kline_text(b, fields, lots=lots) for b in wanted]}}


def stock_info(known: World, _path: str, query: dict[str, str]) -> Any:
    code = query["secid"].partition(".")[2]
    company = next((c for c in known.companies.values() if c.code == code), None)
    data = None if company is None else {
        "f57": code, "f58": company.name, "f84": 1e9, "f85": 1e9, "f127": "行业", "f116": 1e10, "f117": 1e10,
        "f189": int(f"{company.listed:%Y%m%d}"), "f43": 10.0,
    }  # fmt: skip
    return {"rc": 0, "rt": 4, "svr": 1, "lt": 1, "full": 1, "data": data}


def dividends(known: World, _path: str, query: dict[str, str]) -> Any:
    company = next((c for c in known.companies.values() if c.code == query["scode"]), None)
    records = [
        {"F006D": f"{day}", "F044V": "年度分红", "F010N": bonus or None, "F011N": transfer or None, "F012N": cash or None,
         "F018D": f"{day}", "F020D": f"{day}", "F023D": f"{day}", "F025D": None, "F007V": "10派", "F001V": "2023年报"}
        for day, bonus, transfer, cash in (company.actions if company else [])
    ]  # fmt: skip
    return {"records": records}


def shanghai_delisted(known: World, _path: str, _query: dict[str, str]) -> Any:
    gone = [c for c in known.companies.values() if c.delisted and c.symbol.endswith(".SH")]
    rows = [
        {"COMPANY_ABBR": c.name, "COMPANY_CODE": c.code, "LIST_DATE": f"{c.listed}", "DELIST_DATE": f"{c.delisted}"}
        for c in gone
    ]
    other = {"COMPANY_ABBR": "退市某", "COMPANY_CODE": "600001", "LIST_DATE": "1998-01-22", "DELIST_DATE": "2009-12-29"}
    return {"result": [*rows, other]}


def shenzhen_report(known: World, _path: str, query: dict[str, str]) -> bytes:
    if query["CATALOGID"] == "1793_ssgs":
        gone = [c for c in known.companies.values() if c.delisted and c.symbol.endswith(".SZ")]
        rows = [
            {"证券代码": c.code, "证券简称": c.name, "上市日期": c.listed, "终止上市日期": c.delisted} for c in gone
        ]
        rows.append(
            {
                "证券代码": "000003",
                "证券简称": "PT金田A",
                "上市日期": date(1991, 7, 3),
                "终止上市日期": date(2002, 6, 14),
            }
        )
    else:
        rows = [{"变更日期": day, "证券代码": code, "证券简称": after, "变更前简称": before, "变更后简称": after}
                for day, code, before, after in known.name_changes]  # fmt: skip
        rows.append(
            {
                "变更日期": date(2010, 1, 4),
                "证券代码": "000004",
                "证券简称": "乙",
                "变更前简称": "甲",
                "变更后简称": "乙",
            }
        )
    file = io.BytesIO()
    pd.DataFrame(rows).to_excel(file, index=False)
    return file.getvalue()


def company_page(known: World, path: str, _query: dict[str, str]) -> bytes:
    code = re.search(r"stockid/(\d+)", path)
    company = next((c for c in known.companies.values() if code and c.code == code[1]), None)
    filler = "<table><tr><td>x</td></tr></table>" * 3
    history = ""
    if company and company.former_names:
        history = f"<tr><td>证券简称更名历史：</td><td>{' '.join(company.former_names)}</td></tr>"
    page = f"<html>{filler}<table><tr><td>公司名称：</td><td>某公司</td></tr>{history}</table></html>"
    return page.encode()


def suspensions(known: World, _path: str, query: dict[str, str]) -> Any:
    day = re.search(r"DATETIME='([\d-]+)'", query["filter"])
    assert day
    rows = [
        {"SECURITY_CODE": c.code, "SECURITY_NAME_ABBR": c.name, "SUSPEND_START_TIME": f"{begin} 09:30:00",
         "SUSPEND_END_TIME": None if end is None else f"{end} 15:00:00", "SUSPEND_EXPIRE": "停牌", "SUSPEND_REASON": "重大事项",
         "TRADE_MARKET": "深交所", "SUSPEND_START_DATE": f"{begin}", "PREDICT_RESUME_DATE": None, "A": 1, "B": 1, "C": 1}
        for c in known.companies.values() for begin, end in c.suspended
        if f"{begin}" <= day[1] and (end is None or day[1] <= f"{end}")
    ]  # fmt: skip
    return {"result": {"pages": 1, "data": rows} if rows else None}


def hong_kong_facts(known: World, _path: str, query: dict[str, str]) -> Any:
    code = re.search(r"(\d{5})", query["filter"])
    company = next((c for c in known.companies.values() if code and c.code == code[1]), None)
    if company is None:
        return {"result": None}
    if query["reportName"].endswith("DIVBASIC"):
        rows = [{"SECURITY_CODE": company.code, "UPDATE_DATE": "2024-01-31", "REPORT_TYPE": "年度分配", "EX_DIVIDEND_DATE": f"{day}",
                 "DIVIDEND_DATE": "2024/03/01", "TRANSFER_END_DATE": "2024/02/07", "YEAR": "2023", "PLAN_EXPLAIN": plan, "IS_BFP": "0"}
                for day, plan in company.plans]  # fmt: skip
        return {"result": {"data": rows} if rows else None}
    row = {"SECUCODE": f"{company.code}.HK", "SECURITY_CODE": company.code, "SECURITY_NAME_ABBR": company.name, "SECURITY_TYPE": "港股",
           "LISTING_DATE": f"{company.listed} 00:00:00", "ISIN_CODE": "X", "BOARD": "主板", "TRADE_UNIT": company.lot, "TRADE_MARKET": "联交所",
           "GANGGUTONGBIAODISHEN": "是", "GANGGUTONGBIAODIHU": "是", "PAR_VALUE": "0.00002 HKD", "ISSUE_PRICE": 3.7, "ISSUE_NUM": 1, "YEAR_SETTLE_DAY": "12-31"}  # fmt: skip
    return {"result": {"data": [row]}}


def trading_days(known: World, _path: str, _query: dict[str, str]) -> bytes:
    return f'var datelist="{encode_days(known.days)}";'.encode()


def sina_bars(known: World, path: str, _query: dict[str, str]) -> bytes:
    code = re.search(r"(?:company|hkstock|stock)/(?:sh|sz|bj)?(\d{5,6})/", path)
    wanted = (code[1] or code[2]) if code else ""
    company = next((c for c in known.companies.values() if c.code == wanted), None)
    rows = [(b.day, b.open, b.high, b.low, b.close, b.shares, b.amount) for b in company.bars] if company else []
    return f'var KLC_KL="{encode_bars(rows)}";'.encode()


def share_amounts(_known: World, _path: str, _query: dict[str, str]) -> bytes:
    return b'var KKE=([{date:"2001-08-27",amount:"100000"}])'


def tencent_first(_known: World, _path: str, _query: dict[str, str]) -> bytes:
    return b'trend_qfq={"code":0,"data":[["2001-08-27","1","1"]]}'


def tencent_bars(known: World, _path: str, query: dict[str, str]) -> bytes:
    symbol, _, first, last, *_ = query["param"].split(",")
    company = next((c for c in known.companies.values() if c.code == symbol[2:]), None)
    rows = [
        [f"{b.day}", f"{b.open / 100:.2f}", f"{b.close / 100:.2f}", f"{b.high / 100:.2f}", f"{b.low / 100:.2f}",
         f"{b.shares if symbol.startswith('sh688') else b.shares // 100}.00", {}, "0.50", f"{b.amount / 10000:.4f}", ""]
        for b in (company.bars if company else []) if first <= f"{b.day}" <= last
    ]  # fmt: skip
    return f"{query['_var']}={json.dumps({'code': 0, 'data': {symbol: {'day': rows}}})}".encode()


LIST_FIELDS = 33


def lists(known: World, path: str, query: dict[str, str]) -> Any:
    """Eastmoney's lists: concept boards, their members, Hong Kong indices."""
    wanted = query["fs"]
    if wanted.startswith("m:90"):
        keys = "f2,f3,f4,f8,f12,f14,f15,f16,f17,f18,f20,f21,f24,f25,f22,f33,f11,f62,f128,f124,f107,f104,f105,f136,f140,f141".split(
            ","
        )
        keys = ["f2", "f3", "f4", "f8", "f9", "f12", "f14", *[f"x{i}" for i in range(19)]]
        rows = [dict.fromkeys(keys, 1) | {"f12": code, "f14": name} for name, (code, _) in known.boards.items()]
    elif wanted.startswith("m:124"):
        keys = "f1,f2,f3,f4,f5,f6,f12,f13,f14,f15,f16,f17,f18".split(",")
        rows = [dict.fromkeys(keys, 1) | {"f12": "HSTECH", "f13": 124, "f14": "恒生科技指数"}]
    else:
        keys = "f1,f2,f3,f4,f5,f6,f7,f8,f9,f10,f11,f12,f13,f14,f15,f16,f17,f18,f20,f21,f22,f23,f24,f25,f45,f62,f115,f128,f136,f140,f141,f152".split(
            ","
        )
        members = next((m for code, m in known.boards.values() if code in wanted), [])
        rows = [dict.fromkeys(keys, 1) | {"f12": code, "f14": name} for code, name in members]
    page, size = int(query["pn"]), int(query["pz"])
    part = rows[(page - 1) * size : page * size]
    return {"data": {"total": len(rows), "diff": part} if rows else None}


def limit_pool(known: World, _path: str, _query: dict[str, str]) -> Any:
    rows = [
        {"c": code, "m": 0, "n": name, "p": price * 10, "zdp": 20.0, "amount": 1e8, "ltsz": 1e9, "tshare": 2e9, "hs": 3.0, "lbc": 1,
         "fbt": 93000, "lbt": 145900, "fund": 1e7, "zbc": 0, "hybk": "软件", "zttj": {"days": 1, "ct": 1}}
        for code, name, price in known.pool
    ]  # fmt: skip
    return {"data": {"pool": rows} if rows else None}


def exchange_rates(_known: World, _path: str, query: dict[str, str]) -> bytes:
    if query.get("call_type") != "ajax":
        options = "".join(
            f'<option value="{code}">{name}</option>' for name, code in (("美元", "USD"), ("港币", "HKD"))
        )
        return f'<html><select id="money_code">{options}</select></html>'.encode("gbk")
    rate = {"USD": 710.0, "HKD": 90.8}[query["money_code"]]
    days = calendar_of(Market.XSHG).sessions(
        date.fromisoformat(query["startdate"]), date.fromisoformat(query["enddate"])
    )
    head = "<tr><th>日期</th><th>汇买</th><th>钞买</th><th>卖</th><th>央行中间价</th><th>折算</th></tr>"
    rows = "".join(
        f"<tr><td>{day}</td><td>1</td><td>1</td><td>1</td><td>{rate + i / 100:.2f}</td><td>1</td></tr>"
        for i, day in enumerate(days)
    )
    return f"<html><meta charset='utf-8'><table>{head}{rows}</table></html>".encode()


_ROUTES: tuple[tuple[str, Callable[[World, str, dict[str, str]], Any]], ...] = (
    (r"/api/qt/stock/kline/get$", klines),
    (r"/api/qt/stock/get$", stock_info),
    (r"/api/qt/clist/get$", lists),
    (r"/p_sysapi1139$", dividends),
    (r"query\.sse\.com\.cn", shanghai_delisted),
    (r"www\.szse\.cn", shenzhen_report),
    (r"vCI_CorpInfo", company_page),
    (r"datacenter-web\.eastmoney\.com", suspensions),
    (r"datacenter\.eastmoney\.com", hong_kong_facts),
    (r"klc_td_sh", trading_days),
    (r"klc2?_kl|klc_", sina_bars),
    (r"KKE_ShareAmount", share_amounts),
    (r"weekTrends", tencent_first),
    (r"newfqkline", tencent_bars),
    (r"getTopicZTPool", limit_pool),
    (r"forex\.php", exchange_rates),
)
