"""A basket: stocks that the press ties to a mainline, each with the evidence that ties it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import AwareDatetime, Field

from hypebasket.spec.text import ID_PATTERN, Circle, Currency, Market, Spec, Symbol, Text, end_of_day, market_of

__all__ = ["Basket", "Publication", "Stock"]

Moment = AwareDatetime | date
Weight = Annotated[float, Field(gt=0, le=1_000_000)]


class Publication(Spec):
    """Something published that names a stock (``data/sources.yaml``)."""

    title: str
    publisher: str
    published: Moment
    zone: str = "Asia/Shanghai"
    note: str = ""


class Stock(Spec):
    """A member of a basket.

    ``since`` and ``until`` are instants; a day means its end in ``zone``. Without ``evidence`` the member was chosen
    by whoever wrote the file, and reports say so.
    """

    symbol: Symbol
    name: Text
    segment: str
    since: Moment | None = None
    until: Moment | None = None
    zone: str = "Asia/Shanghai"
    weight: Weight = 1.0
    evidence: tuple[str, ...] = ()
    note: str = ""

    @property
    def market(self) -> Market:
        """The exchange of the symbol."""
        return market_of(self.symbol)

    @property
    def documented(self) -> bool:
        """Whether any source of any date names the stock."""
        return bool(self.evidence)

    def known_at(self, instant: datetime) -> bool:
        """Whether a source had named the stock by ``instant`` (and not withdrawn it)."""
        if self.since is None or not self.evidence or self._instant(self.since) > instant:
            return False
        return not self.gone_at(instant)

    def gone_at(self, instant: datetime) -> bool:
        """Whether the membership had ended by ``instant``."""
        return self.until is not None and self._instant(self.until) <= instant

    def in_circle(self, circle: Circle, instant: datetime) -> bool:
        """Whether the stock belongs to ``circle`` for a decision taken at ``instant``."""
        if circle is Circle.POINT_IN_TIME:
            return self.known_at(instant)
        return not self.gone_at(instant) and (circle is Circle.ALL or self.documented)

    def as_of(self, instant: datetime) -> Stock:
        """Return the stock without what is not public by ``instant``: evidence still to come, and when it leaves."""
        later: dict[str, object] = {}
        if self.since is not None and self._instant(self.since) > instant:
            later |= {"since": None, "evidence": ()}
        if self.until is not None and not self.gone_at(instant):
            later["until"] = None
        return self.model_copy(update=later) if later else self

    def _instant(self, moment: Moment) -> datetime:
        return moment if isinstance(moment, datetime) else end_of_day(moment, self.zone)


class Basket(Spec):
    """A named set of stocks with their benchmark per currency; ``members`` is the circle that leads the report."""

    id: Annotated[str, Field(pattern=ID_PATTERN)]
    name: Text
    description: Text
    mainline: str
    members: Circle = Circle.DOCUMENTED
    benchmarks: dict[Currency, str]
    stocks: Annotated[tuple[Stock, ...], Field(min_length=1)]

    def as_of(self, instant: datetime) -> Basket:
        """Return the basket without the dates of its stocks that become public after ``instant``."""
        return self.model_copy(update={"stocks": tuple(stock.as_of(instant) for stock in self.stocks)})
