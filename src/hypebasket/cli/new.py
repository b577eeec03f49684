"""``hypebasket new``: a commented strategy, basket or event from flags, or from answers to a few questions."""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hypebasket.cli import Session, pass_session
from hypebasket.errors import SpecError, UsageError, Words

if TYPE_CHECKING:
    from hypebasket.spec.workspace import Workspace

__all__ = ["new"]

INDICES = {"CNY": "000300.SH", "HKD": "HSI", "USD": "SP500"}
"""Benchmarks where no basket of the workspace names one."""

ASK = {
    "zh": Words("中文名", "Its name in Chinese"),
    "en": Words("英文名", "Its name in English"),
    "at": Words(
        "何时买（first_open 开盘，first_close 收盘，limit_queue 排队打板，board_break 开板）",
        "When it buys (first_open, first_close, limit_queue, board_break)",
    ),
    "hold": Words("持有几个交易日", "How many sessions it holds"),
    "mainline": Words("跟随哪条主线", "The mainline it follows"),
    "stocks": Words("成员代码，逗号分开", "Symbols of its members, with commas between"),
    "moment": Words(
        "公众最早能知道的时刻（2024-05-13T17:00Z）或日期", "First moment the public could know, or the day"
    ),
    "kind": Words("种类（如 product、policy）", "Its kind (such as product, policy)"),
    "evidence": Words("依据（谁，何时）", "What proves it (who, when)"),
}

names = click.argument("name", metavar="ID")
zh_option = click.option("--zh", help="Its name (of an event: what happened) in Chinese.")
en_option = click.option("--en", help="Its name (of an event: what happened) in English.")
set_option = click.option(
    "--set", "settings", multiple=True, metavar="KEY=VALUE", help="Any option of the file, e.g. exit.stop_loss=0.1."
)


@click.group()
def new() -> None:
    """Write a new, commented strategy, basket or event; what no flag says is asked."""


@new.command()
@names
@zh_option
@en_option
@click.option("--at", help="Which order enters [default: asked]: first_open, first_close, limit_queue, board_break.")
@click.option("--hold", type=int, help="Sessions it holds.")
@set_option
@pass_session
def strategy(
    session: Session,
    name: str,
    zh: str | None,
    en: str | None,
    at: str | None,
    hold: int | None,
    settings: tuple[str, ...],
) -> None:
    """Write strategies/ID.yaml.

    \b
    hypebasket new strategy my-drift --zh 我的漂移 --en "My drift" --at first_close --hold 10 --set exit.stop_loss=0.1
    """  # noqa: D301  (the \b keeps the lines below it as they are)
    from hypebasket.spec.drafting import draft_strategy
    from hypebasket.spec.prose.strategy import strategy_prose
    from hypebasket.spec.strategy import Strategy

    workspace = _workspace(session)
    ask = _Asker(session.lang)
    given = _settings(settings)
    values: dict[str, Any] = {"id": name, "name": {"zh": ask("zh", zh), "en": ask("en", en)}}
    events = "on" not in given.get("trigger", {}) and "class" not in given
    chosen: dict[str, Any] = {"trigger": {"on": "events"}}
    if events:
        chosen["entry"] = {"at": ask("at", at, "first_open"), "on_limit": {"retry": 3}}
        chosen["exit"] = {"hold_sessions": int(ask("hold", hold, "5"))}
    values |= _merged(chosen, given)
    if "description" not in values:
        values["description"] = {"zh": "…", "en": "…"}
        try:
            told = strategy_prose(Strategy.model_validate(values))
        except ValueError:  # told by the check below, with its place
            told = ()
        said = [each for each in told[2:] if "…" not in each.zh][:5]
        values["description"] = {"zh": "".join(each.zh for each in said), "en": " ".join(each.en for each in said)}
    text = draft_strategy(values, session.lang)
    _write(session, workspace.root / "strategies" / f"{name}.yaml", text, workspace.root)


