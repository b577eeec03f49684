"""hypebasket: backtest baskets of concept stocks around hype events, and tell what could be captured."""

__version__ = "0.1.0"
