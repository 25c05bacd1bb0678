"""The word lists: turns `{slot}` in a pattern into the words that the slot holds.

A slot is a list of terms, or terms with patterns beside them; a term may carry slang and
misspellings under `also`. Slots may use other slots inside their patterns.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from guardrails.data import POLICY, Source, read, texts

_SLOT = re.compile(r"(?<!\\[pPx])\{([a-z][a-z0-9_]*)\}")
_SLOT_NAME = re.compile(r"[a-z][a-z0-9_]*")
_GAP = "[ -]"


@dataclass(frozen=True, slots=True)
class _Slot:
    source: Source
    terms: tuple[str, ...]
    patterns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Every slot by name, each as one finished group of a regular expression."""

    slots: Mapping[str, str]

    @classmethod
    def load(cls, policy: Path = POLICY) -> Lexicon:
        """Return the slots of all files in the policy's `lexicon` folder."""
        raw: dict[str, _Slot] = {}
        for path in sorted((policy / "lexicon").glob("*.yaml")):
            source = read(path, policy)
            for name, value in source.mapping("slots").items():
                if not _SLOT_NAME.fullmatch(name):
                    raise source.error(
                        f"{name!r} cannot name a slot", "Use small letters, digits and _ only.", "slots", name
                    )
                if name in raw:
                    raise source.error(
                        f"the slot `{name}` is already in {raw[name].source.name}",
                        "Give one of the two another name, or put the words together.",
                        "slots",
                        name,
                    )
                raw[name] = _parse(source, name, value)
        built: dict[str, str] = {}
        for name in raw:
            _build(name, raw, built, ())
        return cls(MappingProxyType(built))

    def expand(self, pattern: str, source: Source, *path: str | int, rule: str | None = None) -> str:
        """Return the pattern with each `{slot}` replaced by its group."""

        def group(match: re.Match[str]) -> str:
            name = match.group(1)
            if name not in self.slots:
                raise _unknown(source, name, self.slots, path, rule)
            return self.slots[name]

        return _SLOT.sub(group, pattern)


def _parse(source: Source, name: str, value: Any) -> _Slot:
    path = ("slots", name)
    patterns: tuple[str, ...] = ()
    terms = value
    if isinstance(value, dict):
        strange = set(value) - {"terms", "patterns"}
        if strange:
            raise source.error(
                f"`{sorted(map(str, strange))[0]}` is not known in a slot",
                "A slot holds `terms` and `patterns`.",
                *path,
            )
        terms = value.get("terms") or []
        patterns = texts(source, value.get("patterns"), *path, "patterns")
    if not isinstance(terms, list):
        raise source.error(
            f"the slot `{name}` must be a list of terms", "Write one term a line after `- `.", *path
        )
    words: list[str] = []
    for number, item in enumerate(terms):
        if isinstance(item, dict) and isinstance(item.get("term"), str) and set(item) <= {"term", "also"}:
            words.append(item["term"])
            words.extend(texts(source, item.get("also"), *path, "terms", number, "also"))
        else:
            words.extend(texts(source, [item], *path, "terms", number))
    if not words and not patterns:
        raise source.error(f"the slot `{name}` is empty", "Add a term or remove the slot.", *path)
    return _Slot(source, tuple(dict.fromkeys(word.strip().lower() for word in words)), patterns)


def _build(name: str, raw: Mapping[str, _Slot], built: dict[str, str], above: tuple[str, ...]) -> str:
    if name in built:
        return built[name]
    slot = raw[name]
    if name in above:
        raise slot.source.error(
            f"the slot `{name}` uses itself through {' > '.join((*above, name))}",
            "Take one of them out of the other.",
            "slots",
            name,
        )

    def group(match: re.Match[str]) -> str:
        other = match.group(1)
        if other not in raw:
            raise _unknown(slot.source, other, raw, ("slots", name), None)
        return _build(other, raw, built, (*above, name))

    # The longest term goes first, so that a span covers "maeng da kratom" and not "maeng da".
    ordered = sorted(slot.terms, key=lambda term: (-len(term), term))
    words = [_term(term) for term in ordered if _is_word(term)]
    words += [_SLOT.sub(group, pattern) for pattern in slot.patterns]
    signs = [re.escape(term) for term in ordered if not _is_word(term)]
    parts = ([rf"\b(?:{'|'.join(words)})\b"] if words else []) + signs
    built[name] = f"(?:{'|'.join(parts)})"
    return built[name]


def _is_word(term: str) -> bool:
    """Return whether a word boundary makes sense around the term (not around an emoji)."""
    return term[0].isascii() and term[0].isalnum() and term[-1].isascii() and term[-1].isalnum()


def _term(term: str) -> str:
    # "take homes" also finds "take-homes"; "anti-depressant" also "antidepressant".
    return "".join(_GAP + "?" if char == "-" else _GAP if char == " " else re.escape(char) for char in term)


def _unknown(
    source: Source, name: str, known: Mapping[str, object], path: tuple[str | int, ...], rule: str | None
) -> Exception:
    near = difflib.get_close_matches(name, list(known), n=1)
    mend = f"Did you mean {{{near[0]}}}?" if near else "Add it to a file in policy/lexicon."
    return source.error(f"the slot {{{name}}} is not known", mend, *path, rule=rule)
