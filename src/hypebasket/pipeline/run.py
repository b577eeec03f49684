"""The main job: YAML and data in; ledgers, numbers and pages out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from hypebasket.errors import UsageError
from hypebasket.ledger.result import CircleResult, MainlineFinding, PlaceboTest, RunResult
from hypebasket.market.data import MarketData
from hypebasket.pipeline.chance import Chance
from hypebasket.pipeline.combined import SleeveOutcome, combine
from hypebasket.pipeline.crew import ALONE, Crew
from hypebasket.pipeline.files import LEDGER_COLUMNS, LedgerKey, ledger_rows, result_payload, write_csv, write_json
from hypebasket.pipeline.ground import Ground
from hypebasket.pipeline.identity import run_id
from hypebasket.pipeline.job import (
    PLACEBO_SEED,
    Job,
    Say,
    funded,
    parameters_of,
    prepare,
    seal,
    tell_source,
)
from hypebasket.pipeline.manifest import RUN
from hypebasket.pipeline.market import benchmark_of, lay_out_sleeves
from hypebasket.pipeline.outcome import Benchmark, circle_result, label, primary_circle
from hypebasket.pipeline.pages import lay_out_pages
from hypebasket.pipeline.pairings import why_refused
from hypebasket.pipeline.pictures import draw_events, run_charts
from hypebasket.pipeline.request import RunRequest
from hypebasket.pipeline.sleeve import CircleRun, Sleeve, SleeveRunner
from hypebasket.pipeline.summary import assemble
from hypebasket.pipeline.tearsheets import SheetTitles, TearsheetPress
from hypebasket.pipeline.trials import Configuration, Evaluation, TrialLedger, evaluation_of
from hypebasket.plan.intents import MILLION
from hypebasket.rules.short_sale import borrow_terms
from hypebasket.spec.basket import Basket
from hypebasket.spec.strategy import Strategy
from hypebasket.spec.text import Circle, Text
from hypebasket.spec.workspace import Workspace

__all__ = ["Finished", "Pair", "carry_out", "execute", "run_pair"]


@dataclass(frozen=True, slots=True)
class Finished:
    """What a run left: its result, its folder, and the comparison page (if pages were asked for)."""

    result: RunResult
    folder: Path
    index: Path | None


@dataclass(frozen=True, slots=True)
class Pair:
    """One basket × strategy: every circle's ledgers and numbers."""

    runner: SleeveRunner
    runs: tuple[CircleRun, ...]
    results: tuple[CircleResult, ...]
    benchmark: Benchmark

    @property
    def outcomes(self) -> Iterator[SleeveOutcome]:
        """Every circle, as a part of what its basket did across sleeves."""
        for run, result in zip(self.runs, self.results, strict=True):
            yield SleeveOutcome(self.runner.sleeve, result, run.ledger)

    @property
    def primary(self) -> tuple[CircleRun, CircleResult]:
        """The circle that leads the report."""
        return next(both for both in zip(self.runs, self.results, strict=True) if both[0].primary)

    def among(self, test: PlaceboTest | None) -> Pair:
        """Return the pair with what its primary circle captured among random calendars, where that is known."""
        if test is None:
            return self
        results = tuple(
            each.model_copy(update={"placebo": test}) if run.primary else each
            for run, each in zip(self.runs, self.results, strict=True)
        )
        return replace(self, results=results)

    @property
    def titles(self) -> SheetTitles:
        """What its tearsheet is called."""
        basket, strategy = self.runner.basket, self.runner.strategy
        documented = any(stock.documented for stock in basket.stocks)
        return SheetTitles(label(basket.name), label(strategy.name), documented, strategy.is_short)


def execute(request: RunRequest, say: Say, *, jobs: int = 1) -> Finished:
    """Run every chosen basket with every chosen strategy, and write the run's folder.

    ``jobs`` processes share what chance would have captured, where that is asked for.
    """
    return carry_out(prepare(request), say, trials=TrialLedger(request.workspace), crew=Crew(jobs))


