"""A strategy in plain sentences, in the order a desk would ask: what moves it, when, whom, how much, until when.

``docs/semantics.md`` says what each of them means exactly. A key that no sentence here tells is told by its meaning in
the glossary, so that nothing written in a file is passed over.
"""

from __future__ import annotations

from collections.abc import Iterator

from hypebasket.errors import Words
from hypebasket.spec.glossary import WORDS
from hypebasket.spec.prose.phrases import listed, number, percent, plural, untold
from hypebasket.spec.strategy import Among, EntryAt, Exit, Retry, Strategy, Trigger, TriggerOn

__all__ = ["TOLD", "strategy_prose"]

TOLD = frozenset(
    {
        *(f"Trigger.{key}" for key in ("on", "among", "every", "mainlines", "kinds", "ids", "scheduled", "endogenous")),
        *(f"Entry.{key}" for key in ("at", "offset", "reaction", "on_limit", "max_gap")),
        *(f"Select.{key}" for key in ("segments", "top", "bottom", "by", "limit_up_only", "min_amount")),
        *(f"Size.{key}" for key in ("scheme", "gross", "max_per_name", "participation")),
        *(f"Exit.{key}" for key in ("hold_sessions", "clock", "stop_loss", "take_profit", "trailing_stop")),
        *(f"Exit.{key}" for key in ("board_break", "divergence", "event_open", "next_event")),
        *(f"Strategy.{key}" for key in ("id", "name", "description", "members", "overlap", "delisting", "class")),
        *("Strategy.direction", "Strategy.withholding", "Short.designated", "Short.borrow_rate"),
        *("Strategy.fills", "Strategy.window_sessions", "Text.zh", "Text.en", "Retry.retry", "Divergence.breadth_fall"),
    }
)
"""The keys that the sentences below tell."""


def strategy_prose(strategy: Strategy) -> tuple[Words, ...]:
    """Return the sentences that say what a strategy does."""
    return tuple(_sentences(strategy))


def _sentences(strategy: Strategy) -> Iterator[Words]:
    yield Words(f"{strategy.name.zh}（{strategy.id}）", f"{strategy.name.en} ({strategy.id})")
    yield Words(strategy.description.zh, strategy.description.en)
    match strategy.trigger.on:
        case TriggerOn.EVENTS:
            yield from _event_sentences(strategy)
        case TriggerOn.MEMBERSHIP:
            yield Words(
                "每只股票只要在篮子里就持有：开始时，以及每当有成员进出，在开盘重新分配；事件不影响它。",
                "Holds every stock while it belongs to the basket: shares the money out anew at the open, at the start "
                "and whenever a stock joins or leaves. Events do not matter.",
            )
            yield _on_limit(strategy)
        case TriggerOn.ROTATION:
            yield from _rotation_sentences(strategy)
    yield _circle(strategy)
    yield from _whom(strategy)
    yield from _size(strategy)
    yield from _assumptions(strategy)
    yield from untold(strategy, TOLD)


def _event_sentences(strategy: Strategy) -> Iterator[Words]:
    yield _which_events(strategy.trigger)
    if strategy.own_class:
        yield Words(
            f"买卖由自写的类 {strategy.own_class} 决定：收盘后它看到截至当天的行情和已公开的事件，"
            "委托从下一个交易日起有效。",
            f"The own class {strategy.own_class} decides: after a close it sees the bars up to it and the events "
            "public by then, and its orders work from the next session on.",
        )
        return
    yield _when(strategy)
    yield _short_on_limit(strategy) if strategy.is_short else _on_limit(strategy)
    if strategy.entry.max_gap is not None:
        gap = percent(strategy.entry.max_gap)
        yield (
            Words(
                f"价格比事件前的收盘低 {gap} 以上就不卖空。",
                f"Sells nothing short below the close before the event less {gap}.",
            )
            if strategy.is_short
            else Words(
                f"价格比事件前的收盘高出 {gap} 以上就不买。",
                f"Buys nothing above the close before the event plus {gap}.",
            )
        )
    if strategy.is_short:
        yield from _loan(strategy)
    yield from _exits(strategy)
    held = WORDS[f"Overlap.{strategy.overlap}"]
    yield Words(
        f"新事件想买还在手里的股票时：{held.zh}。", f"When an event wants a name that is still held: {held.en}."
    )


