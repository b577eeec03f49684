"""What luck explains of the best of many configurations: deflated Sharpe ratio, overfitting, and the finding."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from hypebasket.ledger.result import Label
from hypebasket.ledger.sweep import SweepFinding
from hypebasket.report.figures import chance
from hypebasket.stats.deflated_sharpe import deflate_trials
from hypebasket.stats.overfitting import cross_validate
from hypebasket.stats.performance import simple_returns

__all__ = ["CONFIDENCE", "FEWEST_EVENTS", "MOST_OVERFITTING", "Luck", "judge"]

FEWEST_EVENTS: Final = 10
"""Below so many events nothing is said of skill, whatever the session returns look like."""

CONFIDENCE: Final = 0.95
MOST_OVERFITTING: Final = 0.05
"""The best holds where it is skill with this confidence, and overfitting is no likelier than that."""

BLOCKS: Final = (16, 12, 10, 8, 6)
MOST_CELLS: Final = 20_000_000
"""Splits × configurations that are held at once; more configurations are cross-validated in fewer blocks."""


_UNSAID: Final = Label(zh="", en="")


@dataclass(frozen=True, slots=True)
class Luck:
    """What is said of the best of many: see ``ArenaResult`` for the figures."""

    finding: SweepFinding = "insufficient"
    answer: Label = _UNSAID
    deflated_sharpe: float | None = None
    overfitting: float | None = None
    best_sharpe: float | None = None
    luck_sharpe: float | None = None
    effective_trials: float | None = None
    splits: int | None = None
    gaps: tuple[Label, ...] = ()


def judge(
    equities: Sequence[npt.NDArray[np.int64]],
    capital: int,
    periods_per_year: int,
    *,
    tried: int,
    events: int | None,
) -> Luck:
    """Judge the configurations of one arena.

    Parameters
    ----------
    equities : sequence of (n_sessions,)
        Equity in fen of every configuration that is a strategy.
    capital : int
        What each began with, in fen.
    tried : int
        Different configurations ever evaluated on this data.
    events : int, optional
        Most events that any of them acted on; ``None`` for a strategy that does not act on events.
    """
    gap = _obstacle(equities)
    if gap:
        return _concluded(Luck(gaps=(gap,)), tried, events)
    returns = np.array([simple_returns(equity, capital) for equity in equities]).T
    year = math.sqrt(periods_per_year)
    deflated, splitting = deflate_trials(returns, tried), _splitting(*returns.shape)
    validated = None if splitting is None else cross_validate(returns, blocks=splitting)
    luck = Luck(gaps=(*(() if deflated else (_FLAT,)), *(() if validated else (_too_short(len(returns)),))))
    if deflated:
        luck = replace(
            luck,
            deflated_sharpe=deflated.probability,
            best_sharpe=deflated.record.sharpe * year,
            luck_sharpe=deflated.threshold * year,
            effective_trials=deflated.effective,
        )
    if validated:
        luck = replace(luck, overfitting=validated.probability, splits=len(validated.logits))
    return _concluded(luck, tried, events)


def _splitting(periods: int, trials: int) -> int | None:
    """Return into how many blocks the record is cut: as many as it and the memory allow; ``None`` for too short."""
    return next(
        (
            blocks
            for blocks in BLOCKS
            if periods >= 2 * blocks and math.comb(blocks, blocks // 2) * trials <= MOST_CELLS
        ),
        None,
    )


def _concluded(luck: Luck, tried: int, events: int | None) -> Luck:
    """Return the figures with the finding, and what to say of it."""
    deflated, overfitting = luck.deflated_sharpe, luck.overfitting
    few = events is not None and events < FEWEST_EVENTS
    finding: SweepFinding
    if few or deflated is None or overfitting is None:
        finding = "insufficient"
    else:
        finding = "holds" if deflated >= CONFIDENCE and overfitting <= MOST_OVERFITTING else "not_shown"
    zh, en = [f"在这份数据上共试过 {tried:,} 个不同配置"], [_tried(tried)]
    if deflated is not None:
        zh.append(f"最好的夏普比率不只是运气的概率为 {chance(deflated)}（去膨胀夏普）")
        en.append(f"the best Sharpe ratio is more than their luck with a probability of {chance(deflated)} (deflated)")
    if overfitting is not None:
        zh.append(f"过拟合概率 {chance(overfitting)}")
        en.append(f"the probability of overfitting is {chance(overfitting)}")
    ending = _ENDINGS[finding]
    if few:
        ending = Label(
            zh=f"只有 {events} 个事件，数据不足：选出的可能只是运气",
            en=f"{_events(events)} are insufficient to tell choice from luck",
        )
    return replace(
        luck,
        finding=finding,
        answer=Label(zh=f"{'；'.join(zh)}。{ending.zh}。", en=f"{'; '.join(en)}. {ending.en}."),
    )


def _tried(tried: int) -> str:
    return f"{tried:,} different configuration{' was' if tried == 1 else 's were'} tried on this data"


def _events(events: int | None) -> str:
    return f"{events} event{'' if events == 1 else 's'}" if events else "No events"


_ENDINGS: Final[dict[SweepFinding, Label]] = {
    "holds": Label(zh="最好的配置经得起试验次数的检验", en="The best holds against the number of trials"),
    "not_shown": Label(zh="看不出最好的配置胜过运气", en="That the best is better than luck is not shown"),
    "insufficient": Label(zh="数据不足，无从判断", en="The data is insufficient to tell"),
}

_FLAT: Final = Label(
    zh="不到两个配置的收益有波动，没有去膨胀夏普",
    en="fewer than two configurations have returns that vary: no deflated Sharpe ratio",
)


def _too_short(sessions: int) -> Label:
    least = 2 * BLOCKS[-1]
    return Label(
        zh=f"{sessions} 个交易日，交叉验证至少要 {least} 个",
        en=f"{sessions} sessions; the cross-validation takes {least} at least",
    )


def _obstacle(equities: Sequence[npt.NDArray[np.int64]]) -> Label | None:
    """Say why configurations cannot be compared at all; ``None`` if they can."""
    if len(equities) < 2:
        return Label(zh="不到两个配置，无从比较", en="fewer than two configurations: nothing to compare")
    if min(int(path.min()) for path in equities) <= 0:
        return Label(zh="有配置亏光了本金", en="a configuration lost all its money: no returns after that")
    if all(np.array_equal(path, equities[0]) for path in equities):
        return Label(
            zh="所有配置的净值逐日相同，无从比较",
            en="all configurations came to the same on every session: nothing to compare",
        )
    return None
