"""Scores how much a passage reads like advice about drugs, medicines or the body, word by word.

Rules name the claims they know; this catches the ones nobody wrote a pattern for. Each word, pair of words
and word beginning has a weight (`policy/publication_words.yaml`, written by `training.publication.train`);
a passage's score is their sum over the root of their number, so that long and short passages compare.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from guardrails.encoder import Encoder

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
        return joined(span for span in passages(folded) if self.score(folded[slice(*span)]) > self.threshold)


def advice(
    folded: str, read: Callable[[int, int], str], encoder: Encoder, bar: float
) -> tuple[list[tuple[int, int]], float]:
    """Return the passages that the encoder takes for what must not be published, and the highest score.

    Sentences, pairs of sentences and the whole are read, by `read`, which gives a span of the folded text
    as the encoder reads it. Touching passages are joined; where only the whole is bad, it is all of it.
    """
    spans = [match.span() for match in re.finditer(r"[^\n]+", folded) if match.group().strip()]
    tried = list(dict.fromkeys([*spans, *passages(folded)]))
    whole = (spans[0][0], spans[-1][1]) if spans else (0, 0)
    texts = [(read(start, end), "") for start, end in (*tried, whole)]
    scores = [_sigmoid(float(logit)) for logit in encoder.encode(texts).claim[:, 0]]
    found = [span for span, score in zip(tried, scores, strict=False) if score >= bar]
    if not found and scores[-1] >= bar and len(folded.split()) >= _FEWEST_WORDS:
        found = [whole]
    return list(joined(sorted(found))), max(scores)


def joined(found: Iterable[tuple[int, int]], *, touching: bool = True) -> Iterator[tuple[int, int]]:
    """Join spans in order of their start that overlap or, unless told otherwise, just touch."""
    current: tuple[int, int] | None = None
    for start, end in found:
        if current is not None and (start < current[1] or (touching and start == current[1])):
            current = (current[0], max(current[1], end))
            continue
        if current is not None:
            yield current
        current = (start, end)
    if current is not None:
        yield current


def _sigmoid(logit: float) -> float:
    return 1.0 / (1.0 + math.exp(-logit))
