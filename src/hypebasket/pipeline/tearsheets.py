"""Tearsheets are printed in worker processes while the engines still run."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from types import TracebackType

from hypebasket.ledger.result import CircleResult, Label
from hypebasket.pipeline.outcome import Benchmark, label
from hypebasket.pipeline.sleeve import CircleRun, SleeveRunner
from hypebasket.report.labels import HINDSIGHT, NO_MEMBER_DOCUMENTED, in_sleeve
from hypebasket.report.tearsheet import TearsheetInput, warm_up, write_tearsheet
from hypebasket.spec.basket import Basket
from hypebasket.spec.text import Currency
from hypebasket.stats.performance import simple_returns

__all__ = ["TearsheetPress", "sheet_name"]

WORKERS = 2


def sheet_name(basket: str, strategy: str, sleeve: str) -> str:
    """Return the file name of a pair's tearsheet; sleeves outside mainland China carry their currency."""
    return f"{basket}--{strategy}.html" if sleeve == Currency.CNY else f"{basket}--{strategy}--{sleeve}.html"


class TearsheetPress:
    """Two worker processes, started at once so that they are warm when the first sheet comes.

    Leaving the ``with`` block waits for every sheet and raises what went wrong; ``printed`` then holds their paths.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.printed: tuple[Path, ...] = ()
        self._pool = ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn"), initializer=warm_up)
        self._sheets: list[Future[Path]] = []

    def __enter__(self) -> TearsheetPress:
        self._pool.submit(int)  # the pool starts its workers with the first task it is given
        return self

    def print(
        self, runner: SleeveRunner, run: CircleRun, result: CircleResult, benchmark: Benchmark, *, synthetic: bool
    ) -> None:
        """Queue the tearsheet of a pair's primary circle."""
        data = tearsheet_input(runner, run, result, benchmark, synthetic=synthetic)
        path = self.folder / sheet_name(runner.basket.id, runner.strategy.id, runner.sleeve.currency)
        self._sheets.append(self._pool.submit(write_tearsheet, data, path))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=error is not None)
        if error is None:
            self.printed = tuple(sheet.result() for sheet in self._sheets)


def tearsheet_input(
    runner: SleeveRunner, run: CircleRun, result: CircleResult, benchmark: Benchmark, *, synthetic: bool
) -> TearsheetInput:
    """Return what the tearsheet of one circle is drawn from: session returns of the ledger and of the benchmark."""
    ledger = run.ledger
    returns = simple_returns([record.equity for record in ledger.equity], ledger.initial_cash)
    index = benchmark.returns
    return TearsheetInput(
        basket_id=runner.basket.id,
        strategy_id=runner.strategy.id,
        basket=in_sleeve(label(runner.basket.name), runner.sleeve.currency),
        strategy=label(runner.strategy.name),
        members=run.circle.value,
        sessions=tuple(record.session for record in ledger.equity),
        returns=tuple(float(value) for value in returns),
        benchmark_name=None if index is None else benchmark.symbol,
        benchmark_returns=None if index is None else tuple(float(value) for value in index),
        periods_per_year=runner.sleeve.periods_per_year,
        synthetic=synthetic,
        notes=tuple(_notes(runner.basket, result)),
        fills=result.fills,
    )


def _notes(basket: Basket, result: CircleResult) -> Iterator[Label]:
    """Yield what a reader must know: nobody documented the names, or only afterwards; why none was bought."""
    if not any(stock.documented for stock in basket.stocks):
        yield NO_MEMBER_DOCUMENTED
    if result.members in HINDSIGHT:
        yield HINDSIGHT[result.members]
    if result.note:
        yield result.note
