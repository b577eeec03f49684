"""The committed JSON Schemas: made from the models, understood by an independent validator, and explained in full."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from hypebasket.spec.glossary import KEYS, WORDS, keys_of, models_of, words_of
from hypebasket.spec.layout import SCHEMAS, yaml_files
from hypebasket.spec.schema import FILES, schema_texts
from hypebasket.spec.source import read_source

CHINESE = re.compile("[\u4e00-\u9fff]")
SHIPPED = {
    "basket": ("baskets/*.yaml",),
    "strategy": ("strategies/*.yaml", "examples/*.yaml"),
    "events": ("data/events.yaml",),
    "sources": ("data/sources.yaml",),
}


def models() -> dict[str, Any]:
    """Every model of every file, by name."""
    found: dict[str, Any] = {}
    waiting = [model for model, _ in FILES.values()]
    while waiting:
        model = waiting.pop()
        if model.__name__ not in found:
            found[model.__name__] = model
            waiting += [below for key in keys_of(model) for below in models_of(model, key)]
    return found


KEYS_OF_MODELS = sorted(f"{name}.{key}" for name, model in models().items() for key in keys_of(model))


def shipped(root: Path, kind: str) -> list[Path]:
    return sorted(path for pattern in SHIPPED[kind] for path in root.glob(pattern))


def described(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every key of a schema with what stands below it."""
    for key, part in schema.get("properties", {}).items():
        yield f"{path}.{key}", part
    below = [
        *schema.get("properties", {}).items(),
        ("[]", schema.get("items")),
        ("*", schema.get("additionalProperties")),
    ]
    below += [("|", part) for part in schema.get("anyOf", ())]
    for name, part in below:
        if isinstance(part, dict):
            yield from described(part, f"{path}.{name}")


def test_the_committed_schemas_are_fresh(root: Path) -> None:
    """``make schemas`` writes them; a changed model must come with changed schemas."""
    committed = {path.name: path.read_text(encoding="utf-8") for path in (root / SCHEMAS).iterdir()}
    assert committed == schema_texts(), "run: make schemas"


@pytest.mark.parametrize("kind", FILES)
def test_an_independent_validator_accepts_the_schema_and_the_shipped_files(kind: str, root: Path) -> None:
    schema = json.loads((root / SCHEMAS / f"{kind}.json").read_text(encoding="utf-8"))
    jsonschema.Draft7Validator.check_schema(schema)
    files = shipped(root, kind)
    assert files
    for path in files:
        found = list(jsonschema.Draft7Validator(schema).iter_errors(read_source(path).value))
        assert not found, (path, found)


@pytest.mark.parametrize("kind", FILES)
def test_every_shipped_file_names_its_schema_in_its_first_line(kind: str, root: Path) -> None:
    for path in shipped(root, kind):
        first = path.read_text(encoding="utf-8").splitlines()[0]
        match = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
        assert match, path
        assert (path.parent / match[1]).resolve() == root / SCHEMAS / f"{kind}.json"


def test_no_shipped_yaml_is_forgotten(root: Path) -> None:
    there = {path for folder in ("baskets", "strategies", "examples", "data") for path in yaml_files(root / folder)}
    assert there == {path for kind in SHIPPED for path in shipped(root, kind)}


@pytest.mark.parametrize("key", KEYS_OF_MODELS)
def test_every_key_is_explained_in_both_languages(key: str) -> None:
    assert key in KEYS, f"say in spec/glossary.py what {key} means"
    assert CHINESE.search(KEYS[key].zh)
    assert re.search("[A-Za-z]{3}", KEYS[key].en)
    assert not CHINESE.search(KEYS[key].en)


def test_every_word_is_explained_and_nothing_else() -> None:
    assert set(KEYS) == set(KEYS_OF_MODELS)
    known = {
        id(said) for model in models().values() for key in keys_of(model) for said in words_of(model, key).values()
    }
    assert {name for name, said in WORDS.items() if id(said) not in known} == set()
    assert all(CHINESE.search(said.zh) and said.en for said in WORDS.values())


@pytest.mark.parametrize("kind", FILES)
def test_the_schema_shows_meaning_default_range_and_examples(kind: str, root: Path) -> None:
    schema = json.loads((root / SCHEMAS / f"{kind}.json").read_text(encoding="utf-8"))
    parts = dict(described(schema))
    assert len(parts) >= 6
    for path, part in parts.items():
        said = part["description"]
        assert CHINESE.search(said), path
        assert re.search("[A-Za-z]{3}", said), path
        if "default" in part and part["default"] not in (None, ""):
            assert f"默认 / default: {json.dumps(part['default'])}" in said, path
        for limited in [part, *part.get("anyOf", ())]:
            for bound in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
                assert bound not in limited or f"{limited[bound]:g}" in said.partition("range:")[2], path
        for example in part.get("examples", ()):
            assert not list(jsonschema.Draft7Validator(part).iter_errors(example)), (path, example)


def test_numbers_have_ranges_and_examples(root: Path) -> None:
    """Of a strategy, where numbers are the matter."""
    schema = json.loads((root / SCHEMAS / "strategy.json").read_text(encoding="utf-8"))
    numbers = {
        path: part
        for path, part in described(schema)
        if any(each.get("type") in ("integer", "number") for each in [part, *part.get("anyOf", ())])
    }
    assert len(numbers) >= 15
    assert [path for path, part in numbers.items() if not part.get("examples")] == []
    assert [path for path, part in numbers.items() if "range:" not in part["description"]] == []
