"""Reading tidy folders: what is taken, what is counted, what is refused and with which words."""

from __future__ import annotations

import json
import random
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tidy_builder import SESSIONS, Row, cn_rows, rows_of, write_rows, write_tidy

from hypebasket.columns import ACTIONS, BARS, INDICES, check_frame
from hypebasket.errors import DamagedDataError, DataGapError
from hypebasket.sources.finding import Finding
from hypebasket.sources.folder import FolderReading, read_folder
from hypebasket.sources.naming import is_adjusted_name, role_of


def found(reading: FolderReading, kind: str) -> list[Finding]:
    return [finding for finding in reading.findings if finding.kind == kind]


def changed(index: int, **values: str) -> list[Row]:
    rows = cn_rows()
    rows[index] |= values
    return rows


def test_frames_are_as_described_and_sorted(tmp_path: Path) -> None:
    data = read_folder(write_tidy(tmp_path)).data
    for rows, frame in ((data.bars, BARS), (data.actions, ACTIONS), (data.indices, INDICES)):
        check_frame(rows, frame)
    assert list(data.bars["symbol"].unique()) == ["00700.HK", "300418.SZ", "600519.SH", "NVDA.US"]
    first = data.bars[data.bars["symbol"] == "600519.SH"].iloc[0]
    assert first["date"] == pd.Timestamp("2024-01-02")
    assert (first["open"], first["high"], first["low"], first["close"]) == (10.0, 10.2, 9.9, 10.1)
    assert (first["volume"], first["amount"], first["prev_close"]) == (1000, 10050, 10.0)
    assert np.isnan(first["is_st"])
    assert first["quality"] == ""
    assert data.source == tmp_path.name
    assert not data.synthetic


def test_instruments_need_board_and_listing_date(tmp_path: Path) -> None:
    write_tidy(tmp_path)
    listed = {"symbol": "600519.SH", "name_2026_05": "贵州茅台", "board": "Main", "list_date": "2001-08-27"}
    other = {"symbol": "300418.SZ", "name_2026_05": "昆仑万维", "board": "ChiNext", "list_date": ""}
    write_rows(tmp_path / "symbols_cn.csv", [listed, other])
    reading = read_folder(tmp_path)
    assert list(reading.data.instruments) == ["600519.SH"]
    instrument = reading.data.instruments["600519.SH"]
    assert (instrument.name_zh, instrument.board, instrument.list_date) == ("贵州茅台", "main", date(2001, 8, 27))
    assert found(reading, "instrument_skipped")[0].count == 1


@pytest.mark.parametrize("ending", [".csv.gz", ".parquet"])
def test_content_hash_does_not_know_the_format(tmp_path: Path, ending: str) -> None:
    plain = read_folder(write_tidy(tmp_path / "a"))
    other = read_folder(write_tidy(tmp_path / "b", ending))
    assert other.data.content_hash == plain.data.content_hash
    pd.testing.assert_frame_equal(other.data.bars, plain.data.bars)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_content_hash_does_not_know_the_order_of_rows(tmp_path: Path, seed: int) -> None:
    rows = cn_rows()
    random.Random(seed).shuffle(rows)
    ordered = read_folder(write_tidy(tmp_path / "a")).data.content_hash
    assert read_folder(write_tidy(tmp_path / "b", cn=rows)).data.content_hash == ordered


@pytest.mark.parametrize(
    "values",
    [{"close": "10.11"}, {"volume": "1001"}, {"quality": "suspect"}, {"is_st": "0"}, {"amount": ""}],
)
def test_content_hash_knows_every_value(tmp_path: Path, values: Row) -> None:
    plain = read_folder(write_tidy(tmp_path / "a")).data.content_hash
    assert read_folder(write_tidy(tmp_path / "b", cn=changed(0, **values))).data.content_hash != plain


