"""An audit: a run's folder read back, replayed without the engine, and run on other futures with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from hypebasket.audit.claims import (
    benchmark_claims,
    captured_claims,
    combined_claims,
    event_claims,
    headline_claims,
    luck_claims,
    number_claims,
    result_claims,
    window_change,
)
from hypebasket.audit.findings import AuditResult, Finding, Kind, caution, hard, note
from hypebasket.audit.replay import Terms, Witness, replay_ledger
from hypebasket.errors import DamagedDataError
from hypebasket.ledger.records import OPENING, Ledger
from hypebasket.ledger.result import CircleResult, RunResult
from hypebasket.market.data import MarketData
from hypebasket.market.panel import FEN
from hypebasket.pipeline.books import Book, BookKey, read_books
from hypebasket.pipeline.chance import Chance
from hypebasket.pipeline.crew import ALONE
from hypebasket.pipeline.futures import Subject, look_ahead, turning_points
from hypebasket.pipeline.ground import Ground
from hypebasket.pipeline.job import PLACEBO_SEED, Job, funded
from hypebasket.pipeline.manifest import RunManifest, read_manifest
from hypebasket.pipeline.market import lay_out_sleeves
from hypebasket.pipeline.outcome import primary_circle
from hypebasket.pipeline.remake import data_of, job_of
from hypebasket.pipeline.run_folder import read_result
from hypebasket.pipeline.sleeve import Sleeve, SleeveRunner
from hypebasket.pipeline.study.mainlines import findings_of
from hypebasket.pipeline.trials import TrialLedger
from hypebasket.pipeline.verify import changed_inputs, sealed_differences
from hypebasket.plan.build import EventPlan
from hypebasket.plan.intents import MILLION, POLICY
from hypebasket.rules.tables import Record, consulted
from hypebasket.sources.store import Store
from hypebasket.spec.basket import Basket
from hypebasket.spec.strategy import EntryAt, FillPolicy
from hypebasket.spec.text import Circle, Currency

__all__ = ["CUTS", "audit_run"]

CUTS = 3
"""Sessions of each ledger at which futures are exchanged."""

NAMES_TOLD = 8

Say = Callable[[str], None]


@dataclass(slots=True)
class _Audit:
    """What an audit has to go by, and what it has counted so far."""

    manifest: RunManifest
    result: RunResult
    books: Mapping[BookKey, Book]
    cuts: int
    say: Say
    checked: Counter[str] = field(default_factory=Counter)


def audit_run(folder: Path, workspace: Path, say: Say, *, cuts: int = CUTS) -> AuditResult:
    """Audit the run in ``folder``; exchange futures at ``cuts`` sessions of each ledger.

    Raises ``DamagedDataError`` where a file cannot be read as what it is, ``DataGapError`` where there is no data.
    """
    manifest = read_manifest(folder)
    result = read_result(folder)
    begun = {
        BookKey(each.basket, each.strategy, each.members, each.sleeve): round(each.initial_cash * FEN)
        for each in result.results
    }
    capital = round(float(manifest.facts.get("capital", 0)) * FEN)
    books = read_books(folder, lambda key: begun.get(key, capital))
    audit = _Audit(manifest, result, books, cuts, say)
    findings = [*_provenance(manifest, folder, workspace)]
    data = data_of(manifest, workspace)
    if data is None:
        findings.append(_gone(manifest))
    else:
        findings += _against_the_market(audit, workspace, data)
    findings += [*_coverage(result), *_trials(workspace, manifest)]
    order = {severity: rank for rank, severity in enumerate(("hard", "caution", "note"))}
    findings.sort(key=lambda finding: order[finding.severity])
    return AuditResult(
        run_id=manifest.run_id,
        synthetic=result.synthetic,
        findings=tuple(dict.fromkeys(findings)),
        checked=dict(audit.checked),
    )


def _provenance(manifest: RunManifest, folder: Path, workspace: Path) -> Iterator[Finding]:
    """Yield what is not as it was sealed, and what of the workspace has moved on."""
    for each in sealed_differences(manifest, folder):
        yield hard(Kind.SEAL, each.name, each.text.zh, each.text.en)
    for each in changed_inputs(manifest, workspace):
        if each.kind == "spec":
            yield note(
                Kind.DATA, each.name, f"{each.text.zh}；审计以清单为准", f"{each.text.en}; audited by the manifest"
            )
        else:
            yield caution(Kind.DATA, each.name, each.text.zh, each.text.en)
    store = Store(workspace / "data" / "store")
    content = manifest.facts["data"]["content"]
    if not store.is_empty and content in (contents := store.contents())[:-1] and contents[-1] != content:
        later = len(contents) - 1 - max(i for i, each in enumerate(contents) if each == content)
        yield caution(
            Kind.DATA,
            manifest.facts["data"]["source"],
            f"快照已旧：数据仓库此后又导入了 {later} 代",
            f"a stale snapshot: the store has taken in {later} generation(s) since",
        )


def _gone(manifest: RunManifest) -> Finding:
    made = manifest.facts["data"]
    return hard(
        Kind.DATA,
        made["source"],
        f"算出此次运行的数据（内容 {made['content'][:12]}）已不在工作区，现有数据与之不同：无法复算",
        f"the data this run was made from (content {made['content'][:12]}) is not in the workspace; what is there "
        "differs: nothing could be replayed",
    )


def _against_the_market(audit: _Audit, workspace: Path, data: MarketData) -> Iterator[Finding]:
    """Replay every ledger, and run every strategy on other futures."""
    with TemporaryDirectory(prefix="hypebasket-") as scratch, consulted() as records:
        job = job_of(audit.manifest, workspace, data, Path(scratch), pages=False)
        sleeves = lay_out_sleeves(job.request, job.baskets, job.data)
        expected = set()
        subjects = []
        for basket, strategy, sleeve in funded(job, sleeves):
            place = f"{basket.id} × {strategy.id} ({sleeve.currency})"
            subject = Subject(place, basket, strategy, sleeve, job.workspace.events, Path(scratch))
            subjects.append(subject)
            audit.say(f"replaying {place}")
            for circle in Circle:
                expected.add(BookKey(basket.id, strategy.id, circle.value, sleeve.currency))
                yield from _replay(audit, subject, circle, data)
        yield from _unexpected(audit, expected)
        yield from _combined(audit)
        yield from _luck(audit, job, sleeves)
        yield from _blemishes(audit, data, sleeves)
        yield from _secondary(records)
        for subject in subjects:
            audit.say(f"other futures for {subject.place}")
            yield from _futures(audit, job, subject)
            for circle in Circle:
                key = BookKey(subject.basket.id, subject.strategy.id, circle.value, subject.sleeve.currency)
                book, claimed = audit.books.get(key), _claimed(audit.result, key)
                if book is not None and claimed is not None:
                    yield from _captured(str(key), claimed, book, subject, circle)


def _unexpected(audit: _Audit, expected: set[BookKey]) -> Iterator[Finding]:
    claimed = {BookKey(each.basket, each.strategy, each.members, each.sleeve) for each in audit.result.results}
    for source, found in (("result.json", claimed), ("equity.csv", set(audit.books))):
        for key in sorted(expected - found):
            yield hard(Kind.RESULT, str(key), f"{source} 中没有它", f"missing in {source}")
        for key in sorted(found - expected):
            yield hard(
                Kind.RESULT, str(key), f"{source} 中多出来的", f"{source} has it, and the manifest does not ask for it"
            )


def _combined(audit: _Audit) -> Iterator[Finding]:
    """Hold what is claimed across sleeves against the ledgers of the sleeves."""
    for claimed in audit.result.combined:
        key = (claimed.basket, claimed.strategy, claimed.members)
        ledgers = {each.currency: book.ledger for each, book in audit.books.items() if each[:3] == key}
        yield from combined_claims(" × ".join(key), claimed, ledgers)


def _luck(audit: _Audit, job: Job, sleeves: Sequence[Sleeve]) -> Iterator[Finding]:
    """Draw chance again from its seed, and study the events again, where the run says how it stands with luck."""
    if job.request.study:
        audit.say("studying the events again")
        found = {(each.basket, each.sleeve): each for each in findings_of(job)}
        told = {(each.basket, each.sleeve): each for each in audit.result.findings}
        for basket, sleeve in sorted(found.keys() | told.keys()):
            line = (basket, sleeve)
            yield from luck_claims(f"{basket} ({sleeve})", "findings", told.get(line), found.get(line))
    if job.request.placebo:
        ground = Ground(job, sleeves, Chance(draws=job.request.placebo, seed=PLACEBO_SEED))
        for number, pair in enumerate(ground.pairs):
            key = BookKey(pair.basket.id, pair.strategy.id, pair.circle.value, pair.sleeve.currency)
            audit.say(f"drawing random calendars again for {key}")
            claimed = _claimed(audit.result, key)
            again = ground.compare(number, "calendars", ALONE)
            yield from luck_claims(str(key), "placebo", claimed and claimed.placebo, again)


def _replay(audit: _Audit, subject: Subject, circle: Circle, data: MarketData) -> Iterator[Finding]:
    """Replay one ledger and hold the claims of ``result.json`` against it."""
    key = BookKey(subject.basket.id, subject.strategy.id, circle.value, subject.sleeve.currency)
    book, claimed = audit.books.get(key), _claimed(audit.result, key)
    if book is None or claimed is None:
        return
    runner = subject.runner()
    sleeve, strategy, ledger, place = runner.sleeve, runner.strategy, book.ledger, str(key)
    if ledger.initial_cash != sleeve.capital:
        told = f"{ledger.initial_cash / FEN} / {sleeve.capital / FEN}"
        yield hard(Kind.RESULT, place, f"起始资金不符：{told}", f"another initial cash: {told}")
    witness = Witness(
        sleeve.panel,
        sleeve.calendar,
        sleeve.first,
        sleeve.last,
        subject.basket,
        circle,
        waits=strategy.entry.at is EntryAt.BOARD_BREAK,
    )
    terms = Terms(
        POLICY[strategy.fills],
        round(strategy.size.participation * MILLION),
        runner.builder.commission,
        borrow_ppm=runner.tape.borrow_ppm,
        holder=runner.tape.holder,
    )
    audit.checked.update(
        ledgers=1,
        orders=len(ledger.orders),
        fills=len(ledger.fills),
        sessions=len(ledger.equity),
        events=len(book.events),
    )
    yield from replay_ledger(place, ledger, witness, terms)
    yield from result_claims(place, claimed, ledger)
    yield from _benchmark(place, claimed, book, subject, data)
    yield from event_claims(place, claimed.events, book.events, runner.mapped_events)
    yield from headline_claims(place, claimed.events, runner.mapped_events, sleeve.panel)
    weights = {stock.symbol: stock.weight for stock in subject.basket.stocks}
    yield from number_claims(place, claimed.events, book.events, weights)
    if claimed.primary and circle is not Circle.POINT_IN_TIME:
        yield from _hindsight(place, book, subject)


def _captured(place: str, claimed: CircleResult, book: Book, subject: Subject, circle: Circle) -> Iterator[Finding]:
    """Make what each event captured again, and for the circle that leads the report its bounds.

    Event-isolated runs leave no ledger: of these alone the engine is asked once more.
    """
    policies = {"captured": subject.strategy.fills}
    if claimed.primary:
        policies |= {"captured_pessimistic": FillPolicy.PESSIMISTIC, "captured_optimistic": FillPolicy.OPTIMISTIC}
    for name, policy in policies.items():
        strategy = subject.strategy.model_copy(update={"fills": policy})
        runner = replace(subject, strategy=strategy).runner()
        plans = runner.plans(circle)
        if runner.triggered:
            found = {plan.mapped.event.id: runner.captured(plan) for plan in plans}
        else:
            ledger = book.ledger if name == "captured" else runner.continuous(circle)
            found = {plan.mapped.event.id: _held_through(plan, ledger, runner) for plan in plans}
        yield from captured_claims(place, claimed.events, name, found)


def _held_through(plan: EventPlan, ledger: Ledger, runner: SleeveRunner) -> float | None:
    """Return what a strategy without a trigger made over the window of an event; nothing where it had no member."""
    base = runner.sleeve.panel.row_of.get(plan.mapped.base)
    if base is None or not plan.members:
        return None
    before = base - runner.sleeve.start + 1
    return window_change(ledger, before, before + runner.strategy.window)


def _claimed(result: RunResult, key: BookKey) -> CircleResult | None:
    found = (each for each in result.results if (each.basket, each.strategy, each.members, each.sleeve) == key)
    return next(found, None)


def _benchmark(place: str, claimed: CircleResult, book: Book, subject: Subject, data: MarketData) -> Iterator[Finding]:
    declared = subject.basket.benchmarks.get(Currency(subject.sleeve.currency))
    rows = data.indices[data.indices["symbol"] == declared]
    levels: dict[date, float] = {
        day: float(level) for day, level in zip(rows["date"].dt.date, rows["close"], strict=True) if level > 0
    }
    sleeve = subject.sleeve
    before = sleeve.panel.sessions[max(sleeve.start - 1, 0)]
    yield from benchmark_claims(place, claimed, book.benchmark, declared, levels, before)


def _hindsight(place: str, book: Book, subject: Subject) -> Iterator[Finding]:
    """Tell which names were traded before any source had named them: the circle allows it, a reader must know."""
    stocks = {stock.symbol: stock for stock in subject.basket.stocks}
    calendar, late, traded = subject.sleeve.calendar, set(), set()
    orders = {order.order_id: order for order in book.ledger.orders}
    for fill in book.ledger.fills:
        order, stock = orders.get(fill.order_id), stocks.get(fill.symbol)
        if (
            order is None
            or stock is None
            or fill.side not in OPENING
            or order.created not in subject.sleeve.panel.row_of
        ):
            continue
        traded.add(stock.symbol)
        if stock.since is None or not stock.known_at(calendar.open_cutoff(calendar.session(order.created))):
            late.add(stock.symbol)
    if late:
        names = _told(sorted(late))
        zh, en = ("卖空", "sold short") if subject.strategy.is_short else ("买入", "bought")
        yield caution(
            Kind.HINDSIGHT,
            place,
            f"{zh}的 {len(traded)} 只股票中，{len(late)} 只至少有一次在有来源点名之前被{zh}：{names}",
            f"of {len(traded)} names {en}, {len(late)} were {en} at least once before any source had named them: "
            f"{names}",
        )


def _blemishes(audit: _Audit, data: MarketData, sleeves: tuple[Sleeve, ...]) -> Iterator[Finding]:
    """Tell what is wrong with the data of the run's names."""
    for warning in data.warnings:
        yield caution(Kind.BLEMISH, data.source, warning.zh, warning.en)
    for sleeve in sleeves:
        for warning in sleeve.panel.warnings:
            yield caution(Kind.BLEMISH, sleeve.currency, warning.zh, warning.en)
    traded = {(fill.symbol, fill.session) for book in audit.books.values() for fill in book.ledger.fills}
    marked = data.bars[data.bars["quality"] != ""]
    rows = zip(marked["symbol"], marked["date"].dt.date, marked["quality"], strict=True)
    remarks = Counter(quality for symbol, day, quality in rows if (symbol, day) in traded)
    for quality, count in sorted(remarks.items()):
        yield caution(
            Kind.BLEMISH,
            data.source,
            f"有 {count} 个成交日的行情带有来源备注：{quality}",
            f"{count} bars that fills rest on carry a remark of their source: {quality}",
        )


