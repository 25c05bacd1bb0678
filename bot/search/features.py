"""What speaks for each entry: the evidence that the ranker weighs.

One row of numbers for each candidate entry, all between 0 and 1, and one row about the message as
a whole for the decision whether to speak at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from bot.search.corpus import Corpus, grams, pairs
from bot.search.postings import Floats, Ints, Postings
from bot.search.words import Analysed, Words, stem

EVIDENCE = (
    "entry_bm25", "entry_cover", "entry_concepts", "entry_concept_cover",
    "unit_cosine", "unit_cover", "unit_covered", "second_unit",
    "unit_concepts", "unit_grams", "unit_pairs", "unit_fuzzy", "title_cosine", "rarest_hit",
    "entry_grams",
)  # fmt: skip
"""The names of the columns of `Evidence.rows`, in order."""

CANDIDATES = 24
_MENDED = 0.8
_MOST_MENDED = 6


@dataclass(frozen=True, slots=True)
class Query:
    """A message as search compares it: stems, concepts and letter runs, each with its weight."""

    analysed: Analysed
    stems: dict[str, float]
    concepts: dict[str, float]
    mended: tuple[str, ...]
    asks: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """The candidates of one query, best first by a rough score, and their evidence."""

    query: Query
    entries: Ints
    rows: Floats
    best_units: Ints
    held: Floats


def make_query(text: str, corpus: Corpus, words: Words, context: str = "") -> Query:
    """Return a message with misspelt words mended; an earlier turn counts half."""
    analysed = words.analyse(text)
    stems: dict[str, float] = {}
    mended: list[str] = []
    tokens = list(analysed.tokens)
    for at, token in enumerate(tokens):
        found = stem(token)
        if token in words.stopwords or (len(token) == 1 and token.isascii()):
            continue
        factor = 1.0
        if len(mended) < _MOST_MENDED and _unknown(found, token, corpus, words):
            better = _mend(found, corpus, words)
            if better is not None:
                mended.append(better)
                tokens[at] = better
                found, factor = better, _MENDED
        if found in words.stopwords:
            continue
        stems[found] = max(stems.get(found, 0.0), factor * corpus.rarity(found))
    stems_in_order = tuple(stem(token) for token in tokens)
    concepts = {c: corpus.concept_rarity(c) for c in words.concepts(stems_in_order)}
    if context:
        before = words.analyse(context)
        for earlier in before.content:
            stems.setdefault(earlier, 0.5 * corpus.rarity(earlier))
        for concept in before.concepts:
            concepts.setdefault(concept, 0.5 * corpus.concept_rarity(concept))
    final = Analysed(tuple(tokens), tuple(stems), tuple(concepts))
    asks = any(token in words.question_starts for token in tokens[:3])
    return Query(final, stems, concepts, tuple(mended), asks)


def _unknown(found: str, token: str, corpus: Corpus, words: Words) -> bool:
    return (
        4 <= len(found) <= 24
        and token.isalpha()
        and not corpus.rarity.counts.get(found)
        and found not in words.common
    )


def _mend(found: str, corpus: Corpus, words: Words) -> str | None:
    """Return the word of the file, or a common one, that this is a slip of, or None."""
    slips = 1 if len(found) <= 6 else 2
    best: str | None = None
    for vocabulary in (corpus.vocabulary, words.common_stems):
        hit = process.extractOne(found, vocabulary, scorer=OSA.distance, score_cutoff=slips)
        if hit is not None and hit[0][0] == found[0] and len(hit[0]) >= 4:
            best, slips = hit[0], int(hit[1]) - 1
            if slips < 1:
                break
    return best


def gather(query: Query, corpus: Corpus) -> Evidence:
    """Return the evidence for the entries that have anything in common with the query."""
    nothing = Evidence(
        query,
        np.zeros(0, dtype=np.int32),
        np.zeros((0, len(EVIDENCE)), dtype=np.float32),
        np.zeros(0, dtype=np.int32),
        np.zeros((len(query.stems), 0), dtype=np.float32),
    )
    if not corpus.ids or not query.analysed.tokens:
        return nothing
    stems, concepts = query.stems, query.concepts
    mass = max(sum(stems.values()), 0.3)
    concept_mass = max(sum(concepts.values()), 0.3)
    bm25 = corpus.entry_words.add_up(stems.items()) / mass
    entry_concepts = corpus.entry_concepts.add_up(concepts.items()) / concept_mass
    dots = corpus.unit_words.add_up(stems.items())
    norm = float(np.sqrt(sum(w * w for w in stems.values()))) or 1.0
    cosine = dots / np.maximum(corpus.unit_word_norm * norm, 0.2)
    concept_norm = float(np.sqrt(sum(w * w for w in concepts.values()))) or 1.0
    concept_cosine = corpus.unit_concepts.add_up(concepts.items()) / np.maximum(
        corpus.unit_concept_norm * concept_norm, 0.2
    )
    query_grams = {g: corpus.gram_rarity(g) for g in sorted(grams(query.analysed.key))}
    gram_norm = float(np.sqrt(sum(w * w for w in query_grams.values())))
    gram_cosine = corpus.unit_grams.add_up(query_grams.items()) / np.maximum(
        corpus.unit_gram_norm * gram_norm, 1.0
    )
    entry_gram_cover = corpus.entry_grams.add_up(query_grams.items()) / max(sum(query_grams.values()), 1.0)
    query_pairs = pairs(query.analysed.tokens)
    pair_cover = corpus.unit_pairs.add_up((p, 1.0) for p in query_pairs) / max(len(query_pairs), 4)
    unit_score = cosine + 0.6 * concept_cosine + 0.8 * gram_cosine
    best_of_entry = np.maximum.reduceat(unit_score, corpus.first_unit)
    rough = best_of_entry + bm25 + 0.6 * entry_concepts + entry_gram_cover
    entries = _top(rough, CANDIDATES)
    entries = entries[rough[entries] > 0.02]
    if not len(entries):
        return nothing
    rows = np.zeros((len(entries), len(EVIDENCE)), dtype=np.float32)
    best_units = np.zeros(len(entries), dtype=np.int32)
    ends = np.append(corpus.first_unit[1:], len(corpus.unit_texts))
    in_entry = _holds(stems, corpus.entry_words, entries)
    concept_weights = np.asarray(list(concepts.values()), dtype=np.float32)
    concept_in_entry = concept_weights @ _holds(concepts, corpus.entry_concepts, entries)
    weights = np.asarray(list(stems.values()), dtype=np.float32)
    heaviest = int(weights.argmax()) if len(weights) else -1
    query_square = norm * norm
    for at, entry in enumerate(entries):
        span = slice(int(corpus.first_unit[entry]), int(ends[entry]))
        unit = span.start + int(unit_score[span].argmax())
        best_units[at] = unit
        by_cosine = np.sort(cosine[span])[::-1]
        unit_square = max(float(corpus.unit_word_norm[unit]) ** 2, 0.2)
        rows[at] = (
            bm25[entry],
            float((in_entry[:, at] * weights).sum()) / mass,
            entry_concepts[entry],
            concept_in_entry[at] / concept_mass,
            by_cosine[0],
            min(float(dots[unit]) / max(query_square, 0.2), 1.0),
            min(float(dots[unit]) / unit_square, 1.0),
            by_cosine[1] if len(by_cosine) > 1 else 0.0,
            concept_cosine[span].max(),
            gram_cosine[span].max(),
            pair_cover[span].max(),
            fuzz.token_sort_ratio(query.analysed.key, corpus.unit_keys[unit]) / 100,
            cosine[span.start],
            float(in_entry[heaviest, at]) if heaviest >= 0 else 0.0,
            entry_gram_cover[entry],
        )
    return Evidence(query, entries, rows, best_units, in_entry)


def _top(scores: Floats, count: int) -> Ints:
    """Return the places of the highest scores, ties in the order of the file."""
    if len(scores) > 4 * count:
        floor = np.partition(scores, len(scores) - count)[len(scores) - count]
        places = np.flatnonzero(scores >= floor)
    else:
        places = np.arange(len(scores))
    order = np.lexsort((places, -scores[places]))
    return places[order][:count].astype(np.int32)


def _holds(terms: Iterable[str], table: Postings, entries: Ints) -> Floats:
    """Return, for each term of the query and each candidate, whether the entry holds it."""
    rows = [table.documents_of(term) for term in terms]
    held = np.zeros((len(rows), len(entries)), dtype=np.float32)
    for row, documents in enumerate(rows):
        if len(documents):
            place = np.minimum(np.searchsorted(documents, entries), len(documents) - 1)
            held[row] = documents[place] == entries
    return held


MESSAGE_EVIDENCE = (
    "first", "first_share", "lead", "cover", "uncovered_rarest", "unit_cosine", "unit_concepts", "unit_grams",
    "words", "short", "asks", "concept_cover", "pairs",
    "consensus", "share_and_cover", "unit_covered", "entry_grams", "longer",
)  # fmt: skip
"""The names of what `about_message` returns, in order."""


def about_message(evidence: Evidence, scores: Sequence[float]) -> tuple[float, ...]:
    """Return the evidence on whether the best candidate may be spoken.

    `scores` are the ranker's, best first, and `evidence` stands in the same order.
    """
    top = dict(zip(EVIDENCE, (float(v) for v in evidence.rows[0]), strict=True))
    exps = np.exp(np.asarray(scores) - scores[0])
    second = scores[1] if len(scores) > 1 else scores[0] - 3.0
    stems = evidence.query.stems
    tokens = evidence.query.analysed.tokens
    count = len(stems)
    held = dict(zip(stems, evidence.held[:, 0], strict=True))
    missing = [w for s, w in stems.items() if not held[s]]
    return (
        scores[0],
        float(1 / exps.sum()),
        min(scores[0] - second, 3.0),
        top["entry_cover"],
        max(missing, default=0.0),
        top["unit_cosine"],
        top["unit_concepts"],
        top["unit_grams"],
        min(count, 12) / 12,
        float(count <= 1),
        float(evidence.query.asks),
        top["entry_concept_cover"],
        top["unit_pairs"],
        float((evidence.rows[0] >= evidence.rows.max(axis=0)).mean()),
        float(1 / exps.sum()) * top["entry_cover"],
        top["unit_cover"] * top["unit_covered"],
        top["entry_grams"],
        min(len(tokens), 60) / 60,
    )
