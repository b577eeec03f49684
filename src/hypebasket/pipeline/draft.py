"""Baskets from concept boards: a board lists today's members only, so what it proves begins today."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from hypebasket.errors import SpecError, UsageError
from hypebasket.files import write_atomically
from hypebasket.sources.akshare.marketwide import BoardMembers
from hypebasket.sources.bars import known_board
from hypebasket.spec.basket import Basket
from hypebasket.spec.layout import INSTRUMENTS, PUBLICATIONS
from hypebasket.spec.source import read_source
from hypebasket.spec.text import CURRENCY_OF, ID_PATTERN, market_of
from hypebasket.spec.workspace import load_basket, load_instruments, load_publications, read_file

__all__ = ["BoardChange", "append_changes", "board_of_basket", "compare", "default_id", "draft", "read_basket"]

_BOARD_LINE = re.compile(r"^# board: (?P<name>.+) \((?P<code>BK\d+)\)$", re.MULTILINE)
Member = tuple[str, str]


@dataclass(frozen=True, slots=True)
class BoardChange:
    """What a board has that a basket has not, and the other way round: (symbol, name), sorted.

    ``back`` are members that had left the basket (``until``) and stand on the board again.
    """

    joined: tuple[Member, ...]
    left: tuple[Member, ...]
    back: tuple[Member, ...]


def default_id(concept: str, code: str) -> str:
    """Return a basket's id for a concept: the Latin letters and digits of its name, else the board's code."""
    latin = "-".join(re.findall(r"[a-z0-9]+", concept.lower()))
    return latin or code.lower()


def draft(root: Path, board: BoardMembers, basket_id: str, mainline: str, today: date) -> Path:
    """Write a basket of a board's members, each ``since: today``, with the publication and instruments it needs.

    An existing basket is never overwritten.
    """
    if not re.fullmatch(ID_PATTERN, basket_id):
        raise UsageError(f"'{basket_id}' is no id", "small letters, digits and hyphens: --id my-basket")
    path = root / "baskets" / f"{basket_id}.yaml"
    if path.exists():
        raise UsageError(
            f"baskets/{path.name}: already there", f"see what has changed: hypebasket basket diff {basket_id}"
        )
    key = _publish(root, board, today)
    _list_instruments(root, board.members, board.concept)
    head = (
        f"# 由概念板块生成：今天的成员，以今天为始。改名、分环节、删增之后运行 hypebasket check。\n"
        f"# Drafted from a concept board: its members of {today}. Edit freely, then: hypebasket check.\n"
        f"# board: {board.concept} ({board.code})\n\n"
        f"id: {basket_id}\n"
        f"name: {{zh: {_quoted(board.concept)}, en: {_quoted(board.concept)}}}\n"
        "description:\n"
        f"  zh: {_quoted(f'东方财富概念板块 {board.concept} 在 {today} 的成员；此前谁是成员，板块不说。')}\n"
        f"  en: {_quoted(f'The Eastmoney board {board.concept} on {today}; it does not tell former members.')}\n"
        f"mainline: {mainline}\n"
        "members: point_in_time\n"
        "benchmarks: {CNY: 399006.SZ}\n\n"
        "stocks:\n"
    )
    blocks = "\n".join(_stock(member, key, today, "  ") for member in board.members)
    return _write_checked(path, head + blocks, root)


def board_of_basket(path: Path) -> tuple[str, str]:
    """Return name and code of the board that a basket was drafted from, as its head says."""
    found = _BOARD_LINE.search(path.read_text(encoding="utf-8")) if path.is_file() else None
    if found is None:
        raise UsageError(f"{path.name}: no line '# board: NAME (BK0000)' in its head", "name the board: --concept NAME")
    return found["name"], found["code"]


def compare(basket: Basket, board: BoardMembers) -> BoardChange:
    """Compare a basket with the board as it is now; members whose evidence is not this board never count as left."""
    now = dict(board.members)
    active = {stock.symbol for stock in basket.stocks if stock.until is None}
    former = {stock.symbol for stock in basket.stocks} - active
    prefix = _key_prefix(board)
    left = [
        (stock.symbol, stock.name.zh)
        for stock in basket.stocks
        if stock.until is None and stock.symbol not in now and any(e.startswith(prefix) for e in stock.evidence)
    ]
    joined = [member for member in board.members if member[0] not in active | former]
    back = [member for member in board.members if member[0] in former]
    return BoardChange(tuple(joined), tuple(sorted(left)), tuple(back))


def append_changes(root: Path, path: Path, board: BoardMembers, change: BoardChange, today: date) -> Path:
    """Write a change into the basket's file: ``until: today`` for who left, a stock ``since: today`` for who joined.

    Everything else in the file stays as it is. A result that is not valid is not written.
    """
    source = read_source(path)
    assert isinstance(source.value, dict)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    if list(source.value)[-1] != "stocks" and change.joined:
        raise UsageError(f"{path.name}: 'stocks' is not the last key", "move it to the end of the file, then again")
    gone = {symbol for symbol, _ in change.left}
    inserted: dict[int, str] = {}
    for index, stock in enumerate(source.value["stocks"]):
        if stock["symbol"] in gone:
            place = source.keys["stocks", index, "since" if "since" in stock else "symbol"]
            inserted[place.line] = f"{' ' * (source.keys['stocks', index, 'symbol'].column - 1)}until: {today}\n"
    text = "".join(line + inserted.get(number, "") for number, line in enumerate(lines, start=1))
    if change.joined:
        key = _publish(root, board, today)
        _list_instruments(root, change.joined, board.concept)
        indent = " " * (source.keys["stocks", 0, "symbol"].column - 3)
        text = text.rstrip("\n") + "\n\n" + "\n".join(_stock(member, key, today, indent) for member in change.joined)
    return _write_checked(path, text, root)


def _write_checked(path: Path, text: str, root: Path) -> Path:
    before = path.read_bytes() if path.exists() else None
    write_atomically(path, text.encode())
    try:
        read_file(path, root)
    except SpecError:
        if before is None:
            path.unlink()
        else:
            write_atomically(path, before)
        raise
    return path


def _stock(member: Member, key: str, today: date, indent: str) -> str:
    symbol, name = member
    return (
        f"{indent}- symbol: {symbol}\n"
        f"{indent}  name: {{zh: {_quoted(name)}, en: {_quoted(name)}}}\n"
        f"{indent}  segment: concept board\n"
        f"{indent}  since: {today}\n"
        f"{indent}  evidence: [{key}]\n"
    )


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _key_prefix(board: BoardMembers) -> str:
    return f"eastmoney-{board.code.lower()}-"


def _publish(root: Path, board: BoardMembers, today: date) -> str:
    """Add the board, as read today, to the publications; returns the name that members cite."""
    key = f"{_key_prefix(board)}{today:%Y%m%d}"
    path = root / PUBLICATIONS
    if key in load_publications(path, root=root):
        return key
    entry = (
        f"\n  {key}:\n"
        f"    title: {_quoted(f'概念板块 {board.concept} 成份股（共 {len(board.members)} 只 A 股）')}\n"
        f"    publisher: 东方财富\n"
        f"    published: {today}\n"
        f"    note: {_quoted(f'board {board.code}, read through akshare; it lists the members of the day only')}\n"
    )
    text = path.read_text(encoding="utf-8").rstrip("\n") + "\n" + entry
    _write_checked(path, text, root)
    return key


def _list_instruments(root: Path, members: Sequence[Member], concept: str) -> None:
    """Add the members that the instrument table lacks; what a board does not tell stays blank."""
    path = root / INSTRUMENTS
    known = load_instruments(path, root=root)
    lacking = [member for member in members if member[0] not in known]
    if not lacking:
        return
    text = path.read_text(encoding="utf-8")
    header = next(csv.reader([text.splitlines()[0]]))
    rows = io.StringIO()
    writer = csv.DictWriter(rows, header, lineterminator="\n", restval="")
    for symbol, name in lacking:
        writer.writerow(
            {
                "symbol": symbol,
                "name_zh": name,
                "name_en": name,
                "board": known_board(symbol),
                "currency": CURRENCY_OF[market_of(symbol)].value,
                "lot": 100,
                "source": f"Eastmoney concept board {concept}",
            }
        )
    write_atomically(path, (text.rstrip("\n") + "\n" + rows.getvalue()).encode())


def read_basket(root: Path, basket_id: str) -> tuple[Path, Basket]:
    """Return a basket of the workspace and its file."""
    path = root / "baskets" / f"{basket_id.removesuffix('.yaml').rpartition('/')[2]}.yaml"
    if not path.is_file():
        there = ", ".join(sorted(other.stem for other in (root / "baskets").glob("*.yaml")))
        raise UsageError(f"basket '{basket_id}' is not in this workspace", f"there are: {there}")
    return path, load_basket(path, root=root)
