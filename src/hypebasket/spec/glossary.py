"""What every key and word of the YAML files means, in Chinese and English: for schemas, new files and explanations.

Keys are ``Model.key`` as written in YAML, words ``Enum.word``, or ``Model.key.word`` where a key has a list of its own.
``docs/semantics.md`` is normative; this page is what an editor shows while one types.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args, get_origin

from pydantic import BaseModel

from hypebasket.errors import Words

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

__all__ = ["KEYS", "WORDS", "Meaning", "keys_of", "models_of", "words_of"]


class Meaning(NamedTuple):
    """What a key is for, and values one may write."""

    zh: str
    en: str
    examples: tuple[object, ...] = ()

    @property
    def words(self) -> Words:
        """The meaning in both languages."""
        return Words(self.zh, self.en)


_ZONES = ("Asia/Shanghai", "America/New_York")
_MOMENTS = ("2024-02-29", "2024-03-13T19:26+08:00")

KEYS: dict[str, Meaning] = {
    "Text.zh": Meaning("中文", "Chinese"),
    "Text.en": Meaning("英文", "English"),
    #
    "Basket.id": Meaning("与文件名相同（不带 .yaml）", "the file's name without .yaml", ("my-basket",)),
    "Basket.name": Meaning("报告里的名字", "its name on the pages", ({"zh": "我的篮子", "en": "My basket"},)),
    "Basket.description": Meaning("一句话说明篮子里是谁", "one sentence each on who is in the basket"),
    "Basket.mainline": Meaning(
        "跟随哪条主线的事件（data/events.yaml 里的 mainlines）",
        "the mainline whose events it follows (mainlines in data/events.yaml)",
        ("application",),
    ),
    "Basket.members": Meaning("报告以哪个成员圈为主", "the circle of members that leads the report", ("documented",)),
    "Basket.benchmarks": Meaning(
        "每种货币一个对照指数", "one index per currency of its stocks", ({"CNY": "000300.SH", "HKD": "HSI"},)
    ),
    "Basket.stocks": Meaning("成员，每只股票一项", "the members, one item per stock"),
    #
    "Stock.symbol": Meaning(
        "带市场后缀的代码，必须在 data/instruments.csv 里",
        "symbol with its market; it must stand in data/instruments.csv",
        ("300624.SZ", "00700.HK", "NVDA.US"),
    ),
    "Stock.name": Meaning("中英文名", "its names", ({"zh": "万兴科技", "en": "Wondershare"},)),
    "Stock.segment": Meaning(
        "在主线里的环节，自己起名，策略可按它挑选",
        "its place in the mainline, in your words; strategies can choose by it",
        ("video technology",),
    ),
    "Stock.since": Meaning(
        "公众最早何时知道它属于这条主线；日期按 zone 当天结束算",
        "when the public could first tie it to the mainline; a day counts from its end in zone",
        _MOMENTS,
    ),
    "Stock.until": Meaning("何时不再属于；通常不写", "when it ceased to belong; usually left out", ("2025-06-30",)),
    "Stock.zone": Meaning("since 和 until 的时区", "time zone of since and until", _ZONES),
    "Stock.weight": Meaning("权重，用于按权重分配的策略", "weight, for strategies that size by it", (1.0, 2.5)),
    "Stock.evidence": Meaning(
        "哪些文章点了它的名（data/sources.yaml 里的简称）；没有就不写，报告会注明是事后挑选的",
        "which publications name it (short names in data/sources.yaml); without one it counts as chosen in hindsight",
        (["ofweek-202402"],),
    ),
    "Stock.note": Meaning("备注", "a remark"),
    #
    "Publication.title": Meaning("题目", "its title"),
    "Publication.publisher": Meaning("刊登者", "who published it", ("第一财经",)),
    "Publication.published": Meaning(
        "读者最早能读到的时间；日期按当天结束算",
        "when a reader could first read it; a day counts from its end",
        _MOMENTS,
    ),
    "Publication.zone": Meaning("日期的时区", "time zone of the day", _ZONES),
    "Publication.note": Meaning("备注", "a remark"),
    "PublicationFile.publications": Meaning(
        "文章清单：简称（成员的 evidence 用它）-> 文章",
        "the publications: short name, as cited by members' evidence -> publication",
    ),
    "EventFile.events": Meaning("事件清单", "the events"),
    #
    "Event.id": Meaning("事件的 id，各不相同", "id of the event, its own", ("sora-launch",)),
    "Event.at": Meaning(
        "公众最早能知道的时刻（带 Z 或时差）；precision 是 day 时只写日期",
        "first moment the public could know (with Z or an offset); a day where precision is day",
        ("2024-02-15T18:14Z", "2024-03-18"),
    ),
    "Event.precision": Meaning("这个时刻有多准", "how exactly the moment is known", ("minute",)),
    "Event.zone": Meaning("宣布者所在的时区", "time zone of whoever announced it", _ZONES),
    "Event.title": Meaning("一句话说明发生了什么", "what happened, one line each"),
    "Event.kind": Meaning(
        "种类，自己起名，策略可按它挑选",
        "its kind, in your words; strategies can choose by it",
        ("product", "policy", "export_control", "earnings"),
    ),
    "Event.mainlines": Meaning("属于哪些主线", "the mainlines it belongs to", (["application", "compute"],)),
    "Event.evidence": Meaning("依据，至少一条", "what proves the moment, at least one", (["OpenAI, 2024-02-15"],)),
    "Event.confidence": Meaning(
        "可信度：A 有自己的时间戳或两个独立来源；B 一个来源；C 日期有来源，时刻凭常识；D 未核实",
        "A own time stamp or two independent sources; B one source; C day sourced, hour not; D not checked",
        ("B",),
    ),
    "Event.latest": Meaning("最迟在那时已公开，可能更早", "public by then, perhaps a little earlier", (True,)),
    "Event.scheduled": Meaning("日期事先公布过", "its date was announced beforehand", (True,)),
    "Event.announced": Meaning(
        "日期是何时公布的；提前埋伏的策略从不早于它",
        "when its date became public; strategies that enter before the event never enter before this",
        _MOMENTS,
    ),
    "Event.endogenous": Meaning(
        "由股价本身定义的事件；策略不点名要就不用",
        "defined by a price move itself; left out unless a strategy asks for it",
        (True,),
    ),
    "Event.note": Meaning("备注", "a remark"),
    #
    "Strategy.id": Meaning("与文件名相同（不带 .yaml）", "the file's name without .yaml", ("my-drift",)),
    "Strategy.name": Meaning("报告里的名字", "its name on the pages", ({"zh": "我的漂移", "en": "My drift"},)),
    "Strategy.description": Meaning("一句话说明做什么", "one sentence each on what it does"),
    "Strategy.trigger": Meaning("什么让它行动", "what sets it in motion"),
    "Strategy.direction": Meaning("买入还是卖空", "whether it buys, or sells short", ("long",)),
    "Strategy.short": Meaning("卖空的条件", "on what terms it sells short"),
    "Strategy.members": Meaning(
        "成员圈；不写就用篮子的", "the circle of members; left out, the basket's", ("documented",)
    ),
    "Strategy.entry": Meaning("何时买", "when it buys"),
    "Strategy.select": Meaning("买哪些成员；不写就是全部", "which members it buys; left out, all"),
    "Strategy.size": Meaning("买多少", "how much it buys"),
    "Strategy.exit": Meaning("何时卖；不写就一直持有", "when it sells; left out, it holds on"),
    "Strategy.overlap": Meaning(
        "新事件想要的股票还在手里时怎么办", "what happens when an event wants a name that is still held", ("ignore",)
    ),
    "Strategy.delisting": Meaning(
        "退市时每股值多少：一个词，或一个价格",
        "what a delisted share is worth: a word, or a price",
        ("last_price", 1.25),
    ),
    "Strategy.withholding": Meaning(
        "港股和美股的股息按谁的居民身份预扣税",
        "whose resident receives the dividends of Hong Kong and the United States, and has tax withheld from them",
        ("none",),
    ),
    "Strategy.class": Meaning(
        "自己写的 bt.Strategy：工作区里的 文件.py:类名，由它决定买卖",
        "a bt.Strategy of your own, file.py:Name inside the workspace, which then decides itself",
        ("examples/moving_average.py:MovingAverage",),
    ),
    "Strategy.fills": Meaning("涨跌停日怎么算成交", "how limit days are judged", ("realistic",)),
    "Strategy.window_sessions": Meaning(
        "头条涨幅看几个交易日；不写就用 hold_sessions，再不然 5",
        "sessions of the headline it is compared with; left out, hold_sessions, else 5",
        (5,),
    ),
    #
    "Short.designated": Meaning(
        "交易所准许卖空的港股（数据里没有这份名单）",
        "the Hong Kong names the exchange admits to short selling (no data here says which)",
        (["00700.HK"],),
    ),
    "Short.borrow_rate": Meaning(
        "年借券费率，占借入市值的比例；不写就用规则表的",
        "yearly cost of borrowing, as a share of the value borrowed; left out, the rule table's",
        (0.05,),
    ),
    #
    "Trigger.on": Meaning("看什么行动", "what it acts on", ("events",)),
    "Trigger.among": Meaning("轮动在哪些组之间选", "which groups a rotation chooses among", ("mainlines",)),
    "Trigger.every": Meaning("轮动每隔几个交易日重选", "sessions after which a rotation chooses anew", (20,)),
    "Trigger.mainlines": Meaning(
        "哪些主线的事件；不写就是篮子自己的",
        "events of these mainlines; left out, the basket's own",
        (["application"],),
    ),
    "Trigger.kinds": Meaning("哪些种类的事件；不写就是全部", "events of these kinds; left out, all", (["product"],)),
    "Trigger.ids": Meaning("只看这几个事件；不写就是全部", "only these events; left out, all", (["sora-launch"],)),
    "Trigger.scheduled": Meaning("预告过日期的事件要不要", "whether scheduled events count", ("any",)),
    "Trigger.endogenous": Meaning(
        "由股价本身定义的事件要不要", "whether events that are price moves themselves count", (True,)
    ),
    #
    "Entry.at": Meaning("哪一种买单", "which order enters", ("first_open",)),
    "Entry.offset": Meaning(
        "再往后推几个交易日；负数是提前埋伏，只限预告过的事件",
        "sessions later; below 0, before a scheduled event",
        (0, 1, -5),
    ),
    "Entry.reaction": Meaning("人需要的反应时间，分钟", "minutes a human needs to act", (0, 30)),
    "Entry.on_limit": Meaning(
        "涨停买不进时怎么办：一个词，或 {retry: 次数}",
        "what to do with a name locked at its limit: a word, or {retry: times}",
        ({"retry": 3}, "wait_for_break"),
    ),
    "Entry.max_gap": Meaning(
        "比事件前收盘高出这么多就不买（0.30 是 30 %）；不写就不限",
        "no purchase above the close before the event by more than this (0.30 is 30 %); left out, no cap",
        (0.30,),
    ),
    "Retry.retry": Meaning("第一次之后再试几个交易日", "further sessions to try after the first", (3,)),
    #
    "Select.segments": Meaning(
        "只买这些环节的成员；不写就是全部", "only members of these segments; left out, all", (["video technology"],)
    ),
    "Select.top": Meaning("按 by 排序，取最强的几只", "so many of the strongest by the signal", (3,)),
    "Select.bottom": Meaning("按 by 排序，取最弱的几只", "so many of the weakest by the signal", (3,)),
    "Select.by": Meaning("排序用的信号，只看过去", "the signal that ranks, of the past only", ("event_return",)),
    "Select.limit_up_only": Meaning(
        "只要前一日收在涨停的", "only names that closed the last session at their limit-up", (True,)
    ),
    "Select.min_amount": Meaning(
        "二十个交易日成交额中位数至少这么多（货币单位）",
        "a median turnover of 20 sessions of at least this much, in the currency",
        (50_000_000,),
    ),
    #
    "Size.scheme": Meaning("钱怎么分", "how the money is shared out", ("equal",)),
    "Size.gross": Meaning("动用资金的比例", "share of the equity put to work", (1.0, 0.5)),
    "Size.max_per_name": Meaning("单只最多占多少；不写就不限", "most per name; left out, no cap", (0.20,)),
    "Size.participation": Meaning("最多占当日成交量的比例", "most of a session's volume one may take", (0.10,)),
    #
    "Exit.hold_sessions": Meaning(
        "第几个交易日收盘卖；不写就不按时间卖",
        "sold at the close of this session; left out, not by time",
        (5,),
    ),
    "Exit.clock": Meaning("hold_sessions 从哪里数起", "where hold_sessions counts from", ("plan",)),
    "Exit.stop_loss": Meaning(
        "收盘比成本低这么多，次日开盘卖（0.10 是 10 %）",
        "sold at the open after a close this far below cost (0.10 is 10 %)",
        (0.10,),
    ),
    "Exit.take_profit": Meaning(
        "收盘比成本高这么多，次日开盘卖", "sold at the open after a close this far above cost", (0.50,)
    ),
    "Exit.trailing_stop": Meaning(
        "收盘比持有期最高收盘低这么多，次日开盘卖",
        "sold at the open after a close this far below the highest close since the purchase",
        (0.15,),
    ),
    "Exit.board_break": Meaning(
        "封板之后收盘打开（炸板），次日开盘卖", "sold at the open after a sealed board closes open", (True,)
    ),
    "Exit.divergence": Meaning(
        "涨停家数回落且走势拉开（分化），次日开盘卖",
        "sold at the open after the members diverged: fewer limit-ups, wider spread",
        ({"breadth_fall": 0.5},),
    ),
    "Exit.event_open": Meaning(
        "事件后的首个开盘卖，只配提前埋伏", "sold at the event's first open, for entries before it", (True,)
    ),
    "Exit.next_event": Meaning(
        "下一个事件的首个开盘卖", "sold at the first open of the strategy's next event", (True,)
    ),
    "Divergence.breadth_fall": Meaning(
        "涨停占比从高点回落的比例", "fall of the share of members at limit-up from its peak", (0.5,)
    ),
}
"""Every key of every file."""

WORDS: dict[str, Words] = {
    "Circle.point_in_time": Words("当时已知：决定那一刻之前已有文章点名", "named by a source before the decision"),
    "Circle.documented": Words("有据：有文章点名，不论何时", "named by a source of any date"),
    "Circle.all": Words("全部：文件里的都算，包括事后挑选的", "all in the file, those chosen in hindsight as well"),
    "Currency.CNY": Words("人民币，沪深北", "yuan: Shanghai, Shenzhen, Beijing"),
    "Currency.HKD": Words("港元，香港", "Hong Kong dollars"),
    "Currency.USD": Words("美元，美国", "US dollars"),
    "Precision.minute": Words("准到分：从 at 起 60 秒内", "to the minute: within 60 seconds from at"),
    "Precision.hour": Words("准到小时：从 at 起 60 分钟内", "to the hour: within 60 minutes from at"),
    "Precision.day": Words("只知道是哪一天（at 只写日期）", "only the day is known (at is a day)"),
    "TriggerOn.events": Words("事件", "events"),
    "TriggerOn.membership": Words("成员进出：在篮子里就持有", "membership: held while in the basket"),
    "TriggerOn.rotation": Words("轮动：持有反应最强的组", "rotation: holds the groups that answered best"),
    "Direction.long": Words("买入，之后卖出", "long: buys, and sells later"),
    "Direction.short": Words("卖空，之后买回；只限美股和列出的港股", "short: sells first, and buys back later"),
    "Among.mainlines": Words("本次运行的各主线", "the mainlines of the run"),
    "Among.segments": Words("篮子的各环节", "the segments of the basket"),
    "Trigger.scheduled.any": Words("都要", "all events"),
    "Trigger.scheduled.only": Words("只要预告过的", "scheduled events only"),
    "Trigger.scheduled.never": Words("不要预告过的", "no scheduled events"),
    "EntryAt.first_open": Words("第一个还赶得上的开盘", "the first opening auction still ahead"),
    "EntryAt.first_close": Words("第一个还赶得上的收盘", "the first closing auction still ahead"),
    "EntryAt.limit_queue": Words("在涨停价排队（打板）", "the queue at the limit-up price"),
    "EntryAt.board_break": Words("封死的名字开板后的次日开盘", "the open after the board of a locked name broke"),
    "Entry.on_limit.skip": Words("放弃", "give the name up"),
    "Entry.on_limit.wait_for_break": Words("等到开板", "wait until the board breaks"),
    "SelectBy.event_return": Words("事件以来的涨幅", "return since the event"),
    "SelectBy.limit_height": Words("连板高度", "run of limit-ups"),
    "SelectBy.leadership": Words("先比连板高度，再比涨幅", "run of limit-ups first, then return since the event"),
    "SelectBy.relative_strength": Words("二十个交易日涨幅", "return of 20 sessions"),
    "SelectBy.abnormal_turnover": Words("放量：相对自己二十个交易日", "turnover against its own 20 sessions"),
    "SelectBy.volatility": Words("波动", "volatility"),
    "SizeScheme.equal": Words("等额", "equal money"),
    "SizeScheme.basket_weights": Words("按篮子里的 weight", "by the basket's weights"),
    "SizeScheme.inverse_volatility": Words("波动小的多买", "more of the calm names"),
    "ExitClock.plan": Words("从计划买入的交易日", "from the planned entry session"),
    "ExitClock.fill": Words("从成交的交易日", "from the session of the fill"),
    "Overlap.ignore": Words("不再买", "it is not bought again"),
    "Overlap.extend": Words("延长持有", "its holding is extended"),
    "Overlap.stack": Words("各买各的", "each event buys its own shares"),
    "Strategy.delisting.last_price": Words("最后的收盘价", "its last close"),
    "Strategy.delisting.zero": Words("一文不值", "nothing"),
    "Strategy.withholding.none": Words("不扣，按税前", "nobody: dividends are paid gross"),
    "Strategy.withholding.mainland_china": Words("中国内地居民", "a resident of mainland China"),
    "Strategy.withholding.hong_kong": Words("香港居民", "a resident of Hong Kong"),
    "Strategy.withholding.other": Words("其他地方的居民", "a resident of another place"),
    "FillPolicy.pessimistic": Words("悲观：触及涨停就买不到", "pessimistic: nothing is bought at the limit"),
    "FillPolicy.realistic": Words("现实：开过板才买得到", "realistic: bought where the board broke"),
    "FillPolicy.optimistic": Words("乐观：封死也买得到", "optimistic: bought even where locked"),
}
"""Every word that a key may hold."""


def keys_of(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Return the fields of a model by the key they are written with."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def words_of(model: type[BaseModel], key: str) -> dict[str, Words]:
    """Return the words a key may hold, with their meaning."""
    found: dict[str, Words] = {}
    for part in _parts(keys_of(model)[key].annotation):
        if isinstance(part, type) and issubclass(part, Enum):
            found |= {word.value: WORDS[f"{part.__name__}.{word.value}"] for word in part}
        elif get_origin(part) is Literal:
            found |= {word: WORDS[f"{model.__name__}.{key}.{word}"] for word in get_args(part)}
    return found


def models_of(model: type[BaseModel], key: str) -> list[type[BaseModel]]:
    """Return the models that may stand below a key."""
    parts = _parts(keys_of(model)[key].annotation)
    return [part for part in parts if isinstance(part, type) and issubclass(part, BaseModel)]


def _parts(annotation: Any) -> list[Any]:
    """Return an annotation and everything it is made of."""
    return [annotation, *(part for argument in get_args(annotation) for part in _parts(argument))]
