"""``hypebasket basket``: drafts from concept boards, and what has changed since."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from hypebasket.cli import Session, pass_session

if TYPE_CHECKING:
    from hypebasket.sources.akshare.calls import Caller
    from hypebasket.sources.akshare.marketwide import BoardMembers

__all__ = ["basket"]

DIFFERENT = 4
"""Exit code of a comparison that found a difference and did not write it."""

_WORDS = {
    "drafted": {"en": "{}: {} members since {}", "zh": "{}：{} 只成员，自 {} 起"},
    "next": {
        "en": "edit it, then: hypebasket check && hypebasket fetch --basket {}",
        "zh": "编辑后运行：hypebasket check && hypebasket fetch --basket {}",
    },
    "joined": {"en": "joined", "zh": "新增"},
    "left": {"en": "left", "zh": "移出"},
    "back": {"en": "back again (edit by hand)", "zh": "重新加入（请手工修改）"},
    "same": {"en": "no change: the board has the members of the basket", "zh": "没有变化：板块成员与篮子一致"},
    "written": {"en": "{}: written", "zh": "{}：已写入"},
    "how": {
        "en": "write it into the file: hypebasket basket diff {} --write",
        "zh": "写入文件：hypebasket basket diff {} --write",
    },
}


@click.group()
def basket() -> None:
    """Baskets from concept boards: draft, diff."""


def _today() -> date:
    """Return the day in Shanghai: a board's members are those of its day."""
    return datetime.now(ZoneInfo("Asia/Shanghai")).date()


def _caller() -> Caller:
    from hypebasket.sources.akshare.calls import Caller

    return Caller()


def _ask(concept: str) -> BoardMembers:
    from hypebasket.sources.akshare.network import CONTACT, reach

    reach(CONTACT)
    from hypebasket.sources.akshare.marketwide import ask_board

    return ask_board(_caller(), concept)


@basket.command()
@click.option("--concept", required=True, help="Name of the concept board, e.g. Sora概念, or its code (BK1166).")
@click.option("--source", type=click.Choice(["akshare"]), default="akshare", show_default=True, help="Who is asked.")
@click.option("--id", "basket_id", help="Id and file name of the basket [default: from the concept's name].")
@click.option("--mainline", default="application", show_default=True, help="Mainline whose events it follows.")
@pass_session
def draft(session: Session, concept: str, source: str, basket_id: str | None, mainline: str) -> None:
    """Write baskets/ID.yaml with the members of a concept board, every one of them since today.

    A board lists the members of today, never those of the time of an event: point-in-time evidence starts now.
    """
    from hypebasket.pipeline import draft as drafts
    from hypebasket.spec.workspace import find_workspace

    root = find_workspace(session.workspace or Path.cwd())
    board, today = _ask(concept), _today()
    name = basket_id or drafts.default_id(concept, board.code)
    path = drafts.draft(root, board, name, mainline, today)
    session.say(_WORDS["drafted"][session.lang].format(path, len(board.members), today))
    session.say(_WORDS["next"][session.lang].format(name))
    if session.as_json:
        members = [{"symbol": symbol, "name": stock} for symbol, stock in board.members]
        session.print_json(
            {"file": str(path), "board": board.code, "source": source, "since": today, "members": members}
        )


@basket.command()
@click.argument("basket_id", metavar="BASKET")
@click.option("--concept", help="Board to compare with [default: the one in the file's head].")
@click.option("--write", is_flag=True, help="Write 'until: today' for who left and 'since: today' for who joined.")
@pass_session
def diff(session: Session, basket_id: str, concept: str | None, write: bool) -> None:
    """Compare BASKET with its concept board as it is now (changes: exit code 4, unless --write)."""
    from hypebasket.pipeline import draft as drafts
    from hypebasket.spec.workspace import find_workspace

    root = find_workspace(session.workspace or Path.cwd())
    path, known = drafts.read_basket(root, basket_id)
    board = _ask(concept or drafts.board_of_basket(path)[1])
    change = drafts.compare(known, board)
    for word in ("joined", "left", "back"):
        for symbol, name in getattr(change, word):
            session.say(f"{_WORDS[word][session.lang]}  {symbol}  {name}")
    pending = bool(change.joined or change.left)
    if write and pending:
        drafts.append_changes(root, path, board, change, _today())
        session.say(_WORDS["written"][session.lang].format(path))
    elif pending:
        session.say(_WORDS["how"][session.lang].format(path.stem))
    elif not change.back:
        session.say(_WORDS["same"][session.lang])
    if session.as_json:
        session.print_json(
            {
                "board": board.code,
                "joined": change.joined,
                "left": change.left,
                "back": change.back,
                "written": write and pending,
            }
        )
    if pending and not write:
        sys.exit(DIFFERENT)
