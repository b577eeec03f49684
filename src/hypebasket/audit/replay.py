"""One ledger replayed from its own rows: cash, shares, fees, sizes, limits, T+1, prices, sessions, members."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from hypebasket.audit.findings import Finding, Kind, hard
from hypebasket.ledger.invariants import ledger_faults
from hypebasket.ledger.records import OPENING, Fill, Ledger, Order, OrderKind, Side
from hypebasket.market.calendar import Calendar
from hypebasket.market.panel import UNKNOWN, MarketPanel
from hypebasket.market.tape import PanelTape
from hypebasket.rules.fees import Commission
from hypebasket.rules.limit_days import close_fill_price, open_fill_price, queue_fill_price
from hypebasket.spec.basket import Basket, Stock
from hypebasket.spec.text import Circle

__all__ = ["Terms", "Witness", "replay_ledger"]

_FOUND_ZH = "账本与独立复算不符"
_BUYS = (Side.BUY, Side.COVER)


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms the ledger says it was traded: fill policy, volume cap (ppm), broker, loans and withholding.

    ``borrow_ppm`` and ``holder`` are those of ``PanelTape``.
    """

    policy: int
    participation_ppm: int
    commission: Commission
    borrow_ppm: int | None = None
    holder: str = "none"


@dataclass(frozen=True, slots=True)
class Witness:
    """What the auditor holds a ledger against: the market, the sessions of the run, the basket and its circle.

    ``waits`` says that an order may be sent sessions after its decision (``board_break``): a membership that ended in
    between is then no fault.
    """

    panel: MarketPanel
    calendar: Calendar
    first: date
    last: date
    basket: Basket
    circle: Circle
    waits: bool = False


def replay_ledger(place: str, ledger: Ledger, witness: Witness, terms: Terms) -> Iterator[Finding]:
    """Yield everything that is wrong with a ledger; rows of names or days the market does not have end the replay."""
    if strangers := sorted(_strangers(ledger, witness.panel)):
        told = "; ".join(strangers[:5])
        yield hard(
            Kind.LEDGER, place, f"账本中有数据所没有的股票或日子：{told}", f"rows the data knows nothing of: {told}"
        )
        return
    tape = PanelTape(witness.panel, borrow_ppm=terms.borrow_ppm, holder=terms.holder)
    for fault in ledger_faults(ledger, tape, terms.participation_ppm, commission=terms.commission):
        yield hard(Kind.LEDGER, place, f"{_FOUND_ZH}：{fault.message}", fault.message)
    yield from _prices(place, ledger, witness.panel, terms.policy)
    yield from _sessions(place, ledger, witness)
    yield from _members(place, ledger, witness)


def _strangers(ledger: Ledger, panel: MarketPanel) -> Iterator[str]:
    for table in (ledger.fills, ledger.entitlements, ledger.taxes, ledger.charges, ledger.positions):
        for row in table:
            if row.symbol not in panel.column_of or row.session not in panel.row_of:
                yield f"{row.symbol} {row.session}"
    yield from (str(row.session) for row in ledger.equity if row.session not in panel.row_of)
    for order in ledger.orders:
        if order.symbol not in panel.column_of or order.created not in panel.row_of:
            yield f"{order.symbol} {order.created}"


def _prices(place: str, ledger: Ledger, panel: MarketPanel, policy: int) -> Iterator[Finding]:
    """Yield fills at another price than the auction's, or where the policy serves nobody."""
    for fill in ledger.fills:
        due = auction_price(fill, panel, policy)
        if fill.price == due:
            continue
        name = f"{fill.symbol} {fill.session} {fill.kind} {fill.side}"
        told = "nobody" if due == 0 else f"{due / 100:.2f}"
        yield hard(
            Kind.PRICE,
            place,
            f"成交 {fill.fill_id}（{name}）价 {fill.price / 100:.2f}，按规则应为 {told if due else '不成交'}",
            f"fill {fill.fill_id} ({name}) at {fill.price / 100:.2f}; the auction and the fill policy serve {told}",
        )


def auction_price(fill: Fill, panel: MarketPanel, policy: int) -> int:
    """Return the price (fen) at which the auction of a fill serves its side under a policy; 0 for nobody."""
    bar = panel.bar(panel.row_of[fill.session], panel.column_of[fill.symbol])
    if not bar.trading or UNKNOWN in (bar.limit_down, bar.limit_up):
        return 0
    is_buy = fill.side in _BUYS
    match fill.kind:
        case OrderKind.OPEN:
            return open_fill_price(is_buy, policy, bar.open, bar.high, bar.low, bar.limit_down, bar.limit_up)
        case OrderKind.QUEUE:
            return queue_fill_price(policy, bar.open, bar.high, bar.low, bar.close, bar.limit_up)
        case OrderKind.CLOSE:
            return close_fill_price(is_buy, policy, bar.close, bar.limit_down, bar.limit_up)


def _sessions(place: str, ledger: Ledger, witness: Witness) -> Iterator[Finding]:
    """Yield sessions of the exchange the equity leaves out, and days it invents."""
    expected = set(witness.calendar.sessions(witness.first, witness.last))
    found = {record.session for record in ledger.equity}
    for days, zh, en in (
        (expected - found, "缺少交易日", "sessions left out"),
        (found - expected, "并非交易日", "no sessions"),
    ):
        if days:
            told = ", ".join(map(str, sorted(days)[:5]))
            yield hard(Kind.CALENDAR, place, f"净值{zh}（{len(days)}）：{told}", f"equity: {len(days)} {en}: {told}")
    if len(found) != len(ledger.equity):
        yield hard(Kind.CALENDAR, place, "净值中同一交易日出现两次", "equity: a session stands twice")


def _members(place: str, ledger: Ledger, witness: Witness) -> Iterator[Finding]:
    """Yield purchases and short sales of names that did not belong to the circle when the decision was taken."""
    stocks = {stock.symbol: stock for stock in witness.basket.stocks}
    orders = {order.order_id: order for order in ledger.orders}
    told: set[int] = set()
    for fill in ledger.fills:
        order = orders.get(fill.order_id)
        if fill.side not in OPENING or order is None or order.order_id in told:
            continue
        told.add(order.order_id)
        decided = _decided(order, witness.calendar)
        if not _belongs(stocks.get(fill.symbol), witness, decided):
            zh, en = ("卖空", "sold short") if fill.side is Side.SHORT else ("买入", "bought")
            yield hard(
                Kind.HINDSIGHT,
                place,
                f"委托 {order.order_id} 于 {order.created} {zh} {fill.symbol}，而它当时不在「{witness.circle}」之内",
                f"order {order.order_id} {en} {fill.symbol} on {order.created}, when it did not belong to "
                f"{witness.circle}",
            )


def _decided(order: Order, calendar: Calendar) -> datetime:
    session = calendar.session(order.created)
    return calendar.close_cutoff(session) if order.kind is OrderKind.CLOSE else calendar.open_cutoff(session)


def _belongs(stock: Stock | None, witness: Witness, decided: datetime) -> bool:
    if stock is None:
        return False
    if not witness.waits:
        return stock.in_circle(witness.circle, decided)
    kept = stock.model_copy(update={"until": None})
    return kept.in_circle(witness.circle, decided)
