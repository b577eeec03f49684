"""What backtrader's strategies and analyzers see of the ledger: its own orders, positions and trades, kept in step."""

from __future__ import annotations

from collections import deque
from typing import Any

import backtrader as bt
from backtrader.order import BuyOrder, SellOrder
from backtrader.position import Position

from hypebasket.engine.replay.ticket import Ticket
from hypebasket.ledger.records import Fill, OrderKind, OrderStatus, Reason, Side
from hypebasket.market.panel import FEN

__all__ = ["Mirror"]


class Mirror:
    """Positions by feed and the queue of order notifications of one broker."""

    def __init__(self, broker: Any, feeds: dict[int, Any]) -> None:
        self.broker = broker
        self.feeds = feeds
        self.positions: dict[Any, Position] = {}
        self._notifications: deque[Any] = deque()

    def position(self, feed: Any) -> Position:
        """Return the position of a feed."""
        return self.positions.setdefault(feed, Position())

    def next_notification(self) -> Any | None:
        """Return the next order to tell its strategy about."""
        return self._notifications.popleft() if self._notifications else None

    def notify(self, order: Any) -> None:
        """Queue the order as it stands now."""
        self._notifications.append(order.clone())

    def make_order(self, side: Side, owner: Any, feed: Any, size: float, **options: Any) -> Any:
        """Make a backtrader order that counts as submitted here."""
        make = BuyOrder if side in (Side.BUY, Side.COVER) else SellOrder
        order = make(owner=owner, data=feed, size=size, **options)
        order.submit(self.broker)
        return order

    def tell_fill(self, ticket: Ticket, fill: Fill) -> None:
        """Tell of an execution; orders of a plan become backtrader orders by it."""
        feed = self.feeds.get(ticket.column)
        if feed is None:
            return
        order = ticket.native
        if order is None:
            kind = bt.Order.Market if fill.kind is OrderKind.OPEN else bt.Order.Close
            owner = self.broker.cerebro.runningstrats[0]
            order = self.make_order(fill.side, owner, feed, fill.shares, exectype=kind)
            order.addinfo(event_id=ticket.event_id, purpose=ticket.purpose)
            order.accept(self.broker)
        self._execute(order, feed, fill.shares if ticket.is_buy else -fill.shares, fill.price / FEN, fill.fees / FEN)

    def tell_entitlement(self, column: int, gained: int, price: float) -> None:
        """Tell of bonus shares as a purchase for nothing, and of a delisting as a sale at what the shares are worth."""
        feed = self.feeds.get(column)
        if feed is None:
            return
        owner = self.broker.cerebro.runningstrats[0]
        side = Side.BUY if gained > 0 else Side.SELL
        order = self.make_order(side, owner, feed, abs(gained), exectype=bt.Order.Market, simulated=True)
        order.accept(self.broker)
        self._execute(order, feed, gained, price, 0.0)

    def tell_end(self, order: Any, status: OrderStatus, reason: Reason | None) -> None:
        """Tell of an order that ended without being filled whole."""
        order.addinfo(reason=reason.value if reason else None)
        if status is OrderStatus.REJECTED:
            order.reject(self.broker)
        elif status is OrderStatus.EXPIRED:
            order.status = order.Expired
        elif reason is Reason.CASH:
            order.margin()
        else:
            order.cancel()
        self.notify(order)

    def _execute(self, order: Any, feed: Any, size: int, price: float, fees: float) -> None:
        position = self.position(feed)
        before = position.price
        total, average, opened, closed = position.update(size, price, feed.datetime.datetime())
        order.execute(
            feed.datetime[0], size, price,
            closed, -closed * before, fees if closed else 0.0,
            opened, opened * price, 0.0 if closed else fees,
            0.0, -closed * (price - before), total, average,
        )  # fmt: skip
        order.addcomminfo(self.broker.getcommissioninfo(feed))
        if order.executed.remsize:
            order.partial()
        else:
            order.completed()
        self.notify(order)
