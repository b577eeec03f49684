"""Which events a strategy acts on."""

from __future__ import annotations

from collections.abc import Iterable

from hypebasket.spec.event import Event
from hypebasket.spec.strategy import Trigger

__all__ = ["events_for"]


def events_for(events: Iterable[Event], mainline: str, trigger: Trigger) -> tuple[Event, ...]:
    """Select the events that meet every condition of ``trigger``, in the order in which they own names: by ``at``, id.

    A condition left empty holds for all, except that the mainline is then the basket's. What sets a strategy in motion
    (``trigger.on``) plays no part: the report shows the events of a buy-and-hold basket, too.
    """
    mainlines = set(trigger.mainlines) or {mainline}
    chosen = (event for event in events if not mainlines.isdisjoint(event.mainlines) and _meets(event, trigger))
    return tuple(sorted(chosen, key=lambda event: (event.earliest_moment, event.id)))


def _meets(event: Event, trigger: Trigger) -> bool:
    return (
        (not trigger.kinds or event.kind in trigger.kinds)
        and (not trigger.ids or event.id in trigger.ids)
        and (trigger.scheduled == "any" or event.scheduled == (trigger.scheduled == "only"))
        and (trigger.endogenous or not event.endogenous)
    )
