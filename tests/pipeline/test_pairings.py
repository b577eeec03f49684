"""Which basket runs with which strategy, and the basket all mainlines make up together."""

from __future__ import annotations

from hypebasket.pipeline.pairings import TOGETHER, pairings, together
from hypebasket.spec.basket import Basket
from hypebasket.spec.strategy import Strategy
from hypebasket.spec.text import Text

BOTH = Text(zh="名", en="name")


def basket(name: str, *symbols: str, **benchmarks: str) -> Basket:
    stocks = [{"symbol": symbol, "name": BOTH, "segment": f"of {name}"} for symbol in symbols]
    given = {"id": name, "name": {"zh": name, "en": name.upper()}, "description": BOTH, "mainline": f"line-{name}"}
    return Basket.model_validate({**given, "benchmarks": benchmarks, "stocks": stocks})


def strategy(name: str, **trigger: object) -> Strategy:
    return Strategy.model_validate({"id": name, "name": BOTH, "description": BOTH, "trigger": trigger})


X = basket("x", "600002.SH", "600001.SH", CNY="000300.SH")
Y = basket("y", "600003.SH", "600001.SH", CNY="399006.SZ", USD="SP500")
DRIFT, HOLD = strategy("drift"), strategy("hold", on="membership")
SEGMENTS = strategy("segments", on="rotation", among="segments")
ROTATION = strategy("rotation", on="rotation")


def test_every_basket_with_every_strategy() -> None:
    found = [(of.id, rules.id) for of, rules in pairings([X, Y], [DRIFT, HOLD, SEGMENTS])]
    assert found == [("x", "drift"), ("x", "hold"), ("x", "segments"), ("y", "drift"), ("y", "hold"), ("y", "segments")]


def test_a_rotation_among_mainlines_runs_once_on_all_of_them() -> None:
    found = list(pairings([X, Y], [ROTATION, DRIFT]))
    assert [(of.id, rules.id) for of, rules in found] == [("x", "drift"), ("y", "drift"), (TOGETHER, "rotation")]
    assert found[-1][1].trigger.mainlines == ("line-x", "line-y")


def test_mainlines_a_rotation_names_itself_stay() -> None:
    rules = strategy("rotation", on="rotation", mainlines=["line-y"])
    [(_, resolved)] = pairings([X, Y], [rules])
    assert resolved.trigger.mainlines == ("line-y",)


def test_two_baskets_of_one_mainline_name_it_once() -> None:
    twin = X.model_copy(update={"id": "twin"})
    [(_, resolved)] = pairings([X, twin], [ROTATION])
    assert resolved.trigger.mainlines == ("line-x",)


def test_the_groups_of_all_together_are_the_baskets() -> None:
    """600001 is in both: it stays in the first."""
    whole = together([X, Y])
    assert [(each.symbol, each.segment) for each in whole.stocks] == [
        ("600001.SH", "x"),
        ("600002.SH", "x"),
        ("600003.SH", "y"),
    ]
    assert whole.benchmarks == {"CNY": "000300.SH", "USD": "SP500"}  # of the first basket that has one
    assert "X, Y" in whole.description["en"]


def test_one_basket_alone_can_rotate() -> None:
    [(whole, resolved)] = pairings([Y], [ROTATION])
    assert {each.segment for each in whole.stocks} == {"y"}
    assert resolved.trigger.mainlines == ("line-y",)