def test_synonyms_and_other_dates_mean_the_same(tmp_path: Path) -> None:
    plain = read_folder(write_tidy(tmp_path / "a")).data
    write_tidy(tmp_path / "b")
    names = {
        "date": "日期",
        "open": "开盘",
        "close": "收盘",
        "volume": "vol",
        "prev_close": "pre_close",
        "symbol": "TS_CODE",
    }
    rows = [{names.get(k, k): v.replace("-", "") if k == "date" else v for k, v in row.items()} for row in cn_rows()]
    write_rows(tmp_path / "b" / "bars_cn.csv", rows)
    assert read_folder(tmp_path / "b").data.content_hash == plain.content_hash


@pytest.mark.parametrize(
    ("index", "values", "words"),
    [
        (0, {"high": "10.05"}, ["bars_cn.csv:2: 600519.SH 2024-01-02", "high 10.05", "cannot be"]),
        (9, {"low": "-1"}, ["bars_cn.csv:11: 300418.SZ 2024-01-03", "low -1 is not positive"]),
        (3, {"volume": "-5"}, ["bars_cn.csv:5:", "volume -5 is negative"]),
        (3, {"date": "2024-01-06"}, ["bars_cn.csv:5: 600519.SH 2024-01-06", "no session of XSHG"]),
        (3, {"date": "2024-01-04"}, ["bars_cn.csv:5:", "a second time"]),
        (3, {"date": "5 Jan"}, ["bars_cn.csv:5: date '5 Jan'", "write 2024-02-19"]),
        (3, {"close": "ten"}, ["bars_cn.csv:5: close 'ten': not a number"]),
        (3, {"close": "inf"}, ["bars_cn.csv:5: close 'inf': not a number"]),
        (3, {"close": ""}, ["bars_cn.csv:5: close is blank"]),
        (3, {"symbol": "600519"}, ["bars_cn.csv:5: symbol '600519'", "write 600519.SH"]),
        (3, {"is_suspended": "maybe"}, ["bars_cn.csv:5: is_suspended 'maybe'", "write 0 or 1"]),
        (3, {"prev_close": "0"}, ["bars_cn.csv:5:", "prev_close 0 is not positive"]),
    ],
)
def test_a_wrong_row_refuses_the_import_and_is_named(tmp_path: Path, index: int, values: Row, words: list[str]) -> None:
    with pytest.raises(DamagedDataError) as caught:
        read_folder(write_tidy(tmp_path, cn=changed(index, **values)))
    for word in words:
        assert word in caught.value.message
    assert "nothing was imported" in caught.value.remedy


def test_a_slip_off_the_fen_is_named(tmp_path: Path) -> None:
    many = [row for i in range(20) for row in rows_of(f"6005{i:02d}.SH", 10.0)]
    many[0]["close"] = "10.105"
    with pytest.raises(DamagedDataError, match=r"bars_cn\.csv:2: 600500\.SH 2024-01-02: a price is not whole fen"):
        read_folder(write_tidy(tmp_path, cn=many))


def test_all_wrong_rows_are_told_at_once_and_counted(tmp_path: Path) -> None:
    rows = cn_rows()
    for i in range(5):
        rows[i]["volume"] = "-1"
    rows[12]["high"] = "1.00"
    with pytest.raises(DamagedDataError) as caught:
        read_folder(write_tidy(tmp_path, cn=rows))
    assert "bars_cn.csv:2:" in caught.value.message
    assert "(and 2 more such rows)" in caught.value.message
    assert "bars_cn.csv:14:" in caught.value.message


def test_the_place_of_a_row_counts_blank_lines(tmp_path: Path) -> None:
    write_tidy(tmp_path, cn=changed(3, volume="-5"))
    path = tmp_path / "bars_cn.csv"
    lines = path.read_text(encoding="utf-8").split("\n")
    path.write_text("\n".join([*lines[:2], "", *lines[2:]]), encoding="utf-8")
    with pytest.raises(DamagedDataError, match=r"bars_cn\.csv:6:"):
        read_folder(tmp_path)


