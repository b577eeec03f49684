"""From abnormal returns to findings: the numbers and tests of every window, event, segment and member of one circle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from hypebasket.ledger.result import Label
from hypebasket.ledger.study import (
    Anatomy,
    CircleStudy,
    EventStudy,
    Finding,
    GroupStudy,
    Judged,
    LeftOut,
    PathPoint,
    TestName,
    WindowStudy,
    WindowValue,
)
from hypebasket.pipeline.outcome import label
from hypebasket.pipeline.study.request import StudyRequest, Window
from hypebasket.pipeline.study.sample import Flags, Measured, Rows, Sample
from hypebasket.spec.text import Circle
from hypebasket.stats import event_tests as tests
from hypebasket.stats.cross_correlation import blocks_of_overlap, mean_cross_correlation, window_overlap
from hypebasket.stats.multiplicity import benjamini_hochberg, holm
from hypebasket.stats.performance import Floats
from hypebasket.stats.power import LEVEL, minimum_detectable_effect

__all__ = ["DETECTABLE", "FEWEST_BLOCKS", "HORIZON", "CircleStudent", "with_adjusted"]

FEWEST_BLOCKS = 10
"""Below this many independent groups of events a test says so little that the finding is *insufficient*."""

DETECTABLE = 0.05
"""A test that would have missed an effect of this size more than one time in five is *insufficient*, too."""

HORIZON = (-10, 20)
"""Sessions of the chart."""


@dataclass(frozen=True, slots=True)
class _ByEvent:
    """One number per event that has any: the weighted mean of its members, and the block of each event."""

    events: Rows
    values: Floats
    blocks: Rows


class CircleStudent:
    """Studies one circle of a sample. ``key`` is the seed's share of this circle: text that names it."""

    def __init__(self, sample: Sample, circle: Circle, request: StudyRequest, key: str) -> None:
        self.sample = sample
        self.circle = circle
        self.request = request
        self.key = key
        self.members = sample.in_circle(circle)
        self.weights = np.array([each.stock.weight for each in sample.name_events], dtype=np.float64)
        self.bases = np.array([-1 if event.base is None else event.base for event in sample.events], dtype=np.int64)

    def study(self, measured: Sequence[Measured], *, primary: bool) -> CircleStudy:
        """Study every window; of the primary circle also its segments, its members and the course over time."""
        return CircleStudy(
            circle=self.circle.value,
            primary=primary,
            windows=tuple(self._window(each) for each in measured),
            events=tuple(self._events(measured)),
            anatomy=self._anatomy(measured) if primary else None,
        )

    def _window(self, measured: Measured) -> WindowStudy:
        chosen = self.members & measured.known
        window = measured.window
        by_event = self._by_event(measured.car, chosen, window)
        events = len(by_event.values)
        blocks = len(set(by_event.blocks.tolist()))
        correlation = self._correlation(chosen, window)
        bootstrap = self._bootstrap(by_event, str(window)) if events else None
        detectable = None
        if bootstrap is not None and bootstrap.standard_error is not None:
            detectable = minimum_detectable_effect(bootstrap.standard_error, blocks - 1)
        car, scaled = measured.car[chosen], measured.scaled[chosen]
        dof = self.sample.normal.dof[chosen]
        standardised = self.sample.normal.residuals[chosen] / self.sample.normal.sigma[chosen][:, None]
        verdicts: dict[TestName, tests.Verdict] = {
            "cross_sectional_t": tests.cross_sectional_t(car),
            "patell": tests.patell(scaled, dof),
            "bmp": tests.boehmer_musumeci_poulsen(scaled),
            "kolari_pynnonen": tests.kolari_pynnonen(scaled, correlation),
            "generalised_rank": tests.generalised_rank(scaled, standardised),
            "event_t": tests.clustered_t(by_event.values, by_event.blocks),
            "event_bootstrap": bootstrap.test if bootstrap else tests.NONE,
        }
        found = {name: _result(verdict) for name, verdict in verdicts.items()}
        return WindowStudy(
            first=window.first,
            last=window.last,
            name_events=int(chosen.sum()),
            events=events,
            blocks=blocks,
            caar=bootstrap.mean if bootstrap else None,
            interval=bootstrap.interval if bootstrap else None,
            bhar=_mean(self._by_event(measured.bhar, chosen, window).values),
            naive_caar=_mean(car),
            correlation=correlation if chosen.sum() > 1 else None,
            detectable=detectable,
            still_locked=int((measured.locked & chosen).sum()),
            tests=found,
            finding=_finding(blocks, found["event_bootstrap"].p_value, detectable),
        )

    def _by_event(self, values: Floats, chosen: Flags, window: Window) -> _ByEvent:
        """Return the weighted mean of every event's members, and which events hang together in a window."""
        weights = np.where(chosen, self.weights, 0.0)
        size = len(self.bases)
        total = np.bincount(self.sample.event_of, weights=weights, minlength=size)
        sums = np.bincount(self.sample.event_of, weights=weights * np.where(chosen, values, 0.0), minlength=size)
        events = np.flatnonzero(total > 0.0).astype(np.int64)
        blocks = blocks_of_overlap(self.bases[events] + window.first, window.length)
        return _ByEvent(events, sums[events] / total[events], blocks)

    def _bootstrap(self, by_event: _ByEvent, what: str) -> tests.BlockBootstrap:
        rng = np.random.default_rng([self.request.seed, *f"{self.key}/{self.circle}/{what}".encode()])
        return tests.block_bootstrap(by_event.values, by_event.blocks, rng, draws=self.request.draws, level=LEVEL)

    def _correlation(self, chosen: Flags, window: Window) -> float:
        starts = self.sample.bases[chosen] + window.first
        return mean_cross_correlation(self.sample.residuals_by_session[chosen], window_overlap(starts, window.length))

    def _events(self, measured: Sequence[Measured]) -> Iterator[EventStudy]:
        first = measured[0]
        primary = self._by_event(first.car, self.members & first.known, first.window)
        block_of = dict(zip(primary.events.tolist(), primary.blocks.tolist(), strict=True))
        for number, event in enumerate(self.sample.events):
            own = self.members & (self.sample.event_of == number)
            left_out = self.sample.left_out.get(number, [])
            yield EventStudy(
                event_id=event.mapped.event.id,
                title=label(event.mapped.event.title),
                session_1=event.mapped.session_1,
                base=event.mapped.base,
                block=block_of.get(number),
                members=int(own.sum()),
                windows=tuple(self._value(each, own) for each in measured),
                left_out=tuple(LeftOut(symbol=stock.symbol, reason=label(why)) for stock, why in left_out),
                excluded=label(event.excluded) if event.excluded else None,
                owner=event.owner,
            )

    def _value(self, measured: Measured, chosen: Flags) -> WindowValue:
        """Return one window of a group of name-events: the mean over events of their weighted means."""
        known = chosen & measured.known
        return WindowValue(
            first=measured.window.first,
            last=measured.window.last,
            car=_mean(self._by_event(measured.car, known, measured.window).values),
            bhar=_mean(self._by_event(measured.bhar, known, measured.window).values),
            name_events=int(known.sum()),
        )

    def _anatomy(self, measured: Sequence[Measured]) -> Anatomy:
        own = [each.stock for each, mine in zip(self.sample.name_events, self.members, strict=True) if mine]
        segments = {stock.segment: Label(zh=stock.segment, en=stock.segment) for stock in own}
        stocks = {stock.symbol: stock for stock in own}
        return Anatomy(
            path=tuple(self._path()),
            segments=tuple(self._group(measured, name, segment=segment) for segment, name in sorted(segments.items())),
            members=tuple(
                self._group(measured, label(stock.name), segment=stock.segment, symbol=symbol)
                for symbol, stock in sorted(stocks.items())
            ),
        )

    def _group(
        self, measured: Sequence[Measured], name: Label, *, segment: str, symbol: str | None = None
    ) -> GroupStudy:
        """Study a segment, or a member of it, over all events."""
        stocks = [each.stock for each in self.sample.name_events]
        chosen = [stock.symbol == symbol if symbol else stock.segment == segment for stock in stocks]
        own = self.members & np.array(chosen, dtype=bool)
        first = measured[0]
        by_event = self._by_event(first.car, own & first.known, first.window)
        found = self._bootstrap(by_event, symbol or f"segment {segment}") if by_event.values.size else None
        return GroupStudy(
            segment=segment,
            symbol=symbol,
            name=name,
            events=len(by_event.values),
            windows=tuple(self._value(each, own) for each in measured),
            p_value=found.test.p_value if found else None,
        )

    def _path(self) -> Iterator[PathPoint]:
        """Yield the mean abnormal return from the base to every session of the horizon, with its band."""
        if not self.members.any():
            return
        for session in range(HORIZON[0], HORIZON[1] + 1):
            if session == 0:
                struck = len(set(self.sample.event_of[self.members].tolist()))
                yield PathPoint(session=0, caar=0.0, low=None, high=None, events=struck)
                continue
            window = Window(1, session) if session > 0 else Window(session + 1, 0)
            measured = self.sample.measure(window)
            by_event = self._by_event(measured.car, self.members & measured.known, window)
            if not by_event.values.size:
                continue
            found = self._bootstrap(by_event, f"path {session}")
            ends = sorted(_signed(end, session) for end in found.interval) if found.interval else (None, None)
            yield PathPoint(
                session=session,
                caar=_signed(found.mean, session),
                low=ends[0],
                high=ends[1],
                events=len(by_event.values),
            )


