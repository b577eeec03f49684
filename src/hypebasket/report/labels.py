"""The words of the pages in both languages: causes, circles, benchmarks, board marks."""

from __future__ import annotations

from hypebasket.ledger.result import Label

__all__ = [
    "CIRCLES",
    "CIRCLE_MEANING",
    "COSTS",
    "DAY_STATES",
    "EMPTY_CIRCLE",
    "HINDSIGHT",
    "NO_MEMBER_DOCUMENTED",
    "benchmark_label",
    "in_sleeve",
    "money",
    "reason_label",
    "round_number",
    "step_label",
]


def _label(zh: str, en: str) -> Label:
    return Label(zh=zh, en=en)


_REASONS = {
    "locked_limit_up": _label("涨停买不到", "locked at limit-up"),
    "locked_limit_down": _label("跌停卖不出", "locked at limit-down"),
    "suspended": _label("停牌", "suspended"),
    "no_bar": _label("当日无行情", "no bar that session"),
    "delisted": _label("已退市", "delisted"),
    "no_reference_price": _label("无前收盘参考价", "no reference price"),
    "volume_cap": _label("成交量上限", "volume cap"),
    "cash": _label("现金不足", "not enough cash"),
    "t_plus_1": _label("T+1 当日不能卖", "T+1: bought today"),
    "lot": _label("不足一手", "less than one lot"),
    "max_gap": _label("高开超过限度", "opened above the gap limit"),
    "limit_not_reached": _label("未触及涨停价", "limit-up not reached"),
    "not_held": _label("没有持仓", "nothing held"),
    "not_a_member": _label("已不是成员", "no longer a member"),
    "overlap": _label("已被先前事件持有", "held for an earlier event"),
    "superseded": _label("被新的调仓取代", "superseded by a new rebalance"),
    "withdrawn": _label("策略自行撤单", "withdrawn by the strategy"),
    "run_end": _label("回测结束", "the run ended"),
    "exit_due": _label("持有期已满", "the holding period was over"),
    "short_sale_restriction": _label("卖空受限（201 规则）", "short sales restricted (rule 201)"),
    "not_shortable": _label("不能卖空", "may not be sold short"),
    "illiquid": _label("成交额不足", "illiquid"),
    "not_selected": _label("未入选", "not selected"),
    "no_break": _label("封板未开", "board never broke"),
}

_REASONS_OF_SHORTS = {
    "max_gap": _label("低开超过限度", "opened below the gap limit"),
    "not_held": _label("没有欠券", "nothing owed"),
    "overlap": _label("已为先前事件卖空", "sold short for an earlier event"),
}
"""Causes that mean another thing to who sells short."""

CIRCLES = {
    "point_in_time": _label("当时可知", "point in time"),
    "documented": _label("有来源", "documented"),
    "all": _label("全部", "all"),
}

CIRCLE_MEANING = {
    "point_in_time": _label("决策之前已有来源点名的成员", "named by a source before the decision"),
    "documented": _label("任何日期有来源点名的成员（含事后）", "named by a source of any date, later ones included"),
    "all": _label(
        "再加上无来源、由篮子作者选入的成员", "plus members nobody documented, chosen by the author of the basket"
    ),
}

EMPTY_CIRCLE = _label(
    "事件发生的那一刻，还没有任何来源点名过哪怕一只 A 股成员：按当时可知，这个篮子是空的。",
    "At this moment no source had named a single A-share member: point in time, this basket is empty.",
)
NO_MEMBER_DOCUMENTED = _label("无成员有来源", "no member documented")

HINDSIGHT = {
    "documented": _label(
        "含事后名单：事件之后才有来源点名的股票也计入。",
        "Hindsight included: names that a source gave only after an event count too.",
    ),
    "all": _label(
        "含事后名单：事件之后才被点名、以及由篮子作者选入而无来源的股票也计入。",
        "Hindsight included: names that a source gave only after an event, or that only the author of the basket chose,"
        " count too.",
    ),
}
"""What is to be said of the circles that an investor could not have known at the time."""

# Of an event study.
FINDINGS = {
    "moved": Label(zh="有影响", en="moved"),
    "not_shown": Label(zh="看不出影响", en="no effect shown"),
    "insufficient": Label(zh="数据不足", en="insufficient"),
}

