"""Facts of the instrument table on the panel: risk warning, the delisting period, a relisting; and which were missing.

Bands from the notices: the delisting period is free on its first session from 2020-12-31 (SSE risk-warning board rules
of that day, art. 8; SZSE, 2021-01-27), before it had the ordinary band; main board ten per cent; ChiNext ten or twenty
by the day of entry (深证上〔2020〕620号); risk warning five per cent on the main board until 2026-07-05.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from hypebasket.market.layout import build_panel
from hypebasket.market.panel import MarketPanel
from hypebasket.rules.limits import NO_LIMIT_DOWN, NO_LIMIT_UP
from markets import HandMadeMarket, market

A = "600001.SH"
FREE = (NO_LIMIT_DOWN, NO_LIMIT_UP)
TEN, TWENTY, FIVE = (900, 1100), (800, 1200), (950, 1050)


def ten_yuan(symbol: str, *days: str) -> HandMadeMarket:
    """A name at 10.00 all the time; ``S`` after a day is a suspension."""
    lines = [f"{day.removesuffix(' S')} | {'S' if day.endswith(' S') else '10.00'}" for day in days]
    return market("\n".join([f"session | {symbol}", *lines]))


def panel_with(made: HandMadeMarket, *, st_known: bool = True, **facts: Any) -> MarketPanel:
    """The panel, once the instrument table holds ``facts`` of the only name."""
    (symbol,) = made.symbols
    known = {symbol: made.data.instruments[symbol].model_copy(update=facts)}
    bars = made.data.bars if st_known else made.data.bars.assign(is_st=np.nan)
    data = replace(made.data, instruments=known, bars=bars)
    return build_panel(data, made.symbols, made.calendar, made.sessions[0], made.sessions[-1])


def limits(panel: MarketPanel) -> list[tuple[int, int]]:
    return [(int(down), int(up)) for down, up in zip(panel.limit_down[:, 0], panel.limit_up[:, 0], strict=True)]


def told(panel: MarketPanel) -> list[str]:
    return [warning.en for warning in panel.warnings]


def test_the_delisting_period_is_free_on_its_first_session() -> None:
    made = ten_yuan(A, "06-03", "06-04", "06-05")
    assert limits(panel_with(made, delisting_start=date(2024, 6, 4))) == [TEN, FREE, TEN]


def test_before_the_reform_its_first_session_had_the_ordinary_band() -> None:
    made = ten_yuan(A, "2019-06-03", "2019-06-04", "2019-06-05")
    assert limits(panel_with(made, delisting_start=date(2019, 6, 4))) == [TEN, TEN, TEN]


def test_a_day_of_suspension_is_no_session_of_it() -> None:
    made = ten_yuan(A, "06-03", "06-04 S", "06-05", "06-06")
    found = limits(panel_with(made, delisting_start=date(2024, 6, 4)))
    assert (found[2], found[3]) == (FREE, TEN)


def test_one_that_began_before_the_run_is_past_its_first_session() -> None:
    made = ten_yuan(A, "06-04", "06-05")
    assert limits(panel_with(made, delisting_start=date(2024, 6, 3))) == [TEN, TEN]


@pytest.mark.parametrize(
    ("entered", "band"),
    [
        # 深证上〔2020〕620号: in the period before 2020-08-24 ten per cent to its end, entered from then on twenty
        (date(2020, 8, 20), TEN),
        (date(2020, 8, 24), TWENTY),
    ],
)
def test_chinext_in_the_autumn_of_2020_goes_by_the_day_of_entry(entered: date, band: tuple[int, int]) -> None:
    made = ten_yuan("300002.SZ", "2020-08-24", "2020-08-25", "2020-08-26")
    assert limits(panel_with(made, delisting_start=entered)) == [band] * 3


def test_star_has_twenty_per_cent_in_it() -> None:
    made = ten_yuan("688003.SH", "06-03", "06-04")
    assert limits(panel_with(made, delisting_start=date(2024, 6, 3))) == [FREE, TWENTY]


def test_the_period_ends_with_its_last_session() -> None:
    # a stock that is traded beyond it is under risk warning again
    made = ten_yuan(A, "06-03", "06-04", "06-05")
    facts = {"delisting_start": date(2024, 6, 3), "delisting_last": date(2024, 6, 4), "risk_warning": "2024-05-06.."}
    assert limits(panel_with(made, st_known=False, **facts)) == [FREE, TEN, FIVE]


def test_spells_of_risk_warning_hold_where_the_bar_is_silent() -> None:
    made = ten_yuan(A, "06-03", "06-04", "06-05", "06-06")
    spells = "2024-01-02..2024-06-03;2024-06-05..2024-06-05"
    assert limits(panel_with(made, st_known=False, risk_warning=spells)) == [FIVE, TEN, FIVE, TEN]
    assert limits(panel_with(made, st_known=True, risk_warning=spells)) == [TEN] * 4  # the bars say 0


def test_the_first_session_after_a_relisting_is_free() -> None:
    made = ten_yuan(A, "06-03", "06-04", "06-05")
    assert limits(panel_with(made, relist_date=date(2024, 6, 4))) == [TEN, FREE, TEN]


def test_an_unknown_risk_warning_is_told_where_it_decides() -> None:
    made = ten_yuan(A, "06-03", "06-04")
    (warning,) = told(panel_with(made, st_known=False))
    assert "600001.SH: whether under risk warning is unknown" in warning
    assert told(panel_with(made, st_known=False, risk_warning="none")) == []
    assert told(panel_with(made)) == []
    # twenty per cent with or without it
    assert told(panel_with(ten_yuan("300002.SZ", "06-03", "06-04"), st_known=False)) == []
    # ten per cent with or without it since 2026-07-06
    assert told(panel_with(ten_yuan(A, "2026-07-06", "2026-07-07"), st_known=False)) == []
    assert len(told(panel_with(ten_yuan(A, "2026-07-03", "2026-07-06"), st_known=False))) == 1


def test_a_delisting_without_its_period_is_told() -> None:
    made = ten_yuan(A, "06-03", "06-04", "06-05 S")
    (warning,) = told(panel_with(made, delist_date=date(2024, 6, 5)))
    assert "600001.SH: delisted, and no delisting period is given" in warning
    assert told(panel_with(made, delist_date=date(2024, 6, 5), delisting_start=date(2024, 6, 3))) == []
    assert told(panel_with(made, delist_date=date(2024, 7, 5))) == []  # after the run


@pytest.mark.parametrize("text", ["", "2024-01-02", "2024-01-05..2024-01-02", "2024-01-02..;2024-02-01..", "never"])
def test_spells_that_are_none_are_refused(text: str) -> None:
    (known,) = ten_yuan(A, "06-03").data.instruments.values()
    with pytest.raises(ValidationError, match=r"2021-05-06\.\.2022-04-28"):
        type(known).model_validate(known.model_dump() | {"risk_warning": text})
