"""JSON Schemas of the YAML files, made from their models and the glossary: ``python -m hypebasket.spec.schema DIR``.

Editors with a YAML language server read them by the first line of a file and complete, explain and check while one
types. ``hypebasket check`` stays the reference: it knows what no schema can say (which stocks, events and sources
exist, which options contradict each other).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from hypebasket.errors import Words
from hypebasket.spec.basket import Basket
from hypebasket.spec.glossary import KEYS, keys_of, models_of, words_of
from hypebasket.spec.layout import SCHEMAS
from hypebasket.spec.strategy import Strategy
from hypebasket.spec.workspace import EventFile, PublicationFile

if TYPE_CHECKING:
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import core_schema

__all__ = ["FILES", "schema_of", "schema_texts"]

FILES: dict[str, tuple[type[BaseModel], Words]] = {
    "basket": (Basket, Words("篮子：一条主线的概念股", "A basket: the concept stocks of a mainline")),
    "strategy": (Strategy, Words("策略：何时买、买谁、买多少、何时卖", "A strategy: when, whom, how much, until when")),
    "events": (EventFile, Words("事件：某一刻起公众知道的事", "Events: what became public at a known moment")),
    "sources": (PublicationFile, Words("文章：成员的出处", "Publications: what members cite as evidence")),
}
"""Schema's name -> the model of a file, and what such a file is."""

DRAFT = "http://json-schema.org/draft-07/schema#"
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?"
_DAY_SCHEMA = {"type": "string", "pattern": f"^{_DAY}$"}
_INSTANT_SCHEMA = {"type": "string", "pattern": f"^{_DAY}[Tt ]{_CLOCK}(?:[Zz]|[+-][0-9]{{2}}:?[0-9]{{2}})$"}


class _Generator(GenerateJsonSchema):
    """Pydantic's generator with days and instants as they are written by hand (seconds may be left out)."""

    def date_schema(self, schema: core_schema.DateSchema) -> JsonSchemaValue:
        return dict(_DAY_SCHEMA)

    def datetime_schema(self, schema: core_schema.DatetimeSchema) -> JsonSchemaValue:
        return dict(_INSTANT_SCHEMA)


def schema_of(name: str) -> dict[str, Any]:
    """Return the schema of a kind of file, without references: every key carries its own meaning."""
    model, what = FILES[name]
    raw = model.model_json_schema(by_alias=True, schema_generator=_Generator)
    made = _inlined(raw, raw.get("$defs", {}))
    head = {"$schema": DRAFT, "title": f"{what.zh} / {what.en}"}
    return head | _explained(made, model)


def schema_texts() -> dict[str, str]:
    """Return the file name and text of every schema."""
    texts = {name: json.dumps(schema_of(name), ensure_ascii=False, indent=2) for name in FILES}
    return {f"{name}.json": f"{text}\n" for name, text in texts.items()}


def _inlined(part: Any, definitions: dict[str, Any]) -> Any:
    """Put in what a schema refers to, and leave out what pydantic says for programmers."""
    if isinstance(part, list):
        return [_inlined(each, definitions) for each in part]
    if not isinstance(part, dict):
        return part
    whole = dict(definitions[part["$ref"].rpartition("/")[2]]) if "$ref" in part else {}
    whole |= {name: each for name, each in part.items() if name != "$ref"}
    left_out = {"$defs", "description"} | ({"title"} if isinstance(whole.get("title"), str) else set())
    return {
        name: {key: _inlined(one, definitions) for key, one in each.items()}
        if name == "properties"
        else _inlined(each, definitions)
        for name, each in whole.items()
        if name not in left_out and not (name == "default" and not isinstance(each, str | int | float))
    }


def _explained(schema: dict[str, Any], model: type[BaseModel]) -> dict[str, Any]:
    """Add the meaning, examples and words of every key of a model, in what stands below it as well."""
    explained = dict(schema)
    explained["properties"] = {
        key: _explained_key(part, model, key) for key, part in schema.get("properties", {}).items()
    }
    return explained


def _explained_key(schema: dict[str, Any], model: type[BaseModel], key: str) -> dict[str, Any]:
    meaning = KEYS[f"{model.__name__}.{key}"]
    words = words_of(model, key)
    schema = _with_words(_with_models(schema, models_of(model, key)), words)
    lines = [meaning.zh, meaning.en]
    lines += [f"{word}: {said.zh} / {said.en}" for word, said in words.items()]
    lines += _limits(schema)
    made = {"description": "\n\n".join(lines)} | schema
    if meaning.examples:
        made["examples"] = list(meaning.examples)
    return made


def _with_models(schema: dict[str, Any], models: list[type[BaseModel]]) -> dict[str, Any]:
    """Explain the mappings inside a schema; each is known by its keys."""
    made = dict(schema)
    for model in models:
        if made.get("properties", {}).keys() == keys_of(model).keys():
            return _explained(made, model)
    for name in ("items", "additionalProperties"):
        if isinstance(made.get(name), dict):
            made[name] = _with_models(made[name], models)
    if "anyOf" in made:
        made["anyOf"] = [_with_models(each, models) for each in made["anyOf"]]
    return made


def _with_words(schema: dict[str, Any], words: dict[str, Words]) -> dict[str, Any]:
    """Say beside every word of a list what it means, as editors show it while completing."""
    made = dict(schema)
    if "enum" in made:
        made["enumDescriptions"] = [f"{words[word].zh} / {words[word].en}" for word in made["enum"]]
    if "anyOf" in made:
        made["anyOf"] = [_with_words(each, words) for each in made["anyOf"]]
    return made


def _limits(schema: dict[str, Any]) -> list[str]:
    """Say the default and the range of a key in its explanation, where an editor shows them."""
    signs = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
    parts = [schema, *schema.get("anyOf", ())]
    bounds = [f"{sign} {part[name]:g}" for part in parts for name, sign in signs.items() if name in part]
    said = [f"范围 / range: {', '.join(bounds)}"] if bounds else []
    if schema.get("default") not in (None, ""):
        said.append(f"默认 / default: {json.dumps(schema['default'])}")
    return said


def main() -> None:
    """Write every schema into the folder named on the command line (default: the workspace's)."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else SCHEMAS
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in schema_texts().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
