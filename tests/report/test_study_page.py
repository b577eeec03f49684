"""The page of an event study: what stands on it, in both languages, with and without numbers."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from report_builder import both

from hypebasket.ledger.result import DataSummary
from hypebasket.ledger.study import (
    TEST_NAMES,
    Anatomy,
    CircleStudy,
    EventStudy,
    GroupStudy,
    Judged,
    LeftOut,
    MainlineStudy,
    PathPoint,
    StudyResult,
    StudyTerms,
    WindowStudy,
    WindowValue,
)
from hypebasket.report.caar_chart import draw_caar, shared_scale
from hypebasket.report.figures import p_value
from hypebasket.report.study import write_study

CJK = re.compile(r"[\u4e00-\u9fff]")


def window(first: int, last: int, finding: str, caar: float | None = 0.0637) -> WindowStudy:
    known = caar is not None
    tests = {
        name: Judged(
            statistic=2.45 if known else None,
            p_value=0.0278 if known else None,
            dof=14,
            holm=0.333 if known else None,
            benjamini_hochberg=0.111 if known else None,
        )
        for name in TEST_NAMES
    }
    return WindowStudy(
        first=first, last=last, name_events=152 if known else 0, events=19 if known else 0, blocks=15 if known else 0,
        caar=caar, interval=(-0.003, 0.13) if known else None, bhar=0.0652 if known else None, naive_caar=caar,
        correlation=0.023 if known else None, detectable=0.0782 if known else None, still_locked=0, tests=tests,
        finding=finding,
    )  # fmt: skip


def value(car: float | None) -> WindowValue:
    return WindowValue(first=1, last=5, car=car, bhar=car, name_events=8)


def line(basket: str, finding: str, caar: float | None = 0.0637) -> MainlineStudy:
    events = (
        EventStudy(
            event_id="sora-launch", title=both("Sora <shown>"), session_1=date(2024, 2, 19), base=date(2024, 2, 8),
            block=0, members=8, windows=(value(0.413),),
            left_out=(LeftOut(symbol="600000.SH", reason=both("did not trade")),),
        ),
        EventStudy(
            event_id="altman", title=both("Chips"), session_1=date(2024, 2, 19), base=date(2024, 2, 8), block=None,
            members=0, windows=(value(None),), left_out=(), owner="sora-launch",
        ),
        EventStudy(
            event_id="late", title=both("Too late"), session_1=date(2026, 2, 19), base=date(2026, 2, 8), block=None,
            members=0, windows=(value(None),), left_out=(), excluded=both("outside the run"),
        ),
    )  # fmt: skip
    path = tuple(
        PathPoint(session=step, caar=0.01 * step, low=0.01 * step - 0.05, high=0.01 * step + 0.05, events=19)
        for step in range(-10, 21)
        if step
    )
    group = GroupStudy(segment="games", symbol=None, name=both("games"), events=19, windows=(value(0.04),), p_value=0.2)
    member = group.model_copy(update={"symbol": "002558.SZ", "name": both("Giant"), "p_value": None})
    anatomy = Anatomy(path=path, segments=(group,), members=(member,))
    circles = tuple(
        CircleStudy(
            circle=circle, primary=circle == "documented",
            windows=(window(1, 5, finding, caar), window(-5, 0, finding)),
            events=events, anatomy=anatomy if circle == "documented" else None,
        )
        for circle in ("point_in_time", "documented", "all")
    )  # fmt: skip
    return MainlineStudy(
        basket=basket, name=both(basket.title()), mainline=basket, sleeve="CNY", benchmark="399006.SZ",
        undocumented=False, circles=circles, answer=both(f"answer of {basket}"),
    )  # fmt: skip


def result(*, synthetic: bool = True) -> StudyResult:
    unstudied = line("disrupted", "insufficient").model_copy(update={"circles": (), "answer": both("no benchmark")})
    return StudyResult(
        study_id="0123456789ab", synthetic=synthetic,
        data=DataSummary(source="by hand", synthetic=synthetic, first_session=date(2022, 11, 1),
                         last_session=date(2025, 12, 31), content_hash="f" * 64, rules="0123456789abcdef",
                         warnings=(both("a gap"),)),
        terms=StudyTerms(model="market", estimation=(-130, -11), windows=((1, 5), (-5, 0)), locked="cumulate",
                         fewest_returns=60, fewest_blocks=10, detectable=0.05, level=0.05, draws=1999, seed=0),
        answer=both("the whole answer"),
        mainlines=(line("application", "insufficient"), line("compute", "moved"), line("regulation", "not_shown", None),
                   unstudied),
        notes=(both("a note"),),
    )  # fmt: skip


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_study(result(), tmp_path_factory.mktemp("study")).read_text(encoding="utf-8")


def test_the_page_says_what_was_found(page: str) -> None:
    for words in (
        "the whole answer",
        "answer of application",
        "no benchmark",
        "insufficient",
        "no effect shown",
        "moved",
    ):
        assert words in page
    assert page.count('<svg class="caar"') == 3
    assert "+6.37%" in page
    assert "[-0.3%, +13.0%]" in page
    assert "7.8%" in page
    assert "same session 1 as sora-launch, counted there" in page
    assert "1 events left out" in page


def test_text_of_the_user_cannot_become_markup(page: str) -> None:
    assert "Sora &lt;shown&gt;" in page
    assert "<shown>" not in page


def test_synthetic_data_is_labelled_and_real_data_is_not(page: str, tmp_path: Path) -> None:
    assert page.count("SYNTHETIC / 合成数据") == 2
    real = write_study(result(synthetic=False), tmp_path).read_text(encoding="utf-8")
    assert "合成数据" not in real


def test_the_same_result_gives_the_same_bytes(page: str, tmp_path: Path) -> None:
    assert write_study(result(), tmp_path).read_text(encoding="utf-8") == page


def test_nothing_is_loaded_from_elsewhere(page: str) -> None:
    assert not re.search(r"(?:src|href)=\"(?!#|data:)", page)
    assert "http://" not in page
    assert "https://" not in page


@pytest.mark.parametrize(
    ("value", "shown"), [(None, "–"), (0.0004, "<0.001"), (0.0278, "0.028"), (1.0, "1.000"), (0.001, "0.001")]
)
def test_p_values(value: float | None, shown: str) -> None:
    assert p_value(value) == shown


def test_the_chart_keeps_to_its_frame_and_scale() -> None:
    path = line("application", "moved").primary.anatomy.path  # type: ignore[union-attr]
    scale = shared_scale([path])
    assert scale is not None
    assert scale[0] < -0.1
    assert scale[1] > 0.2
    chart = draw_caar(path, scale)
    left, right, top, bottom = chart.frame
    assert all(left <= dot.x <= right and top <= dot.y <= bottom for dot in chart.dots)
    assert [mark.value for mark in chart.down] == [-10, -5, 5, 10, 15, 20]
    assert any(mark.value == 0 for mark in chart.across)
    assert chart.dots[0].y > chart.dots[-1].y
    assert shared_scale([]) is None


@pytest.mark.browser
@pytest.mark.parametrize(
    ("language", "theme", "shown", "hidden"),
    [
        ("en", "dark", "Did the events move them", "是事件推动的"),
        ("zh", "light", "是事件推动的", "Did the events move them"),
    ],
)
def test_the_page_in_a_browser(reading, tmp_path: Path, language: str, theme: str, shown: str, hidden: str) -> None:
    path = write_study(result(), tmp_path)
    with reading(path, f"lang={language}&theme={theme}") as page:
        text = page.locator("body").inner_text()
        assert shown in text
        assert hidden not in text
        assert (len(set(CJK.findall(text))) > 100) == (language == "zh")
        assert page.locator("svg.caar path.line").count() == 3
