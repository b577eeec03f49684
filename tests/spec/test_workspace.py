"""The shipped workspace, and what is said when its files contradict each other."""

from __future__ import annotations

import csv
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from hypebasket.errors import SpecError, UsageError
from hypebasket.spec.event import Precision
from hypebasket.spec.text import Circle, Currency, Market
from hypebasket.spec.workspace import (
    Workspace,
    find_workspace,
    load_basket,
    load_events,
    load_instruments,
    load_publications,
    load_strategy,
    load_workspace,
    spec_files,
)


@pytest.fixture(scope="module")
def shipped(root: Path) -> Workspace:
    return load_workspace(root)


@pytest.fixture
def copy(root: Path, tmp_path: Path) -> Path:
    """A workspace to break."""
    for path in spec_files(root):
        target = tmp_path / path.relative_to(root)
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(path, target)
    return tmp_path


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def problems_of(root: Path) -> list[str]:
    with pytest.raises(SpecError) as failure:
        load_workspace(root)
    return [str(problem) for problem in failure.value.problems]


def test_members_by_circle(shipped: Workspace) -> None:
    # counted in the project's tables of members: with evidence, and in all
    counts = {
        name: (sum(stock.documented for stock in basket.stocks), len(basket.stocks))
        for name, basket in shipped.baskets.items()
    }
    assert counts == {"compute": (11, 24), "application": (8, 20), "regulation": (0, 13), "disrupted": (3, 3)}
    assert {name: basket.members for name, basket in shipped.baskets.items()} == {
        "compute": Circle.DOCUMENTED,
        "application": Circle.DOCUMENTED,
        "regulation": Circle.ALL,
        "disrupted": Circle.DOCUMENTED,
    }


def test_nobody_had_named_an_application_stock_when_sora_came(shipped: Workspace) -> None:
    # semantics: the point-in-time application basket of sora-launch is empty, that of kimi-2m is not
    events = {event.id: event for event in shipped.events}
    stocks = shipped.baskets["application"].stocks
    sora, kimi = events["sora-launch"].latest_moment, events["kimi-2m"].latest_moment
    assert [stock.symbol for stock in stocks if stock.in_circle(Circle.POINT_IN_TIME, sora)] == []
    assert sum(stock.in_circle(Circle.POINT_IN_TIME, kimi) for stock in stocks) == 8


def test_benchmarks(shipped: Workspace) -> None:
    cny = {name: basket.benchmarks.get(Currency.CNY) for name, basket in shipped.baskets.items()}
    assert cny == {"compute": "000300.SH", "regulation": "000300.SH", "application": "399006.SZ", "disrupted": None}
    assert shipped.baskets["disrupted"].benchmarks == {Currency.USD: "SP500"}


def test_events_of_the_tables(shipped: Workspace) -> None:
    events = {event.id: event for event in shipped.events}
    assert len(events) == 27 + 15
    assert events["sora-launch"].at == datetime(2024, 2, 15, 18, 14, tzinfo=UTC)
    assert events["kimi-2m"].at == date(2024, 3, 18)
    assert events["sasac-ai"].latest
    assert {event.id for event in shipped.events if event.endogenous} == {"sora-second-wave", "r1-selloff"}
    announced = [event.id for event in shipped.events if event.announced]
    assert announced == ["bing-chat", "gtc-2024", "gpt4o", "eu-ai-act-force"]
    assert {event.id for event in shipped.events if event.precision is Precision.DAY} == {
        "east-data-west", "bis-2022", "deep-synthesis", "compute-action-plan", "kimi-2m", "kling-launch",
        "eu-ai-act-force", "cac-label-draft", "manus", "cac-label-final", "nvda-h20-resume", "deepseek-v31",
        "ai-plus-opinions",
    }  # fmt: skip


def test_events_come_by_latest_moment(shipped: Workspace) -> None:
    keys = [(event.latest_moment, event.id) for event in shipped.events]
    assert keys == sorted(keys)