def _secondary(records: Mapping[tuple[str, str, tuple[str, ...], date], Record]) -> Iterator[Finding]:
    """Tell which rules the run hangs on that no primary source was read for."""
    for (law, subject, key, start), record in sorted(records.items(), key=lambda item: item[0]):
        if record.confidence != "secondary":
            continue
        span = f"{start} .. {record.until or ''}".rstrip()
        what = " ".join((law, subject, *key))
        publishers = ", ".join(dict.fromkeys(source.publisher for source in record.sources))
        yield caution(
            Kind.SECONDARY,
            what,
            f"规则出自二手来源（{publishers}；{span}）",
            f"from a secondary source ({publishers}; {span})",
        )


def _futures(audit: _Audit, job: Job, subject: Subject) -> Iterator[Finding]:
    """Exchange futures for the circle that leads the report and for the one without hindsight."""
    leading = primary_circle(_own_basket(job, subject.basket), subject.strategy.members, job.request.members)
    for circle in dict.fromkeys((leading, Circle.POINT_IN_TIME)):
        key = BookKey(subject.basket.id, subject.strategy.id, circle.value, subject.sleeve.currency)
        book = audit.books.get(key)
        if book is None or any(order.created not in subject.sleeve.panel.row_of for order in book.ledger.orders):
            continue
        rows = turning_points(book.ledger, subject.sleeve, audit.cuts)
        audit.checked.update(futures=2 * len(rows))
        yield from look_ahead(subject, circle, rows)


