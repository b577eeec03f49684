"""The audit is silent on honest runs and names every sin planted in one.

Sins are planted as a forger would: the CSV files and ``result.json`` are changed, cash and equity carried on where the
sin needs it, and the folder is sealed again, so that only the replay can tell.
"""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from command_line import CommandLine, copy_specs
from run_folder import RunFolder

import hypebasket.pipeline.audit as auditing
from hypebasket.audit.findings import AuditResult, Kind
from hypebasket.cli import main
from hypebasket.errors import DamagedDataError
from hypebasket.market.data import MarketData
from hypebasket.pipeline.audit import audit_run
from hypebasket.pipeline.files import LEDGER_COLUMNS
from hypebasket.pipeline.manifest import seal_of
from hypebasket.pipeline.supply import supply_again
from hypebasket.plan import choice, past, signals
from hypebasket.spec.strategy import SelectBy

SPAN = ("--from", "2024-01-02", "--to", "2024-09-30")
SPRING = ("--from", "2024-02-05", "--to", "2024-03-29")
DRIFT = ("application", "event-drift")
HOLD = ("application", "buy-and-hold")
FEN = Decimal("0.01")
Row = dict[str, str]
Call = Callable[..., tuple[int, str, str]]


def silent(_: str) -> None:
    """Nobody listens."""


@dataclass
class Forgery:
    """A run's folder under a forger's hands."""

    folder: Path
    tables: dict[str, list[Row]] = field(default_factory=dict)
    result: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        run = RunFolder(self.folder)
        self.tables = {name: list(rows) for name, rows in run.tables.items()}
        self.result = run.result

    def rows(self, table: str, pair: tuple[str, str], circle: str = "documented", **wanted: str) -> list[Row]:
        """Return the rows of one ledger whose columns hold the wanted values; changing them changes the folder."""
        key = {"basket": pair[0], "strategy": pair[1], "members": circle, **wanted}
        return [row for row in self.tables[table] if all(row[name] == value for name, value in key.items())]

    def circle(self, pair: tuple[str, str], circle: str = "documented") -> dict[str, Any]:
        """Return what result.json says of one ledger."""
        found: dict[str, Any]
        (found,) = (
            each
            for each in self.result["results"]
            if (each["basket"], each["strategy"], each["members"]) == (*pair, circle)
        )
        return found

    def pay(self, pair: tuple[str, str], session: str, money: Decimal, circle: str = "documented") -> None:
        """Carry a change of cash on through every later session."""
        for row in self.rows("equity", pair, circle):
            if row["session"] >= session:
                for name in ("cash", "equity"):
                    row[name] = str(Decimal(row[name]) + money)

    def write(self) -> Path:
        """Write every file anew, and seal the folder again."""
        for name, rows in self.tables.items():
            with (self.folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, LEDGER_COLUMNS[name], lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)
        text = json.dumps(self.result, ensure_ascii=False, indent=1)
        (self.folder / "result.json").write_text(f"{text}\n", encoding="utf-8")
        seal(self.folder)
        return self.folder


def seal(folder: Path) -> None:
    """Seal a folder as its manifest would have been sealed."""
    path = folder / "manifest.json"
    facts = json.loads(path.read_text(encoding="utf-8"))
    facts["files"] = {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for name in facts["files"]
        if (folder / name).exists()
    }
    facts["seal"] = seal_of(facts)
    path.write_text(f"{json.dumps(facts, ensure_ascii=False, indent=1)}\n", encoding="utf-8")


@pytest.fixture(scope="module")
def cli(root: Path, tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    workspace = copy_specs(root, tmp_path_factory.mktemp("audit") / "workspace")
    shutil.copytree(root / "data" / "sample", workspace / "data" / "sample")
    return CommandLine(workspace)


@pytest.fixture(scope="module")
def honest(cli: CommandLine) -> RunFolder:
    """Application with both plain strategies over nine months of the sample: dividends, taxes, locked boards."""
    run = cli.run("application", "-s", "event-drift", "-s", "buy-and-hold", *SPAN, "--no-pages")
    assert run.tables["taxes"]
    assert run.tables["entitlements"]
    return run


@pytest.fixture(scope="module")
def data(cli: CommandLine, honest: RunFolder) -> MarketData:
    manifest = json.loads((honest.path / "manifest.json").read_text(encoding="utf-8"))
    symbols = {stock["symbol"] for basket in manifest["baskets"] for stock in basket["stocks"]}
    found = supply_again(cli.workspace, manifest["data"]["content"], symbols)
    assert found is not None
    return found


@pytest.fixture
def forgery(honest: RunFolder, tmp_path: Path) -> Forgery:
    return Forgery(Path(shutil.copytree(honest.path, tmp_path / honest.path.name)))


@pytest.fixture
def audited(cli: CommandLine, data: MarketData, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], AuditResult]:
    """Audit a folder against the data it was made from, read once; other futures have their own tests."""
    monkeypatch.setattr(auditing, "data_of", lambda *_: data)
    return lambda folder: audit_run(folder, cli.workspace, silent, cuts=0)


