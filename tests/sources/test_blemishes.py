"""What a reader of results is told of the data: one sentence for every kind of blemish, in both languages."""

from __future__ import annotations

from hypebasket.sources.finding import Finding, blemishes


def finding(kind: str, file: str, symbol: str | None = None, *, count: int = 1, severity: str = "blemish") -> Finding:
    values = {"severity": severity, "kind": kind, "file": file, "symbol": symbol, "count": count, "message": "seen"}
    return Finding.model_validate(values)


def test_findings_of_a_kind_are_one_sentence() -> None:
    told = blemishes(
        [
            finding("amount_blank", "bars_cn.csv", count=11404),
            finding("row_left_out", "bars_hk.csv", "00763.HK"),
            finding("amount_blank", "bars_hk.csv", count=2),
            finding("suspended", "bars_cn.csv", severity="note"),
        ]
    )
    assert [text.en for text in told] == [
        "amount blank: bars_cn.csv (11,404 rows), bars_hk.csv (2 rows)",
        "row left out: bars_hk.csv 00763.HK (1 row)",
    ]
    assert [text.zh for text in told] == [
        "成交额为空：bars_cn.csv（11,404 行）、bars_hk.csv（2 行）",
        "行已剔除：bars_hk.csv 00763.HK（1 行）",
    ]


def test_a_long_list_is_counted() -> None:
    (told,) = blemishes(finding("gap", "bars.csv", f"60000{number}.SH") for number in range(9))
    assert told.en.endswith("600005.SH (1 row) and 3 more")
    assert told.zh.endswith("600005.SH（1 行），另有 3 处")