def carry_out(
    job: Job,
    say: Say,
    *,
    trials: TrialLedger | None = None,
    folder: Path | None = None,
    identity: str | None = None,
    crew: Crew = ALONE,
) -> Finished:
    """Run a job and write its folder: the one below ``reports`` that its identity names, unless told otherwise.

    Every configuration is entered in ``trials``; a run that is only repeated tries nothing new, and passes none.
    """
    request, data = job.request, job.data
    _refuse_a_run_of_nothing(job)
    sleeves = lay_out_sleeves(request, job.baskets, data)
    tell_source(data, say)
    for sleeve in sleeves:
        say(f"{sleeve.currency}: {sleeve.first}..{sleeve.last}")
    parameters = parameters_of(job, sleeves)
    identity = identity or run_id(parameters)
    folder = folder or request.workspace / "reports" / identity
    findings = _findings(job, say) if request.study else ()
    chances = _among_chance(job, sleeves, crew, say) if request.placebo else {}
    with _press(request, folder) as press:
        pairs = []
        for basket, strategy, sleeve in funded(job, sleeves):
            pair = run_pair(basket, strategy, sleeve, job.workspace, data, request.members)
            pair = pair.among(chances.get((basket.id, strategy.id, sleeve.currency)))
            pairs.append(pair)
            say(f"ran {basket.id} × {strategy.id} in {sleeve.currency}")
            if press:
                press.print(pair.primary[1], pair.titles, synthetic=data.synthetic)
        results = [result for pair in pairs for result in pair.results]
        notices = tuple(_notices(job, sleeves, pairs))
        for notice in notices:
            say(notice.en)
        run_baskets = list({pair.runner.basket.id: pair.runner.basket for pair in pairs}.values())
        combined = combine((outcome for pair in pairs for outcome in pair.outcomes), data.rates)
        result = assemble(identity, results, run_baskets, job.strategies, sleeves, data, notices, combined, findings)
        pictures = [picture for pair in pairs for picture in draw_events(pair.runner, pair.primary[0])]
        charts = run_charts(identity, sleeves, pictures)
        written = [
            *_write_ledgers(folder, pairs),
            write_json(folder / "result.json", result_payload(result)),
            write_json(folder / "charts.json", charts.model_dump(mode="json"), compact=True),
        ]
        if trials:
            trials.append(identity, (_trial(pair, data) for pair in pairs))
        index = lay_out_pages(result, charts, folder) if press else None
        if press:
            say("drawing the tearsheets")
    sheets = press.printed if press else ()
    seal(job, folder, identity, parameters, [*written, index, *sheets], verb=RUN)
    return Finished(result, folder, index)


def run_pair(
    basket: Basket,
    strategy: Strategy,
    sleeve: Sleeve,
    workspace: Workspace,
    data: MarketData,
    members: Circle | None = None,
) -> Pair:
    """Run one basket with one strategy, in all three circles of members."""
    runner = SleeveRunner(basket, strategy, sleeve, workspace.events, workspace.root)
    leading = primary_circle(basket, strategy.members, members)
    benchmark = benchmark_of(basket, sleeve, data)
    runs = tuple(runner.run(circle, primary=circle is leading) for circle in Circle)
    return Pair(runner, runs, tuple(circle_result(runner, run, benchmark) for run in runs), benchmark)


def _findings(job: Job, say: Say) -> tuple[MainlineFinding, ...]:
    from hypebasket.pipeline.study.mainlines import findings_of

    findings = findings_of(job)
    for found in findings:
        say(f"studied {found.basket} in {found.sleeve}: {found.brief.en}")
    return findings


def _among_chance(job: Job, sleeves: Sequence[Sleeve], crew: Crew, say: Say) -> dict[tuple[str, str, str], PlaceboTest]:
    """Return what every pair that acts on events captured among random calendars.

    Before anything else is started: processes can only be forked while nothing runs beside this one.
    """
    ground = Ground(job, sleeves, Chance(draws=job.request.placebo, seed=PLACEBO_SEED))
    found = {}
    for number, pair in enumerate(ground.pairs):
        found[pair.basket.id, pair.strategy.id, pair.sleeve.currency] = ground.compare(number, "calendars", crew)
        say(f"compared {pair.basket.id} × {pair.strategy.id} in {pair.sleeve.currency} with random calendars")
    return found


