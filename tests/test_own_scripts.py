"""The face for people with a Cerebro script of their own, and the script that shows it."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import backtrader as bt
import pytest

from hypebasket.backtrader import MarketRulesBroker, check_run, fen, open_market, panel_feeds
from hypebasket.errors import DataGapError, LedgerError


class BuyOnce(bt.Strategy):
    """Buys 100 shares of every feed after the first session it sees."""

    def next(self) -> None:
        if len(self) == 1:
            for feed in self.datas:
                self.buy(feed, size=100)


def test_two_lines_change_and_the_ledger_holds(root: Path) -> None:
    market = open_market(root / "data" / "sample", ["300418.SZ"], start="2024-01-02", end="2024-01-31")
    cerebro = bt.Cerebro(stdstats=False)
    for feed in panel_feeds(market):
        cerebro.adddata(feed)
    broker = MarketRulesBroker(panel=market, cash=fen(100_000))
    cerebro.setbroker(broker)
    cerebro.addstrategy(BuyOnce)
    cerebro.run()
    (fill,) = broker.ledger.fills
    assert (fill.session, fill.shares, fill.price) == (market.sessions[1], 100, int(market.open[1, 0]))
    # 100 shares x price, commission 5.00 at the least, transfer fee 0.001 %
    assert broker.ledger.equity[-1].cash == fen(100_000) - fill.amount - 500 - fill.transfer_fee
    check_run(broker, market)
    broker.ledger.equity[-1] = replace(broker.ledger.equity[-1], cash=0)
    with pytest.raises(LedgerError, match="cash on 2024-01-31"):
        check_run(broker, market)


def test_a_name_without_bars_is_refused(root: Path) -> None:
    with pytest.raises(DataGapError, match=r"no bars of 600519\.SH"):
        open_market(root / "data" / "sample", ["600519.SH"], start="2024-01-02", end="2024-01-31")


def test_the_example_says_why_an_order_did_not_fill(root: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(root / "examples" / "own_cerebro.py")], capture_output=True, text=True, check=True
    )
    assert "SYNTHETIC DATA" in done.stdout
    assert "600571.SH Buy       0 locked_limit_up" in done.stdout
    assert done.stderr == ""