@new.command()
@names
@zh_option
@en_option
@click.option("--mainline", help="The mainline whose events it follows.")
@click.option("--stock", "stocks", multiple=True, metavar="SYMBOL[:SEGMENT]", help="A member (may be repeated).")
@set_option
@pass_session
def basket(
    session: Session,
    name: str,
    zh: str | None,
    en: str | None,
    mainline: str | None,
    stocks: tuple[str, ...],
    settings: tuple[str, ...],
) -> None:
    """Write baskets/ID.yaml with stocks of data/instruments.csv.

    Its members have no evidence yet, so the circle "all" leads its reports, which say that they were chosen in
    hindsight. Add since and evidence, then let "documented" lead.

    \b
    hypebasket new basket video --zh 视频 --en Video --mainline application --stock 300624.SZ:tools --stock 603721.SH
    """  # noqa: D301  (the \b keeps the lines below it as they are)
    from hypebasket.spec.drafting import draft_basket

    workspace = _workspace(session)
    ask = _Asker(session.lang)
    title = {"zh": ask("zh", zh), "en": ask("en", en)}
    follows = ask("mainline", mainline)
    wanted = stocks or tuple(part.strip() for part in ask("stocks", None).split(",") if part.strip())
    members = [_member(each, workspace) for each in wanted]
    currencies = dict.fromkeys(str(workspace.instruments[member["symbol"]].currency) for member in members)
    values = {
        "id": name,
        "name": title,
        "description": {"zh": f"{title['zh']}的概念股。", "en": f"Concept stocks of {title['en']}."},
        "mainline": follows,
        "members": "all",
        "benchmarks": {currency: _usual_index(currency, workspace) for currency in currencies},
        "stocks": members,
    }
    text = draft_basket(_merged(values, _settings(settings)), session.lang)
    _write(session, workspace.root / "baskets" / f"{name}.yaml", text, workspace.root)


@new.command()
@names
@zh_option
@en_option
@click.option("--at", help="First moment the public could know (2024-05-13T17:00Z), or the day.")
@click.option("--kind", help="Its kind, in your words.")
@click.option("--mainline", "mainlines", multiple=True, help="A mainline it belongs to (may be repeated).")
@click.option("--evidence", multiple=True, help="What proves it (may be repeated).")
@set_option
@pass_session
def event(
    session: Session,
    name: str,
    zh: str | None,
    en: str | None,
    at: str | None,
    kind: str | None,
    mainlines: tuple[str, ...],
    evidence: tuple[str, ...],
    settings: tuple[str, ...],
) -> None:
    """Add the event ID to the end of data/events.yaml; the rest of the file stays as it is.

    An instant counts as known to the minute, a day as a day of Shanghai; --set precision=hour or zone=America/New_York
    says otherwise. Confidence is D (not checked) until --set confidence=B.

    \b
    hypebasket new event my-launch --at 2024-05-13T17:00Z --zh 发布 --en Launch --kind product --mainline application \\
        --evidence "OpenAI, 2024-05-13"
    """  # noqa: D301  (the \b keeps the lines below it as they are)
    from hypebasket.spec.drafting import draft_event
    from hypebasket.spec.layout import EVENTS
    from hypebasket.spec.messages import near

    workspace = _workspace(session)
    ask = _Asker(session.lang)
    known = {basket.mainline for basket in workspace.baskets.values()}
    moment = ask("moment", at)
    values = {
        "id": name,
        "at": moment,
        "precision": "minute" if "T" in moment or ":" in moment else "day",
        "zone": "Asia/Shanghai",
        "title": {"zh": ask("zh", zh), "en": ask("en", en)},
        "kind": ask("kind", kind),
        "mainlines": list(mainlines) or [ask("mainline", None)],
        "evidence": list(evidence) or [ask("evidence", None)],
        "confidence": "D",
    }
    for mainline in values["mainlines"]:
        if mainline not in known:
            raise UsageError(f"no basket follows the mainline '{mainline}'", near(mainline, known).en)
    path = workspace.root / EVENTS
    text = _with_item(path, lambda indent: draft_event(_merged(values, _settings(settings)), session.lang, indent))
    _write(session, path, text, workspace.root, shown=name)


