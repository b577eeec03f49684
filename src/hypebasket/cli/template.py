"""The workspace that travels with the package: what ``init`` copies, and what ``check --fix`` renews."""

from __future__ import annotations

from pathlib import Path

import hypebasket
from hypebasket.errors import UsageError
from hypebasket.spec.layout import SCHEMAS, spec_files

__all__ = ["files_of", "outdated_schemas", "template"]

SAMPLE = Path("data", "sample")
GUIDES = ("baskets/README.md", "strategies/README.md", "docs/*.md", "examples/*.py", "examples/*.yaml")
"""What explains a workspace to whoever works in it, beside the files themselves."""


def template() -> Path:
    """Return the workspace that travels in the package, or the repository it is installed from."""
    package = Path(hypebasket.__file__).parent
    for folder in (package / "_workspace", package.parents[1]):
        if (folder / "baskets").is_dir():
            return folder
    raise UsageError(f"{package}: the template of a workspace is missing", "install hypebasket again")


def files_of(folder: Path) -> list[Path]:
    """Return the files of a template that a fresh workspace holds."""
    guides = [path for pattern in GUIDES for path in sorted(folder.glob(pattern))]
    folders = [path for part in (SCHEMAS, SAMPLE) for path in sorted((folder / part).rglob("*"))]
    return [*spec_files(folder), *guides, *(path for path in folders if path.is_file())]


def outdated_schemas(root: Path) -> dict[Path, bytes]:
    """Return the schemas of a workspace that are not this version's, and what they should hold."""
    current = {path.name: path.read_bytes() for path in sorted((template() / SCHEMAS).glob("*.json"))}
    paths = {root / SCHEMAS / name: content for name, content in current.items()}
    return {path: content for path, content in paths.items() if not path.is_file() or path.read_bytes() != content}
