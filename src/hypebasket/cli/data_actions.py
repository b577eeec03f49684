"""``hypebasket data actions``: the reference prices of the ex-dates against the exchanges' formula."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING

import click

from hypebasket.cli import Session, pass_session
from hypebasket.cli.verify import DIFFERENCE_FOUND

if TYPE_CHECKING:
    from hypebasket.market.references import ReferenceCheck

__all__ = ["actions"]

_LABELS = {
    "equal": {"en": "equal to the cent", "zh": "与公式一致，分毫不差"},
    "different": {"en": "DIFFERENT", "zh": "不一致"},
    "plain": {
        "en": "the close before; no ex-right price is published there",
        "zh": "为前收盘价（当地不公布除权参考价）",
    },
    "blank": {"en": "blank: the formula's value is used", "zh": "为空，使用公式值"},
    "no_bar": {"en": "no bar to compare with", "zh": "没有可比的行情"},
}
_LINE = {
    "en": "{symbol}  {ex_date}  close before {before}, by the formula {rule}, in the data {data}",
    "zh": "{symbol}  {ex_date}  前收盘 {before}，公式 {rule}，数据 {data}",
}
_EMPTY = {"en": "The data holds no corporate action.", "zh": "数据中没有除权除息记录。"}


@click.command()
@click.option("--symbol", "symbols", multiple=True, help="Only this symbol; may be given more than once.")
@pass_session
def actions(session: Session, symbols: tuple[str, ...]) -> None:
    """Compare prev_close on every ex-date with the exchanges' formula, and list the differences (exit code 4).

    The formula: (close before - cash) / (1 + new shares per old share), half-up to the fen. The data's value is the one
    that limits are computed from; a difference may be a differential dividend, which averages the cash over all shares.
    """
    from hypebasket.cli.data import store_of
    from hypebasket.market.references import Agreement, check_references

    found = check_references(store_of(session).load(symbols or None))
    counts = Counter((each.symbol.rpartition(".")[2], each.agreement.value) for each in found)
    different = [each for each in found if each.agreement is Agreement.DIFFERENT]
    if session.as_json:
        session.print_json(
            {
                "actions": len(found),
                "counts": [
                    {"market": market, "agreement": agreement, "count": count}
                    for (market, agreement), count in sorted(counts.items())
                ],
                "checks": [_facts(each) for each in found],
            }
        )
    for (market, agreement), count in sorted(counts.items()):
        session.say(f"{market}  {count:>6,}  {_LABELS[agreement][session.lang]}")
    for each in different:
        session.say(
            _LINE[session.lang].format(
                symbol=each.symbol,
                ex_date=each.ex_date,
                before=_money(each.close_before),
                rule=_money(each.by_rule),
                data=_money(each.in_data),
            )
        )
    if not found:
        session.say(_EMPTY[session.lang])
    if different:
        sys.exit(DIFFERENCE_FOUND)


def _money(fen: int | None) -> str:
    return "-" if fen is None else f"{fen / 100:.2f}"


def _facts(check: ReferenceCheck) -> dict[str, object]:
    return {
        "symbol": check.symbol,
        "ex_date": check.ex_date,
        "session": check.shown,
        "close_before": None if check.close_before is None else check.close_before / 100,
        "by_rule": None if check.by_rule is None else check.by_rule / 100,
        "prev_close": None if check.in_data is None else check.in_data / 100,
        "agreement": check.agreement.value,
    }