@pytest.mark.parametrize(
    ("volume", "amount", "words"),
    [
        (0.01, 1.0, "the volume is in lots of 100 shares: multiply it by 100"),
        (0.01, 0.001, "the volume is in lots of 100 shares and the amount in thousands"),
        (1.0, 0.001, "the amount is in thousands"),
        (1.0, 30.0, "volume or amount is wrong"),
    ],
)
def test_units_are_proven_by_the_average_price(tmp_path: Path, volume: float, amount: float, words: str) -> None:
    rows = cn_rows()
    for row in rows:
        row["volume"] = str(float(row["volume"]) * volume)
        row["amount"] = str(float(row["amount"]) * amount)
    with pytest.raises(DamagedDataError, match=words):
        read_folder(write_tidy(tmp_path, cn=rows))


def test_an_impossible_row_of_hong_kong_is_left_out_and_told(tmp_path: Path) -> None:
    write_tidy(tmp_path)
    rows = rows_of("00700.HK", 300.0, amount=False)
    rows[4]["open"] = "299.00"
    write_rows(tmp_path / "bars_hk.csv", rows)
    reading = read_folder(tmp_path)
    finding = found(reading, "row_left_out")[0]
    assert (finding.symbol, finding.count, finding.first) == ("00700.HK", 1, date(2024, 1, 8))
    assert "line 6" in finding.message
    hong_kong = reading.data.bars[reading.data.bars["symbol"] == "00700.HK"]
    assert len(hong_kong) == 7
    assert not found(reading, "prev_close_chain")


@pytest.mark.parametrize(
    ("name", "adjusted"),
    [
        ("bars_cn_qfq.csv.gz", True),
        ("bars_hfq.parquet", True),
        ("bars_hk_adj.csv", True),
        ("bars-adjusted.csv", True),
        ("bars_前复权.csv", True),
        ("bars_cn.csv", False),
        ("bars_unadjusted.csv", False),
    ],
)
def test_adjusted_files_are_known_by_name(tmp_path: Path, name: str, adjusted: bool) -> None:
    assert is_adjusted_name(name) is adjusted
    write_tidy(tmp_path)
    if adjusted:
        (tmp_path / name).write_bytes(b"never opened")
        finding = found(read_folder(tmp_path), "adjusted_name")[0]
        assert (finding.file, finding.severity) == (name, "refused")


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("bars.csv", "bars"),
        ("bars_us.parquet", "bars"),
        ("corporate_actions_control.csv", "actions"),
        ("index.csv.gz", "indices"),
        ("index_proxy_etf.csv.gz", None),
        ("symbols_cn.csv", "symbols"),
        ("suspensions_cn.csv", None),
        ("fx.csv", "rates"),
        ("barstool.csv", None),
        ("notes.txt", None),
    ],
)
def test_files_are_known_by_name(name: str, role: str | None) -> None:
    known, reason = role_of(name)
    assert known == role
    assert (reason == "") == (role is not None)


def test_prices_off_the_fen_are_adjusted_whatever_the_name(tmp_path: Path) -> None:
    rows = rows_of("000001.SZ", 10.0)
    for row in rows:
        for column in ("open", "high", "low", "close"):
            row[column] = f"{float(row[column]) * 0.98765:.4f}"
    write_tidy(tmp_path)
    write_rows(tmp_path / "bars_more.csv", rows)
    reading = read_folder(tmp_path)
    assert found(reading, "adjusted_content")[0].file == "bars_more.csv"
    assert "000001.SZ" not in set(reading.data.bars["symbol"])


def test_rounded_adjusted_prices_are_betrayed_by_the_average_price(tmp_path: Path) -> None:
    rows = [row for i in range(15) for row in rows_of(f"0000{i:02d}.SZ", 10.0)]
    for row in rows:
        for column in ("open", "high", "low", "close"):
            row[column] = f"{float(row[column]) * 0.9:.2f}"
    write_tidy(tmp_path)
    write_rows(tmp_path / "bars_more.csv", rows)
    assert "outside low..high on 120 of 120 rows" in found(read_folder(tmp_path), "adjusted_content")[0].message


