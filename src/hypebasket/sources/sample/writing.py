"""The files of the sample: the columns of a tidy folder, and the same bytes every time."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from hypebasket.sources.sample.indices import Level
from hypebasket.sources.sample.tables import Listing
from hypebasket.sources.sample.walk import Action, Bar

__all__ = ["write_actions", "write_bars", "write_dataset", "write_indices", "write_symbols"]

NAME = "hypebasket synthetic sample"
NOTE = {
    "zh": "合成数据：由固定种子的程序生成，不是行情。代码、名称与交易日为真，价格、成交、分红均为虚构；"
    "仅媒体公开报道过的数字作为锚点。控制样本与 SORA.SYN 指数并不存在。",
    "en": "SYNTHETIC: made by a program with a fixed seed, not market data. Symbols, names and sessions are real; "
    "prices, volumes and dividends are invented; only figures the press published serve as anchors. The control names "
    "and the index SORA.SYN do not exist.",
}
COMPRESSION = 9


def _money(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def _write(path: Path, header: str, lines: Iterable[str]) -> None:
    text = "".join(f"{line}\n" for line in (header, *lines)).encode()
    if path.suffix == ".gz":
        buffer = io.BytesIO()
        # Neither a file name nor a time in the header: the bytes depend on the content alone.
        with gzip.GzipFile(filename="", mode="wb", compresslevel=COMPRESSION, fileobj=buffer, mtime=0) as packed:
            packed.write(text)
        text = buffer.getvalue()
    path.write_bytes(text)


def write_bars(folder: Path, region: str, bars: dict[str, list[Bar]]) -> None:
    """Write ``bars_cn``, ``bars_hk`` or ``bars_us``; ``is_st`` exists on the mainland only."""
    mainland = region == "cn"

    def line(symbol: str, bar: Bar) -> str:
        prices = ",".join(_money(price) for price in (bar.open, bar.high, bar.low, bar.close))
        reference = "" if bar.reference is None else _money(bar.reference)
        warned = f",{bar.is_risk_warning:d}" if mainland else ""
        quality = "suspended" if bar.is_suspended else ""
        traded = f"{bar.volume},{bar.amount},{reference},{bar.is_suspended:d}"
        return f"{symbol},{bar.session},{prices},{traded}{warned},{quality}"

    header = "symbol,date,open,high,low,close,volume,amount,prev_close,is_suspended"
    header += ",is_st,quality" if mainland else ",quality"
    lines = (line(symbol, bar) for symbol in sorted(bars) for bar in bars[symbol])
    _write(folder / f"bars_{region}.csv.gz", header, lines)


def write_actions(folder: Path, actions: Sequence[Action]) -> None:
    """Write the corporate actions of all markets; the ex-right price where the exchange publishes one."""
    markets = {"HK": "HK", "US": "US"}

    def line(action: Action) -> str:
        market = markets.get(action.symbol.rpartition(".")[2], "CN")
        reference = _money(action.ex_ref_price) if market == "CN" or action.ratio_ppm else ""
        cash, ratio = action.cash_micro / 1_000_000, action.ratio_ppm / 1_000_000
        close = _money(action.last_cum_close)
        return f"{market},{action.symbol},{action.ex_date},{cash},{ratio},{action.last_cum_date},{close},{reference}"

    ordered = sorted(actions, key=lambda action: (action.symbol, action.ex_date))
    header = "market,symbol,ex_date,cash_per_share,share_ratio,last_cum_date,last_cum_close,ex_ref_price"
    _write(folder / "corporate_actions.csv", header, map(line, ordered))


def write_indices(folder: Path, levels: dict[str, list[Level]]) -> None:
    """Write the benchmark indices and the synthetic concept index."""
    lines = (
        f"{symbol},{row.session},{row.open:.2f},{row.high:.2f},{row.low:.2f},{row.close:.2f},{row.before:.2f}"
        for symbol in sorted(levels)
        for row in levels[symbol]
    )
    _write(folder / "index.csv.gz", "symbol,date,open,high,low,close,prev_close", lines)


def write_symbols(folder: Path, listings: Sequence[Listing]) -> None:
    """Write the A-shares with their boards and listing dates."""
    lines = (f"{x.symbol},{x.name_zh},{x.name_en},{x.board},{x.list_date},{x.group}" for x in listings)
    _write(folder / "symbols_cn.csv", "symbol,name_zh,name_en,board,list_date,group", lines)


def write_dataset(folder: Path, seed: int) -> None:
    """Write ``dataset.json``, which makes every page say that the data is synthetic."""
    facts = {"name": NAME, "synthetic": True, "seed": seed, "note": NOTE}
    (folder / "dataset.json").write_text(json.dumps(facts, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
