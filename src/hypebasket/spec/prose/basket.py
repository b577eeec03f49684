"""A basket and its publications in plain sentences: who is in it, since when, and who says so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from hypebasket.errors import Words
from hypebasket.spec.basket import Basket, Publication, Stock
from hypebasket.spec.glossary import WORDS
from hypebasket.spec.prose.phrases import moment, number, plural, untold

__all__ = ["TOLD", "basket_prose", "publication_prose"]

TOLD = frozenset(
    {
        *(f"Basket.{key}" for key in ("id", "name", "description", "mainline", "members", "benchmarks", "stocks")),
        *(
            f"Stock.{key}"
            for key in ("symbol", "name", "segment", "since", "until", "zone", "weight", "evidence", "note")
        ),
        *(f"Publication.{key}" for key in ("title", "publisher", "published", "zone", "note")),
        *("Text.zh", "Text.en"),
    }
)
"""The keys that the sentences below tell."""


def basket_prose(basket: Basket, publications: Mapping[str, Publication]) -> tuple[Words, ...]:
    """Return the sentences that say who is in a basket; ``publications`` to cite from, as far as they are known."""
    return tuple(_sentences(basket, publications))


def _sentences(basket: Basket, publications: Mapping[str, Publication]) -> Iterator[Words]:
    yield Words(f"{basket.name.zh}（{basket.id}）", f"{basket.name.en} ({basket.id})")
    yield Words(basket.description.zh, basket.description.en)
    yield Words(f"跟随主线 {basket.mainline} 的事件。", f"Follows the events of the mainline {basket.mainline}.")
    circle = WORDS[f"Circle.{basket.members}"]
    yield Words(f"报告以这一圈成员为主：{circle.zh}。", f"Reports are led by the members {circle.en}.")
    for currency, index in basket.benchmarks.items():
        said = WORDS[f"Currency.{currency}"]
        yield Words(
            f"{said.zh}的股票与指数 {index} 比较。",
            f"Stocks traded in {currency} ({said.en}) are compared with {index}.",
        )
    documented = sum(1 for stock in basket.stocks if stock.documented)
    rest = len(basket.stocks) - documented
    yield Words(
        f"共 {len(basket.stocks)} 只成员：{documented} 只有文章点名，{rest} 只是写文件的人自己挑的。",
        f"It has {plural(len(basket.stocks), 'member')}: {documented} named by a publication, "
        f"{rest} chosen by whoever wrote the file.",
    )
    segments = Counter(stock.segment for stock in basket.stocks)
    counts = ", ".join(f"{segment} {count}" for segment, count in segments.items())
    yield Words(f"环节：{counts}。", f"Segments: {counts}.")
    for stock in basket.stocks:
        yield _stock(stock, publications)
        yield from untold(stock, TOLD)
    yield from untold(basket, TOLD)


def _stock(stock: Stock, publications: Mapping[str, Publication]) -> Words:
    parts = [
        Words(f"{stock.symbol} {stock.name.zh}，{stock.segment}", f"{stock.symbol} {stock.name.en}, {stock.segment}")
    ]
    if stock.since is not None:
        since = moment(stock.since, stock.zone)
        parts.append(Words(f"公众从{since.zh}起可知", f"known to the public from {since.en}"))
    if stock.evidence:
        cited = ", ".join(_cited(name, publications) for name in stock.evidence)
        parts.append(Words(f"出处：{cited}", f"by {cited}"))
    else:
        parts.append(Words("没有出处：算事后挑选", "without a publication: chosen in hindsight"))
    if stock.until is not None:
        until = moment(stock.until, stock.zone)
        parts.append(Words(f"{until.zh}起不再属于", f"no longer a member from {until.en}"))
    if stock.weight != 1.0:
        parts.append(Words(f"权重 {number(stock.weight)}", f"weight {number(stock.weight)}"))
    if stock.note:
        parts.append(Words(f"备注：{stock.note}", f"note: {stock.note}"))
    return Words("；".join(part.zh for part in parts) + "。", "; ".join(part.en for part in parts) + ".")


def _cited(name: str, publications: Mapping[str, Publication]) -> str:
    known = publications.get(name)
    return f"{name} ({known.publisher})" if known else name


def publication_prose(name: str, publication: Publication) -> tuple[Words, ...]:
    """Return the sentences that say what a publication is."""
    when = moment(publication.published, publication.zone)
    note = Words(f"备注：{publication.note}", f"Note: {publication.note}") if publication.note else Words()
    told = Words(
        f"{name}：《{publication.title}》，{publication.publisher}，读者最早读到：{when.zh}。{note.zh}",
        f"{name}: {publication.title}, {publication.publisher}; readers had it from {when.en}. {note.en}".rstrip(),
    )
    return (told, *untold(publication, TOLD))