def test_strategies(shipped: Workspace) -> None:
    drift = shipped.strategies["event-drift"]
    assert drift.entry.on_limit.retry == 3
    assert (drift.exit.hold_sessions, drift.exit.stop_loss, drift.size.gross, drift.window) == (5, 0.10, 1.0, 5)
    assert drift.size.participation == 0.10
    assert shipped.strategies["buy-and-hold"].trigger.on == "membership"


def test_every_member_has_an_instrument_in_both_languages(shipped: Workspace) -> None:
    members = {stock.symbol for basket in shipped.baskets.values() for stock in basket.stocks}
    assert members == set(shipped.instruments)
    assert all(
        instrument.name_zh and instrument.name_en and instrument.source for instrument in shipped.instruments.values()
    )
    assert shipped.instruments["600941.SH"].issue_price == 57.58
    assert {stock.market for basket in shipped.baskets.values() for stock in basket.stocks} == set(Market) - {
        Market.XBSE
    }


@pytest.mark.real
def test_listing_dates_agree_with_the_market_data(shipped: Workspace, real_market: Path) -> None:
    with (real_market / "symbols_cn.csv").open(encoding="utf-8") as stream:
        listed = {row["symbol"]: row["list_date"] for row in csv.DictReader(stream)}
    ours = {symbol: str(each.list_date) for symbol, each in shipped.instruments.items() if symbol in listed}
    assert len(ours) == 47
    assert ours == {symbol: listed[symbol] for symbol in ours}


def test_single_files_load(root: Path) -> None:
    publications = load_publications(root / "data" / "sources.yaml")
    instruments = load_instruments(root / "data" / "instruments.csv")
    basket = load_basket(root / "baskets" / "compute.yaml", publications=publications, instruments=instruments)
    assert basket.id == "compute"
    assert load_strategy(root / "strategies" / "event-drift.yaml").id == "event-drift"
    assert load_events(root / "data" / "events.yaml")[0].id == "east-data-west"


def test_problems_of_all_files_are_raised_together(copy: Path) -> None:
    replace(copy / "baskets" / "compute.yaml", "symbol: 603019.SH", "symbol: 603019.SZ")
    replace(copy / "strategies" / "event-drift.yaml", "fills: realistic", "fills: real")
    replace(copy / "data" / "events.yaml", "at: 2024-02-15T18:14Z", "at: 2024-02-15T18:14")
    replace(
        copy / "data" / "instruments.csv",
        "000063.SZ,中兴通讯,ZTE,main,CNY,100",
        "000063.SZ,中兴通讯,ZTE,main,CNY,hundred",
    )
    found = problems_of(copy)
    assert [problem.partition(":")[0] for problem in found] == [
        "data/events.yaml",
        "data/instruments.csv",
        "strategies/event-drift.yaml",
    ]
    assert found[1].startswith("data/instruments.csv:2:29: hundred: not a whole number")
    replace(copy / "data" / "instruments.csv", "hundred", "100")
    assert any(
        "603019.SZ: not in data/instruments.csv; did you mean '603019.SH'?" in problem for problem in problems_of(copy)
    )


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("data/events.yaml", "mainlines: [compute]", "mainlines: [computing]", "did you mean 'compute'?"),
        ("data/events.yaml", "id: bis-2022", "id: east-data-west", "the id is used twice"),
        ("data/events.yaml", "    announced: 2024-05-10", "    announced: 2024-05-20", "not before the event itself"),
        (
            "data/events.yaml",
            "    scheduled: true\n    announced: 2024-05-10",
            "    announced: 2024-05-10",
            "not scheduled",
        ),
        (
            "strategies/event-drift.yaml",
            "{on: events} ",
            "{on: events, ids: [sora-lunch]} ",
            "did you mean 'sora-launch'?",
        ),
        ("strategies/event-drift.yaml", "{on: events} ", "{on: events, kinds: [produkt]} ", "did you mean 'product'?"),
        ("strategies/event-drift.yaml", "size:", "select: {segments: [games, game]}\nsize:", "did you mean 'games'?"),
        ("data/sources.yaml", "publications:", "publications: {}\nrest:", "unknown key"),
        ("data/instruments.csv", "000063.SZ,中兴通讯,ZTE,main", "000063.SZ,中兴通讯,ZTE,star", "write main or chinext"),
        ("data/instruments.csv", "main,CNY", "main,HKD", "write CNY"),
        ("data/instruments.csv", "1997-11-18,,", "1997-11-18,1997-11-17,", "not after the listing"),
        ("data/instruments.csv", "1997-11-18", "1997-11-31", "no such day"),
        ("data/instruments.csv", "issue_price,source", "issue_price,riskwarning,source", "risk_warning"),
        (
            "data/instruments.csv",
            "000063.SZ,中兴通讯,",
            "000063.SZ,中兴,通讯,",
            "11 fields where the first line names 10",
        ),
        ("data/instruments.csv", "symbol,name_zh", "symbol,name", "this column is missing"),
        ("data/instruments.csv", "000063.SZ,中兴通讯", '000063.SZ,"中兴通讯', "not a row of CSV"),
        ("data/instruments.csv", "000681.SZ", "000063.SZ", "listed twice (first on line 2)"),
        ("data/instruments.csv", "中兴通讯,ZTE,main", ",ZTE,main", "the key has no value"),
    ],
)
def test_contradictions_between_files(copy: Path, file: str, old: str, new: str, words: str) -> None:
    replace(copy / file, old, new)
    found = problems_of(copy)
    assert any(problem.startswith(f"{file}:") and words in problem for problem in found), found


