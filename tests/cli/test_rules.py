"""The verbs ``rules show`` and ``rules diff``."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from hypebasket.cli import cli, main
from hypebasket.cli.rules import LAWS, SUBJECTS
from hypebasket.errors import RuleGapError, UsageError
from hypebasket.rules.tables import Record, tables_of


def run(root: Path, *args: str, lang: str = "en") -> str:
    result = CliRunner().invoke(cli, ["--workspace", str(root), "--lang", lang, "rules", *args], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def run_json(root: Path, *args: str) -> Any:
    return json.loads(run(root, *args, "--json"))


def values(answer: Any) -> dict[str, object]:
    return {" ".join([rule["subject"], *rule["key"].values()]): rule["value"] for rule in answer["rules"]}


def test_every_subject_has_a_name_in_both_languages() -> None:
    assert {subject for law in LAWS for subject in tables_of(law)} == set(SUBJECTS)
    assert all(name.zh and name.en for name in SUBJECTS.values())


@pytest.mark.parametrize(
    ("market", "on", "expected"),
    [
        ("CN", "2023-08-27", {"stamp_duty sell": 1_000, "price_limit main ordinary": 100}),
        ("CN", "2023-08-28", {"stamp_duty sell": 500, "stamp_duty buy": 0, "tick any": 100}),
        ("CN", "2026-07-06", {"price_limit main risk_warning": 100, "dividend_tax beyond": 0}),
        ("HK", "2023-11-16", {"stamp_duty buy": 1_300, "levy afrc": 1_500, "tick 20.00": 200}),
        ("HK", "2025-08-04", {"stamp_duty buy": 1_000, "tick 20.00": 100, "settlement_fee": {"rate": 42_000}}),
        ("US", "2024-05-28", {"section_31": 27_800, "settlement_cycle": 1, "price_limit us ordinary": "none"}),
        ("US", "2026-01-01", {"trading_activity_fee": {"per_share": 195, "maximum": 979}, "section_31": 0}),
    ],
)
def test_show_holds_the_values_of_the_day(root: Path, market: str, on: str, expected: dict[str, object]) -> None:
    found = values(run_json(root, "show", "--market", market, "--on", on))
    assert {name: found[name] for name in expected} == expected


def test_show_names_unit_days_and_source(root: Path) -> None:
    answer = run_json(root, "show", "--market", "CN", "--on", "2023-08-28")
    assert (answer["market"], answer["on"], answer["symbol"]) == ("CN", "2023-08-28", None)
    duty = next(rule for rule in answer["rules"] if rule["subject"] == "stamp_duty" and rule["key"] == {"side": "sell"})
    assert (duty["unit"], duty["from"], duty["until"]) == ("ppm of the turnover", "2023-08-28", None)
    assert duty["confidence"] == "verified"
    assert duty["sources"] == [
        {
            "title": "关于减半征收证券交易印花税的公告（财政部 税务总局公告2023年第39号）",
            "publisher": "Ministry of Finance and State Taxation Administration",
            "date": "2023-08-27",
            "address": "https://www.gov.cn/zhengce/zhengceku/202308/content_6900443.htm",
        }
    ]


@pytest.mark.parametrize("market", LAWS)
@pytest.mark.parametrize("on", ["2020-01-01", "2024-02-16", "2026-11-20"])
def test_show_leaves_nothing_out(root: Path, market: str, on: str) -> None:
    answer = run_json(root, "show", "--market", market, "--on", on)
    keys = sum(len(table.spells) for table in tables_of(market).values())
    assert len(answer["rules"]) + len(answer["gaps"]) == keys
    assert all(gap["reason"] for gap in answer["gaps"])


def test_show_lists_gaps_with_their_reason(root: Path) -> None:
    gaps = run_json(root, "show", "--market", "HK", "--on", "2026-06-01")["gaps"]
    assert {"subject": "tick", "key": {"up_to": "10.00"}} in [
        {name: gap[name] for name in ("subject", "key")} for gap in gaps
    ]
    text = run(root, "show", "--market", "HK", "--on", "2026-06-01")
    assert "tick 10.00: halved to 0.005 around mid-2026" in text
    early = run_json(root, "show", "--market", "US", "--on", "2010-06-01")
    assert values(early) == {"section_31": 16_900}
    assert "the records begin on 2011-07-01" in {gap["reason"] for gap in early["gaps"]}


def test_show_prints_a_table_and_numbered_sources(root: Path) -> None:
    text = run(root, "show", "--market", "CN", "--on", "2023-08-28")
    row = next(line for line in text.splitlines() if re.match(r"stamp duty +sell", line))
    assert re.search(r"500 +ppm of the turnover +2023-08-28 +verified +\[(\d+)\]", row)
    number = row.rsplit("[", 1)[1].split("]")[0]
    assert re.search(rf"\[{number}\] Ministry of Finance and State.*2023-08-27, https://www.gov.cn/", text)
    assert re.search(r"secondary", text)


def test_show_speaks_chinese(root: Path) -> None:
    text = run(root, "show", "--market", "cn", "--on", "2023-08-28", lang="zh")
    assert all(word in text for word in ("现行规则", "印花税", "涨跌幅限制", "已核实", "二手", "来源", "没有数值"))


def test_notes_appear_when_asked_for(root: Path) -> None:
    args = ("show", "--market", "CN", "--on", "2023-08-28")
    assert "says halved" not in run(root, *args)
    assert "says halved" in run(root, *args, "-v")


@pytest.mark.parametrize(
    ("symbol", "on", "facts"),
    [
        (
            "300781.SZ",
            "2023-08-28",
            {"listed": "2019-06-06", "band": "+20 % / -20 %", "maximum": "limit 300,000, market 150,000"},
        ),
        ("300781.SZ", "2020-08-21", {"band": "+10 % / -10 %", "band_st": "+5 % / -5 %", "maximum": "1,000,000"}),
        (
            "300781.SZ",
            "2019-06-06",
            {"listed": "2019-06-06, session 1 since then", "band": "+44 % / -36 % of the issue price"},
        ),
        ("300781.SZ", "2019-06-10", {"listed": "2019-06-06, session 2 since then", "band": "+10 % / -10 %"}),
        # Hygon, listed on Friday 2022-08-12: session 5 is Thursday 2022-08-18
        ("688041.SH", "2022-08-18", {"listed": "2022-08-12, session 5 since then", "band": "none"}),
        ("688041.SH", "2022-08-19", {"listed": "2022-08-12, session 6 since then", "band": "+20 % / -20 %"}),
        ("00020.HK", "2024-02-16", {"lot": "1,000, then in steps of 1,000", "maximum": "3,000,000", "band": "none"}),
        (
            "NVDA.US",
            "2024-02-15",
            {"lot": "1, then in steps of 1", "maximum": "none", "t_plus": "the same session (T+0)"},
        ),
        ("600000.SH", "2024-02-19", {"t_plus": "the next session (T+1)", "lot": "100, then in steps of 100"}),
        ("00005.HK", "2024-02-16", {"lot": "unknown", "maximum": "unknown"}),
    ],
)
def test_show_tells_the_facts_of_a_symbol(root: Path, symbol: str, on: str, facts: dict[str, str]) -> None:
    own = run_json(root, "show", "--symbol", symbol, "--on", on)["symbol"]
    assert own["symbol"] == symbol
    assert {name: own[name] for name in facts} == facts


def test_a_symbol_narrows_the_rules_to_its_board_and_exchange(root: Path) -> None:
    answer = run_json(root, "show", "--symbol", "300781.SZ", "--on", "2023-08-28")
    assert {rule["key"].get("board", "chinext") for rule in answer["rules"] + answer["gaps"]} == {"chinext"}
    assert {rule["key"].get("exchange", "XSHE") for rule in answer["rules"] + answer["gaps"]} == {"XSHE"}
    assert "stamp_duty" in {rule["subject"] for rule in answer["rules"]}
    assert "board: chinext (by the instrument table)" in run(
        root, "show", "--symbol", "300781.SZ", "--on", "2023-08-28"
    )
    assert "main（据代码）" in run(root, "show", "--symbol", "600000.SH", "--on", "2023-08-28", lang="zh")


def test_an_unknown_listing_day_is_said(root: Path) -> None:
    own = run_json(root, "show", "--symbol", "600000.SH", "--on", "2023-08-28")["symbol"]
    assert own["listed"].startswith("day unknown")


def test_show_works_outside_a_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, ["rules", "show", "--symbol", "300781.SZ", "--on", "2023-08-28"])
    assert result.exit_code == 0
    assert "board: chinext (by its code)" in result.stdout


@pytest.mark.parametrize(
    ("args", "error", "message"),
    [
        (["show", "--on", "2024-02-19"], UsageError, "write --market CN, HK or US"),
        (
            ["show", "--market", "CN", "--on", "1990-12-18"],
            RuleGapError,
            r"1990-12-18: no rule of CN.*begin on 2013-01-01",
        ),
        (["show", "--market", "HK", "--on", "2010-12-01"], RuleGapError, "begin on 2010-12-02"),
        (["show", "--market", "US", "--on", "2010-01-14"], RuleGapError, "begin on 2010-01-15"),
        (["show", "--on", "2024-02-19", "--symbol", "60051"], UsageError, "'60051': not a symbol; six digits"),
        (["show", "--on", "2024-02-19", "--symbol", "900901.SH"], RuleGapError, "B shares are not covered"),
        (["show", "--market", "US", "--on", "2024-02-19", "--symbol", "00700.HK"], UsageError, "write --market HK"),
        (["show", "--on", "2019-06-05", "--symbol", "300781.SZ"], RuleGapError, "listed from 2019-06-06 on"),
        (["show", "--on", "2019-07-19", "--symbol", "688001.SH"], RuleGapError, "2019-07-19: not covered"),
        (["diff", "2024-02-19", "2024-02-16"], UsageError, "2024-02-19 is after 2024-02-16; exchange them"),
        (["diff", "1990-01-01", "1991-01-01", "--market", "HK"], RuleGapError, "begin on 2010-12-02"),
    ],
)
def test_what_cannot_be_answered_says_why(root: Path, args: list[str], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        run(root, *args)


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["show", "--on", "2024-02-19"], 2),
        (["show", "--market", "UK", "--on", "2024-02-19"], 2),
        (["show", "--market", "CN", "--on", "2024-02-30"], 2),
        (["show", "--market", "CN"], 2),
        (["show", "--market", "CN", "--on", "1990-12-18"], 3),
        (["show", "--on", "2024-02-19", "--symbol", "200011.SZ"], 3),
        (["diff", "2024-02-19"], 2),
        (["diff", "2024-02-19", "2024-02-16"], 2),
        (["diff", "1990-01-01", "1991-01-01"], 3),
    ],
)
def test_exit_codes(root: Path, args: list[str], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--workspace", str(root), "rules", *args])
    assert caught.value.code == code
    shown = capsys.readouterr()
    assert "Traceback" not in shown.err
    assert shown.err


def changes(answer: Any) -> list[tuple[str, str, str, object, object]]:
    return [
        (
            change["day"],
            change["market"],
            " ".join([change["subject"], *change["key"].values()]),
            change["before"].get("value", "?"),
            change["after"].get("value", "?"),
        )
        for change in answer["changes"]
    ]


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2023-08-27", "2023-08-28", [("2023-08-28", "CN", "stamp_duty sell", 1_000, 500)]),
        ("2023-08-28", "2023-08-29", []),
        ("2023-08-26", "2023-08-27", []),
        ("2023-08-28", "2023-08-28", []),
        ("2026-07-05", "2026-07-06", [("2026-07-06", "CN", "price_limit main risk_warning", 50, 100)]),
        (
            "2023-11-16",
            "2023-11-17",
            [
                ("2023-11-17", "HK", "stamp_duty buy", 1_300, 1_000),
                ("2023-11-17", "HK", "stamp_duty sell", 1_300, 1_000),
            ],
        ),
        (
            "2025-08-03",
            "2025-08-04",
            [("2025-08-04", "HK", "tick 20.00", 200, 100), ("2025-08-04", "HK", "tick 50.00", 500, 200)],
        ),
        (
            "2024-05-21",
            "2024-05-28",
            [("2024-05-22", "US", "section_31", 8_000, 27_800), ("2024-05-28", "US", "settlement_cycle", 2, 1)],
        ),
        ("2026-05-31", "2026-06-01", [("2026-06-01", "HK", "tick 10.00", 100, "?")]),
    ],
)
def test_diff_holds_what_changed(
    root: Path, first: str, last: str, expected: list[tuple[str, str, str, object, object]]
) -> None:
    assert changes(run_json(root, "diff", first, last)) == expected


def test_diff_of_one_market(root: Path) -> None:
    found = run_json(root, "diff", "2020-01-01", "2026-11-20", "--market", "HK")["changes"]
    assert {change["market"] for change in found} == {"HK"}
    days = [change["day"] for change in found]
    assert days == sorted(days)
    assert {"2021-08-01", "2022-01-01", "2023-01-01", "2023-11-17", "2025-06-30", "2025-08-04"} <= set(days)


def test_what_is_shown_on_two_days_differs_by_what_diff_says(root: Path) -> None:
    first, last = "2020-06-01", "2023-09-01"
    for market in LAWS:
        before, after = (values(run_json(root, "show", "--market", market, "--on", on)) for on in (first, last))
        differing = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
        answer = run_json(root, "diff", first, last, "--market", market)["changes"]
        named = {" ".join([change["subject"], *change["key"].values()]) for change in answer}
        assert differing <= named
        # a value may have come and gone between the two days; on both of them it is then the same
        assert all(before.get(name) == after.get(name) for name in named - differing)


def test_records_cited_anew_are_no_change(root: Path) -> None:
    # Beijing took the select tier's band over on 2021-11-15: another record, the same value
    bands = tables_of("CN")["price_limit"].spells["bse", "ordinary"]
    assert [spell.value for spell in bands if isinstance(spell, Record)] == [300, 300]
    found = changes(run_json(root, "diff", "2021-11-14", "2021-11-15"))
    assert "price_limit bse ordinary" not in {name for _, _, name, _, _ in found}
    assert ("2021-11-15", "CN", "transfer_fee bse", "?", 25) in found


def test_a_first_record_is_a_change_from_nothing(root: Path) -> None:
    found = run_json(root, "diff", "2010-01-01", "2010-04-01", "--market", "US")["changes"]
    assert next((change["day"], change["before"], change["after"]["value"]) for change in found) == (
        "2010-01-15",
        {"gap": "the records begin on 2010-01-15"},
        12_700,
    )
    assert found[1]["after"]["value"] == 16_900


def test_diff_prints_both_sides(root: Path) -> None:
    text = run(root, "diff", "2023-08-27", "2023-08-28")
    assert re.search(r"2023-08-28 +CN +stamp duty +sell +1,000 +500 +ppm of the turnover +verified +\[1\]", text)
    assert "[1] Ministry of Finance and State" in text
    assert "nothing changed" in run(root, "diff", "2023-08-28", "2023-08-29")
    assert "没有变化" in run(root, "diff", "2023-08-28", "2023-08-29", lang="zh")
    assert "未知: halved" in run(root, "diff", "2026-05-31", "2026-06-01", lang="zh")


def test_the_help_names_the_verb(root: Path) -> None:
    result = CliRunner().invoke(cli, ["--help"])
    assert re.search(r"rules +Show the law in force", result.stdout)
