"""``fade-the-hype`` on the basket ``disrupted`` of the synthetic sample, from the command line to the numbers."""

from __future__ import annotations

from decimal import Decimal

import pytest
from command_line import CommandLine
from run_folder import RunFolder

WORDS = (
    "disrupted", "-s", "fade-the-hype", "--markets", "USD", "--from", "2023-11-01", "--to", "2024-06-28", "--no-pages",
)  # fmt: skip
KEY = {"basket": "disrupted", "strategy": "fade-the-hype", "members": "documented"}


@pytest.fixture(scope="module")
def faded(sample_cli: CommandLine) -> RunFolder:
    return sample_cli.run(*WORDS)


def test_the_short_side_runs_and_its_ledger_closes(faded: RunFolder) -> None:
    fills = faded.rows("fills", **KEY)
    assert {(fill["side"], fill["symbol"]) for fill in fills} == {
        (side, symbol) for side in ("short", "cover") for symbol in ("ADBE.US", "GETY.US", "SSTK.US")
    }
    cash = Decimal(1_000_000)
    for fill in fills:
        paid = sum(Decimal(fill[name]) for name in ("commission", "stamp_duty", "transfer_fee", "other_fees"))
        cash += (1 if fill["side"] == "short" else -1) * Decimal(fill["price"]) * int(fill["shares"]) - paid
    cash += sum(Decimal(row["cash"]) for row in faded.rows("entitlements", **KEY))
    charges = faded.rows("charges", **KEY)
    assert {row["kind"] for row in charges} == {"borrow"}
    cash -= sum(Decimal(row["cash"]) for row in charges)
    circle = faded.circle("disrupted", "fade-the-hype", "documented")
    assert circle["final_equity"] == float(cash)
    assert circle["costs"]["borrowing"] == pytest.approx(float(sum(Decimal(row["cash"]) for row in charges)))
    assert 0 < circle["exposure"] < 1


def test_captured_and_waterfall_have_the_sign_of_the_seller(faded: RunFolder) -> None:
    """The only event: captured is the whole profit on half the capital; the waterfall begins at minus the headline."""
    event = faded.event("disrupted", "fade-the-hype", "documented", "sora-launch")
    circle = faded.circle("disrupted", "fade-the-hype", "documented")
    # three weights of 0.5 / 3, rounded down to a millionth: 166,666 each
    assert event["allotted"] == 499_998.0
    assert event["captured"] == pytest.approx((circle["final_equity"] - 1_000_000) / 499_998, abs=1e-12)
    bars = {bar["step"]: bar["money"] for bar in event["waterfall"]}
    assert bars["headline"] == pytest.approx(-event["headline"] * 499_998, abs=0.005)
    assert sum(money for step, money in bars.items() if step != "captured") == pytest.approx(bars["captured"])
    assert bars["fees_and_tax"] < 0
    (first,) = {name["first_fill"]["session"] for name in event["names"]}
    assert first == "2024-02-15"


def test_a_reader_is_told_what_is_assumed(faded: RunFolder) -> None:
    told = [text["en"] for text in faded.result["data"]["warnings"] if "sells short" in text["en"]]
    assert len(told) == 1
    assert "borrowing cost of 3.00% a year is an assumption" in told[0]
    assert "captured is positive when it falls" in told[0]


def test_explain_tells_the_price_of_the_short_sale(sample_cli: CommandLine, faded: RunFolder) -> None:
    en = sample_cli("explain", str(faded.path), "sora-launch").stdout
    zh = sample_cli("--lang", "zh", "explain", str(faded.path), "sora-launch").stdout
    for said, own, foreign in (
        (en, ("sold short at", "headline, sign reversed", "suspension on covering"), ("price paid", "limits and")),
        (zh, ("卖空价", "新闻涨幅（反号）", "卖空受限与停牌", "回补时停牌"), ("成交价", "买入", "卖出")),
    ):
        assert [words for words in own if words not in said] == []
        assert [words for words in foreign if words in said] == []


def test_the_auditor_calls_a_short_sale_one(sample_cli: CommandLine, faded: RunFolder) -> None:
    en = sample_cli("audit", str(faded.path), "--no-page").stdout
    zh = sample_cli("--lang", "zh", "audit", str(faded.path), "--no-page").stdout
    assert "of 3 names sold short, 3 were sold short at least once before any source had named them" in en
    assert "bought" not in en
    assert "卖空的 3 只股票中，3 只至少有一次在有来源点名之前被卖空" in zh
    assert "买入" not in zh


def test_a_circle_without_members_sold_nothing_short(faded: RunFolder) -> None:
    note = faded.circle("disrupted", "fade-the-hype", "point_in_time")["note"]
    assert note == {
        "zh": "「当时可知」这一圈始终没有可卖空的成员：什么也没有卖空。",
        "en": "the circle point_in_time never had a member to sell short: nothing was sold short",
    }


def test_no_a_share_is_sold_short(sample_cli: CommandLine) -> None:
    done = sample_cli("run", "application", "-s", "fade-the-hype")
    assert done.returncode == 2
    assert "A-shares are not sold short" in done.stderr
    assert "choose --markets USD, or a strategy that buys" in done.stderr


@pytest.fixture(scope="module")
def beside(sample_cli: CommandLine) -> RunFolder:
    """A basket of three sleeves, one of which may not be sold short."""
    return sample_cli.run(
        "compute", "-s", "fade-the-hype", "--markets", "CNY", "--markets", "HKD", "--markets", "USD", "--no-pages",
        "--from", "2024-01-02", "--to", "2024-04-30",
    )  # fmt: skip


def test_beside_other_sleeves_the_mainland_is_left_out_and_said_so(beside: RunFolder) -> None:
    assert {one["sleeve"] for one in beside.result["results"]} == {"HKD", "USD"}
    assert any("A-shares are not sold short" in text["en"] for text in beside.result["data"]["warnings"])
    hong_kong = [one for one in beside.result["results"] if one["sleeve"] == "HKD" and one["primary"]]
    reasons = {name["reason"] for one in hong_kong for event in one["events"] for name in event["names"]}
    assert reasons == {"not_shortable"}
    assert all(one["fills"] == 0 for one in hong_kong)


def test_a_refused_sleeve_has_no_part_of_the_capital(beside: RunFolder) -> None:
    assert sum(one["initial_cash"] for one in beside.result["results"] if one["primary"]) == 1_000_000


def test_the_auditor_finds_nothing_against_it(sample_cli: CommandLine, beside: RunFolder) -> None:
    """Neither against the loans nor against the part of the capital that each sleeve was given."""
    done = sample_cli("audit", str(beside.path), "--no-page")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "nothing stands against it" in done.stdout + done.stderr
