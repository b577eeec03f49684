"""Day by day against ``marina-rules``, an independent collection of the same notices.

Only days and scopes that both cover are compared; what marina leaves open is listed with its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import pairwise

import marina_rules as marina
import pytest

from hypebasket.errors import RuleGapError
from hypebasket.rules.fees import Commission
from hypebasket.rules.limits import NO_LIMIT_UP, day_limits
from hypebasket.rules.settlement import sellable
from hypebasket.rules.tables import amount, find
from hypebasket.rules.ticks import tick_at
from hypebasket.spec.instrument import Board

FIRST, LAST = date(2015, 9, 8), date(2026, 12, 31)
DAYS = [FIRST + timedelta(days=count) for count in range((LAST - FIRST).days + 1)]
LONG_AGO = date(2010, 1, 4)
MARKETS = {"XSHG": "XSHG", "XSHE": "XSHE", "XBSE": "BJSE"}


def marina_days(scope: str, rule: str, exchange: str) -> Iterator[tuple[date, object]]:
    """Yield every covered day and marina's value."""
    wanted = MARKETS[exchange]
    records = [
        record
        for record in marina.records()
        if record.scope == scope and record.rule == rule and wanted in str(record.market).split("+")
    ]
    for day in DAYS:
        active = [record for record in records if record.active_on(day.isoformat())]
        assert len(active) <= 1, (scope, rule, exchange, day)
        if active:
            yield day, active[0].value


def limits(
    board: Board,
    exchange: str,
    day: date,
    reference: int = 100_000,
    *,
    st_stock: bool = False,
    listed: int | None = None,
    delisting: int | None = None,
) -> tuple[int, int] | None:
    """Ask our side; a listing counts from ``day`` itself, and the issue price is the reference."""
    return day_limits(
        board,
        exchange,
        day,
        reference,
        risk_warning=st_stock,
        sessions_listed=listed,
        list_date=day if listed else LONG_AGO,
        issue_price=reference,
        delisting_session=delisting,
    )


# marina's scope, and how the same stock is described to our side; the days are those both sides cover.
SCOPES: list[tuple[str, Board, str, dict[str, object], int]] = [
    ("main_board", "main", "XSHG", {}, 4133),
    ("main_board", "main", "XSHE", {}, 4133),
    ("st_main", "main", "XSHG", {"st_stock": True}, 4133),
    ("st_main", "main", "XSHE", {"st_stock": True}, 4133),
    ("chinext", "chinext", "XSHE", {}, 4133),
    ("st_chinext", "chinext", "XSHE", {"st_stock": True}, 4133),
    ("star", "star", "XSHG", {}, 2720),
    ("st_star", "star", "XSHG", {"st_stock": True}, 2720),
    ("bse", "bse", "XBSE", {}, 1873),
    ("st_bse", "bse", "XBSE", {"st_stock": True}, 1873),
    ("ipo_first5_star", "star", "XSHG", {"listed": 1}, 2720),
    ("ipo_first5_star", "star", "XSHG", {"listed": 5}, 2720),
    ("ipo_first5_chinext", "chinext", "XSHE", {"listed": 5}, 2321),
    ("ipo_first5_main", "main", "XSHG", {"listed": 5}, 1362),
    ("ipo_first5_main", "main", "XSHE", {"listed": 1}, 1362),
    ("ipo_day1_main", "main", "XSHG", {"listed": 1}, 2771),
    ("ipo_day1_main", "main", "XSHE", {"listed": 1}, 2771),
    ("ipo_day1_bse", "bse", "XBSE", {"listed": 1}, 1873),
    ("delisting", "main", "XSHG", {"delisting": 2}, 4133),
    ("delisting", "main", "XSHE", {"delisting": 2}, 4133),
    ("delisting_day1", "main", "XSHG", {"delisting": 1}, 4133),
    ("delisting_day1", "main", "XSHE", {"delisting": 1}, 4004),  # marina's G-0017: 2020-08-24..12-30 left open
    ("delisting_star", "star", "XSHG", {"delisting": 2}, 2720),
    ("delisting_day1_star", "star", "XSHG", {"delisting": 1}, 2720),
    ("delisting_bse", "bse", "XBSE", {"delisting": 2}, 1873),
    ("delisting_day1_bse", "bse", "XBSE", {"delisting": 1}, 1873),
]


