"""A realistic result, made up by a seeded random generator: 3 baskets × 2 strategies × 3 circles."""

from __future__ import annotations

import random
from datetime import date, timedelta

from hypebasket.ledger.charts import EventChart, FillMark, MemberPath, RunCharts, Tape
from hypebasket.ledger.result import (
    AttributionRow,
    BasketSummary,
    CircleResult,
    Costs,
    DataSummary,
    EventResult,
    FirstFill,
    Label,
    MarketWindow,
    MemberResult,
    NameOutcome,
    RunResult,
    SleevePoint,
    StrategySummary,
    WaterfallBar,
)


def label(zh: str, en: str) -> Label:
    return Label(zh=zh, en=en)


def both(text: str) -> Label:
    """Return words that can be told apart by their language."""
    return Label(zh=f"{text}（中）", en=text)


def weekdays(start: date, number: int) -> tuple[date, ...]:
    days: list[date] = []
    while len(days) < number:
        if start.weekday() < 5:
            days.append(start)
        start += timedelta(days=1)
    return tuple(days)


SESSIONS = weekdays(date(2022, 6, 1), 620)

EVENTS = (
    ("chatgpt-launch", "OpenAI 发布 ChatGPT", "OpenAI releases ChatGPT", date(2022, 12, 1)),
    ("gpt4-launch", "GPT-4 发布", "GPT-4", date(2023, 3, 15)),
    ("m365-copilot", "微软 365 Copilot", "Microsoft 365 Copilot", date(2023, 3, 17)),
    ("nvda-2023q1", "英伟达一季报远超预期", "NVIDIA guides revenue far above consensus", date(2023, 5, 25)),
    ("pika-1", "Pika 1.0 与融资", "Pika 1.0 and its funding", date(2023, 11, 29)),
    ("sora-launch", "OpenAI 展示 Sora", "OpenAI shows Sora", date(2024, 2, 19)),
    ("citic-mainlines", "三条主线的研报流传", "The three mainlines report circulates", date(2024, 2, 23)),
    ("claude-3", "Claude 3 系列", "Claude 3 family", date(2024, 3, 5)),
    ("kimi-2m", "Kimi 开放二百万字上下文", "Kimi opens a 2-million-character context", date(2024, 3, 19)),
    ("gpt4o", "GPT-4o 发布", "GPT-4o", date(2024, 5, 14)),
)

NAMES = {
    "compute": (
        ("000063.SZ", "中兴通讯", "ZTE"),
        ("603019.SH", "中科曙光", "Sugon"),
        ("600941.SH", "中国移动", "China Mobile"),
        ("601728.SH", "中国电信", "China Telecom"),
        ("300502.SZ", "新易盛", "Eoptolink"),
    ),
    "application": (
        ("300418.SZ", "昆仑万维", "Kunlun Tech"),
        ("300781.SZ", "因赛集团", "Insight Group"),
        ("688039.SH", "当虹科技", "Danghong"),
        ("300624.SZ", "万兴科技", "Wondershare"),
        ("300166.SZ", "东方国信", "BONC"),
        ("603721.SH", "中广天择", "CTV Media"),
        ("600571.SH", "信雅达", "Sunyard"),
        ("002558.SZ", "巨人网络", "Giant Network"),
    ),
    "regulation": (
        ("300188.SZ", "国投智能", "SDIC Intelligence"),
        ("603000.SH", "人民网", "People.cn"),
        ("688023.SH", "安恒信息", "DBAPPSecurity"),
        ("300369.SZ", "绿盟科技", "NSFOCUS"),
    ),
}

