"""Turns a text into the words that search compares: spelling evened out, endings taken off.

All word lists are data beside this module. Nothing here knows a community's file: what is rare
or common in it is the business of `index.py`.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import yaml

_TOKEN = re.compile(r"[^\W_]+(?:[&'/-][^\W_]+)*")
_MARKUP = re.compile(r"<a?:(\w+):\d+>|<[@#][!&]?\d+>|\[([^\]]*)\]\([^)]*\)|https?://\S+|[*_~`|>]+")
_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "‐": "-", "‑": "-", "–": " - ", "—": " - "})
_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
_LONGEST_PHRASE = 5
MAX_CHARACTERS = 2000
MAX_TOKENS = 250
"""Discord cuts a message at 2,000 characters; longer texts are read up to there."""


@dataclass(frozen=True, slots=True)
class Analysed:
    """One text as search sees it.

    `tokens` are all words, evened out, in order; `content` the stems of those that carry a topic;
    `concepts` the groups of related words it touches; `key` the whole wording for exact matches.
    """

    tokens: tuple[str, ...]
    content: tuple[str, ...]
    concepts: tuple[str, ...]

    @property
    def key(self) -> str:
        """Return the wording as one string, without case, punctuation and spelling variants."""
        return " ".join(self.tokens)


def sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of a text, in order, as they were written."""
    return tuple(part.strip() for part in _SENTENCE.split(text) if part.strip())


def tokens(text: str) -> list[str]:
    """Return the lower-case words of a text with markup, links and apostrophes taken out."""
    plain = unicodedata.normalize("NFKC", text[:MAX_CHARACTERS]).translate(_QUOTES).lower()
    plain = "".join(c for c in plain if unicodedata.category(c) != "Cf")
    plain = _MARKUP.sub(lambda m: f" {m.group(1) or m.group(2) or ''} ", plain)
    return [word.replace("'", "") for word in _TOKEN.findall(plain)][:MAX_TOKENS]


@functools.lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Return a word without its common English endings; short words and numbers stay as they are.

    It only has to map the forms of one word to one string, so it is shorter than a textbook
    stemmer and leaves derived words ("volunteer", "voluntary") apart.
    """
    if len(word) <= 3 or not word.isascii() or not word.isalpha():
        return word
    for ending, put in (("sses", "ss"), ("ies", "y"), ("xes", "x"), ("shes", "sh"), ("ches", "ch")):
        if word.endswith(ending) and len(word) - len(ending) >= 2:
            word = word[: -len(ending)] + put
            break
    else:
        if word.endswith("s") and not word.endswith(("ss", "us", "is")):
            word = word[:-1]
    for ending in ("ingly", "edly", "ing", "ed"):
        root = word[: -len(ending)]
        if word.endswith(ending) and len(root) >= 3 and re.search(r"[aeiouy]", root):
            word = _undouble(root)
            break
    for ending, put in (
        ("ational", "ate"), ("isation", "ize"), ("ization", "ize"), ("fulness", "ful"), ("iveness", "ive"),
        ("ation", "ate"), ("ally", "al"), ("ment", ""), ("ness", ""), ("ly", ""), ("ful", ""),
    ):  # fmt: skip
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            word = word[: -len(ending)] + put
            break
    if len(word) > 4 and word.endswith("e"):
        word = word[:-1]
    if len(word) > 5 and word.endswith("is"):
        word = word[:-1] + "z"
    if len(word) > 3 and word.endswith("y"):
        word = word[:-1] + "i"
    return word


def _undouble(root: str) -> str:
    if len(root) > 3 and root[-1] == root[-2] and root[-1] not in "lszaeiou":
        return root[:-1]
    return root


def _phrase(text: str) -> tuple[str, ...]:
    return tuple(tokens(text))


@dataclass(frozen=True, slots=True)
class Words:
    """The packaged word lists: stopwords, equal spellings, related words, how common words are."""

    stopwords: frozenset[str]
    same: Mapping[tuple[str, ...], tuple[str, ...]]
    near: Mapping[tuple[str, ...], tuple[str, ...]]
    question_starts: frozenset[str]
    fragment_starts: tuple[str, ...]
    pointing: frozenset[str]
    contrasts: tuple[frozenset[str], ...]
    common: Mapping[str, float]
    """Share of ordinary messages that hold a stem; a stem that is not listed is rare."""

    @property
    def common_stems(self) -> tuple[str, ...]:
        """Return the listed stems, the most common first."""
        return tuple(self.common)

    @classmethod
    @functools.cache
    def load(cls) -> Words:
        """Read the lists from the package."""
        same: dict[tuple[str, ...], tuple[str, ...]] = {}
        for first, others in _data("same")["same"].items():
            for other in others:
                same[_phrase(str(other))] = _phrase(str(first))
        near: dict[tuple[str, ...], list[str]] = {}
        for concept, terms in _data("near")["near"].items():
            for term in terms:
                parts = _phrase(str(term))
                near.setdefault(tuple(stem(w) for w in _rewrite(parts, same)), []).append(str(concept))
        common = {str(k): float(v) for k, v in _data("common")["common"].items()}
        small = _data("stopwords")
        return cls(
            stopwords=frozenset(str(small["words"]).split()),
            question_starts=frozenset(str(small["question_starts"]).split()),
            fragment_starts=tuple(f"{start} " for start in small["fragment_starts"]),
            pointing=frozenset(str(small["pointing"]).split()),
            contrasts=tuple(
                frozenset(stem(word) for word in str(group).split()) for group in small["contrasts"]
            ),
            same=MappingProxyType(same),
            near=MappingProxyType({k: tuple(dict.fromkeys(v)) for k, v in near.items()}),
            common=MappingProxyType(common),
        )

    def analyse(self, text: str) -> Analysed:
        """Return a text as search sees it. Equal texts give equal values."""
        words = _rewrite(tuple(tokens(text)), self.same)
        stems = tuple(stem(word) for word in words)
        content = tuple(
            s for w, s in zip(words, stems, strict=True) if w not in self.stopwords and not _lone_letter(w)
        )
        return Analysed(words, content, self.concepts(stems))

    def concepts(self, stems: tuple[str, ...]) -> tuple[str, ...]:
        """Return the related-word groups that a text touches, one mention for each place."""
        found: list[str] = []
        for start in range(len(stems)):
            for size in range(min(_LONGEST_PHRASE, len(stems) - start), 0, -1):
                found.extend(self.near.get(stems[start : start + size], ()))
        return tuple(found)


def _lone_letter(word: str) -> bool:
    return len(word) == 1 and word.isascii() and word.isalpha()


def _rewrite(words: tuple[str, ...], same: Mapping[tuple[str, ...], tuple[str, ...]]) -> tuple[str, ...]:
    """Replace each spelling by the first of its kind, the longest spelling first."""
    out: list[str] = []
    at = 0
    while at < len(words):
        for size in range(min(_LONGEST_PHRASE, len(words) - at), 0, -1):
            put = same.get(words[at : at + size])
            if put is not None:
                out.extend(put)
                at += size
                break
        else:
            # A compound nobody listed is compared by its parts: "self-exclude" is "self exclude".
            out.extend(part for part in re.split(r"[-/&]", words[at]) if part)
            at += 1
    return tuple(out)


def _data(name: str) -> dict[str, Any]:
    text = files("bot.search").joinpath("data", f"{name}.yaml").read_text(encoding="utf-8")
    loaded = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    if not isinstance(loaded, dict):
        raise ValueError(f"bot/search/data/{name}.yaml is damaged: reinstall the package")
    return loaded
