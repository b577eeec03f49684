"""A tidy folder small enough to check by hand: two A-shares, one Hong Kong and one US name, eight sessions."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import pandas as pd

# The first eight sessions of 2024, the same in Shanghai, Hong Kong and New York; 6 and 7 January are a weekend.
SESSIONS = tuple(f"2024-01-{day:02d}" for day in (2, 3, 4, 5, 8, 9, 10, 11))
Row = dict[str, str]


def rows_of(symbol: str, start: float, *, amount: bool = True) -> list[Row]:
    """Rise by 0.10 a session: open at the close before, range one step around; 1,000 shares at the middle."""
    rows = []
    for i, session in enumerate(SESSIONS):
        before, close = start + i / 10, start + (i + 1) / 10
        rows.append(
            {
                "symbol": symbol,
                "date": session,
                "open": f"{before:.2f}",
                "high": f"{close + 0.1:.2f}",
                "low": f"{before - 0.1:.2f}",
                "close": f"{close:.2f}",
                "volume": "1000",
                "amount": f"{1000 * (before + close) / 2:.2f}" if amount else "",
                "prev_close": f"{before:.2f}",
                "is_suspended": "0",
                "is_st": "",
                "quality": "ok",
            }
        )
    return rows


def write_rows(path: Path, rows: list[Row]) -> None:
    """Write CSV, gzipped CSV or Parquet by the ending of ``path``."""
    if path.suffix == ".parquet":
        frame = pd.DataFrame(rows)
        for column in frame.columns.difference(["symbol", "date", "ex_date", "quality", "board", "name", "list_date"]):
            frame[column] = pd.to_numeric(frame[column])
        frame.to_parquet(path)
        return
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    content = text.getvalue().encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)


def cn_rows() -> list[Row]:
    """Bars of 600519.SH and 300418.SZ: file lines 2..9 and 10..17."""
    return rows_of("600519.SH", 10.0) + rows_of("300418.SZ", 20.0)


def write_tidy(folder: Path, ending: str = ".csv", cn: list[Row] | None = None) -> Path:
    """Write the whole folder and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    write_rows(folder / f"bars_cn{ending}", cn_rows() if cn is None else cn)
    write_rows(folder / f"bars_hk{ending}", rows_of("00700.HK", 300.0, amount=False))
    write_rows(folder / f"bars_us{ending}", rows_of("NVDA", 50.0, amount=False))
    action = {"symbol": "600519.SH", "ex_date": "2024-01-08", "cash_per_share": "0.5", "share_ratio": "0"}
    write_rows(folder / f"corporate_actions{ending}", [action])
    levels = [{"symbol": "000300.SH", "date": s, "close": f"{3400 + i}.5"} for i, s in enumerate(SESSIONS)]
    write_rows(folder / f"index{ending}", levels)
    listed = {"symbol": "600519.SH", "name": "贵州茅台", "board": "main", "list_date": "2001-08-27"}
    write_rows(folder / f"symbols_cn{ending}", [listed])
    return folder
