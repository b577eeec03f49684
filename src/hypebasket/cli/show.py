"""``hypebasket show``: what a file of the workspace says, in plain sentences."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import click

from hypebasket.cli import Session, pass_session
from hypebasket.errors import UsageError, Words

__all__ = ["show"]


class Shown(NamedTuple):
    """One thing and its sentences; the first is its title."""

    kind: str
    id: str
    sentences: tuple[Words, ...]

    def as_json(self) -> dict[str, object]:
        """Return it for a program."""
        sentences = [{"zh": each.zh, "en": each.en} for each in self.sentences]
        return {"kind": self.kind, "id": self.id, "sentences": sentences}


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="FILE|ID...")
@pass_session
def show(session: Session, names: tuple[str, ...]) -> None:
    """Say in plain sentences what strategies, baskets, events and sources are, by file or by id.

    So an author sees what the tool understood: when it buys, what happens on a locked board, when it sells.

    \b
    hypebasket show strategies/event-drift.yaml
    hypebasket show application sora-launch --lang zh
    """  # noqa: D301  (the \b keeps the lines below it as they are)
    from hypebasket.spec.workspace import find_workspace

    root = find_workspace(session.workspace or Path.cwd())
    shown = [each for name in names for each in _shown(name, root)]
    if session.as_json:
        session.print_json({"shown": [each.as_json() for each in shown]})
        return
    for number, each in enumerate(shown):
        title, *sentences = each.sentences
        session.say(("\n" if number else "") + title[session.lang])
        for sentence in sentences:
            session.say(f"  {sentence[session.lang]}")


def _shown(name: str, root: Path) -> list[Shown]:
    """Return what a file holds, or whatever of the workspace has the id."""
    from hypebasket.spec.workspace import load_workspace, read_file

    path = Path(name)
    if path.suffix in (".yaml", ".yml"):
        kind, value = read_file(path, root)
        return list(_told(kind, value, root))
    workspace = load_workspace(root)
    parts = {
        "strategy": workspace.strategies,
        "basket": workspace.baskets,
        "event": {event.id: event for event in workspace.events},
        "publication": workspace.publications,
    }
    found = [each for kind, known in parts.items() if name in known for each in _told(kind, known[name], root, name)]
    if not found:
        from hypebasket.spec.messages import near

        ids = {each for known in parts.values() for each in known}
        raise UsageError(f"'{name}' is not in this workspace", near(name, ids).en)
    return found


def _told(kind: str, value: Any, root: Path, name: str = "") -> Iterator[Shown]:
    """Yield the sentences of a file's content, or of one thing in it."""
    from hypebasket.errors import SpecError
    from hypebasket.spec.layout import PUBLICATIONS
    from hypebasket.spec.prose.basket import basket_prose, publication_prose
    from hypebasket.spec.prose.event import event_prose
    from hypebasket.spec.prose.strategy import strategy_prose
    from hypebasket.spec.workspace import load_publications

    match kind:
        case "strategy":
            yield Shown(kind, value.id, strategy_prose(value))
        case "basket":
            try:
                publications = load_publications(root / PUBLICATIONS)
            except SpecError:
                publications = {}
            yield Shown(kind, value.id, basket_prose(value, publications))
        case "event":
            yield Shown(kind, value.id, event_prose(value))
        case "events":
            for event in value:
                yield Shown("event", event.id, event_prose(event))
        case "publication":
            yield Shown(kind, name, publication_prose(name, value))
        case "publications":
            for key, publication in value.items():
                yield Shown("publication", key, publication_prose(key, publication))
