"""``hypebasket show`` tells every key: a file that differs in one key reads differently, in both languages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from hypebasket.errors import Words
from hypebasket.spec.basket import Basket, Publication, Stock
from hypebasket.spec.event import Event
from hypebasket.spec.glossary import KEYS, keys_of, models_of, words_of
from hypebasket.spec.prose import basket as basket_page
from hypebasket.spec.prose import event as event_page
from hypebasket.spec.prose import phrases
from hypebasket.spec.prose import strategy as strategy_page
from hypebasket.spec.prose.basket import basket_prose, publication_prose
from hypebasket.spec.prose.event import event_prose
from hypebasket.spec.prose.strategy import strategy_prose
from hypebasket.spec.strategy import Strategy
from hypebasket.spec.workspace import Workspace, load_workspace

CHINESE = re.compile("[\u4e00-\u9fff]")
TEXT = {"zh": "甲", "en": "A"}

# Under what else a key has a meaning: the other keys of the file it is tried in.
RUNUP = {"trigger": {"on": "events", "scheduled": "only"}, "entry": {"offset": -5}}
SCENES: dict[str, list[dict[str, Any]]] = {
    "Strategy": [
        {"exit": {"hold_sessions": 7, "divergence": {"breadth_fall": 0.3}}, "select": {"top": 2},
         "entry": {"offset": 1}, "name": TEXT, "description": TEXT},
        {"trigger": {"on": "rotation"}, "entry": {"offset": 1, "on_limit": {"retry": 9}}},
        {"direction": "short", "short": {"borrow_rate": 0.07}, "exit": {"hold_sessions": 7}},
    ],
    "Basket": [{"name": TEXT, "description": TEXT, "mainline": "compute", "benchmarks": {"CNY": "000300.SH"},
        "stocks": [
        {"symbol": "600519.SH", "name": TEXT, "segment": "s", "since": "2024-02-29", "evidence": ["e"],
         "until": "2025-01-31"}
    ]}],
    "Event": [
        {"at": "2024-03-18", "precision": "day", "zone": "Asia/Shanghai", "title": TEXT, "kind": "product",
         "mainlines": ["compute"], "evidence": ["e"], "confidence": "B", "scheduled": True, "announced": "2024-02-01"},
        {"at": "2024-03-18T10:00Z", "precision": "minute", "zone": "Asia/Shanghai", "title": TEXT, "kind": "product",
         "mainlines": ["compute"], "evidence": ["e"], "confidence": "B"},
    ],
    "Publication": [{"title": "t", "publisher": "p", "published": "2024-02-29"}],
}  # fmt: skip
OTHER_VALUES: dict[str, list[Any]] = {
    "Event.at": ["2024-03-19", "2024-03-18T10:01Z"],
    "Event.announced": ["2024-02-02"],
    "Event.confidence": ["A", "C", "D"],
    "Event.zone": ["Asia/Tokyo"],
    "Stock.since": ["2024-02-28"],
    "Stock.until": ["2025-02-28"],
    "Stock.symbol": ["600520.SH"],
    "Publication.published": ["2024-02-28"],
    "Basket.benchmarks": [{"CNY": "399006.SZ"}],
}
"""Values where the glossary's examples are none, or are those of the scene."""


def tell(model: type[BaseModel], value: dict[str, Any]) -> tuple[Words, ...]:
    whole = {"id": "x", "name": TEXT, "description": TEXT} if model in (Strategy, Basket) else {}
    whole |= {"id": "x"} if model is Event else {}
    spec = model.model_validate_json(json.dumps(whole | value))
    if isinstance(spec, Strategy):
        return strategy_prose(spec)
    if isinstance(spec, Basket):
        return basket_prose(spec, {})
    return event_prose(spec) if isinstance(spec, Event) else publication_prose("p", spec)  # type: ignore[arg-type]


def leaves(
    model: type[BaseModel], path: tuple[str | int, ...] = ()
) -> Iterator[tuple[type[BaseModel], str, tuple[str | int, ...]]]:
    """Every key of a file that holds a value, with its path; the first item of a list stands for all."""
    for key in keys_of(model):
        below = models_of(model, key)
        many = [each for each in below if each is Stock]
        words = [part for part in get_args(keys_of(model)[key].annotation) if part in below]
        if below:
            yield from leaves(below[0], (*path, key, *([0] if many else [])))
        if not below or (words and words_of(model, key)):
            yield model, key, (*path, key)


