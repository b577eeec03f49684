"""The authority: backtrader runs the sessions, ``MarketRulesBroker`` trades by the law, the ledger keeps the record."""

from hypebasket.engine.replay.broker import MarketRulesBroker
from hypebasket.engine.replay.feed import PanelFeed, panel_feeds
from hypebasket.engine.replay.run import replay
from hypebasket.engine.replay.strategy import EventStrategy

__all__ = ["EventStrategy", "MarketRulesBroker", "PanelFeed", "panel_feeds", "replay"]