def test_no_fall_on_an_ex_date_betrays_adjusted_prices(tmp_path: Path) -> None:
    write_tidy(tmp_path)
    write_rows(tmp_path / "bars_more.csv", rows_of("000001.SZ", 10.0))
    action = {"symbol": "000001.SZ", "ex_date": "2024-01-08", "cash_per_share": "0", "share_ratio": "1"}
    write_rows(tmp_path / "corporate_actions_more.csv", [action])
    assert "1 of 1 ex-dates" in found(read_folder(tmp_path), "adjusted_content")[0].message


def test_hong_kong_prices_off_the_tick_are_adjusted(tmp_path: Path) -> None:
    write_tidy(tmp_path)
    rows = rows_of("00700.HK", 300.0, amount=False)
    for row in rows:
        for column in ("open", "high", "low", "close"):
            row[column] = f"{float(row[column]) * 0.88765432:.6f}"
    write_rows(tmp_path / "bars_hk.csv", rows)
    assert found(read_folder(tmp_path), "adjusted_content")[0].file == "bars_hk.csv"


def test_a_split_already_in_us_prices_is_left_out_of_the_actions(tmp_path: Path) -> None:
    write_tidy(tmp_path)
    split = {"market": "US", "symbol": "NVDA", "ex_date": "2024-01-08", "cash_per_share": "0", "share_ratio": "9"}
    dividend = {**split, "ex_date": "2024-01-09", "cash_per_share": "0.04", "share_ratio": "0"}
    write_rows(tmp_path / "corporate_actions_us.csv", [split, dividend])
    reading = read_folder(tmp_path)
    mine = reading.data.actions[reading.data.actions["symbol"] == "NVDA.US"]
    assert list(mine["share_ratio"]) == [0.0]
    finding = found(reading, "split_in_prices")[0]
    assert (finding.symbol, finding.count) == ("NVDA.US", 4)


def test_a_split_that_the_prices_show_stays(tmp_path: Path) -> None:
    write_tidy(tmp_path)
    rows = rows_of("NVDA", 1000.0, amount=False)[:4] + rows_of("NVDA", 100.0, amount=False)[4:]
    write_rows(tmp_path / "bars_us.csv", rows)
    split = {"market": "US", "symbol": "NVDA", "ex_date": "2024-01-08", "cash_per_share": "0", "share_ratio": "9"}
    write_rows(tmp_path / "corporate_actions_us.csv", [split])
    reading = read_folder(tmp_path)
    assert list(reading.data.actions["share_ratio"]) == [0.0, 9.0]
    assert not found(reading, "split_in_prices")


def test_blemishes_are_kept_and_counted(tmp_path: Path) -> None:
    rows = cn_rows()
    rows[1] |= {"amount": "", "quality": "suspect"}
    rows[2] |= {"amount": ""}
    rows[5] |= {"prev_close": "11.00"}
    rows[9] |= {"volume": "0", "amount": ""}
    rows[10] |= {"is_suspended": "1"}
    del rows[13]
    reading = read_folder(write_tidy(tmp_path, cn=rows))
    counts = {
        f.kind: (f.count, f.symbol) for f in reading.findings if f.file == "bars_cn.csv" and f.severity == "blemish"
    }
    assert counts == {
        "amount_blank": (3, None),
        "quality_suspect": (1, "600519.SH"),
        "prev_close_chain": (2, None),
        "volume_zero": (1, "300418.SZ"),
        "suspended_traded": (1, "300418.SZ"),
        "gap": (1, "300418.SZ"),
    }
    gap = found(reading, "gap")[0]
    assert (gap.first, gap.last) == (date(2024, 1, 9), date(2024, 1, 9))
    kept = reading.data.bars.set_index(["symbol", "date"]).loc[("600519.SH", pd.Timestamp(SESSIONS[5]))]
    assert kept["prev_close"] == 11.0


