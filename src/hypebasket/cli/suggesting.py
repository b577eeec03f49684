"""What ``hypebasket events suggest`` does: find candidates, show them, and write them as events for review."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from hypebasket.cli import Session
from hypebasket.cli.asked import ids_of
from hypebasket.errors import UsageError
from hypebasket.spec.messages import near
from hypebasket.spec.text import Circle, Currency

if TYPE_CHECKING:
    from hypebasket.market.data import MarketData
    from hypebasket.pipeline.suggest import Suggestion
    from hypebasket.plan.candidates import Threshold
    from hypebasket.spec.workspace import Workspace

__all__ = ["OUT", "run_suggest"]

OUT = Path("data", "suggested-events.yaml")

_HEAD = {
    "zh": (
        "# 候选事件，由 hypebasket events suggest 从行情里找出，待人核实；运行时不读这个文件。",
        "# 逐条去查那天发生了什么：查到了，改 at、title、evidence、confidence，移到 events.yaml；查不到就删掉。",
    ),
    "en": (
        "# Candidate events that hypebasket events suggest found in the data, for review; no run reads this file.",
        "# Look up what happened each day: mend at, title, evidence, confidence; move it to events.yaml, or drop it.",
    ),
}
_SAYS = {
    "none": {"zh": "没有新的候选", "en": "no new candidate"},
    "written": {"zh": "{0} 个候选写入 {1}", "en": "{0} candidates written to {1}"},
    "explained": {"zh": "已由 {0} 解释", "en": "explained by {0}"},
    "new": {"zh": "新", "en": "new"},
    "synthetic": {
        "zh": "合成数据：候选不说明任何事",
        "en": "SYNTHETIC DATA: these candidates are evidence of nothing",
    },
}


def run_suggest(
    session: Session,
    workspace: Workspace,
    baskets: tuple[str, ...],
    out: Path | None,
    *,
    start: datetime | None,
    end: datetime | None,
    breadth: float,
    names: int,
    turnover: float,
    members: str | None,
    data: str,
    markets: tuple[str, ...],
) -> None:
    """Find, tell and write."""
    from hypebasket.pipeline.request import RunRequest
    from hypebasket.pipeline.suggest import suggest
    from hypebasket.plan.candidates import Threshold

    chosen = ids_of(baskets, workspace.root / "baskets")
    for name in chosen:
        if name not in workspace.baskets:
            raise UsageError(f"basket '{name}' is not in this workspace", near(name, workspace.baskets).en)
    request = RunRequest(
        workspace=workspace.root,
        baskets=chosen,
        start=start.date() if start else None,
        end=end.date() if end else None,
        members=Circle(members) if members else None,
        sleeves=tuple(dict.fromkeys(Currency(market) for market in markets)),
        data=data,
    )
    threshold = Threshold(breadth=breadth, names=names, turnover=turnover)
    source, found = suggest(request, workspace, threshold)
    if source.synthetic:
        session.say(_SAYS["synthetic"][session.lang])
    _tell(session, found, threshold)
    fresh = [each for each in found if each.explained_by is None]
    target = out or workspace.root / OUT
    if fresh:
        _write(target, _text(session.lang, fresh, source, threshold))
        session.say(_SAYS["written"][session.lang].format(len(fresh), target))
    else:
        session.say(_SAYS["none"][session.lang])
    if session.as_json:
        written = str(target) if fresh else None
        session.print_json({"file": written, "candidates": [_as_json(each, source, threshold) for each in found]})


def _tell(session: Session, found: Sequence[Suggestion], threshold: Threshold) -> None:
    for each in found:
        why = each.explained_by
        state = _SAYS["explained"][session.lang].format(why) if why else _SAYS["new"][session.lang]
        title = each.title(threshold)[session.lang]
        session.say(f"{each.candidate.session}  {title}  [{state}]")


def _text(language: str, found: Sequence[Suggestion], data: MarketData, threshold: Threshold) -> str:
    """Return the file of candidates."""
    from hypebasket.spec.drafting import draft_event

    head = ["# yaml-language-server: $schema=schemas/events.json", *_HEAD[language], "", "events:"]
    items = [draft_event(each.as_event(data, threshold), language, 2, explain=False) for each in found]
    return "\n".join(head) + "\n" + "\n".join(items)


def _write(path: Path, text: str) -> None:
    from hypebasket.files import write_atomically

    if path.exists() and path.read_text(encoding="utf-8") != text:
        raise UsageError(
            f"{path}: already there, with other candidates", "review and remove it, or name another: --out"
        )
    write_atomically(path, text.encode("utf-8"))


def _as_json(each: Suggestion, data: MarketData, threshold: Threshold) -> dict[str, object]:
    found = each.candidate
    return {
        "session": str(found.session),
        "basket": each.basket.id,
        "sleeve": each.sleeve,
        "members": str(each.circle),
        "trading": found.trading,
        "sealed": found.sealed,
        "breadth": found.breadth,
        "turnover": found.turnover,
        "usual": found.usual,
        "ratio": found.ratio,
        "rank": found.rank,
        "explained_by": each.explained_by,
        "event": each.as_event(data, threshold),
    }
