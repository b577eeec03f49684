"""Where a run's data comes from: the workspace's store if it has any, else the synthetic sample."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import as_file, files
from pathlib import Path

from hypebasket.errors import DataGapError
from hypebasket.market.data import MarketData
from hypebasket.sources.folder import read_folder
from hypebasket.sources.naming import role_of
from hypebasket.sources.store import Store

__all__ = ["data_files", "sample_folder", "snapshot", "supply", "supply_again"]


def sample_folder(workspace: Path) -> Path:
    """Return the folder of the synthetic sample: the workspace's own, else the one that came with the package."""
    own = workspace / "data" / "sample"
    if own.is_dir():
        return own
    with as_file(files("hypebasket") / "_workspace" / "data" / "sample") as packed:
        if packed.is_dir():
            return packed
    raise DataGapError(f"{own}: no sample here", "start from a fresh workspace: hypebasket init DIR")


def supply(workspace: Path, wanted: str, symbols: Iterable[str] | None) -> MarketData:
    """Return the market data a run is computed from; ``wanted`` is ``auto``, ``store`` or ``sample``.

    ``symbols`` of ``None`` asks for all there are.
    """
    store = Store(workspace / "data" / "store")
    if wanted == "store" and store.is_empty:
        raise DataGapError("the store holds no data", "hypebasket data import DIR, or run on the sample: --data sample")
    if _is_sample(store, wanted):
        return read_folder(sample_folder(workspace)).data
    return store.load(None if symbols is None else sorted(set(symbols)))


def supply_again(workspace: Path, content: str, symbols: Iterable[str] | None) -> MarketData | None:
    """Return the data with a content hash: a generation of the store, not only the current one, or the sample.

    ``symbols`` of ``None`` asks for all there are.
    ``None`` where there is data and none of it has that content; without any data a ``DataGapError``.
    """
    store = Store(workspace / "data" / "store")
    if not store.is_empty and content in store.contents():
        return store.load(None if symbols is None else sorted(set(symbols)), content)
    try:
        folder = sample_folder(workspace)
    except DataGapError:
        if store.is_empty:
            raise
        return None
    sample = read_folder(folder).data
    return sample if sample.content_hash == content else None


def data_files(workspace: Path, wanted: str) -> tuple[Path, ...]:
    """Return the files that ``supply`` reads: those of the sample, or the store's list of its objects.

    The objects of the store are named by their own hashes and checked whenever they are read.
    """
    store = Store(workspace / "data" / "store")
    if not _is_sample(store, wanted):
        return (store.current_manifest,)
    found = sample_folder(workspace).iterdir()
    return tuple(sorted(path for path in found if path.name == "dataset.json" or role_of(path.name)[0] is not None))


def snapshot(workspace: Path, name: str) -> MarketData:
    """Return a snapshot by name: a generation's number, ``current``, ``sample``, or a tidy folder."""
    store = Store(workspace / "data" / "store")
    if name == "current":
        return store.load()
    if name.isdecimal():
        return store.load(generation=int(name))
    return read_folder(sample_folder(workspace) if name == "sample" else Path(name)).data


def _is_sample(store: Store, wanted: str) -> bool:
    return wanted == "sample" or (wanted == "auto" and store.is_empty)
