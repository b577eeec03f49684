"""The documents agree with the code: columns, fields, keys, words, numbers, commands and links."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator
from datetime import time
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import click
import pytest
import yaml
from pydantic import BaseModel

import hypebasket
from hypebasket.cli import cli
from hypebasket.ledger.charts import DayState, RunCharts
from hypebasket.ledger.records import OrderKind, OrderStatus, Reason, Side
from hypebasket.ledger.result import SCHEMA_VERSION, RunResult
from hypebasket.ledger.study import TEST_NAMES
from hypebasket.market.calendar import calendar_of
from hypebasket.pipeline.files import LEDGER_COLUMNS
from hypebasket.pipeline.market import HISTORY_SESSIONS, PERIODS_PER_YEAR
from hypebasket.pipeline.request import DEFAULT_CAPITAL
from hypebasket.pipeline.study.files import STUDY_COLUMNS
from hypebasket.pipeline.study.findings import DETECTABLE, FEWEST_BLOCKS, HORIZON
from hypebasket.pipeline.study.request import FEWEST_RETURNS, StudyRequest
from hypebasket.plan.candidates import Threshold
from hypebasket.report.labels import DAY_STATES
from hypebasket.rules.fees import Commission
from hypebasket.spec.basket import Basket, Publication, Stock
from hypebasket.spec.strategy import DEFAULT_WINDOW, Size, Strategy
from hypebasket.spec.text import Currency, Market, Text
from hypebasket.spec.workspace import load_basket, load_publications, load_strategy
from hypebasket.stats.normal_returns import NormalModel
from hypebasket.stats.power import DETECTION
from hypebasket.stats.trade_to_trade import PATIENCE

ROOT = Path(__file__).resolve().parents[2]
PAGES = (
    "README.md", "README.zh.md", "CONTRIBUTING.md", "CHANGELOG.md", "baskets/README.md", "strategies/README.md",
    "docs/semantics.md", "docs/ledger.md", "docs/data-format.md", "docs/cookbook.md", "docs/statistics.md",
    "docs/trials.md",
)  # fmt: skip


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def section(page: str, title: str) -> str:
    """The lines below a heading, up to the next heading of any level."""
    match = re.search(rf"^#+ {re.escape(title)}\n(.*?)(?=^#+ |\Z)", text_of(page), re.MULTILINE | re.DOTALL)
    assert match, f"{page} has no section '{title}'"
    return match[1]


def first_cells(body: str) -> list[str]:
    """The words in backticks of the first column of a section's tables."""
    cells = re.findall(r"^\| (`[^|]+`) \|", body, re.MULTILINE)
    return [word for cell in cells for word in re.findall(r"`([^`]+)`", cell)]


def blocks(page: str, language: str = "") -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text_of(page), re.MULTILINE | re.DOTALL)


def models_in(model: type[BaseModel]) -> dict[str, type[BaseModel]]:
    """A result model and those it is made of."""
    found = {model.__name__: model}
    for field in model.model_fields.values():
        for inner in _models_of_type(field.annotation):
            if inner.__name__ not in found:
                found |= models_in(inner)
    return found


