"""Are the tests of ``hypebasket study`` honest? Rejections on simulated markets, where the truth is known.

    make calibration                                  # or: .venv/bin/python benchmarks/calibration.py
    .venv/bin/python benchmarks/calibration.py --repeat 500 --seed 7

Three tables: how often each test rejects at 5 % where nothing happened (within 3.5 to 6.5 % wherever the test is made
for the setting); how often effects of 1, 2 and 5 % are found; and whether p-values of placebo calendars are uniform.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hypebasket.stats import event_tests as tests
from hypebasket.stats.cross_correlation import mean_cross_correlation
from hypebasket.stats.normal_returns import NormalModel, fit_normal_returns
from hypebasket.stats.placebo import matched_calendars, placebo_p_value, share_covered, spread_p_values, widened

Floats = npt.NDArray[np.float64]

LEVEL = 0.05
BAND = (0.035, 0.065)
ESTIMATION = 120
WINDOW = 5
TEST_NAMES = (
    "cross_sectional_t", "patell", "bmp", "kolari_pynnonen", "generalised_rank", "event_t", "event_bootstrap",
)  # fmt: skip


@dataclass(frozen=True)
class Setting:
    """A market without an effect: ``events`` dates with ``members`` names each.

    ``correlation``: of the names' abnormal returns, within a date; ``raised``: how many times the variance of the
    estimation window that of the event is; ``made_for``: tests whose assumptions hold; ``tails``: degrees of freedom of
    the shocks, ``None`` for normal ones; ``window``: sessions that are cumulated.
    """

    name: str
    events: int
    members: int
    correlation: float
    raised: float
    made_for: tuple[str, ...]
    tails: float | None = None
    window: int = 5


SCALE_FREE = ("cross_sectional_t", "bmp", "kolari_pynnonen", "generalised_rank", "event_t", "event_bootstrap")
ROBUST = ("kolari_pynnonen", "generalised_rank", "event_t", "event_bootstrap")

SETTINGS = (
    Setting("60 names, each its own date", 60, 1, 0.0, 1.0, TEST_NAMES),
    Setting("the same, variance doubled", 60, 1, 0.0, 2.0, SCALE_FREE),
    Setting("heavy tails, 1 session", 60, 1, 0.0, 1.0, ("generalised_rank",), tails=4.0, window=1),
    Setting("40 names on one date", 1, 40, 0.05, 1.0, ("kolari_pynnonen", "generalised_rank")),
    Setting("20 dates of 15 names", 20, 15, 0.4, 1.0, ROBUST),
    Setting("the same, variance doubled", 20, 15, 0.4, 2.0, ROBUST),
)

PLACEBOS = (
    ("drawn anywhere", False, False),
    ("away from the truth, widened", True, True),
    ("away from the truth, as they are", True, False),
)


def p_values(setting: Setting, rng: np.random.Generator, effect: float = 0.0, draws: int = 499) -> dict[str, float]:
    """Simulate one market, plant ``effect`` in every window, and return each test's p-value (NaN: none)."""
    n, window = setting.events * setting.members, setting.window
    length = ESTIMATION + window
    event = np.repeat(np.arange(setting.events), setting.members)
    market = rng.normal(0.0003, 0.012, (setting.events, length))[event]
    shared = _shocks(rng, setting.tails, (setting.events, length))[event]
    own = _shocks(rng, setting.tails, (n, length))
    scale = 0.025 * np.exp(rng.normal(0.0, 0.3, (n, 1)))
    abnormal = scale * (np.sqrt(setting.correlation) * shared + np.sqrt(1.0 - setting.correlation) * own)
    abnormal[:, ESTIMATION:] = abnormal[:, ESTIMATION:] * np.sqrt(setting.raised) + effect / window
    returns = rng.normal(0.0, 0.0005, (n, 1)) + rng.uniform(0.6, 1.6, (n, 1)) * market + abnormal
    ones = np.ones((n, ESTIMATION), dtype=np.int64)
    normal = fit_normal_returns(NormalModel.MARKET, returns[:, :ESTIMATION], market[:, :ESTIMATION], ones)
    moved = market[:, ESTIMATION:].sum(axis=1)
    car = returns[:, ESTIMATION:].sum(axis=1) - normal.alpha * window - normal.beta * moved
    scaled = car / normal.deviation(np.full(n, window), moved)
    overlap = (event[:, None] == event[None, :]).astype(np.float64)
    correlation = mean_cross_correlation(normal.residuals, overlap)
    by_event = np.bincount(event, weights=car) / setting.members
    blocks = np.arange(setting.events)
    verdicts = {
        "cross_sectional_t": tests.cross_sectional_t(car),
        "patell": tests.patell(scaled, normal.dof),
        "bmp": tests.boehmer_musumeci_poulsen(scaled),
        "kolari_pynnonen": tests.kolari_pynnonen(scaled, correlation),
        "generalised_rank": tests.generalised_rank(scaled, normal.residuals / normal.sigma[:, None]),
        "event_t": tests.clustered_t(by_event, blocks),
        "event_bootstrap": tests.block_bootstrap(by_event, blocks, rng, draws=draws).test,
    }
    return {name: np.nan if verdict.p_value is None else verdict.p_value for name, verdict in verdicts.items()}


