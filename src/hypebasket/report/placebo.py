"""The page of a placebo, ``index.html``: what was captured among what chance would have captured."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hypebasket.files import write_atomically
from hypebasket.ledger.placebo import PlaceboPair, PlaceboResult
from hypebasket.ledger.result import Label, PlaceboTest
from hypebasket.report import labels
from hypebasket.report.figures import beaten, p_value, percent
from hypebasket.report.fonts import page_fonts
from hypebasket.report.histogram import Histogram, draw_histogram
from hypebasket.report.html import environment

__all__ = ["FEW_EVENTS", "KIND_NAMES", "answer_of", "write_placebo"]

FEW_EVENTS = 10
"""With fewer events a percentile says little, whatever it is; as in an event study."""

KIND_NAMES = {
    "calendars": Label(zh="随机日历", en="random calendars"),
    "shifts": Label(zh="平移的事件", en="shifted events"),
    "baskets": Label(zh="随机篮子", en="random baskets"),
    "other_mainlines": Label(zh="其他主线的事件", en="events of other mainlines"),
}

KIND_MEANING = {
    "calendars": Label(
        zh="同样多、间隔相同、但离每个真实事件都够远的日子：这些日子没有新闻。",
        en="As many days with the same spacing, each away from every true event: days without the news.",
    ),
    "shifts": Label(
        zh="每个事件各自提前或推迟，移出它自己的窗口。若移动后差不多，说明推动股价的不是那一天。",
        en="Every event moved by itself, out of its own window, earlier or later. If that does as well, "
        "it was not the day that moved the shares.",
    ),
    "baskets": Label(
        zh="同样的事件，换成板块、成交额、波动率相近而没有一个篮子点名的股票。",
        en="The true events, with stocks no basket names, alike in board, turnover and volatility.",
    ),
    "other_mainlines": Label(
        zh="同一篮子，换成从其他主线的事件里抽出的同样多个。",
        en="The same basket, on as many events drawn from those of the other mainlines.",
    ),
}


@dataclass(frozen=True, slots=True)
class Draws:
    """One kind of chance as the page shows it."""

    test: PlaceboTest
    name: Label
    meaning: Label
    picture: Histogram | None


@dataclass(frozen=True, slots=True)
class Card:
    """One pair as the page shows it: the kinds of chance, and the answer in a sentence."""

    pair: PlaceboPair
    key: str
    name: Label
    kinds: tuple[Draws, ...]
    lead: PlaceboTest | None
    answer: Label


def write_placebo(result: PlaceboResult, folder: Path) -> Path:
    """Write ``index.html`` into ``folder`` and return its path; the same result gives the same bytes."""
    html = environment().get_template("placebo.html.jinja").render(
        result=result,
        cards=[_card(pair) for pair in result.pairs],
        labels=labels,
        p_value=p_value,
        beaten=beaten,
        few=FEW_EVENTS,
        compared=sum(test.refused is None for pair in result.pairs for test in pair.tests),
    )  # fmt: skip
    return write_atomically(folder / "index.html", html.replace("/*fonts*/", page_fonts(html), 1).encode())


def _card(pair: PlaceboPair) -> Card:
    kinds = tuple(
        Draws(test, KIND_NAMES[test.kind], KIND_MEANING[test.kind], draw_histogram(test)) for test in pair.tests
    )
    basket, strategy = pair.basket_name, pair.strategy_name
    name = labels.in_sleeve(Label(zh=f"{basket.zh} × {strategy.zh}", en=f"{basket.en} × {strategy.en}"), pair.sleeve)
    return Card(
        pair=pair,
        key=f"{pair.basket}-{pair.strategy}-{pair.sleeve}",
        name=name,
        kinds=kinds,
        lead=next((test for test in pair.tests if test.refused is None), None),
        answer=answer_of(pair),
    )


def answer_of(pair: PlaceboPair) -> Label:
    """Say in a sentence what was captured among the first kind of draws there are."""
    lead = next((test for test in pair.tests if test.refused is None), None)
    if lead is None or pair.observed is None:
        why = pair.tests[0].refused if pair.tests else None
        reason = why or Label(zh="没有可比较的抽样", en="nothing was drawn")
        return Label(zh=f"无法与偶然相比：{reason.zh}。", en=f"No comparison with chance: {reason.en}.")
    kind, share = KIND_NAMES[lead.kind], beaten(lead.percentile)
    above = Label(zh="", en="")
    if pair.benchmark:
        index = labels.benchmark_label(pair.benchmark)
        above = Label(zh=f"超出{index.zh}", en=f" above the {index.en}")
    few = Label(zh="", en="")
    if pair.events < FEW_EVENTS:
        few = Label(
            zh=f"只有 {pair.events} 个事件，这说明不了什么。",
            en=f" With {pair.events} {'event' if pair.events == 1 else 'events'} that says little.",
        )
    return Label(
        zh=f"{pair.events} 个事件平均实得{above.zh} {percent(pair.observed)}，"
        f"高过 {lead.draws:,} 次{kind.zh}中的 {share}（p = {p_value(lead.p_value)}）。{few.zh}",
        en=f"Captured {percent(pair.observed)} per event{above.en}: more than {share} of {lead.draws:,} {kind.en} "
        f"(p = {p_value(lead.p_value)}).{few.en}",
    )
