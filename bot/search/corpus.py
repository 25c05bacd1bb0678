"""One community's published entries, cut into what search compares.

Built once for a file and never changed; a reload builds another one beside it and swaps.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from bot.resources.schema import Entry
from bot.search.postings import Floats, Ints, Postings
from bot.search.words import Analysed, Words

_GRAM = 4
_K1, _B = 1.2, 0.6
_FIELD_WEIGHTS = {"title": 2.0, "questions": 1.5, "tags": 1.0, "answer": 0.6}
_RAREST = math.log(1 / 0.0002)


@dataclass(frozen=True)
class Corpus:
    """One file's entries cut into what search compares.

    A *unit* is one short text that speaks for an entry: its title or one example question. Units
    of an entry stand side by side; `first_unit` says where each entry's begin.
    """

    ids: tuple[str, ...]
    unit_texts: tuple[str, ...]
    unit_keys: tuple[str, ...]
    unit_entry: Ints
    first_unit: Ints
    exact: Mapping[str, tuple[int, ...]]
    same_topic: Mapping[frozenset[str], tuple[int, ...]]
    unit_words: Postings
    unit_concepts: Postings
    unit_grams: Postings
    unit_pairs: Postings
    unit_word_norm: Floats
    unit_concept_norm: Floats
    unit_gram_norm: Floats
    entry_words: Postings
    entry_concepts: Postings
    entry_grams: Postings
    rarity: Rarity
    concept_rarity: Rarity
    gram_rarity: Rarity

    @classmethod
    def build(cls, entries: Sequence[Entry], questions: Mapping[str, Sequence[str]], words: Words) -> Corpus:
        """Cut the entries up. `questions` maps an entry's id to the example questions allowed for it."""
        texts: list[str] = []
        owner: list[int] = []
        for number, entry in enumerate(entries):
            own = [entry.title, *questions.get(entry.id, ())]
            texts.extend(own)
            owner.extend([number] * len(own))
        units = [words.analyse(text) for text in texts]
        fields = [_fields(entry, questions.get(entry.id, ()), words) for entry in entries]
        rarity = Rarity.count([{s for a in f.values() for s in a.content} for f in fields], words.common)
        concept_rarity = Rarity.count([{c for a in f.values() for c in a.concepts} for f in fields], {})
        unit_words = [{s: rarity(s) for s in unit.content} for unit in units]
        unit_concepts = [{c: concept_rarity(c) for c in unit.concepts} for unit in units]
        cut = [grams(unit.key) for unit in units]
        gram_rarity = Rarity.count(cut, {})
        unit_grams = [{g: gram_rarity(g) for g in sorted(row)} for row in cut]
        entry_grams = [
            dict.fromkeys(sorted(set().union(*(grams(a.key) for a in f.values()))), 1.0) for f in fields
        ]
        exact: dict[str, list[int]] = {}
        for unit, number in zip(units, owner, strict=True):
            if unit.key and number not in exact.setdefault(unit.key, []):
                exact[unit.key].append(number)
        same_topic: dict[frozenset[str], list[int]] = {}
        for place, unit in enumerate(units):
            same_topic.setdefault(frozenset(unit.content), []).append(place)
        entry_of = np.asarray(owner, dtype=np.int32)
        return cls(
            ids=tuple(entry.id for entry in entries),
            unit_texts=tuple(texts),
            unit_keys=tuple(unit.key for unit in units),
            same_topic={key: tuple(places) for key, places in same_topic.items()},
            unit_entry=entry_of,
            first_unit=np.searchsorted(entry_of, np.arange(len(entries))).astype(np.int32),
            exact={key: tuple(numbers) for key, numbers in exact.items()},
            unit_words=Postings.build(unit_words),
            unit_concepts=Postings.build(unit_concepts),
            unit_grams=Postings.build(unit_grams),
            unit_pairs=Postings.build([dict.fromkeys(pairs(unit.tokens), 1.0) for unit in units]),
            unit_word_norm=_norms(unit_words),
            unit_concept_norm=_norms(unit_concepts),
            unit_gram_norm=_norms(unit_grams),
            entry_words=Postings.build(_bm25f([{n: a.content for n, a in f.items()} for f in fields])),
            entry_concepts=Postings.build(_bm25f([{n: a.concepts for n, a in f.items()} for f in fields])),
            entry_grams=Postings.build(entry_grams),
            gram_rarity=gram_rarity,
            rarity=rarity,
            concept_rarity=concept_rarity,
        )

    def holds(self, entry: int, term: str) -> bool:
        """Return whether an entry holds a stem anywhere."""
        documents = self.entry_words.documents_of(term)
        at = int(np.searchsorted(documents, entry))
        return at < len(documents) and int(documents[at]) == entry

    def units_with(self, content: Iterable[str]) -> tuple[int, ...]:
        """Return the units whose topic words are exactly these."""
        return self.same_topic.get(frozenset(content), ())

    @cached_property
    def vocabulary(self) -> tuple[str, ...]:
        """Return the stems of the file, for mending spelling."""
        return tuple(sorted(term for term in self.entry_words.terms if len(term) >= 3 and term.isalpha()))


