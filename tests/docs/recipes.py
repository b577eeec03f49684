"""Guides as a reader follows them: the files they ask to save, and the commands they ask to type."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Recipe", "blocks_of", "recipes_of", "save_files"]


@dataclass
class Recipe:
    """One section of a guide."""

    title: str
    files: dict[str, str] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)

    @property
    def number(self) -> str:
        """``3`` of ``3. Which …``."""
        return self.title.partition(".")[0]


def recipes_of(text: str) -> list[Recipe]:
    """The numbered sections; a block after ``Save as `name`:`` is a file, one without a language holds commands."""
    recipes = []
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        recipe = Recipe(section.splitlines()[0])
        for before, language, body in re.findall(
            r"([^\n]*)\n\n```(\w*)\n(.*?)^```$", section, re.MULTILINE | re.DOTALL
        ):
            saved = re.fullmatch(r"Save as `([^`]+)`:", before)
            if saved:
                recipe.files[saved[1]] = body
            elif not language:
                recipe.commands += [line for line in body.splitlines() if line.strip()]
        recipes.append(recipe)
    return recipes


def blocks_of(text: str) -> list[str]:
    """The commands of a page: every line of its blocks without a language, comments cut off."""
    blocks = re.findall(r"^```\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [line.split("  #")[0].rstrip() for block in blocks for line in block.splitlines() if line.strip()]


def save_files(recipe: Recipe, workspace: Path) -> None:
    for name, text in recipe.files.items():
        path = workspace / name
        assert not path.exists(), f"{name} is there already"
        path.write_text(text, encoding="utf-8")
