"""The identity of market data: a hash of what it says, not of the files that said it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

import numpy as np
import pandas as pd

from hypebasket.columns import ACTIONS, BARS, INDICES, RATES, Frame
from hypebasket.spec.instrument import LATER_FACTS, Instrument

__all__ = ["content_hash"]


def _canonical(values: pd.Series) -> list[bytes]:
    """Return a column as bytes: little-endian, one NaN, one zero; words as sorted distinct words and codes."""
    kind = str(values.dtype)
    if kind == "str":
        codes, words = pd.factorize(values, sort=True)
        return ["\0".join(words).encode(), codes.astype("<i4").tobytes()]
    if kind.startswith("datetime64"):
        return [values.to_numpy().astype("datetime64[D]").astype("<i8").tobytes()]
    if kind == "bool":
        return [values.to_numpy().astype("u1").tobytes()]
    numbers = values.to_numpy().astype("<f8") + 0.0
    numbers[np.isnan(numbers)] = np.nan
    return [numbers.tobytes()]


def _facts(instrument: Instrument) -> dict[str, object]:
    """Return what is known of an instrument; a later fact that is unknown is left out, as before it could be told."""
    facts: dict[str, object] = instrument.model_dump(mode="json", exclude={"source"})
    return {name: value for name, value in facts.items() if value is not None or name not in LATER_FACTS}


def content_hash(
    bars: pd.DataFrame,
    actions: pd.DataFrame,
    indices: pd.DataFrame,
    instruments: Mapping[str, Instrument],
    rates: pd.DataFrame,
) -> str:
    """Return the SHA-256 (hex) of the sorted frames and the instruments.

    It does not depend on file format, compression, order of rows or the division into files.
    """
    digest = hashlib.sha256()
    frames: list[tuple[Frame, pd.DataFrame]] = [(BARS, bars), (ACTIONS, actions), (INDICES, indices)]
    if len(rates):  # data without any is named as it was before there were any
        frames.append((RATES, rates))
    for frame, data in frames:
        digest.update(f"{frame.name} {len(data)} {' '.join(frame.names)}\n".encode())
        for column in frame.names:
            for part in _canonical(data[column]):
                digest.update(f"{len(part)}\n".encode())
                digest.update(part)
    facts = [_facts(instruments[symbol]) for symbol in sorted(instruments)]
    digest.update(json.dumps(facts, ensure_ascii=False, sort_keys=True).encode())
    return digest.hexdigest()