def test_an_honest_run_is_left_in_peace(cli: CommandLine, honest: RunFolder) -> None:
    done = cli("audit", honest.path.name, "--cuts", "1", "--json")
    assert done.returncode == 0, done.stdout
    found = json.loads(done.stdout)
    assert found["stands"] is True
    assert {finding["severity"] for finding in found["findings"]} <= {"caution", "note"}
    assert found["checked"]["ledgers"] == 6
    assert found["checked"]["fills"] == len(honest.tables["fills"]) > 50
    assert found["checked"]["futures"] >= 4
    page = (honest.path / "audit.html").read_text(encoding="utf-8")
    assert "没有成立的指控" in page
    assert "Nothing stands against this run" in page
    assert "SYNTHETIC" in page


def test_what_a_reader_must_know_is_told(honest: RunFolder, audited: Callable[[Path], AuditResult]) -> None:
    told = {finding.kind: finding.text.en for finding in audited(honest.path).of("caution")}
    assert "bought at least once before any source had named them" in told[Kind.HINDSIGHT]
    assert "from a secondary source" in told[Kind.SECONDARY]
    assert "00700.HK" in told[Kind.COVERAGE] or "left out" in told[Kind.COVERAGE]


def price_at(forgery: Forgery, fill: Row, price: Decimal) -> None:
    """Move a fill to another price; what it cost goes on through cash and equity, fees stay."""
    amount = price * int(fill["shares"])
    change = amount - Decimal(fill["amount"])
    fill["price"], fill["amount"] = str(price), str(amount)
    forgery.pay(DRIFT, fill["session"], -change if fill["side"] == "buy" else change)


def a_purchase(forgery: Forgery, pair: tuple[str, str] = DRIFT) -> Row:
    return forgery.rows("fills", pair, side="buy")[0]


def through_a_limit(forgery: Forgery) -> None:
    fill = a_purchase(forgery)
    price_at(forgery, fill, Decimal(fill["price"]) * 2)


def at_the_low_of_the_day(forgery: Forgery) -> None:
    """Inside the day's range, but no auction was held there: a price picked by looking back."""
    for fill in forgery.rows("fills", DRIFT, side="buy"):
        price_at(forgery, fill, Decimal(fill["price"]) + FEN)


def sold_on_the_day_of_purchase(forgery: Forgery) -> None:
    bought = a_purchase(forgery)
    sale = next(
        row for row in forgery.rows("fills", DRIFT, side="sell", symbol=bought["symbol"])
        if row["session"] > bought["session"]
    )  # fmt: skip
    sale["session"] = bought["session"]
    (order,) = forgery.rows("orders", DRIFT, order_id=sale["order_id"])
    order["created"] = bought["session"]


def a_fen_less_commission(forgery: Forgery) -> None:
    fill = a_purchase(forgery)
    fill["commission"] = str(Decimal(fill["commission"]) - FEN)
    forgery.pay(DRIFT, fill["session"], FEN)


def no_stamp_duty(forgery: Forgery) -> None:
    sale = forgery.rows("fills", DRIFT, side="sell")[0]
    forgery.pay(DRIFT, sale["session"], Decimal(sale["stamp_duty"]))
    sale["stamp_duty"] = "0.00"


def an_odd_lot(forgery: Forgery) -> None:
    fill = next(row for row in forgery.rows("fills", DRIFT, side="buy") if not row["symbol"].startswith("688"))
    fill["shares"] = str(int(fill["shares"]) - 50)


def beyond_the_volume_cap(forgery: Forgery) -> None:
    fill = a_purchase(forgery)
    fill["shares"] = str(int(fill["shares"]) * 100_000)
    fill["amount"] = str(Decimal(fill["amount"]) * 100_000)


