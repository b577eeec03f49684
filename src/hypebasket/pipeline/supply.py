"""Where a run's data comes from: the workspace's store if it has any, else the synthetic sample."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import as_file, files
from pathlib import Path

from hypebasket.errors import DataGapError
from hypebasket.market.data import MarketData
from hypebasket.sources.folder import read_folder
from hypebasket.sources.store import Store

__all__ = ["sample_folder", "supply"]


def sample_folder(workspace: Path) -> Path:
    """Return the folder of the synthetic sample: the workspace's own, else the one that came with the package."""
    own = workspace / "data" / "sample"
    if own.is_dir():
        return own
    with as_file(files("hypebasket") / "_workspace" / "data" / "sample") as packed:
        if packed.is_dir():
            return packed
    raise DataGapError(f"{own}: no sample here", "start from a fresh workspace: hypebasket init DIR")


def supply(workspace: Path, wanted: str, symbols: Iterable[str]) -> MarketData:
    """Return the market data a run is computed from; ``wanted`` is ``auto``, ``store`` or ``sample``."""
    store = Store(workspace / "data" / "store")
    if wanted == "store" and store.is_empty:
        raise DataGapError("the store holds no data", "hypebasket data import DIR, or run on the sample: --data sample")
    if wanted == "sample" or (wanted == "auto" and store.is_empty):
        return read_folder(sample_folder(workspace)).data
    return store.load(sorted(set(symbols)))
