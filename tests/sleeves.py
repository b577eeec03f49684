"""A hand-made market run the way the program runs it: by a ``SleeveRunner``, with every event, circle and policy."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from hypebasket.ledger.records import Ledger
from hypebasket.market.panel import MarketPanel
from hypebasket.pipeline.sleeve import Sleeve, SleeveRunner
from hypebasket.spec.basket import Basket
from hypebasket.spec.event import Event
from hypebasket.spec.strategy import Strategy
from hypebasket.spec.text import Circle, Market
from hypebasket.spec.workspace import load_strategy
from markets import FEN, HandMadeMarket, basket

ROOT = Path(__file__).resolve().parents[1]


def shipped(strategy_id: str, **changes: object) -> Strategy:
    """A shipped strategy; ``changes`` replace keys of its parts: ``shipped("x", exit={"hold_sessions": 3})``."""
    given = load_strategy(ROOT / "strategies" / f"{strategy_id}.yaml").model_dump(by_alias=True, exclude_unset=True)
    for part, terms in changes.items():
        given[part] = {**given.get(part, {}), **terms} if isinstance(terms, dict) else terms
    return Strategy.model_validate(given)


def runner(
    made: HandMadeMarket,
    rules: Strategy,
    events: Iterable[Event] = (),
    members: Basket | None = None,
    *,
    cash: int = 100_000,
    panel: MarketPanel | None = None,
    root: Path = ROOT,
) -> SleeveRunner:
    """A runner from the second session of the market on (the first one is the past); ``cash`` in yuan."""
    sleeve = Sleeve(
        currency="CNY", market=Market.XSHG, calendar=made.calendar, panel=panel or made.panel, start=1,
        stop=len(made.sessions), capital=cash * FEN, periods_per_year=243,
    )  # fmt: skip
    return SleeveRunner(members or basket(*made.symbols), rules, sleeve, tuple(events), root)


def continuous(of: SleeveRunner, circle: Circle = Circle.ALL) -> Ledger:
    """The checked ledger of all events on one capital, without the event-isolated runs."""
    return of.continuous(circle)