def test_an_ex_date_explains_a_reference_price_and_is_compared(tmp_path: Path) -> None:
    rows = changed(4, prev_close="9.90")
    write_tidy(tmp_path, cn=rows)
    action = {
        "symbol": "600519.SH",
        "ex_date": "2024-01-08",
        "cash_per_share": "0.5",
        "share_ratio": "0",
        "ex_ref_price": "9.90",
    }
    write_rows(tmp_path / "corporate_actions.csv", [action])
    reading = read_folder(tmp_path)
    assert not found(reading, "prev_close_chain")
    assert not found(reading, "action_reference")
    write_rows(tmp_path / "corporate_actions.csv", [action | {"ex_ref_price": "9.92"}])
    assert found(read_folder(tmp_path), "action_reference")[0].count == 1


def test_volume_without_any_amount_cannot_be_proven(tmp_path: Path) -> None:
    rows = [row | {"amount": ""} for row in cn_rows()]
    assert found(read_folder(write_tidy(tmp_path, cn=rows)), "volume_unit_unproven")[0].count == 16


def test_an_index_is_checked_against_its_own_market(tmp_path: Path) -> None:
    write_tidy(tmp_path)
    levels = [{"symbol": "^GSPC", "date": s, "close": "4700"} for s in SESSIONS if s != "2024-01-09"]
    levels.append({"symbol": "MYINDEX", "date": "2024-01-06", "close": "1"})
    write_rows(tmp_path / "index.csv", levels)
    reading = read_folder(tmp_path)
    assert set(reading.data.indices["symbol"]) == {"SP500", "MYINDEX"}
    assert [(f.symbol, f.count) for f in found(reading, "gap")] == [("SP500", 1)]
    assert found(reading, "index_unknown")[0].symbol == "MYINDEX"


def test_days_beyond_the_calendar_are_told(tmp_path: Path) -> None:
    reading = read_folder(write_tidy(tmp_path, cn=changed(7, date="2199-01-02")))
    assert found(reading, "outside_calendar")[0].count == 1


def test_a_board_that_contradicts_the_symbol_is_told(tmp_path: Path) -> None:
    write_tidy(tmp_path)
    listed = {"symbol": "300418.SZ", "name": "昆仑万维", "board": "main", "list_date": "2015-01-21"}
    write_rows(tmp_path / "symbols_cn.csv", [listed])
    reading = read_folder(tmp_path)
    assert found(reading, "board_differs")[0].symbol == "300418.SZ"
    assert reading.data.instruments["300418.SZ"].board == "chinext"


def test_a_fund_is_kept_and_told(tmp_path: Path) -> None:
    rows = rows_of("510300.SH", 3.0)
    for row in rows:
        row["close"] = f"{float(row['close']):.2f}5"
        row["prev_close"] = ""
    reading = read_folder(write_tidy(tmp_path, cn=cn_rows() + rows))
    assert [(f.symbol, f.count) for f in found(reading, "code_unknown")] == [("510300.SH", 8)]
    assert not found(reading, "adjusted_content")


def test_an_unknown_board_is_refused(tmp_path: Path) -> None:
    write_tidy(tmp_path)
    listed = {"symbol": "300418.SZ", "name": "昆仑万维", "board": "GEM", "list_date": "2015-01-21"}
    write_rows(tmp_path / "symbols_cn.csv", [listed])
    with pytest.raises(DamagedDataError, match=r"symbols_cn\.csv:2: 300418\.SZ: board: write one of main, chinext"):
        read_folder(tmp_path)


def test_the_same_row_in_two_files_is_refused(tmp_path: Path) -> None:
    write_tidy(tmp_path)
    write_rows(tmp_path / "bars_more.csv", rows_of("600519.SH", 10.0)[:1])
    with pytest.raises(DamagedDataError, match=r"600519\.SH 2024-01-02: in more than one file"):
        read_folder(tmp_path)


