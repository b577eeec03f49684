"""The main job: YAML and data in; ledgers, numbers and pages out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

from hypebasket import __version__, rules
from hypebasket.errors import UsageError
from hypebasket.ledger.result import CircleResult, RunResult
from hypebasket.market.data import MarketData
from hypebasket.pipeline.chance import Chance, ChancePair, among_calendars
from hypebasket.pipeline.combined import SleeveOutcome, combine
from hypebasket.pipeline.files import LEDGER_COLUMNS, LedgerKey, ledger_rows, result_payload, write_csv, write_json
from hypebasket.pipeline.identity import file_hash, package_versions, run_id, source_hash
from hypebasket.pipeline.manifest import write_manifest
from hypebasket.pipeline.market import benchmark_of, fund, lay_out_sleeves
from hypebasket.pipeline.outcome import Benchmark, circle_result, label, primary_circle
from hypebasket.pipeline.pages import lay_out_pages
from hypebasket.pipeline.pairings import pairings, why_refused
from hypebasket.pipeline.pictures import draw_events, run_charts
from hypebasket.pipeline.request import RunRequest
from hypebasket.pipeline.sleeve import CircleRun, Sleeve, SleeveRunner
from hypebasket.pipeline.summary import assemble
from hypebasket.pipeline.supply import data_files, supply
from hypebasket.pipeline.tearsheets import SheetTitles, TearsheetPress
from hypebasket.pipeline.trials import Configuration, Evaluation, TrialLedger, evaluation_of
from hypebasket.plan.intents import MILLION
from hypebasket.rules.short_sale import borrow_terms
from hypebasket.spec.basket import Basket
from hypebasket.spec.layout import EVENTS, INSTRUMENTS, PUBLICATIONS, yaml_files
from hypebasket.spec.strategy import Strategy
from hypebasket.spec.text import Circle, Text
from hypebasket.spec.workspace import Workspace, load_workspace

__all__ = [
    "Finished",
    "Job",
    "Pair",
    "carry_out",
    "execute",
    "funded",
    "parameters_of",
    "prepare",
    "run_pair",
    "symbols_of",
]

DEFAULT_BASKETS = ("compute", "application", "regulation")
DEFAULT_STRATEGIES = ("buy-and-hold", "event-drift")

PLACEBO_SEED = 0
"""Of a run's random calendars; another seed is asked of ``hypebasket placebo``."""

Say = Callable[[str], None]
S = TypeVar("S")


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

    @property
    def titles(self) -> SheetTitles:
        """What its tearsheet is called."""
        basket, strategy = self.runner.basket, self.runner.strategy
        return SheetTitles(label(basket.name), label(strategy.name), any(stock.documented for stock in basket.stocks))


@dataclass(frozen=True, slots=True)
class Job:
    """A run made ready: what was asked for, the specs that came to, and the data with the instruments that hold."""

    request: RunRequest
    workspace: Workspace
    baskets: tuple[Basket, ...]
    strategies: tuple[Strategy, ...]
    data: MarketData


def execute(request: RunRequest, say: Say) -> Finished:
    """Run every chosen basket with every chosen strategy, and write the run's folder."""
    return carry_out(prepare(request), say, trials=TrialLedger(request.workspace))


def prepare(request: RunRequest, *, whole_market: bool = False) -> Job:
    """Read the workspace and the data that a request asks for, or with ``whole_market`` all data there is."""
    workspace = load_workspace(request.workspace)
    baskets = _chosen("basket", request.baskets or _usual(DEFAULT_BASKETS, workspace.baskets), workspace.baskets)
    strategies = _chosen(
        "strategy", request.strategies or _usual(DEFAULT_STRATEGIES, workspace.strategies), workspace.strategies
    )
    data = _with_instruments(
        supply(request.workspace, request.data, None if whole_market else symbols_of(baskets)), workspace
    )
    return Job(request, workspace, baskets, strategies, data)


def carry_out(
    job: Job,
    say: Say,
    *,
    trials: TrialLedger | None = None,
    folder: Path | None = None,
    identity: str | None = None,
) -> Finished:
    """Run a job and write its folder: the one below ``reports`` that its identity names, unless told otherwise.

    Every configuration is entered in ``trials``; a run that is only repeated tries nothing new, and passes none.
    """
    request, data = job.request, job.data
    _refuse_a_run_of_nothing(job)
    sleeves = lay_out_sleeves(request, job.baskets, data)
    say(f"data: {data.source}{' (SYNTHETIC / 合成数据)' if data.synthetic else ''}")
    for sleeve in sleeves:
        say(f"{sleeve.currency}: {sleeve.first}..{sleeve.last}")
    parameters = parameters_of(job, sleeves)
    identity = identity or run_id(parameters)
    folder = folder or request.workspace / "reports" / identity
    with _press(request, folder) as press:
        pairs = []
        for basket, strategy, sleeve in funded(job, sleeves):
            pair = run_pair(basket, strategy, sleeve, job.workspace, data, request.members)
            if request.placebo and pair.runner.triggered:
                pair = _among_chance(pair, job, sleeve)
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
        result = assemble(identity, results, run_baskets, job.strategies, sleeves, data, notices, combined)
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
    written += [*((index,) if index else ()), *(press.printed if press else ())]
    write_manifest(
        folder,
        identity,
        parameters,
        request=_named(job),
        inputs=_input_hashes(job),
        own_sources=_own_sources(job),
        written=written,
    )
    return Finished(result, folder, index)


