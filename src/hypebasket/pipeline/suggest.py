"""Candidate events from the workspace's data: sessions that look like an event and that no known event explains."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hypebasket.errors import CalendarEndError
from hypebasket.events.mapping import session_one
from hypebasket.market.calendar import Session
from hypebasket.market.data import MarketData
from hypebasket.pipeline.market import lay_out_sleeves
from hypebasket.pipeline.request import RunRequest
from hypebasket.pipeline.sleeve import Sleeve
from hypebasket.pipeline.supply import supply
from hypebasket.plan.candidates import Candidate, Threshold, find_candidates
from hypebasket.spec.basket import Basket
from hypebasket.spec.event import Event
from hypebasket.spec.text import Circle, end_of_day
from hypebasket.spec.workspace import Workspace

__all__ = ["Suggestion", "suggest"]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A candidate of a basket; ``explained_by`` is a known event whose session 1 lies on it or just before it.

    ``zone`` is that of the exchange.
    """

    basket: Basket
    sleeve: str
    circle: Circle
    candidate: Candidate
    explained_by: str | None
    zone: str

    @property
    def id(self) -> str:
        """Id of the event it would become."""
        return f"{self.basket.id}-{self.sleeve.lower()}-{self.candidate.session:%Y%m%d}"

    def as_event(self, data: MarketData, threshold: Threshold) -> dict[str, object]:
        """Return the keys of the endogenous event, with the figures that made it a candidate."""
        return {
            "id": self.id,
            "at": str(self.candidate.session),
            "precision": "day",
            "zone": self.zone,
            "title": self.title(threshold),
            "kind": "price_move" if self.candidate.is_broad(threshold) else "turnover_surge",
            "mainlines": [self.basket.mainline],
            "evidence": [f"{data.source}, {self.candidate.session} (content {data.content_hash[:12]})"],
            "confidence": "D",
            "endogenous": True,
            "note": self._note(data, threshold),
        }

    def title(self, threshold: Threshold) -> dict[str, str]:
        """Return what made it a candidate, in both languages."""
        zh, en = [], []
        found = self.candidate
        if found.is_broad(threshold):
            zh.append(f"{found.trading} 只成员中 {found.sealed} 只收盘涨停")
            en.append(f"{found.sealed} of {found.trading} members closed at limit-up")
        if found.is_busy(threshold):
            zh.append(f"成交额为平常的 {found.ratio:.1f} 倍")
            en.append(f"turnover {found.ratio:.1f} times the usual")
        return {"zh": f"{self.basket.name.zh}：{'，'.join(zh)}", "en": f"{self.basket.name.en}: {', '.join(en)}"}

    def _note(self, data: MarketData, threshold: Threshold) -> str:
        found = self.candidate
        parts = [
            f"breadth {found.breadth:.0%} (candidate from {threshold.breadth:.0%} of at least {threshold.names})",
        ]
        if found.ratio is None or found.usual is None or found.rank is None:
            parts.append(f"turnover {found.turnover:,.0f}, too little past to judge it")
        else:
            parts.append(
                f"turnover {found.turnover:,.0f}, {found.ratio:.2f} times the median {found.usual:,.0f} of "
                f"{threshold.lookback} sessions before (candidate from {threshold.turnover:g}), "
                f"above {found.rank:.0%} of them"
            )
        parts.append(f"members: {self.circle}")
        if data.synthetic:
            parts.append("SYNTHETIC DATA / 合成数据")
        return "; ".join(parts)


def suggest(
    request: RunRequest, workspace: Workspace, threshold: Threshold
) -> tuple[MarketData, tuple[Suggestion, ...]]:
    """Find candidates for the baskets of ``request`` (default: all), in the sleeves and days it names.

    Returns
    -------
    tuple of MarketData and tuple of Suggestion
        The data they are from, and the suggestions by session and basket, those that known events explain included.
    """
    baskets = [workspace.baskets[name] for name in request.baskets or tuple(workspace.baskets)]
    data = supply(workspace.root, request.data, {stock.symbol for basket in baskets for stock in basket.stocks})
    sleeves = lay_out_sleeves(request, baskets, data)
    found = [
        each
        for sleeve in sleeves
        for basket in baskets
        for each in _of_basket(basket, sleeve, request.members or basket.members, workspace.events, threshold)
    ]
    return data, tuple(sorted(found, key=lambda each: (each.candidate.session, each.id)))


def _of_basket(
    basket: Basket, sleeve: Sleeve, circle: Circle, events: Sequence[Event], threshold: Threshold
) -> Iterator[Suggestion]:
    zone = str(sleeve.calendar.zone)
    known = sorted(_sessions_of(basket, sleeve, events))

    def members(session: Session) -> set[str]:
        instant = end_of_day(session, zone)
        return {stock.symbol for stock in basket.stocks if stock.in_circle(circle, instant)}

    for candidate in find_candidates(sleeve.panel, members, sleeve.start, threshold):
        row = sleeve.panel.row_of[candidate.session]
        near = [name for at, name in known if 0 <= row - at <= threshold.quiet]
        yield Suggestion(basket, sleeve.currency, circle, candidate, near[-1] if near else None, zone)


def _sessions_of(basket: Basket, sleeve: Sleeve, events: Sequence[Event]) -> Iterator[tuple[int, str]]:
    """Yield row of session 1 and id of the mainline's events inside the panel."""
    for event in events:
        if basket.mainline not in event.mainlines:
            continue
        try:
            session = session_one(sleeve.calendar, event.earliest_moment)
        except CalendarEndError:
            continue
        if session in sleeve.panel.row_of:
            yield sleeve.panel.row_of[session], event.id
