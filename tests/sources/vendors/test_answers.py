"""Good answers of the real akshare functions: our columns, our units, and every check named that they stood."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from fake_vendor import FakeVendor, reply
from fake_world import Bar, Company, walk

from hypebasket.errors import UsageError, VendorError
from hypebasket.market.calendar import calendar_of
from hypebasket.sources.akshare import marketwide
from hypebasket.sources.akshare.bars import ask_bars, vendors_of
from hypebasket.sources.akshare.calls import Caller, UnknownCodeError
from hypebasket.sources.akshare.harvest import Harvest, Request, harvest
from hypebasket.sources.akshare.listings import Registers, ask_actions, ask_listing
from hypebasket.spec.text import Market

FIRST, LAST = date(2024, 2, 1), date(2024, 3, 29)
NONE = pd.DataFrame(columns=["date", "open", "high", "low", "close", "volume"])
CASES = [(vendor, symbol) for symbol in ("600519.SH", "300418.SZ", "688256.SH", "000063.SZ", "00700.HK", "NVDA.US")
         for vendor in vendors_of(symbol)]  # fmt: skip


def got(caller: Caller, symbol: str, **options: object) -> Harvest:
    request = Request(symbol, FIRST, LAST, "eastmoney", **options)  # type: ignore[arg-type]
    return harvest(caller, Registers(caller), request, NONE)


@pytest.mark.parametrize(("source", "symbol"), CASES)
def test_every_vendor_gives_the_same_bars(source: str, symbol: str, vendor: FakeVendor, caller: Caller) -> None:
    frame, proof = ask_bars(caller, source, symbol, FIRST, LAST)
    known = [bar for bar in vendor.world.companies[symbol].bars if FIRST <= bar.day <= LAST]
    assert [day.date() for day in frame["date"]] == [bar.day for bar in known]
    for column in ("open", "high", "low", "close"):
        np.testing.assert_allclose(frame[column], [getattr(bar, column) / 100 for bar in known], atol=1e-9)
    in_shares = [bar.shares for bar in known]
    np.testing.assert_allclose(frame["volume"], in_shares, atol=99)  # vendors that give lots round to 100 shares
    assert "inside request" in proof.passed
    assert {"volume in lots", "volume in shares"} & set(proof.passed)


def test_tencent_calls_lots_shares_for_shenzhen_and_is_not_believed(vendor: FakeVendor, caller: Caller) -> None:
    """akshare takes 000xxx of Shenzhen for an index and leaves its lots as they are; amount/volume gives it away."""
    frame, proof = ask_bars(caller, "tencent", "000063.SZ", FIRST, LAST)
    assert "volume in lots" in proof.passed
    assert frame["volume"].min() >= 1_000_000


def test_an_ex_date_moves_the_reference_price(vendor: FakeVendor, caller: Caller) -> None:
    bars = got(caller, "600519.SH").bars.set_index("date")
    before, ex_date = pd.Timestamp("2024-02-02"), pd.Timestamp("2024-02-05")
    assert bars["prev_close"][ex_date] == pytest.approx(bars["close"][before] - 0.50)
    others = bars.drop(ex_date)
    np.testing.assert_allclose(others["prev_close"][1:], bars["close"].shift()[others.index][1:])
    assert not np.isnan(bars["prev_close"].iloc[0])  # rows before the first day wanted give it


def test_the_record_says_what_was_asked_and_what_it_stood(vendor: FakeVendor, caller: Caller) -> None:
    record = got(caller, "600519.SH").records[-1]
    assert (record.function, record.vendor, record.subject) == ("stock_zh_a_hist", "eastmoney", "600519.SH")
    assert record.arguments == {
        "symbol": "600519", "period": "daily", "start_date": "20240112", "end_date": "20240329", "adjust": "",
    }  # fmt: skip
    assert record.akshare
    assert record.checks == (
        "columns", "dates", "numbers", "inside request", "prices", "volume in lots", "sessions", "row floor",
        "reference prices", "within limits",
    )  # fmt: skip


def test_suspended_sessions_become_rows(vendor: FakeVendor, caller: Caller) -> None:
    company = vendor.world.companies["300418.SZ"]
    gone = {date(2024, 3, 6), date(2024, 3, 7), date(2024, 3, 8)}
    closes = {bar.day: bar.close for bar in company.bars}
    company.bars = [bar for bar in company.bars if bar.day not in gone]
    back = next(i for i, bar in enumerate(company.bars) if bar.day > max(gone))
    bar = company.bars[back]
    company.bars[back] = Bar(*[getattr(bar, f) for f in ("day", "open", "high", "low", "close", "shares", "amount")],
                             bar.close - closes[date(2024, 3, 5)])  # fmt: skip
    company.suspended = [(date(2024, 3, 6), date(2024, 3, 8))]
    bars = got(caller, "300418.SZ").bars.set_index("date")
    rows = bars.loc["2024-03-06":"2024-03-08"]  # type: ignore[misc]
    assert rows["is_suspended"].all()
    assert len(rows) == 3
    assert (rows[["open", "high", "low", "close"]] == closes[date(2024, 3, 5)] / 100).all().all()
    assert (rows["volume"] == 0).all()
    assert bars["is_suspended"].sum() == 3
    assert vendor.asked("RPT_CUSTOM_SUSPEND") == 2  # one call, which asks for its first page twice; the spell is known


@pytest.mark.parametrize(("first_idle", "is_believed"), [(date(2023, 11, 1), True), (date(2024, 2, 5), False)])
def test_a_jump_after_a_suspension(first_idle: date, is_believed: bool, vendor: FakeVendor, caller: Caller) -> None:
    """Back from a suspension of its listing a stock has no limit that session; back from an ordinary one it has."""
    company = vendor.world.companies["300418.SZ"]
    back = date(2024, 2, 26)
    bars = [bar for bar in walk(3_300, first=date(2023, 9, 1)) if bar.day < first_idle or bar.day >= back]
    i = next(i for i, bar in enumerate(bars) if bar.day >= back)
    before, rise = bars[i - 1].close, 1_650
    moved = [[b.open + rise, b.high + rise, b.low + rise, b.close + rise] for b in bars[i:]]
    bars[i:] = [
        Bar(b.day, *p, b.shares, b.shares * (p[1] + p[2]) // 200, p[3] - before if k == 0 else b.change)
        for k, (b, p) in enumerate(zip(bars[i:], moved, strict=True))
    ]
    company.bars, company.suspended = bars, [(first_idle, date(2024, 2, 23))]
    request = Request("300418.SZ", date(2023, 10, 9), LAST, "eastmoney")
    if is_believed:
        assert harvest(caller, Registers(caller), request, NONE).bars["is_suspended"].sum() > 60
    else:
        with pytest.raises(VendorError, match="beyond the day's limits around the reference price on 2024-02-26"):
            harvest(caller, Registers(caller), request, NONE)


def test_gaps_nobody_explains_are_taken_on_request_only(vendor: FakeVendor, caller: Caller) -> None:
    company = vendor.world.companies["300418.SZ"]
    company.bars = company.bars[:-3]
    with pytest.raises(VendorError, match="no row on 3 of"):
        got(caller, "300418.SZ")
    assert len(got(caller, "300418.SZ", allow_gaps=True).bars) == 33


def test_a_stock_listed_inside_the_days_asked_for(vendor: FakeVendor, caller: Caller) -> None:
    listed = date(2024, 2, 20)
    vendor.world.companies["301999.SZ"] = Company("301999.SZ", "新股", walk(5_000, first=listed), listed=listed)
    bars = got(caller, "301999.SZ").bars
    assert bars["date"].iloc[0] == pd.Timestamp(listed)


def test_a_stock_delisted_inside_the_days_asked_for(vendor: FakeVendor, caller: Caller) -> None:
    company = Company("600999.SH", "某退", walk(500, last=date(2024, 3, 8)), delisted=date(2024, 3, 11))
    vendor.world.companies[company.symbol] = company
    harvested = got(caller, company.symbol)
    assert harvested.bars["date"].iloc[-1] == pd.Timestamp("2024-03-08")
    assert harvested.listing.delisted == date(2024, 3, 11)


def test_a_stock_delisted_before(vendor: FakeVendor, caller: Caller) -> None:
    vendor.world.companies["600998.SH"] = Company("600998.SH", "退某", walk(500), delisted=date(2023, 6, 1))
    with pytest.raises(VendorError, match=r"600998\.SH: akshare: delisted on 2023-06-01, before 2024-02-01") as caught:
        got(caller, "600998.SH")
    assert "--from" in caught.value.remedy


def test_st_in_shenzhen_has_its_days(vendor: FakeVendor, caller: Caller) -> None:
    changes = vendor.world.name_changes
    changes += [
        (date(2024, 2, 20), "300418", "昆仑万维", "*ST昆仑"),
        (date(2024, 3, 11), "300418", "*ST昆仑", "昆仑万维"),
    ]
    bars = got(caller, "300418.SZ").bars.set_index("date")
    assert bars["is_st"][pd.Timestamp("2024-02-19")] == 0
    assert bars["is_st"][pd.Timestamp("2024-02-20")] == 1
    assert bars["is_st"][pd.Timestamp("2024-03-08")] == 1
    assert bars["is_st"][pd.Timestamp("2024-03-11")] == 0


def test_st_in_shanghai_is_unknown_where_a_name_ever_had_it(vendor: FakeVendor, caller: Caller) -> None:
    assert (got(caller, "600519.SH").bars["is_st"] == 0).all()
    vendor.world.companies["600519.SH"].former_names = ["茅台", "ST茅台"]
    assert got(caller, "600519.SH").bars["is_st"].isna().all()


@pytest.mark.parametrize(
    ("plan", "cash", "shares"),
    [
        ("每股派港币2.4元", 2.4, 0),
        ("每股派人民币0.5元(相当于港币0.5438元(计算值))", 0.5438, 0),
        ("每10股送1股", 0, 0.1),
        ("每股派港币0.02元,每10股送1股", 0.02, 0.1),
    ],
)
def test_hong_kong_plans_that_are_plain(
    plan: str, cash: float, shares: float, vendor: FakeVendor, caller: Caller
) -> None:
    vendor.world.companies["00700.HK"].plans = [(date(2024, 2, 5), plan)]
    actions = ask_actions(caller, "00700.HK")
    assert actions.frame[["cash_per_share", "share_ratio"]].to_numpy().tolist() == [[cash, shares]]
    assert actions.unread == ()


@pytest.mark.parametrize(
    "plan", ["每股派美元0.1元", "实物分派", "每1股拆细为5股", "每2股供1股,供股价2元", "特别股息每股派港币1元"]
)
def test_hong_kong_plans_that_are_not_plain_are_told(plan: str, vendor: FakeVendor, caller: Caller) -> None:
    vendor.world.companies["00700.HK"].plans = [(date(2024, 2, 5), plan)]
    actions = ask_actions(caller, "00700.HK")
    assert actions.frame.empty
    assert actions.unread == (f"2024-02-05 {plan}",)
    assert [f.kind for f in got(caller, "00700.HK").findings if f.severity == "blemish"] == ["actions_unread"]


def test_listings(vendor: FakeVendor, caller: Caller) -> None:
    mainland, _ = ask_listing(caller, "300418.SZ")
    assert (mainland.name, mainland.listed) == ("昆仑万维", date(2015, 1, 21))
    hong_kong, _ = ask_listing(caller, "00700.HK")
    assert (hong_kong.name, hong_kong.listed, hong_kong.lot) == ("腾讯控股", date(2004, 6, 16), 100)


@pytest.mark.parametrize(
    ("symbol", "market"),
    [("000300.SH", Market.XSHG), ("399006.SZ", Market.XSHG), ("HSI", Market.XHKG), ("SP500", Market.XNYS),
     ("HSTECH", Market.XHKG)],
)  # fmt: skip
def test_indices(symbol: str, market: Market, vendor: FakeVendor, caller: Caller) -> None:
    levels, record = marketwide.ask_index(caller, symbol, FIRST, LAST)
    assert tuple(day.date() for day in levels["date"]) == calendar_of(market).sessions(FIRST, LAST)
    assert "row floor" in record.checks


def test_rates_are_per_unit(vendor: FakeVendor, caller: Caller) -> None:
    rates, _ = marketwide.ask_rates(caller, FIRST, LAST)
    first = rates.groupby("base")["rate"].first()
    assert first.to_dict() == pytest.approx({"USD": 7.10, "HKD": 0.908})
    vendor.spoil(r"forex\.php.*money_code=HKD", reply("<html><table><tr><td>x</td></tr></table></html>"))
    with pytest.raises(VendorError, match=r"HKDCNY: akshare\.currency_boc_sina"):
        marketwide.ask_rates(caller, FIRST, LAST)


def test_a_board_and_its_index(vendor: FakeVendor, caller: Caller) -> None:
    board = marketwide.ask_board(caller, "Sora概念")
    assert board.code == "BK1166"
    assert board.members == (("300418.SZ", "昆仑万维"), ("688256.SH", "寒武纪"))  # a B-share is left out
    levels, _ = marketwide.ask_board_index(caller, board.code, FIRST, LAST)
    assert len(levels) == 36


def test_a_board_of_another_name(vendor: FakeVendor, caller: Caller) -> None:
    with pytest.raises(UnknownCodeError, match="no concept board of this name; did you mean Sora概念"):
        marketwide.ask_board(caller, "Sora概览")


def test_a_member_on_two_pages(vendor: FakeVendor, caller: Caller) -> None:
    vendor.world.boards["Sora概念"][1].append(("300418", "昆仑万维"))
    with pytest.raises(VendorError, match="listed twice"):
        marketwide.ask_board(caller, "BK1166")


def test_the_limit_pool(vendor: FakeVendor, caller: Caller) -> None:
    rows, _ = marketwide.ask_limit_pool(caller, LAST)
    assert rows["symbol"].tolist() == ["300418.SZ", "688256.SH"]
    assert rows["close"].tolist() == [385.0, 1300.0]
    assert rows["first_sealed"].tolist() == ["093000", "093000"]
    vendor.world.pool.clear()
    with pytest.raises(VendorError, match="an empty pool"):
        marketwide.ask_limit_pool(caller, LAST)


def test_a_calendar_that_differs_is_refused(vendor: FakeVendor, caller: Caller) -> None:
    vendor.world.days.remove(date(2024, 2, 19))
    with pytest.raises(VendorError, match="1 days are sessions to one and none to the other: 2024-02-19"):
        marketwide.check_calendar(caller, FIRST, LAST)


def test_a_vendor_without_the_market(caller: Caller) -> None:
    with pytest.raises(UsageError, match="tencent has no bars of this market; choose eastmoney"):
        ask_bars(caller, "tencent", "NVDA.US", FIRST, LAST)