BASKETS = {
    "compute": (label("算力", "Compute"), "documented", 0.13, 0.08),
    "application": (label("应用", "Application"), "documented", 0.32, 0.09),
    "regulation": (label("监管", "Regulation"), "all", 0.09, 0.02),
}
STRATEGIES = (
    StrategySummary(
        id="event-drift",
        name=label("事件漂移", "Event drift"),
        fills="realistic",
        window_sessions=5,
        triggered=True,
        description=label(
            "事件后第一个可买的开盘买入，涨停则再试三日，持有五日。",
            "Buys at the first open after an event, retries three sessions if locked, holds five.",
        ),
    ),
    StrategySummary(
        id="buy-and-hold",
        name=label("买入并持有", "Buy and hold"),
        fills="realistic",
        window_sessions=5,
        triggered=False,
        description=label(
            "开始时等额买入，成员进出时再平衡。", "Equal money at the start, rebalanced when members join or leave."
        ),
    ),
)


def build_result(*, synthetic: bool = True, hostile: str = "") -> RunResult:
    """Build the result; ``hostile`` is appended to every text a YAML file may bring."""
    dice = random.Random(20240219)
    results = [
        _circle(dice, basket, strategy, circle, hostile)
        for basket in BASKETS
        for strategy in STRATEGIES
        for circle in ("point_in_time", "documented", "all")
    ]
    return RunResult(
        run_id="9f31c07ab2d4",
        synthetic=synthetic,
        data=DataSummary(
            source=f"data/sample{hostile}",
            synthetic=synthetic,
            first_session=SESSIONS[0],
            last_session=SESSIONS[-1],
            content_hash="5d0c8c0e4b1fa8f6c2f1f6f4a9c1f0b7e61fd3a2b8a0b1c2d3e4f5a6b7c8d9e0",
            rules="0f1e2d3c4b5a6978",
            warnings=(label("成交额为空：bars.csv（3 行）", "amount blank: bars.csv (3 rows)"),),
        ),
        verdict=label(
            "Sora 发布后五个交易日，应用主线八只股票平均上涨 47.8%，"
            "按规则能买到手的只有 13.6%；算力与监管的差距小得多。"
            "当时可知的应用名单是空的：这 47.8% 没有人能按名单买到。",
            "In the five sessions after Sora the eight application names rose 47.8% on average; "
            "within the rules 13.6% could be captured. Compute and regulation show a far smaller gap. "
            "Point in time, the application list was empty.",
        ),
        baskets=tuple(_basket(basket, hostile) for basket in BASKETS),
        strategies=STRATEGIES,
        results=tuple(results),
        notes=(label(f"资金一百万元{hostile}。", f"Capital 1,000,000 CNY{hostile}."),),
    )


def _basket(basket: str, hostile: str) -> BasketSummary:
    name, circle, _, _ = BASKETS[basket]
    documented = basket != "regulation"
    members = [
        MemberResult(
            symbol=symbol,
            name=label(zh, en),
            segment="video technology",
            documented=documented,
            sleeve="CNY",
            since="2024-02-29" if documented else None,
            evidence=("ofweek-202402",) if documented else (),
        )
        for symbol, zh, en in NAMES[basket]
    ]
    members.append(
        MemberResult(
            symbol="00700.HK",
            name=label("腾讯控股", "Tencent"),
            segment="models",
            documented=False,
            since=None,
            evidence=(),
            sleeve="HKD",
            not_run=label("HKD 仓位本次没有运行", "HKD sleeve not run (see --markets)"),
        )
    )
    return BasketSummary(
        id=basket,
        name=label(name.zh + hostile, name.en + hostile),
        mainline=basket,
        circle=circle,
        description=label(f"{name.zh}主线的概念股", f"concept stocks of the {name.en.lower()} mainline"),
        members=tuple(members),
    )


