"""The whole made-up market: sessions, names, indices, files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from hypebasket.market.calendar import calendar_of
from hypebasket.sources.sample.dividends import declared
from hypebasket.sources.sample.factors import REGION_OF, Expected, Factors, expected_moves, factors_of
from hypebasket.sources.sample.indices import Level, indices
from hypebasket.sources.sample.streams import Streams
from hypebasket.sources.sample.tables import Listing, script, universe
from hypebasket.sources.sample.walk import Action, Bar, walk
from hypebasket.sources.sample.writing import write_actions, write_bars, write_dataset, write_indices, write_symbols
from hypebasket.spec.text import Market

__all__ = ["FIRST", "LAST", "SEED", "generate"]

FIRST = date(2022, 6, 1)
LAST = date(2024, 12, 31)
SEED = 20240215
"""The day of the event the sample is built around, in its announcer's time zone."""

_MARKET_OF_REGION = {"cn": Market.XSHG, "hk": Market.XHKG, "us": Market.XNYS}


def generate(folder: Path, seed: int = SEED) -> None:
    """Write the sample to ``folder``: bars, corporate actions, indices, symbols, ``dataset.json``.

    The same seed gives the same bytes with the same versions of Python, numpy and exchange_calendars.
    """
    folder.mkdir(parents=True, exist_ok=True)
    streams = Streams(seed)
    actions: list[Action] = []
    levels: dict[str, list[Level]] = {}
    for region, market in _MARKET_OF_REGION.items():
        factors = factors_of(streams, region, calendar_of(market).sessions(FIRST, LAST))
        bars: dict[str, list[Bar]] = {}
        for listing in universe():
            if REGION_OF[listing.market] == region:
                bars[listing.symbol], met = _simulate(streams, listing, factors)
                actions += met
        write_bars(folder, region, bars)
        levels |= indices(streams, factors)
    write_actions(folder, actions)
    write_indices(folder, levels)
    write_symbols(folder, [listing for listing in universe() if REGION_OF[listing.market] == "cn"])
    write_dataset(folder, seed)


def _simulate(streams: Streams, listing: Listing, factors: Factors) -> tuple[list[Bar], list[Action]]:
    """Walk one name from its listing on."""
    begin = next(i for i, session in enumerate(factors.sessions) if session >= listing.list_date)
    sessions = factors.sessions[begin:]
    moves = expected_moves(streams, listing, factors)
    expected = Expected(moves.day[begin:], moves.opening[begin:])
    return walk(streams, listing, sessions, expected, declared(streams, listing, sessions, script()), script())