def money_it_did_not_have(forgery: Forgery) -> None:
    fill = a_purchase(forgery)
    fill["shares"] = str(int(fill["shares"]) * 20)
    fill["amount"] = str(Decimal(fill["amount"]) * 20)


def cash_out_of_nowhere(forgery: Forgery) -> None:
    forgery.pay(DRIFT, "2024-03-01", Decimal("1000.00"))


def shares_created_at_an_ex_date(forgery: Forgery) -> None:
    row = forgery.rows("entitlements", HOLD)[0]
    row["shares"] = str(int(row["shares"]) + 100)


def a_dividend_left_out(forgery: Forgery) -> None:
    forgery.tables["entitlements"].remove(forgery.rows("entitlements", HOLD)[0])


def half_the_dividend_tax(forgery: Forgery) -> None:
    pair = next((pair for pair in (HOLD, DRIFT) if forgery.rows("taxes", pair)), HOLD)
    circle = "documented" if forgery.rows("taxes", pair) else "all"
    row = forgery.rows("taxes", pair, circle)[0]
    half = (Decimal(row["cash"]) / 2).quantize(FEN)
    forgery.pay(pair, row["session"], Decimal(row["cash"]) - half, circle)
    row["cash"] = str(half)


def an_order_without_a_reason(forgery: Forgery) -> None:
    order = next(row for row in forgery.tables["orders"] if row["status"] != "filled")
    order["reason"] = ""


def shares_it_did_not_hold(forgery: Forgery) -> None:
    sale = forgery.rows("fills", DRIFT, side="sell")[0]
    (order,) = forgery.rows("orders", DRIFT, order_id=sale["order_id"])
    held = {row["symbol"] for row in forgery.rows("positions", DRIFT, session=sale["session"])}
    other = next(row["symbol"] for row in forgery.tables["fills"] if row["symbol"] not in held | {sale["symbol"]})
    sale["symbol"] = order["symbol"] = other


def hindsight_as_point_in_time(forgery: Forgery) -> None:
    """Sell the ledger of the documented circle as one that only knew what could be known."""
    for name, rows in forgery.tables.items():
        kept = [row for row in rows if (row["basket"], row["strategy"], row["members"]) != (*HOLD, "point_in_time")]
        copied = [{**row, "members": "point_in_time"} for row in forgery.rows(name, HOLD)]
        forgery.tables[name] = kept + copied


def a_stranger_bought(forgery: Forgery) -> None:
    """002230.SZ is in no list of this basket."""
    fill = a_purchase(forgery)
    (order,) = forgery.rows("orders", DRIFT, order_id=fill["order_id"])
    fill["symbol"] = order["symbol"] = "000001.SZ"


def another_benchmark(forgery: Forgery) -> None:
    for row in forgery.rows("equity", DRIFT):
        row["benchmark"] = str(float(row["benchmark"]) * 0.99)


def a_benchmark_by_another_name(forgery: Forgery) -> None:
    forgery.circle(DRIFT)["benchmark"] = "000001.SH"


def a_benchmark_return_made_smaller(forgery: Forgery) -> None:
    forgery.circle(DRIFT)["benchmark_return"] -= 0.05


def an_event_left_out(forgery: Forgery) -> None:
    forgery.tables["events"].remove(forgery.rows("events", DRIFT)[0])


def an_event_left_out_of_the_result(forgery: Forgery) -> None:
    forgery.circle(DRIFT)["events"].pop(0)


def an_event_moved_ahead(forgery: Forgery) -> None:
    row = forgery.rows("events", DRIFT)[1]
    row["first_open"] = row["base"]


def a_headline_made_larger(forgery: Forgery) -> None:
    event = next(event for event in forgery.circle(DRIFT)["events"] if event["names"])
    name = next(name for name in event["names"] if name["headline"] is not None)
    name["headline"] += 0.1


def a_headline_of_an_event_made_larger(forgery: Forgery) -> None:
    event = next(event for event in forgery.circle(DRIFT)["events"] if event["headline"] is not None)
    event["headline"] += 0.1
    (row,) = forgery.rows("events", DRIFT, event_id=event["event_id"])
    row["headline"] = str(event["headline"])


def captured_made_larger(forgery: Forgery) -> None:
    """In both files alike: only running the event again can tell."""
    event = next(event for event in forgery.circle(DRIFT)["events"] if event["captured"] is not None)
    event["captured"] += 0.01
    (row,) = forgery.rows("events", DRIFT, event_id=event["event_id"])
    row["captured"] = str(event["captured"])