def _circle(dice: random.Random, basket: str, strategy: StrategySummary, circle: str, hostile: str) -> CircleResult:
    _, primary, scale, captured = BASKETS[basket]
    empty_until = date(2024, 3, 1) if circle == "point_in_time" else SESSIONS[0]
    nobody = basket == "regulation" and circle != "all"
    events = tuple(
        _event(
            dice, event, NAMES[basket], scale, captured, circle == primary, nobody or event[3] < empty_until, hostile
        )
        for event in EVENTS
    )
    excluded = EventResult(
        event_id="sora-2",
        title=label("Sora 2" + hostile, "Sora 2" + hostile),
        at="2025-09-30T17:00Z",
        markets={},
        window_sessions=5,
        members=0,
        headline=None,
        headline_median=None,
        headline_without_best=None,
        captured=None,
        excluded=label("第 1 日不在回测区间内", "session 1 lies outside the run"),
    )
    curve, own, benchmark = [], 1_000_000.0, 3800.0
    for session in SESSIONS:
        invested = strategy.id == "buy-and-hold" or dice.random() < 0.15
        step = dice.gauss(0.0, 0.011)
        benchmark *= 1 + step
        if not nobody and session >= empty_until and invested:
            own *= 1 + 0.7 * step + dice.gauss(0.0012, 0.013)
        curve.append(
            SleevePoint(
                session=session,
                equity=round(own, 2),
                benchmark=None if basket == "regulation" else round(benchmark, 2),
                invested=invested and not nobody,
            )
        )
    flat = own == 1_000_000.0
    return CircleResult(
        basket=basket,
        strategy=strategy.id,
        members=circle,
        primary=circle == primary,
        sleeve="CNY",
        currency="CNY",
        start=SESSIONS[0],
        end=SESSIONS[-1],
        sessions_per_year=243,
        initial_cash=1_000_000.0,
        final_equity=curve[-1].equity,
        total_return=curve[-1].equity / 1_000_000.0 - 1,
        benchmark=None if basket == "regulation" else "399006.SZ" if basket == "application" else "000300.SH",
        benchmark_start=None if basket == "regulation" else 3800.0,
        benchmark_return=None if basket == "regulation" else benchmark / 3800.0 - 1,
        benchmark_matched_return=None if basket == "regulation" else dice.gauss(0.02, 0.05),
        benchmark_note=label("000300.SH 没有点位", "000300.SH has no level") if basket == "regulation" else None,
        cagr=None if flat else dice.gauss(0.08, 0.05),
        volatility=None if flat else dice.uniform(0.1, 0.4),
        sharpe=None if flat else dice.gauss(0.3, 0.4),
        sortino=None if flat else 0.81,
        max_drawdown=0.0 if flat else -0.2317,
        turnover=0.0 if flat else 7.42,
        exposure=0.0 if flat else 0.141,
        costs=Costs(
            commission=3120.55,
            stamp_duty=2810.1,
            transfer_fee=98.4,
            other_fees=0.0,
            borrowing=0.0,
            dividend_tax=120.4,
            total=6149.45,
        ),
        orders=0 if flat else dice.randint(150, 180),
        fills=0 if flat else dice.randint(110, 140),
        unfilled={}
        if flat
        else {"locked_limit_up": 21, "suspended": 2, "volume_cap": 5, "exit_due": 4, "cash": dice.randint(1, 3)},
        attribution=_attribution(dice, basket, curve[-1].equity),
        events=(*events, excluded),
        curve=tuple(curve) if circle == primary else (),
        note=None,
    )


