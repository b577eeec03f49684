"""The verdict in words: the means by hand, how few events there are, and what captured is called."""

from __future__ import annotations

import re

from report_builder import build_result, label

from hypebasket.ledger.result import CircleResult, EventResult, WaterfallBar
from hypebasket.pipeline.verdict import verdict

FULL = build_result()
NAMES = {basket.id: basket.name for basket in FULL.baskets}
STRATEGIES = FULL.strategies


def circle(basket: str, *numbers: tuple[float, ...], first_id: str = "event-0") -> CircleResult:
    """The primary circle of a basket with events of (headline, captured[, pessimistic, optimistic])."""
    any_event = FULL.results[0].events[0]
    events: list[EventResult] = []
    for position, (headline, captured, *bounds) in enumerate(numbers):
        low, high = bounds or (None, None)
        update = {
            "event_id": f"event-{position}" if position else first_id, "headline": headline, "captured": captured,
            "captured_pessimistic": low, "captured_optimistic": high, "title": label("甲", "Alpha"), "waterfall": (),
        }  # fmt: skip
        events.append(any_event.model_copy(update=update))
    own = next(one for one in FULL.results if (one.basket, one.strategy) == (basket, "event-drift"))
    return own.model_copy(update={"primary": True, "events": tuple(events)})


def said(*circles: CircleResult) -> tuple[str, str]:
    words = verdict(circles, STRATEGIES, NAMES)
    return words.zh, words.en


def test_captured_above_the_headline_and_below_zero_read_right() -> None:
    # means by hand: (0.10 - 0.04) / 2 = 0.03 and (0.12 + 0.02) / 2 = 0.07; -0.02 and -0.05
    # gaps by hand: 0.02, 0.06, 0.03; the second event of compute has the widest
    zh, en = said(circle("compute", (0.10, 0.12), (-0.04, 0.02)), circle("regulation", (-0.02, -0.05)))
    assert en == (
        "Headline and captured averaged +3.0% and +7.0% in Compute (2 events) and -2.0% and -5.0% in Regulation "
        "(1 event), each too few to tell skill from luck. Alpha (Compute): headline -4.0%, captured +2.0%."
    )
    assert zh == (
        "新闻涨幅与实得平均为：算力 +3.0% 与 +7.0%（2 个事件），监管 -2.0% 与 -5.0%（1 个事件）；"
        "事件都太少，分不清本领与运气。甲（算力）：新闻涨幅 -4.0%，实得 +2.0%。"
    )


def test_a_verdict_has_two_sentences() -> None:
    for words in (
        said(circle("compute", (0.1, 0.02, 0.01, 0.05)), circle("regulation", (0.1, 0.1))),
        said(circle("compute", (0.1, 0.1)), circle("regulation")),
    ):
        assert words[0].count("。") == 2
        assert len(re.findall(r"\.(?= |$)", words[1])) == 2


def test_bounds_stand_where_every_event_has_them_and_they_differ() -> None:
    # by hand: the mean of 1 and 3 percent below, of 5 and 7 percent above
    _, en = said(circle("compute", (0.1, 0.02, 0.01, 0.05), (0.1, 0.04, 0.03, 0.07)))
    assert "averaged +10.0% and +3.0% [+2.0%, +6.0%] in Compute" in en
    assert ", with pessimistic to optimistic fills in brackets. Alpha" in en
    partly = said(circle("compute", (0.1, 0.02, 0.01, 0.05), (0.1, 0.04)))[1]
    assert "[" not in partly.split(". ")[0], "a bound over some of the events bounds nothing"
    assert "[" not in said(circle("compute", (0.1, 0.02, 0.02, 0.02)))[1]


def test_twenty_events_are_not_called_few() -> None:
    many, few = circle("compute", *[(0.1, 0.1)] * 20), circle("application", *[(0.1, 0.1)] * 19)
    zh, en = said(many, few)
    assert "in Compute (20 events) and" in en
    assert "(19 events, too few to tell skill from luck)" in en
    assert "应用 +10.0% 与 +10.0%（19 个事件，太少，分不清本领与运气）" in zh
    assert "luck" not in said(many)[1]