def funded(job: Job, sleeves: Sequence[Sleeve]) -> Iterator[tuple[Basket, Strategy, Sleeve]]:
    """Yield what is run, sleeve by sleeve: every basket × strategy with the sleeve's part of its capital.

    A sleeve whose law refuses the strategy takes no part, and no capital.
    """
    plan = [
        (basket, strategy, fund([each for each in sleeves if not why_refused(strategy, each.currency)], basket))
        for basket, strategy in pairings(job.baskets, job.strategies)
    ]
    for sleeve in sleeves:
        for basket, strategy, parts in plan:
            own = next((each for each in parts if each.currency == sleeve.currency), None)
            if own is not None:
                yield basket, strategy, own


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


def _among_chance(pair: Pair, job: Job, sleeve: Sleeve) -> Pair:
    """Return the pair with what its primary circle's events captured among random calendars."""
    terms = Chance(draws=job.request.placebo, seed=PLACEBO_SEED)
    test = among_calendars(ChancePair(job, terms, pair.runner.basket, pair.runner.strategy, sleeve))
    results = tuple(
        each.model_copy(update={"placebo": test}) if run.primary else each
        for run, each in zip(pair.runs, pair.results, strict=True)
    )
    return replace(pair, results=results)


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


def _usual(names: Sequence[str], known: Mapping[str, S]) -> tuple[str, ...]:
    """Return the names a run without arguments takes: the usual ones that are there, else all."""
    return tuple(name for name in names if name in known) or tuple(known)


def _chosen(kind: str, wanted: Sequence[str], known: Mapping[str, S]) -> tuple[S, ...]:
    for name in wanted:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean '{near[0]}'?" if near else f"there are: {', '.join(known)}"
            raise UsageError(f"{kind} '{name}' is not in this workspace", hint)
    return tuple(known[name] for name in dict.fromkeys(wanted))


def symbols_of(baskets: Sequence[Basket]) -> set[str]:
    """Return every symbol that baskets need data of: their members and their benchmarks."""
    stocks = {stock.symbol for basket in baskets for stock in basket.stocks}
    return stocks | {symbol for basket in baskets for symbol in basket.benchmarks.values()}


def _with_instruments(data: MarketData, workspace: Workspace) -> MarketData:
    """Let the workspace's instrument table, which is cited, override the data's."""
    return replace(data, instruments={**data.instruments, **workspace.instruments})


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


def parameters_of(job: Job, sleeves: Sequence[Sleeve]) -> dict[str, object]:
    """Return everything that can change a number of the run, resolved."""
    request, workspace, data = job.request, job.workspace, job.data
    symbols = symbols_of(job.baskets)
    return {
        "baskets": [basket.model_dump(mode="json") for basket in job.baskets],
        "strategies": [strategy.model_dump(mode="json", by_alias=True) for strategy in job.strategies],
        "own_classes": {name: file_hash(path) for name, path in _own_files(job).items()},
        "events": [event.model_dump(mode="json") for event in workspace.events],
        "instruments": [
            instrument.model_dump(mode="json")
            for symbol, instrument in sorted(data.instruments.items())
            if symbol in symbols
        ],
        "sleeves": [{"currency": each.currency, "start": each.first, "end": each.last} for each in sleeves],
        "capital": request.capital,
        "members": request.members,
        "data": {"source": data.source, "synthetic": data.synthetic, "content": data.content_hash},
        "rules": rules.version(),
        "code": {"version": __version__, "sha256": source_hash()},
        "packages": package_versions(),
        "placebo": request.placebo,
        "seed": PLACEBO_SEED if request.placebo else None,
    }


def _named(job: Job) -> RunRequest:
    """Return the request with the baskets and strategies it came to."""
    baskets, strategies = (tuple(each.id for each in group) for group in (job.baskets, job.strategies))
    return replace(job.request, baskets=baskets, strategies=strategies)


def _own_files(job: Job) -> dict[str, Path]:
    """Return the file of each own class by its name in the workspace."""
    names = (strategy.own_class.partition(":")[0] for strategy in job.strategies if strategy.own_class)
    return {name: job.workspace.root / name for name in names}


def _own_sources(job: Job) -> dict[str, str]:
    return {name: _text_of(path) for name, path in _own_files(job).items()}


def _text_of(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise UsageError(f"{path.name}: not UTF-8 text: {error.reason}", "save the file as UTF-8") from error


def _input_hashes(job: Job) -> dict[str, str]:
    """Return the hash of every file that went in, by its path in the workspace.

    Files that came with the package (the sample of a workspace without one) are covered by its own hash.
    """
    root = job.request.workspace
    run = {basket.id for basket in job.baskets} | {strategy.id for strategy in job.strategies}
    specs = [path for name in ("baskets", "strategies") for path in yaml_files(root / name) if path.stem in run]
    specs += [root / EVENTS, root / PUBLICATIONS, root / INSTRUMENTS, *_own_files(job).values()]
    found = [*specs, *data_files(root, job.request.data)]
    return {
        path.relative_to(root).as_posix(): file_hash(path)
        for path in found
        if path.is_relative_to(root) and path.is_file()
    }
