"""Tearsheets are printed in worker processes while the engines still run."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from hypebasket.ledger.result import CircleResult, Label
from hypebasket.report.labels import HINDSIGHT, NO_MEMBER_DOCUMENTED, in_sleeve
from hypebasket.report.tearsheet import TearsheetInput, warm_up, write_tearsheet
from hypebasket.spec.text import Currency
from hypebasket.stats.performance import simple_returns

__all__ = ["SheetTitles", "TearsheetPress", "sheet_name"]

WORKERS = 2


def sheet_name(basket: str, strategy: str, sleeve: str) -> str:
    """Return the file name of a pair's tearsheet; sleeves outside mainland China carry their currency."""
    return f"{basket}--{strategy}.html" if sleeve == Currency.CNY else f"{basket}--{strategy}--{sleeve}.html"


class SheetTitles(NamedTuple):
    """What a tearsheet is called, whether any source names a member of its basket, and whether it is of short sales."""

    basket: Label
    strategy: Label
    documented: bool
    short: bool = False


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

    def print(self, result: CircleResult, titles: SheetTitles, *, synthetic: bool) -> None:
        """Queue the tearsheet of a pair's primary circle."""
        data = tearsheet_input(result, titles, synthetic=synthetic)
        path = self.folder / sheet_name(result.basket, result.strategy, result.sleeve)
        self._sheets.append(self._pool.submit(write_tearsheet, data, path))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=error is not None)
        if error is None:
            self.printed = tuple(sheet.result() for sheet in self._sheets)


def tearsheet_input(result: CircleResult, titles: SheetTitles, *, synthetic: bool) -> TearsheetInput:
    """Return what the tearsheet of a primary circle is drawn from: session returns of its curve and its benchmark."""
    curve = result.curve
    levels = [point.benchmark for point in curve if point.benchmark is not None]
    returns = simple_returns([point.equity for point in curve], result.initial_cash)
    index = simple_returns(levels, result.benchmark_start) if result.benchmark_start is not None else None
    return TearsheetInput(
        basket_id=result.basket,
        strategy_id=result.strategy,
        basket=in_sleeve(titles.basket, result.sleeve),
        strategy=titles.strategy,
        members=result.members,
        sessions=tuple(point.session for point in curve),
        returns=tuple(float(value) for value in returns),
        benchmark_name=None if index is None else result.benchmark,
        benchmark_returns=None if index is None else tuple(float(value) for value in index),
        periods_per_year=result.sessions_per_year,
        synthetic=synthetic,
        notes=tuple(_notes(result, documented=titles.documented)),
        fills=result.fills,
        short=titles.short,
    )


def _notes(result: CircleResult, *, documented: bool) -> Iterator[Label]:
    """Yield what a reader must know: nobody documented the names, or only afterwards; why there was no fill."""
    if not documented:
        yield NO_MEMBER_DOCUMENTED
    if result.members in HINDSIGHT:
        yield HINDSIGHT[result.members]
    if result.note:
        yield result.note