def test_the_best_known_event_is_named_for_the_basket_it_moved_most() -> None:
    _, en = said(
        circle("compute", (0.1, 0.1), (0.9, 0.0), first_id="sora-launch"),
        circle("application", (0.4779, 0.1343, 0.1133, 0.3026), first_id="sora-launch"),
    )
    assert en.endswith("Alpha (Application): headline +47.8%, captured +13.4% [+11.3%, +30.3%].")


def test_the_greatest_loss_is_named_in_points_of_the_money_set_aside() -> None:
    # by hand: on 200,000 a loss of 33,000 is 16.5 points, one of 20,000 is 10
    steps = {"headline": 60_000.0, "session_delay": -20_000.0, "limits_entry": -33_000.0, "captured": 7_000.0}
    bars = tuple(WaterfallBar(step=step, money=money) for step, money in steps.items())
    one = circle("compute", (0.3, 0.035))
    event = one.events[0].model_copy(update={"waterfall": bars, "allotted": 200_000.0})
    zh, en = said(one.model_copy(update={"events": (event,)}))
    assert en.endswith("captured +3.5%, the greatest loss being limits and suspension on entry (-16.5 points).")
    assert zh.endswith("实得 +3.5%，损失最大的一步是买入时的涨停与停牌（-16.5 个百分点）。")


def test_the_greatest_loss_of_a_short_sale_has_a_name_of_its_own() -> None:
    steps = {"headline": 20_000.0, "limits_exit": -33_000.0, "captured": -13_000.0}
    bars = tuple(WaterfallBar(step=step, money=money) for step, money in steps.items())
    one = circle("compute", (-0.05, -0.065))
    event = one.events[0].model_copy(update={"waterfall": bars, "allotted": 200_000.0})
    short = STRATEGIES[0].model_copy(update={"direction": "short"})
    words = verdict([one.model_copy(update={"events": (event,)})], [short], NAMES)
    assert words.en.endswith("the greatest loss being suspension on covering (-16.5 points).")
    assert words.zh.endswith("损失最大的一步是回补时停牌（-16.5 个百分点）。")


def test_a_short_sale_is_measured_against_what_the_fall_was_worth() -> None:
    """Shares fell by 20 %, the sale captured 5 %: less than the fall, although more than the headline."""
    steps = {"headline": 40_000.0, "session_delay": -30_000.0, "captured": 10_000.0}
    bars = tuple(WaterfallBar(step=step, money=money) for step, money in steps.items())
    one = circle("compute", (-0.2, 0.05))
    event = one.events[0].model_copy(update={"waterfall": bars, "allotted": 200_000.0})
    short = STRATEGIES[0].model_copy(update={"direction": "short"})
    words = verdict([one.model_copy(update={"events": (event,)})], [short], NAMES)
    assert words.en.endswith("headline -20.0%, captured +5.0%, the greatest loss being session delay (-15.0 points).")


def test_nothing_to_compare_is_said() -> None:
    nothing = circle("regulation")
    assert said(nothing)[1] == "Regulation: no event to compare."
    assert "; Regulation: no event to compare. Alpha" in said(circle("compute", (0.1, 0.1)), nothing)[1]
    held = [strategy for strategy in STRATEGIES if not strategy.triggered]
    assert verdict([nothing], held, NAMES).en == "No event strategy was run: there is nothing to compare."


def test_of_several_event_strategies_the_first_speaks_by_name() -> None:
    second = STRATEGIES[0].model_copy(update={"id": "other", "name": label("另一", "Other")})
    words = verdict([circle("compute", (0.1, 0.1))], [STRATEGIES[0], second], NAMES)
    assert words.en.startswith("Event drift: Headline and captured averaged +10.0% and +10.0% in Compute (1 event, too")
    assert words.zh.startswith("事件漂移：新闻涨幅与实得平均为：算力 +10.0% 与 +10.0%（1 个事件，太少")