def bounds_made_narrower(forgery: Forgery) -> None:
    """In a strategy without a trigger, whose bounds come from running it whole under another policy."""
    event = next(event for event in forgery.circle(HOLD)["events"] if event["captured_optimistic"] is not None)
    event["captured_optimistic"] -= 0.001


def captured_in_one_file_alone(forgery: Forgery) -> None:
    row = next(row for row in forgery.rows("events", DRIFT) if row["captured"])
    row["captured"] = str(float(row["captured"]) + 0.01)


def a_better_result_than_the_ledger(forgery: Forgery) -> None:
    forgery.circle(DRIFT)["total_return"] += 0.01


def a_shallower_drawdown(forgery: Forgery) -> None:
    forgery.circle(DRIFT)["max_drawdown"] /= 2


def a_bad_day_left_out(forgery: Forgery) -> None:
    """A session without holdings, cut out of the equity: nothing else in the ledger misses it."""
    held = {row["session"] for row in forgery.rows("positions", DRIFT)}
    row = next(row for row in forgery.rows("equity", DRIFT) if row["session"] not in held)
    forgery.tables["equity"].remove(row)


def a_whole_ledger_left_out(forgery: Forgery) -> None:
    for name, rows in forgery.tables.items():
        gone = forgery.rows(name, DRIFT, "point_in_time")
        forgery.tables[name] = [row for row in rows if row not in gone]


SINS: dict[Callable[[Forgery], None], tuple[Kind, str]] = {
    through_a_limit: (Kind.LEDGER, "price outside the day's range or limits"),
    at_the_low_of_the_day: (Kind.PRICE, "the auction and the fill policy serve"),
    sold_on_the_day_of_purchase: (Kind.LEDGER, "sold more than may be sold today"),
    a_fen_less_commission: (Kind.LEDGER, ": fees: found"),
    no_stamp_duty: (Kind.LEDGER, ": fees: found"),
    an_odd_lot: (Kind.LEDGER, "order size: found"),
    beyond_the_volume_cap: (Kind.LEDGER, "share of the session's volume"),
    money_it_did_not_have: (Kind.LEDGER, "cash after a buy"),
    cash_out_of_nowhere: (Kind.LEDGER, "cash on 2024-03-01"),
    shares_created_at_an_ex_date: (Kind.LEDGER, "entitlement of"),
    a_dividend_left_out: (Kind.LEDGER, "entitlement of"),
    half_the_dividend_tax: (Kind.LEDGER, "dividend tax on"),
    an_order_without_a_reason: (Kind.LEDGER, ": reason: found None"),
    shares_it_did_not_hold: (Kind.LEDGER, "sold more than may be sold today"),
    hindsight_as_point_in_time: (Kind.HINDSIGHT, "did not belong to point_in_time"),
    a_stranger_bought: (Kind.LEDGER, "rows the data knows nothing of: 000001.SZ"),
    another_benchmark: (Kind.BENCHMARK, "levels are not those of the data"),
    a_benchmark_by_another_name: (Kind.BENCHMARK, "benchmark: says 000001.SH"),
    a_benchmark_return_made_smaller: (Kind.BENCHMARK, "benchmark_return"),
    an_event_left_out: (Kind.EVENTS, "events.csv leaves out the event"),
    an_event_left_out_of_the_result: (Kind.EVENTS, "result.json leaves out the event"),
    an_event_moved_ahead: (Kind.EVENTS, "first_open: says"),
    a_headline_made_larger: (Kind.RESULT, "headline: says"),
    a_headline_of_an_event_made_larger: (Kind.RESULT, "headline: says"),
    captured_made_larger: (Kind.RESULT, "captured: says"),
    bounds_made_narrower: (Kind.RESULT, "captured_optimistic: says"),
    captured_in_one_file_alone: (Kind.RESULT, "events.csv: "),
    a_better_result_than_the_ledger: (Kind.RESULT, "total_return: says"),
    a_shallower_drawdown: (Kind.RESULT, "max_drawdown: says"),
    a_bad_day_left_out: (Kind.CALENDAR, "1 sessions left out"),
    a_whole_ledger_left_out: (Kind.RESULT, "missing in equity.csv"),
}


