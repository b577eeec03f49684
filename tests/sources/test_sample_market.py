"""The sample is a market that could have been: real sessions, inside the limits, prices that follow the actions."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sample_tables import PRICES, SAMPLE, actions, bars, indices, symbols

from hypebasket.events.mapping import map_event
from hypebasket.market.calendar import calendar_of
from hypebasket.rules.boards import board_of
from hypebasket.rules.limits import NO_LIMIT_UP, day_limits
from hypebasket.sources.folder import read_folder
from hypebasket.sources.sample.market import FIRST, LAST
from hypebasket.sources.sample.tables import responses, script, universe
from hypebasket.spec.text import Market, market_of
from hypebasket.spec.workspace import load_workspace

REGIONS = {"cn": Market.XSHG, "hk": Market.XHKG, "us": Market.XNYS}


@pytest.fixture(scope="module")
def limits() -> pd.DataFrame:
    """Every A-share bar that trades, with its (down, up) in fen."""
    frame = bars("cn")
    frame = frame[frame["is_suspended"] == 0].copy()
    listed = {symbol: day.date() for symbol, day in symbols()["list_date"].items()}
    calendar = calendar_of(Market.XSHG)
    found = []
    for bar in frame.itertuples():
        session, list_date = bar.date.date(), listed[bar.symbol]
        counted = len(calendar.sessions(list_date, session)) if (session - list_date).days < 30 else None
        found.append(
            day_limits(
                board_of(bar.symbol), market_of(bar.symbol), session, bar.prev_close if bar.prev_close > 0 else None,
                risk_warning=bar.is_st == 1, sessions_listed=counted, list_date=list_date, issue_price=None,
                delisting_session=None,
            )
        )  # fmt: skip
    frame[["down", "up"]] = np.array(found)
    return frame


def test_every_member_of_every_basket_is_there(root: Path) -> None:
    members = {stock.symbol for basket in load_workspace(root).baskets.values() for stock in basket.stocks}
    traded = {symbol for region in REGIONS for symbol in bars(region)["symbol"]}
    assert members <= traded
    assert traded - members == {listing.symbol for listing in universe() if listing.group == "control"}


def test_names_and_listing_dates_agree_with_the_instrument_table(root: Path) -> None:
    known = load_workspace(root).instruments
    ours = {listing.symbol: listing for listing in universe() if listing.group != "control"}
    assert ours.keys() <= known.keys()
    wrong = [
        symbol
        for symbol, listing in ours.items()
        if (listing.name_zh, listing.name_en, listing.board, listing.list_date)
        != (known[symbol].name_zh, known[symbol].name_en, known[symbol].board, known[symbol].list_date)
    ]
    assert wrong == []


def test_control_names_on_every_board() -> None:
    control = symbols()[symbols()["group"] == "control"]
    assert control["board"].value_counts().to_dict() == {"main": 15, "chinext": 8, "star": 7, "bse": 7}
    assert control["name_zh"].str.startswith("控制样本").all()
    assert {"SH", "SZ"} <= set(control.index[control["board"] == "main"].str[-2:])


@pytest.mark.parametrize("region", REGIONS)
def test_sessions_are_those_of_the_exchange(region: str) -> None:
    calendar = calendar_of(REGIONS[region])
    listed = {listing.symbol: listing.list_date for listing in universe()}
    for symbol, frame in bars(region).groupby("symbol"):
        expected = calendar.sessions(max(FIRST, listed[symbol]), LAST)
        assert tuple(frame["date"].dt.date) == expected, symbol


def test_index_sessions_are_those_of_the_exchange() -> None:
    market = {"HSI": Market.XHKG, "SP500": Market.XNYS}
    found = indices().groupby("symbol")["date"]
    assert set(found.groups) == {"000300.SH", "399006.SZ", "HSI", "SP500", "SORA.SYN"}
    for symbol, days in found:
        sessions = calendar_of(market.get(symbol, Market.XSHG)).sessions(FIRST, LAST)
        assert tuple(days.dt.date) == sessions, symbol


def test_every_price_lies_inside_its_limits(limits: pd.DataFrame) -> None:
    outside = limits[(limits["low"] < limits["down"]) | (limits["high"] > limits["up"])]
    assert outside[["symbol", "date"]].to_numpy().tolist() == []


def test_limit_days_of_every_kind_occur(limits: pd.DataFrame) -> None:
    up, down = limits["up"], limits["down"]
    banded = limits[up < NO_LIMIT_UP]
    kinds = {
        "locked up": (limits["low"] == up).sum(),
        "broken": ((limits["open"] == up) & (limits["low"] < up)).sum(),
        "closed at limit": ((limits["close"] == up) & (limits["open"] < up)).sum(),
        "touched": ((limits["high"] == up) & (limits["close"] < up)).sum(),
        "closed at limit-down": (limits["close"] == down).sum(),
    }
    assert all(count >= 10 for count in kinds.values()), kinds
    assert len(banded) > 50_000


def test_new_listings_trade_without_limits_for_as_long_as_the_law_says(limits: pd.DataFrame) -> None:
    free = limits[limits["up"] == NO_LIMIT_UP].groupby("symbol").size()
    # 5 sessions on ChiNext, STAR and (registration) the main board, 1 in Beijing.
    assert free.to_dict() == {
        "301171.SZ": 5, "688041.SH": 5, "302998.SZ": 5, "689997.SH": 5, "605998.SH": 5, "499997.BJ": 1,
    }  # fmt: skip
    first = limits[(limits["symbol"] == "302998.SZ")].iloc[0]
    assert (first["date"].date(), first["prev_close"]) == (date(2023, 3, 20), -1)


def test_a_risk_warning_halves_the_band_of_one_main_board_name(limits: pd.DataFrame) -> None:
    warned = limits[limits["is_st"] == 1]
    assert set(warned["symbol"]) == {"605995.SH"}
    assert (warned["date"].min().date(), warned["date"].max().date()) == (date(2023, 5, 4), date(2024, 5, 6))
    # 5 % of the reference price, half-up, by hand.
    by_hand = [
        int((Decimal(p) * Decimal("1.05")).to_integral_value(ROUND_HALF_UP)) for p in warned["prev_close"].tolist()
    ]
    assert warned["up"].tolist() == by_hand


@pytest.mark.parametrize("region", REGIONS)
def test_prices_of_a_day_fit_together(region: str) -> None:
    frame = bars(region)
    assert (frame["low"] <= frame[["open", "close"]].min(axis=1)).all()
    assert (frame["high"] >= frame[["open", "close"]].max(axis=1)).all()
    assert (frame["low"] > 0).all()
    traded = frame[frame["is_suspended"] == 0]
    average = traded["amount"] * 100 / traded["volume"]
    assert (average >= traded["low"] - 1e-6).all()
    assert (average <= traded["high"] + 1e-6).all()


def test_hong_kong_prices_lie_on_the_spread_table() -> None:
    # HKEX spread table in force 2006-07-24 to 2025-08-03; (lower, upper] in cents, tick in cents.
    table = ((50, 1_000, 1), (1_000, 2_000, 2), (2_000, 10_000, 5), (10_000, 20_000, 10))
    prices = bars("hk")[PRICES].to_numpy().ravel()
    assert prices.min() > table[0][0]
    assert prices.max() <= table[-1][1]
    for lower, upper, tick in table:
        inside = prices[(prices > lower) & (prices <= upper)]
        assert len(inside) > 0, (lower, upper)
        assert (inside % tick == 0).all(), (lower, upper)


def test_suspended_days_repeat_the_close() -> None:
    frame = bars("cn")
    halted = frame[frame["is_suspended"] == 1]
    assert (halted[PRICES].eq(halted["prev_close"], axis=0)).all(axis=None)
    assert (halted["volume"] == 0).all()
    assert (halted["amount"] == 0).all()
    assert (halted["quality"] == "suspended").all()
    planned = sum(
        len(calendar_of(Market.XSHG).sessions(first, last))
        for spells in script().suspensions.values()
        for first, last in spells
    )
    assert len(halted) == planned


@pytest.mark.parametrize(("symbol", "session_1"), [("300364.SZ", "2023-03-15"), ("002268.SZ", "2024-02-19")])
def test_members_are_suspended_across_an_event(symbol: str, session_1: str) -> None:
    # Session 1 of gpt4-launch and of sora-launch.
    frame = bars("cn")
    window = frame[(frame["symbol"] == symbol) & (frame["date"] >= session_1)].head(5)
    assert window["is_suspended"].eq(1).all()


def test_reference_prices_follow_the_corporate_actions() -> None:
    known = actions().set_index(["symbol", "ex_date"])
    met = 0
    for region in REGIONS:
        frame = bars(region)
        before = frame.groupby("symbol")["close"].shift(1)
        expected = before.copy()
        for row, bar in frame.iterrows():
            key = (bar["symbol"], bar["date"])
            if key in known.index:
                action = known.loc[key]
                cash, ratio = Decimal(str(action["cash_per_share"])), Decimal(str(action["share_ratio"]))
                ex_right = (Decimal(int(before[row])) - cash * 100) / (1 + ratio)
                reference = int(ex_right.quantize(Decimal(1), ROUND_HALF_UP))
                assert action["last_cum_close"] == pytest.approx(before[row] / 100)
                if region == "cn" or ratio:
                    assert action["ex_ref_price"] == pytest.approx(reference / 100)
                    expected[row] = reference
                met += 1
        differs = frame[before.notna() & (frame["prev_close"] != expected)]
        assert differs[["symbol", "date"]].to_numpy().tolist() == []
    assert met == len(known)


def test_corporate_actions_are_of_every_kind() -> None:
    known = actions()
    mainland = known[known["market"] == "CN"]
    assert mainland["ex_date"].dt.month.isin([5, 6, 7]).all()
    assert (mainland["share_ratio"] > 0).sum() == 8
    assert (mainland["cash_per_share"] > 0).groupby(mainland["ex_date"].dt.year).sum().min() >= 20
    for market in ("HK", "US"):
        assert (known.loc[known["market"] == market, "cash_per_share"] > 0).sum() >= 5
    # Public record: NVIDIA split 10:1 on 2024-06-10.
    split = known[known["share_ratio"] == 9]
    assert split[["symbol", "ex_date"]].astype(str).to_numpy().tolist() == [["NVDA.US", "2024-06-10"]]


def test_every_answer_starts_on_session_1_of_its_event(root: Path) -> None:
    events = {event.id: event for event in load_workspace(root).events}
    wrong = []
    for response in responses():
        for region, market in REGIONS.items():
            mapped = map_event(events[response.event_id], calendar_of(market))
            known_at_open = mapped.first_open == mapped.session_1
            if response.start[region] != (mapped.session_1, known_at_open):
                wrong.append((response.event_id, region, mapped.session_1, known_at_open))
    assert wrong == []


def test_the_sample_is_no_sales_pitch() -> None:
    totals = [sum(moves) for response in responses() for moves in response.moves.values()]
    assert sum(total > 1 for total in totals) >= 8
    assert sum(total < 0 for total in totals) >= 8
    assert sum(abs(total) < 0.5 for total in totals) >= 8


def test_the_importer_finds_no_blemish() -> None:
    reading = read_folder(SAMPLE)
    assert reading.data.synthetic
    assert [str(finding) for finding in reading.findings if finding.severity != "note"] == []
    assert reading.data.instruments["605991.SH"].name_zh == "控制样本 A1"


@pytest.mark.real
def test_no_row_is_copied_from_the_real_market(real_market: Path) -> None:
    key = ["symbol", "date", *PRICES]
    for region in ("cn", "hk", "us"):
        real = pd.read_csv(real_market / f"bars_{region}.csv.gz", usecols=key, parse_dates=["date"])
        if region == "us":
            real["symbol"] += ".US"
        real[PRICES] = (real[PRICES] * 100).round().astype("int64")
        both = bars(region)[key].merge(real, on=["symbol", "date"], suffixes=("", "_real"))
        equal = np.all([both[price] == both[f"{price}_real"] for price in PRICES], axis=0)
        assert len(both) > 2_000
        assert equal.mean() < 0.001
