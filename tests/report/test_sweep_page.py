"""The page of a sweep: the heat map's numbers and colours, what is said of luck, both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from report_builder import both

from hypebasket.ledger.sweep import ArenaResult, ConfigurationResult, Setting, SweepAxis, SweepResult
from hypebasket.report.figures import chance
from hypebasket.report.sweep import draw_heat_map, write_sweep, written

CJK = re.compile(r"[\u4e00-\u9fff]")


def row(*settings: Setting, captured: float | None, rank: int | None = None) -> ConfigurationResult:
    return ConfigurationResult(
        settings=settings, captured=captured, total_return=0.3, sharpe=1.25, max_drawdown=-0.0812, events=12,
        fills=1234, unfilled=7, rank=rank, confirmed=rank == 1,
    )  # fmt: skip


GRID = (
    row(1, None, captured=0.04, rank=2),
    row(1, 0.05, captured=-0.02, rank=4),
    row(2, None, captured=0.08, rank=1),
    ConfigurationResult(settings=(2, 0.05), problem="no <strategy> at all"),
    row(3, None, captured=0.0, rank=3),
    row(3, 0.05, captured=None),
)
AXES = (
    SweepAxis(field="exit.hold_sessions", values=(1, 2, 3)),
    SweepAxis(field="exit.stop_loss", values=(None, 0.05)),
)


def arena(rows: tuple[ConfigurationResult, ...] = GRID, **changed: object) -> ArenaResult:
    known = ArenaResult(
        basket="application", name=both("Application"), sleeve="CNY", members="documented",
        first_session="2023-01-03", last_session="2024-12-31", configurations=rows, deflated_sharpe=0.876,
        overfitting=0.4321, best_sharpe=1.5, luck_sharpe=1.1, effective_trials=17.25, splits=12_870, tried=1_234,
        finding="not_shown", answer=both("the answer of the sweep"),
    )  # fmt: skip
    return known.model_copy(update=changed)


def result(*arenas: ArenaResult, axes: tuple[SweepAxis, ...] = AXES, synthetic: bool = True) -> SweepResult:
    return SweepResult(
        sweep_id="0123456789ab", synthetic=synthetic, source="by hand", content_hash="f" * 64, strategy="event-drift",
        strategy_name=both("Event drift"), metric="captured", random=None, seed=0, axes=axes,
        arenas=arenas or (arena(),),
    )  # fmt: skip


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_sweep(result(), tmp_path_factory.mktemp("sweep")).read_text(encoding="utf-8")


def test_the_map_has_the_first_axis_across_and_the_second_down() -> None:
    heat = draw_heat_map(result(), arena())
    assert heat is not None
    assert (heat.across, heat.down) == ((1, 2, 3), (None, 0.05))
    assert [[cell.value for cell in line] for line in heat.rows] == [[0.04, 0.08, 0.0], [-0.02, None, None]]
    # 45 % of the colour for the furthest from zero, in proportion for the others: 0.04 / 0.08 and 0.02 / 0.08 of it
    assert [[cell.depth for cell in line] for line in heat.rows] == [[22, 45, 0], [11, 0, 0]]
    assert [[cell.way for cell in line] for line in heat.rows] == [["up", "up", ""], ["down", "", ""]]
    assert [cell.best for line in heat.rows for cell in line] == [False, True, False, False, False, False]


def test_further_axes_are_gone_through_by_the_median(tmp_path: Path) -> None:
    axes = (*AXES[:1], SweepAxis(field="overlap", values=("ignore",)), SweepAxis(field="size.gross", values=(1, 2, 3)))
    rows = tuple(
        row(hold, "ignore", gross, captured=value, rank=1 if value == 0.5 else None)
        for hold, values in ((1, (0.01, 0.02, 0.5)), (2, (0.03, None, 0.05)))
        for gross, value in zip((1, 2, 3), values, strict=True)
    )
    swept = result(arena(rows), axes=axes)
    heat = draw_heat_map(swept, swept.arenas[0])
    assert heat is not None
    assert [cell.value for cell in heat.rows[0]] == [0.02, pytest.approx(0.04), None]
    assert [cell.configurations for cell in heat.rows[0]] == [3, 3, 0]
    assert heat.rows[0][0].best
    assert "the median over the further field (size.gross)" in write_sweep(swept, tmp_path).read_text(encoding="utf-8")


def test_one_axis_is_one_row_and_too_many_cells_are_none(tmp_path: Path) -> None:
    rows = tuple(row(number, captured=number / 100, rank=4 - number) for number in (1, 2, 3))
    single = result(arena(rows), axes=AXES[:1])
    heat = draw_heat_map(single, single.arenas[0])
    assert heat is not None
    assert [[cell.value for cell in line] for line in heat.rows] == [[0.01, 0.02, 0.03]]
    assert 'class="heat"' in write_sweep(single, tmp_path).read_text(encoding="utf-8")
    wide = tuple(SweepAxis(field=name, values=tuple(range(50))) for name in ("a", "b"))
    large = result(arena(()), axes=wide)
    assert draw_heat_map(large, large.arenas[0]) is None
    assert "Too many cells to draw" in write_sweep(large, tmp_path).read_text(encoding="utf-8")


def test_the_page_says_what_was_tried_and_what_luck_explains(page: str) -> None:
    assert "the answer of the sweep" in page
    assert 'data-figure="deflated">87.6%' in page
    assert 'data-figure="overfitting">43.2%' in page
    assert 'data-figure="tried">1,234' in page
    assert "as good as 17.2 independent ones" in page
    assert "best 1.50, luck alone 1.10" in page
    assert "luck not ruled out" in page
    assert page.count("+8.00%") >= 2  # the best, in its hero, its cell and its row
    assert "1,234" in page


def test_what_is_no_strategy_stands_with_its_reason_and_cannot_become_markup(page: str) -> None:
    assert "no &lt;strategy&gt; at all" in page
    assert "<strategy>" not in page


def test_what_is_missing_is_told(tmp_path: Path) -> None:
    bare = arena(
        (), deflated_sharpe=None, overfitting=None, best_sharpe=None, luck_sharpe=None, effective_trials=None,
        splits=None, finding="insufficient", gaps=(both("why there is nothing"),),
    )  # fmt: skip
    page = write_sweep(result(bare), tmp_path).read_text(encoding="utf-8")
    assert "why there is nothing" in page
    assert "No configuration has this metric." in page
    assert 'data-figure="deflated">–' in page


def test_synthetic_data_is_labelled_and_real_data_is_not(page: str, tmp_path: Path) -> None:
    assert page.count("SYNTHETIC / 合成数据") == 2
    assert "合成数据" not in write_sweep(result(synthetic=False), tmp_path).read_text(encoding="utf-8")


def test_the_same_result_gives_the_same_bytes_and_loads_nothing(page: str, tmp_path: Path) -> None:
    assert write_sweep(result(), tmp_path).read_text(encoding="utf-8") == page
    assert not re.search(r"(?:src|href)=\"(?!#|data:)", page)
    assert "https://" not in page


@pytest.mark.parametrize(
    ("setting", "shown"), [(None, "none"), (True, "true"), (0.05, "0.05"), (3, "3"), ("first_open", "first_open")]
)
def test_settings_are_written_as_in_the_grid(setting: Setting, shown: str) -> None:
    assert written(setting) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "–"), (0.0, "0.0%"), (0.0004, "<0.1%"), (0.25, "25.0%"), (0.99996, ">99.9%"), (1.0, "100.0%")],
)
def test_what_is_not_certain_never_reads_like_certainty(value: float | None, shown: str) -> None:
    assert chance(value) == shown


@pytest.mark.browser
@pytest.mark.parametrize(
    ("language", "theme", "shown", "hidden"),
    [("en", "dark", "How much of the best", "有多少是运气"), ("zh", "light", "有多少是运气", "How much of the best")],
)
def test_the_page_in_a_browser(reading, tmp_path: Path, language: str, theme: str, shown: str, hidden: str) -> None:
    path = write_sweep(result(), tmp_path)
    with reading(path, f"lang={language}&theme={theme}&colours=chinese") as page:
        text = page.locator("body").inner_text()
        assert shown in text
        assert hidden not in text
        assert (len(set(CJK.findall(text))) > 100) == (language == "zh")
        gain = page.locator(".heat td.up.best")
        red = gain.evaluate("cell => getComputedStyle(cell).backgroundColor")
        page.locator('button[data-set="colours"][data-value="western"]').click()
        assert gain.evaluate("cell => getComputedStyle(cell).backgroundColor") != red