@pytest.mark.parametrize("sin", SINS, ids=lambda sin: sin.__name__)
def test_every_planted_sin_is_found(
    sin: Callable[[Forgery], None], forgery: Forgery, audited: Callable[[Path], AuditResult]
) -> None:
    sin(forgery)
    found = audited(forgery.write())
    kind, words = SINS[sin]
    assert not found.stands
    assert [each for each in found.of("hard") if each.kind == kind and words in each.text.en], [
        each.text.en for each in found.of("hard")
    ]


def test_the_forger_who_changes_nothing_is_left_in_peace(
    forgery: Forgery, audited: Callable[[Path], AuditResult]
) -> None:
    """The tests above fail for what they plant, not for how they write."""
    assert audited(forgery.write()).stands


def test_a_file_changed_without_sealing_is_found_by_its_seal(
    forgery: Forgery, audited: Callable[[Path], AuditResult]
) -> None:
    path = forgery.folder / "taxes.csv"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    (found,) = audited(forgery.folder).of("hard")
    assert (found.kind, found.place) == (Kind.SEAL, "taxes.csv")


def test_a_file_that_is_no_table_any_more_is_named_by_line(
    forgery: Forgery, audited: Callable[[Path], AuditResult]
) -> None:
    path = forgery.folder / "fills.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[3] = lines[3].replace("buy", "borrow")
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(DamagedDataError, match=r"fills.csv:4: 'borrow' is not a valid Side"):
        audited(forgery.folder)


def test_data_that_is_another_today_is_a_stale_snapshot(root: Path, honest: RunFolder, tmp_path: Path) -> None:
    workspace = copy_specs(root, tmp_path / "workspace")
    sample = workspace / "data" / "sample"
    shutil.copytree(root / "data" / "sample", sample)
    path = sample / "corporate_actions.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:-1]), encoding="utf-8")
    found = audit_run(honest.path, workspace, silent, cuts=0)
    assert [each.kind for each in found.of("hard")] == [Kind.DATA]
    assert "nothing could be replayed" in found.of("hard")[0].text.en


def test_a_store_that_has_moved_on_is_told_and_the_old_generation_replayed(mini: Path, call: Call) -> None:
    folder = mini / "data" / "sample"
    assert call("data", "import", str(folder))[0] == 0
    code, out, err = call("run", "mini", "-s", "event-drift", "--no-pages", "--json")
    assert code == 0, err
    run = mini / "reports" / json.loads(out)["run_id"]
    assert audit_run(run, mini, silent, cuts=0).stands
    path = folder / "bars.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("50000000", "50000100"), encoding="utf-8")
    assert call("data", "import", str(folder))[0] == 0
    found = audit_run(run, mini, silent, cuts=0)
    assert found.stands
    assert found.checked["ledgers"] == 3
    assert any("a stale snapshot: the store has taken in 1 generation" in each.text.en for each in found.findings)


def test_a_trial_ledger_that_was_thinned_out_is_found(
    cli: CommandLine, honest: RunFolder, audited: Callable[[Path], AuditResult]
) -> None:
    path = cli.workspace / "data" / "trials.jsonl"
    kept = path.read_bytes()
    assert len(kept.splitlines()) >= 2
    path.write_bytes(b"".join(kept.splitlines(keepends=True)[1:]))
    try:
        found = audited(honest.path)
    finally:
        path.write_bytes(kept)
    assert [each.kind for each in found.of("hard")] == [Kind.TRIALS]


# Looking ahead: sins of the program and of a user's own class, run and audited with them in place.

OWN = """\
id: own
name: {zh: 自编, en: Own}
description: {zh: 自编类, en: An own class}
class: strategies/own.py:Own
"""
HONEST_CLASS = """\
import backtrader as bt


class Own(bt.Strategy):
    def next(self):
        past = self.past
        for stock in self.members:
            data = self.getdatabyname(stock.symbol)
            closes = past.closes(stock.symbol)
            if not self.getposition(data).size and len(closes) > 5 and closes[-1] > closes[-5] > 0:
                self.buy(data, size=1000)
            elif self.getposition(data).size and closes[-1] < closes[-5]:
                self.sell(data, size=self.getposition(data).size)
"""
LOOKING_CLASS = """\
import backtrader as bt


class Own(bt.Strategy):
    def next(self):
        panel, row = self.broker._panel, self.broker.row + 1
        for stock in self.members:
            data, column = self.getdatabyname(stock.symbol), panel.column_of[stock.symbol]
            if row < len(panel.sessions) and panel.close[row, column] > panel.open[row, column] > 0:
                self.buy(data, size=1000)
            elif self.getposition(data).size:
                self.sell(data, size=self.getposition(data).size)
"""


