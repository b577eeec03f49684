"""A generation as a tidy folder again: what was imported or fetched can be taken away and imported elsewhere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from hypebasket.errors import UsageError
from hypebasket.files import write_atomically
from hypebasket.market.data import MarketData
from hypebasket.sources.manifest import Manifest
from hypebasket.sources.naming import COLUMNS
from hypebasket.sources.store import Store, pack
from hypebasket.spec.instrument import Instrument

__all__ = ["bars_by_file", "export", "write_tidy"]

_PARQUET = ".parquet"


def bars_by_file(manifest: Manifest, bars: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Divide bars by the file they came from; the files' names end in ``.parquet``, whatever they ended in."""
    symbols: dict[str, set[str]] = {}
    origins: dict[str, str] = {}
    for stored in manifest.objects:
        if stored.kind == "bars":
            name = stored.origin.removesuffix(".gz").rpartition(".")[0]
            while origins.setdefault(name, stored.origin) != stored.origin:
                name += "_2"
            symbols.setdefault(f"{name}{_PARQUET}", set()).update(stored.symbols)
    return {name: bars[bars["symbol"].isin(own)] for name, own in symbols.items()}


def write_tidy(
    folder: Path, data: MarketData, bars: Mapping[str, pd.DataFrame], tables: Mapping[str, pd.DataFrame]
) -> list[Path]:
    """Write the files of a tidy folder: ``bars`` and ``tables`` by file name, the rest from ``data``."""
    written = [write_atomically(folder / name, pack(rows)) for name, rows in (*bars.items(), *tables.items())]
    if len(data.actions):
        written.append(write_atomically(folder / f"corporate_actions{_PARQUET}", pack(data.actions)))
    if len(data.indices):
        written.append(write_atomically(folder / f"index{_PARQUET}", pack(data.indices)))
    if len(data.rates):
        written.append(write_atomically(folder / f"fx{_PARQUET}", pack(data.rates)))
    if data.instruments:
        written.append(write_atomically(folder / f"symbols{_PARQUET}", pack(_symbols(data.instruments))))
    facts = json.dumps({"name": data.source, "synthetic": data.synthetic}, ensure_ascii=False)
    written.append(write_atomically(folder / "dataset.json", facts.encode()))
    return written


def _symbols(instruments: Mapping[str, Instrument]) -> pd.DataFrame:
    rows = [instruments[symbol].model_dump(mode="json") for symbol in sorted(instruments)]
    frame = pd.DataFrame(rows)[[name for name in COLUMNS["symbols"] if name in Instrument.model_fields]]
    numbers = ("lot", "issue_price")
    types = {name: "float64" if name in numbers else "str" for name in frame.columns}
    return frame.astype(types)


def export(store: Store, folder: Path, generation: int | None = None) -> list[Path]:
    """Write a generation (default: the current) into an empty folder, as ``data import`` reads it.

    Importing the folder gives the same content hash. A folder that holds anything is refused.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"'{folder}' is not an empty folder", "name a new one")
    manifest = store.manifest(generation)
    data = store.load(generation=manifest.generation)
    return write_tidy(folder, data, bars_by_file(manifest, data.bars), store.tables(manifest))