def with_adjusted(circles: Sequence[CircleStudy]) -> list[CircleStudy]:
    """Adjust every test for all the windows of the (primary) circles given; the findings follow the adjusted one."""
    windows = [window for circle in circles for window in circle.windows]
    names = list(windows[0].tests) if windows else []
    holms: dict[TestName, list[float | None]] = {}
    rates: dict[TestName, list[float | None]] = {}
    for name in names:
        p_values = [window.tests[name].p_value for window in windows]
        holms[name], rates[name] = holm(p_values), benjamini_hochberg(p_values)
    adjusted = []
    for place, window in enumerate(windows):
        found = {
            name: test.model_copy(update={"holm": holms[name][place], "benjamini_hochberg": rates[name][place]})
            for name, test in window.tests.items()
        }
        finding = _finding(window.blocks, found["event_bootstrap"].holm, window.detectable)
        adjusted.append(window.model_copy(update={"tests": found, "finding": finding}))
    waiting = iter(adjusted)
    return [circle.model_copy(update={"windows": tuple(next(waiting) for _ in circle.windows)}) for circle in circles]


def _finding(blocks: int, p_value: float | None, detectable: float | None) -> Finding:
    if blocks < FEWEST_BLOCKS or p_value is None or detectable is None:
        return "insufficient"
    if p_value <= LEVEL:
        return "moved"
    return "insufficient" if detectable > DETECTABLE else "not_shown"


def _result(verdict: tests.Verdict) -> Judged:
    return Judged(statistic=verdict.statistic, p_value=verdict.p_value, dof=verdict.dof)


def _mean(values: Floats) -> float | None:
    return float(values.mean()) if values.size else None


def _signed(value: float, session: int) -> float:
    """Count backwards before the base: what was still to come is missing there."""
    return value if session > 0 else -value