@pytest.mark.parametrize(("scope", "board", "exchange", "terms", "covered"), SCOPES)
def test_bands_agree_on_every_day(
    scope: str, board: Board, exchange: str, terms: dict[str, object], covered: int
) -> None:
    compared = 0
    for day, value in marina_days(scope, "price_limit_pct", exchange):
        found = limits(board, exchange, day, **terms)  # type: ignore[arg-type]
        assert found is not None
        if value == "unlimited":
            assert found[1] == NO_LIMIT_UP, (scope, day)
        else:
            up, down = (value["up"], value["down"]) if isinstance(value, dict) else (value, value)
            # 1,000 yuan: a permille is a yuan, so the band is exact
            expected = (100_000 - round(down * 100_000), 100_000 + round(up * 100_000))
            assert found == expected, (scope, day)
        compared += 1
    assert compared == covered


def test_marina_leaves_the_listing_day_of_chinext_to_the_main_board_scope() -> None:
    """SZSE 2014 No. 54 binds ChiNext until its special rules of 2020-08-24; marina's scope runs on (main board)."""
    reform = date(2020, 8, 24)
    for day, value in marina_days("ipo_day1_main", "price_limit_pct", "XSHE"):
        assert value == {"up": 0.44, "down": 0.36}
        found = limits("chinext", "XSHE", day, listed=1)
        assert found == ((64_000, 144_000) if day < reform else (0, NO_LIMIT_UP)), day


def test_chinext_delisting_agrees_outside_the_autumn_marina_leaves_open() -> None:
    """SZSE 2020 No. 620 decides by the day of entry: marina records nothing (G-0016), we ask for that day."""
    compared = 0
    for day, value in marina_days("delisting_chinext", "price_limit_pct", "XSHE"):
        assert isinstance(value, float)
        assert limits("chinext", "XSHE", day, delisting=2) == (
            100_000 - round(value * 100_000),
            100_000 + round(value * 100_000),
        ), day
        compared += 1
    left_open = [day for day in DAYS if date(2020, 8, 24) <= day < date(2020, 12, 31)]
    assert compared == len(DAYS) - len(left_open)
    for day in left_open:
        with pytest.raises(RuleGapError, match="depends on the day"):
            limits("chinext", "XSHE", day, delisting=2)


PENNIES = (1, 2, 3, 4, 5, 6, 9, 10, 11, 99, 101, 333, 1005, 2455, 123_457)


@pytest.mark.parametrize(
    ("scope", "board", "exchange", "terms"),
    [
        ("main_board", "main", "XSHG", {}),
        ("main_board", "main", "XSHE", {}),
        ("st_main", "main", "XSHG", {"st_stock": True}),
        ("st_main", "main", "XSHE", {"st_stock": True}),
        ("chinext", "chinext", "XSHE", {}),
        ("star", "star", "XSHG", {}),
        ("delisting", "main", "XSHG", {"delisting": 2}),
        ("delisting", "main", "XSHE", {"delisting": 2}),
        ("delisting_day1", "main", "XSHG", {"delisting": 1}),
    ],
)
def test_limit_prices_agree_to_the_fen_around_every_change(
    scope: str, board: Board, exchange: str, terms: dict[str, object]
) -> None:
    """Composed prices, penny stocks included, on the day before and on each day on which any record changes."""
    covered = [day for day, _ in marina_days(scope, "price_limit_pct", exchange)]
    starts = {date.fromisoformat(record.effective_from) for record in marina.records()}
    days = [day for day in covered if day in starts or day + timedelta(days=1) in starts] + [covered[0], covered[-1]]
    for day in days:
        for reference in PENNIES:
            expected = marina.limit_price(reference / 100, scope, day.isoformat(), exchange)
            found = limits(board, exchange, day, reference, **terms)  # type: ignore[arg-type]
            fen = (0, NO_LIMIT_UP) if expected is None else (round(expected[1] * 100), round(expected[0] * 100))
            assert found == fen, (scope, day, reference)


def _ppm(subject: str, *key: str) -> Callable[[date], int]:
    return lambda day: amount(find("CN", subject, day, *key))


