"""Every change of the law, on the day and on the day before; no record may change without a case here.

Values were typed from the notices (named beside them), not from the tables. ``GAP`` is a day on which no rule is known:
asking raises.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

from hypebasket.errors import RuleGapError
from hypebasket.rules.tables import Gap, Record, find, tables_of

GAP = "GAP"
ONE_DAY = timedelta(days=1)
Value = int | str | Mapping[str, int]


class Change(NamedTuple):
    """A value that changed on ``day`` for every one of ``keys``; Chinese, Hong Kong or US law."""

    law: str
    subject: str
    keys: tuple[str, ...]
    day: str
    before: Value
    after: Value
    origin: str


NEEQ = "opening of the NEEQ select tier, 2020-07-27 (secondary)"
STAR = "SSE 2019 No. 23: the STAR market opens on 2019-07-22"
CHINEXT = "SZSE t20200821_580925: ChiNext reform of 2020-08-24"
BEIJING = "BSE 2021 No. 15: the exchange opens on 2021-11-15"
REFORM = "SSE 2023 No. 32, SZSE: first main-board listings of the registration regime, 2023-04-10"
DELISTING = "SSE 2020-12-31 (risk-warning board, art. 8), SZSE 2021-01-27"
ST_REFORM = "SSE c_20260424_10816474, SZSE 2026 No. 551"
SHORTER = "SSE 2020 No. 101 (STAR); reform of the same day (secondary)"
BUYING_CAP = "SZSE: start not found, kept from 2022 (secondary)"
SEC = "fee rate advisories of the SEC"

CN = (
    Change("CN", "price_limit", ("star ordinary", "star risk_warning"), "2019-07-22", GAP, 200, STAR),
    Change("CN", "price_limit", ("bse ordinary", "bse risk_warning"), "2020-07-27", GAP, 300, NEEQ),
    Change("CN", "price_limit", ("bse ordinary", "bse risk_warning"), "2021-11-15", 300, 300, BEIJING),
    Change("CN", "price_limit", ("chinext ordinary",), "2020-08-24", 100, 200, CHINEXT),
    Change("CN", "price_limit", ("chinext risk_warning",), "2020-08-24", 50, 200, CHINEXT + ", ST too"),
    Change("CN", "price_limit", ("main risk_warning",), "2026-07-06", 50, 100, ST_REFORM),
    Change("CN", "limit_rounding", ("star",), "2019-07-22", GAP, "half_up", STAR),
    Change("CN", "limit_rounding", ("bse",), "2020-07-27", GAP, "toward_reference", NEEQ),
    Change("CN", "limit_rounding", ("bse",), "2021-11-15", "toward_reference", "toward_reference", BEIJING),
    Change("CN", "one_tick_floor", ("XSHG delisting",), "2020-12-31", 4, 5, "SSE: below 0.05 yuan -> up to 0.05 yuan"),
    Change("CN", "one_tick_floor", ("XSHG delisting",), "2023-04-10", 5, "any", REFORM),
    Change("CN", "one_tick_floor", ("XSHG ordinary",), "2023-04-10", 0, "any", REFORM),
    Change("CN", "free_sessions", ("star listing",), "2019-07-22", GAP, 5, STAR),
    Change("CN", "free_sessions", ("star delisting",), "2019-07-22", GAP, 0, STAR),
    Change("CN", "free_sessions", ("bse listing",), "2020-07-27", GAP, 1, NEEQ),
    Change("CN", "free_sessions", ("bse listing",), "2021-11-15", 1, 1, BEIJING),
    Change("CN", "free_sessions", ("bse delisting",), "2021-11-15", GAP, 1, BEIJING),
    Change("CN", "free_sessions", ("chinext listing",), "2020-08-24", 0, 5, CHINEXT),
    Change("CN", "free_sessions", ("main listing",), "2023-04-10", 0, 5, REFORM),
    Change("CN", "free_sessions", ("main delisting", "chinext delisting", "star delisting"), "2020-12-31", 0, 1,
           DELISTING),
    Change("CN", "first_day_band", ("chinext XSHE",), "2020-08-24", {"up": 440, "down": 360}, GAP, CHINEXT),
    Change("CN", "first_day_band", ("main XSHE", "main XSHG"), "2023-04-10", {"up": 440, "down": 360}, GAP, REFORM),
    Change("CN", "delisting_band", ("star",), "2019-07-22", GAP, 200, STAR),
    Change("CN", "delisting_band", ("chinext",), "2020-08-24", 100, 200, "SZSE 2020 No. 620, by the day of entry"),
    Change("CN", "delisting_band", ("bse",), "2021-11-15", GAP, 300, BEIJING),
    Change("CN", "delisting_length", ("star",), "2019-07-22", GAP, 30, "SSE, STAR listing rules of 2019"),
    Change("CN", "delisting_length", ("main", "chinext", "star"), "2020-12-31", 30, 15, SHORTER),
    Change("CN", "order_size", ("star",), "2019-07-22", GAP, {"minimum": 200, "step": 1}, STAR),
    Change("CN", "order_size", ("bse",), "2021-11-15", GAP, {"minimum": 100, "step": 1}, BEIJING),
    Change("CN", "order_maximum", ("star limit",), "2019-07-22", GAP, 100_000, "edu.sse.com.cn, STAR orders"),
    Change("CN", "order_maximum", ("star market",), "2019-07-22", GAP, 50_000, "edu.sse.com.cn, STAR orders"),
    Change("CN", "order_maximum", ("chinext limit",), "2020-08-24", 1_000_000, 300_000, "SZSE t20200807_580310"),
    Change("CN", "order_maximum", ("chinext market",), "2020-08-24", 1_000_000, 150_000, "SZSE t20200807_580310"),
    Change("CN", "order_maximum", ("bse limit", "bse market"), "2021-11-15", GAP, 1_000_000, BEIJING),
    Change("CN", "risk_warning_buying_cap", ("star XSHG",), "2019-07-22", GAP, "none", "SSE: not on STAR (688496)"),
    Change("CN", "risk_warning_buying_cap", ("main XSHE",), "2022-01-01", GAP, 500_000, BUYING_CAP),
    Change("CN", "stamp_duty", ("sell",), "2023-08-28", 1_000, 500, "MOF and STA 2023 No. 39: halved"),
    Change("CN", "transfer_fee", ("star",), "2019-07-22", GAP, 20, STAR),
    Change("CN", "transfer_fee", ("bse",), "2021-11-15", GAP, 25, BEIJING),
    Change("CN", "transfer_fee", ("main", "chinext", "star"), "2022-04-29", 20, 10, "ChinaClear 2022-04-28: halved"),
    Change("CN", "transfer_fee", ("bse",), "2022-04-29", 25, 10, "ChinaClear 2022-04-28: unified"),
    Change("CN", "dividend_tax", ("up_to_a_month",), "2015-09-08", 200, 200, "MOF 2015 No. 101: 20 %"),
    Change("CN", "dividend_tax", ("up_to_a_year",), "2015-09-08", 100, 100, "MOF 2015 No. 101: half of it"),
    Change("CN", "dividend_tax", ("beyond",), "2015-09-08", 50, 0, "MOF 2012 No. 85: a quarter; 2015 No. 101: exempt"),
)  # fmt: skip
HK = (
    Change("HK", "stamp_duty", ("buy", "sell"), "2021-08-01", 1_000, 1_300, "IRD budget2021_sd: 0.1 % -> 0.13 %"),
    Change("HK", "stamp_duty", ("buy", "sell"), "2023-11-17", 1_300, 1_000, "HKEX CT/152/23: 0.13 % -> 0.1 %"),
    Change("HK", "levy", ("sfc",), "2014-11-01", 30_000, 27_000, "HKEX fees: 0.003 % -> 0.0027 %"),
    Change("HK", "levy", ("afrc",), "2022-01-01", 0, 1_500, "HKEX fees: 0.00015 %"),
    Change("HK", "trading_fee", ("",), "2023-01-01", {"rate": 50_000, "tariff": 50}, {"rate": 56_500, "tariff": 0},
           "HKEX 221101news: 0.005 % and 0.50 -> 0.00565 %"),
    Change("HK", "settlement_fee", ("",), "2025-06-30", {"rate": 20_000, "minimum": 200, "maximum": 10_000},
           {"rate": 42_000}, "HKEX 2025-02-21: 0.002 % (2..100) -> 0.0042 %"),
    Change("HK", "tick", ("20.00",), "2025-08-04", 200, 100, "HKEX Reduction of Minimum Spreads: 0.02 -> 0.01"),
    Change("HK", "tick", ("50.00",), "2025-08-04", 500, 200, "HKEX Reduction of Minimum Spreads: 0.05 -> 0.02"),
    Change("HK", "tick", ("10.00",), "2026-06-01", 100, GAP, "HKEX phase 2, around mid-2026: the day was not found"),
)  # fmt: skip
SECTION_31 = (
    # USD per million of the turnover, times 1,000
    ("2010-04-01", 12_700, 16_900), ("2011-01-21", 16_900, 19_200), ("2012-02-21", 19_200, 18_000),
    ("2012-04-01", 18_000, 22_400), ("2013-05-25", 22_400, 17_400), ("2014-03-18", 17_400, 22_100),
    ("2015-02-14", 22_100, 18_400), ("2016-02-16", 18_400, 21_800), ("2017-07-04", 21_800, 23_100),
    ("2018-05-22", 23_100, 13_000), ("2019-04-16", 13_000, 20_700), ("2020-02-18", 20_700, 22_100),
    ("2021-02-25", 22_100, 5_100), ("2022-05-14", 5_100, 22_900), ("2023-02-27", 22_900, 8_000),
    ("2024-05-22", 8_000, 27_800), ("2025-05-14", 27_800, 0), ("2026-04-04", 0, 20_600),
)  # fmt: skip
ACTIVITY_FEE = (
    # millionths of a USD per share, and the most of a trade in cents
    ("2012-03-01", (90, 450), (95, 475), "FINRA 12-06"), ("2012-07-01", (95, 475), (119, 595), "broker's schedule"),
    ("2022-01-01", (119, 595), (130, 649), "SR-FINRA-2020-032"),
    ("2023-01-01", (130, 649), (145, 727), "SR-FINRA-2020-032"),
    ("2024-01-01", (145, 727), (166, 830), "SR-FINRA-2020-032"),
    ("2026-01-01", (166, 830), (195, 979), "SR-FINRA-2024-019"),
)  # fmt: skip
US = (
    *(Change("US", "section_31", ("",), day, before, after, SEC) for day, before, after in SECTION_31),
    *(
        Change("US", "trading_activity_fee", ("",), day, {"per_share": before[0], "maximum": before[1]},
               {"per_share": after[0], "maximum": after[1]}, origin)
        for day, before, after, origin in ACTIVITY_FEE
    ),
    Change("US", "settlement_cycle", ("",), "2017-09-05", 3, 2, "SEC rule 15c6-1, T+2"),
    Change("US", "settlement_cycle", ("",), "2024-05-28", 2, 1, "SEC rule 15c6-1, T+1"),
    Change("US", "tick", ("any",), "2026-11-02", 100, 100, "FR 2025-19926: the exemption ends; a cent stays valid"),
)  # fmt: skip
CHANGES = (*CN, *HK, *US)


def of_tables() -> Iterator[tuple[str, str, str, date]]:
    """Yield every change the tables know of inside what they cover: law, subject, key, first day."""
    for law in ("CN", "HK", "US"):
        for subject, table in tables_of(law).items():
            for key, spells in table.spells.items():
                for _, later in pairwise(spells):
                    if later.start > table.covered_from:
                        yield law, subject, " ".join(key), later.start


def test_every_change_has_a_case_and_every_case_a_change() -> None:
    cases = [
        (change.law, change.subject, key, date.fromisoformat(change.day)) for change in CHANGES for key in change.keys
    ]
    assert len(cases) == len(set(cases))
    assert set(cases) == set(of_tables())


def test_nothing_changes_unnoticed_beside_a_change() -> None:
    """The spells around a change are records, or gaps with a reason: nothing else."""
    for law in ("CN", "HK", "US"):
        for table in tables_of(law).values():
            assert all(isinstance(spell, Record | Gap) for spells in table.spells.values() for spell in spells)


@pytest.mark.parametrize("side", ["the day before", "the day"])
@pytest.mark.parametrize(
    ("change", "key"),
    [(change, key) for change in CHANGES for key in change.keys],
    ids=lambda each: f"{each.law} {each.subject} {each.day}" if isinstance(each, Change) else each or "all",
)
def test_the_law_on_both_sides_of_a_change(change: Change, key: str, side: str) -> None:
    day, expected = date.fromisoformat(change.day), change.after
    if side == "the day before":
        day, expected = day - ONE_DAY, change.before
    if expected == GAP:
        with pytest.raises(RuleGapError):
            find(change.law, change.subject, day, *key.split())
        return
    value = find(change.law, change.subject, day, *key.split()).value
    assert (dict(value) if isinstance(value, Mapping) else value) == expected, change.origin


def test_there_are_at_least_250_cases_with_their_origin(record_property: pytest.RecordProperty) -> None:
    """Parametrized cases of this folder alone: without real data, marina-rules, plain tests and fuzzed ones."""
    folder = Path(__file__).parent
    files = sorted(path.name for path in folder.glob("test_rules_*.py"))
    by_hand = [name for name in files if name not in ("test_rules_real.py", "test_rules_marina.py")]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *by_hand],
        cwd=folder, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    cases = [line for line in done.stdout.splitlines() if "::" in line and "[" in line]
    record_property("rule cases", len(cases))
    record_property("of them on the two sides of a change", 2 * sum(len(change.keys) for change in CHANGES))
    assert len(cases) >= 250, len(cases)
    for market in ("test_rules_hk.py", "test_rules_us.py", "test_rules_limits.py", "test_rules_fees.py"):
        assert sum(line.partition("::")[0].endswith(market) for line in cases) >= 10, market