def _models_of_type(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_of_type(argument)


RESULT_MODELS = models_in(RunResult)
CHART_MODELS = models_in(RunCharts)


@pytest.mark.parametrize("name", LEDGER_COLUMNS)
def test_every_column_of_the_ledger_is_documented_in_order(name: str) -> None:
    assert tuple(first_cells(section("docs/ledger.md", f"{name}.csv"))) == LEDGER_COLUMNS[name]


def test_no_file_is_documented_that_a_run_does_not_leave() -> None:
    headings = re.findall(r"^### (\w+)\.csv$", text_of("docs/ledger.md"), re.MULTILINE)
    assert headings == list(LEDGER_COLUMNS)


@pytest.mark.parametrize("name", RESULT_MODELS)
def test_every_field_of_the_result_is_documented_in_order(name: str) -> None:
    assert first_cells(section("docs/ledger.md", name)) == list(RESULT_MODELS[name].model_fields)


@pytest.mark.parametrize("name", CHART_MODELS)
def test_every_field_of_the_charts_is_documented_in_order(name: str) -> None:
    assert first_cells(section("docs/ledger.md", name)) == list(CHART_MODELS[name].model_fields)


def test_every_state_of_a_session_is_documented_and_named_on_the_page() -> None:
    letters = {state.value for state in DayState}
    row = re.search(r"^\| `states` \|(.*)\|$", section("docs/ledger.md", "Tape"), re.MULTILINE)
    assert row
    assert set(re.findall(r"`(.)`", row[1])) == letters == set(DAY_STATES)


def test_no_result_model_is_documented_that_does_not_exist() -> None:
    body = text_of("docs/ledger.md").split("\n## result.json\n")[1].split("\n## ")[0]
    assert set(re.findall(r"^### (\w+)$", body, re.MULTILINE)) == set(RESULT_MODELS)
    assert f"Version {SCHEMA_VERSION} (`schema_version`)" in body


def test_every_reason_is_documented() -> None:
    assert first_cells(section("docs/ledger.md", "Reasons")) == [reason.value for reason in Reason]


@pytest.mark.parametrize(("column", "words"), [("side", Side), ("kind", OrderKind), ("status", OrderStatus)])
def test_every_word_of_an_order_is_documented(column: str, words: Any) -> None:
    row = re.search(rf"^\| `{column}` \|(.*)\|$", section("docs/ledger.md", "orders.csv"), re.MULTILINE)
    assert row
    assert {word.value for word in words} <= set(re.findall(r"`([^`]+)`", row[1]))


def words_of(annotation: Any) -> set[str]:
    """The words that a spec's values may be: of its enums and literals, and of the specs inside it."""
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return {word.value for word in annotation}
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {word for field in annotation.model_fields.values() for word in words_of(field.annotation)}
    if get_origin(annotation) is Literal:
        return {str(word) for word in get_args(annotation)}
    return {word for argument in get_args(annotation) for word in words_of(argument)}


def test_the_strategy_page_shows_every_key_and_its_examples_are_valid(tmp_path: Path) -> None:
    shown: dict[str, set[str]] = {}
    for example in blocks("strategies/README.md", "yaml"):
        path = tmp_path / f"{example.split()[1]}.yaml"
        path.write_text(example, encoding="utf-8")
        assert load_strategy(path).id == path.stem
        parts = yaml.load(example, Loader=yaml.BaseLoader)  # the safe loader reads the key "on" as true
        for key, part in parts.items():
            shown.setdefault(key, set()).update(part if isinstance(part, dict) else ())
    prose = "".join(re.findall(r"^`.*?^$", text_of("strategies/README.md"), re.MULTILINE | re.DOTALL))
    named = set(re.findall(r"\w+", prose))
    for name, field in Strategy.model_fields.items():
        key, model = field.alias or name, field.annotation
        assert key in shown or key in named, key
        if isinstance(model, type) and issubclass(model, BaseModel) and model is not Text:
            assert set(model.model_fields) <= shown[key] | named, key
    assert words_of(Strategy) <= set(re.findall(r"\w+", text_of("strategies/README.md")))


def test_the_basket_page_shows_every_key_and_its_example_is_valid(tmp_path: Path) -> None:
    basket, publications = blocks("baskets/README.md", "yaml")
    path = tmp_path / "my-basket.yaml"
    path.write_text(basket, encoding="utf-8")
    assert len(load_basket(path).stocks) == 2
    shown = yaml.safe_load(basket)
    assert set(shown) == set(Basket.model_fields)
    assert set(shown["stocks"][0]) == set(Stock.model_fields)
    path = tmp_path / "sources.yaml"
    path.write_text(publications, encoding="utf-8")
    (known,) = load_publications(path).values()
    assert set(yaml.safe_load(publications)["publications"]["ofweek-202402"]) == set(Publication.model_fields)
    assert known.published == load_basket(tmp_path / "my-basket.yaml").stocks[0].since


def test_the_numbers_the_semantics_fix_are_those_of_the_code() -> None:
    words = " ".join(text_of("docs/semantics.md").split())
    years = PERIODS_PER_YEAR
    for sentence in (
        f"else its `hold_sessions`, else {DEFAULT_WINDOW}.",
        f"A run holds {HISTORY_SESSIONS} of them.",
        f"from {Threshold().breadth:.0%}".replace("%", " %") + f" of at least {Threshold().names}.",
        f"the median of up to {Threshold().lookback} sessions before (at least {Threshold().history} with trading), "
        f"from {Threshold().turnover} times",
        f"within {Threshold().quiet} sessions after another belongs to the same move",
        f"Capital is {DEFAULT_CAPITAL:,} of the currency",
        f"A year has {years[Currency.CNY]} (CNY), {years[Currency.HKD]} (HKD) or {years[Currency.USD]} (USD) sessions.",
        f"**Commission** {Commission().rate_ppm} ppm, at least {Commission().minimum / 100:.2f} per order and day",
    ):
        assert sentence in words, sentence
    assert Size.model_fields["participation"].default == 0.10


@pytest.mark.parametrize(
    ("place", "market"), [("mainland", Market.XSHG), ("Hong Kong", Market.XHKG), ("New York", Market.XNYS)]
)
def test_the_cutoffs_of_the_semantics_are_those_of_the_calendar(place: str, market: Market) -> None:
    row = re.search(rf"^\| {place} \| ([\d:]+) \| ([\d:]+) \| ([\d:]+) \|$", text_of("docs/semantics.md"), re.MULTILINE)
    assert row
    entry = calendar_of(market).order_entry
    assert tuple(time.fromisoformat(cell) for cell in row.groups()) == (entry.open, entry.close, entry.close_short)


def commands() -> list[tuple[str, str]]:
    pages = (
        "README.md", "README.zh.md", "CONTRIBUTING.md", "baskets/README.md", "strategies/README.md", "docs/cookbook.md",
    )  # fmt: skip
    lines = [(page, line) for page in pages for block in blocks(page) for line in block.splitlines()]
    return [(page, line.split("#")[0].strip()) for page, line in lines if line.startswith(("hypebasket ", "make "))]


@pytest.mark.parametrize(("page", "line"), commands())
def test_commands_of_the_pages_exist(page: str, line: str) -> None:
    program, *words = shlex.split(line)
    if program == "make":
        assert re.search(rf"^{words[0]}:", text_of("Makefile"), re.MULTILINE), line
        return
    context = click.Context(cli)
    command: click.Command = cli
    while isinstance(command, click.Group):
        _, below, words = command.resolve_command(context, words)
        assert below is not None
        command = below
    context = command.make_context(command.name, words)  # refuses unknown options and surplus words
    assert context.command is command


def slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", text_of(page)):
        if target.startswith("https://"):
            continue
        name, _, anchor = target.partition("#")
        file = (ROOT / page).parent / name if name else ROOT / page
        assert file.is_file(), f"{page}: {target}"
        if anchor:
            headings = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {slug(heading) for heading in headings}, f"{page}: {target}"


def test_the_changelog_knows_this_version() -> None:
    assert f"## [{hypebasket.__version__}]" in text_of("CHANGELOG.md")


def test_every_guide_travels_in_the_wheel() -> None:
    """``hypebasket init`` copies the guides; from a wheel it can copy only what is packed."""
    packed = tomllib.loads(text_of("pyproject.toml"))["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    for path in sorted((ROOT / "docs").glob("*.md")):
        name = f"docs/{path.name}"
        assert packed.get(name) == f"hypebasket/_workspace/{name}", f"add {name} to force-include in pyproject.toml"
    assert {"baskets", "strategies", "examples", "data/schemas", "data/sample"} <= set(packed)


def test_the_numbers_of_the_statistics_page_are_those_of_the_code() -> None:
    words = " ".join(text_of("docs/statistics.md").split())
    defaults = StudyRequest(workspace=ROOT)
    *ahead, run_up = defaults.windows
    for sentence in (
        f"at least {FEWEST_RETURNS} returns in the estimation window",
        f"The estimation window is `{defaults.estimation}`",
        f"Default: {', '.join(f'`{window}`' for window in ahead)} and the run-up `{run_up}`",
        f"for at most {PATIENCE} sessions",
        f"fewer than {FEWEST_BLOCKS} blocks",
        f"the minimum detectable effect is above {DETECTABLE:.0%}".replace("%", " %"),
        f"finds in {DETECTION:.0%} of samples".replace("%", " %"),
        f"`--draws` times ({defaults.draws:,})",
        f"The seed (`--seed`, {defaults.seed})",
        f"sessions −{-HORIZON[0]} to {HORIZON[1]}",
    ):
        assert sentence in words, sentence
    assert first_cells(section("docs/statistics.md", "Abnormal returns")) == [model.value for model in NormalModel]
    assert re.findall(r"^\| `(\w+)`", section("docs/statistics.md", "Tests"), re.MULTILINE) == list(TEST_NAMES)
    for table, columns in STUDY_COLUMNS.items():
        row = re.search(rf"^\| `{table}.csv` \|(.*)\|$", text_of("docs/statistics.md"), re.MULTILINE)
        assert row
        assert re.findall(r"`([^`]+)`", row[1]) == list(columns[4:])
