"""Random streams: one per purpose, keyed by words, so that a new name leaves every other name as it was."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Streams", "clustered_volatility", "fat_tails"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Streams:
    """All streams of one seed."""

    seed: int

    def of(self, *words: str) -> np.random.Generator:
        """Return the stream of these words, from its beginning."""
        key = tuple(zlib.crc32(word.encode()) for word in words)
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(self.seed, spawn_key=key)))


def clustered_volatility(stream: np.random.Generator, sessions: int, persistence: float = 0.94) -> Floats:
    """Return (sessions,) factors of mean square about 1 that stay high or low for weeks: a log-normal AR(1)."""
    shocks = stream.standard_normal(sessions) * 0.15
    log = np.empty(sessions)
    level = 0.0
    for i, shock in enumerate(shocks):
        level = persistence * level + shock
        log[i] = level
    return np.asarray(np.exp(log - np.var(log)))


def fat_tails(stream: np.random.Generator, sessions: int, freedom: float = 5.0) -> Floats:
    """Return (sessions,) Student-t draws of variance 1."""
    return np.asarray(stream.standard_t(freedom, sessions) * np.sqrt((freedom - 2) / freedom))
