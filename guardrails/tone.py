"""Scores how much a passage reads like advice about drugs, medicines or the body, word by word.

Rules name the claims they know; this catches the ones nobody wrote a pattern for. Each word, pair of words
and word beginning has a weight (`policy/publication_words.yaml`, written by `training.publication.train`);
a passage's score is their sum over the root of their number, so that long and short passages compare.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

_WORD = re.compile(r"[a-z']+")
_STEM = 5
_FEWEST_WORDS = 5


def features(passage: str) -> frozenset[str]:
    """Return the words, pairs of words and word beginnings of a folded passage.

    Digits are left out: times and prices fill good answers, so that a number would excuse bad ones.
    """
    words = _WORD.findall(passage)
    pairs = (f"{first} {second}" for first, second in pairwise(words))
    return frozenset((*words, *pairs, *(f"{word[:_STEM]}*" for word in words if len(word) > _STEM)))


def passages(folded: str) -> Iterator[tuple[int, int]]:
    """Yield each sentence together with the one after it (a claim often needs both), as spans of the text."""
    spans = [match.span() for match in re.finditer(r"[^\n]+", folded) if match.group().strip()]
    for index, (start, end) in enumerate(spans):
        if index + 1 < len(spans):
            yield start, spans[index + 1][1]
        elif index == 0:
            yield start, end


@dataclass(frozen=True, slots=True)
class Tone:
    """The weights and the score from which a passage counts as advice."""

    weights: Mapping[str, float]
    threshold: float

    def score(self, passage: str) -> float:
        """Return how much a folded passage reads like advice; very short ones never do."""
        known = [self.weights[one] for one in sorted(features(passage)) if one in self.weights]
        if len(_WORD.findall(passage)) < _FEWEST_WORDS:
            return -math.inf
        return math.fsum(known) / math.sqrt(len(known) + 1)

    def advice(self, folded: str) -> Iterator[tuple[int, int]]:
        """Yield the passages that read like advice, joined where they touch."""
        current: tuple[int, int] | None = None
        for start, end in passages(folded):
            if self.score(folded[start:end]) <= self.threshold:
                continue
            if current is not None and start <= current[1]:
                current = (current[0], end)
                continue
            if current is not None:
                yield current
            current = (start, end)
        if current is not None:
            yield current
