"""The page of an audit, ``audit.html``: one self-contained file, findings by severity."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from hypebasket.audit.findings import AuditResult, Finding, Kind, Severity
from hypebasket.files import write_atomically
from hypebasket.ledger.result import Label
from hypebasket.report.fonts import page_fonts
from hypebasket.report.html import environment

__all__ = ["write_audit"]

SEVERITIES = {
    Severity.HARD: Label(zh="成立的指控", en="What stands against the run"),
    Severity.CAUTION: Label(zh="相信之前须知道的", en="What to know before believing it"),
    Severity.NOTE: Label(zh="说明", en="Notes"),
}

KINDS = {
    Kind.SEAL: Label(zh="封签", en="Seal"),
    Kind.DATA: Label(zh="数据快照", en="Data snapshot"),
    Kind.LEDGER: Label(zh="账本", en="Ledger"),
    Kind.PRICE: Label(zh="成交价", en="Fill prices"),
    Kind.CALENDAR: Label(zh="交易日", en="Sessions"),
    Kind.LOOK_AHEAD: Label(zh="偷看未来", en="Looking ahead"),
    Kind.HINDSIGHT: Label(zh="事后名单", en="Hindsight"),
    Kind.EVENTS: Label(zh="事件", en="Events"),
    Kind.BENCHMARK: Label(zh="基准", en="Benchmark"),
    Kind.RESULT: Label(zh="结果数字", en="Reported figures"),
    Kind.LUCK: Label(zh="运气", en="Luck"),
    Kind.BLEMISH: Label(zh="数据瑕疵", en="Blemishes of the data"),
    Kind.SECONDARY: Label(zh="二手来源的规则", en="Rules from secondary sources"),
    Kind.COVERAGE: Label(zh="覆盖不全", en="Unmet coverage"),
    Kind.TRIALS: Label(zh="试验次数", en="Trials"),
}

CHECKED = {
    "ledgers": Label(zh="复算的账本", en="ledgers replayed"),
    "orders": Label(zh="委托", en="orders"),
    "fills": Label(zh="成交", en="fills"),
    "sessions": Label(zh="日终", en="session ends"),
    "events": Label(zh="事件", en="events"),
    "futures": Label(zh="换过的未来", en="futures exchanged"),
}


def write_audit(result: AuditResult, path: Path) -> Path:
    """Write the page of an audit; the same result gives the same bytes."""
    html = environment().get_template("audit.html.jinja").render(
        result=result,
        groups=[
            (SEVERITIES[severity], severity.value, kinds)
            for severity in Severity
            if (kinds := _by_kind(result, severity))
        ],
        has_index=path.with_name("index.html").is_file(),
        checked=[(CHECKED[name], count) for name, count in result.checked.items() if name in CHECKED],
    )  # fmt: skip
    return write_atomically(path, html.replace("/*fonts*/", page_fonts(html), 1).encode())


def _by_kind(result: AuditResult, severity: Severity) -> list[tuple[Label, list[Finding]]]:
    order = list(Kind)
    found = sorted(result.of(severity), key=lambda finding: order.index(finding.kind))
    return [(KINDS[kind], list(items)) for kind, items in groupby(found, key=lambda finding: finding.kind)]