@pytest.mark.parametrize(
    ("rule", "exchange", "ours"),
    [
        ("stamp_duty_sell", "XSHG", _ppm("stamp_duty", "sell")),
        ("stamp_duty_sell", "XSHE", _ppm("stamp_duty", "sell")),
        ("transfer_fee_each_side", "XSHG", _ppm("transfer_fee", "main")),
        ("transfer_fee_each_side", "XSHE", _ppm("transfer_fee", "chinext")),
        ("commission_cap", "XSHG", _ppm("commission_cap")),
        ("commission_cap", "XSHE", _ppm("commission_cap")),
    ],
)
def test_fees_agree_on_every_day(rule: str, exchange: str, ours: Callable[[date], int]) -> None:
    compared = 0
    for day, value in marina_days("stock", rule, exchange):
        assert isinstance(value, float)
        assert ours(day) == round(value * 1_000_000), (rule, day)
        compared += 1
    assert compared == len(DAYS)


def test_settlement_agrees_on_every_day() -> None:
    held_back = [value for _, value in marina_days("stock", "min_holding_days", "XSHG")]
    assert len(held_back) == len(DAYS)
    assert set(held_back) == {amount(find("CN", "settlement", day)) for day in DAYS} == {1}
    assert sellable("main", 300, 100) == 200


@pytest.mark.parametrize(("exchange", "board"), [("XSHG", "main"), ("XSHG", "star"), ("XSHE", "chinext")])
def test_ticks_agree_on_every_day(exchange: str, board: Board) -> None:
    ticks = list(marina_days("stock", "tick_size", exchange))
    assert len(ticks) == len(DAYS)
    for day, value in ticks:
        assert isinstance(value, float)
        assert tick_at(board, day, 1_234) == round(value * 100)


def test_the_days_are_whole() -> None:
    assert all(later - earlier == timedelta(days=1) for earlier, later in pairwise(DAYS))
    assert len(DAYS) == 4133  # 2015-09-08..2026-12-31: 115 + 366*3 + 365*8, leap years 2016, 2020, 2024


def test_the_minimum_commission_agrees_on_every_day() -> None:
    """A practice, not a rule of the exchanges: it is the user's, and five yuan is the default."""
    found = list(marina_days("stock", "commission_min_per_order_cny", "XSHG"))
    assert len(found) == len(DAYS)
    assert {round(float(str(value)) * 100) for _, value in found} == {Commission().minimum} == {500}


LEFT_OUT = {
    # elsewhere in this file: inside the composed limit prices
    ("stock", "limit_price_min_tick"): "test_limit_prices_agree_to_the_fen_around_every_change",
    ("stock", "limit_price_rounding"): "test_limit_prices_agree_to_the_fen_around_every_change",
    ("delisting", "limit_price_min_tick"): "test_limit_prices_agree_to_the_fen_around_every_change",
    ("delisting_day1", "limit_price_min_tick"): "test_limit_prices_agree_to_the_fen_around_every_change",
    ("delisting_chinext", "price_limit_pct"): "test_chinext_delisting_agrees_outside_the_autumn_marina_leaves_open",
    # the order-entry cut-offs of the calendar, not a rule of this package: tests/market/test_calendar.py
    ("stock", "session_schedule"): "opening and closing call",
}
"""Records of stocks that ``SCOPES`` does not name, and where they are compared."""

OTHER_SECURITIES = ("b_share", "st_b_share", "convertible", "etf", "reits")
"""No rule of this package trades these; their codes have no board."""


def test_no_record_of_a_stock_is_left_out() -> None:
    compared = {(scope, "price_limit_pct") for scope, *_ in SCOPES} | set(LEFT_OUT)
    compared |= {
        ("stock", rule)
        for rule in (
            "stamp_duty_sell", "transfer_fee_each_side", "commission_cap", "commission_min_per_order_cny",
            "min_holding_days", "tick_size",
        )
    }  # fmt: skip
    recorded = {(record.scope, record.rule) for record in marina.records()}
    ours = {(scope, rule) for scope, rule in recorded if not scope.startswith(OTHER_SECURITIES)}
    assert ours == compared
