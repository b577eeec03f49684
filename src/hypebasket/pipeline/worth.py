"""What an event is worth to a strategy, wherever it falls: its captured return above the benchmark.

Event-isolated runs do not touch each other, so that the worth of an event depends on its sessions alone. It is worked
out once for each session; a thousand calendars of made-up events are then no more than look-ups.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from statistics import fmean

from hypebasket.events.mapping import MappedEvent
from hypebasket.market.panel import MarketPanel
from hypebasket.pipeline.outcome import Benchmark
from hypebasket.pipeline.sleeve import Sleeve, SleeveRunner
from hypebasket.spec.event import Event, Precision
from hypebasket.spec.text import Circle, Text

__all__ = ["EventWorth", "Question", "Slot", "levels_by_session"]

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
"""When the date of a made-up event counts as announced: a strategy that enters before it may."""

Slot = tuple[int, int]
"""Where an event falls: the row of its first open, and how many sessions before that its session 1 lies."""


Question = tuple[Slot, Slot | None]
"""An event's place, and the next event's where the strategy looks ahead to it."""


class EventWorth:
    """Works out what events are worth to one strategy with one basket's circle of members.

    Parameters
    ----------
    runner : SleeveRunner
        Of a strategy that acts on events.
    levels : mapping of date to float
        The benchmark's closes; empty where there is none, and nothing is taken off then.
    """

    def __init__(self, runner: SleeveRunner, circle: Circle, levels: Mapping[object, float]) -> None:
        assert runner.triggered, "a strategy without a trigger does not act on events"
        self._runner = runner
        self._circle = circle
        self._levels = levels
        self._known: dict[Question, float | None] = {}

    @property
    def panel(self) -> MarketPanel:
        """The sleeve's market."""
        return self._runner.sleeve.panel

    @property
    def looks_ahead_to_the_next(self) -> bool:
        """Whether the worth of an event also depends on when the next one comes."""
        return self._runner.strategy.exit.next_event

    def slot_of(self, mapped: MappedEvent) -> Slot | None:
        """Return where a true event falls; ``None`` outside the panel."""
        rows = self.panel.row_of
        if mapped.first_open not in rows or mapped.session_1 not in rows or mapped.base not in rows:
            return None
        row = rows[mapped.first_open]
        return row, row - rows[mapped.session_1]

    def of(self, slot: Slot, following: Slot | None = None) -> float | None:
        """Return the worth of an event that falls on ``slot``; ``None`` where nothing was bought for it, or could be.

        ``following`` is the next event's place; it counts only for a strategy that leaves then.
        """
        key: Question = (slot, following if self.looks_ahead_to_the_next else None)
        if key not in self._known:
            self._known[key] = self._worked_out(*key)
        return self._known[key]

    def learn(self, known: Mapping[Question, float | None]) -> None:
        """Take over what was worked out elsewhere."""
        self._known.update(known)

    def questions(self, calendars: Iterable[Sequence[Slot]]) -> list[Question]:
        """Return, ascending, what calendars ask for that is not known yet."""
        asked = {question for calendar in calendars for question in self._asked(calendar)}
        return sorted(asked - set(self._known), key=lambda question: (question[0], question[1] or (-1, 0)))

    def valued(self, calendar: Sequence[Slot]) -> list[Slot]:
        """Return the events of a calendar that were worth something, good or bad."""
        return [question[0] for question in self._asked(calendar) if self.of(*question) is not None]

    def mean(self, calendar: Sequence[Slot]) -> float | None:
        """Return the mean worth of a calendar's events that have one; ``None`` where none has."""
        found = [worth for question in self._asked(calendar) if (worth := self.of(*question)) is not None]
        return fmean(found) if found else None

    def benchmark(self, mapped: MappedEvent) -> float:
        """Return the benchmark's return over the event's window; 0 without one."""
        rows, sessions = self.panel.row_of, self.panel.sessions
        base = rows[mapped.base]
        last = min(base + self._runner.strategy.window, self._runner.sleeve.stop - 1)
        start, end = self._levels.get(sessions[base]), self._levels.get(sessions[last])
        return end / start - 1.0 if start and end else 0.0

    def _asked(self, calendar: Sequence[Slot]) -> Iterator[Question]:
        """Yield every event of a calendar, with the next one by first open where that counts."""
        if not self.looks_ahead_to_the_next:
            for slot in calendar:
                yield slot, None
            return
        opens = sorted(set(calendar))
        for slot in calendar:
            yield slot, next((other for other in opens if other[0] > slot[0]), None)

    def _worked_out(self, slot: Slot, following: Slot | None) -> float | None:
        mapped = self._made_up(slot)
        if mapped is None:
            return None
        later = None if following is None else self._made_up(following)
        captured = self._runner.captured(self._runner.builder.event(mapped, self._circle, later))
        if captured is None:
            return None
        return captured - self.benchmark(mapped)

    def _made_up(self, slot: Slot) -> MappedEvent | None:
        """Return an event that falls on a slot."""
        row, lag = slot
        sessions = self.panel.sessions
        one = row - lag
        if one < 1 or row >= len(sessions):
            return None
        return MappedEvent(
            _NOBODY_S, self._runner.sleeve.market, first_open=sessions[row],
            first_close=sessions[row], session_1=sessions[one], base=sessions[one - 1], hops=(),
        )  # fmt: skip


def levels_by_session(benchmark: Benchmark, sleeve: Sleeve) -> dict[object, float]:
    """Return a benchmark's closes by session, the one before the run's first included; empty without levels."""
    if not benchmark.levels:
        return {}
    sessions = sleeve.panel.sessions
    levels: dict[object, float] = {sessions[max(sleeve.start - 1, 0)]: benchmark.start}
    levels.update(zip(sessions[sleeve.start : sleeve.stop], benchmark.levels, strict=True))
    return levels


_NOBODY_S = Event(
    id="made-up", at=LONG_AGO, precision=Precision.MINUTE, zone="UTC", title=Text(zh="虚构事件", en="made-up event"),
    kind="made-up", mainlines=("any",), evidence=("none",), confidence="D", scheduled=True, announced=LONG_AGO,
)  # fmt: skip
"""The event that never was: it falls wherever it is put."""