def _event(
    dice: random.Random,
    event: tuple[str, str, str, date],
    names: tuple[tuple[str, str, str], ...],
    scale: float,
    captured: float,
    primary: bool,
    empty: bool,
    hostile: str,
) -> EventResult:
    event_id, zh, en, first_open = event
    position = next(index for index, day in enumerate(SESSIONS) if day >= first_open)
    window = SESSIONS[position : position + 5]
    markets = {
        "XSHG": MarketWindow(
            first_open=window[0], first_close=window[0], session_1=window[0], base=SESSIONS[position - 1]
        )
    }
    common = {
        "event_id": event_id,
        "title": label(zh + hostile, en + hostile),
        "at": f"{first_open - timedelta(days=1)}T18:14Z",
        "markets": markets,
        "window_sessions": 5,
    }
    if empty:
        return EventResult(
            **common, members=0, headline=None, headline_median=None, headline_without_best=None, captured=None
        )
    strength = 1.6 if event_id == "sora-launch" else dice.uniform(-0.4, 0.9)
    headline = 0.4779 if (event_id, scale) == ("sora-launch", 0.32) else scale * strength
    earned = 0.1363 if (event_id, scale) == ("sora-launch", 0.32) else captured * strength + dice.gauss(0, 0.02)
    outcomes = tuple(_name(dice, one, window, headline, earned) for one in names) if primary else ()
    return EventResult(
        **common,
        members=len(names),
        session_1_return=headline * 0.35,
        headline=headline,
        headline_median=headline * 0.82,
        headline_without_best=headline * 0.71,
        captured=earned,
        names=outcomes,
        allotted=1_000_000.0,
        waterfall=_waterfall(dice, headline, earned) if primary else (),
        captured_pessimistic=earned - abs(dice.gauss(0.02, 0.02)) if primary else None,
        captured_optimistic=earned + abs(dice.gauss(0.06, 0.05)) if primary else None,
        note=label("与 claude-3 同一买入日", "same entry session as claude-3") if event_id == "kimi-2m" else None,
        open_at_end=event_id == "gpt4o",
        owner=event_id != "m365-copilot",
    )


def _name(
    dice: random.Random, one: tuple[str, str, str], window: tuple[date, ...], headline: float, earned: float
) -> NameOutcome:
    symbol, zh, en = one
    stuck = dice.choice((0, 0, 0, 1, 2, 5)) if headline > 0.1 else 0
    filled = stuck < 4
    return NameOutcome(
        symbol=symbol,
        name=label(zh, en),
        segment="video technology",
        documented=True,
        headline=headline + dice.gauss(0, 0.1),
        captured=earned + dice.gauss(0, 0.08) if filled else 0.0,
        session_1_return=0.1,
        locked=window[:stuck],
        one_price=window[: max(stuck - 1, 0)],
        broken=window[stuck - 1 : stuck] if stuck in (1, 2) else (),
        sealed=window[:stuck],
        height=stuck,
        first_fill=FirstFill(session=window[stuck], price=42.42) if filled else None,
        reason=None if filled else "locked_limit_up",
    )


def _waterfall(dice: random.Random, headline: float, earned: float) -> tuple[WaterfallBar, ...]:
    """Bars on 1,000,000 that add up, in fen."""
    quoted, got = round(headline * 100_000_000), round(earned * 100_000_000)
    steps = ("choice", "session_delay", "limits_entry", "limits_exit", "t_plus_1", "lots_and_cash", "volume_cap")
    changes = [dice.randint(-2_000_000, 500_000) for _ in steps]
    changes[4] = 0
    money = [quoted, *changes, got - quoted - sum(changes), got]
    names = ("headline", *steps, "fees_and_tax", "captured")
    return tuple(WaterfallBar(step=step, money=value / 100) for step, value in zip(names, money, strict=True))


def _attribution(dice: random.Random, basket: str, equity: float) -> tuple[AttributionRow, ...]:
    """Rows of fen that add up to the net result; the last one takes what the others leave."""
    left = round((equity - 1_000_000) * 100)
    keys = [(event[0], symbol) for event in EVENTS for symbol, _, _ in NAMES[basket]]
    rows = []
    for at, (event_id, symbol) in enumerate(keys):
        commission, duty = dice.randint(500, 5_000), dice.randint(0, 9_000)
        tax, loan = dice.choice((0, 0, 1_234)), dice.choice((0, 0, 4_321))
        net = left if at == len(keys) - 1 else dice.randint(-2_000_000, 2_400_000)
        left -= net
        rows.append(
            AttributionRow(
                event_id=event_id,
                symbol=symbol,
                segment=f"segment {int(symbol[:6]) % 3}",
                price=(net + commission + duty + tax + loan - 700) / 100,
                dividends=7.0,
                commission=commission / 100,
                stamp_duty=duty / 100,
                transfer_fee=0.0,
                other_fees=0.0,
                borrowing=loan / 100,
                dividend_tax=tax / 100,
                net=net / 100,
            )
        )
    return tuple(rows)


