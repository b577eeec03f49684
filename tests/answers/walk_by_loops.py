"""A walk forward by plain loops over events and configurations (López de Prado 2018, ch. 7); nothing of the package."""

from __future__ import annotations

from collections.abc import Sequence

Told = tuple[float, int, int] | None
"""What a configuration captured on an event, and the rows of its first and last session; None where it did nothing."""


def walk_by_loops(told: Sequence[Sequence[Told]], folds: int, embargo: int) -> dict[str, object]:
    """``told[configuration][event]``; the first part of the events is only learned from."""
    events = [number for number in range(len(told[0])) if any(each[number] for each in told)]
    first = {n: min(each[n][1] for each in told if each[n]) for n in events}
    last = {n: max(each[n][2] for each in told if each[n]) for n in events}
    events.sort(key=lambda n: first[n])
    size, more = divmod(len(events), folds + 1)
    parts, at = [], 0
    for part in range(folds + 1):
        length = size + (part < more)
        parts.append(events[at : at + length])
        at += length

    def mean(configuration: int, of: Sequence[int]) -> float:
        return sum(told[configuration][n][0] if told[configuration][n] else 0.0 for n in of) / len(of)

    steps = []
    for number in range(1, folds + 1):
        test = parts[number]
        earlier = [n for part in parts[:number] for n in part]
        learned = [n for n in earlier if last[n] + embargo < min(first[m] for m in test)]
        if len(learned) < 2:
            continue
        means = [mean(configuration, learned) for configuration in range(len(told))]
        chosen = means.index(max(means))
        steps.append((chosen, means[chosen], mean(chosen, test), test, len(learned), len(earlier) - len(learned)))
    judged = [n for step in steps for n in step[3]]
    every = [mean(configuration, judged) for configuration in range(len(told))]
    return {
        "steps": steps,
        "outcome": sum(step[2] * len(step[3]) for step in steps) / len(judged),
        "hindsight": max(every),
        "typical": sum(every) / len(every),
        "judged": len(judged),
    }
