"""The page of an audit: findings by severity in both languages, in one file that needs nothing else."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from hypebasket.audit.findings import AuditResult, Kind, caution, hard, note
from hypebasket.report.audit import CHECKED, KINDS, SEVERITIES, write_audit

FINDINGS = (
    hard(Kind.LEDGER, "a × b", "账本不符", "fill 1: fees: found 499, expected 500"),
    hard(Kind.EVENTS, "a × b", "缺少事件", "events.csv leaves out the event <script>alert(1)</script>"),
    caution(Kind.TRIALS, "data/trials.jsonl", "试过 12 种", "12 configurations were tried"),
    note(Kind.DATA, "baskets/a.yaml", "文字改了", "worded otherwise now"),
)


class Headings(HTMLParser):
    """Collects the headings, as an English reader sees them."""

    def __init__(self) -> None:
        super().__init__()
        self.inside, self.lang, self.found = False, "en", list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside |= tag in ("h1", "h2", "h3")
        self.lang = dict(attrs).get("lang") or self.lang

    def handle_endtag(self, tag: str) -> None:
        self.inside &= tag not in ("h1", "h2", "h3")

    def handle_data(self, data: str) -> None:
        if self.inside and self.lang == "en" and data.strip():
            self.found.append(data.strip())


def page_of(path: Path, *findings: object, synthetic: bool = True) -> str:
    made = AuditResult(run_id="0123456789ab", synthetic=synthetic, findings=findings, checked={"fills": 1234})  # type: ignore[arg-type]
    return write_audit(made, path / "audit.html").read_text(encoding="utf-8")


def test_findings_stand_by_severity_and_kind(tmp_path: Path) -> None:
    parser = Headings()
    parser.feed(page_of(tmp_path, *FINDINGS))
    assert parser.found == [
        "2 findings stand against this run",
        "What stands against the run", "Ledger", "Events",
        "What to know before believing it", "Trials",
        "Notes", "Data snapshot",
    ]  # fmt: skip


def test_a_clean_run_says_so_and_shows_no_empty_section(tmp_path: Path) -> None:
    parser = Headings()
    parser.feed(page_of(tmp_path))
    assert parser.found == ["Nothing stands against this run"]


def test_what_a_finding_quotes_is_text_and_the_page_needs_nothing_else(tmp_path: Path) -> None:
    page = page_of(tmp_path, *FINDINGS)
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert not re.search(r"""(?:src|href)=["'](?!data:|#)""", page)
    assert "http-equiv" in page
    assert "SYNTHETIC / 合成数据" in page
    assert "1,234" in page


def test_the_page_of_a_real_run_is_not_called_synthetic_and_leads_back(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("", encoding="utf-8")
    page = page_of(tmp_path, synthetic=False)
    assert "SYNTHETIC" not in page
    assert 'href="index.html"' in page


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_its_words(kind: Kind) -> None:
    assert KINDS[kind].zh
    assert KINDS[kind].en
    assert len(SEVERITIES) == 3
    assert {"ledgers", "orders", "fills", "sessions", "events", "futures"} == set(CHECKED)
