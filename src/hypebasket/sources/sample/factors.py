"""What moves many names at once: the market of a region, its mainlines, and the answers to events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from hypebasket.sources.sample.streams import Floats, Streams, clustered_volatility, fat_tails
from hypebasket.sources.sample.tables import Listing, responses
from hypebasket.spec.text import Market

__all__ = ["REGION_OF", "Expected", "Factors", "expected_moves", "factors_of", "index_moves"]

REGION_OF = {Market.XSHG: "cn", Market.XSHE: "cn", Market.XBSE: "cn", Market.XHKG: "hk", Market.XNYS: "us"}

# All made up. Volatilities and drifts are daily; the answers of responses.yaml are those of A-shares.
MARKET_VOLATILITY = {"cn": 0.0095, "hk": 0.0130, "us": 0.0095}
MAINLINE_VOLATILITY = {"application": 0.0105, "compute": 0.0110, "regulation": 0.0090, "disrupted": 0.0070}
MARKET_DRIFT = {"cn": -0.0003, "hk": -0.0004, "us": 0.0003}
MAINLINE_DRIFT = {"application": -0.0008, "compute": -0.0007, "regulation": -0.0003, "disrupted": 0.0}
ANSWER_SCALE = {"cn": 1.0, "hk": 0.5, "us": 0.6}
ANSWER_SPREAD = 0.8
"""Standard deviation of a name's answer around its mainline's, which is 1."""

OPENING_SHARE = 0.7
"""Part of the answer of session 1 that the opening holds, where the news came before it."""


@dataclass(frozen=True, slots=True)
class Factors:
    """Daily returns of one region: ``market`` (n_sessions,) and one array per mainline."""

    region: str
    sessions: tuple[date, ...]
    market: Floats
    mainlines: dict[str, Floats]


@dataclass(frozen=True, slots=True)
class Expected:
    """What a name would do without its own noise, (n_sessions,) each: the whole day, and the opening's part of it."""

    day: Floats
    opening: Floats


def factors_of(streams: Streams, region: str, sessions: Sequence[date]) -> Factors:
    """Draw the common factors of a region."""
    n = len(sessions)

    def draw(name: str, volatility: float, drift: float) -> Floats:
        stream = streams.of("factor", region, name)
        return fat_tails(stream, n) * clustered_volatility(stream, n) * volatility + drift

    mainlines = {name: draw(name, volatility, MAINLINE_DRIFT[name]) for name, volatility in MAINLINE_VOLATILITY.items()}
    market = draw("market", MARKET_VOLATILITY[region], MARKET_DRIFT[region])
    return Factors(region, tuple(sessions), market, mainlines)


def _answers(streams: Streams, name: str, group: str, factors: Factors, spread: float) -> Expected:
    """Return the answers of one name to all events; ``spread`` scatters them around the mainline's."""
    n = len(factors.sessions)
    day, opening = np.zeros(n), np.zeros(n)
    place = {session: i for i, session in enumerate(factors.sessions)}
    for response in responses():
        moves = response.moves.get(group, ())
        first, known_at_open = response.start[factors.region]
        strength = float(
            np.clip(1 + spread * streams.of("answer", name, response.event_id).standard_normal(), -0.6, 3.4)
        )
        for i, move in zip(range(place[first], n), moves, strict=False):
            day[i] += move / 100 * strength * ANSWER_SCALE[factors.region]
        if moves and known_at_open:
            opening[place[first]] += moves[0] / 100 * strength * ANSWER_SCALE[factors.region] * OPENING_SHARE
    return Expected(day, opening)


def expected_moves(streams: Streams, listing: Listing, factors: Factors) -> Expected:
    """Return the part of a name's returns that the market, its mainline and the events explain."""
    stream = streams.of("loading", listing.symbol)
    beta, loading = stream.uniform(0.75, 1.25), stream.uniform(0.6, 1.3)
    common = beta * factors.market
    if listing.group in factors.mainlines:
        common = common + loading * factors.mainlines[listing.group]
    answers = _answers(streams, listing.symbol, listing.group, factors, ANSWER_SPREAD)
    return Expected(common + answers.day, 0.35 * common + answers.opening)


def index_moves(
    streams: Streams, name: str, factors: Factors, loadings: dict[str, float], own: float, group: str
) -> Floats:
    """Return (n_sessions,) returns of an index: market, loadings on mainlines, own noise and answers of ``group``."""
    n = len(factors.sessions)
    moves = factors.market * loadings["market"] + fat_tails(streams.of("index", name), n) * own
    for mainline, loading in loadings.items():
        if mainline != "market":
            moves = moves + loading * factors.mainlines[mainline]
    return np.asarray(moves + _answers(streams, name, group, factors, 0.0).day)
