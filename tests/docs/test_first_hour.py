"""A new user's first hour: on a fresh clone, the README's commands and three recipes of the cookbook to the letter.

Pages take most of the time. By default the runs of the README leave them out, and the bare ``hypebasket run`` is left
to the page tests, which type it; with ``HYPEBASKET_LITERAL=1``, as the gate sets it, every command is typed as it is.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from recipes import blocks_of, recipes_of, save_files

LITERAL = os.environ.get("HYPEBASKET_LITERAL") == "1"
PATIENCE = 600
Type = Callable[[str, Path], subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def clone(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh clone of what is committed."""
    if shutil.which("git") is None or not (root / ".git").exists():
        pytest.skip("no git here, or no repository: nothing to clone")
    folder = tmp_path_factory.mktemp("first-hour") / "hypebasket"
    command = ["git", "clone", "--quiet", "--depth", "1", root.as_uri(), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def type_in(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Type:
    """A shell in which ``hypebasket`` is the clone's own, as it is after ``source .venv/bin/activate``."""
    folder = tmp_path_factory.mktemp("bin")
    program = folder / "hypebasket"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m hypebasket "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(clone / "src"),
    }

    def typed(line: str, where: Path) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            ["sh", "-c", line],
            cwd=where,
            env=environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
        return done

    return typed


def commands(page: str) -> list[str]:
    """Every command but those of the section on one's own data, which need a vendor: they are followed elsewhere."""
    sections = re.split(r"(?m)^(?=## )", page)
    kept = "".join(section for section in sections if not section.startswith(("## Your own data", "## 自有数据")))
    assert len(kept) < len(page)
    lines = [line for line in blocks_of(kept) if line.startswith("hypebasket ")]
    if LITERAL:
        return lines
    return [f"{line} --no-pages" if line.startswith("hypebasket run ") else line for line in lines
            if line != "hypebasket run"]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("page", ["README.md", "README.zh.md"])
def test_the_readme_works_to_the_letter(page: str, clone: Path, type_in: Type, tmp_path: Path) -> None:
    """Both languages."""
    if page == "README.zh.md" and not LITERAL:
        pytest.skip("the same commands in Chinese: typed with HYPEBASKET_LITERAL=1")
    folder = tmp_path / "hypebasket"
    shutil.copytree(clone, folder)
    text = (folder / page).read_text(encoding="utf-8")
    lines = commands(text)
    assert len(lines) >= 12
    said = {line: type_in(line, folder).stdout for line in lines}
    check = next(line for line in lines if line.startswith("hypebasket check"))
    assert ("all valid" in said[check]) or ("全部有效" in said[check])
    assert (folder / "my-workspace" / "docs" / "cookbook.md").is_file()
    runs = [path for path in (folder / "reports").iterdir() if (path / "result.json").is_file()]
    assert len(runs) >= 2


@pytest.mark.slow
@pytest.mark.parametrize("number", [1, 5, 8])
def test_a_recipe_works_to_the_letter_in_a_workspace_of_a_fresh_clone(
    number: int, clone: Path, type_in: Type, tmp_path: Path
) -> None:
    """Three of the twelve as a shell gets them, from ``hypebasket init`` on, with the cookbook that came along."""
    head, *_ = blocks_of((clone / "docs" / "cookbook.md").read_text(encoding="utf-8").partition("\n## ")[0])
    type_in(head, tmp_path)
    workspace = tmp_path / "my-workspace"
    recipe = recipes_of((workspace / "docs" / "cookbook.md").read_text(encoding="utf-8"))[number - 1]
    save_files(recipe, workspace)
    for line in recipe.commands:
        done = type_in(line, workspace)
        assert done.stdout.strip(), line
