"""The real market data is read whole, and its known blemishes are counted as ``SOURCES.md`` beside it lists them."""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from hypebasket.cli import main
from hypebasket.sources.folder import FolderReading, read_folder
from hypebasket.sources.store import Store

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def reading(real_market: Path) -> FolderReading:
    return read_folder(real_market)


@pytest.fixture(scope="module")
def coverage(real_market: Path) -> dict[str, list[dict[str, str]]]:
    """Rows of ``coverage.csv`` by file: counted by whoever built the data, with other code."""
    by_file = defaultdict(list)
    with (real_market / "coverage.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            by_file[row["file"]].append(row)
    return by_file


def count(reading: FolderReading, file: str, kind: str) -> int:
    return sum(f.count for f in reading.findings if f.file == file and f.kind == kind)


def remark(reading: FolderReading, file: str, word: str) -> int:
    marked = [
        f for f in reading.findings if f.file == file and f.message.partition("quality ")[2].startswith(f"'{word}'")
    ]
    return sum(f.count for f in marked)


def test_blemishes_of_the_study_names(reading: FolderReading) -> None:
    file = "bars_cn.csv.gz"
    assert count(reading, file, "amount_blank") == 11_404
    assert count(reading, file, "suspended") == 81
    assert count(reading, file, "prev_close_blank") == 5
    assert remark(reading, file, "suspect") == 5
    assert remark(reading, file, "replaced") == 193
    assert remark(reading, file, "single") == 1_742
    assert remark(reading, file, "raw_direct") == 28_725
    assert remark(reading, file, "confirmed") == 39_828
    for kind in ("gap", "vwap_outside", "prev_close_chain", "volume_zero", "row_left_out"):
        assert count(reading, file, kind) == 0, kind


def test_blemishes_of_the_control_names(reading: FolderReading) -> None:
    file = "bars_cn_control.csv.gz"
    gaps = [f for f in reading.findings if f.file == file and f.kind == "gap"]
    assert [(f.count, str(f.first)) for f in gaps] == [(1, "2024-07-05")] * 8
    assert count(reading, file, "suspended") == 3_272
    assert count(reading, file, "prev_close_chain") == 0
    outside = next(f for f in reading.findings if f.file == file and f.kind == "vwap_outside")
    assert outside.count == 55
    for word, rows in (("suspect", 104), ("replaced", 912), ("single", 13_769), ("zero_offset", 18_940)):
        assert remark(reading, file, word) == rows


def test_blemishes_of_hong_kong(reading: FolderReading, coverage: dict[str, list[dict[str, str]]]) -> None:
    file = "bars_hk.csv.gz"
    zero = sum(int(row["zero_volume"]) for row in coverage["bars_hk"])
    assert zero > 0
    assert count(reading, file, "volume_zero") == zero
    assert count(reading, file, "quality_volume_missing") == zero
    left_out = [f for f in reading.findings if f.kind == "row_left_out"]
    assert [(f.file, f.symbol, str(f.first)) for f in left_out] == [(file, "00763.HK", "2024-07-26")]
    assert count(reading, file, "gap") == 0  # 2023-09-01 and 2023-09-08: the exchange was closed


def test_splits_that_us_prices_already_contain(reading: FolderReading) -> None:
    splits = {f.symbol: str(f.last) for f in reading.findings if f.kind == "split_in_prices"}
    assert splits == {"AAPL.US": "2020-08-28", "GOOGL.US": "2022-07-15", "NVDA.US": "2021-07-19"}
    actions = reading.data.actions
    kept = actions[actions["symbol"].str.endswith(".US") & (actions["share_ratio"] > 0)]
    assert [
        (s, str(d.date()), r) for s, d, r in zip(kept["symbol"], kept["ex_date"], kept["share_ratio"], strict=True)
    ] == [("NVDA.US", "2024-06-10", 9.0)]


def test_split_adjusted_rows_are_told_with_range_and_remedy(reading: FolderReading) -> None:
    (nvidia,) = (f for f in reading.findings if f.kind == "split_in_prices" and f.symbol == "NVDA.US")
    assert (str(nvidia.first), str(nvidia.last)) == ("2020-01-02", "2021-07-19")
    assert "already divided by 4" in nvidia.message
    assert "Give raw prices" in nvidia.message


def test_hong_kong_rows_without_volume_trade_uncapped_and_say_so(reading: FolderReading) -> None:
    zero = [f for f in reading.findings if f.file == "bars_hk.csv.gz" and f.kind == "volume_zero"]
    assert zero
    assert all("no volume cap" in f.message for f in zero)
    assert any("no volume cap" in warning.en and "bars_hk.csv.gz" in warning.en for warning in reading.data.warnings)


def test_exchange_rates_are_read(reading: FolderReading) -> None:
    # rows of fx.csv by pair and kind, counted with cut | sort | uniq -c
    counted = reading.data.rates.groupby(["base", "quote", "kind"]).size().to_dict()
    assert counted == {
        ("HKD", "CNY", "central parity"): 731,
        ("HKD", "CNY", "market close"): 785,
        ("USD", "CNY", "central parity"): 1356,
        ("USD", "CNY", "market close"): 757,
        ("USD", "CNY", "market close (Yahoo CNY=X, day stamp London)"): 1327,
    }


def test_adjusted_and_other_files_are_not_read(reading: FolderReading) -> None:
    refused = {f.file for f in reading.findings if f.severity == "refused"}
    assert refused == {"bars_cn_qfq.csv.gz", "bars_hk_adj.csv.gz"}
    ignored = {f.file for f in reading.findings if f.kind == "ignored"}
    assert {"index_proxy_etf.csv.gz", "suspensions_cn.csv", "limit_days_cn_derived.csv"} <= ignored
    assert {file.name for file in reading.files if file.role == "bars"} == {
        "bars_cn.csv.gz",
        "bars_cn_control.csv.gz",
        "bars_hk.csv.gz",
        "bars_us.csv.gz",
    }


@pytest.mark.parametrize("name", ["bars_cn_qfq.csv.gz", "bars_hk_adj.csv.gz"])
def test_adjusted_files_are_betrayed_by_their_content(real_market: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "bars_innocent.csv.gz").symlink_to(real_market / name)
    (tmp_path / "bars_us.csv.gz").symlink_to(real_market / "bars_us.csv.gz")
    reading = read_folder(tmp_path)
    assert [f.file for f in reading.findings if f.kind == "adjusted_content"] == ["bars_innocent.csv.gz"]
    assert set(reading.data.bars["symbol"].str[-3:]) == {".US"}


def test_every_symbol_has_the_rows_that_were_counted(
    reading: FolderReading, coverage: dict[str, list[dict[str, str]]]
) -> None:
    bars = reading.data.bars
    counted = {
        row["symbol"] if "." in row["symbol"] else f"{row['symbol']}.US": int(row["rows"])
        for file in ("bars_cn", "bars_cn_control", "bars_hk", "bars_us")
        for row in coverage[file]
    }
    counted["00763.HK"] -= 1  # the impossible row of 2024-07-26
    assert bars.groupby("symbol").size().to_dict() == counted


def test_the_store_gives_back_what_was_read(real_market: Path, reading: FolderReading, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    outcome = store.import_folder(real_market)
    assert outcome.manifest.content_hash == reading.data.content_hash
    assert store.verify().problems == ()
    loaded = store.load()
    assert loaded.bars.equals(reading.data.bars)
    few = store.load(["300418.SZ", "00763.HK"])
    assert set(few.bars["symbol"]) == {"300418.SZ", "00763.HK"}
    assert any("row left out: bars_hk.csv.gz 00763.HK" in warning.en for warning in few.warnings)
    assert not any("bars_cn_control" in warning.en for warning in few.warnings)


def test_the_commands_report_the_known_blemishes(
    real_market: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """``data import`` and ``data verify`` as a user types them; the numbers are those of ``SOURCES.md``."""
    (tmp_path / "baskets").mkdir()
    main(["--workspace", str(tmp_path), "data", "import", str(real_market), "--json"])
    imported = json.loads(capsys.readouterr().out)
    counted = Counter()
    for finding in imported["findings"]:
        counted[finding["file"], finding["kind"]] += finding["count"]
    assert counted["bars_cn.csv.gz", "amount_blank"] == 11_404
    assert counted["bars_cn.csv.gz", "quality_suspect"] == 5
    assert counted["bars_cn_control.csv.gz", "quality_suspect"] == 104
    assert counted["bars_hk.csv.gz", "volume_zero"] == counted["bars_hk.csv.gz", "quality_volume_missing"] > 0
    main(["--workspace", str(tmp_path), "data", "verify"])
    assert "every byte is as it was written" in capsys.readouterr().out
    main(["--workspace", str(tmp_path), "data", "status", "-v"])
    shown = capsys.readouterr().out
    assert "amount is blank" in shown
