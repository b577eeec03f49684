"""How problems of a user's files are told: the line of the fault, a caret below it, and what to write."""

from __future__ import annotations

from collections.abc import Iterable

import click

from hypebasket.errors import Problem
from hypebasket.spec.messages import columns

__all__ = ["as_json", "tell"]

WIDTH = 96
"""Columns of a terminal an excerpt may take."""


def tell(problems: Iterable[Problem], language: str) -> None:
    """Write every problem to stderr: one line ``file:line:col: value: fault; remedy``, then the excerpt."""
    for problem in problems:
        click.echo(problem.told(language), err=True)
        for line in excerpt(problem):
            click.echo(line, err=True)


def excerpt(problem: Problem) -> tuple[str, ...]:
    """Return the line the problem is on and a line with carets below what is meant; nothing for a whole file.

    A long line is cut around the fault. Chinese letters take two columns.
    """
    if not problem.excerpt.strip():
        return ()
    at = problem.column - 1
    text = "".join(letter if letter.isprintable() else " " for letter in problem.excerpt)
    start = max(0, at - WIDTH // 2) if columns(text) > WIDTH else 0
    shown, before = text[start : start + WIDTH], text[start:at]
    head = "…" if start else ""
    tail = "…" if start + WIDTH < len(text) else ""
    number = f"{problem.line:>5} | "
    meant = text[at : at + min(problem.width, WIDTH // 2)]
    carets = "^" * max(columns(meant), 1)
    return f"{number}{head}{shown}{tail}", f"{' ' * 5} | {' ' * columns(head + before)}{carets}"


def as_json(problem: Problem, language: str) -> dict[str, object]:
    """Return the problem for a program; ``code`` is the same in every language."""
    fix = problem.fix
    return {
        "path": problem.path,
        "line": problem.line,
        "column": problem.column,
        "code": problem.code,
        "value": problem.value,
        "message": problem.message[language],
        "remedy": problem.remedy[language],
        "excerpt": problem.excerpt,
        "fix": None if fix is None else {"line": fix.line, "column": fix.column, "old": fix.old, "new": fix.new},
    }
