"""``hypebasket init``: a fresh workspace with baskets, strategies, events, sample data, schemas and guides."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from hypebasket.cli import Session, pass_session
from hypebasket.cli.template import files_of, template
from hypebasket.errors import UsageError

__all__ = ["init"]


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@pass_session
def init(session: Session, folder: Path) -> None:
    """Make a workspace in DIR: baskets, strategies, events, sources, instruments and the synthetic sample.

    With it come the schemas by which editors complete and check the YAML, the guides and the cookbook, and examples.
    A file that is already there is never overwritten: then nothing is copied at all.
    """
    source = template()
    names = [path.relative_to(source) for path in files_of(source)]
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
            shutil.copyfile(source / name, target)
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