class _Asker:
    """Takes what a flag gave, else asks; without anybody to answer, the missing flag is named."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, what: str, given: object, default: str | None = None) -> str:
        if given is not None:
            return str(given)
        try:
            answer: str = click.prompt(ASK[what][self.language], default=default, err=True)
        except click.Abort:
            if sys.stdin is not None and sys.stdin.isatty():
                raise
            flag = {"moment": "at", "stocks": "stock"}.get(what, what)
            raise UsageError(f"--{flag} is missing", "give it, or answer the question in a terminal") from None
        return answer


def _workspace(session: Session) -> Workspace:
    from hypebasket.spec.workspace import find_workspace, load_workspace

    return load_workspace(find_workspace(session.workspace or Path.cwd()))


def _settings(settings: tuple[str, ...]) -> dict[str, Any]:
    """Read ``a.b=value`` into nested keys; values are YAML."""
    from hypebasket.spec.source import read_yaml

    made: dict[str, Any] = {}
    for setting in settings:
        path, equals, text = setting.partition("=")
        if not equals or not path.strip():
            raise UsageError(f"--set {setting}: not KEY=VALUE", "write e.g. --set exit.stop_loss=0.1")
        source = read_yaml(f"value: {text}\n", f"--set {setting}")
        if source.problems:
            raise SpecError(source.problems)
        assert isinstance(source.value, dict)
        *above, last = path.strip().split(".")
        place = made
        for step in above:
            place = place.setdefault(step, {})
        place[last] = source.value["value"]
    return made


def _merged(values: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Return nested keys with others laid over them."""
    made = dict(values)
    for key, value in more.items():
        inner = made.get(key)
        made[key] = _merged(inner, value) if isinstance(inner, Mapping) and isinstance(value, Mapping) else value
    return made


def _member(wanted: str, workspace: Workspace) -> dict[str, Any]:
    """Return the stock of ``SYMBOL[:SEGMENT]`` with its names from the instruments."""
    from hypebasket.spec.messages import near
    from hypebasket.spec.text import likely_symbol

    symbol, _, segment = wanted.partition(":")
    symbol = likely_symbol(symbol) or symbol
    instrument = workspace.instruments.get(symbol)
    if instrument is None:
        remedy = near(symbol, workspace.instruments).en
        raise UsageError(f"'{symbol}' is not in data/instruments.csv", f"{remedy} or add its row there")
    name = {"zh": instrument.name_zh, "en": instrument.name_en}
    return {"symbol": symbol, "name": name, "segment": segment or "members"}


def _usual_index(currency: str, workspace: Workspace) -> str:
    """Return the index most baskets of the workspace compare stocks of a currency with."""
    used = Counter(
        index for each in workspace.baskets.values() for key, index in each.benchmarks.items() if key == currency
    )
    return used.most_common(1)[0][0] if used else INDICES[currency]


def _with_item(path: Path, draft: Callable[[int], str]) -> str:
    """Return the text of the events' file with one more item at its end, indented as the others are."""
    from hypebasket.spec.source import read_source

    source = read_source(path)
    first = source.values.get(("events", 0))
    dash = source.line(first.line).find("-") if first else 2
    text = path.read_bytes().decode("utf-8")
    ending = "\r\n" if "\r\n" in text else "\n"
    if first is None:
        raise UsageError(f"{path}: holds no event yet", "write the first one by hand; the head of the file says how")
    return text.rstrip() + ending * 2 + draft(dash).replace("\n", ending)


def _write(session: Session, path: Path, text: str, root: Path, shown: str = "") -> None:
    """Check the text as the file it is to be, write it whole, and say what the tool understood."""
    from hypebasket.files import write_atomically

    if path.exists() and not shown:
        raise UsageError(f"{path}: already there", "choose another id, or edit the file")
    _check(text, path, root)
    write_atomically(path, text.encode("utf-8"))
    name = path.relative_to(root)
    session.say({"zh": f"已写好 {name}", "en": f"{name} written"}[session.lang])
    session.say(f"hypebasket show {shown or name}")
    if session.as_json:
        session.print_json({"file": str(path), "id": shown or path.stem})


def _check(text: str, path: Path, root: Path) -> None:
    """Refuse a text that would not be valid in its place, before anything is written."""
    from hypebasket.spec.workspace import read_file

    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / path.parent.name / path.name
        draft.parent.mkdir()
        draft.write_text(text, encoding="utf-8", newline="")
        try:
            read_file(draft, root)
        except SpecError as error:
            name = f"{path.relative_to(root)}?"
            raise SpecError([replace(problem, path=name) for problem in error.problems]) from None