def _rotation_sentences(strategy: Strategy) -> Iterator[Words]:
    trigger, entry = strategy.trigger, strategy.entry
    top = strategy.select.top or 1
    among = WORDS[f"Among.{trigger.among}"]
    every = trigger.every
    again = (
        Words(f"，此后每 {every} 个交易日重选", f", and again every {plural(every, 'session')}") if every else Words()
    )
    yield Words(
        f"从{among.zh}里选出对最近一次事件反应最强的 {top} 组，持有其成员；"
        f"事件首个可交易开盘之后 {entry.offset} 个交易日选一次{again.zh}。",
        f"Of {among.en}, holds the {'one' if top == 1 else top} that answered the latest event best; it chooses "
        f"{plural(entry.offset, 'session')} after the event's first open{again.en}.",
    )
    yield _which_events(trigger)
    yield _on_limit(strategy)


def _which_events(trigger: Trigger) -> Words:
    """Say which events count."""
    mainlines = listed(trigger.mainlines)
    kinds, ids = listed(trigger.kinds, "or"), listed(trigger.ids, "or")
    if trigger.mainlines:
        own = Words(
            f"看主线 {mainlines.zh} 的事件",
            f"Acts on the events of {_mainlines(len(trigger.mainlines))} {mainlines.en}",
        )
    elif trigger.on is TriggerOn.ROTATION and trigger.among is Among.MAINLINES:
        own = Words("看本次运行各主线的事件", "Acts on the events of the mainlines of the run")
    else:
        own = Words("看篮子自己主线的事件", "Acts on the events of the basket's own mainline")
    parts = [own]
    if trigger.kinds:
        parts.append(Words(f"种类是 {kinds.zh}", f"of the kind {kinds.en}"))
    if trigger.ids:
        parts.append(Words(f"只限 {ids.zh}", f"but only on {ids.en}"))
    if trigger.scheduled != "any":
        parts.append(WORDS[f"Trigger.scheduled.{trigger.scheduled}"])
    parts.append(
        Words("由股价本身定义的也算", "those that are price moves themselves included")
        if trigger.endogenous
        else Words("由股价本身定义的不算", "those that are price moves themselves left out")
    )
    return Words("，".join(part.zh for part in parts) + "。", ", ".join(part.en for part in parts) + ".")


def _mainlines(count: int) -> str:
    return "the mainline" if count == 1 else "the mainlines"


def _when(strategy: Strategy) -> Words:
    entry = strategy.entry
    if entry.at is EntryAt.BOARD_BREAK:
        return Words(
            f"只买事件首个开盘即封在涨停的成员：{strategy.window} 个交易日内第一次跌离涨停价之后，下一个开盘买入"
            f"{_reaction(entry.reaction).zh}。",
            "Buys only members that opened the event's first session locked at the limit: each at the open after the "
            f"first of {plural(strategy.window, 'session')} on which it traded below it{_reaction(entry.reaction).en}.",
        )
    place = {
        EntryAt.FIRST_OPEN: Words("第一个还赶得上的开盘", "the first open that can still be reached"),
        EntryAt.FIRST_CLOSE: Words("第一个还赶得上的收盘", "the first close that can still be reached"),
        EntryAt.LIMIT_QUEUE: Words(
            "首个可交易日在涨停价排队（打板）",
            "the limit-up price, in the queue, on the first session that can be reached",
        ),
    }[entry.at]
    if entry.offset < 0:
        days = -entry.offset
        moved = Words(
            f"，提前 {days} 个交易日（从不早于日期公布）",
            f", moved {plural(days, 'session')} ahead (never before its date was announced)",
        )
    elif entry.offset:
        moved = Words(f"，再往后 {entry.offset} 个交易日", f", moved {plural(entry.offset, 'session')} later")
    else:
        moved = Words()
    reaction = _reaction(entry.reaction)
    does = Words("卖空", "Sells short") if strategy.is_short else Words("买入", "Buys")
    return Words(
        f"{does.zh}：事件公开后{place.zh}{moved.zh}{reaction.zh}。",
        f"{does.en} at {place.en} after an event is public{moved.en}{reaction.en}.",
    )


def _reaction(minutes: int) -> Words:
    return (
        Words(f"，留 {minutes} 分钟给人反应", f", leaving a human {plural(minutes, 'minute')}") if minutes else Words()
    )