def test_missing_columns_name_what_is_there_and_what_to_write(tmp_path: Path) -> None:
    write_tidy(tmp_path)
    write_rows(tmp_path / "bars_cn.csv", [{"symbol": "600519.SH", "day": "2024-01-02", "close": "10.00"}])
    with pytest.raises(DataGapError) as caught:
        read_folder(tmp_path)
    assert "bars_cn.csv: no column 'date', 'open', 'high', 'low', 'volume'" in caught.value.message
    assert "columns found: symbol, day, close" in caught.value.message
    assert "name one column 'volume' (or vol, 成交量)" in caught.value.remedy


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "columns found: none"),
        ("symbol,date,open,high,low,close,volume\n600519.SH,昆仑万维".encode("gb18030"), "is not UTF-8"),
        (b"symbol,date,open,high,low,close,volume\n600519.SH,2024-01-02,1\n", "not a readable CSV file"),
    ],
)
def test_unreadable_csv_is_refused_by_name(tmp_path: Path, content: bytes, words: str) -> None:
    write_tidy(tmp_path)
    (tmp_path / "bars_cn.csv").write_bytes(content)
    with pytest.raises((DamagedDataError, DataGapError), match=words):
        read_folder(tmp_path)


def test_a_truncated_gz_is_refused(tmp_path: Path) -> None:
    write_tidy(tmp_path, ".csv.gz")
    path = tmp_path / "bars_cn.csv.gz"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DamagedDataError, match=r"bars_cn\.csv\.gz: the compressed file is truncated"):
        read_folder(tmp_path)


def test_a_flipped_byte_in_a_gz_is_refused(tmp_path: Path) -> None:
    write_tidy(tmp_path, ".csv.gz")
    path = tmp_path / "bars_cn.csv.gz"
    content = bytearray(path.read_bytes())
    content[-6] ^= 0xFF  # inside the checksum at the end
    path.write_bytes(bytes(content))
    with pytest.raises(DamagedDataError, match="truncated or damaged"):
        read_folder(tmp_path)


def test_a_broken_parquet_is_refused(tmp_path: Path) -> None:
    write_tidy(tmp_path, ".parquet")
    (tmp_path / "bars_cn.parquet").write_bytes(b"PAR1 nothing PAR1")
    with pytest.raises(DamagedDataError, match=r"bars_cn\.parquet: not a readable Parquet file"):
        read_folder(tmp_path)


def test_a_folder_of_adjusted_prices_alone_says_why_it_is_refused(tmp_path: Path) -> None:
    write_rows(tmp_path / "bars_qfq.csv", cn_rows())
    with pytest.raises(DataGapError, match=r"no bars to read\nbars_qfq\.csv: not read: its name"):
        read_folder(tmp_path)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataGapError, match="no such folder"):
        read_folder(tmp_path / "nowhere")


def test_dataset_json_names_and_flags(tmp_path: Path) -> None:
    write_tidy(tmp_path)
    path = tmp_path / "dataset.json"
    path.write_text(json.dumps({"name": "made up", "synthetic": True, "seed": 7}), encoding="utf-8")
    data = read_folder(tmp_path).data
    assert (data.source, data.synthetic) == ("made up", True)
    for wrong in ("{", '{"synthetic": "no"}', "[]"):
        path.write_text(wrong, encoding="utf-8")
        with pytest.raises(DamagedDataError, match=r"dataset\.json"):
            read_folder(tmp_path)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"ex_date": "2024-01-06"}, "the ex-date is no session of XSHG"),
        ({"cash_per_share": "-1"}, "cash_per_share must be"),
        ({"share_ratio": ""}, "share_ratio must be"),
        ({"ex_date": ""}, "ex_date is blank"),
    ],
)
def test_wrong_actions_are_refused(tmp_path: Path, values: Row, words: str) -> None:
    write_tidy(tmp_path)
    action = {"symbol": "600519.SH", "ex_date": "2024-01-08", "cash_per_share": "0.5", "share_ratio": "0"}
    write_rows(tmp_path / "corporate_actions.csv", [action | values])
    with pytest.raises(DamagedDataError, match=rf"corporate_actions\.csv:2: 600519\.SH: {words}"):
        read_folder(tmp_path)
