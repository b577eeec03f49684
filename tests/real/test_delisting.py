"""Delisting periods as facts of the data: every bar of 47 of them lies inside the limits of the panel."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from hypebasket.market.calendar import calendar_of
from hypebasket.market.data import MarketData
from hypebasket.market.layout import build_panel
from hypebasket.market.panel import MarketPanel
from hypebasket.rules.limits import NO_LIMIT_UP
from hypebasket.sources.folder import read_folder
from hypebasket.spec.text import Market

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def first_days(real_market: Path) -> dict[str, date]:
    """First session of the delisting period by symbol, inferred by whoever built the data."""
    with (real_market / "limit_regime_cn_control.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["symbol"]: date.fromisoformat(row["date"])
            for row in csv.DictReader(file)
            if row["kind"].startswith("first day of the delisting period")
        }


@pytest.fixture(scope="module")
def data(real_market: Path, first_days: dict[str, date], tmp_path_factory: pytest.TempPathFactory) -> MarketData:
    """The control bars of these names, and an instrument table that knows their delisting periods."""
    folder = tmp_path_factory.mktemp("delisted")
    (folder / "bars_cn_control.csv.gz").symlink_to(real_market / "bars_cn_control.csv.gz")
    with (real_market / "symbols_cn_control.csv").open(encoding="utf-8", newline="") as file:
        boards = {row["symbol"]: row["board"] for row in csv.DictReader(file)}
    lines = ["symbol,board,list_date,delisting_start"]
    lines += [f"{symbol},{boards[symbol]},,{day}" for symbol, day in first_days.items()]
    (folder / "symbols_cn.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_folder(folder).data


def panel(data: MarketData, symbols: list[str]) -> MarketPanel:
    days = data.bars.loc[data.bars["symbol"].isin(symbols), "date"]
    calendar = calendar_of(Market.XSHG)
    return build_panel(data, symbols, calendar, days.min().date(), days.max().date())


def outside(laid_out: MarketPanel) -> set[tuple[str, date]]:
    beyond = laid_out.trading & ((laid_out.high > laid_out.limit_up) | (laid_out.low < laid_out.limit_down))
    return {(laid_out.symbols[column], laid_out.sessions[row]) for row, column in zip(*beyond.nonzero(), strict=True)}


def test_with_the_facts_no_bar_of_a_delisting_period_is_outside(data: MarketData, first_days: dict[str, date]) -> None:
    laid_out = panel(data, list(first_days))
    assert len(first_days) == 47
    assert not {(symbol, day) for symbol, day in outside(laid_out) if day >= first_days[symbol]}
    for symbol, day in first_days.items():
        column = laid_out.column_of[symbol]
        free = laid_out.trading[:, column] & (laid_out.limit_up[:, column] == NO_LIMIT_UP)
        assert [laid_out.sessions[row] for row in free.nonzero()[0]] == [day], symbol


def test_without_them_every_first_session_is_outside(data: MarketData, first_days: dict[str, date]) -> None:
    bare = {symbol: known.model_copy(update={"delisting_start": None}) for symbol, known in data.instruments.items()}
    laid_out = panel(MarketData(data.bars, data.actions, data.indices, bare, data.source, False, ""), list(first_days))
    late = {(symbol, day) for symbol, day in outside(laid_out) if day >= first_days[symbol]}
    assert late == set(first_days.items())