def _on_limit(strategy: Strategy) -> Words:
    """Say what happens to a name that cannot be bought at its limit."""
    policy = strategy.entry.on_limit
    if isinstance(policy, Retry):
        return Words(
            f"若封在涨停买不进，再试 {policy.retry} 个交易日，然后放弃。",
            f"If the board is locked at the limit and the order is not served, it is tried on "
            f"{policy.retry} more {'session' if policy.retry == 1 else 'sessions'} and then given up.",
        )
    if policy == "skip":
        return Words(
            "若封在涨停买不进，就放弃这只。",
            "If the board is locked at the limit and the order is not served, the name is given up.",
        )
    if strategy.trigger.on is TriggerOn.EVENTS:
        return Words(
            f"若封在涨停买不进，就等到开板，最多 {strategy.window} 个交易日。",
            "If the board is locked at the limit, it waits until the board breaks, "
            f"{plural(strategy.window, 'session')} at the most.",
        )
    return Words(
        "若封在涨停买不进，就等到开板或下次重新分配。",
        "If the board is locked at the limit, it waits until the board breaks or the money is shared out anew.",
    )


def _short_on_limit(strategy: Strategy) -> Words:
    """Say what happens to a name whose short sales are restricted (rule 201)."""
    policy = strategy.entry.on_limit
    if isinstance(policy, Retry):
        more = "session" if policy.retry == 1 else "sessions"
        return Words(
            f"若当日卖空受限而没有成交，再试 {policy.retry} 个交易日，然后放弃。",
            "If short sales are restricted that session and the order is not served, it is tried on "
            f"{policy.retry} more {more} and then given up.",
        )
    if policy == "skip":
        return Words(
            "若当日卖空受限而没有成交，就放弃这只。",
            "If short sales are restricted that session and the order is not served, the name is given up.",
        )
    return Words(
        f"若当日卖空受限而没有成交，就等到解除，最多 {strategy.window} 个交易日。",
        "If short sales are restricted that session, it waits until they are not, "
        f"{plural(strategy.window, 'session')} at the most.",
    )


def _loan(strategy: Strategy) -> Iterator[Words]:
    """Say who may be sold short, and what the loan costs."""
    short = strategy.short
    also = listed(short.designated)
    yield Words(
        f"只卖空美股{f'和 {also.zh}' if short.designated else ''}；A 股不能卖空。",
        f"Sells short names of the United States{f' and {also.en}' if short.designated else ''} alone; A-shares never.",
    )
    rate = Words("规则表的费率", "the rate of the rule table")
    if short.borrow_rate is not None:
        rate = Words(f"年 {percent(short.borrow_rate)}", f"{percent(short.borrow_rate)} a year")
    yield Words(
        f"借券按日付费，{rate.zh}；现金全额担保，股息由卖空者补付。",
        f"Pays for the loan by the day at {rate.en}; fully backed by cash, and owes the dividends.",
    )


def _circle(strategy: Strategy) -> Words:
    if strategy.members is None:
        return Words("成员圈：用篮子指定的。", "Circle of members: the one the basket names.")
    circle = WORDS[f"Circle.{strategy.members}"]
    return Words(f"成员圈：{circle.zh}。", f"Circle of members: {circle.en}.")


def _whom(strategy: Strategy) -> Iterator[Words]:
    select = strategy.select
    if select.segments:
        segments = listed(select.segments)
        yield Words(f"只买这些环节的成员：{segments.zh}。", f"Takes only members of the segments {segments.en}.")
    if strategy.trigger.on is not TriggerOn.EVENTS:
        return
    if select.min_amount is not None:
        least = number(select.min_amount)
        yield Words(
            f"只买二十个交易日成交额中位数至少 {least} 的成员（货币单位）。",
            f"Takes only members with a median turnover of at least {least} (in their currency) over 20 sessions.",
        )
    if select.limit_up_only:
        yield Words(
            "只买前一日收在涨停的成员。", "Takes only members that closed the session before at their limit-up."
        )
    if select.top is not None or select.bottom is not None:
        signal = WORDS[f"SelectBy.{select.by}"]
        ends = [Words(f"最强的 {select.top} 只", f"the {select.top} strongest")] if select.top else []
        ends += [Words(f"最弱的 {select.bottom} 只", f"the {select.bottom} weakest")] if select.bottom else []
        yield Words(
            f"按“{signal.zh}”排序，取{'和'.join(end.zh for end in ends)}。",
            f"Ranks them ({signal.en}) and takes {' and '.join(end.en for end in ends)}.",
        )


def _size(strategy: Strategy) -> Iterator[Words]:
    size = strategy.size
    most = percent(size.participation)
    cap = Words(f"每只股票最多占当日成交量的 {most}。", f"Takes at most {most} of a session's volume in a name.")
    if strategy.own_class:
        yield cap
        return
    scheme = WORDS[f"SizeScheme.{size.scheme}"]
    per_name = Words()
    if size.max_per_name is not None:
        per_name = Words(f"，单只最多 {percent(size.max_per_name)}", f", at most {percent(size.max_per_name)} per name")
    yield Words(
        f"动用资金的 {percent(size.gross)}，分配：{scheme.zh}{per_name.zh}。",
        f"Puts {percent(size.gross)} of the equity to work, shared out: {scheme.en}{per_name.en}.",
    )
    yield cap