def build_charts(result: RunResult) -> RunCharts:
    """Bars of every name over all sessions, and a picture of every event of a primary circle."""
    dice = random.Random(1)
    symbols = sorted({symbol for names in NAMES.values() for symbol, _, _ in names})
    leading = [one for one in result.results if one.primary]
    return RunCharts(
        run_id=result.run_id,
        sessions={"CNY": SESSIONS},
        tapes=tuple(_tape(dice, symbol) for symbol in symbols),
        events=tuple(_picture(dice, one, event) for one in leading for event in one.events if event.names),
    )


def _tape(dice: random.Random, symbol: str) -> Tape:
    close, columns = 20.0, {name: [] for name in ("open", "high", "low", "close", "limit_up", "limit_down")}
    states = ""
    for _ in SESSIONS:
        state = dice.choice("........=obsdx-")
        up, down = round(close * 1.1, 2), round(close * 0.9, 2)
        first = up if state in "=ob" else round(close * (1 + dice.uniform(-0.03, 0.03)), 2)
        last = up if state in "=os" else down if state == "d" else round(close * (1 + dice.uniform(-0.05, 0.05)), 2)
        traded = state not in "x-"
        bar = (first, max(first, last), min(first, last, first if state == "=" else first - 0.01), last)
        for name, value in zip(("open", "high", "low", "close"), bar, strict=True):
            columns[name].append(round(value, 2) if traded else None)
        columns["limit_up"].append(up)
        columns["limit_down"].append(down)
        states += state
        close = max(last, 5.0) if traded else close
        close = min(close, 80.0)
    return Tape(symbol=symbol, sleeve="CNY", rows=tuple(range(len(SESSIONS))), states=states, **columns)


def _picture(dice: random.Random, result: CircleResult, event: EventResult) -> EventChart:
    base = SESSIONS.index(event.markets["XSHG"].base)
    first, last = base - 10, base + 15
    paths = {
        name.symbol: [0.0 if row == base else dice.gauss(0.02, 0.05) for row in range(first, last + 1)]
        for name in event.names
    }
    columns = [sorted(values) for values in zip(*paths.values(), strict=True)]
    bought = [name.symbol for name in event.names if name.first_fill]
    return EventChart(
        basket=result.basket,
        strategy=result.strategy,
        sleeve="CNY",
        event_id=event.event_id,
        first=first,
        last=last,
        base=base,
        entry=base + 1,
        mean=tuple(sum(values) / len(values) for values in columns),
        low=tuple(values[0] for values in columns),
        lower=tuple(values[len(values) // 4] for values in columns),
        median=tuple(values[len(values) // 2] for values in columns),
        upper=tuple(values[-1 - len(values) // 4] for values in columns),
        high=tuple(values[-1] for values in columns),
        members=tuple(MemberPath(symbol=symbol, returns=tuple(values)) for symbol, values in paths.items()),
        fills=tuple(
            FillMark(
                symbol=symbol, row=base + row, side=side, kind=kind, shares=1200, price=20.5, amount=24600, fees=7.5
            )
            for symbol in bought
            for row, side, kind in ((1, "buy", "open"), (5, "sell", "close"))
        ),
    )


def tearsheet_names(result: RunResult) -> dict[tuple[str, str, str], str]:
    return {
        (one.basket, one.strategy, one.sleeve): f"{one.basket}--{one.strategy}.html"
        for one in result.results
        if one.primary
    }
