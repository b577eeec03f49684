"""How pages are made: one Jinja environment, and JSON that may stand in a page."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from hypebasket.report import figures, labels

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["environment", "script_json", "template_text"]


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Return the environment of ``report/templates``; every value is escaped unless it is ``Markup``."""
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    made = Environment(
        loader=PackageLoader("hypebasket.report", "templates"),
        autoescape=select_autoescape(enabled_extensions=("html", "jinja"), default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for name in figures.__all__:
        value = getattr(figures, name)
        if callable(value):
            made.filters[name] = value
    made.globals["asset"] = template_text
    made.globals["NOTHING"] = figures.NOTHING
    made.globals["circles"] = labels.CIRCLES
    return made


def template_text(name: str) -> str:
    """Return a file of ``report/templates`` as safe markup (style sheets and programs of our own)."""
    from markupsafe import Markup

    return Markup(files("hypebasket.report").joinpath("templates", name).read_text(encoding="utf-8"))


def script_json(value: object) -> str:
    """Return JSON that may stand inside ``<script>``: no ``<``, ``>``, ``&`` and no line separators."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False, sort_keys=True)
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text
