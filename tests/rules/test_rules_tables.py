"""The tables are whole, cited and loud about their gaps."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from hypebasket import rules
from hypebasket.errors import RuleGapError
from hypebasket.rules import tables
from hypebasket.rules.tables import Gap, Record, find, only, read_table, tables_of

SHIPPED = sorted(tables.FOLDER.glob("*.yaml"))
FIRST_DAY = date(2015, 9, 8)

TABLE = """
law: CN
subject: sample
unit: permille
keys: [board]
covered_from: 2020-01-01
sources:
  notice: {{title: A notice, publisher: An exchange, date: 2019-12-01}}
records:
{records}
gaps:
{gaps}
"""
FIRST = "  - {board: main, value: 1, from: 2019-01-01, until: 2020-06-30, source: [notice], confidence: verified}"
SECOND = "  - {board: main, value: 2, from: 2020-07-01, until: null, source: [notice], confidence: secondary}"


def written(folder: Path, records: list[str], gaps: list[str] | None = None) -> Path:
    path = folder / "cn_sample.yaml"
    path.write_text(TABLE.format(records="\n".join(records), gaps="\n".join(gaps or ["  []"])), encoding="utf-8")
    return path


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_table_is_valid_and_named_after_its_law(path: Path) -> None:
    table = read_table(path)
    assert path.name.startswith(table.law.lower() + "_")
    assert table.covered_from <= FIRST_DAY


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_record_is_cited(path: Path) -> None:
    for rows in read_table(path).spells.values():
        for spell in rows:
            if isinstance(spell, Record):
                assert spell.sources
                assert all(source.title and source.publisher for source in spell.sources)
            else:
                assert spell.reason


def test_all_subjects_are_there() -> None:
    assert set(tables_of("CN")) == {
        "commission_cap",
        "delisting_band",
        "delisting_length",
        "dividend_tax",
        "first_day_band",
        "free_sessions",
        "limit_rounding",
        "one_tick_floor",
        "order_maximum",
        "order_size",
        "price_limit",
        "risk_warning_buying_cap",
        "settlement",
        "stamp_duty",
        "tick",
        "transfer_fee",
    }
    everywhere = {"commission_cap", "dividend_withholding", "order_maximum", "order_size", "price_limit"}
    everywhere |= {"settlement", "settlement_cycle", "tick"}
    everywhere |= {"borrow_rate", "short_margin"}
    assert set(tables_of("HK")) == everywhere | {"levy", "settlement_fee", "stamp_duty", "trading_fee"}
    assert set(tables_of("US")) == everywhere | {"section_31", "short_sale_restriction", "trading_activity_fee"}


def test_two_adjoining_records_are_found_on_their_own_days(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, [SECOND, FIRST]))
    values = {}
    for day in (date(2020, 1, 1), date(2020, 6, 30), date(2020, 7, 1), date(2030, 1, 1)):
        spell = table.spell(("main",), day)
        assert isinstance(spell, Record)
        values[day] = spell.value
    assert list(values.values()) == [1, 1, 2, 2]
    assert table.spell(("main",), date(2019, 12, 31)) is None


@pytest.mark.parametrize(
    ("records", "gaps", "complaint"),
    [
        ([FIRST], None, "nothing after 2020-06-30"),
        ([SECOND], None, "nothing from 2020-01-01 to 2020-06-30"),
        ([FIRST, SECOND.replace("2020-07-01", "2020-06-30")], None, "overlap"),
        (
            [FIRST, SECOND.replace("2020-07-01", "2020-07-03")],
            None,
            "hole without a name from 2020-07-01 to 2020-07-02",
        ),
        ([FIRST.replace("2020-06-30", "null"), SECOND], None, "overlap"),
        ([FIRST.replace("2020-06-30", "2018-06-30"), SECOND], None, "ends before it begins"),
        ([FIRST, SECOND.replace("secondary", "rumour")], None, "confidence"),
        ([FIRST, SECOND.replace("[notice]", "[letter]")], None, "letter"),
        ([FIRST, SECOND.replace("[notice]", "[]")], None, "source"),
        ([FIRST, SECOND.replace("value: 2", "value: 2.5")], None, "value"),
        ([FIRST, SECOND.replace("value: 2", "worth: 2")], None, "worth"),
        ([FIRST, SECOND.replace("board: main, ", "")], None, "board"),
        ([FIRST], ["  - {board: main, from: 2020-07-01, until: null, reason: ''}"], "reason"),
    ],
)
def test_a_faulty_table_is_refused(tmp_path: Path, records: list[str], gaps: list[str] | None, complaint: str) -> None:
    with pytest.raises(ValueError, match=re.escape(complaint)) as caught:
        read_table(written(tmp_path, records, gaps))
    assert str(caught.value).startswith("cn_sample.yaml")


def test_a_named_gap_fills_a_hole(tmp_path: Path) -> None:
    gap = "  - {board: main, from: 2020-07-01, until: null, reason: nobody wrote it down}"
    spell = read_table(written(tmp_path, [FIRST], [gap])).spell(("main",), date(2021, 1, 1))
    assert isinstance(spell, Gap)
    assert spell.reason == "nobody wrote it down"


@pytest.mark.parametrize(
    ("key", "day", "words"),
    [
        (
            ("price_limit", "star", "ordinary"),
            date(2019, 7, 21),
            ["price_limit", "star", "2019-07-21", "opened on 2019-07-22"],
        ),
        (("price_limit", "bse", "ordinary"), date(2020, 7, 26), ["price_limit", "bse", "2020-07-26", "select tier"]),
        (("price_limit", "main", "ordinary"), date(2015, 9, 7), ["price_limit", "main", "2015-09-07", "2015-09-08"]),
        (("price_limit", "hk", "ordinary"), date(2024, 1, 2), ["price_limit", "hk", "no such key"]),
        (
            ("transfer_fee", "bse"),
            date(2021, 11, 12),
            ["transfer_fee", "bse", "2021-11-12", "start the run on 2021-11-15"],
        ),
        (("one_tick_floor", "XBSE", "ordinary"), date(2024, 1, 2), ["one_tick_floor", "XBSE", "no source"]),
        (("first_day_band", "main", "XSHG"), date(2023, 4, 10), ["first_day_band", "free_sessions"]),
        (("margin",), date(2024, 1, 2), ["margin", "no table"]),
    ],
)
def test_a_lookup_names_the_gap(key: tuple[str, ...], day: date, words: list[str]) -> None:
    with pytest.raises(RuleGapError) as caught:
        find("CN", key[0], day, *key[1:])
    assert all(word in str(caught.value) for word in words), str(caught.value)
    assert caught.value.remedy


@pytest.mark.parametrize("law", ["HK", "US"])
def test_a_subject_of_another_law_is_refused_by_name(law: str) -> None:
    with pytest.raises(RuleGapError, match=law):
        find(law, "transfer_fee", date(2024, 1, 2), law.lower())
    with pytest.raises(RuleGapError, match=law):
        only(law, "dividend_tax")


def test_every_subject_answers_or_explains_itself_on_every_day() -> None:
    last = date(2026, 12, 31)
    days = [FIRST_DAY + timedelta(days=count) for count in range((last - FIRST_DAY).days + 1)]
    for table in [table for law in ("CN", "HK", "US") for table in tables_of(law).values()]:
        for key in table.spells:
            assert all(table.spell(key, day) is not None for day in days), (table.subject, key)


def test_the_version_is_short_and_stable() -> None:
    assert re.fullmatch(r"[0-9a-f]{16}", rules.version())
    assert rules.version() == rules.version.__wrapped__()
