"""The sample is the same to the byte whenever it is made again, and small."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sample_tables import SAMPLE

from hypebasket.sources.sample import SEED, generate
from hypebasket.sources.sample.streams import Streams
from hypebasket.sources.sample.tables import universe
from hypebasket.sources.sample.ticks import ex_right_price, to_tick

MADE = (
    "bars_cn.csv.gz", "bars_hk.csv.gz", "bars_us.csv.gz", "corporate_actions.csv", "dataset.json", "index.csv.gz",
    "symbols_cn.csv",
)  # fmt: skip


def lines_of(path: Path) -> list[str]:
    return gzip.decompress(path.read_bytes()).decode().splitlines()


def test_making_it_again_gives_the_same_bytes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "hypebasket.sources.sample", str(tmp_path)], check=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == list(MADE)
    assert [name for name in MADE if (tmp_path / name).read_bytes() != (SAMPLE / name).read_bytes()] == []


def test_another_seed_and_a_name_less(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    generate(tmp_path / "other", SEED + 1)
    ours, other = lines_of(SAMPLE / "bars_cn.csv.gz"), lines_of(tmp_path / "other" / "bars_cn.csv.gz")
    assert len(ours) == len(other)
    assert len(set(ours) & set(other)) < 0.01 * len(ours)
    assert json.loads((tmp_path / "other" / "dataset.json").read_text(encoding="utf-8"))["seed"] == SEED + 1

    fewer = tuple(listing for listing in universe() if listing.symbol != "002230.SZ")
    monkeypatch.setattr("hypebasket.sources.sample.market.universe", lambda: fewer)
    generate(tmp_path / "fewer")
    assert lines_of(tmp_path / "fewer" / "bars_cn.csv.gz") == [line for line in ours if "002230.SZ" not in line]
    assert (tmp_path / "fewer" / "bars_us.csv.gz").read_bytes() == (SAMPLE / "bars_us.csv.gz").read_bytes()


def test_it_is_small_and_says_that_it_is_synthetic() -> None:
    assert sum(path.stat().st_size for path in SAMPLE.iterdir()) <= 3_000_000
    facts = json.loads((SAMPLE / "dataset.json").read_text(encoding="utf-8"))
    assert (facts["synthetic"], facts["seed"]) == (True, SEED)
    assert "合成数据" in facts["note"]["zh"]
    assert "SYNTHETIC" in facts["note"]["en"]
    assert "合成数据 · SYNTHETIC DATA" in (SAMPLE / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [name for name in MADE if name.endswith(".gz")])
def test_the_compressed_files_hold_neither_name_nor_time(name: str) -> None:
    # RFC 1952: byte 3 = flags (8 = a file name follows), bytes 4 to 7 = modification time.
    header = (SAMPLE / name).read_bytes()[:8]
    assert header[3] == 0
    assert header[4:8] == b"\0\0\0\0"


def test_streams_are_told_apart_by_their_words() -> None:
    draw = Streams(1).of("noise", "A").random(4)
    assert np.array_equal(draw, Streams(1).of("noise", "A").random(4))
    for other in (Streams(2).of("noise", "A"), Streams(1).of("noise", "B"), Streams(1).of("start", "A")):
        assert not np.array_equal(draw, other.random(4))


@pytest.mark.parametrize(
    ("price", "expected"),
    # HKEX spread table: 0.01 to 10, 0.02 to 20, 0.05 to 100, 0.10 to 200, 0.20 to 500.
    [
        (999.4, 999),
        (1_000, 1_000),
        (1_001.2, 1_002),
        (2_002.4, 2_000),
        (2_002.6, 2_005),
        (10_004, 10_000),
        (20_011, 20_020),
    ],
)
def test_hong_kong_ticks(price: float, expected: int) -> None:
    assert to_tick(price, hong_kong=True) == expected


@pytest.mark.parametrize(
    ("close", "cash_micro", "ratio_ppm", "expected"),
    [
        (1_000, 105_000, 0, 990),  # 10.00 - 0.105 = 9.895, half-up 9.90
        (1_000, 104_000, 0, 990),  # 9.896
        (1_000, 106_000, 0, 989),  # 9.894
        (1_500, 0, 400_000, 1_071),  # 15.00 / 1.4 = 10.714
        (1_210, 100_000, 500_000, 800),  # 12.00 / 1.5 = 8.00
        (120_888, 0, 9_000_000, 12_089),  # 1208.88 / 10 = 120.888
    ],
)
def test_ex_right_prices_by_hand(close: int, cash_micro: int, ratio_ppm: int, expected: int) -> None:
    assert ex_right_price(close, cash_micro, ratio_ppm) == expected