# Stop loss, take profit and trailing stop, of a purchase and of a short sale.
_STOPS = (
    ("收盘比成本低 {0} 的次日开盘（止损）", "at the open after a close {0} below cost"),
    ("收盘比成本高 {0} 的次日开盘（止盈）", "at the open after a close {0} above cost"),
    (
        "收盘比买入后最高收盘低 {0} 的次日开盘（移动止损）",
        "at the open after a close {0} below the highest close since the purchase",
    ),
)
_SHORT_STOPS = (
    ("收盘比卖空价高 {0} 的次日开盘（止损）", "at the open after a close {0} above the price of the sale"),
    ("收盘比卖空价低 {0} 的次日开盘（止盈）", "at the open after a close {0} below the price of the sale"),
    (
        "收盘比卖空后最低收盘高 {0} 的次日开盘（移动止损）",
        "at the open after a close {0} above the lowest close since the sale",
    ),
)


def _exits(strategy: Strategy) -> Iterator[Words]:
    """Say what ends a position; of several planned ends the earliest holds."""
    does = Words("买回", "Covers") if strategy.is_short else Words("卖出", "Sells")
    ends = list(_ends(strategy.exit, short=strategy.is_short))
    if not ends:
        yield Words(f"不主动{does.zh}，一直持有到结束。", f"{does.en} nothing by itself: holds to the end of the run.")
        return
    if len(ends) == 1:
        yield Words(f"{does.zh}：{ends[0].zh}。", f"{does.en} {ends[0].en}.")
        return
    yield Words(
        f"{does.zh}，以最早的为准：{'；'.join(end.zh for end in ends)}。",
        f"{does.en} at whichever comes first: {'; '.join(end.en for end in ends)}.",
    )


def _ends(leave: Exit, *, short: bool) -> Iterator[Words]:
    if leave.hold_sessions is not None:
        clock = WORDS[f"ExitClock.{leave.clock}"]
        yield Words(
            f"第 {leave.hold_sessions} 个交易日收盘（{clock.zh}数起）",
            f"at the close of session {leave.hold_sessions}, counted {clock.en}",
        )
    for share, (zh, en) in zip(
        (leave.stop_loss, leave.take_profit, leave.trailing_stop), _SHORT_STOPS if short else _STOPS, strict=True
    ):
        if share is not None:
            yield Words(zh.format(percent(share)), en.format(percent(share)))
    if leave.board_break:
        yield Words("封板后收盘打开（炸板）的次日开盘", "at the open after a sealed board closed open")
    if leave.divergence is not None:
        fall = percent(leave.divergence.breadth_fall)
        yield Words(
            f"涨停占比从高点回落 {fall}、走势又拉开（分化）的次日开盘",
            f"at the open after the share of members at limit-up fell by {fall} of its peak while they drifted apart",
        )
    if leave.event_open:
        yield Words("事件后的首个开盘", "at the event's first open")
    if leave.next_event:
        yield Words("下一个事件的首个开盘", "at the first open of the next event")


def _assumptions(strategy: Strategy) -> Iterator[Words]:
    """Say what the numbers rest on: limit days, delisting, the headline's window."""
    fills = WORDS[f"FillPolicy.{strategy.fills}"]
    yield Words(
        f"涨跌停日的成交假设——{fills.zh}；报告另算其余两种作为上下界。",
        f"Limit days are judged as {fills.en}; reports show the other two as bounds.",
    )
    worth = strategy.delisting
    said = WORDS[f"Strategy.delisting.{worth}"] if isinstance(worth, str) else Words(f"{worth:g}", f"{worth:g}")
    yield Words(f"退市时每股值：{said.zh}。", f"A share that is delisted is worth: {said.en}.")
    if strategy.withholding != "none":
        resident = WORDS[f"Strategy.withholding.{strategy.withholding}"]
        yield Words(
            f"港股和美股的股息按{resident.zh}预扣税。",
            f"Tax is withheld from the dividends of Hong Kong and the United States as from {resident.en}.",
        )
    unset = Words("（没有另写，随持有期）", " (not set: it follows the holding)")
    tail = Words() if strategy.window_sessions else unset
    yield Words(
        f"与之比较的头条涨幅看 {strategy.window} 个交易日{tail.zh}。",
        f"The headline it is compared with covers {plural(strategy.window, 'session')}{tail.en}.",
    )
