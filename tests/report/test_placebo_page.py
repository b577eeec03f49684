"""The page of a placebo, and the percentile on a run's page: what stands there, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from report_builder import build_charts, build_result, tearsheet_names

from hypebasket.ledger.placebo import PlaceboPair, PlaceboResult
from hypebasket.ledger.result import Label, PlaceboTest
from hypebasket.report.figures import beaten
from hypebasket.report.histogram import draw_histogram
from hypebasket.report.pages import write_index
from hypebasket.report.placebo import answer_of, write_placebo


def among(kind: str = "calendars", percentile: float = 0.9737) -> PlaceboTest:
    return PlaceboTest(
        kind=kind, draws=1000, events=19, observed=0.03, mean=0.001, percentile=percentile, p_value=0.027,
        edges=(-0.04, -0.02, 0.0, 0.02, 0.04), counts=(100, 400, 470, 30),
    )  # fmt: skip


def pair(events: int = 19, tests: tuple[PlaceboTest, ...] | None = None) -> PlaceboPair:
    refused = PlaceboTest(kind="baskets", draws=0, refused=Label(zh="没有对照股票", en="no <other> names"))
    return PlaceboPair(
        basket="application", basket_name=Label(zh="应用<b>", en="Application <b>"), strategy="event-drift",
        strategy_name=Label(zh="事件漂移", en="Event drift"), sleeve="CNY", members="documented",
        benchmark="399006.SZ", window=5, events=events, observed=0.03, tests=tests or (among(), refused),
    )  # fmt: skip


def result(*, synthetic: bool = True) -> PlaceboResult:
    return PlaceboResult(
        placebo_id="0123456789ab", synthetic=synthetic, source="by hand", content_hash="f" * 64,
        first_session="2022-11-01", last_session="2025-12-31", seed=3, pairs=(pair(), pair(4).model_copy(
            update={"basket": "compute"})),
    )  # fmt: skip


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_placebo(result(), tmp_path_factory.mktemp("placebo")).read_text(encoding="utf-8")


def test_the_page_leads_with_the_percentile_in_a_sentence(page: str) -> None:
    lead = page[page.index('id="verdict"') : page.index("<main>")]
    assert "Captured +3.00% per event above the ChiNext: more than 97.3% of 1,000 random calendars (p = 0.027)." in lead
    assert "19 个事件平均实得超出创业板指 +3.00%，高过 1,000 次随机日历中的 97.3%（p = 0.027）。" in lead
    assert lead.count("With 4 events that says little.") == 1
    assert page.count('<svg class="histogram"') == 2
    assert page.count('class="beyond"') == 2  # 0.02 to 0.04, in the middle at the truth of 0.03
    assert "4 comparisons" not in page
    assert "2 comparisons" in page


def test_text_of_the_user_cannot_become_markup(page: str) -> None:
    assert "Application &lt;b&gt;" in page
    assert "no &lt;other&gt; names" in page
    assert "<b>" not in page
    assert "<other>" not in page


def test_synthetic_data_is_labelled_and_real_data_is_not(page: str, tmp_path: Path) -> None:
    assert page.count("SYNTHETIC / 合成数据") == 2
    assert "合成数据" not in write_placebo(result(synthetic=False), tmp_path).read_text(encoding="utf-8")


def test_the_same_result_gives_the_same_bytes_and_loads_nothing(page: str, tmp_path: Path) -> None:
    assert write_placebo(result(), tmp_path).read_text(encoding="utf-8") == page
    assert not re.search(r"(?:src|href)=\"(?!#|data:)", page)


def test_without_draws_the_reason_is_the_answer() -> None:
    refused = PlaceboTest(kind="calendars", draws=0, refused=Label(zh="排不下", en="too many events"))
    told = answer_of(pair(tests=(refused,)))
    assert (told.zh, told.en) == ("无法与偶然相比：排不下。", "No comparison with chance: too many events.")


@pytest.mark.parametrize(
    ("value", "shown"), [(None, "–"), (0.99999, "99.9%"), (1.0, "100.0%"), (0.57, "57.0%"), (0.0, "0.0%")]
)
def test_a_share_is_never_rounded_up(value: float | None, shown: str) -> None:
    assert beaten(value) == shown


def test_the_histogram_keeps_to_its_frame() -> None:
    picture = draw_histogram(among())
    assert picture is not None
    left, right, top, bottom = picture.frame
    assert all(left <= bar.x and bar.x + bar.width <= right for bar in picture.bars)
    assert all(top <= bar.y and bar.y + bar.height == pytest.approx(bottom) for bar in picture.bars)
    assert [bar.beyond for bar in picture.bars] == [False, False, False, True]
    assert picture.truth == pytest.approx(left + (right - left) * 7 / 8)
    assert draw_histogram(PlaceboTest(kind="calendars", draws=0)) is None


def test_a_run_with_a_placebo_shows_it_under_the_verdict_and_one_without_does_not(tmp_path: Path) -> None:
    made = build_result()
    names = tearsheet_names(made)
    assert 'id="luck"' not in write_index(made, build_charts(made), tmp_path, names).read_text(encoding="utf-8")
    results = tuple(each.model_copy(update={"placebo": among()}) if each.primary else each for each in made.results)
    made = made.model_copy(update={"results": results})
    html = write_index(made, build_charts(made), tmp_path, names).read_text(encoding="utf-8")
    assert html.index('id="verdict"') < html.index('id="luck"') < html.index("<nav")
    assert "97.3%" in html[html.index('id="luck"') : html.index("<nav")]


@pytest.mark.browser
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_in_a_browser(reading, tmp_path: Path, language: str) -> None:
    path = write_placebo(result(), tmp_path)
    with reading(path, f"lang={language}&theme=light") as page:
        text = page.locator("body").inner_text()
        assert ("随机日历" in text, "random calendars" in text) == (language == "zh", language == "en")
