"""What verbs over baskets ask alike: the same options with the same help, and what comes of the answers."""

from __future__ import annotations

import importlib
from datetime import date
from pathlib import Path

import click
import pytest

from hypebasket.cli import Session
from hypebasket.cli.asked import Asked
from hypebasket.errors import UsageError
from hypebasket.pipeline.request import RunRequest
from hypebasket.spec.text import Circle, Currency

VERBS = ("run", "sweep", "placebo", "capacity", "study")


def options(verb: str) -> dict[str, click.Option]:
    command = getattr(importlib.import_module(f"hypebasket.cli.{verb}"), verb)
    return {each.opts[-1]: each for each in command.params if isinstance(each, click.Option)}


def answers(**changed: object) -> Asked:
    given = {
        "start": date(2023, 1, 3), "end": date(2023, 12, 29), "members": "documented", "data": "sample",
        "markets": ("USD", "CNY", "USD"), "no_pages": True, "capital": 200_000, **changed,
    }  # fmt: skip
    return Asked(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_asks_for_period_circle_data_sleeves_and_pages(verb: str) -> None:
    asked = options(verb)
    assert {"--from", "--to", "--members", "--data", "--markets", "--no-pages"} <= asked.keys()
    assert ("--capital" in asked) == (verb in ("run", "sweep", "placebo"))
    assert all(each.help for each in asked.values())
    for name in ("--data", "--markets"):
        assert asked[name].help == options("run")[name].help


def test_answers_become_what_is_asked_of_a_run(workspace: Path) -> None:
    files = (str(workspace / "baskets" / "application.yaml"), "compute")
    assert answers().request(Session(workspace), files, ("event-drift",)) == RunRequest(
        workspace=workspace,
        baskets=("application", "compute"),
        strategies=("event-drift",),
        start=date(2023, 1, 3),
        end=date(2023, 12, 29),
        capital=200_000,
        members=Circle.DOCUMENTED,
        sleeves=(Currency.USD, Currency.CNY),
        data="sample",
        pages=False,
    )


def test_a_verb_without_money_runs_with_the_usual(workspace: Path) -> None:
    request = answers(capital=None, members=None, no_pages=False).request(Session(workspace), ())
    assert (request.capital, request.members, request.pages, request.baskets) == (1_000_000, None, True, ())


@pytest.mark.parametrize(
    ("name", "words"), [("baskets/nowhere.yaml", "no such file"), ("elsewhere.yaml", "not in the workspace's folder")]
)
def test_a_file_that_is_no_basket_of_the_workspace_is_refused(
    name: str, words: str, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(workspace)
    Path("elsewhere.yaml").write_text("id: elsewhere\n", encoding="utf-8")
    with pytest.raises(UsageError, match=f"{name}: {words}"):
        answers().request(Session(workspace), (name,))