def _trial(pair: Pair, data: MarketData) -> tuple[Configuration, Evaluation]:
    """Return what the trial ledger is told of a pair: the circle that leads the report."""
    run, result = pair.primary
    configuration = Configuration(
        strategy=pair.runner.strategy,
        basket=pair.runner.basket,
        members=run.circle.value,
        sleeve=result.sleeve,
        start=result.start.isoformat(),
        end=result.end.isoformat(),
        capital=round(result.initial_cash),
        content=data.content_hash,
        synthetic=data.synthetic,
    )
    return configuration, evaluation_of(run.ledger, result.events, pair.runner.sleeve.periods_per_year)


def _refuse_a_run_of_nothing(job: Job) -> None:
    """Refuse strategies of which the law lets none run in any sleeve that was asked for."""
    reasons = [why_refused(strategy, currency) for strategy in job.strategies for currency in job.request.sleeves]
    if reasons and all(reasons):
        raise UsageError(str(reasons[0] and reasons[0].en), "choose --markets USD, or a strategy that buys")


def _notices(job: Job, sleeves: Sequence[Sleeve], pairs: Sequence[Pair]) -> Iterator[Text]:
    """Yield what of the request was not run, and what a reader must know of short sales.

    Not run: baskets without a member in these sleeves, short sales of A-shares, events past the calendar.
    """
    baskets = job.baskets
    for strategy in job.strategies:
        yield from (reason for sleeve in sleeves if (reason := why_refused(strategy, sleeve.currency)))
    yield from dict.fromkeys(text for pair in pairs for text in _short_side(pair.runner))
    symbols = {symbol for sleeve in sleeves for symbol in sleeve.panel.symbols}
    currencies = "、".join(sleeve.currency for sleeve in sleeves), ", ".join(sleeve.currency for sleeve in sleeves)
    for basket in baskets:
        if not any(stock.symbol in symbols for stock in basket.stocks):
            yield Text(
                zh=f"篮子 {basket.id} 在 {currencies[0]} 仓位没有可交易的成员，未运行",
                en=f"basket {basket.id} has no member to trade in {currencies[1]}: not run",
            )
    for event in sorted({event for pair in pairs for event in pair.runner.unmapped}):
        yield Text(
            zh=f"事件 {event} 晚于已公布的交易日历，未纳入",
            en=f"event {event} lies past the end of the published calendar: left out",
        )


def _short_side(runner: SleeveRunner) -> Iterator[Text]:
    """Yield what a reader must know of a strategy that sells short."""
    strategy, sleeve = runner.strategy, runner.sleeve
    if not strategy.is_short:
        return
    boards = {sleeve.panel.listings[sleeve.panel.column_of[stock.symbol]].board for stock in runner.builder.stocks}
    stated = strategy.short.borrow_rate
    rates = {borrow_terms(board, sleeve.last)[0] / MILLION for board in boards} if stated is None else {stated}
    rate = ", ".join(f"{each:.2%}" for each in sorted(rates))
    yield Text(
        zh=f"策略 {strategy.id} 卖空：新闻涨幅仍是股票自身的涨跌，股票下跌时实得为正。借券费率 {rate}（年）是假设，"
        f"并非报价；当时能否借到券没有数据（{sleeve.currency}）。",
        en=f"{strategy.id} sells short: the headline is still the stock's own return, and captured is positive when it "
        f"falls. The borrowing cost of {rate} a year is an assumption, no quotation; whether the shares could be "
        f"borrowed is not known ({sleeve.currency}).",
    )


@contextmanager
def _press(request: RunRequest, folder: Path) -> Iterator[TearsheetPress | None]:
    if not request.pages:
        yield None
        return
    with TearsheetPress(folder) as press:
        yield press


def _write_ledgers(folder: Path, pairs: Sequence[Pair]) -> list[Path]:
    """Write every CSV file, all circles of all pairs one below the other; return their paths."""
    rows: dict[str, list[Sequence[object]]] = {name: [] for name in LEDGER_COLUMNS}
    for pair in pairs:
        for run, result in zip(pair.runs, pair.results, strict=True):
            key: LedgerKey = (pair.runner.basket.id, pair.runner.strategy.id, run.circle.value)
            for name, lines in ledger_rows(key, run.ledger, result).items():
                rows[name].extend(lines)
    return [write_csv(folder / f"{name}.csv", columns, rows[name]) for name, columns in LEDGER_COLUMNS.items()]
