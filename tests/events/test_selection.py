"""Triggers select events, in a fixed order."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime

import pytest

from hypebasket.events.selection import events_for
from hypebasket.spec.event import Event, Precision
from hypebasket.spec.strategy import Trigger, TriggerOn
from hypebasket.spec.text import Text


def event(
    name: str, at: datetime | date, *mainlines: str, kind: str = "product", scheduled: bool = False, moved: bool = False
) -> Event:
    return Event(
        id=name, at=at, precision=Precision.MINUTE if isinstance(at, datetime) else Precision.DAY, zone="Asia/Shanghai",
        title=Text(zh=name, en=name), kind=kind, mainlines=mainlines, evidence=("a notice",), confidence="A",
        scheduled=scheduled, endogenous=moved,
    )  # fmt: skip


# 2024-03-18 in China begins before gtc (15:00Z), and so ranks first; a and b share a minute
KIMI = event("kimi", date(2024, 3, 18), "application")
GTC = event("gtc", datetime(2024, 3, 18, 15, tzinfo=UTC), "compute", "application", kind="keynote", scheduled=True)
SECOND = event("b-second", datetime(2024, 5, 13, 17, tzinfo=UTC), "application", kind="keynote")
FIRST = event("a-first", datetime(2024, 5, 13, 17, tzinfo=UTC), "application", kind="policy")
RALLY = event("rally", datetime(2024, 6, 3, 2, tzinfo=UTC), "application", kind="price_move", moved=True)
RULES = event("rules", datetime(2024, 7, 1, 2, tzinfo=UTC), "regulation", kind="policy")
ALL = (KIMI, GTC, SECOND, FIRST, RALLY, RULES)


@pytest.mark.parametrize(
    ("trigger", "expected"),
    [
        (Trigger(), "kimi gtc a-first b-second"),
        (Trigger(on=TriggerOn.MEMBERSHIP), "kimi gtc a-first b-second"),
        (Trigger(mainlines=("regulation",)), "rules"),
        (Trigger(mainlines=("compute", "regulation")), "gtc rules"),
        (Trigger(kinds=("keynote",)), "gtc b-second"),
        (Trigger(ids=("kimi", "rules")), "kimi"),
        (Trigger(ids=("kimi", "rules"), mainlines=("application", "regulation")), "kimi rules"),
        (Trigger(scheduled="only"), "gtc"),
        (Trigger(scheduled="never"), "kimi a-first b-second"),
        (Trigger(endogenous=True), "kimi gtc a-first b-second rally"),
        (Trigger(kinds=("keynote",), scheduled="never"), "b-second"),
    ],
)
def test_every_condition_given_must_hold(trigger: Trigger, expected: str) -> None:
    assert " ".join(one.id for one in events_for(ALL, "application", trigger)) == expected


def test_the_order_of_the_file_plays_no_part() -> None:
    wanted = events_for(ALL, "application", Trigger())
    for shuffled in itertools.islice(itertools.permutations(ALL), 0, None, 97):
        assert events_for(shuffled, "application", Trigger()) == wanted


def test_a_mainline_without_events_selects_none() -> None:
    assert events_for(ALL, "no-such-mainline", Trigger()) == ()