def values_for(model: type[BaseModel], key: str) -> list[Any]:
    name = f"{model.__name__}.{key}"
    found = [*OTHER_VALUES.get(name, ()), *words_of(model, key), *KEYS[name].examples]
    annotation = keys_of(model)[key].annotation
    if bool in (annotation, *get_args(annotation)):
        found += [True, False]
    found += [number / 2 for number in KEYS[name].examples if isinstance(number, float)]
    return found or ["something else"]


def put(value: dict[str, Any], path: tuple[str | int, ...], new: Any) -> dict[str, Any]:
    made: Any = json.loads(json.dumps(value))
    place = made
    for step in path[:-1]:
        if isinstance(step, str) and not isinstance(place.get(step), dict | list):
            place[step] = {}
        place = place[step]
    place[path[-1]] = new
    return made  # type: ignore[no-any-return]


FILES = (Strategy, Basket, Event, Publication)
KEYS_TOLD = [(file, model, key, path) for file in FILES for model, key, path in leaves(file)]


@pytest.mark.parametrize(
    ("file", "model", "key", "path"), KEYS_TOLD, ids=[".".join(map(str, (f.__name__, *p))) for f, _, _, p in KEYS_TOLD]
)
def test_every_key_changes_what_is_told(file: Any, model: Any, key: str, path: tuple[str | int, ...]) -> None:
    differs = 0
    for scene in SCENES[file.__name__]:
        for new in values_for(model, key):
            try:
                before, after = tell(file, scene), tell(file, put(scene, path, new))
            except ValueError:
                continue  # this word or example does not fit this scene
            differs += before != after
            for said in after:
                assert said.zh
                assert said.en
    assert differs, f"say in spec/prose/ what {'.'.join(map(str, path))} means"


@pytest.mark.parametrize("page", [strategy_page, basket_page, event_page], ids=lambda page: page.__name__)
def test_nothing_is_said_to_be_told_that_does_not_exist(page: Any) -> None:
    assert set(KEYS) >= page.TOLD


def test_a_key_without_a_sentence_of_its_own_is_told_by_its_meaning() -> None:
    """What a new option gets for nothing: its name, its value and the glossary's words."""
    strategy = Strategy.model_validate_json(json.dumps({
        "id": "x", "name": TEXT, "description": TEXT, "overlap": "stack", "exit": {"stop_loss": 0.1},
    }))  # fmt: skip
    assert list(phrases.untold(strategy, strategy_page.TOLD)) == []
    without = strategy_page.TOLD - {"Strategy.overlap", "Exit.stop_loss"}
    assert [said.en for said in phrases.untold(strategy, without)] == [
        "stop_loss: 0.1: sold at the open after a close this far below cost (0.10 is 10 %).",
        "overlap: stack (each event buys its own shares): what happens when an event wants a name that is still held.",
    ]
    assert (
        next(iter(phrases.untold(strategy, without))).zh
        == "stop_loss: 0.1：收盘比成本低这么多，次日开盘卖（0.10 是 10 %）。"
    )


@pytest.fixture(scope="module")
def shipped(root: Path) -> Workspace:
    return load_workspace(root)


def test_everything_shipped_is_told_in_both_languages(shipped: Workspace) -> None:
    told = [strategy_prose(strategy) for strategy in shipped.strategies.values()]
    told += [basket_prose(basket, shipped.publications) for basket in shipped.baskets.values()]
    told += [event_prose(event) for event in shipped.events]
    for sentences in told:
        for said in sentences[1:]:
            assert CHINESE.search(said.zh), said
            assert re.search(r"\w", said.en), said
            assert not re.search(r"\bNone\b|\{|\}", said.zh + said.en), said


def test_event_drift_reads_as_its_author_meant_it(shipped: Workspace) -> None:
    english = [said.en for said in strategy_prose(shipped.strategies["event-drift"])]
    assert english[2:6] == [
        "Acts on the events of the basket's own mainline, those that are price moves themselves left out.",
        "Buys at the first open that can still be reached after an event is public.",
        "If the board is locked at the limit and the order is not served, it is tried on 3 more sessions and then "
        "given up.",
        "Sells at whichever comes first: at the close of session 5, counted from the planned entry session; at the "
        "open after a close 10 % below cost.",
    ]


def test_a_member_without_a_source_is_called_hindsight(shipped: Workspace) -> None:
    told = {said.en.split()[0]: said for said in basket_prose(shipped.baskets["application"], shipped.publications)}
    assert told["601360.SH"].en.endswith("without a publication: chosen in hindsight.")
    assert told["601360.SH"].zh.endswith("没有出处：算事后挑选。")
    assert "by ofweek-202402 (壹度Pro / OFweek)" in told["300418.SZ"].en
