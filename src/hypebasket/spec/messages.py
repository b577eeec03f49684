"""What the checks of a user's files say: every fault once, in Chinese and English, with what to do about it.

A fault's name is its code for programs (``STOCK_TWICE`` is ``stock-twice`` under ``check --json``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum

from hypebasket.errors import Fix, Problem, Words

__all__ = ["Fault", "closest", "columns", "known_words", "near", "problem_at"]

SHOWN = 12
"""Known words listed where none of them is near."""


class Fault(Enum):
    """What can be wrong: (zh, en) of the fault, (zh, en) of the remedy; ``{…}`` is filled in where it is noted."""

    # Reading the file
    NO_FILE = ("没有这个文件", "there is no such file"), ("检查文件名与文件夹", "check the name and the folder")
    IS_FOLDER = ("是文件夹", "is a folder"), ("请写文件名", "name a file")
    UNREADABLE = (
        ("读不了（{reason}）", "cannot be read ({reason})"),
        ("检查文件名与权限", "check the name and its rights"),
    )
    TOO_LARGE = (
        ("超过 {limit:,} 字节，手写的文件不会这么大", "larger than {limit:,} bytes, which no file written by hand is"),
        ("拆开它，行情数据不要放在里面", "split it, or keep market data out of it"),
    )
    NOT_UTF8 = ("不是 UTF-8 文本", "not UTF-8 text"), ("用编辑器另存为 UTF-8", "save the file as UTF-8")
    INVISIBLE = (
        ("不该出现在文本里的隐形字符", "an invisible character that has no place in a text file"),
        ("删掉它", "delete it"),
    )
    EMPTY_FILE = ("文件是空的", "the file is empty"), ("写上内容，或删掉文件", "write its keys, or remove it")
    EMPTY_FOLDER = ("文件夹里没有 .yaml 文件", "the folder holds no .yaml file"), ("放一个进去", "add one")
    UNKNOWN_KIND = (
        ("从键名看，既不是篮子也不是策略", "neither a basket nor a strategy, by its keys"),
        ("放到 baskets/ 或 strategies/ 里", "move it into baskets/ or strategies/"),
    )

    # YAML
    NOT_YAML = ("不是 YAML：{found}", "not YAML: {found}"), ("", "")
    NOT_A_KEY = (
        ("这一行不是“键: 值”", "a line that is not 'key: value'"),
        ("键后面写半角冒号和一个空格", "write a colon and a space after the key"),
    )
    STRAY_COLON = (
        ("这里的 ':' 多余", "a ':' that does not fit here"),
        ("检查缩进，或给文字加引号", "check the indentation, or quote the text"),
    )
    INDENT_KEY = (
        ("缩进与上面的行对不上", "the indentation does not fit the lines above"),
        ("与同级的行对齐", "align it with its siblings"),
    )
    INDENT_ITEM = (
        ("缩进与上面的列表对不上", "the indentation does not fit the list above"),
        ("与其他的 '-' 对齐", "align it with the other '-'"),
    )
    INDENT_LINE = (
        ("这一行不属于上面任何内容", "a line that does not belong to anything above"),
        (
            "检查缩进",
            "check its indentation",
        ),
    )
    STRAY_ITEM = (
        ("这里不能写列表项 '-'", "a list item '-' that does not fit here"),
        ("列表另起一行", "start the list on a line of its own"),
    )
    OPEN_QUOTE = ("引号没有配对", "a quotation mark that is never closed"), ("补上引号", "close the quotation mark")
    OPEN_LIST = ("'[' 没有配对", "a '[' that is never closed"), ("用 ']' 结束列表", "close the list with ']'")
    OPEN_MAPPING = ("'{{' 没有配对", "a '{{' that is never closed"), ("用 '}}' 结束", "close the mapping with '}}'")
    UNKNOWN_TAG = ("YAML 不认识的标签", "a tag that YAML does not know"), ("去掉 '!'", "remove the '!'")
    UNKNOWN_ESCAPE = (
        ("YAML 不认识的转义", "an escape that YAML does not know"),
        ("含 '\\' 的文字用单引号", "use single quotes for text with '\\'"),
    )
    BAD_ESCAPE = (
        ("转义出来不是字符", "an escape that is no character"),
        ("直接写那个字符", "write the character itself"),
    )
    RESERVED = (
        ("文字以保留字符开头", "text that begins with a reserved character"),
        ("加引号", "put it in quotes"),
    )
    NAMELESS = (
        ("'&'、'*' 或 '%' 后面没有名字", "an '&', '*' or '%' that names nothing"),
        (
            "给文字加引号",
            "put the text in quotes",
        ),
    )
    NO_NODE = (
        ("这里应当有一个值", "a value was expected here"),
        ("写上值，或删掉这一行", "write a value, or remove the line"),
    )
    TAB = ("用 Tab 缩进", "a tab in the indentation"), ("缩进用空格", "indent with spaces")
    WIDE_COLON = (
        ("全角冒号“：”", "a full-width colon '：'"),
        ("写半角冒号加一个空格 ': '", "write ': ' with the plain colon and a space"),
    )
    SECOND_DOCUMENT = (
        ("第二个文档", "a second document"),
        ("一个文件一个文档，去掉 '---'", "keep one document per file; remove the '---'"),
    )
    TOO_DEEP = ("嵌套超过 {limit} 层", "nested more than {limit} levels deep"), ("写得平一些", "write it flatter")
    TOO_MUCH = (
        (
            "从这里起，算上别名，内容多过任何手写的文件",
            "from here on the file, its aliases followed, holds more values than one written by hand",
        ),
        ("拆开文件，重复的值写出来", "split it, and write repeated values out"),
    )
    ALIAS_OF_NOTHING = (
        ("别名没有对象", "an alias of nothing"),
        ("在它要重复的值前面写 &{name}", "put &{name} before the value it repeats"),
    )
    ALIAS_OF_ITSELF = (
        ("别名指向包含它自己的值", "an alias of something that contains it"),
        (
            "把值写出来",
            "write the value out",
        ),
    )
    TAG = (
        (
            "不读标签：文件只含文字、数、列表和映射",
            "tags are not read: a file holds only text, numbers, lists and mappings",
        ),
        ("去掉标签", "remove the tag"),
    )
    MERGE_KEY = ("不读合并键", "merge keys are not read"), ("把键写出来", "write the keys out")
    KEY_NOT_A_WORD = (
        ("键是列表、映射或别名", "a key that is a list, a mapping or an alias"),
        ("键只能是一个词", "write a word as the key"),
    )
    KEY_TWICE = (
        ("这个键写了两次（第一次在第 {first} 行）", "the key is written twice (first on line {first})"),
        ("留下其中一个", "keep one of the two"),
    )
    ESCAPED_INVISIBLE = ("隐形字符的转义", "an escape for an invisible character"), ("删掉它", "delete it")
    NOT_FINITE = (
        ("不是有限的数", "not a finite number"),
        (
            "写一个数；若是文字，加引号",
            "write a number, or put the text in quotes",
        ),
    )
    TOO_GREAT = ("不是有限的数", "not a finite number"), ("写小一点的数", "write a smaller number")
    TOO_MANY_DIGITS = (
        ("超过 {limit} 位的数", "a number of more than {limit} digits"),
        ("写短一些，或加引号", "shorten it, or put it in quotes"),
    )

    # The schema
    MISSING_KEY = ("缺这个键", "this key is missing"), ("在此加一行 '{key}: …'", "add a line '{key}: …' here")
    UNKNOWN_KEY = ("不认识的键", "unknown key"), ("{hint}", "{hint}")
    CUT_BY_COMMA = (
        ("文字被逗号截断了", "text that a comma cut off"),
        ("含逗号的文字加引号", "put the text with the comma in quotes"),
    )
    NO_VALUE = ("键后面没有值", "the key has no value"), ("写上值，或删掉这个键", "write one, or remove the key")
    NOT_TEXT = ("不是文字", "not text"), ("加引号", "put it in quotes")
    NOT_WHOLE = (
        ("不是整数", "not a whole number"),
        (
            "不加引号写数字，如 5{range}",
            "write digits without quotes, such as 5{range}",
        ),
    )
    NOT_WHOLE_POINT = (
        ("不是整数", "not a whole number"),
        (
            "不写小数点，如 5{range}",
            "write digits without a decimal point, such as 5{range}",
        ),
    )
    NOT_NUMBER = (
        ("不是数", "not a number"),
        (
            "不加引号写小数，如 0.10{range}",
            "write a decimal number without quotes, such as 0.10{range}",
        ),
    )
    PERCENT = (
        ("不是数", "not a number"),
        (
            "百分数写成小数，10 % 写 0.10{range}",
            "write a percentage as a decimal, 10 % as 0.10{range}",
        ),
    )
    NOT_BOOLEAN = ("既不是 true 也不是 false", "neither true nor false"), ("写 true 或 false", "write true or false")
    NOT_LIST = ("不是列表", "not a list"), ("写 [a, b]，或每项一行 '- '", "write [a, b], or one '- ' line per item")
    NOT_MAPPING = ("不是映射", "not a mapping"), ("写“键: 值”的行{keys}", "write 'key: value' lines{keys}")
    EMPTY_LIST = ("是空的", "empty"), ("至少写一项", "write at least one item")
    OUT_OF_RANGE = ("{bound}", "{bound}"), ("允许：{allowed}", "allowed: {allowed}")
    NOT_A_DAY = ("不是日期", "not a day"), ("写 2024-02-29 这样的日期", "write a day such as 2024-02-29")
    NO_SUCH_DAY = ("没有这一天", "no such day"), ("写 2024-02-29 这样的日期", "write a day such as 2024-02-29")
    NO_ZONE = (
        ("时刻没有时区", "an instant without a zone"),
        (
            "加 Z（UTC）或 +08:00 这样的时差",
            "add Z (UTC) or an offset such as +08:00",
        ),
    )
    NO_SUCH_MOMENT = (
        ("没有这一天或这一刻", "no such day or instant"),
        (
            "写 2024-02-29 这样的日期，或 2024-02-29T18:14Z 这样的时刻",
            "write a day such as 2024-02-29 or an instant such as 2024-02-29T18:14Z",
        ),
    )
    NOT_A_MOMENT = (
        ("既不是日期也不是时刻", "neither a day nor an instant"),
        (
            "写 2024-02-29 这样的日期，或 2024-02-29T18:14Z 这样的时刻",
            "write a day such as 2024-02-29 or an instant such as 2024-02-29T18:14Z",
        ),
    )
    UNKNOWN_WORD = ("这里没有这个词", "not a word known here"), ("{hint}{or_keys}", "{hint}{or_keys}")
    NOT_AN_ID = (
        ("不是合格的 id", "not an id"),
        (
            "只用小写字母、数字和连字符",
            "use small letters, digits and hyphens",
        ),
    )
    NOT_A_GRADE = ("不是可信度等级", "not a grade of confidence"), ("写 A、B、C 或 D", "write A, B, C or D")
    WRONG_FORM = ("写法不对", "has the wrong form"), ("应符合 {pattern}", "it must match {pattern}")
    NOT_A_SYMBOL = (
        ("不是证券代码", "not a symbol"),
        (
            "{hint}写{form}",
            "{hint}write {form}",
        ),
    )
    REFUSED = ("{reason}", "{reason}"), ("", "")

    # Baskets, events, publications
    STOCK_TWICE = (
        ("这只股票列了两次（第一次在第 {first} 行）", "the stock is listed twice (first on line {first})"),
        (
            "留下其中一个",
            "keep one of the two",
        ),
    )
    NOT_AN_INSTRUMENT = ("不在 data/instruments.csv 里", "not in data/instruments.csv"), ("{near}", "{near}")
    NO_BENCHMARK = (
        ("缺对照指数", "a benchmark is missing"),
        (
            "为 {currency} 交易的股票加 '{currency}: <指数>'",
            "add '{currency}: <index>' for the stocks traded in {currency}",
        ),
    )
    EVIDENCE_WITHOUT_DAY = (
        ("有出处，却没写何日可知", "evidence without a day it was known"),
        (
            "加 'since:'，写出处发表的日子",
            "add 'since:' with the day its evidence was published",
        ),
    )
    UNTIL_BEFORE_SINCE = (
        ("不晚于 since（{since}）", "not after since ({since})"),
        (
            "写更晚的日子，或删掉",
            "write a later day, or remove it",
        ),
    )
    NOT_A_PUBLICATION = ("不在 data/sources.yaml 里", "not in data/sources.yaml"), ("{near}", "{near}")
    SINCE_BEFORE_EVIDENCE = (
        ("早于出处的发表（{published}）", "before its evidence was published ({published})"),
        (
            "写最早出处发表的日子或更晚；更早就是事后诸葛",
            "write the day of the earliest evidence or later; anything else is hindsight",
        ),
    )
    EVENT_ID_TWICE = (
        ("这个 id 用了两次（第一次在第 {first} 行）", "the id is used twice (first on line {first})"),
        (
            "每个事件用自己的 id",
            "give each event its own id",
        ),
    )
    INSTANT_FOR_DAY = (
        ("precision 是 day，却写了时刻", "an instant where precision is day"),
        (
            "只写日期，或把 precision 写成 minute 或 hour",
            "write the day, or precision minute or hour",
        ),
    )
    DAY_FOR_INSTANT = (
        ("precision 是 {precision}，却只写了日期", "a day where precision is {precision}"),
        (
            "写 2024-02-15T18:14Z 这样的时刻，或 precision: day",
            "write an instant such as 2024-02-15T18:14Z, or precision: day",
        ),
    )
    ANNOUNCED_NOT_SCHEDULED = (
        ("写了预告时间，却不是预告过的事件", "announced, but not scheduled"),
        (
            "加 'scheduled: true'，或删掉",
            "add 'scheduled: true', or remove it",
        ),
    )
    ANNOUNCED_LATE = (
        ("不早于事件本身（{at}）", "not before the event itself ({at})"),
        (
            "写日期是何时公布的",
            "write when its date became public",
        ),
    )
    NO_SUCH_ZONE = ("没有这个时区", "no such time zone"), ("{near}", "{near}")
    NO_SUCH_NAME = ("没有这样的{what}", "no {what}"), ("{near}", "{near}")
    ID_NOT_FILE = (
        ("与文件名不同", "not the name of the file"),
        (
            "写 'id: {stem}'，或把文件改名为 {found}.yaml",
            "write 'id: {stem}', or rename the file to {found}.yaml",
        ),
    )

    # Instruments
    NOT_CSV = ("不是 CSV 的一行（{reason}）", "not a row of CSV ({reason})"), ("检查引号", "check the quotation marks")
    FIELD_COUNT = (
        ("有 {found} 个字段，而第一行有 {named} 个列名", "{found} fields where the first line names {named}"),
        ("检查逗号", "check the commas"),
    )
    MISSING_COLUMN = ("缺这一列", "this column is missing"), ("写进第一行", "add it to the first line")
    UNKNOWN_COLUMN = ("不认识的列", "unknown column"), ("{near}", "{near}")
    COLUMN_TWICE = ("有一列写了两次", "a column is named twice"), ("留下其中一个", "keep one of the two")
    ROW_TWICE = (
        ("列了两次（第一次在第 {first} 行）", "listed twice (first on line {first})"),
        (
            "留下其中一个",
            "keep one of the two",
        ),
    )
    WRONG_BOARD = ("不是 {symbol} 的板块", "not a board of {symbol}"), ("写 {boards}", "write {boards}")
    WRONG_CURRENCY = ("不是 {symbol} 的货币", "not the currency of {symbol}"), ("写 {currency}", "write {currency}")
    OUT_OF_ORDER = (
        ("不晚于{before}（{day}）", "not after {before} ({day})"),
        ("写更晚的日子，或留空", "write a later day, or leave it blank"),
    )
    DELISTING_WITHOUT_START = (
        ("有退市整理期的末日，没有开始", "a delisting period without its start"),
        ("把 delisting_start 也写上", "write delisting_start too"),
    )

    # Strategies
    ROTATION_ONLY = (
        ("只有轮动才在组之间选择", "only a rotation chooses among groups"),
        (
            "删掉，或写 'on: rotation'",
            "remove it, or write 'on: rotation'",
        ),
    )
    NOT_UNDER_MEMBERSHIP = (
        (
            "在 'on: membership' 下没有意义：成员在篮子里就持有",
            "has no meaning under 'on: membership': stocks are held while they belong",
        ),
        ("删掉，或写 'on: events'", "remove it, or write 'on: events'"),
    )
    NOT_UNDER_ROTATION = (
        (
            "在 'on: rotation' 下没有意义：各组持有到下次选择",
            "has no meaning under 'on: rotation': groups are held until the next choice",
        ),
        ("删掉，或写 'on: events'", "remove it, or write 'on: events'"),
    )
    ROTATION_NEEDS_OFFSET = (
        ("选择要看事件的首个交易日", "the choice looks at the event's first session"),
        (
            "写 'entry: {{offset: 1}}' 或更大",
            "write 'entry: {{offset: 1}}' or more",
        ),
    )
    SIGNAL_NEEDS_OFFSET = (
        ("'{by}' 要有事件后一个收盘的交易日", "'{by}' needs a closed session since the event"),
        (
            "写 'entry: {{offset: 1}}' 或更大",
            "write 'entry: {{offset: 1}}' or more",
        ),
    )
    ONLY_AT_OPEN = (
        ("在 'on: {on}' 下只在开盘交易", "under 'on: {on}' stocks are traded at the open"),
        (
            "写 first_open",
            "write first_open",
        ),
    )
    BREAK_HAS_SESSION = ("board_break 自己找交易日", "board_break finds its own session"), ("删掉", "remove it")
    NOT_SCHEDULED = (
        ("只有预告过的事件才能提前行动", "only a scheduled event can be acted on before it happens"),
        (
            "写 'trigger: {{scheduled: only}}'，或写 0 或更大",
            "write 'trigger: {{scheduled: only}}', or 0 or more",
        ),
    )
    GAP_BEFORE_EVENT = (
        ("事件之前还没有它要比的基准价", "the base it counts from is not past before the event"),
        (
            "删掉",
            "remove it",
        ),
    )
    NOT_BEFORE_EVENT = (
        ("买入不在事件之前", "the entry is not before the event"),
        (
            "把 entry.offset 写成负数",
            "write a negative entry.offset",
        ),
    )
    UNFORESEEABLE = (
        ("由股价本身定义的事件无法预见", "an event made by its price move cannot be foreseen"),
        (
            "写 false",
            "write false",
        ),
    )
    RANK_WITHOUT_NUMBER = (
        ("写了排序，没写取几只", "a rank without a number to take"),
        (
            "加 select.top 或 select.bottom",
            "add select.top or select.bottom",
        ),
    )
    ONLY_SHORT = (
        ("只有卖空的策略才用", "only for a strategy that sells short"),
        ("删掉，或写 'direction: short'", "remove it, or write 'direction: short'"),
    )
    OWN_CLASS_IS_LONG = (
        ("自写的类不卖没有持有的股票", "an own class sells nothing it does not hold"),
        ("删掉：它的 sell() 卖的是持仓", "remove it: its sell() sells what it holds"),
    )
    SHORT_NEEDS_EVENTS = (
        ("只能对事件卖空", "only an event can be sold short"),
        ("写 'on: events'，或 'direction: long'", "write 'on: events', or 'direction: long'"),
    )
    SHORT_WAITS_FOR_LIMIT = (
        ("等的是涨停，而能卖空的股票没有涨停", "waits for a limit-up, which no name has that may be sold short"),
        ("写 first_open 或 first_close", "write first_open or first_close"),
    )
    SHORT_LOOKS_AT_LIMIT = (
        ("看的是涨停，而能卖空的股票没有涨停", "looks at a limit-up, which no name has that may be sold short"),
        ("删掉，或写 'direction: long'", "remove it, or write 'direction: long'"),
    )
    WHOLE_FALL = (
        ("价格不会跌掉全部", "a price cannot fall by the whole of itself"),
        ("写小于 1 的数", "write a number below 1"),
    )
    US_ALL_SHORTABLE = (
        ("美股都可以卖空", "every name of the United States may be sold short"),
        ("删掉：这份名单是香港的", "remove it: the list is Hong Kong's"),
    )
    NO_SHORT_IN_CHINA = (
        (
            "A 股不卖空：融券只限试点名单，转融券自 2024-07-11 起暂停",
            "A-shares are not sold short: a pilot for listed names alone, its lending suspended since 2024-07-11",
        ),
        ("写香港的股票，如 00700.HK", "list Hong Kong names, such as 00700.HK"),
    )
    OWN_CLASS_DECIDES = (
        ("自写的类自己决定这件事", "an own class decides this itself"),
        (
            "删掉，或去掉 'class'",
            "remove it, or remove 'class'",
        ),
    )
    CLASS_OUTSIDE = (
        ("在工作区之外", "outside the workspace"),
        (
            "把文件放进工作区，如 strategies/",
            "put the file into the workspace, e.g. strategies/",
        ),
    )
    CLASS_NO_FILE = (
        ("工作区里没有这个文件", "no such file in the workspace"),
        (
            "写 file.py:类名，从工作区文件夹算起",
            "write file.py:ClassName, from the workspace's folder",
        ),
    )
    CLASS_NOT_PYTHON = (
        ("文件不是合法的 Python（{reason}）", "the file cannot be read as Python ({reason})"),
        (
            "改好它",
            "mend it",
        ),
    )
    NO_SUCH_CLASS = ("{file} 里没有类 '{wanted}'", "{file} has no class '{wanted}'"), ("{near}", "{near}")

    def __init__(self, what: tuple[str, str], remedy: tuple[str, str]) -> None:
        self.what = Words(*what)
        self.remedy = Words(*remedy)

    @property
    def code(self) -> str:
        """Name for programs."""
        return self.name.lower().replace("_", "-")


def problem_at(
    label: str,
    line: int,
    column: int,
    value: str,
    fault: Fault,
    *,
    excerpt: str = "",
    width: int = 1,
    fix: Fix | None = None,
    words: Mapping[str, object] | None = None,
) -> Problem:
    """Describe a fault at a place of the file ``label``; ``words`` fill in what the fault leaves open."""
    what, remedy = (said.filled(**(words or {})) for said in (fault.what, fault.remedy))
    return Problem(label, line, column, value, what, remedy, fault.code, excerpt, width, fix)


def closest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """Return the one known word that ``word`` is probably a slip of; empty if none is near."""
    import difflib

    match = difflib.get_close_matches(word, sorted(known), n=1, cutoff=cutoff)
    return match[0] if match else ""


def near(word: str, known: Iterable[str]) -> Words:
    """Return the advice for an unknown word: the nearest known one, else the known ones (at most twelve)."""
    words = sorted(known)
    if match := closest(word, words):
        return Words(f"是不是想写 '{match}'？", f"did you mean '{match}'?")
    more = len(words) > SHOWN
    if not words:
        return Words()
    return Words(
        f"已知：{'、'.join(words[:SHOWN])}{'……' if more else ''}",
        f"known: {', '.join(words[:SHOWN])}{', …' if more else ''}",
    )


def known_words(word: str, known: Iterable[str]) -> Words:
    """Return the advice for a word of a short closed list: the nearest one, and all that are allowed."""
    words = list(known)
    match = closest(word, words)
    return Words(
        (f"是不是想写 '{match}'？" if match else "") + f"允许：{'、'.join(words)}",
        (f"did you mean '{match}'? " if match else "") + f"allowed: {', '.join(words)}",
    )


def columns(text: str) -> int:
    """Return how many columns of a terminal the text takes; a Chinese letter takes two."""
    import unicodedata

    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