def test_column_of_a_field_after_quoted_ones(copy: Path) -> None:
    replace(copy / "data" / "instruments.csv", "000063.SZ,中兴通讯,ZTE,main", '000063.SZ,中兴通讯,"Z, T ""E""",moon')
    assert any(problem.startswith("data/instruments.csv:2:29: moon:") for problem in problems_of(copy))


def test_missing_files_and_empty_folders_are_problems(copy: Path) -> None:
    (copy / "data" / "events.yaml").unlink()
    for path in (copy / "strategies").iterdir():
        path.unlink()
    found = problems_of(copy)
    assert found[0].startswith("data/events.yaml:1:1: events.yaml: there is no such file")
    assert found[1].startswith("strategies:1:1: strategies: the folder holds no .yaml file")


def test_workspace_is_found_upwards(root: Path, tmp_path: Path) -> None:
    assert find_workspace(root / "baskets") == root
    with pytest.raises(UsageError, match="hypebasket init"):
        find_workspace(tmp_path)


def test_midnight_with_a_zone_stays_an_instant(copy: Path) -> None:
    replace(copy / "data" / "events.yaml", "at: 2024-02-15T18:14Z", "at: 2024-02-15T00:00Z")
    replace(copy / "data" / "sources.yaml", "2024-03-13T19:26+08:00", "2024-03-13T19:26:30+08:00")
    workspace = load_workspace(copy)
    assert next(e.at for e in workspace.events if e.id == "sora-launch") == datetime(2024, 2, 15, tzinfo=UTC)
    assert workspace.publications["xcf-20240313"].published == datetime(2024, 3, 13, 11, 26, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("delisting_start", "1997-11-18", "not after the listing (1997-11-18)"),
        ("delisting_last", "2024-01-05", "a delisting period without its start"),
        ("relist_date", "1997-11-17", "not after the listing (1997-11-18)"),
        ("risk_warning", "2024-01-05", "write spells as 2021-05-06..2022-04-28;2025-05-06.."),
    ],
)
def test_later_facts_of_an_instrument_are_checked(copy: Path, column: str, value: str, words: str) -> None:
    path = copy / "data" / "instruments.csv"
    header, first, *others = path.read_text(encoding="utf-8").splitlines()
    lines = [f"{header},{column}", f"{first},{value}", *(f"{line}," for line in others)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(SpecError) as caught:
        load_workspace(copy)
    (problem,) = caught.value.problems
    assert (problem.path, problem.line) == ("data/instruments.csv", 2)
    assert words in f"{problem.message} {problem.remedy}"
