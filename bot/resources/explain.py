"""What pydantic complains about, in words for a moderator: rule, what is wrong, how to mend it."""

from __future__ import annotations

import typing
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import BaseModel
from pydantic_core import ErrorDetails
from rapidfuzz import fuzz, process

from bot.resources import schema
from bot.resources.positions import Path

NEAR = 60
"""How alike (0 to 100) a written and a known word must be to be offered as what was meant."""

_FORMATS: Mapping[str, tuple[str, str, str]] = {
    schema.ENTRY_ID: (
        "schema/id",
        "is not an id",
        "Use small letters, digits and single dashes: find-a-meeting.",
    ),
    schema.COUNTRY: ("schema/region", "is not a country code", "Use two capital letters: US, GB, IE."),
    schema.REGION: (
        "schema/region",
        "is not a country code",
        'Use two capital letters (US, GB, IE), or "*" for anywhere.',
    ),
    schema.LANGUAGE: ("schema/language", "is not a language code", "Use two or three small letters: en, es."),
    schema.WEB_ADDRESS: ("schema/url", "is not a web address", "Write it in full: https://example.org/page."),
}

_HINTS: Mapping[str, str] = {
    "version": "Write version: 1 as the first key.",
    "community": "Add community: with name: (and region:) below it.",
    "questions": "Add at least two ways in which members ask it.",
    "answer": "Write answer: | and the text below it, indented.",
    "kinds": "Add for example kinds: [crisis].",
}


class Explained(NamedTuple):
    """Words for one schema error; `at_key` says that the key, not the value, is the place."""

    rule: str
    path: Path
    message: str
    mend: str
    at_key: bool = False


def explain(error: ErrorDetails, model: type[BaseModel]) -> Explained:
    """Return one pydantic error in plain words."""
    path: Path = tuple(error["loc"])
    if path and path[-1] == "[key]":
        path = path[:-1]
        return _format(error, path, str(path[-1]), at_key=True)
    name = _name(path)
    given: Any = error["input"]
    context: Mapping[str, Any] = error.get("ctx", {})
    match error["type"]:
        case "missing":
            return Explained("schema/missing-key", path[:-1], f"'{name}' is missing here.", _hint(name))
        case "extra_forbidden":
            return _unknown_key(path, model)
        case "string_too_long":
            length = len(given.strip()) if isinstance(given, str) else 0
            return Explained(
                "schema/too-long",
                path,
                f"'{name}' has {length:,} characters; at most {context['max_length']:,} fit.",
                "Shorten it, or make two entries of it." if name in ("answer", "answers") else "Shorten it.",
            )
        case "string_too_short":
            return Explained("schema/no-value", path, f"'{name}' is empty.", _hint(name))
        case "too_short":
            least, has = context["min_length"], context["actual_length"]
            return Explained(
                "schema/too-few", path, f"'{name}' has {has} of at least {least}.", _hint(name), at_key=True
            )
        case "too_long":
            most, has = context["max_length"], context["actual_length"]
            mend = f"Keep the {most} most useful ones."
            return Explained(
                "schema/too-many", path, f"'{name}' has {has}; at most {most} fit.", mend, at_key=True
            )
        case "string_pattern_mismatch":
            return _format(error, path, given)
        case "enum":
            return _unknown_value(path, name, given, str(context["expected"]))
        case "literal_error":
            return Explained(
                "schema/version",
                path,
                f"'{name}' is {_shown(given)}; this Signpost reads version 1.",
                "Write version: 1, or install the Signpost that the file was written for.",
            )
        case "day":
            return Explained(
                "schema/date", path, f"{_shown(given)} is not a date.", "Write year-month-day: 2026-11-20."
            )
        case "unreachable":
            return Explained(
                "schema/unreachable",
                path,
                "This help line has no call, no text and no url.",
                "Add at least one of them, or remove the help line.",
            )
        case _:
            return _wrong_shape(error["type"], path, name, given, error["msg"])


def _wrong_shape(kind: str, path: Path, name: str, given: Any, message: str) -> Explained:
    if given is None:
        mend = f'{_hint(name)} If you mean the word, put it in quotes: "null", "~".'
        return Explained("schema/no-value", path, f"'{name}' has no value.", mend, at_key=True)
    if kind == "string_type":
        what = "a list" if isinstance(given, list) else "a block of keys"
        mend = "Write one text."
        if isinstance(given, dict) and len(given) == 1:
            mend = 'A text with a colon in it must stand in double quotes: "Note: like this".'
        return Explained("schema/text-expected", path, f"'{name}' should be a text and is {what}.", mend)
    if kind in ("tuple_type", "list_type"):
        mend = "Write the items below each other, each after a dash, or in square brackets: [one, two]."
        return Explained("schema/list-expected", path, f"'{name}' should be a list.", mend)
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        mend = "Write key: value pairs, indented, one to a line."
        return Explained("schema/block-expected", path, f"'{name}' should be a block of keys.", mend)
    return Explained(
        "schema/invalid", path, f"'{name}' is not right: {message}.", "Compare it with the example file."
    )


def _format(error: ErrorDetails, path: Path, given: Any, *, at_key: bool = False) -> Explained:
    pattern = str(error.get("ctx", {}).get("pattern", ""))
    rule, what, mend = _FORMATS.get(
        pattern, ("schema/format", "is not written as expected", "Compare the example.")
    )
    return Explained(rule, path, f"{_shown(given)} {what}.", mend, at_key)


def _unknown_key(path: Path, model: type[BaseModel]) -> Explained:
    key = str(path[-1])
    known = known_keys(path[:-1], model)
    near = nearest(key, known)
    mend = f"Did you mean '{near}'?" if near else f"Known keys here: {', '.join(known)}."
    return Explained("schema/unknown-key", path, f"There is no key '{key}' here.", mend, at_key=True)


def _unknown_value(path: Path, name: str, given: Any, expected: str) -> Explained:
    known = [word.strip(" '") for part in expected.split(",") for word in part.split(" or ")]
    near = nearest(given, known) if isinstance(given, str) else None
    mend = (f"Did you mean '{near}'? " if near else "") + f"It can be: {', '.join(known)}."
    return Explained("schema/unknown-value", path, f"'{name}' cannot be {_shown(given)}.", mend)


def nearest(word: str, known: Sequence[str]) -> str | None:
    """Return the known word that is most like the written one, or None when none is."""
    found = process.extractOne(word.lower(), known, scorer=fuzz.ratio, score_cutoff=NEAR)
    return str(found[0]) if found else None


def known_keys(path: Path, model: type[BaseModel]) -> tuple[str, ...]:
    """Return the keys that the block at a path may have."""
    for step in path:
        if isinstance(step, str) and step in model.model_fields:
            inner = _model_in(model.model_fields[step].annotation)
            if inner is None:
                return ()
            model = inner
    return tuple(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in typing.get_args(annotation) if (found := _model_in(part))), None)


def _name(path: Path) -> str:
    """Return what a value is called: its key, or "questions 3" for the third item of a list."""
    if path and isinstance(path[-1], int):
        return f"{path[-2] if len(path) > 1 else 'item'} {path[-1] + 1}"
    return str(path[-1]) if path else "file"


def _hint(name: str) -> str:
    return _HINTS.get(
        name, f"Add {name}: and its value." if " " not in name else "Fill it in, or remove the line."
    )


def _shown(given: Any) -> str:
    if given is None:
        return "empty"
    text = given if isinstance(given, str) else "a list" if isinstance(given, list) else "a block of keys"
    return f"'{text if len(text) <= 60 else text[:57] + '...'}'" if isinstance(given, str) else text
