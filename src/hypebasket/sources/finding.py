"""What a reader of data has to say about it: findings that are kept, and refusals that stop the import."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from hypebasket.errors import DamagedDataError
from hypebasket.spec.text import Spec, Text

__all__ = ["LABELS", "Finding", "Report", "Severity", "blemishes"]

Severity = Literal["refused", "blemish", "note"]

PLACES_SHOWN = 3
"""How many places of one kind of wrong row an error names before it only counts."""

PLACES_TOLD = 6
"""How many files and symbols a warning names before it only counts."""

LABELS: dict[str, Text] = {
    "adjusted_name": Text(zh="文件名表明是复权价，未读取", en="adjusted prices by name, not read"),
    "adjusted_content": Text(zh="内容表明是复权价，未读取", en="adjusted prices by content, not read"),
    "ignored": Text(zh="未读取", en="not read"),
    "code_unknown": Text(zh="代码不属于任何已知板块", en="no board known for the code"),
    "row_left_out": Text(zh="行已剔除", en="row left out"),
    "split_in_prices": Text(
        zh="来源已按拆股调整此前价格，该拆股不再入账；提供未调整价格可恢复",
        en="already divided by a later split, which is not booked; raw prices would mend it",
    ),
    "gap": Text(zh="交易日缺行", en="sessions without a row"),
    "outside_calendar": Text(zh="超出已公布的交易日历", en="outside the published calendar"),
    "amount_blank": Text(zh="成交额为空", en="amount blank"),
    "volume_blank": Text(zh="成交量为空，当日不设成交量上限", en="volume blank, no volume cap on these sessions"),
    "volume_zero": Text(
        zh="未停牌而成交量为零，视为未知，当日不设成交量上限",
        en="volume zero on a trading day: unknown, no volume cap on these sessions",
    ),
    "volume_unit_unproven": Text(zh="无法判断成交量是股还是手", en="shares or lots not provable"),
    "vwap_outside": Text(zh="成交均价在最低价与最高价之外", en="amount/volume outside low..high"),
    "prev_close_blank": Text(zh="参考价为空", en="reference price blank"),
    "prev_close_chain": Text(zh="参考价与前收盘不符且非除权日", en="reference price breaks the chain"),
    "suspended": Text(zh="停牌", en="suspended"),
    "suspended_traded": Text(zh="标为停牌却有成交", en="suspended, yet traded"),
    "suspended_unknown": Text(zh="无停牌标志", en="no suspension flag"),
    "st_unknown": Text(zh="风险警示状态未知", en="risk warning unknown"),
    "sub_cent": Text(zh="非整分价格（拆股调整或分以下报价）", en="prices not in whole cents"),
    "quality": Text(zh="来源备注", en="remark of the source"),
    "quality_suspect": Text(zh="可疑（单一来源，当日该来源多处有误）", en="suspect"),
    "quality_replaced": Text(zh="来源已用其他供应商数据替换", en="replaced by the source"),
    "quality_volume_missing": Text(zh="供应商未给成交量", en="vendor gave no volume"),
    "action_reference": Text(zh="除权参考价不符", en="ex-right price differs from the bars"),
    "action_without_bar": Text(zh="除权日无行情", en="ex-date without a bar"),
    "rate_jump": Text(zh="汇率一日变动超过一成", en="exchange rate moves by more than a tenth in a day"),
    "rate_other": Text(zh="不涉及人民币、港元、美元的汇率，未读取", en="rates of other currencies, not read"),
    "index_unknown": Text(zh="指数所属市场未知", en="market of the index unknown"),
    "instrument_skipped": Text(zh="缺板块，或没有任何日期", en="no board, or no day of its life"),
    "actions_unread": Text(zh="除权除息信息缺失或无法识别", en="corporate actions missing or not readable"),
    "volume_in_lots": Text(zh="供应商按手给出成交量", en="volume given in lots"),
    "vendor_rewritten": Text(zh="供应商改写了历史数据", en="history rewritten by the vendor"),
    "vendor_differs": Text(zh="与另一供应商不一致", en="differs from a second vendor"),
    "board_differs": Text(zh="板块与代码不符", en="board differs from the symbol"),
}
"""Every kind of finding, in both languages."""


class Finding(Spec):
    """One counted observation about a file: kept, and shown with the data.

    ``refused``: the file was not read; ``blemish``: read as published, and a reader of results should know;
    ``note``: good to know. ``symbol`` is None when several symbols share the finding; ``first`` and ``last`` are the
    sessions it spans, None where it has none.
    """

    severity: Severity
    kind: str
    file: str
    symbol: str | None = None
    count: int
    first: date | None = None
    last: date | None = None
    message: str

    def __str__(self) -> str:
        symbol = f"{self.symbol}: " if self.symbol else ""
        return f"{self.file}: {symbol}{self.message}"


def blemishes(findings: Iterable[Finding]) -> tuple[Text, ...]:
    """Return what a reader of results should know of the data: one sentence for every kind of blemish."""
    kinds: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.severity == "blemish":
            kinds.setdefault(finding.kind, []).append(finding)
    return tuple(_sentence(LABELS[kind], found) for kind, found in kinds.items())


def _sentence(label: Text, found: list[Finding]) -> Text:
    told, more = found[:PLACES_TOLD], len(found) - PLACES_TOLD
    places = [(f"{each.file} {each.symbol or ''}".rstrip(), each.count) for each in told]
    zh = "、".join(f"{place}（{count:,} 行）" for place, count in places)
    en = ", ".join(f"{place} ({count:,} row{'' if count == 1 else 's'})" for place, count in places)
    return Text(
        zh=f"{label.zh}：{zh}{f'，另有 {more} 处' if more > 0 else ''}",
        en=f"{label.en}: {en}{f' and {more} more' if more > 0 else ''}",
    )


@dataclass(slots=True)
class Report:
    """Collects findings and refusals over all files, so that one import tells everything at once."""

    findings: list[Finding] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    def add(
        self,
        severity: Severity,
        kind: str,
        file: str,
        message: str,
        *,
        symbol: str | None = None,
        count: int = 1,
        span: tuple[date | None, date | None] = (None, None),
    ) -> None:
        """Keep one finding."""
        assert kind in LABELS, kind
        self.findings.append(
            Finding(
                severity=severity,
                kind=kind,
                file=file,
                symbol=symbol,
                count=count,
                first=span[0],
                last=span[1],
                message=message,
            )
        )

    def refuse(self, places: list[str], count: int) -> None:
        """Keep the places of one kind of wrong row; ``count`` is how many rows there are in all."""
        shown = places[:PLACES_SHOWN]
        if count > len(shown):
            shown[-1] += f" (and {count - len(shown)} more such rows)"
        self.refusals.extend(shown)

    def raise_if_refused(self) -> None:
        """Raise one error that names every kind of wrong row found."""
        if self.refusals:
            raise DamagedDataError(
                "wrong rows:\n" + "\n".join(self.refusals),
                "correct or remove these rows at their source; nothing was imported",
            )
