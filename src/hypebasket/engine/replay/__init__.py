"""The authority: backtrader runs the sessions, ``MarketRulesBroker`` trades by the law, the ledger keeps the record."""

from hypebasket.engine.replay.broker import MarketRulesBroker
from hypebasket.engine.replay.feed import PanelFeed, panel_feeds
from hypebasket.engine.replay.own import OwnRun, load_own_class, replay_own
from hypebasket.engine.replay.run import replay
from hypebasket.engine.replay.strategy import EventStrategy

__all__ = [
    "EventStrategy",
    "MarketRulesBroker",
    "OwnRun",
    "PanelFeed",
    "load_own_class",
    "panel_feeds",
    "replay",
    "replay_own",
]
