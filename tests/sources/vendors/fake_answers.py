"""What each vendor's address answers, in the vendor's own form: JSON, JavaScript, workbooks, pages."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import openpyxl  # noqa: F401  (else the first workbook would be made too slowly for an impatient client)
import pandas as pd
from fake_world import PREFIX, Bar, World
from sina_code import encode_bars, encode_days

from hypebasket.market.calendar import calendar_of
from hypebasket.spec.text import Market


def kline_text(bar: Bar, fields: int, *, lots: bool) -> str:
    """One line of Eastmoney's daily bars."""
    volume = bar.shares // 100 if lots else bar.shares
    values = [
        f"{bar.day}",
        f"{bar.open / 100:.2f}",
        f"{bar.close / 100:.2f}",
        f"{bar.high / 100:.2f}",
        f"{bar.low / 100:.2f}",
        f"{volume}",
        f"{bar.amount:.2f}",
        "1.00",
        "0.50",
        f"{bar.change / 100:.2f}",
        "1.20",
        "0",
        "0",
        "0",
    ]
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
    data = (
        None
        if company is None
        else {
            "f57": code,
            "f58": company.name,
            "f84": 1e9,
            "f85": 1e9,
            "f127": "行业",
            "f116": 1e10,
            "f117": 1e10,
            "f189": int(f"{company.listed:%Y%m%d}"),
            "f43": 10.0,
        }
    )
    return {"rc": 0, "rt": 4, "svr": 1, "lt": 1, "full": 1, "data": data}


def dividends(known: World, _path: str, query: dict[str, str]) -> Any:
    company = next((c for c in known.companies.values() if c.code == query["scode"]), None)
    records = [
        {
            "F006D": f"{day}",
            "F044V": "年度分红",
            "F010N": bonus or None,
            "F011N": transfer or None,
            "F012N": cash or None,
            "F018D": f"{day}",
            "F020D": f"{day}",
            "F023D": f"{day}",
            "F025D": None,
            "F007V": "10派",
            "F001V": "2023年报",
        }
        for day, bonus, transfer, cash in (company.actions if company else [])
    ]
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
        rows = [
            {"变更日期": day, "证券代码": code, "证券简称": after, "变更前简称": before, "变更后简称": after}
            for day, code, before, after in known.name_changes
        ]
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
        {
            "SECURITY_CODE": c.code,
            "SECURITY_NAME_ABBR": c.name,
            "SUSPEND_START_TIME": f"{begin} 09:30:00",
            "SUSPEND_END_TIME": None if end is None else f"{end} 15:00:00",
            "SUSPEND_EXPIRE": "停牌",
            "SUSPEND_REASON": "重大事项",
            "TRADE_MARKET": "深交所",
            "SUSPEND_START_DATE": f"{begin}",
            "PREDICT_RESUME_DATE": None,
            "A": 1,
            "B": 1,
            "C": 1,
        }
        for c in known.companies.values()
        for begin, end in c.suspended
        if f"{begin}" <= day[1] and (end is None or day[1] <= f"{end}")
    ]
    return {"result": {"pages": 1, "data": rows} if rows else None}


def hong_kong_facts(known: World, _path: str, query: dict[str, str]) -> Any:
    code = re.search(r"(\d{5})", query["filter"])
    company = next((c for c in known.companies.values() if code and c.code == code[1]), None)
    if company is None:
        return {"result": None}
    if query["reportName"].endswith("DIVBASIC"):
        rows = [
            {
                "SECURITY_CODE": company.code,
                "UPDATE_DATE": "2024-01-31",
                "REPORT_TYPE": "年度分配",
                "EX_DIVIDEND_DATE": f"{day}",
                "DIVIDEND_DATE": "2024/03/01",
                "TRANSFER_END_DATE": "2024/02/07",
                "YEAR": "2023",
                "PLAN_EXPLAIN": plan,
                "IS_BFP": "0",
            }
            for day, plan in company.plans
        ]
        return {"result": {"data": rows} if rows else None}
    row = {
        "SECUCODE": f"{company.code}.HK",
        "SECURITY_CODE": company.code,
        "SECURITY_NAME_ABBR": company.name,
        "SECURITY_TYPE": "港股",
        "LISTING_DATE": f"{company.listed} 00:00:00",
        "ISIN_CODE": "X",
        "BOARD": "主板",
        "TRADE_UNIT": company.lot,
        "TRADE_MARKET": "联交所",
        "GANGGUTONGBIAODISHEN": "是",
        "GANGGUTONGBIAODIHU": "是",
        "PAR_VALUE": "0.00002 HKD",
        "ISSUE_PRICE": 3.7,
        "ISSUE_NUM": 1,
        "YEAR_SETTLE_DAY": "12-31",
    }
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
        [
            f"{b.day}",
            f"{b.open / 100:.2f}",
            f"{b.close / 100:.2f}",
            f"{b.high / 100:.2f}",
            f"{b.low / 100:.2f}",
            f"{b.shares if symbol.startswith('sh688') else b.shares // 100}.00",
            {},
            "0.50",
            f"{b.amount / 10000:.4f}",
            "",
        ]
        for b in (company.bars if company else [])
        if first <= f"{b.day}" <= last
    ]
    return f"{query['_var']}={json.dumps({'code': 0, 'data': {symbol: {'day': rows}}})}".encode()


def lists(known: World, path: str, query: dict[str, str]) -> Any:
    """Eastmoney's lists: concept boards, their members, Hong Kong indices."""
    wanted = query["fs"]
    if wanted.startswith("m:90"):  # 26 fields, which akshare names by their place
        keys = ["f2", "f3", "f4", "f8", "f9", "f12", "f14", *(f"x{i}" for i in range(19))]
        rows = [dict.fromkeys(keys, 1) | {"f12": code, "f14": name} for name, (code, _) in known.boards.items()]
    elif wanted.startswith("m:124"):
        keys = [f"f{i}" for i in (*range(1, 7), *range(12, 19))]
        rows = [dict.fromkeys(keys, 1) | {"f12": "HSTECH", "f13": 124, "f14": "恒生科技指数"}]
    else:  # 32 fields, by their place too
        keys = [f"f{i}" for i in (*range(1, 19), *range(20, 26), 45, 62, 115, 128, 136, 140, 141, 152)]
        members = next((m for code, m in known.boards.values() if code in wanted), [])
        rows = [dict.fromkeys(keys, 1) | {"f12": code, "f14": name} for code, name in members]
    page, size = int(query["pn"]), int(query["pz"])
    part = rows[(page - 1) * size : page * size]
    return {"data": {"total": len(rows), "diff": part} if rows else None}


def limit_pool(known: World, _path: str, _query: dict[str, str]) -> Any:
    rows = [
        {
            "c": code,
            "m": 0,
            "n": name,
            "p": price * 10,
            "zdp": 20.0,
            "amount": 1e8,
            "ltsz": 1e9,
            "tshare": 2e9,
            "hs": 3.0,
            "lbc": 1,
            "fbt": 93000,
            "lbt": 145900,
            "fund": 1e7,
            "zbc": 0,
            "hybk": "软件",
            "zttj": {"days": 1, "ct": 1},
        }
        for code, name, price in known.pool
    ]
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


ROUTES: tuple[tuple[str, Callable[[World, str, dict[str, str]], Any]], ...] = (
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
