"""The strategy that executes a plan."""

from __future__ import annotations

import backtrader as bt

from hypebasket.engine.replay.desk import PlanDesk

__all__ = ["EventStrategy"]


class EventStrategy(bt.Strategy):
    """Hands its ``plan`` to the broker; rows of the plan are rows of ``panel``, which the broker trades on."""

    params = (("plan", None), ("panel", None))

    def start(self) -> None:
        """Seat the desk that works the plan."""
        self.broker.assign(PlanDesk(self.p.plan, self.broker, self.p.panel))
