"""The synthetic sample: a made-up market for the offline demo, with real sessions, real rules and published anchors."""

from hypebasket.sources.sample.market import SEED, generate

__all__ = ["SEED", "generate"]
