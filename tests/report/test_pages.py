"""The comparison page as bytes: escaping, determinism, what must stand in it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from report_builder import build_charts, build_result, label, tearsheet_names

from hypebasket.ledger.records import Reason
from hypebasket.ledger.result import CombinedResult, ConvertedReturn, RunResult, SleeveShare, WaterfallBar
from hypebasket.report.charts import chart_data
from hypebasket.report.figures import amount, direction, percent, ratio, share
from hypebasket.report.html import script_json
from hypebasket.report.labels import reason_label
from hypebasket.report.pages import write_index
from hypebasket.report.views import build_page
from hypebasket.report.waterfall import rows_of

HOSTILE = "</script><script>bad()</script><img src=x onerror=bad()>\"'&{{7*7}}/*fonts*/"


def written(result: RunResult, folder: Path) -> str:
    return write_index(result, build_charts(result), folder, {}).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.4779, "+47.79%"), (-0.074, "-7.40%"), (0.0, "0.00%"), (-0.000001, "0.00%"), (None, "–"), (12.0, "+1200.00%"),
    ],
)  # fmt: skip
def test_a_return_reads_as_a_signed_percentage(value, text):
    assert percent(value) == text


def test_other_numbers_carry_their_units():
    assert share(0.141) == "14.1%"
    assert ratio(-0.5) == "-0.50"
    assert amount(6029.05) == "6,029.05"
    assert [direction(value) for value in (0.2, -0.2, 0.00001, None)] == ["up", "down", "flat", ""]


def test_json_in_a_script_cannot_end_the_script():
    value = {"title": "</script><!--&\u2028"}
    text = script_json(value)
    assert not re.search(r"[<>&\u2028]", text)
    assert json.loads(text) == value


def test_hostile_titles_stay_text(tmp_path):
    result = build_result(hostile=HOSTILE)
    page = written(result, tmp_path)
    assert "<img" not in page
    assert "bad()</script" not in page.replace("&lt;/script&gt;", "")
    assert page.count("{{7*7}}") > 10
    assert page.count("@font-face") == 2, "fonts stand in the style sheet and nowhere else"
    assert page.count("</script>") == 4, "data, switches, tables, charts"


def test_the_same_result_gives_the_same_bytes(result, charts, index, tmp_path):
    again = write_index(result, charts, tmp_path, tearsheet_names(result))
    assert again.read_bytes() == index.read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["index.html"], "no part of the atomic writing is left"


def test_another_process_gives_the_same_bytes(index, tmp_path, root):
    program = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1]);"
        "from report_builder import build_charts, build_result, tearsheet_names;"
        "from hypebasket.report.pages import write_index; made = build_result();"
        "write_index(made, build_charts(made), Path(sys.argv[2]), tearsheet_names(made));"
        "print(sorted({'pandas', 'numpy', 'matplotlib', 'quantstats', 'mplfonts'} & set(sys.modules)))"
    )
    arguments = [sys.executable, "-c", program, str(root / "tests" / "report"), str(tmp_path)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert (tmp_path / "index.html").read_bytes() == index.read_bytes()
    assert done.stdout.strip() == "[]", "the page is made without the heavy packages"


def test_the_page_is_small_and_names_nothing_outside(index):
    assert index.stat().st_size < 4_000_000
    page = index.read_text(encoding="utf-8")
    assert not re.search(r"(?:src|href)\s*=\s*[\"']?(?:https?:)?//", page)
    assert not re.search(r"url\(\s*[\"']?(?![\"']?(?:data:|#))", page)
    assert "@import" not in page


def test_the_banner_stands_on_synthetic_pages_only(index, tmp_path):
    result = build_result(synthetic=False)
    real = written(result, tmp_path)
    assert 'id="synthetic"' in index.read_text(encoding="utf-8")
    assert "SYNTHETIC" not in real


def test_the_shared_event_leads(result):
    page = build_page(result, {})
    assert {hero.featured.event_id for hero in page.heroes} == {"sora-launch"}, "all share it, with the widest gap"


def test_circles_count_only_what_both_could_trade(result):
    page = build_page(result, {})
    rows = {row.circle: row for pair, rows in page.circles if pair.basket.id == "application" for row in rows}
    assert (rows["point_in_time"].events_with_members, rows["documented"].events_with_members) == (3, 10)
    assert rows["documented"].paired == 3
    assert [event.event_id for event in rows["point_in_time"].empty][-2:] == ["sora-launch", "citic-mainlines"]
    nobody = {row.circle: row for pair, rows in page.circles if pair.basket.id == "regulation" for row in rows}
    assert nobody["all"].gap is None


def test_a_waterfall_is_drawn_from_its_own_numbers():
    """By hand, on 200: 100 less 60 less 0 is 40; the scale is 0..100 with 4 % of room at either end."""
    bars = [("headline", 100.0), ("session_delay", -60.0), ("t_plus_1", 0.0), ("captured", 40.0)]
    rows = rows_of([WaterfallBar(step=step, money=money) for step, money in bars], 200.0)
    assert [row.share for row in rows] == [0.5, -0.3, 0.0, 0.2]
    assert [(row.left, row.width) for row in rows] == [
        ("3.70", "92.59"), ("40.74", "55.56"), ("40.74", "0.00"), ("3.70", "37.04"),
    ]  # fmt: skip
    assert [row.direction for row in rows] == ["up", "down", "flat", "up"]
    assert [row.total for row in rows] == [True, False, False, True]


def test_the_data_of_the_charts_are_those_of_the_run(result, charts):
    page = build_page(result, {})
    data = json.loads(script_json(chart_data(page, charts)))
    primary = next(one for one in result.results if one.primary and one.strategy == "event-drift")
    pair = data["pairs"][f"{primary.basket}--event-drift"]
    assert pair["net"] == sum(row[-1] for row in data["attribution"][f"{primary.basket}--event-drift"])
    assert pair["own"][-1] == round(primary.final_equity / 10_000, 3), "100 = 1,000,000"
    shown = {key for key, event in data["events"].items() if event["fills"]}
    assert shown == {
        f"{one.basket}--{one.strategy}/{event.event_id}"
        for one in result.results
        if one.primary and one.strategy == "event-drift"
        for event in one.events
        if any(name.first_fill for name in event.names)
    }


def test_an_unknown_cause_stands_for_itself():
    assert reason_label("locked_limit_up").zh == "涨停买不到"
    assert reason_label("made_up").en == "made_up"
    assert [reason.value for reason in Reason if reason_label(reason.value).zh == reason.value] == []
    assert reason_label("not_selected").zh == "未入选"


def test_a_run_with_little_in_it_still_makes_a_page(tmp_path):
    """One basket without a trigger, no event, no curve, no benchmark: dashes with reasons, no crash."""
    full = build_result()
    one = next(one for one in full.results if one.primary and one.strategy == "buy-and-hold")
    bare = one.model_copy(
        update={"events": (), "curve": (), "benchmark": None, "benchmark_return": None, "cagr": None, "unfilled": {}}
    )
    update = {"results": (bare,), "strategies": full.strategies[1:], "notes": ()}
    page = written(full.model_copy(update=update), tmp_path)
    assert "No event could be run in this period." in page
    assert "No equity curve" in page
    assert "no benchmark data" in page
    assert "not written" in page


def test_why_members_took_no_part_and_many_warnings_are_grouped(tmp_path):
    full = build_result()
    warnings = tuple(label(f"警告 {number}", f"warning {number}") for number in range(11))
    data = full.data.model_copy(update={"warnings": warnings})
    page = written(full.model_copy(update={"data": data}), tmp_path)
    assert (
        '1 × <span lang="zh">HKD 仓位本次没有运行</span><span lang="en">HKD sleeve not run (see --markets)</span>'
        in page
    )
    before, after = page.split('<span lang="zh">另有 3 条</span><span lang="en">3 more</span>')
    assert "警告 7" in before
    assert "警告 8" not in before
    assert "warning 10" in after


def test_the_return_across_sleeves_has_a_table(tmp_path):
    result = build_result()
    first = result.results[0]
    parts = [
        SleeveShare(sleeve=sleeve, weight=weight, initial_cash=100.0, final_equity=100.0 * (1 + gain),
                    profit=100.0 * gain, total_return=gain, costs=first.costs)
        for sleeve, weight, gain in (("CNY", 0.75, 0.04), ("HKD", 0.25, -0.02))
    ]  # fmt: skip
    across = CombinedResult(
        basket=first.basket, strategy=first.strategy, members="all", primary=True, start=first.start, end=first.end,
        total_return=0.025, max_drawdown=-0.01, sleeves=tuple(parts),
        converted=(ConvertedReturn(currency="CNY", total_return=0.0301, rates=("HKDCNY",)),
                   ConvertedReturn(currency="HKD", total_return=None, note=label("缺汇率", "no rate"))),
    )  # fmt: skip
    page = written(result, tmp_path)
    assert 'id="across"' not in page
    page = written(result.model_copy(update={"combined": (across,)}), tmp_path)
    table = page[page.index('id="across"') :].partition("</section>")[0]
    assert re.findall(r'data-measure="combined"[^>]*><data[^>]*>([^<]*)<', table) == ["+2.50%"]
    for text in ("75.0 %", "+4.00%", "25.0 %", "-2.00%", "+3.01%", "缺汇率", "no rate"):
        assert text in table
