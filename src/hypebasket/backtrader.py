"""For people with a Cerebro script of their own: honest A-share fills by changing two lines.

    market = open_market("data/sample", ["300418.SZ", "688039.SH"], start="2023-01-01", end="2024-06-30")
    for feed in panel_feeds(market):
        cerebro.adddata(feed)                                   # instead of PandasData
    cerebro.setbroker(MarketRulesBroker(panel=market, cash=fen(1_000_000)))   # instead of the stock broker

``buy`` and ``sell`` then work in the next session's opening auction (Market, Limit) or closing auction (Close), inside
price limits, T+1, lots, suspensions, volume and fees; ``order.info.reason`` says why one did not fill, and
``broker.ledger`` keeps the whole record. After the run, ``check_run`` proves the ledger against the market.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from hypebasket.engine.replay import MarketRulesBroker, PanelFeed, panel_feeds
from hypebasket.ledger.invariants import check_ledger
from hypebasket.market.calendar import calendar_of
from hypebasket.market.layout import build_panel
from hypebasket.market.panel import FEN, MarketPanel
from hypebasket.market.tape import PanelTape
from hypebasket.rules.fees import Commission
from hypebasket.rules.limit_days import OPTIMISTIC, PESSIMISTIC, REALISTIC
from hypebasket.sources.folder import read_folder
from hypebasket.spec.text import Market

__all__ = [
    "OPTIMISTIC",
    "PESSIMISTIC",
    "REALISTIC",
    "Commission",
    "MarketRulesBroker",
    "PanelFeed",
    "check_run",
    "fen",
    "open_market",
    "panel_feeds",
]


def fen(yuan: float) -> int:
    """Return money in fen, the unit of brokers and ledgers."""
    return round(yuan * FEN)


def open_market(folder: str | Path, symbols: Sequence[str], *, start: str | date, end: str | date) -> MarketPanel:
    """Read a tidy folder of raw bars (``docs/data-format.md``) and lay A-shares out on the exchange's sessions.

    ``start`` and ``end`` are ISO days, both included; neither needs to be a session. Errors of the data are raised with
    file, line and remedy.
    """
    calendar = calendar_of(Market.XSHG)
    first, last = (date.fromisoformat(day) if isinstance(day, str) else day for day in (start, end))
    return build_panel(
        read_folder(Path(folder)).data,
        symbols,
        calendar,
        calendar.session(first, "next"),
        calendar.session(last, "previous"),
    )


def check_run(broker: MarketRulesBroker, market: MarketPanel) -> None:
    """Check the finished run's ledger against the market; raises ``LedgerError`` at the first difference."""
    terms = broker.terms
    check_ledger(broker.ledger, PanelTape(market), terms.participation_ppm, terms.frictions, terms.commission)
