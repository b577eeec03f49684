"""``hypebasket init``: a fresh workspace with baskets, strategies, events, sample data, schemas and guides."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

import hypebasket
from hypebasket.cli import Session, pass_session
from hypebasket.errors import UsageError
from hypebasket.spec.layout import SCHEMAS, spec_files

__all__ = ["init"]

SAMPLE = Path("data", "sample")
GUIDES = ("baskets/README.md", "strategies/README.md", "docs/*.md", "examples/*.py", "examples/*.yaml")
"""What explains a workspace to whoever works in it, beside the files themselves."""


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@pass_session
def init(session: Session, folder: Path) -> None:
    """Make a workspace in DIR: baskets, strategies, events, sources, instruments and the synthetic sample.

    With it come the schemas by which editors complete and check the YAML, the guides and the cookbook, and examples.
    A file that is already there is never overwritten: then nothing is copied at all.
    """
    template = _template()
    names = [path.relative_to(template) for path in _template_files(template)]
    present = [name for name in names if (folder / name).exists()]
    if present:
        raise UsageError(
            f"{folder / present[0]}: already there (and {len(present) - 1} more files of the template)",
            "choose an empty folder, or move these files away",
        )
    try:
        for name in names:
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(template / name, target)
        (folder / "reports").mkdir(exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"{error.filename or folder}: cannot be written ({error.strerror})", "choose another"
        ) from None
    done = {"zh": f"{folder}：已建好工作区，{len(names)} 个文件", "en": f"{folder}: a workspace of {len(names)} files"}
    session.say(done[session.lang])
    session.say(f"cd {folder} && hypebasket run")
    session.say(
        {
            "zh": "怎么改：strategies/README.md、docs/cookbook.md",
            "en": "guides: strategies/README.md, docs/cookbook.md",
        }[session.lang]
    )
    if session.as_json:
        session.print_json({"workspace": str(folder), "files": [str(name) for name in names]})


def _template() -> Path:
    """Return the workspace that travels in the package, or the repository it is installed from."""
    package = Path(hypebasket.__file__).parent
    for folder in (package / "_workspace", package.parents[1]):
        if (folder / "baskets").is_dir():
            return folder
    raise UsageError(f"{package}: the template of a workspace is missing", "install hypebasket again")


def _template_files(template: Path) -> list[Path]:
    guides = [path for pattern in GUIDES for path in sorted(template.glob(pattern))]
    folders = [path for folder in (SCHEMAS, SAMPLE) for path in sorted((template / folder).rglob("*"))]
    return [*spec_files(template), *guides, *(path for path in folders if path.is_file())]