@pytest.mark.parametrize(
    ("source", "stands"), [(HONEST_CLASS, True), (LOOKING_CLASS, False)], ids=["honest", "looking"]
)
def test_an_own_class_that_looks_ahead_is_found(
    source: str, stands: bool, root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = copy_specs(root, tmp_path / "workspace")
    (workspace / "data" / "sample").symlink_to(root / "data" / "sample", target_is_directory=True)
    (workspace / "strategies" / "own.yaml").write_text(OWN, encoding="utf-8")
    (workspace / "strategies" / "own.py").write_text(source, encoding="utf-8")
    run = run_here(workspace, "regulation", "own", capsys)
    assert RunFolder(run).rows("fills", members="all")
    found = audit_run(run, workspace, silent, cuts=2)
    assert found.stands is stands, [each.text.en for each in found.of("hard")]
    assert {each.kind for each in found.of("hard")} == (set() if stands else {Kind.LOOK_AHEAD})


@pytest.fixture
def selector(root: Path, tmp_path: Path) -> Path:
    """A workspace whose strategy buys the two strongest names of the last 20 sessions."""
    workspace = copy_specs(root, tmp_path / "workspace")
    (workspace / "data" / "sample").symlink_to(root / "data" / "sample", target_is_directory=True)
    path = workspace / "strategies" / "event-drift.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "\nselect: {top: 2, by: relative_strength}\n", encoding="utf-8")
    return workspace


def test_every_shipped_strategy_is_left_in_peace(
    root: Path, cli: CommandLine, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two markets, one of them with a short side; capital split among them once."""
    shipped = [part for path in sorted((root / "strategies").glob("*.yaml")) for part in ("-s", path.stem)]
    words = ["run", "application", "disrupted", *shipped, *SPRING, "--markets", "CNY", "--markets", "USD"]
    main(["--workspace", str(cli.workspace), *words, "--no-pages", "--json"])
    run = RunFolder(cli.workspace / "reports" / json.loads(capsys.readouterr().out)["run_id"])
    assert {row["side"] for row in run.tables["fills"]} == {"buy", "sell", "short", "cover"}
    assert run.result["combined"]
    found = audit_run(run.path, cli.workspace, silent, cuts=1)
    assert found.stands, [each.text.en for each in found.of("hard")]
    assert found.checked["ledgers"] == len(run.result["results"]) > 40


def run_here(workspace: Path, basket: str, strategy: str, capsys: pytest.CaptureFixture[str]) -> Path:
    """Run in this process, with whatever was planted in it."""
    main(["--workspace", str(workspace), "run", basket, "-s", strategy, *SPRING, "--no-pages", "--json"])
    return workspace / "reports" / json.loads(capsys.readouterr().out)["run_id"]


def peeking(view: past.PastView, symbol: str, base: int) -> int | None:
    """Rank by the session that is only about to begin."""
    panel = view._panel
    at = (view.row, panel.column_of[symbol])
    return int(panel.close[at] * 1_000_000 // panel.reference[at]) if panel.reference[at] > 0 else None


def test_a_selector_that_looks_ahead_is_found(
    selector: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert choice.SIGNALS is signals.SIGNALS
    assert audit_run(run_here(selector, *DRIFT, capsys), selector, silent, cuts=1).stands
    monkeypatch.setitem(signals.SIGNALS, SelectBy.RELATIVE_STRENGTH, peeking)
    found = audit_run(run_here(selector, *DRIFT, capsys), selector, silent, cuts=1).of("hard")
    assert {each.kind for each in found} == {Kind.LOOK_AHEAD}
    assert any("what is bought for" in each.text.en for each in found)


@pytest.mark.usefixtures("audited")
def test_an_audit_with_a_hard_finding_ends_with_4(
    cli: CommandLine, forgery: Forgery, capsys: pytest.CaptureFixture[str]
) -> None:
    a_better_result_than_the_ledger(forgery)
    with pytest.raises(SystemExit) as end:
        main(["audit", str(forgery.write()), "--workspace", str(cli.workspace), "--cuts", "0", "--lang", "zh"])
    assert end.value.code == 4
    assert "条指控成立" in capsys.readouterr().out
    assert "条指控成立" in (forgery.folder / "audit.html").read_text(encoding="utf-8")