def _shocks(rng: np.random.Generator, tails: float | None, shape: tuple[int, int]) -> Floats:
    """Return shocks of variance 1."""
    return rng.normal(size=shape) if tails is None else rng.standard_t(tails, shape) / np.sqrt(tails / (tails - 2.0))


def rejections(setting: Setting, repeat: int, seed: int, effect: float = 0.0) -> dict[str, float]:
    """Return how often each test rejects at 5 % among ``repeat`` markets; NaN for a test that could not be made."""
    rng = np.random.default_rng([seed, SETTINGS.index(setting) if setting in SETTINGS else len(SETTINGS)])
    found = [p_values(setting, rng, effect) for _ in range(repeat)]
    table = {name: np.array([each[name] for each in found]) for name in TEST_NAMES}
    return {name: np.nan if np.isnan(row).all() else float((row <= LEVEL).mean()) for name, row in table.items()}


def placebo_p_values(markets: int, draws: int, seed: int, *, away: bool, corrected: bool) -> Floats:
    """Return a p-value per market without an effect: what 20 true events earned among matched calendars.

    The true events fall anywhere by chance. ``away``: drawn events keep from them; ``corrected``: and their numbers are
    widened for it.
    """
    rng = np.random.default_rng([seed, 99])
    first, last = 20, 880
    found = []
    for _ in range(markets):
        earned = rng.normal(0.0, 0.02, 900) + np.where(rng.random(900) < 0.02, rng.normal(0.0, 0.08, 900), 0.0)
        summed = np.convolve(earned, np.ones(WINDOW), mode="valid")
        true = rng.integers(first + 20, last - 20, 20)
        distance = WINDOW if away else None
        drawn = summed[matched_calendars(rng, true, start=first, stop=last, draws=draws, distance=distance)].mean(
            axis=1
        )
        if corrected:
            drawn = widened(drawn, share_covered(true, start=first, stop=last, length=WINDOW))
        found.append(placebo_p_value(float(summed[true].mean()), drawn))
    return spread_p_values(rng, np.array(found), draws)


def _row(name: str, values: dict[str, float], made_for: Iterable[str] = ()) -> str:
    shown = {test: "–" if np.isnan(value) else f"{value * 100:.1f}" for test, value in values.items()}
    cells = [f"{shown[test]}{'*' if test in made_for else ' '}" for test in TEST_NAMES]
    return f"{name:34}" + "".join(f"{cell:>10}" for cell in cells)


def _tables(repeat: int, seed: int, say: Callable[[str], None]) -> bool:
    from scipy.stats import kstest

    heads = ("t", "Patell", "BMP", "KP", "GRANK", "event t", "blocks")
    say(f"Rejections at 5 % without an effect, % of {repeat} markets (* = the test is made for this setting)")
    say(f"{'':34}" + "".join(f"{head:>10}" for head in heads))
    good = True
    for setting in SETTINGS:
        found = rejections(setting, repeat, seed)
        say(_row(setting.name, found, setting.made_for))
        good &= all(BAND[0] <= found[test] <= BAND[1] for test in setting.made_for)
    say(f"within {BAND[0]:.1%} to {BAND[1]:.1%} wherever starred: {'yes' if good else 'NO'}\n")
    say(f"Found effects over {WINDOW} sessions, % of {max(repeat // 4, 50)} markets (15 names a date, correlation 0.4)")
    say(f"{'':34}" + "".join(f"{head:>10}" for head in heads))
    for events in (5, 10, 20, 40):
        for effect in (0.01, 0.02, 0.05):
            setting = Setting("power", events, 15, 0.4, 1.0, ())
            say(_row(f"{events} dates, {effect:.0%}", rejections(setting, max(repeat // 4, 50), seed, effect)))
    say(f"\nPlacebo p-values of {max(repeat // 4, 100)} markets without an effect, 20 events each")
    for name, away, corrected in PLACEBOS:
        uniform = placebo_p_values(max(repeat // 4, 100), 199, seed, away=away, corrected=corrected)
        test = kstest(uniform, "uniform")
        say(f"{name:34}  KS distance {test.statistic:.3f}, p = {test.pvalue:.3f}; "
            f"below 5 %: {(uniform <= LEVEL).mean():.1%}")  # fmt: skip
        good &= bool(test.pvalue > 0.01) or (away and not corrected)
    return good


def main() -> int:
    """Print the tables; 1 if a test rejects too often or too rarely where it is made for the setting."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=4000, help="markets per setting")
    parser.add_argument("--seed", type=int, default=20260000)
    chosen = parser.parse_args()
    return 0 if _tables(chosen.repeat, chosen.seed, lambda line: print(line, flush=True)) else 1


if __name__ == "__main__":
    sys.exit(main())