def _told(names: Sequence[str]) -> str:
    return ", ".join(names[:NAMES_TOLD]) + (" …" if len(names) > NAMES_TOLD else "")


def _own_basket(job: Job, basket: Basket) -> Basket:
    return next((each for each in job.baskets if each.id == basket.id), basket)


def _coverage(result: RunResult) -> Iterator[Finding]:
    """Tell what the run was to cover and did not."""
    for basket in result.baskets:
        missing = [member for member in basket.members if member.not_run]
        for reason in dict.fromkeys(member.not_run for member in missing if member.not_run):
            symbols = [member.symbol for member in missing if member.not_run == reason]
            told = _told(symbols)
            yield caution(
                Kind.COVERAGE,
                basket.id,
                f"{len(symbols)} 个成员未运行（{reason.zh}）：{told}",
                f"{len(symbols)} members not run ({reason.en}): {told}",
            )
    for circle in result.results:
        place = f"{circle.basket} × {circle.strategy} ({circle.sleeve})"
        excluded = [event for event in circle.events if event.excluded]
        if circle.primary and excluded:
            told = _told([event.event_id for event in excluded])
            yield caution(
                Kind.COVERAGE,
                place,
                f"{len(excluded)} 个事件未纳入：{told}",
                f"{len(excluded)} events left out: {told}",
            )
        if circle.primary and circle.benchmark_note:
            yield caution(Kind.COVERAGE, place, circle.benchmark_note.zh, circle.benchmark_note.en)


def trials_on(workspace: Path, content: str) -> int | None:
    """Return how many configurations were tried on data of a content; ``None`` without a trial ledger."""
    ledger = TrialLedger(workspace)
    return ledger.count(content) if ledger.path.is_file() else None


def _trials(workspace: Path, manifest: RunManifest) -> Iterator[Finding]:
    place = str(TrialLedger(workspace).path.relative_to(workspace))
    try:
        tried = trials_on(workspace, manifest.facts["data"]["content"])
    except DamagedDataError as error:
        yield hard(Kind.TRIALS, place, f"试验账本被改动过：{error.message}", f"tampered with: {error.message}")
        return
    if tried is None:
        yield note(
            Kind.TRIALS,
            place,
            "没有试验账本：试过多少种配置无从得知",
            "no trial ledger: how many were tried is not known",
        )
    elif tried > 1:
        yield caution(
            Kind.TRIALS,
            place,
            f"同一份数据上试过 {tried} 种配置：其中最好的一种要先扣除运气的成分",
            f"{tried} configurations were tried on this data: of the best of them luck has to be taken off first",
        )
    else:
        yield note(
            Kind.TRIALS, place, f"同一份数据上试过 {tried} 种配置", f"{tried} configuration(s) tried on this data"
        )
