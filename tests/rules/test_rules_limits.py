"""Price limits: arithmetic by hand, and the band of each board before and on each change of the law."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypebasket.errors import RuleGapError
from hypebasket.rules.boards import board_of, law_of
from hypebasket.rules.limits import NO_LIMIT_DOWN, NO_LIMIT_UP, day_limits, first_day_prices, limit_prices
from hypebasket.spec.instrument import Board
from hypebasket.spec.text import Market

FREE = (NO_LIMIT_DOWN, NO_LIMIT_UP)
SH, SZ, BJ = Market.XSHG, Market.XSHE, Market.XBSE


def limits(
    board: Board,
    market: Market,
    day: str,
    reference: int | None = 1000,
    *,
    st_stock: bool = False,
    listed: tuple[int, str] | None = None,
    issue: int | None = None,
    delisting: int | None = None,
    entered: str | None = None,
    relisting: bool = False,
) -> tuple[int, int] | None:
    """Ask for one stock on one day; ``listed`` is (session since listing, listing day)."""
    return day_limits(
        board,
        market,
        date.fromisoformat(day),
        reference,
        risk_warning=st_stock,
        sessions_listed=listed[0] if listed else None,
        list_date=date.fromisoformat(listed[1]) if listed else None,
        issue_price=issue,
        delisting_session=delisting,
        delisting_start=date.fromisoformat(entered) if entered else None,
        relisting=relisting,
    )


@pytest.mark.parametrize(
    ("reference", "permille", "down", "up", "origin"),
    [
        (2455, 200, 1964, 2946, "300781.SZ 2024-02-19: 24.55, limit-up 29.46 as traded"),
        (2946, 200, 2357, 3535, "300781.SZ 2024-02-20: 29.46 x 1.2 = 35.352, as traded 35.35"),
        (3535, 200, 2828, 4242, "300781.SZ 2024-02-21: 35.35 x 1.2 = 42.42, as traded"),
        (1136, 200, 909, 1363, "688201.SH 2026-04-29: 11.36 x 0.8 = 9.088, closed at 9.09"),
        (2788, 100, 2509, 3067, "603721.SH 2024-03-13: 27.88 x 1.1 = 30.668, closed at 30.67"),
        (1543, 100, 1389, 1697, "601360.SH 2021-01-06: 15.43 gives 16.973 and 13.887"),
        (1005, 100, 905, 1106, "10.05 x 1.1 = 11.055: half goes up; 10.05 x 0.9 = 9.045 too"),
        (1015, 100, 914, 1117, "10.15 x 1.1 = 11.165, x 0.9 = 9.135"),
        (250, 50, 238, 263, "2.50 x 1.05 = 2.625, x 0.95 = 2.375"),
        (1, 100, 1, 1, "0.01: rounds to itself"),
        (4, 100, 4, 4, "0.04 x 1.1 = 0.044, x 0.9 = 0.036"),
        (5, 100, 5, 6, "0.05 x 1.1 = 0.055, x 0.9 = 0.045"),
        (10, 50, 10, 11, "0.10 x 1.05 = 0.105, x 0.95 = 0.095"),
        (150000, 100, 135000, 165000, "1500.00: exact"),
    ],
)
def test_half_up_by_hand(reference: int, permille: int, down: int, up: int, origin: str) -> None:
    assert limit_prices(reference, permille, one_tick_floor=False, toward_reference=False) == (down, up), origin


@pytest.mark.parametrize(
    ("reference", "permille", "down", "up", "origin"),
    [
        (4, 100, 3, 5, "Shenzhen rules of 2011, the exchange's example: 0.04 gives 0.03 and 0.05"),
        (5, 100, 4, 6, "0.045 rounds to 0.05 = reference: one tick down"),
        (10, 50, 9, 11, "0.095 rounds to 0.10 = reference: one tick down"),
        (1, 100, 0, 2, "0.01: one tick each way"),
        (1000, 100, 900, 1100, "ordinary prices do not feel it"),
    ],
)
def test_one_tick_floor_by_hand(reference: int, permille: int, down: int, up: int, origin: str) -> None:
    assert limit_prices(reference, permille, one_tick_floor=True, toward_reference=False) == (down, up), origin


@pytest.mark.parametrize(
    ("reference", "down", "up", "origin"),
    [
        (1000, 700, 1300, "10.00: exact"),
        (1001, 701, 1301, "7.007 up to 7.01, 13.013 down to 13.01"),
        (1002, 702, 1302, "7.014 up to 7.02, 13.026 down to 13.02 (half-up: 7.01, 13.03)"),
        (999, 700, 1298, "6.993 up to 7.00, 12.987 down to 12.98"),
        (333, 234, 432, "2.331 up to 2.34, 4.329 down to 4.32"),
    ],
)
def test_beijing_rounds_toward_the_reference(reference: int, down: int, up: int, origin: str) -> None:
    assert limit_prices(reference, 300, one_tick_floor=False, toward_reference=True) == (down, up), origin


REFERENCES = st.integers(min_value=1, max_value=100_000_000)
BANDS = st.sampled_from([50, 100, 200, 300])


@given(REFERENCES, BANDS)
def test_half_up_agrees_with_decimal(reference: int, permille: int) -> None:
    cent, price, band = Decimal("0.01"), Decimal(reference) / 100, Decimal(permille) / 1000
    expected = [int((price * side).quantize(cent, ROUND_HALF_UP) * 100) for side in (1 - band, 1 + band)]
    assert list(limit_prices(reference, permille, one_tick_floor=False, toward_reference=False)) == expected


@given(REFERENCES, BANDS)
def test_toward_reference_agrees_with_decimal(reference: int, permille: int) -> None:
    cent, price, band = Decimal("0.01"), Decimal(reference) / 100, Decimal(permille) / 1000
    down = int((price * (1 - band)).quantize(cent, ROUND_CEILING) * 100)
    up = int((price * (1 + band)).quantize(cent, ROUND_FLOOR) * 100)
    assert limit_prices(reference, permille, one_tick_floor=False, toward_reference=True) == (down, up)


@given(REFERENCES, BANDS, st.booleans(), st.booleans())
def test_the_limits_contain_the_reference(reference: int, permille: int, floor: bool, toward: bool) -> None:
    down, up = limit_prices(reference, permille, one_tick_floor=floor, toward_reference=toward)
    assert 0 <= down <= reference <= up
    if floor:
        assert down < reference < up


@given(REFERENCES, BANDS)
def test_a_wider_band_contains_a_narrower_one(reference: int, permille: int) -> None:
    narrow = limit_prices(reference, permille, one_tick_floor=False, toward_reference=False)
    wide = limit_prices(reference, permille + 100, one_tick_floor=False, toward_reference=False)
    assert wide[0] <= narrow[0] <= narrow[1] <= wide[1]


# 10.00 yuan on the day before each change and on the day itself; dates from the notices in price_limits.
@pytest.mark.parametrize(
    ("board", "market", "st_stock", "day", "expected", "origin"),
    [
        ("main", SH, False, "2015-09-08", (900, 1100), "first day covered; 10 % since 1996-12-16"),
        ("main", SZ, False, "2026-07-06", (900, 1100), "the rules of 2026 leave it at 10 %"),
        ("main", SH, True, "2015-09-08", (950, 1050), "ST 5 % since 1998"),
        ("main", SH, True, "2026-07-03", (950, 1050), "last session of ST 5 %"),
        ("main", SH, True, "2026-07-05", (950, 1050), "the Sunday before"),
        ("main", SH, True, "2026-07-06", (900, 1100), "SSE notice of 2026-04-24"),
        ("main", SZ, True, "2026-07-03", (950, 1050), "last session of ST 5 %"),
        ("main", SZ, True, "2026-07-06", (900, 1100), "SZSE 2026 No. 551"),
        ("chinext", SZ, False, "2015-09-08", (900, 1100), "10 % since 2009-10-30"),
        ("chinext", SZ, False, "2020-08-21", (900, 1100), "last session of 10 %"),
        ("chinext", SZ, False, "2020-08-23", (900, 1100), "the Sunday before"),
        ("chinext", SZ, False, "2020-08-24", (800, 1200), "ChiNext special rules, listed stocks too"),
        ("chinext", SZ, True, "2020-08-21", (950, 1050), "SZSE 2020 No. 620: 5 % before"),
        ("chinext", SZ, True, "2020-08-24", (800, 1200), "SZSE 2020 No. 620: 20 % after"),
        ("chinext", SZ, True, "2026-07-06", (800, 1200), "untouched by the main-board change"),
        ("star", SH, False, "2019-07-22", (800, 1200), "STAR special rules, 20 %"),
        ("star", SH, True, "2026-04-29", (800, 1200), "688201: 20 % under ST"),
        ("bse", BJ, False, "2020-07-27", (700, 1300), "select tier opens"),
        ("bse", BJ, False, "2021-11-12", (700, 1300), "last session of the select tier"),
        ("bse", BJ, False, "2021-11-15", (700, 1300), "Beijing opens"),
        ("bse", BJ, True, "2026-08-31", (700, 1300), "risk warning keeps 30 %"),
    ],
)
def test_band_of_each_board(
    board: Board, market: Market, st_stock: bool, day: str, expected: tuple[int, int], origin: str
) -> None:
    assert limits(board, market, day, st_stock=st_stock) == expected, origin


@pytest.mark.parametrize(
    ("board", "market", "day", "words"),
    [
        ("main", SH, "2015-09-07", "price_limit main ordinary, 2015-09-07"),
        ("chinext", SZ, "2010-01-04", "price_limit chinext ordinary, 2010-01-04"),
        ("star", SH, "2019-07-19", "price_limit star ordinary, 2019-07-19"),
        ("bse", BJ, "2020-07-24", "price_limit bse ordinary, 2020-07-24"),
        ("hk", Market.XHKG, "2013-12-31", "price_limit hk ordinary, 2013-12-31: the records begin on 2014-01-01"),
        ("us", Market.XNYS, "2011-06-30", "price_limit us ordinary, 2011-06-30: the records begin on 2011-07-01"),
    ],
)
def test_days_without_a_rule_raise(board: Board, market: Market, day: str, words: str) -> None:
    with pytest.raises(RuleGapError, match=words):
        limits(board, market, day)


@pytest.mark.parametrize(
    ("board", "market", "day", "listed", "expected", "origin"),
    [
        ("star", SH, "2019-07-22", (1, "2019-07-22"), FREE, "first STAR day"),
        ("star", SH, "2019-07-26", (5, "2019-07-22"), FREE, "fifth session"),
        ("star", SH, "2019-07-29", (6, "2019-07-22"), (800, 1200), "sixth session"),
        ("chinext", SZ, "2020-08-24", (1, "2020-08-24"), FREE, "the first 18 of the registration regime"),
        ("chinext", SZ, "2020-08-28", (5, "2020-08-24"), FREE, "fifth session"),
        ("chinext", SZ, "2020-08-31", (6, "2020-08-24"), (800, 1200), "sixth session"),
        (
            "chinext",
            SZ,
            "2020-08-24",
            (2, "2020-08-21"),
            (800, 1200),
            "listed under the old regime: only the band changes",
        ),
        ("chinext", SZ, "2020-08-21", (2, "2020-08-20"), (900, 1100), "second day, old regime"),
        ("main", SH, "2023-04-10", (1, "2023-04-10"), FREE, "first ten of the registration regime"),
        ("main", SZ, "2023-04-14", (5, "2023-04-10"), FREE, "fifth session"),
        ("main", SZ, "2023-04-17", (6, "2023-04-10"), (900, 1100), "sixth session"),
        (
            "main",
            SH,
            "2023-04-10",
            (2, "2023-04-07"),
            (900, 1100),
            "listed under approval: limited from the second day",
        ),
        ("main", SH, "2023-02-20", (2, "2023-02-17"), (900, 1100), "rules published that day, not yet in force"),
        ("bse", BJ, "2020-07-27", (1, "2020-07-27"), FREE, "select tier, first day"),
        ("bse", BJ, "2021-11-15", (1, "2021-11-15"), FREE, "Beijing, listing day"),
        ("bse", BJ, "2021-11-16", (2, "2021-11-15"), (700, 1300), "Beijing, second day"),
        ("bse", BJ, "2023-05-31", (1, "2023-05-31"), FREE, "920017.BJ, listing day"),
        ("bse", BJ, "2023-06-01", (2, "2023-05-31"), (700, 1300), "920017.BJ, second day"),
        ("main", SH, "2024-02-19", (4000, "2007-01-01"), (900, 1100), "listed long before the tables begin"),
    ],
)
def test_first_sessions_after_listing(
    board: Board, market: Market, day: str, listed: tuple[int, str], expected: tuple[int, int], origin: str
) -> None:
    assert limits(board, market, day, listed=listed) == expected, origin


@pytest.mark.parametrize(
    ("board", "market", "day", "issue", "expected", "origin"),
    [
        ("main", SH, "2015-12-01", 1000, (640, 1440), "SSE 2013 No. 47: 64 % to 144 % of the issue price"),
        ("main", SZ, "2015-12-01", 1000, (640, 1440), "SZSE 2014 No. 54: the same"),
        ("chinext", SZ, "2015-12-01", 1000, (640, 1440), "SZSE 2014 No. 54 bound ChiNext too"),
        ("chinext", SZ, "2020-08-21", 533, (341, 768), "5.33 x 0.64 = 3.4112, x 1.44 = 7.6752"),
        ("main", SH, "2023-02-17", 1247, (798, 1796), "12.47 x 0.64 = 7.9808, x 1.44 = 17.9568"),
        ("main", SZ, "2023-04-07", 1250, (800, 1800), "last approval listings: exact"),
        ("main", SH, "2021-08-20", 453, (290, 652), "601728: 4.53 x 0.64 = 2.8992, x 1.44 = 6.5232"),
        ("main", SH, "2021-08-20", None, None, "without the issue price it cannot be known"),
    ],
)
def test_listing_day_under_approval(
    board: Board, market: Market, day: str, issue: int | None, expected: tuple[int, int] | None, origin: str
) -> None:
    assert limits(board, market, day, reference=issue, listed=(1, day), issue=issue) == expected, origin


def test_first_day_prices_by_hand() -> None:
    assert first_day_prices(1005, 360, 440) == (643, 1447)  # 10.05 x 0.64 = 6.432, x 1.44 = 14.472
    assert first_day_prices(625, 360, 440) == (400, 900)


@pytest.mark.parametrize(
    ("board", "market", "day", "session", "entered", "expected", "origin"),
    [
        ("main", SH, "2020-12-30", 1, None, (900, 1100), "first day, last day of the old rule"),
        ("main", SH, "2020-12-31", 1, None, FREE, "SSE 2020 No. 103, in force at once"),
        ("main", SZ, "2020-12-30", 1, None, (900, 1100), "SZSE rules of 2012, 4.5.2"),
        ("main", SZ, "2020-12-31", 1, None, FREE, "SZSE listing rules of 2020"),
        ("main", SZ, "2021-01-04", 2, None, (900, 1100), "second day"),
        ("main", SH, "2022-05-26", 1, None, FREE, "600093.SH, first day"),
        ("main", SH, "2022-05-27", 2, None, (900, 1100), "600093.SH, second day: 10 %, no longer 5 %"),
        ("star", SH, "2020-12-30", 1, None, (800, 1200), "STAR, old rule"),
        ("star", SH, "2020-12-31", 1, None, FREE, "SSE 2020 No. 101"),
        ("star", SH, "2021-01-04", 2, None, (800, 1200), "STAR, second day"),
        ("bse", BJ, "2021-11-15", 1, None, FREE, "Beijing trial rules 3.3.12(2)"),
        ("bse", BJ, "2021-11-16", 2, None, (700, 1300), "Beijing, second day"),
        ("chinext", SZ, "2020-08-21", 3, None, (900, 1100), "before the change nobody could be at 20 %"),
        ("chinext", SZ, "2020-08-24", 20, "2020-07-28", (900, 1100), "already in it: keeps 10 %"),
        ("chinext", SZ, "2020-08-24", 1, None, (800, 1200), "enters on the day: 20 %, not yet free"),
        ("chinext", SZ, "2020-12-30", 2, "2020-12-29", (800, 1200), "entered later: 20 %"),
        ("chinext", SZ, "2020-12-31", 1, None, FREE, "free from the reform on"),
        ("chinext", SZ, "2021-01-04", 2, None, (800, 1200), "second day after the reform"),
    ],
)
def test_delisting_period(
    board: Board, market: Market, day: str, session: int, entered: str | None, expected: tuple[int, int], origin: str
) -> None:
    found = limits(board, market, day, delisting=session, entered=entered, st_stock=True)
    assert found == expected, origin


def test_chinext_in_autumn_2020_needs_the_day_of_entry() -> None:
    with pytest.raises(RuleGapError, match="depends on the day the stock entered"):
        limits("chinext", SZ, "2020-09-01", delisting=5)


def test_beijing_delisting_before_its_opening_raises() -> None:
    with pytest.raises(RuleGapError, match="opened on 2021-11-15"):
        limits("bse", BJ, "2021-11-12", delisting=2)


@pytest.mark.parametrize(
    ("board", "market", "day", "reference", "delisting", "st_stock", "expected", "origin"),
    [
        ("main", SZ, "2015-09-08", 4, None, False, (3, 5), "Shenzhen since 2011-02-28"),
        ("main", SH, "2023-04-07", 4, None, False, (4, 4), "Shanghai had rounding only"),
        ("main", SH, "2023-04-10", 4, None, False, (3, 5), "Shanghai rules of 2023, 3.3.17"),
        ("main", SH, "2023-04-07", 10, None, True, (10, 11), "ST 5 %: 0.095 rounds to the reference"),
        ("main", SH, "2023-04-10", 10, None, True, (9, 11), "and is moved one tick"),
        ("main", SH, "2020-12-30", 4, 2, False, (3, 5), "delisting: below 0.05 since 2013-01-01"),
        ("main", SH, "2020-12-30", 5, 2, False, (5, 6), "not at 0.05 itself"),
        ("main", SH, "2020-12-31", 5, 2, False, (4, 6), "at 0.05 too since 2020-12-31"),
        ("main", SH, "2023-04-10", 5, 2, False, (4, 6), "general floor"),
        ("main", SZ, "2020-12-30", 5, 2, False, (4, 6), "Shenzhen: every price"),
        ("bse", BJ, "2022-01-04", 4, None, False, (3, 5), "Beijing: 0.028 up to 0.03, 0.052 down to 0.05"),
    ],
)
def test_penny_prices(
    board: Board,
    market: Market,
    day: str,
    reference: int,
    delisting: int | None,
    st_stock: bool,
    expected: tuple[int, int],
    origin: str,
) -> None:
    assert limits(board, market, day, reference, delisting=delisting, st_stock=st_stock) == expected, origin


def test_beijing_below_four_fen_raises() -> None:
    with pytest.raises(RuleGapError, match="one_tick_floor XBSE"):
        limits("bse", BJ, "2022-01-04", 3)


def test_relisting_is_free_for_one_session() -> None:
    assert limits("main", SH, "2016-03-01", relisting=True) == FREE  # SSE rules of 2012, 3.4.13
    assert limits("main", SH, "2016-03-02") == (900, 1100)


def test_no_reference_no_answer() -> None:
    assert limits("main", SH, "2024-02-19", None) is None
    assert limits("star", SH, "2024-02-19", None, listed=(3, "2024-02-07")) == FREE


@pytest.mark.parametrize(
    ("symbol", "board"),
    [
        ("600000.SH", "main"),
        ("601728.SH", "main"),
        ("603721.SH", "main"),
        ("605001.SH", "main"),
        ("688256.SH", "star"),
        ("689009.SH", "star"),
        ("000034.SZ", "main"),
        ("001387.SZ", "main"),
        ("002230.SZ", "main"),
        ("003019.SZ", "main"),
        ("300418.SZ", "chinext"),
        ("301171.SZ", "chinext"),
        ("302132.SZ", "chinext"),
        ("430017.BJ", "bse"),
        ("835185.BJ", "bse"),
        ("920017.BJ", "bse"),
        ("00700.HK", "hk"),
        ("ADBE.US", "us"),
    ],
)
def test_board_by_code(symbol: str, board: Board) -> None:
    assert board_of(symbol) == board


@pytest.mark.parametrize(
    ("symbol", "remedy"),
    [
        ("920017.SH", "write 920017.BJ"),
        ("900901.SH", "B shares"),
        ("200002.SZ", "B shares"),
        ("510300.SH", "instrument table"),
        ("300418.SH", "instrument table"),
        ("600000.SZ", "instrument table"),
        ("921001.BJ", "instrument table"),
        ("60000.SH", "instrument table"),
        ("600000", "instrument table"),
    ],
)
def test_unknown_codes_raise(symbol: str, remedy: str) -> None:
    with pytest.raises(RuleGapError, match=remedy) as caught:
        board_of(symbol)
    assert str(caught.value).startswith(symbol)


def test_law_of_each_board() -> None:
    assert [law_of(board) for board in ("main", "chinext", "star", "bse", "hk", "us")] == ["CN"] * 4 + ["HK", "US"]
