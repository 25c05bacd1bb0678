"""Counts letters and words: a linear model that is steady where the encoder is carried away.

Each text is cut into beginnings, middles and ends of words (two to five letters), words and pairs of
words; each of these falls into one of 2^18 places by its CRC-32. Weights are packaged beside the encoder's.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

PLACES = 1 << 18
_SHORTEST, _LONGEST = 2, 5

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Linear:
    """The loaded weights: rarity (places,), weights (places, routes) and bias (routes,)."""

    rarity: NDArray[np.float16]
    weights: NDArray[np.float16]
    bias: Floats

    @classmethod
    def read(cls, content: bytes) -> Linear:
        """Return the model from the bytes of an .npz file; raises ValueError or KeyError when it is none."""
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            return cls(arrays["rarity"], arrays["weights"], arrays["bias"].astype(np.float32))

    def logits(self, text: str) -> Floats:
        """Return the logits of the routes for a reading of a text."""
        places, counts = counted(text)
        values = (np.float32(1.0) + np.log(counts)) * self.rarity[places].astype(np.float32)
        length = float(np.sqrt((values * values).sum())) or 1.0
        logits = (values / length) @ self.weights[places].astype(np.float32) + self.bias
        return np.asarray(logits, np.float32)


def together(text: str, before: str) -> str:
    """Return a text after what the same writer said before it, as the linear model reads them."""
    return f"{before} {text}".strip()


def counted(text: str) -> tuple[NDArray[np.int64], Floats]:
    """Return which places a text falls into, and how often into each."""
    counts = Counter(crc32(piece.encode("utf-8", "replace")) % PLACES for piece in _pieces(text))
    return np.fromiter(counts, np.int64, len(counts)), np.fromiter(counts.values(), np.float32, len(counts))


def _pieces(text: str) -> Iterator[str]:
    words = text.split()
    for word in words:
        framed = f" {word} "
        for size in range(_SHORTEST, _LONGEST + 1):
            for at in range(max(1, len(framed) - size + 1)):
                yield framed[at : at + size]
        yield f"w:{word}"
    for first, second in pairwise(words):
        yield f"p:{first} {second}"