@dataclass(frozen=True, slots=True)
class Rarity:
    """How much it says that a text holds a word: 0 for a word everywhere, 1 for a rare one.

    Half of it comes from the file and half from ordinary messages, because five entries alone
    cannot tell which words are common.
    """

    counts: Mapping[str, int]
    total: int
    common: Mapping[str, float]

    @classmethod
    def count(cls, rows: Sequence[Iterable[str]], common: Mapping[str, float]) -> Rarity:
        """Count in how many rows each term stands."""
        counts: Counter[str] = Counter()
        for row in rows:
            counts.update(set(row))
        return cls(dict(counts), len(rows), common)

    def __call__(self, term: str) -> float:
        """Return the weight of a term, between 0 and 1."""
        seen = self.counts.get(term, 0)
        highest = math.log(1 + (self.total + 0.5) / 0.5)
        here = math.log(1 + (self.total - seen + 0.5) / (seen + 0.5)) / highest
        if not self.common:
            return max(here, 0.02)
        everywhere = math.log(1 / (self.common.get(term, 0.0) + 0.0002)) / _RAREST
        return max(0.5 * here + 0.5 * everywhere, 0.02)


def grams(key: str) -> set[str]:
    """Return the runs of letters of a wording, each word with its edges marked."""
    out: set[str] = set()
    for word in key.split():
        padded = f" {word} "
        out.update(padded[at : at + _GRAM] for at in range(max(1, len(padded) - _GRAM + 1)))
    return out


def pairs(tokens: Sequence[str]) -> set[str]:
    """Return the pairs of neighbouring words, the small ones too: they carry how a thing is asked."""
    return {f"{a} {b}" for a, b in pairwise(tokens)}


def _fields(entry: Entry, questions: Sequence[str], words: Words) -> dict[str, Analysed]:
    links = " . ".join(link.title for link in entry.links)
    asked = [words.analyse(question) for question in questions]
    return {
        "title": words.analyse(entry.title),
        "questions": Analysed(
            tuple(t for a in asked for t in a.tokens),
            tuple(s for a in asked for s in a.content),
            tuple(c for a in asked for c in a.concepts),
        ),
        "tags": words.analyse(" . ".join((*entry.tags, entry.id.replace("-", " ")))),
        "answer": words.analyse(f"{entry.answer} . {links}"),
    }


def _norms(rows: Sequence[Mapping[str, float]]) -> Floats:
    return np.sqrt(np.asarray([sum(w * w for w in row.values()) for row in rows], dtype=np.float32))


def _bm25f(rows: Sequence[Mapping[str, Sequence[str]]]) -> list[dict[str, float]]:
    """Return for each entry its terms with saturated weights below 1, fields weighed together."""
    lengths = {name: [len(row[name]) for row in rows] for name in _FIELD_WEIGHTS}
    average = {name: max(sum(n) / max(len(n), 1), 1.0) for name, n in lengths.items()}
    out: list[dict[str, float]] = []
    for row in rows:
        weights: dict[str, float] = {}
        for name, factor in _FIELD_WEIGHTS.items():
            norm = 1 - _B + _B * len(row[name]) / average[name]
            for term, times in Counter(row[name]).items():
                weights[term] = weights.get(term, 0.0) + factor * times / norm
        out.append({term: w / (_K1 + w) for term, w in weights.items()})
    return out
