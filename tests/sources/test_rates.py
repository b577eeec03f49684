"""Exchange rates of a tidy folder: read, verified, stored; and the later facts of its instruments."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tidy_builder import SESSIONS, Row, write_rows, write_tidy

from hypebasket.errors import DamagedDataError, DataGapError
from hypebasket.sources.folder import read_folder
from hypebasket.sources.store import Store

RATE = {"base": "USD", "quote": "CNY", "date": "2024-01-02", "rate": "7.0770", "kind": "central parity"}


def folder_with(tmp_path: Path, *rates: Row) -> Path:
    write_tidy(tmp_path)
    write_rows(tmp_path / "fx.csv", list(rates))
    return tmp_path


def as_rows(folder: Path) -> list[tuple[str, ...]]:
    rates = read_folder(folder).data.rates
    return [(*map(str, row[:3]), str(row[3].date()), str(row[4])) for row in rates.itertuples(index=False)]


def test_pairs_in_either_form_are_the_same(tmp_path: Path) -> None:
    wanted = [("USD", "CNY", "central parity", "2024-01-02", "7.077")]
    assert as_rows(folder_with(tmp_path, RATE)) == wanted
    for pair in ("USDCNY", "usd/cny", "USD.CNY"):
        given = {key: RATE[key] for key in ("date", "rate", "kind")}
        assert as_rows(folder_with(tmp_path, {"pair": pair, **given})) == wanted


def test_a_day_that_is_no_session_has_a_rate_too(tmp_path: Path) -> None:
    # 2024-01-06 is a Saturday
    assert len(as_rows(folder_with(tmp_path, RATE, RATE | {"date": "2024-01-06"}))) == 2


def test_two_kinds_of_a_day_stand_beside_each_other(tmp_path: Path) -> None:
    assert len(as_rows(folder_with(tmp_path, RATE, RATE | {"kind": "market close"}))) == 2


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"rate": "0"}, "rate must be a positive number"),
        ({"rate": ""}, "rate must be a positive number"),
        ({"rate": "seven"}, "not a number"),
        ({"date": ""}, "date is blank"),
        ({"date": "2024-13-01"}, "not a day"),
        ({"quote": "USD"}, "base and quote are the same currency"),
        ({}, "the same pair, kind and day a second time"),
    ],
)
def test_wrong_rates_are_refused_with_their_place(tmp_path: Path, values: Row, words: str) -> None:
    with pytest.raises(DamagedDataError, match=rf"fx\.csv:3: .*{words}"):
        read_folder(folder_with(tmp_path, RATE, RATE | values))


def test_a_file_without_currencies_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataGapError, match="no columns 'base' and 'quote'"):
        read_folder(folder_with(tmp_path, {"date": "2024-01-02", "rate": "7.1"}))


def test_other_currencies_are_left_out_and_told(tmp_path: Path) -> None:
    reading = read_folder(folder_with(tmp_path, RATE, RATE | {"base": "EUR", "rate": "7.8"}))
    assert len(reading.data.rates) == 1
    (told,) = (finding for finding in reading.findings if finding.kind == "rate_other")
    assert "EURCNY" in told.message


def test_a_rate_upside_down_is_told(tmp_path: Path) -> None:
    rates = [RATE | {"date": day} for day in SESSIONS[:3]]
    rates[2] = rates[2] | {"rate": "0.1413"}
    (told,) = (f for f in read_folder(folder_with(tmp_path, *rates)).findings if f.kind == "rate_jump")
    assert (told.severity, str(told.first), told.count) == ("blemish", SESSIONS[2], 1)


def test_the_same_rate_in_two_files_is_refused(tmp_path: Path) -> None:
    write_rows(folder_with(tmp_path, RATE) / "fx_more.csv", [RATE])
    with pytest.raises(DamagedDataError, match="USD CNY central parity 2024-01-02: in more than one file"):
        read_folder(tmp_path)


def test_the_store_keeps_them_and_the_content_is_another(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    before = store.import_folder(write_tidy(tmp_path / "tidy")).manifest.content_hash
    outcome = store.import_folder(folder_with(tmp_path / "tidy", RATE))
    assert outcome.is_new
    assert outcome.manifest.content_hash != before
    assert store.load(["600519.SH"]).rates.equals(read_folder(tmp_path / "tidy").data.rates)
    assert store.verify().problems == ()
    (stored,) = (each for each in outcome.manifest.objects if each.kind == "rates")
    (store.root / "objects" / stored.file_name).write_bytes(b"damaged")
    assert any(stored.file_name in problem for problem in store.verify().problems)


def test_later_facts_of_an_instrument_are_read(tmp_path: Path) -> None:
    write_tidy(tmp_path)
    listed = {
        "symbol": "600519.SH", "board": "main", "list_date": "2001-08-27", "退市整理期首日": "2024-01-04",
        "delisting_last": "2024-01-10", "delist_date": "2024-01-12", "风险警示": "2023-05-04..2024-01-03",
    }  # fmt: skip
    write_rows(tmp_path / "symbols_cn.csv", [listed])
    known = read_folder(tmp_path).data.instruments["600519.SH"]
    assert (known.delisting_start, known.delisting_last, known.relist_date) == (
        date(2024, 1, 4), date(2024, 1, 10), None,
    )  # fmt: skip
    assert known.is_warned(date(2024, 1, 3)) is True
    assert known.is_warned(date(2024, 1, 4)) is False


def test_spells_that_are_none_are_refused(tmp_path: Path) -> None:
    write_tidy(tmp_path)
    listed = {"symbol": "600519.SH", "board": "main", "list_date": "2001-08-27", "risk_warning": "since May"}
    write_rows(tmp_path / "symbols_cn.csv", [listed])
    with pytest.raises(DamagedDataError, match=r"symbols_cn\.csv:2: 600519\.SH: risk_warning: write spells as"):
        read_folder(tmp_path)