_STEPS = {
    "headline": _label("新闻涨幅", "headline"),
    "choice": _label("策略取舍", "strategy's choice"),
    "session_delay": _label("等到可交易时段", "session delay"),
    "limits_entry": _label("买入时的涨停与停牌", "limits and suspension on entry"),
    "limits_exit": _label("卖出时的跌停与停牌", "limits and suspension on exit"),
    "t_plus_1": _label("T+1", "T+1"),
    "lots_and_cash": _label("整手与现金", "lots and cash"),
    "volume_cap": _label("成交量上限", "volume cap"),
    "fees_and_tax": _label("费用与税", "fees and tax"),
    "captured": _label("实得", "captured"),
}
"""The bars of a waterfall, in their order."""

_STEPS_OF_SHORTS = {
    "headline": _label("新闻涨幅（反号）", "headline, sign reversed"),
    "limits_entry": _label("卖空受限与停牌", "restrictions and suspension on entry"),
    "limits_exit": _label("回补时停牌", "suspension on covering"),
}

DAY_STATES = {
    ".": _label("正常交易", "ordinary trading"),
    "=": _label("一字板：全天涨停价", "locked: limit-up all day"),
    "o": _label("开盘涨停，打开后又封住", "opened at limit-up, reopened, closed at it"),
    "b": _label("炸板：开盘涨停，收盘未封住", "board broke: opened at limit-up, closed below"),
    "s": _label("封板：收在涨停", "sealed: closed at limit-up"),
    "d": _label("收在跌停", "closed at limit-down"),
    "x": _label("停牌", "suspended"),
    "-": _label("当日无行情", "no bar"),
}
"""How a name's session went, by the letter of its tape."""

COSTS = {
    "commission": _label("佣金", "Commission"),
    "stamp_duty": _label("印花税", "Stamp duty"),
    "transfer_fee": _label("过户费", "Transfer fee"),
    "other_fees": _label("其他费用", "Other fees"),
    "borrowing": _label("融券费", "Borrowing"),
    "dividend_tax": _label("红利税", "Dividend tax"),
    "total": _label("合计", "Total"),
}

_BENCHMARKS = {
    "000300.SH": _label("沪深300", "CSI 300"),
    "399006.SZ": _label("创业板指", "ChiNext"),
}


def reason_label(code: str, *, short: bool = False) -> Label:
    """Return the words for a cause code of the ledger, of a purchase or a short sale; an unknown one is its own."""
    own = _REASONS_OF_SHORTS.get(code) if short else None
    return own or _REASONS.get(code) or _label(code, code)


def step_label(step: str, *, short: bool = False) -> Label:
    """Return what a bar of a waterfall is called, of a strategy that buys or one that sells short."""
    return (_STEPS_OF_SHORTS.get(step) if short else None) or _STEPS[step]


def benchmark_label(symbol: str) -> Label:
    """Return the name of a benchmark; a symbol without a known name stands for itself."""
    return _BENCHMARKS.get(symbol) or _label(symbol, symbol)


def in_sleeve(name: Label, sleeve: str) -> Label:
    """Return a basket's name, with the currency of a sleeve outside mainland China behind it."""
    return name if sleeve == "CNY" else Label(zh=f"{name.zh}（{sleeve}）", en=f"{name.en} ({sleeve})")


def money(value: float, currency: str) -> Label:
    """Return an amount with three digits and the round number of its language: 316 万 CNY, 3.16 million CNY."""
    return Label(
        zh=f"{_rounded(value, ((1e8, ' 亿'), (1e4, ' 万')))} {currency}",
        en=f"{_rounded(value, ((1e9, ' billion'), (1e6, ' million'), (1e3, ' thousand')))} {currency}",
    )


def round_number(value: float) -> Label:
    """Return a mark of an axis of money: 100万, 1M."""
    return Label(
        zh=_rounded(value, ((1e8, "亿"), (1e4, "万"))), en=_rounded(value, ((1e9, "B"), (1e6, "M"), (1e3, "k")))
    )


def _rounded(value: float, units: tuple[tuple[float, str], ...]) -> str:
    kept = float(f"{value:.3g}")
    size, unit = next((each for each in units if kept >= each[0]), (1.0, ""))
    return f"{kept / size:.10g}{unit}"
