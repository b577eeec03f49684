"""Engines execute plans. ``replay`` is the authority: backtrader with the market's law in its broker."""
